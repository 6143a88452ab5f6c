/* Ends a page that nobody looks at: after 16 minutes it asks, after 19 it leaves, as "Leave this site" does (experience.md; WCAG 2.2.1).
   The session itself ends at the server after 20. Without scripts the page stays as it is, and says so where one reads about leaving.
   Nothing is stored, nothing is sent but that somebody is here, and only of those who are signed in: as a picture, the one thing that the
   policy of a page lets through. */
(() => {
  const said = document.currentScript.dataset;
  const MINUTE = 60000, ASK = 16 * MINUTE, END = 19 * MINUTE;
  const pages = window.BroadcastChannel ? new BroadcastChannel("here") : null;
  let seen = Date.now(), box;

  const here = () => {
    seen = Date.now();
    if (box) box.remove();
    box = null;
  };

  const told = () => {
    here();
    if (pages) pages.postMessage(0);
  };

  const stay = () => {
    if (!said.here) return told();
    const picture = new Image();
    picture.onload = told;
    picture.onerror = () => {
      if (box) box.querySelector("p").textContent = said.lost;
    };
    picture.src = said.here + "?" + Date.now();
  };

  const leave = () => {
    const form = document.querySelector(".leave");
    document.body.replaceChildren(form);
    form.hidden = true;
    form.submit();
  };

  const ask = () => {
    if (box) return;
    box = document.createElement("dialog");
    box.innerHTML = '<h2 id="idle"></h2><p id="idle-text" role="status"></p><div class="acts"><button class="strong"></button><button></button></div>';
    box.className = "stack";
    box.setAttribute("role", "alertdialog");
    box.setAttribute("aria-labelledby", "idle");
    box.setAttribute("aria-describedby", "idle-text");
    box.querySelectorAll("h2, p, button").forEach((one, place) => one.textContent = [said.title, said.text, said.stay, said.leave][place]);
    box.querySelectorAll("button").forEach((one, place) => one.onclick = place ? leave : stay);
    box.oncancel = event => {
      event.preventDefault();
      stay();
    };
    document.body.append(box);
    box.showModal();
  };

  const look = () => {
    const quiet = Date.now() - seen;
    if (quiet >= END) leave();
    else if (quiet >= ASK) ask();
  };

  const moved = () => {
    if (!box && Date.now() - seen > MINUTE) {
      look();
      if (!box) stay();
    }
  };

  for (const sign of ["keydown", "pointerdown", "scroll", "input"]) addEventListener(sign, moved, { passive: true, capture: true });
  for (const sign of ["pageshow", "focus"]) addEventListener(sign, look);
  document.addEventListener("visibilitychange", look);
  if (pages) {
    pages.onmessage = here;
    pages.postMessage(0);
  }
  setInterval(look, 5000);
})();

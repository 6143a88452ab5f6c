"""What is looked at in a real browser, on any page: axe, our policy, what is stored, widths, the keyboard, motion.

`Glass` is one browser page that listens for complaints of the policy and for requests to elsewhere. Used over the samples and over a
running node; nothing here knows any page.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

WIDE: Final = (1280, 1024)
NARROW: Final = (320, 256)
"""A window of 1280 by 1024 at 400 %, and as wide as the narrowest phone."""

_AXE: Final = AXE_FILE_PATH.read_text("utf-8")
_OURS: Final = """() => {
  // Words that are not from us stand in places made for them; all else is ours.
  const theirs = 'bdi, [dir=auto], [lang]:not(html), time, .keep, code, textarea, svg text';
  const found = [];
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) if (!walk.currentNode.parentElement.closest(theirs + ', script, style')) found.push(walk.currentNode.data);
  for (const name of ['aria-label', 'title', 'alt', 'placeholder'])
    for (const one of document.querySelectorAll(`[${name}]`)) found.push(one.getAttribute(name));
  return found;
}"""
_LATIN: Final = re.compile(r"[A-Za-z]{2,}")
_NO_WORDS: Final = re.compile(r"https://\S*|\bEUR\b|\bkm\b")  # what is written so in every language
_RUN: Final = """rules => axe.run(document, {
  resultTypes: ['violations'],
  ...(rules ? {runOnly: {type: 'rule', values: rules}} : {rules: {'target-size': {enabled: true}}}),
}).then(found => found.violations.map(one => [one.id, one.nodes[0].target.join(' '), one.nodes[0].html.slice(0, 200)]))"""
_STORED: Final = """async () => ({
  cookies: document.cookie, local: localStorage.length, session: sessionStorage.length,
  databases: (await indexedDB.databases()).length, caches: window.caches ? (await caches.keys()).length : 0,
})"""
_TOO_WIDE: Final = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width && (box.right > innerWidth + 1 || box.left < -1);
  }).map(one => one.outerHTML.slice(0, 150)).slice(0, 3).concat(['wider than the window'])"""
_MOVING: Final = """() => [...document.querySelectorAll('*')].filter(one => {
  const style = getComputedStyle(one);
  return style.transitionDuration !== '0s' || style.animationName !== 'none' || style.scrollBehavior !== 'auto';
}).map(one => one.outerHTML.slice(0, 150))"""
_HARD_TO_READ: Final = """() => {
  // axe reads the colours that were written, not those that are forced: so what is shown is computed here.
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const light = text => parts(text).slice(0, 3).map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = one => { for (; one; one = one.parentElement) {
    const colour = getComputedStyle(one).backgroundColor;
    if ((parts(colour)[3] ?? 1) > 0.9) return colour;
  } return matchMedia('(prefers-color-scheme: dark)').matches ? 'rgb(0, 0, 0)' : 'rgb(255, 255, 255)'; };
  return [...document.querySelectorAll('body *')].filter(one => one.checkVisibility()
    && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim())).filter(one => {
    const [a, b] = [light(getComputedStyle(one).color), light(ground(one))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05) < 4.5;
  }).map(one => one.outerHTML.slice(0, 150));
}"""
_IN_ORDER: Final = """() => {
  const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')];
  const reached = all.filter(one => one.checkVisibility() && !one.disabled).filter(one => one.type !== 'radio' || one === (
    document.querySelector(`input[type=radio][name="${one.name}"]:checked`) || document.querySelector(`input[type=radio][name="${one.name}"]`)));
  window.inOrder = reached;
  document.activeElement.blur();
  getSelection().removeAllRanges();
  scrollTo(0, 0);
  return reached.map(one => one.outerHTML.slice(0, 120));
}"""
_FOCUSED: Final = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const bar = document.querySelector('.bar'), under = bar && !bar.contains(one) ? bar.getBoundingClientRect().bottom : 0;
  return {
    place: window.inOrder.indexOf(one),
    seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    hidden: box.bottom <= under + 1 || box.top >= innerHeight - 1,
    what: one.outerHTML.slice(0, 120),
  };
}"""


def in_english(page: Page, *, but: Iterable[str] = ()) -> list[str]:
    """Words of ours on a page in the mirrored language that are in Latin letters; `but`: words that are allowed to."""
    known = sorted(filter(None, but), key=len, reverse=True)
    found = []
    for text in page.evaluate(_OURS):
        left = text
        for one in known:
            left = left.replace(one, "")
        if _LATIN.search(_NO_WORDS.sub("", left)):
            found.append(text.strip())
    return found


def axe(page: Page, *rules: str) -> list[list[str]]:
    """What axe finds on a page as it is now."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_AXE)
    found: list[list[str]] = page.evaluate(_RUN, list(rules) or None)
    return found


class Glass:
    """One browser page."""

    def __init__(self, context: BrowserContext, *, allowed: Iterable[str]) -> None:
        self.context = context
        self.page = context.new_page()
        self.complaints: list[str] = []
        self._allowed = tuple(allowed)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Refused to" in message.text:
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(self._allowed):
            self.complaints.append(f"went elsewhere: {request.url}")

    def unfold(self) -> None:
        """Everything that is folded away, open."""
        self.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

    def axe(self, *rules: str) -> list[list[str]]:
        """What axe finds: of every rule, or of these."""
        return axe(self.page, *rules)

    def stored(self) -> dict[str, Any]:
        """What a page's scripts could have kept here, where there is any; and cookies."""
        kept = {name: kept for name, kept in self.page.evaluate(_STORED).items() if kept}
        return kept | {cookie["name"]: cookie["value"] for cookie in self.context.cookies()}

    def weight(self) -> int:
        """Bytes of the page with all that it loaded."""
        entries = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        return int(self.page.evaluate(f"{entries}.reduce((sum, one) => sum + one.decodedBodySize, 0)"))

    def resize(self, size: tuple[int, int]) -> None:
        """Another window."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def too_wide(self) -> list[str]:
        """What stands out of the window, if the page is wider than it."""
        found: list[str] = self.page.evaluate(_TOO_WIDE)
        return found

    def hard_to_read(self) -> list[str]:
        """Words whose colour is too near to that of their ground, as both are shown."""
        found: list[str] = self.page.evaluate(_HARD_TO_READ)
        return found

    def moving(self) -> list[str]:
        """What would move."""
        found: list[str] = self.page.evaluate(_MOVING)
        return found

    def picture(self, folder: Path | None, name: str, look: str) -> None:
        """Kept for people to look at, where they asked for it (`--pictures`): the whole page, what is folded away open."""
        if folder is not None:
            (folder / look).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / look / f"{re.sub(r'[^a-z0-9]+', '-', name)}.png", full_page=True)

    def by_keyboard(self) -> list[str]:
        """Tab through the whole page: what is not reached, reached out of order, not seen to be reached, or under something."""
        order: list[str] = self.page.evaluate(_IN_ORDER)
        wrong, at = [], -1
        for _ in range(4 * len(order) + 4):  # a field for a time is several steps
            self.page.keyboard.press("Tab")
            focused = self.page.evaluate(_FOCUSED)
            if focused is None or at == len(order) - 1:
                break
            if focused["place"] == at:
                continue
            if focused["place"] != at + 1:
                wrong.append(f"out of order: {focused['what']}, after {order[at] if at >= 0 else 'the beginning'}")
            if not focused["seen"]:
                wrong.append(f"not seen: {focused['what']}")
            if focused["hidden"]:
                wrong.append(f"under something: {focused['what']}")
            at = focused["place"]
        if at != len(order) - 1:
            wrong.append(f"not reached: {order[at + 1 :]}")
        return wrong

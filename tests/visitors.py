"""People at a community's pages, without scripts and without sockets: what many tests of pages share."""

import html
import re
from typing import Any
from urllib.parse import urlencode

from alongside_node.members import actions as members
from alongside_node.members import words as seven
from alongside_node.members.actions import Role
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from world import Community, call


class Browser:
    """Follows links, fills in forms, keeps cookies. No scripts."""

    def __init__(self, community: Community) -> None:
        self.community = community
        self.cookies: dict[str, str] = {}
        self.path = "/"
        self.body = ""
        self.status = 0
        self.words = ""

    def _send(self, method: str, path: str, body: bytes | None = None) -> HttpResponse:
        headers = {
            "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "accept-language": "en",
        }
        if body is not None:
            headers |= {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
        request = HttpRequest(method, self.community.origin + path, headers, body)
        response: HttpResponse = self.community.world.run(call(self.community.app, request))
        for part in response.headers.get("set-cookie", "").split("\n"):
            found = re.match(r"([^=]+)=([^;]*)", part)
            if found:
                self.cookies[found[1]] = found[2].strip('"')
        return response

    def _show(self, response: HttpResponse, path: str) -> "Browser":
        while response.status == 303:
            path = response.headers["location"]
            response = self._send("GET", path)
        self.path, self.status, self.body = path, response.status, response.body.decode()
        return self

    def open(self, path: str) -> "Browser":
        return self._show(self._send("GET", path), path)

    def post(self, path: str, *, token: bool = True, **fields: str | list[str]) -> "Browser":
        values = {name.rstrip("_"): value for name, value in fields.items()}
        found = re.search(r'name="csrf" value="([^"]+)"', self.body)
        if token and found:
            values["csrf"] = found[1]
        body = urlencode(values, doseq=True).encode()
        response = self._send("POST", path, body)
        while response.status == 307:
            path = response.headers["location"]
            response = self._send("POST", path, body)
        return self._show(response, path)

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.body)
        assert found, f"no hidden {name} on {self.path}"
        return html.unescape(found[1])

    def hidden_value(self, name: str) -> str:
        """What a button sends."""
        found = re.search(rf'<button[^>]* name="{name}" value="([^"]*)"', self.body)
        assert found, f"no button {name} on {self.path}"
        return html.unescape(found[1])

    def link(self, pattern: str) -> str:
        found = re.search(rf'href="({pattern})"', self.body)
        assert found, f"no link {pattern} on {self.path}"
        return html.unescape(found[1])

    @property
    def text(self) -> str:
        return html.unescape(re.sub(r"<[^>]+>", " ", self.body))


def account(community: Community, name: str, role: Role = Role.MEMBER) -> str:
    """Somebody with an account; returns their seven words."""
    words = " ".join(seven.generate("en", community.random))
    derived = seven.derive(words, community.node.keys().words_salt)
    joining = members.prepare(
        derived,
        node=community.id,
        name=name,
        role=role,
        lang="en",
        now=community.world.clock.now(),
        random=community.random,
    )
    community.write(lambda tx: members.add(tx, joining.member))
    return words


def signed_in(community: Community, name: str, role: Role = Role.MEMBER) -> Browser:
    browser = Browser(community)
    browser.words = account(community, name, role)
    browser.open("/sign-in").post("/sign-in", words=browser.words)
    assert browser.status == 200
    return browser


OFFER = {
    "direction": "offer",
    "type": "listening",
    "title": "Someone awake at night",
    "text": "I lost my brother. I like to listen.",
    "lang": "en",
    "by": "Mira",
    "call_all": "only_if_you_ask",
    "mandated_reporter": "no",
    "kept_days": "0",
    "given_by": "the_holder",
    "languages": ["en"],
    "modality": ["phone"],
    "exchange": "free",
    "audience": "anyone",
    "then": "preview",
}


def publishes(browser: Browser, **changes: str) -> None:
    browser.open("/offerings/new?direction=offer&type=listening").post("/offerings/new", **(OFFER | changes))
    assert browser.path.endswith("/preview"), browser.text
    browser.post(browser.path.replace("preview", "publish"), listed="yes")
    assert "said=published" in browser.path, browser.text


class Somebody(Browser):
    """Who comes back with their seven words: a session does not live as long as these stories."""

    words = ""

    def back(self) -> "Somebody":
        self.open("/sign-in").post("/sign-in", words=self.words)
        assert self.status == 200, self.text
        return self


def comes(community: Community, name: str) -> Somebody:
    """Somebody with an account, who can come back."""
    found = Somebody(community)
    found.words = account(community, name)
    return found.back()


def asks(browser: Somebody, title: str = "night", **fields: str) -> str:
    """Ask the first that is found; returns the path of the request."""
    sent: dict[str, Any] = {"words": "I cannot sleep", "days": "30"} | fields
    browser.open("/search").post("/search", words=title)
    ask_url = browser.link('/listings/[^"]+') + "/ask"
    browser.open(ask_url).post(ask_url, **sent)
    assert browser.status == 200, browser.text
    if "Seven words" in browser.body:
        browser.words = " ".join(re.findall(r"<li>(\w+)</li>", browser.body[browser.body.index("Seven words") :])[:7])
    hidden = {name: browser.hidden(name) for name in ("promises", "pending")}
    browser.post(f"{ask_url}/send", **sent, **hidden, agree="yes", kept="yes")
    assert "said=sent" in browser.path, browser.text
    return browser.path.partition("?")[0]


def answers(browser: Somebody, how: str = "accept") -> None:
    """Answer the first of what came in."""
    browser.back().open("/incoming").open(browser.link('/incoming/[^"]+'))
    browser.post(f"{browser.path}/{how}", text="Call me at nine")
    assert browser.status == 200, browser.text


CONCERN = "He came to my house on Tuesday"


def readers(browser: Browser) -> list[str]:
    """The stewards that a form offers, by the value of their tick."""
    return re.findall(r'name="reader" value="([^"]+)"', browser.body)


def raises(browser: Browser, path: str, **changes: str | list[str]) -> str:
    """Raise a concern at a listing or a request; returns the path of its page."""
    browser.open(f"{path}/concern")
    assert browser.status == 200, browser.text
    fields: dict[str, str | list[str]] = {"words": CONCERN, "talk": "yes", "reader": readers(browser)} | changes
    browser.post(f"{path}/concern", **fields)
    assert "This, and nothing else, is shown" in browser.text, browser.text
    if "Seven words" in browser.body:
        kept = re.search(r'<ol class="keep"[^>]*>(.*?)</ol>', browser.body)
        assert kept
        browser.words = " ".join(re.findall(r"<li>(\w+)</li>", kept[1]))
    browser.post(f"{path}/concern/send", **fields, pending=browser.hidden("pending"), kept="yes", agree="yes")
    assert "said=concern_raised" in browser.path, browser.text
    return browser.path.partition("?")[0]

"""Somebody with a browser, played by the demo: opens pages, follows links, fills in forms, keeps the session's cookie. No scripts."""

import html
import re
import ssl
from collections.abc import Callable, Sequence
from time import monotonic, sleep
from typing import Final, Self

import httpx

_PATIENCE: Final = 25.0
_PAUSE: Final = 0.1
_WORDS: Final = 7


class UnexpectedPageError(Exception):
    """A page was not what the story needs."""


def certificates(origin: str) -> ssl.SSLContext | bool:
    """Whom to believe at this address: whom this system believes, or `$SSL_CERT_FILE`, as a node does."""
    return ssl.create_default_context() if origin.startswith("https://") else True


class Visit:
    """One person at one community's pages."""

    def __init__(self, origin: str, lang: str = "en") -> None:
        self._client = httpx.Client(
            base_url=origin,
            follow_redirects=True,
            timeout=20,
            headers={"accept-language": lang},
            trust_env=False,
            verify=certificates(origin),
        )
        self.path = "/"
        self.body = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def open(self, path: str) -> Self:
        """Go to a page."""
        return self._show(self._client.get(path))

    def send(self, path: str, **fields: str | Sequence[str]) -> Self:
        """Fill in a form of the page that is open, and send it. Several values: of a field that stands there several times."""
        token = re.search(r'name="csrf" value="([^"]+)"', self.body)
        values: dict[str, str | list[str]] = {
            name: value if isinstance(value, str) else list(value) for name, value in fields.items()
        }
        if token:
            values["csrf"] = token[1]
        return self._show(self._client.post(path, data=values))

    def _show(self, response: httpx.Response) -> Self:
        self.path, self.body = response.url.path, response.text
        said = response.url.params.get("said", "")
        if response.status_code >= 400:  # noqa: PLR2004 - the first status that says no
            raise UnexpectedPageError(f"{response.status_code} at {self.path}: {self.text[:300]}")
        self.said = said
        return self

    def sign_in(self, words: str) -> Self:
        """With seven words."""
        return self.open("/sign-in").send("/sign-in", words=words)

    @property
    def text(self) -> str:
        """What a person reads."""
        main = self.body[self.body.find("<main") :]
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())

    def link(self, pattern: str) -> str:
        """The first link whose address is of this form. Raises `UnexpectedPageError`."""
        found = re.search(rf'href="({pattern})"', self.body)
        if found is None:
            raise UnexpectedPageError(f"no link {pattern} on {self.path}: {self.text[:300]}")
        return html.unescape(found[1])

    def links(self, pattern: str) -> list[str]:
        """All links whose address is of this form, in the order of the page, each once."""
        return list(dict.fromkeys(map(html.unescape, re.findall(rf'href="({pattern})"', self.body))))

    def hidden(self, name: str) -> str:
        """What a form carries unseen. Raises `UnexpectedPageError`."""
        found = self.carried(name)
        if not found:
            raise UnexpectedPageError(f"nothing called {name} on {self.path}")
        return found[0]

    def carried(self, name: str) -> list[str]:
        """The same, where it stands there several times or not at all."""
        return [html.unescape(value) for value in re.findall(rf'name="{name}" value="([^"]*)"', self.body)]

    def words(self) -> str:
        """The seven new words of the page. Raises `UnexpectedPageError`."""
        found: list[str] = re.findall(r"<li>(\w+)</li>", self.body)[:_WORDS]
        if len(found) < _WORDS:
            raise UnexpectedPageError(f"no seven words on {self.path}")
        return " ".join(found)


def until(true: Callable[[], bool], what: str) -> float:
    """Look again and again until it is so; returns the seconds it took. Raises `UnexpectedPageError`."""
    begun = monotonic()
    while True:
        if true():
            return monotonic() - begun
        if monotonic() - begun > _PATIENCE:
            raise UnexpectedPageError(f"waited in vain: {what}")
        sleep(_PAUSE)

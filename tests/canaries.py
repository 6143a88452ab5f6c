"""Words that stand for a kind of thing people write, who carries them through the pages, and every field and column they must reach.

Nothing here is listed by hand: fields are those of all forms of all pages (`page_samples`), columns those of `schema`. What a new page or
column brings has to be planted by the story (`seized`), or the seizure test names it.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser
from typing import Final
from urllib.parse import quote

import httpx
from starlette.routing import compile_path

from alongside_node.demo.visit import UnexpectedPageError, Visit
from alongside_node.disclosing.statement import KINDS
from alongside_node.entrypoints.web.rendering import Pages
from alongside_node.entrypoints.web.site import PAGES
from alongside_protocol import base64url
from page_samples import SAMPLES, frame_for

ADDRESS: Final = "127.0.0.77"
SECRETS: Final = frozenset({"seven_words", "four_words", "printed_code", "invitation", "session", "token"})
"""Kinds whose words are drawn by the node; of all others the word is ours."""
_FREE: Final = frozenset({None, "text", "search", "email", "tel", "url", "password"})
"""Kinds of input into which words fit. Into a number, a day or a time none do."""
_ADDRESSES: Final = tuple((compile_path(page.path)[0], page.path) for page in PAGES)

Field = tuple[str, str]
"""An address as the table of pages writes it, and the name of a field that is sent there."""


def canary(kind: str) -> str:
    """A word that stands for a kind, beginning unlike any other: an index leaves out what two words share."""
    drawn = sha256(kind.encode()).hexdigest()
    return f"{drawn[:3]}canary{drawn[3:11]}"


def encoded(text: str) -> set[bytes]:
    """Every form in which a text could stand in a file."""
    raw = text.encode()
    found = {raw, raw.upper(), text.encode("utf-16-le"), raw.hex().encode(), quote(text).encode(), raw[3:]}
    found.add(json.dumps(text).strip('"').encode())
    for shift in range(3):  # in base64, whatever stands before it
        whole = base64.b64encode(b"\0" * shift + raw)
        body = whole[4 if shift else 0 : -4]
        found |= {body, body.translate(bytes.maketrans(b"+/", b"-_"))}
    if re.fullmatch(r"[A-Za-z0-9_-]{43}", text):
        found |= {base64url.decode(text), base64url.decode(text).hex().encode()}
    return {needle for needle in found if len(needle) >= 6}


@dataclass
class Planted:
    """What was planted: kind → texts; and into which fields of the pages."""

    texts: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    fields: set[Field] = field(default_factory=set)

    def __post_init__(self) -> None:
        for kind in set(KINDS) - SECRETS - {"network_address"}:
            self.texts[kind].add(canary(kind))
        self.texts["network_address"].add(ADDRESS)

    def add(self, kind: str, *texts: str) -> None:
        self.texts[kind] |= set(texts)

    def needles(self, kind: str) -> set[bytes]:
        return {needle for text in self.texts[kind] for needle in encoded(text)}

    def sent(self, path: str, fields: Mapping[str, str | list[str]]) -> None:
        every = [text for texts in self.texts.values() for text in texts]
        for name, value in fields.items():
            if any(text in one for text in every for one in ([value] if isinstance(value, str) else value)):
                self.fields.add((address(path), name.rstrip("_")))


def address(path: str) -> str:
    """The row of the table of pages that answers a path."""
    return next(row for pattern, row in _ADDRESSES if pattern.match(path.partition("?")[0]))


class _Forms(HTMLParser):
    """Field → every address to which one of its form's buttons can send it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, set[str]]] = []
        self._to: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self._to = {address(said.get("action") or "")}
        elif tag == "button" and (to := said.get("formaction")):
            self._to.add(address(to))
        elif said.get("name") and (tag == "textarea" or (tag == "input" and said.get("type") in _FREE)):
            self.found.append((said.get("name") or "", self._to))


def unplanted(planted: Planted) -> set[Field]:
    """Every field of every form of every page in which somebody can write words, and into which none were planted."""
    pages = Pages()
    return {
        (min(to), name)
        for sample in SAMPLES.values()
        for name, to in _Forms(pages.render(sample.template, frame_for(sample), **sample.context)).found
        if not planted.fields & {(one, name) for one in to}
    }


class Watched(Visit):
    """Somebody whose address and browser are known, and of whom it is noted which fields they filled in."""

    def __init__(self, origin: str, planted: Planted) -> None:
        super().__init__(origin)
        self._planted = planted
        self._client.close()
        self._client = httpx.Client(
            base_url=origin,
            follow_redirects=True,
            timeout=30,
            headers={
                "user-agent": canary("browser"),
                "referer": f"https://{canary('browser')}/",
                "accept-language": "en",
            },
            transport=httpx.HTTPTransport(local_address=ADDRESS),
        )

    @property
    def cookie(self) -> str:
        return str(self._client.cookies.get("session") or "")

    @property
    def call(self) -> str:
        """What names the call that a volunteer has open."""
        return str(self._client.cookies.get("call") or "")

    def send(self, path: str, **fields: str | list[str]) -> "Watched":
        self._planted.sent(path, fields)
        super().send(path, **fields)  # type: ignore[arg-type] - httpx sends a list as a field with several values
        return self

    def mistypes(self, path: str, *names: str, **fields: str | list[str]) -> None:
        """Words where they do not belong: the page says so, and nothing is kept."""
        try:
            self.send(path, **dict.fromkeys(names, canary("typed")), **fields)
        except UnexpectedPageError:
            return
        raise AssertionError(f"{path} took words in {names}")

    def code(self, pattern: str = r"[\w-]+") -> str:
        """What the page shows to be handed over."""
        found = re.search(rf'class="code">({pattern})<', self.body)
        assert found, self.text
        return found[1]

    def sent_along(self) -> dict[str, str | list[str]]:
        """What a page of confirming sends along."""
        names = ("promises", "pending", "accepts")
        found = {name: self.carried(name) for name in names}
        return {name: values for name, values in found.items() if values} | {"agree": "yes", "kept": "yes"}

    def asks(self, listing: str, **fields: str | list[str]) -> str:
        """Ask; returns the address of the request."""
        ask = f"{listing}/ask"
        self.open(ask).send(ask, days="14", **fields)
        self.send(f"{ask}/send", days="14", **fields, **self.sent_along())
        assert self.said == "sent", self.text
        return self.path

    def every(self, pattern: str) -> Iterator[str]:
        """The addresses of a form on the page that is open, each once."""
        yield from dict.fromkeys(re.findall(rf'(?:href|action)="({pattern})"', self.body))

"""Hostile text in every place where a person may write (safety.md, E.33), seen on every page by everybody who could read it.

Public failures: Mastodon CVE-2023-36459 and CVE-2023-42450, Matrix clients CVE-2021-32622 (text that becomes a page), Trojan Source CVE-2021-42574
(text that reads as something else), formula cells (OWASP), Element's and WhatsApp's combining bombs.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from alongside_node.entrypoints.web.rendering import Pages
from alongside_node.entrypoints.web.site import PAGES as ROUTES
from alongside_node.members import actions as members
from alongside_node.members.actions import Role
from alongside_protocol.client.exchange import HttpResponse
from api_client import Client, granted
from town import NOWHERE, Statements, Town, build
from visitors import OFFER
from world import World, commitments

IDLE = Pages().idle.path
"""The one script of ours."""
OURS = r"http://localhost:\d+"
"""Our own address, whole: on what is printed or handed on."""
MARK = "zqx"
"""Stands in each text, so that a page that shows it is known to show it."""
TEXTS = {
    "script": f"{MARK}</title></textarea><script>alert(1)</script>",
    "attribute": f"{MARK}\"'><img src=x onerror=alert(1)><svg/onload=alert(1)>",
    "focus": f"{MARK}' autofocus onfocus='alert(1)",
    "markdown": f"{MARK} [a](javascript:alert(1)) [b](data:text/html,x) ![c](https://evil.example/c.png) [d](//evil.example) [e](/sign-out)",
    "autolink": f'{MARK} <javascript:alert(1)> <https://evil.example/"onclick=x> [x][y]\n\n[y]: javascript:alert(1)',
    "template": f"{MARK} {{{{ 7*191 }}}} {{% raw %}} ${{7*191}} %(x)s {{0}} %s",
    "overrides": f"{MARK} \u202enever calls\u202c \u2066hidden\u2069 \u206a",
    "unseen": f"{MARK}\u200b\u200d\u00ad\ufeff\u2060\u180e",
    "towers": MARK + "a" + "\u0301\u0316" * 200,
    "controls": f"{MARK}\x00\x07\x1b[31m\x7f\x85\u2028",
    "lines": f"{MARK}\r\nX-Injected: 1\r\n\r\n<script>alert(1)</script>\r\nBEGIN:VEVENT",
    "formula": f'=HYPERLINK("https://evil.example","{MARK}")',
    "giant": MARK * 1_000,
    "markup": f"{MARK}<!--><style>*{{display:none}}</style><base href=//evil.example><meta http-equiv=refresh content=0>",
}
TEXT_FIELDS = (
    "words",
    "name",
    "contact",
    "times",
    "access_needs",
    "title",
    "text",
    "by",
    "area",
    "lived",
    "by_and_for",
    "place",
)


class Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))


def inert(answer: HttpResponse) -> bool:
    """Nothing runs, loads, reorders or leaves its place. Returns whether the text is shown."""
    assert answer.status < 500
    assert "x-injected" not in answer.headers
    assert not any("\n" in value or "\r" in value for value in answer.headers.values())
    kind = answer.headers.get("content-type", "")
    page = answer.body.decode()
    if kind.startswith("application/json"):
        json.loads(page)
        return MARK in page
    if not kind.startswith("text/html"):
        return False
    for tag, attributes in Seen(page).tags:
        assert tag != "script" or (attributes["src"] == IDLE and page.count("<script") == 1)
        assert tag not in ("style", "iframe", "object", "embed", "base", "img", "audio", "video", "frame")
        assert tag != "meta" or attributes.keys() <= {"charset", "name", "content"}
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "srcdoc", "autofocus")]
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            there = attributes.get(name, "#")
            assert not there or re.match(rf"(/(?!/)|#|mailto:|tel:|https://|{OURS}/listings/)", there), there
            outside = there.startswith("https://")
            assert not outside or tag != "a" or "noreferrer" in attributes.get("rel", ""), (there, attributes)
    shown = re.sub(
        r'(?s) value="[^"]*"|<textarea.*?</textarea>', "", page
    )  # what they wrote themselves, to be sent as it is
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", shown)
    assert not [character for character in shown if unicodedata.category(character) == "Cc" and character not in "\n\t"]
    assert not re.search("[\u0300-\u036f]{5}", shown)
    assert "1337" not in shown
    return MARK in page


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    statements, world = Statements(), World(tmp_path_factory.mktemp("world"))
    yield build(world, statements)
    world.close()
    statements.close()


def hidden(answer: HttpResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.body.decode())
    return found[1] if found else ""


@pytest.mark.parametrize("kind", TEXTS)
def test_what_somebody_asks_is_read_by_who_offers_as_it_was_written_and_does_nothing(town: Town, kind: str) -> None:
    """The words of requests are sealed, so no form has looked at them when they are shown."""
    text, oak = TEXTS[kind], town.oak
    town.people["asks"] = oak.person("Asks")
    cookie, ask = town.cookie("asks"), town.path("/listings/{node}/{listing}/ask")
    fields: dict[str, Any] = {
        "words": text[:4_000],
        "name": text[:60],
        "contact": text[:200],
        "days": "7",
        "silence": "nothing",
    }
    look = town.send("POST", ask, cookie, fields)
    assert inert(look)
    said = {"promises": hidden(look, "promises"), "agree": "yes", "pending": ""}
    sent = town.send("POST", f"{ask}/send", cookie, fields | said)
    assert sent.status == 303, sent.body
    mine = sent.headers["location"].partition("?")[0]
    assert inert(town.send("GET", mine, cookie))
    oak.world.settle()
    came = f"/incoming/{oak.id}/{mine.rpartition('/')[2]}"
    mira = town.cookie("mira")
    assert inert(town.send("GET", came, mira))
    inert(town.send("GET", "/incoming", mira))
    answered = town.send("POST", f"{came}/accept", mira, {"text": text[:4_000]})
    assert answered.status == 303, answered.body
    oak.world.settle()
    assert inert(town.send("GET", mine, cookie))
    assert town.send("POST", f"{mine}/message", cookie, {"text": text[:4_000]}).status == 303
    oak.world.settle()
    assert inert(town.send("GET", came, mira))
    assert inert(town.send("POST", "/account/take", cookie))


@pytest.mark.parametrize("kind", TEXTS)
def test_what_somebody_offers_needs_or_says_of_the_community_is_refused_or_does_nothing(town: Town, kind: str) -> None:
    text = TEXTS[kind]
    mira, stella = town.cookie("mira"), town.cookie("stella")
    short = dict.fromkeys(TEXT_FIELDS, text[:60])
    for fields in (
        OFFER | short | {"text": text[:4_000]},
        OFFER | short | {"contact_page": text, "topics": text, "then": "draft"},
    ):
        answer = town.send("POST", "/offerings/new", mira, fields)
        inert(answer)
        if answer.status == 303:
            inert(town.send("GET", answer.headers["location"], mira))
    assert inert(town.send("POST", "/needs/new", "", short | {"type": "practical", "lang": "en", "audience": "here"}))
    inert(town.send("POST", "/members/invite", stella, {"role": text}))
    inert(town.send("POST", "/peers/invite", stella, {"note": text[:200]}))
    of_us = {
        "name": text[:60],
        "place": text[:60],
        "description": text,
        "agreements": text,
        "young_people": text,
        "hard_night_words": text,
    }
    inert(
        town.send(
            "POST",
            "/community",
            stella,
            of_us
            | {
                "lang": "en",
                "hard_night_note_1": text[:60],
                "hard_night_value_1": text[:60],
                "hard_night_kind_1": "page",
            },
        )
    )
    everywhere(town)


def everywhere(town: Town) -> int:
    """Every page as somebody of each kind; returns on how many the text is shown."""
    found = 0
    for page in ROUTES:
        if page.get:
            for name in ("nobody", "gus", "mira", "stella"):
                found += inert(town.send("GET", town.path(page.path), town.cookie(name)))
    return found


@pytest.mark.parametrize("kind", TEXTS)
def test_what_somebody_looks_for_does_nothing_where_it_stands_again(town: Town, kind: str) -> None:
    text = TEXTS[kind]
    fields = dict.fromkeys(("words", "lived", "by_and_for", "topic", "language", "type", "place", "distance"), text)
    for path in ("/search", "/print"):
        begun = town.send("POST", path, "", fields)
        shown = inert(town.send("GET", begun.headers["location"])) if begun.status == 303 else inert(begun)
        assert shown or path == "/print"
        inert(town.send("POST", path, "", fields | {"area": text}))


@pytest.mark.parametrize("kind", TEXTS)
def test_what_stands_in_an_address_or_a_field_of_no_form_stands_on_no_page(town: Town, kind: str) -> None:
    text = TEXTS[kind].replace(MARK, "qqzzqq")
    for page in ROUTES:
        path = re.sub(r"\{\w+\}", lambda _: text.replace("/", "-").replace("\r", "").replace("\n", ""), page.path)
        if page.get:
            answer = town.send("GET", path, town.cookie("stella"))
            assert answer.status < 500, path
    for query in ("said", "page", "type", "direction", "lang"):
        from urllib.parse import quote  # noqa: PLC0415 - only here

        for path in ("/", "/search", "/offerings/new", town.path("/search/{search}")):
            answer = town.send("GET", f"{path}?{query}={quote(text)}", town.cookie("mira"))
            inert(answer)
            assert "qqzzqq" not in answer.body.decode()
    for path in (
        "/join",
        "/recover",
        "/incoming/join",
        "/offerings/together",
        "/account/sessions/end",
        "/blocks",
        "/join/done",
    ):
        inert(
            town.send(
                "POST", path, town.cookie("lena"), dict.fromkeys(("code", "name", "session", "mark", "pending"), text)
            )
        )


def test_a_name_that_somebody_joins_with_is_one_plain_line(town: Town) -> None:
    oak, now = town.oak, town.oak.world.clock.now()
    for kind, text in TEXTS.items():
        code, _ = oak.write(lambda tx: members.invite(tx, Role.MEMBER, now=now, random=oak.random))
        inert(town.send("POST", "/join", "", {"code": code, "name": text[:60]}))
        town.people[kind] = oak.person(text)
        assert inert(town.send("GET", "/account", town.cookie(kind))) or kind == "formula"
        client = granted(oak, town.people[kind])
        oak.write(
            lambda tx, who=town.people[kind], text=text: members.grant(
                tx, who.member.id, text, now=now, random=oak.random
            )
        )
        assert inert(town.send("GET", "/account", town.cookie(kind)))
        assert client.get("/box").status == 200
    names = [row.name for row in oak.rows("member")]
    assert not [name for name in names if any(unicodedata.category(character) in ("Cc", "Zl") for character in name)]
    assert max(map(len, names)) <= 60


def test_what_a_program_writes_is_refused_or_does_nothing_on_the_pages(town: Town) -> None:
    """The API takes what no form of ours would send."""
    noor: Client = granted(town.oak, town.people["lena"])
    for text in TEXTS.values():
        content = {
            "direction": "offer",
            "type": "circle",
            "title": text,
            "text": text,
            "by": text,
            "topics": [text],
            "commitments": commitments(),
        }
        answer = noor.post("/offerings", {"content": content})
        assert answer.status < 500
        if answer.status == 201:
            path = f"/offerings/{answer.json['id']}"
            for page in (f"{path}/edit", f"{path}/preview", "/offerings"):
                inert(town.send("GET", page, town.cookie("lena")))


@pytest.mark.parametrize(
    "strange", ["a\x00b", "\x00", "\ufffd" * 30, "\U0010ffff", "%", "%00", "..", "'", '"', "x" * 9_000]
)
def test_a_strange_address_is_nothing_there_on_both_databases(
    new_url: Callable[[], str], tmp_path: Path, strange: str
) -> None:
    """PostgreSQL takes no NUL in a text: that must be as much of nothing as on SQLite."""
    world = World(tmp_path, new_url)
    oak = world.community("Oak")
    town = Town(oak, Statements(), {"stella": oak.person("Stella", Role.STEWARD)})
    try:
        for page in ROUTES:
            if "{" in page.path:
                path = re.sub(r"\{\w+\}", lambda _: strange.replace("/", "-"), page.path)
                for method, handler in (("GET", page.get), ("POST", page.post)):
                    if handler:
                        answer = town.send(method, path, town.cookie("stella"), {"words": strange, "code": strange})
                        assert answer.status < 500, (method, path)
        for page in ("/join", "/search", "/recover", "/blocks", "/account/sessions/end", "/peers/accept"):
            answer = town.send(
                "POST", page, town.cookie("stella"), dict.fromkeys((*TEXT_FIELDS, "code", "mark", "session"), strange)
            )
            assert answer.status < 500, page
            if answer.status == 303:
                assert town.send("GET", answer.headers["location"], town.cookie("stella")).status < 500, page
        client = Client(oak, granted(oak, town.people["stella"]).token)
        assert client.post("/search", {"words": strange[:100]}).status < 500
        assert client.get(f"/offerings/{NOWHERE}").status < 500
    finally:
        town.statements.close()
        world.close()

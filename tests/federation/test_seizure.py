"""The seizure test (safety.md, "At rest", D.32, E.37): two nodes as real processes are used by real people, then their machines are taken.

Every field of every person holds a word of its own. What can be read, table by table, must be what `alongside disclose` and the page `/disclose`
say: `measured.json` is written by this test (`ALONGSIDE_TEST_MEASURE=write`) and compared by it ever after.
"""

import base64
import html
import json
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from urllib.parse import quote

import httpx
import pytest

from alongside_node import disclosing
from alongside_node.demo.content import Community, Member, communities
from alongside_node.demo.filling import fill
from alongside_node.demo.processes import Process, stop_all
from alongside_node.demo.story import Story
from alongside_node.demo.visit import UnexpectedPageError, Visit, until
from alongside_node.disclosing.statement import INDEX, KINDS, MEASURED, TABLES, Kept
from alongside_node.members import printed_code
from alongside_node.members import words as seven
from alongside_protocol import base64url
from ports import free_ports

RESULT = Path(disclosing.__file__).with_name(MEASURED)
ADDRESS = "127.0.0.77"
SECRETS = {"seven_words", "printed_code", "invitation", "session", "token"}
"""Kinds whose words are drawn by the node; of all others the word is ours."""


def canary(kind: str) -> str:
    """A word that stands for a kind, beginning unlike any other: an index leaves out what two words share."""
    drawn = sha256(kind.encode()).hexdigest()
    return f"{drawn[:3]}canary{drawn[3:11]}"


@dataclass
class Planted:
    """What was planted: kind → texts."""

    texts: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})

    def __post_init__(self) -> None:
        for kind in set(KINDS) - SECRETS - {"network_address"}:
            self.texts[kind].add(canary(kind))
        self.texts["network_address"].add(ADDRESS)

    def add(self, kind: str, *texts: str) -> None:
        self.texts[kind] |= set(texts)

    def needles(self, kind: str) -> set[bytes]:
        """Every form in which a text of this kind could stand in a file."""
        return {needle for text in self.texts[kind] for needle in encoded(text)}


def encoded(text: str) -> set[bytes]:
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


class Watched(Visit):
    """Somebody whose address and browser are known."""

    def __init__(self, origin: str) -> None:
        super().__init__(origin)
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

    def refused(self, path: str, **fields: str) -> None:
        with pytest.raises(UnexpectedPageError):
            self.send(path, **fields)

    def kept_words(self) -> str:
        found = re.search(r'<ol class="keep"[^>]*>(.*?)</ol>', self.body)
        assert found, self.text
        return " ".join(re.findall(r"<li>([^<]+)</li>", found[1]))

    def asks(self, listing: str, **fields: str) -> str:
        ask = f"{listing}/ask"
        self.open(ask).send(ask, days="14", **fields)
        carried = {
            "promises": self.hidden("promises"),
            "pending": self.hidden("pending"),
            "agree": "yes",
            "kept": "yes",
        }
        self.send(f"{ask}/send", days="14", **fields, **carried)
        assert self.said == "sent", self.text
        return self.path


def small(community: Community, steward: str, people: tuple[Member, ...]) -> Community:
    return replace(community, members=(Member(steward, True, ()), *people))


@dataclass
class Story2:
    """Two communities in use, and what the people of this story know."""

    here: Process
    there: Process
    planted: Planted
    folder: Path
    words: dict[str, str] = field(default_factory=dict)
    visits: ExitStack = field(default_factory=ExitStack)

    def visit(self, process: Process) -> "Watched":
        """Somebody at the pages of one of them."""
        return self.visits.enter_context(Watched(process.filled.origin))


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story2]:
    folder = tmp_path_factory.mktemp("seized")
    temporary = folder / "temporary"
    temporary.mkdir()
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(temporary)
    planted = Planted()
    there_content, here_content = (one for one in communities() if one.key in ("harbour", "warmline"))
    offer = next(
        one for _, one in there_content.listings() if one["type"] == "listening" and one["audience"] == "anyone"
    )
    offer = {**offer, "title": f"Awake {canary('listing')}", "by": canary("holder_name")}
    offer["room"] = {**offer.get("room", {}), "state": "open", "waiting": 9, "guests": 5}
    offerer = Member(canary("account_name"), False, (offer,))
    ports = free_ports(2)
    chosen = (
        small(here_content, "Steward", (Member("Asker", False, ()),)),
        small(there_content, "Steward", (offerer,)),
    )
    here, there = (
        Process(fill(one, folder / one.key, origin=f"http://127.0.0.1:{port}", port=port), folder / one.key)
        for one, port in zip(chosen, ports, strict=True)
    )
    try:
        for process in (here, there):
            process.start()
        Story().federate(there.filled, here.filled)
        story = Story2(here, there, planted, folder)
        with story.visits:
            _live(story)
            yield story
    finally:
        stop_all([here, there])
        os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before)


def _live(story: Story2) -> None:
    """Everything that people do here, each with words of their own."""
    planted, here, there = story.planted, story.here.filled, story.there.filled
    steward = story.visit(story.here)
    steward.sign_in(here.words["Steward"])
    codes = []
    for _ in range(2):
        steward.open("/members/invite").send("/members/invite", role="member")
        codes += re.findall(r'class="code">([a-z2-7-]{20,})<', steward.body)
    planted.add("invitation", *codes)
    steward.open("/peers/invite").send("/peers/invite", note=canary("peer_note"))

    joined = story.visit(story.here)
    joined.open("/join").send("/join", code=codes[0], name=canary("account_name"))
    story.words["joined"] = joined.kept_words()
    joined.send("/join/done", pending=joined.hidden("pending"), kept="yes")
    joined.open("/account/code").send("/account/code", words=story.words["joined"])
    code = re.search(r'class="code">([0-9A-Z-]{39})<', joined.body)
    assert code
    planted.add("printed_code", code[1], printed_code.normalised(code[1]))
    granted = httpx.post(
        f"{here.origin}/api/v1/grants",
        json={"words": story.words["joined"], "label": canary("program_label")},
        trust_env=False,
    ).json()
    planted.add("token", granted["token"])

    stranger = story.visit(story.here)
    stranger.open("/sign-in").refused("/sign-in", words=canary("typed"))
    stranger.open("/recover").refused("/recover", code=canary("typed"))
    stranger.open("/search").refused("/search", words=canary("search"), area=canary("search"))
    stranger.open("/search").send("/search", words=canary("search"), lived=canary("search"))

    def listing() -> str:
        found = re.search(f"/listings/{there.node}/[A-Za-z0-9_-]{{22}}", joined.open("/search").send("/search").body)
        return found[0] if found else ""

    until(lambda: bool(listing()), "their listing is here")
    fields = {
        "words": f"I am {canary('request')}",
        "name": canary("request_name"),
        "contact": f"{canary('contact')}@example.org",
        "times": canary("needs"),
        "access_needs": canary("needs"),
    }
    request = joined.asks(listing(), **fields)
    guest = story.visit(story.here)
    ask = f"{listing()}/ask"
    guest.open(ask).send(ask, days="14", **fields)
    story.words["guest"] = guest.kept_words()
    carried = {"promises": guest.hidden("promises"), "pending": guest.hidden("pending")}
    guest.send(f"{ask}/send", days="14", **fields, **carried, agree="yes", kept="yes")

    offerer = story.visit(story.there)
    story.words["offerer"] = there.words[canary("account_name")]
    offerer.sign_in(story.words["offerer"])
    until(lambda: len(re.findall(r'href="/incoming/[^"]+"', offerer.open("/incoming").body)) > 1, "both came")
    for path in dict.fromkeys(re.findall(r'href="(/incoming/[^"?]+/[^"?]+)"', offerer.body)):
        offerer.open(html.unescape(path)).send(f"{path}/accept", text=f"Yes {canary('answer')}")
    offerer.open("/offerings/new?direction=offer&type=listening").send(
        "/offerings/new",
        direction="offer",
        type="listening",
        title=canary("draft"),
        text=canary("draft"),
        lang="en",
        by=canary("holder_name"),
        then="draft",
    )
    until(lambda: canary("answer") in joined.open(request).text, "the answer is there")
    joined.send(f"{request}/message", text=f"Good {canary('message')}")
    for visit in (steward, joined, guest, offerer, stranger):
        if visit.cookie:
            planted.add("session", visit.cookie)
    everybody = [*story.words.values(), *here.words.values(), *there.words.values()]
    planted.add("seven_words", *everybody, *(seven.normalised(words) for words in everybody))


# Taking the machines.


def taken(story: Story2) -> dict[str, bytes]:
    """Every file of both machines, as they lay there at that moment."""
    return {
        str(path.relative_to(story.folder)): path.read_bytes() for path in story.folder.rglob("*") if path.is_file()
    }


def readable(story: Story2, kinds: set[str], copy: Path) -> dict[str, set[str]]:
    """Table and column → kinds that can be read in it, of both databases."""
    found: dict[str, set[str]] = {}
    for process in (story.here, story.there):
        folder = copy / process.filled.key
        copytree(story.folder / process.filled.key, folder)
        with closing(sqlite3.connect(folder / "alongside.sqlite3")) as database:
            names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in names:
                if table.startswith((INDEX, "sqlite_", "alembic_")):
                    continue
                cursor = database.execute(f'SELECT * FROM "{table}"')
                columns = [column for column, *_ in cursor.description]
                for row in cursor:
                    for column, value in zip(columns, row, strict=True):
                        cell = value if isinstance(value, bytes) else str(value).encode()
                        for kind in kinds:
                            if any(needle in cell for needle in story.planted.needles(kind)):
                                found.setdefault(f"{table}.{column}", set()).add(kind)
            database.execute(f"CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, {INDEX}, 'row')")
            terms = {term for (term,) in database.execute("SELECT term FROM temp.terms")}
            for kind in kinds:
                if story.planted.texts[kind] & terms:
                    found.setdefault(f"{INDEX}.words", set()).add(kind)
    return found


def test_what_a_seized_machine_shows_is_what_the_page_says(used: Story2, tmp_path: Path) -> None:
    used.here.kill()
    used.there.kill()
    kinds = set(KINDS)
    held = taken(used)
    assert any(name.endswith("-wal") and content for name, content in held.items()), "taken while it was in use"
    found = readable(used, kinds, tmp_path)
    in_tables = {kind for several in found.values() for kind in several}
    for name, content in held.items():
        there = {kind for kind in kinds if any(needle in content for needle in used.planted.needles(kind))}
        beyond = there - in_tables if ".sqlite3" in name else there
        assert not beyond, f"{name} holds {sorted(beyond)}"
    result = {
        "readable": {place: sorted(several) for place, several in sorted(found.items())},
        "nowhere": [kind for kind in KINDS if kind not in in_tables],
    }
    if os.environ.get("ALONGSIDE_TEST_MEASURE") == "write":
        RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    assert result == json.loads(RESULT.read_text("utf-8")), (
        "what leaks has changed: read the difference; if it must be so, run this test with ALONGSIDE_TEST_MEASURE=write"
    )
    for place in result["readable"]:
        table, column = place.split(".")
        if table != INDEX:
            assert TABLES[table].columns[column] in (Kept.READABLE, Kept.SHOWN), f"{place} is said to be closed"
    assert set(result["nowhere"]) >= SECRETS
    _check_fingerprints(used, tmp_path)


def _check_fingerprints(used: Story2, copy: Path) -> None:
    """What is said to be a fingerprint is one, of what it is said to be."""
    with closing(sqlite3.connect(copy / used.here.filled.key / "alongside.sqlite3")) as database:
        (salt,) = database.execute("SELECT words_salt FROM community").fetchone()

        def column(table: str, name: str) -> set[bytes]:
            return {value for (value,) in database.execute(f'SELECT {name} FROM "{table}"')}

        hashed = {sha256(base64url.decode(cookie)).digest() for cookie in used.planted.texts["session"]}
        assert len(column("session", "token") & hashed) == 3, "the steward, who joined, and the guest"
        assert column("grant", "token") == {
            sha256(base64url.decode(one)).digest() for one in used.planted.texts["token"]
        }
        assert {seven.derive(used.words[who], salt).lookup for who in ("joined", "guest")} <= column("member", "lookup")
        codes = {printed_code.derive(code, salt).lookup for code in used.planted.texts["printed_code"]}
        assert column("recovery", "lookup") == codes


def test_of_people_who_left_nothing_is_in_any_file_of_either_machine(used: Story2) -> None:
    """D.32, after the test above: the machines are switched on again, both leave, and the machines are taken once more."""
    used.there.start()
    used.here.start()
    for process, who in ((used.here, "joined"), (used.here, "guest"), (used.there, "offerer")):
        visit = used.visit(process)
        visit.sign_in(used.words[who])
        visit.open("/account/leave").send("/account/leave", words=used.words[who], sure="yes")
        assert visit.said == "gone", visit.text
    gone = set(KINDS) - {"peer_note", "invitation"}

    def mail() -> int:
        return sum(_rows(process, "outbox") for process in (used.here, used.there))

    until(lambda: mail() == 0, "the other community was asked to delete")
    until(lambda: _rows(used.there, "letter") == 0, "it has deleted")
    looking = used.visit(used.here)
    until(lambda: canary("listing") not in looking.open("/search").send("/search").body, "gone")
    for taken_again in (used.here, used.there):
        taken_again.stop()
        taken_again.start()  # at each start the files are written anew

    def left() -> dict[str, set[str]]:
        return {
            name: there
            for name, content in taken(used).items()
            if (there := {kind for kind in gone if any(needle in content for needle in used.planted.needles(kind))})
        }

    deadline = time.monotonic() + 30
    while left() and time.monotonic() < deadline:
        time.sleep(0.5)
    for process in (used.here, used.there):
        process.kill()
    assert left() == {}


def _rows(process: Process, table: str) -> int:
    with closing(sqlite3.connect(process.database.removeprefix("sqlite:///"))) as database:
        (count,) = database.execute(f'SELECT count(*) FROM "{table}"').fetchone()
        return int(count)

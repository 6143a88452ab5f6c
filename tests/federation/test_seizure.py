"""The seizure test (safety.md, "At rest", D.32, E.37): two nodes as real processes are used by real people, then their machines are taken.

Every field of every page holds a word of its own (`canaries`, `seized`). What can be read, table by table, must be what `alongside disclose` and
the page `/disclose` say: `measured.json` is written by this test (`ALONGSIDE_TEST_MEASURE=write`) and compared by it ever after.
"""

import json
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Any, Final

import pytest

from alongside_node import disclosing, schema
from alongside_node.demo.processes import Process
from alongside_node.demo.visit import until
from alongside_node.disclosing.statement import INDEX, KINDS, MEASURED, TABLES, Kept
from alongside_node.members import printed_code
from alongside_node.members import words as seven
from alongside_node.notifications import wrapping
from alongside_node.notifications.rules import Kind
from alongside_node.referrals import rules as referrals
from alongside_protocol import base64url
from canaries import SECRETS, canary, unplanted
from seized import Life, lived

RESULT: Final = Path(disclosing.__file__).with_name(MEASURED)
STAYS: Final = {"peer_note", "invitation", "community", "imported"}
"""Kinds that are the community's, not somebody's who leaves."""

MAY_HOLD_WORDS: Final = {Kept.READABLE, Kept.SHOWN, Kept.SEALED, Kept.LOCKED, Kept.BESIDE}
"""A column of these has to hold something when the machines are taken: what was never there cannot be found."""
EMPTY: Final = {
    "received.body": "a message until a worker has acted on it: a moment",
    "early.body": "a message that overtook the one before it; here they came in their order",
    "own_change.line": "the line of own_record until the next signature: a moment",
    "own_change.id": "the same",
    "set_aside.id": "what another node published and cannot be used; nobody here wrote it",
    "set_aside.line": "the same",
    "evidence.peer": "what another node signed and contradicts; nobody here wrote it",
    "evidence.first": "the same",
    "evidence.second": "the same",
}
"""Columns that may hold words and hold none in this story, each with its reason."""
NO_WORDS: Final = {
    "member.lang": "a language, chosen from a list",
    "listing.source": "the name that a file of a steward has, or a word of ours",
    "listing.source_key": "an id in that file",
    "listing.waiting_for": "codes",
}
"""Readable columns in which nobody's words can be, each with its reason."""
DRAWN: Final = frozenset(f"{one} {two}".title() for one in referrals._FIRST for two in referrals._SECOND)
"""Aliases: two words that were drawn."""
LOOKS: Final = {
    Kept.CHANCE: r"[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{43}:[A-Za-z0-9_-]{22}",
    Kept.MARK: r"[a-z0-9_.:-]{0,40}|[\[{][\w\s\[\]{}:,\"-]*[\]}]",
    Kept.TIME: r"\d{4}-Q[1-4]",
}
"""What a text in a column has to look like that is said to hold a random name, a code, or a day."""


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    folder = tmp_path_factory.mktemp("seized") / "machines"
    folder.mkdir()
    with lived(folder) as life:
        yield life


# Taking the machines.


@dataclass
class Opened:
    """What whoever takes both machines finds in the tables: column → kinds that can be read, and whether anything stands there at all."""

    readable: dict[str, set[str]] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)
    strange: set[str] = field(default_factory=set)

    @property
    def kinds(self) -> set[str]:
        return {kind for several in self.readable.values() for kind in several}


def taken(life: Life) -> dict[str, bytes]:
    """Every file of both machines, as they lay there at that moment."""
    return {str(path.relative_to(life.folder)): path.read_bytes() for path in life.folder.rglob("*") if path.is_file()}


def opened(life: Life, copy: Path) -> Opened:
    """Both databases, cell by cell, with every key that lies in a file beside them."""
    found = Opened()
    needles = {kind: life.planted.needles(kind) for kind in KINDS}
    for process in (life.here, life.there):
        folder = copy / process.filled.key
        copytree(life.folder / process.filled.key, folder)
        with closing(sqlite3.connect(folder / "alongside.sqlite3")) as database:
            for table in schema.metadata.tables:
                cursor = database.execute(f'SELECT * FROM "{table}"')
                columns = [column for column, *_ in cursor.description]
                for row in cursor:
                    for column, value in zip(columns, row, strict=True):
                        cell = value if isinstance(value, bytes) else str(value).encode()
                        if column == "sealed" and table == "channel":
                            cell += _told_at(folder, dict(zip(columns, row, strict=True))).encode()
                        _look(
                            found, table, column, value, {k for k, ns in needles.items() if any(n in cell for n in ns)}
                        )
            database.execute(f"CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, {INDEX}, 'row')")
            terms = {term for (term,) in database.execute("SELECT term FROM temp.terms")}
            in_index = {kind for kind in KINDS if life.planted.texts[kind] & terms}
            if in_index:
                found.readable.setdefault(f"{INDEX}.words", set()).update(in_index)
    return found


def _told_at(folder: Path, row: dict[str, Any]) -> str:
    choice = wrapping.unwrap(row["sealed"], Kind(row["kind"]), (folder / wrapping.KEY_NAME).read_bytes(), row=row["id"])
    assert choice is not None
    return choice.to


def _look(found: Opened, table: str, column: str, value: Any, kinds: set[str]) -> None:
    place = f"{table}.{column}"
    if kinds:
        found.readable.setdefault(place, set()).update(kinds)
    if value not in (None, "", b""):
        found.filled.add(place)
    looks = LOOKS.get(TABLES[table].columns[column])
    if looks and isinstance(value, str) and not re.fullmatch(looks, value) and value not in DRAWN:
        found.strange.add(f"{place}: {value[:60]}")


def test_what_a_seized_machine_shows_is_what_the_page_says(used: Life, tmp_path: Path) -> None:
    """In the middle: one machine is taken, something is still written to it at the other, then that is taken too."""
    assert unplanted(used.planted) == set(), "a page has a field into which `seized` plants nothing"
    used.there.kill()
    joined = used.visit(used.here, used.words["joined"])
    joined.open(used.request).send(f"{used.request}/message", text=f"Are you there? {canary('message')}")
    until(lambda: _rows(used.here, "peer_health") == 1, "it could not be delivered, and lies")
    used.here.kill()
    held = taken(used)
    assert any(name.endswith("-wal") and content for name, content in held.items()), "taken while it was in use"
    found = opened(used, tmp_path)
    for name, content in held.items():
        there = {kind for kind in KINDS if any(needle in content for needle in used.planted.needles(kind))}
        beyond = there - found.kinds if ".sqlite3" in name else there
        assert not beyond, f"{name} holds {sorted(beyond)}"
    _compare(found)
    _check_columns(found)
    _check_fingerprints(used, tmp_path)


def _compare(found: Opened) -> None:
    result = {
        "readable": {place: sorted(several) for place, several in sorted(found.readable.items())},
        "nowhere": [kind for kind in KINDS if kind not in found.kinds],
    }
    if os.environ.get("ALONGSIDE_TEST_MEASURE") == "write":
        RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    assert result == json.loads(RESULT.read_text("utf-8")), (
        "what leaks has changed: read the difference; if it must be so, run this test with ALONGSIDE_TEST_MEASURE=write"
    )
    assert set(result["nowhere"]) >= SECRETS


def _check_columns(found: Opened) -> None:
    """Every column of the schema: what may hold words held some, what was readable is said to be, what holds none looks like it."""
    said = {f"{table}.{column}": kept for table, known in TABLES.items() for column, kept in known.columns.items()}
    may_hold = {place for place, kept in said.items() if kept in MAY_HOLD_WORDS}
    assert sorted(may_hold - found.filled) == sorted(EMPTY), "plant it in `seized`, or say here why it holds nothing"
    readable = {place for place, kept in said.items() if kept is Kept.READABLE}
    assert readable - set(found.readable) == set(NO_WORDS), "plant words in it, or say here why nobody's can be there"
    open_to_see = {place for place, kept in said.items() if kept in (Kept.READABLE, Kept.SHOWN, Kept.BESIDE)}
    assert set(found.readable) - open_to_see == {f"{INDEX}.words"}, "said to be closed, and could be read"
    assert found.strange == set(), "said to hold no words, and does not look like it"


def _check_fingerprints(used: Life, copy: Path) -> None:
    """What is said to be a fingerprint is one, of what it is said to be."""
    with closing(sqlite3.connect(copy / used.here.filled.key / "alongside.sqlite3")) as database:
        (salt,) = database.execute("SELECT words_salt FROM community").fetchone()

        def column(table: str, name: str) -> set[bytes]:
            return {value for (value,) in database.execute(f'SELECT {name} FROM "{table}"')}

        hashed = {sha256(base64url.decode(cookie)).digest() for cookie in used.planted.texts["session"]}
        assert len(column("session", "token") & hashed) == 5, "the steward, two who joined, and two guests"
        assert column("grant", "token") == {
            sha256(base64url.decode(one)).digest() for one in used.planted.texts["token"]
        }
        assert {seven.derive(used.words[who], salt).lookup for who in ("joined", "guest")} <= column("member", "lookup")
        codes = {printed_code.derive(code, salt).lookup for code in used.planted.texts["printed_code"]}
        assert column("recovery", "lookup") == codes


def test_of_people_who_left_nothing_is_in_any_file_of_either_machine(used: Life) -> None:
    """D.32, after the test above: the machines are switched on again, everybody leaves, and the machines are taken once more."""
    used.there.start()
    used.here.start()
    volunteer = used.visit(used.here, used.here.filled.words["Steward"])
    volunteer.open("/calls").send("/calls/open", words=used.spoken).send("/calls/now/delete")
    assert volunteer.said == "deleted", volunteer.text
    for process, several in (
        (used.here, ("joined", "annoying", "guest", "needy", "in_turn")),
        (used.there, ("offerer", "helper")),
    ):
        for who in several:
            visit = used.visit(process, used.words[who])
            visit.open("/account/leave").send("/account/leave", words=used.words[who], sure="yes")
            assert visit.said == "gone", visit.text

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
            if (
                there := {
                    kind
                    for kind in set(KINDS) - STAYS
                    if any(needle in content for needle in used.planted.needles(kind))
                }
            )
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

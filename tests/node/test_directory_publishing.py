"""Our own directory and its heads (section 4; safety B.21, C.22, F1), on both databases: one head a batch, whole or not at all."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from alongside_node import schema
from alongside_node.directory import publishing, serve, store
from alongside_node.directory.publishing import OwnDirectory
from alongside_node.foundation.database import Database
from alongside_node.identity import actions as identity
from alongside_node.listings import rules
from alongside_protocol import base64url, feed
from alongside_protocol import head as heads
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import RecordId, new_record_id
from alongside_protocol.merkle import Tree
from alongside_protocol.profile import Profile
from world import START, Randomness, commitments, offer

DAY = 86_400
RANDOM = Randomness("publishing")


class House:
    """A founded database, its clock, and its directory."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.at = START
        profile = Profile(name="Oak", lang="en", commitments=commitments())  # type: ignore[arg-type]
        database.write(
            lambda tx: identity.found(tx, origin="https://oak.example", profile=profile, now=START, random=RANDOM)
        )
        self.announced: list[Any] = []
        self.start()

    def now(self) -> int:
        return self.at

    def start(self, kind: Callable[..., OwnDirectory] = OwnDirectory) -> None:
        """As after a restart."""

        async def never(_seconds: float | None) -> None:
            await asyncio.sleep(3_600)

        self.keys = self.database.read(identity.keyring)
        self.directory = kind(
            self.database, self, lambda: self.keys, announce=lambda hint, _: self.announced.append(hint), wait=never
        )

    @property
    def told(self) -> list[tuple[int, int]]:
        return [(hint.doc, hint.seq) for hint in self.announced]

    def put(self, title: str = "Somebody", name: RecordId | None = None, rev: int = 1, **said: Any) -> RecordId:
        name = name or new_record_id(RANDOM)
        content = rules.completed(
            offer(title=title, **said), names=["Mira"], key="A" * 43, now=self.at, place_key=b"k" * 32
        )
        self.database.write(
            lambda tx: publishing.put(
                tx, content, node=self.keys.id, record_id=name, rev=rev, now=self.at, random=RANDOM
            )
        )
        return name

    def withdraw(self, name: RecordId) -> None:
        self.database.write(lambda tx: publishing.withdraw(tx, node=self.keys.id, record_id=name))

    def sign(self) -> bool:
        return asyncio.run(self.directory.sign_due())

    def rows(self, table: str) -> list[Any]:
        return self.database.read(lambda r: r.execute(schema.metadata.tables[table].select()).all())

    def page(self, since: str | None = None) -> feed.Page:
        cursor = None if since is None else feed.read_cursor(since)
        return feed.read_page(
            self.database.read(lambda r: serve.changes(r, since=cursor, after=None, floor=self.directory.floor))
        )

    def check(self) -> heads.Head:
        """The newest head covers exactly what is served, and links to the one before it."""
        rows = self.rows("own_record")
        tree = Tree((base64url.decode(row.id), row.digest) for row in rows if row.digest is not None)
        texts = [row.text for row in sorted(self.rows("own_head"), key=lambda row: (row.doc, row.seq))]
        read = [heads.read(text, self.keys.signing.verify_key, node=self.keys.id, doc=1) for text in texts]
        assert (read[-1].size, read[-1].root) == (len(tree), tree.root)
        for one, following in pairwise(read):
            assert (following.prev, following.seq) == (one.digest, one.seq + 1)
        return read[-1]


@pytest.fixture
def house(migrated: Database) -> House:
    return House(migrated)


def test_one_head_covers_everything_that_changed_since_the_last(house: House) -> None:
    names = [house.put(f"Number {number}") for number in range(7)]
    assert house.sign()
    assert house.told == [(1, 1)]
    assert {row.id for row in house.rows("own_record")} == set(names)
    assert house.rows("own_change") == []
    assert house.check().size == 7


def test_few_changes_go_with_the_hint_as_the_page_that_would_be_served(house: House) -> None:
    gone, changed = house.put("Gone"), house.put("Before")
    house.sign()
    house.put("After", changed, rev=2)
    house.withdraw(gone)
    house.put("New")
    house.sign()
    first, second = house.announced
    assert (first.since, first.page) == (None, None)  # nobody follows from before the first
    assert second.since == "1.1"
    assert second.page is not None
    assert feed.read_page(second.page.encode()) == house.page("1.1")


def test_many_changes_or_long_ones_are_only_announced(house: House) -> None:
    house.put()
    house.sign()
    for number in range(publishing.FEW + 1):
        house.put(f"Number {number}")
    house.sign()
    for _ in range(9):
        house.put(text="é" * 2_000)
    house.sign()
    assert house.told == [(1, 1), (1, 2), (1, 3)]
    assert [hint.page for hint in house.announced] == [None, None, None]


def test_without_a_change_nothing_is_signed_until_a_day_has_passed(house: House) -> None:
    house.put()
    house.sign()
    assert not house.sign()
    house.at += DAY - 1
    assert not house.sign()
    house.at += 1
    assert house.sign()
    assert house.check().seq == 2


def test_what_no_head_covers_is_served_to_nobody(house: House) -> None:
    with pytest.raises(Refused) as refused:
        house.page()
    assert refused.value.code is Code.BUSY
    one = house.put("First")
    house.sign()
    house.put("Second")
    house.put("First, changed", one, rev=2)
    page = house.page()
    assert [entry.id for entry in page.entries] == [one]
    assert page.entries[0].line is not None
    assert b"changed" not in page.entries[0].line


def test_a_change_that_changes_again_while_it_is_signed_is_not_half_published(house: House) -> None:
    name = house.put("First")
    house.sign()
    house.put("Second", name, rev=2)

    class Interrupted(OwnDirectory):
        done = False

        def _signed(self, now: int) -> heads.Head:
            if not self.done:
                self.done = True
                house.put("Third", name, rev=3)
            return super()._signed(now)

    house.start(Interrupted)
    assert house.sign()
    head = house.check()
    assert head.seq == 2  # the number of the one that was given up is used by the one that holds
    [entry] = [entry for entry in house.page().entries if entry.id == name]
    assert entry.line is not None
    assert b"Third" in entry.line
    assert house.rows("own_change") == []


def test_a_withdrawal_while_it_is_signed_leaves_no_line(house: House) -> None:
    name = house.put("First")

    class Interrupted(OwnDirectory):
        done = False

        def _signed(self, now: int) -> heads.Head:
            if not self.done:
                self.done = True
                house.withdraw(name)
            return super()._signed(now)

    house.start(Interrupted)
    house.sign()
    assert house.check().size == 0
    assert b"First" not in repr([tuple(row) for row in house.rows("own_record")]).encode()


def test_when_the_write_fails_the_tree_is_as_before_and_the_next_head_fits(house: House) -> None:
    house.put("First")
    house.sign()
    house.put("Second")

    class Failing(OwnDirectory):
        failed = False

        def _signed(self, now: int) -> heads.Head:
            if not self.failed:
                self.failed = True
                raise OSError("a disk")
            return super()._signed(now)

    house.start(Failing)
    with pytest.raises(OSError, match="a disk"):
        house.sign()
    assert house.sign()
    assert house.check().size == 2


def test_two_heads_with_one_number_are_never_stored(house: House) -> None:
    house.put()
    house.sign()
    with pytest.raises(IntegrityError):
        house.database.write(lambda tx: store.add_head(tx, doc=1, seq=1, text="other", iat=START))


def test_after_a_restart_heads_go_on_where_they_were(house: House) -> None:
    for number in range(3):
        house.put(str(number))
        house.sign()
        house.start()
    assert house.check().seq == 3


def test_more_than_one_head_covers_are_signed_in_several(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "CHANGES_A_HEAD", 3)
    for number in range(8):
        house.put(str(number))
    house.sign()
    assert house.told == [(1, 1), (1, 2), (1, 3)]
    assert house.check().size == 8


def test_after_a_head_a_second_passes_before_the_next_whatever_changes(house: House) -> None:
    steps: list[float | str] = []

    async def pause(seconds: float) -> None:
        steps.append(seconds)

    async def wait(_seconds: float | None) -> None:
        steps.append("waits")
        if len(steps) > 3:
            raise asyncio.CancelledError
        house.put("meanwhile")

    house.put("first")
    directory = OwnDirectory(
        house.database, house, lambda: house.keys, announce=lambda *_: steps.append("told"), wait=wait, pause=pause
    )
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(directory.run())
    assert steps == ["told", 1.0, "waits", "told", 1.0, "waits"]


def test_a_withdrawn_record_leaves_a_tombstone_without_words_for_thirty_days(house: House) -> None:
    name = house.put("Canary")
    house.sign()
    house.withdraw(name)
    house.sign()
    [entry] = [entry for entry in house.page("1.1").entries if entry.id == name]
    assert entry.line is None
    assert b"Canary" not in repr([tuple(row) for table in schema.metadata.tables for row in house.rows(table)]).encode()
    house.at += 30 * DAY
    asyncio.run(house.directory.forget_old(house.at))
    assert house.rows("own_record") != []
    house.at += 1
    asyncio.run(house.directory.forget_old(house.at))
    assert house.rows("own_record") == []
    with pytest.raises(Refused) as refused:
        house.page("1.1")
    assert refused.value.code is Code.CURSOR_GONE


def test_the_floor_that_forgetting_raises_outlives_a_restart(house: House) -> None:
    """A reader whose cursor is older must not be served a page that passes over a removal (C.22)."""
    name = house.put("Gone")
    house.put("Stays")
    house.sign()
    house.withdraw(name)
    house.sign()
    house.at += 31 * DAY
    asyncio.run(house.directory.forget_old(house.at))
    house.start()
    asyncio.run(house.directory.load())
    with pytest.raises(Refused) as refused:
        house.page("1.1")
    assert refused.value.code is Code.CURSOR_GONE


def test_withdrawing_what_no_head_ever_covered_keeps_the_tree_whole(house: House) -> None:
    house.put("Stays")
    name = house.put("Gone")
    house.withdraw(name)
    house.sign()
    assert house.check().size == 1
    house.withdraw(house.put("Gone too"))
    house.sign()
    house.check()


def test_a_cursor_from_the_future_is_refused(house: House) -> None:
    house.put()
    house.sign()
    for cursor in ("1.2", "2.1"):
        with pytest.raises(Refused) as refused:
            house.page(cursor)
        assert refused.value.code is Code.CURSOR_AHEAD


def test_past_heads_are_kept_ninety_days_and_the_newest_always(house: House) -> None:
    for number in range(3):
        house.put(str(number))
        house.sign()
        house.at += DAY
    house.at = START + 90 * DAY + 1
    asyncio.run(house.directory.forget_old(house.at))
    assert [row.seq for row in house.rows("own_head")] == [2, 3]
    house.at += 900 * DAY
    asyncio.run(house.directory.forget_old(house.at))
    assert [row.seq for row in house.rows("own_head")] == [3]

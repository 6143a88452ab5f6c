"""Who asked what cannot be found out from where rows lie, in which order they came, or which dates they carry (safety.md, "At rest")."""

from typing import Any

from alongside_node.foundation.database import Reading
from visitors import Browser, publishes, signed_in
from world import Community, World

GUESTS = 12
DAYS = ("3", "7", "14", "30")


def ids(community: Community, table: str, column: str) -> set[str]:
    return {getattr(row, column) for row in community.rows(table)}


def asks(community: Community, days: str) -> tuple[str, str]:
    """Somebody without an account asks; returns (whose row, which mailbox), which nobody but this test can know."""
    people, mailboxes = ids(community, "member", "id"), ids(community, "asked", "mailbox")
    guest = Browser(community)
    ask_url = guest.open("/search").post("/search", words="").link('/listings/[^"]+') + "/ask"
    guest.open(ask_url).post(ask_url, words="Hello", days=days)
    carried = {"promises": guest.hidden("promises"), "pending": guest.hidden("pending")}
    guest.post(f"{ask_url}/send", words="Hello", days=days, **carried, agree="yes", kept="yes")
    assert "/requests/" in guest.path, guest.text
    [person] = ids(community, "member", "id") - people
    [mailbox] = ids(community, "asked", "mailbox") - mailboxes
    return person, mailbox


def guessed_by_place(community: Community, truth: dict[str, str]) -> int:
    """For how many people it is found out by putting boxes, and what was asked, side by side as they lie in the file."""
    held = (community.settings.data_dir / "alongside.sqlite3").read_bytes()

    def place(sealed: bytes) -> int:
        at = held.find(sealed[-64:])
        assert at > 0
        return at

    boxes = {row.id: place(row.box) for row in community.rows("member") if row.id in truth}
    letters = {row.place: place(row.sealed) for row in community.rows("letter") if row.place in truth.values()}
    assert len(boxes) == len(letters) == GUESTS
    in_order = zip(sorted(boxes, key=boxes.__getitem__), sorted(letters, key=letters.__getitem__), strict=True)
    return sum(truth[who] == mailbox for who, mailbox in in_order)


def test_neither_place_nor_order_nor_date_joins_a_person_to_what_they_asked(
    world: World, oak: Community, elm: Community
) -> None:
    publishes(signed_in(elm, "Mira"), waiting="20", guests="20")
    world.settle()
    truth = dict(asks(oak, DAYS[number % len(DAYS)]) for number in range(GUESTS))
    world.settle()
    world.pass_time(25 * 3_600)  # what `write_anew` undoes is measured in tests/node/test_database.py
    assert guessed_by_place(oak, truth) <= GUESTS // 3

    days = {row.last_day for row in oak.rows("member") if row.id in truth}
    ends = {row.until for row in oak.rows("asked")}
    assert len(ends) == len(DAYS)
    assert len(days) <= 2, "a guest's last day stands for four weeks of dates"

    def rowids(reading: Reading) -> list[Any]:
        tables = (
            "member",
            "session",
            "asked",
            "letter",
            "erasure",
            "outbox",
            "received",
            "channel",
            "fit_asked",
            "turn",
        )
        made = reading.execute_driver("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all()
        return [name for name, sql in made if name in tables and "WITHOUT ROWID" not in sql]

    assert oak.read(rowids) == []

"""Choices of how to be told, in real databases: what is kept, under what, and that it is gone with what it was for (safety.md, "At rest")."""

from dataclasses import replace
from pathlib import Path

import pytest

from alongside_node import schema
from alongside_node.foundation.database import Database
from alongside_node.members import actions as members
from alongside_node.members import words as seven
from alongside_node.members.actions import Role
from alongside_node.notifications import actions as notifications
from alongside_node.notifications.actions import Choice, Kind, Stage, Whose
from alongside_node.notifications.wrapping import KEY_BYTES, key_in, unwrap
from alongside_node.referrals import store as referrals
from alongside_node.referrals.store import Asked
from alongside_protocol import limits
from alongside_protocol.identifiers import NodeId
from alongside_protocol.referral import Numbering, State
from world import Randomness

NOW = 1_795_000_000
KEY = b"k" * KEY_BYTES
TO = "canary.of.mira@example.org"
CHOICE = Choice(Kind.EMAIL, TO, "es", remind=True, quiet=(1260, 480), zone="Europe/Madrid")


@pytest.fixture
def random() -> Randomness:
    return Randomness("notifications")


def member(database: Database, random: Randomness) -> str:
    joining = members.prepare(
        seven.Derived(random(32), random(32)),
        node=NodeId("n" * 43), name="Mira", role=Role.MEMBER, lang="en", now=NOW, random=random,
    )  # fmt: skip
    database.write(lambda tx: members.add(tx, joining.member))
    return joining.member.id


def chooses(
    database: Database, random: Randomness, whose: Whose, choice: Choice = CHOICE, *, guest: bool = False
) -> None:
    channel = notifications.prepare(choice, whose, KEY, people_only=guest, random=random)
    database.write(lambda tx: notifications.put(tx, channel))


def waits(database: Database, random: Randomness, whose: Whose, *, by_machine: bool = False) -> None:
    database.write(lambda tx: notifications.something_waits(tx, [whose], by_machine=by_machine, now=NOW, random=random))


def stage(database: Database, whose: Whose) -> Stage | None:
    found = database.read(lambda reading: notifications.chosen(reading, whose))
    return None if found is None else found[1]


def asked(database: Database, mailbox: str = "box-of-somebody") -> Whose:
    row = Asked("ref-" + mailbox, "peer", mailbox, State.OFFERED, NOW + limits.DAY, 1, Numbering())
    database.write(lambda tx: referrals.save_asked(tx, row))
    return Whose(mailbox=mailbox)


def test_who_chose_nothing_has_no_row_and_is_told_nothing(database: Database, random: Randomness) -> None:
    whose = Whose(member=member(database, random))
    waits(database, random, whose)
    assert database.read(lambda reading: reading.execute(schema.channel.select()).all()) == []


def test_what_is_kept_opens_with_the_key_in_its_own_row_only(database: Database, random: Randomness) -> None:
    whose = Whose(member=member(database, random))
    chooses(database, random, whose)
    (row,) = database.read(lambda reading: reading.execute(schema.channel.select()).all())
    assert unwrap(row.sealed, Kind.EMAIL, KEY, row=row.id) == CHOICE
    assert unwrap(row.sealed, Kind.EMAIL, b"x" * KEY_BYTES, row=row.id) is None
    assert unwrap(row.sealed, Kind.EMAIL, KEY, row="another") is None
    assert unwrap(row.sealed[:-1], Kind.EMAIL, KEY, row=row.id) is None


def test_a_copy_of_the_database_shows_no_address_language_zone_or_hours(tmp_path: Path, random: Randomness) -> None:
    database = Database(f"sqlite:///{tmp_path / 'node.sqlite3'}")
    schema.metadata.create_all(database.engine.execution_options(query_only=False))
    whose = Whose(member=member(database, random))
    chooses(database, random, whose)
    waits(database, random, whose)
    database.close()
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for canary in (TO.encode(), b"canary", b"Europe/Madrid", b"1260"):
        assert canary not in raw


def test_every_choice_has_one_length(random: Randomness) -> None:
    short = notifications.prepare(Choice(Kind.EMAIL, "a@b.co", "en"), Whose(member="m"), KEY, random=random)
    long = notifications.prepare(replace(CHOICE, to="a" * 242 + "@example.org"), Whose(member="m"), KEY, random=random)
    assert len(short.sealed) == len(long.sealed)


def test_a_choice_in_no_representation(random: Randomness) -> None:
    assert TO not in repr(CHOICE)
    assert "sealed" not in repr(notifications.prepare(CHOICE, Whose(member="m"), KEY, random=random))


def test_the_key_lies_beside_the_database_for_this_user_only_and_stays(tmp_path: Path, random: Randomness) -> None:
    key = key_in(tmp_path, random)
    assert (len(key), key_in(tmp_path, random)) == (KEY_BYTES, key)
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_cut_off_is_said_so_and_not_written_over(tmp_path: Path, random: Randomness) -> None:
    key_in(tmp_path, random)
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match=r"notifications\.key"):
        key_in(tmp_path, random)
    assert path.read_bytes() == b"short"


def test_several_at_once_are_one_message(database: Database, random: Randomness) -> None:
    whose = Whose(member=member(database, random))
    chooses(database, random, whose)
    for _ in range(5):
        waits(database, random, whose)
    due = database.read(lambda reading: notifications.due(reading, NOW + limits.HOUR, Kind.EMAIL, 20))
    assert len(due) == 1
    assert database.read(lambda reading: notifications.due(reading, NOW, Kind.EMAIL, 20)) == []
    assert database.read(lambda reading: notifications.due(reading, NOW + limits.HOUR, Kind.COMMAND, 20)) == []


def test_who_looked_before_it_left_is_not_told(database: Database, random: Randomness) -> None:
    whose = Whose(member=member(database, random))
    chooses(database, random, whose)
    waits(database, random, whose)
    assert database.read(lambda reading: notifications.waits_for(reading, [whose]))
    database.write(lambda tx: notifications.looked(tx, [whose]))
    assert stage(database, whose) is Stage.QUIET
    assert database.read(lambda reading: notifications.due(reading, NOW + limits.DAY, Kind.EMAIL, 20)) == []
    assert not database.read(lambda reading: notifications.waits_for(reading, [whose]))


def test_who_looked_while_it_was_on_its_way_is_not_reminded(database: Database, random: Randomness) -> None:
    whose = Whose(member=member(database, random))
    chooses(database, random, whose)
    waits(database, random, whose)
    (channel,) = database.read(lambda reading: notifications.due(reading, NOW + limits.HOUR, Kind.EMAIL, 20))
    database.write(lambda tx: notifications.looked(tx, [whose]))
    database.write(lambda tx: notifications.sent(tx, channel, CHOICE, now=NOW))
    assert database.read(lambda reading: notifications.due(reading, NOW + 9 * limits.DAY, Kind.EMAIL, 20)) == []


def test_told_then_reminded_once_then_silence(database: Database, random: Randomness) -> None:
    whose = Whose(member=member(database, random))
    chooses(database, random, whose)
    waits(database, random, whose)
    now, times = NOW + limits.HOUR, 0
    for _ in range(200):
        waits(database, random, whose)
        for channel in database.read(lambda reading: notifications.due(reading, now, Kind.EMAIL, 20)):  # noqa: B023
            database.write(lambda tx, channel=channel: notifications.sent(tx, channel, CHOICE, now=now))  # noqa: B023
            times += 1
        now += 6 * limits.HOUR
    assert times == 2
    assert stage(database, whose) is Stage.REMINDED


def test_after_so_many_failures_it_is_given_up_and_what_comes_next_is_tried(
    database: Database, random: Randomness
) -> None:
    whose = Whose(member=member(database, random))
    chooses(database, random, whose)
    waits(database, random, whose)
    now, attempts = NOW + limits.HOUR, 0
    while found := database.read(lambda reading: notifications.due(reading, now, Kind.EMAIL, 20)):  # noqa: B023
        database.write(lambda tx: notifications.failed(tx, found[0], final=False, now=now))  # noqa: B023
        now, attempts = now + limits.DAY, attempts + 1
    assert (attempts, stage(database, whose)) == (8, Stage.FAILED)
    waits(database, random, whose)
    assert stage(database, whose) is Stage.DUE


def test_a_box_that_is_not_there_is_given_up_at_once(database: Database, random: Randomness) -> None:
    whose = Whose(member=member(database, random))
    chooses(database, random, whose)
    waits(database, random, whose)
    (channel,) = database.read(lambda reading: notifications.due(reading, NOW + limits.HOUR, Kind.EMAIL, 20))
    assert database.write(lambda tx: notifications.failed(tx, channel, final=True, now=NOW))
    assert stage(database, whose) is Stage.FAILED


def test_a_guest_is_not_told_what_only_a_machine_did(database: Database, random: Randomness) -> None:
    whose = asked(database)
    chooses(database, random, whose, guest=True)
    waits(database, random, whose, by_machine=True)
    assert stage(database, whose) is Stage.QUIET
    waits(database, random, whose)
    assert stage(database, whose) is Stage.DUE


def test_a_choice_is_gone_with_its_request_and_with_its_person(database: Database, random: Randomness) -> None:
    of_request, of_person = asked(database), Whose(member=member(database, random))
    chooses(database, random, of_request)
    chooses(database, random, of_person)
    database.write(lambda tx: referrals.remove_asked(tx, "ref-box-of-somebody"))
    assert stage(database, of_request) is None
    assert stage(database, of_person) is not None
    database.write(lambda tx: members.remove(tx, of_person.member or ""))
    assert database.read(lambda reading: reading.execute(schema.channel.select()).all()) == []


def test_another_choice_takes_the_place_of_the_former(database: Database, random: Randomness) -> None:
    whose = Whose(member=member(database, random))
    chooses(database, random, whose)
    waits(database, random, whose)
    chooses(database, random, whose, Choice(Kind.COMMAND, "+4930123", "en"))
    assert database.read(lambda reading: notifications.chosen(reading, whose)) == (Kind.COMMAND, Stage.QUIET)

"""The phone line's keys, in each database: who has a part, that a new one follows when somebody stops, and that words open with them only."""

from typing import Any

import pytest

from alongside_node.foundation.database import Database
from alongside_node.members import actions as members
from alongside_node.members import relaying, rules
from alongside_node.members.actions import Person, Role
from alongside_node.members.relaying import LineKey
from alongside_node.members.words import Derived
from alongside_protocol import limits
from alongside_protocol.errors import Refused
from alongside_protocol.identifiers import NodeId
from world import Randomness

NOW = 1_795_000_000
ME = NodeId("A" * 43)
RANDOM = Randomness("relaying")


def somebody(database: Database, name: str, role: Role = Role.MEMBER) -> Person:
    derived = Derived(RANDOM(32), RANDOM(32))
    joining = members.prepare(derived, node=ME, name=name, role=role, lang="en", now=NOW, random=RANDOM)
    database.write(lambda tx: members.add(tx, joining.member))
    return Person(joining.member, joining.key)


def keys_of(database: Database, person: Person) -> list[LineKey]:
    return database.read(lambda reading: relaying.keys_of(reading, person, me=ME))


def volunteers(database: Database) -> list[str]:
    return [one.name for one in database.read(relaying.volunteers)]


def begins(database: Database, person: Person) -> bool:
    new = relaying.begun(person, database.read(relaying.volunteers), me=ME, random=RANDOM)
    return new is not None and database.write(lambda tx: relaying.renew(tx, new, now=NOW))


def lets(database: Database, person: Person, other: Person) -> bool:
    shares = relaying.shares_for(other, keys_of(database, person), me=ME)
    return database.write(lambda tx: relaying.let(tx, other.member.id, shares))


def stops(database: Database, person: Person, now: int = NOW) -> bool:
    before = database.read(relaying.volunteers)
    new = relaying.without(person.member.id, before, me=ME, random=RANDOM)
    return database.write(lambda tx: relaying.renew(tx, new, stops=person.member.id, now=now))


def asks(database: Database, volunteer: Person, stretched: bytes) -> str:
    key = keys_of(database, volunteer)[0]
    joining = relaying.prepare(stretched, key, me=ME, lang="en", now=NOW, random=RANDOM)
    database.write(lambda tx: members.add(tx, joining.member))
    return joining.member.id


def opens(database: Database, volunteer: Person, stretched: bytes) -> str | None:
    keys = keys_of(database, volunteer)
    found = database.read(lambda reading: relaying.caller(reading, stretched, keys))
    return None if found is None else found.member.id


@pytest.fixture
def people(database: Database) -> tuple[Person, Person, Person]:
    """A steward who opened the line, a volunteer, and somebody else."""
    stella, vera, other = (
        somebody(database, "Stella", Role.STEWARD),
        somebody(database, "Vera"),
        somebody(database, "Other"),
    )
    assert begins(database, stella)
    assert lets(database, stella, vera)
    return stella, vera, other


def test_a_steward_opens_the_line_and_only_when_no_steward_answers_it(
    database: Database, people: tuple[Person, Person, Person]
) -> None:
    stella, vera, _ = people
    second = somebody(database, "Second", Role.STEWARD)
    assert not begins(database, second)
    assert stops(database, stella)
    assert begins(database, second)
    assert volunteers(database) == ["Second", "Vera"], "who answered goes on"
    assert keys_of(database, second)[0].secret == keys_of(database, vera)[0].secret


def test_who_has_no_part_has_no_key_and_opens_nothing(
    database: Database, people: tuple[Person, Person, Person]
) -> None:
    stella, vera, other = people
    caller = asks(database, vera, b"w" * 32)
    assert keys_of(database, other) == []
    assert opens(database, other, b"w" * 32) is None
    assert opens(database, stella, b"w" * 32) == caller
    assert opens(database, stella, b"x" * 32) is None


def test_a_part_opens_for_its_volunteer_alone(database: Database, people: tuple[Person, Person, Person]) -> None:
    stella, vera, _ = people
    (share,) = database.read(lambda reading: relaying.relay_store.shares_of(reading, vera.member.id))
    assert (
        members.open_for(vera, share.sealed, node=ME, what="relay", about=share.key)
        == keys_of(database, vera)[0].secret
    )
    with pytest.raises(Refused):
        members.open_for(stella, share.sealed, node=ME, what="relay", about=share.key)


def test_a_new_key_follows_when_somebody_stops_and_the_old_one_goes_when_nothing_can_be_left(
    database: Database, people: tuple[Person, Person, Person]
) -> None:
    stella, vera, other = people
    before = keys_of(database, vera)
    old = asks(database, vera, b"o" * 32)
    assert stops(database, vera)
    assert keys_of(database, vera) == []
    new = asks(database, stella, b"n" * 32)
    assert database.read(lambda reading: relaying.caller(reading, b"n" * 32, before)) is None
    assert lets(database, stella, other)
    for volunteer in (stella, other):
        assert opens(database, volunteer, b"o" * 32) == old
        assert opens(database, volunteer, b"n" * 32) == new
    database.write(lambda tx: members.forget_old(tx, NOW + rules.LINE_KEY_DAYS * limits.DAY))
    assert len(keys_of(database, stella)) == 2
    database.write(lambda tx: members.forget_old(tx, NOW + (rules.LINE_KEY_DAYS + 1) * limits.DAY))
    assert len(keys_of(database, stella)) == 1


def test_an_old_key_stays_longer_than_any_caller_s_row_can() -> None:
    from alongside_node.referrals.rules import LONGEST_DAYS  # noqa: PLC0415

    latest = rules.guest_day(rules.day(NOW) + LONGEST_DAYS + 1 + rules.GUEST_STAYS_DAYS)
    assert rules.day(NOW) + rules.LINE_KEY_DAYS >= latest


def test_who_relays_changed_meanwhile_is_noticed(database: Database, people: tuple[Person, Person, Person]) -> None:
    stella, vera, other = people
    before = database.read(relaying.volunteers)
    new = relaying.without(vera.member.id, before, me=ME, random=RANDOM)
    assert lets(database, stella, other)
    assert not database.write(lambda tx: relaying.renew(tx, new, stops=vera.member.id, now=NOW))
    assert volunteers(database) == ["Other", "Stella", "Vera"]


def test_no_more_than_so_many_answer(
    database: Database, people: tuple[Person, Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    stella, vera, other = people
    monkeypatch.setattr(rules, "VOLUNTEERS", 2)
    assert not lets(database, stella, other)
    assert lets(database, stella, vera), "who is there already is none more"


def test_who_is_removed_has_no_part_any_more(database: Database, people: tuple[Person, Person, Person]) -> None:
    _, vera, _ = people
    database.write(lambda tx: members.remove(tx, vera.member.id))
    held: list[Any] = database.read(lambda reading: relaying.relay_store.shares_of(reading, vera.member.id))
    assert held == []
    assert volunteers(database) == ["Stella"]

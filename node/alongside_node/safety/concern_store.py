"""The tables of concerns. The only SQL here. No row names who raised one, who may read it, or, until the other side is asked, what it is about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing

from .concern_rules import OVER, Standing, State

_concern = schema.concern
_share = schema.concern_share
_word = schema.concern_word
_talk = schema.concern_talk


@dataclass(frozen=True)
class Concern:
    """One. `key`: its words are sealed to it; `talk_key`: what is said with the other side; `may_talk`: they may be asked.

    `last_day`: it ends, or goes, after it; `ends`: nothing is left after it.
    """

    id: str
    key: str
    talk_key: str
    sealed: bytes = field(repr=False)
    standing: Standing
    state: State
    may_talk: bool
    last_day: int
    ends: int

    def at(self, **changes: Any) -> "Concern":
        """The same, changed."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Word:
    """Something that was said. `aside`: with the other side, not with who raised it."""

    id: str
    n: int
    aside: bool
    day: int
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class Talk:
    """The other side was asked. `private`: what opens their talk, sealed to the listing's key; `shown_until`: everybody sees until then
    that it is being talked about; `shown_by`: what stands for who decided that first.
    """

    concern: str
    listing: str
    listing_key: str
    private: bytes = field(repr=False)
    shown_until: int | None = None
    shown_by: bytes | None = field(default=None, repr=False)


def _values(one: Concern) -> dict[str, Any]:
    return {
        "id": one.id,
        "key": one.key,
        "talk_key": one.talk_key,
        "sealed": one.sealed,
        "standing": one.standing.value,
        "state": one.state.value,
        "may_talk": one.may_talk,
        "last_day": one.last_day,
        "ends": one.ends,
    }


def _read(row: Row[Any]) -> Concern:
    return Concern(
        row.id,
        row.key,
        row.talk_key,
        row.sealed,
        Standing(row.standing),
        State(row.state),
        row.may_talk,
        row.last_day,
        row.ends,
    )


def add(tx: Writing, one: Concern, shares: Mapping[str, bytes]) -> None:
    """One more. `shares`: under random names, what opens it, sealed to each who may read."""
    tx.execute(_concern.insert().values(_values(one)))
    for name, sealed in shares.items():
        tx.execute(_share.insert().values(id=name, concern=one.id, sealed=sealed))


def find(reading: Reading, concern: str) -> Concern | None:
    """By id."""
    row = reading.execute(select(_concern).where(_concern.c.id == concern)).first()
    return None if row is None else _read(row)


def several(reading: Reading, ids: Collection[str]) -> list[Concern]:
    """Those of these that are there."""
    return [_read(row) for row in reading.execute(select(_concern).where(_concern.c.id.in_(ids)))]


def every(reading: Reading) -> list[Concern]:
    """All of them: there are never many."""
    return [_read(row) for row in reading.execute(select(_concern).order_by(_concern.c.id))]


def count_open(reading: Reading) -> dict[Standing, int]:
    """How many are not over, by what they were raised as."""
    statement = (
        select(_concern.c.standing, func.count().label("number"))
        .where(_concern.c.state.not_in([state.value for state in OVER]))
        .group_by(_concern.c.standing)
    )
    return {Standing(row.standing): int(row.number) for row in reading.execute(statement)}


def save(tx: Writing, one: Concern) -> None:
    """Keep it anew; what was shown and to whom it is sealed never changes."""
    values = {"state": one.state.value, "may_talk": one.may_talk, "last_day": one.last_day}
    tx.execute(update(_concern).where(_concern.c.id == one.id).values(values))


def remove(tx: Writing, concern: str) -> None:
    """Nothing is left of it."""
    for table in (_share, _word, _talk):
        tx.execute(delete(table).where(table.c.concern == concern))
    tx.execute(delete(_concern).where(_concern.c.id == concern))
    tx.forget()


def past(reading: Reading, day: int) -> list[Concern]:
    """Those whose last day was before a day."""
    return [_read(row) for row in reading.execute(select(_concern).where(_concern.c.last_day < day))]


def shares(reading: Reading, concerns: Sequence[str]) -> dict[str, list[bytes]]:
    """Concern → what opens it, sealed to each who may read."""
    found: dict[str, list[bytes]] = {}
    for row in reading.execute(select(_share).where(_share.c.concern.in_(concerns)).order_by(_share.c.id)):
        found.setdefault(row.concern, []).append(row.sealed)
    return found


# What was said.


def words(reading: Reading, concern: str) -> list[Word]:
    """All that was said, oldest first."""
    rows = reading.execute(select(_word).where(_word.c.concern == concern).order_by(_word.c.n))
    return [Word(row.id, row.n, row.aside, row.day, row.sealed) for row in rows]


def count_words(reading: Reading, concern: str) -> int:
    """How much was said."""
    statement = select(func.count()).select_from(_word).where(_word.c.concern == concern)
    found: int = reading.execute(statement).scalar_one()
    return found


def add_word(tx: Writing, concern: str, word: Word) -> None:
    """One more."""
    tx.execute(
        _word.insert().values(id=word.id, concern=concern, n=word.n, aside=word.aside, day=word.day, sealed=word.sealed)
    )


# The other side.


def _talk_of(row: Row[Any]) -> Talk:
    return Talk(row.concern, row.listing, row.listing_key, row.private, row.shown_until, row.shown_by)


def talk(reading: Reading, concern: str) -> Talk | None:
    """Of one concern."""
    row = reading.execute(select(_talk).where(_talk.c.concern == concern)).first()
    return None if row is None else _talk_of(row)


def talks_about(reading: Reading, listings: Collection[str]) -> list[tuple[Talk, Concern]]:
    """With those who keep one of these listings."""
    statement = (
        select(_talk, _concern).join(_concern, _concern.c.id == _talk.c.concern).where(_talk.c.listing.in_(listings))
    )
    rows = reading.execute(statement.order_by(_talk.c.listing, _talk.c.concern))
    return [(_talk_of(row), _read(row)) for row in rows]


def any_talk(reading: Reading) -> bool:
    """Whether anybody at all is being asked: most of the time nobody is."""
    return reading.execute(select(_talk.c.concern).limit(1)).first() is not None


def put_talk(tx: Writing, one: Talk) -> None:
    """Begin it, or keep it anew."""
    tx.execute(delete(_talk).where(_talk.c.concern == one.concern))
    tx.execute(
        _talk.insert().values(
            concern=one.concern,
            listing=one.listing,
            listing_key=one.listing_key,
            private=one.private,
            shown_until=one.shown_until,
            shown_by=one.shown_by,
        )
    )


def remove_talks(tx: Writing, listing: str) -> None:
    """Nothing is left of what was said with those who kept a listing."""
    about = select(_talk.c.concern).where(_talk.c.listing == listing)
    tx.execute(delete(_word).where(_word.c.aside, _word.c.concern.in_(about)))
    tx.execute(delete(_talk).where(_talk.c.listing == listing))
    tx.forget()


def shown(reading: Reading, day: int) -> frozenset[str]:
    """Listings of which everybody sees that they are being talked about."""
    return frozenset(reading.execute(select(_talk.c.listing).where(_talk.c.shown_until >= day)).scalars())

"""The tables of listings: drafts and what became of them, who keeps them, their keys. The only SQL here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing

from .rules import State

_listing = schema.listing
_holder = schema.listing_holder
_key = schema.listing_key
_share = schema.listing_key_share
_joining = schema.joining
_said = schema.fit_said


@dataclass(frozen=True)
class Holder:
    """One of its people. `name`: as they want to be named on it."""

    member: str
    name: str


@dataclass(frozen=True)
class Offering:
    """A listing as its people keep it. `members`: its draft; `rev`: 0 until first published; `waiting_for`: still to be answered.

    `stops_after`: days unlooked at after which nobody can ask, None: the usual; `open_until`: the last day before that; of a draft, the last on which it is kept.
    """

    id: str
    state: State
    members: Mapping[str, Any]
    rev: int
    holders: tuple[Holder, ...] = ()
    source: str = ""
    source_key: str = ""
    waiting_for: tuple[str, ...] = ()
    stops_after: int | None = None
    open_until: int | None = None

    def at(self, **changes: Any) -> "Offering":
        """The same listing, changed."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Key:
    """A listing's key. `last_day`: until when a former one is kept; None for the one in force."""

    public: str
    listing: str
    current: bool
    last_day: int | None


@dataclass(frozen=True)
class Share:
    """The private half of a key, sealed to one holder."""

    public: str
    listing: str
    sealed: bytes = field(repr=False)


_LISTING = select(_listing).where(_listing.c.id == bindparam("of"))
_REPLACE = update(_listing).where(_listing.c.id == bindparam("of"))
_ADD = _listing.insert()
_HOLDERS = select(_holder).where(_holder.c.listing.in_(bindparam("several", expanding=True))).order_by(_holder.c.member)


def find(reading: Reading, listing_id: str) -> Offering | None:
    """By id."""
    row = reading.execute(_LISTING, {"of": listing_id}).first()
    return None if row is None else _read(row, _holders(reading, [listing_id]).get(listing_id, ()))


def keeps(reading: Reading, listing_id: str, member: str) -> Offering | None:
    """A listing that this person keeps and has not withdrawn. What is somebody else's costs the same as what is not there."""
    statement = (
        select(_listing)
        .join(_holder, _holder.c.listing == _listing.c.id)
        .where(_listing.c.id == listing_id, _holder.c.member == member, _listing.c.state != State.WITHDRAWN.value)
    )
    row = reading.execute(statement).first()
    return None if row is None else _read(row, _holders(reading, [listing_id]).get(listing_id, ()))


def of_member(reading: Reading, member: str) -> list[Offering]:
    """Everything somebody keeps, withdrawn ones left out."""
    statement = (
        select(_listing)
        .join(_holder, _holder.c.listing == _listing.c.id)
        .where(_holder.c.member == member, _listing.c.state != State.WITHDRAWN.value)
        .order_by(_listing.c.id)
    )
    rows = reading.execute(statement).all()
    holders = _holders(reading, [row.id for row in rows])
    return [_read(row, holders.get(row.id, ())) for row in rows]


def of_source(reading: Reading, source: str) -> dict[str, str]:
    """source_key → id of everything that came from one import."""
    statement = select(_listing.c.source_key, _listing.c.id).where(_listing.c.source == source)
    return {row.source_key: row.id for row in reading.execute(statement)}


def count_of_source(reading: Reading, source: str) -> int:
    """How many that came from one source are not withdrawn."""
    statement = (
        select(func.count())
        .select_from(_listing)
        .where(_listing.c.source == source, _listing.c.state != State.WITHDRAWN.value)
    )
    found: int = reading.execute(statement).scalar_one()
    return found


def in_states(reading: Reading, states: Sequence[State], limit: int = 100_000) -> list[Offering]:
    """Every listing in one of these states."""
    statement = select(_listing).where(_listing.c.state.in_([state.value for state in states])).limit(limit)
    rows = reading.execute(statement).all()
    holders = _holders(reading, [row.id for row in rows])
    return [_read(row, holders.get(row.id, ())) for row in rows]


def _holders(reading: Reading, listings: Sequence[str]) -> dict[str, tuple[Holder, ...]]:
    found: dict[str, list[Holder]] = {}
    for at in range(0, len(listings), 500):
        for row in reading.execute(_HOLDERS, {"several": listings[at : at + 500]}):
            found.setdefault(row.listing, []).append(Holder(row.member, row.name))
    return {listing: tuple(several) for listing, several in found.items()}


def _read(row: Row[Any], holders: tuple[Holder, ...]) -> Offering:
    return Offering(
        id=row.id,
        state=State(row.state),
        members=json.loads(row.content),
        rev=row.rev,
        holders=holders,
        source=row.source,
        source_key=row.source_key,
        waiting_for=tuple(json.loads(row.waiting_for)),
        stops_after=row.stops_after,
        open_until=row.open_until,
    )


def save(tx: Writing, offering: Offering) -> None:
    """Add a listing, or replace what we have of it. Its holders are written by `set_holders`."""
    values = {
        "state": offering.state.value,
        "content": json.dumps(dict(offering.members), ensure_ascii=False),
        "rev": offering.rev,
        "source": offering.source,
        "source_key": offering.source_key,
        "waiting_for": json.dumps(list(offering.waiting_for)),
        "stops_after": offering.stops_after,
        "open_until": offering.open_until,
    }
    if tx.execute(_REPLACE, {"of": offering.id, **values}).rowcount == 0:
        tx.execute(_ADD, {"id": offering.id, **values})


def set_open_until(tx: Writing, listing: str, day: int | None) -> None:
    """The last day on which it takes requests unless somebody looks."""
    tx.execute(update(_listing).where(_listing.c.id == listing).values(open_until=day))


def past_open_until(reading: Reading, day: int) -> list[str]:
    """Published, and nobody looked in time."""
    statement = select(_listing.c.id).where(_listing.c.state == State.PUBLISHED.value, _listing.c.open_until < day)
    return list(reading.execute(statement).scalars())


def uncounted(reading: Reading, limit: int = 500) -> list[Offering]:
    """Published, without such a day although its people did not choose that it never stops."""
    statement = (
        select(_listing)
        .where(
            _listing.c.state == State.PUBLISHED.value, _listing.c.open_until.is_(None), _listing.c.stops_after.is_(None)
        )
        .limit(limit)
    )
    return [_read(row, ()) for row in reading.execute(statement)]


def uncounted_drafts(reading: Reading, limit: int = 500) -> list[str]:
    """Drafts from before it was counted how long they are kept."""
    statement = select(_listing.c.id).where(_listing.c.state == State.DRAFT.value, _listing.c.open_until.is_(None))
    return list(reading.execute(statement.limit(limit)).scalars())


def drafts_until(reading: Reading, day: int, limit: int = 50) -> list[str]:
    """Drafts whose last day is over."""
    statement = select(_listing.c.id).where(_listing.c.state == State.DRAFT.value, _listing.c.open_until < day)
    return list(reading.execute(statement.limit(limit)).scalars())


def remove(tx: Writing, listing: str) -> None:
    """A listing that nobody ever saw is gone, with its people and keys."""
    wipe(tx, listing)
    tx.execute(delete(_listing).where(_listing.c.id == listing))


def set_holders(tx: Writing, listing: str, holders: Sequence[Holder]) -> None:
    """Who keeps it."""
    tx.execute(delete(_holder).where(_holder.c.listing == listing))
    for holder in holders:
        tx.execute(_holder.insert().values(listing=listing, member=holder.member, name=holder.name))


def wipe(tx: Writing, listing: str) -> None:
    """Withdrawn: its words, its people and its keys are gone; the id stays, so that it is never used again."""
    tx.execute(update(_listing).where(_listing.c.id == listing).values(content="{}", waiting_for="[]"))
    for key in keys(tx, listing):
        remove_key(tx, key.public)
    tx.execute(delete(_joining).where(_joining.c.listing == listing))
    tx.execute(delete(_holder).where(_holder.c.listing == listing))
    tx.execute(delete(_said).where(_said.c.listing == listing))


# What is answered to who asks before saying who they are.


def said_fit(reading: Reading, listing: str) -> tuple[str, int] | None:
    """(what its people said for this, the last day on which it is believed)."""
    row = reading.execute(select(_said).where(_said.c.listing == listing)).first()
    return None if row is None else (row.answer, row.last_day)


def say_fit(tx: Writing, listing: str, answer: str | None, *, last_day: int) -> None:
    """Say it, in the place of what was said; None: say nothing."""
    tx.execute(delete(_said).where(_said.c.listing == listing))
    if answer is not None:
        tx.execute(_said.insert().values(listing=listing, answer=answer, last_day=last_day))


# How those accepted join.


def joining(reading: Reading, listing: str) -> tuple[str, bytes] | None:
    """(the key it is sealed to, what is sealed), or None."""
    row = reading.execute(select(_joining).where(_joining.c.listing == listing)).first()
    return None if row is None else (row.key, row.sealed)


def save_joining(tx: Writing, listing: str, key: str, sealed: bytes | None) -> None:
    """Keep it anew; None: there is nothing to tell any more."""
    tx.execute(delete(_joining).where(_joining.c.listing == listing))
    if sealed is not None:
        tx.execute(_joining.insert().values(listing=listing, key=key, sealed=sealed))


# Keys.


def current_key(reading: Reading, listing: str) -> str | None:
    """The public half of the key in force."""
    found: str | None = reading.execute(select(_key.c.public).where(_key.c.listing == listing, _key.c.current)).scalar()
    return found


_KEYS = select(_key).where(_key.c.listing == bindparam("of"))


def keys(reading: Reading, listing: str) -> list[Key]:
    """The key in force and the former ones that are still kept."""
    rows = reading.execute(_KEYS, {"of": listing})
    return [Key(row.public, row.listing, row.current, row.last_day) for row in rows]


def add_key(tx: Writing, public: str, listing: str, shares: Mapping[str, bytes], *, former_until: int) -> None:
    """A new key, sealed to each holder; the former one is kept until a day."""
    former = (_key.c.listing == listing) & _key.c.current
    tx.execute(update(_key).where(former).values(current=False, last_day=former_until))
    tx.execute(_key.insert().values(public=public, listing=listing, current=True, last_day=None))
    for member, sealed in shares.items():
        tx.execute(_share.insert().values(public=public, member=member, sealed=sealed))


def remove_key(tx: Writing, public: str) -> None:
    """A key and its shares are gone."""
    tx.execute(delete(_share).where(_share.c.public == public))
    tx.execute(delete(_key).where(_key.c.public == public))


def shares_of(reading: Reading, member: str) -> list[Share]:
    """Every listing key that somebody can open."""
    statement = (
        select(_share.c.public, _key.c.listing, _share.c.sealed)
        .join(_key, _key.c.public == _share.c.public)
        .where(_share.c.member == member)
    )
    return [Share(row.public, row.listing, row.sealed) for row in reading.execute(statement)]


def take_shares(tx: Writing, listing: str, member: str) -> None:
    """Somebody keeps a listing no longer: they open nothing more with its keys."""
    of_listing = select(_key.c.public).where(_key.c.listing == listing)
    tx.execute(delete(_share).where(_share.c.member == member, _share.c.public.in_(of_listing)))


def old_keys(reading: Reading, *, before: int) -> list[str]:
    """Former keys that are no longer kept."""
    statement = select(_key.c.public).where(_key.c.current.is_(False), _key.c.last_day < before)
    return list(reading.execute(statement).scalars())

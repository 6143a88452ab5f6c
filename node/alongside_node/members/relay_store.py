"""The tables of the phone line's keys, and who has a share of them. The only SQL here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select, update

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing

from .rules import Role

_key = schema.relay_key
_share = schema.relay_share
_member = schema.member


@dataclass(frozen=True)
class Share:
    """A key of the phone line, sealed to one volunteer. `current`: what is asked now is opened with it."""

    key: str
    sealed: bytes = field(repr=False)
    current: bool


@dataclass(frozen=True)
class Volunteer:
    """Somebody who relays."""

    id: str
    name: str
    role: Role
    public: str


def relays(reading: Reading, member: str) -> bool:
    """Whether somebody has a share of the key in force."""
    return (
        reading.execute(select(_share.c.key).join(_key).where(_share.c.member == member, _key.c.current)).first()
        is not None
    )


def current(reading: Reading) -> str | None:
    """The key in force."""
    found: str | None = reading.execute(select(_key.c.id).where(_key.c.current)).scalar()
    return found


def shares_of(reading: Reading, member: str) -> list[Share]:
    """Every share of a volunteer, that of the key in force first."""
    statement = select(_share.c.key, _share.c.sealed, _key.c.current).join(_key).where(_share.c.member == member)
    return sorted(
        (Share(row.key, row.sealed, row.current) for row in reading.execute(statement)),
        key=lambda share: (not share.current, share.key),
    )


def volunteers(reading: Reading) -> list[Volunteer]:
    """Everybody who has a share of the key in force, by name."""
    statement = (
        select(_member.c.id, _member.c.name, _member.c.role, _member.c.public)
        .join(_share, _share.c.member == _member.c.id)
        .join(_key, _key.c.id == _share.c.key)
        .where(_key.c.current)
        .order_by(_member.c.name, _member.c.id)
    )
    return [Volunteer(row.id, row.name, Role(row.role), row.public) for row in reading.execute(statement)]


def add_key(tx: Writing, key: str, shares: Mapping[str, bytes], *, last_day: int) -> None:
    """A key is in force from now on; the one before opens what was asked with it until `last_day`. `shares`: member → sealed."""
    tx.execute(update(_key).where(_key.c.current).values(current=False, last_day=last_day))
    tx.execute(_key.insert().values(id=key, current=True, last_day=None))
    for member, sealed in shares.items():
        tx.execute(_share.insert().values(key=key, member=member, sealed=sealed))


def add_shares(tx: Writing, member: str, shares: Mapping[str, bytes]) -> None:
    """Somebody relays from now on. `shares`: key → sealed to them."""
    remove_shares(tx, member)
    for key, sealed in shares.items():
        tx.execute(_share.insert().values(key=key, member=member, sealed=sealed))


def remove_shares(tx: Writing, member: str) -> None:
    """Somebody relays no longer."""
    tx.execute(delete(_share).where(_share.c.member == member))


def keys_among(reading: Reading, keys: Collection[str]) -> Sequence[str]:
    """Which of these there still are."""
    return list(reading.execute(select(_key.c.id).where(_key.c.id.in_(keys))).scalars())


def forget_keys(tx: Writing, *, before: int) -> int:
    """Drop keys with which nothing can have been asked that is still there; returns how many."""
    return tx.execute(delete(_key).where(_key.c.last_day < before)).rowcount

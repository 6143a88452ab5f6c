"""The tables of asking one after another: whose turn it is, and what lies sealed until its turn comes. The only SQL here.

A row says to which community something lies, never to which listing: `which` and `pin` are made with the node's secret. Who asked is known
only inside that person's box, which names the references.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, select, update

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing

_round = schema.turn_round
_turn = schema.turn


class Lies(StrEnum):
    """Where one of several offers is."""

    WAITS = "waits"
    """For its turn."""
    LOOK = "look"
    """Something changed: for the person to look and agree again. The turn goes on to the next meanwhile."""
    ASKED = "asked"
    """It left: an ordinary request from then on."""
    PASSED = "passed"
    """It could not be asked when its turn came."""


@dataclass(frozen=True)
class Round:
    """Several offers in an order. `active`: whose turn it is; `next_at`: when to look again; `days`: how long each has; all Unix seconds."""

    id: str
    active: str | None
    days: int
    next_at: int
    ends: int

    def at(self, **changes: Any) -> "Round":
        """The same, changed."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Turn:
    """One of them. `body`: the sealed offer, dated when it leaves, not after `not_after`; `which`, `pin`: what it was sealed for, as marks."""

    ref: str
    round: str
    position: int
    peer: str
    mailbox: str
    lies: Lies
    until: int
    not_after: int
    body: bytes | None = field(repr=False)
    which: bytes = field(repr=False)
    pin: bytes = field(repr=False)

    def at(self, **changes: Any) -> "Turn":
        """The same, changed."""
        return replace(self, **changes)


def _turn_of(row: Row[Any]) -> Turn:
    return Turn(
        row.ref,
        row.round,
        row.position,
        row.peer,
        row.mailbox,
        Lies(row.lies),
        row.until,
        row.not_after,
        row.body,
        row.which,
        row.pin,
    )


def rounds(reading: Reading) -> list[Round]:
    """Every one."""
    return [Round(row.id, row.active, row.days, row.next_at, row.ends) for row in reading.execute(select(_round))]


def round_of(reading: Reading, ref: str) -> Round | None:
    """The one that a reference belongs to."""
    of = select(_turn.c.round).where(_turn.c.ref == ref).scalar_subquery()
    row = reading.execute(select(_round).where(_round.c.id == of)).first()
    return None if row is None else Round(row.id, row.active, row.days, row.next_at, row.ends)


def turns(reading: Reading, round_id: str) -> list[Turn]:
    """All of a round, in their order."""
    rows = reading.execute(select(_turn).where(_turn.c.round == round_id).order_by(_turn.c.position))
    return [_turn_of(row) for row in rows]


def turns_of(reading: Reading, refs: Collection[str]) -> list[Turn]:
    """Several, by reference."""
    return [_turn_of(row) for row in reading.execute(select(_turn).where(_turn.c.ref.in_(refs)))]


def save_round(tx: Writing, one: Round) -> None:
    """Add it, or replace what we have of it."""
    values = {"active": one.active, "days": one.days, "next_at": one.next_at, "ends": one.ends}
    if tx.execute(update(_round).where(_round.c.id == one.id).values(values)).rowcount == 0:
        tx.execute(_round.insert().values(id=one.id, **values))


def save_turn(tx: Writing, one: Turn) -> None:
    """Add it, or replace what we have of it."""
    values = {
        "round": one.round,
        "position": one.position,
        "peer": one.peer,
        "mailbox": one.mailbox,
        "lies": one.lies.value,
        "until": one.until,
        "not_after": one.not_after,
        "body": one.body,
        "which": one.which,
        "pin": one.pin,
    }
    if tx.execute(update(_turn).where(_turn.c.ref == one.ref).values(values)).rowcount == 0:
        tx.execute(_turn.insert().values(ref=one.ref, **values))


def remove_round(tx: Writing, round_id: str) -> None:
    """It is over: what still lay is gone."""
    tx.execute(delete(_turn).where(_turn.c.round == round_id))
    tx.execute(delete(_round).where(_round.c.id == round_id))

"""The tables of questions before identity: what was asked here, what is to be answered. The only SQL here.

Rows have random keys and an end; none of them names a person, and all are gone after 48 hours.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing

_asked = schema.fit_asked
_told = schema.fit_told


@dataclass(frozen=True)
class Asked:
    """A question of somebody here. `mailbox`: where it and its answer lie, sealed; `ends`: Unix seconds."""

    ref: str
    peer: str
    mailbox: str
    ends: int
    problem: str | None = None


@dataclass(frozen=True)
class Told:
    """A question that came in, and its answer. `body`: the message, dated anew when it leaves; None when there is nothing (more) to send."""

    peer: str
    ref: str
    listings: tuple[str, ...]
    body: bytes | None = field(repr=False)
    due: int
    ends: int


def _asked_of(row: Row[Any]) -> Asked:
    return Asked(row.ref, row.peer, row.mailbox, row.ends, row.problem)


def asked(reading: Reading, ref: str) -> Asked | None:
    """By its reference."""
    row = reading.execute(select(_asked).where(_asked.c.ref == ref)).first()
    return None if row is None else _asked_of(row)


def asked_of(reading: Reading, refs: Collection[str]) -> list[Asked]:
    """Several, by reference."""
    return [_asked_of(row) for row in reading.execute(select(_asked).where(_asked.c.ref.in_(refs)))]


def count_asked(reading: Reading, peer: str) -> int:
    """How many questions to a peer are not over."""
    found: int = reading.execute(select(func.count()).select_from(_asked).where(_asked.c.peer == peer)).scalar_one()
    return found


def add_asked(tx: Writing, one: Asked) -> None:
    """One more."""
    values = {"ref": one.ref, "peer": one.peer, "mailbox": one.mailbox, "ends": one.ends, "problem": one.problem}
    tx.execute(_asked.insert().values(values))


def set_problem(tx: Writing, ref: str, peer: str, code: str) -> None:
    """Why it could not be delivered."""
    tx.execute(update(_asked).where(_asked.c.ref == ref, _asked.c.peer == peer).values(problem=code))


def remove_asked(tx: Writing, ref: str) -> None:
    """It is over."""
    tx.execute(delete(_asked).where(_asked.c.ref == ref))


def asked_before(reading: Reading, now: int) -> list[Asked]:
    """Those that are over."""
    return [_asked_of(row) for row in reading.execute(select(_asked).where(_asked.c.ends <= now))]


def _told_of(row: Row[Any]) -> Told:
    return Told(row.peer, row.ref, tuple(json.loads(row.listings)), row.body, row.due, row.ends)


def told_to(reading: Reading, peer: str) -> list[Told]:
    """Everything a peer asked in the last 48 hours."""
    return [_told_of(row) for row in reading.execute(select(_told).where(_told.c.peer == peer))]


def add_told(tx: Writing, one: Told) -> None:
    """One more."""
    values = {
        "peer": one.peer,
        "ref": one.ref,
        "listings": json.dumps(list(one.listings)),
        "body": one.body,
        "due": one.due,
        "ends": one.ends,
    }
    tx.execute(_told.insert().values(values))


def due(reading: Reading, now: int) -> list[Told]:
    """Answers that may leave."""
    statement = select(_told).where(_told.c.body.is_not(None), _told.c.due <= now).limit(1_000)
    return [_told_of(row) for row in reading.execute(statement)]


def clear_body(tx: Writing, one: Told) -> None:
    """It left, or will not: only that it was asked stays, until it ends."""
    tx.execute(update(_told).where(_told.c.peer == one.peer, _told.c.ref == one.ref).values(body=None))


def forget_told(tx: Writing, *, before: int) -> int:
    """Drop what is over; returns how many."""
    return tx.execute(delete(_told).where(_told.c.ends <= before)).rowcount

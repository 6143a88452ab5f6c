"""The table of who is told, and how. The only SQL here.

A row names a person who offers, or the mailbox of one request: never both, and nothing else. It is gone with what it names.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing

from .rules import Kind, Stage

_channel = schema.channel


@dataclass(frozen=True)
class Whose:
    """Whom it is for: a member, or whoever has this mailbox."""

    member: str | None = None
    mailbox: str | None = None


@dataclass(frozen=True)
class Channel:
    """One way to one person. `people_only`: of somebody without an account, whom only what a person or a date did is told."""

    id: str
    whose: Whose
    kind: Kind
    sealed: bytes = field(repr=False)
    people_only: bool = False
    stage: Stage = Stage.QUIET
    next_at: int | None = None
    attempts: int = 0

    def at(self, **changes: Any) -> "Channel":
        """The same, changed."""
        return replace(self, **changes)


def _is(whose: Whose) -> ColumnElement[bool]:
    return _channel.c.mailbox == whose.mailbox if whose.member is None else _channel.c.member == whose.member


def _read(row: Row[Any]) -> Channel:
    whose = Whose(row.member, row.mailbox)
    return Channel(
        row.id, whose, Kind(row.kind), row.sealed, row.people_only, Stage(row.stage), row.next_at, row.attempts
    )


def find(reading: Reading, whose: Whose) -> Channel | None:
    """Of somebody."""
    row = reading.execute(select(_channel).where(_is(whose))).first()
    return None if row is None else _read(row)


def by_id(reading: Reading, channel_id: str) -> Channel | None:
    """By its id."""
    row = reading.execute(select(_channel).where(_channel.c.id == channel_id)).first()
    return None if row is None else _read(row)


def add(tx: Writing, channel: Channel) -> None:
    """In the place of the one that was there."""
    remove(tx, channel.whose)
    tx.execute(
        _channel.insert().values(
            id=channel.id,
            member=channel.whose.member,
            mailbox=channel.whose.mailbox,
            kind=channel.kind.value,
            sealed=channel.sealed,
            people_only=channel.people_only,
            stage=channel.stage.value,
            next_at=channel.next_at,
            attempts=channel.attempts,
        )
    )


def move(tx: Writing, channel: Channel) -> None:
    """It is somewhere else now."""
    values = {"stage": channel.stage.value, "next_at": channel.next_at, "attempts": channel.attempts}
    tx.execute(update(_channel).where(_channel.c.id == channel.id).values(values))


def remove(tx: Writing, whose: Whose) -> None:
    """Nobody is told any more, and nothing is kept."""
    tx.execute(delete(_channel).where(_is(whose)))


def due(reading: Reading, now: int, kind: Kind, limit: int) -> list[Channel]:
    """What is to be told now in one way, what has waited longest first."""
    statement = (
        select(_channel)
        .where(_channel.c.kind == kind.value, _channel.c.next_at <= now)
        .order_by(_channel.c.next_at)
        .limit(limit)
    )
    return [_read(row) for row in reading.execute(statement)]

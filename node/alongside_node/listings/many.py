"""Keeping many drafts at once: what an import of a whole list writes, in one short transaction. Never publishes anything.

One statement for each table instead of seven for each draft: SQLite has one writer, which everybody else waits for meanwhile.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing

from .actions import Drafting
from .rules import State
from .store import Offering

_AT_ONCE = 500


@dataclass(frozen=True)
class Kept:
    """What we have of one listing of a source. `content`: its draft, as it was written; `holders`: ids of members."""

    id: str
    source_key: str
    state: State
    content: str
    holders: tuple[str, ...]


def of_source(reading: Reading, source: str) -> Iterator[Kept]:
    """Everything that came from one import, withdrawn listings too: they are not brought back."""
    listing, holder = schema.listing, schema.listing_holder
    statement = (
        select(listing.c.id, listing.c.source_key, listing.c.state, listing.c.content, holder.c.member)
        .outerjoin(holder, holder.c.listing == listing.c.id)
        .where(listing.c.source == source)
        .order_by(listing.c.id, holder.c.member)
    )
    rows: list[Row[Any]] = []
    for row in reading.execute(statement).yield_per(_AT_ONCE):
        if rows and rows[0].id != row.id:
            yield _kept(rows)
            rows = []
        rows.append(row)
    if rows:
        yield _kept(rows)


def _kept(rows: Sequence[Row[Any]]) -> Kept:
    first = rows[0]
    holders = tuple(row.member for row in rows if row.member is not None)
    return Kept(first.id, first.source_key, State(first.state), first.content, holders)


def add(tx: Writing, draftings: Sequence[Drafting]) -> None:
    """Keep new drafts, each with its holders and its key."""
    _insert(
        tx,
        "listing",
        ("id", "state", "content", "rev", "source", "source_key", "waiting_for"),
        [
            (made.id, made.state.value, written(made), made.rev, made.source, made.source_key, _list(made.waiting_for))
            for made in (drafting.offering for drafting in draftings)
        ],
    )
    _insert(
        tx,
        "listing_holder",
        ("listing", "member", "name"),
        [
            (drafting.offering.id, holder.member, holder.name)
            for drafting in draftings
            for holder in drafting.offering.holders
        ],
    )
    _insert(
        tx,
        "listing_key",
        ("public", "listing", "current"),
        [(drafting.public, drafting.offering.id, True) for drafting in draftings],
    )
    _insert(
        tx,
        "listing_key_share",
        ("public", "member", "sealed"),
        [(drafting.public, member, sealed) for drafting in draftings for member, sealed in drafting.shares.items()],
    )


def replace(tx: Writing, offerings: Sequence[Offering]) -> None:
    """What drafts say anew; their people and keys stay."""
    mark = _mark(tx)
    tx.executemany_driver(
        f"UPDATE listing SET content = {mark}, waiting_for = {mark} WHERE id = {mark}",  # noqa: S608 - constant but for the marks
        [(written(offering), _list(offering.waiting_for), offering.id) for offering in offerings],
    )


def written(offering: Offering) -> str:
    """A draft as the table keeps it."""
    return json.dumps(dict(offering.members), ensure_ascii=False)


def _list(codes: Sequence[str]) -> str:
    return json.dumps(list(codes))


def _mark(tx: Writing) -> str:
    return "?" if tx.dialect == "sqlite" else "%s"


def _insert(tx: Writing, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    marks = ", ".join([_mark(tx)] * len(columns))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - names of this module
    for at in range(0, len(rows), _AT_ONCE):
        tx.executemany_driver(statement, rows[at : at + _AT_ONCE])

"""Keeping many drafts at once: what an import of a whole list writes, in one short transaction. Never publishes anything.

One statement for each table instead of seven for each draft: SQLite has one writer, which everybody else waits for meanwhile.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Row, select

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing

from .rules import DRAFT_KEPT_DAYS, State, day

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


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft to be kept. `content`: its members as JSON. Of a new one also its key, made before the transaction, and its one holder."""

    id: str
    content: str = field(repr=False)
    waiting_for: tuple[str, ...]
    source_key: str = ""
    public: str = ""
    sealed: bytes = field(default=b"", repr=False)


def add(tx: Writing, drafts: Iterable[Draft], *, source: str, holder: str, now: int) -> None:
    """Keep new drafts, each with its key, for one person who is not named on them."""
    last_day = day(now) + DRAFT_KEPT_DAYS
    waiting = iter(drafts)
    while some := list(islice(waiting, _AT_ONCE)):
        _insert(
            tx,
            "listing",
            ("id", "state", "content", "rev", "source", "source_key", "waiting_for", "open_until"),
            [
                (
                    new.id,
                    State.DRAFT.value,
                    new.content,
                    0,
                    source,
                    new.source_key,
                    json.dumps(list(new.waiting_for)),
                    last_day,
                )
                for new in some
            ],
        )
        _insert(tx, "listing_holder", ("listing", "member", "name"), [(new.id, holder, "") for new in some])
        _insert(tx, "listing_key", ("public", "listing", "current"), [(new.public, new.id, True) for new in some])
        _insert(
            tx, "listing_key_share", ("public", "member", "sealed"), [(new.public, holder, new.sealed) for new in some]
        )


def replace(tx: Writing, drafts: Iterable[Draft], *, now: int) -> None:
    """What drafts say anew; their people and keys stay."""
    mark, last_day = _mark(tx), day(now) + DRAFT_KEPT_DAYS
    tx.executemany_driver(
        f"UPDATE listing SET content = {mark}, waiting_for = {mark}, open_until = {mark} WHERE id = {mark}",  # noqa: S608 - constant but for the marks
        [(draft.content, json.dumps(list(draft.waiting_for)), last_day, draft.id) for draft in drafts],
    )


def _mark(tx: Writing) -> str:
    return "?" if tx.dialect == "sqlite" else "%s"


def _insert(tx: Writing, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    marks = ", ".join([_mark(tx)] * len(columns))
    tx.executemany_driver(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608 - names of this module

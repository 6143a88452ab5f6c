"""The directory's tables: what we publish, what we replicate, and the entries both are searched by. The only SQL here."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Executable,
    Row,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing
from alongside_protocol.identifiers import RecordId

_record = schema.own_record
_change = schema.own_change
_head = schema.own_head
_generation = schema.generation
_replica = schema.replica
_entry = schema.entry
_set_aside = schema.set_aside


@dataclass(frozen=True, slots=True)
class Change:
    """One record that the next head will cover; without digest and line, one that it will no longer cover."""

    id: str
    digest: bytes | None
    line: bytes | None


@dataclass(frozen=True, slots=True)
class Published:
    """One line of the feed: a record, or a tombstone (no digest, no line)."""

    seq: int
    id: RecordId
    digest: bytes | None
    line: bytes | None


# What every change runs is built once: building a statement and finding it in the cache costs more than running it.

_NO_CHANGE = delete(_change).where(_change.c.id == bindparam("of"))
_ADD_CHANGE = _change.insert()
_CHANGES = select(_change.c.id, _change.c.digest, _change.c.line).order_by(_change.c.id).limit(bindparam("most"))
_SETTLE = delete(_change).where(_change.c.id == bindparam("of"), _change.c.digest.is_not_distinct_from(bindparam("as")))
_COVER = update(_record).where(_record.c.id == bindparam("of"))
_ADD_RECORD = _record.insert()
_ADD_HEAD = _head.insert()


def note_change(tx: Writing, change: Change) -> None:
    """Remember that a record changed; a later change of the same record replaces it."""
    tx.execute(_NO_CHANGE, {"of": change.id})
    tx.execute(_ADD_CHANGE, {"id": change.id, "digest": change.digest, "line": change.line})


def changes(reading: Reading, limit: int) -> list[Change]:
    """What the next head has to cover, at most `limit` records."""
    return [Change(row.id, row.digest, row.line) for row in reading.execute(_CHANGES, {"most": limit})]


def settle_changes(tx: Writing, settled: Sequence[Change], *, seq: int, now: int) -> bool:
    """Move `settled` under the head `seq`. False, nothing to be kept, when one of them changed again meanwhile."""
    for change in settled:
        if tx.execute(_SETTLE, {"of": change.id, "as": change.digest}).rowcount != 1:
            return False
        removed = now if change.digest is None else None
        values = {"seq": seq, "digest": change.digest, "line": change.line, "removed": removed}
        if tx.execute(_COVER, {"of": change.id, **values}).rowcount == 0:
            tx.execute(_ADD_RECORD, {"id": change.id, **values})
    return True


def renumber(tx: Writing) -> None:
    """A new node document starts its heads at 1: every record is new under it, and nothing was ever removed."""
    tx.execute(delete(_record).where(_record.c.digest.is_(None)))
    tx.execute(update(_record).values(seq=1))


def leaves(reading: Reading, *, after_seq: int) -> list[tuple[str, bytes | None]]:
    """(id, digest) of the records first covered by a head above `after_seq`; no digest: removed."""
    rows = reading.execute(select(_record.c.id, _record.c.digest).where(_record.c.seq > after_seq))
    return [(row.id, row.digest) for row in rows]


def newest_head(reading: Reading) -> tuple[int, int, str] | None:
    """(doc, seq, text) of the newest head that was signed here."""
    statement = select(_head.c.doc, _head.c.seq, _head.c.text).order_by(_head.c.doc.desc(), _head.c.seq.desc()).limit(1)
    row = reading.execute(statement).first()
    return None if row is None else (row.doc, row.seq, row.text)


def head_signed(reading: Reading, doc: int, seq: int) -> int:
    """When a head was signed."""
    found: int = reading.execute(select(_head.c.iat).where(_head.c.doc == doc, _head.c.seq == seq)).scalar_one()
    return found


def add_head(tx: Writing, *, doc: int, seq: int, text: str, iat: int) -> None:
    """Fails when (doc, seq) was signed already: two heads with one number are never made."""
    tx.execute(_ADD_HEAD, {"doc": doc, "seq": seq, "text": text, "iat": iat})


def heads_between(reading: Reading, doc: int, first: int, last: int, limit: int) -> list[str]:
    """Texts of the heads `first` to `last` of `doc` that are still kept, in order."""
    statement = (
        select(_head.c.text)
        .where(_head.c.doc == doc, _head.c.seq >= first, _head.c.seq <= last)
        .order_by(_head.c.seq)
        .limit(limit)
    )
    return [row[0] for row in reading.execute(statement)]


def forget_heads(tx: Writing, *, before: int) -> None:
    """Drop heads signed before an instant, never the newest."""
    newest = newest_head(tx)
    if newest is not None:
        doc, seq, _ = newest
        tx.execute(delete(_head).where(_head.c.iat < before, or_(_head.c.doc != doc, _head.c.seq != seq)))


def forget_tombstones(tx: Writing, *, before: int) -> int | None:
    """Drop tombstones older than an instant; returns the highest seq dropped, below which no cursor can be served."""
    old = _record.c.removed < before
    highest: int | None = tx.execute(select(func.max(_record.c.seq)).where(old)).scalar()
    tx.execute(delete(_record).where(old))
    return highest


def feed(reading: Reading, *, seq: int, id: str, limit: int) -> list[Published]:  # noqa: A002 - the wire's word
    """Records and tombstones behind (seq, id), in that order, at most `limit`."""
    statement = (
        select(_record.c.seq, _record.c.id, _record.c.digest, _record.c.line)
        .where(tuple_(_record.c.seq, _record.c.id) > tuple_(literal(seq), literal(id)))
        .order_by(_record.c.seq, _record.c.id)
        .limit(limit)
    )
    return [Published(row.seq, RecordId(row.id), row.digest, row.line) for row in reading.execute(statement)]


# Entries: what is searched and shown, ours and our peers'.


@dataclass(frozen=True, slots=True)
class Entry:
    """One record in use, at its place in the fair order."""

    position: int
    generation: int
    id: str
    seq: int
    digest: bytes
    line: bytes
    last_day: int


def new_generation(tx: Writing, peer: str, *, active: bool) -> int:
    """A fresh place to put a directory's entries in."""
    result = tx.execute(_generation.insert().values(peer=peer, active=active).returning(_generation.c.id))
    number: int = result.scalar_one()
    return number


def active_generations(reading: Reading) -> dict[int, str]:
    """Generation → whose directory, of those in use."""
    rows = reading.execute(select(_generation.c.id, _generation.c.peer).where(_generation.c.active))
    return {row.id: row.peer for row in rows}


_ACTIVE = select(_generation.c.id).where(_generation.c.peer == bindparam("of"), _generation.c.active)


def active_generation(reading: Reading, peer: str) -> int | None:
    """The generation in use of one directory."""
    return reading.execute(_ACTIVE, {"of": peer}).scalar()


def idle_generations(reading: Reading) -> list[int]:
    """Generations not in use: staging that was interrupted, or replaced and leaving."""
    return [row[0] for row in reading.execute(select(_generation.c.id).where(_generation.c.active.is_(False)))]


def activate(tx: Writing, peer: str, generation: int) -> None:
    """Put `generation` in use instead of what was: from the next read on, only it is searched."""
    tx.execute(update(_generation).where(_generation.c.peer == peer).values(active=_generation.c.id == generation))


def deactivate(tx: Writing, peer: str) -> None:
    """Take a peer's directory out of use at once; its rows leave later."""
    tx.execute(update(_generation).where(_generation.c.peer == peer).values(active=False))


def drop_generation(tx: Writing, generation: int) -> None:
    """Forget an empty generation."""
    tx.execute(delete(_set_aside).where(_set_aside.c.generation == generation))
    tx.execute(delete(_generation).where(_generation.c.id == generation))


def add_entries(tx: Writing, entries: Iterable[Entry]) -> None:
    """Insert entries, in order of their place."""
    tx.insert_rows(
        "entry (position, generation, id, seq, digest, line, last_day)",
        [
            (entry.position, entry.generation, entry.id, entry.seq, entry.digest, entry.line, entry.last_day)
            for entry in sorted(entries, key=lambda entry: entry.position)
        ],
    )


class _Among:
    """A statement about rows that have one of many values in a column: one statement, however many values there are."""

    def __init__(self, column: ColumnElement[Any], statement: Callable[[ColumnElement[bool]], Executable]) -> None:
        several = select(func.json_each(bindparam("several")).table_valued("value").c.value)
        self._sqlite = statement(column.in_(several))
        self._others = statement(column.in_(bindparam("several", expanding=True)))

    def run(self, reading: Reading, several: Collection[Any], **named: Any) -> CursorResult[Any]:
        """Run it for these values."""
        if reading.dialect == "sqlite":
            return reading.execute(self._sqlite, {"several": json.dumps(list(several)), **named})
        return reading.execute(self._others, {"several": list(several), **named})


_ENTRIES = _Among(_entry.c.id, lambda found: select(_entry).where(_entry.c.generation == bindparam("within"), found))
_REMOVE_ENTRIES = _Among(_entry.c.position, lambda found: delete(_entry).where(found))
_TAKEN = _Among(_entry.c.position, lambda found: select(_entry.c.position).where(found))
_TAKE_BACK = _Among(
    _set_aside.c.id, lambda found: delete(_set_aside).where(_set_aside.c.generation == bindparam("within"), found)
)
_ENTRY = select(_entry).where(_entry.c.generation == bindparam("within"), _entry.c.id == bindparam("of"))


def entries_by_id(reading: Reading, generation: int, ids: Sequence[str]) -> list[Entry]:
    """The entries of `ids` that exist in a generation."""
    if len(ids) == 1:
        return [_entry_of(row) for row in reading.execute(_ENTRY, {"within": generation, "of": ids[0]})]
    return [_entry_of(row) for row in _ENTRIES.run(reading, ids, within=generation)]


def ids(reading: Reading, generation: int) -> list[str]:
    """The ids of everything in a generation."""
    return list(reading.execute(select(_entry.c.id).where(_entry.c.generation == generation)).scalars())


def some_entries(reading: Reading, generation: int, limit: int) -> list[Entry]:
    """Any `limit` entries of a generation."""
    statement = select(_entry).where(_entry.c.generation == generation).limit(limit)
    return [_entry_of(row) for row in reading.execute(statement)]


def entries_behind(reading: Reading, position: int, limit: int) -> list[Entry]:
    """Entries of all generations behind a place, in order, at most `limit`."""
    statement = select(_entry).where(_entry.c.position > position).order_by(_entry.c.position).limit(limit)
    return [_entry_of(row) for row in reading.execute(statement)]


def _entry_of(row: Row[Any]) -> Entry:
    return Entry(row.position, row.generation, row.id, row.seq, row.digest, row.line, row.last_day)


def remove_entries(tx: Writing, positions: Sequence[int]) -> None:
    """Delete entries by their place."""
    _REMOVE_ENTRIES.run(tx, positions)


def entry_leaves(reading: Reading, generation: int) -> Iterable[tuple[str, bytes]]:
    """(id, digest) of every record of a generation, those set aside too: what its tree is made of."""
    for table in (_entry, _set_aside):
        for row in reading.execute(select(table.c.id, table.c.digest).where(table.c.generation == generation)):
            yield row.id, row.digest


def set_aside(tx: Writing, generation: int, *, id: str, seq: int, digest: bytes, code: str, line: bytes) -> None:  # noqa: A002
    """Keep an authentic record that no reader could use, with the reason: it stays a leaf and stops nothing."""
    tx.execute(delete(_set_aside).where(_set_aside.c.generation == generation, _set_aside.c.id == id))
    values = {"generation": generation, "id": id, "seq": seq, "digest": digest, "code": code, "line": line}
    tx.execute(_set_aside.insert().values(values))


def take_back(tx: Writing, generation: int, ids: Sequence[str]) -> None:
    """Drop set-aside records that a newer revision or a tombstone replaces."""
    _TAKE_BACK.run(tx, ids, within=generation)


def taken(reading: Reading, positions: Sequence[int]) -> set[int]:
    """Those of `positions` at which an entry stands already."""
    return set(_TAKEN.run(reading, positions).scalars())


def is_published(reading: Reading, record_id: str) -> bool:
    """Whether a head covers a record, or the next one will."""
    covered = reading.execute(select(_record.c.digest).where(_record.c.id == record_id)).scalar()
    noted = reading.execute(select(_change.c.digest).where(_change.c.id == record_id)).scalar()
    return covered is not None or noted is not None


@dataclass(frozen=True, slots=True)
class Source:
    """One directory in use. `exp`: when its newest head ends; 0 for our own, which does not."""

    generation: int
    peer: str
    exp: int


def count_entries(reading: Reading, generation: int) -> tuple[int, int]:
    """(records in use, records set aside) of a generation."""
    used = reading.execute(
        select(func.count()).select_from(_entry).where(_entry.c.generation == generation)
    ).scalar_one()
    aside = reading.execute(
        select(func.count()).select_from(_set_aside).where(_set_aside.c.generation == generation)
    ).scalar_one()
    return used, aside


# Replicas: how far we follow each peer.


@dataclass(frozen=True, slots=True)
class Replica:
    """How far a peer's directory was followed. Instants in Unix seconds; `code` says why the last sync was refused."""

    peer: str
    head: str | None
    doc: int
    seq: int
    exp: int
    checked: int
    code: str | None


_REPLICA = select(_replica).where(_replica.c.peer == bindparam("of"))
_NO_REPLICA = delete(_replica).where(_replica.c.peer == bindparam("of"))
_ADD_REPLICA = _replica.insert()


def replica(reading: Reading, peer: str) -> Replica | None:
    """What is known of a peer's directory."""
    row = reading.execute(_REPLICA, {"of": peer}).first()
    return None if row is None else _replica_of(row)


def replicas(reading: Reading) -> dict[str, Replica]:
    """Every replica, by peer."""
    return {row.peer: _replica_of(row) for row in reading.execute(select(_replica))}


def save_replica(tx: Writing, state: Replica) -> None:
    """Write a replica's state, new or known."""
    tx.execute(_NO_REPLICA, {"of": state.peer})
    tx.execute(
        _ADD_REPLICA,
        {
            "peer": state.peer,
            "head": state.head,
            "doc": state.doc,
            "seq": state.seq,
            "exp": state.exp,
            "checked": state.checked,
            "code": state.code,
        },
    )


def _replica_of(row: Row[Any]) -> Replica:
    return Replica(row.peer, row.head, row.doc, row.seq, row.exp, row.checked, row.code)


def forget_replica(tx: Writing, peer: str) -> None:
    """Drop what is known of a peer's directory."""
    tx.execute(_NO_REPLICA, {"of": peer})

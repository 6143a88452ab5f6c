"""Entries of one directory in the searched tables, each with its row in the index: put in, taken out, always both in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alongside_node.foundation.database import Writing
from alongside_protocol import base64url, record
from alongside_protocol.errors import Refused
from alongside_protocol.identifiers import RecordId
from alongside_protocol.listing import Listing
from alongside_protocol.profile import Profile

from . import index, rules, store
from .index import Indexed
from .ordering import position
from .store import Entry

_COLLISION = "position-taken"


@dataclass(frozen=True, slots=True)
class Read:
    """A record that was read and what of it is searchable, for one generation."""

    entry: Entry
    indexed: Indexed
    content: Listing | Profile


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An authentic record that no reader of this version can use."""

    generation: int
    id: str
    seq: int
    digest: bytes
    line: bytes
    code: str


def read(line: bytes, record_id: RecordId, digest: bytes, *, seq: int, generation: int) -> Read | Unreadable:
    """Read a line whose hash was checked. What it says may be anything."""
    try:
        content = record.read(line, expected_id=record_id).content
    except Refused as refused:
        return Unreadable(generation, record_id, seq, digest, line, refused.code.value)
    return of_content(content, line, record_id, digest, seq=seq, generation=generation)


def of_content(
    content: Listing | Profile, line: bytes, record_id: RecordId, digest: bytes, *, seq: int, generation: int
) -> Read:
    """The entry of a record that was read already."""
    found = rules.searchable(content)
    place = position(base64url.decode(record_id), generation=generation, practitioner=found.practitioner)
    entry = Entry(place, generation, record_id, seq, digest, line, found.last_day)
    return Read(entry, Indexed(place, found.words, found.codes), content)


def add(tx: Writing, several: Iterable[Read | Unreadable]) -> int:
    """Put records in; those that cannot be used are set aside with their reason. Returns how many are searchable."""
    places: dict[int, Read] = {}
    aside: list[Unreadable] = []
    for one in several:
        if isinstance(one, Unreadable):
            aside.append(one)
        elif one.entry.position in places:
            aside.append(_collided(one.entry))
        else:
            places[one.entry.position] = one
    # Two ids with one place are made on purpose (a chance of 2^-52 each): the later one is set aside and stops nothing.
    aside += [_collided(places.pop(place).entry) for place in store.taken(tx, list(places))]
    for poor in aside:
        store.set_aside(
            tx, poor.generation, id=poor.id, seq=poor.seq, digest=poor.digest, code=poor.code, line=poor.line
        )
    store.add_entries(tx, [one.entry for one in places.values()])
    index.add(tx, [one.indexed for one in places.values()])
    return len(places)


def _collided(entry: Entry) -> Unreadable:
    return Unreadable(entry.generation, entry.id, entry.seq, entry.digest, entry.line, _COLLISION)


def remove(tx: Writing, generation: int, ids: Sequence[str]) -> None:
    """Take records out, searchable or set aside."""
    drop(tx, store.entries_by_id(tx, generation, ids))
    store.take_back(tx, generation, ids)


def drop(tx: Writing, entries: Sequence[Entry]) -> None:
    """Take entries out of both tables. Their words are read from the line again: the index keeps no copy of its own."""
    reread = [read(one.line, RecordId(one.id), one.digest, seq=one.seq, generation=one.generation) for one in entries]
    index.remove(tx, [one.indexed for one in reread if isinstance(one, Read)])
    store.remove_entries(tx, [one.position for one in entries])

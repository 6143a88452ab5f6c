"""The index written anew, when a newer version of this program finds more by it (docs/decisions/0011 and 0020).

The index holds no text of its own: an entry is taken out by giving its words and codes again, so rows in a form that this version does
not make must not stay. The records are the truth; before anything is served, every one is read again. Stopped midway, it begins anew.
"""

import asyncio
from functools import partial
from typing import Final

from alongside_node.foundation.database import Database
from alongside_protocol.identifiers import RecordId

from . import entries, index, rules, store
from .entries import Read
from .index import Indexed

TOGETHER: Final = 500


async def renew_index(database: Database, *, together: int = TOGETHER) -> int:
    """Bring the index into this version's form; returns how many entries were indexed again. At once when it is there already."""
    if await database.aread(lambda reading: index.is_in_form(reading, rules.FORM)):
        return 0
    await database.awrite(index.make_anew)
    done, after = 0, -1
    while batch := await database.aread(partial(store.entries_behind, position=after, limit=together)):
        rows = await asyncio.to_thread(_indexed, batch)
        await database.awrite(partial(index.add, rows=rows))
        done, after = done + len(rows), batch[-1].position
    await database.awrite(partial(index.note_form, form=rules.FORM))
    return done


def _indexed(batch: list[store.Entry]) -> list[Indexed]:
    read = [
        entries.read(one.line, RecordId(one.id), one.digest, seq=one.seq, generation=one.generation) for one in batch
    ]
    return [one.indexed for one in read if isinstance(one, Read)]

"""What peers read of our directory: a page of changes, and past heads (section 4 of the specification).

A page and the head it carries come from one snapshot of the database, so that a reader's tree always fits the head.
Never serves what no head covers yet, and never decides who may read: the federation endpoint does.
"""

from alongside_node.foundation.database import Reading
from alongside_protocol import feed, limits
from alongside_protocol.errors import Code, Refused

from . import store

_ENVELOPE_ROOM = 2 * limits.JWS_BYTES
"""Bytes of a page kept free for its head."""


def changes(reading: Reading, *, since: feed.Cursor | None, after: feed.Position | None, floor: int) -> bytes:
    """One page of what changed behind `since`, continued behind `after`.

    Raises `Refused`: `cursor-gone` (410: read again from the start), `cursor-ahead` (409), `busy` before the first head.
    """
    newest = store.newest_head(reading)
    if newest is None:
        raise Refused(Code.BUSY, "nothing was published here yet")
    doc, seq, text = newest
    start = _start(since, doc=doc, seq=seq, floor=floor)
    position = (after.seq, after.id) if after is not None else (start, "~")
    rows = store.feed(reading, seq=position[0], id=position[1], limit=limits.PAGE_LINES + 1)
    page = _fitting(rows[: limits.PAGE_LINES])
    entries = [feed.Entry(seq=row.seq, id=row.id, digest=row.digest, line=row.line) for row in page]
    return feed.write_page(text, entries, more=len(page) < len(rows))


def _start(since: feed.Cursor | None, *, doc: int, seq: int, floor: int) -> int:
    if since is None or (since.doc in (0, doc) and since.seq == 0):
        return 0
    if since.doc < doc or (since.doc == doc and since.seq < floor):
        raise Refused(Code.CURSOR_GONE, "what was removed since is no longer known: read from the start")
    if since.doc > doc or since.seq > seq:
        raise Refused(Code.CURSOR_AHEAD, "nothing was published behind this cursor")
    return since.seq


def _fitting(rows: list[store.Published]) -> list[store.Published]:
    room = limits.PAGE_BYTES - _ENVELOPE_ROOM
    for count, row in enumerate(rows):
        room -= len(row.line or b"") + 128
        if room < 0:
            return rows[:count]
    return rows


def heads(reading: Reading, *, doc: int, first: int, last: int) -> list[str]:
    """The heads `first` to `last` of a node document, at most 500, as far as they are still kept (90 days)."""
    return store.heads_between(reading, doc, first, last, limits.HEADS_PER_ANSWER)

"""A page of results as the verified lines themselves: bytes in, bytes out, read only where the index cannot decide (listing.md).

Finds what `searching.search` finds, in the same order. A record is authentic since it came, so whoever hands it on need not read it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from alongside_node.foundation.database import Reading
from alongside_protocol.listing import Audience

from . import searching
from .searching import Query, Raw, Reach, Viewer

STRETCHES: Final = 8
"""How many stretches of the two rings a place can be in (`searching.matches`)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One result, unread."""

    node: str
    line: bytes
    km: float | None = None
    stale_since: int | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """Some results, and behind which place the next page begins (None: there is no more)."""

    results: tuple[Line, ...]
    after: tuple[int, int] | None


def page(
    reading: Reading, query: Query, viewer: Viewer, *, now: int, limit: int, after: tuple[int, int] | None = None
) -> Lines:
    """One page, behind the place `after` of a former page."""
    if query.open_now or query.near is not None:
        found = searching.search(reading, query, viewer, now=now, limit=limit, after=after)
        return Lines(tuple(Line(one.node, one.line, one.km, one.stale_since) for one in found.results), found.after)
    results: list[Line] = []
    previous, reach = after, Reach()
    for raw in _fitting(reading, query, viewer, now=now, limit=limit, after=after, reach=reach):
        if len(results) == limit:
            return Lines(tuple(results), previous)
        own = raw.source.peer == viewer.node
        stale = None if own or now < raw.source.exp else raw.source.exp
        results.append(Line(raw.source.peer, raw.line, None, stale))
        previous = raw.place
    return Lines(tuple(results), reach.stopped)


def _fitting(
    reading: Reading, query: Query, viewer: Viewer, *, now: int, limit: int, after: tuple[int, int] | None, reach: Reach
) -> Iterator[Raw]:
    for raw in searching.matches(reading, query, viewer, now=now, after=after, batch=limit + 1, reach=reach):
        if raw.source.peer == viewer.node or not viewer.member or not _is_for_its_node_only(raw):
            yield raw


def _is_for_its_node_only(raw: Raw) -> bool:
    """Whether it should never have left its node. An honest one sends none: read only when it could be, escapes included."""
    if b'"here"' not in raw.line and b"\\u" not in raw.line:
        return False
    found = searching.read(raw)
    return found is None or found.listing.audience is Audience.HERE

"""Searching our own and our peers' listings, on this machine (listing.md; safety.md, "Query text is nowhere").

Words are understood as people mean them (`meanings`). In fair order: from the day's start round the ring, peers before practitioners, the same for everybody who asks the same. What is no
longer valid, whose node has been silent too long, or whose audience is another, is not found. A value that no listing can have finds
nothing: a filter is never widened by a slip. Nothing about a query is kept.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import Final

from alongside_node.foundation.database import Reading
from alongside_protocol import limits, record
from alongside_protocol.commitments import CALLED
from alongside_protocol.errors import Refused
from alongside_protocol.identifiers import NodeId, RecordId
from alongside_protocol.listing import Audience, Direction, Listing, is_open
from alongside_protocol.place import Point, distance_m

from . import cells, index, meanings, rules, store
from .index import Shown, Terms
from .ordering import ARCS, Arc, arcs
from .text import query_words

SCANNED: Final = 2_000
"""Entries that one page reads at most: what the index cannot decide must not read the whole directory. The next page goes on there."""
COUNTED: Final = 200
"""Entries that counting reads at most."""
SEVERAL: Final = 20
"""Values of one filter at most; more would only cost."""
_BATCH: Final = 21
"""Entries read at once: a page of twenty, and one more that says whether there is another page."""
_SEVERAL_THINGS: Final = 2
"""Where only one thing is asked for, nothing has only some of it."""
_NOT_FOR_EVERYBODY: Final = (rules.coded("a", Audience.FEDERATED), rules.coded("a", Audience.HERE))
_ID: Final = b'"id":"'


@dataclass(frozen=True, slots=True)
class Near:
    """Within so many kilometres of a point."""

    point: Point
    km: int


class For(StrEnum):
    """Whom it is for. Nobody's age is asked."""

    ADULTS = "adults"
    UNDER_18 = "under_18"
    YOUNG = "young_people_for_young_people"


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody looks for. Empty members ask for nothing."""

    words: str = ""
    some: bool = False
    """Not what has all of `words`: what has some of them, to be shown apart."""
    direction: Direction | None = None
    types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    exchanges: tuple[str, ...] = ()
    nobody_turned_away: bool = False
    topics: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    """Every one of them, unlike the others: what somebody needs to come."""
    interpreters: tuple[str, ...] = ()
    ages: For | None = None
    audiences: tuple[str, ...] = ()
    lived: str = ""
    by_and_for: str = ""
    only_own: bool = False
    promise: bool = False
    """Only who promises not to call police or hospital without a yes."""
    calls: tuple[str, ...] = ()
    """Members of `commitments.CALLED`: only who promises not to call any of them without a yes."""
    no_duty: bool = False
    """Only whom no law makes pass anything on."""
    nothing_kept: bool = False
    printable: bool = False
    open_now: bool = False
    near: Near | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. `member`: signed in here, so that also what is meant for federated communities and for this one is seen."""

    node: NodeId
    member: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One result. `node`: whose it is; `stale_since`: since when its node has signed nothing (Unix seconds)."""

    node: NodeId
    id: RecordId
    line: bytes
    listing: Listing
    km: float | None = None
    stale_since: int | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """A match as the database has it."""

    place: tuple[int, int]
    source: store.Source
    line: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """Some results, and behind which place the next page begins (None: there is no more). `cut`: there may be more, unread."""

    results: tuple[Found, ...]
    after: tuple[int, int] | None
    cut: bool = False


@dataclass(slots=True)
class Reach:
    """How far reading goes: at most `most` entries. `stopped`: behind which place it ended because of that; None: it saw everything."""

    most: int = SCANNED
    stopped: tuple[int, int] | None = None


def search(
    reading: Reading,
    query: Query,
    viewer: Viewer,
    *,
    now: int,
    limit: int,
    after: tuple[int, int] | None = None,
    begun: int | None = None,
    most: int = SCANNED,
) -> Page:
    """One page of results, behind the place `after` of a former page. `begun`: when the first was made, if not now: its day has the order."""
    results: list[Found] = []
    previous, reach = after, Reach(most)
    for raw in matches(reading, query, viewer, now=now, after=after, begun=begun, reach=reach):
        found = _fitting(raw, query, viewer, now)
        if found is None:
            continue
        results.append(found)
        if len(results) > limit:
            return Page(tuple(results[:limit]), previous)
        previous = raw.place
    return Page(tuple(results), reach.stopped, cut=reach.stopped is not None)


def count(reading: Reading, query: Query, viewer: Viewer, *, now: int, most: int) -> tuple[int, bool]:
    """(how many fit, at most `most`; whether there may be more), without reading far."""
    page = search(reading, query, viewer, now=now, limit=most, most=COUNTED)
    return len(page.results), page.after is not None


def matches(
    reading: Reading,
    query: Query,
    viewer: Viewer,
    *,
    now: int,
    after: tuple[int, int] | None = None,
    batch: int = _BATCH,
    begun: int | None = None,
    reach: Reach | None = None,
) -> Iterator[Raw]:
    """What fits by the index alone, unread: in fair order what has the words, then in fair order what has words that begin with them.

    The second round reads every entry that has such a word, however many there are, so it is made only when the first was not enough.
    """
    reach = reach or Reach()
    terms = _terms(query, viewer)
    if terms is None:
        return
    shown = Shown(viewer.node, today=now // limits.DAY, silent=now - limits.HIDE_AFTER_EXPIRY)
    scanned = 0
    for number, sought, arc in _rounds(terms, now if begun is None else begun, after):
        first = arc.first
        while True:
            rows = index.lines_between(reading, sought, first, arc.last, batch, shown=shown)
            for position, generation, peer, exp, line in rows:
                yield Raw((number, position), store.Source(generation, peer, exp), line)
            scanned += len(rows)
            if len(rows) < batch:
                break
            if scanned >= reach.most:
                reach.stopped = (number, rows[-1][0])
                return
            first = rows[-1][0] + 1


def _rounds(terms: Terms, now: int, after: tuple[int, int] | None) -> Iterator[tuple[int, Terms, Arc]]:
    """(number, what to look for, stretch), behind the place `after`: stretches 0 to 3 for the words, 4 to 7 for what begins with them."""
    number, place = after or (0, None)
    second = number >= ARCS
    behind = None if place is None else (number % ARCS, place)
    if not second:
        yield from ((number, terms, arc) for number, arc in arcs(now, behind))
        behind = None
    if terms.may_begin:
        longer = replace(terms, beginnings=True)
        yield from ((ARCS + number, longer, arc) for number, arc in arcs(now, behind))


def _terms(query: Query, viewer: Viewer) -> Terms | None:
    """None: nothing can match."""
    sought, several = meanings.understood(query.words), _several(query)
    if not _can_match(query, several) or (query.some and sought.things < _SEVERAL_THINGS):
        return None
    codes = [name for name, asked in _single(query).items() if asked]
    if query.direction is not None:
        codes.append(rules.coded("d", query.direction))
    codes += [rules.coded("n", who) for who in query.calls]
    codes += [rules.coded("c", value) for value in query.access[:SEVERAL]]
    codes += ["v" + word for word in meanings.telling(query_words(query.lived))]
    codes += ["b" + word for word in meanings.telling(query_words(query.by_and_for))]
    groups = [tuple(rules.coded(letter, value) for value in values[:SEVERAL]) for letter, values in several.items()]
    if query.near is not None:
        groups.append(cells.covering(query.near.point, query.near.km))
    any_of = tuple(group for group in groups if group)
    if not (sought.things or codes or any_of):  # only a listing has any of these
        codes.append(rules.LISTING)
    none_of = () if viewer.member else _NOT_FOR_EVERYBODY
    if query.ages is For.ADULTS:
        none_of = (*none_of, rules.YOUNG)
    return Terms(sought.words, tuple(codes), any_of, none_of, meant=sought.meant, some=query.some)


def _single(query: Query) -> dict[str, bool]:
    """Codes that what is found must have."""
    return {
        rules.PROMISE: query.promise,
        rules.NO_DUTY: query.no_duty,
        rules.NOTHING_KEPT: query.nothing_kept,
        rules.UNDER_18: query.ages in (For.UNDER_18, For.YOUNG),
        rules.YOUNG: query.ages is For.YOUNG,
        rules.ONLY_OWN: query.only_own,
        rules.TURNS_NOBODY_AWAY: query.nobody_turned_away,
        rules.PRINTABLE: query.printable,
        rules.SAYS_WHEN: query.open_now,
    }


def _several(query: Query) -> dict[str, tuple[str, ...]]:
    """Letter of a code → the values of which what is found must have one; empty: any."""
    return {
        "t": query.types,
        "l": tuple(map(rules.primary, query.languages)),
        "m": query.modalities,
        "x": query.exchanges,
        "o": query.topics,
        "i": query.interpreters,
        "a": query.audiences,
    }


def _can_match(query: Query, several: Mapping[str, tuple[str, ...]]) -> bool:
    texts = (query.words, query.lived, query.by_and_for)
    values = (*query.access, *chain.from_iterable(several.values()))
    return (
        all(query_words(text) for text in texts if text.strip())
        and all(value.replace("_", "").isalnum() for value in values)
        and set(query.calls) <= set(CALLED)
    )


def _fitting(raw: Raw, query: Query, viewer: Viewer, now: int) -> Found | None:
    found = read(raw)
    if found is None:
        return None
    listing, own = found.listing, raw.source.peer == viewer.node
    if not _may_see(listing, viewer, own=own):
        return None
    if query.open_now and not is_open(listing, now):
        return None
    km = _km(listing, query.near)
    if query.near is not None and (km is None or km > query.near.km):
        return None
    stale = None if own or now < raw.source.exp else raw.source.exp
    return Found(found.node, found.id, found.line, listing, km, stale)


def read(raw: Raw) -> Found | None:
    """A match, read. None where it is no listing."""
    # It was read whole when it came, so that its id is the one inside.
    name = _id_of(raw.line)
    try:
        content = record.read(raw.line, expected_id=name).content
    except Refused:
        return None
    return Found(NodeId(raw.source.peer), name, raw.line, content) if isinstance(content, Listing) else None


def _id_of(line: bytes) -> RecordId:
    if line.count(_ID) > 1:  # members of a later version may hold ids of their own, in front of the record's
        return RecordId(str(json.loads(line)["id"]))
    start = line.index(_ID) + len(_ID)
    return RecordId(line[start : start + 22].decode("ascii"))


def _km(listing: Listing, near: Near | None) -> float | None:
    if near is None or listing.place is None or listing.place.point is None:
        return None
    return distance_m(near.point, listing.place.point) / 1000


def find(reading: Reading, node: str, listing_id: str, viewer: Viewer, *, now: int) -> Found | None:
    """One listing, as this viewer may see it; None when there is none for them."""
    generation = store.active_generation(reading, node)
    if generation is None:
        return None
    rows = store.entries_by_id(reading, generation, [listing_id])
    replica = store.replica(reading, node)
    own = node == viewer.node
    exp = replica.exp if replica is not None else 0
    if not rows or (not own and now >= exp + limits.HIDE_AFTER_EXPIRY) or rows[0].last_day < now // limits.DAY:
        return None
    found = read(Raw((0, 0), store.Source(generation, node, exp), rows[0].line))
    if found is None or not _may_see(found.listing, viewer, own=own):
        return None
    return Found(found.node, found.id, found.line, found.listing, None, None if own or now < exp else exp)


def _may_see(listing: Listing, viewer: Viewer, *, own: bool) -> bool:
    if listing.audience is Audience.ANYONE:
        return True
    return viewer.member and (own or listing.audience is Audience.FEDERATED)

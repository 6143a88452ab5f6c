"""Searching, on this machine, and the records that were found, as they were received (listing.md; safety.md, "Query text is nowhere").

A query comes in a body, is used, and is kept nowhere. Lines go out as the exact bytes that were verified when they came.
"""

import json
import re
from typing import Annotated, Any, Final

from pydantic import Field
from starlette.responses import Response

from alongside_node.directory import lines, searching
from alongside_node.directory.lines import Line
from alongside_node.directory.searching import For, Near, Query
from alongside_node.foundation.database import Reading
from alongside_node.identity import actions as identity
from alongside_node.peers import actions as peers
from alongside_protocol import fair_order, limits
from alongside_protocol.commitments import CALLED
from alongside_protocol.errors import Code, Refused
from alongside_protocol.listing import Audience, Direction, ExchangeKind, Interpreter, ListingType, Modality
from alongside_protocol.place import UNIT, Point
from alongside_protocol.text_forms import CODE, LANG, LANG_CHARACTERS, LINE

from .caller import Calling
from .forms import Caller, Form, NodeName, PathId, PathNode
from .problems import Problem, ProblemError

MOST: Final = 50
_MOST_OF_A_KIND: Final = 20
_Sought = Annotated[str, Field(max_length=200, pattern=LINE)]
_Several = Field(default=(), max_length=_MOST_OF_A_KIND, strict=False)
_PLACE: Final = re.compile(r"([0-9]{1,6})\.([0-9]{1,2})\.([0-9]{1,19})")
_PLACES_END: Final = 2**63 - 1
"""What a database counts to: behind it is nothing to look for."""


class Community(Form):
    """Who this node is. `profile`: what the community says of itself, its commitments included."""

    node: NodeName
    origin: str
    communities: Annotated[int, Field(description="How many communities a search here looks through.")]
    profile: dict[str, Any]


class Circle(Form):
    """Within so many kilometres of a point. Degrees are times 100,000, as whole numbers."""

    latitude: Annotated[int, Field(ge=-90 * UNIT, le=90 * UNIT)]
    longitude: Annotated[int, Field(ge=-180 * UNIT, le=180 * UNIT)]
    km: Annotated[int, Field(ge=1, le=1_000)]


class Search(Form):
    """What somebody looks for. What is not said asks for nothing; several of one kind: any of them."""

    words: _Sought = ""
    some: Annotated[bool, Field(description="Not what has all of the words: what has some of them.")] = False
    direction: Annotated[Direction, Field(strict=False)] | None = None
    types: Annotated[tuple[Annotated[ListingType, Field(strict=False)], ...], _Several]
    languages: Annotated[tuple[Annotated[str, Field(pattern=LANG, max_length=LANG_CHARACTERS)], ...], _Several]
    modalities: Annotated[tuple[Annotated[Modality, Field(strict=False)], ...], _Several]
    exchanges: Annotated[tuple[Annotated[ExchangeKind, Field(strict=False)], ...], _Several]
    nobody_turned_away: bool = False
    topics: Annotated[tuple[Annotated[str, Field(pattern=CODE)], ...], _Several]
    access: Annotated[
        tuple[Annotated[str, Field(pattern=CODE)], ...],
        Field(default=(), max_length=_MOST_OF_A_KIND, strict=False, description="Every one of them."),
    ]
    interpreters: Annotated[tuple[Annotated[Interpreter, Field(strict=False)], ...], _Several]
    ages: Annotated[For, Field(strict=False)] | None = None
    audiences: Annotated[tuple[Annotated[Audience, Field(strict=False)], ...], _Several]
    lived: _Sought = ""
    by_and_for: _Sought = ""
    only_own: bool = False
    promise: Annotated[bool, Field(description="Only who promises not to call police or hospital without a yes.")] = (
        False
    )
    calls: Annotated[
        tuple[Annotated[str, Field(pattern=f"^({'|'.join(CALLED)})$")], ...],
        Field(
            default=(),
            max_length=len(CALLED),
            strict=False,
            description="Only who promises not to call any of these without a yes.",
        ),
    ]
    no_duty: Annotated[bool, Field(description="Only whom no law makes pass anything on.")] = False
    nothing_kept: Annotated[bool, Field(description="Only who keeps nothing that is written down.")] = False
    printable: bool = False
    open_now: bool = False
    near: Circle | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 20
    after: Annotated[str, Field(pattern=f"^{_PLACE.pattern}$")] | None = None

    @property
    def query(self) -> Query:
        """As the directory takes it."""
        near = self.near
        return Query(
            words=self.words,
            some=self.some,
            direction=self.direction,
            types=tuple(one.value for one in self.types),
            languages=self.languages,
            modalities=tuple(one.value for one in self.modalities),
            exchanges=tuple(one.value for one in self.exchanges),
            nobody_turned_away=self.nobody_turned_away,
            topics=self.topics,
            access=self.access,
            interpreters=tuple(one.value for one in self.interpreters),
            ages=self.ages,
            audiences=tuple(one.value for one in self.audiences),
            lived=self.lived,
            by_and_for=self.by_and_for,
            only_own=self.only_own,
            promise=self.promise,
            calls=self.calls,
            no_duty=self.no_duty,
            nothing_kept=self.nothing_kept,
            printable=self.printable,
            open_now=self.open_now,
            near=None if near is None else Near(Point(latitude=near.latitude, longitude=near.longitude), near.km),
        )


class Result(Form):
    """One listing. `record`: as its node published it; `stale_since`: since when that node has signed nothing."""

    node: NodeName
    km: int | None
    stale_since: int | None
    record: dict[str, Any]


class Results(Form):
    """Some listings in today's fair order, and what to send as `after` for more; a place holds for its day."""

    results: tuple[Result, ...]
    after: str | None
    seed: Annotated[str, Field(description="What today's order is made from.")]


async def community(caller: Caller) -> Community:
    """Who this community is, and what it promises."""

    def look(reading: Reading) -> Community:
        profile = identity.standing_community(reading).profile
        return Community(
            node=caller.me,
            origin=caller.edge.keys.origin,
            communities=len(peers.sources(reading)) + 1,
            profile=profile.model_dump(mode="json", exclude_none=True),
        )

    return await caller.edge.read(look)


async def search(caller: Caller, body: Search) -> Response:
    """Look for support, here and in every community that this one follows; nothing about a query is kept.

    Without a token: what is open to anyone.
    """
    now, query, viewer = caller.now, body.query, caller.viewer
    after = None if body.after is None else _place(body.after, now)
    found = await caller.edge.read(
        lambda reading: lines.page(reading, query, viewer, now=now, limit=body.limit, after=after)
    )
    behind = None if found.after is None else f"{now // limits.DAY}.{found.after[0]}.{found.after[1]}"
    rest = json.dumps({"after": behind, "seed": fair_order.seed_of(now)}).encode("ascii")
    return _json(b'{"results":[' + b",".join(map(_result, found.results)) + b"]," + rest[1:])


def _place(text: str, now: int) -> tuple[int, int]:
    parts = _PLACE.fullmatch(text)
    assert parts is not None  # noqa: S101 - the form says so
    day, number, place = (int(part) for part in parts.groups())
    if day != now // limits.DAY or number >= lines.STRETCHES or place >= _PLACES_END:
        raise Refused(Code.CURSOR_GONE, "this place was in the order of another day: search again")
    return number, place


def _result(one: Line) -> bytes:
    """The record's exact bytes inside what this node says of it: a line is one JSON object on one line."""
    km = None if one.km is None else round(one.km)
    about = json.dumps({"node": one.node, "km": km, "stale_since": one.stale_since}, separators=(",", ":"))
    return about[:-1].encode("ascii") + b',"record":' + one.line + b"}"


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


async def listing(caller: Caller, node: PathNode, listing: PathId) -> Response:
    """One listing, as its node published it."""
    found = await _found(caller, node, listing)
    return _json(_result(Line(found.node, found.line, found.km, found.stale_since)))


async def _found(caller: Calling, node: str, listing: str) -> searching.Found:
    viewer, now = caller.viewer, caller.now
    found = await caller.edge.read(lambda reading: searching.find(reading, node, listing, viewer, now=now))
    if found is None:
        raise ProblemError(Problem.NOT_FOUND)
    return found

"""The four endpoints of a node: its documents for everybody, its changes and heads for peers, its inbox (sections 3 to 5).

No dependency injection, no middleware and no body parser of a framework stands before the inbox. Reads by peers are signed, and what
the agreement allows is read in the same snapshot as what is served.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from alongside_node.foundation.database import Reading
from alongside_node.peers import actions as peers
from alongside_protocol import canonical, limits
from alongside_protocol.client.flows import INBOX_PATH
from alongside_protocol.errors import Code, Refused
from alongside_protocol.feed import Cursor, Position, read_cursor, read_position
from alongside_protocol.messages import FEED_TYPE
from alongside_protocol.node_document import well_known
from alongside_protocol.trust import CHANGES_PATH, HEADS_PATH, WELL_KNOWN_PATH

from . import problems
from .allowance import Allowance
from .gate import arrival, check_proven, known_caller
from .inbox import Doors, Inbox

T = TypeVar("T")

Changes = Callable[[Reading, Cursor | None, Position | None], bytes]
"""A page of our feed, from a cursor, behind a position. Raises `Refused`: `cursor-gone`, `cursor-ahead`, `busy`."""

Heads = Callable[[Reading, int, int, int], Sequence[str]]
"""Our heads (doc, from, to) that are still kept."""

_JSON: Final = "application/json"
_LONGEST_NUMBER: Final = 16


def routes(doors: Doors, changes: Changes, heads: Heads) -> list[Route]:
    """The endpoints, for the application's router."""
    pages = Allowance(limits.PEER_PAGES_PER_MINUTE)

    def page(reading: Reading, query: dict[str, str]) -> bytes:
        since = read_cursor(query["since"]) if "since" in query else None
        after = read_position(query["after"]) if "after" in query else None
        return changes(reading, since, after)

    def past_heads(reading: Reading, query: dict[str, str]) -> bytes:
        doc, first, last = (_number(query, name) for name in ("doc", "from", "to"))
        return canonical.dump({"heads": list(heads(reading, doc, first, last))})

    async def documents(_: Request) -> Response:
        return Response(well_known(doors.us.chain), media_type=_JSON)

    return [
        Route(WELL_KNOWN_PATH, documents, methods=["GET"]),
        Route(CHANGES_PATH, _ForPeers(doors, page, FEED_TYPE, pages), methods=["GET"]),
        Route(HEADS_PATH, _ForPeers(doors, past_heads, _JSON, pages), methods=["GET"]),
        Route(INBOX_PATH, Inbox(doors), methods=["POST"]),
    ]


class _ForPeers:
    """A signed GET by a peer whom our listings reach."""

    def __init__(
        self, doors: Doors, serve: Callable[[Reading, dict[str, str]], bytes], media_type: str, pages: Allowance
    ) -> None:
        self._doors = doors
        self._serve = serve
        self._media_type = media_type
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(scope)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        now = self._doors.clock.now()
        try:
            arrived = arrival(scope["method"], scope, self._doors.us)
            await self._doors.book.refresh(now)
            caller = known_caller(scope["method"], arrived, self._doors.book)
        except Refused:
            return problems.stranger()
        try:
            check_proven(arrived, caller, now=now)
            self._pages.take(caller.node, now)
            self._doors.told.heard(caller.node)
            query = _query(scope["query_string"])
            body = await self._doors.database.aread(lambda reading: self._read(reading, caller.node, query, now))
        except Refused as refused:
            return problems.of(refused)
        return Response(body, media_type=self._media_type)

    def _read(self, reading: Reading, node: str, query: dict[str, str], now: int) -> bytes:
        standing = peers.standing(reading, node)
        if standing is None or not peers.may_see_listings(standing, now):
            raise Refused(Code.NOT_AGREED, "our agreement does not cover this, or not yet")
        return self._serve(reading, query)


def _query(raw: bytes) -> dict[str, str]:
    pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True)
    query = dict(pairs)
    if len(query) != len(pairs):
        raise Refused(Code.FEED_FORM, "a parameter stands twice")
    return query


def _number(query: dict[str, str], name: str) -> int:
    text = query.get(name, "")
    if not (text.isascii() and text.isdecimal()) or len(text) > _LONGEST_NUMBER:
        raise Refused(Code.FEED_FORM, "doc, from and to are plain numbers")
    return int(text)

"""The pages of looking: front, search, one listing, how the order is made, leaving (experience.md, "Somebody who looks for support").

A search is posted, kept in memory for twenty minutes under a random address, and written nowhere. Nothing here needs an account.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from alongside_node.directory import searching
from alongside_node.directory.searching import Near, Query
from alongside_node.foundation.database import Reading
from alongside_node.identity import actions as identity
from alongside_node.listings import actions as listings
from alongside_node.members import actions as members
from alongside_node.peers import actions as peers
from alongside_protocol.listing import is_open
from alongside_protocol.place import Point

from . import shown
from .views import RESULTS_A_PAGE, Choice, Form, ResultsView
from .visitor import LANGUAGE_COOKIE, NothingHereError, Visitor

_NO_LIMIT_KM: Final = 25
_DISTANCES: Final = ("5", "15", "40", "100")
"""Kilometres that the form offers."""
_LONGEST: Final = 200


@dataclass
class Search:
    """One search, in memory only. `trail`: behind which place each page begins."""

    sent: Mapping[str, Any]
    query: Query
    trail: list[tuple[int, int] | None] = field(default_factory=lambda: [None])


async def front(visitor: Visitor) -> Response:
    """The community's front page."""

    def look(reading: Reading) -> tuple[Any, int]:
        return shown.community(reading), len(peers.sources(reading)) + 1

    community, searchable = await visitor.edge.read(look)
    return visitor.page("front", community=community, searchable=searchable)


async def empty_search(visitor: Visitor) -> Response:
    """Looking for support."""
    contacts = await visitor.edge.read(_contacts)
    return visitor.page(
        "search",
        form=Form(),
        results=None,
        place_choices=(),
        language_choices=visitor.language_choices,
        contacts=contacts,
    )


def _contacts(reading: Reading) -> Any:
    return shown.contacts_of(identity.standing_community(reading).profile)


async def begin_search(visitor: Visitor) -> Response:
    """Keep what was asked, and go where its results are."""
    near, problems, choices = _near(visitor)
    if problems:
        contacts = await visitor.edge.read(_contacts)
        return visitor.again(
            "search",
            problems,
            results=None,
            place_choices=choices,
            language_choices=visitor.language_choices,
            contacts=contacts,
        )
    query = Query(
        words=visitor.text("words")[:_LONGEST],
        direction=None,
        types=visitor.texts("type"),
        languages=tuple(filter(None, (visitor.text("language"),))),
        modalities=visitor.texts("modality"),
        exchanges=visitor.texts("cost"),
        lived=visitor.text("lived")[:_LONGEST],
        by_and_for=visitor.text("by_and_for")[:_LONGEST],
        promise=visitor.text("promise") == "yes",
        open_now=visitor.text("open_now") == "yes",
        near=near,
    )
    name = visitor.site.searches.keep(Search(visitor.sent, query))
    return RedirectResponse(f"/search/{name}", 303)


def _places(visitor: Visitor) -> tuple[Choice, ...]:
    towns = visitor.site.gazetteer.find(visitor.text("area")[:_LONGEST]) if visitor.text("area") else []
    return tuple(Choice(f"{town.latitude},{town.longitude}", f"{town.name}, {town.country}") for town in towns)


def _near(visitor: Visitor) -> tuple[Near | None, dict[str, str], tuple[Choice, ...]]:
    """(within which circle, what needs another look, the places that could be meant)."""
    if not visitor.text("area"):
        return None, {}, ()
    choices = _places(visitor)
    if not choices:
        return None, {"area": "place"}, ()
    values = [choice.value for choice in choices]
    chosen = visitor.text("place") if visitor.text("place") in values else values[0]
    distance = visitor.text("distance")
    if distance and distance not in _DISTANCES:
        return None, {"distance": "number"}, choices
    latitude, longitude = map(int, chosen.split(","))
    km = int(distance) if distance else _NO_LIMIT_KM
    return Near(Point(latitude=latitude, longitude=longitude), km), {}, choices


async def results(visitor: Visitor) -> Response:
    """A page of what was found. The address says nothing; the query is in memory."""
    name = visitor.path("search")
    kept: Search | None = visitor.site.searches.find(name)
    if kept is None:
        return visitor.go("/search")
    number = visitor.request.query_params.get("page", "1")
    page = int(number) - 1 if number.isascii() and number.isdecimal() and len(number) < 5 else 0  # noqa: PLR2004
    page = max(0, min(page, len(kept.trail) - 1))

    def look(reading: Reading) -> tuple[Any, Any, int, Any]:
        found = searching.search(
            reading, kept.query, visitor.viewer, now=visitor.now, limit=RESULTS_A_PAGE, after=kept.trail[page]
        )
        return found, shown.names_of(reading, visitor.me), len(peers.sources(reading)) + 1, _contacts(reading)

    found, names, communities, contacts = await visitor.edge.read(look)
    if found.after is not None and page + 1 == len(kept.trail):
        kept.trail.append(found.after)
    several = [
        shown.result(one, names, me=visitor.me, today=visitor.today, open_now=is_open(one.listing, visitor.now))
        for one in found.results
    ]
    form_visitor = Visitor(
        visitor.site, visitor.request, visitor.person, visitor.lang, visitor.community, sent=kept.sent
    )
    return visitor.page(
        "search",
        form=Form(kept.sent),
        results=ResultsView(
            results=tuple(several),
            communities=communities,
            seed=searching.seed_of(visitor.now),
            newer_url=f"/search/{name}?page={page}" if page else None,
            older_url=f"/search/{name}?page={page + 2}" if found.after is not None else None,
        ),
        place_choices=_places(form_visitor),
        language_choices=visitor.language_choices,
        contacts=contacts,
    )


@dataclass(frozen=True)
class Looked:
    """One listing with what its page needs."""

    found: searching.Found
    names: Mapping[str, str]
    blocked: str | None


async def look_at(visitor: Visitor) -> Looked:
    """The listing of this address, for this visitor. Raises `NothingHereError`."""
    node, listing_id = visitor.path("node"), visitor.path("listing")

    def look(reading: Reading) -> Looked | None:
        found = searching.find(reading, node, listing_id, visitor.viewer, now=visitor.now)
        if found is None:
            return None
        person = visitor.person
        holds = (
            person is not None
            and node == visitor.me
            and listings.keeps(reading, listing_id, person.member.id) is not None
        )
        blocked = shown.why_not_ask(reading, found, me=visitor.me, role=visitor.role, holds=holds)
        return Looked(found, shown.names_of(reading, visitor.me), blocked)

    looked = await visitor.edge.read(look)
    if looked is None:
        raise NothingHereError
    return looked


def as_result(visitor: Visitor, looked: Looked) -> Any:
    """Its view."""
    return shown.result(
        looked.found,
        looked.names,
        me=visitor.me,
        today=visitor.today,
        open_now=is_open(looked.found.listing, visitor.now),
    )


async def listing(visitor: Visitor) -> Response:
    """One listing: who may be called comes first."""
    looked = await look_at(visitor)
    result = as_result(visitor, looked)
    return visitor.page(
        "listing",
        result=result,
        ask_url=None if looked.blocked else f"{result.url}/ask",
        ask_blocked=looked.blocked,
    )


async def order(visitor: Visitor) -> Response:
    """How results are ordered."""
    return visitor.page("how_order_works", seed=searching.seed_of(visitor.now))


async def leaving(visitor: Visitor) -> Response:
    """What "Leave this site" does and what it cannot do."""
    return visitor.page("about_leaving")


async def leave(visitor: Visitor) -> Response:
    """Out, at once: the session is gone, the browser forgets us, and the next page is one like any other."""
    if visitor.cookie:
        await visitor.edge.write(lambda tx: members.end_session(tx, visitor.cookie))
    return visitor.sign_out(RedirectResponse(visitor.site.settings.neutral_site, 303))


async def language(visitor: Visitor) -> Response:
    """Read on in another language."""
    chosen, back = visitor.text("lang"), visitor.text("back")
    safe = (
        back if back.startswith("/") and not back.startswith("//") and "\\" not in back and back.isprintable() else "/"
    )
    response = RedirectResponse(safe, 303)
    if chosen in visitor.site.pages.translations.languages:
        response.set_cookie(LANGUAGE_COOKIE, chosen, httponly=True, samesite="lax", secure=visitor.site.secure)
        if visitor.person is not None:
            member_id = visitor.person.member.id
            await visitor.edge.write(lambda tx: members.save_lang(tx, member_id, chosen))
    return response

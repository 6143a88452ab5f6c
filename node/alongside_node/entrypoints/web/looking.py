"""The pages of looking: front, search, one listing, the community's own words (experience.md, "Somebody who looks for support").

A search is posted, kept in memory for twenty minutes under a random address, and written nowhere. Nothing here needs an account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from alongside_node.directory import meanings, searching
from alongside_node.directory.searching import For, Query
from alongside_node.entrypoints import concerning
from alongside_node.foundation.database import Reading
from alongside_node.listings import actions as listings
from alongside_node.members import actions as members
from alongside_node.peers import actions as peers
from alongside_node.referrals import asking
from alongside_protocol import fair_order
from alongside_protocol.listing import Direction, is_open

from . import calendar_feed, filters, kept_searches, meanwhile, shown
from .views import (
    RESULTS_A_PAGE,
    CommunityView,
    Form,
    ResultsView,
    ResultView,
    WiderView,
)
from .visitor import NothingHereError, Visitor

_COUNTED: Final = 20
"""What is found without a filter is counted so far: "more than 20" is enough to choose by."""
_TRIED: Final = 12
_FEW: Final = 4
"""Where no more than these have all of the words, what has some of them is shown as well."""
_BOX: Final = 2
"""As many results as our words for a hard night take the room of: a page stays under 40 kB."""
_BESIDES: Final = 3
"""As many as who is open now, and what each filter keeps away, take the room of."""


async def front(visitor: Visitor) -> Response:
    """The community's front page."""

    def look(reading: Reading) -> tuple[Any, int]:
        return shown.community(reading), len(peers.sources(reading)) + 1

    community, searchable = await visitor.edge.read(look)
    return visitor.page("front", community=community, searchable=searchable)


# Looking.


async def empty_search(visitor: Visitor) -> Response:
    """Looking for support."""
    return _form_page(visitor, {})


def _form_page(
    visitor: Visitor,
    sent: filters.Sent,
    problems: Mapping[str, str] | None = None,
    *,
    status: int = 200,
    gone: bool = False,
) -> Response:
    return visitor.page(
        "search",
        status=status,
        form=Form(sent, problems or {}),
        results=None,
        gone=gone,
        place_choices=kept_searches.places(visitor, sent),
        language_choices=visitor.language_choices,
        hard_night=None,
    )


def _gone(visitor: Visitor) -> Response:
    """We have forgotten it, as we said we would."""
    return _form_page(visitor, {}, status=410, gone=True)


async def begin_search(visitor: Visitor) -> Response:
    """Keep what was asked, and go where its results are."""
    return _begin(visitor, filters.kept(visitor.sent))


def _begin(visitor: Visitor, sent: filters.Sent) -> Response:
    near, problems = kept_searches.near(visitor, sent)
    if problems:
        return _form_page(visitor, sent, problems, status=422)
    return RedirectResponse(
        f"/search/{kept_searches.keep(visitor, kept_searches.Search(sent, filters.query(sent, near), visitor.now))}",
        303,
    )


async def change(visitor: Visitor) -> Response:
    """The whole form, as it was filled in."""
    kept = kept_searches.find(visitor)
    return _gone(visitor) if kept is None else _form_page(visitor, kept.sent)


async def widen(visitor: Visitor) -> Response:
    """The same search without one of its filters: one tap."""
    kept = kept_searches.find(visitor)
    return _gone(visitor) if kept is None else _begin(visitor, filters.without(kept.sent, visitor.text("without")))


# What was found.


@dataclass(frozen=True)
class _Found:
    """A page of results with what its page needs."""

    page: searching.Page
    names: Mapping[str, str]
    communities: int
    some: searching.Page
    wider: tuple[WiderView, ...] = ()
    awake: tuple[searching.Found, ...] = ()
    hard_night: CommunityView | None = None
    """Our community, where its words for a hard night come first."""
    talked: frozenset[str] = frozenset()


async def results(visitor: Visitor) -> Response:
    """A page of what was found. The address says nothing; the query is in memory."""
    kept = kept_searches.find(visitor)
    if kept is None:
        return _gone(visitor)
    page = kept_searches.page_number(visitor, kept)
    found = await visitor.edge.read(lambda reading: _look(reading, visitor, kept, page))
    if found.page.after is not None and page + 1 == len(kept.trail):
        kept.trail.append(found.page.after)
    kept.places[page] = tuple((one.node, one.id) for one in (*found.page.results, *found.some.results))
    url = f"/search/{visitor.path('search')}"
    return visitor.page(
        "search",
        form=Form(kept.sent),
        results=ResultsView(
            results=result_views(visitor, found.page.results, found.names, found.talked),
            communities=found.communities,
            seed=fair_order.seed_of(kept.begun),
            url=url,
            asked=filters.asked(kept.sent, visitor.gettext),
            cut=found.page.cut,
            some=result_views(visitor, found.some.results, found.names, found.talked),
            some_more=found.some.after is not None,
            wider=found.wider,
            awake=result_views(visitor, found.awake, found.names, found.talked),
            newer_url=f"{url}?page={page}" if page else None,
            older_url=f"{url}?page={page + 2}" if found.page.after is not None else None,
            page=page,
        ),
        gone=False,
        place_choices=kept_searches.places(visitor, kept.sent),
        language_choices=(),
        hard_night=found.hard_night,
    )


def result_views(
    visitor: Visitor,
    several: Sequence[searching.Found],
    names: Mapping[str, str],
    talked: frozenset[str] = frozenset(),
) -> tuple[ResultView, ...]:
    """What was found, as the page shows it."""
    return tuple(
        shown.result(
            one,
            names,
            me=visitor.me,
            today=visitor.today,
            open_now=is_open(one.listing, visitor.now),
            talked=talked,
        )
        for one in several
    )


def _look(reading: Reading, visitor: Visitor, kept: kept_searches.Search, page: int) -> _Found:
    viewer, now = visitor.viewer, visitor.now
    found = searching.search(
        reading, kept.query, viewer, now=now, limit=_room(kept), after=kept.trail[page], begun=kept.begun
    )
    names, communities = shown.names_of(reading, visitor.me), len(peers.sources(reading)) + 1
    talked = concerning.being_talked_about(reading, me=visitor.me, now=now)
    some = _some(reading, visitor, kept, found, page)
    nothing = not found.results and not page
    hard = (nothing and not some.results) or meanings.is_about_dying(kept.query.words)
    hard_night = shown.community(reading) if hard else None
    if not nothing:
        return _Found(found, names, communities, some, hard_night=hard_night, talked=talked)
    awake = meanwhile.awake(reading, visitor, _awake(kept.query))
    return _Found(found, names, communities, some, _wider(reading, visitor, kept), awake, hard_night, talked)


def _some(
    reading: Reading, visitor: Visitor, kept: kept_searches.Search, found: searching.Page, page: int
) -> searching.Page:
    """What has only some of the words, where few have all of them."""
    if page or found.after is not None or len(found.results) > _FEW:
        return searching.Page((), None)
    query = replace(kept.query, some=True)
    room = _room(kept) - (len(found.results) + 1 if found.results else _BESIDES)
    return searching.search(reading, query, visitor.viewer, now=visitor.now, limit=room, begun=kept.begun)


def _room(kept: kept_searches.Search) -> int:
    """How many results a page has room for."""
    return RESULTS_A_PAGE - (_BOX if meanings.is_about_dying(kept.query.words) else 0)


def _awake(query: Query) -> Query:
    """Whoever is open now, with the same promises and for the same ages."""
    return Query(
        promise=query.promise,
        calls=query.calls,
        no_duty=query.no_duty,
        nothing_kept=query.nothing_kept,
        ages=query.ages,
        direction=Direction.OFFER,
        open_now=True,
    )


def _wider(reading: Reading, visitor: Visitor, kept: kept_searches.Search) -> tuple[WiderView, ...]:
    """What each filter keeps away; where no single one does, what all but the promises do."""
    several = []
    for one in filters.asked(kept.sent, visitor.gettext)[:_TRIED]:
        found = _counted(reading, visitor, kept, one.name)
        if found[0]:
            several.append(WiderView(one, *found))
    if several:
        return tuple(several)
    found = _counted(reading, visitor, kept, filters.EVERYTHING)
    return (WiderView(None, *found),) if found[0] else ()


def _counted(reading: Reading, visitor: Visitor, kept: kept_searches.Search, name: str) -> tuple[int, bool]:
    less = filters.without(kept.sent, name)
    near = kept.query.near if "area" in less else None
    return searching.count(reading, filters.query(less, near), visitor.viewer, now=visitor.now, most=_COUNTED)


# Pages of the community's own words.


async def practitioners(visitor: Visitor) -> Response:
    """Licensed practitioners by area: beside peers."""
    return visitor.page("practitioners", form=Form())


async def hard_night(visitor: Visitor) -> Response:
    """What the community says to somebody on a hard night."""
    return visitor.page("hard_night", community=await visitor.edge.read(shown.community))


async def young_people(visitor: Visitor) -> Response:
    """What adults may have to pass on, and what is open to people under 18."""

    def look(reading: Reading) -> tuple[CommunityView, searching.Page, tuple[ResultView, ...]]:
        query = Query(ages=For.UNDER_18, direction=Direction.OFFER)
        found = searching.search(reading, query, visitor.viewer, now=visitor.now, limit=RESULTS_A_PAGE // 2)
        talked = concerning.being_talked_about(reading, me=visitor.me, now=visitor.now)
        return (
            shown.community(reading),
            found,
            result_views(visitor, found.results, shown.names_of(reading, visitor.me), talked),
        )

    community, found, views = await visitor.edge.read(look)
    return visitor.page("young_people", community=community, results=views, more=found.after is not None)


# One listing.


@dataclass(frozen=True)
class Looked:
    """One listing with what its page needs."""

    found: searching.Found
    names: Mapping[str, str]
    blocked: str | None
    talked: frozenset[str]


async def look_at(visitor: Visitor) -> Looked:
    """The listing of this address, for this visitor. Raises `NothingHereError`."""
    node, listing_id = visitor.path("node"), visitor.path("listing")

    def look(reading: Reading) -> Looked | None:
        found = searching.find(reading, node, listing_id, visitor.viewer, now=visitor.now)
        if found is None:
            return None
        talked = concerning.being_talked_about(reading, me=visitor.me, now=visitor.now)
        return Looked(found, shown.names_of(reading, visitor.me), why_not_ask(reading, visitor, found), talked)

    looked = await visitor.edge.read(look)
    if looked is None:
        raise NothingHereError
    return looked


def why_not_ask(reading: Reading, visitor: Visitor, found: searching.Found) -> str | None:
    """As `shown.why_not_ask`, for this visitor; also when they have asked as much as one person may."""
    person = visitor.person
    holds = (
        person is not None
        and found.node == visitor.me
        and listings.keeps(reading, found.id, person.member.id) is not None
    )
    blocked = shown.why_not_ask(reading, found, me=visitor.me, role=visitor.role, holds=holds)
    if blocked is not None or person is None:
        return blocked
    return None if asking.may_ask_more(reading, person, [(found.node, found.id)], me=visitor.me) else "enough"


def as_result(visitor: Visitor, looked: Looked) -> Any:
    """Its view."""
    return shown.result(
        looked.found,
        looked.names,
        me=visitor.me,
        today=visitor.today,
        open_now=is_open(looked.found.listing, visitor.now),
        talked=looked.talked,
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
        chosen=f"{looked.found.node}/{looked.found.id}",
    )


async def calendar(visitor: Visitor) -> Response:
    """The meetings of a circle, for one's own calendar."""
    looked = await look_at(visitor)
    name = f"{looked.found.node} {looked.found.id}"
    feed = calendar_feed.calendar(looked.found.listing, name=name, now=visitor.now)
    if feed is None:
        raise NothingHereError
    headers = {"content-disposition": 'attachment; filename="calendar.ics"'}
    return Response(feed, media_type="text/calendar", headers=headers)


_OF_A_SEARCH: Final = frozenset({"search", "print"})
"""The first part of addresses that show what was looked for, under 128 random bits."""


async def leave(visitor: Visitor) -> Response:
    """Out, at once: the session is gone, the browser forgets us, and the next page is one like any other.

    What was looked for on this page is forgotten as well: somebody without a session has nothing else that Back could not show again.
    """
    kind, name = (*visitor.text("here").strip("/").split("/"), "", "")[:2]
    if kind in _OF_A_SEARCH:
        visitor.site.searches.take(name)
    if visitor.cookie:
        await visitor.edge.write(lambda tx: members.end_session(tx, visitor.cookie))
    return visitor.sign_out(RedirectResponse(visitor.site.settings.neutral_site, 303))

"""What may stand on paper: one listing as a card, an area as a list in large print with its date (mission.md, "Paper and phone").

Only what its people allowed, and only what anybody may read, whoever prints it.
"""

from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import RedirectResponse, Response

from alongside_node.directory import searching
from alongside_node.directory.searching import Viewer
from alongside_node.foundation.database import Reading
from alongside_protocol.listing import Audience

from . import filters, kept_searches, shown
from .looking import as_result, look_at, result_views
from .views import PRINTED_A_PAGE, Form, ResultView
from .visitor import NothingHereError, Visitor


async def card(visitor: Visitor) -> Response:
    """A listing as a card, where its people allowed paper and anyone may read it."""
    looked = await look_at(visitor)
    listing = looked.found.listing
    if not listing.printable or listing.audience is not Audience.ANYONE:
        raise NothingHereError
    return visitor.page("card", result=as_result(visitor, looked))


async def paper(visitor: Visitor) -> Response:
    """What to print."""
    return _paper_page(visitor, {})


async def begin_paper(visitor: Visitor) -> Response:
    """Keep what is to be printed, and go where it is."""
    sent = {
        name: value for name, value in filters.kept(visitor.sent).items() if name in (*filters.WITH_AREA, "promise")
    }
    near, problems = kept_searches.near(visitor, sent)
    if problems:
        return _paper_page(visitor, sent, problems)
    query = replace(filters.query(sent, near), printable=True, audiences=(Audience.ANYONE.value,))
    return RedirectResponse(
        f"/print/{kept_searches.keep(visitor, kept_searches.Search(sent, query, visitor.now))}", 303
    )


def _paper_page(
    visitor: Visitor,
    sent: filters.Sent,
    problems: Mapping[str, str] | None = None,
    *,
    results: tuple[ResultView, ...] | None = None,
    part: int = 0,
    urls: tuple[str | None, str | None] = (None, None),
) -> Response:
    return visitor.page(
        "print",
        status=422 if problems else 200,
        form=Form(sent, problems or {}),
        place_choices=kept_searches.places(visitor, sent),
        results=results,
        origin=visitor.edge.keys.origin,
        area=Form(sent).value("area"),
        part=part + 1,
        newer_url=urls[0],
        older_url=urls[1],
    )


async def printed(visitor: Visitor) -> Response:
    """The list, as anybody may read it, whoever prints it."""
    kept = kept_searches.find(visitor)
    if kept is None:
        return visitor.go("/print")
    anybody, page = Viewer(visitor.me, member=False), kept_searches.page_number(visitor, kept)

    def look(reading: Reading) -> tuple[searching.Page, Mapping[str, str]]:
        found = searching.search(
            reading,
            kept.query,
            anybody,
            now=visitor.now,
            limit=PRINTED_A_PAGE,
            after=kept.trail[page],
            begun=kept.begun,
        )
        return found, shown.names_of(reading, visitor.me)

    found, names = await visitor.edge.read(look)
    if found.after is not None and page + 1 == len(kept.trail):
        kept.trail.append(found.after)
    url = f"/print/{visitor.path('search')}"
    urls = f"{url}?page={page}" if page else None, f"{url}?page={page + 2}" if found.after is not None else None
    return _paper_page(visitor, kept.sent, results=result_views(visitor, found.results, names), part=page, urls=urls)

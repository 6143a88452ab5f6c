"""Choosing several offerings: what was ticked beside results, and what it is for this visitor (mission.md, 9; section 6).

What was chosen is carried in the next form, never in an address, a cookie or a table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from alongside_node.directory import searching
from alongside_node.foundation.database import Reading
from alongside_node.members.actions import Role
from alongside_protocol import limits
from alongside_protocol.listing import Listing

from . import shown
from .kept_searches import Search
from .looking import why_not_ask
from .views import ChosenView
from .visitor import Visitor

MOST: Final = limits.FIT_LISTINGS
"""As many as may be asked whether it fits, and as may be asked one after another."""


@dataclass(frozen=True)
class Chosen:
    """One of the offerings that somebody chose, as they may see it."""

    view: ChosenView
    listing: Listing


def from_results(visitor: Visitor) -> tuple[str, ...] | None:
    """What was ticked on a page of results, as a form carries it; None when nothing, too much, or the search is gone."""
    search = visitor.site.searches.find(visitor.path("search"))
    places = {str(page): several for page, several in search.places.items()} if isinstance(search, Search) else {}
    ticked = set(visitor.texts("pick"))
    found = [
        f"{node}/{listing}"
        for number, (node, listing) in enumerate(places.get(visitor.text("page"), ()))
        if str(number) in ticked
    ]
    return tuple(found) if 1 <= len(found) <= MOST else None


def look_at_several(reading: Reading, visitor: Visitor, values: Iterable[str]) -> list[Chosen]:
    """What was chosen, as far as this visitor may see it."""
    names = shown.names_of(reading, visitor.me)
    found = []
    for value in dict.fromkeys(values):
        node, _, listing = value.partition("/")
        one = searching.find(reading, node, listing, visitor.viewer, now=visitor.now)
        if one is not None:
            blocked = why_not_ask(reading, visitor, one)
            url = f"/listings/{node}/{listing}"
            view = ChosenView(value, one.listing.title, one.listing.lang, names.get(node, ""), url, blocked)
            found.append(Chosen(view, one.listing))
    return found[:MOST]


def standing(visitor: Visitor) -> str:
    """As what this visitor asks: a member, or a guest without an account."""
    return "guest" if visitor.role in (None, Role.GUEST) else "member"

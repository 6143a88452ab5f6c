"""One search, as it is kept in memory for twenty minutes under a random address (architecture.md), and written nowhere.

A page of its results, of paper, or a tick beside one leads back to it; afterwards there is nothing to lead to.
"""

from dataclasses import dataclass, field
from typing import Final

from alongside_node.directory.searching import Near, Query
from alongside_protocol.place import Point

from . import filters
from .views import Choice, Form
from .visitor import Visitor

_NO_LIMIT_KM: Final = 25
_DISTANCES: Final = ("5", "15", "40", "100")
"""Kilometres that the form offers."""
_PAGE_DIGITS: Final = 4


@dataclass
class Search:
    """One search, in memory only. `begun`: its pages keep that day's order. `trail`: behind which place each page begins."""

    sent: filters.Sent
    query: Query
    begun: int
    trail: list[tuple[int, int] | None] = field(default_factory=lambda: [None])
    places: dict[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Page → what stood on it, in order: a tick beside a result is only its number."""


def keep(visitor: Visitor, search: Search) -> str:
    """Keep it; returns the name of its address."""
    return visitor.site.searches.keep(search, known=visitor.person is not None)


def find(visitor: Visitor) -> Search | None:
    """The one whose address this is; None: it was forgotten, as we said."""
    found: Search | None = visitor.site.searches.find(visitor.path("search"))
    return found


def page_number(visitor: Visitor, kept: Search) -> int:
    """From 0; never further than somebody has read."""
    number = visitor.request.query_params.get("page", "1")
    page = int(number) - 1 if number.isascii() and number.isdecimal() and len(number) <= _PAGE_DIGITS else 0
    return max(0, min(page, len(kept.trail) - 1))


def places(visitor: Visitor, sent: filters.Sent) -> tuple[Choice, ...]:
    """The places that could be meant."""
    area = Form(sent).value("area")
    towns = visitor.site.gazetteer.find(area) if area else []
    return tuple(Choice(f"{town.latitude},{town.longitude}", f"{town.name}, {town.country}") for town in towns)


def near(visitor: Visitor, sent: filters.Sent) -> tuple[Near | None, dict[str, str]]:
    """(within which circle, what needs another look)."""
    form = Form(sent)
    if not form.value("area"):
        return None, {}
    values = [choice.value for choice in places(visitor, sent)]
    if not values:
        return None, {"area": "place"}
    distance = form.value("distance")
    if distance and distance not in _DISTANCES:
        return None, {"distance": "number"}
    chosen = form.value("place") if form.value("place") in values else values[0]
    latitude, longitude = map(int, chosen.split(","))
    return Near(Point(latitude=latitude, longitude=longitude), int(distance or _NO_LIMIT_KM)), {}

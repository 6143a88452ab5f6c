"""The form of looking: from its fields to a query of the directory, and to words that say what was asked (listing.md; experience.md).

One table names every filter. What is kept of a form is bounded, and nothing of it is written anywhere. A value that is none of ours stays a
value that no listing has: a slip finds nothing, and never more than was asked for.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from alongside_node.directory.searching import SEVERAL, For, Near, Query
from alongside_protocol.listing import Direction

from .views import AskedView
from .wording import FILTER, TABLES, Gettext

Sent = Mapping[str, Any]

LONGEST: Final = 200
"""Letters of a text that are looked for."""

TEXTS: Final = ("words", "area", "lived", "by_and_for")
TICKS: Final = ("promise", "open_now", "no_duty", "nothing_kept", "nobody_turned_away", "only_own", "printable")
CODED: Final[Mapping[str, str]] = {
    "calls": "called",
    "direction": "direction_sought",
    "type": "type",
    "topic": "topic",
    "modality": "modality",
    "language": "",
    "interpreter": "interpreter",
    "cost": "exchange",
    "access": "access",
    "ages": "ages_sought",
    "audience": "audience",
}
"""Field → the table of `wording` that has its values; languages have their own names."""
SAFETY: Final = ("promise", "calls", "no_duty", "nothing_kept", "ages")
"""What "without everything" never takes away."""
WITH_AREA: Final = ("area", "place", "distance")
FIELDS: Final = (*TEXTS, *TICKS, *CODED, "place", "distance")
QUICK: Final = ("words", "promise", "open_now", *WITH_AREA)
"""The fields that stand beside results; the others are carried along unseen."""
EVERYTHING: Final = "everything"


def kept(sent: Sent) -> dict[str, str | tuple[str, ...]]:
    """What of a form is remembered: its own fields, filled in, no longer and no more than a search needs."""
    found: dict[str, str | tuple[str, ...]] = {}
    for name in FIELDS:
        values = _values(sent, name)
        if len(values) == 1:
            found[name] = values[0]
        elif values:
            found[name] = values
    return found


def without(sent: Sent, name: str) -> dict[str, Any]:
    """The same form without one of its filters, or without all but those that keep somebody safe."""
    if name == EVERYTHING:
        return {field: value for field, value in sent.items() if field in SAFETY}
    gone = WITH_AREA if name == "area" else (name,)
    return {field: value for field, value in sent.items() if field not in gone}


def query(sent: Sent, near: Near | None) -> Query:
    """What the directory is asked."""
    ticked = {name: _one(sent, name) == "yes" for name in TICKS}
    direction, ages = _one(sent, "direction"), _one(sent, "ages")
    return Query(
        words=_one(sent, "words"),
        direction=Direction(direction) if direction in set(Direction) else None,
        types=_values(sent, "type"),
        languages=_values(sent, "language"),
        modalities=_values(sent, "modality"),
        exchanges=_values(sent, "cost"),
        topics=_values(sent, "topic"),
        access=_values(sent, "access"),
        interpreters=_values(sent, "interpreter"),
        ages=For(ages) if ages in set(For) else None,
        audiences=_values(sent, "audience"),
        lived=_one(sent, "lived"),
        by_and_for=_one(sent, "by_and_for"),
        calls=_values(sent, "calls"),
        near=near,
        **ticked,
    )


def asked(sent: Sent, gettext: Gettext) -> tuple[AskedView, ...]:
    """What was asked, in words, as far as it is ours to say; texts and languages as they were sent."""
    return tuple(
        AskedView(name, gettext(label), *_said(sent, name, gettext))
        for name, label in FILTER.items()
        if _values(sent, name)
    )


def _said(sent: Sent, name: str, gettext: Gettext) -> tuple[str, str]:
    """(what stands behind the label, the tag where it is a language)."""
    if name in TEXTS:
        return _one(sent, name), ""
    if name == "language":
        return "", _one(sent, name)
    table = TABLES.get(CODED.get(name, ""), {})
    return ", ".join(gettext(table[value]) for value in _values(sent, name) if value in table), ""


def _one(sent: Sent, name: str) -> str:
    return next(iter(_values(sent, name)), "")


def _values(sent: Sent, name: str) -> tuple[str, ...]:
    given = sent.get(name, ())
    several = (given,) if isinstance(given, str) else tuple(given)
    return tuple(_tidy(several))[:SEVERAL]


def _tidy(values: tuple[str, ...]) -> Iterator[str]:
    for value in values:
        if tidied := " ".join(value.split())[:LONGEST]:
            yield tidied

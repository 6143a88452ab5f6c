"""What of a record is searchable: its words, and a code for everything it can be filtered by (listing.md). Pure.

A code is a letter that says what it is about and the value without its underscores, so that a filter is a term of the index like
any word: `tlistening`, `minperson`, `len`. Never a filter: a credential, popularity, how fast somebody answers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from alongside_protocol.commitments import (
    CALLED,
    Commitments,
    Reporter,
    never_without_yes,
    promises_no_call_without_yes,
)
from alongside_protocol.listing import (
    AgesKind,
    Interpreter,
    Listing,
    ListingType,
    Saying,
    is_open_to_young_people,
)
from alongside_protocol.profile import Profile

from . import cells, times
from .text import indexable, words

FORM: Final = 4
"""Raised whenever the same record gets other words or codes than before: an index in another form is written anew at the next start."""

LISTING: Final = "listing"
PROFILE: Final = "profile"
PROMISE: Final = "promise"
"""Neither police nor hospital without the person's yes; `unknown` never has it."""
NO_DUTY: Final = "noduty"
"""No law makes them pass anything on."""
NOTHING_KEPT: Final = "nothingkept"
UNDER_18: Final = "under18"
"""Open to people under 18, kept by two or more, with what they would have to pass on; whatever its node says."""
YOUNG: Final = "young"
"""Young people for young people."""
ONLY_OWN: Final = "onlyown"
TURNS_NOBODY_AWAY: Final = "xnobodyturnedaway"
PRINTABLE: Final = "printable"
SAYS_WHEN: Final = "hours"
"""It has opening hours, so that it may be open now."""

FOR_EVER: Final = 1_000_000
"""A day after every day: a profile is always valid."""

_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Searchable:
    """What the index needs of a record. `last_day`: days since 1970."""

    words: str
    codes: str
    practitioner: bool
    last_day: int


def searchable(content: Listing | Profile) -> Searchable:
    """What of this record can be found. A profile is kept beside the listings and never found by a search."""
    if isinstance(content, Profile):
        return Searchable("", PROFILE, practitioner=False, last_day=FOR_EVER)
    return Searchable(
        indexable("\n".join(_texts(content))),
        " ".join(dict.fromkeys(_codes(content))),
        practitioner=content.type is ListingType.PRACTITIONER,
        last_day=date.fromisoformat(content.valid_until).toordinal() - _EPOCH,
    )


def _texts(listing: Listing) -> Iterator[str]:
    yield listing.title
    yield listing.text
    yield listing.by
    for translation in listing.translations:
        yield translation.title
        yield translation.text
    for saying in (*listing.lived_experience, *listing.by_and_for):
        yield saying.words
    if listing.place is not None:
        yield listing.place.label
    if listing.topics:
        yield " ".join(listing.topics).replace("_", " ")


def _codes(listing: Listing) -> Iterator[str]:
    yield LISTING
    yield coded("d", listing.direction)
    yield coded("t", listing.type)
    yield coded("a", listing.audience)
    yield from (coded("l", primary(tag)) for tag in (listing.lang, *listing.languages))
    yield from (coded("m", modality) for modality in listing.modality)
    yield from (coded("o", topic) for topic in listing.topics)
    yield from (coded("c", need) for need in listing.access)
    yield from said("v", listing.lived_experience)
    yield from said("b", listing.by_and_for)
    yield from (name for name, holds in _either_or(listing).items() if holds)
    if listing.hours is not None:
        yield from (coded("h", time) for time in times.touched(listing.hours))
    if listing.exchange is not None:
        yield coded("x", listing.exchange.kind)
    if listing.interpreter is not Interpreter.UNKNOWN:
        yield coded("i", listing.interpreter)
    if listing.place is not None and listing.place.point is not None:
        yield from cells.codes(listing.place.point)
    if listing.commitments is not None:
        yield from _promised(listing.commitments)


def _either_or(listing: Listing) -> dict[str, bool]:
    """Codes that an entry has or has not. Only of what few entries have: a term in nearly every entry is dear (`index.Terms`)."""
    return {
        PROMISE: promises_no_call_without_yes(listing.commitments),
        UNDER_18: is_open_to_young_people(listing),
        YOUNG: listing.ages.kind is AgesKind.YOUNG_PEOPLE_FOR_YOUNG_PEOPLE,
        ONLY_OWN: listing.only_own,
        TURNS_NOBODY_AWAY: listing.exchange is not None and listing.exchange.nobody_turned_away,
        PRINTABLE: listing.printable,
        SAYS_WHEN: listing.hours is not None,
    }


def _promised(commitments: Commitments) -> Iterator[str]:
    """A code for each promise. What was not answered has none, so that it never passes."""
    yield from (coded("n", who) for who in CALLED if never_without_yes(getattr(commitments, who)))
    if commitments.mandated_reporter is Reporter.NO:
        yield NO_DUTY
    if commitments.kept_days == 0:
        yield NOTHING_KEPT


def said(letter: str, sayings: Iterable[Saying]) -> Iterator[str]:
    """A code for each word of somebody's own words."""
    for saying in sayings:
        for word in words(saying.words):
            yield letter + word


def coded(letter: str, value: str) -> str:
    """The code of one value."""
    return letter + value.replace("_", "").lower()


def primary(tag: str) -> str:
    """The language of a tag, without script or region: who asks for Spanish finds es-MX."""
    return tag.split("-", maxsplit=1)[0]

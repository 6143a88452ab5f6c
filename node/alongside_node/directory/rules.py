"""What of a record is searchable: its words, and a code for everything it can be filtered by (listing.md). Pure.

A code is a letter that says what it is about and the value without its underscores, so that a filter is a term of the index like
any word: `tlistening`, `minperson`, `len`. Never a filter: a credential, popularity, how fast somebody answers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from alongside_protocol.commitments import promises_no_call_without_yes
from alongside_protocol.listing import Listing, ListingType, Saying
from alongside_protocol.profile import Profile

from .text import indexable, words

LISTING: Final = "listing"
PROFILE: Final = "profile"
PROMISE: Final = "promise"
"""Neither police nor hospital without the person's yes; `unknown` never has it."""

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
    yield coded("l", primary(listing.lang))
    if promises_no_call_without_yes(listing.commitments):
        yield PROMISE
    for language in listing.languages:
        yield coded("l", primary(language))
    for modality in listing.modality:
        yield coded("m", modality)
    if listing.exchange is not None:
        yield coded("x", listing.exchange.kind)
        if listing.exchange.nobody_turned_away:
            yield "xnobodyturnedaway"
    for topic in listing.topics:
        yield coded("o", topic)
    for need in listing.access:
        yield coded("c", need)
    yield from said("v", listing.lived_experience)
    yield from said("b", listing.by_and_for)


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

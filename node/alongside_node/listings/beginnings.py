"""With what the form of a listing begins, for each kind: what most people who make one of it would choose (listing.md). Pure.

Every value is a field of the form and can be changed; nothing about who may be called is ever filled in for anybody.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from alongside_protocol.listing import Audience, Direction, ListingType

Fields = Mapping[str, str | tuple[str, ...]]

_FOR_ALL: Final[Fields] = MappingProxyType(
    {"ages": "adults", "room": "open", "waiting": "3", "guests": "1", "given_by": "the_holder", "exchange": "free"}
)
_ONE_PERSON: Final[Fields] = {"audience": Audience.FEDERATED.value}
"""Somebody who may name what they lived through, or where they live: not for everybody on the web unless they say so."""
_MANY: Final[Fields] = {"audience": Audience.ANYONE.value}

OFFERS: Final[Mapping[str, Fields]] = MappingProxyType(
    {
        ListingType.LISTENING: {**_ONE_PERSON, "modality": ("phone", "text")},
        ListingType.CIRCLE: {
            **_MANY,
            "modality": ("in_person",),
            "visibility": "on_acceptance",
            "meeting_minutes": "90",
            "meeting_repeats": "weekly",
            "waiting": "8",
            "guests": "3",
        },
        ListingType.COMPANY: {**_ONE_PERSON, "modality": ("in_person",), "visibility": "area"},
        ListingType.PRACTICAL: {**_ONE_PERSON, "modality": ("in_person",), "visibility": "area"},
        ListingType.SKILL: {**_ONE_PERSON, "modality": ("in_person", "video"), "visibility": "area"},
        ListingType.GUIDE: {**_MANY, "modality": ("text",), "visibility": "none", "waiting": "10", "guests": "5"},
        ListingType.SPACE: {**_MANY, "modality": ("in_person",), "visibility": "area", "waiting": "5", "guests": "2"},
        ListingType.FUND: {**_MANY, "modality": ("text",), "visibility": "none", "waiting": "10", "guests": "5"},
        ListingType.PRACTITIONER: {**_MANY, "modality": ("in_person",), "visibility": "area", "exchange": ""},
        ListingType.ACTION: {**_MANY, "modality": ("in_person",), "visibility": "area", "waiting": "20", "guests": "5"},
    }
)


def beginning(direction: Direction, kind: str) -> dict[str, str | tuple[str, ...]]:
    """The fields that are filled in when somebody begins. A need stays here, and says roughly where at most."""
    if direction is Direction.NEED:
        return {"ages": "adults", "audience": Audience.HERE.value, "visibility": "area"}
    return {**_FOR_ALL, **OFFERS.get(kind, _ONE_PERSON)}

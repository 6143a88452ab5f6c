"""Three invented communities and what their people offer and need: what the demo fills its nodes with.

Each is one JSON file in `communities/`. A listing there is what its author would write, in the wire form of
`alongside_protocol.listing`. What a node adds is left out: `v`, `id`, `kind`, `salt`, `rev`, `mod`, `confirmed`,
`valid_until`, and each holder's `seal`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from alongside_protocol.commitments import Commitments
from alongside_protocol.listing import Contact
from alongside_protocol.place import Place

KEYS: Final = ("harbour", "colectiva", "warmline")
"""The communities, in the order in which the demo starts them; each names its file."""

ListingFields = Mapping[str, Any]
"""A listing in wire form, without what the node adds."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a community, with everything they offer and need."""

    name: str
    steward: bool
    listings: tuple[ListingFields, ...]


@dataclass(frozen=True, slots=True)
class Community:
    """One community: how it describes itself (as `alongside_protocol.profile` does), and its people."""

    key: str
    """Its short name: a value of `KEYS`."""
    name: str
    lang: str
    languages: tuple[str, ...]
    about: str
    agreements: str
    young_people: str
    """What it agreed about people under 18; empty where it is not open to them."""
    place: Place
    hard_night: tuple[Contact, ...]
    commitments: Commitments
    members: tuple[Member, ...]

    def listings(self) -> Iterator[tuple[Member, ListingFields]]:
        """Every listing with the member who wrote it, member by member."""
        return ((member, listing) for member in self.members for listing in member.listings)


def communities() -> list[Community]:
    """All three, in the order of `KEYS`."""
    return [_community(key, json.loads(_raw(key))) for key in KEYS]


def _raw(key: str) -> bytes:
    return files(__package__).joinpath("communities", f"{key}.json").read_bytes()


def _community(key: str, read: Mapping[str, Any]) -> Community:
    return Community(
        key=key,
        name=read["name"],
        lang=read["lang"],
        languages=tuple(read["languages"]),
        about=read["about"],
        agreements=read["agreements"],
        young_people=read.get("young_people", ""),
        place=Place.model_validate(read["place"]),
        hard_night=tuple(Contact.model_validate(contact) for contact in read["hard_night"]),
        commitments=Commitments.model_validate(read["commitments"]),
        members=tuple(
            Member(name=member["name"], steward=member["steward"], listings=tuple(member["listings"]))
            for member in read["members"]
        ),
    )

"""A peer group vouches for a licensed practitioner, for a year, and can take it back (listing.md, `practitioner`). Pure.

It stands in the practitioner's own record, beside what they say of themselves, and says nothing about where they come in a list. Nobody
vouches for themselves, no vouching outlives its group, and the practitioner need not keep one.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final

from alongside_protocol.listing import VOUCHED_DAYS, Direction, ListingType

MOST: Final = 10
"""As many as a record carries."""


def vouched(members: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Who vouches for it, as kept."""
    practitioner = members.get("practitioner")
    return list(practitioner.get("vouched") or ()) if isinstance(practitioner, Mapping) else []


def with_vouched(members: Mapping[str, Any], several: list[dict[str, Any]]) -> dict[str, Any]:
    """The same draft with these who vouch. A draft without a practitioner has none."""
    practitioner = members.get("practitioner")
    if not isinstance(practitioner, Mapping):
        return dict(members)
    return {**members, "practitioner": {**practitioner, "vouched": several}}


def may_vouch(group: Mapping[str, Any]) -> bool:
    """Whether a listing is one of a peer group."""
    return group.get("type") == ListingType.CIRCLE and group.get("direction") == Direction.OFFER


def can_be_vouched_for(practitioner: Mapping[str, Any]) -> bool:
    """Whether a listing is a practitioner's."""
    return practitioner.get("type") == ListingType.PRACTITIONER and isinstance(
        practitioner.get("practitioner"), Mapping
    )


def vouch(members: Mapping[str, Any], group: str, by: str, today: date) -> dict[str, Any] | None:
    """The draft of a practitioner for whom a group vouches for a year from today; None: no more can."""
    others = [one for one in vouched(members) if one.get("group") != group]
    if len(others) >= MOST:
        return None
    until = (today + timedelta(days=VOUCHED_DAYS)).isoformat()
    return with_vouched(members, [*others, {"by": by, "until": until, "group": group}])


def take_back(members: Mapping[str, Any], group: str) -> dict[str, Any]:
    """The same draft, without this group."""
    return with_vouched(members, [one for one in vouched(members) if one.get("group") != group])


def still(members: Mapping[str, Any], groups: Collection[str], today: date) -> dict[str, Any]:
    """The same draft with those only who still vouch: not ended, and whose own listing is still there."""
    kept = [one for one in vouched(members) if one.get("group") in groups and one.get("until", "") >= today.isoformat()]
    return with_vouched(members, kept)

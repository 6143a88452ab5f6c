"""What may happen to a listing, and what it is made of when it is published (listing.md). Pure.

A draft is the members of a listing as far as somebody has answered; what only the node knows (the holders' key, the dates) is added
when it is published. An offer is never published while a question about who may be called is open.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from alongside_protocol import limits
from alongside_protocol.listing import NEED_DAYS, Direction, Listing, RoomState, missing_before_publishing
from alongside_protocol.place import Place, Visibility, displace
from alongside_protocol.sealing import SUITE

KEY_KEPT_DAYS: Final = 30
"""How long a listing's former key opens what was sealed to it before its holders changed."""
DROPPED_AFTER_DAYS: Final = 90
"""After this many days unconfirmed a listing is withdrawn (safety.md, "At rest")."""
SAID_DAYS: Final = 7
"""How long it is believed whether there is room, after somebody said it to who asks before saying who they are."""
_STANDING_KINDS: Final = frozenset({"guide", "fund", "space"})
_STANDING_DAYS: Final = 365

SET_BY_NODE: Final = frozenset({"confirmed", "valid_until", "v", "id", "kind", "salt", "rev", "mod"})
"""Members that no draft carries."""


class State(StrEnum):
    """Where a listing is."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RESTING = "resting"
    UNSEEN = "unseen"
    """Nobody who keeps it has looked for some days: to everybody else it rests, until one of them looks."""
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What its people do with it."""

    EDIT = "edit"
    PUBLISH = "publish"
    CONFIRM = "confirm"
    REST = "rest"
    REOPEN = "reopen"
    STOP = "stop"
    """By the clock alone."""
    LOOK = "look"
    VOUCH = "vouch"
    """A group vouches for it, or no longer does."""
    WITHDRAW = "withdraw"


TABLE: Final[Mapping[tuple[State, Move], State]] = MappingProxyType(
    {
        (State.DRAFT, Move.EDIT): State.DRAFT,
        (State.DRAFT, Move.PUBLISH): State.PUBLISHED,
        (State.DRAFT, Move.WITHDRAW): State.WITHDRAWN,
        (State.PUBLISHED, Move.EDIT): State.PUBLISHED,
        (State.PUBLISHED, Move.PUBLISH): State.PUBLISHED,
        (State.PUBLISHED, Move.CONFIRM): State.PUBLISHED,
        (State.PUBLISHED, Move.REST): State.RESTING,
        (State.PUBLISHED, Move.STOP): State.UNSEEN,
        (State.PUBLISHED, Move.VOUCH): State.PUBLISHED,
        (State.PUBLISHED, Move.WITHDRAW): State.WITHDRAWN,
        (State.RESTING, Move.EDIT): State.RESTING,
        (State.RESTING, Move.PUBLISH): State.PUBLISHED,
        (State.RESTING, Move.CONFIRM): State.RESTING,
        (State.RESTING, Move.REOPEN): State.PUBLISHED,
        (State.RESTING, Move.VOUCH): State.RESTING,
        (State.RESTING, Move.WITHDRAW): State.WITHDRAWN,
        (State.UNSEEN, Move.LOOK): State.PUBLISHED,
        (State.UNSEEN, Move.EDIT): State.PUBLISHED,
        (State.UNSEEN, Move.PUBLISH): State.PUBLISHED,
        (State.UNSEEN, Move.CONFIRM): State.PUBLISHED,
        (State.UNSEEN, Move.REOPEN): State.PUBLISHED,
        (State.UNSEEN, Move.REST): State.RESTING,
        (State.UNSEEN, Move.VOUCH): State.UNSEEN,
        (State.UNSEEN, Move.WITHDRAW): State.WITHDRAWN,
    }
)
"""(state, move) → state; total: what is not here cannot happen."""

IN_DIRECTORY: Final = frozenset({State.PUBLISHED, State.RESTING, State.UNSEEN})
NOBODY_ASKS: Final = frozenset({State.RESTING, State.UNSEEN})
"""Others see one and the same in both: that it rests, never why."""
SAYS_NOTHING_NEW: Final = frozenset({Move.STOP, Move.LOOK, Move.VOUCH})
"""Moves after which a listing is as old as before: nobody has confirmed anything."""

DRAFT_KEPT_DAYS: Final = 90
"""Days after its last change on which a draft goes, whoever wrote it: what nobody sees yet can be read by whoever takes the machine."""
STOPS_AFTER: Final = 3
"""Days unlooked at after which nobody can ask, where its people chose nothing."""
STOPS_CHOICES: Final = (1, 3, 7, 0)
"""What they can choose; 0: never."""


class NotPossibleError(Exception):
    """A listing in this state cannot do that."""


class StillMissingError(Exception):
    """It cannot be published yet: `codes` say what is still to be answered (`missing_before_publishing`, or a field's name)."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = tuple(codes)


def step(state: State, move: Move) -> State:
    """The state after a move. Raises `NotPossibleError`."""
    after = TABLE.get((state, move))
    if after is None:
        raise NotPossibleError(f"cannot {move} what is {state}")
    return after


def today(now: int) -> str:
    """The day as on the wire."""
    return datetime.fromtimestamp(now, UTC).date().isoformat()


def days_later(now: int, days: int) -> str:
    """A day so many days ahead."""
    return (datetime.fromtimestamp(now, UTC) + timedelta(days=days)).date().isoformat()


def day(now: int) -> int:
    """Days since 1970."""
    return now // limits.DAY


def stops_after(chosen: int | None, members: Mapping[str, Any]) -> int:
    """After how many days unlooked at a listing stops taking requests; 0: never. A need ends after a week by itself."""
    if members.get("direction") == Direction.NEED:
        return 0
    return STOPS_AFTER if chosen is None else chosen


def open_until(state: State, chosen: int | None, members: Mapping[str, Any], now: int) -> int | None:
    """The last day on which it takes requests unless somebody looks again; of a draft, on which it is kept unless somebody changes it.

    None: nothing ends by itself.
    """
    if state is State.DRAFT:
        return day(now) + DRAFT_KEPT_DAYS
    days = stops_after(chosen, members)
    return day(now) + days if state is State.PUBLISHED and days else None


def confirm_every(members: Mapping[str, Any]) -> int:
    """Days after which its people are asked whether it still holds."""
    if members.get("direction") == Direction.NEED:
        return NEED_DAYS
    given = members.get("confirm_every")
    if isinstance(given, int):
        return given
    return _STANDING_DAYS if members.get("type") in _STANDING_KINDS else DROPPED_AFTER_DAYS


def completed(
    members: Mapping[str, Any],
    *,
    names: Sequence[str],
    key: str,
    now: int,
    resting: bool = False,
    place_key: bytes,
    dates: tuple[str, str] | None = None,
) -> Listing:
    """The listing as everybody who may read it sees it: a draft with its holders, its key and its dates.

    `names`: its holders, as each wants to be named; `key`: the listing's key, as text; `place_key`: what a point is moved with.
    `dates`: when it was confirmed and until when it holds, where that stays as it was.
    Raises `StillMissingError` with the names of fields that do not fit.
    """
    every = confirm_every(members)
    # What does not fit is told below, by its name.
    confirmed, valid_until = dates or (today(now), days_later(now, min(max(every, 0), _STANDING_DAYS)))
    whole: dict[str, Any] = {
        **{name: value for name, value in members.items() if name not in SET_BY_NODE},
        "holders": [{"name": name, "seal": {"k": key, "suite": SUITE}} for name in names],
        "confirmed": confirmed,
        "confirm_every": every,
        "valid_until": valid_until,
    }
    room = whole.get("room") or {}
    if resting and isinstance(room, Mapping):
        whole["room"] = {**room, "state": RoomState.RESTING.value}
    try:
        listing = Listing.model_validate(whole)
    except ValidationError as error:
        raise StillMissingError(sorted({_where(part["loc"]) for part in error.errors()})) from None
    return listing.model_copy(update={"place": _displaced(listing.place, place_key)})


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "listing"


def _displaced(place: Place | None, key: bytes) -> Place | None:
    """An area's point leaves only displaced; a public one leaves as it is."""
    if place is None or place.point is None or place.visibility is not Visibility.AREA:
        return place
    return place.model_copy(update={"point": displace(place.point, place.radius_m, key)})


def missing(listing: Listing, *, young_people_agreed: bool) -> tuple[str, ...]:
    """What stands in the way of publishing it. `young_people_agreed`: the community has an agreement about people under 18."""
    offered = listing.direction is Direction.OFFER and listing.ages.under_18
    return (*missing_before_publishing(listing), *(("ages",) if offered and not young_people_agreed else ()))

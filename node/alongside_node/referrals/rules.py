"""When a request is turned away by the node, and how long things are kept (section 6 of the specification). Pure."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from alongside_protocol import limits
from alongside_protocol.consent import Standing
from alongside_protocol.identifiers import Random
from alongside_protocol.listing import Listing, RoomState
from alongside_protocol.messages import Reason, Type
from alongside_protocol.referral import FINAL, State

KEPT_DAYS: Final = 14
"""How long the content of a request stays after its end (safety.md, "At rest")."""
DEFAULT_DAYS: Final = 14
LONGEST_DAYS: Final = 60
"""How far ahead somebody may let a request wait."""
HIGHEST_NUMBER: Final = 1_000_000
"""No request has as many messages; a higher number would only be written to run ahead."""
ERASED_MARKS_A_PEER: Final = 10_000
"""References of one peer of which it is remembered that they were erased; no honest one has as many erased in fifteen days."""
EARLY_A_PEER: Final = 200
"""Messages kept for others that did not come yet, of one peer: no honest one has more on their way."""

NEED_ANSWER_DAYS: Final = 30
"""How long an answer to a need may stay open: longer than the need, and shorter than its author's row may stay."""
OPEN_OF_ONE_HERE: Final = 5
"""Requests of one person that may wait at this node at once, one for each listing: nobody closes a community alone."""
OPEN_AT_ONCE: Final = 12
"""Requests that somebody here may have open at once."""
ASKED_THE_SAME: Final = 3
"""How often somebody may ask the same listing in the two weeks that their requests are kept."""

_COUNTED: Final = frozenset({State.OFFERED, State.WAITLISTED, State.PAUSED, State.PAUSED_WAITLISTED})


class IfSilent(StrEnum):
    """What the person wants when nobody has answered by a day they set; afterwards, what happened."""

    TELL = "tell"
    STOP = "stop"
    TOLD = "told"
    STOPPED = "stopped"


UNANSWERED: Final = frozenset({State.OFFERED, State.PAUSED})
"""What nobody has said anything to. A place on a waiting list is an answer."""
WAITING: Final = frozenset({State.OFFERED, State.WAITLISTED})
"""What a person has not said yes or no to."""
OPEN: Final = frozenset(State) - FINAL
"""What still waits for something."""


def day(now: int) -> int:
    """Days since 1970."""
    return now // limits.DAY


def until_at_most(*ends: int, now: int) -> int:
    """When a request that came in ends here: as was said, and never further ahead than anybody here may let one wait."""
    return min(*ends, now + (LONGEST_DAYS + 1) * limits.DAY)


def turned_away(
    listing: Listing | None, standing: Standing, waiting: int, guests: int, *, not_through: bool = False
) -> Reason | None:
    """Why a node turns a request away without asking anybody; None: it is for the person who offers to answer.

    `waiting`: how many requests wait for this listing; `guests`: how many of them are of people without an account; `not_through`: who
    asks is blocked, or has asked for all that one person may. They read what everybody reads when there is no room.
    """
    if listing is None:
        return Reason.UNKNOWN_LISTING
    if listing.room.state is RoomState.RESTING:
        return Reason.RESTING
    if not_through or listing.room.state is RoomState.FULL or waiting >= listing.room.waiting:
        return Reason.FULL
    if standing is Standing.GUEST and guests >= listing.room.guests:
        return Reason.NO_GUESTS if listing.room.guests == 0 else Reason.FULL
    return None


MUST_BE_PROVEN: Final = frozenset({Type.ACCEPT.value, Type.WAITLIST.value})


def proven(state: State, unproven: Collection[str], *, waitlisted: bool) -> State:
    """Where a request is for the one who asked, when answers of these types prove not to be of somebody who read it.

    `waitlisted`: somebody who read it put it on the waiting list.
    """
    if Type.WAITLIST in unproven:
        state = {State.WAITLISTED: State.OFFERED, State.PAUSED_WAITLISTED: State.PAUSED}.get(state, state)
    if Type.ACCEPT in unproven:
        state = {State.ACCEPTED: State.WAITLISTED if waitlisted else State.OFFERED, State.ENDED: State.EXPIRED}.get(
            state, state
        )
    return state


def is_too_much(listings: Collection[str], listing: str) -> bool:
    """Whether one person waits enough already. `listings`: what their requests that wait here are about."""
    return listing in listings or len(listings) >= OPEN_OF_ONE_HERE


def is_counted(state: State) -> bool:
    """Whether a request takes a place among those that wait."""
    return state in _COUNTED


_FIRST: Final = [
    "amber",
    "apple",
    "autumn",
    "birch",
    "bright",
    "calm",
    "cedar",
    "clear",
    "clover",
    "copper",
    "coral",
    "cotton",
    "dawn",
    "early",
    "ember",
    "fern",
    "field",
    "forest",
    "garden",
    "gentle",
    "golden",
    "green",
    "harbour",
    "hazel",
    "honey",
    "indigo",
    "island",
    "ivory",
    "jasmine",
    "lake",
    "late",
    "lemon",
    "light",
    "linen",
    "little",
    "maple",
    "marble",
    "meadow",
    "mint",
    "misty",
    "moon",
    "morning",
    "moss",
    "north",
    "ocean",
    "olive",
    "open",
    "orchard",
    "paper",
    "pearl",
    "pine",
    "plain",
    "quiet",
    "rain",
    "river",
    "rose",
    "russet",
    "salt",
    "sand",
    "silver",
    "sky",
    "slow",
    "snow",
    "soft",
    "south",
    "spring",
    "stone",
    "summer",
    "sun",
    "tall",
    "tidal",
    "timber",
    "valley",
    "velvet",
    "violet",
    "warm",
    "west",
    "wild",
    "willow",
    "winter",
    "wood",
]
_SECOND: Final = [
    "anchor",
    "arch",
    "basket",
    "bay",
    "beacon",
    "bell",
    "bench",
    "boat",
    "bridge",
    "brook",
    "button",
    "candle",
    "chair",
    "cloud",
    "cove",
    "cup",
    "door",
    "drum",
    "feather",
    "fence",
    "fire",
    "flute",
    "gate",
    "glove",
    "grove",
    "hat",
    "hill",
    "hook",
    "jar",
    "kettle",
    "key",
    "kite",
    "ladder",
    "lamp",
    "lane",
    "leaf",
    "lantern",
    "letter",
    "loom",
    "map",
    "mill",
    "mirror",
    "nest",
    "note",
    "oar",
    "oven",
    "page",
    "path",
    "pebble",
    "pen",
    "pier",
    "plate",
    "pocket",
    "pond",
    "porch",
    "quill",
    "quilt",
    "reed",
    "ribbon",
    "road",
    "roof",
    "root",
    "rope",
    "sail",
    "scarf",
    "shell",
    "shore",
    "spoon",
    "stair",
    "star",
    "step",
    "stool",
    "stove",
    "thread",
    "tile",
    "tower",
    "trail",
    "tree",
    "violin",
    "wave",
    "well",
    "wheel",
    "whistle",
    "window",
]


def alias(random: Random) -> str:
    """What the person who offers sees instead of a name: two words that mean nothing, new for each request."""
    number = int.from_bytes(random(4), "big")
    first, second = _FIRST[number % len(_FIRST)], _SECOND[number // len(_FIRST) % len(_SECOND)]
    return f"{first} {second}".title()

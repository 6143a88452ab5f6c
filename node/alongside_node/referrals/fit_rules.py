"""What a node answers to somebody who has not said who they are, and when (section 6 of the specification, "Fit first"). Pure.

Answered from what those who offer published, or said for this. Never from what anybody does: not from how many wait, who is signed in,
or when something was last read; so that asking again and again shows no more than reading the listing does.
"""

from collections.abc import Iterable
from typing import Final

from alongside_node.directory import times
from alongside_protocol import limits
from alongside_protocol.fit import Fit, Time, Wishes
from alongside_protocol.hours import Hours
from alongside_protocol.identifiers import Random
from alongside_protocol.listing import Direction, Interpreter, Listing, RoomState

QUESTIONS_OF_A_PEER: Final = 200
"""In 48 hours. A community of a hundred people who look at once asks less; more is somebody who reads us out."""
ABOUT_A_LISTING: Final = 40
"""Questions of one peer about one listing in 48 hours that are answered; the next ones read `talk_first`, whatever was said."""
QUESTIONS_OF_A_PERSON: Final = 10
"""That wait or can still be read. Five offerings, and five others when they do not fit."""


def answer(listing: Listing | None, wishes: Wishes, said: Fit | None) -> Fit:
    """The answer for one listing. `said`: what its people said for this, while it holds.

    `no` for what is not there, not for this community, or takes nobody now: nobody learns which.
    """
    if (
        listing is None
        or listing.direction is Direction.NEED
        or _takes_nobody(listing)
        or _speaks_against(listing, wishes)
    ):
        return Fit.NO
    if listing.room.state is RoomState.WAITING_LIST:
        return Fit.NO if said is Fit.NO else Fit.WAITING_LIST
    if said is not None and said is not Fit.ROOM:
        return said
    unsure = wishes.this_week and said is None
    return Fit.TALK_FIRST if unsure or _leaves_open(listing, wishes) else Fit.ROOM


def has_room(asked: int, *, guest: bool) -> bool:
    """Whether one more question to a community may leave. People without an account take at most half: they close it to no member."""
    return asked < (QUESTIONS_OF_A_PEER // 2 if guest else QUESTIONS_OF_A_PEER)


def due(now: int, random: Random) -> int:
    """When the answer leaves: a random while later, so that it is the same whether somebody is there or not."""
    span = limits.FIT_LATEST - limits.FIT_EARLIEST + 1
    return now + limits.FIT_EARLIEST + int.from_bytes(random(8), "big") % span


def _takes_nobody(listing: Listing) -> bool:
    return listing.room.state in (RoomState.RESTING, RoomState.FULL) or listing.room.waiting == 0


def _speaks_against(listing: Listing, wishes: Wishes) -> bool:
    """Whether something published rules it out: another way of meeting, or a language that no interpreter bridges."""
    other_ways = bool(wishes.modality and listing.modality) and not set(wishes.modality) & set(listing.modality)
    other_languages = bool(wishes.languages and listing.languages) and not _one_of(wishes.languages, listing.languages)
    return other_ways or (other_languages and listing.interpreter is Interpreter.NOT_POSSIBLE)


def _leaves_open(listing: Listing, wishes: Wishes) -> bool:
    """Whether something hoped for is not among what was published."""
    return (
        bool(wishes.languages and not _one_of(wishes.languages, listing.languages))
        or bool(wishes.modality and not listing.modality)
        or bool(wishes.topics and not set(wishes.topics) & set(listing.topics))
        or not set(wishes.access) <= set(listing.access)
        or bool(wishes.times and not _is_then(listing.hours, wishes.times))
    )


def _one_of(wished: Iterable[str], spoken: Iterable[str]) -> bool:
    """`es` is understood where `es-MX` is spoken, and the other way round."""
    return bool({tag.split("-")[0] for tag in wished} & {tag.split("-")[0] for tag in spoken})


def _is_then(hours: Hours | None, wished: Iterable[Time]) -> bool:
    """Whether the published hours touch one of the times."""
    return hours is not None and any(times.touches(hours, one) for one in wished)

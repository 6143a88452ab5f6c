"""What a node answers to somebody who has not said who they are, and when (section 6 of the specification, "Fit first"). Pure.

Answered from what those who offer published, or said for this. Never from what anybody does: not from how many wait, who is signed in,
or when something was last read; so that asking again and again shows no more than reading the listing does.
"""

from collections.abc import Iterable
from typing import Final

from alongside_protocol import limits
from alongside_protocol.fit import Fit, Time, Wishes
from alongside_protocol.hours import Day, Hours
from alongside_protocol.identifiers import Random
from alongside_protocol.listing import Direction, Interpreter, Listing, RoomState

QUESTIONS_OF_A_PEER: Final = 200
"""In 48 hours. A community of a hundred people who look at once asks less; more is somebody who reads us out."""
ABOUT_A_LISTING: Final = 40
"""Questions of one peer about one listing in 48 hours that are answered; the next ones read `talk_first`, whatever was said."""
QUESTIONS_OF_A_PERSON: Final = 10
"""That wait or can still be read. Five offerings, and five others when they do not fit."""

_MINUTES_A_DAY: Final = 24 * 60
_WEEKEND: Final = frozenset({Day.SA, Day.SU})
_PARTS: Final = {
    Time.MORNINGS: ((6 * 60, 12 * 60),),
    Time.AFTERNOONS: ((12 * 60, 18 * 60),),
    Time.EVENINGS: ((18 * 60, 23 * 60),),
    Time.NIGHTS: ((0, 6 * 60), (22 * 60, _MINUTES_A_DAY)),
}
"""Minutes of a day; evenings and nights share an hour, as people do."""


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
        or bool(wishes.times and not any(_is_then(listing.hours, time) for time in wishes.times))
    )


def _one_of(wished: Iterable[str], spoken: Iterable[str]) -> bool:
    """`es` is understood where `es-MX` is spoken, and the other way round."""
    return bool({tag.split("-")[0] for tag in wished} & {tag.split("-")[0] for tag in spoken})


def _is_then(hours: Hours | None, time: Time) -> bool:
    """Whether the published hours touch a part of the day or the weekend."""
    if hours is None:
        return False
    if time is Time.WEEKENDS:
        days = [span.days for span in hours.weekly] + [meeting.days for meeting in hours.meetings]
        return any(_WEEKEND & set(some) for some in days)
    spans = [(_minutes(span.opens), _minutes(span.closes)) for span in hours.weekly]
    spans += [(_minutes(one.at), (_minutes(one.at) + one.minutes) % _MINUTES_A_DAY) for one in hours.meetings]
    return any(
        begins < until and starts < ends
        for opens, closes in spans
        for starts, until in _of_one_day(opens, closes)
        for begins, ends in _PARTS[time]
    )


def _of_one_day(opens: int, closes: int) -> list[tuple[int, int]]:
    """Past midnight it goes on the next day: two pieces."""
    return [(opens, closes)] if opens < closes else [(opens, _MINUTES_A_DAY), (0, closes)]


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)

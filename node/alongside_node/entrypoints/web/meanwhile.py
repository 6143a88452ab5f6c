"""Between sending and an answer: who is open now, whom to call or text, and what should happen if nobody answers by a day.

Shown before somebody asks, and again on the page of the request. Nothing here is sent to those who are asked.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from alongside_node.directory import searching
from alongside_node.directory.searching import Query
from alongside_node.foundation.database import Reading
from alongside_node.identity import actions as identity
from alongside_node.referrals.asking import Silence, Thread
from alongside_node.referrals.rules import UNANSWERED, IfSilent, day
from alongside_protocol import limits
from alongside_protocol.hours import Hours
from alongside_protocol.listing import Direction, Listing, is_open
from alongside_protocol.place import UNIT, Place

from . import shown
from .views import SilenceView, TonightView
from .visitor import Visitor

FIELDS: Final = ("silence", "silence_days")
DAYS: Final = ("1", "2", "3", "5", "7")
_USUAL: Final = "3"
_NOTHING: Final = "nothing"
_AWAKE: Final = 3
_READ_FOR_AWAKE: Final = 1_000
_EVENING: Final = 18
_MORNING: Final = 6
_SECONDS_A_DEGREE: Final = 240
"""The sun takes a day for 360 degrees."""
_CHOICES: Final = (IfSilent.TELL.value, IfSilent.STOP.value)

DEFAULT: Final = {"silence": IfSilent.TELL.value, "silence_days": _USUAL}
"""What a new form says: nobody waits without an end unless they want to."""


def read(visitor: Visitor, *, until: int) -> tuple[Silence | None, dict[str, str]]:
    """(what should happen by when, None: nothing before the last day; what needs another look)."""
    then, days = visitor.text("silence") or _NOTHING, visitor.text("silence_days")
    if then == _NOTHING:
        return None, {}
    if then not in _CHOICES:
        return None, {"silence": "choose"}
    if not (days.isascii() and days.isdecimal() and 1 <= int(days[:3]) <= int(DAYS[-1])):
        return None, {"silence_days": "choose"}
    last = min(day(visitor.now) + int(days), day(until) - 1)
    return Silence(last, IfSilent(then)), {}


def fields(thread: Thread, *, now: int) -> dict[str, str]:
    """What was chosen for a request, as its form says it; a day that has passed is chosen no more."""
    row = thread.row
    if row.if_silent not in (IfSilent.TELL, IfSilent.STOP) or row.answer_by is None:
        return {"silence": _NOTHING, "silence_days": _USUAL}
    return {"silence": row.if_silent.value, "silence_days": str(max(row.answer_by - day(now), 1))}


def days(chosen: str = "") -> tuple[str, ...]:
    """The days to choose from, and the one that is chosen."""
    return tuple(sorted({*DAYS, *((chosen,) if chosen.isdecimal() else ())}, key=int))


def silence_view(silence: Silence | None) -> SilenceView | None:
    """As it is read before sending."""
    return None if silence is None else SilenceView(silence.then.value, shown.day_from(silence.day))


def of_thread(thread: Thread) -> SilenceView | None:
    """As it is read on the page of a request."""
    row = thread.row
    if row.if_silent is None or (row.state not in UNANSWERED and row.if_silent is not IfSilent.STOPPED):
        return None
    return SilenceView(row.if_silent.value, None if row.answer_by is None else shown.day_from(row.answer_by))


def tonight(reading: Reading, visitor: Visitor, *, node: str, listing: Listing | None, listing_id: str) -> TonightView:
    """Who is open now beside the one who is asked, and whom our community suggests to call or text."""
    profile = identity.standing_community(reading).profile
    query = Query(direction=Direction.OFFER, open_now=True)
    others = awake(reading, visitor, query, besides=(node, listing_id))
    names = shown.names_of(reading, visitor.me)
    return TonightView(
        None if listing is None else is_open(listing, visitor.now),
        tuple(_result(visitor, one, names) for one in others),
        shown.contacts_of(profile),
        is_night(visitor.now, None if listing is None else listing.hours, profile.place),
    )


def awake(
    reading: Reading, visitor: Visitor, query: Query, *, besides: tuple[str, str] = ("", "")
) -> tuple[searching.Found, ...]:
    """Who is open now: those who speak the reader's language first, each in fair order. `besides`: not this one."""
    found: dict[tuple[str, str], searching.Found] = {}
    for languages in ((visitor.lang,), ()):
        if len(found) < _AWAKE:
            page = searching.search(
                reading,
                replace(query, languages=languages),
                visitor.viewer,
                now=visitor.now,
                limit=2 * _AWAKE + 1,
                most=_READ_FOR_AWAKE,
            )
            found |= {(one.node, one.id): one for one in page.results if (one.node, one.id) not in found}
            found.pop(besides, None)
    return tuple(found.values())[:_AWAKE]


def is_night(now: int, hours: Hours | None, place: Place | None) -> bool:
    """Whether it is evening or night: by the clock of these hours, else by the sun over our community. Where neither is known, it is."""
    if hours is not None:
        clock = datetime.fromtimestamp(now, ZoneInfo(hours.zone))
        hour = clock.hour
    elif place is not None and place.point is not None:
        hour = (now + place.point.longitude * _SECONDS_A_DEGREE // UNIT) // limits.HOUR % 24
    else:
        return True
    return hour >= _EVENING or hour < _MORNING


def _result(visitor: Visitor, one: Any, names: dict[str, str]) -> Any:
    open_now = is_open(one.listing, visitor.now)
    return shown.result(one, names, me=visitor.me, today=visitor.today, open_now=open_now)

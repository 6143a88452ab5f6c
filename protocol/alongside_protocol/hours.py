"""When something is open: weekly hours and recurring meetings, in their own time zone (listing.md, `hours`, `schedule`).

Times are wall-clock times of the place, so a circle at seven stays at seven when the clocks change. A time that the clocks
skip happens that much later; one that they repeat happens the first time (as RFC 5545, section 3.3.5). The recurrence is a
small part of RFC 5545's RRULE: weekly on days, or monthly on the nth such day.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from .text_forms import CLOCK, DATE

DAYS_AHEAD: Final = 120
"""How far ahead the next meeting is looked for: every eight weeks, and once left out, is still found."""


class Day(StrEnum):
    """Days of the week, as RFC 5545 names them, in lower case."""

    MO = "mo"
    TU = "tu"
    WE = "we"
    TH = "th"
    FR = "fr"
    SA = "sa"
    SU = "su"


_WEEK = tuple(Day)


@cache
def _zones() -> frozenset[str]:
    """Read once, when the first listing with hours is: it takes 4 ms, and many listings have none."""
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    # A zone that this machine does not know cannot be shown or calculated with: the listing is set aside here, and only here.
    if name not in _zones():
        raise ValueError("not an IANA time zone")
    return name


_Clock = Annotated[str, Field(pattern=CLOCK)]
_Date = Annotated[str, Field(pattern=DATE)]
_Days = Annotated[tuple[Annotated[Day, Field(strict=False)], ...], Field(strict=False, min_length=1, max_length=7)]
_STRICT = ConfigDict(strict=True, frozen=True, extra="ignore")


class Span(BaseModel):
    """Open on `days` from one time until another; until an earlier time, or the same, means: past midnight."""

    model_config = _STRICT

    days: _Days
    opens: _Clock
    closes: _Clock


class Meeting(BaseModel):
    """A recurring meeting: every `every` weeks on `days`, or, with `nth`, each month on the nth of each of `days` (-1: the last)."""

    model_config = _STRICT

    days: _Days
    at: _Clock
    minutes: Annotated[int, Field(ge=5, le=1_440)]
    first: _Date
    last: _Date | None = None
    """The last day on which it may meet. Absent: it goes on."""
    every: Annotated[int, Field(ge=1, le=8)] = 1
    nth: Annotated[int, Field(ge=-1, le=4)] | None = None

    @model_validator(mode="after")
    def _nth_is_monthly(self) -> "Meeting":
        if self.nth == 0:
            raise ValueError("there is no zeroth day of a month")
        if self.nth is not None and self.every != 1:
            raise ValueError("a monthly meeting is every month")
        return self


class Hours(BaseModel):
    """When something is open, in an IANA `zone`; `except_on` are dates on which it is not."""

    model_config = _STRICT

    zone: Annotated[str, AfterValidator(_known_zone)]
    weekly: Annotated[tuple[Span, ...], Field(strict=False, max_length=21)] = ()
    meetings: Annotated[tuple[Meeting, ...], Field(strict=False, max_length=7)] = ()
    except_on: Annotated[tuple[_Date, ...], Field(strict=False, max_length=60)] = ()


def is_open(hours: Hours, now: int) -> bool:
    """Whether it is open, or meeting, at the instant `now` (Unix seconds)."""
    zone = ZoneInfo(hours.zone)
    today = _day_of(now, zone)
    days = (today - timedelta(days=1), today)  # yesterday's may last past midnight
    return any(start <= now < end for day in days for start, end in _openings(hours, day, zone))


def next_opening(hours: Hours, now: int) -> int | None:
    """When it opens or meets next after `now`, in Unix seconds; None when not within `DAYS_AHEAD` days."""
    zone = ZoneInfo(hours.zone)
    today = _day_of(now, zone)
    for ahead in range(DAYS_AHEAD + 1):
        later = [start for start, _ in _openings(hours, today + timedelta(days=ahead), zone) if start > now]
        if later:
            return min(later)
    return None


def meetings_from(hours: Hours, since: int, *, days: int) -> Iterator[tuple[int, int]]:
    """(start, end) of the meetings that begin on the day of the instant `since` or in the `days` after it, in order."""
    zone = ZoneInfo(hours.zone)
    first = _day_of(since, zone)
    only_meetings = hours.model_copy(update={"weekly": ()})
    for ahead in range(days + 1):
        yield from sorted(_openings(only_meetings, first + timedelta(days=ahead), zone))


def _day_of(now: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(now, zone).date()


def _openings(hours: Hours, day: date, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """(start, end) of everything that begins on `day`, in Unix seconds."""
    if day.isoformat() in hours.except_on:
        return
    for span in hours.weekly:
        if _WEEK[day.weekday()] in span.days:
            past_midnight = span.closes <= span.opens
            closing_day = day + timedelta(days=past_midnight)
            yield _instant(day, span.opens, zone), _instant(closing_day, span.closes, zone)
    for meeting in hours.meetings:
        if _meets_on(meeting, day):
            start = _instant(day, meeting.at, zone)
            yield start, start + meeting.minutes * 60


def _meets_on(meeting: Meeting, day: date) -> bool:
    if _WEEK[day.weekday()] not in meeting.days or day.isoformat() < meeting.first:
        return False
    if meeting.last is not None and day.isoformat() > meeting.last:
        return False
    if meeting.nth is None:
        return (_week_of(day) - _week_of(date.fromisoformat(meeting.first))) % meeting.every == 0
    if meeting.nth == -1:
        return (day + timedelta(days=7)).month != day.month
    return (day.day - 1) // 7 + 1 == meeting.nth


def _week_of(day: date) -> int:
    """Weeks that begin on Monday, counted from a Monday (day 1 of the calendar is one)."""
    return (day.toordinal() - 1) // 7


def _instant(day: date, clock: str, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time.fromisoformat(clock), zone).timestamp())

"""When something is open: weekly hours and recurring meetings, in their own time zone (listing.md, `hours`, `schedule`).

Times are wall-clock times of the place, so a circle at seven stays at seven when the clocks change. The recurrence is a
small part of RFC 5545's RRULE: weekly on days, or monthly on the nth such day.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_DAYS_AHEAD = 62
"""How far ahead the next meeting is looked for: the fifth Friday comes at least this often."""


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
_ZONES = frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _ZONES:
        raise ValueError("not an IANA time zone")
    return name


_Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
_Date = Annotated[
    str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(lambda text: date.fromisoformat(text) and text)
]
_Days = Annotated[tuple[Annotated[Day, Field(strict=False)], ...], Field(strict=False, min_length=1, max_length=7)]
_STRICT = ConfigDict(strict=True, frozen=True, extra="ignore", populate_by_name=True)


class Span(BaseModel):
    """Open on `days` from one time until another; until an earlier time means: past midnight."""

    model_config = _STRICT

    days: _Days
    opens: _Clock
    closes: _Clock


class Meeting(BaseModel):
    """A recurring meeting: every `every` weeks on `days`, or, with `nth`, each month on the nth of `days` (-1: the last)."""

    model_config = _STRICT

    days: _Days
    at: _Clock
    minutes: Annotated[int, Field(ge=5, le=1_440)]
    first: _Date
    every: Annotated[int, Field(ge=1, le=8)] = 1
    nth: Annotated[int, Field(ge=-1, le=4)] | None = None

    @model_validator(mode="after")
    def _no_zeroth(self) -> "Meeting":
        if self.nth == 0:
            raise ValueError("there is no zeroth day of a month")
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
    return any(start <= now < end for start, end in _openings(hours, now, days_ahead=0))


def next_opening(hours: Hours, now: int) -> int | None:
    """When it opens or meets next after `now`, in Unix seconds; None when not within two months."""
    return min((start for start, _ in _openings(hours, now, days_ahead=_DAYS_AHEAD) if start > now), default=None)


def _openings(hours: Hours, now: int, *, days_ahead: int) -> Iterator[tuple[int, int]]:
    """(start, end) of everything that begins from yesterday on, so that what passes midnight is seen."""
    zone = ZoneInfo(hours.zone)
    today = datetime.fromtimestamp(now, zone).date()
    for ahead in range(-1, days_ahead + 1):
        day = today + timedelta(days=ahead)
        if day.isoformat() in hours.except_on:
            continue
        for span in hours.weekly:
            if _WEEK[day.weekday()] in span.days:
                start = _instant(day, span.opens, zone)
                past_midnight = span.closes <= span.opens
                yield start, _instant(day + timedelta(days=past_midnight), span.closes, zone)
        for meeting in hours.meetings:
            if _meets_on(meeting, day):
                start = _instant(day, meeting.at, zone)
                yield start, start + meeting.minutes * 60


def _meets_on(meeting: Meeting, day: date) -> bool:
    first = date.fromisoformat(meeting.first)
    if day < first or _WEEK[day.weekday()] not in meeting.days:
        return False
    if meeting.nth is None:
        weeks = ((day - timedelta(days=day.weekday())) - (first - timedelta(days=first.weekday()))).days // 7
        return weeks % meeting.every == 0
    if meeting.nth == -1:
        return (day + timedelta(days=7)).month != day.month
    return (day.day - 1) // 7 + 1 == meeting.nth


def _instant(day: date, clock: str, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time.fromisoformat(clock), zone).timestamp())

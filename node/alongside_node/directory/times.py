"""Which parts of the day, and whether the weekend, published hours touch. Pure.

Times are those of the place, as they are published. Evenings and nights share an hour, as people do.
"""

from collections.abc import Iterator
from typing import Final

from alongside_protocol.fit import Time
from alongside_protocol.hours import Day, Hours

_MINUTES_A_DAY: Final = 24 * 60
_WEEKEND: Final = frozenset({Day.SA, Day.SU})
_PARTS: Final = {
    Time.MORNINGS: ((6 * 60, 12 * 60),),
    Time.AFTERNOONS: ((12 * 60, 18 * 60),),
    Time.EVENINGS: ((18 * 60, 23 * 60),),
    Time.NIGHTS: ((0, 6 * 60), (22 * 60, _MINUTES_A_DAY)),
}
"""Minutes of a day."""


def touched(hours: Hours) -> Iterator[Time]:
    """Every time that these hours touch."""
    return (time for time in Time if touches(hours, time))


def touches(hours: Hours, time: Time) -> bool:
    """Whether these hours touch a part of the day or the weekend."""
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

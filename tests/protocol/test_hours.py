"""Hours: "open now", the next meeting, and both across the days on which clocks change."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alongside_protocol.hours import DAYS_AHEAD, Day, Hours, is_open, next_opening

DAY = 86_400
MADRID = "Europe/Madrid"
EVERY_DAY = [day.value for day in Day]


def hours(zone: str = MADRID, **members: Any) -> Hours:
    return Hours.model_validate({"zone": zone, **members})


def at(text: str, zone: str = MADRID, *, fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp())


def span(opens: str, closes: str, days: list[str] = EVERY_DAY) -> dict[str, Any]:
    return {"days": days, "opens": opens, "closes": closes}


def test_open_from_the_first_second_to_before_the_last() -> None:
    week = hours(weekly=[span("18:00", "20:00", ["mo"])])
    monday = "2026-11-23"
    assert not is_open(week, at(f"{monday} 17:59:59"))
    assert is_open(week, at(f"{monday} 18:00"))
    assert is_open(week, at(f"{monday} 19:59:59"))
    assert not is_open(week, at(f"{monday} 20:00"))
    assert not is_open(week, at("2026-11-24 19:00"))


def test_a_span_can_pass_midnight_and_last_all_day() -> None:
    night = hours(weekly=[span("22:00", "06:00", ["fr"])])
    assert is_open(night, at("2026-11-28 05:59"))
    assert not is_open(night, at("2026-11-28 06:00"))
    assert not is_open(night, at("2026-11-27 05:00"))
    always = hours(weekly=[span("00:00", "00:00")])
    assert all(is_open(always, at("2026-11-23 00:00") + hour * 3_600) for hour in range(48))


def test_a_left_out_day_is_left_out_with_its_night() -> None:
    night = hours(weekly=[span("22:00", "06:00")], except_on=["2026-12-24"])
    assert is_open(night, at("2026-12-24 05:00"))
    assert not is_open(night, at("2026-12-24 23:00"))
    assert not is_open(night, at("2026-12-25 05:00"))
    assert next_opening(night, at("2026-12-23 23:00")) == at("2026-12-25 22:00")


def test_a_meeting_stays_at_its_wall_clock_time_when_clocks_change() -> None:
    circle = hours(meetings=[{"days": ["su"], "at": "19:00", "minutes": 90, "first": "2026-10-18"}])
    before, after = at("2026-10-18 19:00"), at("2026-10-25 19:00")
    assert after - before == 7 * DAY + 3_600
    assert next_opening(circle, before) == after
    assert is_open(circle, after)
    assert is_open(circle, after + 90 * 60 - 1)
    assert not is_open(circle, after + 90 * 60)


def test_a_time_that_clocks_skip_comes_that_much_later() -> None:
    spring = hours(weekly=[span("02:30", "04:00", ["su"])])
    assert next_opening(spring, at("2026-03-29 00:00")) == at("2026-03-29 03:30")


def test_a_time_that_clocks_repeat_comes_the_first_time() -> None:
    autumn = hours(meetings=[{"days": ["su"], "at": "02:30", "minutes": 30, "first": "2026-10-25"}])
    assert next_opening(autumn, at("2026-10-25 00:00")) == at("2026-10-25 02:30")
    assert not is_open(autumn, at("2026-10-25 02:30", fold=1))


def test_a_night_is_an_hour_shorter_in_spring() -> None:
    night = hours(weekly=[span("22:00", "06:00", ["sa"])])
    start, end = at("2026-03-28 22:00"), at("2026-03-29 06:00")
    assert end - start == 7 * 3_600
    assert is_open(night, end - 1)
    assert not is_open(night, end)


def test_every_second_week_is_counted_in_weeks_from_monday() -> None:
    circle = hours(meetings=[{"days": ["mo", "su"], "at": "10:00", "minutes": 60, "first": "2026-11-22", "every": 2}])
    meets = [day for day in range(22, 31) if is_open(circle, at(f"2026-11-{day} 10:30"))]
    assert meets == [22, 30]  # the Sunday it began; then the Monday of the second week after


@pytest.mark.parametrize(
    ("weekday", "nth", "day"),
    [
        ("th", 1, "2026-11-05"),
        ("sa", 1, "2026-11-07"),
        ("su", 2, "2026-11-08"),
        ("th", 2, "2026-11-12"),
        ("sa", 4, "2026-11-28"),
        ("th", -1, "2026-11-26"),
        ("mo", -1, "2026-11-30"),
        ("tu", -1, "2026-11-24"),
    ],
)
def test_a_monthly_meeting_is_on_the_nth_such_day(weekday: str, nth: int, day: str) -> None:
    circle = hours(meetings=[{"days": [weekday], "at": "10:00", "minutes": 60, "first": "2026-01-01", "nth": nth}])
    assert next_opening(circle, at("2026-11-01 00:00")) == at(f"{day} 10:00")


def test_a_meeting_has_a_first_and_a_last_day() -> None:
    meeting = {"days": EVERY_DAY, "at": "10:00", "minutes": 60, "first": "2026-11-10", "last": "2026-11-11"}
    course = hours(meetings=[meeting])
    assert [day for day in range(8, 14) if is_open(course, at(f"2026-11-{day:02} 10:30"))] == [10, 11]
    assert next_opening(course, at("2026-11-11 10:00")) is None


def test_the_next_of_several_is_the_earliest() -> None:
    both = hours(
        weekly=[span("18:00", "20:00", ["tu"]), span("09:00", "10:00", ["tu"])],
        meetings=[{"days": ["we"], "at": "08:00", "minutes": 60, "first": "2026-01-01"}],
    )
    assert next_opening(both, at("2026-11-24 08:00")) == at("2026-11-24 09:00")
    assert next_opening(both, at("2026-11-24 18:00")) == at("2026-11-25 08:00")


def test_nothing_is_looked_for_beyond_four_months() -> None:
    later = hours(meetings=[{"days": EVERY_DAY, "at": "10:00", "minutes": 60, "first": "2027-12-01"}])
    assert next_opening(later, at("2026-11-23 00:00")) is None
    assert next_opening(hours(), at("2026-11-23 00:00")) is None
    rare = {"days": ["mo"], "at": "10:00", "minutes": 60, "first": "2026-11-23", "every": 8}
    skipped = hours(meetings=[rare], except_on=["2027-01-18"])
    assert next_opening(skipped, at("2026-11-23 10:00")) == at("2027-03-15 10:00")


zones = st.sampled_from([MADRID, "UTC", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"])
clocks = st.times().map(lambda time: f"{time.hour:02}:{time.minute:02}")
spans = st.builds(span, clocks, clocks, st.lists(st.sampled_from(EVERY_DAY), min_size=1, max_size=3, unique=True))


@given(zones, st.lists(spans, max_size=3), st.integers(at("2020-01-01 00:00"), at("2035-01-01 00:00")))
def test_it_is_open_when_it_opens(zone: str, weekly: list[dict[str, Any]], now: int) -> None:
    week = hours(zone, weekly=weekly)
    start = next_opening(week, now)
    if not weekly:
        assert start is None
    elif start is not None:
        assert now < start <= now + DAYS_AHEAD * DAY
        # A span inside the hour that clocks skip can begin after it ends; it is then never open.
        local = datetime.fromtimestamp(start, ZoneInfo(zone))
        skipped = (
            local.utcoffset() != (local - timedelta(hours=2)).astimezone(UTC).astimezone(ZoneInfo(zone)).utcoffset()
        )
        assert is_open(week, start) or skipped


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Europe/Nowhere"},
        {"zone": "../../etc/passwd"},
        {"weekly": [span("9:00", "10:00")]},
        {"weekly": [span("09:00", "10:00", [])]},
        {"weekly": [span("09:00", "10:00", ["xx"])]},
        {"meetings": [{"days": ["mo"], "at": "10:00", "minutes": 60, "first": "2026-02-30"}]},
        {"meetings": [{"days": ["mo"], "at": "10:00", "minutes": 0, "first": "2026-02-03"}]},
        {"meetings": [{"days": ["mo"], "at": "10:00", "minutes": 60, "first": "2026-02-03", "nth": 0}]},
        {"meetings": [{"days": ["mo"], "at": "10:00", "minutes": 60, "first": "2026-02-03", "nth": 1, "every": 2}]},
        {"except_on": ["24 December"]},
    ],
)
def test_hours_of_another_form_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        hours(**wrong)

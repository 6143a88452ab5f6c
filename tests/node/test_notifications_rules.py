"""When somebody is told: once, reminded at most once, never in their quiet hours, and then silence until they looked (experience.md)."""

from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_node.notifications import rules
from alongside_node.notifications.rules import TABLE, Choice, Event, Kind, Stage, fits, outside_quiet_hours, step
from alongside_protocol import limits

NOW = 1_795_000_000


def choice(**changes: object) -> Choice:
    members: dict[str, object] = {"kind": Kind.EMAIL, "to": "a@example.org", "lang": "en"}
    return Choice(**(members | changes))  # type: ignore[arg-type]


def test_the_table_is_total() -> None:
    assert set(TABLE) == set(product(Stage, Event))


@given(st.lists(st.sampled_from([Event.SOMETHING, Event.SENT, Event.GAVE_UP]), max_size=60))
def test_however_much_comes_nobody_is_told_more_than_twice_before_they_look(events: list[Event]) -> None:
    stage, told = Stage.QUIET, 0
    for event in events:
        if event is Event.SENT and stage not in (Stage.DUE, Stage.TOLD):
            continue  # nothing is on its way
        told += event is Event.SENT
        stage = step(stage, event)
        if stage is Stage.FAILED:
            break  # tried anew for what comes next
    assert told <= 2


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.FAILED])
def test_who_has_looked_is_told_of_what_comes_next_and_of_nothing_before(stage: Stage) -> None:
    assert step(stage, Event.LOOKED) is Stage.QUIET
    assert step(Stage.QUIET, Event.SOMETHING) is Stage.DUE


def test_nothing_goes_out_in_the_minute_in_which_something_came() -> None:
    assert rules.first_at(NOW, 0.0) - NOW >= 5 * limits.MINUTE
    assert rules.first_at(NOW, 0.999) - NOW <= 15 * limits.MINUTE


def test_a_reminder_comes_once_and_only_for_who_wants_one() -> None:
    assert rules.next_at(Stage.TOLD, choice(), NOW) is None
    assert rules.next_at(Stage.TOLD, choice(remind=True), NOW) == NOW + 2 * limits.DAY
    assert rules.next_at(Stage.REMINDED, choice(remind=True), NOW) is None


def at(zone: str, *when: int) -> int:
    return int(datetime(*when, tzinfo=ZoneInfo(zone)).timestamp())  # type: ignore[misc]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ((2026, 11, 25, 20, 59), (2026, 11, 25, 20, 59)),
        ((2026, 11, 25, 21, 0), (2026, 11, 26, 8, 0)),
        ((2026, 11, 26, 3, 0), (2026, 11, 26, 8, 0)),
        ((2026, 11, 26, 8, 0), (2026, 11, 26, 8, 0)),
        ((2027, 3, 27, 23, 0), (2027, 3, 28, 8, 0)),  # the clocks go forward in this night
        ((2026, 10, 24, 23, 0), (2026, 10, 25, 8, 0)),  # and back in this one
    ],
)
def test_the_night_is_the_persons_own(when: tuple[int, ...], expected: tuple[int, ...]) -> None:
    quiet = choice(quiet=(21 * 60, 8 * 60), zone="Europe/Berlin")
    assert outside_quiet_hours(at("Europe/Berlin", *when), quiet) == at("Europe/Berlin", *expected)


def test_quiet_hours_within_a_day() -> None:
    quiet = choice(quiet=(9 * 60, 17 * 60), zone="America/Bogota")
    assert outside_quiet_hours(at("America/Bogota", 2026, 11, 25, 12, 0), quiet) == at(
        "America/Bogota", 2026, 11, 25, 17, 0
    )
    assert outside_quiet_hours(at("America/Bogota", 2026, 11, 25, 18, 0), quiet) == at(
        "America/Bogota", 2026, 11, 25, 18, 0
    )


@given(
    st.integers(NOW, NOW + 400 * limits.DAY),
    st.tuples(st.integers(0, 1439), st.integers(0, 1439)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe"]),
)
def test_what_waits_for_the_morning_waits_less_than_a_day_and_is_not_quiet_then(
    when: int, quiet: tuple[int, int], zone: str
) -> None:
    later = outside_quiet_hours(when, choice(quiet=quiet, zone=zone))
    assert when <= later <= when + 25 * limits.HOUR
    local = datetime.fromtimestamp(later, UTC).astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    assert later == when or minute >= quiet[1] or minute < quiet[0]


@pytest.mark.parametrize("to", ["mira@example.org", "m.i+x@mail.example.co", "x@xn--bcher-kva.example"])
def test_one_address_is_taken(to: str) -> None:
    assert fits(Kind.EMAIL, to)


@pytest.mark.parametrize(
    "to",
    [
        "",
        "mira",
        "mira@localhost",
        "a@example.org, b@example.org",
        "a@example.org\nBcc: b@example.org",
        "a@example.org\r\n\r\nHello",
        "a@example.org\n",
        "Mira <a@example.org>",
        '"a b"@example.org',
        "a@[127.0.0.1]",
        "a\x00@example.org",
        "a@exa mple.org",
        "á@example.org",
        "a@example.org\u2028",
        "a" * 250 + "@example.org",
    ],
)
def test_nothing_but_one_address_is_taken(to: str) -> None:
    assert not fits(Kind.EMAIL, to)


@pytest.mark.parametrize("to", ["+49 30 1234567", "0301234567", "tree-7", "mira@sms.example.org"])
def test_what_a_command_is_given(to: str) -> None:
    assert fits(Kind.COMMAND, to)


@pytest.mark.parametrize("to", ["", "-rf", "--to=x", "1; rm", "$(x)", "1\n2", "`x`", "1|2", "9" * 65, "1\u0662"])
def test_a_command_is_given_nothing_else(to: str) -> None:
    assert not fits(Kind.COMMAND, to)

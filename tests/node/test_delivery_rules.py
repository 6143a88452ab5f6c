"""When a message is tried again, and when it is given up (section 7 of the specification)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_node.delivery import rules
from alongside_protocol import limits
from alongside_protocol.errors import Code

JITTER = st.floats(0, 1, exclude_max=True)


@given(failures=st.integers(1, 10_000), jitter=JITTER)
def test_the_wait_doubles_is_spread_and_never_over_six_hours(failures: int, jitter: float) -> None:
    exact = min(30 * 2 ** min(failures - 1, 30), 12 * limits.HOUR)
    assert min(exact // 2, limits.BACKOFF_CAP) - 1 <= rules.wait(failures, jitter)
    assert rules.wait(failures, jitter) <= min(exact * 3 // 2, limits.BACKOFF_CAP)


def test_the_first_wait_is_half_a_minute_more_or_less() -> None:
    assert [rules.wait(1, jitter) for jitter in (0, 0.5, 0.999)] == [15, 30, 44]


@given(st.binary(min_size=4, max_size=4))
def test_jitter_stays_below_one(raw: bytes) -> None:
    assert 0 <= rules.spread(lambda _: raw) < 1


@pytest.mark.parametrize(
    ("code", "about"),
    [
        (Code.UNREACHABLE, True),
        (Code.BUSY, True),
        ("status-503", True),
        ("status-500", False),
        (Code.NOT_AGREED, False),
    ],
)
def test_what_says_that_nothing_else_would_get_through(code: str, about: bool) -> None:
    assert rules.is_about_the_peer(code) is about


def test_a_first_request_that_nobody_knows_is_final_and_all_other_mail_is_tried_again() -> None:
    code = Code.KEY_VERSION_UNKNOWN
    assert not rules.is_worth_another("peer.request", code, retry=True)
    assert rules.is_worth_another("referral.offer", code, retry=True)
    assert rules.is_worth_another("peer.request", Code.UNREACHABLE, retry=True)
    assert not rules.is_worth_another("referral.offer", Code.NOT_AGREED, retry=False)


@given(age=st.integers(-600, 30 * limits.DAY))
def test_what_cannot_be_acted_on_waits_its_own_age(age: int) -> None:
    waited = rules.wait_to_act(1_000_000, now=1_000_000 + age)
    assert 30 <= waited <= limits.BACKOFF_CAP
    assert waited in (30, age, limits.BACKOFF_CAP)

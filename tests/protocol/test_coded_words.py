"""Words said with one tap: one text for each, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_protocol.coded_words import (
    OUTCOMES_OF_HOLDER,
    OUTCOMES_OF_SEEKER,
    QUIET_OF_HOLDER,
    QUIET_OF_SEEKER,
    Coded,
    by_voice,
    by_voice_in,
    coded_in,
    text_of,
)


@pytest.mark.parametrize("coded", Coded)
def test_each_is_read_as_it_was_said(coded: Coded) -> None:
    assert coded_in(text_of(coded)) is coded


def test_each_can_be_said_by_somebody() -> None:
    assert {*QUIET_OF_HOLDER, *QUIET_OF_SEEKER, *OUTCOMES_OF_HOLDER, *OUTCOMES_OF_SEEKER} == set(Coded)


def test_only_the_one_who_asked_says_that_a_promise_was_not_kept() -> None:
    assert Coded.NOT_KEPT in OUTCOMES_OF_SEEKER
    assert Coded.NOT_KEPT not in OUTCOMES_OF_HOLDER


@pytest.mark.parametrize(
    "text", ["thank_you", "=", "", "= thank_you", "=thank_you ", "=THANK_YOU", "x=thank_you", "==thank_you", "=unknown"]
)
def test_nothing_else_is_one(text: str) -> None:
    assert coded_in(text) is None


@given(st.text())
def test_what_people_write_is_theirs(text: str) -> None:
    assert coded_in(text) is None or text in {text_of(coded) for coded in Coded}


@pytest.mark.parametrize("easier", ["", "slowly", "slowly\nno stairs"])
def test_that_somebody_asks_by_telephone_stands_before_what_else_makes_it_easier(easier: str) -> None:
    assert by_voice_in(by_voice(easier)) == (True, easier)
    assert by_voice_in(easier) == (False, easier)


@pytest.mark.parametrize("text", ["by_voice", "=by_voices", "slowly\n=by_voice", " =by_voice"])
def test_nothing_else_reads_as_asked_by_telephone(text: str) -> None:
    assert by_voice_in(text) == (False, text)

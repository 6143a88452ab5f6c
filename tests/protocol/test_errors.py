"""Refusals: one code each, nothing of the input, and whether trying again can help (specification, section 7)."""

import re

import pytest

from alongside_protocol.errors import RETRIED_CODES, Code, Refused


def test_a_refusal_says_its_code_and_its_rule() -> None:
    error = Refused(Code.ROLLBACK, "an older head than before")
    assert (error.code, error.detail) == (Code.ROLLBACK, "an older head than before")
    assert str(error) == "rollback: an older head than before"


@pytest.mark.parametrize("code", list(Code))
def test_a_code_can_stand_in_a_problem_type(code: Code) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.value)


@pytest.mark.parametrize("code", list(Code))
def test_only_what_time_can_mend_is_tried_again(code: Code) -> None:
    assert Refused(code, "").retry is (code in {Code.KEY_VERSION_UNKNOWN, Code.BUSY, Code.UNREACHABLE})
    assert (code in RETRIED_CODES) is Refused(code, "").retry


def test_no_two_refusals_have_one_code() -> None:
    assert len({code.value for code in Code}) == len(list(Code))

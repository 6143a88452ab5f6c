"""Forms of text: the same in both engines, dates that exist, and nothing that shows something else than it says."""

import re
from datetime import date, timedelta
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from alongside_protocol import base64url
from alongside_protocol.text_forms import BYTES_16, BYTES_32, CLOCK, CODE, DATE, LANG, LINE, TEXT, plain

FORBIDDEN = [
    *"\x00\x08\x0b\x0c\r\x1f\x7f\x85\x9f\u2028\u2029\u202a\u202d\u202e\u2066\u2069\u206a\u206f\ufeff\ufff9\ufffe\uffff"
]
ALLOWED = ["", "a\tb\nc", "\u200c", "\u200f", "\u200b", "\u061c", "e\u0301", "\U0001f49a", "नमस्ते", "שלום"]


def taken(pattern: str, text: str) -> bool:
    try:
        TypeAdapter(Annotated[str, Field(pattern=pattern)]).validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("character", FORBIDDEN)
def test_characters_that_hide_or_reorder_are_refused(character: str) -> None:
    assert not taken(TEXT, f"a{character}b")
    assert not taken(LINE, f"a{character}b")
    with pytest.raises(ValueError, match="no text may hold"):
        plain(f"a{character}b")


@pytest.mark.parametrize("text", ALLOWED)
def test_what_languages_are_written_with_is_taken_unchanged(text: str) -> None:
    assert taken(TEXT, text)
    assert plain(text) == text


@pytest.mark.parametrize("text", ["two\nlines", "a\ttab", "an end\n"])
def test_a_line_is_one_line(text: str) -> None:
    assert not taken(LINE, text)


@given(st.text())
def test_both_engines_agree_about_text(text: str) -> None:
    assert taken(TEXT, text) == (re.fullmatch(TEXT[1:-1], text) is not None)


def test_every_day_of_a_thousand_years_is_a_date_and_nothing_else_is() -> None:
    first, last = date(2000, 1, 1), date(2999, 12, 31)
    days = {(first + timedelta(days=day)).isoformat() for day in range((last - first).days + 1)}
    shape = re.compile(DATE)
    candidates = [
        f"{year:04}-{month:02}-{day:02}" for year in range(1999, 3001) for month in range(14) for day in range(33)
    ]
    assert {text for text in candidates if shape.fullmatch(text)} == days


@pytest.mark.parametrize("text", ["٢٠٢٦-11-23", "2026-1-1", "2026-11-23\n", "20261123", "2026-11-23T00:00"])
def test_another_way_to_write_a_date_is_refused(text: str) -> None:
    assert not taken(DATE, text)


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (CLOCK, ["00:00", "23:59"], ["24:00", "9:00", "09:60", "1٣:00"]),
        (CODE, ["grief", "a", "no_phone_needed", "x" * 40], ["", "Grief", "_a", "x" * 41, "a-b", "1a"]),
        (LANG, ["en", "pt-BR", "zh-Hant-TW", "mi"], ["", "EN", "e", "english", "en_GB", "en-"]),
    ],
)
def test_codes_clocks_and_languages_have_their_shape(pattern: str, good: list[str], bad: list[str]) -> None:
    assert all(taken(pattern, text) for text in good)
    assert not any(taken(pattern, text) for text in bad)


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32))
def test_bytes_are_taken_in_their_canonical_text_only(short: bytes, long: bytes) -> None:
    assert taken(BYTES_16, base64url.encode(short))
    assert taken(BYTES_32, base64url.encode(long))
    assert not taken(BYTES_16, base64url.encode(short)[:-1] + "B")
    assert not taken(BYTES_32, base64url.encode(long)[:-1] + "B")

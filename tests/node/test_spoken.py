"""Four words for the telephone: how many bits, that none sounds like another, and how often one volunteer may try (ADR 0025)."""

import math
import secrets
import unicodedata

import pytest

from alongside_node.entrypoints.calling import A_DAY, A_DAY_TO_ONE, FIRST_WAIT, FREE_TRIES, LONGEST_WAIT, Patience
from alongside_node.members import spoken
from alongside_node.members.words import LANGUAGES, derive, list_of, normalised
from alongside_protocol import limits

EVERY = pytest.mark.parametrize("lang", sorted(LANGUAGES))
NOON = 1_795_000_000


def apart(one: str, other: str) -> bool:
    """Whether two sounds differ by more than one letter."""
    if abs(len(one) - len(other)) > 1:
        return True
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) > 1
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return all(longer[:at] + longer[at + 1 :] != shorter for at in range(len(longer)))


@EVERY
def test_four_words_are_forty_bits_in_every_language(lang: str) -> None:
    assert spoken.SPOKEN * math.log2(len(spoken.words_of(lang))) >= 39.95


@EVERY
def test_no_two_words_of_a_language_sound_alike(lang: str) -> None:
    sounds = sorted((spoken.sound(word, lang) for word in spoken.words_of(lang)), key=len)
    for place, one in enumerate(sounds):
        for other in sounds[place + 1 :]:
            if len(other) > len(one) + 1:
                break
            assert apart(one, other), (one, other)


@pytest.mark.parametrize(
    ("lang", "alike"),
    [("en", ("right", "write")), ("en", ("sea", "see")), ("es", ("vaca", "baca")), ("es", ("hola", "ola"))],
)
def test_words_that_are_heard_as_one_have_one_sound(lang: str, alike: tuple[str, str]) -> None:
    assert spoken.sound(alike[0], lang) == spoken.sound(alike[1], lang)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_nobody_is_given_a_word_that_is_unkind(lang: str) -> None:
    assert {normalised(word) for word in spoken.words_of(lang)} & spoken._UNKIND == set()
    assert {"abuse", "prison", "knife", "carcel", "muerte"} <= spoken._UNKIND


def test_what_is_left_out_as_unkind_stands_in_a_list() -> None:
    known = {normalised(word) for name in ("english", "spanish") for word in list_of(name)}
    assert spoken._UNKIND - known == set()


@pytest.mark.parametrize("lang", [*sorted(LANGUAGES), "de", "es-MX"])
def test_four_words_are_given_in_a_language_there_is_and_typed_again_as_they_are(lang: str) -> None:
    given = spoken.generate(lang, secrets.token_bytes)
    assert len(given) == spoken.SPOKEN
    assert spoken.unknown(" ".join(given).upper(), [lang]) == {}
    assert all(unicodedata.is_normalized("NFC", word) for word in given)


def test_every_word_can_come_and_none_more_often() -> None:
    size = len(spoken.words_of("en"))

    def at(number: int) -> tuple[str, ...]:
        return spoken.generate("en", lambda length: number.to_bytes(length, "big"))

    assert len({at(number)[0] for number in range(size)}) == size
    assert at(size) != at(0)


def test_a_slip_is_shown_with_what_sounds_like_it() -> None:
    found = spoken.unknown("diamnd maple zzzzz", ["en", "es"])
    assert set(found) == {"diamnd", "zzzzz"}
    assert found["diamnd"][0] == "diamond"
    assert found["zzzzz"] == ()


def test_neither_part_says_anything_without_the_line_s_key_or_the_words() -> None:
    stretched = spoken.stretch("one two", b"s" * 32)
    mine = spoken.derive(stretched, b"k" * 32)
    assert mine == spoken.derive(spoken.stretch(" One,  TWO ", b"s" * 32), b"k" * 32)
    others = [spoken.derive(stretched, b"l" * 32), spoken.derive(b"x" * 32, b"k" * 32), derive("one two", b"s" * 32)]
    for other in others:
        assert mine.lookup != other.lookup
        assert mine.wrap != other.wrap
    assert mine.wrap != mine.lookup


# How often one volunteer may.


def tries(patience: Patience, volunteer: str, now: int, times: int) -> None:
    for _ in range(times):
        patience.try_words(volunteer, now)


def test_one_who_guesses_waits_longer_each_time_and_never_longer_than_a_quarter_of_an_hour() -> None:
    patience = Patience(secrets.token_bytes)
    tries(patience, "vera", NOON, FREE_TRIES)
    assert patience.wait("vera", NOON) == 0
    waits = []
    now = NOON
    for _ in range(20):
        patience.try_words("vera", now)
        waits.append(patience.wait("vera", now))
        now += waits[-1]
    assert waits[:4] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT, 8 * FIRST_WAIT]
    assert set(waits[5:]) == {LONGEST_WAIT}
    assert patience.wait("stella", now) == 0, "nobody else waits"


def test_several_tries_at_once_count_as_several_and_right_words_do_not_wipe_out_wrong_ones() -> None:
    patience = Patience(secrets.token_bytes)
    tries(patience, "vera", NOON, FREE_TRIES)
    for _ in range(10):
        patience.try_words("vera", NOON)
        patience.opened("vera", NOON)
    assert patience.wait("vera", NOON) == 0
    patience.try_words("vera", NOON)
    assert patience.wait("vera", NOON) == FIRST_WAIT


def test_a_new_day_begins_anew_and_nobody_is_named_in_memory() -> None:
    patience = Patience(secrets.token_bytes)
    tries(patience, "vera", NOON, FREE_TRIES + 5)
    assert "vera" not in repr(vars(patience))
    assert patience.wait("vera", NOON + limits.DAY) == 0


def test_so_many_are_passed_on_in_a_day() -> None:
    patience = Patience(secrets.token_bytes)
    to_one = [patience.pass_on("vera", "one", NOON) for _ in range(A_DAY_TO_ONE + 1)]
    assert to_one == [True] * A_DAY_TO_ONE + [False]
    others = [patience.pass_on("vera", f"other {number}", NOON) for number in range(A_DAY)]
    assert others.count(True) == A_DAY - A_DAY_TO_ONE
    assert patience.pass_on("stella", "one", NOON)

"""Commitments: what counts as answered, what passes the safety filter, and that the hash forgets nothing."""

import struct
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alongside_protocol.commitments import (
    CALLED,
    Answer,
    Called,
    Commitments,
    Reporter,
    Source,
    commitments_hash,
    promises_no_call_without_yes,
    unanswered,
)

ANSWERED: dict[str, Any] = {
    **{name: {"answer": "never"} for name in CALLED},
    "mandated_reporter": "no",
    "kept_days": 0,
    "given_by": "the_holder",
}


def commitments(**changed: Any) -> Commitments:
    return Commitments.model_validate(ANSWERED | changed)


def test_nothing_is_missing_when_every_question_is_answered_by_the_holder() -> None:
    assert unanswered(commitments()) == ()


def test_every_question_is_missing_at_first() -> None:
    assert unanswered(Commitments()) == (*CALLED, "mandated_reporter", "kept_days", "given_by")


@pytest.mark.parametrize("name", CALLED)
def test_unknown_is_no_answer_of_the_holder(name: str) -> None:
    assert unanswered(commitments(**{name: {"answer": "unknown"}})) == (name,)


@pytest.mark.parametrize("name", CALLED)
def test_unknown_is_an_answer_of_somebody_who_was_asked(name: str) -> None:
    asked = commitments(given_by="we_asked_them", given_on="2026-11-23", **{name: {"answer": "unknown"}})
    assert unanswered(asked) == ()


def test_one_answer_may_come_from_somebody_else_who_says_when() -> None:
    called = {"answer": "unknown", "given_by": "we_asked_them", "given_on": "2026-11-23"}
    assert unanswered(commitments(probation=called)) == ()
    assert unanswered(commitments(probation=called | {"given_on": ""})) == ("probation",)
    assert unanswered(
        commitments(
            given_by="we_asked_them", given_on="2026-11-23", police={"answer": "unknown", "given_by": "the_holder"}
        )
    ) == ("police",)


def test_whoever_asked_says_when() -> None:
    assert unanswered(commitments(given_by="we_asked_them")) == ("given_by",)


def test_an_unknown_duty_to_report_is_an_answer_only_of_somebody_who_was_asked() -> None:
    assert unanswered(commitments(mandated_reporter="unknown")) == ("mandated_reporter",)
    asked = commitments(mandated_reporter="unknown", given_by="we_asked_them", given_on="2026-11-23")
    assert unanswered(asked) == ()


def test_what_is_kept_is_said_in_words() -> None:
    assert unanswered(commitments(kept_days=30)) == ("written_down",)
    assert unanswered(commitments(kept_days=30, written_down="a first name")) == ()


@pytest.mark.parametrize("answer", Answer)
def test_only_never_and_only_if_you_ask_pass_the_filter(answer: Answer) -> None:
    passes = answer in (Answer.NEVER, Answer.ONLY_IF_YOU_ASK)
    assert promises_no_call_without_yes(commitments(police={"answer": answer.value})) is passes
    assert promises_no_call_without_yes(commitments(hospital={"answer": answer.value})) is passes


@pytest.mark.parametrize("absent", [None, Commitments(), Commitments(police=Called(answer=Answer.NEVER))])
def test_what_was_not_answered_never_passes_the_filter(absent: Commitments | None) -> None:
    assert not promises_no_call_without_yes(absent)


@pytest.mark.parametrize(
    "wrong",
    [
        {"police": {"answer": "perhaps"}},
        {"police": {"answer": "never", "exception": "x" * 401}},
        {"police": {"answer": "never", "exception": "\u202eyas uoy fi ylno"}},
        {"kept_days": True},
        {"kept_days": "0"},
        {"kept_days": -1},
        {"given_by": "somebody_else"},
        {"given_on": "2026-02-30"},
        {"given_on": "٢٠٢٦-11-23"},
        {"law_of": "two\nlines"},
    ],
)
def test_what_is_not_of_the_form_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        commitments(**wrong)


# The hash: injective in every member, in both halves, and blind to nothing.

words = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), max_size=12)
dates = st.sampled_from(["", "2026-11-23", "2026-11-24"])
sources = st.none() | st.sampled_from(Source)
called = st.none() | st.builds(
    Called, answer=st.sampled_from(Answer), exception=words, given_by=sources, given_on=dates
)
any_commitments = st.builds(
    Commitments,
    **dict.fromkeys(CALLED, called),
    law_of=words,
    would_pass_on=words,
    mandated_reporter=st.sampled_from(Reporter),
    written_down=words,
    kept_days=st.none() | st.integers(0, 36_500),
    given_by=sources,
    given_on=dates,
)


@given(any_commitments, any_commitments, any_commitments, any_commitments)
def test_equal_hashes_mean_equal_commitments(
    one: Commitments, other: Commitments, one_community: Commitments, other_community: Commitments
) -> None:
    same = one == other and one_community == other_community
    assert (commitments_hash(one, one_community) == commitments_hash(other, other_community)) is same


@given(any_commitments, any_commitments, st.sampled_from(list(Commitments.model_fields)))
def test_a_change_in_any_one_member_changes_the_hash(one: Commitments, other: Commitments, member: str) -> None:
    changed = one.model_copy(update={member: getattr(other, member)})
    assert (commitments_hash(changed, None) == commitments_hash(one, None)) is (changed == one)
    assert (commitments_hash(None, changed) == commitments_hash(None, one)) is (changed == one)


@given(any_commitments)
def test_the_two_halves_are_not_the_same(one: Commitments) -> None:
    swapped = commitments_hash(one, None) == commitments_hash(None, one)
    assert swapped is (one == Commitments())


def test_text_cannot_move_from_one_member_to_the_next() -> None:
    one = commitments(law_of="Kent", would_pass_on="nothing")
    other = commitments(law_of="Kentnothing", would_pass_on="")
    assert commitments_hash(one, None) != commitments_hash(other, None)


def test_nothing_is_normalised() -> None:
    composed, decomposed = "\u00e9", "e\u0301"
    assert commitments_hash(commitments(law_of=composed), None) != commitments_hash(
        commitments(law_of=decomposed), None
    )


def test_the_hash_is_what_the_specification_writes() -> None:
    members = [
        (f"{name}.{part}", "never" if (name, part) == ("police", "answer") else "")
        for name in CALLED
        for part in ("answer", "exception", "given_by", "given_on")
    ]
    members += [("law_of", "Québec"), ("would_pass_on", ""), ("mandated_reporter", "unknown"), ("written_down", "")]
    members += [("kept_days", "30"), ("given_by", ""), ("given_on", "")]
    nothing = [(name, "unknown" if name == "mandated_reporter" else "") for name, _ in members]
    written = b"alongside-commitments-1"
    for owner, half in (("listing", members), ("community", nothing)):
        for name, value in half:
            label, text = f"{owner}.{name}".encode(), value.encode()
            written += struct.pack(">H", len(label)) + label + struct.pack(">I", len(text)) + text
    said = Commitments(police=Called(answer=Answer.NEVER), law_of="Québec", kept_days=30)
    assert commitments_hash(said, None) == sha256(written).digest()

"""Fit before identity: only codes go in, only four words come back, and each opens for one reader alone."""

import random as seeded
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alongside_protocol import base64url, canonical, limits, sealing
from alongside_protocol.consent import Sealed, seal_fit, seal_question
from alongside_protocol.errors import Code, Refused
from alongside_protocol.fit import Fit, Question, Time, Wishes
from alongside_protocol.identifiers import NodeId, RecordId
from alongside_protocol.listing import Modality
from alongside_protocol.opening import open_fit, open_question
from alongside_protocol.sealing import Context, SealPrivateKey

random = seeded.Random(7).randbytes
NOW = 1_800_000_000
SEEKERS_NODE, HOLDERS_NODE = NodeId("S" * 42 + "A"), NodeId("H" * 42 + "A")
NODE, REPLY = SealPrivateKey.generate(random), SealPrivateKey.generate(random)
LISTINGS = tuple(RecordId(base64url.encode(random(16))) for _ in range(6))
WISHES = Wishes(
    languages=("es", "en"),
    topics=("grief",),
    times=(Time.EVENINGS,),
    modality=(Modality.PHONE,),
    access=("step_free",),
    this_week=True,
)
QUESTION = Question(LISTINGS[:5], WISHES, REPLY.public)
ASK = Context(from_=SEEKERS_NODE, to=HOLDERS_NODE, id="I" * 21 + "A", type="fit.ask", ref="R" * 21 + "A", n=1)
BACK = Context(from_=HOLDERS_NODE, to=SEEKERS_NODE, id="J" * 21 + "A", type="fit.answer", ref="R" * 21 + "A", n=1)


def ask(question: Question = QUESTION, **changed: Any) -> Sealed:
    arguments: dict[str, Any] = {
        "node": HOLDERS_NODE,
        "node_key": NODE.public,
        "node_key_exp": NOW + limits.DAY * 30,
        "context": ASK,
        "now": NOW,
    }
    return seal_question(question, **arguments | changed)


def sealed(members: Any, to: SealPrivateKey, context: Context) -> bytes:
    return sealing.seal(canonical.dump(members), to.public, context)


def code_of(attempt: Any) -> Code:
    with pytest.raises(Refused) as refused:
        attempt()
    return refused.value.code


def test_a_question_opens_as_it_was_asked() -> None:
    made = ask()
    assert open_question(made.ciphertext, NODE, ASK) == QUESTION
    assert made.not_after == NOW + limits.FIT_LIFE


def test_nothing_asked_is_a_question_too() -> None:
    plain = replace(QUESTION, wishes=Wishes())
    assert open_question(ask(plain).ciphertext, NODE, ASK) == plain


def test_a_question_ends_with_the_key_it_is_sealed_to() -> None:
    assert ask(node_key_exp=NOW + 7).not_after == NOW + 7
    assert code_of(lambda: ask(node_key_exp=NOW)) is Code.SEAL_KEY_EXPIRED


def test_a_question_goes_to_the_community_that_was_named() -> None:
    assert code_of(lambda: ask(node=SEEKERS_NODE)) is Code.CONSENT_RECIPIENT


@pytest.mark.parametrize("listings", [(), LISTINGS, LISTINGS[:1] * 2])
def test_a_question_is_about_one_to_five_different_listings(listings: tuple[RecordId, ...]) -> None:
    assert code_of(lambda: ask(replace(QUESTION, listings=listings))) is Code.SHAPE
    raw = {"listings": list(listings), "wishes": {}, "reply": REPLY.public.text}
    assert code_of(lambda: open_question(sealed(raw, NODE, ASK), NODE, ASK)) is Code.SHAPE


@pytest.mark.parametrize(
    "wishes",
    [
        {"languages": ["My name is Ana"]},
        {"topics": ["call me on 600 123"]},
        {"topics": ["grief"] * 6},
        {"times": ["when my husband is out"]},
        {"modality": ["carrier pigeon"]},
        {"access": ["Ana"]},
        {"this_week": "please"},
        [],
        "words",
    ],
)
def test_there_is_no_place_for_words_of_somebodys_own(wishes: Any) -> None:
    if isinstance(wishes, dict):
        with pytest.raises(ValidationError):
            Wishes.model_validate(wishes)
    raw = {"listings": list(LISTINGS[:1]), "wishes": wishes, "reply": REPLY.public.text}
    assert code_of(lambda: open_question(sealed(raw, NODE, ASK), NODE, ASK)) is Code.SHAPE


def test_what_is_hidden_beside_the_codes_is_not_read() -> None:
    raw = {"listings": list(LISTINGS[:1]), "wishes": {"name": "Ana"}, "reply": REPLY.public.text, "contact": "600 123"}
    assert open_question(sealed(raw, NODE, ASK), NODE, ASK) == Question(LISTINGS[:1], Wishes(), REPLY.public)


def test_a_key_that_opens_for_everybody_gets_no_answer() -> None:
    raw = {"listings": list(LISTINGS[:1]), "wishes": {}, "reply": base64url.encode(bytes(32))}
    assert code_of(lambda: open_question(sealed(raw, NODE, ASK), NODE, ASK)) is Code.BAD_KEY


@given(st.lists(st.sampled_from(Fit), min_size=1, max_size=5))
def test_the_answers_open_for_whoever_asked_and_for_nobody_else(words: list[Fit]) -> None:
    question = replace(QUESTION, listings=LISTINGS[: len(words)])
    answers = dict(zip(question.listings, words, strict=True))
    made = seal_fit(answers, question=question, context=BACK, until=NOW + 5)
    assert open_fit(made.ciphertext, REPLY, BACK, question=question) == answers
    assert made.not_after == NOW + 5
    assert code_of(lambda: open_fit(made.ciphertext, NODE, BACK, question=question)) is Code.SEAL
    moved = replace(BACK, ref="Q" * 21 + "A")
    assert code_of(lambda: open_fit(made.ciphertext, REPLY, moved, question=question)) is Code.SEAL


def test_exactly_what_was_asked_is_answered() -> None:
    less, more = {LISTINGS[0]: Fit.ROOM}, dict.fromkeys(LISTINGS, Fit.ROOM)
    for answers in (less, more):
        assert code_of(lambda said=answers: seal_fit(said, question=QUESTION, context=BACK, until=NOW)) is Code.SHAPE  # type: ignore[misc]
        raw = {"answers": dict.fromkeys(answers, "room")}
        assert code_of(lambda said=raw: open_fit(sealed(said, REPLY, BACK), REPLY, BACK, question=QUESTION)) is (  # type: ignore[misc]
            Code.SHAPE
        )


def test_an_answer_is_one_of_four_words() -> None:
    raw = {"answers": dict.fromkeys(LISTINGS[:5], "she is online now")}
    assert code_of(lambda: open_fit(sealed(raw, REPLY, BACK), REPLY, BACK, question=QUESTION)) is Code.SHAPE

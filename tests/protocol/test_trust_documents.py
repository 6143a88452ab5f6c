"""New documents, stolen addresses, and the heads between two synchronisations (section 4, "Sync"; safety, B.14, B.15, C.21)."""

import pytest

from alongside_protocol import limits
from alongside_protocol.client.exchange import HttpResponse
from alongside_protocol.errors import Code, Contradiction
from alongside_protocol.testing.fake_node import FakeNode, heads_answer, problem
from alongside_protocol.testing.replica import Replica
from alongside_protocol.trust import CHANGES_PATH, HEADS_PATH, WELL_KNOWN_PATH

# Node documents.


def test_a_head_under_a_document_that_is_not_shown_is_refused() -> None:
    node = FakeNode.with_listings()
    replica, former = Replica.copy_of(node), node.chain
    node.succeed()
    node.publish()
    node.chain, renewed = former, node.chain
    node.script(CHANGES_PATH, node.page([]))
    assert replica.refusal(node).code is Code.HEAD_OTHER_DOCUMENT
    node.script(CHANGES_PATH, node.page([]))
    node.script(WELL_KNOWN_PATH, problem(404, Code.SHAPE))
    assert replica.refusal(node).code is Code.RESPONSE_FORM
    node.chain = renewed
    assert replica.follow(node).trusted.chain == renewed


def test_a_second_document_with_one_number_freezes_and_shows_both() -> None:
    node, thief = FakeNode.with_listings(), FakeNode.with_listings()
    replica = Replica.copy_of(node)
    replica.trusted.chain = node.succeed()
    thief.succeed(origin="https://taken.example")
    thief.succeed(origin="https://taken.example")
    thief.publish()
    error = replica.refusal(thief)
    assert isinstance(error, Contradiction)
    assert error.code is Code.DOCUMENT_FORK
    assert (error.first, error.second) == (node.chain.texts[1], thief.chain.texts[1])


def test_a_new_identity_at_an_old_address_is_never_trusted() -> None:
    node, squatter = FakeNode.with_listings(), FakeNode.with_listings(label="squatter")
    replica = Replica.copy_of(node)
    assert replica.refusal(squatter).code is Code.SIGNATURE
    squatter.succeed(origin=node.origin)
    squatter.publish()
    assert replica.refusal(squatter).code is Code.DOCUMENT_OTHER_NODE


def test_the_old_key_signs_nothing_after_a_rotation_is_known() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    older = node.publish()
    replica.trusted.chain = node.succeed()
    node.publish()
    node.script(CHANGES_PATH, node.page([], head_text=older.text))
    assert replica.refusal(node).code is Code.HEAD_OTHER_DOCUMENT


# Heads in between, and answers that are none.


def test_heads_in_between_must_be_shown() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    second, third = node.publish(), node.publish()
    node.publish()
    node.publish()
    for answer, code in (
        (heads_answer(), Code.HEAD_CHAIN),
        (heads_answer(third.text), Code.HEAD_CHAIN),
        (heads_answer(second.text, second.text), Code.HEAD_CHAIN),
        (heads_answer(*(past.text for past in node.heads[1:])), Code.HEAD_CHAIN),
        (heads_answer("x"), Code.JWS_HEADER),
        (HttpResponse(200, {}, b'{"heads":"x"}'), Code.SHAPE),
        (HttpResponse(200, {}, b'{"heads":[1]}'), Code.SHAPE),
        (HttpResponse(200, {}, b""), Code.JSON_SYNTAX),
        (problem(404, Code.SHAPE), Code.RESPONSE_FORM),
    ):
        node.script(HEADS_PATH, answer)
        assert replica.refusal(node).code is code


def test_nobody_may_forget_heads_of_the_last_90_days() -> None:
    node = FakeNode.with_listings()
    node.now += limits.HEADS_KEPT + limits.DAY
    node.publish()
    replica = Replica.copy_of(node)
    for _ in range(3):
        node.publish()
    node.script(HEADS_PATH, heads_answer(node.heads[3].text))
    assert replica.refusal(node).code is Code.HEAD_CHAIN


def test_heads_that_are_shown_after_a_long_absence_must_still_link() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    trusted_head = node.head
    node.now += limits.HEADS_KEPT + limits.DAY
    fork = node.sign_head(prev=bytes(32))
    for _ in range(4):
        node.publish()
    for answer, first, second in (
        (heads_answer(fork.text), trusted_head, fork),
        (heads_answer(node.heads[2].text, node.sign_head(seq=4, prev=bytes(32)).text), node.heads[2], None),
    ):
        node.script(HEADS_PATH, answer)
        error = replica.refusal(node)
        assert isinstance(error, Contradiction)
        assert error.first == first.text
        assert second is None or error.second == second.text
    node.script(HEADS_PATH, heads_answer(trusted_head.text))
    assert replica.refusal(node).code is Code.HEAD_CHAIN


@pytest.mark.parametrize("status", [201, 204, 301, 304, 401, 403, 404, 429, 500, 503])
def test_any_other_answer_is_refused(status: int) -> None:
    node = FakeNode.with_listings()
    honest = node.page(node.entries())
    node.script(CHANGES_PATH, HttpResponse(status, {}, honest.body))
    assert Replica.of(node).refusal(node).code is Code.RESPONSE_FORM

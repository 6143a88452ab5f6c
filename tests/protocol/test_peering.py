"""Peering: codes that survive copying and nothing else, proofs of an invitation, and steps that either side may take back."""

from hashlib import sha256
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_protocol import base64url
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId
from alongside_protocol.messages import Steps
from alongside_protocol.peering import (
    AGREEMENTS,
    CODE_CHARACTERS,
    CODE_PREFIX,
    Act,
    Agreement,
    InvitationCode,
    Side,
    check_invitation,
    effective,
    invitation_header,
    reaches,
    read_code,
    read_invitation_header,
)

NODE = NodeId("N" * 42 + "A")
CODE = InvitationCode(NODE, "https://node.example", bytes(range(32)), bytes(range(16)), bytes(range(32, 64)))
DIGEST = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"


def code_of(text: str, *, allow_loopback: bool = False) -> Code:
    with pytest.raises(Refused) as refused:
        read_code(text, allow_loopback=allow_loopback)
    return refused.value.code


@given(
    st.binary(min_size=32, max_size=32),
    st.sampled_from(["https://node.example", "https://a.b.c.example:8443", "https://xn--bcher-kva.example"]),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=32, max_size=32),
)
def test_a_code_is_read_as_it_was_written(node: bytes, origin: str, document: bytes, id_: bytes, token: bytes) -> None:
    code = InvitationCode(NodeId(base64url.encode(node)), origin, document, id_, token)
    assert read_code(code.text) == code
    assert code.text.isascii()
    assert "\n" not in code.text


def test_spaces_and_line_breaks_of_a_letter_do_not_matter() -> None:
    text = CODE.text
    assert read_code(f" {text[:20]}\n{text[20:60]}\r\n\t{text[60:]} ") == CODE


@given(st.integers(0, len(CODE.text) - 1), st.sampled_from("abcXYZ019-_."))
def test_a_slip_of_the_hand_is_noticed(place: int, character: str) -> None:
    slipped = CODE.text[:place] + character + CODE.text[place + 1 :]
    if slipped != CODE.text:
        assert code_of(slipped) is Code.INVITATION


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://node.example/join",
        CODE.text.replace(CODE_PREFIX, "alongside2"),
        CODE.text.rpartition(".")[0],
        CODE.text + ".more",
        CODE.text[:-1],
        f"{CODE_PREFIX}.A.AAAAAA",
        f"{CODE_PREFIX}.{'A' * CODE_CHARACTERS}.AAAAAA",
        "\u0430longside1" + CODE.text[len(CODE_PREFIX) :],
    ],
)
def test_what_is_not_a_code_is_refused(text: str) -> None:
    assert code_of(text) is Code.INVITATION


def test_a_code_that_ends_early_is_refused() -> None:
    short = InvitationCode(NODE, "", bytes(32), bytes(16), bytes(32))
    assert code_of(short.text) is Code.INVITATION


@pytest.mark.parametrize(
    "origin", ["http://node.example", "https://node.example/path", "javascript:alert(1)", "https://a@b.example", "x"]
)
def test_an_origin_that_no_node_may_have_is_refused(origin: str) -> None:
    assert code_of(InvitationCode(NODE, origin, bytes(32), bytes(16), bytes(32)).text) is Code.DOCUMENT_ORIGIN


def test_an_origin_of_other_characters_is_refused() -> None:
    payload = bytes(112) + "https://nöde.example".encode()
    check = sha256(CODE_PREFIX.encode() + payload).digest()[:4]
    text = f"{CODE_PREFIX}.{base64url.encode(payload)}.{base64url.encode(check)}"
    assert code_of(text) is Code.DOCUMENT_ORIGIN


def test_loopback_is_taken_only_where_it_is_allowed() -> None:
    local = InvitationCode(NODE, "http://127.0.0.1:8001", bytes(32), bytes(16), bytes(32))
    assert code_of(local.text) is Code.DOCUMENT_ORIGIN
    assert read_code(local.text, allow_loopback=True) == local


def test_a_code_does_not_show_its_token_by_accident() -> None:
    assert base64url.encode(CODE.token) not in repr(CODE)
    assert repr(CODE.token) not in repr(CODE)


# The proof of an invitation.


def test_whoever_has_the_token_proves_it_for_one_body() -> None:
    code_id, mac = read_invitation_header(invitation_header(CODE.id, CODE.token, DIGEST))
    assert code_id == CODE.id
    check_invitation(mac, CODE.token, DIGEST)


@given(st.binary(min_size=32, max_size=32), st.text(max_size=80))
def test_another_token_or_another_body_is_refused(token: bytes, digest: str) -> None:
    _, mac = read_invitation_header(invitation_header(CODE.id, CODE.token, DIGEST))
    for other_token, other_digest in ((token, DIGEST), (CODE.token, digest)):
        if (other_token, other_digest) != (CODE.token, DIGEST):
            with pytest.raises(Refused) as refused:
                check_invitation(mac, other_token, other_digest)
            assert refused.value.code is Code.INVITATION


@pytest.mark.parametrize("value", ["", "AAAA", "A" * 22, f"{'A' * 22}.{'A' * 42}", f"{'A' * 22}.{'A' * 43}.A", "é.ü"])
def test_a_header_of_another_form_is_refused(value: str) -> None:
    with pytest.raises(Refused) as refused:
        read_invitation_header(value)
    assert refused.value.code is Code.INVITATION


# Agreements.

CELLS = list(product(Steps, Steps, Side, Act))


def test_every_act_is_a_cell_or_refused() -> None:
    for ours, theirs, side, act in CELLS:
        if (ours, theirs, side, act) in AGREEMENTS:
            after = Agreement(ours, theirs).after(side, act)
            assert (after.ours, after.theirs) == AGREEMENTS[ours, theirs, side, act]
            continue
        with pytest.raises(Refused) as refused:
            Agreement(ours, theirs).after(side, act)
        assert refused.value.code is Code.NOT_AGREED


def test_what_happens_is_the_smaller_of_the_two_steps() -> None:
    order = list(Steps)
    for ours, theirs in product(Steps, Steps):
        smaller = order[min(order.index(ours), order.index(theirs))]
        assert effective(ours, theirs) is smaller
        assert Agreement(ours, theirs).effective is smaller
        assert [step for step in order if reaches(ours, theirs, step)] == order[: order.index(smaller) + 1]


def test_no_act_of_one_side_alone_widens_what_happens_beyond_what_the_other_took() -> None:
    order = list(Steps)
    for (ours, theirs, side, act), (ours_after, theirs_after) in AGREEMENTS.items():
        other_before, other_after = (theirs, theirs_after) if side is Side.WE else (ours, ours_after)
        assert order.index(other_after) <= order.index(other_before)
        if act in (Act.STEP_BACK, Act.END):
            assert order.index(effective(ours_after, theirs_after)) <= order.index(effective(ours, theirs))


def test_either_side_may_always_end_and_may_step_back_from_any_step() -> None:
    for ours, theirs in product(Steps, Steps):
        for side, own in ((Side.WE, ours), (Side.THEY, theirs)):
            assert AGREEMENTS[ours, theirs, side, Act.END] == (Steps.NONE, Steps.NONE)
            assert ((ours, theirs, side, Act.STEP_BACK) in AGREEMENTS) is (own is not Steps.NONE)


def test_listings_come_before_requests() -> None:
    agreement = Agreement().after(Side.WE, Act.PROPOSE).after(Side.THEY, Act.AGREE)
    assert agreement.effective is Steps.LISTINGS
    assert agreement.after(Side.THEY, Act.PROPOSE).after(Side.WE, Act.AGREE).effective is Steps.REQUESTS
    assert agreement.after(Side.WE, Act.STEP_BACK).effective is Steps.NONE


def test_the_table_is_the_same_from_both_sides() -> None:
    for (ours, theirs, side, act), (ours_after, theirs_after) in AGREEMENTS.items():
        other = Side.THEY if side is Side.WE else Side.WE
        assert AGREEMENTS[theirs, ours, other, act] == (theirs_after, ours_after)


def test_acts_that_cross_leave_both_with_the_same_effect() -> None:
    for ours, theirs in product(Steps, Steps):
        choices = [[act for act in Act if (ours, theirs, side, act) in AGREEMENTS] for side in (Side.WE, Side.THEY)]
        for crossing in product(*choices):
            effects = set()
            for order in permutations(zip((Side.WE, Side.THEY), crossing, strict=True)):
                effects.add(_after_crossing(Agreement(ours, theirs), order))
            assert len(effects) == 1


def _after_crossing(agreement: Agreement, order: tuple[tuple[Side, Act], ...]) -> Steps:
    for side, act in order:
        # Proposing and agreeing are one message: which of the two it is depends on what had arrived before.
        rising = {Act.PROPOSE: Act.AGREE, Act.AGREE: Act.PROPOSE}
        cell = (agreement.ours, agreement.theirs, side)
        named = act if (*cell, act) in AGREEMENTS else rising.get(act, act)
        if (*cell, named) in AGREEMENTS:
            agreement = agreement.after(side, named)
    return agreement.effective


def test_an_agreement_is_looked_at_again_on_its_day() -> None:
    agreement = Agreement(review="2027-01-31")
    assert not agreement.needs_review("2027-01-30")
    assert agreement.needs_review("2027-01-31")
    assert not Agreement().needs_review("2999-12-31")
    assert agreement.after(Side.WE, Act.PROPOSE).review == "2027-01-31"

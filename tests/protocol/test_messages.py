"""Messages: a closed set, strict envelopes, and personal text only as a consent sealed it."""

import json
import random as seeded
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_protocol import canonical, limits
from alongside_protocol.consent import Answer, ReplyTo, Sealed, seal_answer
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import MessageId, NodeId, Ref
from alongside_protocol.messages import (
    FORMS,
    MOVES,
    RESERVED,
    Body,
    DeclineBody,
    DocsBody,
    EmptyBody,
    Envelope,
    EraseBody,
    ErasedBody,
    HintBody,
    Need,
    PeerBody,
    Reason,
    Steps,
    Type,
    UntilBody,
    move_of,
    read,
    read_stored,
    redated,
    write,
)
from alongside_protocol.referral import TABLE, Move, Party
from alongside_protocol.sealing import Context, SealPrivateKey

NOW = 1_800_000_000
ME, SENDER = NodeId("M" * 42 + "A"), NodeId("S" * 42 + "A")
REF = Ref("R" * 21 + "A")
REPLY = ReplyTo(SealPrivateKey.generate(seeded.Random(7).randbytes).public, bytes(32))
BODIES: dict[type[Body], Body] = {
    PeerBody: PeerBody(docs=("jws",), profile={"name": "Us"}, step=Steps.LISTINGS, review="2027-01-31"),
    DocsBody: DocsBody(docs=("jws", "jws")),
    HintBody: HintBody(doc=1, seq=7),
    UntilBody: UntilBody(until=NOW + limits.DAY),
    DeclineBody: DeclineBody(reason=Reason.FULL),
    EraseBody: EraseBody(refs=(REF,)),
    ErasedBody: ErasedBody(receipt="jws"),
    EmptyBody: EmptyBody(),
}


def envelope(kind: Type, **changed: Any) -> Envelope:
    form = FORMS[kind]
    plain = Envelope(
        id=MessageId("I" * 21 + "A"),
        from_=SENDER,
        to=ME,
        type=kind,
        iat=NOW,
        exp=NOW + limits.DAY,
        ref=REF if form.ref else None,
        n=1 if form.ref else 0,
        body=BODIES[form.body],
    )
    return replace(plain, **changed)


def sealed_for(message: Envelope, *, not_after: int = NOW + 14 * limits.DAY) -> Sealed:
    context = Context(message.from_, message.to, message.id, message.type, message.ref or "", message.n)
    return seal_answer(Answer("Yes"), reply=REPLY, context=context, now=NOW, until=not_after)


def written(kind: Type) -> bytes:
    message = envelope(kind)
    return write(message, sealed_for(message) if FORMS[kind].sealed is Need.ALWAYS else None)


def wire(kind: Type = Type.HINT, **changed: Any) -> bytes:
    """A message with some members changed; None takes a member away."""
    members = json.loads(written(kind)) | changed
    return canonical.dump({name: value for name, value in members.items() if value is not None})


def refused_code(raw: bytes, *, now: int = NOW) -> Code:
    with pytest.raises(Refused) as refused:
        read(raw, sender=SENDER, me=ME, now=now)
    return refused.value.code


@pytest.mark.parametrize("kind", Type)
def test_every_type_is_read_as_it_was_written(kind: Type) -> None:
    message = read(written(kind), sender=SENDER, me=ME, now=NOW)
    assert replace(message, sealed=None) == envelope(kind)
    assert (message.sealed is not None) is (FORMS[kind].sealed is Need.ALWAYS)


def test_every_type_has_its_form() -> None:
    assert set(FORMS) == set(Type)
    assert {form.body for form in FORMS.values()} == set(BODIES)


def test_a_person_declines_with_sealed_words_or_without_any_and_a_node_with_a_reason() -> None:
    silent = envelope(Type.DECLINE, body=EmptyBody())
    assert read(write(silent), sender=SENDER, me=ME, now=NOW) == silent
    in_words = read(write(silent, sealed_for(silent)), sender=SENDER, me=ME, now=NOW)
    assert in_words.sealed is not None
    assert read(write(envelope(Type.DECLINE)), sender=SENDER, me=ME, now=NOW).body == DeclineBody(reason=Reason.FULL)
    both = envelope(Type.DECLINE)
    with pytest.raises(Refused) as refused:
        write(both, sealed_for(both))
    assert refused.value.code is Code.MESSAGE_FORM


# What goes out.


@pytest.mark.parametrize("kind", [kind for kind, form in FORMS.items() if form.sealed is Need.ALWAYS])
def test_a_personal_message_is_not_written_without_a_seal(kind: Type) -> None:
    with pytest.raises(Refused) as refused:
        write(envelope(kind))
    assert refused.value.code is Code.MESSAGE_FORM


def test_bytes_that_no_consent_sealed_are_not_written() -> None:
    with pytest.raises(Refused) as refused:
        write(envelope(Type.ACCEPT, sealed=b"plain words"))
    assert refused.value.code is Code.MESSAGE_FORM


@pytest.mark.parametrize("kind", [kind for kind, form in FORMS.items() if form.sealed is Need.NEVER])
def test_what_carries_no_personal_text_takes_no_seal(kind: Type) -> None:
    message = envelope(kind)
    with pytest.raises(Refused) as refused:
        write(message, sealed_for(message))
    assert refused.value.code is Code.MESSAGE_FORM


@pytest.mark.parametrize(
    "changed",
    [
        {"from_": ME},
        {"to": SENDER},
        {"id": MessageId("J" * 21 + "A")},
        {"type": Type.WAITLIST},
        {"ref": Ref("Q" * 21 + "A")},
        {"n": 2},
    ],
)
def test_what_was_sealed_for_one_message_does_not_go_into_another(changed: dict[str, Any]) -> None:
    sealed = sealed_for(envelope(Type.ACCEPT))
    with pytest.raises(Refused) as refused:
        write(envelope(Type.ACCEPT, **changed), sealed)
    assert refused.value.code is Code.SEAL


def test_no_message_outlives_what_was_agreed_to() -> None:
    message = envelope(Type.ACCEPT)
    assert write(message, sealed_for(message, not_after=message.exp))
    with pytest.raises(Refused) as refused:
        write(message, sealed_for(message, not_after=message.exp - 1))
    assert refused.value.code is Code.CONSENT_EXPIRED


@pytest.mark.parametrize("life", [0, -1, limits.MESSAGE_LIFE + 1])
def test_a_message_of_no_or_too_long_a_life_is_not_written(life: int) -> None:
    with pytest.raises(Refused) as refused:
        write(envelope(Type.HINT, exp=NOW + life))
    assert refused.value.code is Code.MESSAGE_LIFETIME


@pytest.mark.parametrize("life", [1, limits.MESSAGE_LIFE])
def test_the_shortest_and_the_longest_life_are_written_and_read(life: int) -> None:
    message = envelope(Type.HINT, exp=NOW + life)
    assert read(write(message), sender=SENDER, me=ME, now=NOW) == message


# What was written and lies for a while.


def test_what_lay_leaves_as_a_message_of_now() -> None:
    message = envelope(Type.OFFER)
    until = NOW + 14 * limits.DAY
    raw = write(message, sealed_for(message, not_after=until))
    now = NOW + 3 * limits.DAY
    read_then = read(redated(raw, now=now, not_after=until), sender=SENDER, me=ME, now=now)
    assert replace(read_then, sealed=None) == replace(message, iat=now, exp=until)
    assert read_then.sealed == read_stored(raw).sealed


def test_what_lay_lives_no_longer_than_its_type() -> None:
    raw = written(Type.OFFER)
    assert read_stored(redated(raw, now=NOW + 1, not_after=NOW + 100 * limits.DAY)).exp == NOW + 1 + limits.MESSAGE_LIFE


@pytest.mark.parametrize("late", [0, 1])
def test_what_lay_longer_than_was_agreed_to_does_not_leave(late: int) -> None:
    with pytest.raises(Refused) as refused:
        redated(written(Type.OFFER), now=NOW + late, not_after=NOW)
    assert refused.value.code is Code.CONSENT_EXPIRED


def test_a_message_that_is_too_large_is_not_written() -> None:
    def docs(last: int) -> Envelope:
        return envelope(Type.DOCS, body=DocsBody(docs=("x" * limits.JWS_BYTES,) * 7 + ("x" * last,)))

    room = limits.MESSAGE_BYTES - len(write(docs(0)))
    assert len(write(docs(room))) == limits.MESSAGE_BYTES
    with pytest.raises(Refused) as refused:
        write(docs(room + 1))
    assert refused.value.code is Code.TOO_LARGE


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        (Type.HINT, {"body": EmptyBody()}),
        (Type.HINT, {"body": DocsBody(docs=("jws",))}),
        (Type.HINT, {"ref": REF, "n": 1}),
        (Type.PEER_END, {"body": HintBody(doc=1, seq=1)}),
        (Type.WITHDRAW, {"ref": None, "n": 0}),
        (Type.WITHDRAW, {"n": 0}),
        (Type.HINT, {"n": 1}),
        (Type.FIT_ASK, {"n": 2}),
    ],
)
def test_what_the_type_does_not_have_is_not_written(kind: Type, changed: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        write(envelope(kind, **changed))
    assert refused.value.code is Code.MESSAGE_FORM


# What comes in.


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"[]", Code.SHAPE),
        (b"{", Code.JSON_SYNTAX),
        (b"{}" + b" " * limits.MESSAGE_BYTES, Code.TOO_LARGE),
        (wire(type="referral.ban"), Code.MESSAGE_TYPE),
        (wire(v=2), Code.MESSAGE_FORM),
        (wire(v=True), Code.MESSAGE_FORM),
        (wire(id="short"), Code.MESSAGE_FORM),
        (wire(id="I" * 21 + "B"), Code.MESSAGE_FORM),
        (wire(to=None), Code.MESSAGE_FORM),
        (wire(iat="now"), Code.MESSAGE_FORM),
        (wire(iat=-1), Code.MESSAGE_FORM),
        (wire(body=None), Code.MESSAGE_FORM),
        (wire(body=[]), Code.MESSAGE_FORM),
        (wire(body={"doc": 0, "seq": 1}), Code.MESSAGE_FORM),
        (wire(ref=REF), Code.MESSAGE_FORM),
        (wire(n=1), Code.MESSAGE_FORM),
        (wire(ref=REF, n=1), Code.MESSAGE_FORM),
        (wire(sealed="AAAA"), Code.MESSAGE_FORM),
        (wire(Type.ACCEPT, sealed=None), Code.MESSAGE_FORM),
        (wire(Type.ACCEPT, sealed="A"), Code.BASE64URL),
        (wire(Type.ACCEPT, body={}), Code.MESSAGE_FORM),
        (wire(Type.ACCEPT, ref=None), Code.MESSAGE_FORM),
        (wire(Type.ACCEPT, n=None), Code.MESSAGE_FORM),
        (wire(Type.ACCEPT, n=0), Code.MESSAGE_FORM),
        (wire(Type.ACCEPT, ref=None, n=None), Code.MESSAGE_FORM),
        (wire(Type.WITHDRAW, ref="no ref"), Code.MESSAGE_FORM),
        (wire(Type.FIT_ASK, n=2), Code.MESSAGE_FORM),
        (wire(Type.FIT_ANSWER, n=2), Code.MESSAGE_FORM),
        (wire(Type.FIT_ASK, sealed=None), Code.MESSAGE_FORM),
        (wire(Type.FIT_ANSWER, exp=NOW + limits.FIT_LIFE + 1), Code.MESSAGE_LIFETIME),
        (wire(Type.DECLINE, body={"reason": "their diagnosis"}), Code.MESSAGE_FORM),
        (wire(Type.ERASE, body={"refs": []}), Code.MESSAGE_FORM),
        (wire(Type.ERASE, body={"refs": [REF] * 101}), Code.MESSAGE_FORM),
        (wire(Type.PEER_REQUEST, body={"docs": [], "profile": {}, "step": "listings"}), Code.MESSAGE_FORM),
        (wire(Type.PEER_REQUEST, body={"docs": ["jws"], "profile": {}, "step": "everything"}), Code.MESSAGE_FORM),
        (wire(**{"from": ME}), Code.MESSAGE_SENDER),
        (wire(to=SENDER), Code.MESSAGE_RECIPIENT),
        (wire(iat=NOW - 2, exp=NOW), Code.MESSAGE_EXPIRED),
        (wire(iat=NOW + limits.SKEW + 1, exp=NOW + limits.DAY), Code.MESSAGE_LIFETIME),
        (wire(exp=NOW + limits.MESSAGE_LIFE + 1), Code.MESSAGE_LIFETIME),
        (wire(iat=NOW + 2, exp=NOW + 1), Code.MESSAGE_LIFETIME),
    ],
)
def test_what_is_not_a_message_of_this_version_is_refused(raw: bytes, code: Code) -> None:
    assert refused_code(raw) is code


@pytest.mark.parametrize("kind", sorted(RESERVED))
def test_types_reserved_for_later_are_refused_by_name(kind: str) -> None:
    with pytest.raises(Refused, match="not in this version yet") as refused:
        read_stored(wire(type=kind))
    assert refused.value.code is Code.MESSAGE_TYPE


def test_the_edges_of_time_are_inside() -> None:
    edge = wire(iat=NOW + limits.SKEW, exp=NOW + limits.SKEW + limits.MESSAGE_LIFE)
    assert read(edge, sender=SENDER, me=ME, now=NOW).iat == NOW + limits.SKEW
    assert read(wire(exp=NOW + 1), sender=SENDER, me=ME, now=NOW).exp == NOW + 1


def test_unknown_members_are_ignored() -> None:
    raw = wire(later={"deep": [1]}, body={"doc": 1, "seq": 7, "later": 1})
    assert read(raw, sender=SENDER, me=ME, now=NOW) == envelope(Type.HINT)


@given(
    st.binary(max_size=300) | st.sampled_from([written(kind) for kind in Type]),
    st.integers(0, 299),
    st.integers(0, 255),
)
def test_whatever_the_bytes_only_a_message_or_a_refusal_comes_out(raw: bytes, place: int, byte: int) -> None:
    changed = bytearray(raw)
    if changed:
        changed[place % len(changed)] = byte
    try:
        message = read(bytes(changed), sender=SENDER, me=ME, now=NOW)
    except Refused:
        return
    assert (message.from_, message.to) == (SENDER, ME)


# What a message does to its referral.


def test_every_move_that_travels_is_sent_by_whoever_may_make_it() -> None:
    travelling = {(party, move) for _, party, move in TABLE if party is not Party.CLOCK}
    assert {(party, move) for (_, party), move in MOVES.items()} == travelling


@pytest.mark.parametrize("kind", Type)
@pytest.mark.parametrize("sender", Party)
def test_a_message_is_a_move_of_its_sender_or_refused(kind: Type, sender: Party) -> None:
    if (kind, sender) in MOVES:
        assert move_of(envelope(kind), sender) is MOVES[kind, sender]
        return
    with pytest.raises(Refused) as refused:
        move_of(envelope(kind), sender)
    assert refused.value.code is Code.MOVE


def test_a_further_offer_agrees_anew() -> None:
    assert move_of(envelope(Type.OFFER, n=2), Party.SEEKER) is Move.AGREE


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"doc": 1, "seq": 7, "since": "1.6", "page": '{"head":"x","more":false}\n'}, None),
        ({"doc": 1, "seq": 7, "since": "1.6"}, Code.MESSAGE_FORM),
        ({"doc": 1, "seq": 7, "page": "x"}, Code.MESSAGE_FORM),
        ({"doc": 1, "seq": 7, "since": "1.06", "page": "x"}, Code.MESSAGE_FORM),
        ({"doc": 1, "seq": 7, "since": "0.0", "page": "x"}, Code.MESSAGE_FORM),
        ({"doc": 1, "seq": 7, "since": "1.6", "page": ""}, Code.MESSAGE_FORM),
    ],
)
def test_a_hint_brings_a_page_with_the_place_it_begins_at_or_none(body: dict[str, Any], code: Code | None) -> None:
    raw = wire(body=body)
    if code is None:
        message = read(raw, sender=SENDER, me=ME, now=NOW)
        assert message.body == HintBody(**body)
        assert write(message) == raw
        return
    with pytest.raises(Refused) as refused:
        read(raw, sender=SENDER, me=ME, now=NOW)
    assert refused.value.code is code

"""Consent: what is sealed opens to a subset of what was agreed, and nothing else can be sealed."""

import random as seeded
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside_protocol import base64url, canonical, sealing
from alongside_protocol.consent import (
    FIELD_CHARACTERS,
    KEY_LAYER,
    WORDS_LAYER,
    Answer,
    Beside,
    Consent,
    Field,
    Given,
    Recipient,
    ReplyTo,
    Routing,
    Sealed,
    Standing,
    layer,
    seal_answer,
    seal_request,
    seal_words,
)
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId, RecordId
from alongside_protocol.opening import (
    Inner,
    open_answer,
    open_asked,
    open_beside,
    open_outer,
    open_request,
    open_words,
)
from alongside_protocol.sealing import Context, SealPrivateKey

random = seeded.Random(7).randbytes
NOW = 1_800_000_000
UNTIL = NOW + 1_000_000
NODE_KEY_EXP = NOW + 500_000
SEEKERS_NODE = NodeId("S" * 42 + "A")
HOLDERS_NODE = NodeId("H" * 42 + "A")
LISTING = RecordId("L" * 21 + "A")
COMMITMENTS = bytes(range(32))
NODE = SealPrivateKey.generate(random)
HOLDERS = [SealPrivateKey.generate(random) for _ in range(5)]
REPLY = SealPrivateKey.generate(random)
SECRET = bytes(32)
CONTEXT = Context(
    from_=SEEKERS_NODE, to=HOLDERS_NODE, id="I" * 21 + "A", type="referral.offer", ref="R" * 21 + "A", n=1
)
BACK = Context(from_=HOLDERS_NODE, to=SEEKERS_NODE, id="J" * 21 + "A", type="referral.accept", ref="R" * 21 + "A", n=1)
ROUTING = Routing(Standing.GUEST, bytes(16))
REPLY_TO = ReplyTo(REPLY.public, SECRET)
CONSENT = Consent("referral", frozenset({Field.WORDS, Field.NAME}), HOLDERS_NODE, LISTING, COMMITMENTS, UNTIL)
RECIPIENT = Recipient(HOLDERS_NODE, NODE.public, NODE_KEY_EXP, LISTING, [HOLDERS[0].public], COMMITMENTS)


def request(consent: Consent = CONSENT, fields: dict[Field, str] | None = None, **changed: Any) -> Sealed:
    arguments: dict[str, Any] = {
        "recipient": RECIPIENT,
        "routing": ROUTING,
        "reply": REPLY_TO,
        "context": CONTEXT,
        "now": NOW,
        "random": random,
    }
    words = {Field.WORDS: "Could we talk?"} if fields is None else fields
    return seal_request(consent, words, **arguments | changed)


def words(consent: Consent = CONSENT, text: str = "Thank you", **changed: Any) -> Sealed:
    arguments: dict[str, Any] = {"recipient": RECIPIENT, "context": CONTEXT, "now": NOW, "random": random}
    return seal_words(consent, text, **arguments | changed)


# What is sealed opens, for whom it is, to what was agreed.

some_fields = st.frozensets(st.sampled_from(Field), min_size=1).map(lambda chosen: chosen | {Field.WORDS})
some_text = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Cn")), min_size=1, max_size=30)


@given(some_fields, st.dictionaries(st.sampled_from(Field), some_text), st.integers(NOW - 2, NOW + 2), st.booleans())
@settings(max_examples=60)
def test_what_opens_is_a_subset_of_what_was_agreed(
    agreed: frozenset[Field], fields: dict[Field, str], until: int, changed: bool
) -> None:
    consent = replace(CONSENT, fields=agreed, until=until)
    recipient = replace(RECIPIENT, commitments=bytes(32) if changed else COMMITMENTS)
    within = fields.keys() <= agreed and bool(fields.get(Field.WORDS, "").strip())
    if until <= NOW or changed or not within:
        with pytest.raises(Refused) as refused:
            request(consent, fields, recipient=recipient)
        broken = {
            Code.CONSENT_EXPIRED: until <= NOW,
            Code.CONSENT_COMMITMENTS: changed,
            Code.CONSENT_FIELDS: not within,
        }
        assert broken[refused.value.code]
        return
    sealed = request(consent, fields, recipient=recipient)
    opened = open_request(sealed.ciphertext, NODE, CONTEXT)
    asked = open_asked(opened.inner, HOLDERS[0], CONTEXT, agreed=opened.consent.fields)
    assert asked.fields.keys() <= agreed
    assert asked.fields == fields
    assert opened.consent == consent


def test_the_node_learns_routing_and_consent_and_no_word() -> None:
    opened = open_request(request().ciphertext, NODE, CONTEXT)
    assert opened.consent == CONSENT
    assert opened.routing == ROUTING
    with pytest.raises(Refused) as refused:
        open_asked(opened.inner, NODE, CONTEXT, agreed=CONSENT.fields)
    assert refused.value.code is Code.SEAL


def test_every_holder_opens_the_same_words() -> None:
    recipient = replace(RECIPIENT, listing_keys=[holder.public for holder in HOLDERS])
    inner = open_request(request(recipient=recipient).ciphertext, NODE, CONTEXT).inner
    read = [open_asked(inner, holder, CONTEXT, agreed=CONSENT.fields) for holder in HOLDERS]
    assert all(asked.fields == {Field.WORDS: "Could we talk?"} for asked in read)
    assert all(asked.reply == REPLY_TO for asked in read)


def test_five_holders_and_the_longest_words_in_a_wide_script_still_fit() -> None:
    recipient = replace(RECIPIENT, listing_keys=[holder.public for holder in HOLDERS])
    sealed = request(fields={Field.WORDS: "ह" * 4_000}, recipient=recipient)
    assert len(sealed.ciphertext) == sealing.LARGEST_PADDED + sealing.OVERHEAD


def test_what_cannot_fit_is_refused_and_not_cut() -> None:
    everything = replace(CONSENT, fields=frozenset(Field))
    with pytest.raises(Refused) as refused:
        request(everything, {name: "\U0001f49a" * most for name, most in FIELD_CHARACTERS.items()})
    assert refused.value.code is Code.SEAL_TOO_LARGE


def test_a_further_message_opens_for_the_holders() -> None:
    inner = open_outer(words().ciphertext, NODE, CONTEXT)
    assert open_words(inner, HOLDERS[0], CONTEXT) == "Thank you"


def test_an_answer_opens_for_the_seeker_with_what_it_suggests() -> None:
    answer = Answer("Yes, tonight at eight", (LISTING,))
    sealed = seal_answer(answer, reply=REPLY_TO, context=BACK, now=NOW, until=UNTIL)
    assert open_answer(sealed.ciphertext, REPLY, SECRET, BACK) == answer
    assert sealed.not_after == UNTIL


# What was not agreed cannot be sealed.


def refusals(consent: Consent, fields: dict[Field, str] | None = None, **changed: Any) -> set[Code]:
    codes = set()
    with pytest.raises(Refused) as refused:
        request(consent, fields, **changed)
    codes.add(refused.value.code)
    with pytest.raises(Refused) as refused:
        words(consent, **{name: value for name, value in changed.items() if name in ("recipient", "context", "now")})
    return codes | {refused.value.code}


def test_an_ended_consent_seals_nothing() -> None:
    assert refusals(CONSENT, now=UNTIL) == {Code.CONSENT_EXPIRED}
    recipient = replace(RECIPIENT, node_key_exp=UNTIL + 1)
    assert request(recipient=recipient, now=UNTIL - 1).not_after == UNTIL


def test_changed_commitments_seal_nothing() -> None:
    assert refusals(CONSENT, recipient=replace(RECIPIENT, commitments=bytes(32))) == {Code.CONSENT_COMMITMENTS}


@pytest.mark.parametrize(
    "changed",
    [
        {"recipient": replace(RECIPIENT, node=SEEKERS_NODE)},
        {"recipient": replace(RECIPIENT, listing=RecordId("M" * 21 + "A"))},
        {"context": replace(CONTEXT, to=SEEKERS_NODE)},
    ],
)
def test_another_node_or_listing_gets_nothing(changed: dict[str, Any]) -> None:
    assert refusals(CONSENT, **changed) == {Code.CONSENT_RECIPIENT}


def test_nothing_is_sealed_to_a_key_that_has_ended() -> None:
    assert refusals(CONSENT, now=NODE_KEY_EXP) == {Code.SEAL_KEY_EXPIRED}
    assert request(now=NODE_KEY_EXP - 1).not_after == NODE_KEY_EXP


@pytest.mark.parametrize("keys", [[], [SealPrivateKey.generate(random).public for _ in range(6)]])
def test_a_listing_has_one_to_five_keys(keys: list[Any]) -> None:
    assert refusals(CONSENT, recipient=replace(RECIPIENT, listing_keys=keys)) == {Code.SHAPE}


@pytest.mark.parametrize("field", [name for name in Field if name not in CONSENT.fields])
def test_a_field_that_was_not_agreed_to_cannot_be_sealed(field: Field) -> None:
    with pytest.raises(Refused) as refused:
        request(fields={Field.WORDS: "Hello", field: "more"})
    assert refused.value.code is Code.CONSENT_FIELDS


def test_words_that_were_not_agreed_to_cannot_be_sealed() -> None:
    with pytest.raises(Refused) as refused:
        words(replace(CONSENT, fields=frozenset({Field.NAME})))
    assert refused.value.code is Code.CONSENT_FIELDS


@pytest.mark.parametrize("fields", [{Field.NAME: "Ana"}, {Field.WORDS: " \n"}])
def test_a_request_says_something(fields: dict[Field, str]) -> None:
    with pytest.raises(Refused) as refused:
        request(fields=fields)
    assert refused.value.code is Code.CONSENT_FIELDS


@pytest.mark.parametrize("text", ["x" * 4_001, "\u202eolleh", "a\x00b"])
def test_text_of_another_form_is_refused(text: str) -> None:
    for attempt in (
        lambda: request(fields={Field.WORDS: text}),
        lambda: words(text=text),
        lambda: seal_answer(Answer(text), reply=REPLY_TO, context=BACK, now=NOW, until=UNTIL),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code is Code.SHAPE


@pytest.mark.parametrize(
    ("field", "most"),
    [
        (Field.WORDS, 4_000),
        (Field.NAME, 120),
        (Field.CONTACT, 400),
        (Field.LANGUAGE, 35),
        (Field.ACCESS_NEEDS, 400),
        (Field.TIMES, 400),
    ],
)
def test_each_field_has_its_length(field: Field, most: int) -> None:
    everything = replace(CONSENT, fields=frozenset(Field))
    assert request(everything, {Field.WORDS: "Hello", field: "x" * most})
    with pytest.raises(Refused) as refused:
        request(everything, {Field.WORDS: "Hello", field: "x" * (most + 1)})
    assert refused.value.code is Code.SHAPE


@pytest.mark.parametrize(
    "changed",
    [
        {"reply": ReplyTo(REPLY.public, bytes(31))},
        {"routing": Routing(Standing.MEMBER, bytes(15))},
    ],
)
def test_secrets_and_handles_have_their_length(changed: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        request(**changed)
    assert refused.value.code is Code.SHAPE


def test_an_answer_suggests_at_most_five_listings() -> None:
    def sealed(count: int) -> bytes:
        answer = Answer("Not now", (LISTING,) * count)
        return seal_answer(answer, reply=REPLY_TO, context=BACK, now=NOW, until=UNTIL).ciphertext

    assert len(open_answer(sealed(5), REPLY, SECRET, BACK).suggest) == 5
    assert refused_code(lambda: sealed(6)) is Code.SHAPE
    said = canonical.dump({"words": "Not now", "suggest": [LISTING] * 6}).decode()
    assert refused_code(lambda: open_answer(sealed_answer(said, proof_of(said)), REPLY, SECRET, BACK)) is Code.SHAPE


def test_nobody_answers_after_the_end_date() -> None:
    with pytest.raises(Refused) as refused:
        seal_answer(Answer("Yes"), reply=REPLY_TO, context=BACK, now=UNTIL, until=UNTIL)
    assert refused.value.code is Code.CONSENT_EXPIRED


def test_a_sealed_message_cannot_be_made_by_hand_or_changed() -> None:
    with pytest.raises(Refused) as refused:
        Sealed(b"plain words", CONTEXT, UNTIL, object())
    assert refused.value.code is Code.CONSENT_FIELDS
    sealed = request()
    with pytest.raises(AttributeError):
        sealed.ciphertext = b"plain words"  # type: ignore[misc]
    with pytest.raises((Refused, ValueError, TypeError)):
        replace(sealed, ciphertext=b"plain words")


def test_what_is_secret_is_not_shown_by_accident() -> None:
    asked = open_asked(open_request(request().ciphertext, NODE, CONTEXT).inner, HOLDERS[0], CONTEXT, agreed=Field)
    shown = repr((asked, REPLY_TO, ROUTING))
    assert "Could we talk?" not in shown
    assert repr(SECRET) not in shown
    assert repr(ROUTING.handle) not in shown


# Whoever seals may be hostile: the outer and inner seals as an attacker would make them.


def refused_code(attempt: Any) -> Code:
    with pytest.raises(Refused) as refused:
        attempt()
    return refused.value.code


@pytest.mark.parametrize("member", ["from_", "to", "id", "type", "ref", "n"])
def test_a_seal_moved_into_another_message_does_not_open(member: str) -> None:
    elsewhere = replace(CONTEXT, **{member: 2 if member == "n" else "other"})
    inner = open_request(request().ciphertext, NODE, CONTEXT).inner
    assert refused_code(lambda: open_request(request().ciphertext, NODE, elsewhere)) is Code.SEAL
    assert refused_code(lambda: open_asked(inner, HOLDERS[0], elsewhere, agreed=Field)) is Code.SEAL


def test_the_layers_cannot_be_exchanged() -> None:
    # A listing whose key is its node's own key: still no layer opens as another.
    recipient = replace(RECIPIENT, listing_keys=[NODE.public])
    inner = open_request(request(recipient=recipient).ciphertext, NODE, CONTEXT).inner
    assert refused_code(lambda: open_request(inner.keys[NODE.public.text], NODE, CONTEXT)) is Code.SEAL
    swapped = Inner(inner.keys[NODE.public.text], {NODE.public.text: inner.words})
    assert refused_code(lambda: open_asked(swapped, NODE, CONTEXT, agreed=Field)) is Code.SEAL


def hostile_inner(content: object, once: SealPrivateKey | None = None, wrapped: bytes | None = None) -> Inner:
    once = once or SealPrivateKey.generate(random)
    holder = HOLDERS[0].public
    return Inner(
        sealing.seal(canonical.dump(content), once.public, layer(CONTEXT, WORDS_LAYER)),
        {holder.text: sealing.seal(once.raw if wrapped is None else wrapped, holder, layer(CONTEXT, KEY_LAYER))},
    )


GOOD_ASKED = {
    "fields": {"words": "Hello", "contact": "a number", "later_field": "x"},
    "reply": REPLY.public.text,
    "secret": "A" * 43,
}


def test_fields_beyond_the_consent_are_not_given_out_whatever_was_sent() -> None:
    asked = open_asked(hostile_inner(GOOD_ASKED), HOLDERS[0], CONTEXT, agreed=CONSENT.fields)
    assert asked.fields == {Field.WORDS: "Hello"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ([], Code.SHAPE),
        (GOOD_ASKED | {"fields": {"words": 1}}, Code.SHAPE),
        (GOOD_ASKED | {"fields": {"words": "x" * 4_001}}, Code.SHAPE),
        (GOOD_ASKED | {"fields": {"words": "\u202eolleh"}}, Code.SHAPE),
        (GOOD_ASKED | {"secret": "A" * 42}, Code.SHAPE),
        (GOOD_ASKED | {"reply": "A" * 43}, Code.BAD_KEY),
    ],
)
def test_a_hostile_inner_seal_is_refused(content: object, code: Code) -> None:
    assert refused_code(lambda: open_asked(hostile_inner(content), HOLDERS[0], CONTEXT, agreed=CONSENT.fields)) is code


def test_a_one_time_key_that_is_no_key_is_refused() -> None:
    inner = hostile_inner(GOOD_ASKED, wrapped=b"short")
    assert refused_code(lambda: open_asked(inner, HOLDERS[0], CONTEXT, agreed=CONSENT.fields)) is Code.BAD_KEY


def hostile_outer(**changed: object) -> bytes:
    inner = hostile_inner(GOOD_ASKED)
    outer: dict[str, Any] = {
        "listing": LISTING,
        "standing": "member",
        "handle": "A" * 22,
        "consent": {"purpose": "referral", "fields": ["words"], "commitments": "A" * 43, "until": UNTIL},
        "words": base64url.encode(inner.words),
        "keys": {name: base64url.encode(wrapped) for name, wrapped in inner.keys.items()},
    }
    return sealing.seal(canonical.dump(outer | changed), NODE.public, CONTEXT)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"listing": "x"}, Code.SHAPE),
        ({"standing": "steward"}, Code.SHAPE),
        ({"handle": "A" * 23}, Code.SHAPE),
        ({"consent": {"purpose": "referral", "fields": ["words"], "commitments": "A" * 43, "until": 0}}, Code.SHAPE),
        ({"consent": {"purpose": "two\nlines", "fields": [], "commitments": "A" * 43, "until": 1}}, Code.SHAPE),
        ({"keys": {}}, Code.SHAPE),
        ({"keys": {"not a key": "AA"}}, Code.SHAPE),
        ({"words": "!"}, Code.BASE64URL),
    ],
)
def test_a_hostile_outer_seal_is_refused(changed: dict[str, object], code: Code) -> None:
    assert refused_code(lambda: open_request(hostile_outer(**changed), NODE, CONTEXT)) is code


def test_fields_of_a_later_version_are_not_taken_as_agreed() -> None:
    agreed = {"purpose": "referral", "fields": ["words", "later"], "commitments": "A" * 43, "until": UNTIL}
    assert open_request(hostile_outer(consent=agreed), NODE, CONTEXT).consent.fields == {Field.WORDS}


def test_hostile_further_words_are_refused() -> None:
    assert refused_code(lambda: open_words(hostile_inner({"words": "a\x00b"}), HOLDERS[0], CONTEXT)) is Code.SHAPE


# The secret: only who opened the request can answer it, and each proof fits one answer.


def sealed_answer(said: str, proof: bytes) -> bytes:
    return sealing.seal(canonical.dump({"said": said, "proof": base64url.encode(proof)}), REPLY.public, BACK)


def proof_of(said: str, *, secret: bytes = SECRET, context: Context = BACK) -> bytes:
    return sealing.answer_proof(secret, type=context.type, ref=context.ref, n=context.n, text=said.encode())


SAID = '{"words":"Yes","suggest":[]}'


def test_a_node_that_did_not_open_the_request_cannot_accept_for_its_people() -> None:
    forged = sealed_answer(SAID, proof_of(SAID, secret=bytes(range(32))))
    assert refused_code(lambda: open_answer(forged, REPLY, SECRET, BACK)) is Code.ANSWER_UNPROVEN


@pytest.mark.parametrize("member", ["type", "ref", "n"])
def test_the_proof_of_one_answer_does_not_fit_another(member: str) -> None:
    other = replace(BACK, **{member: 2 if member == "n" else "referral.waitlist"})
    moved = sealed_answer(SAID, proof_of(SAID, context=other))
    assert refused_code(lambda: open_answer(moved, REPLY, SECRET, BACK)) is Code.ANSWER_UNPROVEN


def test_the_words_and_suggestions_of_a_proven_answer_cannot_be_changed() -> None:
    changed = sealed_answer('{"words":"No","suggest":[]}', proof_of(SAID))
    assert refused_code(lambda: open_answer(changed, REPLY, SECRET, BACK)) is Code.ANSWER_UNPROVEN


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("not json", Code.JSON_SYNTAX),
        ('{"words":"Yes","words":"No","suggest":[]}', Code.JSON_DUPLICATE),
        ('{"words":"Yes"}', Code.SHAPE),
        ('{"words":"Yes","suggest":["everything"]}', Code.SHAPE),
        ('{"words":"a\\u0000b","suggest":[]}', Code.SHAPE),
    ],
)
def test_a_proven_answer_is_still_read_strictly(said: str, code: Code) -> None:
    assert refused_code(lambda: open_answer(sealed_answer(said, proof_of(said)), REPLY, SECRET, BACK)) is code


# Somebody beside those who offer, whom the person said yes to since.

BESIDE = SealPrivateKey.generate(random)
ON = replace(CONTEXT, type="referral.message", n=2)
GIVEN = Given({Field.WORDS: "Could we talk?", Field.NAME: "Ana"}, REPLY_TO)


def test_one_beside_them_reads_from_the_yes_on_and_is_given_what_was_agreed() -> None:
    inner = open_outer(words(context=ON, beside=[BESIDE.public], given=GIVEN).ciphertext, NODE, ON)
    assert open_words(inner, HOLDERS[0], ON) == open_words(inner, BESIDE, ON) == "Thank you"
    asked = open_beside(inner, BESIDE, ON, agreed=CONSENT.fields)
    assert asked is not None
    assert (asked.fields, asked.reply.secret) == (GIVEN.fields, SECRET)
    only_words = open_beside(inner, BESIDE, ON, agreed=[Field.WORDS])
    assert only_words is not None
    assert set(only_words.fields) == {Field.WORDS}
    later = open_outer(words(context=ON, beside=[BESIDE.public]).ciphertext, NODE, ON)
    assert open_beside(later, BESIDE, ON, agreed=CONSENT.fields) is None


def test_without_the_yes_nothing_opens_for_them() -> None:
    inner = open_outer(words(context=ON).ciphertext, NODE, ON)
    with pytest.raises(Refused, match="seal"):
        open_words(inner, BESIDE, ON)


def test_what_is_given_stays_within_the_consent() -> None:
    with pytest.raises(Refused, match="consent-fields"):
        words(context=ON, beside=[BESIDE.public], given=Given({**GIVEN.fields, Field.CONTACT: "+49"}, REPLY_TO))
    with pytest.raises(Refused, match="shape"):
        words(context=ON, beside=[key.public for key in HOLDERS[1:]] + [BESIDE.public])


def test_an_answer_asks_for_them_and_suggests_listings_of_others() -> None:
    there = (HOLDERS_NODE, LISTING)
    answer = Answer("Yes, with Lena", (), (there,), Beside("Lena", BESIDE.public))
    sealed = seal_answer(answer, reply=REPLY_TO, context=BACK, now=NOW, until=UNTIL)
    assert open_answer(sealed.ciphertext, REPLY, SECRET, BACK) == answer
    with pytest.raises(Refused, match="shape"):
        seal_answer(Answer("x", (LISTING,) * 3, (there,) * 3), reply=REPLY_TO, context=BACK, now=NOW, until=UNTIL)

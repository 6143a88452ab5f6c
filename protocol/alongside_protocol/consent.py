"""Consent, and the only way to make a personal message (section 6 of the specification).

A person agrees to these fields, to this node, for this listing, under these commitments, until this date. The functions named
`seal_…` here are the only ones that make a `Sealed`, and `messages.write` takes personal text in no other form: what was not agreed to
cannot be sent by mistake. Guards against our own errors, not against an operator who changes the program. `opening` is the other side.

What a seeker writes is sealed twice. The outer seal is for the receiving node: what it needs to route. The inner one is for the
people who offer: it is sealed once to a one-time key, and that key to each of the listing's keys, so that five holders cost
five keys and not five copies. What those who offer write back is sealed once, to the reply key that lay in the inner seal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, final

from . import base64url, canonical, limits, sealing
from .errors import Code, Refused
from .fit import Answers, Question
from .identifiers import NodeId, Random, RecordId
from .sealing import Context, SealPrivateKey, SealPublicKey
from .text_forms import plain

HANDLE_BYTES: Final = 16
COMMITMENTS_BYTES: Final = 32
LISTING_KEYS: Final = 5
SUGGESTIONS: Final = 5

WORDS_LAYER: Final = "/words"
KEY_LAYER: Final = "/key"

_MADE_HERE: Final = object()


class Field(StrEnum):
    """What a request may carry about a person; each is agreed to by name."""

    WORDS = "words"
    NAME = "name"
    CONTACT = "contact"
    LANGUAGE = "language"
    ACCESS_NEEDS = "access_needs"
    TIMES = "times"
    COMMITMENTS = "commitments"
    """Of somebody who answers a need: who they would call, as JSON (`commitments.Commitments`). They come first (listing.md, "Needs")."""


FIELD_CHARACTERS: Final = MappingProxyType(
    {
        Field.WORDS: 4_000,
        Field.NAME: 120,
        Field.CONTACT: 400,
        Field.LANGUAGE: 35,
        Field.ACCESS_NEEDS: 400,
        Field.TIMES: 400,
        Field.COMMITMENTS: 4_000,
    }
)


class Standing(StrEnum):
    """What the sending node vouches for: somebody with an account there, or a guest."""

    MEMBER = "member"
    GUEST = "guest"


@dataclass(frozen=True)
class Consent:
    """What a person agreed to. `commitments` is the hash they read; `until` is in Unix seconds."""

    purpose: str
    fields: frozenset[Field]
    to: NodeId
    listing: RecordId
    commitments: bytes
    until: int


@final
@dataclass(frozen=True, slots=True)
class Sealed:
    """A personal message, sealed within a consent, for the one message that `context` names.

    `not_after`: no attempt to send it may begin after this instant (Unix seconds).
    """

    ciphertext: bytes
    context: Context
    not_after: int
    made: InitVar[object]

    def __post_init__(self, made: object) -> None:
        if made is not _MADE_HERE:
            raise Refused(Code.CONSENT_FIELDS, "only a live consent can make a sealed message")


@dataclass(frozen=True)
class ReplyTo:
    """How those who offer answer: sealed to `public`, proven with `secret`. The seeker alone keeps the private half."""

    public: SealPublicKey
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Routing:
    """What the receiving node learns about who asks: a handle that only it knows, and what the sending node vouches for."""

    standing: Standing
    handle: bytes = field(repr=False)


@dataclass(frozen=True)
class Recipient:
    """Where a request goes, as the verified directory says now."""

    node: NodeId
    node_key: SealPublicKey
    node_key_exp: int
    """Unix seconds; nobody seals to it after this instant."""
    listing: RecordId
    listing_keys: Sequence[SealPublicKey]
    commitments: bytes
    """`commitments_hash` of the listing and its community."""


@dataclass(frozen=True)
class Beside:
    """Somebody who could read one request too and answer beside those who offer, if the person who asked says yes. `name`: as they want
    to be named; `key`: made for this one request.
    """

    name: str
    key: SealPublicKey


@dataclass(frozen=True)
class Answer:
    """What somebody who offers wrote back. `suggest` names other listings of their node, `elsewhere` those of others; `beside` asks
    whether one more person may read.
    """

    words: str
    suggest: tuple[RecordId, ...] = ()
    elsewhere: tuple[tuple[NodeId, RecordId], ...] = ()
    beside: Beside | None = None


@dataclass(frozen=True)
class Given:
    """What somebody beside those who offer is given with the first message they can open: what was asked, and how it is answered."""

    fields: Mapping[Field, str] = field(repr=False)
    reply: ReplyTo


def seal_request(
    consent: Consent,
    fields: Mapping[Field, str],
    *,
    recipient: Recipient,
    routing: Routing,
    reply: ReplyTo,
    context: Context,
    now: int,
    random: Random,
) -> Sealed:
    """Seal a request: `fields` for those who offer, `routing` and the consent for their node.

    `fields` must be among those agreed to, and `words` among them. Raises `Refused`: `consent-fields`, `consent-expired`,
    `consent-recipient`, `consent-commitments`, `seal-key-expired`, `seal-too-large`, `shape`.
    """
    _check(consent, recipient, context, now)
    _check_fields(consent, fields)
    asked = _asked(Given(fields, reply))
    outer = {
        "listing": consent.listing,
        "standing": routing.standing.value,
        "handle": _exactly(routing.handle, HANDLE_BYTES),
        "consent": {
            "purpose": consent.purpose,
            "fields": sorted(consent.fields),
            "commitments": _exactly(consent.commitments, COMMITMENTS_BYTES),
            "until": consent.until,
        },
    }
    return _seal_twice(asked, outer, consent, recipient=recipient, context=context, random=random)


def seal_words(
    consent: Consent,
    words: str,
    *,
    recipient: Recipient,
    context: Context,
    now: int,
    random: Random,
    beside: Sequence[SealPublicKey] = (),
    given: Given | None = None,
) -> Sealed:
    """Seal a further message of the seeker, within the consent of the request. Raises `Refused`: as `seal_request`.

    `beside`: keys of those whom the person said yes to since, each by name; `given`: what a new one of them needs to read and answer,
    within the same consent.
    """
    _check_fields(consent, {Field.WORDS: words})
    inner: dict[str, Any] = {"words": words}
    if given is not None:
        _check_fields(consent, given.fields)
        inner["asked"] = _asked(given)
    readers = replace(recipient, listing_keys=(*recipient.listing_keys, *beside))
    _check(consent, readers, context, now)
    return _seal_twice(inner, {}, consent, recipient=readers, context=context, random=random)


def _asked(given: Given) -> dict[str, Any]:
    return {
        "fields": {name.value: text for name, text in given.fields.items()},
        "reply": given.reply.public.text,
        "secret": _exactly(given.reply.secret, sealing.SECRET_BYTES),
    }


def seal_answer(answer: Answer, *, reply: ReplyTo, context: Context, now: int, until: int) -> Sealed:
    """Seal what somebody who offers writes back, to the reply key they were given, with the proof that they read it.

    Who writes consents by writing: it holds their own words and goes to nobody else, and not after the request's `until`.
    Raises `Refused`: `consent-expired`, `seal-too-large`, `shape`.
    """
    if now >= until:
        raise Refused(Code.CONSENT_EXPIRED, "the date the person chose has passed")
    check_text(answer.words, FIELD_CHARACTERS[Field.WORDS])
    if len(answer.suggest) + len(answer.elsewhere) > SUGGESTIONS:
        raise Refused(Code.SHAPE, f"more than {SUGGESTIONS} suggestions")
    said = canonical.dump(_said(answer))
    proof = sealing.answer_proof(reply.secret, type=context.type, ref=context.ref, n=context.n, text=said)
    body = canonical.dump({"said": said.decode("utf-8"), "proof": base64url.encode(proof)})
    return Sealed(sealing.seal(body, reply.public, context), context, until, _MADE_HERE)


def _said(answer: Answer) -> dict[str, Any]:
    members: dict[str, Any] = {"words": answer.words, "suggest": list(answer.suggest)}
    if answer.elsewhere:
        members["elsewhere"] = [{"node": node, "listing": listing} for node, listing in answer.elsewhere]
    if answer.beside is not None:
        check_text(answer.beside.name, FIELD_CHARACTERS[Field.NAME])
        members["beside"] = {"name": answer.beside.name, "k": answer.beside.key.text}
    return members


def seal_question(
    question: Question, *, node: NodeId, node_key: SealPublicKey, node_key_exp: int, context: Context, now: int
) -> Sealed:
    """Seal what is asked before anybody says who they are, for one node alone. What is agreed to is the question: it has room for codes only.

    Raises `Refused`: `consent-recipient`, `seal-key-expired`, `shape`.
    """
    if context.to != node:
        raise Refused(Code.CONSENT_RECIPIENT, "the person agreed to another community")
    if now >= node_key_exp:
        raise Refused(Code.SEAL_KEY_EXPIRED, "that community's key has ended; its directory must be read again")
    if not 1 <= len(set(question.listings)) == len(question.listings) <= limits.FIT_LISTINGS:
        raise Refused(Code.SHAPE, f"about 1 to {limits.FIT_LISTINGS} different listings")
    asked = {
        "listings": list(question.listings),
        "wishes": question.wishes.model_dump(mode="json"),
        "reply": question.reply.text,
    }
    until = min(now + limits.FIT_LIFE, node_key_exp)
    return Sealed(sealing.seal(canonical.dump(asked), node_key, context), context, until, _MADE_HERE)


def seal_fit(answers: Answers, *, question: Question, context: Context, until: int) -> Sealed:
    """Seal what is answered, one word for each listing that was asked about, to the key that lay in the question.

    `until`: when the question ends. Raises `Refused` (`shape`) for an answer to what was not asked.
    """
    if answers.keys() != set(question.listings):
        raise Refused(Code.SHAPE, "exactly what was asked is answered")
    said = {"answers": {listing: answer.value for listing, answer in answers.items()}}
    return Sealed(sealing.seal(canonical.dump(said), question.reply, context), context, until, _MADE_HERE)


def _check(consent: Consent, recipient: Recipient, context: Context, now: int) -> None:
    if now >= consent.until:
        raise Refused(Code.CONSENT_EXPIRED, "the date the person chose has passed")
    if not consent.to == recipient.node == context.to or consent.listing != recipient.listing:
        raise Refused(Code.CONSENT_RECIPIENT, "the person agreed to another community or listing")
    if consent.commitments != recipient.commitments:
        raise Refused(Code.CONSENT_COMMITMENTS, "who may be called has changed since the person read it")
    if now >= recipient.node_key_exp:
        raise Refused(Code.SEAL_KEY_EXPIRED, "that community's key has ended; its directory must be read again")
    if not 1 <= len(set(recipient.listing_keys)) <= LISTING_KEYS:
        raise Refused(Code.SHAPE, f"a listing has 1 to {LISTING_KEYS} keys")


def _check_fields(consent: Consent, fields: Mapping[Field, str]) -> None:
    if not fields.keys() <= consent.fields:
        raise Refused(Code.CONSENT_FIELDS, "more than the person agreed to")
    if not fields.get(Field.WORDS, "").strip():
        raise Refused(Code.CONSENT_FIELDS, "a request says something")
    for name, text in fields.items():
        check_text(text, FIELD_CHARACTERS[name])


def check_text(text: str, characters: int) -> None:
    """Raises `Refused` (`shape`) for a text that is too long or holds a forbidden character."""
    if len(text) > characters:
        raise Refused(Code.SHAPE, f"a text of more than {characters} characters")
    try:
        plain(text)
    except ValueError:
        raise Refused(Code.SHAPE, "a text with a character that no text may hold") from None


def _exactly(raw: bytes, length: int) -> str:
    if len(raw) != length:
        raise Refused(Code.SHAPE, f"not {length} bytes")
    return base64url.encode(raw)


def _seal_twice(
    inner: Mapping[str, Any],
    outer: Mapping[str, Any],
    consent: Consent,
    *,
    recipient: Recipient,
    context: Context,
    random: Random,
) -> Sealed:
    once = SealPrivateKey.generate(random)
    words = sealing.seal(canonical.dump(inner), once.public, layer(context, WORDS_LAYER))
    keys = {
        key.text: base64url.encode(sealing.seal(once.raw, key, layer(context, KEY_LAYER)))
        for key in recipient.listing_keys
    }
    layers = {**outer, "words": base64url.encode(words), "keys": keys}
    ciphertext = sealing.seal(canonical.dump(layers), recipient.node_key, context)
    return Sealed(ciphertext, context, min(consent.until, recipient.node_key_exp), _MADE_HERE)


def layer(context: Context, name: str) -> Context:
    """The context of an inner seal: nothing sealed for one layer opens as another."""
    return replace(context, type=context.type + name)

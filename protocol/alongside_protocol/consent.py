"""Consent, and the only way to make a personal message (section 6 of the specification).

A person agrees to these fields, to this node, for this listing, under these commitments, until this date. `seal_request` and
`seal_words` are the only functions that make a `Sealed`, and the delivery of personal messages takes nothing else: what was not
agreed to cannot be sent by mistake. Guards against our own errors, not against an operator who changes the program.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from . import base64url, canonical
from .errors import Code, Refused
from .identifiers import NodeId, RecordId
from .sealing import Context, SealPublicKey, answer_proof, seal

_MADE_HERE: Final = object()


class Field(StrEnum):
    """What a request may carry about a person; each is agreed to by name."""

    WORDS = "words"
    NAME = "name"
    CONTACT = "contact"
    LANGUAGE = "language"
    ACCESS_NEEDS = "access_needs"
    TIMES = "times"


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

    def check(self, *, now: int, to: NodeId, commitments: bytes) -> None:
        """Raises `Refused` unless this consent is live, for this node, and under these commitments."""
        if now >= self.until:
            raise Refused(Code.CONSENT_EXPIRED, "the date the person chose has passed")
        if to != self.to:
            raise Refused(Code.CONSENT_RECIPIENT, "the person agreed to another community")
        if commitments != self.commitments:
            raise Refused(Code.CONSENT_COMMITMENTS, "who may be called has changed since the person read it")


class Sealed:
    """A personal message, sealed within a consent. `not_after`: no attempt to send it may begin after this instant."""

    __slots__ = ("ciphertext", "not_after")

    def __init__(self, ciphertext: bytes, not_after: int, made: object) -> None:
        if made is not _MADE_HERE:
            raise Refused(Code.CONSENT_FIELDS, "only a live consent can make a sealed message")
        self.ciphertext = ciphertext
        self.not_after = not_after


@dataclass(frozen=True)
class ReplyTo:
    """How those who offer answer: sealed to `public`, proven with `secret`. The seeker alone keeps both."""

    public: SealPublicKey
    secret: bytes


@dataclass(frozen=True)
class Routing:
    """What the receiving node reads to route a request; nothing about the person but a handle that only it knows."""

    standing: Standing
    handle: bytes


@dataclass(frozen=True)
class Recipient:
    """Where a request goes: the node's seal key with the instant it ends, and the listing's keys."""

    node: NodeId
    node_key: SealPublicKey
    node_key_exp: int
    listing_keys: Sequence[SealPublicKey]
    commitments: bytes
    """The hash of the commitments as they stand now."""


def seal_request(
    consent: Consent,
    fields: Mapping[Field, str],
    *,
    recipient: Recipient,
    routing: Routing,
    reply: ReplyTo,
    context: Context,
    now: int,
) -> Sealed:
    """Seal a request twice: the words to the listing's keys, the routing to the node.

    `fields` must be among those agreed to, and `words` among them. Raises `Refused`: `consent-fields`, `consent-expired`,
    `consent-recipient`, `consent-commitments`, `seal-key-expired`, `seal-too-large`.
    """
    consent.check(now=now, to=recipient.node, commitments=recipient.commitments)
    _check_fields(consent, fields)
    if now >= recipient.node_key_exp:
        raise Refused(Code.SEAL_KEY_EXPIRED, "that community's key has ended; its directory must be read again")
    inner = canonical.dump(
        {
            "fields": {name.value: text for name, text in fields.items()},
            "reply": reply.public.text,
            "secret": base64url.encode(reply.secret),
        }
    )
    outer = {
        "listing": consent.listing,
        "standing": routing.standing.value,
        "handle": base64url.encode(routing.handle),
        "consent": {
            "purpose": consent.purpose,
            "fields": sorted(consent.fields),
            "commitments": base64url.encode(consent.commitments),
            "until": consent.until,
        },
        "inner": {key.text: base64url.encode(seal(inner, key, context)) for key in recipient.listing_keys},
    }
    ciphertext = seal(canonical.dump(outer), recipient.node_key, context)
    return Sealed(ciphertext, min(consent.until, recipient.node_key_exp), _MADE_HERE)


def seal_words(
    consent: Consent, words: str, *, to: SealPublicKey, context: Context, now: int, commitments: bytes
) -> Sealed:
    """Seal a further message of the seeker within the consent of the request. Raises `Refused`: as `seal_request`."""
    consent.check(now=now, to=NodeId(context.to), commitments=commitments)
    _check_fields(consent, {Field.WORDS: words})
    return Sealed(seal(words.encode("utf-8"), to, context), consent.until, _MADE_HERE)


def seal_answer(words: str, *, secret: bytes, to: SealPublicKey, context: Context, until: int) -> Sealed:
    """Seal what somebody who offers writes back, to the reply key they were given, with the proof that they read it.

    The person who writes consents by writing: the answer holds their own words and goes to nobody else.
    """
    text = words.encode("utf-8")
    proof = answer_proof(secret, type=context.type, ref=context.ref, n=context.n, text=text)
    body = canonical.dump({"words": words, "proof": base64url.encode(proof)})
    return Sealed(seal(body, to, context), until, _MADE_HERE)


def _check_fields(consent: Consent, fields: Mapping[Field, str]) -> None:
    if not fields.keys() <= consent.fields:
        raise Refused(Code.CONSENT_FIELDS, "more than the person agreed to")
    if not fields.get(Field.WORDS, "").strip():
        raise Refused(Code.CONSENT_FIELDS, "a request says something")

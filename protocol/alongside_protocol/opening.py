"""Opening what a consent sealed: the receiving node's part, the holder's, and the seeker's (section 6 of the specification).

Whoever sealed it may be hostile, so everything opened is strict JSON of one form, within the limits that `consent` keeps.
Nothing here makes a message, and nothing here decides: a seal that opens says only that its writer knew the key it is sealed to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Limits

from . import base64url, canonical, limits, sealing
from .consent import (
    FIELD_CHARACTERS,
    KEY_LAYER,
    LISTING_KEYS,
    SUGGESTIONS,
    WORDS_LAYER,
    Answer,
    Beside,
    Consent,
    Field,
    ReplyTo,
    Routing,
    Standing,
    check_text,
    layer,
)
from .errors import Code, Refused
from .fit import Answers, Fit, Question, Wishes
from .identifiers import NodeId, RecordId
from .sealing import Context, SealPrivateKey, SealPublicKey
from .text_forms import BYTES_16, BYTES_32, LINE


@dataclass(frozen=True)
class Inner:
    """The inner seal, as the receiving node stores it for those who offer. It cannot open it."""

    words: bytes
    keys: Mapping[str, bytes]
    """Text of each listing key, and the one-time key sealed to it."""


@dataclass(frozen=True)
class Request:
    """What the outer seal of a request says to the receiving node."""

    consent: Consent
    routing: Routing
    inner: Inner


@dataclass(frozen=True)
class Asked:
    """What the inner seal of a request says to those who offer."""

    fields: Mapping[Field, str] = field(repr=False)
    reply: ReplyTo


def open_request(ciphertext: bytes, key: SealPrivateKey, context: Context) -> Request:
    """Open the outer seal of a request, with the node's seal key. Raises `Refused`: `seal`, `shape`, `base64url`."""
    outer = _opened(_Outer, ciphertext, key, context)
    agreed = outer.consent
    return Request(
        consent=Consent(
            purpose=agreed.purpose,
            fields=frozenset(Field(name) for name in agreed.fields if name in FIELD_CHARACTERS),
            to=NodeId(context.to),
            listing=RecordId(outer.listing),
            commitments=base64url.decode(agreed.commitments),
            until=agreed.until,
        ),
        routing=Routing(outer.standing, base64url.decode(outer.handle)),
        inner=_inner(outer),
    )


def open_outer(ciphertext: bytes, key: SealPrivateKey, context: Context) -> Inner:
    """Open the outer seal of a further message. Raises `Refused`: `seal`, `shape`, `base64url`."""
    return _inner(_opened(_Layers, ciphertext, key, context))


def open_asked(inner: Inner, key: SealPrivateKey, context: Context, *, agreed: Iterable[Field]) -> Asked:
    """Open the inner seal of a request with one of the listing's keys.

    Of what was sent only the fields that the person agreed to are given out, whatever the sending node put in.
    Raises `Refused`: `seal`, `shape`, `bad-key`, `base64url`.
    """
    return _as_agreed(_opened_inner(_Asked, inner, key, context), agreed)


def open_beside(inner: Inner, key: SealPrivateKey, context: Context, *, agreed: Iterable[Field]) -> Asked | None:
    """What a further message gives to somebody beside those who offer; None: it gives nothing. Raises `Refused`: as `open_asked`."""
    given = _opened_inner(_Words, inner, key, context).asked
    return None if given is None else _as_agreed(given, agreed)


def _as_agreed(asked: "_Asked", agreed: Iterable[Field]) -> Asked:
    fields = {name: asked.fields[name] for name in agreed if name in asked.fields}
    for name, text in fields.items():
        check_text(text, FIELD_CHARACTERS[name])
    return Asked(fields, ReplyTo(SealPublicKey.from_text(asked.reply), base64url.decode(asked.secret)))


def open_words(inner: Inner, key: SealPrivateKey, context: Context) -> str:
    """Open the inner seal of a further message. Raises `Refused`: `seal`, `shape`, `base64url`."""
    words = _opened_inner(_Words, inner, key, context).words
    check_text(words, FIELD_CHARACTERS[Field.WORDS])
    return words


def open_answer(ciphertext: bytes, key: SealPrivateKey, secret: bytes, context: Context) -> Answer:
    """Open an answer with the reply key, and check that whoever wrote it had opened the request.

    Raises `Refused`: `seal`, `shape`, `bad-key`, `answer-unproven`.
    """
    answer = _opened(_Answered, ciphertext, key, context)
    said = answer.said.encode("utf-8")
    proof = base64url.decode(answer.proof)
    sealing.check_answer_proof(proof, secret, type=context.type, ref=context.ref, n=context.n, text=said)
    what = _modelled(_Said, said)
    check_text(what.words, FIELD_CHARACTERS[Field.WORDS])
    beside = None
    if what.beside is not None:
        check_text(what.beside.name, FIELD_CHARACTERS[Field.NAME])
        beside = Beside(what.beside.name, SealPublicKey.from_text(what.beside.k))
    return Answer(
        what.words,
        tuple(RecordId(name) for name in what.suggest),
        tuple((NodeId(one.node), RecordId(one.listing)) for one in what.elsewhere),
        beside,
    )


def open_question(ciphertext: bytes, key: SealPrivateKey, context: Context) -> Question:
    """Open what is asked before anybody says who they are. Raises `Refused`: `seal`, `shape`, `bad-key`, `base64url`."""
    asked = _opened(_Questioned, ciphertext, key, context)
    if len(set(asked.listings)) != len(asked.listings):
        raise Refused(Code.SHAPE, "asks about one listing twice")
    return Question(
        tuple(RecordId(name) for name in asked.listings), asked.wishes, SealPublicKey.from_text(asked.reply)
    )


def open_fit(ciphertext: bytes, key: SealPrivateKey, context: Context, *, question: Question) -> Answers:
    """Open what was answered to `question`, with its reply key. Raises `Refused`: `seal`, `shape`."""
    said = _opened(_Fitting, ciphertext, key, context).answers
    if said.keys() != set(question.listings):
        raise Refused(Code.SHAPE, "answers something else than was asked")
    return {RecordId(name): answer for name, answer in said.items()}


_STRICT = ConfigDict(strict=True, frozen=True, extra="ignore")
_Bytes16 = Annotated[str, Limits(pattern=BYTES_16)]
_Bytes32 = Annotated[str, Limits(pattern=BYTES_32)]


class _Layers(BaseModel):
    model_config = _STRICT

    words: str
    keys: Annotated[dict[_Bytes32, str], Limits(min_length=1, max_length=LISTING_KEYS)]


class _Agreed(BaseModel):
    model_config = _STRICT

    purpose: Annotated[str, Limits(max_length=40, pattern=LINE)]
    fields: Annotated[list[str], Limits(max_length=20)]
    commitments: _Bytes32
    until: Annotated[int, Limits(ge=1)]


class _Outer(_Layers):
    listing: _Bytes16
    standing: Annotated[Standing, Limits(strict=False)]
    handle: _Bytes16
    consent: _Agreed


class _Asked(BaseModel):
    model_config = _STRICT

    fields: dict[str, str]
    reply: _Bytes32
    secret: _Bytes32


class _Words(BaseModel):
    model_config = _STRICT

    words: str
    asked: _Asked | None = None


class _Answered(BaseModel):
    model_config = _STRICT

    said: str
    proof: _Bytes32


class _Elsewhere(BaseModel):
    model_config = _STRICT

    node: _Bytes32
    listing: _Bytes16


class _Beside(BaseModel):
    model_config = _STRICT

    name: str
    k: _Bytes32


class _Said(BaseModel):
    model_config = _STRICT

    words: str
    suggest: Annotated[list[_Bytes16], Limits(max_length=SUGGESTIONS)]
    elsewhere: Annotated[list[_Elsewhere], Limits(max_length=SUGGESTIONS)] = []
    beside: _Beside | None = None


class _Questioned(BaseModel):
    model_config = _STRICT

    listings: Annotated[list[_Bytes16], Limits(min_length=1, max_length=limits.FIT_LISTINGS)]
    wishes: Wishes
    reply: _Bytes32


class _Fitting(BaseModel):
    model_config = _STRICT

    answers: Annotated[
        dict[_Bytes16, Annotated[Fit, Limits(strict=False)]], Limits(min_length=1, max_length=limits.FIT_LISTINGS)
    ]


_Model = TypeVar("_Model", bound=BaseModel)


def _opened(model: type[_Model], ciphertext: bytes, key: SealPrivateKey, context: Context) -> _Model:
    return _modelled(model, sealing.open(ciphertext, key, context))


def _opened_inner(model: type[_Model], inner: Inner, key: SealPrivateKey, context: Context) -> _Model:
    wrapped = inner.keys.get(key.public.text)
    if wrapped is None:
        raise Refused(Code.SEAL, "is not sealed to this key")
    once = sealing.open(wrapped, key, layer(context, KEY_LAYER))
    return _opened(model, inner.words, SealPrivateKey(once), layer(context, WORDS_LAYER))


def _modelled(model: type[_Model], raw: bytes) -> _Model:
    """Strict JSON, then the model: whoever sealed it may be hostile."""
    try:
        return model.model_validate(canonical.parse_object(raw, max_bytes=sealing.LARGEST_PADDED))
    except ValidationError:
        raise Refused(Code.SHAPE, "was sealed in another form") from None


def _inner(layers: _Layers) -> Inner:
    keys = {name: base64url.decode(wrapped) for name, wrapped in layers.keys.items()}
    return Inner(base64url.decode(layers.words), keys)

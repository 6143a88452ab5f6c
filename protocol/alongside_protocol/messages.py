"""Messages between nodes: the envelope, and the closed set of what may be in one (section 5 of the specification).

In clear stands only what routing needs. Whatever a person wrote is in `sealed`, and `write` takes it only as a `consent.Sealed`.
A type that is not here is refused, also when its envelope is perfect; types that are reserved for later are named, so that
nobody gives them another meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from . import base64url, canonical, limits
from .consent import Sealed
from .errors import Code, Refused
from .identifiers import MessageId, NodeId, Ref
from .referral import Move, Party
from .text_forms import BYTES_16, BYTES_32, CURSOR, DATE

CONTENT_TYPE: Final = "application/alongside+json"
FEED_TYPE: Final = "application/alongside-changes"


class Type(StrEnum):
    """Every message of version 1."""

    PEER_REQUEST = "peer.request"
    PEER_ACCEPT = "peer.accept"
    PEER_DECLINE = "peer.decline"
    PEER_END = "peer.end"
    DOCS = "docs"
    HINT = "hint"
    OFFER = "referral.offer"
    ACCEPT = "referral.accept"
    WAITLIST = "referral.waitlist"
    DECLINE = "referral.decline"
    PAUSE = "referral.pause"
    REST = "referral.rest"
    WITHDRAW = "referral.withdraw"
    MESSAGE = "referral.message"
    CLOSE = "referral.close"
    FIT_ASK = "fit.ask"
    FIT_ANSWER = "fit.answer"
    ERASE = "erase"
    ERASED = "erased"


RESERVED: Final = frozenset({"heads.seen"})
"""Types of the design that this version does not speak yet."""

_STRICT = ConfigDict(strict=True, frozen=True, extra="ignore")
_Docs = Annotated[
    tuple[Annotated[str, Field(max_length=limits.JWS_BYTES)], ...],
    Field(strict=False, min_length=1, max_length=200),
]
_Id = Annotated[str, Field(pattern=BYTES_16)]
_Node = Annotated[str, Field(pattern=BYTES_32)]
_Instant = Annotated[int, Field(ge=0, le=limits.SAFE_INTEGER)]
_Number = Annotated[int, Field(ge=1, le=limits.SAFE_INTEGER)]


class Steps(StrEnum):
    """How far a community goes with another."""

    NONE = "none"
    LISTINGS = "listings"
    REQUESTS = "requests"


class PeerBody(BaseModel):
    """Who asks or agrees, with their agreements to read side by side, and the step they take."""

    model_config = _STRICT

    docs: _Docs
    profile: dict[str, Any]
    step: Annotated[Steps, Field(strict=False)]
    review: Annotated[str, Field(pattern=f"^$|{DATE}")] = ""
    """The day on which both look at the agreement again. Empty: not said."""


class DocsBody(BaseModel):
    """A chain of node documents."""

    model_config = _STRICT

    docs: _Docs


class HintBody(BaseModel):
    """A newer head exists. With it may come what it changed: `page`, a page of the feed from the cursor `since`.

    To a reader who stands at `since` the page is the answer to its next request for changes, and is verified like one.
    """

    model_config = _STRICT

    doc: _Number
    seq: _Number
    since: Annotated[str, Field(pattern=CURSOR)] | None = None
    page: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _stand_together(self) -> Self:
        if (self.since is None) != (self.page is None):
            raise ValueError("since and page stand together")
        return self


class UntilBody(BaseModel):
    """When both sides let a request end by themselves, in Unix seconds. The same in every offer of one reference."""

    model_config = _STRICT

    until: _Number


class Reason(StrEnum):
    """Why a node, not a person, turned a request away."""

    FULL = "full"
    NO_GUESTS = "no_guests"
    RESTING = "resting"
    UNKNOWN_LISTING = "unknown_listing"
    UNREADABLE = "unreadable"
    NOT_AGREED = "not_agreed"


class DeclineBody(BaseModel):
    """Absent when a person declined: nobody is asked why."""

    model_config = _STRICT

    reason: Annotated[Reason, Field(strict=False)]


class EraseBody(BaseModel):
    """References of what is to be erased."""

    model_config = _STRICT

    refs: Annotated[tuple[_Id, ...], Field(strict=False, min_length=1, max_length=100)]


class ErasedBody(BaseModel):
    """A signed receipt."""

    model_config = _STRICT

    receipt: Annotated[str, Field(max_length=limits.JWS_BYTES)]


class EmptyBody(BaseModel):
    """Nothing in clear."""

    model_config = _STRICT


Body = PeerBody | DocsBody | HintBody | UntilBody | DeclineBody | EraseBody | ErasedBody | EmptyBody


class Need(StrEnum):
    """Whether a member of the envelope stands in a message of some type."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"

    def allows(self, *, present: bool) -> bool:
        """Whether the member may be there, or be absent, as it is."""
        return self is Need.SOMETIMES or (self is Need.ALWAYS) == present


@dataclass(frozen=True)
class Form:
    """What a type carries. `ref`: whether it belongs to one referral or question, and so has `ref` and `n`.

    `once`: nothing follows it under its `ref`, so `n` is 1. `life`: seconds between `iat` and `exp` at most.
    """

    body: type[Body] = EmptyBody
    body_stands: Need = Need.NEVER
    ref: bool = False
    sealed: Need = Need.NEVER
    once: bool = False
    life: int = limits.MESSAGE_LIFE


_ANSWER = Form(ref=True, sealed=Need.ALWAYS)
_SIGN = Form(ref=True)
_FIT = Form(ref=True, sealed=Need.ALWAYS, once=True, life=limits.FIT_LIFE)

FORMS: Final[Mapping[Type, Form]] = MappingProxyType(
    {
        Type.PEER_REQUEST: Form(PeerBody, Need.ALWAYS),
        Type.PEER_ACCEPT: Form(PeerBody, Need.ALWAYS),
        Type.PEER_DECLINE: Form(),
        Type.PEER_END: Form(),
        Type.DOCS: Form(DocsBody, Need.ALWAYS),
        Type.HINT: Form(HintBody, Need.ALWAYS),
        Type.OFFER: Form(UntilBody, Need.ALWAYS, ref=True, sealed=Need.ALWAYS),
        Type.ACCEPT: _ANSWER,
        Type.WAITLIST: _ANSWER,
        # A person declines with sealed words or without a word; a node declines with a reason in clear.
        Type.DECLINE: Form(DeclineBody, Need.SOMETIMES, ref=True, sealed=Need.SOMETIMES),
        Type.PAUSE: _SIGN,
        Type.REST: _SIGN,
        Type.WITHDRAW: _SIGN,
        Type.MESSAGE: Form(ref=True, sealed=Need.ALWAYS),
        Type.CLOSE: _SIGN,
        Type.FIT_ASK: _FIT,
        Type.FIT_ANSWER: _FIT,
        Type.ERASE: Form(EraseBody, Need.ALWAYS),
        Type.ERASED: Form(ErasedBody, Need.ALWAYS),
    }
)
"""Total over the types. What stands where it may not, or is missing where it must be, is refused."""

MOVES: Final[Mapping[tuple[Type, Party], Move]] = MappingProxyType(
    {
        (Type.OFFER, Party.SEEKER): Move.AGREE,  # the first offer opens the referral; a further one agrees anew
        (Type.ACCEPT, Party.HOLDER): Move.ACCEPT,
        (Type.WAITLIST, Party.HOLDER): Move.WAITLIST,
        (Type.DECLINE, Party.HOLDER): Move.DECLINE,
        (Type.PAUSE, Party.HOLDER): Move.PAUSE,
        (Type.REST, Party.HOLDER): Move.REST,
        (Type.WITHDRAW, Party.SEEKER): Move.WITHDRAW,
        (Type.MESSAGE, Party.SEEKER): Move.MESSAGE,
        (Type.MESSAGE, Party.HOLDER): Move.MESSAGE,
        (Type.CLOSE, Party.SEEKER): Move.CLOSE,
        (Type.CLOSE, Party.HOLDER): Move.CLOSE,
    }
)
"""What a message of a known referral does, by who sent it. Whoever is not in the pair cannot send that type."""


class _Wire(BaseModel):
    model_config = _STRICT

    v: Annotated[int, Field(ge=1, le=1)]
    id: _Id
    from_: Annotated[_Node, Field(alias="from")]
    to: _Node
    type: str
    ref: _Id | None = None
    n: _Number | None = None
    iat: _Instant
    exp: _Instant
    sealed: str | None = None
    body: dict[str, Any] | None = None


@dataclass(frozen=True)
class Envelope:
    """One message. `n` counts from 1 for each (ref, sender) and is 0 where there is no `ref`. `sealed`: as it was received."""

    id: MessageId
    from_: NodeId
    to: NodeId
    type: Type
    iat: int
    exp: int
    ref: Ref | None = None
    n: int = 0
    sealed: bytes | None = None
    body: Body = field(default_factory=EmptyBody)


def move_of(envelope: Envelope, sender: Party) -> Move:
    """What a message of a known referral does. Raises `Refused` (`move`) when `sender` cannot send its type."""
    move = MOVES.get((envelope.type, sender))
    if move is None:
        raise Refused(Code.MOVE, f"{sender} cannot send {envelope.type}")
    return move


def write(envelope: Envelope, sealed: Sealed | None = None) -> bytes:
    """The bytes that are sent, and stored until they have arrived; `envelope.sealed` stays None: only a `Sealed` is taken.

    Raises `Refused`: `message-form` when the parts are not those of the type; `seal` when `sealed` was made for another
    message; `consent-expired` when the message would outlive it; `message-lifetime`, `too-large`.
    """
    if envelope.sealed is not None:
        raise Refused(Code.MESSAGE_FORM, "personal text goes out only as it was sealed within a consent")
    _check_form(envelope, sealed=sealed is not None)
    if not _lives(envelope):
        raise Refused(Code.MESSAGE_LIFETIME, "lives too long, or not at all")
    members = _members(envelope)
    if sealed is not None:
        _check_sealed_for(envelope, sealed)
        members["sealed"] = base64url.encode(sealed.ciphertext)
    raw = canonical.dump(members)
    if len(raw) > limits.MESSAGE_BYTES:
        raise Refused(Code.TOO_LARGE, f"a message of more than {limits.MESSAGE_BYTES} bytes")
    return raw


def _lives(envelope: Envelope) -> bool:
    return 0 < envelope.exp - envelope.iat <= FORMS[envelope.type].life


def redated(raw: bytes, *, now: int, not_after: int) -> bytes:
    """What `write` made earlier and nobody has seen yet, as a message of now: no reader learns how long it lay.

    `not_after`: of the `Sealed` in it. A seal is bound to sender, recipient, ids, type and number, not to the time, so it opens
    as before. Raises `Refused`: as `read_stored`; `consent-expired` when what was agreed to has ended.
    """
    if now >= not_after:
        raise Refused(Code.CONSENT_EXPIRED, "what was agreed to has ended while it lay")
    life = FORMS[read_stored(raw).type].life
    members = canonical.parse_object(raw, max_bytes=limits.MESSAGE_BYTES)
    return canonical.dump(members | {"iat": now, "exp": min(now + life, not_after)})


def read(raw: bytes, *, sender: NodeId, me: NodeId, now: int) -> Envelope:
    """The message in `raw`, which `sender` was proven to have sent.

    Raises `Refused`: as `read_stored`, `message-sender`, `message-recipient`, `message-expired`, `message-lifetime`.
    """
    envelope = read_stored(raw)
    if envelope.from_ != sender:
        raise Refused(Code.MESSAGE_SENDER, "says it is from somebody else than who signed the request")
    if envelope.to != me:
        raise Refused(Code.MESSAGE_RECIPIENT, "is for another node")
    if envelope.exp <= now:
        raise Refused(Code.MESSAGE_EXPIRED, "has expired")
    if envelope.iat > now + limits.SKEW or not _lives(envelope):
        raise Refused(Code.MESSAGE_LIFETIME, "was issued in the future or lives too long")
    return envelope


def read_stored(raw: bytes) -> Envelope:
    """A message that was checked when it came in.

    Raises `Refused`: as `canonical.parse_object`, `message-type`, `message-form`, `base64url`.
    """
    wire = _wire(canonical.parse_object(raw, max_bytes=limits.MESSAGE_BYTES))
    kind = _type(wire.type)
    if (wire.ref is None) != (wire.n is None):
        raise Refused(Code.MESSAGE_FORM, "ref and n stand together")
    envelope = Envelope(
        id=MessageId(wire.id),
        from_=NodeId(wire.from_),
        to=NodeId(wire.to),
        type=kind,
        iat=wire.iat,
        exp=wire.exp,
        ref=None if wire.ref is None else Ref(wire.ref),
        n=wire.n or 0,
        sealed=None if wire.sealed is None else base64url.decode(wire.sealed),
        body=EmptyBody() if wire.body is None else _body(FORMS[kind].body, wire.body),
    )
    _check_form(envelope, sealed=envelope.sealed is not None)
    return envelope


def _members(envelope: Envelope) -> dict[str, Any]:
    members: dict[str, Any] = {
        "v": 1,
        "id": envelope.id,
        "from": envelope.from_,
        "to": envelope.to,
        "type": envelope.type.value,
    }
    if envelope.ref is not None:
        members |= {"ref": envelope.ref, "n": envelope.n}
    members |= {"iat": envelope.iat, "exp": envelope.exp}
    if not isinstance(envelope.body, EmptyBody):
        members["body"] = envelope.body.model_dump(mode="json", exclude_none=True)
    return members


def _wire(members: dict[str, Any]) -> _Wire:
    try:
        return _Wire.model_validate(members)
    except ValidationError:
        raise Refused(Code.MESSAGE_FORM, "not an envelope of version 1") from None


def _type(text: str) -> Type:
    if text in RESERVED:
        raise Refused(Code.MESSAGE_TYPE, "a type that is not in this version yet")
    try:
        return Type(text)
    except ValueError:
        raise Refused(Code.MESSAGE_TYPE, "not a type of this protocol") from None


def _body(model: type[Body], members: dict[str, Any]) -> Body:
    if model is EmptyBody:
        raise Refused(Code.MESSAGE_FORM, "has a body where its type has none")
    try:
        return model.model_validate(members)
    except ValidationError:
        raise Refused(Code.MESSAGE_FORM, "the body is not of its type's form") from None


def _check_form(envelope: Envelope, *, sealed: bool) -> None:
    form = FORMS[envelope.type]
    empty = isinstance(envelope.body, EmptyBody)
    if not form.body_stands.allows(present=not empty) or not (empty or isinstance(envelope.body, form.body)):
        raise Refused(Code.MESSAGE_FORM, "body stands exactly where the type needs it")
    if form.ref != (envelope.ref is not None) or form.ref != (envelope.n >= 1):
        raise Refused(Code.MESSAGE_FORM, "ref and n stand exactly where the type needs them")
    if form.once and envelope.n != 1:
        raise Refused(Code.MESSAGE_FORM, "nothing follows under this reference")
    if not form.sealed.allows(present=sealed):
        raise Refused(Code.MESSAGE_FORM, "sealed stands exactly where the type needs it")
    if form.sealed is Need.SOMETIMES and sealed and not empty:
        raise Refused(Code.MESSAGE_FORM, "either a node's reason or a person's words")


def _check_sealed_for(envelope: Envelope, sealed: Sealed) -> None:
    made_for = sealed.context
    parts = (made_for.from_, made_for.to, made_for.id, made_for.type, made_for.ref, made_for.n)
    if parts != (envelope.from_, envelope.to, envelope.id, envelope.type, envelope.ref, envelope.n):
        raise Refused(Code.SEAL, "was sealed for another message")
    if envelope.exp > sealed.not_after:
        raise Refused(Code.CONSENT_EXPIRED, "the message would outlive what was agreed to")

"""Messages between nodes: the envelope, and the closed set of what may be in one (section 5 of the specification).

In clear stands only what routing needs. Whatever a person wrote is in `sealed`. A type that is not here is refused, also when
its envelope is perfect; types that are reserved for later are named, so that nobody gives them another meaning.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from . import base64url, canonical, limits
from .errors import Code, Refused
from .identifiers import RANDOM_ID_BYTES, MessageId, NodeId, Ref, parse_node_id

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
    WITHDRAW = "referral.withdraw"
    MESSAGE = "referral.message"
    CLOSE = "referral.close"
    ERASE = "erase"
    ERASED = "erased"


RESERVED: Final = frozenset({"heads.seen", "fit.ask", "fit.answer"})
"""Types of the design that this version does not speak yet."""

_STRICT = ConfigDict(strict=True, frozen=True, extra="ignore")
_Docs = Annotated[tuple[Annotated[str, Field(max_length=limits.JWS_BYTES)], ...], Field(strict=False, max_length=200)]
_Refs = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")], ...], Field(strict=False, min_length=1, max_length=100)
]


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
    review: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""


class DocsBody(BaseModel):
    """A chain of node documents."""

    model_config = _STRICT

    docs: _Docs


class HintBody(BaseModel):
    """A newer head exists."""

    model_config = _STRICT

    doc: Annotated[int, Field(ge=1)]
    seq: Annotated[int, Field(ge=1)]


class UntilBody(BaseModel):
    """When both sides let a request end by themselves, in Unix seconds."""

    model_config = _STRICT

    until: Annotated[int, Field(ge=1)]


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

    refs: _Refs


class ErasedBody(BaseModel):
    """A signed receipt."""

    model_config = _STRICT

    receipt: Annotated[str, Field(max_length=limits.JWS_BYTES)]


class EmptyBody(BaseModel):
    """Nothing in clear."""

    model_config = _STRICT


Body = PeerBody | DocsBody | HintBody | UntilBody | DeclineBody | EraseBody | ErasedBody | EmptyBody


@dataclass(frozen=True)
class _Form:
    """What a type carries."""

    body: type[Body] = EmptyBody
    has_ref: bool = False
    sealed: bool | None = False
    """True: must be sealed; None: may be; False: never."""


FORMS: Final = {
    Type.PEER_REQUEST: _Form(PeerBody),
    Type.PEER_ACCEPT: _Form(PeerBody),
    Type.PEER_DECLINE: _Form(),
    Type.PEER_END: _Form(),
    Type.DOCS: _Form(DocsBody),
    Type.HINT: _Form(HintBody),
    Type.OFFER: _Form(UntilBody, has_ref=True, sealed=True),
    Type.ACCEPT: _Form(has_ref=True, sealed=True),
    Type.WAITLIST: _Form(has_ref=True, sealed=True),
    Type.DECLINE: _Form(DeclineBody, has_ref=True, sealed=None),
    Type.PAUSE: _Form(has_ref=True),
    Type.WITHDRAW: _Form(has_ref=True),
    Type.MESSAGE: _Form(has_ref=True, sealed=True),
    Type.CLOSE: _Form(has_ref=True),
    Type.ERASE: _Form(EraseBody),
    Type.ERASED: _Form(ErasedBody),
}


class _Wire(BaseModel):
    model_config = _STRICT

    v: Annotated[int, Field(ge=1, le=1)]
    id: str
    from_: Annotated[str, Field(alias="from")]
    to: str
    type: str
    ref: str | None = None
    n: Annotated[int, Field(ge=1)] | None = None
    iat: Annotated[int, Field(ge=0)]
    exp: Annotated[int, Field(ge=0)]
    sealed: str | None = None
    body: dict[str, Any] | None = None


@dataclass(frozen=True)
class Envelope:
    """One message. `n` counts from 1 for each (ref, sender) and is 0 where there is no `ref`."""

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


def write(envelope: Envelope) -> bytes:
    """The bytes that are sent, and stored until they have arrived."""
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
    if envelope.sealed is not None:
        members["sealed"] = base64url.encode(envelope.sealed)
    if not isinstance(envelope.body, EmptyBody):
        members["body"] = envelope.body.model_dump(mode="json")
    return canonical.dump(members)


def read(raw: bytes, *, sender: NodeId, me: NodeId, now: int) -> Envelope:
    """The message in `raw`, which `sender` was proven to have sent.

    Raises `Refused`: as `canonical.parse`, `message-form`, `message-type`, `message-sender`, `message-recipient`,
    `message-expired`, `message-lifetime`.
    """
    envelope = read_stored(raw)
    if envelope.from_ != sender:
        raise Refused(Code.MESSAGE_SENDER, "says it is from somebody else than who signed the request")
    if envelope.to != me:
        raise Refused(Code.MESSAGE_RECIPIENT, "is for another node")
    if envelope.exp <= now:
        raise Refused(Code.MESSAGE_EXPIRED, "has expired")
    if envelope.iat > now + limits.SKEW or not 0 < envelope.exp - envelope.iat <= limits.MESSAGE_LIFE:
        raise Refused(Code.MESSAGE_LIFETIME, "was issued in the future or lives too long")
    return envelope


def read_stored(raw: bytes) -> Envelope:
    """A message that was checked when it came in. Raises `Refused`: `message-form`, `message-type`."""
    wire = _wire(canonical.parse_object(raw, max_bytes=limits.MESSAGE_BYTES))
    if wire.type in RESERVED:
        raise Refused(Code.MESSAGE_TYPE, "a type that this version does not speak yet")
    try:
        kind = Type(wire.type)
    except ValueError:
        raise Refused(Code.MESSAGE_TYPE, "not a type of this protocol") from None
    form = FORMS[kind]
    base64url.decode(wire.id, length=RANDOM_ID_BYTES)
    if (wire.ref is not None) != form.has_ref or (wire.n is not None) != form.has_ref:
        raise Refused(Code.MESSAGE_FORM, "ref and n stand exactly where the type needs them")
    if wire.ref is not None:
        base64url.decode(wire.ref, length=RANDOM_ID_BYTES)
    if form.sealed is not None and (wire.sealed is not None) != form.sealed:
        raise Refused(Code.MESSAGE_FORM, "sealed stands exactly where the type needs it")
    return Envelope(
        id=MessageId(wire.id),
        from_=parse_node_id(wire.from_),
        to=parse_node_id(wire.to),
        type=kind,
        iat=wire.iat,
        exp=wire.exp,
        ref=None if wire.ref is None else Ref(wire.ref),
        n=wire.n or 0,
        sealed=None if wire.sealed is None else base64url.decode(wire.sealed),
        body=_body(form, wire),
    )


def _wire(members: dict[str, Any]) -> _Wire:
    try:
        return _Wire.model_validate(members)
    except ValidationError:
        raise Refused(Code.MESSAGE_FORM, "not an envelope of version 1") from None


def _body(form: _Form, wire: _Wire) -> Body:
    if wire.body is None and (form.body is EmptyBody or form.sealed is None):
        return EmptyBody()
    if wire.body is None or form.body is EmptyBody:
        raise Refused(Code.MESSAGE_FORM, "body stands exactly where the type needs it")
    try:
        return form.body.model_validate(wire.body)
    except ValidationError:
        raise Refused(Code.MESSAGE_FORM, "the body is not of its type's form") from None

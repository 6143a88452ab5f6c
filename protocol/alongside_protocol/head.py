"""The signed head: one signature for a whole directory, complete and fresh (section 4).

Heads are ordered by (doc, seq). Every signed head takes a new seq, and there is one head for all peers: a head for each reader
could not be told from a node that shows different faces.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from . import base64url, canonical, jws, limits
from .errors import Code, Refused
from .identifiers import NodeId
from .keys import SigningKey, VerifyKey
from .listing import SealTo
from .merkle import HASH_BYTES

_STRICT = ConfigDict(strict=True, frozen=True, extra="ignore")
_Count = Annotated[int, Field(ge=0, le=limits.SAFE_INTEGER)]


class SealUntil(SealTo):
    """The key that requests to this node are sealed to; nobody seals to it after `exp` (Unix seconds)."""

    exp: _Count


class _Payload(BaseModel):
    model_config = _STRICT

    v: Annotated[int, Field(ge=1, le=1)]
    node: str
    doc: Annotated[int, Field(ge=1, le=limits.SAFE_INTEGER)]
    seq: Annotated[int, Field(ge=1, le=limits.SAFE_INTEGER)]
    prev: str | None
    iat: _Count
    exp: _Count
    size: _Count
    root: str
    floor: _Count
    seal: SealUntil


@dataclass(frozen=True)
class Head:
    """A head that was verified or just signed. `text` is its JWS, `prev` the SHA-256 of the former head's JWS text."""

    node: NodeId
    doc: int
    seq: int
    prev: bytes | None
    iat: int
    exp: int
    size: int
    root: bytes
    floor: int
    seal: SealUntil
    text: str

    @property
    def order(self) -> tuple[int, int]:
        """What heads of one node are ordered by."""
        return self.doc, self.seq

    @property
    def digest(self) -> bytes:
        """What the next head's `prev` is."""
        return digest(self.text)

    def check_time(self, *, now: int) -> None:
        """Raises `Refused`: `head-future`, `head-expired`."""
        if self.iat > now + limits.SKEW:
            raise Refused(Code.HEAD_FUTURE, "was issued in the future: one of the two clocks is wrong")
        if self.exp <= now:
            raise Refused(Code.HEAD_EXPIRED, "has expired: its node has not signed a newer one")


@dataclass(frozen=True)
class Contents:
    """What a new head says beside who signs it and when."""

    seq: int
    prev: bytes | None
    size: int
    root: bytes
    floor: int
    seal: SealUntil


LIFE: Final = limits.HEAD_LIFE


def digest(text: str) -> bytes:
    """SHA-256 of a head's JWS text."""
    return sha256(text.encode("ascii")).digest()


def sign(contents: Contents, *, node: NodeId, doc: int, now: int, key: SigningKey) -> Head:
    """A new head, valid for eight days."""
    payload = {
        "v": 1,
        "node": node,
        "doc": doc,
        "seq": contents.seq,
        "prev": None if contents.prev is None else base64url.encode(contents.prev),
        "iat": now,
        "exp": now + LIFE,
        "size": contents.size,
        "root": base64url.encode(contents.root),
        "floor": contents.floor,
        "seal": contents.seal.model_dump(mode="json"),
    }
    text = jws.sign(jws.Type.HEAD, canonical.dump(payload), key)
    return read(text, key.verify_key, node=node, doc=doc)


def read(text: str, key: VerifyKey, *, node: NodeId, doc: int) -> Head:
    """Verify a head of `node` under its document number `doc`, whose key is `key`.

    Raises `Refused`: as `jws.verify` and `canonical.parse`; `shape`, `head-other-node`, `head-other-document`,
    `head-lifetime`, `head-chain`.
    """
    try:
        payload = _Payload.model_validate(jws.verified_object(jws.Type.HEAD, text, key))
    except ValidationError:
        raise Refused(Code.SHAPE, "not a head of version 1") from None
    if payload.node != node:
        raise Refused(Code.HEAD_OTHER_NODE, "is another node's")
    if payload.doc != doc:
        raise Refused(Code.HEAD_OTHER_DOCUMENT, "is of another node document")
    if not 0 < payload.exp - payload.iat <= LIFE:
        raise Refused(Code.HEAD_LIFETIME, "lives longer than eight days, or not at all")
    if (payload.seq == 1) != (payload.prev is None):
        raise Refused(Code.HEAD_CHAIN, "only the first head of a document has no former one")
    return Head(
        node=node,
        doc=doc,
        seq=payload.seq,
        prev=None if payload.prev is None else base64url.decode(payload.prev, length=HASH_BYTES),
        iat=payload.iat,
        exp=payload.exp,
        size=payload.size,
        root=base64url.decode(payload.root, length=HASH_BYTES),
        floor=payload.floor,
        seal=payload.seal,
        text=text,
    )


def claimed_order(text: str) -> tuple[int, int]:
    """(doc, seq) that a head claims, nothing verified: only to choose which key to verify it with.

    Raises `Refused`: as `jws.unverified_payload` and `canonical.parse`; `shape`.
    """
    members = canonical.parse_object(jws.unverified_payload(jws.Type.HEAD, text), max_bytes=limits.JWS_BYTES)
    doc, seq = members.get("doc"), members.get("seq")
    if type(doc) is not int or type(seq) is not int:
        raise Refused(Code.SHAPE, "not a head of version 1")
    return doc, seq

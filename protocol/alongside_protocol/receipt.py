"""The erasure receipt: a node's signed statement that it has erased what was asked (section 6).

It is a statement and not a proof, and the page that shows it says so. It names random references only.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from . import canonical, jws, limits
from .errors import Code, Refused
from .identifiers import NodeId, Ref
from .keys import SigningKey, VerifyKey
from .text_forms import BYTES_16

_Instant = Annotated[int, Field(ge=0, le=limits.LAST_INSTANT)]


class _Payload(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    v: Annotated[int, Field(ge=1, le=1)]
    node: str
    doc: Annotated[int, Field(ge=1)]
    refs: Annotated[
        tuple[Annotated[str, Field(pattern=BYTES_16)], ...], Field(strict=False, min_length=1, max_length=100)
    ]
    iat: _Instant
    backups_until: _Instant


@dataclass(frozen=True)
class Receipt:
    """What a node states. `backups_until`: the instant after which no backup holds it either. `text` is the JWS."""

    node: NodeId
    refs: tuple[Ref, ...]
    iat: int
    backups_until: int
    text: str


def sign(refs: tuple[Ref, ...], *, node: NodeId, doc: int, now: int, backups_until: int, key: SigningKey) -> Receipt:
    """A receipt for `refs`."""
    payload = {"v": 1, "node": node, "doc": doc, "refs": list(refs), "iat": now, "backups_until": backups_until}
    text = jws.sign(jws.Type.ERASED, canonical.dump(payload), key)
    return Receipt(node, refs, now, backups_until, text)


def read(text: str, key: VerifyKey, *, node: NodeId) -> Receipt:
    """Verify a receipt of `node`. Raises `Refused`: as `jws.verify`; `receipt` for another node's or another form."""
    receipt = _read(jws.verify(jws.Type.ERASED, text, key), text)
    if receipt.node != node:
        raise Refused(Code.RECEIPT, "is another node's")
    return receipt


def claims(text: str) -> Receipt:
    """What a receipt says, nothing verified: for one that was verified when it came. Raises `Refused`."""
    return _read(jws.unverified_payload(jws.Type.ERASED, text), text)


def _read(raw: bytes, text: str) -> Receipt:
    try:
        payload = _Payload.model_validate(canonical.parse_object(raw, max_bytes=limits.JWS_BYTES))
    except ValidationError:
        raise Refused(Code.RECEIPT, "not a receipt of version 1") from None
    refs = tuple(Ref(ref) for ref in payload.refs)
    return Receipt(NodeId(payload.node), refs, payload.iat, payload.backups_until, text)


def claimed_document(text: str) -> int:
    """The document number a receipt claims, nothing verified: only to choose the key. Raises `Refused`."""
    payload = jws.unverified_payload(jws.Type.ERASED, text)
    doc = canonical.parse_object(payload, max_bytes=limits.JWS_BYTES).get("doc")
    if type(doc) is not int:
        raise Refused(Code.RECEIPT, "not a receipt of version 1")
    return doc

"""Who a node is: a chain of node documents, each signed with the recovery key the former one named (section 3).

The id is the hash of the first document, so it cannot be taken with a domain, and no key that is online can change keys or origin.
Reading a chain never fetches anything; two valid documents with one number are shown to the caller, never chosen between.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from shamir_mnemonic.wordlist import WORDLIST

from . import base64url, canonical, jws, limits
from .errors import Code, Contradiction, Refused
from .identifiers import NodeId
from .keys import SigningKey, VerifyKey
from .published_keys import refuse_published, refuse_published_digest
from .recovery import RecoverySeed

HASH_BYTES: Final = 32
FINGERPRINT_WORDS: Final = 8

_FINGERPRINT_TAG = b"alongside-fingerprint-1"
_WORD_BITS = 10
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?\Z"
)
_HOST_CHARACTERS = 253  # the longest name in DNS
_LAST_PORT = 65_535
_LOOPBACK = re.compile(r"(?:localhost|127(?:\.[0-9]{1,3}){3})\Z")


class _Payload(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    v: Annotated[int, Field(ge=1, le=1)]
    n: Annotated[int, Field(ge=1, le=limits.SAFE_INTEGER)]
    id: str | None = None
    prev: str | None = None
    origin: str
    sign: str
    next: str
    by: str | None = None
    iat: Annotated[int, Field(ge=0)]


@dataclass(frozen=True)
class NodeDocument:
    """One document: where the node is, what it signs with, and who may write the next (`next`: hash of that key)."""

    n: int
    origin: str
    sign: VerifyKey
    next: bytes
    iat: int
    text: str

    @property
    def digest(self) -> bytes:
        """SHA-256 of its JWS text."""
        return sha256(self.text.encode("ascii")).digest()


@dataclass(frozen=True)
class Chain:
    """All documents of one node, verified, oldest first."""

    id: NodeId
    documents: tuple[NodeDocument, ...]

    @property
    def newest(self) -> NodeDocument:
        """The document in force."""
        return self.documents[-1]

    @property
    def texts(self) -> list[str]:
        """The JWS of each, as published."""
        return [document.text for document in self.documents]

    def key_of(self, n: int) -> VerifyKey | None:
        """The signing key of document `n`, or None when this chain does not have it."""
        return self.documents[n - 1].sign if 1 <= n <= len(self.documents) else None


def found(*, origin: str, sign: SigningKey, recovery: RecoverySeed, now: int, allow_loopback: bool = False) -> Chain:
    """The first document of a new node. Raises `Refused` (`document-origin`)."""
    check_origin(origin, allow_loopback=allow_loopback)
    payload = {"v": 1, "n": 1, "origin": origin, "sign": sign.verify_key.text, "next": _next(recovery, 2), "iat": now}
    return _read_chain([jws.sign(jws.Type.NODE, canonical.dump(payload), sign)])


def succeed(
    chain: Chain, *, origin: str, sign: SigningKey, recovery: RecoverySeed, now: int, allow_loopback: bool = False
) -> Chain:
    """The chain with one more document: a new key, a new origin, or a restore.

    Raises `Refused`: `document-origin`; `document-recovery` when the seed is not this node's.
    """
    check_origin(origin, allow_loopback=allow_loopback)
    n = chain.newest.n + 1
    by = recovery.key(n)
    if sha256(by.verify_key.raw).digest() != chain.newest.next:
        raise Refused(Code.DOCUMENT_RECOVERY, "these recovery sheets are not this node's")
    payload = {
        "v": 1,
        "n": n,
        "id": chain.id,
        "prev": base64url.encode(chain.newest.digest),
        "origin": origin,
        "sign": sign.verify_key.text,
        "next": _next(recovery, n + 1),
        "by": by.verify_key.text,
        "iat": now,
    }
    return _read_chain([*chain.texts, jws.sign(jws.Type.NODE, canonical.dump(payload), by)])


def _next(recovery: RecoverySeed, n: int) -> str:
    return base64url.encode(sha256(recovery.key(n).verify_key.raw).digest())


def read_chain(texts: Sequence[str], *, allow_loopback: bool = False) -> Chain:
    """Verify a whole chain of somebody else's.

    Raises `Refused`: as `jws.verify` and `canonical.parse`; `shape`, `document-id`, `document-order`, `document-recovery`,
    `document-origin`, `bad-key` (also for keys that are printed in public).
    """
    chain = _read_chain(texts)
    for document in chain.documents:
        refuse_published(document.sign)
        refuse_published_digest(document.next)
    check_origin(chain.newest.origin, allow_loopback=allow_loopback)
    return chain


def _read_chain(texts: Sequence[str]) -> Chain:
    if not texts:
        raise Refused(Code.DOCUMENT_ORDER, "an empty chain")
    if sum(len(text) for text in texts) > limits.WELL_KNOWN_BYTES:
        raise Refused(Code.TOO_LARGE, f"a chain of more than {limits.WELL_KNOWN_BYTES} bytes")
    raw = jws.unverified_payload(jws.Type.NODE, texts[0])
    node = NodeId(base64url.encode(sha256(raw).digest()))
    documents = [_first(texts[0], raw)]
    for text in texts[1:]:
        documents.append(_following(text, node, documents[-1]))
    return Chain(node, tuple(documents))


def _first(text: str, raw: bytes) -> NodeDocument:
    # Its own key signs it; what makes it this node's is that the id is its hash.
    payload = _payload(raw)
    if payload.n != 1 or payload.id is not None or payload.prev is not None or payload.by is not None:
        raise Refused(Code.DOCUMENT_ORDER, "a first document has number 1 and names no former one")
    jws.verify(jws.Type.NODE, text, VerifyKey.from_text(payload.sign))
    return _document(text, payload)


def _following(text: str, node: NodeId, former: NodeDocument) -> NodeDocument:
    payload = _payload(jws.unverified_payload(jws.Type.NODE, text))
    if payload.by is None:
        raise Refused(Code.DOCUMENT_RECOVERY, "is not signed by a recovery key")
    by = VerifyKey.from_text(payload.by)
    if sha256(by.raw).digest() != former.next:
        raise Refused(Code.DOCUMENT_RECOVERY, "its recovery key is not the one the former document named")
    jws.verify(jws.Type.NODE, text, by)
    if payload.id != node:
        raise Refused(Code.DOCUMENT_ID, "is another node's")
    if payload.n != former.n + 1 or payload.prev != base64url.encode(former.digest):
        raise Refused(Code.DOCUMENT_ORDER, "does not follow the document before it")
    return _document(text, payload)


def _payload(raw: bytes) -> _Payload:
    members: dict[str, Any] = canonical.parse_object(raw, max_bytes=limits.JWS_BYTES)
    try:
        return _Payload.model_validate(members)
    except ValidationError:
        raise Refused(Code.SHAPE, "not a node document of version 1") from None


def _document(text: str, payload: _Payload) -> NodeDocument:
    return NodeDocument(
        n=payload.n,
        origin=payload.origin,
        sign=VerifyKey.from_text(payload.sign),
        next=base64url.decode(payload.next, length=HASH_BYTES),
        iat=payload.iat,
        text=text,
    )


def extend(stored: Chain, texts: Sequence[str], *, allow_loopback: bool = False) -> Chain:
    """The longer of a stored chain and one that was received; an older one changes nothing.

    Raises `Refused`: as `read_chain`; `document-other-node`; `Contradiction` (`document-fork`) when two valid documents have one
    number: the caller keeps both as evidence and trusts neither.
    """
    received = read_chain(texts, allow_loopback=allow_loopback)
    if received.id != stored.id:
        raise Refused(Code.DOCUMENT_OTHER_NODE, "is another node's chain")
    for ours, theirs in zip(stored.documents, received.documents, strict=False):
        if ours.text != theirs.text:
            reason = "two valid documents have one number: its recovery key is in two hands"
            raise Contradiction(Code.DOCUMENT_FORK, reason, first=ours.text, second=theirs.text)
    return received if len(received.documents) > len(stored.documents) else stored


def well_known(chain: Chain) -> bytes:
    """The body of `/.well-known/alongside`."""
    return canonical.dump({"docs": chain.texts})


def read_well_known(raw: bytes) -> list[str]:
    """The chain's texts in a well-known body, not yet verified. Raises `Refused`: as `canonical.parse`; `shape`."""
    docs = canonical.parse_object(raw, max_bytes=limits.WELL_KNOWN_BYTES).get("docs")
    if not isinstance(docs, list) or not all(isinstance(text, str) for text in docs):
        raise Refused(Code.SHAPE, "a well-known document holds a list of node documents")
    return docs


def check_origin(origin: str, *, allow_loopback: bool) -> None:
    """Raises `Refused` (`document-origin`) unless `https://host[:port]`; plain http only on loopback, when allowed."""
    found_parts = _ORIGIN.match(origin)
    if found_parts is None or len(found_parts["host"]) > _HOST_CHARACTERS or int(found_parts["port"] or 0) > _LAST_PORT:
        raise Refused(Code.DOCUMENT_ORIGIN, "an origin is https://, a host name in lower case, and perhaps a port")
    if found_parts["scheme"] == "http" and not (allow_loopback and _LOOPBACK.match(found_parts["host"])):
        raise Refused(Code.DOCUMENT_ORIGIN, "plain http is for development on one machine only")


def fingerprint(chain: Chain) -> tuple[str, ...]:
    """Eight words (80 bits) for two people to compare aloud, of the id and the newest document."""
    digest = sha256(_FINGERPRINT_TAG + base64url.decode(chain.id) + chain.newest.digest).digest()
    bits = int.from_bytes(digest, "big") >> (len(digest) * 8 - FINGERPRINT_WORDS * _WORD_BITS)
    indexes = [bits >> (_WORD_BITS * place) & (1 << _WORD_BITS) - 1 for place in reversed(range(FINGERPRINT_WORDS))]
    return tuple(WORDLIST[index] for index in indexes)

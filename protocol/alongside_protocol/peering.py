"""How two communities come to federate: an invitation handed over by people, then steps that either may take back (section 5).

The code carries a node's id, origin, newest document's hash and a one-time token. Whoever holds it proves so with a MAC over the
request's Content-Digest, in a header, before anything is parsed: without a valid code a stranger costs nothing.
Each side takes a step of its own; what happens between them is what both have taken.
"""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from typing import Final

from . import base64url
from .errors import Code, Refused
from .identifiers import NodeId, parse_node_id
from .messages import Steps

INVITATION_HEADER: Final = "Alongside-Invitation"
TOKEN_BYTES: Final = 32
CODE_PREFIX: Final = "alongside1"

_CHECK_BYTES = 4
_HASH_BYTES = 32
_ID_BYTES = 16
_MAC_TAG = b"alongside-invitation-1"
_ORDER = tuple(Steps)


@dataclass(frozen=True)
class InvitationCode:
    """What one community hands to another, as text or QR. `token` is secret and works once."""

    node: NodeId
    origin: str
    document: bytes
    """SHA-256 of the newest node document's text."""
    id: bytes
    token: bytes

    @property
    def text(self) -> str:
        """One line to copy: prefix, payload, and a check so that a slip of the hand is noticed."""
        payload = base64url.decode(self.node) + self.document + self.id + self.token + self.origin.encode("ascii")
        return f"{CODE_PREFIX}.{base64url.encode(payload)}.{base64url.encode(_check(payload))}"

    def __repr__(self) -> str:
        return f"InvitationCode(node={self.node!r}, origin={self.origin!r})"


def read_code(text: str) -> InvitationCode:
    """The invitation in `text`, spaces and line breaks ignored. Raises `Refused` (`invitation`)."""
    prefix, _, rest = "".join(text.split()).partition(".")
    payload_text, _, check_text = rest.partition(".")
    try:
        payload, check = base64url.decode(payload_text), base64url.decode(check_text, length=_CHECK_BYTES)
    except Refused:
        raise Refused(Code.INVITATION, "not an invitation code") from None
    if prefix != CODE_PREFIX or not compare_digest(check, _check(payload)):
        raise Refused(Code.INVITATION, "not an invitation code, or one with a slip in it")
    node, document, id_, token, origin = _cut(payload, (_HASH_BYTES, _HASH_BYTES, _ID_BYTES, TOKEN_BYTES))
    return InvitationCode(parse_node_id(base64url.encode(node)), _ascii(origin), document, id_, token)


def invitation_header(code_id: bytes, token: bytes, content_digest: str) -> str:
    """The header that proves an invitation for one request body."""
    return f"{base64url.encode(code_id)}.{base64url.encode(_mac(token, content_digest))}"


def read_invitation_header(value: str) -> tuple[bytes, bytes]:
    """(invitation id, MAC) of a header. Raises `Refused` (`invitation`)."""
    id_text, _, mac_text = value.partition(".")
    try:
        return base64url.decode(id_text, length=_ID_BYTES), base64url.decode(mac_text, length=_HASH_BYTES)
    except Refused:
        raise Refused(Code.INVITATION, "not an invitation header") from None


def check_invitation(mac: bytes, token: bytes, content_digest: str) -> None:
    """Raises `Refused` (`invitation`) unless `mac` was made with `token` for this body."""
    if not compare_digest(mac, _mac(token, content_digest)):
        raise Refused(Code.INVITATION, "not made with this invitation")


def effective(ours: Steps, theirs: Steps) -> Steps:
    """What happens between two communities: the smaller of the two steps."""
    return min(ours, theirs, key=_ORDER.index)


def reaches(ours: Steps, theirs: Steps, needed: Steps) -> bool:
    """Whether both sides have taken at least the step `needed`."""
    return _ORDER.index(effective(ours, theirs)) >= _ORDER.index(needed)


def _mac(token: bytes, content_digest: str) -> bytes:
    return hmac_digest(token, _MAC_TAG + content_digest.encode("ascii"), sha256)


def _check(payload: bytes) -> bytes:
    return sha256(CODE_PREFIX.encode("ascii") + payload).digest()[:_CHECK_BYTES]


def _cut(payload: bytes, lengths: tuple[int, ...]) -> tuple[bytes, ...]:
    if len(payload) <= sum(lengths):
        raise Refused(Code.INVITATION, "an invitation code that ends early")
    parts, rest = [], payload
    for length in lengths:
        parts.append(rest[:length])
        rest = rest[length:]
    return (*parts, rest)


def _ascii(raw: bytes) -> str:
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError:
        raise Refused(Code.INVITATION, "an origin that is not plain text") from None

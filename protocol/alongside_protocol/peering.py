"""How two communities come to federate: an invitation handed over by people, then steps that either may take back (section 5 of
the specification).

The code carries a node's id, origin, newest document's hash and a one-time token. Whoever has it proves so with a MAC over the
request's Content-Digest, in a header, before anything is parsed: without a valid code a stranger costs nothing.
Each side takes steps of its own; what happens between them is what both have taken. Nothing here fetches the origin in a code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from itertools import product
from types import MappingProxyType
from typing import Final

from . import base64url
from .errors import Code, Refused
from .identifiers import NodeId, parse_node_id
from .messages import Steps
from .node_document import check_origin

INVITATION_HEADER: Final = "Alongside-Invitation"
TOKEN_BYTES: Final = 32
CODE_PREFIX: Final = "alongside1"
CODE_CHARACTERS: Final = 600
"""No code is longer: 112 bytes and an origin of at most 253 characters with scheme and port."""

_CHECK_BYTES = 4
_HASH_BYTES = 32
_ID_BYTES = 16
_MAC_TAG = b"alongside-invitation-1"


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


def read_code(text: str, *, allow_loopback: bool = False) -> InvitationCode:
    """The invitation in `text`, spaces and line breaks ignored.

    Raises `Refused`: `invitation`; `document-origin` for an origin that no node may have.
    """
    compact = "".join(text.split())
    prefix, _, rest = compact.partition(".")
    payload_text, _, check_text = rest.partition(".")
    if prefix != CODE_PREFIX or len(compact) > CODE_CHARACTERS:
        raise Refused(Code.INVITATION, "not an invitation code")
    try:
        payload, check = base64url.decode(payload_text), base64url.decode(check_text, length=_CHECK_BYTES)
    except Refused:
        raise Refused(Code.INVITATION, "not an invitation code") from None
    if not compare_digest(check, _check(payload)):
        raise Refused(Code.INVITATION, "an invitation code with a slip in it")
    node, document, id_, token, origin = _cut(payload, (_HASH_BYTES, _HASH_BYTES, _ID_BYTES, TOKEN_BYTES))
    # What is not ASCII decodes to characters that no origin has.
    origin_text = origin.decode("ascii", errors="replace")
    check_origin(origin_text, allow_loopback=allow_loopback)
    return InvitationCode(parse_node_id(base64url.encode(node)), origin_text, document, id_, token)


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


class Side(StrEnum):
    """Whose step it is."""

    WE = "we"
    THEY = "they"


class Act(StrEnum):
    """What a community does about an agreement. Stopping and stepping back need no reason and no yes."""

    PROPOSE = "propose"
    """Take a step that the other has not taken yet."""
    AGREE = "agree"
    """Take a step that the other has already taken."""
    STEP_BACK = "step_back"
    END = "end"


_STEPS: Final = tuple(Steps)


def _agreements() -> Mapping[tuple[Steps, Steps, Side, Act], tuple[Steps, Steps]]:
    cells = {}
    for own, other in product(range(len(_STEPS)), repeat=2):
        afters = {Act.END: (0, 0)}
        if own + 1 < len(_STEPS):
            afters[Act.AGREE if own < other else Act.PROPOSE] = (own + 1, other)
        if own > 0:
            afters[Act.STEP_BACK] = (own - 1, other)
        for act, (own_after, other_after) in afters.items():
            cells[_STEPS[own], _STEPS[other], Side.WE, act] = (_STEPS[own_after], _STEPS[other_after])
            cells[_STEPS[other], _STEPS[own], Side.THEY, act] = (_STEPS[other_after], _STEPS[own_after])
    return MappingProxyType(cells)


AGREEMENTS: Final = _agreements()
"""(our step, their step, side, act) → (our step, their step): one step at a time. Total: what is not here is refused."""


@dataclass(frozen=True)
class Agreement:
    """How far two communities go with each other. `review`: the day on which both look at it again, empty when not said."""

    ours: Steps = Steps.NONE
    theirs: Steps = Steps.NONE
    review: str = ""

    @property
    def effective(self) -> Steps:
        """What happens between them."""
        return effective(self.ours, self.theirs)

    def after(self, side: Side, act: Act) -> "Agreement":
        """The agreement after an act. Raises `Refused` (`not-agreed`) for what the table does not have."""
        steps = AGREEMENTS.get((self.ours, self.theirs, side, act))
        if steps is None:
            raise Refused(Code.NOT_AGREED, f"{side} cannot {act} at {self.ours} and {self.theirs}")
        return replace(self, ours=steps[0], theirs=steps[1])

    def needs_review(self, today: str) -> bool:
        """Whether the day (as 2026-11-23) has come."""
        return bool(self.review) and self.review <= today


def effective(ours: Steps, theirs: Steps) -> Steps:
    """What happens between two communities: the smaller of the two steps."""
    return min(ours, theirs, key=_STEPS.index)


def reaches(ours: Steps, theirs: Steps, needed: Steps) -> bool:
    """Whether both sides have taken at least the step `needed`."""
    return _STEPS.index(effective(ours, theirs)) >= _STEPS.index(needed)


def _mac(token: bytes, content_digest: str) -> bytes:
    return hmac_digest(token, _MAC_TAG + content_digest.encode("utf-8"), sha256)


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

"""Requests and answers that a client sealed with a key of its own: the node checks what it can see, and carries them (ADR 0007).

It sees the envelope: from us, to whom, which type, which number, until when. It never sees a word, a listing or a reply key. A client is
bound by the same table, the same agreement and the same limits as the node itself. Never opens, makes or changes what was sealed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final

from alongside_node.directory import following
from alongside_node.foundation.database import Reading, Writing
from alongside_node.identity.actions import Keyring
from alongside_node.peers import actions as peers
from alongside_protocol import canonical, limits, messages, sealing
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId, RecordId
from alongside_protocol.messages import Envelope, Type, UntilBody, move_of
from alongside_protocol.referral import Move, Numbering, Party, State

from . import answering, asking, rules, sending, store
from .sending import Outgoing
from .store import Asked, Incoming, Letter

Kept = tuple[str, bytes] | None
"""(id, sealed bytes) of what a client keeps of a message."""

_MEMBERS: Final = frozenset({"v", "id", "from", "to", "type", "ref", "n", "iat", "exp", "body", "sealed"})


@dataclass(frozen=True)
class Begun:
    """A first request, checked."""

    row: Asked
    outgoing: Outgoing
    letter: Letter


def check_sealed(raw: bytes) -> bytes:
    """`raw` itself, when it has a length that sealed bytes have. Raises `Refused` (`seal`)."""
    size = len(raw) - sealing.OVERHEAD
    if not sealing.SMALLEST_PADDED <= size <= sealing.LARGEST_PADDED or size & (size - 1):
        raise Refused(Code.SEAL, "not the length of a sealed text")
    return raw


def _outgoing(raw: bytes, *, me: NodeId, now: int) -> Outgoing:
    """Raises `Refused`: as `messages.read_stored`; `message-form`, `message-sender`, `message-lifetime`, `seal`."""
    envelope = messages.read_stored(raw)
    if envelope.from_ != me:
        raise Refused(Code.MESSAGE_SENDER, "a client sends from its own node")
    _check_nothing_more(raw, envelope)
    fresh = abs(envelope.iat - now) <= limits.SKEW
    if not fresh or not now < envelope.exp <= envelope.iat + limits.MESSAGE_LIFE:
        raise Refused(Code.MESSAGE_LIFETIME, "was not made now, or lives too long")
    if envelope.sealed is not None:
        check_sealed(envelope.sealed)
    return Outgoing(envelope, raw, envelope.exp)


def _check_nothing_more(raw: bytes, envelope: Envelope) -> None:
    """In clear stands only what `messages.write` writes of it, so that no word of a person leaves unsealed by a client's mistake."""
    said = canonical.parse_object(raw, max_bytes=limits.MESSAGE_BYTES)
    body = {"until"} if isinstance(envelope.body, UntilBody) else None
    stands = None if said.get("body") is None else set(said["body"])
    known = said.keys() <= _MEMBERS and None not in said.values()
    if not known or stands != body or canonical.dump(said) != raw:
        raise Refused(Code.MESSAGE_FORM, "not as this version writes it")


# The one who asks.


def begin(raw: bytes, *, mailbox: RecordId, letter: tuple[str, bytes], me: NodeId, now: int) -> Begun:
    """Check a first request. Raises `Refused`: as above; `move` for another type or number; `consent-expired`."""
    outgoing = _outgoing(raw, me=me, now=now)
    envelope = outgoing.envelope
    if envelope.type is not Type.OFFER or envelope.n != 1 or envelope.ref is None:
        raise Refused(Code.MOVE, "a request begins with its first offer")
    until = _until(envelope)
    if not now < until <= now + (rules.LONGEST_DAYS + 1) * limits.DAY:
        raise Refused(Code.CONSENT_EXPIRED, "ends in the past, or too far ahead")
    row = Asked(envelope.ref, envelope.to, mailbox, State.OFFERED, until, 1, Numbering())
    return Begun(row, outgoing, _letter(letter, mailbox, asking.FIRST, outgoing, now))


def _until(envelope: Envelope) -> int:
    if not isinstance(envelope.body, UntilBody):
        raise Refused(Code.MESSAGE_FORM, "a request says until when it waits")
    return envelope.body.until


def take_first(tx: Writing, begun: Begun, *, keyring: Keyring, now: int) -> None:
    """Let it leave. Raises `Refused`: `not-agreed`, `seal-key-expired`, `consent-expired`, `message-reused-id`, `busy`."""
    row = begun.row
    _check_reach(tx, begun.outgoing, row.until, keyring=keyring, now=now)
    known = store.asked(tx, row.ref) is not None or bool(store.erasures_of(tx, [row.ref]))
    if known or store.letters(tx, row.mailbox):
        raise Refused(Code.MESSAGE_REUSED_ID, "this reference or mailbox is in use")
    store.save_asked(tx, row)
    store.add_letter(tx, begun.letter)
    sending.enqueue(tx, begun.outgoing, now=now)


def _check_reach(reading: Reading, outgoing: Outgoing, until: int, *, keyring: Keyring, now: int) -> None:
    """It goes where requests may go, and outlives neither the consent nor the key that it can be sealed to."""
    to = outgoing.envelope.to
    if to == keyring.id:
        key_exp = keyring.seal.exp
    else:
        peer = peers.find(reading, to)
        if peer is None or not peers.may_ask(peer.standing):
            raise Refused(Code.NOT_AGREED, "our communities have not agreed on requests")
        head = following.recipient_head(reading, peer)
        if head is None:
            raise Refused(Code.SEAL_KEY_EXPIRED, "their directory must be read again first")
        key_exp = head.seal.exp
    if now >= key_exp:
        raise Refused(Code.SEAL_KEY_EXPIRED, "that community's key has ended; its directory must be read again")
    if outgoing.envelope.exp > min(until, key_exp):
        raise Refused(Code.CONSENT_EXPIRED, "the message would outlive what was agreed to")


def take_step(tx: Writing, raw: bytes, row: Asked, *, letter: tuple[str, bytes], keyring: Keyring, now: int) -> None:
    """Write on, or agree again to promises that changed. Raises `Refused`: as `_outgoing`, `take_first`, `asking.take`."""
    outgoing = _outgoing(raw, me=keyring.id, now=now)
    envelope = outgoing.envelope
    if (envelope.ref, envelope.to) != (row.ref, row.peer):
        raise Refused(Code.MOVE, "is about another request")
    move = move_of(envelope, Party.SEEKER)
    if move not in (Move.AGREE, Move.MESSAGE):
        raise Refused(Code.MOVE, "is not written by a client")
    if move is Move.AGREE and _until(envelope) != row.until:
        raise Refused(Code.MESSAGE_FORM, "the date is the same in every message of a request")
    _check_reach(tx, outgoing, row.until, keyring=keyring, now=now)
    kind = asking.FIRST if move is Move.AGREE else asking.WROTE
    kept = _letter(letter, row.mailbox, kind, outgoing, now)
    asking.take(tx, asking.Step(row.ref, move, outgoing, (kept,)), now=now)


# Those who offer.


def take_answer(tx: Writing, raw: bytes, row: Incoming, *, letter: Kept, me: NodeId, now: int) -> None:
    """Answer with what a client sealed, or without a word. `letter`: the same words, sealed to the listing's key.

    Raises `Refused`: as `_outgoing`, `answering.take`; `consent-expired`, `message-form`.
    """
    outgoing = _outgoing(raw, me=me, now=now)
    envelope = outgoing.envelope
    if (envelope.ref, envelope.to) != (row.ref, row.peer):
        raise Refused(Code.MOVE, "is about another request")
    move = move_of(envelope, Party.HOLDER)
    if move in (Move.PAUSE, Move.REST):
        raise Refused(Code.MOVE, "is not written by a client")
    if envelope.sealed is not None and envelope.exp > row.until:
        raise Refused(Code.CONSENT_EXPIRED, "the message would outlive what was agreed to")
    if envelope.sealed is None and letter is not None:
        raise Refused(Code.MESSAGE_FORM, "nothing is kept of an answer without a word")
    kept = None if letter is None else _letter(letter, row.place, envelope.type.value, outgoing, now)
    answering.take(tx, answering.Step(row.peer, row.ref, move, outgoing, kept), now=now)


def _letter(letter: tuple[str, bytes], place: str, kind: str, outgoing: Outgoing, now: int) -> Letter:
    name, sealed = letter
    n = outgoing.envelope.n
    return Letter(name, place, kind, ours=True, n=n, sealed=check_sealed(sealed), day=rules.day(now))


# Reading, sealed.


def find(reading: Reading, ref: str, mailbox: str) -> Asked | None:
    """A request, for who knows its mailbox: only the box of the one who asked names it."""
    row = store.asked(reading, ref)
    return row if row is not None and compare_digest(row.mailbox.encode(), mailbox.encode()) else None


def letters(reading: Reading, row: Asked | Incoming) -> Sequence[Letter]:
    """Everything that was written about a request, sealed."""
    return store.letters(reading, row.mailbox if isinstance(row, Asked) else row.place)

"""Requests and answers that a client sealed with a key of its own: the node checks what it can see, and carries them (ADR 0007).

It sees the envelope: from us, to whom, which type, which number, until when. It never sees a word, a listing or a reply key. A client is
bound by the same table, the same agreement and the same limits as the node itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from alongside_node.foundation.database import Reading, Writing
from alongside_node.peers import actions as peers
from alongside_protocol import limits, messages
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId, RecordId
from alongside_protocol.messages import Type, UntilBody, move_of
from alongside_protocol.referral import Numbering, Party, State

from . import answering, asking, rules, sending, store
from .sending import Outgoing
from .store import Asked, Incoming, Letter

Kept = tuple[str, bytes] | None
"""(id, sealed bytes) of what a client keeps of a message."""


@dataclass(frozen=True)
class Begun:
    """A first request, checked."""

    row: Asked
    outgoing: Outgoing
    letter: Letter


def _outgoing(raw: bytes, *, me: NodeId, now: int) -> Outgoing:
    """Raises `Refused`: as `messages.read_stored`; `message-sender`, `message-lifetime`."""
    envelope = messages.read_stored(raw)
    if envelope.from_ != me:
        raise Refused(Code.MESSAGE_SENDER, "a client sends from its own node")
    fresh = abs(envelope.iat - now) <= limits.SKEW
    if not fresh or not now < envelope.exp <= envelope.iat + limits.MESSAGE_LIFE:
        raise Refused(Code.MESSAGE_LIFETIME, "was not made now, or lives too long")
    return Outgoing(envelope, raw, envelope.exp)


def begin(raw: bytes, *, mailbox: RecordId, letter: tuple[str, bytes], me: NodeId, now: int) -> Begun:
    """Check a first request. Raises `Refused`: as above; `move` for another type or number; `consent-expired`."""
    outgoing = _outgoing(raw, me=me, now=now)
    envelope = outgoing.envelope
    if envelope.type is not Type.OFFER or envelope.n != 1 or not isinstance(envelope.body, UntilBody) or envelope.ref is None:
        raise Refused(Code.MOVE, "a request begins with its first offer")
    if not now < envelope.body.until <= now + (rules.LONGEST_DAYS + 1) * limits.DAY:
        raise Refused(Code.CONSENT_EXPIRED, "ends in the past, or too far ahead")
    row = Asked(envelope.ref, envelope.to, mailbox, State.OFFERED, envelope.body.until, 1, Numbering())
    kept = Letter(letter[0], mailbox, asking.FIRST, ours=True, n=1, sealed=letter[1], day=rules.day(now))
    return Begun(row, outgoing, kept)


def take_first(tx: Writing, begun: Begun, *, me: NodeId, now: int) -> None:
    """Let it leave. Raises `Refused`: `not-agreed`, `message-reused-id`, `busy`."""
    if begun.row.peer != me:
        standing = peers.standing(tx, begun.row.peer)
        if standing is None or not peers.may_ask(standing):
            raise Refused(Code.NOT_AGREED, "our communities have not agreed on requests")
    if store.asked(tx, begun.row.ref) is not None or store.letters(tx, begun.row.mailbox):
        raise Refused(Code.MESSAGE_REUSED_ID, "this reference or mailbox is in use")
    store.save_asked(tx, begun.row)
    store.add_letter(tx, begun.letter)
    sending.enqueue(tx, begun.outgoing, now=now)


def step(raw: bytes, *, ref: str, mailbox: str, letter: Kept, me: NodeId, now: int) -> asking.Step:
    """Check a further move of who asked. Raises `Refused`: as `_outgoing`; `move`."""
    outgoing = _outgoing(raw, me=me, now=now)
    if outgoing.envelope.ref != ref:
        raise Refused(Code.MOVE, "is about another request")
    move = move_of(outgoing.envelope, Party.SEEKER)
    kind = asking.FIRST if outgoing.envelope.type is Type.OFFER else asking.WROTE
    kept = () if letter is None else (_letter(letter, mailbox, kind, outgoing, now),)
    return asking.Step(ref, move, outgoing, kept)


def answer(raw: bytes, row: Incoming, *, letter: Kept, me: NodeId, now: int) -> answering.Step:
    """Check an answer of somebody who offers. Raises `Refused`: as `_outgoing`; `move`."""
    outgoing = _outgoing(raw, me=me, now=now)
    envelope = outgoing.envelope
    if envelope.ref != row.ref or envelope.to != row.peer:
        raise Refused(Code.MOVE, "is about another request")
    move = move_of(envelope, Party.HOLDER)
    kept = None if letter is None else _letter(letter, row.place, envelope.type.value, outgoing, now)
    return answering.Step(row.peer, row.ref, move, outgoing, kept)


def _letter(letter: tuple[str, bytes], place: str, kind: str, outgoing: Outgoing, now: int) -> Letter:
    return Letter(letter[0], place, kind, ours=True, n=outgoing.envelope.n, sealed=letter[1], day=rules.day(now))


def read(reading: Reading, ref: str, mailbox: str) -> tuple[Asked, Sequence[Letter]] | None:
    """A request and its letters, for who knows its mailbox."""
    row = store.asked(reading, ref)
    return None if row is None or row.mailbox != mailbox else (row, store.letters(reading, mailbox))


def letters(reading: Reading, row: Incoming) -> Sequence[Letter]:
    """The letters of a request that came in, sealed."""
    return store.letters(reading, row.place)


def erasure(reading: Reading, ref: str) -> store.Erasure | None:
    """What became of a deletion."""
    return next(iter(store.erasures_of(reading, [ref])), None)

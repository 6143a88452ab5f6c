"""Putting a message about a request in the outbox, one number higher than the one before (section 6)."""

from dataclasses import dataclass

from alongside_node.delivery import actions as delivery
from alongside_node.foundation.database import Writing
from alongside_protocol import limits, messages
from alongside_protocol.consent import Sealed
from alongside_protocol.identifiers import MessageId, NodeId, Random, Ref, new_message_id
from alongside_protocol.messages import Body, EmptyBody, Envelope, Type
from alongside_protocol.sealing import Context


@dataclass(frozen=True)
class Outgoing:
    """A message that is ready to leave."""

    envelope: Envelope
    body: bytes
    not_after: int


def context(*, me: NodeId, to: str, kind: Type, ref: str, n: int, random: Random) -> Context:
    """What the next message is sealed for."""
    return Context(from_=me, to=to, id=new_message_id(random), type=kind.value, ref=ref, n=n)


def sealed_message(sealed: Sealed, *, now: int, body: Body | None = None) -> Outgoing:
    """A message with personal text, which lives no longer than what was agreed to."""
    made = sealed.context
    exp = min(now + limits.MESSAGE_LIFE, sealed.not_after)
    envelope = Envelope(
        id=MessageId(made.id),
        from_=NodeId(made.from_),
        to=NodeId(made.to),
        type=Type(made.type),
        iat=now,
        exp=exp,
        ref=Ref(made.ref),
        n=made.n,
        body=body or EmptyBody(),
    )
    return Outgoing(envelope, messages.write(envelope, sealed), exp)


def sign(
    kind: Type, *, me: NodeId, to: str, ref: str | None, n: int, now: int, random: Random, body: Body | None = None
) -> Outgoing:
    """A message without a personal word."""
    envelope = Envelope(
        id=new_message_id(random),
        from_=me,
        to=NodeId(to),
        type=kind,
        iat=now,
        exp=now + limits.MESSAGE_LIFE,
        ref=None if ref is None else Ref(ref),
        n=n,
        body=body or EmptyBody(),
    )
    return Outgoing(envelope, messages.write(envelope), envelope.exp)


def enqueue(tx: Writing, outgoing: Outgoing, *, now: int, half: bool = False) -> None:
    """Let it leave. `half`: as in `delivery.enqueue`. Raises `Refused` (`busy`) when too many wait for that peer."""
    envelope = outgoing.envelope
    delivery.enqueue(
        tx,
        peer=envelope.to,
        message_id=envelope.id,
        type=envelope.type.value,
        ref=envelope.ref,
        body=outgoing.body,
        not_after=outgoing.not_after,
        half=half,
        now=now,
    )

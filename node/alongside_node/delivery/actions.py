"""What the slices above do with messages: put one in the outbox, settle an attempt, take what came in (sections 5 and 7).

A row is the truth: whatever leaves or comes in is one before anything else happens, and is gone in the transaction of its effect.
Nothing here sends, signs or reads a message.
"""

from collections.abc import Collection, Iterable
from hashlib import sha256

from alongside_node.foundation.database import Reading, Writing
from alongside_protocol import limits
from alongside_protocol.errors import Code, Refused

from . import rules, store
from .rules import Received
from .store import Health, Outgoing, Waiting

__all__ = [
    "Health",
    "Outgoing",
    "Received",
    "Waiting",
    "acted",
    "claim",
    "delivered",
    "enqueue",
    "failed",
    "forget_all",
    "forget_of",
    "forget_old",
    "health",
    "heard_from",
    "missed",
    "next_due",
    "next_waiting",
    "peers_with_mail",
    "postpone",
    "receive",
    "refs_waiting",
    "troubles",
    "waiting",
    "waiting_by_peer",
]


def enqueue(  # noqa: PLR0913 - a row of the outbox, by name
    tx: Writing,
    *,
    peer: str,
    message_id: str,
    type: str,  # noqa: A002 - the wire's word
    ref: str | None,
    body: bytes,
    not_after: int,
    invitation: str | None = None,
    half: bool = False,
    now: int,
) -> None:
    """Let one message leave as soon as it can, and not after `not_after` (Unix seconds). `body`: the envelope's exact bytes.

    `half`: it answers a message of the peer by itself, or is of somebody without an account. Raises `Refused` (`busy`): `rules.has_room`.
    """
    count, highest = store.length(tx, peer)
    if not rules.has_room(type, count, half=half):
        raise Refused(Code.BUSY, "too many messages wait for this peer")
    outgoing = Outgoing(message_id, peer, type, ref, body, invitation, not_after, attempts=0)
    store.add(tx, outgoing, order=highest + 1, now=now)


def peers_with_mail(reading: Reading, now: int, limit: int = 1_000) -> list[str]:
    """Node ids to whom something may leave now, who has waited longest first."""
    return store.peers_due(reading, now, limit)


def next_due(reading: Reading, now: int) -> int | None:
    """The next instant after `now` at which something may leave; None when nothing waits for a time."""
    return store.next_due(reading, now)


def claim(reading: Reading, peer: str, now: int, limit: int = limits.PEER_IN_FLIGHT) -> list[Outgoing]:
    """What may leave to a peer now: of each request its first message; withdrawing and closing never wait.

    A peer that could not be reached gets one message to find out whether it can be again.
    """
    health = store.health(reading, peer)
    if health is not None and health.next_at > now:
        return []
    room = limit if health is None else 1
    return store.due(reading, peer, now=now, limit=room, unordered=rules.OUT_OF_ORDER)


def delivered(tx: Writing, message_id: str) -> None:
    """It arrived: the row goes."""
    store.remove(tx, message_id)


def heard_from(tx: Writing, peer: str, now: int) -> None:
    """The peer is there: when it had not been, everything that waits for it may leave at once."""
    if store.clear_health(tx, peer):
        store.hasten(tx, peer, now=now)


def failed(tx: Writing, outgoing: Outgoing, code: str, *, retry: bool, now: int, jitter: float) -> bool:
    """Settle an attempt that failed. True: final, the row is gone, and whoever it belongs to must be told.

    `jitter` in [0, 1). A message that is not there any more (withdrawn meanwhile) is not final: nobody waits for it.
    """
    until = now + rules.wait(outgoing.attempts + 1, jitter)
    there = store.postpone_outgoing(tx, outgoing.id, attempts=outgoing.attempts + 1, until=until)
    final = there and (until > outgoing.not_after or not rules.is_worth_another(outgoing.type, code, retry=retry))
    if final:
        store.remove(tx, outgoing.id)
    return final


def missed(tx: Writing, peer: str, codes: Iterable[str], *, now: int, jitter: float) -> bool:
    """Nothing got through to a peer: when a code says that nothing else would, all its mail waits, longer each time."""
    code = next(filter(rules.is_about_the_peer, codes), None)
    if code is None:
        return False
    former = store.health(tx, peer)
    failures = 1 if former is None else former.failures + 1
    store.set_health(tx, Health(peer, failures, now + rules.wait(failures, jitter), code))
    return True


def forget_of(tx: Writing, peer: str, refs: Collection[str]) -> int:
    """Drop what waits for a peer about these requests (before an `erase` or a withdrawal); returns how many messages."""
    return store.remove_of(tx, peer, refs)


def forget_all(tx: Writing, peer: str) -> int:
    """Drop everything that waits for a peer (before parting); returns how many messages."""
    return store.remove_all(tx, peer)


refs_waiting, waiting_by_peer = store.refs_waiting, store.waiting_by_peer


def health(reading: Reading, peer: str) -> Health | None:
    """How a peer has been doing; None when nothing is wrong."""
    return store.health(reading, peer)


def troubles(reading: Reading) -> list[Health]:
    """Every peer with whom something is wrong."""
    return store.every_health(reading)


def receive(
    tx: Writing,
    *,
    sender: str,
    id: str,  # noqa: A002 - the wire's word
    exp: int,
    body: bytes,
    now: int,
    digest: bytes | None = None,
    acted: bool = False,
) -> Received:
    """Take a message whose sender was proven. `acted`: its effect is part of this transaction, so that no worker sees it.

    The key is (sender, id): an id of another node's message is never taken.
    """
    digest = sha256(body).digest() if digest is None else digest
    if store.add_received(tx, Waiting(sender, id, body, exp), digest=digest, acted=acted, now=now):
        return Received.NEW
    return Received.AGAIN if store.digest_of(tx, sender, id) == digest else Received.CONFLICT


def waiting(reading: Reading, now: int, limit: int) -> list[Waiting]:
    """What came in and is to be acted on now."""
    return store.waiting(reading, now, limit)


def next_waiting(reading: Reading, now: int) -> int | None:
    """The next instant after `now` at which something is to be acted on; None when nothing waits for a time."""
    return store.next_waiting(reading, now)


def acted(tx: Writing, sender: str, message_id: str) -> bool:
    """Its effect is in this transaction: the body goes. False when that had happened already, so the effect must not."""
    return store.clear_body(tx, sender, message_id)


def postpone(tx: Writing, sender: str, message_id: str, until: int) -> None:
    """Act on it later, without holding up what came after it."""
    store.postpone_received(tx, sender, message_id, until)


def forget_old(tx: Writing, now: int) -> int:
    """Drop what only kept messages from being taken twice, a day after they expired; returns how many rows."""
    return store.forget_received(tx, before=now - limits.DEDUPE_AFTER_EXPIRY)

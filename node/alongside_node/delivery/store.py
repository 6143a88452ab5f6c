"""The tables of delivery: what waits to leave, what has come in, how each peer is doing. The only SQL here."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Function, Select, and_, bindparam, delete, exists, func, or_, select, text, update

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing
from alongside_protocol import limits

_outbox = schema.outbox
_received = schema.received
_health = schema.peer_health


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that waits to leave. `not_after`: the last instant at which it may; `attempts`: how many failed."""

    id: str
    peer: str
    type: str
    ref: str | None
    body: bytes
    invitation: str | None
    not_after: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message that came in and was not acted on yet. `exp`: of the message, Unix seconds."""

    sender: str
    id: str
    body: bytes
    exp: int


@dataclass(frozen=True, slots=True)
class Health:
    """How a peer has been doing: failed attempts in a row, when the next may be, and why the last one failed."""

    peer: str
    failures: int
    next_at: int
    code: str


# What waits to leave.


# Every message runs these, so they are built once.

_EARLIER = _outbox.alias("earlier")
_WAITS = exists().where(
    _EARLIER.c.peer == _outbox.c.peer, _EARLIER.c.ref == _outbox.c.ref, _EARLIER.c.order < _outbox.c.order
)
_DUE = (
    select(
        _outbox.c.id,
        _outbox.c.peer,
        _outbox.c.type,
        _outbox.c.ref,
        _outbox.c.body,
        _outbox.c.invitation,
        _outbox.c.not_after,
        _outbox.c.attempts,
    )
    .where(_outbox.c.peer == bindparam("of"), _outbox.c.next_at <= bindparam("now"))
    .where(or_(_outbox.c.ref.is_(None), _outbox.c.type.in_(bindparam("unordered", expanding=True)), ~_WAITS))
    .order_by(_outbox.c.next_at, _outbox.c.order)
    .limit(bindparam("most"))
)
_ADD = _outbox.insert()
_REMOVE = delete(_outbox).where(_outbox.c.id == bindparam("of"))
_LENGTH = select(func.count().label("waiting"), func.coalesce(func.max(_outbox.c.order), 0).label("highest")).where(
    _outbox.c.peer == bindparam("of")
)


def add(tx: Writing, outgoing: Outgoing, *, order: int, now: int) -> None:
    """One more message."""
    tx.execute(
        _ADD,
        {
            "id": outgoing.id,
            "peer": outgoing.peer,
            "type": outgoing.type,
            "ref": outgoing.ref,
            "body": outgoing.body,
            "invitation": outgoing.invitation,
            "not_after": outgoing.not_after,
            "attempts": outgoing.attempts,
            "next_at": now,
            "order": order,
        },
    )


def length(reading: Reading, peer: str) -> tuple[int, int]:
    """(how many messages wait for a peer, the highest order among them)."""
    row = reading.execute(_LENGTH, {"of": peer}).one()
    return row.waiting, row.highest


def due(reading: Reading, peer: str, *, now: int, limit: int, unordered: Collection[str]) -> list[Outgoing]:
    """Messages that may leave now: of each `ref` the first one only, save the types in `unordered`."""
    values = {"of": peer, "now": now, "most": limit, "unordered": list(unordered)}
    return [Outgoing(**row) for row in reading.execute(_DUE, values).mappings()]


_PEERS_DUE = (
    select(_outbox.c.peer)
    .outerjoin(_health, _health.c.peer == _outbox.c.peer)
    .where(_outbox.c.next_at <= bindparam("now"), func.coalesce(_health.c.next_at, 0) <= bindparam("now"))
    .group_by(_outbox.c.peer)
    .order_by(func.min(_outbox.c.next_at), _outbox.c.peer)
    .limit(bindparam("most"))
)


def peers_due(reading: Reading, now: int, limit: int) -> list[str]:
    """Peers to whom something may leave now, who has waited longest first."""
    return list(reading.execute(_PEERS_DUE, {"now": now, "most": limit}).scalars())


def _next_due(later: Function[Any]) -> Select[Any]:
    inner = select(later.label("at")).outerjoin(_health, _health.c.peer == _outbox.c.peer).subquery()
    return select(func.min(inner.c.at)).where(inner.c.at > bindparam("now"))


_BOTH = (_outbox.c.next_at, func.coalesce(_health.c.next_at, 0))
_NEXT_DUE = {
    "sqlite": _next_due(func.max(*_BOTH)),  # of two values it is PostgreSQL's greatest()
    "postgresql": _next_due(func.greatest(*_BOTH)),
}


def next_due(reading: Reading, now: int) -> int | None:
    """The next instant after `now` at which something may leave."""
    later: int | None = reading.execute(_NEXT_DUE[reading.dialect], {"now": now}).scalar()
    return later


def remove(tx: Writing, message_id: str) -> None:
    """A message arrived, or was given up."""
    tx.execute(_REMOVE, {"of": message_id})


def remove_of(tx: Writing, peer: str, refs: Collection[str]) -> int:
    """Drop what waits for a peer about these requests; returns how many messages that were."""
    return tx.execute(delete(_outbox).where(_outbox.c.peer == peer, _outbox.c.ref.in_(refs))).rowcount


def refs_waiting(reading: Reading, refs: Collection[str]) -> set[str]:
    """Those of `refs` about which something waits to leave."""
    return set(reading.execute(select(_outbox.c.ref).where(_outbox.c.ref.in_(refs))).scalars())


def waiting_by_peer(reading: Reading) -> dict[str, int]:
    """Peer → how many messages wait for it."""
    statement = select(_outbox.c.peer, func.count().label("waiting")).group_by(_outbox.c.peer)
    return {row.peer: row.waiting for row in reading.execute(statement)}


def remove_all(tx: Writing, peer: str) -> int:
    """Drop everything that waits for a peer; returns how many messages that were."""
    return tx.execute(delete(_outbox).where(_outbox.c.peer == peer)).rowcount


def postpone_outgoing(tx: Writing, message_id: str, *, attempts: int, until: int) -> bool:
    """False when the message is not there any more."""
    statement = update(_outbox).where(_outbox.c.id == message_id).values(attempts=attempts, next_at=until)
    return tx.execute(statement).rowcount == 1


def hasten(tx: Writing, peer: str, *, now: int) -> None:
    """The peer is there again: everything that was postponed may leave now."""
    tx.execute(update(_outbox).where(_outbox.c.peer == peer, _outbox.c.next_at > now).values(next_at=now))


# How each peer is doing.


_HEALTH = select(_health).where(_health.c.peer == bindparam("of"))
_CLEAR_HEALTH = delete(_health).where(_health.c.peer == bindparam("of"))


def health(reading: Reading, peer: str) -> Health | None:
    """None: nothing is wrong."""
    row = reading.execute(_HEALTH, {"of": peer}).first()
    return None if row is None else Health(row.peer, row.failures, row.next_at, row.code or "")


def every_health(reading: Reading) -> list[Health]:
    """All peers with whom something is wrong."""
    rows = reading.execute(select(_health).order_by(_health.c.peer))
    return [Health(row.peer, row.failures, row.next_at, row.code or "") for row in rows]


def set_health(tx: Writing, health: Health) -> None:
    """One more failure."""
    values = {"failures": health.failures, "next_at": health.next_at, "code": health.code}
    if tx.execute(update(_health).where(_health.c.peer == health.peer).values(values)).rowcount == 0:
        tx.execute(_health.insert().values(peer=health.peer, **values))


def clear_health(tx: Writing, peer: str) -> bool:
    """True when something had been wrong."""
    return tx.execute(_CLEAR_HEALTH, {"of": peer}).rowcount == 1


# What has come in. Every message runs these, so they are compiled once.

_ADD_RECEIVED = text(
    "INSERT INTO received (sender, id, digest, exp, body, next_at)"
    " VALUES (:sender, :id, :digest, :exp, :body, :next_at) ON CONFLICT (sender, id) DO NOTHING"
)
_CLEAR_BODY = text(
    "UPDATE received SET body = NULL, exp = (exp / :day + 1) * :day"
    " WHERE sender = :sender AND id = :id AND body IS NOT NULL"
)
_WAITING = (
    select(_received.c.sender, _received.c.id, _received.c.body, _received.c.exp)
    .where(_received.c.body.is_not(None), _received.c.next_at <= bindparam("now"))
    .order_by(_received.c.next_at)
    .limit(bindparam("most"))
)
_NEXT_WAITING = select(func.min(_received.c.next_at)).where(
    _received.c.body.is_not(None), _received.c.next_at > bindparam("now")
)
_DIGEST = select(_received.c.digest).where(
    _received.c.sender == bindparam("by"), _received.c.id == bindparam("message")
)


def add_received(tx: Writing, waiting: Waiting, *, digest: bytes, acted: bool, now: int) -> bool:
    """False when the sender used this id before. `acted`: the effect is in this transaction, nothing is left to do."""
    values = {
        "sender": waiting.sender,
        "id": waiting.id,
        "digest": digest,
        "exp": (waiting.exp // limits.DAY + 1) * limits.DAY if acted else waiting.exp,
        "body": None if acted else waiting.body,
        "next_at": now,
    }
    return tx.execute(_ADD_RECEIVED, values).rowcount == 1


def digest_of(reading: Reading, sender: str, message_id: str) -> bytes | None:
    """SHA-256 of what came under this id before."""
    found: bytes | None = reading.execute(_DIGEST, {"by": sender, "message": message_id}).scalar()
    return found


def waiting(reading: Reading, now: int, limit: int) -> list[Waiting]:
    """What is to be acted on now, what has waited longest first."""
    rows = reading.execute(_WAITING, {"now": now, "most": limit})
    return [Waiting(row.sender, row.id, row.body, row.exp) for row in rows]


def next_waiting(reading: Reading, now: int) -> int | None:
    """The next instant after `now` at which something is to be acted on."""
    found: int | None = reading.execute(_NEXT_WAITING, {"now": now}).scalar()
    return found


def clear_body(tx: Writing, sender: str, message_id: str) -> bool:
    """The message was acted on: its id and hash stay, and the day of its end. False when it had been already."""
    return tx.execute(_CLEAR_BODY, {"sender": sender, "id": message_id, "day": limits.DAY}).rowcount == 1


def postpone_received(tx: Writing, sender: str, message_id: str, until: int) -> None:
    """Act on it later."""
    row = and_(_received.c.sender == sender, _received.c.id == message_id)
    tx.execute(update(_received).where(row).values(next_at=until))


def forget_received(tx: Writing, *, before: int) -> int:
    """Drop the rows of messages that expired before an instant."""
    return tx.execute(delete(_received).where(_received.c.exp < before)).rowcount

"""The tables of peers: who we know, which invitations are open, what contradicted itself. The only SQL here."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing
from alongside_protocol.identifiers import NodeId
from alongside_protocol.messages import Steps
from alongside_protocol.node_document import Chain, read_chain
from alongside_protocol.profile import Profile

from .rules import Standing, State

_peer = schema.peer
_invitation = schema.peer_invitation
_evidence = schema.evidence


@dataclass(frozen=True)
class Peer:
    """Another community's node, and how far we go with it. `documents`: the JWS texts of its chain, verified when they came."""

    node: NodeId
    origin: str
    documents: tuple[str, ...]
    profile: Profile
    standing: Standing
    review_day: int | None
    max_records: int
    max_bytes: int

    @property
    def name(self) -> str:
        """What they call themselves."""
        return self.profile.name

    @cached_property
    def chain(self) -> Chain:
        """Their documents, read. Whether an origin without TLS is allowed was decided when they came."""
        return read_chain(self.documents, allow_loopback=True)

    def at(self, standing: Standing) -> "Peer":
        """The same peer, further or less far with us."""
        return replace(self, standing=standing)


@dataclass(frozen=True)
class Invitation:
    """An open invitation. `last_day`: days since 1970; `token` is secret."""

    id: str
    token: bytes
    note: str
    last_day: int


@dataclass(frozen=True)
class Evidence:
    """Two statements of one peer that cannot both stand."""

    id: str
    peer: str
    code: str
    first: str
    second: str
    day: int


# Peers.


_PEER = select(_peer).where(_peer.c.node == bindparam("of"))


def find(reading: Reading, node: str) -> Peer | None:
    """One peer."""
    row = reading.execute(_PEER, {"of": node}).first()
    return None if row is None else _read(row)


def every(reading: Reading) -> list[Peer]:
    """All peers, by name."""
    return [_read(row) for row in reading.execute(select(_peer).order_by(_peer.c.name, _peer.c.node))]


def all_documents(reading: Reading) -> dict[str, str]:
    """Node id → its chain as stored, of all peers."""
    return {row.node: row.chain for row in reading.execute(select(_peer.c.node, _peer.c.chain))}


_STANDING = select(_peer.c.state, _peer.c.ours, _peer.c.theirs, _peer.c.listings_from).where(
    _peer.c.node == bindparam("of")
)


def standing(reading: Reading, node: str) -> Standing | None:
    """How far we are with a peer. Every request asks this, in its own transaction, so it reads four columns and no chain."""
    row = reading.execute(_STANDING, {"of": node}).first()
    return None if row is None else _standing(row)


def origin_taken(reading: Reading, origin: str, *, apart_from: str) -> bool:
    """Whether another peer with whom we are in touch has this origin."""
    statement = select(_peer.c.node).where(
        _peer.c.origin == origin, _peer.c.node != apart_from, _peer.c.state != State.ENDED.value
    )
    return reading.execute(statement).first() is not None


def save(tx: Writing, peer: Peer) -> None:
    """Add a peer, or replace what we have of it."""
    values = {
        "origin": peer.origin,
        "chain": json.dumps(peer.documents),
        "name": peer.name,
        "profile": peer.profile.model_dump_json(),
        "state": peer.standing.state.value,
        "ours": peer.standing.ours.value,
        "theirs": peer.standing.theirs.value,
        "listings_from": peer.standing.listings_from,
        "review_day": peer.review_day,
        "max_records": peer.max_records,
        "max_bytes": peer.max_bytes,
    }
    if tx.execute(update(_peer).where(_peer.c.node == peer.node).values(values)).rowcount == 0:
        tx.execute(_peer.insert().values(node=peer.node, **values))


def _read(row: Row[Any]) -> Peer:
    return Peer(
        node=NodeId(row.node),
        origin=row.origin,
        documents=tuple(json.loads(row.chain)),
        profile=Profile.model_validate_json(row.profile),
        standing=_standing(row),
        review_day=row.review_day,
        max_records=row.max_records,
        max_bytes=row.max_bytes,
    )


def _standing(row: Row[Any]) -> Standing:
    return Standing(State(row.state), Steps(row.ours), Steps(row.theirs), row.listings_from)


# Invitations.


def add_invitation(tx: Writing, invitation: Invitation) -> None:
    """One more open invitation."""
    tx.execute(
        _invitation.insert().values(
            id=invitation.id, token=invitation.token, note=invitation.note, last_day=invitation.last_day
        )
    )


def invitations(reading: Reading, *, day: int) -> list[Invitation]:
    """Those that can be used on this day."""
    statement = select(_invitation).where(_invitation.c.last_day >= day).order_by(_invitation.c.last_day)
    return [Invitation(row.id, row.token, row.note, row.last_day) for row in reading.execute(statement)]


def use_invitation(tx: Writing, invitation_id: str, *, day: int) -> bool:
    """An invitation works once: False when it was used, taken back, or has run out."""
    live = (_invitation.c.id == invitation_id) & (_invitation.c.last_day >= day)
    return tx.execute(delete(_invitation).where(live)).rowcount == 1


def take_back_invitation(tx: Writing, invitation_id: str) -> None:
    """Nobody can use it any more."""
    tx.execute(delete(_invitation).where(_invitation.c.id == invitation_id))


def forget_invitations(tx: Writing, *, before: int) -> int:
    """Drop those that ran out before a day; returns how many."""
    return tx.execute(delete(_invitation).where(_invitation.c.last_day < before)).rowcount


# Evidence.


def add_evidence(tx: Writing, evidence: Evidence) -> None:
    """Keep both statements."""
    tx.execute(
        _evidence.insert().values(
            id=evidence.id,
            peer=evidence.peer,
            code=evidence.code,
            first=evidence.first,
            second=evidence.second,
            day=evidence.day,
        )
    )


def forget_evidence(tx: Writing, *, before: int, lasting: str) -> int:
    """Drop what is older than a day, save where it still counts; returns how many.

    It counts while the peer is frozen for it; what has the code `lasting` counts as long as our agreement lives.
    """
    frozen = select(_peer.c.node).where(_peer.c.state == State.FROZEN.value)
    living = select(_peer.c.node).where(_peer.c.state != State.ENDED.value)
    counts = _evidence.c.peer.in_(frozen) | ((_evidence.c.code == lasting) & _evidence.c.peer.in_(living))
    return tx.execute(delete(_evidence).where(_evidence.c.day < before, ~counts)).rowcount


def evidence(reading: Reading, peer: str) -> list[Evidence]:
    """What a peer has contradicted itself in, newest first."""
    statement = select(_evidence).where(_evidence.c.peer == peer).order_by(_evidence.c.day.desc(), _evidence.c.id)
    return [Evidence(row.id, row.peer, row.code, row.first, row.second, row.day) for row in reading.execute(statement)]

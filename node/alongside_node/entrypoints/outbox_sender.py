"""Brings what waits in the outbox to peers: claim, sign afresh, send, settle in one write (sections 5 and 7).

Each peer has a task of its own, so a slow or lying one holds up nobody. Messages to this node itself are taken without the network.
Killed at any moment it loses nothing: a row goes only in the transaction that says why.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from alongside_node.delivery import actions as delivery
from alongside_node.delivery.actions import Outgoing, Received
from alongside_node.delivery.rules import spread
from alongside_node.foundation.clock import Clock
from alongside_node.foundation.database import Database, Reading, Writing
from alongside_node.foundation.outbound_http import Outbound
from alongside_node.peers import actions as peers
from alongside_protocol import messages
from alongside_protocol.client import flows
from alongside_protocol.client.drivers import arun
from alongside_protocol.client.flows import Answer, Signer
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId, Random

from .pacing import Nudge, OnePerPeer

PEERS_AT_ONCE: Final = 256
"""Slow peers hold a place for at most ten seconds each, so this many can be slow before others wait."""

Undeliverable = Callable[[Writing, Outgoing, str], None]
"""Told in the transaction in which a message was given up: (tx, message, code)."""


@dataclass(frozen=True)
class Mail:
    """What sending needs. `me` and `signer` are asked each time: keys may change while the node runs."""

    database: Database
    clock: Clock
    random: Random
    outbound: Outbound
    me: Callable[[], NodeId]
    signer: Callable[[], Signer]
    undeliverable: Undeliverable
    stored: Callable[[], None]
    """A message to this node itself waits to be acted on."""


class OutboxSender:
    """The loop. `nudge` wakes it: something was put in the outbox."""

    def __init__(self, mail: Mail, nudge: Nudge) -> None:
        self._mail = mail
        self._nudge = nudge
        self._each = OnePerPeer("outbox", self._drain, at_once=PEERS_AT_ONCE)
        self._resting: set[NodeId] = set()
        self._back: set[NodeId] = set()

    async def run(self) -> None:
        """Until cancelled."""
        troubles = await self._mail.database.aread(delivery.troubles)
        self._resting.update(NodeId(trouble.peer) for trouble in troubles)
        try:
            while True:
                await self._nudge.wait(await self._start_due())
        finally:
            await self._each.close()

    async def send_due(self) -> None:
        """Send everything that may leave now, and return when it was settled."""
        await self._start_due()
        await self._each.idle()

    def heard(self, peer: NodeId) -> None:
        """A peer has spoken to us: when it could not be reached, it can be now. From the event loop only."""
        if peer in self._resting:
            self._back.add(peer)
            self._each.start(peer)

    async def _start_due(self) -> float | None:
        """Returns in how many seconds something else may leave; None: nothing waits for a time."""
        now = self._mail.clock.now()

        def look(reading: Reading) -> tuple[list[str], int | None]:
            return delivery.peers_with_mail(reading, now), delivery.next_due(reading, now)

        due, at = await self._mail.database.aread(look)
        for peer in due:
            self._each.start(NodeId(peer))
        return None if at is None else at - now

    async def _drain(self, peer: NodeId) -> None:
        self._resting.discard(peer)
        if peer in self._back:
            self._back.discard(peer)
            now = self._mail.clock.now()
            await self._mail.database.awrite(lambda tx: delivery.heard_from(tx, peer, now))
        while batch := await self._claim(peer):
            outgoing, origin = batch
            answers = await asyncio.gather(*(self._attempt(one, origin) for one in outgoing))
            await self._settle(peer, outgoing, answers)

    async def _claim(self, peer: NodeId) -> tuple[list[Outgoing], str | None] | None:
        now = self._mail.clock.now()

        def claim(reading: Reading) -> tuple[list[Outgoing], str | None]:
            return delivery.claim(reading, peer, now), peers.origin_for(reading, peer)

        outgoing, origin = await self._mail.database.aread(claim)
        return (outgoing, origin) if outgoing else None

    async def _attempt(self, outgoing: Outgoing, origin: str | None) -> Answer:
        """What came of one attempt; never raises."""
        now = self._mail.clock.now()
        if outgoing.not_after < now:
            return Answer(taken=False, code=Code.MESSAGE_EXPIRED)
        if outgoing.peer == self._mail.me():
            return await self._take_here(outgoing, now)
        if origin is None:
            return Answer(taken=False, code=Code.NOT_AGREED, retry=True)
        invitation = peers.invitation_of(outgoing)
        flow = flows.deliver(outgoing.body, origin, self._mail.signer(), now=now, invitation=invitation)
        try:
            return await arun(flow, self._mail.outbound.send)
        except Refused as refused:
            return Answer(taken=False, code=refused.code, retry=refused.retry)

    async def _take_here(self, outgoing: Outgoing, now: int) -> Answer:
        """A message within this node: the same row in `received` that a peer's would be."""
        exp = messages.read_stored(outgoing.body).exp

        def take(tx: Writing) -> Received:
            tx.after_commit(self._mail.stored)
            return delivery.receive(tx, sender=outgoing.peer, id=outgoing.id, exp=exp, body=outgoing.body, now=now)

        took = await self._mail.database.awrite(take)
        return Answer(taken=took is not Received.CONFLICT, code=Code.MESSAGE_REUSED_ID)

    async def _settle(self, peer: NodeId, outgoing: Sequence[Outgoing], answers: Sequence[Answer]) -> None:
        now, jitter = self._mail.clock.now(), spread(self._mail.random)
        there = any(answer.taken for answer in answers)

        def settle(tx: Writing) -> bool:
            if there:
                delivery.heard_from(tx, peer, now)
            for one, answer in zip(outgoing, answers, strict=True):
                self._settle_one(tx, one, answer, now=now, jitter=jitter)
            codes = [answer.code for answer in answers]
            return not there and delivery.missed(tx, peer, codes, now=now, jitter=jitter)

        if await self._mail.database.awrite(settle):
            self._resting.add(peer)

    def _settle_one(self, tx: Writing, outgoing: Outgoing, answer: Answer, *, now: int, jitter: float) -> None:
        if answer.taken:
            delivery.delivered(tx, outgoing.id)
        elif delivery.failed(tx, outgoing, answer.code, retry=answer.retry, now=now, jitter=jitter):
            structlog.get_logger().warning("undeliverable", peer=outgoing.peer, type=outgoing.type, code=answer.code)
            self._mail.undeliverable(tx, outgoing, answer.code)

"""Tells peers of a new head: at once, directly, at most once a second each, never queued and never again (section 4, "Hint").

Few changes go with it, so that a peer who follows closely need not come and fetch them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from alongside_node.foundation.clock import Clock
from alongside_node.foundation.outbound_http import Outbound
from alongside_protocol import limits, messages
from alongside_protocol.client import flows
from alongside_protocol.client.drivers import arun
from alongside_protocol.client.flows import Signer
from alongside_protocol.errors import Refused
from alongside_protocol.identifiers import NodeId, Random, new_message_id
from alongside_protocol.messages import Envelope, HintBody, Type

from .pacing import Nudge, OnePerPeer

AT_ONCE: Final = 64

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Readers:
    """What telling needs."""

    readers: Callable[[], Awaitable[Sequence[tuple[NodeId, str]]]]
    """(node, origin) of everybody our listings reach."""
    clock: Clock
    random: Random
    outbound: Outbound
    me: Callable[[], NodeId]
    signer: Callable[[], Signer]
    sleep: Sleep = asyncio.sleep


class HintSender:
    """The loop. A hint that does not arrive is lost: peers poll."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._each = OnePerPeer("hint", self._tell, at_once=AT_ONCE)
        self._newest: HintBody | None = None
        self._origins: dict[NodeId, str] = {}
        self.nudge = Nudge()

    def announce(self, newest: HintBody) -> None:
        """A head was signed and committed. From any thread."""
        self._newest = newest
        self.nudge()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self.nudge.wait()
                await self._start_all()
        finally:
            await self._each.close()

    async def tell_all(self) -> None:
        """Tell everybody of the newest head, and return when all were told."""
        await self._start_all()
        await self._each.idle()

    async def _start_all(self) -> None:
        if self._newest is None:
            return
        self._origins = dict(await self._readers.readers())
        for peer in self._origins:
            self._each.start(peer)

    async def _tell(self, peer: NodeId) -> None:
        origin = self._origins.get(peer)
        if origin is None or self._newest is None:
            return
        with suppress(Refused):
            await arun(self._flow(peer, origin, self._newest), self._readers.outbound.send)
        await self._readers.sleep(1 / limits.HINTS_PER_SECOND)

    def _flow(self, peer: NodeId, origin: str, newest: HintBody) -> flows.Flow[flows.Answer]:
        now = self._readers.clock.now()
        hint = Envelope(
            id=new_message_id(self._readers.random),
            from_=self._readers.me(),
            to=peer,
            type=Type.HINT,
            iat=now,
            exp=now + limits.SIGNATURE_LIFE,
            body=newest,
        )
        return flows.deliver(messages.write(hint), origin, self._readers.signer(), now=now)

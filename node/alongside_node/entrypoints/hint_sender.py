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
class Telling:
    """What telling needs."""

    clock: Clock
    random: Random
    outbound: Outbound
    me: Callable[[], NodeId]
    signer: Callable[[], Signer]
    sleep: Sleep = asyncio.sleep


class HintSender:
    """The loop. A hint that does not arrive is lost: peers poll."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._each = OnePerPeer("hint", self._tell, at_once=AT_ONCE)
        self._newest: HintBody | None = None
        self._origins: dict[NodeId, str] = {}
        self.nudge = Nudge()

    def announce(self, newest: HintBody, readers: Sequence[tuple[NodeId, str]]) -> None:
        """A head was signed and committed. `readers`: (node, origin) of everybody our listings reach. From the event loop only."""
        self._newest, self._origins = newest, dict(readers)
        self.nudge()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self.nudge.wait()
                self._start_all()
        finally:
            await self._each.close()

    async def tell_all(self) -> None:
        """Tell everybody of the newest head, and return when all were told."""
        self._start_all()
        await self._each.idle()

    def _start_all(self) -> None:
        for peer in self._origins:
            self._each.start(peer)

    async def _tell(self, peer: NodeId) -> None:
        origin = self._origins.get(peer)
        if origin is None or self._newest is None:
            return
        with suppress(Refused):
            await arun(self._flow(peer, origin, self._newest), self._telling.outbound.send)
        await self._telling.sleep(1 / limits.HINTS_PER_SECOND)

    def _flow(self, peer: NodeId, origin: str, newest: HintBody) -> flows.Flow[flows.Answer]:
        now = self._telling.clock.now()
        hint = Envelope(
            id=new_message_id(self._telling.random),
            from_=self._telling.me(),
            to=peer,
            type=Type.HINT,
            iat=now,
            exp=now + limits.SIGNATURE_LIFE,
            body=newest,
        )
        return flows.deliver(messages.write(hint), origin, self._telling.signer(), now=now)

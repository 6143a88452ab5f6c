"""Keeps our copies of peers' directories fresh: by hint at once, by a jittered poll anyway (section 4, "Sync").

One synchronisation in flight for each peer, one more remembered, few at once: each holds a page in memory. What came with a hint
is kept until the next one only, and believed no more than what is fetched.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from alongside_node.delivery.rules import spread, wait
from alongside_node.foundation.clock import Clock
from alongside_protocol.identifiers import NodeId, Random
from alongside_protocol.messages import HintBody

from .pacing import Nudge, OnePerPeer

AT_ONCE: Final = 4

Order = tuple[int, int]
"""(doc, seq) of a head."""


@dataclass(frozen=True)
class Following:
    """What the loop needs. Poll times in seconds."""

    sources: Callable[[], Awaitable[Sequence[NodeId]]]
    """Every peer whose directory we follow."""
    sync_peer: Callable[[NodeId, HintBody | None], Awaitable[Order | None]]
    """Synchronise one, with its newest hint; the order of the head that is trusted then, or None when it failed. Says itself why."""
    clock: Clock
    random: Random
    earliest: int
    latest: int


class SyncLoop:
    """The loop. Everything it remembers may be lost: without hints it polls."""

    def __init__(self, following: Following) -> None:
        self._following = following
        self._each = OnePerPeer("sync", self._sync, at_once=AT_ONCE)
        self._trusted: dict[NodeId, Order] = {}
        self._failures: dict[NodeId, int] = {}
        self._due: dict[NodeId, int] = {}
        self._asked: set[NodeId] = set()
        self._hints: dict[NodeId, HintBody] = {}
        self.nudge = Nudge()

    def hint(self, peer: NodeId, hint: HintBody) -> None:
        """A peer says it has a head: only a newer one counts. From the event loop only."""
        if (hint.doc, hint.seq) <= self._trusted.get(peer, (0, 0)):
            return
        if peer in self._due:  # we follow it, as far as we last looked; whether we still do is read again with its copy
            self._hints[peer] = hint
            self._start(peer)
        else:
            self.ask(peer)

    def heard(self, peer: NodeId) -> None:
        """A peer has spoken to us: when its directory could not be read, try again now."""
        if self._failures.pop(peer, 0):
            self.ask(peer)

    def ask(self, peer: NodeId) -> None:
        """Synchronise this peer now, if we follow it."""
        self._asked.add(peer)
        self.nudge()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self._start_due()
                await self.nudge.wait(self._seconds_to_next())
        finally:
            await self._each.close()

    async def sync_due(self) -> None:
        """Synchronise every peer that is due, and return when all are done."""
        await self._start_due()
        await self._each.idle()

    async def _start_due(self) -> None:
        asked, self._asked = self._asked, set()
        sources = await self._following.sources()
        self._due = {peer: self._due.get(peer, 0) for peer in sources}
        now = self._following.clock.now()
        for peer, due in self._due.items():
            if peer in asked or due <= now:
                self._start(peer)

    def _start(self, peer: NodeId) -> None:
        self._due[peer] = self._following.clock.now() + self._poll_pause()
        self._each.start(peer)

    def _seconds_to_next(self) -> float | None:
        if not self._due:
            return None
        return max(min(self._due.values()) - self._following.clock.now(), 0)

    def _poll_pause(self) -> int:
        earliest, latest = self._following.earliest, self._following.latest
        return earliest + int(spread(self._following.random) * (latest - earliest))

    async def _sync(self, peer: NodeId) -> None:
        order = await self._following.sync_peer(peer, self._hints.pop(peer, None))
        if order is not None:
            self._trusted[peer] = order
            self._failures.pop(peer, None)
            return
        failures = self._failures[peer] = self._failures.get(peer, 0) + 1
        again = self._following.clock.now() + wait(failures, spread(self._following.random))
        if peer in self._due:
            self._due[peer] = min(self._due[peer], again)
            self.nudge()

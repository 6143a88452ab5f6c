"""How loops wait and keep peers apart: a nudge that wakes one loop, and one job in flight for each peer.

Both live in memory and may be lost at any moment: what must happen is a row, and each loop looks at its rows again within a minute.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog

from alongside_protocol.identifiers import NodeId

LONGEST_WAIT: Final = 60.0
"""Seconds after which a loop looks again, nudged or not: rows may come from another process."""


class Nudge:
    """Wakes the loop that waits for it. Calling it is cheap, from any thread; many calls before the loop wakes are one."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._called = False

    def __call__(self) -> None:
        """Wake the loop, now or as soon as it waits."""
        if self._called:
            return
        self._called = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, seconds: float | None = None) -> None:
        """Until called, at most so many seconds and never longer than a minute."""
        self._loop = asyncio.get_running_loop()
        if not self._called:
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_WAIT if seconds is None else min(seconds, LONGEST_WAIT)):
                    await self._event.wait()
        # In this order: a call in between sets both again, and is seen by the next wait.
        self._called = False
        self._event.clear()


class Doorstep:
    """Who stands on it is answered first: `with` it while answering; other work does `calm` before it begins.

    Calm is when nobody has stood there for five milliseconds: whoever sends one message after another leaves shorter gaps. Other work
    never waits longer than a second, so it goes on however many come.
    """

    _STEP: Final = 0.002
    _QUIET: Final = 0.005
    _LONGEST: Final = 1.0

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._standing = 0
        self._left = 0.0

    def __enter__(self) -> None:
        self._standing += 1

    def __exit__(self, *_: object) -> None:
        self._standing -= 1
        self._left = self._clock()

    async def calm(self) -> None:
        """Until nobody has stood there for a moment, or a second has passed."""
        until = self._clock() + self._LONGEST
        while (self._standing or self._clock() < self._left + self._QUIET) and self._clock() < until:  # noqa: ASYNC110 - time, not an event
            await asyncio.sleep(self._STEP)


class OnePerPeer:
    """Runs `job(peer)`: one in flight for each peer, one more remembered, `at_once` of all. A job that fails stops only itself."""

    def __init__(self, name: str, job: Callable[[NodeId], Awaitable[None]], *, at_once: int) -> None:
        self._name = name
        self._job = job
        self._room = asyncio.Semaphore(at_once)
        self._running: dict[NodeId, asyncio.Task[None]] = {}
        self._again: set[NodeId] = set()

    def start(self, peer: NodeId) -> None:
        """Run the job for this peer now, or once more when it is running."""
        if peer in self._running:
            self._again.add(peer)
        else:
            self._running[peer] = asyncio.create_task(self._run(peer))

    async def idle(self) -> None:
        """Until no job is in flight."""
        while self._running:
            await asyncio.wait(self._running.values())

    async def close(self) -> None:
        """Stop every job where it stands."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, peer: NodeId) -> None:
        try:
            await self._once(peer)
            while peer in self._again:
                await self._once(peer)
        finally:
            self._running.pop(peer)
            self._again.discard(peer)

    async def _once(self, peer: NodeId) -> None:
        async with self._room:
            self._again.discard(peer)
            try:
                await self._job(peer)
            except Exception as error:  # noqa: BLE001 - whatever went wrong with one peer, the others go on
                structlog.get_logger().error(f"{self._name}-failed", peer=peer, error=type(error).__name__)

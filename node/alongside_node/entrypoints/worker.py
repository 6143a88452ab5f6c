"""Runs a node's loops beside its web server and stops them cleanly: outbox, received, sync, hints, duties.

Cancelling loses nothing: whatever must happen is a row. A loop that breaks (a disk that fails, a mistake of ours) is logged and begun
again; it never takes the others along.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Final, Self

import structlog

AGAIN_AFTER: Final = 5.0
"""Seconds until a broken loop begins again: a full disk is asked gently."""

Run = Callable[[], Awaitable[None]]


class Worker:
    """`async with Worker({"outbox": outbox.run, …}): …`. Each loop runs until the block ends."""

    def __init__(self, loops: Mapping[str, Run], *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._loops = dict(loops)
        self._sleep = sleep
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._forever(name, run), name=name) for name, run in self._loops.items()]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _forever(self, name: str, run: Run) -> None:
        while True:
            try:
                await run()
            except Exception as error:  # noqa: BLE001 - see above
                structlog.get_logger().error("loop-failed", step=name, error=type(error).__name__)
            await self._sleep(AGAIN_AFTER)

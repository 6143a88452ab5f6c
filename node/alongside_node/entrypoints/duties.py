"""What has to be done from time to time although nobody asks: heads signed again, keys renewed, old rows dropped, ends reached."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from alongside_node.foundation.clock import Clock

from .pacing import Nudge


@dataclass(frozen=True)
class Duty:
    """One of them: `run(now)` at the start and every so many seconds after. Doing it twice must be harmless."""

    name: str
    every: int
    run: Callable[[int], Awaitable[None]]


class Duties:
    """The loop. A duty that fails is logged and done again at its next time; the others are done."""

    def __init__(self, clock: Clock, duties: Sequence[Duty]) -> None:
        self._clock = clock
        self._duties = tuple(duties)
        self._due = dict.fromkeys(self._duties, 0)
        self.nudge = Nudge()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.do_due()
            soonest = min(self._due.values(), default=None)
            await self.nudge.wait(None if soonest is None else max(soonest - self._clock.now(), 0))

    async def do_due(self) -> None:
        """Do everything that is due now."""
        now = self._clock.now()
        for duty in self._duties:
            if self._due[duty] <= now:
                self._due[duty] = now + duty.every
                await self._do(duty, now)

    async def _do(self, duty: Duty, now: int) -> None:
        try:
            await duty.run(now)
        except Exception as error:  # noqa: BLE001 - one duty that fails must not keep the others from being done
            structlog.get_logger().error("duty-failed", step=duty.name, error=type(error).__name__)

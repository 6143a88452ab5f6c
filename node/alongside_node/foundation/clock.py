"""Time comes in by argument: programs pass `SystemClock`, tests one they can set."""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time in whole Unix seconds."""

    def now(self) -> int:
        """Seconds since 1970, UTC."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> int:
        """Seconds since 1970, UTC."""
        return int(time.time())

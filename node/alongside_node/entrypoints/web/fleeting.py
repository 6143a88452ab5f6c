"""What is kept in memory only, for twenty minutes, under 128 random bits: a search, seven words not yet kept (safety.md, "At rest").

Never written anywhere; gone with the process. Bounded, so that nobody can fill the memory: the oldest goes first.
"""

from collections import OrderedDict
from typing import Final, Generic, TypeVar

from alongside_node.foundation.clock import Clock
from alongside_protocol import base64url
from alongside_protocol.identifiers import RANDOM_ID_BYTES, Random

T = TypeVar("T")

SECONDS: Final = 20 * 60
MOST: Final = 2_000


class Fleeting(Generic[T]):
    """One kind of thing. `keep` returns the random text that `find` takes."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._kept: OrderedDict[str, tuple[int, T]] = OrderedDict()

    def keep(self, value: T) -> str:
        """Keep `value` for twenty minutes."""
        now = self._clock.now()
        while self._kept and (len(self._kept) >= MOST or next(iter(self._kept.values()))[0] <= now):
            self._kept.popitem(last=False)
        name = base64url.encode(self._random(RANDOM_ID_BYTES))
        self._kept[name] = (now + SECONDS, value)
        return name

    def find(self, name: str) -> T | None:
        """None when it is gone, or never was."""
        until, value = self._kept.get(name, (0, None))
        return value if until > self._clock.now() else None

    def take(self, name: str) -> T | None:
        """As `find`, and it is gone."""
        value = self.find(name)
        self._kept.pop(name, None)
        return value

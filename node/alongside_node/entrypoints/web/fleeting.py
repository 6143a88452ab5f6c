"""What is kept in memory only, for twenty minutes, under 128 random bits: a search, seven words not yet kept (safety.md, "At rest").

Never written anywhere; gone with the process. Bounded, so that nobody can fill the memory: the oldest goes first. What somebody known keeps has
a place of its own, so that no flood of strangers pushes it out (safety.md, D.27).
"""

from collections import OrderedDict
from typing import Final, Generic, TypeVar

from alongside_node.foundation.clock import Clock
from alongside_protocol import base64url
from alongside_protocol.identifiers import RANDOM_ID_BYTES, Random

T = TypeVar("T")

SECONDS: Final = 20 * 60
MOST: Final = 2_000
"""Of one kind, in each of the two places, unless it is said otherwise."""


class Fleeting(Generic[T]):
    """One kind of thing. `keep` returns the random text that `find` takes."""

    def __init__(self, clock: Clock, random: Random, *, most: int = MOST) -> None:
        self._clock = clock
        self._random = random
        self._most = most
        self._of_strangers: OrderedDict[str, tuple[int, T]] = OrderedDict()
        self._of_known: OrderedDict[str, tuple[int, T]] = OrderedDict()

    def keep(self, value: T, *, known: bool) -> str:
        """Keep `value` for twenty minutes. `known`: for somebody who is signed in, or came with an invitation or a code."""
        now = self._clock.now()
        kept = self._of_known if known else self._of_strangers
        while kept and (len(kept) >= self._most or next(iter(kept.values()))[0] <= now):
            kept.popitem(last=False)
        name = base64url.encode(self._random(RANDOM_ID_BYTES))
        kept[name] = (now + SECONDS, value)
        return name

    def find(self, name: str) -> T | None:
        """None when it is gone, or never was."""
        found = self._of_known.get(name) or self._of_strangers.get(name)
        return found[1] if found is not None and found[0] > self._clock.now() else None

    def take(self, name: str) -> T | None:
        """As `find`, and it is gone."""
        value = self.find(name)
        self._of_known.pop(name, None)
        self._of_strangers.pop(name, None)
        return value

"""How much somebody may ask of us: a bucket for each, in memory (section 5, "bucket by peer"; safety.md, D.27).

Only who is known on file gets a bucket (a peer, a person with an account); strangers share one. So there are as many as we know, whatever
strangers do.
"""

from dataclasses import dataclass

from alongside_protocol import limits
from alongside_protocol.errors import Code, Refused


@dataclass(slots=True)
class _Bucket:
    left: float
    at: int


class Allowance:
    """A burst of up to `most`, then as many in `seconds`, spread evenly. One's flood is not another's."""

    def __init__(self, most: int, *, seconds: int = limits.MINUTE) -> None:
        self._most = float(most)
        self._per_second = most / seconds
        self._buckets: dict[str, _Bucket] = {}

    def take(self, who: str, now: int) -> None:
        """Count one. Raises `Refused` (`busy`) when none is left."""
        bucket = self._filled(who, now)
        if bucket.left < 1:
            raise Refused(Code.BUSY, "more at once than is taken")
        bucket.left -= 1

    def is_left(self, who: str, now: int) -> bool:
        """Whether `take` would be allowed."""
        return self._filled(who, now).left >= 1

    def _filled(self, who: str, now: int) -> _Bucket:
        bucket = self._buckets.get(who)
        if bucket is None:
            bucket = self._buckets[who] = _Bucket(self._most, now)
        elapsed = max(now - bucket.at, 0)  # a clock that was set back gives nothing and takes nothing
        bucket.left = min(self._most, bucket.left + elapsed * self._per_second)
        bucket.at = now
        return bucket

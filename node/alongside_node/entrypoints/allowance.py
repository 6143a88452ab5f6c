"""How much one peer may ask of us: a bucket for each, in memory (section 5, "bucket by peer").

Only nodes that proved a key on file, or are named on file, get a bucket: as many as there are peers, whatever strangers do.
"""

from dataclasses import dataclass

from alongside_protocol import limits
from alongside_protocol.errors import Code, Refused


@dataclass(slots=True)
class _Bucket:
    left: float
    at: int


class Allowance:
    """A burst of up to a minute's worth, then `per_minute` spread evenly. One peer's flood is not another's."""

    def __init__(self, per_minute: int) -> None:
        self._most = float(per_minute)
        self._per_second = per_minute / limits.MINUTE
        self._buckets: dict[str, _Bucket] = {}

    def take(self, node: str, now: int) -> None:
        """Count one. Raises `Refused` (`busy`) when none is left."""
        bucket = self._buckets.get(node)
        if bucket is None:
            bucket = self._buckets[node] = _Bucket(self._most, now)
        elapsed = max(now - bucket.at, 0)  # a clock that was set back gives nothing and takes nothing
        bucket.left = min(self._most, bucket.left + elapsed * self._per_second)
        bucket.at = now
        if bucket.left < 1:
            raise Refused(Code.BUSY, "more in a minute than we agreed")
        bucket.left -= 1

"""The fair order of results, so that anybody can work out a page's order again (docs/protocol/fair-order.md).

Needs nothing but the ids of the listings, which of them are of practitioners, and the day's seed, all of which are public.
Never considered: credentials, popularity, how fast somebody answers, or who asks.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, NamedTuple

from . import base64url

RING_SEED: Final = b"alongside-ring-1"
DAY_SEED: Final = b"alongside-day-1"
BITS: Final = 52
PLACES: Final = 1 << BITS
"""A ring has so many places."""


class Listed(NamedTuple):
    """What the order needs of a listing: its id as on the wire, and whether its `type` is `practitioner`."""

    id: str
    practitioner: bool = False


def place(record_id: bytes) -> int:
    """Where on its ring a record stands, for good: the first 52 bits of SHA-256(ring seed ‖ id)."""
    return _first_bits(RING_SEED + record_id)


def seed_of(now: int) -> str:
    """The published seed of a day: its date in UTC, as 2026-11-25."""
    return datetime.fromtimestamp(now, UTC).date().isoformat()


def start(seed: str) -> int:
    """Where on a ring that day's searches start: the first 52 bits of SHA-256(day seed ‖ seed)."""
    return _first_bits(DAY_SEED + seed.encode("utf-8"))


def in_order(several: Iterable[Listed], seed: str) -> list[Listed]:
    """Listings that fit a search, as they are shown: from the day's start round the ring, practitioners on a ring behind.

    Raises `Refused` for an id that is none. (A search by words shows, in this order, what has the words themselves, and then, in
    this order, what has only longer words that begin with them. What has only some of the words is a search of its own.)
    """
    begins = start(seed)

    def way(one: Listed) -> tuple[bool, int]:
        return one.practitioner, (place(base64url.decode(one.id)) - begins) % PLACES

    return sorted(several, key=way)


def _first_bits(text: bytes) -> int:
    return int.from_bytes(sha256(text).digest()[:8], "big") >> (64 - BITS)

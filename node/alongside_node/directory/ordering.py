"""The fair order of the directory: who comes first, decided by nobody and recomputable by anyone.

Every listing has a place on a ring, by a hash of its id; each day's seed says where on the ring a search starts, so that
over the days everybody comes first equally often. Practitioners have a ring of their own, always after the peers' ring.
A place is one integer that the database keeps rows in order of, so a page of results costs the same at any size:

    1 bit practitioner · 52 bits SHA-256(ring seed ‖ id) · 10 bits generation

The rule itself is the protocol's (`fair_order`), for everybody to use. The generation bits let a replica be staged beside the one in use. Never considered: credentials, popularity, how fast
somebody answers, or who asks.
"""

from dataclasses import dataclass

from alongside_protocol import fair_order

GENERATION_BITS = 10
RING_BITS = fair_order.BITS
_RING_SPAN = 1 << (RING_BITS + GENERATION_BITS)

ARCS = 4
"""Two rings, each read from the day's start to its end and from its beginning."""


def position(record_id: bytes, *, generation: int, practitioner: bool) -> int:
    """The place of a record: a non-negative integer below 2**63."""
    place = (fair_order.place(record_id) << GENERATION_BITS) | (generation % (1 << GENERATION_BITS))
    return place + _RING_SPAN if practitioner else place


def day_start(now: int) -> int:
    """Where on a ring the searches of the (UTC) day of `now` start."""
    return fair_order.start(fair_order.seed_of(now)) << GENERATION_BITS


@dataclass(frozen=True)
class Arc:
    """A stretch of places, both ends included: a database's integers end at 2**63 - 1."""

    first: int
    last: int


def arcs(now: int, after: tuple[int, int] | None = None) -> tuple[tuple[int, Arc], ...]:
    """The numbered stretches to read today, in order: the peers' ring from the day's start and round, then practitioners'.

    `after` is (number of the stretch, last place read) of a former page: what comes behind it is returned.
    """
    start = day_start(now)
    whole = (
        Arc(start, _RING_SPAN - 1),
        Arc(0, start - 1),
        Arc(_RING_SPAN + start, 2 * _RING_SPAN - 1),
        Arc(_RING_SPAN, _RING_SPAN + start - 1),
    )
    if after is None:
        return tuple(enumerate(whole))
    number, last = after
    rest = Arc(last + 1, whole[number].last)
    return ((number, rest), *tuple(enumerate(whole))[number + 1 :])

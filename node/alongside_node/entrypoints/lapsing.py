"""What happens to listings by the clock alone: what nobody confirmed is withdrawn, what nobody looks at takes no more requests.

Nobody is shown as late: others see only that it rests, or nothing at all.
"""

from contextlib import suppress
from typing import Final

from alongside_node.directory import store as directory_store
from alongside_node.foundation.database import Reading, Writing
from alongside_node.listings import actions as listings
from alongside_node.listings.actions import Move, Offering, StillMissingError
from alongside_node.referrals import answering
from alongside_protocol import limits
from alongside_protocol.listing import Direction

from .acts import apply
from .edge import Edge

LAPSED_DAYS: Final = 14
"""How many days after its end a listing that nobody confirmed is withdrawn."""


async def lapse(edge: Edge) -> int:
    """Withdraw what ended and nobody confirmed for two weeks; returns how many."""
    keyring, now, random = edge.keys(), edge.now, edge.random
    offerings = await edge.read(listings.in_directory)
    lapsed = 0
    for offering in offerings:

        def work(tx: Writing, offering: Offering = offering) -> int:
            current = listings.find(tx, offering.id)
            generation = directory_store.active_generation(tx, keyring.id)
            rows = [] if generation is None else directory_store.entries_by_id(tx, generation, [offering.id])
            if current is None or not rows or not _has_lapsed(tx, current, rows[0].last_day, today=now // limits.DAY):
                return 0
            apply(tx, current, Move.WITHDRAW, keyring=keyring, now=now, random=random)
            return 1

        lapsed += await edge.write(work)
    return lapsed


def _has_lapsed(reading: Reading, offering: Offering, last_day: int, *, today: int) -> bool:
    """What somebody looked for goes with its last day, once nothing about it goes on; all else waits two weeks for a word."""
    if offering.members.get("direction") == Direction.NEED:
        return last_day < today and not answering.something_open(reading, offering.id)
    return last_day + LAPSED_DAYS < today


async def stop_unseen(edge: Edge) -> int:
    """What nobody has looked at for as long as its people chose takes no more requests; returns how many."""
    keyring, now, random = edge.keys(), edge.now, edge.random
    await edge.write(lambda tx: listings.begin_to_count(tx, now))
    stopped = 0
    for listing in await edge.read(lambda reading: listings.unseen(reading, now)):

        def work(tx: Writing, listing: str = listing) -> int:
            offering = listings.find(tx, listing)
            if offering is None or listing not in listings.unseen(tx, now):
                return 0
            with suppress(StillMissingError):  # it is no longer complete: its people are asked when they look
                apply(tx, offering, Move.STOP, keyring=keyring, now=now, random=random)
                return 1
            return 0

        stopped += await edge.write(work)
    return stopped

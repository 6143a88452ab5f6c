"""Several people keep one listing: somebody comes to it, somebody steps back. Each time it has a new key.

Who joins reads what comes from then on, nothing that came before; who steps back opens nothing more.
"""

from alongside_node.foundation.database import Reading, Writing
from alongside_node.listings import actions as listings
from alongside_node.listings.actions import Move, Offering
from alongside_node.members import actions as members
from alongside_node.members.actions import Person

from .acts import apply
from .edge import Edge


async def keep_together(edge: Edge, person: Person, listing: str, *, name: str) -> bool:
    """Somebody whom a holder asked keeps a listing with them from now on. False: it is gone, full, or theirs already.

    Everybody who keeps it gets a new key: who joins reads what comes from now on, nothing that came before.
    """
    keyring, now, random = edge.keys(), edge.now, edge.random

    def look(reading: Reading) -> tuple[Offering, dict[str, str]] | None:
        offering = listings.find(reading, listing)
        if offering is None or not listings.may_join(offering, person.member.id):
            return None
        held = {holder.member: members.public_key(reading, holder.member) for holder in offering.holders}
        return offering, {member: public for member, public in held.items() if public is not None}

    found = await edge.read(look)
    if found is None:
        return False
    before, publics = found
    holders = (*before.holders, listings.Holder(person.member.id, name))
    new = listings.new_key(listing, {**publics, person.member.id: person.member.public}, node=keyring.id, random=random)

    def work(tx: Writing) -> bool:
        offering = listings.find(tx, listing)
        if offering is None or offering.holders != before.holders or offering.state != before.state:
            return False
        offering = listings.set_holders(tx, offering, holders, *new, now=now)
        if offering.state in listings.IN_DIRECTORY:
            apply(tx, offering, Move.CONFIRM, keyring=keyring, now=now, random=random)
        return True

    return await edge.write(work)


async def step_back(edge: Edge, person: Person, listing: str) -> bool:
    """Somebody keeps a listing no longer; the others get a new key. False: it is not theirs, or nobody else keeps it."""
    keyring, now, random = edge.keys(), edge.now, edge.random

    def look(reading: Reading) -> tuple[Offering, dict[str, str]] | None:
        offering = listings.keeps(reading, listing, person.member.id)
        if offering is None:
            return None
        staying = [holder.member for holder in offering.holders if holder.member != person.member.id]
        held = {member: members.public_key(reading, member) for member in staying}
        return offering, {member: public for member, public in held.items() if public is not None}

    found = await edge.read(look)
    if found is None or not found[1]:
        return False
    before, publics = found
    holders = [holder for holder in before.holders if holder.member in publics]
    new = listings.new_key(listing, publics, node=keyring.id, random=random)

    def work(tx: Writing) -> bool:
        offering = listings.find(tx, listing)
        if offering is None or offering.holders != before.holders or offering.state != before.state:
            return False
        offering = listings.set_holders(tx, offering, holders, *new, now=now)
        listings.take_shares(tx, listing, person.member.id)
        if offering.state in listings.IN_DIRECTORY:
            apply(tx, offering, Move.CONFIRM, keyring=keyring, now=now, random=random)
        return True

    return await edge.write(work)

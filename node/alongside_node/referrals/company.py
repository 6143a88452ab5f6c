"""Not alone, and in one's own time: putting off a request, asking those who keep it too, letting one more person in (experience.md).

One more person reads nothing before the one who asked has said yes to them, by name: their node then seals to a key that was made for this
request (section 6 of the specification). No row says who that person is; the key's private half lies in their own box.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from alongside_node.foundation.database import Reading, Writing
from alongside_node.listings import actions as listings
from alongside_node.members import actions as members
from alongside_node.members.actions import Box, Person
from alongside_protocol import base64url, sealing
from alongside_protocol.consent import Beside
from alongside_protocol.errors import Refused
from alongside_protocol.identifiers import NodeId, Random
from alongside_protocol.sealing import Context, SealPrivateKey, SealPublicKey

from . import answering, rules, store
from .store import Besides, Incoming

MOST: Final = 3
"""People beside those who offer, for one request: it was written to few."""
MOST_OF_ONE: Final = 8
"""Requests of others that somebody can be beside in: their box stays small."""
LONGEST_LATER: Final = 14
"""Days for which opening a request can be put off."""

_NAME: Final = "beside-name"


def put_off(tx: Writing, row: Incoming, days: int, *, now: int) -> None:
    """Open it on a later day, at the latest on its last; with 0 days: now after all."""
    until = rules.day(now) + min(days, LONGEST_LATER)
    last = rules.day(row.until)
    store.save_incoming(tx, row.at(later_day=min(until, last) if days else None))


def ask_the_others(tx: Writing, row: Incoming, *, now: int) -> None:
    """Say to those who keep the listing too that nobody should carry this one alone. They could read it before."""
    store.save_incoming(tx, row.at(company_day=rules.day(now)))


@dataclass(frozen=True)
class Joining:
    """Somebody who is ready to join in, prepared before the transaction."""

    box: bytes = field(repr=False)
    row: Besides


def prepare(person: Person, request: Incoming, name: str, *, me: NodeId, random: Random) -> Joining:
    """A key for one request: its private half goes into the person's box, their name is sealed to those who offer."""
    key = SealPrivateKey.generate(random)
    public = key.public.text
    sealed = sealing.seal(
        name.encode("utf-8"), SealPublicKey.from_text(request.key), _name_context(request, public, me)
    )
    box = members.open_box(person, me).with_beside(
        public, request.peer, request.ref, base64url.encode(key.raw), most=MOST_OF_ONE
    )
    return Joining(members.sealed_box(person, box, me), Besides(public, request.peer, request.ref, sealed))


def _name_context(request: Incoming, public: str, me: NodeId) -> Context:
    return Context(from_=me, to=me, id=public, type=_NAME, ref=request.place, n=0)


def join(tx: Writing, person: Person, joining: Joining) -> bool:
    """Be ready. False: the request is gone or ended, it has enough people, or the person can read it anyway."""
    one = joining.row
    row = store.incoming(tx, one.peer, one.ref)
    if row is None or row.state not in rules.OPEN or len(store.besides_of(tx, one.peer, one.ref)) >= MOST:
        return False
    if listings.keeps(tx, row.listing, person.member.id) is not None:
        return False
    members.save_box(tx, person, joining.box)
    store.add_beside(tx, one)
    return True


@dataclass(frozen=True)
class Ready:
    """Somebody who would join in. `reads`: the one who asked said yes to them."""

    beside: Beside
    reads: bool


def those_ready(
    reading: Reading, row: Incoming, keys: Mapping[str, SealPrivateKey], *, me: NodeId
) -> tuple[Ready, ...]:
    """Who would join in a request, for those who keep its listing."""
    found = []
    let_in = answering.let_in(reading, row)
    for one in store.besides_of(reading, row.peer, row.ref):
        try:
            name = sealing.open(one.name, keys[row.key], _name_context(row, one.public, me)).decode("utf-8")
        except (KeyError, Refused):
            continue
        found.append(Ready(Beside(name, SealPublicKey.from_text(one.public)), one.public in let_in))
    return tuple(found)


def leave(tx: Writing, box: Box) -> None:
    """Somebody is beside nobody any more."""
    for public, (peer, ref, _) in box.beside.items():
        store.remove_beside(tx, public, peer, ref)


def rows(reading: Reading, person: Person, *, me: NodeId) -> Sequence[Incoming]:
    """Requests to others that this person may answer beside them."""
    found = [find(reading, person, node, ref, me=me) for node, ref, _ in members.open_box(person, me).beside.values()]
    return [row for row in found if row is not None]


def find(reading: Reading, person: Person, peer: str, ref: str, *, me: NodeId) -> Incoming | None:
    """One of them, once the person who asked said yes; None for every other."""
    box = members.open_box(person, me)
    mine = {public for public, (node, about, _) in box.beside.items() if (node, about) == (peer, ref)}
    row = store.incoming(reading, peer, ref) if mine else None
    return row if row is not None and mine & answering.let_in(reading, row) else None


def keys(person: Person, *, me: NodeId) -> dict[str, SealPrivateKey]:
    """The keys that were made for them."""
    box = members.open_box(person, me)
    return {public: SealPrivateKey(base64url.decode(private)) for public, (_, _, private) in box.beside.items()}

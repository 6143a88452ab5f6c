"""Leaving for good: what touches every slice in which somebody left something (safety.md, D.32; mission.md).

It is one transaction: what they asked is deleted here and asked to be deleted where it went, what they offered alone is withdrawn, what
they keep together with others stays with those, and their row goes with its keys, sessions, tokens and printed code.
"""

from collections.abc import Callable, Mapping
from typing import Final

from alongside_node.foundation.database import Reading, Writing
from alongside_node.identity.actions import Keyring
from alongside_node.listings import actions as listings
from alongside_node.listings.actions import Holder, Move, Offering
from alongside_node.members import actions as members
from alongside_node.members import relaying
from alongside_node.members.actions import Member, Person, Role
from alongside_node.referrals import answering, asking, company, fit, sealed_elsewhere
from alongside_node.safety import actions as safety
from alongside_node.safety import concerns
from alongside_protocol.identifiers import NodeId, Random

from . import acts
from .edge import Edge

_ATTEMPTS: Final = 5

_Keys = Mapping[str, tuple[tuple[Holder, ...], str, Mapping[str, bytes]]]
"""Listing → (who keeps it from now on, public half of their new key, its private half sealed to each)."""


class LastStewardError(Exception):
    """Nobody would look after the community any more."""


class _ChangedMeanwhileError(Exception):
    """Somebody joined or left a listing between looking and acting."""


# Leaving.


async def leave(edge: Edge, person: Person) -> None:
    """Everything of this person goes. Raises `LastStewardError`."""
    blocks = await edge.read(lambda reading: [one.mark for one in safety.blocked_by(reading, person, me=edge.me)])

    def asked(tx: Writing, member: Member) -> None:
        someone = Person(member, person.key)
        box = members.open_box(someone, edge.me)
        for ref in box.mailboxes:
            asking.erase(tx, ref, me=edge.me, now=edge.now, random=edge.random)
            fit.forget(tx, someone, ref, me=edge.me)
        asking.forget_erasures(tx, list(box.mailboxes))
        company.leave(tx, box)
        concerns.forget(tx, box.concerns)
        safety.forget(tx, blocks)

    await _leave(edge, person.member.id, asked)


async def leave_by_client(edge: Edge, member_id: str, mailboxes: Mapping[str, str]) -> None:
    """As `leave`, for somebody whose key only their client has: it says what their box names. Raises `LastStewardError`."""

    def asked(tx: Writing, _: Member) -> None:
        for ref, mailbox in mailboxes.items():
            if sealed_elsewhere.find(tx, ref, mailbox) is not None:
                asking.erase(tx, ref, me=edge.me, now=edge.now, random=edge.random)
                asking.forget_erasures(tx, [ref])

    await _leave(edge, member_id, asked)


async def _leave(edge: Edge, member_id: str, asked: Callable[[Writing, Member], None]) -> None:
    """`asked`: lets go of what they asked."""
    for _ in range(_ATTEMPTS):
        try:
            await _leave_once(edge, member_id, asked)
        except _ChangedMeanwhileError:
            continue
        return
    raise members.BoxChangedError


async def _leave_once(edge: Edge, member_id: str, asked: Callable[[Writing, Member], None]) -> None:
    keyring, now, random = edge.keys(), edge.now, edge.random
    keys = await edge.read(lambda reading: _keys_without(reading, member_id, node=edge.me, random=random))
    volunteers = await edge.read(relaying.volunteers)
    relays = member_id in {one.id for one in volunteers}
    line_key = relaying.without(member_id, volunteers, me=edge.me, random=random) if relays else None

    def work(tx: Writing) -> None:
        member = members.find(tx, member_id)
        if member is None:
            return
        if member.role is Role.STEWARD and members.steward_ids(tx) == [member.id]:
            raise LastStewardError
        for offering in listings.of_member(tx, member.id):
            _leave_listing(tx, offering, member.id, keys, keyring=keyring, now=now, random=random)
        asked(tx, member)
        if line_key is not None and not relaying.renew(tx, line_key, stops=member.id, now=now):
            raise _ChangedMeanwhileError
        members.remove(tx, member.id)

    await edge.write(work)


def _keys_without(reading: Reading, member: str, *, node: NodeId, random: Random) -> _Keys:
    """New keys for the others of what this person keeps with them."""
    found = {}
    for offering in listings.of_member(reading, member):
        others = _others(offering, member)
        publics = {holder.member: members.public_key(reading, holder.member) or "" for holder in others}
        if others:
            found[offering.id] = (others, *listings.new_key(offering.id, publics, node=node, random=random))
    return found


def _others(offering: Offering, member: str) -> tuple[Holder, ...]:
    return tuple(holder for holder in offering.holders if holder.member != member)


def _leave_listing(
    tx: Writing, offering: Offering, member: str, keys: _Keys, *, keyring: Keyring, now: int, random: Random
) -> None:
    others = _others(offering, member)
    if not others:
        acts.apply(tx, offering, Move.WITHDRAW, keyring=keyring, now=now, random=random)
        answering.forget_words(tx, offering.id)
        concerns.forget_talks(tx, offering.id)
        return
    holders, public, shares = keys.get(offering.id, ((), "", {}))
    if holders != others:
        raise _ChangedMeanwhileError
    offering = listings.set_holders(tx, offering, others, public, shares, now=now)
    if offering.state in listings.IN_DIRECTORY:
        acts.apply(tx, offering, Move.CONFIRM, keyring=keyring, now=now, random=random)

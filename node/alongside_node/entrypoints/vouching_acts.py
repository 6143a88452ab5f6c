"""Peer groups vouch for practitioners of their community: begun, taken back, ended by the day (listing.md).

It changes no order and confirms nothing for anybody.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

from alongside_node.foundation.database import Writing
from alongside_node.identity.actions import Keyring
from alongside_node.listings import actions as listings
from alongside_node.listings import vouching
from alongside_node.listings.actions import Move, Offering, StillMissingError
from alongside_node.members.actions import Member
from alongside_protocol.identifiers import Random

from .acts import apply
from .edge import Edge


async def vouch(edge: Edge, member: Member, group: str, practitioner: str) -> bool:
    """A peer group of this person's vouches for a practitioner of this community, for a year. False: it cannot.

    Nobody vouches for themselves: who keeps the practitioner's listing cannot.
    """
    keyring, now, random = edge.keys(), edge.now, edge.random

    def work(tx: Writing) -> bool:
        ours, theirs = listings.keeps(tx, group, member.id), listings.find(tx, practitioner)
        if ours is None or theirs is None or listings.keeps(tx, practitioner, member.id) is not None:
            return False
        shown = {ours.state, theirs.state} <= listings.IN_DIRECTORY
        if not (shown and vouching.may_vouch(ours.members) and vouching.can_be_vouched_for(theirs.members)):
            return False
        name = str(ours.members.get("by") or ours.members.get("title"))
        content = vouching.vouch(theirs.members, group, name, _date(now))
        if content is not None:
            apply(tx, theirs, Move.VOUCH, content, keyring=keyring, now=now, random=random)
        return content is not None

    return await edge.write(work)


async def take_vouching_back(edge: Edge, member: Member, group: str, practitioner: str) -> bool:
    """It ends now: the group's people may say so, and the practitioner too. False: this person is neither."""
    keyring, now, random = edge.keys(), edge.now, edge.random

    def work(tx: Writing) -> bool:
        theirs = listings.find(tx, practitioner)
        if theirs is None or all(listings.keeps(tx, one, member.id) is None for one in (group, practitioner)):
            return False
        _vouched_anew(tx, theirs, vouching.take_back(theirs.members, group), keyring=keyring, now=now, random=random)
        return True

    return await edge.write(work)


def _vouched_anew(
    tx: Writing, offering: Offering, content: Mapping[str, Any], *, keyring: Keyring, now: int, random: Random
) -> bool:
    if content == offering.members or offering.state not in listings.IN_DIRECTORY:
        return False
    with suppress(StillMissingError):  # it is no longer complete: what has ended is not shown as going on anyway
        apply(tx, offering, Move.VOUCH, content, keyring=keyring, now=now, random=random)
    return True


async def end_vouching(edge: Edge) -> int:
    """Take out what has ended, and what groups said that are gone; returns of how many listings."""
    keyring, now, random = edge.keys(), edge.now, edge.random

    def work(tx: Writing) -> int:
        shown = listings.in_directory(tx)
        groups = {offering.id for offering in shown}
        ended = 0
        for offering in shown:
            content = vouching.still(offering.members, groups, _date(now))
            ended += _vouched_anew(tx, offering, content, keyring=keyring, now=now, random=random)
        return ended

    return await edge.write(work)


def _date(now: int) -> date:
    return datetime.fromtimestamp(now, UTC).date()

"""Concerns where they touch several slices: who is part of one, who may read it, what is done with it (mission.md, "Moderation is care").

Who keeps the listing, and who raised it, are part of it and never read it as stewards, also when they became so later. About a listing of another
community nothing is sent: our own stewards read it, and talk with theirs. `safety.concerns` seals and keeps; here it meets listings and members.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from alongside_node.foundation.database import Reading, Writing
from alongside_node.listings import actions as listings
from alongside_node.members import actions as members
from alongside_node.members.actions import BoxChangedError, Member, Person, Role
from alongside_node.notifications import actions as notifications
from alongside_node.notifications.actions import Whose
from alongside_node.referrals import answering, asking
from alongside_node.safety import concern_rules as rules
from alongside_node.safety import concerns
from alongside_node.safety.concern_rules import Move, NotNowError, Party, Standing
from alongside_node.safety.concerns import Opened, Said, Shown, Step, Talked
from alongside_protocol.identifiers import NodeId

from .edge import Edge

_ATTEMPTS: Final = 5


# Who is part of it.


def keepers(reading: Reading, node: str, listing: str, *, me: NodeId) -> frozenset[str]:
    """Those here who keep a listing. Of another community's listing nobody here does."""
    offering = listings.find(reading, listing) if node == me else None
    return frozenset() if offering is None else frozenset(holder.member for holder in offering.holders)


def who_could_read(reading: Reading, person: Person | None, node: str, listing: str, *, me: NodeId) -> list[Member]:
    """Stewards who are not part of it: none of those who keep the listing, nor who raises it."""
    part = keepers(reading, node, listing, me=me) | ({person.member.id} if person is not None else set())
    found = [members.find(reading, steward) for steward in members.steward_ids(reading) if steward not in part]
    return [steward for steward in found if steward is not None]


def standing_of(reading: Reading, person: Person | None, node: str, listing: str, *, me: NodeId) -> Standing:
    """As what somebody raises it."""
    if person is None:
        return Standing.GUEST
    if person.member.role is not Role.GUEST:
        return Standing.MEMBER
    asked = [(one.remembered.node, one.remembered.listing) for one in asking.threads(reading, person, me=me)]
    return Standing.GUEST_WHO_ASKED if (node, listing) in asked else Standing.GUEST


@dataclass(frozen=True)
class NotNow:
    """Why somebody cannot raise one now: `same` (they have, and it goes on), `many` of theirs, `full`. `concern`: which, for `same`."""

    code: str
    concern: str = ""


def why_not(
    reading: Reading, person: Person | None, node: str, listing: str, standing: Standing, *, me: NodeId
) -> NotNow | None:
    """None: they can."""
    own = [] if person is None else concerns.own(reading, person, me=me)
    going = [one for one in own if one.row.state not in rules.OVER]
    for one in going:
        if (one.shown.node, one.shown.listing) == (node, listing):
            return NotNow("same", one.row.id)
    if len(going) >= rules.OPEN_OF_ONE or len(own) >= rules.KEPT_OF_ONE:
        return NotNow("many")
    return NotNow("full") if concerns.is_full(reading, standing) else None


# Raising one.


async def raise_one(
    edge: Edge, person: Person, shown: Shown, readers: Collection[str], *, may_talk: bool
) -> str | NotNow:
    """Its id; or why it cannot be, when that changed meanwhile."""
    for _ in range(_ATTEMPTS):
        try:
            return await _raise_once(edge, person, shown, readers, may_talk=may_talk)
        except BoxChangedError:
            person = await _newest(edge, person)
    raise BoxChangedError


async def _newest(edge: Edge, person: Person) -> Person:
    """The same person, with their box as it is now. Raises `BoxChangedError`: they have left."""
    member = await edge.read(lambda reading: members.find(reading, person.member.id))
    if member is None:
        raise BoxChangedError
    return Person(member, person.key)


async def _raise_once(
    edge: Edge, person: Person, shown: Shown, readers: Collection[str], *, may_talk: bool
) -> str | NotNow:
    me, now, random = edge.me, edge.now, edge.random

    def look(reading: Reading) -> tuple[NotNow | None, list[Member], Standing, int, set[str]]:
        standing = standing_of(reading, person, shown.node, shown.listing, me=me)
        could = who_could_read(reading, person, shown.node, shown.listing, me=me)
        return (
            why_not(reading, person, shown.node, shown.listing, standing, me=me),
            [steward for steward in could if steward.id in readers],
            standing,
            len(members.steward_ids(reading)),
            concerns.gone(reading, person, me=me),
        )

    refused, chosen, standing, stewards, gone = await edge.read(look)
    if refused is not None:
        return refused
    if not chosen:
        return NotNow("readers")
    raising = concerns.prepare(
        person,
        shown,
        chosen,
        may_talk=may_talk,
        standing=standing,
        stewards=stewards,
        me=me,
        now=now,
        random=random,
        gone=gone,
    )

    def work(tx: Writing) -> bool:
        if not concerns.begin(tx, person, raising):
            return False
        members.stay(tx, person.member.id, until_day=raising.row.ends)
        _tell(tx, [steward.id for steward in chosen], now=now, edge=edge)
        return True

    return raising.row.id if await edge.write(work) else NotNow("full")


def _tell(tx: Writing, several: Collection[str], *, now: int, edge: Edge) -> None:
    whose = [Whose(member=member) for member in several]
    notifications.something_waits(tx, whose, now=now, random=edge.random)


# What who raised it does.


def own_one(reading: Reading, person: Person, concern: str, *, me: NodeId) -> Opened | None:
    """One that this person raised; None for every other."""
    return next((one for one in concerns.own(reading, person, me=me) if one.row.id == concern), None)


async def write_on(edge: Edge, opened: Opened, move: Move, words: str) -> None:
    """Say more, or ask that it is looked at again. Raises `NotNowError`."""
    said = Said(Party.RAISER, move, words, rules.day(edge.now))
    word = concerns.word(opened.row, said, me=edge.me, random=edge.random)
    await _take(edge, Step(opened.row.id, Party.RAISER, move, (word,)), tell=[one for one, _ in opened.shown.readers])


async def _take(edge: Edge, step: Step, *, tell: Collection[str] = ()) -> None:
    now = edge.now

    def work(tx: Writing) -> None:
        concerns.take(tx, step, now=now)
        _tell(tx, tell, now=now, edge=edge)

    await edge.write(work)


async def allow_talk(edge: Edge, opened: Opened, *, allowed: bool) -> None:
    """The other side may be asked, or not yet."""
    await edge.write(lambda tx: concerns.allow_talk(tx, opened.row.id, allowed=allowed))


async def take_back(edge: Edge, person: Person, concern: str) -> None:
    """Nothing is left of it."""
    for _ in range(_ATTEMPTS):
        box = members.open_box(person, edge.me).without_concerns([concern])
        sealed = members.sealed_box(person, box, edge.me)

        def work(tx: Writing, who: Person = person, new: bytes = sealed) -> None:
            concerns.take_back(tx, who, new, concern)

        try:
            return await edge.write(work)
        except BoxChangedError:
            person = await _newest(edge, person)
    raise BoxChangedError


# What those who look after the community do.


def is_part(reading: Reading, person: Person, opened: Opened, *, me: NodeId) -> bool:
    """Whether a steward is part of it by now, and so does not read it."""
    keeps = person.member.id in keepers(reading, opened.shown.node, opened.shown.listing, me=me)
    return keeps or opened.row.id in members.open_box(person, me).concerns


def for_steward(reading: Reading, person: Person, *, me: NodeId) -> list[Opened]:
    """Those that were shown to this steward."""
    return [one for one in concerns.readable(reading, person, me=me) if not is_part(reading, person, one, me=me)]


def one_for_steward(reading: Reading, person: Person, concern: str, *, me: NodeId) -> Opened | None:
    """One of them; None for every other."""
    opened = concerns.readable_one(reading, person, concern, me=me)
    return None if opened is None or is_part(reading, person, opened, me=me) else opened


async def heard(edge: Edge, opened: Opened) -> None:
    """Somebody has read it, and who raised it can see that."""
    if rules.may(opened.row.state, Party.STEWARDS, Move.READ):
        said = Said(Party.STEWARDS, Move.READ, "", rules.day(edge.now))
        word = concerns.word(opened.row, said, me=edge.me, random=edge.random)
        await _take(edge, Step(opened.row.id, Party.STEWARDS, Move.READ, (word,)))


async def care(
    edge: Edge, opened: Opened, move: Move, words: str, *, to_people: str = "", days: int = rules.OPEN_DAYS
) -> None:
    """Write, listen to the other side, agree on something, or close. `words`: for who raised it; `to_people`: for those who keep the
    listing; of an agreement both read the same. Raises `NotNowError`.
    """
    today, me, random = rules.day(edge.now), edge.me, edge.random
    until = min(today + days, opened.row.ends) if move is Move.AGREE else None
    said = [concerns.word(opened.row, Said(Party.STEWARDS, move, words, today, until), me=me, random=random)]
    talk, tell = None, frozenset[str]()
    if opened.shown.node == me and (move is Move.LISTEN or opened.talking is not None):
        key, people = await edge.read(lambda reading: _other_side(reading, opened, me=me))
        if move is Move.LISTEN:
            if not key:
                raise NotNowError("the listing is gone")
            talk = concerns.begin_talk(opened, key, me=me)
        if move is not Move.WRITE:
            aside = Said(Party.STEWARDS, move, words if move is Move.AGREE else to_people, today, until)
            said.append(concerns.word(opened.row, aside, aside=True, me=me, random=random))
            tell = people
    await _take(edge, Step(opened.row.id, Party.STEWARDS, move, tuple(said), days, talk), tell=tell)


def _other_side(reading: Reading, opened: Opened, *, me: NodeId) -> tuple[str, frozenset[str]]:
    """(the key in force of the listing, or ""; who keeps it)."""
    people = keepers(reading, opened.shown.node, opened.shown.listing, me=me)
    return (listings.current_key(reading, opened.shown.listing) or "" if people else "", people)


async def show(edge: Edge, person: Person, opened: Opened) -> None:
    """Let everybody here see that the listing is being talked about. Raises `NotNowError`."""
    secret, now = edge.keys(), edge.now
    await edge.write(lambda tx: concerns.show(tx, opened.row.id, secret, person.member.id, now=now))


async def hide(edge: Edge, opened: Opened) -> None:
    """It is not seen any more."""
    await edge.write(lambda tx: concerns.hide(tx, opened.row.id))


# The other side.


def _kept(reading: Reading, member: str) -> Sequence[str]:
    return [offering.id for offering in listings.of_member(reading, member)]


def count_talks(reading: Reading, member: str) -> int:
    """How many talks go on about what somebody keeps."""
    return concerns.count_talks(reading, _kept(reading, member)) if concerns.any_talk(reading) else 0


def talks(reading: Reading, person: Person, *, me: NodeId) -> list[Talked]:
    """Those about what this person keeps."""
    keys = answering.keys_of(reading, person, me=me)
    return concerns.talks(reading, _kept(reading, person.member.id), keys, me=me)


async def answer(edge: Edge, talked: Talked, words: str) -> None:
    """Those who keep the listing say their side. Raises `NotNowError`."""
    me = edge.me
    said = Said(Party.PEOPLE, Move.WRITE, words, rules.day(edge.now))
    word = concerns.word(talked.row, said, aside=True, me=me, random=edge.random)

    def stewards(reading: Reading) -> list[str]:
        return [one.id for one in who_could_read(reading, None, me, talked.listing, me=me)]

    tell = await edge.read(stewards)
    await _take(edge, Step(talked.row.id, Party.PEOPLE, Move.WRITE, (word,)), tell=tell)


# Being talked about.


def being_talked_about(reading: Reading, *, me: NodeId, now: int) -> frozenset[str]:
    """What of our own community is being talked about, as `node/id`."""
    return frozenset(f"{me}/{listing}" for listing in concerns.being_talked_about(reading, rules.day(now)))

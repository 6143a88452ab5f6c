"""What people do that touches several slices, each as one transaction: the same for pages, API and command line.

Sealing, opening and deriving happen before the transaction; inside, what was decided on is read again. Raises what the slices raise.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

from alongside_node.directory import publishing, searching
from alongside_node.directory import store as directory_store
from alongside_node.foundation.database import Reading, Writing
from alongside_node.identity import actions as identity
from alongside_node.identity.actions import Keyring
from alongside_node.listings import actions as listings
from alongside_node.listings.actions import Move, Offering, State, StillMissingError
from alongside_node.members import actions as members
from alongside_node.members.actions import BoxChangedError, Member, Person, Role
from alongside_node.members.rules import GUEST_STAYS_DAYS
from alongside_node.notifications import actions as notifications
from alongside_node.notifications.actions import Channel, Choice, Whose
from alongside_node.referrals import answering, asking, company, fit, turns
from alongside_node.referrals import store as referrals_store
from alongside_node.safety import actions as safety
from alongside_protocol import limits
from alongside_protocol.consent import Field
from alongside_protocol.errors import Code, Refused
from alongside_protocol.fit import Wishes
from alongside_protocol.identifiers import Random, RecordId
from alongside_protocol.listing import NEED_DAYS, Listing
from alongside_protocol.profile import Profile

from .edge import Edge

T = TypeVar("T")

_ATTEMPTS: Final = 5


# Listings.


async def draft(edge: Edge, member: Member, content: Mapping[str, Any], *, name: str) -> str:
    """Keep a new draft of this person; returns its id."""
    drafting = listings.draft(content, [(member, name)], node=edge.me, random=edge.random)
    now = edge.now
    await edge.write(lambda tx: listings.add(tx, drafting, now=now))
    return drafting.offering.id


def place_key(keyring: Keyring, listing: str) -> bytes:
    """What a listing's point is moved with: the same for one listing, known to nobody else."""
    return keyring.derived("place", listing)


async def change(
    edge: Edge, member: Member, listing: str, move: Move, content: Mapping[str, Any] | None = None
) -> Offering | None:
    """Make a move with a listing of this person; None when it is not theirs.

    Raises `NotPossibleError`, `StillMissingError`, `Refused` (`too-large`).
    """
    keyring, now, random = edge.keys(), edge.now, edge.random

    def work(tx: Writing) -> Offering | None:
        offering = listings.keeps(tx, listing, member.id)
        return None if offering is None else apply(tx, offering, move, content, keyring=keyring, now=now, random=random)

    return await edge.write(work)


def apply(
    tx: Writing,
    offering: Offering,
    move: Move,
    content: Mapping[str, Any] | None = None,
    *,
    keyring: Keyring,
    now: int,
    random: Random,
) -> Offering:
    """A move of a listing with all that follows: the directory, and those who wait for an answer."""
    before = _own(tx, keyring, offering.id)
    key = place_key(keyring, offering.id)
    stays = before is not None and move in listings.SAYS_NOTHING_NEW
    dates = (before.confirmed, before.valid_until) if before is not None and stays else None
    after, shown = listings.change(tx, offering, move, content=content, now=now, place_key=key, dates=dates)
    record_id = RecordId(offering.id)
    if shown is not None:
        publishing.put(tx, shown, node=keyring.id, record_id=record_id, rev=after.rev, now=now, random=random)
        if before is not None and before.commitments != shown.commitments:
            answering.listing_changed(tx, offering.id, keyring=keyring, now=now, random=random)
        if after.state is State.UNSEEN:
            answering.listing_unseen(tx, offering.id, keyring=keyring, now=now, random=random)
    elif offering.rev:
        publishing.withdraw(tx, node=keyring.id, record_id=record_id)
        answering.listing_withdrawn(tx, offering.id, keyring=keyring, now=now, random=random)
    return after


def _own(tx: Writing, keyring: Keyring, listing: str) -> Listing | None:
    generation = directory_store.active_generation(tx, keyring.id)
    rows = [] if generation is None else directory_store.entries_by_id(tx, generation, [listing])
    found = (
        searching.read(searching.Raw((0, 0), directory_store.Source(0, keyring.id, 0), rows[0].line)) if rows else None
    )
    return None if found is None else found.listing


NEEDS_WITHOUT_ACCOUNT: Final = 20
"""What people without an account look for, at once, in one community: more would bury the rest."""


async def post_need(edge: Edge, person: Person, content: Mapping[str, Any], *, name: str) -> bool:
    """Say what somebody looks for, at once. False: there are as many of people without an account as may be.

    Raises `StillMissingError`.
    """
    keyring, now, random = edge.keys(), edge.now, edge.random
    guest = person.member.role is Role.GUEST
    source = listings.WITHOUT_ACCOUNT if guest else ""
    drafting = listings.draft(content, [(person.member, name)], node=edge.me, random=random, source=source)

    def work(tx: Writing) -> bool:
        if guest and (
            listings.count_of_source(tx, source) >= NEEDS_WITHOUT_ACCOUNT or listings.of_member(tx, person.member.id)
        ):
            return False
        listings.add(tx, drafting, now=now)
        apply(tx, drafting.offering, Move.PUBLISH, keyring=keyring, now=now, random=random)
        members.stay(tx, person.member.id, until_day=_need_stays(now))
        return True

    return await edge.write(work)


def _need_stays(now: int) -> int:
    return now // limits.DAY + NEED_DAYS + GUEST_STAYS_DAYS


async def stay_for_need(edge: Edge, person: Person) -> None:
    """Somebody without an account still looks for it: their row stays as long as answers to it can."""
    now = edge.now
    await edge.write(lambda tx: members.stay(tx, person.member.id, until_day=_need_stays(now)))


async def keeper_looked(edge: Edge, member: Member) -> int:
    """Somebody has looked at what is asked of them; returns how many listings are open again for it."""
    keyring, now, random = edge.keys(), edge.now, edge.random
    me = [Whose(member=member.id)]

    def is_new(reading: Reading) -> bool:
        return bool(listings.to_look_at(reading, member.id, now=now)) or notifications.waits_for(reading, me)

    def work(tx: Writing) -> int:
        notifications.looked(tx, me)
        opened = 0
        for offering in listings.to_look_at(tx, member.id, now=now):
            if offering.state is not State.UNSEEN:
                listings.looked_at(tx, offering, now=now)
                continue
            with suppress(StillMissingError):
                apply(tx, offering, Move.LOOK, keyring=keyring, now=now, random=random)
                opened += 1
        return opened

    return await edge.write(work) if await edge.read(is_new) else 0


async def stop_after(edge: Edge, member: Member, listing: str, days: int) -> bool:
    """Choose when a listing that nobody looks at stops taking requests. False: it is not theirs."""
    now = edge.now

    def work(tx: Writing) -> bool:
        offering = listings.keeps(tx, listing, member.id)
        if offering is not None:
            listings.stop_after(tx, offering, days, now=now)
        return offering is not None

    return await edge.write(work)


# The community.


async def save_profile(edge: Edge, profile: Profile) -> None:
    """Say anew who we are; changed commitments ask everybody who waits to agree again."""
    keyring, now, random = edge.keys(), edge.now, edge.random

    def work(tx: Writing) -> None:
        before = identity.standing_community(tx).profile.commitments
        publish_profile(tx, identity.save_profile(tx, profile), keyring=keyring, now=now, random=random)
        if before != profile.commitments:
            for offering in listings.in_states(tx, tuple(listings.IN_DIRECTORY)):
                answering.listing_changed(tx, offering.id, keyring=keyring, now=now, random=random)

    await edge.write(work)


def publish_profile(tx: Writing, community: identity.Community, *, keyring: Keyring, now: int, random: Random) -> None:
    """Put the community's own record in the directory."""
    publishing.put(
        tx,
        community.profile,
        node=keyring.id,
        record_id=community.record_id,
        rev=community.rev,
        now=now,
        random=random,
    )


# Requests.


async def ask(  # noqa: PLR0913 - everything that a request is made of, by name
    edge: Edge,
    person: Person,
    to: asking.Addressee,
    fields: Mapping[Field, str],
    *,
    shown: str,
    until: int,
    told: Choice | None = None,
    silence: asking.Silence | None = None,
    aloud: int | None = None,
) -> str:
    """Ask; returns the reference. `told`: how the person learns of an answer to this request, and to no other; `silence`: what
    should happen if there is none by a day; `aloud`: when they said yes on the telephone.

    Tries again when another request of the same person came between.
    """
    return await _with_newest_box(
        edge,
        person,
        lambda person: _ask_once(
            edge, person, to, fields, shown=shown, until=until, told=told, silence=silence, aloud=aloud
        ),
    )


async def _with_newest_box(edge: Edge, person: Person, once: Callable[[Person], Awaitable[T]]) -> T:
    for _ in range(_ATTEMPTS):
        try:
            return await once(person)
        except BoxChangedError:
            person = await _again(edge, person)
    raise BoxChangedError


async def _ask_once(  # noqa: PLR0913 - as above
    edge: Edge,
    person: Person,
    to: asking.Addressee,
    fields: Mapping[Field, str],
    *,
    shown: str,
    until: int,
    told: Choice | None,
    silence: asking.Silence | None,
    aloud: int | None,
) -> str:
    now, me = edge.now, edge.me
    ended = await _room_to_ask(edge, person, [(to.recipient.node, to.recipient.listing)])
    prepared = asking.prepare(
        person,
        to,
        fields,
        shown=shown,
        until=until,
        ended=ended,
        keyring=edge.keys(),
        now=now,
        random=edge.random,
        aloud=aloud,
    )

    channel = None if told is None else channel_of_request(edge, person, prepared.row.mailbox, told)

    def begin(tx: Writing) -> str:
        asking.begin(tx, person, prepared, me=me, now=now)
        asking.set_silence(tx, prepared.row.ref, silence)
        if channel is not None:
            notifications.put(tx, channel)
        members.stay(tx, person.member.id, until_day=until // limits.DAY + GUEST_STAYS_DAYS)
        return prepared.row.ref

    return await edge.write(begin)


async def _room_to_ask(edge: Edge, person: Person, places: Sequence[tuple[str, str]]) -> set[str]:
    """References that the box of `person` can forget. Raises `Refused` (`busy`) when they have asked as much as one person may."""

    def look(reading: Reading) -> set[str]:
        if not asking.may_ask_more(reading, person, places, me=edge.me):
            raise Refused(Code.BUSY, "as much as one person asks at a time")
        return asking.ended(reading, person, me=edge.me)

    return await edge.read(look)


async def join_in(edge: Edge, person: Person, peer: str, ref: str, *, name: str) -> bool:
    """Be ready to answer one request beside those who were asked. False: it is gone, has enough people, or is this person's anyway."""
    keyring, random = edge.keys(), edge.random
    for _ in range(_ATTEMPTS):
        row = await edge.read(lambda reading: referrals_store.incoming(reading, peer, ref))
        if row is None:
            return False
        joining = company.prepare(person, row, name, me=keyring.id, random=random)

        def join(tx: Writing, who: Person = person, new: company.Joining = joining) -> bool:
            return company.join(tx, who, new)

        try:
            return await edge.write(join)
        except BoxChangedError:
            person = await _again(edge, person)
    raise BoxChangedError


def channel_of_request(edge: Edge, person: Person, mailbox: str, told: Choice) -> Channel:
    """How somebody wants to be told about one request. It names the request's mailbox, which only their box names."""
    guest = person.member.role is Role.GUEST
    return notifications.prepare(told, Whose(mailbox=mailbox), edge.notice_key, people_only=guest, random=edge.random)


async def looked(edge: Edge, several: Sequence[Whose]) -> None:
    """Somebody has looked: what they would be told about is read, and what comes next is told again."""
    if await edge.read(lambda reading: notifications.waits_for(reading, several)):
        await edge.write(lambda tx: notifications.looked(tx, several))


async def _again(edge: Edge, person: Person) -> Person:
    member = await edge.read(lambda reading: members.find(reading, person.member.id))
    if member is None:
        raise BoxChangedError
    return Person(member, person.key)


async def block(edge: Edge, person: Person, peer: str, ref: str) -> bool:
    """Let who asked this through to this person no more, and end all that is open between them. False: it has ended by itself."""
    keyring, now, random = edge.keys(), edge.now, edge.random

    def look(reading: Reading) -> referrals_store.Incoming | None:
        return answering.find(reading, person.member, peer, ref)

    row = await edge.read(look)
    if row is None or row.handle is None:
        return False
    handle = row.handle
    new = safety.block(keyring, person, handle, alias=row.alias, day=now // limits.DAY, me=keyring.id)

    def work(tx: Writing) -> bool:
        safety.add(tx, new)
        answering.end_all(tx, person, handle, keyring=keyring, now=now, random=random)
        return True

    return await edge.write(work)


async def ask_whether_it_fits(edge: Edge, person: Person, several: Sequence[asking.Addressee], wishes: Wishes) -> None:
    """Ask up to five offerings, in codes and without a name. Raises `Refused`: as `fit.prepare`, `fit.begin`."""
    await _with_newest_box(edge, person, lambda person: _question_once(edge, person, several, wishes))


async def _question_once(edge: Edge, person: Person, several: Sequence[asking.Addressee], wishes: Wishes) -> None:
    now, me = edge.now, edge.me
    ended = await edge.read(lambda reading: asking.ended(reading, person, me=me))
    prepared = fit.prepare(person, several, wishes, ended=ended, keyring=edge.keys(), now=now, random=edge.random)

    def begin(tx: Writing) -> None:
        fit.begin(tx, person, prepared, me=me, now=now)
        members.stay(tx, person.member.id, until_day=(now + limits.FIT_LIFE) // limits.DAY + 1)

    await edge.write(begin)


async def ask_one_after_another(
    edge: Edge,
    person: Person,
    several: Sequence[tuple[asking.Addressee, str]],
    fields: Mapping[Field, str],
    *,
    days: int,
) -> str:
    """Ask the first now, the others when their turn comes; returns the first one's reference. Raises as `turns.prepare`, `asking.begin`."""
    return await _with_newest_box(edge, person, lambda person: _round_once(edge, person, several, fields, days=days))


async def _round_once(
    edge: Edge,
    person: Person,
    several: Sequence[tuple[asking.Addressee, str]],
    fields: Mapping[Field, str],
    *,
    days: int,
) -> str:
    now, me = edge.now, edge.me
    ended = await _room_to_ask(edge, person, [(to.recipient.node, to.recipient.listing) for to, _ in several])
    prepared = turns.prepare(
        person, several, fields, days=days, ended=tuple(ended), keyring=edge.keys(), now=now, random=edge.random
    )

    def begin(tx: Writing) -> str:
        turns.begin(tx, person, prepared, me=me, now=now)
        members.stay(tx, person.member.id, until_day=prepared.round.ends // limits.DAY + GUEST_STAYS_DAYS)
        return prepared.first.row.ref

    return await edge.write(begin)


async def erase(edge: Edge, thread: asking.Thread) -> None:
    """Have a request deleted, here and at their community."""
    now = edge.now
    await edge.write(lambda tx: asking.erase(tx, thread.row.ref, me=edge.me, now=now, random=edge.random))

"""Writing, publishing, confirming, resting and withdrawing what somebody offers or needs (listing.md).

Each listing has a key pair of its own, shared by its holders: one key for a person would join all their listings network-wide. Its
private half is kept only sealed to each holder. Nothing here puts anything in the directory: `directory.publishing` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from alongside_node.foundation.database import Reading, Writing
from alongside_node.identity import actions as identity
from alongside_node.members import actions as members
from alongside_protocol.fit import Fit
from alongside_protocol.identifiers import NodeId, Random, RecordId, new_record_id
from alongside_protocol.listing import HOLDERS, Listing
from alongside_protocol.sealing import SealPrivateKey

from . import rules, store
from .rules import IN_DIRECTORY, SAYS_NOTHING_NEW, Move, NotPossibleError, State, StillMissingError
from .store import Holder, Offering, Share
from .vouching import vouched, with_vouched

__all__ = [
    "IN_DIRECTORY",
    "SAYS_NOTHING_NEW",
    "WITHOUT_ACCOUNT",
    "Drafting",
    "Holder",
    "Move",
    "NotPossibleError",
    "Offering",
    "Share",
    "State",
    "StillMissingError",
    "add",
    "as_seen",
    "begin_to_count",
    "change",
    "completed",
    "count_of_source",
    "current_key",
    "draft",
    "find",
    "forget_old_drafts",
    "forget_old_keys",
    "in_directory",
    "in_states",
    "keeps",
    "keys",
    "looked_at",
    "may_join",
    "missing",
    "new_key",
    "of_member",
    "of_source",
    "open_share",
    "said_fit",
    "save",
    "say_fit",
    "set_holders",
    "shares_of",
    "stop_after",
    "take_shares",
    "to_look_at",
    "unseen",
]

_SHARE: Final = "listing-key"
_NO_KEY: Final = "A" * 43
WITHOUT_ACCOUNT: Final = "without-account"
"""The source of what somebody without an account looks for, so that it can be counted."""

find, of_member, of_source, in_states, save = store.find, store.of_member, store.of_source, store.in_states, store.save
count_of_source, current_key, keeps = store.count_of_source, store.current_key, store.keeps
shares_of, take_shares = store.shares_of, store.take_shares


@dataclass(frozen=True)
class Drafting:
    """A new listing with its key, made before the transaction."""

    offering: Offering
    public: str
    shares: Mapping[str, bytes] = field(repr=False)


def new_key(listing: str, holders: Mapping[str, str], *, node: NodeId, random: Random) -> tuple[str, dict[str, bytes]]:
    """(public half, holder → private half sealed to them) of a fresh key for a listing. `holders`: member → public key."""
    key = SealPrivateKey.generate(random)
    shares = {
        member: members.seal_to(public, key.raw, node=node, member_id=member, what=_SHARE, about=listing)
        for member, public in holders.items()
    }
    return key.public.text, shares


def open_share(person: members.Person, share: Share, *, node: NodeId) -> SealPrivateKey:
    """A listing's key, for one of its holders. Raises `Refused` (`seal`)."""
    return SealPrivateKey(members.open_for(person, share.sealed, node=node, what=_SHARE, about=share.listing))


def draft(
    content: Mapping[str, Any],
    holders: Sequence[tuple[members.Member, str]],
    *,
    node: NodeId,
    random: Random,
    source: str = "",
    source_key: str = "",
    waiting_for: Sequence[str] = (),
) -> Drafting:
    """A new listing that nobody sees yet. `holders`: each with how they want to be named on it."""
    listing = new_record_id(random)
    public, shares = new_key(listing, {member.id: member.public for member, _ in holders}, node=node, random=random)
    offering = Offering(
        id=listing,
        state=State.DRAFT,
        members=with_vouched(content, []),  # nobody vouches for themselves
        rev=0,
        holders=tuple(Holder(member.id, name) for member, name in holders[:HOLDERS]),
        source=source,
        source_key=source_key,
        waiting_for=tuple(waiting_for),
    )
    return Drafting(offering, public, shares)


def add(tx: Writing, drafting: Drafting, *, now: int) -> None:
    """Keep a draft."""
    offering = drafting.offering
    store.save(tx, offering.at(open_until=rules.open_until(offering.state, None, offering.members, now)))
    store.set_holders(tx, drafting.offering.id, drafting.offering.holders)
    store.add_key(tx, drafting.public, drafting.offering.id, drafting.shares, former_until=rules.day(now))


def completed(
    reading: Reading, offering: Offering, *, now: int, place_key: bytes, dates: tuple[str, str] | None = None
) -> Listing:
    """The listing as others would see it today; `dates` as in `rules.completed`. Raises `StillMissingError` for fields that do not fit."""
    key = store.current_key(reading, offering.id)
    names = [holder.name for holder in offering.holders] or [""]
    return rules.completed(
        offering.members,
        names=names,
        key=key or "",
        now=now,
        resting=offering.state in rules.NOBODY_ASKS,
        place_key=place_key,
        dates=dates,
    )


def as_seen(members_: Mapping[str, Any], *, now: int) -> Listing:
    """A listing as others would see it, before there is one: its key is nobody's. Raises `StillMissingError`."""
    return rules.completed(
        members_, names=[str(members_.get("by", ""))], key=_NO_KEY, now=now, place_key=_NO_KEY.encode("ascii")
    )


def missing(reading: Reading, offering: Offering, *, now: int, place_key: bytes) -> tuple[str, ...]:
    """Codes of what stands in the way of publishing it."""
    try:
        listing = completed(reading, offering, now=now, place_key=place_key)
    except StillMissingError as still:
        return still.codes
    return (*_missing(reading, listing), *offering.waiting_for)


def _missing(reading: Reading, listing: Listing) -> tuple[str, ...]:
    agreed = listing.ages.under_18 and bool(identity.standing_community(reading).profile.young_people)
    return rules.missing(listing, young_people_agreed=agreed)


def change(
    tx: Writing,
    offering: Offering,
    move: Move,
    *,
    content: Mapping[str, Any] | None = None,
    now: int,
    place_key: bytes,
    dates: tuple[str, str] | None = None,
) -> tuple[Offering, Listing | None]:
    """Make a move; returns the listing as kept, and as the directory is to show it (None: not, or no longer).

    `content`: for `EDIT`, the whole draft anew. Publishing says that who publishes wants to be listed: that answers `waiting_for`.
    Raises `NotPossibleError`; `StillMissingError` when it cannot be published, or an edit would leave what is published incomplete.
    """
    after = offering.at(state=rules.step(offering.state, move))
    if move is Move.WITHDRAW:
        store.save(tx, after.at(open_until=None))
        store.wipe(tx, after.id)
        return after, None
    if content is not None:
        own = dict(content) if move is Move.VOUCH else with_vouched(content, vouched(offering.members))
        after = after.at(members=own)
    if move is Move.PUBLISH:
        after = after.at(waiting_for=())
    if after.state not in IN_DIRECTORY:
        after = after.at(open_until=rules.open_until(after.state, after.stops_after, after.members, now))
        store.save(tx, after)
        return after, None
    listing = completed(tx, after, now=now, place_key=place_key, dates=dates)
    if codes := (*_missing(tx, listing), *after.waiting_for):
        raise StillMissingError(codes)
    open_until = rules.open_until(after.state, after.stops_after, after.members, now)
    after = after.at(rev=after.rev + 1, open_until=open_until)
    store.save(tx, after)
    return after, listing


def may_join(offering: Offering, member: str) -> bool:
    """Whether somebody can keep it together with those who do."""
    there = {holder.member for holder in offering.holders}
    return offering.state is not State.WITHDRAWN and member not in there and len(there) < HOLDERS


def set_holders(
    tx: Writing, offering: Offering, holders: Sequence[Holder], public: str, shares: Mapping[str, bytes], *, now: int
) -> Offering:
    """Other people keep it from now on: a new key, the former one is kept 30 days for what was sealed to it."""
    store.set_holders(tx, offering.id, holders)
    store.add_key(tx, public, offering.id, shares, former_until=rules.day(now) + rules.KEY_KEPT_DAYS)
    return offering.at(holders=tuple(holders))


def said_fit(reading: Reading, listing: str, *, now: int) -> Fit | None:
    """What its people said to who asks before saying who they are, while it is believed."""
    said = store.said_fit(reading, listing)
    return None if said is None or said[1] < rules.day(now) else Fit(said[0])


def say_fit(tx: Writing, listing: str, answer: Fit | None, *, now: int) -> None:
    """Say for a week what is answered to who asks before saying who they are; None: only what is published."""
    store.say_fit(tx, listing, answer, last_day=rules.day(now) + rules.SAID_DAYS)


def keys(reading: Reading, listing: RecordId | str) -> list[str]:
    """The public halves of the keys of a listing that its holders can still open."""
    return [key.public for key in store.keys(reading, listing)]


def in_directory(reading: Reading) -> list[Offering]:
    """Every listing that the directory shows."""
    return store.in_states(reading, tuple(IN_DIRECTORY))


def stop_after(tx: Writing, offering: Offering, days: int, *, now: int) -> Offering:
    """Its people choose after how many days unlooked at nobody can ask; 0: never, and then no day is kept."""
    open_until = rules.open_until(offering.state, days, offering.members, now)
    after = offering.at(stops_after=days, open_until=open_until)
    store.save(tx, after)
    return after


def to_look_at(reading: Reading, member: str, *, now: int) -> list[Offering]:
    """What somebody keeps for which it makes a difference that they look today."""
    return [
        offering
        for offering in store.of_member(reading, member)
        if offering.state is State.UNSEEN
        or (
            offering.state is not State.DRAFT  # looking does not keep it, changing it does
            and offering.open_until != rules.open_until(offering.state, offering.stops_after, offering.members, now)
        )
    ]


def looked_at(tx: Writing, offering: Offering, *, now: int) -> None:
    """One of its people has looked: it stays open for as many days again."""
    open_until = rules.open_until(offering.state, offering.stops_after, offering.members, now)
    store.set_open_until(tx, offering.id, open_until)


def begin_to_count(tx: Writing, now: int) -> None:
    """From now on, for what was published before days were counted: nobody is late before they could know."""
    for offering in store.uncounted(tx):
        stop_after(tx, offering, rules.stops_after(None, offering.members), now=now)
    for listing in store.uncounted_drafts(tx):
        store.set_open_until(tx, listing, rules.day(now) + rules.DRAFT_KEPT_DAYS)


def unseen(reading: Reading, now: int) -> list[str]:
    """What nobody has looked at for as long as its people chose."""
    return store.past_open_until(reading, rules.day(now))


def forget_old_drafts(tx: Writing, now: int) -> int:
    """Some drafts that nobody changed in time go, with all that belongs to them; returns how many.

    Their ids too, which nobody else has seen: the next edition of an imported list brings its rows anew.
    """
    old = store.drafts_until(tx, rules.day(now))
    for listing in old:
        store.remove(tx, listing)
    if old:
        tx.forget()
    return len(old)


def forget_old_keys(tx: Writing, now: int) -> int:
    """Drop former keys that are no longer kept; returns how many."""
    old = store.old_keys(tx, before=rules.day(now))
    for public in old:
        store.remove_key(tx, public)
    return len(old)

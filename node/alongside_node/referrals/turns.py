"""One after another: several offers are sealed when the person asks, and leave one by one while nobody says yes (section 6).

The first leaves at once. The others lie here as ciphertext, until the one before declines, ends, or has not answered by the day that the
person set; then the next is dated and leaves, within the hour. A yes destroys what still lies, at once (`receiving`); so does taking back, at any step. What
changed since it was sealed waits for the person to look, and the turn goes on to the next. Nobody who is asked learns of the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from alongside_node.directory import store as directory_store
from alongside_node.directory.searching import Viewer
from alongside_node.foundation.database import Database, Reading, Writing
from alongside_node.identity.actions import Keyring
from alongside_node.members import actions as members
from alongside_node.members.actions import Person
from alongside_node.peers import actions as peers
from alongside_protocol import limits, messages
from alongside_protocol.consent import Field
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId, Random, new_record_id
from alongside_protocol.listing import RoomState
from alongside_protocol.referral import Move, Numbering, State

from . import asking, fit_rules, sending, store, turn_store
from .asking import Addressee
from .store import Asked
from .turn_store import Lies, Round, Turn

FEWEST: Final = 2
MOST: Final = 5
"""Offerings in one round: enough to choose from, and over within two weeks."""
LONGEST_DAYS: Final = 13
"""After today: within the fourteen days that a message lives."""
DAYS: Final = (1, 2, 3, 5)
"""How many days each may have, to choose from."""

_UNANSWERED: Final = frozenset({State.OFFERED, State.PAUSED})
_DATES: Final = frozenset({"confirmed", "valid_until", "confirm_every", "room"})
"""What may change without asking the person again: that it still holds was said anew, or whether there is room just now."""


def end_of_day(now: int, days: int) -> int:
    """The last second of a day so many days ahead, so that no row says at which hour somebody asked."""
    return now - now % limits.DAY + (days + 1) * limits.DAY - 1


# Asking.


@dataclass(frozen=True)
class Asking:
    """A round that was sealed and waits for its transaction."""

    round: Round
    turns: tuple[Turn, ...]
    first: asking.Composed
    letters: tuple[store.Letter, ...]
    box: bytes = field(repr=False)


def prepare(
    person: Person,
    several: Sequence[tuple[Addressee, str]],
    fields: Mapping[Field, str],
    *,
    days: int,
    keyring: Keyring,
    now: int,
    random: Random,
    ended: Sequence[str] = (),
) -> Asking:
    """Seal one offer for each, in this order. `several`: whom, with the hash of what was read about who may be called.

    Raises `Refused`: as `asking.prepare`; `shape` for fewer than two or more than five, or one twice.
    """
    if not FEWEST <= len({(to.recipient.node, to.recipient.listing) for to, _ in several}) == len(several) <= MOST:
        raise Refused(Code.SHAPE, f"{FEWEST} to {MOST} different offerings")
    until, box = end_of_day(now, LONGEST_DAYS), asking.box_of(person, keyring.id, ended, now=now)
    round_id, turns, letters, first = new_record_id(random), [], [], None
    for position, (to, shown) in enumerate(several):
        one, box = asking.compose(
            person, to, fields, box=box, shown=shown, until=until, keyring=keyring, now=now, random=random
        )
        first = first or one
        letters.append(one.letter)
        turns.append(_turn(one, to, round_id, position, keyring=keyring))
    assert first is not None  # noqa: S101 - there are two at least
    turns[0] = turns[0].at(lies=Lies.ASKED, body=None)
    round_ = Round(round_id, first.row.ref, days, end_of_day(now, days), until)
    return Asking(round_, tuple(turns), first, tuple(letters), members.sealed_box(person, box, keyring.id))


def _turn(one: asking.Composed, to: Addressee, round_id: str, position: int, *, keyring: Keyring) -> Turn:
    row = one.row
    return Turn(
        ref=row.ref,
        round=round_id,
        position=position,
        peer=row.peer,
        mailbox=row.mailbox,
        lies=Lies.WAITS,
        until=row.until,
        not_after=min(row.until, to.recipient.node_key_exp),
        body=one.outgoing.body,
        which=_which(keyring, row.ref, to.recipient.listing),
        pin=_pin(keyring, row.ref, to),
    )


def _which(keyring: Keyring, ref: str, listing: str) -> bytes:
    """A mark of the listing, under the node's secret and this reference: two rows cannot be compared, and none names one."""
    return keyring.derived("turn-listing", ref, listing)


def _pin(keyring: Keyring, ref: str, to: Addressee) -> bytes:
    """A mark of what the person read: the promises of both, the listing without its dates, its keys, and their node's document."""
    content = to.listing.model_dump_json(exclude=set(_DATES))
    return keyring.derived("turn-read", ref, to.shown, content, str(to.doc))


def begin(tx: Writing, person: Person, asked: Asking, *, me: NodeId, now: int) -> None:
    """Let the first leave, and keep the others. Raises as `asking.begin`."""
    asking.begin(
        tx, person, asking.Asking(asked.first.row, asked.first.outgoing, asked.first.letter, asked.box), me=me, now=now
    )
    for letter in asked.letters[1:]:
        store.add_letter(tx, letter)
    turn_store.save_round(tx, asked.round)
    for turn in asked.turns:
        turn_store.save_turn(tx, turn)


# Looking at it.


@dataclass(frozen=True)
class Seen:
    """One offer of a round as the person sees it. `state`: of the request, once it was asked."""

    turn: Turn
    remembered: asking.Remembered
    state: State | None


@dataclass(frozen=True)
class SeenRound:
    """A round as the person sees it, in its order."""

    round: Round
    several: tuple[Seen, ...]


def mine(reading: Reading, person: Person, *, me: NodeId) -> list[SeenRound]:
    """Every round of this person that goes on."""
    box = members.open_box(person, me)
    known = turn_store.turns_of(reading, list(box.mailboxes))
    found = []
    for round_id in dict.fromkeys(turn.round for turn in known if box.mailboxes[turn.ref] == turn.mailbox):
        round_ = turn_store.round_of(reading, next(turn.ref for turn in known if turn.round == round_id))
        seen = [_seen(reading, person, turn, me=me) for turn in turn_store.turns(reading, round_id)]
        if round_ is not None:
            found.append(SeenRound(round_, tuple(one for one in seen if one is not None)))
    return sorted(found, key=lambda one: -one.round.ends)


def _seen(reading: Reading, person: Person, turn: Turn, *, me: NodeId) -> Seen | None:
    remembered = asking.remembered_at(reading, person, turn.mailbox, me=me)
    row = store.asked(reading, turn.ref)
    return None if remembered is None else Seen(turn, remembered, None if row is None else row.state)


def one_of(reading: Reading, person: Person, ref: str, *, me: NodeId) -> Seen | None:
    """One offer of a round of this person; None for every other reference."""
    found = [seen for one in mine(reading, person, me=me) for seen in one.several if seen.turn.ref == ref]
    return found[0] if found else None


def agree_again(
    person: Person, seen: Seen, to: Addressee, *, shown: str, keyring: Keyring, now: int, random: Random
) -> tuple[Turn, store.Letter]:
    """Seal anew what waited for the person to look. Raises `Refused` (`consent-commitments`) when it changed once more; `move`."""
    if seen.turn.lies is not Lies.LOOK:
        raise Refused(Code.MOVE, "nothing changed here")
    one = asking.compose_again(
        person, seen.remembered, to, ref=seen.turn.ref, mailbox=seen.turn.mailbox, shown=shown, keyring=keyring, now=now,
        random=random,
    )  # fmt: skip
    return _turn(one, to, seen.turn.round, seen.turn.position, keyring=keyring), one.letter


def take_again(tx: Writing, turn: Turn, letter: store.Letter, *, now: int) -> None:
    """It waits for its turn again. Raises `Refused` (`move`) when the round is over."""
    round_ = turn_store.round_of(tx, turn.ref)
    if round_ is None:
        raise Refused(Code.MOVE, "that is no longer possible")
    store.remove_letters(tx, [turn.mailbox])
    store.add_letter(tx, letter)
    turn_store.save_turn(tx, turn)
    if round_.active is None:
        turn_store.save_round(tx, round_.at(next_at=now))


def stop(tx: Writing, ref: str) -> None:
    """Nobody further is asked; what was asked stays as it is."""
    asking.forget_turns(tx, ref)


# By schedule.


async def go_on(database: Database, *, keyring: Keyring, now: int, random: Random) -> int:
    """What is due in every round; returns how many offers left. One transaction for each, and what is slow is read before it."""
    left = 0
    for one in await database.aread(turn_store.rounds):

        def look(reading: Reading, one: Round = one) -> tuple[bool, list[tuple[Turn, Lies]]]:
            return _is_due(reading, one, now), _next(reading, one, keyring=keyring, now=now)

        due, ready = await database.aread(look)

        def settle(tx: Writing, one: Round = one, ready: Sequence[tuple[Turn, Lies]] = ready) -> int:
            return _settle(tx, one, ready, keyring=keyring, now=now, random=random)

        if due:
            left += await database.awrite(settle)
    return left


def _is_due(reading: Reading, one: Round, now: int) -> bool:
    ended = one.active is not None and _state(reading, one.active) not in (*_UNANSWERED, State.WAITLISTED)
    return now >= one.next_at or ended


def _state(reading: Reading, ref: str) -> State | None:
    row = store.asked(reading, ref)
    return None if row is None else row.state


def _next(reading: Reading, one: Round, *, keyring: Keyring, now: int) -> list[tuple[Turn, Lies]]:
    """When a turn is free: each that waits, up to the first that can leave, with what becomes of it."""
    if one.active is not None or now < one.next_at or now >= one.ends:
        return []
    found = []
    for turn in turn_store.turns(reading, one.id):
        if turn.lies is Lies.WAITS:
            becomes = _becomes(reading, turn, keyring=keyring, now=now)
            found.append((turn, becomes))
            if becomes is Lies.ASKED:
                break
    return found


def _becomes(reading: Reading, turn: Turn, *, keyring: Keyring, now: int) -> Lies:
    """Whether an offer may leave now: its listing is there, takes people, and is what the person read."""
    if not _may_ask(reading, turn.peer, keyring.id):
        return Lies.PASSED
    listing = _listing_of(reading, turn, keyring)
    if listing is None:
        return Lies.PASSED
    try:
        to = asking.addressee(reading, keyring, turn.peer, listing, Viewer(keyring.id, member=True), now=now)
    except Refused as refused:
        return Lies.LOOK if refused.code is Code.SEAL_KEY_EXPIRED else Lies.PASSED
    room = to.listing.room
    if room.state in (RoomState.RESTING, RoomState.FULL) or room.waiting == 0:
        return Lies.PASSED
    unchanged = turn.body is not None and now < turn.not_after and _pin(keyring, turn.ref, to) == turn.pin
    return Lies.ASKED if unchanged else Lies.LOOK


def _may_ask(reading: Reading, peer: str, me: NodeId) -> bool:
    standing = None if peer == me else peers.standing(reading, peer)
    return peer == me or (standing is not None and peers.may_ask(standing))


def _listing_of(reading: Reading, turn: Turn, keyring: Keyring) -> str | None:
    """The listing that a row is a mark of: every one of that community is tried, because no row names one."""
    generation = directory_store.active_generation(reading, turn.peer)
    ids = [] if generation is None else directory_store.ids(reading, generation)
    return next((name for name in ids if _which(keyring, turn.ref, name) == turn.which), None)


def _settle(
    tx: Writing, one: Round, ready: Sequence[tuple[Turn, Lies]], *, keyring: Keyring, now: int, random: Random
) -> int:
    """One step of a round: it is over, or the turn ends, or the next leaves."""
    current = turn_store.round_of(tx, next((turn.ref for turn in turn_store.turns(tx, one.id)), ""))
    if current != one:
        return 0  # the person, or an answer, was quicker
    if now >= one.ends:
        asking.forget_round(tx, one.id)
        return 0
    if one.active is not None:
        return _end_turn(tx, one, one.active, keyring=keyring, now=now, random=random)
    return _release(tx, one, ready, now=now)


def _end_turn(tx: Writing, one: Round, active: str, *, keyring: Keyring, now: int, random: Random) -> int:
    row = store.asked(tx, active)
    if row is not None and row.state in (*_UNANSWERED, State.WAITLISTED) and now < one.next_at:
        return 0
    if row is not None and row.state in _UNANSWERED:
        step = asking.leave_row(row, Move.WITHDRAW, keyring=keyring, now=now, random=random)
        asking.take(tx, step, now=now, by_clock=True)
    # A random while, so that who declined and who is asked next cannot be joined by the minute.
    turn_store.save_round(tx, one.at(active=None, next_at=fit_rules.due(now, random)))
    return 0


def _release(tx: Writing, one: Round, ready: Sequence[tuple[Turn, Lies]], *, now: int) -> int:
    for turn, becomes in ready:
        if becomes is Lies.ASKED:
            return _leave(tx, one, turn, now=now)
        body = None if becomes is Lies.PASSED else turn.body
        turn_store.save_turn(tx, turn.at(lies=becomes, body=body))
    turns = turn_store.turns(tx, one.id)
    if not any(turn.lies in (Lies.WAITS, Lies.LOOK) for turn in turns):
        asking.forget_round(tx, one.id)
    else:
        turn_store.save_round(tx, one.at(next_at=one.ends))
    return 0


def _leave(tx: Writing, one: Round, turn: Turn, *, now: int) -> int:
    body = messages.redated(turn.body or b"", now=now, not_after=turn.not_after)
    envelope = messages.read_stored(body)
    row = Asked(turn.ref, turn.peer, turn.mailbox, State.OFFERED, turn.until, 1, Numbering())
    try:
        sending.enqueue(tx, sending.Outgoing(envelope, body, envelope.exp), now=now)
    except Refused:
        return 0  # much waits for that community: again in a minute
    store.save_asked(tx, row)
    turn_store.save_turn(tx, turn.at(lies=Lies.ASKED, body=None))
    turn_store.save_round(tx, one.at(active=turn.ref, next_at=min(end_of_day(now, one.days), one.ends)))
    return 1


def parted(tx: Writing, peer: str) -> None:
    """Our communities parted: what lies for theirs is destroyed."""
    for one in turn_store.rounds(tx):
        for turn in turn_store.turns(tx, one.id):
            if turn.peer == peer and turn.lies in (Lies.WAITS, Lies.LOOK):
                store.remove_letters(tx, [turn.mailbox])
                turn_store.save_turn(tx, turn.at(lies=Lies.PASSED, body=None))

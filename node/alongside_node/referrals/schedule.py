"""What time does to requests: they end at their date, early messages stop waiting, content goes 14 days after the end (section 6)."""

from typing import Final, TypeVar

from alongside_node.foundation.database import Writing
from alongside_node.identity.actions import Keyring
from alongside_node.notifications import actions as notifications
from alongside_node.notifications.actions import Whose
from alongside_protocol import limits
from alongside_protocol.identifiers import Random
from alongside_protocol.referral import Move, Party, step

from . import asking, rules, store
from .rules import IfSilent
from .store import Asked, Incoming

Row = TypeVar("Row", Asked, Incoming)

ERASURES_KEPT: Final = 90 * limits.DAY
"""How long a person can read who confirmed a deletion."""


def expire(tx: Writing, now: int, *, random: Random) -> int:
    """End what has reached its date; returns how many. Both sides do this alone: no message says it."""
    mine, theirs = store.past_until(tx, now)
    for asked in mine:
        _end_asked(tx, asked, now=now, random=random)
    for incoming in theirs:
        store.save_incoming(tx, _ended(incoming, now).at(handle=None))
    return len(mine) + len(theirs)


def silence(tx: Writing, *, keyring: Keyring, now: int, random: Random) -> int:
    """Do what people set for when nobody has answered by their day: tell them, or take it back and tell them so. How many."""
    several = store.unanswered(tx, rules.day(now))
    for row in several:
        stop = row.if_silent is IfSilent.STOP
        done = IfSilent.STOPPED if stop else IfSilent.TOLD
        store.save_asked(tx, row.at(answer_by=None, if_silent=done))
        if stop:
            step_back = asking.leave_row(row, Move.WITHDRAW, keyring=keyring, now=now, random=random)
            asking.take(tx, step_back, now=now, by_clock=True)
        notifications.something_waits(tx, [Whose(mailbox=row.mailbox)], now=now, random=random)
    return len(several)


def _end_asked(tx: Writing, asked: Asked, *, now: int, random: Random) -> None:
    """Who asked is told, if they chose so: nobody waits for what cannot come."""
    store.save_asked(tx, _ended(asked, now))
    notifications.something_waits(tx, [Whose(mailbox=asked.mailbox)], now=now, random=random)


def _ended(row: Row, now: int) -> Row:
    return row.at(state=step(row.state, Party.CLOCK, Move.END), final_day=rules.day(now))


def forget_old(tx: Writing, now: int) -> int:
    """Drop requests that ended 14 days ago, with every word in them; returns how many."""
    mine, theirs = store.ended_before(tx, rules.day(now) - rules.KEPT_DAYS)
    for asked in mine:
        store.remove_letters(tx, [asked.mailbox])
        store.remove_asked(tx, asked.ref)
    for incoming in theirs:
        store.remove_incoming(tx, incoming.peer, [incoming.ref])
    if mine or theirs:
        tx.forget()
    store.forget_erasures(tx, before=now - ERASURES_KEPT)
    return len(mine) + len(theirs)


def parted(tx: Writing, peer: str, *, now: int, random: Random) -> None:
    """Our communities parted: what was open between them ends."""
    for asked in store.asked_from(tx, peer):
        if asked.state in rules.OPEN:
            _end_asked(tx, asked, now=now, random=random)
    for incoming in store.incoming_from(tx, peer):
        if incoming.state in rules.OPEN:
            store.save_incoming(tx, _ended(incoming, now).at(handle=None))

"""Choosing how to be told, and having it happen (experience.md: "Learns that something waits in the way they chose").

Who offers chooses for their account; who asks, for one request, and the choice is gone with it. That something waits is a row; a loop
sends it. Never says what waits, for whom, or from whom.
"""

from collections.abc import Collection

from alongside_node.delivery.rules import spread
from alongside_node.foundation.database import Reading, Writing
from alongside_protocol import limits
from alongside_protocol.identifiers import Random, new_record_id

from . import rules, store
from .rules import Choice, Event, Kind, Stage
from .store import Channel, Whose
from .wrapping import key_in, unwrap, wrap

__all__ = [
    "Channel",
    "Choice",
    "Event",
    "Kind",
    "Stage",
    "Whose",
    "chosen",
    "due",
    "failed",
    "find",
    "forget",
    "key_in",
    "looked",
    "postpone",
    "prepare",
    "put",
    "sent",
    "something_waits",
    "told_at",
    "tomorrow",
    "unwrap",
    "waits_for",
]

find, due, put, forget = store.find, store.due, store.add, store.remove


def prepare(choice: Choice, whose: Whose, key: bytes, *, people_only: bool = False, random: Random) -> Channel:
    """A choice, wrapped and ready to be kept with `put`."""
    channel_id = new_record_id(random)
    sealed = wrap(choice, key, row=channel_id, random=random)
    return Channel(channel_id, whose, choice.kind, sealed, people_only)


def chosen(reading: Reading, whose: Whose) -> tuple[Kind, Stage] | None:
    """(in which way, where telling them is); None: they chose nothing. Where to stands on no page again."""
    channel = store.find(reading, whose)
    return None if channel is None else (channel.kind, channel.stage)


def told_at(reading: Reading, whose: Whose, key: bytes) -> Choice | None:
    """What somebody chose, for the file of all that is kept of them; None: nothing, or the key is lost."""
    channel = store.find(reading, whose)
    return None if channel is None else unwrap(channel.sealed, channel.kind, key, row=channel.id)


def something_waits(
    tx: Writing, several: Collection[Whose], *, by_machine: bool = False, now: int, random: Random
) -> None:
    """Something new waits for these people. `by_machine`: no person and no date made it."""
    for whose in several:
        channel = store.find(tx, whose)
        if channel is None or (by_machine and channel.people_only):
            continue
        after = rules.step(channel.stage, Event.SOMETHING)
        if after is not channel.stage:
            store.move(tx, channel.at(stage=after, next_at=rules.first_at(now, spread(random)), attempts=0))


def waits_for(reading: Reading, several: Collection[Whose]) -> bool:
    """Whether any of these has been told, or is about to be: then looking changes something."""
    found = (store.find(reading, whose) for whose in several)
    return any(
        channel is not None and rules.step(channel.stage, Event.LOOKED) is not channel.stage for channel in found
    )


def looked(tx: Writing, several: Collection[Whose]) -> None:
    """They have looked: what was about to be told is not, and what comes next is told again."""
    for whose in several:
        channel = store.find(tx, whose)
        if channel is not None:
            after = rules.step(channel.stage, Event.LOOKED)
            if after is not channel.stage:
                store.move(tx, channel.at(stage=after, next_at=None, attempts=0))


# For the loop.


def postpone(tx: Writing, channel: Channel, until: int) -> None:
    """Not now: it is the middle of their night, or enough was sent to there today."""
    current = store.by_id(tx, channel.id)
    if current is not None and current.next_at is not None:
        store.move(tx, current.at(next_at=until))


def sent(tx: Writing, channel: Channel, choice: Choice, *, now: int) -> None:
    """It was brought to them."""
    current = store.by_id(tx, channel.id)
    if current is not None:
        after = rules.step(current.stage, Event.SENT)
        store.move(tx, current.at(stage=after, next_at=rules.next_at(after, choice, now), attempts=0))


def failed(tx: Writing, channel: Channel, *, final: bool, now: int) -> bool:
    """It could not be brought. True: it was given up."""
    current = store.by_id(tx, channel.id)
    if current is None or current.next_at is None:
        return False
    attempts = current.attempts + 1
    if final or attempts >= rules.ATTEMPTS:
        store.move(tx, current.at(stage=rules.step(current.stage, Event.GAVE_UP), next_at=None, attempts=0))
        return True
    store.move(tx, current.at(next_at=rules.again_at(now, attempts), attempts=attempts))
    return False


def tomorrow(now: int, random: Random) -> int:
    """Some time in the day after this one."""
    return now - now % limits.DAY + limits.DAY + int(limits.HOUR * spread(random))

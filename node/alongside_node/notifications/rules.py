"""When somebody is told that something waits, and what they may choose (experience.md: "the way they chose … the same neutral words"). Pure.

One message when something new waits, at most one reminder, then silence until they have looked: whatever floods in, nobody is sent more.
Nothing here knows what it is that waits.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from alongside_protocol import limits


class Kind(StrEnum):
    """A way of telling. Who wants none has no row at all."""

    EMAIL = "email"
    COMMAND = "command"
    """A program that the host set up: text messages, a phone tree."""


class Stage(StrEnum):
    """Where telling somebody is."""

    QUIET = "quiet"
    """Nothing waits, or they have looked."""
    DUE = "due"
    TOLD = "told"
    """Once. A reminder follows, if they want one."""
    REMINDED = "reminded"
    FAILED = "failed"
    """It could not be brought to them. They read so where they chose it."""


class Event(StrEnum):
    """What happens to it."""

    SOMETHING = "something"
    """Something new waits for them."""
    LOOKED = "looked"
    SENT = "sent"
    GAVE_UP = "gave_up"


TABLE: Final[Mapping[tuple[Stage, Event], Stage]] = MappingProxyType(
    {
        (Stage.QUIET, Event.SOMETHING): Stage.DUE,
        (Stage.QUIET, Event.LOOKED): Stage.QUIET,
        (Stage.QUIET, Event.SENT): Stage.QUIET,  # they looked while it was on its way
        (Stage.QUIET, Event.GAVE_UP): Stage.QUIET,
        (Stage.DUE, Event.SOMETHING): Stage.DUE,
        (Stage.DUE, Event.LOOKED): Stage.QUIET,
        (Stage.DUE, Event.SENT): Stage.TOLD,
        (Stage.DUE, Event.GAVE_UP): Stage.FAILED,
        (Stage.TOLD, Event.SOMETHING): Stage.TOLD,
        (Stage.TOLD, Event.LOOKED): Stage.QUIET,
        (Stage.TOLD, Event.SENT): Stage.REMINDED,
        (Stage.TOLD, Event.GAVE_UP): Stage.REMINDED,
        (Stage.REMINDED, Event.SOMETHING): Stage.REMINDED,
        (Stage.REMINDED, Event.LOOKED): Stage.QUIET,
        (Stage.REMINDED, Event.SENT): Stage.REMINDED,
        (Stage.REMINDED, Event.GAVE_UP): Stage.REMINDED,
        (Stage.FAILED, Event.SOMETHING): Stage.DUE,
        (Stage.FAILED, Event.LOOKED): Stage.FAILED,
        (Stage.FAILED, Event.SENT): Stage.TOLD,
        (Stage.FAILED, Event.GAVE_UP): Stage.FAILED,
    }
)
"""(stage, event) → stage; total over both."""

BATCH_AT_LEAST: Final = 5 * limits.MINUTE
"""What comes within this time is one message; and no message goes out in the minute in which something came."""
BATCH_SPREAD: Final = 10 * limits.MINUTE
REMIND_AFTER: Final = 2 * limits.DAY
RETRY_FIRST: Final = 5 * limits.MINUTE
ATTEMPTS: Final = 8
"""About ten hours in all: what is told later helps nobody."""
A_DAY_TO_ONE: Final = 4
"""Messages a day to one address, whoever gave it: nobody can have somebody else's box filled."""
GUESTS_A_DAY: Final = 50
"""Messages a day for people without an account, all together."""

EMAIL_CHARACTERS: Final = 254
NUMBER_CHARACTERS: Final = 64
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9-]+\.)+[A-Za-z]{2,63}"
)
"""One address and nothing else: no name, no second one, nothing that could begin another line or another header."""
_NUMBER: Final = re.compile(r"\+?[0-9A-Za-z][0-9A-Za-z@._ -]*")
"""What a command is given: printable, one line, never the beginning of an option."""


@dataclass(frozen=True)
class Choice:
    """How somebody wants to be told. `to`: an e-mail address, or what the command is given. `quiet`: from and to, in minutes of the day."""

    kind: Kind
    to: str = field(repr=False)
    lang: str
    remind: bool = False
    quiet: tuple[int, int] | None = None
    zone: str = "UTC"


def fits(kind: Kind, to: str) -> bool:
    """Whether `to` is something that this way can be given."""
    if kind is Kind.EMAIL:
        return len(to) <= EMAIL_CHARACTERS and _EMAIL.fullmatch(to) is not None
    return len(to) <= NUMBER_CHARACTERS and _NUMBER.fullmatch(to) is not None


def step(stage: Stage, event: Event) -> Stage:
    """The stage after an event."""
    return TABLE[stage, event]


def first_at(now: int, jitter: float) -> int:
    """When something that came now is told; `jitter` in [0, 1)."""
    return now + BATCH_AT_LEAST + int(BATCH_SPREAD * jitter)


def again_at(now: int, attempts: int) -> int:
    """When a message is tried again after so many failed attempts."""
    doublings: int = 2 ** min(attempts - 1, 6)
    return now + RETRY_FIRST * doublings


def outside_quiet_hours(at: int, choice: Choice) -> int:
    """`at`, or the end of the quiet hours it falls in, in the person's own zone."""
    if choice.quiet is None:
        return at
    begin, end = choice.quiet
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(choice.zone))
    minute = local.hour * 60 + local.minute
    inside = begin <= minute < end if begin <= end else minute >= begin or minute < end
    if not inside:
        return at
    day = local.date() + timedelta(days=1 if minute >= end else 0)
    ends = datetime.combine(day, time(end // 60, end % 60), local.tzinfo)
    return max(int(ends.timestamp()), at)


def next_at(stage: Stage, choice: Choice, now: int) -> int | None:
    """When the next message is due, of what was just told; None: nothing more until they have looked."""
    if stage is not Stage.TOLD or not choice.remind:
        return None
    return outside_quiet_hours(now + REMIND_AFTER, choice)

"""What may happen to a concern, how long it lasts, how many there may be at once (mission.md, "Moderation is care between people"). Pure.

Steps are heard, listening to the other side, an agreement with an end, closed; each can be asked again. Nothing is ever shown about a listing
because somebody spoke: that needs one who looks after the community, and for longer than three days a second one.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from alongside_protocol import limits

LIFE_DAYS: Final = 90
"""After so many days nothing of it is left, whatever happened: the row of somebody without an account stays about as long for a request."""
OPEN_DAYS: Final = 45
"""Without a step for so long, it ends by itself."""
KEPT_DAYS: Final = 30
"""For so long it can be read after its end, and asked again."""
AGREED_CHOICES: Final = (7, 14, 30)
"""Days for which something can be agreed."""
SHOWN_BY_ONE_DAYS: Final = 3
"""For so long one alone can let it be seen that a listing is being talked about; a second one extends it."""
SHOWN_DAYS: Final = 30

OPEN_OF_ONE: Final = 3
"""One person has so many at once, each about another listing."""
KEPT_OF_ONE: Final = 6
"""With those that ended: what the box of one person names stays small."""
OPEN_OF_GUESTS: Final = 3
"""Of people without an account who asked nothing there, in one community: more could not be told from a flood."""
OPEN_OF_GUESTS_WHO_ASKED: Final = 10
OPEN_OF_ALL: Final = 100
MARKED: Final = 10
"""Messages that can be shown along."""
WORDS_CHARACTERS: Final = 4_000
NAME_CHARACTERS: Final = 120
WORDS_AT_MOST: Final = 60
"""Words of one concern, of all sides together."""
CONTENT_BYTES: Final = 30_000
"""What is shown, whole: as much as one seal takes."""


class State(StrEnum):
    """Where it is."""

    WAITING = "waiting"
    """Nobody has read it yet, or it was asked again."""
    HEARD = "heard"
    LISTENING = "listening"
    """The other side is listened to."""
    AGREED = "agreed"
    """Something was agreed, until a day."""
    CLOSED = "closed"
    ENDED = "ended"
    """Its time passed, and nobody closed it."""


class Party(StrEnum):
    """Who does something with it."""

    RAISER = "raiser"
    STEWARDS = "stewards"
    PEOPLE = "people"
    """Those who keep the listing it is about."""
    CLOCK = "clock"


class Move(StrEnum):
    """What is done with it."""

    READ = "read"
    WRITE = "write"
    LISTEN = "listen"
    AGREE = "agree"
    CLOSE = "close"
    ASK_AGAIN = "ask_again"
    END = "end"


class Standing(StrEnum):
    """As what somebody raised it: only to count how many of a kind there are."""

    MEMBER = "member"
    GUEST_WHO_ASKED = "guest_who_asked"
    GUEST = "guest"


def _going(state: State) -> dict[tuple[State, Party, Move], State]:
    """What both sides can always do while it goes on."""
    return {
        (state, Party.RAISER, Move.WRITE): state,
        (state, Party.STEWARDS, Move.WRITE): state,
        (state, Party.STEWARDS, Move.LISTEN): State.LISTENING,
        (state, Party.STEWARDS, Move.AGREE): State.AGREED,
        (state, Party.STEWARDS, Move.CLOSE): State.CLOSED,
    }


TABLE: Final[Mapping[tuple[State, Party, Move], State]] = MappingProxyType(
    {
        (State.WAITING, Party.RAISER, Move.WRITE): State.WAITING,
        (State.WAITING, Party.STEWARDS, Move.READ): State.HEARD,
        **_going(State.HEARD),
        **_going(State.LISTENING),
        **_going(State.AGREED),
        (State.LISTENING, Party.PEOPLE, Move.WRITE): State.LISTENING,
        (State.AGREED, Party.PEOPLE, Move.WRITE): State.AGREED,
        (State.AGREED, Party.RAISER, Move.ASK_AGAIN): State.WAITING,
        (State.CLOSED, Party.RAISER, Move.ASK_AGAIN): State.WAITING,
        (State.ENDED, Party.RAISER, Move.ASK_AGAIN): State.WAITING,
        (State.WAITING, Party.CLOCK, Move.END): State.ENDED,
        (State.HEARD, Party.CLOCK, Move.END): State.ENDED,
        (State.LISTENING, Party.CLOCK, Move.END): State.ENDED,
        (State.AGREED, Party.CLOCK, Move.END): State.ENDED,
    }
)
"""(state, party, move) → state; total: what is not here cannot happen. Taking it back is no move: nothing is left then."""

OVER: Final = frozenset({State.CLOSED, State.ENDED})


class NotNowError(Exception):
    """It cannot be done now."""


def may(state: State, party: Party, move: Move) -> bool:
    """Whether somebody can do it."""
    return (state, party, move) in TABLE


def step(state: State, party: Party, move: Move) -> State:
    """The state after a move. Raises `NotNowError`."""
    after = TABLE.get((state, party, move))
    if after is None:
        raise NotNowError(f"{party} cannot {move} what is {state}")
    return after


def day(now: int) -> int:
    """Days since 1970."""
    return now // limits.DAY


def last_day(state: State, *, ends: int, today: int, agreed_days: int = OPEN_DAYS) -> int:
    """The last day of what has just come into a state: then it ends by itself, or goes. Never after `ends`."""
    days = KEPT_DAYS if state in OVER else agreed_days if state is State.AGREED else OPEN_DAYS
    return min(today + days, ends)


def is_full(standing: Standing, open_now: Mapping[Standing, int]) -> bool:
    """Whether there are as many open ones as can be read. Those without an account never take the places of others."""
    most = {
        Standing.GUEST: OPEN_OF_GUESTS,
        Standing.GUEST_WHO_ASKED: OPEN_OF_GUESTS_WHO_ASKED,
        Standing.MEMBER: OPEN_OF_ALL,
    }
    return open_now.get(standing, 0) >= most[standing]

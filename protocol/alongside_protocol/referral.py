"""A referral: one request from a person to a listing, and the one table of what may happen to it (section 6 of the
specification).

Each of the two nodes keeps the state by itself, from its own moves and those that arrive. Messages cross, wait and overtake each
other, so the table is made such that the order of arrival does not matter: the state is a function of *which* moves were made.

- Withdrawing wins over everything, then closing, then declining, then accepting, then the end date, then waiting and pausing.
- A pause and the agreement that ends it alternate: nobody can pause what is paused, nobody can agree to what is not.
- An answer given before the end date counts although it arrives after it.

`CHOICES` are the moves that somebody may make; `ARRIVALS` are the further cells in which an honest move can arrive because it
crossed another one. A test plays every interleaving and finds exactly these cells. What is not a cell cannot happen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from . import limits
from .errors import Code, Refused


class State(StrEnum):
    """Where a referral is."""

    OFFERED = "offered"
    WAITLISTED = "waitlisted"
    PAUSED = "paused"
    """Who may be called has changed; it waits until the person agrees again."""
    PAUSED_WAITLISTED = "paused_waitlisted"
    """Paused, and goes back to the waiting list."""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    ENDED = "ended"
    """Accepted, and then the end date passed or a node parted."""
    EXPIRED = "expired"
    """Never answered before the end date."""


class Party(StrEnum):
    """Who moves."""

    SEEKER = "seeker"
    HOLDER = "holder"
    CLOCK = "clock"
    """Each node's own. No message makes this move."""


class Move(StrEnum):
    """What they do."""

    ACCEPT = "accept"
    WAITLIST = "waitlist"
    DECLINE = "decline"
    PAUSE = "pause"
    REST = "rest"
    """Nobody who offers looks for some days. It changes no state: the person decides whether to wait on."""
    AGREE = "agree"
    """The person agrees to the changed commitments: a further `referral.offer` with the same reference."""
    MESSAGE = "message"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    END = "end"
    """The end date passed, or the two nodes parted."""


_O, _W, _P, _PW, _A = State.OFFERED, State.WAITLISTED, State.PAUSED, State.PAUSED_WAITLISTED, State.ACCEPTED
_DECLINED, _WITHDRAWN, _CLOSED, _ENDED, _EXPIRED = (
    State.DECLINED,
    State.WITHDRAWN,
    State.CLOSED,
    State.ENDED,
    State.EXPIRED,
)
_SEEKER, _HOLDER, _CLOCK = Party.SEEKER, Party.HOLDER, Party.CLOCK

FINAL: Final = frozenset({_DECLINED, _WITHDRAWN, _CLOSED, _ENDED, _EXPIRED})
"""Nothing more is said; content goes by schedule. The person may still withdraw, so that it goes at once."""

_Cells = Mapping[tuple[Party, Move], Mapping[State, State]]

_CHOICES: Final[_Cells] = {
    (_HOLDER, Move.ACCEPT): {_O: _A, _W: _A},
    (_HOLDER, Move.WAITLIST): {_O: _W},
    (_HOLDER, Move.DECLINE): {_O: _DECLINED, _W: _DECLINED, _P: _DECLINED, _PW: _DECLINED},
    (_HOLDER, Move.PAUSE): {_O: _P, _W: _PW},
    (_HOLDER, Move.REST): {_O: _O, _W: _W},
    (_HOLDER, Move.MESSAGE): {_A: _A},
    (_HOLDER, Move.CLOSE): {_A: _CLOSED},
    (_SEEKER, Move.AGREE): {_P: _O, _PW: _W},
    (_SEEKER, Move.MESSAGE): {_A: _A},
    (_SEEKER, Move.CLOSE): {_A: _CLOSED},
    (_SEEKER, Move.WITHDRAW): {state: _WITHDRAWN for state in State if state is not _WITHDRAWN},
    (_CLOCK, Move.END): {_O: _EXPIRED, _W: _EXPIRED, _P: _EXPIRED, _PW: _EXPIRED, _A: _ENDED},
}

_ARRIVALS: Final[_Cells] = {
    # The answer was on its way when the date passed here; or the closing overtook it.
    (_HOLDER, Move.ACCEPT): {_EXPIRED: _ENDED, _CLOSED: _CLOSED, _WITHDRAWN: _WITHDRAWN},
    # Overtaken by the holder's later moves.
    (_HOLDER, Move.WAITLIST): {
        _P: _PW,
        _A: _A,
        **{state: state for state in (_DECLINED, _CLOSED, _ENDED, _EXPIRED, _WITHDRAWN)},
    },
    (_HOLDER, Move.DECLINE): {_EXPIRED: _DECLINED, _WITHDRAWN: _WITHDRAWN},
    (_HOLDER, Move.PAUSE): {state: state for state in (_DECLINED, _EXPIRED, _WITHDRAWN)},
    (_HOLDER, Move.REST): {state: state for state in State if state not in (_O, _W)},
    # Before the acceptance it follows: its words can be shown, and the state waits for the acceptance.
    (_HOLDER, Move.MESSAGE): {state: state for state in (_O, _W, _CLOSED, _ENDED, _EXPIRED, _WITHDRAWN)},
    (_HOLDER, Move.CLOSE): {
        **dict.fromkeys((_O, _W, _CLOSED, _ENDED, _EXPIRED), _CLOSED),
        _WITHDRAWN: _WITHDRAWN,
    },
    (_SEEKER, Move.AGREE): {state: state for state in (_DECLINED, _EXPIRED, _WITHDRAWN)},
    (_SEEKER, Move.MESSAGE): {state: state for state in (_CLOSED, _ENDED, _WITHDRAWN)},
    (_SEEKER, Move.CLOSE): {_CLOSED: _CLOSED, _ENDED: _CLOSED, _WITHDRAWN: _WITHDRAWN},
}


def _flat(cells: _Cells) -> Mapping[tuple[State, Party, Move], State]:
    return MappingProxyType(
        {(before, party, move): after for (party, move), row in cells.items() for before, after in row.items()}
    )


CHOICES: Final = _flat(_CHOICES)
"""(state, party, move) → state, for what somebody may do now."""
ARRIVALS: Final = _flat(_ARRIVALS)
"""(state, party, move) → state, for what may still arrive because it crossed something."""
TABLE: Final[Mapping[tuple[State, Party, Move], State]] = MappingProxyType({**CHOICES, **ARRIVALS})
"""Both. Total: every triple that is not here is refused."""


def may(state: State, party: Party, move: Move) -> bool:
    """Whether `party` may choose this move where its own node says `state`."""
    return (state, party, move) in CHOICES


def step(state: State, party: Party, move: Move) -> State:
    """The state after a move, made here or arrived. Raises `Refused` (`move`) for what the table does not have."""
    after = TABLE.get((state, party, move))
    if after is None:
        raise Refused(Code.MOVE, f"{party} cannot {move} what is {state}")
    return after


class Arrival(StrEnum):
    """Where a message stands among those of its sender."""

    NEXT = "next"
    """Applies now."""
    EARLY = "early"
    """Kept for those before it, at most `limits.EARLY_MESSAGE_KEPT`."""
    LATE = "late"
    """Fills a gap: applies now, wherever the table has got to meanwhile."""
    REPEATED = "repeated"
    """Applied before; changes nothing."""


NEVER_WAITS: Final = frozenset({Move.WITHDRAW, Move.CLOSE})
GAP_KEPT: Final = 100
"""How many missing numbers are remembered: no honest sender has more on their way, and a hostile one costs no memory."""


@dataclass(frozen=True)
class Numbering:
    """What arrived from one sender about one referral, by number. Numbers begin at 1."""

    seen: int = 0
    """The highest number that applied."""
    missing: frozenset[int] = frozenset()
    """Numbers below `seen` that did not arrive yet: the gap that is shown."""

    def arrival(self, n: int, move: Move) -> Arrival:
        """How message `n` stands to what applied. Withdrawing and closing are never early."""
        if n <= self.seen:
            return Arrival.LATE if n in self.missing else Arrival.REPEATED
        return Arrival.NEXT if n == self.seen + 1 or move in NEVER_WAITS else Arrival.EARLY

    def after(self, n: int) -> "Numbering":
        """The numbering once message `n` has applied."""
        if n <= self.seen:
            return Numbering(self.seen, self.missing - {n})
        skipped = range(max(self.seen + 1, n - GAP_KEPT), n)
        return Numbering(n, frozenset(sorted(self.missing.union(skipped))[-GAP_KEPT:]))

    def ready(self, waiting: Mapping[int, int], now: int) -> Iterator[int]:
        """Numbers of early messages that apply now, in order; `waiting` maps each to when it arrived (Unix seconds).

        One applies when its turn has come, or when it was kept for a day: then those after it follow, and the gap shows.
        """
        seen = self.seen
        overdue = [n for n, arrived in waiting.items() if now - arrived >= limits.EARLY_MESSAGE_KEPT]
        for n in sorted(waiting):
            if n <= seen + 1 or any(n <= other for other in overdue):
                seen = max(seen, n)
                yield n


def markdown_table() -> str:
    """The table, for the documentation: a row each party's move, a column a state; in parentheses what only arrives."""
    head = "| | " + " | ".join(f"**{state}**" for state in State) + " |"
    rule = "| --- " * (len(State) + 1) + "|"
    rows = [
        f"| {party}: {move} | " + " | ".join(_cell(state, party, move) for state in State) + " |"
        for party, move in _CHOICES
    ]
    return "\n".join([head, rule, *rows]) + "\n"


def _cell(state: State, party: Party, move: Move) -> str:
    if (state, party, move) in CHOICES:
        return CHOICES[state, party, move].value
    after = ARRIVALS.get((state, party, move))
    return "" if after is None else f"({after})"


def mermaid() -> str:
    """The moves that people and the clock choose, as a Mermaid state diagram; withdrawing is possible from everywhere."""
    arrows = [
        f"    {before} --> {after}: {party} {move}"
        for (before, party, move), after in CHOICES.items()
        if before is not after and before not in FINAL
    ]
    ends = [f"    {state} --> [*]" for state in State if state in FINAL]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {State.OFFERED}", *arrows, *ends]) + "\n"

"""A referral: one request from a person to a listing, and the one table of what may happen to it (section 6).

Both nodes keep the same table and reach the same state, whatever crosses on the way. The state is a function of what
each side has said so far, so the table needs cells for what arrives late: withdrawing always wins; an answer given before
the end date counts although it arrives after it. What is not a cell cannot happen.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .errors import Code, Refused


class State(StrEnum):
    """Where a referral is."""

    OFFERED = "offered"
    WAITLISTED = "waitlisted"
    PAUSED = "paused"
    """Who may be called has changed; it waits until the person agrees again."""
    PAUSED_WAITLISTED = "paused_waitlisted"
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


class Move(StrEnum):
    """What they do."""

    ACCEPT = "accept"
    WAITLIST = "waitlist"
    DECLINE = "decline"
    PAUSE = "pause"
    AGREE = "agree"
    """The person agrees to the changed commitments."""
    MESSAGE = "message"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    END = "end"
    """The end date passed, or the two nodes parted."""


FINAL: Final = frozenset({State.DECLINED, State.WITHDRAWN, State.CLOSED, State.ENDED, State.EXPIRED})

_O, _W, _P, _PW, _A = State.OFFERED, State.WAITLISTED, State.PAUSED, State.PAUSED_WAITLISTED, State.ACCEPTED
_DECLINED, _WITHDRAWN, _CLOSED, _ENDED, _EXPIRED = (
    State.DECLINED, State.WITHDRAWN, State.CLOSED, State.ENDED, State.EXPIRED,
)  # fmt: skip
_SEEKER, _HOLDER, _CLOCK = Party.SEEKER, Party.HOLDER, Party.CLOCK

# Each row: who does what, and for each state in which that may happen, the state after it.
_ROWS: Final[Mapping[tuple[Party, Move], Mapping[State, State]]] = {
    (_HOLDER, Move.ACCEPT): {_O: _A, _W: _A, _EXPIRED: _ENDED, _WITHDRAWN: _WITHDRAWN},
    (_HOLDER, Move.WAITLIST): {_O: _W, _EXPIRED: _EXPIRED, _WITHDRAWN: _WITHDRAWN},
    (_HOLDER, Move.DECLINE): {
        _O: _DECLINED, _W: _DECLINED, _P: _DECLINED, _PW: _DECLINED, _EXPIRED: _DECLINED, _WITHDRAWN: _WITHDRAWN,
    },
    (_HOLDER, Move.PAUSE): {_O: _P, _W: _PW, _P: _P, _PW: _PW, _EXPIRED: _EXPIRED, _WITHDRAWN: _WITHDRAWN},
    (_SEEKER, Move.AGREE): {_P: _O, _PW: _W, _DECLINED: _DECLINED, _EXPIRED: _EXPIRED},
    (_HOLDER, Move.MESSAGE): {_A: _A, _CLOSED: _CLOSED, _ENDED: _ENDED, _WITHDRAWN: _WITHDRAWN},
    (_SEEKER, Move.MESSAGE): {_A: _A, _CLOSED: _CLOSED, _ENDED: _ENDED},
    (_SEEKER, Move.WITHDRAW): dict.fromkeys(State, _WITHDRAWN),
    # Closing never waits for an acceptance that is still on its way, hence the cells before `accepted`.
    (_HOLDER, Move.CLOSE): {
        _O: _CLOSED, _W: _CLOSED, _A: _CLOSED, _CLOSED: _CLOSED, _ENDED: _CLOSED, _EXPIRED: _CLOSED, _WITHDRAWN: _WITHDRAWN,
    },
    (_SEEKER, Move.CLOSE): {_A: _CLOSED, _CLOSED: _CLOSED, _ENDED: _CLOSED},
    (_CLOCK, Move.END): {_O: _EXPIRED, _W: _EXPIRED, _P: _EXPIRED, _PW: _EXPIRED, _A: _ENDED},
}  # fmt: skip

TABLE: Final[Mapping[tuple[State, Party, Move], State]] = MappingProxyType(
    {(before, party, move): after for (party, move), cells in _ROWS.items() for before, after in cells.items()}
)
"""(state, party, move) → state; total: every triple that is not here is refused."""


def step(state: State, party: Party, move: Move) -> State:
    """The state after a move. Raises `Refused` (`move`) for what the table does not have."""
    after = TABLE.get((state, party, move))
    if after is None:
        raise Refused(Code.MOVE, f"{party} cannot {move} what is {state}")
    return after


def may(state: State, party: Party, move: Move) -> bool:
    """Whether a person may choose this move now: a cell of the table, and not only there for what arrives late."""
    return state not in FINAL and (state, party, move) in TABLE


class Arrival(StrEnum):
    """Where a message stands among those of its sender."""

    NEXT = "next"
    EARLY = "early"
    OLD = "old"


NEVER_WAITS: Final = frozenset({Move.WITHDRAW, Move.CLOSE})


def arrival(seen: int, n: int, move: Move) -> Arrival:
    """How message number `n` stands to the last that applied, `seen`. Withdrawing and closing are never early.

    An early message is kept up to a day for those before it; then it applies and the gap shows. An old one changes nothing.
    """
    if n <= seen:
        return Arrival.OLD
    if n == seen + 1 or move in NEVER_WAITS:
        return Arrival.NEXT
    return Arrival.EARLY


def markdown_table() -> str:
    """The table, for the documentation: a row a state, a column each party's moves."""
    columns = list(_ROWS)
    head = "| state | " + " | ".join(f"{party}: {move}" for party, move in columns) + " |"
    rule = "| --- " * (len(columns) + 1) + "|"
    rows = [
        f"| **{state}** | " + " | ".join(_ROWS[column].get(state, "") or "·" for column in columns) + " |"
        for state in State
    ]
    return "\n".join([head, rule, *rows]) + "\n"


def mermaid() -> str:
    """The moves people can choose, and the clock's, as a Mermaid state diagram."""
    arrows = [
        f"    {before} --> {after}: {party} {move}"
        for (before, party, move), after in TABLE.items()
        if before not in FINAL and before is not after
    ]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {State.OFFERED}", *arrows]) + "\n"

"""What two communities may do with each other: one total table of moves, and what each message needs (sections 3 and 5). Pure.

Each side takes a step of its own (`none`, `listings`, `requests`); what happens is what both have taken. Either may step back or
part without a reason. A peer whose node documents or heads contradict each other is frozen: nothing passes until a higher document
or a new agreement.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from alongside_protocol import limits
from alongside_protocol.errors import Code, Refused
from alongside_protocol.messages import Steps, Type
from alongside_protocol.peering import Act, Agreement, Side, reaches

INVITATION_DAYS: Final = 14
"""How long an invitation code can be used: as long as every other invitation (safety.md, "At rest")."""

EVIDENCE_KEPT_DAYS: Final = 365
"""Days for which two statements that contradict each other are kept, where they do not count any more."""
NOTICE_DAYS: Final = 7
"""How long authors are told before their listings reach a new community, unless the settings say otherwise."""

_ORDER: Final = tuple(Steps)


class State(StrEnum):
    """Where we are with another community."""

    UNKNOWN = "unknown"
    """Not on file; never stored."""
    ASKED = "asked"
    """We asked them."""
    ASKING = "asking"
    """They asked us; our stewards have not answered."""
    AGREED = "agreed"
    FROZEN = "frozen"
    ENDED = "ended"


class Move(StrEnum):
    """What changes that."""

    WE_ASK = "we_ask"
    THEY_ASK = "they_ask"
    WE_AGREE = "we_agree"
    """Also each later step, forward or back."""
    THEY_AGREE = "they_agree"
    WE_DECLINE = "we_decline"
    THEY_DECLINE = "they_decline"
    WE_END = "we_end"
    THEY_END = "they_end"
    CONTRADICTION = "contradiction"


_U, _D, _G, _A, _F, _E = State.UNKNOWN, State.ASKED, State.ASKING, State.AGREED, State.FROZEN, State.ENDED

# Each row: a move, and for each state in which it may happen, the state after it. Both may hand the other a code and ask at once:
# then both have agreed.
_ROWS: Final[Mapping[Move, Mapping[State, State]]] = {
    Move.WE_ASK: {_U: _D, _D: _D, _G: _A, _F: _D, _E: _D},
    Move.THEY_ASK: {_U: _G, _D: _A, _G: _G, _A: _G, _F: _G, _E: _G},
    Move.WE_AGREE: {_G: _A, _A: _A},
    Move.THEY_AGREE: {_D: _A, _G: _G, _A: _A},
    Move.WE_DECLINE: {_G: _E},
    Move.THEY_DECLINE: {_D: _E, _A: _E, _E: _E},
    Move.WE_END: {_D: _E, _G: _E, _A: _E, _F: _E},
    Move.THEY_END: {_D: _E, _G: _E, _A: _E, _F: _E, _E: _E},
    Move.CONTRADICTION: {_D: _F, _G: _F, _A: _F, _F: _F, _E: _F},
}

TABLE: Final[Mapping[tuple[State, Move], State]] = MappingProxyType(
    {(before, move): after for move, cells in _ROWS.items() for before, after in cells.items()}
)
"""(state, move) → state; total: every pair that is not here is refused."""


def step(state: State, move: Move) -> State:
    """The state after a move. Raises `Refused` (`not-agreed`) for what the table does not have."""
    after = TABLE.get((state, move))
    if after is None:
        raise Refused(Code.NOT_AGREED, f"{move} cannot happen to a peer that is {state}")
    return after


def thawed(ours: Steps, theirs: Steps) -> State:
    """Where a frozen peer is after a higher document: where the steps that both had taken say."""
    if ours is Steps.NONE:
        return State.ENDED if theirs is Steps.NONE else State.ASKING
    return State.ASKED if theirs is Steps.NONE else State.AGREED


@dataclass(frozen=True)
class Standing:
    """How far we are with a peer, without who they are. `listings_from`: our listings reach them from this instant."""

    state: State
    ours: Steps
    theirs: Steps
    listings_from: int

    def goes(self, needed: Steps) -> bool:
        """Whether both have taken at least this step."""
        return self.state is State.AGREED and reaches(self.ours, self.theirs, needed)


def taken(before: Standing, side: Side, step: Steps) -> Standing:
    """The steps after one side has gone to `step`, each on the way by the library's table of agreements."""
    agreement = Agreement(before.ours, before.theirs)
    while (own := agreement.ours if side is Side.WE else agreement.theirs) is not step:
        other = agreement.theirs if side is Side.WE else agreement.ours
        agreement = agreement.after(side, _act(own, other, step))
    return replace(before, ours=agreement.ours, theirs=agreement.theirs)


def _act(own: Steps, other: Steps, step: Steps) -> Act:
    if is_further(own, step):
        return Act.STEP_BACK
    return Act.AGREE if is_further(other, own) else Act.PROPOSE


def is_further(one: Steps, other: Steps) -> bool:
    """Whether one step goes further than the other."""
    return _ORDER.index(one) > _ORDER.index(other)


class Need(StrEnum):
    """What a message needs to be taken from somebody who proved who they are."""

    INVITATION = "invitation"
    ON_FILE = "on_file"
    """Anybody we know, also after parting."""
    NOT_FROZEN = "not_frozen"
    """As `on_file`, but not while we cannot know who speaks."""
    IN_TOUCH = "in_touch"
    LISTINGS = "listings"
    REQUESTS = "requests"


NEEDS: Final[Mapping[Type, Need]] = MappingProxyType(
    {
        Type.PEER_REQUEST: Need.INVITATION,
        Type.PEER_ACCEPT: Need.IN_TOUCH,
        Type.PEER_DECLINE: Need.NOT_FROZEN,
        Type.PEER_END: Need.ON_FILE,
        Type.DOCS: Need.ON_FILE,
        Type.HINT: Need.LISTINGS,
        Type.OFFER: Need.REQUESTS,
        Type.FIT_ASK: Need.REQUESTS,
        Type.FIT_ANSWER: Need.REQUESTS,
        # What was begun can always be answered, withdrawn and erased, also after a step back or the end of an agreement.
        Type.ACCEPT: Need.NOT_FROZEN,
        Type.WAITLIST: Need.NOT_FROZEN,
        Type.DECLINE: Need.NOT_FROZEN,
        Type.PAUSE: Need.NOT_FROZEN,
        Type.REST: Need.NOT_FROZEN,
        Type.WITHDRAW: Need.NOT_FROZEN,
        Type.MESSAGE: Need.NOT_FROZEN,
        Type.CLOSE: Need.NOT_FROZEN,
        Type.ERASE: Need.NOT_FROZEN,
        Type.ERASED: Need.NOT_FROZEN,
    }
)
"""Type → need; total over the types."""


def admit(standing: Standing, kind: Type) -> None:
    """Raises `Refused` (`not-agreed`) unless a message of this type is taken from such a peer."""
    if not _MET[NEEDS[kind]](standing):
        raise Refused(Code.NOT_AGREED, "our agreement does not cover this")


_MET: Final[Mapping[Need, Callable[[Standing], bool]]] = {
    Need.INVITATION: lambda _: False,  # an invitation is checked by itself, never by a standing
    Need.ON_FILE: lambda _: True,
    Need.NOT_FROZEN: lambda standing: standing.state is not State.FROZEN,
    Need.IN_TOUCH: lambda standing: standing.state in (State.ASKED, State.ASKING, State.AGREED),
    Need.LISTINGS: lambda standing: standing.goes(Steps.LISTINGS),
    Need.REQUESTS: lambda standing: standing.goes(Steps.REQUESTS),
}


def listings_from(before: Standing, after: Standing, *, notice_days: int, now: int) -> int:
    """From when our listings reach the peer: authors are told some days before, each time both sides begin to share."""
    if before.goes(Steps.LISTINGS):
        return before.listings_from
    return now + notice_days * limits.DAY if after.goes(Steps.LISTINGS) else 0


class Comparison(StrEnum):
    """How a chain of documents that was received stands to the one on file."""

    NOTHING_NEW = "nothing_new"
    LONGER = "longer"
    FORK = "fork"


def compare(stored: Sequence[str], received: Sequence[str]) -> Comparison:
    """Compare two verified chains of one node by their texts."""
    if any(ours != theirs for ours, theirs in zip(stored, received, strict=False)):
        return Comparison.FORK
    return Comparison.LONGER if len(received) > len(stored) else Comparison.NOTHING_NEW


def day(now: int) -> int:
    """Days since 1970."""
    return now // limits.DAY


def day_text(of: int | None) -> str:
    """A day as `2026-11-23`; empty for none."""
    return "" if of is None else datetime.fromtimestamp(of * limits.DAY, UTC).date().isoformat()


def day_of_text(text: str) -> int | None:
    """A day from `2026-11-23`; None for an empty text or a day that no calendar has."""
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) // limits.DAY
    except ValueError:
        return None

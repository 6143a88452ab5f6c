"""Who may do what, how long things last, and what is stored of a time (safety.md, "At rest"). Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from alongside_protocol import limits

SESSION_IDLE: Final = 20 * limits.MINUTE
SESSION_TOUCH: Final = limits.MINUTE
"""A session is prolonged at most once in this time, so that reading pages does not write."""
INVITATION_DAYS: Final = 14
GRANT_DAYS: Final = 90
GUEST_STAYS_DAYS: Final = 45
"""How long a guest's row stays after the date of their last request: its content goes after 14 days, and who confirmed a deletion can
be read a month longer."""
GUEST_DAYS_TOGETHER: Final = 28
"""A guest's last day is rounded up to a multiple of it, so that no date of a guest leads to the request with that date."""
NAME_CHARACTERS: Final = 60
VOLUNTEERS: Final = 50
"""How many may relay for callers at once."""
LINE_KEY_DAYS: Final = 140
"""How long a replaced key of the phone line opens what was asked with it: longer than any caller's row can stay."""


class Role(StrEnum):
    """What somebody is here."""

    GUEST = "guest"
    """Asked without an account: has words and a box, and nothing else."""
    MEMBER = "member"
    STEWARD = "steward"


class Act(StrEnum):
    """What somebody may do here."""

    SEARCH_FEDERATED = "search_federated"
    ASK = "ask"
    OFFER = "offer"
    ANSWER = "answer"
    """What came in for what one keeps: of somebody without an account, what they look for."""
    NEED = "need"
    INVITE_MEMBERS = "invite_members"
    PEERS = "peers"
    COMMUNITY = "community"
    IMPORT = "import"
    CONCERN = "concern"
    """Raising one, and going on with one's own."""
    CARE = "care"
    """Reading concerns that were shown to oneself, and doing something about them."""
    RELAY = "relay"
    """Ask for somebody on the telephone, once a steward has let them."""
    LET_RELAY = "let_relay"


_NOBODY: Final[frozenset[Role | None]] = frozenset()
_EVERYBODY: Final[frozenset[Role | None]] = frozenset({None, *Role})
_SOMEBODY: Final[frozenset[Role | None]] = frozenset(Role)
_MEMBERS: Final[frozenset[Role | None]] = frozenset({Role.MEMBER, Role.STEWARD})
_STEWARDS: Final[frozenset[Role | None]] = frozenset({Role.STEWARD})

PERMISSIONS: Final[Mapping[Act, frozenset[Role | None]]] = MappingProxyType(
    {
        Act.SEARCH_FEDERATED: _MEMBERS,
        Act.ASK: _EVERYBODY,
        Act.OFFER: _MEMBERS,
        Act.ANSWER: _SOMEBODY,
        Act.NEED: _EVERYBODY,
        Act.INVITE_MEMBERS: _STEWARDS,
        Act.PEERS: _STEWARDS,
        Act.COMMUNITY: _STEWARDS,
        Act.IMPORT: _STEWARDS,
        Act.CONCERN: _EVERYBODY,
        Act.CARE: _STEWARDS,
        Act.RELAY: _MEMBERS,
        Act.LET_RELAY: _STEWARDS,
    }
)
"""Act → who may. None stands for somebody who is not signed in. Total: what is not here nobody may."""


def may(role: Role | None, act: Act) -> bool:
    """Whether somebody of this role may do it."""
    return role in PERMISSIONS.get(act, _NOBODY)


def day(now: int) -> int:
    """Days since 1970."""
    return now // limits.DAY


def quarter(now: int) -> str:
    """When somebody joined, as roughly as it is ever stored: `2026-Q4`."""
    then = datetime.fromtimestamp(now, UTC)
    return f"{then.year}-Q{(then.month + 2) // 3}"


def guest_day(until: int) -> int:
    """The last day of a guest's row that is to stay at least until a day."""
    return -(-until // GUEST_DAYS_TOGETHER) * GUEST_DAYS_TOGETHER


def box_rev(box: bytes) -> int:
    """What says which sealed box it is: the first bits of the seal, which are random. A count would tell how often somebody asked."""
    return int.from_bytes(box[:4], "big") >> 1


def name_of(text: str) -> str:
    """A name as stored: one line, at most sixty characters; control characters are left out."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:NAME_CHARACTERS]

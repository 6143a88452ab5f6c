"""When a message is tried again, and when it is given up (section 7 of the specification). Pure.

Retried: 408, 425, 429, 5xx, the network, and a key that the peer does not know yet. Everything else is final and reaches the person
who sent it. A message that alone cannot be taken backs off by itself; a peer that cannot be reached at all backs off as a whole.
"""

from enum import StrEnum
from typing import Final

from alongside_protocol import limits
from alongside_protocol.errors import Code
from alongside_protocol.identifiers import Random
from alongside_protocol.messages import Type

_SPREAD_BYTES: Final = 4

OUT_OF_ORDER: Final = frozenset({Type.WITHDRAW, Type.CLOSE})
"""Leave at once, whatever of the same request still waits: nobody has to wait to be let go of."""

NEEDS_ROOM: Final = frozenset({Type.OFFER, Type.ACCEPT, Type.WAITLIST, Type.MESSAGE, Type.FIT_ASK})
"""What waits its turn when much is waiting. Everything else lets somebody go: nobody may fill an outbox to forbid that."""

_ABOUT_THE_PEER: Final = frozenset(
    {Code.UNREACHABLE, Code.BUSY, "status-408", "status-425", "status-429", "status-502", "status-503", "status-504"}
)


class Received(StrEnum):
    """What a message is to a node that has seen others: new, the same again, or other bytes under a used id."""

    NEW = "new"
    AGAIN = "again"
    CONFLICT = "conflict"


def spread(random: Random) -> float:
    """A number in [0, 1) to spread attempts with."""
    return float(int.from_bytes(random(_SPREAD_BYTES), "big")) / 2.0 ** (8 * _SPREAD_BYTES)


def wait(failures: int, jitter: float) -> int:
    """Seconds until the attempt after `failures` failed ones: 30 s · 2^k, ± 50 % by `jitter` in [0, 1), never over 6 h."""
    doublings = min(failures - 1, 16)  # the cap is reached after ten; 2**1000 would not fit a float
    spacing = limits.BACKOFF_FIRST * 2**doublings * (1 - limits.BACKOFF_JITTER + 2 * limits.BACKOFF_JITTER * jitter)
    return int(min(spacing, limits.BACKOFF_CAP))


def has_room(kind: str, waiting: int, *, half: bool) -> bool:
    """Whether another message for a peer is taken while so many wait.

    `half`: only while less than half of the room is taken. So neither what a peer makes us write, nor what strangers begin, closes the way to
    it for the people of this community.
    """
    if half:
        return waiting < limits.PEER_OUTBOX // 2
    return kind not in NEEDS_ROOM or waiting < limits.PEER_OUTBOX


def is_about_the_peer(code: str) -> bool:
    """Whether a failed attempt says that nothing else would get through either."""
    return code in _ABOUT_THE_PEER


def is_worth_another(kind: str, code: str, *, retry: bool) -> bool:
    """Whether the same message may succeed later. An inbox that knows no key for a first request never will: it carries its own."""
    return retry and not (kind == Type.PEER_REQUEST and code == Code.KEY_VERSION_UNKNOWN)


def wait_to_act(issued: int, *, now: int) -> int:
    """Seconds until a received message that could not be acted on is tried again: as long as it is old, 30 s to 6 h.

    Waiting its own age doubles it each time, so no count of attempts has to be kept.
    """
    return min(max(now - issued, int(limits.BACKOFF_FIRST)), limits.BACKOFF_CAP)

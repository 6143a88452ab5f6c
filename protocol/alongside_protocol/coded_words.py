"""Words that are said with one tap: a message whose whole text is one of these codes, which each reader sees in their own language.

Sealed like every other message, so that only the two sides read them; nothing counts them. A code that a reader does not know is a text
like any other (section 6 of the specification). One more stands as the first line of what makes it easier: that somebody asks by telephone.
"""

from enum import StrEnum
from typing import Final

_MARK: Final = "="
_BY_VOICE: Final = "by_voice"


class Coded(StrEnum):
    """What can be said so."""

    THANK_YOU = "thank_you"
    PLEASE_WAIT = "please_wait"
    SAFE_LATER = "safe_later"
    """I am safe; let us talk later."""
    READ_LATER = "read_later"
    """I have read it, and write later."""
    HAPPENED = "outcome_happened"
    NOT_THIS_TIME = "outcome_not_this_time"
    PLANS_CHANGED = "outcome_plans_changed"
    NOT_RIGHT = "outcome_not_right"
    """It did not feel right."""
    NOT_KEPT = "outcome_not_kept"
    """A promise was not kept. Of the one who asked only."""


QUIET_OF_SEEKER: Final = (Coded.THANK_YOU, Coded.PLEASE_WAIT, Coded.SAFE_LATER)
QUIET_OF_HOLDER: Final = (Coded.THANK_YOU, Coded.PLEASE_WAIT, Coded.READ_LATER)
OUTCOMES_OF_HOLDER: Final = (Coded.HAPPENED, Coded.NOT_THIS_TIME, Coded.PLANS_CHANGED, Coded.NOT_RIGHT)
OUTCOMES_OF_SEEKER: Final = (*OUTCOMES_OF_HOLDER, Coded.NOT_KEPT)


def text_of(coded: Coded) -> str:
    """The message that says it."""
    return _MARK + coded.value


def coded_in(text: str) -> Coded | None:
    """What a message says so; None: it is a text that somebody wrote."""
    code = text.removeprefix(_MARK)
    return Coded(code) if code != text and code in set(Coded) else None


def by_voice(easier: str) -> str:
    """What makes it easier (`access_needs`), of somebody who asks by telephone: a volunteer reads what comes to them, and writes for them."""
    return f"{_MARK}{_BY_VOICE}\n{easier}".rstrip("\n")


def by_voice_in(easier: str) -> tuple[bool, str]:
    """(whether it was asked by telephone, through a volunteer; what else makes it easier)."""
    first, _, rest = easier.partition("\n")
    return (True, rest) if first == _MARK + _BY_VOICE else (False, easier)

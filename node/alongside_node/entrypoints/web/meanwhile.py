"""Between sending and an answer: who is open now, whom to call or text, and what should happen if nobody answers by a day.

Shown before somebody asks, and again on the page of the request. Nothing here is sent to those who are asked.
"""

from typing import Any, Final

from alongside_node.directory import searching
from alongside_node.directory.searching import Query
from alongside_node.foundation.database import Reading
from alongside_node.identity import actions as identity
from alongside_node.referrals.asking import Silence, Thread
from alongside_node.referrals.rules import UNANSWERED, IfSilent, day
from alongside_protocol.listing import Direction, is_open

from . import shown
from .views import SilenceView, TonightView
from .visitor import Visitor

FIELDS: Final = ("silence", "silence_days")
DAYS: Final = ("1", "2", "3", "5", "7")
_USUAL: Final = "3"
_NOTHING: Final = "nothing"
_AWAKE: Final = 3
_CHOICES: Final = (IfSilent.TELL.value, IfSilent.STOP.value)

DEFAULT: Final = {"silence": IfSilent.TELL.value, "silence_days": _USUAL}
"""What a new form says: nobody waits without an end unless they want to."""


def read(visitor: Visitor, *, until: int) -> tuple[Silence | None, dict[str, str]]:
    """(what should happen by when, None: nothing before the last day; what needs another look)."""
    then, days = visitor.text("silence") or _NOTHING, visitor.text("silence_days")
    if then == _NOTHING:
        return None, {}
    if then not in _CHOICES:
        return None, {"silence": "choose"}
    if days not in DAYS:
        return None, {"silence_days": "choose"}
    last = min(day(visitor.now) + int(days), day(until) - 1)
    return Silence(last, IfSilent(then)), {}


def silence_view(silence: Silence | None) -> SilenceView | None:
    """As it is read before sending."""
    return None if silence is None else SilenceView(silence.then.value, shown.day_from(silence.day))


def of_thread(thread: Thread) -> SilenceView | None:
    """As it is read on the page of a request."""
    row = thread.row
    if row.if_silent is None or (row.state not in UNANSWERED and row.if_silent is not IfSilent.STOPPED):
        return None
    return SilenceView(row.if_silent.value, None if row.answer_by is None else shown.day_from(row.answer_by))


def tonight(reading: Reading, visitor: Visitor, *, node: str, listing: str, open_now: bool | None) -> TonightView:
    """Who is open now beside the one who is asked, and whom our community suggests to call or text."""
    query = Query(direction=Direction.OFFER, open_now=True)
    found = searching.search(reading, query, visitor.viewer, now=visitor.now, limit=_AWAKE + 1)
    names = shown.names_of(reading, visitor.me)
    awake = [_result(visitor, one, names) for one in found.results if (one.node, one.id) != (node, listing)]
    contacts = shown.contacts_of(identity.standing_community(reading).profile)
    return TonightView(open_now, tuple(awake[:_AWAKE]), contacts)


def _result(visitor: Visitor, one: Any, names: dict[str, str]) -> Any:
    open_now = is_open(one.listing, visitor.now)
    return shown.result(one, names, me=visitor.me, today=visitor.today, open_now=open_now)

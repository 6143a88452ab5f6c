"""How somebody wants to learn that something waits: the part of a form, on the pages of asking, of a request and of an account.

An address is taken in, wrapped and never shown again. Nothing here sends anything.
"""

import re
from typing import Final

from starlette.responses import Response

from alongside_node.entrypoints import acts
from alongside_node.foundation.database import Reading
from alongside_node.notifications import actions as notifications
from alongside_node.notifications.actions import Choice, Kind, Stage, Whose
from alongside_node.notifications.rules import fits

from .known_names import zone_of
from .views import Notice, TellingView, TellingWay
from .visitor import Visitor

FIELDS: Final = ("tell", "tell_email", "tell_command", "quiet_from", "quiet_to", "quiet_zone", "remind")
_TIME: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
NOT: Final = "nothing"


def ways(visitor: Visitor) -> tuple[TellingWay, ...]:
    """What the host has set up."""
    settings = visitor.site.settings
    found = []
    if settings.mail_host:
        found.append(TellingWay(Kind.EMAIL.value))
    if settings.notice_command:
        found.append(TellingWay(Kind.COMMAND.value, settings.notice_command_name, settings.notice_command_seen_by))
    return tuple(found)


def view(reading: Reading, visitor: Visitor, whose: Whose) -> TellingView:
    """How somebody is told now."""
    found = notifications.chosen(reading, whose)
    if found is None:
        return TellingView(ways(visitor))
    kind, stage = found
    return TellingView(ways(visitor), kind.value, stage is Stage.FAILED)


def read(visitor: Visitor) -> tuple[Choice | None, dict[str, str]]:
    """(the choice that was sent, None: not at all; what needs another look)."""
    kind = visitor.text("tell") or NOT
    if kind == NOT:
        return None, {}
    if kind not in {way.kind for way in ways(visitor)}:
        return None, {"tell": "choose"}
    to = visitor.text(f"tell_{kind}")
    problems = {} if fits(Kind(kind), to) else {f"tell_{kind}": "mail" if kind == Kind.EMAIL else "phone"}
    quiet, zone = _quiet(visitor, problems)
    choice = Choice(Kind(kind), to, visitor.lang, visitor.text("remind") == "yes", quiet, zone)
    return (None if problems else choice), problems


def _quiet(visitor: Visitor, problems: dict[str, str]) -> tuple[tuple[int, int] | None, str]:
    times = [visitor.text("quiet_from"), visitor.text("quiet_to")]
    if not any(times):
        return None, "UTC"
    minutes = [_minute(text) for text in times]
    for name, minute in zip(("quiet_from", "quiet_to"), minutes, strict=True):
        if minute is None:
            problems[name] = "time"
    zone = zone_of(visitor.text("quiet_zone"))
    if zone is None:
        problems["quiet_zone"] = "zone"
    begin, end = minutes
    return (None if begin is None or end is None else (begin, end)), zone or "UTC"


def _minute(text: str) -> int | None:
    found = _TIME.fullmatch(text)
    return None if found is None else int(found[1]) * 60 + int(found[2])


async def save(visitor: Visitor, whose: Whose, choice: Choice | None, back: str, *, guest: bool) -> Response:
    """Keep a choice in the place of the one before, or keep none."""
    edge = visitor.edge
    if choice is None:
        await edge.write(lambda tx: notifications.forget(tx, whose))
        return visitor.go(back, Notice.TOLD_NOT)
    channel = notifications.prepare(choice, whose, edge.notice_key, people_only=guest, random=edge.random)
    await edge.write(lambda tx: notifications.put(tx, channel))
    return visitor.go(back, Notice.TOLD_SO)


async def seen(visitor: Visitor) -> bool:
    """Who offers has looked. True: something that rested while nobody looked is open again."""
    return await acts.keeper_looked(visitor.edge, visitor.somebody().member) > 0

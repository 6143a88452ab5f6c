"""Brings people the one neutral sentence that something waits, in one way: mail, or the host's command (experience.md).

Each way has a loop of its own, so that one that fails or is slow stops no other. Killed at any moment it loses nothing: a row says what is
due until the transaction that says what came of it. Who was sent how much today is counted in memory, under a key of that day.
"""

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from alongside_node.foundation.clock import Clock
from alongside_node.foundation.database import Database
from alongside_node.foundation.outbound_notices import NotBroughtError, Notice, Way
from alongside_node.notifications import actions as notifications
from alongside_node.notifications.actions import Channel, Choice, Kind
from alongside_node.notifications.rules import A_DAY_TO_ONE, GUESTS_A_DAY, outside_quiet_hours
from alongside_protocol import limits
from alongside_protocol.identifiers import Random

from .pacing import Nudge

ROWS: Final = 20
AT_ONCE: Final = 4


class SentToday:
    """How much was sent today to where, and to people without an account: in memory, and nobody can read from it to where."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._day = -1
        self._key = b""
        self._counts: dict[bytes, int] = {}

    def take(self, to: str, *, guest: bool, now: int) -> bool:
        """Count one more. False: enough was sent to there, or to guests, today."""
        if now // limits.DAY != self._day:
            self._day, self._key, self._counts = now // limits.DAY, self._random(32), {}
        taken = self._taken(to, guest=guest)
        if any(self._counts.get(name, 0) >= most for name, most in taken):
            return False
        for name, _ in taken:
            self._counts[name] = self._counts.get(name, 0) + 1
        return True

    def give_back(self, to: str, *, guest: bool) -> None:
        """It was not sent after all."""
        for name, _ in self._taken(to, guest=guest):
            self._counts[name] = max(self._counts.get(name, 0) - 1, 0)

    def _taken(self, to: str, *, guest: bool) -> list[tuple[bytes, int]]:
        to_there = hmac.digest(self._key, to.casefold().encode(), "sha256"), A_DAY_TO_ONE
        return [to_there, (b"", GUESTS_A_DAY)] if guest else [to_there]


@dataclass(frozen=True)
class Telling:
    """What telling needs. `key`: what the choices are wrapped under; `words`: the sentence in a language."""

    database: Database
    clock: Clock
    random: Random
    key: bytes = field(repr=False)
    words: Callable[[str], Notice]
    today: SentToday


class NoticeSender:
    """The loop of one way."""

    def __init__(self, telling: Telling, kind: Kind, way: Way) -> None:
        self._telling = telling
        self._kind = kind
        self._way = way
        self._room = asyncio.Semaphore(AT_ONCE)
        self._nudge = Nudge()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            if not await self.send_due():
                await self._nudge.wait()

    async def send_due(self) -> int:
        """Tell everybody whom it is time to tell; returns how many there were."""
        now = self._telling.clock.now()
        due = await self._telling.database.aread(
            lambda reading: notifications.due(reading, now, self._kind, ROWS),
        )
        await asyncio.gather(*(self._tell(channel) for channel in due))
        return len(due)

    async def _tell(self, channel: Channel) -> None:
        telling = self._telling
        now = telling.clock.now()
        choice = notifications.unwrap(channel.sealed, channel.kind, telling.key, row=channel.id)
        if choice is None:
            structlog.get_logger().error("notice-unreadable", type=self._kind.value)
            await telling.database.awrite(lambda tx: notifications.forget(tx, channel.whose))
            return
        later = self._not_now(channel, choice, now)
        if later is not None:
            await telling.database.awrite(lambda tx: notifications.postpone(tx, channel, later))
            return
        async with self._room:
            await self._bring(channel, choice, now)

    def _not_now(self, channel: Channel, choice: Choice, now: int) -> int | None:
        morning = outside_quiet_hours(now, choice)
        if morning > now:
            return morning
        if not self._telling.today.take(choice.to, guest=channel.people_only, now=now):
            return notifications.tomorrow(now, self._telling.random)
        return None

    async def _bring(self, channel: Channel, choice: Choice, now: int) -> None:
        telling = self._telling
        try:
            await asyncio.to_thread(self._way.bring, choice.to, telling.words(choice.lang), now=now)
        except NotBroughtError as error:
            code, final = error.code, error.final
        except Exception as error:  # noqa: BLE001 - one message that breaks something must not keep the others from going
            code, final = type(error).__name__, False
        else:
            await telling.database.awrite(lambda tx: notifications.sent(tx, channel, choice, now=now))
            return
        telling.today.give_back(choice.to, guest=channel.people_only)
        given_up = await telling.database.awrite(lambda tx: notifications.failed(tx, channel, final=final, now=now))
        structlog.get_logger().warning(
            "notice-given-up" if given_up else "notice-failed", type=self._kind.value, code=code
        )

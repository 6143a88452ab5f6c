"""Acts on what the inbox took: prepares outside a transaction, then has the effect and lets go of the body in one (section 5).

Messages about one request keep their order; all others do not wait for each other. A message that cannot be acted on is postponed,
twice as long each time, and dropped with a code when it expires: it never holds up another.

Effects of several messages share one transaction, because a transaction costs more than an effect: measured, the inbox of a busy
node takes half as many messages again (ADR 0010). When one of them fails, each is tried by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from alongside_node.delivery import actions as delivery
from alongside_node.delivery.actions import Waiting
from alongside_node.delivery.rules import wait_to_act
from alongside_node.foundation.clock import Clock
from alongside_node.foundation.database import Database, DatabaseUnavailableError, Writing
from alongside_protocol import messages
from alongside_protocol.errors import Refused
from alongside_protocol.messages import Envelope

from .pacing import Doorstep, Nudge

ROWS: Final = 64
TOGETHER: Final = 16
"""Effects in one transaction: at about 0.3 ms each, a write keeps within its 5 ms."""

Effect = Callable[[Writing], None]

Act = Callable[[Envelope, bytes], Awaitable[Effect]]
"""Reads and opens a message (and its bytes), outside any transaction, and returns its effect, which may be run again after it was rolled back.
Both may raise `Refused`: then the message is dropped."""


@dataclass(frozen=True)
class _Letter:
    row: Waiting
    envelope: Envelope


@dataclass(frozen=True)
class _Ready:
    letter: _Letter
    effect: Effect


class ReceivedWorker:
    """The loop. `nudge` wakes it: something was received. `mail`: called when an effect was had, which may have answered.

    `doorstep`: whoever waits for an answer is answered first.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        act: Act,
        *,
        nudge: Nudge,
        mail: Callable[[], None],
        doorstep: Doorstep | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._act = act
        self._nudge = nudge
        self._mail = mail
        self._doorstep = doorstep or Doorstep()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._doorstep.calm()
            if not await self.act_once():
                await self._nudge.wait(await self._seconds_to_next())

    async def act_once(self) -> int:
        """Act on what waits now, of each request on its first message; returns how many messages were looked at."""
        now = self._clock.now()
        rows = await self._database.aread(lambda reading: delivery.waiting(reading, now, ROWS))
        letters = [letter for letter in [await self._read(row) for row in rows] if letter is not None]
        prepared = await asyncio.gather(*(self._prepare(letter) for letter in _first_of_each(letters)))
        ready = [one for one in prepared if one is not None]
        for first in range(0, len(ready), TOGETHER):
            await self._settle_together(ready[first : first + TOGETHER])
        return len(rows)

    async def _seconds_to_next(self) -> float | None:
        now = self._clock.now()
        at = await self._database.aread(lambda reading: delivery.next_waiting(reading, now))
        return None if at is None else at - now

    async def _read(self, row: Waiting) -> _Letter | None:
        try:
            return _Letter(row, messages.read_stored(row.body))
        except Refused as refused:
            await self._drop(row, refused.code)
            return None

    async def _prepare(self, letter: _Letter) -> _Ready | None:
        try:
            return _Ready(letter, await self._act(letter.envelope, letter.row.body))
        except DatabaseUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - one message that breaks something must not stop the rest
            await self._give_up_for_now(letter, error)
            return None

    async def _settle_together(self, several: Sequence[_Ready]) -> None:
        def settle(tx: Writing) -> None:
            for one in several:
                self._settle(tx, one)

        try:
            await self._database.awrite(settle)
        except DatabaseUnavailableError:
            raise
        except Exception:  # noqa: BLE001 - nothing of it was kept; whose fault it is shows one by one
            for one in several:
                await self._settle_alone(one)

    async def _settle_alone(self, one: _Ready) -> None:
        try:
            await self._database.awrite(lambda tx: self._settle(tx, one))
        except DatabaseUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - as in `_prepare`
            await self._give_up_for_now(one.letter, error)

    def _settle(self, tx: Writing, one: _Ready) -> None:
        row = one.letter.row
        if delivery.acted(tx, row.sender, row.id):
            one.effect(tx)
            tx.after_commit(self._mail)

    async def _give_up_for_now(self, letter: _Letter, error: Exception) -> None:
        now, row = self._clock.now(), letter.row
        name = type(error).__name__
        if isinstance(error, Refused) or row.exp <= now:
            await self._drop(row, error.code if isinstance(error, Refused) else name)
            return
        structlog.get_logger().error("received-postponed", peer=row.sender, type=letter.envelope.type, error=name)
        until = now + wait_to_act(letter.envelope.iat, now=now)
        await self._database.awrite(lambda tx: delivery.postpone(tx, row.sender, row.id, until))

    async def _drop(self, row: Waiting, code: str) -> None:
        structlog.get_logger().warning("received-dropped", peer=row.sender, code=code)
        await self._database.awrite(lambda tx: delivery.acted(tx, row.sender, row.id))


def _first_of_each(letters: Sequence[_Letter]) -> list[_Letter]:
    """Of each request the message with the lowest number: what comes after it is looked at when it has had its effect."""
    first: dict[tuple[str, str], _Letter] = {}
    for letter in letters:
        thread = letter.row.sender, letter.envelope.ref or letter.row.id
        if thread not in first or letter.envelope.n < first[thread].envelope.n:
            first[thread] = letter
    return list(first.values())

"""Asking for somebody on the telephone, and opening it again when they ring back (ADR 0025): each as one act, for the pages.

A caller is somebody without an account: a row of their own, which names no volunteer and which no volunteer's row names. How often one
volunteer may try words, and ask for callers, is counted in memory under a key of the day.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from alongside_node.foundation.database import Reading, Writing
from alongside_node.listings import actions as listings
from alongside_node.members import actions as members
from alongside_node.members import relaying
from alongside_node.members.actions import Person
from alongside_node.members.relaying import LineKey
from alongside_node.referrals import asking
from alongside_node.safety import actions as safety
from alongside_protocol import base64url, limits
from alongside_protocol.consent import Field
from alongside_protocol.identifiers import Random

from . import acts
from .edge import Edge

FREE_TRIES: Final = 5
"""Words that open nothing, in one day, before one volunteer has to wait."""
FIRST_WAIT: Final = 30
LONGEST_WAIT: Final = 15 * limits.MINUTE
A_DAY: Final = 20
"""Requests that one volunteer passes on in one day."""
A_DAY_TO_ONE: Final = 3
"""Of these, to one listing: the others of a busy line can go on."""


class Patience:
    """What each volunteer has tried and passed on today. One who guesses waits longer each time; nobody else waits with them."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._day = -1
        self._key = b""
        self._counts: dict[bytes, int] = {}
        self._until: dict[bytes, int] = {}

    def wait(self, volunteer: str, now: int) -> int:
        """Seconds before they may try words again."""
        return max(self._until.get(self._name(now, volunteer), 0) - now, 0)

    def try_words(self, volunteer: str, now: int) -> None:
        """Count one try, before it is known whether the words open anything: several at once count as several."""
        name = self._name(now, volunteer)
        tried = self._counts[name] = self._counts.get(name, 0) + 1
        if tried > FREE_TRIES:
            self._until[name] = now + min(FIRST_WAIT << min(tried - FREE_TRIES - 1, 10), LONGEST_WAIT)

    def opened(self, volunteer: str, now: int) -> None:
        """They were right: that try does not count. Those before still do."""
        name = self._name(now, volunteer)
        self._counts[name] = max(self._counts.get(name, 0) - 1, 0)
        if self._counts[name] <= FREE_TRIES:
            self._until.pop(name, None)

    def pass_on(self, volunteer: str, listing: str, now: int) -> bool:
        """Count one request. False: it is enough for today."""
        names = {self._name(now, volunteer, "all"): A_DAY, self._name(now, volunteer, "to", listing): A_DAY_TO_ONE}
        if any(self._counts.get(name, 0) >= most for name, most in names.items()):
            return False
        for name in names:
            self._counts[name] = self._counts.get(name, 0) + 1
        return True

    def _name(self, now: int, *parts: str) -> bytes:
        if now // limits.DAY != self._day:
            self._day, self._key, self._counts, self._until = now // limits.DAY, self._random(32), {}, {}
        return hmac.digest(self._key, " ".join(parts).encode(), "sha256")


@dataclass(frozen=True)
class Call:
    """What a volunteer wrote down for a caller who has said yes. `stretched`: what their four words were stretched to."""

    stretched: bytes
    lang: str
    fields: Mapping[Field, str]
    shown: str
    until: int


async def is_let_through(edge: Edge, volunteer: Person, to: asking.Addressee) -> bool:
    """Whether who keeps this listing here has not blocked the volunteer themselves: nobody goes around a block as their own caller."""
    keyring, me = edge.keys(), edge.me
    handle, _ = members.open_box(volunteer, me).handles.get(me, ("", 0))
    if to.recipient.node != me or not handle:
        return True
    known_by = keyring.derived("handle", me, base64url.decode(handle).hex())

    def look(reading: Reading) -> bool:
        offering = listings.find(reading, to.recipient.listing)
        holders = [] if offering is None else [holder.member for holder in offering.holders]
        return not safety.is_blocked(reading, keyring, holders, known_by)

    return await edge.read(look)


async def ask(edge: Edge, key: LineKey, to: asking.Addressee, call: Call) -> None:
    """Ask for a caller. Nothing of it stays open here: the answer is read when they ring back. Raises as `acts.ask`."""
    now = edge.now
    joining = relaying.prepare(call.stretched, key, me=edge.me, lang=call.lang, now=now, random=edge.random)
    person = Person(replace(joining.member, last_day=now // limits.DAY), joining.key)
    await edge.write(lambda tx: members.add(tx, person.member))
    try:
        await acts.ask(edge, person, to, call.fields, shown=call.shown, until=call.until, aloud=now)
    except Exception:
        await edge.write(lambda tx: members.remove(tx, person.member.id))
        raise


async def open_again(edge: Edge, volunteer: Person, stretched: bytes, *, within: str) -> str | None:
    """The cookie of the call that these words open, of use beside the volunteer's own cookie (`within`) only. None: they open nothing."""
    now, me = edge.now, edge.me

    def look(reading: Reading) -> Person | None:
        return relaying.caller(reading, stretched, relaying.keys_of(reading, volunteer, me=me))

    found = await edge.read(look)

    def begin(tx: Writing) -> str | None:
        if found is None or not members.is_current(tx, found):
            return None
        return members.begin_session(tx, found, now=now, random=edge.random, within=within)

    return None if found is None else await edge.write(begin)

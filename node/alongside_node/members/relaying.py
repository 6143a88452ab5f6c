"""Who answers the phone line, and the key that only they have a part in (ADR 0025; mission.md, 13).

The line's key is random, in no row as it is: each volunteer has it sealed to their own key, which their seven words open. Without a
volunteer four words open nothing, and cannot even be tried. Whenever somebody stops, there is a new key for the others. Never opens a
caller's account: that needs the words too (`spoken`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from alongside_node.foundation.database import Reading, Writing
from alongside_protocol.identifiers import NodeId, Random, new_record_id

from . import actions, relay_store, rules, spoken
from .actions import Joining, Person
from .relay_store import Volunteer
from .rules import Role

_SHARE: Final = "relay"
_KEY_BYTES: Final = 32

relays, volunteers = relay_store.relays, relay_store.volunteers


@dataclass(frozen=True)
class LineKey:
    """A key of the line, opened by a volunteer. Of several the first is in force, and opens what is asked now."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class NewKey:
    """A key that is to be in force, sealed to those who relay then. `before`: who relayed when it was made."""

    id: str
    shares: Mapping[str, bytes] = field(repr=False)
    before: Sequence[Volunteer]


def keys_of(reading: Reading, person: Person, *, me: NodeId) -> list[LineKey]:
    """The keys that a volunteer has a share of; none for everybody else."""
    if not relay_store.relays(reading, person.member.id):
        return []
    return [
        LineKey(share.key, actions.open_for(person, share.sealed, node=me, what=_SHARE, about=share.key))
        for share in relay_store.shares_of(reading, person.member.id)
    ]


# Who relays.


def begun(person: Person, before: Sequence[Volunteer], *, me: NodeId, random: Random) -> NewKey | None:
    """The line as a steward opens it. None: a steward relays already, and is the one to ask."""
    if any(one.role is Role.STEWARD for one in before):
        return None
    return _key_for({**_publics(before), person.member.id: person.member.public}, before, me=me, random=random)


def without(member: str, before: Sequence[Volunteer], *, me: NodeId, random: Random) -> NewKey:
    """The line's next key, for those who stay when somebody stops."""
    staying = {one: public for one, public in _publics(before).items() if one != member}
    return _key_for(staying, before, me=me, random=random)


def _publics(several: Sequence[Volunteer]) -> dict[str, str]:
    return {one.id: one.public for one in several}


def _key_for(publics: Mapping[str, str], before: Sequence[Volunteer], *, me: NodeId, random: Random) -> NewKey:
    key, secret = new_record_id(random), random(_KEY_BYTES)
    shares = {member: _sealed(member, public, key, secret, me) for member, public in publics.items()}
    return NewKey(key, shares, before)


def _sealed(member: str, public: str, key: str, secret: bytes, me: NodeId) -> bytes:
    return actions.seal_to(public, secret, node=me, member_id=member, what=_SHARE, about=key)


def renew(tx: Writing, new: NewKey, *, stops: str = "", now: int) -> bool:
    """A new key is in force, and `stops` has no share of any. False: who relays has changed meanwhile."""
    if list(new.before) != relay_store.volunteers(tx):
        return False
    relay_store.add_key(tx, new.id, new.shares, last_day=rules.day(now) + rules.LINE_KEY_DAYS)
    if stops:
        relay_store.remove_shares(tx, stops)
        tx.forget()
    return True


def shares_for(person: Person, keys: Sequence[LineKey], *, me: NodeId) -> dict[str, bytes]:
    """What lets somebody relay: the keys of who lets them, sealed to them."""
    return {key.id: _sealed(person.member.id, person.member.public, key.id, key.secret, me) for key in keys}


def let(tx: Writing, member: str, shares: Mapping[str, bytes]) -> bool:
    """Somebody relays from now on. False: there is a newer key, or there are as many as may be."""
    there = relay_store.volunteers(tx)
    if relay_store.current(tx) not in shares or len({*(one.id for one in there), member}) > rules.VOLUNTEERS:
        return False
    still = set(relay_store.keys_among(tx, list(shares)))
    relay_store.add_shares(tx, member, {key: sealed for key, sealed in shares.items() if key in still})
    return True


# Callers.


def prepare(stretched: bytes, key: LineKey, *, me: NodeId, lang: str, now: int, random: Random) -> Joining:
    """A caller, whose row is that of anybody without an account."""
    derived = spoken.derive(stretched, key.secret)
    return actions.prepare(derived, node=me, name="", role=Role.GUEST, lang=lang, now=now, random=random)


def caller(reading: Reading, stretched: bytes, keys: Sequence[LineKey]) -> Person | None:
    """Whose four words these were; never somebody with an account of their own. The same work for every answer."""
    found = [actions.use_words(reading, spoken.derive(stretched, key.secret)) for key in keys]
    return next((one for one in found if one is not None and one.member.role is Role.GUEST), None)

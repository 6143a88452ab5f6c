"""What somebody does with their own account: other words, a printed code, seeing what is open and ending it (safety.md, D.31, "At rest").

Other words open the same private key: what was sealed to it stays readable, and every session and token but the one in use ends. Of a session
nothing is known but when it was last used, roughly: no address, no device. Never does anything for anybody but the person themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from alongside_node.foundation.database import Reading, Writing
from alongside_protocol import base64url, limits
from alongside_protocol.identifiers import Random

from . import rules, store
from .actions import Person, session_token
from .words import Derived
from .wrapping import unwrap, wrap

_WORDS, _CODE = "words", "printed-code"
_ROUGHLY: Final = 5
"""Minutes to which it is rounded when a session was last used."""


# Other words.


@dataclass(frozen=True)
class OtherWords:
    """New words of a person, made ready before the transaction. `before`: what the words derived that they replace."""

    member: str
    before: bytes
    lookup: bytes
    private: bytes


def other_words(person: Person, derived: Derived, *, random: Random) -> OtherWords:
    """Wrap the key of `person` under the words that `derived` came from."""
    private = wrap(person.key, derived.wrap, purpose=_WORDS, member=person.member.id, random=random)
    return OtherWords(person.member.id, person.member.lookup, derived.lookup, private)


def take_words(tx: Writing, words: OtherWords) -> bool:
    """From now on these words open the account; every session and every token has ended. False: they changed meanwhile."""
    if not store.change_words(tx, words.member, before=words.before, lookup=words.lookup, private=words.private):
        return False
    store.end_sessions_of(tx, words.member)
    store.end_grants_of(tx, words.member)
    tx.forget()
    return True


# The printed code.


def print_code(person: Person, derived: Derived, *, random: Random) -> tuple[bytes, bytes]:
    """(what finds the row, the key of `person` wrapped) for the code that `derived` came from."""
    return derived.lookup, wrap(person.key, derived.wrap, purpose=_CODE, member=person.member.id, random=random)


def keep_code(tx: Writing, member: str, lookup: bytes, private: bytes) -> None:
    """A new code works from now on, and no earlier one."""
    store.set_recovery(tx, member, lookup, private)


def end_code(tx: Writing, member: str) -> None:
    """No printed code works any more."""
    store.remove_recovery(tx, member)
    tx.forget()


def spend_code(tx: Writing, member: str, lookup: bytes) -> bool:
    """Use a printed code up. False: it was used, or ended, meanwhile."""
    found = store.by_recovery(tx, lookup)
    if found is None or found[0].id != member:
        return False
    store.remove_recovery(tx, member)
    return True


def has_code(reading: Reading, member: str) -> bool:
    """Whether a printed code works."""
    return store.has_recovery(reading, member)


def use_code(reading: Reading, derived: Derived) -> Person | None:
    """Whose printed code this is."""
    found = store.by_recovery(reading, derived.lookup)
    if found is None:
        return None
    member, private = found
    key = unwrap(private, derived.wrap, purpose=_CODE, member=member.id)
    return None if key is None or key.public.text != member.public else Person(member, key)


# What is open.


@dataclass(frozen=True)
class OpenSession:
    """One session. `name`: what ends it, of no use for anything else; `minutes`: how long ago it was used, rounded up; `this`: the one in use."""

    name: str
    minutes: int
    this: bool


def sessions(reading: Reading, member: str, cookie: str, *, now: int) -> list[OpenSession]:
    """Every open session of a person; the one with `cookie` first."""
    token = session_token(cookie)
    mine = None if token is None else sha256(token).digest()
    found = [
        OpenSession(base64url.encode(one.token), _minutes(one.ends, now), one.token == mine)
        for one in store.sessions_of(reading, member)
        if one.ends > now
    ]
    return sorted(found, key=lambda one: (not one.this, one.minutes, one.name))


def _minutes(ends: int, now: int) -> int:
    ago = max(now - (ends - rules.SESSION_IDLE), 0)
    return -(-ago // (_ROUGHLY * limits.MINUTE)) * _ROUGHLY


def end_session(tx: Writing, member: str, name: str) -> None:
    """End one session of this person."""
    if (token := session_token(name)) is not None:
        store.end_session_of(tx, member, token)


@dataclass(frozen=True)
class Program:
    """A program that may act for somebody. `name`: what ends it; `label`: which it is, in their words; `last_day`: until when."""

    name: str
    label: str
    last_day: int


def programs(reading: Reading, member: str, *, now: int) -> Sequence[Program]:
    """Every program that may act for a person."""
    return [
        Program(base64url.encode(token), label, last_day)
        for token, label, last_day in store.grants_of(reading, member)
        if last_day >= rules.day(now)
    ]


def end_program(tx: Writing, member: str, name: str) -> None:
    """One program of this person may no longer."""
    if (token := session_token(name)) is not None:
        store.end_grant_of(tx, member, token)

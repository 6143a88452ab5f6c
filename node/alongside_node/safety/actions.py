"""Blocking: somebody who asked is not let through to a person who offers any more (section 6 of the specification, "Aliases").

Of who was blocked only an HMAC stays, made with a secret of this node from the handle that their community gave them: it survives that they
have everything deleted. Who blocked stands in no row; the note that helps to take it back is sealed to them.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from alongside_node.foundation.database import Reading, Writing
from alongside_node.members import actions as members
from alongside_node.members.actions import Person
from alongside_protocol import base64url
from alongside_protocol.errors import Refused
from alongside_protocol.identifiers import NodeId

from . import rules, store
from .rules import Deriving
from .store import Block

__all__ = ["Block", "Blocked", "add", "block", "blocked_by", "is_blocked", "take_back"]

_NOTE: Final = "block"


@dataclass(frozen=True)
class Blocked:
    """One, for the person who made it: by which alias they knew them, and since which day (days since 1970)."""

    mark: str
    alias: str
    day: int


def block(secret: Deriving, person: Person, handle: bytes, *, alias: str, day: int, me: NodeId) -> Block:
    """A block of this person's, to be kept with `add`."""
    mark = rules.mark(secret, person.member.id, handle)
    note = json.dumps({"alias": alias, "day": day}).encode("utf-8")
    sealed = members.seal_to(
        person.member.public, note, node=me, member_id=person.member.id, what=_NOTE, about=base64url.encode(mark)
    )
    return Block(mark, sealed)


add = store.add


def is_blocked(reading: Reading, secret: Deriving, blockers: Iterable[str], handle: bytes) -> bool:
    """Whether one of these people blocked who has this handle, whatever they ask as."""
    marks = [rules.mark(secret, blocker, handle) for blocker in blockers]
    return bool(marks) and store.among(reading, marks)


def blocked_by(reading: Reading, person: Person, *, me: NodeId) -> list[Blocked]:
    """Those that this person blocked: every note is tried, because no row says whose it is."""
    found = []
    for one in store.some(reading, rules.MOST):
        mark = base64url.encode(one.mark)
        try:
            note = json.loads(members.open_for(person, one.note, node=me, what=_NOTE, about=mark))
        except Refused:
            continue
        found.append(Blocked(mark, note["alias"], note["day"]))
    return sorted(found, key=lambda one: (-one.day, one.alias))


def forget(tx: Writing, marks: Iterable[str]) -> None:
    """Whoever blocked has left, and these blocks of theirs go along."""
    for mark in marks:
        store.remove(tx, base64url.decode(mark))


def take_back(tx: Writing, person: Person, mark: str, *, me: NodeId) -> bool:
    """Let them through again. False: it is not a block of this person's."""
    if mark not in {one.mark for one in blocked_by(tx, person, me=me)}:
        return False
    store.remove(tx, base64url.decode(mark))
    return True

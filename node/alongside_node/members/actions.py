"""Joining, coming back, and what only one person can open (safety.md, "At rest").

A person's private key is made here and wrapped under their seven words; a session holds it wrapped under its cookie, so that the
database alone opens nothing. The box names a person's mailboxes and is sealed to them: no row says who asked what.
Never stores words, an address, or when somebody came.
"""

import json
from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final

from alongside_node.foundation.database import Reading, Writing
from alongside_protocol import base64url, sealing
from alongside_protocol.identifiers import NodeId, Random, new_record_id
from alongside_protocol.sealing import Context, SealPrivateKey, SealPublicKey

from . import relay_store, rules, store
from .rules import Act, Role
from .store import Member
from .words import Derivation, Derived
from .wrapping import unwrap, wrap

__all__ = [
    "Act",
    "Box",
    "BoxChangedError",
    "Derivation",
    "Derived",
    "Joining",
    "Member",
    "Person",
    "Role",
    "add",
    "begin_session",
    "both",
    "count",
    "end_grant",
    "end_session",
    "find",
    "forget_old",
    "grant",
    "granted",
    "invitation_role",
    "invite",
    "is_current",
    "join",
    "key_held_by_client",
    "needs_prolonging",
    "open_box",
    "open_for",
    "prepare",
    "prolong",
    "public_key",
    "put_box",
    "remove",
    "save_box",
    "save_lang",
    "seal_to",
    "sealed_box",
    "session_of",
    "session_token",
    "stay",
    "steward_ids",
    "stewards",
    "token_name",
    "use_words",
]

_WORDS, _SESSION = "words", "session"
_TOKEN_BYTES: Final = 32
_BOX_BYTES: Final = 4_000
"""Every box is as large as one with fifty requests: its size tells nobody whether its owner ever asked."""
_CODE_BYTES: Final = 15
_CODE_GROUP: Final = 4


class BoxChangedError(Exception):
    """Another request of the same person changed their box meanwhile: read it again and try once more."""


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in: their row, and the key that opens what is sealed to them."""

    member: Member
    key: SealPrivateKey = field(repr=False)


@dataclass(frozen=True)
class Joining:
    """Everything of a new person that is slow to make, made before the transaction."""

    member: Member
    key: SealPrivateKey = field(repr=False)


@dataclass(frozen=True)
class Box:
    """What only its owner knows of themselves. `mailboxes`: ref → mailbox. `handles`: node → (handle, day of last use).

    `beside`: requests of others in which they joined, as public half → (node, ref, private half) of the key made for it. `concerns`: those
    they raised, as id → private half of what opens it.
    """

    mailboxes: Mapping[str, str] = field(default_factory=dict)
    handles: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    beside: Mapping[str, tuple[str, str, str]] = field(default_factory=dict, repr=False)
    concerns: Mapping[str, str] = field(default_factory=dict, repr=False)

    def with_mailbox(self, ref: str, mailbox: str) -> "Box":
        """One more request."""
        return replace(self, mailboxes={**self.mailboxes, ref: mailbox})

    def without(self, refs: set[str]) -> "Box":
        """Requests that are gone."""
        return replace(self, mailboxes={ref: box for ref, box in self.mailboxes.items() if ref not in refs})

    def since(self, day: int) -> "Box":
        """Without the handles that were last used before a day."""
        return replace(self, handles={node: kept for node, kept in self.handles.items() if kept[1] >= day})

    def with_beside(self, public: str, node: str, ref: str, private: str, *, most: int) -> "Box":
        """One more request of somebody else to answer beside them; of too many the oldest are gone."""
        kept = dict(list(self.beside.items())[-(most - 1) :])
        return replace(self, beside={**kept, public: (node, ref, private)})

    def with_concern(self, concern: str, private: str) -> "Box":
        """One more concern that they raised."""
        return replace(self, concerns={**self.concerns, concern: private})

    def without_concerns(self, gone: Iterable[str]) -> "Box":
        """Concerns that are gone."""
        left = set(self.concerns) - set(gone)
        return replace(self, concerns={concern: key for concern, key in self.concerns.items() if concern in left})

    def with_handle(self, node: str, handle: str, day: int) -> "Box":
        """What a node knows this person by."""
        return replace(self, handles={**self.handles, node: (handle, day)})


# Joining.


def prepare(derived: Derived, *, node: NodeId, name: str, role: Role, lang: str, now: int, random: Random) -> Joining:
    """A new person with the words `derived` came from."""
    key = SealPrivateKey.generate(random)
    member_id = new_record_id(random)
    member = Member(
        id=member_id,
        name=rules.name_of(name),
        role=role,
        lookup=derived.lookup,
        public=key.public.text,
        private=wrap(key, derived.wrap, purpose=_WORDS, member=member_id, random=random),
        box=_seal_box(Box(), key.public, node, member_id),
        lang=lang,
        joined=rules.quarter(now),
    )
    return Joining(member, key)


def key_held_by_client(
    public: SealPublicKey, *, node: NodeId, name: str, role: Role, lang: str, now: int, random: Random
) -> Member:
    """A new person whose private key never reaches this node. They have no words here and no session: only a client's grant."""
    member_id = new_record_id(random)
    empty = _seal_box(Box(), public, node, member_id)
    return Member(
        id=member_id,
        name=rules.name_of(name),
        role=role,
        lookup=random(_TOKEN_BYTES),
        public=public.text,
        private=None,
        box=empty,
        lang=lang,
        joined=rules.quarter(now),
    )


def add(tx: Writing, member: Member) -> None:
    """Somebody who needs no invitation: who founds a community, or asks without an account."""
    store.add(tx, member)


def invite(tx: Writing, role: Role, *, now: int, random: Random) -> tuple[str, int]:
    """(a code for one person, the last day on which it works). Only its hash is stored."""
    raw = b32encode(random(_CODE_BYTES)).decode("ascii").lower()
    code = "-".join(raw[at : at + _CODE_GROUP] for at in range(0, len(raw), _CODE_GROUP))
    last_day = rules.day(now) + rules.INVITATION_DAYS
    store.add_invitation(tx, _code_hash(code), role, last_day=last_day)
    return code, last_day


def invitation_role(reading: Reading, code: str, *, now: int) -> Role | None:
    """What an invitation makes of who uses it; None when it is none, was used, or has run out."""
    return store.invitation(reading, _code_hash(code), day=rules.day(now))


def join(tx: Writing, code: str, member: Member, *, now: int) -> bool:
    """Use an invitation. False: it was used meanwhile, or has run out."""
    role = invitation_role(tx, code, now=now)
    if role is None or not store.use_invitation(tx, _code_hash(code)):
        return False
    store.add(tx, replace(member, role=role))
    return True


def _code_hash(code: str) -> bytes:
    return sha256("".join(c for c in code.lower() if c.isalnum()).encode("utf-8")).digest()


# Coming back.


def use_words(reading: Reading, derived: Derived) -> Person | None:
    """Who these words belong to."""
    member = store.by_lookup(reading, derived.lookup)
    if member is None or member.private is None:
        return None
    key = unwrap(member.private, derived.wrap, purpose=_WORDS, member=member.id)
    return _person(member, key)


def is_current(reading: Reading, person: Person) -> bool:
    """Whether they are still here, under the words they came with: both may have changed while those were derived."""
    member = store.find(reading, person.member.id)
    return member is not None and member.lookup == person.member.lookup


def begin_session(tx: Writing, person: Person, *, now: int, random: Random, within: str = "") -> str:
    """A new session; returns the cookie's value. `within`: the cookie of another one, without which it opens nothing (`both`)."""
    token = random(_TOKEN_BYTES)
    cookie = base64url.encode(token)
    used = session_token(both(cookie, within)) if within else token
    assert used is not None  # noqa: S101 - 32 bytes, in base64url
    key = wrap(person.key, used, purpose=_SESSION, member=person.member.id, random=random)
    ends = now + rules.SESSION_IDLE
    store.add_session(tx, store.Session(sha256(used).digest(), person.member.id, key, ends))
    return cookie


def both(cookie: str, within: str) -> str:
    """What names a session that was begun within another one: neither cookie says it alone."""
    return base64url.encode(sha256(f"alongside-within-1 {cookie} {within}".encode("utf-8", "replace")).digest())


def session_of(reading: Reading, cookie: str, *, now: int) -> tuple[Person, int] | None:
    """(who is signed in, when the session ends); None for no session, or one that ended."""
    token = session_token(cookie)
    found = None if token is None else store.session(reading, sha256(token).digest())
    if found is None or token is None or found.ends <= now:
        return None
    member = store.find(reading, found.member)
    key = unwrap(found.key, token, purpose=_SESSION, member=found.member)
    person = _person(member, key)
    return None if person is None else (person, found.ends)


def _person(member: Member | None, key: SealPrivateKey | None) -> Person | None:
    """None also when the row names another public key than theirs: what is sealed to it would be sealed to somebody else."""
    if member is None or key is None or key.public.text != member.public:
        return None
    return Person(member, key)


def needs_prolonging(ends: int, now: int) -> bool:
    """Whether a session's end is to be moved."""
    return ends - now < rules.SESSION_IDLE - rules.SESSION_TOUCH


def prolong(tx: Writing, cookie: str, *, now: int) -> None:
    """Twenty more minutes."""
    if (token := session_token(cookie)) is not None:
        store.prolong(tx, sha256(token).digest(), now + rules.SESSION_IDLE, now=now)


def end_session(tx: Writing, cookie: str) -> None:
    """Signed out: the row that held the wrapped key is gone."""
    if (token := session_token(cookie)) is not None:
        store.end_session(tx, sha256(token).digest())


def session_token(cookie: str) -> bytes | None:
    """The bytes of a session's or a client's token; None for what cannot be one."""
    try:
        return base64url.decode(cookie, length=_TOKEN_BYTES)
    except Exception:  # noqa: BLE001 - whatever stands in a cookie, it is no session
        return None


# What only one person can open.


def _context(node: NodeId, member_id: str, what: str, about: str = "") -> Context:
    return Context(from_=node, to=member_id, id="", type=what, ref=about, n=0)


def seal_to(public: str, plaintext: bytes, *, node: NodeId, member_id: str, what: str, about: str) -> bytes:
    """Something for one person alone: bound to this node, to them, to what it is and what it is about."""
    return sealing.seal(plaintext, SealPublicKey.from_text(public), _context(node, member_id, what, about))


def open_for(person: Person, ciphertext: bytes, *, node: NodeId, what: str, about: str) -> bytes:
    """What `seal_to` sealed. Raises `Refused` (`seal`)."""
    return sealing.open(ciphertext, person.key, _context(node, person.member.id, what, about))


def _seal_box(box: Box, public: SealPublicKey, node: NodeId, member_id: str) -> bytes:
    said: dict[str, Any] = {
        "mailboxes": dict(box.mailboxes),
        "handles": {k: list(v) for k, v in box.handles.items()},
    }
    if box.beside:
        said["beside"] = {k: list(v) for k, v in box.beside.items()}
    if box.concerns:
        said["concerns"] = dict(box.concerns)
    raw = json.dumps(said)
    return sealing.seal(raw.encode("utf-8").ljust(_BOX_BYTES), public, _context(node, member_id, "box"))


def open_box(person: Person, node: NodeId) -> Box:
    """What a person knows of themselves. Raises `Refused` (`seal`) for a box that is not theirs.

    Whoever can write rows can put an older box back, or one that they sealed: nothing in a box is proof of who made it.
    """
    raw: dict[str, Any] = json.loads(
        sealing.open(person.member.box, person.key, _context(node, person.member.id, "box"))
    )
    return Box(
        raw["mailboxes"],
        {node_id: (handle, day) for node_id, (handle, day) in raw["handles"].items()},
        {public: (node_id, ref, private) for public, (node_id, ref, private) in raw.get("beside", {}).items()},
        raw.get("concerns", {}),
    )


def sealed_box(person: Person, box: Box, node: NodeId) -> bytes:
    """A box, to be saved: sealing is too slow for inside a transaction."""
    return _seal_box(box, person.key.public, node, person.member.id)


def save_box(tx: Writing, person: Person, sealed: bytes) -> None:
    """Raises `BoxChangedError` when it changed since `person` was read."""
    if not store.save_box(tx, person.member.id, sealed, rev=person.member.box_rev):
        raise BoxChangedError


def put_box(tx: Writing, member_id: str, sealed: bytes, *, rev: int) -> None:
    """A box that a client sealed, in the place of the one with `rev`. Raises `BoxChangedError`."""
    if not store.save_box(tx, member_id, sealed, rev=rev):
        raise BoxChangedError


# Clients.


def grant(tx: Writing, member_id: str, label: str, *, now: int, random: Random) -> str:
    """A token with which a client acts for a person, for 90 days. It opens no sealed key."""
    token = random(_TOKEN_BYTES)
    store.add_grant(
        tx, sha256(token).digest(), member_id, rules.name_of(label), last_day=rules.day(now) + rules.GRANT_DAYS
    )
    return base64url.encode(token)


def granted(reading: Reading, token: str, *, now: int) -> Member | None:
    """For whom a client acts."""
    raw = session_token(token)
    return None if raw is None else store.granted(reading, sha256(raw).digest(), day=rules.day(now))


def token_name(token: str) -> str:
    """By what a client's token is told apart from others of its person: of no use for anything else."""
    return "" if (raw := session_token(token)) is None else base64url.encode(sha256(raw).digest())


def end_grant(tx: Writing, token: str) -> None:
    """The client may no longer."""
    if (raw := session_token(token)) is not None:
        store.end_grant(tx, sha256(raw).digest())


# The rest.

find, public_key, stewards, count = store.find, store.public_key, store.stewards, store.count
steward_ids = store.steward_ids
save_lang, remove, stay = store.save_lang, store.remove, store.stay


def forget_old(tx: Writing, now: int) -> int:
    """Drop what has ended: sessions, invitations, grants; returns how many rows."""
    today = rules.day(now)
    guests = store.forget_guests(tx, before=today)
    if guests:
        tx.forget()
    return (
        relay_store.forget_keys(tx, before=today)
        + store.forget_sessions(tx, before=now)
        + store.forget_invitations(tx, before=today)
        + store.forget_grants(tx, before=today)
        + guests
    )

"""The tables of members: people, sessions, invitations, clients' grants. The only SQL here."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing

from . import rules
from .rules import Role

_member = schema.member
_session = schema.session
_invitation = schema.invitation
_grant = schema.grant
_recovery = schema.recovery


@dataclass(frozen=True)
class Member:
    """A person here. `private` is wrapped under their words; None: a client of theirs holds it. `box` is sealed to them."""

    id: str
    name: str
    role: Role
    lookup: bytes = field(repr=False)
    public: str
    private: bytes | None = field(repr=False)
    box: bytes = field(repr=False)
    lang: str
    joined: str
    last_day: int | None = None
    """Guests only: the day after which their row goes."""

    @property
    def box_rev(self) -> int:
        """What says that a box is still the same."""
        return rules.box_rev(self.box)


@dataclass(frozen=True)
class Session:
    """An open session. `token` is the cookie's hash; `key` the person's private key, wrapped under the cookie."""

    token: bytes = field(repr=False)
    member: str
    key: bytes = field(repr=False)
    ends: int


def add(tx: Writing, member: Member) -> None:
    """One more person."""
    tx.execute(
        _member.insert().values(
            id=member.id,
            name=member.name,
            role=member.role.value,
            lookup=member.lookup,
            public=member.public,
            private=member.private,
            box=member.box,
            lang=member.lang,
            joined=member.joined,
            last_day=None if member.last_day is None else rules.guest_day(member.last_day),
        )
    )


def find(reading: Reading, member_id: str) -> Member | None:
    """By id."""
    row = reading.execute(select(_member).where(_member.c.id == member_id)).first()
    return None if row is None else _read(row)


def by_lookup(reading: Reading, lookup: bytes) -> Member | None:
    """By what their words derive."""
    row = reading.execute(select(_member).where(_member.c.lookup == lookup)).first()
    return None if row is None else _read(row)


def _read(row: Row[Any]) -> Member:
    return Member(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        lookup=row.lookup,
        public=row.public,
        private=row.private,
        box=row.box,
        lang=row.lang,
        joined=row.joined,
        last_day=row.last_day,
    )


def public_key(reading: Reading, member_id: str) -> str | None:
    """What is sealed to this person is sealed to it."""
    found: str | None = reading.execute(select(_member.c.public).where(_member.c.id == member_id)).scalar()
    return found


def stewards(reading: Reading) -> list[str]:
    """The names of all stewards."""
    statement = select(_member.c.name).where(_member.c.role == Role.STEWARD.value).order_by(_member.c.name)
    return list(reading.execute(statement).scalars())


def steward_ids(reading: Reading, name: str = "") -> list[str]:
    """The ids of the stewards of this name, or of all; in the order of their names."""
    statement = select(_member.c.id).where(_member.c.role == Role.STEWARD.value).order_by(_member.c.name, _member.c.id)
    return list(reading.execute(statement.where(_member.c.name == name) if name else statement).scalars())


def count(reading: Reading) -> int:
    """How many people have an account here, guests left out."""
    statement = select(func.count()).select_from(_member).where(_member.c.role != Role.GUEST.value)
    found: int = reading.execute(statement).scalar_one()
    return found


def save_box(tx: Writing, member_id: str, box: bytes, *, rev: int) -> bool:
    """Put a box in the place of the one that had `rev`. False: another was put there meanwhile."""
    there = tx.execute(select(_member.c.box).where(_member.c.id == member_id)).scalar()
    if there is None or rules.box_rev(there) != rev:
        return False
    return tx.execute(update(_member).where(_member.c.id == member_id).values(box=box)).rowcount == 1


def save_lang(tx: Writing, member_id: str, lang: str) -> None:
    """The language somebody reads."""
    tx.execute(update(_member).where(_member.c.id == member_id).values(lang=lang))


def stay(tx: Writing, member_id: str, *, until_day: int) -> None:
    """A guest's row stays at least until a day."""
    last_day = rules.guest_day(until_day)
    ends_before = (_member.c.id == member_id) & (_member.c.last_day < last_day)
    tx.execute(update(_member).where(ends_before).values(last_day=last_day))


def forget_guests(tx: Writing, *, before: int) -> int:
    """Drop guests whose requests are long gone; returns how many."""
    return tx.execute(delete(_member).where(_member.c.last_day < before)).rowcount


def change_words(tx: Writing, member_id: str, *, before: bytes, lookup: bytes, private: bytes) -> bool:
    """Other words open the account. False: those that did before were changed meanwhile."""
    same = (_member.c.id == member_id) & (_member.c.lookup == before)
    return tx.execute(update(_member).where(same).values(lookup=lookup, private=private)).rowcount == 1


def remove(tx: Writing, member_id: str) -> None:
    """A person leaves: the row and everything that hangs on it."""
    tx.execute(delete(_member).where(_member.c.id == member_id))
    tx.forget()


# Sessions.


def add_session(tx: Writing, session: Session) -> None:
    """One more."""
    tx.execute(_session.insert().values(token=session.token, member=session.member, key=session.key, ends=session.ends))


def session(reading: Reading, token: bytes) -> Session | None:
    """By the cookie's hash."""
    row = reading.execute(select(_session).where(_session.c.token == token)).first()
    return None if row is None else Session(row.token, row.member, row.key, row.ends)


def prolong(tx: Writing, token: bytes, ends: int, *, now: int) -> None:
    """Somebody is still there. A session that ended stays ended, though its row may still be there."""
    tx.execute(update(_session).where(_session.c.token == token, _session.c.ends > now).values(ends=ends))


def end_session(tx: Writing, token: bytes) -> None:
    """Signed out."""
    tx.execute(delete(_session).where(_session.c.token == token))


def forget_sessions(tx: Writing, *, before: int) -> int:
    """Drop those that ended; returns how many."""
    return tx.execute(delete(_session).where(_session.c.ends <= before)).rowcount


def sessions_of(reading: Reading, member: str) -> list[Session]:
    """Every session of a person, also those that ended and are not dropped yet."""
    rows = reading.execute(select(_session).where(_session.c.member == member))
    return [Session(row.token, row.member, row.key, row.ends) for row in rows]


def end_session_of(tx: Writing, member: str, token: bytes) -> None:
    """One of this person's; nobody ends another's."""
    tx.execute(delete(_session).where(_session.c.token == token, _session.c.member == member))


def end_sessions_of(tx: Writing, member: str) -> None:
    """All of this person's."""
    tx.execute(delete(_session).where(_session.c.member == member))


# Printed codes.


def set_recovery(tx: Writing, member: str, lookup: bytes, private: bytes) -> None:
    """A printed code works, instead of one that did before; `lookup` is the hash of what it derives."""
    remove_recovery(tx, member)
    tx.execute(_recovery.insert().values(member=member, lookup=lookup, private=private))


def remove_recovery(tx: Writing, member: str) -> None:
    """None works."""
    tx.execute(delete(_recovery).where(_recovery.c.member == member))


def has_recovery(reading: Reading, member: str) -> bool:
    """Whether one works."""
    return reading.execute(select(_recovery.c.member).where(_recovery.c.member == member)).first() is not None


def by_recovery(reading: Reading, lookup: bytes) -> tuple[Member, bytes] | None:
    """(whose it is, their key wrapped under it)."""
    statement = (
        select(_member, _recovery.c.private.label("wrapped"))
        .join(_recovery, _recovery.c.member == _member.c.id)
        .where(_recovery.c.lookup == lookup)
    )
    row = reading.execute(statement).first()
    return None if row is None else (_read(row), row.wrapped)


# Invitations.


def add_invitation(tx: Writing, code: bytes, role: Role, *, last_day: int) -> None:
    """One more; `code` is the hash of what was handed over."""
    tx.execute(_invitation.insert().values(code=code, role=role.value, last_day=last_day))


def invitation(reading: Reading, code: bytes, *, day: int) -> Role | None:
    """For which role it is, as long as it can be used."""
    statement = select(_invitation.c.role).where(_invitation.c.code == code, _invitation.c.last_day >= day)
    found = reading.execute(statement).scalar()
    return None if found is None else Role(found)


def use_invitation(tx: Writing, code: bytes) -> bool:
    """It works once: False when it was used."""
    return tx.execute(delete(_invitation).where(_invitation.c.code == code)).rowcount == 1


def forget_invitations(tx: Writing, *, before: int) -> int:
    """Drop those that ran out."""
    return tx.execute(delete(_invitation).where(_invitation.c.last_day < before)).rowcount


# Clients' grants.


def add_grant(tx: Writing, token: bytes, member_id: str, label: str, *, last_day: int) -> None:
    """A client may act for a person; `token` is the hash of what it holds."""
    tx.execute(_grant.insert().values(token=token, member=member_id, label=label, last_day=last_day))


_GRANTED = (
    select(_member)
    .join(_grant, _grant.c.member == _member.c.id)
    .where(_grant.c.token == bindparam("of"), _grant.c.last_day >= bindparam("day"))
)


def granted(reading: Reading, token: bytes, *, day: int) -> Member | None:
    """For whom a token acts."""
    row = reading.execute(_GRANTED, {"of": token, "day": day}).first()
    return None if row is None else _read(row)


def end_grant(tx: Writing, token: bytes) -> None:
    """The client may no longer."""
    tx.execute(delete(_grant).where(_grant.c.token == token))


def grants_of(reading: Reading, member: str) -> list[tuple[bytes, str, int]]:
    """(hash of the token, label, last day) of every client of a person."""
    rows = reading.execute(select(_grant).where(_grant.c.member == member).order_by(_grant.c.label, _grant.c.last_day))
    return [(row.token, row.label, row.last_day) for row in rows]


def end_grant_of(tx: Writing, member: str, token: bytes) -> None:
    """One of this person's clients may no longer."""
    tx.execute(delete(_grant).where(_grant.c.token == token, _grant.c.member == member))


def end_grants_of(tx: Writing, member: str) -> None:
    """None of this person's clients may any longer."""
    tx.execute(delete(_grant).where(_grant.c.member == member))


def forget_grants(tx: Writing, *, before: int) -> int:
    """Drop those that ran out."""
    return tx.execute(delete(_grant).where(_grant.c.last_day < before)).rowcount

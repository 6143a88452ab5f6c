"""The tables of referrals: what was asked here, what came in, letters, early messages, erasures. The only SQL here.

Rows have random keys and days. None of them names a member: who asked is known only inside that person's box.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, func, select, update

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing
from alongside_protocol import limits
from alongside_protocol.referral import FINAL, Numbering, State

from .rules import UNANSWERED, IfSilent

_asked = schema.asked
_incoming = schema.incoming
_letter = schema.letter
_early = schema.early
_erasure = schema.erasure
_beside = schema.beside

# Every message runs these, so they are built once.
_INCOMING = select(_incoming).where(_incoming.c.peer == bindparam("by"), _incoming.c.ref == bindparam("about"))
_WAITING_FOR = select(_incoming.c.state, _incoming.c.standing).where(_incoming.c.listing == bindparam("of"))
_ADD_INCOMING = _incoming.insert()
_CHANGE_INCOMING = update(_incoming).where(_incoming.c.peer == bindparam("by"), _incoming.c.ref == bindparam("about"))
_ADD_LETTER = _letter.insert()
_EARLY_OF = (
    select(_early).where(_early.c.peer == bindparam("by"), _early.c.ref == bindparam("about")).order_by(_early.c.n)
)


@dataclass(frozen=True)
class Asked:
    """A request of somebody here. `peer`: whom it went to; `mailbox`: where its letters lie."""

    ref: str
    peer: str
    mailbox: str
    state: State
    until: int
    sent: int
    numbering: Numbering
    problem: str | None = None
    reason: str | None = None
    final_day: int | None = None
    answer_by: int | None = None
    if_silent: IfSilent | None = None

    def at(self, **changes: Any) -> "Asked":
        """The same request, changed."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Incoming:
    """A request to somebody here. `key`: the listing's key it was sealed to; `consent`: what was agreed to, JSON.

    `later_day`: until when its people put off opening it; `company_day`: when one of them asked the others to join in.
    """

    peer: str
    ref: str
    listing: str
    key: str
    alias: str
    handle: bytes | None = field(repr=False)
    standing: str
    consent: str
    state: State
    until: int
    sent: int
    numbering: Numbering
    came: int
    final_day: int | None = None
    later_day: int | None = None
    company_day: int | None = None

    def at(self, **changes: Any) -> "Incoming":
        """The same request, changed."""
        return replace(self, **changes)

    @property
    def place(self) -> str:
        """Where its letters lie."""
        return place_of(self.peer, self.ref)


@dataclass(frozen=True)
class Letter:
    """One message, sealed. `id`: of the message it came in, which is part of its seal; `day`: days since 1970."""

    id: str
    place: str
    type: str
    ours: bool
    n: int
    sealed: bytes = field(repr=False)
    day: int


@dataclass(frozen=True)
class Early:
    """A message that came before those it follows."""

    peer: str
    ref: str
    n: int
    body: bytes = field(repr=False)
    kept_until: int


@dataclass(frozen=True)
class Erasure:
    """One community's part in deleting a request. `asked`: when that day began; `receipt`: its signed statement, None until it came."""

    ref: str
    peer: str
    asked: int
    receipt: str | None


def place_of(peer: str, ref: str) -> str:
    """Where the letters of a request that came in lie."""
    return f"{peer}:{ref}"


def copy_of(place: str, public: str) -> str:
    """Where the copies lie that one person beside those who offer can open."""
    return f"{place}:{public}"


def _numbering(row: Row[Any]) -> Numbering:
    return Numbering(row.seen, frozenset(json.loads(row.missing)))


# What was asked here.


def _asked_of(row: Row[Any]) -> Asked:
    return Asked(
        row.ref,
        row.peer,
        row.mailbox,
        State(row.state),
        row.until,
        row.sent,
        _numbering(row),
        row.problem,
        row.reason,
        row.final_day,
        row.answer_by,
        None if row.if_silent is None else IfSilent(row.if_silent),
    )


_ASKED = select(_asked).where(_asked.c.ref == bindparam("of"))
_REPLACE_ASKED = update(_asked).where(_asked.c.ref == bindparam("of"))
_ADD_ASKED = _asked.insert()


def asked(reading: Reading, ref: str) -> Asked | None:
    """By its reference."""
    row = reading.execute(_ASKED, {"of": ref}).first()
    return None if row is None else _asked_of(row)


def asked_of(reading: Reading, refs: Collection[str]) -> list[Asked]:
    """Several, by reference."""
    return [_asked_of(row) for row in reading.execute(select(_asked).where(_asked.c.ref.in_(refs)))]


def save_asked(tx: Writing, one: Asked) -> None:
    """Add a request, or replace what we have of it."""
    values = {
        "peer": one.peer,
        "mailbox": one.mailbox,
        "state": one.state.value,
        "until": one.until,
        "sent": one.sent,
        "seen": one.numbering.seen,
        "missing": json.dumps(sorted(one.numbering.missing)),
        "problem": one.problem,
        "reason": one.reason,
        "final_day": one.final_day,
        "answer_by": one.answer_by,
        "if_silent": None if one.if_silent is None else one.if_silent.value,
    }
    if tx.execute(_REPLACE_ASKED, {"of": one.ref, **values}).rowcount == 0:
        tx.execute(_ADD_ASKED, {"ref": one.ref, **values})


def remove_asked(tx: Writing, ref: str) -> None:
    """The row is gone; its letters are removed by `remove_letters`."""
    tx.execute(delete(_asked).where(_asked.c.ref == ref))


# What came in.


def _incoming_of(row: Row[Any]) -> Incoming:
    return Incoming(
        row.peer,
        row.ref,
        row.listing,
        row.key,
        row.alias,
        row.handle,
        row.standing,
        row.consent,
        State(row.state),
        row.until,
        row.sent,
        _numbering(row),
        row.came,
        row.final_day,
        row.later_day,
        row.company_day,
    )


def incoming(reading: Reading, peer: str, ref: str) -> Incoming | None:
    """By who sent it and its reference."""
    row = reading.execute(_INCOMING, {"by": peer, "about": ref}).first()
    return None if row is None else _incoming_of(row)


def incoming_of(reading: Reading, listings: Collection[str]) -> list[Incoming]:
    """Everything that came in for these listings."""
    return [_incoming_of(row) for row in reading.execute(select(_incoming).where(_incoming.c.listing.in_(listings)))]


def incoming_from(reading: Reading, peer: str) -> list[Incoming]:
    """Everything that came from a peer."""
    return [_incoming_of(row) for row in reading.execute(select(_incoming).where(_incoming.c.peer == peer))]


def asked_from(reading: Reading, peer: str) -> list[Asked]:
    """Everything that was asked of a peer."""
    return [_asked_of(row) for row in reading.execute(select(_asked).where(_asked.c.peer == peer))]


def of_handle(reading: Reading, handle: bytes) -> list[Incoming]:
    """Everything that is open here of who has a handle: it goes when a request ends."""
    return [_incoming_of(row) for row in reading.execute(select(_incoming).where(_incoming.c.handle == handle))]


def waiting_for(reading: Reading, listing: str) -> list[tuple[State, str]]:
    """(state, standing) of everything that came in for a listing."""
    return [(State(row.state), row.standing) for row in reading.execute(_WAITING_FOR, {"of": listing})]


def count_open(reading: Reading, listings: Collection[str], states: Sequence[State], *, today: int) -> int:
    """How many requests for these listings are in one of these states; not those that were put off until a later day."""
    statement = (
        select(func.count())
        .select_from(_incoming)
        .where(_incoming.c.listing.in_(listings), _incoming.c.state.in_([state.value for state in states]))
        .where(func.coalesce(_incoming.c.later_day, 0) <= today)
    )
    found: int = reading.execute(statement).scalar_one()
    return found


def save_incoming(tx: Writing, one: Incoming) -> None:
    """Add a request, or replace what we have of it."""
    values = {
        "listing": one.listing,
        "key": one.key,
        "alias": one.alias,
        "handle": one.handle,
        "standing": one.standing,
        "consent": one.consent,
        "state": one.state.value,
        "until": one.until,
        "sent": one.sent,
        "seen": one.numbering.seen,
        "missing": json.dumps(sorted(one.numbering.missing)),
        "came": one.came,
        "final_day": one.final_day,
        "later_day": one.later_day,
        "company_day": one.company_day,
    }
    if tx.execute(_CHANGE_INCOMING, {"by": one.peer, "about": one.ref, **values}).rowcount == 0:
        tx.execute(_ADD_INCOMING, {"peer": one.peer, "ref": one.ref, **values})


def remove_incoming(tx: Writing, peer: str, refs: Collection[str]) -> int:
    """Requests with their letters and what came early; returns how many there were."""
    places = [place_of(peer, ref) for ref in refs]
    known = (_beside.c.peer == peer) & _beside.c.ref.in_(refs)
    copies = [row.public for row in tx.execute(select(_beside.c.public).where(known))]
    remove_letters(tx, [*places, *(copy_of(place, public) for place in places for public in copies)])
    tx.execute(delete(_beside).where(known))
    tx.execute(delete(_early).where(_early.c.peer == peer, _early.c.ref.in_(refs), _early.c.n > 0))
    return tx.execute(delete(_incoming).where(_incoming.c.peer == peer, _incoming.c.ref.in_(refs))).rowcount


# Those beside.


@dataclass(frozen=True)
class Besides:
    """One more person who could answer a request. `name`: sealed to the listing's key; who it is stands only in their box."""

    public: str
    peer: str
    ref: str
    name: bytes = field(repr=False)


def besides_of(reading: Reading, peer: str, ref: str) -> list[Besides]:
    """Those of one request."""
    rows = reading.execute(select(_beside).where(_beside.c.peer == peer, _beside.c.ref == ref))
    return [Besides(row.public, row.peer, row.ref, row.name) for row in rows]


def add_beside(tx: Writing, one: Besides) -> None:
    """One more."""
    tx.execute(_beside.insert().values(public=one.public, peer=one.peer, ref=one.ref, name=one.name))


def remove_beside(tx: Writing, public: str, peer: str, ref: str) -> None:
    """One of them, with the copies that they could open."""
    remove_letters(tx, [copy_of(place_of(peer, ref), public)])
    tx.execute(delete(_beside).where(_beside.c.public == public))


# Letters.


def letters(reading: Reading, place: str) -> list[Letter]:
    """Everything at one place, in the order in which it was written or came, as far as days tell; then ours first."""
    statement = (
        select(_letter).where(_letter.c.place == place).order_by(_letter.c.day, _letter.c.n, _letter.c.ours.desc())
    )
    return [
        Letter(row.id, row.place, row.type, row.ours, row.n, row.sealed, row.day) for row in reading.execute(statement)
    ]


def add_letter(tx: Writing, letter: Letter) -> None:
    """One more."""
    values = {
        "id": letter.id,
        "place": letter.place,
        "type": letter.type,
        "ours": letter.ours,
        "n": letter.n,
        "sealed": letter.sealed,
        "day": letter.day,
    }
    tx.execute(_ADD_LETTER, values)


def has_letter(reading: Reading, letter_id: str) -> bool:
    """Whether there is one of this id, anywhere."""
    return reading.execute(select(_letter.c.id).where(_letter.c.id == letter_id)).first() is not None


def remove_letters(tx: Writing, places: Sequence[str]) -> None:
    """Everything at these places."""
    tx.execute(delete(_letter).where(_letter.c.place.in_(places)))


# Early messages.


def keep_early(tx: Writing, early: Early) -> None:
    """Keep one; the same again changes nothing."""
    same = (_early.c.peer == early.peer) & (_early.c.ref == early.ref) & (_early.c.n == early.n)
    if tx.execute(select(_early.c.n).where(same)).first() is None:
        tx.execute(
            _early.insert().values(
                peer=early.peer, ref=early.ref, n=early.n, body=early.body, kept_until=early.kept_until
            )
        )


def early_of(reading: Reading, peer: str, ref: str) -> list[Early]:
    """What came early about one request, by number."""
    rows = reading.execute(_EARLY_OF, {"by": peer, "about": ref})
    return [Early(row.peer, row.ref, row.n, row.body, row.kept_until) for row in rows]


def count_early(reading: Reading, peer: str) -> int:
    """How many of a peer's messages are kept."""
    statement = select(func.count()).select_from(_early).where(_early.c.peer == peer, _early.c.n > 0)
    found: int = reading.execute(statement).scalar_one()
    return found


def count_erased(reading: Reading, peer: str) -> int:
    """Of how many references of a peer it is remembered that they were erased."""
    statement = select(func.count()).select_from(_early).where(_early.c.peer == peer, _early.c.n == 0)
    found: int = reading.execute(statement).scalar_one()
    return found


def take_early(tx: Writing, early: Early) -> None:
    """It applied, or is dropped."""
    same = (_early.c.peer == early.peer) & (_early.c.ref == early.ref) & (_early.c.n == early.n)
    tx.execute(delete(_early).where(same))


def overdue_early(reading: Reading, now: int) -> list[Early]:
    """Kept longer than they are."""
    return [
        Early(row.peer, row.ref, row.n, row.body, row.kept_until)
        for row in reading.execute(select(_early).where(_early.c.kept_until <= now).limit(1_000))
    ]


# Erasures.


def add_erasure(tx: Writing, ref: str, peer: str, *, now: int) -> None:
    """A community was asked to delete. The day is kept, not the hour at which somebody pressed a button."""
    if tx.execute(select(_erasure.c.ref).where(_erasure.c.ref == ref)).first() is None:
        tx.execute(_erasure.insert().values(ref=ref, peer=peer, asked=now - now % limits.DAY, receipt=None))


def remove_erasures(tx: Writing, refs: Collection[str]) -> None:
    """Those about these requests."""
    tx.execute(delete(_erasure).where(_erasure.c.ref.in_(refs)))


def confirm_erasure(tx: Writing, refs: Collection[str], peer: str, receipt: str) -> int:
    """It says that it did; returns for how many of these requests we had asked."""
    mine = (_erasure.c.ref.in_(refs)) & (_erasure.c.peer == peer)
    return tx.execute(update(_erasure).where(mine).values(receipt=receipt)).rowcount


def erasures_of(reading: Reading, refs: Collection[str]) -> list[Erasure]:
    """Those about these requests."""
    statement = select(_erasure).where(_erasure.c.ref.in_(refs))
    return [Erasure(row.ref, row.peer, row.asked, row.receipt) for row in reading.execute(statement)]


# By schedule.

_OPEN: Final = [state.value for state in State if state not in FINAL]


def past_until(reading: Reading, now: int) -> tuple[list[Asked], list[Incoming]]:
    """Open requests whose date has passed."""
    mine = select(_asked).where(_asked.c.state.in_(_OPEN), _asked.c.until <= now)
    theirs = select(_incoming).where(_incoming.c.state.in_(_OPEN), _incoming.c.until <= now)
    return (
        [_asked_of(row) for row in reading.execute(mine)],
        [_incoming_of(row) for row in reading.execute(theirs)],
    )


def unanswered(reading: Reading, day: int, limit: int = 200) -> list[Asked]:
    """What nobody has answered by the day that the person set, so that it is for us to act."""
    states = [state.value for state in UNANSWERED]
    statement = select(_asked).where(_asked.c.answer_by < day, _asked.c.state.in_(states)).limit(limit)
    return [_asked_of(row) for row in reading.execute(statement)]


def ended_before(reading: Reading, day: int) -> tuple[list[Asked], list[Incoming]]:
    """Requests that ended before a day."""
    mine = select(_asked).where(_asked.c.final_day < day)
    theirs = select(_incoming).where(_incoming.c.final_day < day)
    return (
        [_asked_of(row) for row in reading.execute(mine)],
        [_incoming_of(row) for row in reading.execute(theirs)],
    )


def forget_erasures(tx: Writing, *, before: int) -> None:
    """Drop what was asked before an instant, answered or not."""
    tx.execute(delete(_erasure).where(_erasure.c.asked < before))

"""Asking, with a client that seals by itself (section 6 of the specification; safety.md, "At rest").

The client takes what it needs from `/addressees`, seals with the protocol's `consent.seal_request`, and sends the message with its own
letter and box, sealed to its person. Nothing here opens any of it; whoever knows a mailbox may read what lies there, sealed.
"""

from typing import Annotated

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from alongside_node.delivery import actions as delivery
from alongside_node.foundation.database import Reading, Writing
from alongside_node.members import actions as members
from alongside_node.referrals import asking, sealed_elsewhere
from alongside_node.referrals.rules import LONGEST_DAYS
from alongside_node.referrals.store import Asked, Letter
from alongside_protocol import base64url
from alongside_protocol.consent import Standing
from alongside_protocol.identifiers import RecordId, new_record_id
from alongside_protocol.messages import Reason
from alongside_protocol.referral import Move, State
from alongside_protocol.text_forms import BYTES_16

from .caller import Calling
from .forms import (
    Caller,
    Day,
    Form,
    Instant,
    Key,
    MessageText,
    NodeName,
    PathId,
    PathNode,
    RandomId,
    SealedText,
    day_text,
)
from .problems import Problem, ProblemError


class AddresseeAnswer(Form):
    """What a client needs to seal a request: the protocol's `Recipient`, who we are, and what can be promised to whom."""

    me: NodeName
    node: NodeName
    node_key: Key
    node_key_exp: Instant
    listing: RandomId
    listing_keys: tuple[Key, ...]
    commitments: Annotated[str, Field(description="The hash of who may be called, which the consent pins.")]
    standing: Standing
    longest_days: int
    title: str
    lang: str
    community: str


class BoxAnswer(Form):
    """A person's box, sealed to them: their mailboxes, and what each node knows them by."""

    member: RandomId
    node: NodeName
    box: SealedText
    rev: int


class Asking(Form):
    """A request. `message`: sealed to those who offer; `letter` and `box`: sealed to the person themselves."""

    message: MessageText
    mailbox: RandomId
    letter: SealedText
    box: SealedText
    box_rev: Annotated[int, Field(ge=0)]


class WritingOn(Form):
    """A further message, or agreeing again, with the person's own letter."""

    mailbox: RandomId
    message: MessageText
    letter: SealedText


class Mailbox(Form):
    """What says that a request is yours."""

    mailbox: RandomId


class LetterAnswer(Form):
    """One message, sealed. `id`, `type`, `n` are part of its seal; `ours`: kept by the one who wrote it."""

    id: RandomId
    type: str
    ours: bool
    n: int
    day: Day
    sealed: str


class RequestAnswer(Form):
    """Where a request is. `sent`: the number of our last message; `problem`, `reason`: why it went no further."""

    ref: RandomId
    peer: NodeName
    state: State
    until: Instant
    sent: int
    problem: str | None
    reason: Reason | None


class ThreadAnswer(RequestAnswer):
    """A request with everything written. `delivered`: nothing of it waits here to leave."""

    delivered: bool
    letters: tuple[LetterAnswer, ...]


class ReceiptAnswer(Form):
    """What became of "delete this". `receipt`: the community's signed statement; `late`: it has not answered yet."""

    ref: RandomId
    peer: NodeName
    asked: Instant
    confirmed: int | None
    backups_until: int | None
    late: bool
    receipt: str | None


def letter_answer(letter: Letter) -> LetterAnswer:
    """As a client gets it."""
    return LetterAnswer(
        id=letter.id,
        type=letter.type,
        ours=letter.ours,
        n=letter.n,
        day=day_text(letter.day),
        sealed=base64url.encode(letter.sealed),
    )


def _row(row: Asked) -> RequestAnswer:
    return RequestAnswer(
        ref=row.ref,
        peer=row.peer,
        state=row.state,
        until=row.until,
        sent=row.sent,
        problem=row.problem,
        reason=None if row.reason is None else Reason(row.reason),
    )


async def addressee(caller: Caller, node: PathNode, listing: PathId) -> AddresseeAnswer:
    """Whom a request would go to, as the verified directory says now."""
    keyring, viewer, now = caller.edge.keys(), caller.viewer, caller.now
    to = await caller.edge.read(lambda reading: asking.addressee(reading, keyring, node, listing, viewer, now=now))
    recipient = to.recipient
    return AddresseeAnswer(
        me=caller.me,
        node=recipient.node,
        node_key=recipient.node_key.text,
        node_key_exp=recipient.node_key_exp,
        listing=recipient.listing,
        listing_keys=tuple(key.text for key in recipient.listing_keys),
        commitments=to.shown,
        standing=Standing.MEMBER,
        longest_days=LONGEST_DAYS,
        title=to.listing.title,
        lang=to.listing.lang,
        community=to.community,
    )


async def box(caller: Caller) -> BoxAnswer:
    """Your box, sealed; only your own key opens it."""
    member = caller.member
    return BoxAnswer(member=member.id, node=caller.me, box=base64url.encode(member.box), rev=member.box_rev)


async def ask(caller: Caller, body: Asking) -> RequestAnswer:
    """Let a request leave that the client sealed, with its letter and box: all of it or nothing.

    The node checks its form, where it goes, how long it lives, and that the box was not changed meanwhile. Twelve in a day at most. Not for guests: the seal says
    whether a member or a guest asks, the sending node vouches for it, and it cannot look into what a client sealed.
    """
    edge, now, member = caller.edge, caller.now, caller.member
    keyring = edge.keys()
    begun = sealed_elsewhere.begin(
        base64url.decode(body.message),
        mailbox=RecordId(body.mailbox),
        letter=(new_record_id(edge.random), base64url.decode(body.letter)),
        me=caller.me,
        now=now,
    )
    box = sealed_elsewhere.check_sealed(base64url.decode(body.box))
    caller.api.asking.take(member.id, now)

    def work(tx: Writing) -> None:
        sealed_elsewhere.take_first(tx, begun, keyring=keyring, now=now)
        members.put_box(tx, member.id, box, rev=body.box_rev)

    await edge.write(work)
    return _row(begun.row)


def _known(reading: Reading, ref: str, mailbox: str) -> Asked:
    row = sealed_elsewhere.find(reading, ref, mailbox)
    if row is None:
        raise ProblemError(Problem.NOT_FOUND)
    return row


async def one(caller: Caller, ref: PathId, mailbox: Annotated[str, Query(pattern=BYTES_16)]) -> ThreadAnswer:
    """A request, with everything that was written about it, sealed."""

    def look(reading: Reading) -> ThreadAnswer:
        row = _known(reading, ref, mailbox)
        return ThreadAnswer(
            **dict(_row(row)),
            delivered=not delivery.refs_waiting(reading, [ref]),
            letters=tuple(map(letter_answer, sealed_elsewhere.letters(reading, row))),
        )

    return await caller.edge.read(look)


async def write_on(caller: Caller, ref: PathId, body: WritingOn) -> RequestAnswer:
    """Write to those who said yes, or agree to promises that changed: a message that the client sealed."""
    edge, now = caller.edge, caller.now
    keyring = edge.keys()
    message, letter = base64url.decode(body.message), (new_record_id(edge.random), base64url.decode(body.letter))

    def work(tx: Writing) -> Asked:
        row = _known(tx, ref, body.mailbox)
        sealed_elsewhere.take_step(tx, message, row, letter=letter, keyring=keyring, now=now)
        return _known(tx, ref, body.mailbox)

    return _row(await edge.write(work))


async def _leave(caller: Calling, ref: str, mailbox: str, move: Move) -> RequestAnswer:
    edge, now = caller.edge, caller.now
    keyring, random = edge.keys(), edge.random

    def work(tx: Writing) -> Asked:
        row = _known(tx, ref, mailbox)
        asking.take(tx, asking.leave_row(row, move, keyring=keyring, now=now, random=random), now=now)
        return _known(tx, ref, mailbox)

    return _row(await edge.write(work))


async def withdraw(caller: Caller, ref: PathId, body: Mailbox) -> RequestAnswer:
    """Take a request back; what has not left does not leave any more."""
    return await _leave(caller, ref, body.mailbox, Move.WITHDRAW)


async def close(caller: Caller, ref: PathId, body: Mailbox) -> RequestAnswer:
    """It is finished."""
    return await _leave(caller, ref, body.mailbox, Move.CLOSE)


async def erase(caller: Caller, ref: PathId, body: Mailbox) -> Response:
    """Delete a request here, and have it deleted at their community, whose statement then lies under `/receipt`."""
    edge, now = caller.edge, caller.now

    def work(tx: Writing) -> None:
        asking.erase(tx, _known(tx, ref, body.mailbox).ref, me=caller.me, now=now, random=edge.random)

    await edge.write(work)
    return Response(status_code=204)


async def receipt(caller: Caller, ref: PathId) -> ReceiptAnswer:
    """What the community says about deleting it, for whoever knows the reference."""
    now = caller.now
    found = await caller.edge.read(lambda reading: asking.erased_of(reading, ref, now=now))
    if found is None:
        raise ProblemError(Problem.NOT_FOUND)
    return ReceiptAnswer(
        ref=RecordId(found.ref),
        peer=found.peer,
        asked=found.asked,
        confirmed=found.confirmed,
        backups_until=found.backups_until,
        late=found.late,
        receipt=found.receipt,
    )

"""The side of those who offer: what was asked of them, sealed as it is stored, and their answers, sealed by their client (section 6).

They see an alias, never who it is. With each request come the listing's keys, sealed to the person: only their own key opens them.
"""

import json

from alongside_node.foundation.database import Reading, Writing
from alongside_node.listings import actions as listings
from alongside_node.referrals import answering, sealed_elsewhere
from alongside_node.referrals.store import Incoming, Letter
from alongside_protocol import base64url
from alongside_protocol.consent import Field, Standing
from alongside_protocol.identifiers import new_record_id
from alongside_protocol.referral import State

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


class Agreed(Form):
    """What the person who asks agreed to send, and until when."""

    purpose: str
    fields: tuple[Field, ...]
    until: Instant


class IncomingRow(Form):
    """A request to you. `key`: the listing's key it is sealed to; `sent`: the number of your side's last message."""

    peer: NodeName
    ref: RandomId
    listing: RandomId
    key: Key
    alias: str
    standing: Standing
    consent: Agreed
    state: State
    until: Instant
    sent: int
    came: Day


class Share(Form):
    """The private half of a listing's key, sealed to you."""

    public: Key
    listing: RandomId
    sealed: str


class Everything(Form):
    """Everything that came in for what you keep; what waits for an answer first."""

    requests: tuple[IncomingRow, ...]
    keys: tuple[Share, ...]


class InnerSeal(Form):
    """What somebody wrote: sealed to a one-time key, and that key to each of the listing's keys."""

    words: str
    keys: dict[str, str]


class IncomingLetter(Form):
    """One message. Theirs has an `inner` seal; yours was `sealed` to the listing's key by whoever wrote it."""

    id: RandomId
    type: str
    ours: bool
    n: int
    day: Day
    inner: InnerSeal | None
    sealed: str | None


class IncomingThread(IncomingRow):
    """One request, with everything that was written about it."""

    letters: tuple[IncomingLetter, ...]
    keys: tuple[Share, ...]


class Answering(Form):
    """An answer. `message`: sealed to the reply key, or without a word; `letter`: the same words, sealed to the listing's key."""

    message: MessageText
    letter: SealedText | None = None


def _row(row: Incoming) -> IncomingRow:
    said = json.loads(row.consent)
    return IncomingRow(
        peer=row.peer,
        ref=row.ref,
        listing=row.listing,
        key=row.key,
        alias=row.alias,
        standing=Standing(row.standing),
        consent=Agreed(
            purpose=said["purpose"],
            fields=tuple(Field(name) for name in said["fields"]),
            until=said["until"],
        ),
        state=row.state,
        until=row.until,
        sent=row.sent,
        came=day_text(row.came),
    )


def _letter(letter: Letter) -> IncomingLetter:
    inner = None
    if not letter.ours:
        found = answering.read_inner(letter.sealed)
        keys = {name: base64url.encode(wrapped) for name, wrapped in found.keys.items()}
        inner = InnerSeal(words=base64url.encode(found.words), keys=keys)
    return IncomingLetter(
        id=letter.id,
        type=letter.type,
        ours=letter.ours,
        n=letter.n,
        day=day_text(letter.day),
        inner=inner,
        sealed=base64url.encode(letter.sealed) if letter.ours else None,
    )


def _shares(reading: Reading, member: str) -> tuple[Share, ...]:
    return tuple(
        Share(public=share.public, listing=share.listing, sealed=base64url.encode(share.sealed))
        for share in listings.shares_of(reading, member)
    )


async def everything(caller: Caller) -> Everything:
    """Everything that was asked of you, with your listings' keys, sealed to you."""
    member = caller.member

    def look(reading: Reading) -> Everything:
        rows = answering.rows(reading, member)
        return Everything(requests=tuple(map(_row, rows)), keys=_shares(reading, member.id))

    return await caller.edge.read(look)


def _known(reading: Reading, caller: Calling, peer: str, ref: str) -> Incoming:
    row = answering.find(reading, caller.member, peer, ref)
    if row is None:
        raise ProblemError(Problem.NOT_FOUND)
    return row


async def one(caller: Caller, peer: PathNode, ref: PathId) -> IncomingThread:
    """One request, with everything that was written about it, sealed."""

    def look(reading: Reading) -> IncomingThread:
        row = _known(reading, caller, peer, ref)
        keys = tuple(share for share in _shares(reading, caller.member.id) if share.listing == row.listing)
        return IncomingThread(
            **dict(_row(row)), letters=tuple(map(_letter, sealed_elsewhere.letters(reading, row))), keys=keys
        )

    return await caller.edge.read(look)


async def answer(caller: Caller, peer: PathNode, ref: PathId, body: Answering) -> IncomingRow:
    """Accept, put on a waiting list, decline, write on or close: a message of that type, written by the client.

    Declining and closing need no word; then nothing in the message is sealed.
    """
    edge, now = caller.edge, caller.now
    message = base64url.decode(body.message)
    letter = None if body.letter is None else (new_record_id(edge.random), base64url.decode(body.letter))

    def work(tx: Writing) -> Incoming:
        row = _known(tx, caller, peer, ref)
        sealed_elsewhere.take_answer(tx, message, row, letter=letter, me=caller.me, now=now)
        return _known(tx, caller, peer, ref)

    return _row(await edge.write(work))

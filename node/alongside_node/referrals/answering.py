"""The side of the person who offers: reading what came in, answering, closing (section 6 of the specification).

Words are opened with the listing's key, which only its holders have, and answered to the one-time key that lay in them. Whoever answers
sees an alias and never learns who asked, unless that person wrote it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from alongside_node.foundation.database import Reading, Writing
from alongside_node.identity.actions import Keyring
from alongside_node.listings import actions as listings
from alongside_node.members.actions import Member, Person
from alongside_protocol import base64url, sealing
from alongside_protocol.consent import Answer, Beside, Field, seal_answer
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId, Random, RecordId, new_record_id
from alongside_protocol.messages import Type
from alongside_protocol.opening import Asked as AskedWords
from alongside_protocol.opening import Inner, open_asked, open_beside, open_words
from alongside_protocol.referral import FINAL, Move, Party, State, may, step
from alongside_protocol.sealing import Context, SealPrivateKey, SealPublicKey

from . import rules, sending, store
from .store import Incoming, Letter

_TYPES: Final[Mapping[Move, Type]] = {
    Move.ACCEPT: Type.ACCEPT,
    Move.WAITLIST: Type.WAITLIST,
    Move.DECLINE: Type.DECLINE,
    Move.MESSAGE: Type.MESSAGE,
    Move.CLOSE: Type.CLOSE,
}
_ALWAYS_SEALED: Final = frozenset({Move.ACCEPT, Move.WAITLIST, Move.MESSAGE})
_OWN: Final = "ours"


def dump_inner(inner: Inner) -> bytes:
    """The inner seal as it is stored: nobody here can open it but the holders."""
    keys = {name: base64url.encode(wrapped) for name, wrapped in inner.keys.items()}
    return json.dumps({"words": base64url.encode(inner.words), "keys": keys}).encode("ascii")


def read_inner(raw: bytes) -> Inner:
    """As stored."""
    said: dict[str, Any] = json.loads(raw)
    return Inner(base64url.decode(said["words"]), {name: base64url.decode(text) for name, text in said["keys"].items()})


@dataclass(frozen=True)
class Said:
    """One message, opened. `ours`: written by those who offer; `words` is empty when it does not open (any more)."""

    ours: bool
    kind: str
    n: int
    words: str
    day: int


@dataclass(frozen=True)
class Opened:
    """A request as one of the people who offer sees it. `asked` is None when it cannot be opened with a key of theirs."""

    row: Incoming
    asked: AskedWords | None = field(repr=False)
    said: tuple[Said, ...] = field(repr=False)


def _consent_fields(row: Incoming) -> list[Field]:
    return [Field(name) for name in json.loads(row.consent)["fields"]]


def keys_of(reading: Reading, person: Person, *, me: NodeId) -> dict[str, SealPrivateKey]:
    """Every listing key this person has: public half → key."""
    return {
        share.public: listings.open_share(person, share, node=me)
        for share in listings.shares_of(reading, person.member.id)
    }


def waiting(reading: Reading, member: Member, *, now: int) -> int:
    """How many requests wait for this person's answer, and were not put off until a later day."""
    mine = [offering.id for offering in listings.of_member(reading, member.id)]
    return store.count_open(reading, mine, [State.OFFERED], today=rules.day(now)) if mine else 0


def count_waiting(reading: Reading, listing: str, *, now: int) -> int:
    """How many requests wait for an answer about one listing, and were not put off."""
    return store.count_open(reading, [listing], [State.OFFERED], today=rules.day(now))


def rows(reading: Reading, member: Member) -> list[Incoming]:
    """Everything that came in for what this person offers; what waits for an answer first."""
    mine = [offering.id for offering in listings.of_member(reading, member.id)]
    return in_order(store.incoming_of(reading, mine) if mine else [])


def in_order(several: Sequence[Incoming]) -> list[Incoming]:
    """What waits for an answer first; in it, what was put off last."""
    order = [State.OFFERED, State.WAITLISTED, State.ACCEPTED, State.PAUSED, State.PAUSED_WAITLISTED]
    place = {state: number for number, state in enumerate(order)}
    return sorted(several, key=lambda row: (place.get(row.state, len(order)), row.later_day or 0, -row.came))


def let_in(reading: Reading, row: Incoming) -> set[str]:
    """Keys of those beside the people who offer to whom the one who asked said yes: they sealed to them."""
    ready = {one.public for one in store.besides_of(reading, row.peer, row.ref)}
    if not ready:
        return set()
    theirs = [letter for letter in store.letters(reading, row.place) if not letter.ours]
    return ready.intersection(name for letter in theirs for name in read_inner(letter.sealed).keys)


def find(reading: Reading, member: Member, peer: str, ref: str) -> Incoming | None:
    """One of them; None for every other, which costs the same as what is not there."""
    mine = {offering.id for offering in listings.of_member(reading, member.id)}
    row = store.incoming(reading, peer, ref)
    return row if row is not None and row.listing in mine else None


def opened(reading: Reading, row: Incoming, keys: Mapping[str, SealPrivateKey], *, me: NodeId) -> Opened:
    """Open everything of a request with the listing's keys."""
    beside = [public for public in let_in(reading, row) if public in keys]
    letters = store.letters(reading, row.place)
    if beside:  # what those who offer wrote lies there for them in a copy of their own
        places = (store.copy_of(row.place, public) for public in beside)
        copies = [letter for place in places for letter in store.letters(reading, place)]
        theirs = [letter for letter in letters if not letter.ours]
        letters = sorted([*theirs, *copies], key=lambda letter: (letter.day, letter.n, not letter.ours))
    asked: AskedWords | None = None
    said: list[Said] = []
    for letter in letters:
        if letter.type == Type.OFFER and not letter.ours:
            asked = _asked(letter, row, keys, me) or asked
            words = asked.fields.get(Field.WORDS, "") if asked else ""
            said = [one for one in said if one.kind != "offer"]  # agreed again: the same words once more
            said.insert(0, Said(False, "offer", letter.n, words, letter.day))
        elif letter.ours:
            said.append(Said(True, letter.type.removeprefix("referral."), letter.n, _own(letter, keys, me), letter.day))
        else:
            asked = asked or _given(letter, row, keys, me)
            said.append(Said(False, "message", letter.n, _words(letter, row, keys, me), letter.day))
    return Opened(row, asked, tuple(said))


def _context(letter: Letter, row: Incoming, me: NodeId) -> Context:
    return Context(from_=row.peer, to=me, id=letter.id, type=letter.type, ref=row.ref, n=letter.n)


def _asked(letter: Letter, row: Incoming, keys: Mapping[str, SealPrivateKey], me: NodeId) -> AskedWords | None:
    inner = read_inner(letter.sealed)
    for name in inner.keys:
        if name in keys:
            try:
                return open_asked(inner, keys[name], _context(letter, row, me), agreed=_consent_fields(row))
            except Refused:
                return None
    return None


def _given(letter: Letter, row: Incoming, keys: Mapping[str, SealPrivateKey], me: NodeId) -> AskedWords | None:
    """What somebody beside them was given with the yes."""
    inner = read_inner(letter.sealed)
    for name in inner.keys:
        if name in keys and name != row.key:
            try:
                return open_beside(inner, keys[name], _context(letter, row, me), agreed=_consent_fields(row))
            except Refused:
                return None
    return None


def _words(letter: Letter, row: Incoming, keys: Mapping[str, SealPrivateKey], me: NodeId) -> str:
    inner = read_inner(letter.sealed)
    for name in inner.keys:
        if name in keys:
            try:
                return open_words(inner, keys[name], _context(letter, row, me))
            except Refused:
                return ""
    return ""


def _own_context(place: str, me: NodeId, n: int) -> Context:
    return Context(from_=me, to=me, id="", type=_OWN, ref=place, n=n)


def _own(letter: Letter, keys: Mapping[str, SealPrivateKey], me: NodeId) -> str:
    sealed_for = _own_context(letter.place, me, letter.n)
    for key in keys.values():
        try:
            return sealing.open(letter.sealed, key, sealed_for).decode("utf-8")
        except Refused:
            continue
    return ""


# Answering.


@dataclass(frozen=True)
class Step:
    """A move of those who offer, prepared."""

    peer: str
    ref: str
    move: Move
    outgoing: sending.Outgoing
    letter: Letter | None
    copies: tuple[Letter, ...] = ()
    """The same words, for those beside."""


def prepare(  # noqa: PLR0913 - everything that an answer is made of, by name
    request: Opened,
    move: Move,
    words: str,
    *,
    suggest: Sequence[tuple[str, str]] = (),
    beside: Beside | None = None,
    let_in: Sequence[str] = (),
    keyring: Keyring,
    now: int,
    random: Random,
) -> Step:
    """Seal an answer, or say without a word that it is declined or closed.

    `suggest`: (node, listing) of others to ask; `beside`: one more person, whom the one who asked is asked about; `let_in`: keys of those
    who read it already.

    Raises `Refused`: `seal` when the request cannot be opened, and so nothing can be answered to it; as `consent.seal_answer`.
    """
    row, kind = request.row, _TYPES[move]
    n = row.sent + 1
    answers = move in _ALWAYS_SEALED or (move is Move.DECLINE and bool(words.strip() or suggest))
    if not answers:
        return Step(
            row.peer,
            row.ref,
            move,
            sending.sign(kind, me=keyring.id, to=row.peer, ref=row.ref, n=n, now=now, random=random),
            None,
        )
    if request.asked is None:
        raise Refused(Code.SEAL, "this request does not open with a key of yours")
    sealed = seal_answer(
        Answer(
            words,
            tuple(RecordId(name) for node, name in suggest if node == keyring.id),
            tuple((NodeId(node), RecordId(name)) for node, name in suggest if node != keyring.id),
            beside,
        ),
        reply=request.asked.reply,
        context=sending.context(me=keyring.id, to=row.peer, kind=kind, ref=row.ref, n=n, random=random),
        now=now,
        until=row.until,
    )
    places = {row.key: row.place, **{public: store.copy_of(row.place, public) for public in let_in}}
    letter, *copies = (
        Letter(
            new_record_id(random),
            place,
            kind.value,
            ours=True,
            n=n,
            sealed=sealing.seal(
                words.encode("utf-8"), SealPublicKey.from_text(key), _own_context(place, keyring.id, n)
            ),
            day=rules.day(now),
        )
        for key, place in places.items()
    )
    return Step(row.peer, row.ref, move, sending.sealed_message(sealed, now=now), letter, tuple(copies))


def take(tx: Writing, prepared: Step, *, now: int) -> None:
    """Make a prepared move. Raises `Refused` (`move`) when the table does not have it now, or another came first; `busy`."""
    row = store.incoming(tx, prepared.peer, prepared.ref)
    if row is None or not may(row.state, Party.HOLDER, prepared.move) or row.sent + 1 != prepared.outgoing.envelope.n:
        raise Refused(Code.MOVE, "that is no longer possible")
    move_on(tx, row, prepared.move, now=now)
    if prepared.letter is not None:
        store.add_letter(tx, prepared.letter)
    for copy in prepared.copies:
        store.add_letter(tx, copy)
    sending.enqueue(tx, prepared.outgoing, now=now)


def move_on(tx: Writing, row: Incoming, move: Move, *, now: int) -> Incoming:
    """The row after a move of this side that takes a number."""
    after = step(row.state, Party.HOLDER, move)
    final = rules.day(now) if after in FINAL and row.final_day is None else row.final_day
    handle = None if after in FINAL else row.handle
    moved = row.at(state=after, sent=row.sent + 1, final_day=final, handle=handle)
    store.save_incoming(tx, moved)
    return moved


def seats(reading: Reading, listing: str) -> tuple[int, Incoming | None]:
    """(how many were accepted and still go on, who comes next): who has waited longest, and of one day by the lot of a random name."""
    rows_ = store.incoming_of(reading, [listing])
    line = sorted((row for row in rows_ if row.state is State.WAITLISTED), key=lambda row: (row.came, row.ref))
    return sum(row.state is State.ACCEPTED for row in rows_), line[0] if line else None


def something_open(reading: Reading, listing: str) -> bool:
    """Whether anything that came in for a listing still goes on."""
    return any(row.state in rules.OPEN for row in store.incoming_of(reading, [listing]))


def end_all(tx: Writing, person: Person, handle: bytes, *, keyring: Keyring, now: int, random: Random) -> int:
    """Whoever has this handle is blocked: what they have open with this person ends without a word. How many."""
    mine = {offering.id for offering in listings.of_member(tx, person.member.id)}
    return sum(_end(tx, row, keyring, now, random) for row in store.of_handle(tx, handle) if row.listing in mine)


def listing_changed(tx: Writing, listing: str, *, keyring: Keyring, now: int, random: Random) -> None:
    """Who may be called has changed: everything that waits for an answer waits for the person to agree again."""
    for row in store.incoming_of(tx, [listing]):
        if may(row.state, Party.HOLDER, Move.PAUSE):
            moved = move_on(tx, row, Move.PAUSE, now=now)
            outgoing = sending.sign(
                Type.PAUSE, me=keyring.id, to=row.peer, ref=row.ref, n=moved.sent, now=now, random=random
            )
            sending.enqueue(tx, outgoing, now=now)


def forget_words(tx: Writing, listing: str) -> None:
    """Its last person left: what was written to and by them goes now, not two weeks after the end."""
    for row in store.incoming_of(tx, [listing]):
        store.remove_letters(tx, [row.place])
        for one in store.besides_of(tx, row.peer, row.ref):
            store.remove_beside(tx, one.public, row.peer, row.ref)


def listing_unseen(tx: Writing, listing: str, *, keyring: Keyring, now: int, random: Random) -> None:
    """Nobody looks there for some days: those who wait are told, and decide whether to wait on."""
    for row in store.incoming_of(tx, [listing]):
        if may(row.state, Party.HOLDER, Move.REST):
            moved = move_on(tx, row, Move.REST, now=now)
            outgoing = sending.sign(
                Type.REST, me=keyring.id, to=row.peer, ref=row.ref, n=moved.sent, now=now, random=random
            )
            sending.enqueue(tx, outgoing, now=now)


def listing_withdrawn(tx: Writing, listing: str, *, keyring: Keyring, now: int, random: Random) -> None:
    """It is gone: everything that waits is declined, everything that was answered is closed. Nobody waits for nothing."""
    for row in store.incoming_of(tx, [listing]):
        _end(tx, row, keyring, now, random)


def _end(tx: Writing, row: Incoming, keyring: Keyring, now: int, random: Random) -> bool:
    """Decline what waits, close what was answered, without a word. False: it had ended."""
    for move in (Move.DECLINE, Move.CLOSE):
        if may(row.state, Party.HOLDER, move):
            moved = move_on(tx, row, move, now=now)
            outgoing = sending.sign(
                _TYPES[move], me=keyring.id, to=row.peer, ref=row.ref, n=moved.sent, now=now, random=random
            )
            sending.enqueue(tx, outgoing, now=now)
            return True
    return False

"""The seeker's side: asking, writing on, agreeing again, withdrawing, having it deleted (section 6 of the specification).

What leaves is exactly what was agreed to: `consent.seal_request` makes it and nothing else can. What the person needs to remember (whom
they asked, what they wrote, the reply key) is sealed to them in a mailbox that only their box names. No row joins them to a listing.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from alongside_node.delivery import actions as delivery
from alongside_node.directory import following, searching
from alongside_node.directory.searching import Viewer
from alongside_node.foundation.database import Reading, Writing
from alongside_node.identity import actions as identity
from alongside_node.identity.actions import Keyring
from alongside_node.members import actions as members
from alongside_node.members.actions import Person, Role
from alongside_node.notifications import actions as notifications
from alongside_node.notifications.actions import Whose
from alongside_node.peers import actions as peers
from alongside_protocol import base64url, limits, receipt
from alongside_protocol.commitments import Commitments, commitments_hash
from alongside_protocol.consent import (
    HANDLE_BYTES,
    Answer,
    Beside,
    Consent,
    Field,
    Given,
    Recipient,
    ReplyTo,
    Routing,
    Standing,
    seal_request,
    seal_words,
)
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId, Random, RecordId, new_record_id, new_ref
from alongside_protocol.listing import Listing
from alongside_protocol.messages import EraseBody, Type, UntilBody
from alongside_protocol.opening import open_answer
from alongside_protocol.referral import FINAL, Move, Numbering, Party, State, may, step
from alongside_protocol.sealing import SECRET_BYTES, SUITE, Context, SealPrivateKey, SealPublicKey

from . import fit_store, rules, sending, store, turn_store
from .store import Asked, Letter
from .turn_store import Lies

PURPOSE: Final = "support"
_LETTER: Final = "letter"
FIRST: Final = "asked"
WROTE: Final = "wrote"


@dataclass(frozen=True)
class Addressee:
    """Whom somebody is about to ask, as the verified directory says now."""

    recipient: Recipient
    listing: Listing
    community: str
    commitments: Commitments
    """The community's own."""
    doc: int
    """The number of their node's newest document."""

    @property
    def shown(self) -> str:
        """The hash of what the person reads about who may be called, as text for a form."""
        return base64url.encode(self.recipient.commitments)


def addressee(reading: Reading, keyring: Keyring, node: str, listing_id: str, viewer: Viewer, *, now: int) -> Addressee:
    """Raises `Refused`: `not-agreed` when there is no such listing for this viewer or no agreement; `seal-key-expired`."""
    found = searching.find(reading, node, listing_id, viewer, now=now)
    if found is None:
        raise Refused(Code.NOT_AGREED, "no such listing for you")
    if node == keyring.id:
        profile, seal, doc = identity.standing_community(reading).profile, keyring.seal, keyring.doc
    else:
        peer = peers.find(reading, node)
        if peer is None or not peers.may_ask(peer.standing):
            raise Refused(Code.NOT_AGREED, "our communities have not agreed on requests")
        head = following.recipient_head(reading, peer)
        if head is None:
            raise Refused(Code.SEAL_KEY_EXPIRED, "their directory must be read again first")
        profile, seal, doc = peer.profile, head.seal, peer.chain.newest.n
    if seal.suite != SUITE or any(holder.seal.suite != SUITE for holder in found.listing.holders):
        raise Refused(Code.SEAL, "sealed in a way that this version does not know")
    keys = {holder.seal.k: SealPublicKey.from_text(holder.seal.k) for holder in found.listing.holders}
    recipient = Recipient(
        node=found.node,
        node_key=SealPublicKey.from_text(seal.k),
        node_key_exp=seal.exp,
        listing=found.id,
        listing_keys=tuple(keys.values()),
        commitments=commitments_hash(found.listing.commitments, profile.commitments),
    )
    return Addressee(recipient, found.listing, profile.name, profile.commitments, doc)


@dataclass(frozen=True)
class Remembered:
    """What the person keeps of a request, sealed to them: whom they asked, what they wrote, how the answer is opened."""

    node: NodeId
    listing: RecordId
    title: str
    lang: str
    community: str
    readers: tuple[str, ...]
    fields: Mapping[Field, str] = field(repr=False)
    commitments: bytes
    until: int
    reply: bytes = field(repr=False)
    secret: bytes = field(repr=False)
    handle: str = field(repr=False)
    beside: tuple[Beside, ...] = ()
    """Those whom the person let in since, beside those who offer."""
    aloud: int | None = None
    """When they said yes aloud, to a volunteer on the telephone (Unix seconds)."""

    def consent(self, *, commitments: bytes | None = None) -> Consent:
        """What they agreed to."""
        return Consent(
            purpose=PURPOSE,
            fields=frozenset(self.fields),
            to=self.node,
            listing=self.listing,
            commitments=commitments or self.commitments,
            until=self.until,
        )

    @property
    def reply_to(self) -> ReplyTo:
        """How those who offer answer."""
        return ReplyTo(SealPrivateKey(self.reply).public, self.secret)

    def dumped(self) -> bytes:
        """As it is sealed."""
        return json.dumps(
            {
                "node": self.node,
                "listing": self.listing,
                "title": self.title,
                "lang": self.lang,
                "community": self.community,
                "readers": list(self.readers),
                "fields": {name.value: text for name, text in self.fields.items()},
                "commitments": base64url.encode(self.commitments),
                "until": self.until,
                "reply": base64url.encode(self.reply),
                "secret": base64url.encode(self.secret),
                "handle": self.handle,
                "beside": [[one.name, one.key.text] for one in self.beside],
                **({} if self.aloud is None else {"aloud": self.aloud}),
            },
            ensure_ascii=False,
        ).encode("utf-8")


def _remembered(raw: bytes) -> Remembered:
    said: dict[str, Any] = json.loads(raw)
    return Remembered(
        node=NodeId(said["node"]),
        listing=RecordId(said["listing"]),
        title=said["title"],
        lang=said["lang"],
        community=said["community"],
        readers=tuple(said["readers"]),
        fields={Field(name): text for name, text in said["fields"].items()},
        commitments=base64url.decode(said["commitments"]),
        until=said["until"],
        reply=base64url.decode(said["reply"]),
        secret=base64url.decode(said["secret"]),
        handle=said["handle"],
        beside=tuple(Beside(name, SealPublicKey.from_text(key)) for name, key in said.get("beside", [])),
        aloud=said.get("aloud"),
    )


def about_to_leave(to: Addressee, fields: Mapping[Field, str], *, until: int) -> Remembered:
    """What a request would hold, to be shown before anything is sealed: it has no keys yet."""
    return Remembered(
        node=to.recipient.node,
        listing=to.recipient.listing,
        title=to.listing.title,
        lang=to.listing.lang,
        community=to.community,
        readers=tuple(holder.name for holder in to.listing.holders if holder.name) or (to.listing.by,),
        fields=fields,
        commitments=to.recipient.commitments,
        until=until,
        reply=b"",
        secret=b"",
        handle="",
    )


@dataclass(frozen=True)
class Asking:
    """A request that was sealed and waits for its transaction."""

    row: Asked
    outgoing: sending.Outgoing
    letter: Letter
    box: bytes = field(repr=False)


def may_ask_more(reading: Reading, person: Person, places: Collection[tuple[str, str]], *, me: NodeId) -> bool:
    """Whether somebody may ask these listings, each as (node, id), beside all that they have asked in the last weeks and what lies for later.

    Whoever asks after this saves the box that was read here, in the transaction that sends: nothing of theirs can have come between.
    """
    box = members.open_box(person, me)
    if len(box.mailboxes) + len(places) <= rules.ASKED_THE_SAME:
        return True
    refs = list(box.mailboxes)
    asked = store.asked_of(reading, refs)
    lying = [turn for turn in turn_store.turns_of(reading, refs) if turn.lies in (Lies.WAITS, Lies.LOOK)]
    mailboxes = [*(row.mailbox for row in asked), *(turn.mailbox for turn in lying)]
    kept = [remembered_at(reading, person, mailbox, me=me) for mailbox in mailboxes]
    before = Counter((one.node, one.listing) for one in kept if one is not None)
    open_now = sum(row.state not in FINAL for row in asked) + len(lying)
    often = max(before[NodeId(node), RecordId(listing)] for node, listing in places) + 1
    return open_now + len(places) <= rules.OPEN_AT_ONCE and often <= rules.ASKED_THE_SAME


@dataclass(frozen=True)
class Composed:
    """One request, sealed: its row, its message, and what the person keeps of it."""

    row: Asked
    outgoing: sending.Outgoing
    letter: Letter


def prepare(  # noqa: PLR0913 - everything that a request is made of, by name
    person: Person,
    to: Addressee,
    fields: Mapping[Field, str],
    *,
    shown: str,
    until: int,
    keyring: Keyring,
    now: int,
    random: Random,
    ended: Collection[str] = (),
    aloud: int | None = None,
) -> Asking:
    """Seal a request. `shown`: the hash of what the person read about who may be called; `until`: Unix seconds; `ended`: references
    that the box can forget; `aloud`: when they said yes on the telephone.

    Raises `Refused`: as `consent.seal_request`; `consent-commitments` when what they read is no longer what is promised.
    """
    box = box_of(person, keyring.id, ended, now=now)
    one, box = compose(
        person, to, fields, box=box, shown=shown, until=until, keyring=keyring, now=now, random=random, aloud=aloud
    )
    return Asking(one.row, one.outgoing, one.letter, members.sealed_box(person, box, keyring.id))


def box_of(person: Person, me: NodeId, ended: Collection[str], *, now: int) -> members.Box:
    """A person's box without what it can forget."""
    return members.open_box(person, me).without(set(ended)).since(rules.day(now) - limits.HANDLE_LIFE // limits.DAY)


def compose(  # noqa: PLR0913 - everything that a request is made of, by name
    person: Person,
    to: Addressee,
    fields: Mapping[Field, str],
    *,
    box: members.Box,
    shown: str,
    until: int,
    keyring: Keyring,
    now: int,
    random: Random,
    aloud: int | None = None,
) -> tuple[Composed, members.Box]:
    """(one request, sealed; the box that names it). Raises `Refused`: as `prepare`."""
    ref, mailbox, node = new_ref(random), new_record_id(random), to.recipient.node
    handle, used = box.handles.get(node, ("", 0))
    today = rules.day(now)
    if not handle or today - used > limits.HANDLE_LIFE // limits.DAY:
        handle = base64url.encode(random(HANDLE_BYTES))
    remembered = replace(
        about_to_leave(to, fields, until=until),
        reply=SealPrivateKey.generate(random).raw,
        secret=random(SECRET_BYTES),
        handle=handle,
        aloud=aloud,
    )
    one = compose_again(
        person, remembered, to, ref=ref, mailbox=mailbox, shown=shown, keyring=keyring, now=now, random=random
    )
    return one, box.with_mailbox(ref, mailbox).with_handle(node, handle, today)


def compose_again(  # noqa: PLR0913 - as above
    person: Person,
    remembered: Remembered,
    to: Addressee,
    *,
    ref: str,
    mailbox: str,
    shown: str,
    keyring: Keyring,
    now: int,
    random: Random,
) -> Composed:
    """The first message of a request, sealed to who offers it now, pinned to what was read now."""
    remembered = replace(remembered, commitments=base64url.decode(shown))
    outgoing = _offer(person, remembered, to.recipient, ref=ref, n=1, keyring=keyring, now=now, random=random)
    letter = _for_self(person, mailbox, FIRST, 1, remembered.dumped(), node=keyring.id, now=now, random=random)
    row = Asked(ref, to.recipient.node, mailbox, State.OFFERED, remembered.until, 1, Numbering())
    return Composed(row, outgoing, letter)


def _offer(
    person: Person,
    remembered: Remembered,
    recipient: Recipient,
    *,
    ref: str,
    n: int,
    keyring: Keyring,
    now: int,
    random: Random,
) -> sending.Outgoing:
    standing = Standing.GUEST if person.member.role is Role.GUEST else Standing.MEMBER
    sealed = seal_request(
        remembered.consent(),
        remembered.fields,
        recipient=recipient,
        routing=Routing(standing, base64url.decode(remembered.handle)),
        reply=remembered.reply_to,
        context=sending.context(me=keyring.id, to=recipient.node, kind=Type.OFFER, ref=ref, n=n, random=random),
        now=now,
        random=random,
    )
    return sending.sealed_message(sealed, now=now, body=UntilBody(until=remembered.until))


def _for_self(
    person: Person, mailbox: str, kind: str, n: int, raw: bytes, *, node: NodeId, now: int, random: Random
) -> Letter:
    sealed = members.seal_to(
        person.member.public, raw, node=node, member_id=person.member.id, what=_LETTER, about=mailbox
    )
    return Letter(new_record_id(random), mailbox, kind, ours=True, n=n, sealed=sealed, day=rules.day(now))


def begin(tx: Writing, person: Person, asking: Asking, *, me: NodeId, now: int) -> None:
    """Let a prepared request leave. Raises `Refused` (`not-agreed`, `busy`), `BoxChangedError`."""
    if asking.row.peer != me:
        standing = peers.standing(tx, asking.row.peer)
        if standing is None or not peers.may_ask(standing):
            raise Refused(Code.NOT_AGREED, "our communities have not agreed on requests")
    members.save_box(tx, person, asking.box)
    store.save_asked(tx, asking.row)
    store.add_letter(tx, asking.letter)
    sending.enqueue(tx, asking.outgoing, now=now, half=person.member.role is Role.GUEST)


# Looking at what was asked.


@dataclass(frozen=True)
class Said:
    """One message of a request, opened. An answer is proven; its `suggest` names listings as (node, id), `beside` asks about a person."""

    ours: bool
    kind: str
    n: int
    words: str
    day: int
    suggest: tuple[tuple[NodeId, RecordId], ...] = ()
    beside: Beside | None = None


@dataclass(frozen=True)
class Thread:
    """A request as the one who asked sees it. `state`: what is shown; an acceptance that does not prove itself is not one."""

    row: Asked
    remembered: Remembered
    said: tuple[Said, ...]
    delivered: bool
    unproven_kinds: frozenset[str] = frozenset()
    """Types of answers that nobody can have given who opened the request."""

    @property
    def unproven(self) -> bool:
        """Whether their node says something that none of its people said."""
        return bool(self.unproven_kinds & rules.MUST_BE_PROVEN)

    @property
    def state(self) -> State:
        """Where it is, as far as it was proven."""
        waitlisted = any(said.kind == "waitlist" and not said.ours for said in self.said)
        return rules.proven(self.row.state, self.unproven_kinds, waitlisted=waitlisted)


def ended(reading: Reading, person: Person, *, me: NodeId) -> set[str]:
    """References in a person's box of which nothing is left."""
    refs = set(members.open_box(person, me).mailboxes)
    there = {row.ref for row in store.asked_of(reading, refs)} | {one.ref for one in store.erasures_of(reading, refs)}
    lying = {turn.ref for turn in turn_store.turns_of(reading, refs)}
    return refs - there - lying - {row.ref for row in fit_store.asked_of(reading, refs)}


def threads(reading: Reading, person: Person, *, me: NodeId) -> list[Thread]:
    """Everything somebody has asked, newest first as far as days tell."""
    box = members.open_box(person, me)
    rows = [row for row in store.asked_of(reading, list(box.mailboxes)) if box.mailboxes.get(row.ref) == row.mailbox]
    found = [thread for row in rows if (thread := _thread(reading, person, row, me=me)) is not None]
    return sorted(found, key=lambda thread: -max((said.day for said in thread.said), default=0))


def thread(reading: Reading, person: Person, ref: str, *, me: NodeId) -> Thread | None:
    """One request of this person; None for every other reference."""
    mailbox = members.open_box(person, me).mailboxes.get(ref)
    row = store.asked(reading, ref) if mailbox is not None else None
    return None if row is None or row.mailbox != mailbox else _thread(reading, person, row, me=me)


def _thread(reading: Reading, person: Person, row: Asked, *, me: NodeId) -> Thread | None:
    letters = store.letters(reading, row.mailbox)
    first = [letter for letter in letters if letter.type == FIRST]
    if not first:
        return None
    remembered = _remembered(_own(person, first[-1], me))
    said: list[Said] = []
    unproven: set[str] = set()
    for letter in letters:
        if letter.ours:
            words = (
                remembered.fields.get(Field.WORDS, "")
                if letter.type == FIRST
                else _own(person, letter, me).decode("utf-8")
            )
            said.append(Said(True, "offer" if letter.type == FIRST else "message", letter.n, words, letter.day))
            continue
        answer = _answer(letter, remembered, row, me)
        if answer is None:
            unproven.add(letter.type)
        else:
            kind = letter.type.removeprefix("referral.")
            suggest = (*((remembered.node, name) for name in answer.suggest), *answer.elsewhere)
            said.append(Said(False, kind, letter.n, answer.words, letter.day, suggest, answer.beside))
    delivered = not delivery.refs_waiting(reading, [row.ref])
    proven = {f"referral.{one.kind}" for one in said if not one.ours}
    return Thread(row, remembered, tuple(said), delivered, frozenset(unproven - proven))


def remembered_at(reading: Reading, person: Person, mailbox: str, *, me: NodeId) -> Remembered | None:
    """What a person keeps of a request that they have not asked yet, or have."""
    first = [letter for letter in store.letters(reading, mailbox) if letter.type == FIRST]
    return _remembered(_own(person, first[-1], me)) if first else None


def _own(person: Person, letter: Letter, me: NodeId) -> bytes:
    return members.open_for(person, letter.sealed, node=me, what=_LETTER, about=letter.place)


def _answer(letter: Letter, remembered: Remembered, row: Asked, me: NodeId) -> Answer | None:
    sealed_for = Context(from_=row.peer, to=me, id=letter.id, type=letter.type, ref=row.ref, n=letter.n)
    try:
        return open_answer(letter.sealed, SealPrivateKey(remembered.reply), remembered.secret, sealed_for)
    except Refused:
        return None


# Going on.


@dataclass(frozen=True)
class Step:
    """A move of the seeker that was prepared: its message, and what they keep of it."""

    ref: str
    move: Move
    outgoing: sending.Outgoing
    letters: tuple[Letter, ...] = ()
    first: Letter | None = None
    """What they remember of the request, anew."""


def write_on(
    person: Person,
    thread: Thread,
    to: Addressee,
    words: str,
    *,
    let_in: Beside | None = None,
    keyring: Keyring,
    now: int,
    random: Random,
) -> Step:
    """Write to those who said yes. After the answer nothing waits for promises to be read again: the words are theirs to send.

    `let_in`: with these words somebody may read from now on, and reads what was asked.
    """
    row, remembered = thread.row, thread.remembered
    n = row.sent + 1
    sealed = seal_words(
        remembered.consent(commitments=to.recipient.commitments),
        words,
        recipient=to.recipient,
        context=sending.context(me=keyring.id, to=row.peer, kind=Type.MESSAGE, ref=row.ref, n=n, random=random),
        now=now,
        random=random,
        beside=[one.key for one in (*remembered.beside, *([let_in] if let_in else []))],
        given=None if let_in is None else Given(remembered.fields, remembered.reply_to),
    )
    letter = _for_self(person, row.mailbox, WROTE, n, words.encode("utf-8"), node=keyring.id, now=now, random=random)
    first = None if let_in is None else _remembering(person, thread, let_in, node=keyring.id, random=random)
    return Step(row.ref, Move.MESSAGE, sending.sealed_message(sealed, now=now), (letter,), first)


def _remembering(person: Person, thread: Thread, let_in: Beside, *, node: NodeId, random: Random) -> Letter:
    """What the person remembers, with one more reader, in the place and with the day of what they remembered before."""
    remembered = replace(thread.remembered, beside=(*thread.remembered.beside, let_in))
    began = next(said for said in thread.said if said.ours and said.kind == "offer")
    letter = _for_self(person, thread.row.mailbox, FIRST, began.n, remembered.dumped(), node=node, now=0, random=random)
    return replace(letter, day=began.day)


def asked_to_let_in(thread: Thread) -> Beside | None:
    """Whom those who offer asked about last, and the person has not let in."""
    known = {one.key.text for one in thread.remembered.beside}
    asked = [said.beside for said in thread.said if said.beside is not None and said.beside.key.text not in known]
    return asked[-1] if asked else None


def agree_again(
    person: Person, thread: Thread, to: Addressee, *, shown: str, keyring: Keyring, now: int, random: Random
) -> Step:
    """Agree to promises that changed since. Raises `Refused` (`consent-commitments`) when they changed once more."""
    row = thread.row
    remembered = replace(thread.remembered, commitments=base64url.decode(shown))
    n = row.sent + 1
    outgoing = _offer(person, remembered, to.recipient, ref=row.ref, n=n, keyring=keyring, now=now, random=random)
    letter = _for_self(person, row.mailbox, FIRST, n, remembered.dumped(), node=keyring.id, now=now, random=random)
    return Step(row.ref, Move.AGREE, outgoing, (letter,))


def leave_it(thread: Thread, move: Move, *, keyring: Keyring, now: int, random: Random) -> Step:
    """Withdraw or close: nothing personal leaves."""
    return leave_row(thread.row, move, keyring=keyring, now=now, random=random)


def leave_row(row: Asked, move: Move, *, keyring: Keyring, now: int, random: Random) -> Step:
    """As `leave_it`, without anything that only the person can open."""
    kind = Type.WITHDRAW if move is Move.WITHDRAW else Type.CLOSE
    outgoing = sending.sign(kind, me=keyring.id, to=row.peer, ref=row.ref, n=row.sent + 1, now=now, random=random)
    return Step(row.ref, move, outgoing)


def take(tx: Writing, prepared: Step, *, now: int, by_clock: bool = False) -> None:
    """Make a prepared move; `by_clock`: as the person had set, who is not here.

    Raises `Refused` (`move`) when the table does not have it now, or another came first; `busy`.
    """
    row = store.asked(tx, prepared.ref)
    if row is None or not may(row.state, Party.SEEKER, prepared.move) or row.sent + 1 != prepared.outgoing.envelope.n:
        raise Refused(Code.MOVE, "that is no longer possible")
    after = step(row.state, Party.SEEKER, prepared.move)
    final = rules.day(now) if after in FINAL and row.final_day is None else row.final_day
    store.save_asked(tx, row.at(state=after, sent=row.sent + 1, problem=None, final_day=final))
    if after in FINAL and not by_clock:
        notifications.forget(tx, Whose(mailbox=row.mailbox))
    if prepared.move is Move.AGREE:
        _replace_first(tx, row.mailbox, prepared.letters)
    else:
        if prepared.first is not None:
            _replace_first(tx, row.mailbox, (prepared.first,))
        for letter in prepared.letters:
            store.add_letter(tx, letter)
    if prepared.move is Move.WITHDRAW:
        delivery.forget_of(tx, row.peer, [row.ref])  # what has not left does not leave any more
        if not by_clock:
            forget_turns(tx, row.ref)
    sending.enqueue(tx, prepared.outgoing, now=now)


def _replace_first(tx: Writing, mailbox: str, letters: Sequence[Letter]) -> None:
    kept = [letter for letter in store.letters(tx, mailbox) if letter.type != FIRST]
    store.remove_letters(tx, [mailbox])
    for letter in (*letters, *kept):
        store.add_letter(tx, letter)


@dataclass(frozen=True)
class Silence:
    """What should happen if nobody has answered at the end of a day."""

    day: int
    then: rules.IfSilent


def set_silence(tx: Writing, ref: str, silence: Silence | None) -> None:
    """What should happen with one request; None: nothing before its last day."""
    row = store.asked(tx, ref)
    if row is not None:
        day, then = (None, None) if silence is None else (silence.day, silence.then)
        store.save_asked(tx, row.at(answer_by=day, if_silent=then))


def forget_turns(tx: Writing, ref: str) -> None:
    """What still lies to be asked after this one is destroyed: the person took it back, or wants nobody further."""
    if (one := turn_store.round_of(tx, ref)) is not None:
        forget_round(tx, one.id)
        tx.forget()


def forget_round(tx: Writing, round_id: str) -> None:
    """It is over: what still lies is destroyed, and what the person kept of it."""
    turns = turn_store.turns(tx, round_id)
    store.remove_letters(tx, [turn.mailbox for turn in turns if turn.lies is not Lies.ASKED])
    turn_store.remove_round(tx, round_id)


# Having it deleted.


def erase(tx: Writing, ref: str, *, me: NodeId, now: int, random: Random) -> None:
    """Delete a request here, and ask their community to. Its reference stays with the person, to read who has answered."""
    row = store.asked(tx, ref)
    if row is None:
        return
    delivery.forget_of(tx, row.peer, [row.ref])
    forget_turns(tx, row.ref)
    store.remove_letters(tx, [row.mailbox])
    store.remove_asked(tx, row.ref)
    tx.forget()
    store.add_erasure(tx, row.ref, row.peer, now=now)
    body = EraseBody(refs=(row.ref,))
    outgoing = sending.sign(Type.ERASE, me=me, to=row.peer, ref=None, n=0, now=now, random=random, body=body)
    sending.enqueue(tx, outgoing, now=now)


def forget_erasures(tx: Writing, refs: Collection[str]) -> None:
    """Nobody will read what the communities say: whoever asked has left."""
    store.remove_erasures(tx, refs)


@dataclass(frozen=True)
class Erased:
    """What became of "delete this" at one community. `receipt` None: it has not answered."""

    ref: str
    peer: str
    asked: int
    confirmed: int | None
    backups_until: int | None
    late: bool
    receipt: str | None = None
    """The statement itself, signed."""


def erased(reading: Reading, person: Person, *, me: NodeId, now: int) -> list[Erased]:
    """Every request this person had deleted, with what the communities stated."""
    box = members.open_box(person, me)
    return [_erased(one, now) for one in store.erasures_of(reading, list(box.mailboxes))]


def erased_of(reading: Reading, ref: str, *, now: int) -> Erased | None:
    """What became of deleting one request, for who knows its reference."""
    found = store.erasures_of(reading, [ref])
    return _erased(found[0], now) if found else None


def _erased(one: store.Erasure, now: int) -> Erased:
    late = one.receipt is None and now - one.asked > limits.DAY + limits.ERASURE_ANSWER
    if one.receipt is None:
        return Erased(one.ref, one.peer, one.asked, None, None, late)
    said = receipt.claims(one.receipt)  # verified when it came
    return Erased(one.ref, one.peer, one.asked, said.iat, said.backups_until, late, one.receipt)

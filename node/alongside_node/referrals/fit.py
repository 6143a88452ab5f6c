"""Fit first: asking up to five offerings, in codes and without a name, whether it could fit; and the node's answer (section 6).

The one who asks keeps the question and the reply key sealed in a mailbox that only their box names. The node that is asked answers by
itself; those who offer are neither shown the question nor counted by it. On both sides all of it is gone after 48 hours. The reference is
never used again, so a request that follows cannot be joined to the question by it.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from alongside_node.delivery import actions as delivery
from alongside_node.directory import searching
from alongside_node.directory.searching import Viewer
from alongside_node.foundation.database import Reading, Writing
from alongside_node.identity.actions import Keyring
from alongside_node.listings import actions as listings
from alongside_node.members import actions as members
from alongside_node.members.actions import Person, Role
from alongside_node.peers import actions as peers
from alongside_protocol import base64url, limits, messages
from alongside_protocol.consent import Recipient, seal_fit, seal_question
from alongside_protocol.errors import Code, Refused
from alongside_protocol.fit import Fit, Question, Wishes
from alongside_protocol.identifiers import NodeId, Random, RecordId, new_record_id, new_ref
from alongside_protocol.listing import Audience, Listing
from alongside_protocol.messages import Envelope, Type
from alongside_protocol.opening import open_fit, open_question
from alongside_protocol.sealing import Context, SealPrivateKey

from . import fit_rules, fit_store, rules, sending, store
from .asking import Addressee
from .fit_store import Asked, Told
from .store import Letter

Effect = Callable[[Writing], None]

_QUESTION: Final = "question"


# Asking.


@dataclass(frozen=True)
class About:
    """One of the offerings asked about, as the person remembers it."""

    listing: RecordId
    title: str
    lang: str


@dataclass(frozen=True)
class Remembered:
    """What the person keeps of a question to one community, sealed to them."""

    node: NodeId
    community: str
    about: tuple[About, ...]
    wishes: Wishes
    reply: bytes = field(repr=False)

    @property
    def question(self) -> Question:
        """As it was sealed."""
        reply = SealPrivateKey(self.reply).public
        return Question(tuple(one.listing for one in self.about), self.wishes, reply)

    def dumped(self) -> bytes:
        """As it is kept."""
        return json.dumps(
            {
                "node": self.node,
                "community": self.community,
                "about": [[one.listing, one.title, one.lang] for one in self.about],
                "wishes": self.wishes.model_dump(mode="json"),
                "reply": base64url.encode(self.reply),
            },
            ensure_ascii=False,
        ).encode("utf-8")


def _remembered(raw: bytes) -> Remembered:
    said: dict[str, Any] = json.loads(raw)
    return Remembered(
        node=NodeId(said["node"]),
        community=said["community"],
        about=tuple(About(RecordId(listing), title, lang) for listing, title, lang in said["about"]),
        wishes=Wishes.model_validate(said["wishes"]),
        reply=base64url.decode(said["reply"]),
    )


@dataclass(frozen=True)
class Asking:
    """Questions that were sealed and wait for their transaction: one for each community."""

    rows: tuple[Asked, ...]
    outgoing: tuple[sending.Outgoing, ...]
    letters: tuple[Letter, ...]
    box: bytes = field(repr=False)


def prepare(
    person: Person,
    several: Sequence[Addressee],
    wishes: Wishes,
    *,
    keyring: Keyring,
    now: int,
    random: Random,
    ended: Collection[str] = (),
) -> Asking:
    """Seal what is asked, for each community alone. `ended`: references that the box can forget.

    Raises `Refused`: as `consent.seal_question`; `shape` for none or more than five.
    """
    if not 1 <= len(several) <= limits.FIT_LISTINGS:
        raise Refused(Code.SHAPE, f"about 1 to {limits.FIT_LISTINGS} offerings")
    rows, outgoing, letters = [], [], []
    box = members.open_box(person, keyring.id).without(set(ended))
    for node in dict.fromkeys(to.recipient.node for to in several):
        there = [to for to in several if to.recipient.node == node]
        ref, mailbox = new_ref(random), new_record_id(random)
        remembered = Remembered(
            node=node,
            community=there[0].community,
            about=tuple(About(to.recipient.listing, to.listing.title, to.listing.lang) for to in there),
            wishes=wishes,
            reply=SealPrivateKey.generate(random).raw,
        )
        message = _sealed(remembered.question, there[0].recipient, ref=ref, me=keyring.id, now=now, random=random)
        sealed = members.seal_to(
            person.member.public,
            remembered.dumped(),
            node=keyring.id,
            member_id=person.member.id,
            what=_QUESTION,
            about=mailbox,
        )
        rows.append(Asked(ref, node, mailbox, _ends(now)))
        outgoing.append(message)
        letters.append(
            Letter(new_record_id(random), mailbox, _QUESTION, ours=True, n=1, sealed=sealed, day=rules.day(now))
        )
        box = box.with_mailbox(ref, mailbox)
    return Asking(tuple(rows), tuple(outgoing), tuple(letters), members.sealed_box(person, box, keyring.id))


def _ends(now: int) -> int:
    """48 hours later, on the hour before: no row says to the minute when somebody asked."""
    ends = now + limits.FIT_LIFE
    return ends - ends % limits.HOUR


def _sealed(
    question: Question, recipient: Recipient, *, ref: str, me: NodeId, now: int, random: Random
) -> sending.Outgoing:
    sealed = seal_question(
        question,
        node=recipient.node,
        node_key=recipient.node_key,
        node_key_exp=recipient.node_key_exp,
        context=sending.context(me=me, to=recipient.node, kind=Type.FIT_ASK, ref=ref, n=1, random=random),
        now=now,
    )
    return sending.sealed_message(sealed, now=now)


def begin(tx: Writing, person: Person, asking: Asking, *, me: NodeId, now: int) -> None:
    """Let prepared questions leave. Raises `Refused` (`not-agreed`, `busy`), `BoxChangedError`.

    `busy`: this person's, or this community's, questions of the last 48 hours are as many as anybody answers.
    """
    guest = person.member.role is Role.GUEST
    live = fit_store.asked_of(tx, list(members.open_box(person, me).mailboxes))
    if len(live) + len(asking.rows) > fit_rules.QUESTIONS_OF_A_PERSON:
        raise Refused(Code.BUSY, "as many questions as one person asks at a time")
    for row in asking.rows:
        if row.peer != me and not _may_ask(tx, row.peer):
            raise Refused(Code.NOT_AGREED, "our communities have not agreed on requests")
        if not fit_rules.has_room(fit_store.count_asked(tx, row.peer), guest=guest):
            raise Refused(Code.BUSY, "as many questions as that community answers")
        fit_store.add_asked(tx, row)
    members.save_box(tx, person, asking.box)
    for letter in asking.letters:
        store.add_letter(tx, letter)
    for message in asking.outgoing:
        sending.enqueue(tx, message, now=now, half=guest)


def _may_ask(reading: Reading, peer: str) -> bool:
    standing = peers.standing(reading, peer)
    return standing is not None and peers.may_ask(standing)


# Looking at what was asked.


@dataclass(frozen=True)
class Mine:
    """A question as the one who asked sees it. `answers` is None until they came."""

    ref: str
    remembered: Remembered
    answers: Mapping[RecordId, Fit] | None
    ends: int
    problem: str | None


def mine(reading: Reading, person: Person, *, me: NodeId, now: int) -> list[Mine]:
    """Everything somebody has asked in the last 48 hours, what ends last first."""
    box = members.open_box(person, me)
    rows = [row for row in fit_store.asked_of(reading, list(box.mailboxes)) if box.mailboxes[row.ref] == row.mailbox]
    found = [_opened(reading, person, row, me=me) for row in rows if row.ends > now]
    return sorted(found, key=lambda one: (-one.ends, one.remembered.community))


def _opened(reading: Reading, person: Person, row: Asked, *, me: NodeId) -> Mine:
    letters = {letter.type: letter for letter in store.letters(reading, row.mailbox)}
    own = letters[_QUESTION]
    remembered = _remembered(members.open_for(person, own.sealed, node=me, what=_QUESTION, about=row.mailbox))
    answer = letters.get(Type.FIT_ANSWER.value)
    return Mine(row.ref, remembered, _answers(answer, remembered, row, me), row.ends, row.problem)


def _answers(letter: Letter | None, remembered: Remembered, row: Asked, me: NodeId) -> Mapping[RecordId, Fit] | None:
    if letter is None:
        return None
    sealed_for = Context(from_=row.peer, to=me, id=letter.id, type=letter.type, ref=row.ref, n=1)
    try:
        return open_fit(letter.sealed, SealPrivateKey(remembered.reply), sealed_for, question=remembered.question)
    except Refused:
        return dict.fromkeys(remembered.question.listings, Fit.TALK_FIRST)  # nothing to be read from it


def forget(tx: Writing, person: Person, ref: str, *, me: NodeId) -> None:
    """Delete a question of this person now; what has not left does not leave any more."""
    mailbox = members.open_box(person, me).mailboxes.get(ref)
    row = fit_store.asked(tx, ref)
    if row is not None and row.mailbox == mailbox:
        delivery.forget_of(tx, row.peer, [ref])
        _remove(tx, row)
        tx.forget()


def _remove(tx: Writing, row: Asked) -> None:
    store.remove_letters(tx, [row.mailbox])
    fit_store.remove_asked(tx, row.ref)


# Answering, without anybody.


def answering(reading: Reading, envelope: Envelope, *, keyring: Keyring, now: int, random: Random) -> Effect | None:
    """What a question does when it comes in. None: nothing opens it, so nothing is answered."""
    question = _question(envelope, keyring)
    if question is None:
        return None
    asked_before = Counter(name for told in fit_store.told_to(reading, envelope.from_) for name in told.listings)
    answers = {
        listing: Fit.TALK_FIRST
        if asked_before[listing] >= fit_rules.ABOUT_A_LISTING
        else _answer(reading, listing, question.wishes, envelope.from_, me=keyring.id, now=now)
        for listing in question.listings
    }
    told = _told(envelope, question, answers, me=keyring.id, now=now, random=random)

    def effect(tx: Writing) -> None:
        known = fit_store.told_to(tx, told.peer)
        used = any(one.ref == told.ref for one in known)
        if not used and len(known) < fit_rules.QUESTIONS_OF_A_PEER:
            fit_store.add_told(tx, told)

    return effect


def _question(envelope: Envelope, keyring: Keyring) -> Question | None:
    sealed_for = Context(
        from_=envelope.from_, to=envelope.to, id=envelope.id, type=envelope.type, ref=envelope.ref or "", n=envelope.n
    )
    for key in keyring.seals.values():
        try:
            return open_question(envelope.sealed or b"", key, sealed_for)
        except Refused:
            continue
    return None


def _answer(reading: Reading, listing: RecordId, wishes: Wishes, peer: NodeId, *, me: NodeId, now: int) -> Fit:
    found = searching.find(reading, me, listing, Viewer(me, member=True), now=now)
    shown: Listing | None = None if found is None else found.listing
    if shown is not None and shown.audience is Audience.HERE and peer != me:
        shown = None
    return fit_rules.answer(shown, wishes, listings.said_fit(reading, listing, now=now))


def _told(
    envelope: Envelope, question: Question, answers: Mapping[RecordId, Fit], *, me: NodeId, now: int, random: Random
) -> Told:
    """Sealed now, so that nothing of what was asked is kept; dated when it leaves. No answer to what ends before that."""
    due, ref = fit_rules.due(now, random), envelope.ref or ""
    ends = min(envelope.exp, now + limits.FIT_LIFE)
    body = None
    if due < ends:
        context = sending.context(me=me, to=envelope.from_, kind=Type.FIT_ANSWER, ref=ref, n=1, random=random)
        sealed = seal_fit(answers, question=question, context=context, until=ends)
        body = sending.sealed_message(sealed, now=now).body
    # Counted for the whole 48 hours, however short a life the question gave itself.
    return Told(envelope.from_, ref, tuple(question.listings), body, due, now + limits.FIT_LIFE)


def answered(envelope: Envelope, *, now: int) -> Effect:
    """An answer came in: kept, sealed, for whoever asked that community under this reference. The first one counts."""

    def effect(tx: Writing) -> None:
        row = fit_store.asked(tx, envelope.ref or "")
        if row is None or row.peer != envelope.from_ or row.ends <= now or envelope.sealed is None:
            return
        known = store.letters(tx, row.mailbox)
        if store.has_letter(tx, envelope.id) or any(letter.type == envelope.type for letter in known):
            return
        store.add_letter(
            tx,
            Letter(
                envelope.id,
                row.mailbox,
                envelope.type.value,
                ours=False,
                n=1,
                sealed=envelope.sealed,
                day=rules.day(now),
            ),
        )

    return effect


# By schedule.


def release(tx: Writing, *, me: NodeId, now: int) -> int:
    """Answers whose random while is over leave; returns how many. To a community we have parted from nothing leaves."""
    left = 0
    for told in fit_store.due(tx, now):
        try:
            left += _release(tx, told, me=me, now=now)
        except Refused as refused:
            if refused.code is Code.BUSY:
                continue  # it waits, with everything else for that peer
        fit_store.clear_body(tx, told)
    return left


def _release(tx: Writing, told: Told, *, me: NodeId, now: int) -> int:
    assert told.body is not None  # noqa: S101 - `fit_store.due` returns those that have one
    if told.peer != me and not _may_ask(tx, told.peer):
        return 0
    body = messages.redated(told.body, now=now, not_after=messages.read_stored(told.body).exp)
    envelope = messages.read_stored(body)
    sending.enqueue(tx, sending.Outgoing(envelope, body, envelope.exp), now=now, half=True)
    return 1


def forget_old(tx: Writing, now: int) -> int:
    """What is 48 hours old goes, on both sides; returns how many questions."""
    over = fit_store.asked_before(tx, now)
    for row in over:
        _remove(tx, row)
    return len(over) + fit_store.forget_told(tx, before=now)


def undeliverable(tx: Writing, outgoing: delivery.Outgoing, code: str) -> None:
    """A question was finally not taken: the person who asked reads why."""
    if outgoing.ref is not None and outgoing.type == Type.FIT_ASK:
        fit_store.set_problem(tx, outgoing.ref, outgoing.peer, code)

"""What messages about requests do when they come in, in whatever order (section 6 of the specification).

Called by the worker: `act` opens the outer seal outside any transaction and returns the effect. The state follows the one table;
numbers say what is early, late, or was there before. The outer layer is dropped here: what is stored opens for holders only.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from alongside_node.delivery import actions as delivery
from alongside_node.directory import searching
from alongside_node.directory.searching import Viewer
from alongside_node.foundation.clock import Clock
from alongside_node.foundation.database import Database, Reading, Writing
from alongside_node.identity import actions as identity
from alongside_node.identity.actions import Keyring
from alongside_node.listings import actions as listings
from alongside_node.notifications import actions as notifications
from alongside_node.notifications.actions import Whose
from alongside_node.peers import actions as peers
from alongside_node.safety import actions as safety
from alongside_protocol import limits, messages, receipt
from alongside_protocol.commitments import commitments_hash
from alongside_protocol.consent import Standing
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId, Random, Ref
from alongside_protocol.listing import Audience, Direction, Listing
from alongside_protocol.messages import DeclineBody, EraseBody, ErasedBody, Reason, Type, UntilBody, move_of
from alongside_protocol.node_document import Chain
from alongside_protocol.opening import Inner, Request, open_outer, open_request
from alongside_protocol.referral import FINAL, Arrival, Move, Numbering, Party, State, step
from alongside_protocol.sealing import Context, SealPrivateKey

from . import answering, asking, fit, rules, sending, store
from .store import Asked, Early, Incoming, Letter

Effect = Callable[[Writing], None]

_FROM_HOLDER: Final = frozenset({Type.ACCEPT, Type.WAITLIST, Type.DECLINE, Type.PAUSE, Type.REST})
_TOLD_TO_HOLDERS: Final = frozenset({Move.AGREE, Move.MESSAGE})
"""What waits for those who offer. That somebody took a request back waits for nobody."""
_ERASED_MARK_DAYS: Final = 15
"""How long it is remembered that a request was erased: as long as a message about it could still arrive."""


@dataclass(frozen=True)
class Opening:
    """What the outer seal of a message held, as far as it opened."""

    request: Request | None = None
    inner: Inner | None = None


class Receiver:
    """Acts on messages about requests and erasures. `keyring` is asked each time: keys may change while the node runs."""

    def __init__(self, database: Database, clock: Clock, random: Random, keyring: Callable[[], Keyring]) -> None:
        self._database = database
        self._clock = clock
        self._random = random
        self._keyring = keyring

    async def act(self, envelope: messages.Envelope, raw: bytes) -> Effect:
        """The effect of a message, whose bytes are `raw`. Raises `Refused` for what can have none."""
        if isinstance(envelope.body, EraseBody):
            return await self._erase(envelope, [str(ref) for ref in envelope.body.refs])
        if isinstance(envelope.body, ErasedBody):
            return await self._erased(envelope, envelope.body.receipt)
        if envelope.n > rules.HIGHEST_NUMBER:
            raise Refused(Code.MESSAGE_FORM, "a number that no request comes to")
        keyring, now = self._keyring(), self._clock.now()
        if envelope.type is Type.FIT_ASK:
            return await self._question(envelope, keyring, now)
        if envelope.type is Type.FIT_ANSWER:
            return fit.answered(envelope, now=now)
        opening = _opened(envelope, keyring.seals)

        def effect(tx: Writing) -> None:
            _Applying(tx, keyring, now, self._random).arrive(envelope, raw, opening)

        return effect

    async def _question(self, envelope: messages.Envelope, keyring: Keyring, now: int) -> Effect:
        random = self._random
        effect = await self._database.aread(
            lambda reading: fit.answering(reading, envelope, keyring=keyring, now=now, random=random)
        )
        if effect is None:
            raise Refused(Code.SEAL, "a question that does not open")
        return effect

    async def _erase(self, envelope: messages.Envelope, refs: list[str]) -> Effect:
        """Delete first, write the log over, then sign that it is so. Doing it twice is harmless."""
        now, peer = self._clock.now(), envelope.from_
        await self._database.awrite(lambda tx: erase(tx, peer, refs, now=now))
        await asyncio.to_thread(self._database.checkpoint)
        keyring = self._keyring()
        signed = receipt.sign(
            tuple(Ref(ref) for ref in refs),
            node=keyring.id,
            doc=keyring.doc,
            now=now,
            backups_until=now + limits.RECEIPT_BACKUPS,
            key=keyring.signing,
        )
        outgoing = sending.sign(
            Type.ERASED,
            me=keyring.id,
            to=peer,
            ref=None,
            n=0,
            now=now,
            random=self._random,
            body=ErasedBody(receipt=signed.text),
        )
        return lambda tx: sending.enqueue(tx, outgoing, now=now, half=True)

    async def _erased(self, envelope: messages.Envelope, text: str) -> Effect:
        keyring, peer = self._keyring(), envelope.from_
        chain = (
            keyring.chain if peer == keyring.id else await self._database.aread(lambda reading: _chain(reading, peer))
        )
        key = chain.key_of(receipt.claimed_document(text)) if chain is not None else None
        if key is None:
            raise Refused(Code.RECEIPT, "signed with a key that is not on file")
        said = receipt.read(text, key, node=peer)

        def effect(tx: Writing) -> None:
            store.confirm_erasure(tx, said.refs, peer, text)

        return effect


def _chain(reading: Reading, peer: str) -> Chain | None:
    found = peers.find(reading, peer)
    return None if found is None else found.chain


def erase(tx: Writing, peer: str, refs: list[str], *, now: int) -> None:
    """Everything about these requests of a peer goes: rows, letters, what came early, what waits to leave about them.

    A mark stays, without content, so that nothing that comes late brings one back.
    """
    store.remove_incoming(tx, peer, refs)
    delivery.forget_of(tx, peer, refs)
    tx.forget()
    room = max(rules.ERASED_MARKS_A_PEER - store.count_erased(tx, peer), 0)
    for ref in refs[:room]:
        store.keep_early(tx, Early(peer, ref, 0, b"", (rules.day(now) + _ERASED_MARK_DAYS + 1) * limits.DAY))


def apply_overdue(tx: Writing, *, keyring: Keyring, now: int, random: Random) -> int:
    """What waited a day for one that did not come applies, and the gap shows; marks and what has no request go. How many."""
    overdue = store.overdue_early(tx, now)
    for early in overdue:
        if early.n > 0:
            with suppress(Refused):  # one that cannot apply any more is dropped like the rest
                _Applying(tx, keyring, now, random).follow(early)
        store.take_early(tx, early)
    return len(overdue)


def _opened(envelope: messages.Envelope, seals: Mapping[str, SealPrivateKey]) -> Opening:
    """Open the outer seal of what a seeker sent; an answer has none that is ours to open."""
    if envelope.sealed is None or envelope.type not in (Type.OFFER, Type.MESSAGE):
        return Opening()
    sealed_for = Context(
        from_=envelope.from_,
        to=envelope.to,
        id=envelope.id,
        type=envelope.type,
        ref=envelope.ref or "",
        n=envelope.n,
    )
    for key in seals.values():
        try:
            if envelope.type is Type.OFFER:
                request = open_request(envelope.sealed, key, sealed_for)
                return Opening(request, request.inner)
            return Opening(inner=open_outer(envelope.sealed, key, sealed_for))
        except Refused:
            continue
    return Opening()


class _Applying:
    """One message and everything that it lets follow, in one transaction."""

    def __init__(self, tx: Writing, keyring: Keyring, now: int, random: Random) -> None:
        self._tx = tx
        self._keyring = keyring
        self._now = now
        self._random = random

    def arrive(self, envelope: messages.Envelope, raw: bytes, opening: Opening) -> None:
        self._raw = raw
        for party in self._senders(envelope, opening):
            if party is Party.HOLDER:
                self._to_seeker(envelope)
            else:
                self._to_holder(envelope, opening)

    def _senders(self, envelope: messages.Envelope, opening: Opening) -> Iterable[Party]:
        """Who sent it: by its type, else by what we know under its reference. Within one node closing may be either's."""
        if envelope.type in _FROM_HOLDER:
            return (Party.HOLDER,)
        if envelope.type in (Type.OFFER, Type.WITHDRAW) or opening.inner is not None:
            return (Party.SEEKER,)
        asked = store.asked(self._tx, envelope.ref or "")
        if envelope.from_ == self._keyring.id and envelope.type is Type.CLOSE:
            return (Party.HOLDER, Party.SEEKER)
        return (Party.HOLDER,) if asked is not None and asked.peer == envelope.from_ else (Party.SEEKER,)

    def follow(self, early: Early) -> None:
        """Its time to wait is over."""
        asked, incoming = store.asked(self._tx, early.ref), store.incoming(self._tx, early.peer, early.ref)
        if asked is not None and asked.peer == early.peer:
            self._follow_asked(asked)
        if incoming is not None:
            self._follow_incoming(incoming)

    # To somebody who asked.

    def _to_seeker(self, envelope: messages.Envelope) -> None:
        row = store.asked(self._tx, envelope.ref or "")
        if row is None or row.peer != envelope.from_ or self._is_own_echo(envelope, row.state):
            return
        move = move_of(envelope, Party.HOLDER)
        arrival = row.numbering.arrival(envelope.n, move)
        if arrival is Arrival.EARLY:
            self._keep(envelope)
        elif arrival is not Arrival.REPEATED:
            self._follow_asked(self._apply_to_asked(row, envelope, move))

    def _is_own_echo(self, envelope: messages.Envelope, state: State) -> bool:
        """Within one node a closing reaches both sides; the one that closed is closed already."""
        return envelope.from_ == self._keyring.id and envelope.type is Type.CLOSE and state in FINAL

    def _apply_to_asked(self, row: Asked, envelope: messages.Envelope, move: Move) -> Asked:
        after = step(row.state, Party.HOLDER, move)
        reason = envelope.body.reason.value if isinstance(envelope.body, DeclineBody) else row.reason
        moved = row.at(
            state=after,
            numbering=row.numbering.after(envelope.n),
            reason=reason,
            final_day=self._final(after, row.final_day),
        )
        store.save_asked(self._tx, moved)
        if after is State.ACCEPTED:
            asking.forget_turns(self._tx, row.ref)
        if envelope.sealed is not None:
            self._letter(row.mailbox, envelope, envelope.sealed)
        by_machine = isinstance(envelope.body, DeclineBody)
        notifications.something_waits(
            self._tx, [Whose(mailbox=row.mailbox)], by_machine=by_machine, now=self._now, random=self._random
        )
        return moved

    def _follow_asked(self, row: Asked) -> None:
        for early in self._ready(row.peer, row.ref, row.numbering):
            envelope = messages.read_stored(early.body)
            store.take_early(self._tx, early)
            if (envelope.type, Party.HOLDER) in messages.MOVES:
                row = self._apply_to_asked(row, envelope, move_of(envelope, Party.HOLDER))

    # To somebody who offers.

    def _to_holder(self, envelope: messages.Envelope, opening: Opening) -> None:
        peer, ref = envelope.from_, envelope.ref or ""
        if any(early.n == 0 for early in store.early_of(self._tx, peer, ref)):
            return  # it was erased
        row = store.incoming(self._tx, peer, ref)
        if row is None and envelope.type is Type.OFFER:
            self._begin(envelope, opening.request)
            return
        if row is None:
            self._keep(envelope)
            return
        if self._is_own_echo(envelope, row.state):
            return
        move = move_of(envelope, Party.SEEKER)
        arrival = row.numbering.arrival(envelope.n, move)
        if arrival is Arrival.EARLY:
            self._keep(envelope)
        elif arrival is not Arrival.REPEATED:
            self._follow_incoming(self._apply_to_incoming(row, envelope, move, opening))

    def _begin(self, envelope: messages.Envelope, request: Request | None) -> None:
        peer, ref = envelope.from_, envelope.ref or ""
        if request is None:
            self._turn_away(peer, ref, Reason.UNREADABLE)
            return
        listing = self._listing(request, peer)
        reason = self._reason(listing, request, peer)
        if reason is not None or listing is None:
            self._turn_away(peer, ref, reason or Reason.UNKNOWN_LISTING)
            return
        known = set(listings.keys(self._tx, request.consent.listing))
        key = next((name for name in request.inner.keys if name in known), None)
        if key is None:
            self._turn_away(peer, ref, Reason.UNREADABLE)
            return
        body = envelope.body
        assert isinstance(body, UntilBody)  # noqa: S101 - `messages.read` checked that the body is its type's
        row = Incoming(
            peer=peer,
            ref=ref,
            listing=request.consent.listing,
            key=key,
            alias=rules.alias(self._random),
            handle=self._handle(peer, request),
            standing=request.routing.standing.value,
            consent=_consent_text(request),
            state=State.OFFERED,
            until=rules.until_at_most(
                body.until,
                request.consent.until,
                *([self._now + rules.NEED_ANSWER_DAYS * limits.DAY] if listing.direction is Direction.NEED else []),
                now=self._now,
            ),
            sent=0,
            numbering=Numbering().after(envelope.n),
            came=rules.day(self._now),
        )
        store.save_incoming(self._tx, row)
        self._letter(row.place, envelope, answering.dump_inner(request.inner))
        if request.consent.commitments != self._promised(listing):
            row = self._pause(row)
        self._tell_holders(row)
        self._follow_incoming(row)

    def _listing(self, request: Request, peer: str) -> Listing | None:
        me = self._keyring.id
        found = searching.find(self._tx, me, request.consent.listing, Viewer(me, member=True), now=self._now)
        if found is None or (found.listing.audience is Audience.HERE and peer != me):
            return None
        return found.listing

    def _reason(self, listing: Listing | None, request: Request, peer: str) -> Reason | None:
        waiting = store.waiting_for(self._tx, request.consent.listing)
        counted = [standing for state, standing in waiting if rules.is_counted(state)]
        return rules.turned_away(
            listing,
            request.routing.standing,
            len(counted),
            counted.count(Standing.GUEST.value),
            not_through=self._is_not_through(self._handle(peer, request), request.consent.listing),
        )

    def _handle(self, peer: str, request: Request) -> bytes:
        return self._keyring.derived("handle", peer, request.routing.handle.hex())

    def _is_not_through(self, handle: bytes, listing: str) -> bool:
        """Whoever keeps it blocked them, or they wait enough already. The same work is done for everybody."""
        offering = listings.find(self._tx, listing)
        holders = [] if offering is None else [holder.member for holder in offering.holders]
        counted = [row.listing for row in store.of_handle(self._tx, handle) if rules.is_counted(row.state)]
        blocked = safety.is_blocked(self._tx, self._keyring, holders, handle)
        return blocked or rules.is_too_much(counted, listing)

    def _promised(self, listing: Listing) -> bytes:
        return commitments_hash(listing.commitments, identity.standing_community(self._tx).profile.commitments)

    def _turn_away(self, peer: NodeId, ref: str, reason: Reason) -> None:
        body = DeclineBody(reason=reason)
        self._send(Type.DECLINE, peer, ref, 1, body)

    def _pause(self, row: Incoming) -> Incoming:
        moved = answering.move_on(self._tx, row, Move.PAUSE, now=self._now)
        self._send(Type.PAUSE, NodeId(row.peer), row.ref, moved.sent)
        return moved

    def _apply_to_incoming(self, row: Incoming, envelope: messages.Envelope, move: Move, opening: Opening) -> Incoming:
        after = step(row.state, Party.SEEKER, move)
        moved = row.at(
            state=after, numbering=row.numbering.after(envelope.n), final_day=self._final(after, row.final_day)
        )
        if after in FINAL:
            moved = moved.at(handle=None)
        if opening.inner is not None:
            self._letter(row.place, envelope, answering.dump_inner(opening.inner))
        agreed = opening.request if move is Move.AGREE and self._is_about(row, opening.request) else None
        if agreed is not None:
            moved = moved.at(consent=_consent_text(agreed))
        store.save_incoming(self._tx, moved)
        if move in _TOLD_TO_HOLDERS:
            self._tell_holders(moved)
        waits_again = move is Move.AGREE and moved.state in (State.OFFERED, State.WAITLISTED)
        return self._pause(moved) if waits_again and not self._is_promised(agreed, row.peer) else moved

    def _tell_holders(self, row: Incoming) -> None:
        offering = listings.find(self._tx, row.listing)
        several = [] if offering is None else [Whose(member=holder.member) for holder in offering.holders]
        notifications.something_waits(self._tx, several, now=self._now, random=self._random)

    def _is_about(self, row: Incoming, request: Request | None) -> bool:
        return request is not None and request.consent.listing == row.listing

    def _is_promised(self, request: Request | None, peer: str) -> bool:
        """Whether the person agreed to what is promised now: one who agreed to another listing, or unreadably, did not."""
        listing = None if request is None else self._listing(request, peer)
        return request is not None and listing is not None and request.consent.commitments == self._promised(listing)

    def _follow_incoming(self, row: Incoming) -> None:
        for early in self._ready(row.peer, row.ref, row.numbering):
            envelope = messages.read_stored(early.body)
            store.take_early(self._tx, early)
            if (envelope.type, Party.SEEKER) in messages.MOVES:
                # Opened in here, against the rule that a transaction opens nothing: what comes early is rare and one seal.
                opening = _opened(envelope, self._keyring.seals)
                row = self._apply_to_incoming(row, envelope, move_of(envelope, Party.SEEKER), opening)

    # Both.

    def _ready(self, peer: str, ref: str, numbering: Numbering) -> list[Early]:
        kept = {early.n: early for early in store.early_of(self._tx, peer, ref) if early.n > 0}
        arrived = {n: early.kept_until - limits.EARLY_MESSAGE_KEPT for n, early in kept.items()}
        never_wait = {
            n for n, early in kept.items() if messages.read_stored(early.body).type in (Type.WITHDRAW, Type.CLOSE)
        }
        ready = set(numbering.ready(arrived, self._now)) | never_wait
        return [kept[n] for n in sorted(ready)]

    def _keep(self, envelope: messages.Envelope) -> None:
        if store.count_early(self._tx, envelope.from_) >= rules.EARLY_A_PEER:
            raise Refused(Code.BUSY, "too many messages came before those they follow")
        row = store.early_of(self._tx, envelope.from_, envelope.ref or "")
        if all(early.n != envelope.n for early in row):
            until = self._now + limits.EARLY_MESSAGE_KEPT
            store.keep_early(self._tx, Early(envelope.from_, envelope.ref or "", envelope.n, self._raw, until))

    def _letter(self, place: str, envelope: messages.Envelope, sealed: bytes) -> None:
        if store.has_letter(self._tx, envelope.id):
            raise Refused(Code.MESSAGE_REUSED_ID, "an id of a message that was forgotten, for another one")
        day = rules.day(self._now)
        letter = Letter(envelope.id, place, envelope.type.value, ours=False, n=envelope.n, sealed=sealed, day=day)
        store.add_letter(self._tx, letter)

    def _final(self, after: State, former: int | None) -> int | None:
        return rules.day(self._now) if after in FINAL and former is None else former

    def _send(self, kind: Type, peer: NodeId, ref: str, n: int, body: messages.Body | None = None) -> None:
        outgoing = sending.sign(
            kind, me=self._keyring.id, to=peer, ref=ref, n=n, now=self._now, random=self._random, body=body
        )
        sending.enqueue(self._tx, outgoing, now=self._now, half=True)


def _consent_text(request: Request) -> str:
    agreed = request.consent
    return json.dumps({"purpose": agreed.purpose, "fields": sorted(agreed.fields), "until": agreed.until})


def undeliverable(tx: Writing, outgoing: delivery.Outgoing, code: str, *, now: int, random: Random) -> None:
    """A message about a request was finally not taken: the person who sent it reads why."""
    row = None if outgoing.ref is None else store.asked(tx, outgoing.ref)
    if row is not None and row.peer == outgoing.peer:
        store.save_asked(tx, row.at(problem=code))
        several = [Whose(mailbox=row.mailbox)]
        notifications.something_waits(tx, several, by_machine=True, now=now, random=random)

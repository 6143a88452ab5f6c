"""The inbox: cheap first, authenticity before parsing, effects last (section 5 of the specification; ADR 0010).

method, path, host → length, type, encoding → signature's form → peer on file → body's digest → Ed25519 → time → bucket → strict JSON →
model, sender, recipient → one transaction that reads the agreement again, keeps (sender, id, hash) and has the effect → the answer, after
the commit. Nothing is unsealed here. Before Ed25519 has passed there is one refusal for all, no row, and no parser; the two exceptions
carry their own proof: a first request with an invitation's MAC, and the documents of a node on file that has a new key.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from alongside_node.delivery import actions as delivery
from alongside_node.delivery.actions import Received
from alongside_node.foundation.clock import Clock
from alongside_node.foundation.database import Database, DatabaseUnavailableError, Writing
from alongside_node.peers import actions as peers
from alongside_node.peers.book import Book
from alongside_protocol import base64url, http_signatures, limits, messages, peering
from alongside_protocol.errors import Code, Refused
from alongside_protocol.http_signatures import DIGEST_HEADER
from alongside_protocol.identifiers import NodeId, Random
from alongside_protocol.messages import DocsBody, Envelope, HintBody, PeerBody, Type
from alongside_protocol.node_document import Chain, read_chain

from . import problems
from .allowance import Allowance
from .gate import INVITATION, Arrival, Caller, OurNode, arrival, check_proven, known_caller, read_body
from .pacing import Doorstep

Effect = Callable[[Writing], None]

INTRODUCTIONS_PER_MINUTE: Final = 6
"""How often the documents of one node on file are read before its signature is known: a new key is a rare thing."""

_ABOUT_AGREEMENTS: Final = frozenset({Type.PEER_ACCEPT, Type.PEER_DECLINE, Type.PEER_END})

_POST: Final = "POST"
_ACCEPTED: Final = 202


@dataclass(frozen=True)
class Told:
    """Whom the inbox tells, in this process: nudges, and nothing that must not be lost. Each may be called from any thread."""

    stored: Callable[[], None]
    """A message waits to be acted on."""
    agreed: Callable[[], None]
    """An agreement changed: there may be a directory to follow, or no longer."""
    hinted: Callable[[NodeId, HintBody], None]
    """A peer has a head, and may say what changed."""
    heard: Callable[[NodeId], None]
    """A peer is there."""


@dataclass(frozen=True)
class Doors:
    """What the federation endpoints are made from."""

    database: Database
    us: OurNode
    clock: Clock
    random: Random
    book: Book
    terms: peers.Terms
    told: Told
    doorstep: Doorstep = field(default_factory=Doorstep)
    """Who stands at the inbox is answered before messages are acted on."""
    inbox_per_minute: int = limits.PEER_INBOX_PER_MINUTE
    allow_loopback: bool = False


class Inbox:
    """`POST /alongside/v1/inbox`, as an ASGI application."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._allowance = Allowance(doors.inbox_per_minute)
        self._introductions = Allowance(INTRODUCTIONS_PER_MINUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        with self._doors.doorstep:
            response = await self._answer(scope, receive)
            await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        now = self._doors.clock.now()
        try:
            arrived = await self._arrival(scope, receive)
            await self._doors.book.refresh(now)
            caller = self._caller(arrived, now)
        except Refused:
            return problems.stranger()
        try:
            check_proven(arrived, caller, now=now)
            self._allowance.take(caller.node, now)
            self._doors.told.heard(caller.node)
            await self._take(arrived, caller, now)
        except Refused as refused:
            return problems.of(refused)
        except DatabaseUnavailableError:
            return problems.unavailable()
        return Response(status_code=_ACCEPTED)

    # Who it is.

    async def _arrival(self, scope: Scope, receive: Receive) -> Arrival:
        head = arrival(_POST, scope, self._doors.us)
        if head.headers.get("content-type") != messages.CONTENT_TYPE:
            raise Refused(Code.MESSAGE_FORM, "another content type")
        body = await read_body(receive, head.headers.get("content-length"), most=limits.MESSAGE_BYTES)
        http_signatures.check_content_digest(head.headers.get(DIGEST_HEADER), body)
        return Arrival(head.target, head.headers, head.presented, body)

    def _caller(self, arrived: Arrival, now: int) -> Caller:
        try:
            return known_caller(_POST, arrived, self._doors.book)
        except Refused:
            introduced = self._introduced(arrived, now)
        presented = arrived.presented
        http_signatures.verify(presented, _POST, arrived.target, arrived.headers, introduced.newest.sign)
        return Caller(presented.node, presented.doc, introduced)

    def _introduced(self, arrived: Arrival, now: int) -> Chain:
        """The documents in the body of somebody who may show them before a key of theirs is on file. Raises `Refused`."""
        presented, on_file = arrived.presented, self._doors.book.chain(arrived.presented.node)
        if INVITATION in arrived.headers:
            self._invitation(arrived)
        elif on_file is not None and presented.doc >= on_file.newest.n:
            self._introductions.take(presented.node, now)
        else:
            raise Refused(Code.REQUEST_SIGNATURE, "a stranger")
        return self._documents(messages.read_stored(arrived.body), presented.node, presented.doc)

    def _invitation(self, arrived: Arrival) -> str:
        """The id of the open invitation that this very body was made with. Raises `Refused` (`invitation`)."""
        raw, mac = peering.read_invitation_header(arrived.headers.get(INVITATION, ""))
        invitation = base64url.encode(raw)
        token = self._doors.book.token(invitation)
        if token is None:
            raise Refused(Code.INVITATION, "not an open invitation")
        peering.check_invitation(mac, token, arrived.headers[DIGEST_HEADER])
        return invitation

    def _documents(self, envelope: Envelope, node: NodeId, doc: int) -> Chain:
        """The chain in a message, authenticated by the newest key in it. Raises `Refused`."""
        if not isinstance(envelope.body, DocsBody | PeerBody):
            raise Refused(Code.MESSAGE_FORM, "holds no documents")
        chain = read_chain(envelope.body.docs, allow_loopback=self._doors.allow_loopback)
        if chain.id != node or chain.newest.n != doc:
            raise Refused(Code.DOCUMENT_OTHER_NODE, "documents of another node, or not up to the key that signed")
        return chain

    # What it does.

    async def _take(self, arrived: Arrival, caller: Caller, now: int) -> None:
        me = self._doors.us.chain.id
        envelope = messages.read(arrived.body, sender=caller.node, me=me, now=now)
        if isinstance(envelope.body, HintBody):
            self._doors.told.hinted(caller.node, envelope.body)
            return
        digest = sha256(arrived.body).digest()
        effect, acted = self._effect(arrived, envelope, caller, now)

        def store(tx: Writing) -> None:
            took = delivery.receive(
                tx,
                sender=envelope.from_,
                id=envelope.id,
                exp=envelope.exp,
                body=arrived.body,
                now=now,
                digest=digest,
                acted=acted,
            )
            if took is Received.CONFLICT:
                raise Refused(Code.MESSAGE_REUSED_ID, "another message came under this id")
            if took is Received.NEW:
                effect(tx)

        await self._doors.database.awrite(store)

    def _effect(self, arrived: Arrival, envelope: Envelope, caller: Caller, now: int) -> tuple[Effect, bool]:
        """(what happens in the transaction, whether that is all). Raises `Refused`."""
        if envelope.type is Type.PEER_REQUEST:
            return self._asked(arrived, envelope, self._documents(envelope, caller.node, caller.doc), now), True
        if envelope.type is Type.DOCS:
            return self._learned(self._documents(envelope, caller.node, caller.doc), now), True
        if envelope.type in _ABOUT_AGREEMENTS:
            return self._agreed(envelope, now), True
        return self._waits(envelope), False

    def _asked(self, arrived: Arrival, envelope: Envelope, chain: Chain, now: int) -> Effect:
        def effect(tx: Writing) -> None:
            # In here, because the same request again finds its invitation used and is still to be answered as before.
            invitation = self._invitation(arrived)
            peers.asked_by(tx, envelope, chain, invitation, terms=self._doors.terms, now=now)
            tx.after_commit(self._doors.book.forget)
            tx.after_commit(self._doors.told.agreed)

        return effect

    def _learned(self, chain: Chain, now: int) -> Effect:
        def effect(tx: Writing) -> None:
            peers.learn_documents(tx, chain.id, chain, now=now, random=self._doors.random)
            tx.after_commit(self._doors.book.forget)

        return effect

    def _agreed(self, envelope: Envelope, now: int) -> Effect:
        def effect(tx: Writing) -> None:
            peers.admit(tx, envelope.from_, envelope.type)
            peers.receive(tx, envelope, terms=self._doors.terms, now=now)
            tx.after_commit(self._doors.told.agreed)

        return effect

    def _waits(self, envelope: Envelope) -> Effect:
        def effect(tx: Writing) -> None:
            peers.admit(tx, envelope.from_, envelope.type)
            tx.after_commit(self._doors.told.stored)

        return effect

"""Nodes of agreements and mail only, joined in process: real keys, real databases, real endpoints; one clock; a network to cut.

For the tests of the inbox, of peering and of the worker's loops. A whole node with listings and people is in `world.py`.
"""

import asyncio
import random as seeded
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette

from alongside_node import schema
from alongside_node.delivery import actions as delivery
from alongside_node.delivery.actions import Outgoing
from alongside_node.entrypoints import federation
from alongside_node.entrypoints.hint_sender import HintSender, Telling
from alongside_node.entrypoints.inbox import Doors, Told
from alongside_node.entrypoints.outbox_sender import Mail, OutboxSender
from alongside_node.entrypoints.pacing import Nudge
from alongside_node.entrypoints.received_worker import ReceivedWorker
from alongside_node.foundation.database import Database, Reading, Writing
from alongside_node.peers import actions as peers
from alongside_node.peers.book import Book
from alongside_protocol import base64url, http_signatures, limits, messages
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from alongside_protocol.client.flows import INBOX_PATH, Signer
from alongside_protocol.errors import Code, Refused
from alongside_protocol.feed import Cursor, Position, write_page
from alongside_protocol.identifiers import MessageId, NodeId, Ref
from alongside_protocol.keys import SigningKey
from alongside_protocol.messages import CONTENT_TYPE, Envelope, HintBody, Steps, Type
from alongside_protocol.node_document import Chain, found, succeed
from alongside_protocol.profile import Profile
from alongside_protocol.recovery import RecoverySeed

NOON = 1_800_000_000


@dataclass
class Clock:
    time: int = NOON

    def now(self) -> int:
        return self.time


@dataclass
class Network:
    """Brings requests to the nodes that joined, and remembers what passed. A host in `down` cannot be reached."""

    apps: dict[str, Any] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    passed: list[tuple[HttpRequest, HttpResponse]] = field(default_factory=list)

    async def send(self, request: HttpRequest) -> HttpResponse:
        host = urlsplit(request.url).netloc
        if host in self.down or host not in self.apps:
            raise Refused(Code.UNREACHABLE, "cut")
        response = await asgi(self.apps[host], request.method, request.url, request.headers, request.body)
        self.passed.append((request, response))
        return response


async def asgi(
    app: Any, method: str, url: str, headers: Mapping[str, str], body: bytes | Any | None = None
) -> HttpResponse:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        request = httpx.Request(method, url, headers=dict(headers), content=body)
        answer = await client.send(request)
        return HttpResponse(answer.status_code, answer.headers, answer.content)


class SmallNode:
    """One community's node, as far as peers and messages go."""

    def __init__(self, name: str, database: Database, network: Network, clock: Clock, **doors: Any) -> None:
        self.name = name
        self.database = database
        self.network = network
        self.clock = clock
        self.random = seeded.Random(name).randbytes
        self.seed = RecoverySeed.generate(self.random)
        self.signing = SigningKey(self.random(32))
        self.origin = f"https://{name}.example"
        self.chain: Chain = found(origin=self.origin, sign=self.signing, recovery=self.seed, now=clock.now())
        self.profile = Profile(name=name.title(), lang="en")
        self.terms = doors.pop("terms", peers.Terms(notice_days=0))
        self.effects: list[Envelope] = []
        self.given_up: list[tuple[Outgoing, str]] = []
        self.hints: list[tuple[NodeId, int, int]] = []
        self.book = Book(database)
        self._build(doors)

    def _build(self, doors: dict[str, Any]) -> None:
        self.stored, self.mail, self.agreements = Nudge(), Nudge(), Nudge()
        mail = Mail(
            self.database,
            self.clock,
            self.random,
            self.network,
            me=lambda: self.id,
            signer=lambda: self.signer,
            undeliverable=self._undeliverable,
            stored=self.stored,
        )
        self.outbox = OutboxSender(mail, self.mail)
        self.received = ReceivedWorker(self.database, self.clock, self.act, nudge=self.stored, mail=self.mail)
        telling = Telling(
            clock=self.clock,
            random=self.random,
            outbound=self.network,
            me=lambda: self.id,
            signer=lambda: self.signer,
            sleep=doors.pop("sleep", _no_time),
        )
        self.telling = HintSender(telling)
        told = Told(
            stored=self.stored,
            agreed=self.agreements,
            hinted=lambda node, hint: self.hints.append((node, hint.doc, hint.seq)),
            heard=self.outbox.heard,
        )
        doors = {"inbox_per_minute": 1_000, **doors}
        self.doors = Doors(self.database, self, self.clock, self.random, self.book, self.terms, told, **doors)
        self.app = Starlette(routes=federation.routes(self.doors, self._changes, self._heads))
        self.network.apps[urlsplit(self.origin).netloc] = self.app

    # Who it is.

    @property
    def id(self) -> NodeId:
        return self.chain.id

    @property
    def us(self) -> peers.Us:
        return peers.Us(self.chain, self.profile)

    @property
    def signer(self) -> Signer:
        return Signer(self.signing, http_signatures.key_id(self.id, self.chain.newest.n))

    def rotate(self) -> None:
        """A new document with a new key."""
        self.signing = SigningKey(self.random(32))
        self.chain = succeed(
            self.chain, origin=self.origin, sign=self.signing, recovery=self.seed, now=self.clock.now()
        )

    # What it does.

    def announces(self, doc: int, seq: int) -> None:
        """A head was signed: everybody who reads is told."""
        readers = self.database.read(lambda reading: peers.readers(reading, self.clock.now()))
        self.telling.announce(HintBody(doc=doc, seq=seq), readers)

    async def act(self, envelope: Envelope, _: bytes = b"") -> Callable[[Writing], None]:
        def effect(tx: Writing) -> None:
            if envelope.type is Type.MESSAGE:
                raise ValueError("nothing here opens what is sealed")
            tx.after_commit(lambda: self.effects.append(envelope))

        return effect

    def write(self, work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """One write at the edge, as the node's pages and command line make it."""

        def whole(tx: Writing) -> Any:
            tx.after_commit(self.book.forget)
            tx.after_commit(self.mail)
            return work(tx, *arguments, **named)

        return self.database.write(whole)

    def decides(self, work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """An action of peers that takes who we are, the time and randomness."""
        return self.write(work, *arguments, us=self.us, now=self.clock.now(), random=self.random, **named)

    def invites(self, other: "SmallNode") -> Any:
        return self.write(peers.invite, f"for {other.name}", us=self.chain, now=self.clock.now(), random=self.random)

    def peer(self, other: "SmallNode") -> peers.Peer:
        found_peer = self.database.read(lambda reading: peers.find(reading, other.id))
        assert found_peer is not None
        return found_peer

    def standing(self, other: "SmallNode") -> peers.Standing:
        return self.peer(other).standing

    def rows(self, table: str) -> int:
        statement = schema.metadata.tables[table].select()
        return len(self.database.read(lambda reading: reading.execute(statement).all()))

    def waiting(self) -> list[str]:
        statement = schema.outbox.select().order_by(schema.outbox.c.order)
        return [row.type for row in self.database.read(lambda reading: reading.execute(statement).all())]

    def _undeliverable(self, tx: Writing, outgoing: Outgoing, code: str) -> None:
        peers.undeliverable(tx, outgoing)
        self.given_up.append((outgoing, code))

    def _changes(self, _: Reading, since: Cursor | None, after: Position | None) -> bytes:
        if since is not None and since.doc == 0 and since.seq == 7:
            raise Refused(Code.CURSOR_GONE, "read from the start")
        return write_page(f"head of {self.name}", [], more=False)

    def _heads(self, _: Reading, doc: int, first: int, last: int) -> list[str]:
        return [f"{doc}.{seq}" for seq in range(first, last + 1)]

    # What it sends, byte by byte.

    def message(self, to: "SmallNode", kind: Type = Type.WITHDRAW, **changes: Any) -> Envelope:
        has_ref = messages.FORMS[kind].ref
        values: dict[str, Any] = {
            "id": MessageId(new_id(self.random)),
            "from_": self.id,
            "to": to.id,
            "type": kind,
            "iat": self.clock.now(),
            "exp": self.clock.now() + limits.DAY,
            "ref": Ref(new_id(self.random)) if has_ref else None,
            "n": 1 if has_ref else 0,
        }
        return Envelope(**(values | changes))

    def post(self, to: "SmallNode", body: bytes, **changes: Any) -> HttpRequest:
        """A signed POST to another node's inbox; `changes`: of what is signed."""
        url = changes.pop("url", to.origin + INBOX_PATH)
        values: dict[str, Any] = {
            "key": self.signing,
            "keyid": self.signer.key_id,
            "now": self.clock.now(),
            "content_type": CONTENT_TYPE,
        }
        return HttpRequest("POST", url, http_signatures.sign("POST", url, body=body, **(values | changes)), body)

    def get(self, to: "SmallNode", path: str, **changes: Any) -> HttpRequest:
        url = to.origin + path
        values: dict[str, Any] = {"key": self.signing, "keyid": self.signer.key_id, "now": self.clock.now()}
        return HttpRequest("GET", url, http_signatures.sign("GET", url, **(values | changes)))


def new_id(random: Callable[[int], bytes]) -> str:
    return base64url.encode(random(16))


async def _no_time(_: float) -> None:
    await asyncio.sleep(0)


async def quiet(*nodes: SmallNode) -> None:
    """Let mail pass and be acted on until nothing moves."""
    moved = True
    while moved:
        moved = False
        for node in nodes:
            before = node.rows("outbox")
            await node.outbox.send_due()
            moved |= node.rows("outbox") != before
            moved |= bool(await node.received.act_once())


async def federate(one: SmallNode, other: SmallNode, step: Steps = Steps.REQUESTS) -> None:
    """Invite, ask, agree."""
    code = other.invites(one)
    one.decides(peers.ask, code, other.chain, step=step, terms=one.terms)
    await quiet(one, other)
    other.decides(peers.agree, one.id, step, review_day=None, terms=other.terms)
    await quiet(one, other)


@contextmanager
def a_database(folder: Path, name: str) -> Iterator[Database]:
    """A second community's own."""
    database = Database(f"sqlite:///{folder / name}.sqlite3")
    schema.metadata.create_all(database.engine)
    try:
        yield database
    finally:
        database.close()


def run(story: Awaitable[Any]) -> Any:
    async def told() -> Any:
        return await story

    return asyncio.run(told())


def enqueue(node: SmallNode, envelope: Envelope, **changes: Any) -> None:
    """Put a message in a node's outbox."""
    values: dict[str, Any] = {
        "peer": envelope.to,
        "message_id": envelope.id,
        "type": envelope.type.value,
        "ref": envelope.ref,
        "body": messages.write(envelope),
        "not_after": envelope.exp,
        "now": node.clock.now(),
    }
    node.write(delivery.enqueue, **(values | changes))

"""Several real nodes in one process, on one clock, joined by a network that can be cut.

Each has its own real SQLite (or PostgreSQL) file and its real ASGI application; only sockets are left out. `World` moves nothing by
itself: `settle` lets mail, heads and synchronisations pass until nothing moves, `pass_time` sets the clock on and does what is due.
"""

import asyncio
import functools
import itertools
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from alongside_node import migrations
from alongside_node.app import Node
from alongside_node.app import World as Outside
from alongside_node.entrypoints import acts
from alongside_node.foundation.database import Database, Writing
from alongside_node.identity import actions as identity
from alongside_node.listings.actions import Move
from alongside_node.members import actions as members
from alongside_node.members import words as seven
from alongside_node.members.actions import Person, Role
from alongside_node.peers import actions as peers
from alongside_node.settings import Settings
from alongside_protocol import http_signatures
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from alongside_protocol.client.flows import INBOX_PATH
from alongside_protocol.commitments import CALLED
from alongside_protocol.errors import Code, Refused
from alongside_protocol.messages import CONTENT_TYPE, Steps
from alongside_protocol.profile import Profile

START = 1_795_000_000  # 18 November 2026
_COMPILED = tempfile.TemporaryDirectory(prefix="alongside-pages-")  # templates as code, once for all the nodes of a run


@functools.cache
def _newly_migrated() -> bytes:
    """An SQLite file as the migrations leave it: arriving there took longer than most stories."""
    with tempfile.TemporaryDirectory(prefix="alongside-new-") as folder:
        file = Path(folder, "new.sqlite3")
        database = Database(f"sqlite:///{file}")
        migrations.upgrade(database)
        database.close()
        return file.read_bytes()


class Clock:
    """One clock for all."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> int:
        return self.at


class Randomness:
    """Different bytes each time, the same in each run."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._count = itertools.count()

    def __call__(self, length: int) -> bytes:
        out = b""
        while len(out) < length:
            out += sha256(self._seed + str(next(self._count)).encode()).digest()
        return out[:length]


class Network:
    """Brings requests from node to node. `cut`: pairs of origins between which nothing passes."""

    def __init__(self) -> None:
        self.apps: dict[str, Any] = {}
        self.cut: set[frozenset[str]] = set()
        self.seen: list[tuple[str, str, int, int]] = []

    def from_(self, origin: str) -> "Way":
        return Way(self, origin)


class Way:
    """The way out of one node."""

    def __init__(self, network: Network, origin: str) -> None:
        self._network = network
        self._origin = origin

    async def send(self, request: HttpRequest) -> HttpResponse:
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        app = self._network.apps.get(origin)
        if app is None or frozenset({self._origin, origin}) in self._network.cut:
            raise Refused(Code.UNREACHABLE, "no way there")
        response = await call(app, request)
        self._network.seen.append((request.method, parts.path, len(request.body or b""), len(response.body)))
        if len(response.body) > request.max_bytes:
            raise Refused(Code.TOO_LARGE, "too long")
        return response


async def call(app: Any, request: HttpRequest) -> HttpResponse:
    """One request to an ASGI application, without a socket."""
    parts = urlsplit(request.url)
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in request.headers.items()]
    headers.append((b"host", parts.netloc.encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": headers,
        "server": (parts.hostname, parts.port),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
    sent: list[dict[str, Any]] = []
    told = False

    async def receive() -> dict[str, Any]:
        nonlocal told
        if told:
            return {"type": "http.disconnect"}
        told = True
        return {"type": "http.request", "body": request.body or b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
    return HttpResponse(start["status"], found, body)


def post(sender: "Community", to: "Community", body: bytes) -> int:
    """The status of a message that a community wrote itself, signed with its real key, at the real inbox; then it is acted on."""
    signer, url = sender.node.keys().signer, to.origin + INBOX_PATH
    now = sender.world.clock.now()
    headers = http_signatures.sign(
        "POST", url, key=signer.key, keyid=signer.key_id, now=now, body=body, content_type=CONTENT_TYPE
    )
    status = to.world.run(call(to.app, HttpRequest("POST", url, headers, body))).status
    while to.world.run(to.node.received.act_once()):
        pass
    return int(status)


def commitments(answer: str = "only_if_you_ask", **other: str) -> dict[str, Any]:
    """Answers about everyone, complete."""
    return {
        **{who: {"answer": other.get(who, answer)} for who in CALLED},
        "mandated_reporter": "no",
        "kept_days": 0,
        "given_by": "the_holder",
    }


def offer(title: str = "Someone awake when grief is loudest", **changes: Any) -> dict[str, Any]:
    """A whole draft of somebody who listens."""
    return {
        "direction": "offer",
        "type": "listening",
        "audience": "anyone",
        "lang": "en",
        "title": title,
        "text": "I lost my brother. I like to listen.",
        "by": "Mira",
        "languages": ["en", "es"],
        "modality": ["phone", "text"],
        "topics": ["grief"],
        "exchange": {"kind": "free"},
        "commitments": commitments(),
        **changes,
    }


class Community:
    """One node of the world."""

    def __init__(
        self,
        world: "World",
        name: str,
        *,
        database: str | None = None,
        settings: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.world = world
        self.name = name
        self.origin = world.origin(len(world.communities))
        folder = world.folder / name
        folder.mkdir()
        self.settings = Settings(
            data_dir=folder,
            database_url=database or ("" if world.new_url is None else world.new_url()),
            origin=self.origin,
            production=False,
            allow_loopback_peers=True,
            notice_days=0,
            inbox_per_minute=100_000,
            **settings,
        )
        self.random = Randomness(name)
        (folder / "compiled-pages").symlink_to(_COMPILED.name, target_is_directory=True)
        url = make_url(self.settings.database)
        if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
            Path(str(url.database)).write_bytes(_newly_migrated())
        first = Database(self.settings.database)
        migrations.upgrade(first)
        profile = Profile(name=name, lang="en", commitments=commitments())  # type: ignore[arg-type]
        self.seed = first.write(
            lambda tx: identity.found(
                tx, origin=self.origin, profile=profile, now=world.clock.now(), random=self.random, allow_loopback=True
            )
        )
        first.close()
        self.start()
        self.write(
            lambda tx: acts.publish_profile(
                tx,
                identity.standing_community(tx),
                keyring=self.node.keys(),
                now=world.clock.now(),
                random=self.random,
            )
        )

    def start(self) -> None:
        """As after a restart: nothing but the database is kept."""
        outside = Outside(self.world.clock, self.random, self.world.network.from_(self.origin))
        self.node = Node.open(self.settings, outside)
        self.app = self.make_app()
        self.world.network.apps[self.origin] = self.app

    def make_app(self) -> Any:
        return self.node.asgi()

    def stop(self) -> None:
        self.world.network.apps.pop(self.origin, None)
        self.node.close()

    def write(self, work: Callable[[Writing], Any]) -> Any:
        def whole(tx: Writing) -> Any:
            tx.after_commit(self.node.wake)
            return work(tx)

        return self.node.database.write(whole)

    def read(self, work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        return self.node.database.read(lambda reading: work(reading, *arguments, **named))

    def rows(self, table: str) -> list[Any]:
        from alongside_node import schema  # noqa: PLC0415

        return self.node.database.read(lambda reading: reading.execute(schema.metadata.tables[table].select()).all())

    @property
    def id(self) -> Any:
        return self.node.keys.id

    def person(self, name: str, role: Role = Role.MEMBER) -> Person:
        """Somebody with an account here, signed in."""
        joining = members.prepare(
            seven.Derived(self.random(32), self.random(32)),
            node=self.id,
            name=name,
            role=role,
            lang="en",
            now=self.world.clock.now(),
            random=self.random,
        )
        self.write(lambda tx: members.add(tx, joining.member))
        return Person(joining.member, joining.key)

    def again(self, person: Person) -> Person:
        """The same person, as their row is now."""
        return Person(self.read(members.find, person.member.id), person.key)

    def publishes(self, person: Person, **changes: Any) -> str:
        """A listing of this person, published."""

        async def story() -> str:
            listing = await acts.draft(self.node.edge, person.member, offer(**changes), name=person.member.name)
            await acts.change(self.node.edge, person.member, listing, Move.PUBLISH)
            return listing

        return self.world.run(story())


class World:
    """All of it."""

    def __init__(self, folder: Path, new_url: Callable[[], str] | None = None) -> None:
        self.folder = folder
        self.new_url = new_url
        self.clock = Clock()
        self.network = Network()
        self.communities: list[Community] = []
        self.loop = asyncio.new_event_loop()

    def origin(self, number: int) -> str:
        """Where the community with this number is."""
        return f"http://localhost:{8000 + number}"

    def community(self, name: str, **named: Any) -> Community:
        found = Community(self, name, **named)
        self.communities.append(found)
        return found

    def run(self, story: Coroutine[Any, Any, Any]) -> Any:
        async def limited() -> Any:
            async with asyncio.timeout(60):
                return await story

        return self.loop.run_until_complete(limited())

    def settle(self) -> None:
        """Heads are signed, mail passes and is acted on, directories are read, until nothing moves."""
        self.run(self._settle())

    async def _settle(self) -> None:
        for _ in range(20):
            moved = False
            for community in self.communities:
                if community.origin not in self.network.apps:
                    continue
                node = community.node
                moved |= await node.directory.sign_due()
                before = len(community.rows("outbox"))
                await node.outbox.send_due()
                moved |= len(community.rows("outbox")) != before
                moved |= bool(await node.received.act_once())
            if not moved:
                break
        for community in self.communities:
            if community.origin in self.network.apps:
                for peer in await community.node._sources():
                    await community.node.replicas.sync(peer)

    def pass_time(self, seconds: int) -> None:
        self.clock.at += seconds
        for community in self.communities:
            if community.origin in self.network.apps:
                self.run(community.node.duties.do_due())
        self.settle()

    def federate(self, one: Community, other: Community, step: Steps = Steps.REQUESTS) -> None:
        """Both communities' stewards agree."""
        now = self.clock.now()
        code = other.write(
            lambda tx: peers.invite(tx, "for them", us=other.node.keys.chain, now=now, random=other.random)
        )
        one.write(
            lambda tx: peers.ask(
                tx,
                code,
                other.node.keys.chain,
                us=one.node.edge.us(tx),
                step=step,
                terms=one.node.terms,
                now=now,
                random=one.random,
            )
        )
        self.settle()
        other.write(
            lambda tx: peers.agree(
                tx,
                one.id,
                step,
                us=other.node.edge.us(tx),
                review_day=None,
                terms=other.node.terms,
                now=now,
                random=other.random,
            )
        )
        self.settle()

    def cut(self, one: Community, other: Community) -> None:
        self.network.cut.add(frozenset({one.origin, other.origin}))

    def heal(self) -> None:
        self.network.cut.clear()

    def close(self) -> None:
        for community in self.communities:
            if community.origin in self.network.apps:
                community.stop()
        self.loop.close()

"""Real nodes for the benchmarks: each founded in a folder of its own, filled beside, and served by `alongside serve` as a process.

Two of them agree with each other from the start. What fills a node (`seed`) writes rows and lets the node's own code sign the head;
none of it is measured.
"""

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from corpus import Line

from alongside_node.app import Node
from alongside_node.app import World as Outside
from alongside_node.entrypoints import acts
from alongside_node.foundation.database import Database, Writing
from alongside_node.foundation.running import wake
from alongside_node.founding import found
from alongside_node.listings.actions import Move
from alongside_node.members import actions as members
from alongside_node.members.actions import Person, Role
from alongside_node.members.words import Derived
from alongside_node.peers import actions as peers
from alongside_node.peers import store as peer_store
from alongside_node.settings import Settings, load
from alongside_protocol.messages import Steps

_STARTS_WITHIN = 60
_SEEDED_TOGETHER = 10_000
_COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}  # as a node that was installed is
_ENOUGH = 2_000_000_000
_CALLED = ("police", "hospital", "child_services", "immigration", "family_or_partner", "probation", "anyone_else")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found_socket:
        found_socket.bind(("127.0.0.1", 0))
        port: int = found_socket.getsockname()[1]
        return port


def offer(**changes: Any) -> dict[str, Any]:
    """A whole draft of somebody who offers to listen, of 1.2 KB."""
    return {
        "direction": "offer",
        "type": "listening",
        "audience": "anyone",
        "lang": "en",
        "title": "Someone awake when grief is loudest",
        "text": "I lost my brother. I like to listen. " * 10,
        "by": "Mira",
        "languages": ["en", "es"],
        "modality": ["phone", "text"],
        "topics": ["grief"],
        "exchange": {"kind": "free"},
        "room": {"waiting": 100, "guests": 100},
        "commitments": {
            **{who: {"answer": "only_if_you_ask"} for who in _CALLED},
            "mandated_reporter": "no",
            "kept_days": 0,
            "given_by": "the_holder",
        },
        **changes,
    }


class Community:
    """One community: its folder, and its node when it runs."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder / name
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        chosen = {
            "origin": self.origin,
            "port": self.port,
            "production": False,
            "allow_loopback_peers": True,
            "notice_days": 0,
            "inbox_per_minute": _ENOUGH,
            "poll_earliest": 100_000,
            "poll_latest": 200_000,
        }
        found(self.folder, chosen, name=name, lang="en", steward="Steward")

    @property
    def settings(self) -> Settings:
        """As the node reads them."""
        return load(self.folder / "alongside.toml").model_copy(update={"data_dir": self.folder})

    @contextmanager
    def beside(self) -> Iterator[Node]:
        """This community's node without its loops, whether or not the real one runs: for filling, and for acting as a person."""
        settings = self.settings
        database = Database(settings.database, checkpoints=False)
        try:
            yield Beside(settings, database, Outside.real(settings))
        finally:
            database.close()

    @contextmanager
    def serving(self, *, port: int | None = None) -> Iterator["Process"]:
        """`alongside serve`, as a process of its own."""
        with process(
            [str(Path(sys.executable).parent / "alongside"), "serve"],
            {"ALONGSIDE_DATA_DIR": str(self.folder), "ALONGSIDE_PORT": str(port or self.port)},
            port or self.port,
            log=self.folder / "serve.log",
        ) as running:
            yield running


class Beside(Node):
    """A node beside the one that runs: what it wrote, it wakes the other for."""

    def wake(self) -> None:
        """Have the running node look."""
        super().wake()
        wake(self.settings.data_dir)


@dataclass
class Process:
    """A process that listens."""

    popen: subprocess.Popen[bytes]
    started: float
    """When it was started, by `time.perf_counter`."""

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.popen.pid


@contextmanager
def process(command: list[str], environment: dict[str, str], port: int, *, log: Path) -> Iterator[Process]:
    """Start a server, wait until it listens, and end it after the block."""
    with log.open("ab") as said:
        started = time.perf_counter()
        popen = subprocess.Popen(command, env={**os.environ, **_COMPILED, **environment}, stdout=said, stderr=said)
    try:
        _wait_for(port, popen, log)
        yield Process(popen, started)
    finally:
        popen.terminate()
        try:
            popen.wait(10)
        except subprocess.TimeoutExpired:
            popen.kill()
            popen.wait()


def _wait_for(port: int, popen: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < until and popen.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise RuntimeError(f"did not start:\n{log.read_text('utf-8')[-2_000:]}")


# Filling.


def agree(one: Community, other: Community, *, listings_from: int = 0) -> None:
    """Both go as far as requests with each other. `listings_from`: when what `one` lists begins to reach `other`."""
    with one.beside() as first, other.beside() as second:
        for here, there, since in ((first, second, listings_from), (second, first, 0)):
            peer = peer_store.Peer(
                node=there.keys.id,
                origin=there.keys.origin,
                documents=tuple(there.keys.chain.texts),
                profile=there.database.read(there.edge.us).profile,
                standing=peers.Standing(peers.State.AGREED, Steps.REQUESTS, Steps.REQUESTS, since),
                review_day=None,
                max_records=_ENOUGH // 1_000,
                max_bytes=_ENOUGH,
            )
            here.database.write(_saving(peer))


def _saving(peer: peer_store.Peer) -> Callable[[Writing], None]:
    return lambda tx: peer_store.save(tx, peer)


def seed(node: Node, several: Iterable[Line]) -> None:
    """Publish many records under one head, as the first that this node signs."""
    rest = iter(several)
    while batch := list(islice(rest, _SEEDED_TOGETHER)):
        rows = [(one.id, 1, one.digest, one.line) for one in batch]
        node.database.write(_inserting(rows))
    asyncio.run(node.directory.sign_due())


def _inserting(rows: list[tuple[str, int, bytes, bytes]]) -> Callable[[Writing], None]:
    return lambda tx: tx.executemany_driver("INSERT INTO own_record (id, seq, digest, line) VALUES (?, ?, ?, ?)", rows)


def person(node: Node, name: str) -> Person:
    """Somebody with an account at this node, signed in."""
    joining = members.prepare(
        Derived(secrets.token_bytes(32), secrets.token_bytes(32)),
        node=node.keys.id,
        name=name,
        role=Role.MEMBER,
        lang="en",
        now=node.edge.now,
        random=secrets.token_bytes,
    )
    node.database.write(lambda tx: members.add(tx, joining.member))
    return Person(joining.member, joining.key)


def token(node: Node, who: Person) -> str:
    """What a client of this person calls the API with."""
    now, random = node.edge.now, secrets.token_bytes
    return node.database.write(lambda tx: members.grant(tx, who.member.id, "bench", now=now, random=random))


async def publish(node: Node, who: Person, **changes: Any) -> str:
    """A listing of this person, published; its id."""
    listing = await acts.draft(node.edge, who.member, offer(**changes), name=who.member.name)
    await acts.change(node.edge, who.member, listing, Move.PUBLISH)
    return listing

"""Two communities that agree, one with a large directory and one that follows it: made once for a size, used by several workloads."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from corpus import Line, lines
from load import load, request
from measure import Report, Watched
from nodes import Community, agree, person, publish, seed, token

from alongside_node.directory import searching, store
from alongside_node.directory.searching import Query, Viewer
from alongside_node.foundation.database import Database, Reading
from alongside_protocol import http_signatures, messages
from alongside_protocol.client.flows import INBOX_PATH
from alongside_protocol.identifiers import new_message_id
from alongside_protocol.messages import Envelope, HintBody, Type

_BOTH_STARTED = 8
_SYNCED_WITHIN = 600
KEPT_LINES = 100_000
"""So many lines are kept in memory for the limits."""


def named(size: int) -> str:
    """A size in a figure's name."""
    return f"{size // 1_000_000}m" if size >= 1_000_000 else f"{size // 1_000}k"


@dataclass
class Synced:
    """What the first synchronisation took."""

    seconds: float
    cpu_there: float
    cpu_here: float
    peak_mb: float


@dataclass
class Pair:
    """`there` has the directory, `here` follows it. Somebody holds `listing` at `there`, with a client that has a `token`."""

    size: int
    there: Community
    here: Community
    token: str = field(repr=False)
    listing: str
    kept: list[Line] = field(repr=False)
    last: Line = field(repr=False)
    synced: Synced | None = None

    def synchronise(self) -> Synced:
        """Have `here`, running and in agreement, read the whole directory of `there`: the part that w1 measures."""
        opens = int(time.time()) + _BOTH_STARTED
        agree(self.there, self.here, listings_from=opens)
        with self.there.serving() as a, self.here.serving() as b, looking_at(self.here) as database:
            time.sleep(max(opens + 1 - time.time(), 0))
            hint = self._hint()
            there, here = Watched(a.pid), Watched(b.pid)
            started = time.perf_counter()
            load(self.here.port, [hint], connections=1, expected=202)
            while not database.read(self.is_found):
                time.sleep(0.02)
                if time.perf_counter() - started > _SYNCED_WITHIN:
                    raise RuntimeError((self.here.folder / "serve.log").read_text("utf-8")[-2_000:])
            seconds = time.perf_counter() - started
            self.synced = Synced(seconds, there.cpu_seconds, here.cpu_seconds, here.peak_mb)
        return self.synced

    def is_found(self, reading: Reading) -> bool:
        """Whether a search at `here` returns the last listing."""
        replica = [one for one in store.replicas(reading).values() if one.head is not None]
        if not replica:
            return False
        words = self.last.line.split(b'"text":"')[1].split(b'"')[0].decode("ascii")
        viewer = Viewer(replica[0].peer, member=False)  # whoever looks without an account
        page = searching.search(reading, Query(words=words), viewer, now=int(time.time()), limit=20)
        return self.last.id in [found.id for found in page.results]

    def _hint(self) -> bytes:
        """What tells `here` that `there` has a head, ready to be sent."""
        with self.there.beside() as node, self.here.beside() as other:
            now, keyring = int(time.time()), node.keys()
            envelope = Envelope(
                id=new_message_id(node.world.random),
                from_=keyring.id,
                to=other.keys.id,
                type=Type.HINT,
                iat=now,
                exp=now + 300,
                body=HintBody(doc=1, seq=1),
            )
            return signed_post(self.here.port, messages.write(envelope), keyring.signer, now)


def signed_post(port: int, body: bytes, signer: object, now: int) -> bytes:
    """One message for the inbox at a port, signed and ready to be sent."""
    headers = http_signatures.sign(
        "POST",
        f"http://127.0.0.1:{port}{INBOX_PATH}",
        key=signer.key,
        keyid=signer.key_id,
        now=now,
        body=body,
        content_type=messages.CONTENT_TYPE,
    )
    return request("POST", INBOX_PATH, port, body, **headers)


@contextmanager
def looking_at(community: Community) -> Iterator[Database]:
    """The database of a running node, to see what it has committed."""
    database = Database(community.settings.database, checkpoints=False)
    try:
        yield database
    finally:
        database.close()


def watching(community: Community) -> sqlite3.Connection:
    """The same, as plainly as can be: for waiting for one row."""
    path = community.folder / "alongside.sqlite3"
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)


class Workshop:
    """Where the workloads find what they need, each made when it is first asked for."""

    def __init__(self, folder: Path, report: Report, sizes: list[int]) -> None:
        self.folder = folder
        self.report = report
        self.sizes = sizes
        self._pairs: dict[int, Pair] = {}

    def pair(self, size: int) -> Pair:
        """Two communities with a directory of `size`, which `here` has not read yet."""
        if size not in self._pairs:
            self.report.say(f"filling a directory of {size:,} listings")
            folder = self.folder / named(size)
            self._pairs[size] = _made(folder, size)
        return self._pairs[size]

    def synced(self, size: int) -> Pair:
        """The same, read by `here`."""
        pair = self.pair(size)
        if pair.synced is None:
            self.report.say(f"synchronising {size:,} listings")
            pair.synchronise()
        return pair


def _made(folder: Path, size: int) -> Pair:
    there, here = Community(folder, "There"), Community(folder, "Here")
    several, kept = lines(size), []
    last = Line("", b"", b"")

    def counted() -> Iterator[Line]:
        nonlocal last
        for one in several:
            if len(kept) < KEPT_LINES:
                kept.append(one)
            last = max(last, one, key=lambda line: line.id)
            yield one

    with there.beside() as node:
        mira = person(node, "Mira")
        listing, of_mira = asyncio.run(publish(node, mira)), token(node, mira)
        seed(node, counted())
    return Pair(size, there, here, of_mira, listing, kept, last)

"""Our copies of peers' directories: fetched, verified by `trust.Sync`, staged, and put in use by one row (section 4, "Sync").

Nothing unverified is ever served or searched: a whole directory is staged in a generation of its own, in short writes, and dropped
when anything is refused or the program ends; a change is applied in place, after all of it was verified. A refusal leaves what was
in use in use. Two statements that cannot both be true freeze the peer, with both kept as evidence.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import structlog

from alongside_node.foundation.clock import Clock
from alongside_node.foundation.database import Database, Reading, Writing
from alongside_node.foundation.outbound_http import Outbound
from alongside_node.peers import actions as peers
from alongside_protocol import base64url, http_signatures, limits
from alongside_protocol import head as heads
from alongside_protocol.client.exchange import HttpRequest
from alongside_protocol.client.flows import Signer
from alongside_protocol.errors import Code, Refused
from alongside_protocol.feed import Entry as Line
from alongside_protocol.feed import read_cursor
from alongside_protocol.identifiers import NodeId, Random
from alongside_protocol.listing import Audience, Listing
from alongside_protocol.merkle import Tree
from alongside_protocol.messages import HintBody
from alongside_protocol.profile import Profile
from alongside_protocol.trust import Ask, Batch, Budget, Contradiction, Outcome, Sync, Trusted

from . import entries, index, store
from .entries import Read, Unreadable

Order = tuple[int, int]
T = TypeVar("T")

STAGED_TOGETHER: Final = 1_000
"""Lines in one write, a page: some 70 ms in which nobody else writes."""
DROPPED_TOGETHER: Final = 250
LITTLE: Final = 32 * limits.KIB
"""Bytes of lines: some ten listings, two milliseconds of work."""
IN_PLACE: Final = 1_000
"""A larger change is staged like a whole directory."""
_ONLY_FOR_HERE: Final = "only-for-here"
_MENDED_BY_ALL: Final = frozenset({Code.FEED_ROOT, Code.FEED_SIZE})


@dataclass(frozen=True)
class Ways:
    """What following needs. `signer` is asked each time: keys may change while the node runs."""

    database: Database
    clock: Clock
    random: Random
    outbound: Outbound
    signer: Callable[[], Signer]
    allow_loopback: bool = False
    progress: Callable[[NodeId, int], None] = lambda _node, _records: None
    """Told how many records of a first synchronisation are staged."""


class _TooLargeForPlaceError(Exception):
    """More changed than is applied in place: the whole directory is read anew."""


class _LeftError(Exception):
    """We stopped following the peer while its changes were read: nothing is to be put in use."""


class Replicas:
    """Follows peers. What is trusted of each is kept in memory, and read from the database when it is not there."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self._trusted: dict[NodeId, Trusted] = {}

    async def sync(self, node: NodeId, hint: HintBody | None = None) -> Order | None:
        """Synchronise one peer; the order of the head that is trusted then, or None when it was refused.

        `hint`: what the peer sent unasked. Where it fits what we have, it is taken instead of the first answer.
        """
        peer, used = await self.ways.database.aread(
            lambda reading: (peers.find(reading, node), store.active_generation(reading, node))
        )
        if peer is None or not peers.may_read_listings(peer.standing):
            return None
        try:
            try:
                return await self._follow(peer, used, hint)
            except _TooLargeForPlaceError:
                return await self._follow(peer)
            except Refused as refused:
                if refused.code not in _MENDED_BY_ALL:
                    raise
                self._trusted.pop(node, None)
                return await self._follow(peer)
        except _LeftError:
            return None
        except Refused as refused:
            await self._refused(peer, refused)
            return None

    async def _follow(self, peer: peers.Peer, used: int | None = None, hint: HintBody | None = None) -> Order:
        """Without `used`, the generation that is in use: from the start, into a new one."""
        now = self.ways.clock.now()
        trusted = await self._trusted_of(peer)
        budget = Budget(peer.max_records, peer.max_bytes)
        whole = used is None or trusted.head is None
        sync = Sync(trusted, now=now, budget=budget, whole=whole, allow_loopback=self.ways.allow_loopback)
        staging = _Staging(self.ways, peer.node, in_place=None if whole else used)
        try:
            while (ask := sync.ask()) is not None:
                status, body = _from_hint(sync, hint) or await self._fetched(peer, ask)
                batch = await _beside(len(body), lambda: sync.take(status, body))  # noqa: B023 - called here
                await staging.take(batch)
            await staging.settled()
            outcome = await _beside(staging.size, sync.finish)
            try:
                await staging.commit(outcome, now)
            except BaseException:
                outcome.undo()
                raise
        except BaseException:
            await staging.drop()
            raise
        await self._keep(peer, outcome)
        assert outcome.trusted.head is not None  # noqa: S101 - what finished has a head
        return outcome.trusted.head.order

    async def _fetched(self, peer: peers.Peer, ask: Ask) -> tuple[int, bytes]:
        url, signer, now = peer.origin + ask.path, self.ways.signer(), self.ways.clock.now()
        headers = http_signatures.sign("GET", url, key=signer.key, keyid=signer.key_id, now=now) if ask.signed else {}
        request = HttpRequest("GET", url, headers, max_bytes=ask.max_bytes, deadline=limits.PAGE_TIMEOUT)
        response = await self.ways.outbound.send(request)
        return response.status, response.body

    async def _keep(self, peer: peers.Peer, outcome: Outcome) -> None:
        self._trusted[peer.node] = outcome.trusted
        if outcome.trusted.chain.newest.n > peer.chain.newest.n:
            ways = self.ways
            await ways.database.awrite(
                lambda tx: peers.learn_documents(
                    tx, peer.node, outcome.trusted.chain, now=ways.clock.now(), random=ways.random
                )
            )

    async def _trusted_of(self, peer: peers.Peer) -> Trusted:
        known = self._trusted.get(peer.node)
        if known is None:
            known = await self.ways.database.aread(lambda reading: _stored(reading, peer))
        # A longer chain may have come by message meanwhile.
        if known.chain.newest.n < peer.chain.newest.n:
            known = Trusted(peer.chain, known.head, known.tree)
        self._trusted[peer.node] = known
        return known

    async def _refused(self, peer: peers.Peer, refused: Refused) -> None:
        structlog.get_logger().warning("sync-refused", peer=peer.node, code=refused.code)
        ways = self.ways

        def note(tx: Writing) -> None:
            former = store.replica(tx, peer.node) or store.Replica(peer.node, None, 0, 0, 0, 0, None)
            store.save_replica(tx, replace(former, code=refused.code.value))
            if isinstance(refused, Contradiction):
                now = ways.clock.now()
                peers.freeze(tx, peer.node, refused.code, refused.first, refused.second, now=now, random=ways.random)

        await ways.database.awrite(note)

    def forget(self, node: NodeId) -> None:
        """What is in memory of a peer may be out of date."""
        self._trusted.pop(node, None)


def _from_hint(sync: Sync, hint: HintBody | None) -> tuple[int, bytes] | None:
    """(status, body) as the node would have answered, when it sent just what is to be asked for."""
    if hint is None or hint.since is None or hint.page is None or not sync.awaits(read_cursor(hint.since)):
        return None
    return 200, hint.page.encode("utf-8")


async def _beside(size: int, work: Callable[[], T]) -> T:
    """Much work, by the bytes it goes through, is done in a thread of its own; a little takes less time than changing threads."""
    return work() if size <= LITTLE else await asyncio.to_thread(work)


def _stored(reading: Reading, peer: peers.Peer) -> Trusted:
    """What is trusted of a peer, as the database has it. A head that does not verify any more counts as none."""
    replica, generation = store.replica(reading, peer.node), store.active_generation(reading, peer.node)
    if replica is None or replica.head is None or generation is None:
        return Trusted(peer.chain)
    key = peer.chain.key_of(replica.doc)
    if key is None:
        return Trusted(peer.chain)
    head = heads.read(replica.head, key, node=peer.node, doc=replica.doc)
    tree = Tree((base64url.decode(name), digest) for name, digest in store.entry_leaves(reading, generation))
    tree.warm()
    return Trusted(peer.chain, head, tree)


def _foreign(one: entries.Read | entries.Unreadable) -> entries.Read | entries.Unreadable:
    """What is only for its own community has no business in a peer's copy: it is set aside, whatever its node says."""
    if isinstance(one, Read) and isinstance(one.content, Listing) and one.content.audience is Audience.HERE:
        entry = one.entry
        return entries.Unreadable(entry.generation, entry.id, entry.seq, entry.digest, entry.line, _ONLY_FOR_HERE)
    return one


class _Staging:
    """Where the lines of one synchronisation wait until all of it was verified.

    `in_place`: the generation in use that they are changes of; None: they are a whole directory, in a generation of its own.
    """

    def __init__(self, ways: Ways, node: NodeId, *, in_place: int | None) -> None:
        self._ways = ways
        self._node = node
        self._in_place = in_place
        self._lines: list[Line] = []
        self._generation: int | None = None
        self._staged = 0
        self._writing: asyncio.Task[None] | None = None
        self._profile: Profile | None = None

    @property
    def size(self) -> int:
        """Bytes of the changes that wait here; more than a little for a whole directory."""
        if self._in_place is None:
            return limits.PAGE_BYTES
        return sum(len(line.line or b"") for line in self._lines)

    async def take(self, batch: Batch) -> None:
        """Lines whose hashes were checked."""
        if batch.restarted:
            await self.drop()
            self._in_place = None
        if self._in_place is not None:
            self._lines += batch.entries
            if len(self._lines) > IN_PLACE:
                raise _TooLargeForPlaceError
            return
        if self._generation is None:
            node = self._node
            self._generation = await self._ways.database.awrite(lambda tx: store.new_generation(tx, node, active=False))
        for at in range(0, len(batch.entries), STAGED_TOGETHER):
            lines = batch.entries[at : at + STAGED_TOGETHER]
            read = await asyncio.to_thread(self._read, lines, self._generation)
            await self.settled()
            self._writing = asyncio.create_task(self._write([line.id for line in lines], read, self._generation))

    async def _write(self, ids: Sequence[str], read: Sequence[Read | Unreadable], generation: int) -> None:
        again = self._staged > 0  # a line may replace one of an earlier page: the directory changed while it was read

        def write(tx: Writing) -> None:
            if again:
                entries.remove(tx, generation, ids)
            entries.add(tx, read)

        await self._ways.database.awrite(write)
        self._staged += len(read)
        self._ways.progress(self._node, self._staged)

    async def settled(self) -> None:
        """Until the last lines are written: the next are fetched and read meanwhile."""
        writing, self._writing = self._writing, None
        if writing is not None:
            await writing

    def _read(self, lines: Sequence[Line], generation: int) -> list[Read | Unreadable]:
        read = [
            entries.read(line.line, line.id, line.digest, seq=line.seq, generation=generation)
            for line in lines
            if line.line is not None and line.digest is not None
        ]
        for one in read:
            if isinstance(one, Read) and isinstance(one.content, Profile):
                self._profile = one.content
        return [_foreign(one) for one in read]

    async def commit(self, outcome: Outcome, now: int) -> None:
        """Everything was verified: put it in use, by one row or in place."""
        head = outcome.trusted.head
        assert head is not None  # noqa: S101 - what finished has a head
        used, lines = self._generation if self._in_place is None else self._in_place, self._lines
        assert used is not None  # noqa: S101 - a whole directory was staged, if with no line
        read = await _beside(self.size, lambda: self._read(lines, used))

        def write(tx: Writing) -> int | None:
            former = store.active_generation(tx, self._node)
            if self._in_place is not None and former != self._in_place:
                raise _LeftError
            if lines:
                entries.remove(tx, used, [line.id for line in lines])
                entries.add(tx, read)
            if former != used:
                store.activate(tx, self._node, used)
            state = store.Replica(self._node, head.text, head.doc, head.seq, head.exp, now, None)
            store.save_replica(tx, state)
            if self._profile is not None:
                peers.profile_read(tx, self._node, self._profile, now=now)
            return former if former != used else None

        replaced = await self._ways.database.awrite(write)
        self._generation = None
        if replaced is not None:
            await _drop_generation(self._ways.database, replaced)

    async def drop(self) -> None:
        """Nothing of it is kept; its rows leave now, or at the next start."""
        with suppress(Exception):
            await self.settled()
        generation, self._generation, self._lines, self._staged = self._generation, None, [], 0
        if generation is not None:
            await _drop_generation(self._ways.database, generation)


async def drop(database: Database, generations: Sequence[int]) -> None:
    """Drop, in short steps, what is out of use for good. Stopped midway, the next start goes on (`drop_idle`)."""
    for generation in generations:
        await _drop_generation(database, generation)


async def drop_idle(database: Database) -> None:
    """Drop every generation that is not in use, interrupted or replaced: at each start, before anything is followed."""
    for generation in await database.aread(store.idle_generations):
        await _drop_generation(database, generation)


async def forget_words(database: Database) -> None:
    """Write the index anew, in short steps, so that words of what was withdrawn are in no file (safety.md, D.32)."""
    more = await database.awrite(lambda tx: index.compact(tx, begin=True))
    while more:
        more = await database.awrite(lambda tx: index.compact(tx, begin=False))


async def _drop_generation(database: Database, generation: int) -> None:
    def some(tx: Writing) -> int:
        rows = store.some_entries(tx, generation, DROPPED_TOGETHER)
        entries.drop(tx, rows)
        if not rows:
            store.drop_generation(tx, generation)
        return len(rows)

    while await database.awrite(some):
        pass


def leave(tx: Writing, node: str) -> list[int]:
    """We no longer follow this peer: nothing of its directory is searched from now on. Returns what is to be dropped (`drop`)."""
    generation = store.active_generation(tx, node)
    store.deactivate(tx, node)
    store.forget_replica(tx, node)
    return [] if generation is None else [generation]


def followed(reading: Reading) -> list[str]:
    """Every peer a directory of which is in use, and our own id."""
    return list(set(store.active_generations(reading).values()))


@dataclass(frozen=True)
class Freshness:
    """How our copy of a directory is. Instants in Unix seconds; 0: never. `code`: why the last synchronisation was refused."""

    checked: int
    exp: int
    listings: int
    set_aside: int
    code: str | None


def state_of(reading: Reading, node: str) -> Freshness:
    """How our copy of a peer's directory is."""
    replica, generation = store.replica(reading, node), store.active_generation(reading, node)
    used, aside = (0, 0) if generation is None else store.count_entries(reading, generation)
    if replica is None:
        return Freshness(0, 0, used, aside, None)
    return Freshness(replica.checked, replica.exp, max(used - 1, 0), aside, replica.code)


def purge(tx: Writing, now: int) -> list[int]:
    """Let go of directories whose node has signed nothing for 30 days after its last head ended. Returns what is to be dropped."""
    silent = [
        peer
        for peer, replica in store.replicas(tx).items()
        if replica.head is not None and now >= replica.exp + limits.PURGE_AFTER_EXPIRY
    ]
    return [generation for peer in silent for generation in leave(tx, peer)]


def recipient_head(reading: Reading, peer: peers.Peer) -> heads.Head | None:
    """The newest head we trust of a peer: it names the key that requests are sealed to."""
    replica = store.replica(reading, peer.node)
    key = None if replica is None or replica.head is None else peer.chain.key_of(replica.doc)
    if replica is None or replica.head is None or key is None:
        return None
    return heads.read(replica.head, key, node=peer.node, doc=replica.doc)

"""Our own directory: what changes in it, and the head that signs it (section 4).

A change is searchable here at once and leaves with the next head: the first at once, then at most one a second, each covering all
that was committed since the last. What is meant for this community only never gets a leaf. The tree is kept in memory; a head is
computed outside any transaction and stored, in one, only if nothing it covers changed meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Final

from alongside_node.foundation.clock import Clock
from alongside_node.foundation.database import Database, Reading, Writing
from alongside_node.identity.actions import Keyring
from alongside_node.peers import actions as peers
from alongside_protocol import base64url, canonical, feed, limits, record
from alongside_protocol import head as heads
from alongside_protocol.head import Contents, Head
from alongside_protocol.identifiers import NodeId, Random, RecordId
from alongside_protocol.listing import Audience, Listing
from alongside_protocol.merkle import Tree
from alongside_protocol.messages import HintBody
from alongside_protocol.profile import Profile

from . import entries, store
from .store import Change

Readers = Sequence[tuple[NodeId, str]]
"""(node, origin) of everybody our listings reach."""

CHANGES_A_HEAD: Final = 500
"""So that a write stays short; more are signed by the next head, at once (measured: 30 ms for 500)."""
SIGN_AGAIN: Final = limits.DAY
"""A head is signed again after this long without a change, so that peers see that we are there."""
FEW: Final = 16
"""So many changes are hashed and signed on the spot: a third of a millisecond, less than changing threads."""
TOLD_AT_ONCE: Final = 32 * limits.KIB
"""Changes of up to so many bytes, as text in JSON, go to peers with the hint itself: half of what fits a message."""
_SECOND: Final = 1.0


def put(
    tx: Writing,
    content: Listing | Profile,
    *,
    node: NodeId,
    record_id: RecordId,
    rev: int,
    now: int,
    random: Random,
) -> None:
    """Show a record here now, and to peers with the next head, unless its audience is `here`. Raises `Refused` (`too-large`)."""
    line = record.write(content, record_id=record_id, rev=rev, now=now, random=random)
    digest = record.digest(line)
    generation = _own_generation(tx, node)
    entries.remove(tx, generation, [record_id])
    entries.add(tx, [entries.of_content(content, line, record_id, digest, seq=0, generation=generation)])
    if isinstance(content, Listing) and content.audience is Audience.HERE:
        _leave(tx, record_id)
    else:
        store.note_change(tx, Change(record_id, digest, line))


def withdraw(tx: Writing, *, node: NodeId, record_id: RecordId) -> None:
    """Show a record nowhere: here from now on, at peers with the next head."""
    entries.remove(tx, _own_generation(tx, node), [record_id])
    _leave(tx, record_id)


def _leave(tx: Writing, record_id: RecordId) -> None:
    if store.is_published(tx, record_id):
        store.note_change(tx, Change(record_id, None, None))


def _own_generation(tx: Writing, node: NodeId) -> int:
    found = store.active_generation(tx, node)
    return store.new_generation(tx, node, active=True) if found is None else found


def valid_until(reading: Reading, node: NodeId, record_id: str) -> date | None:
    """The last day on which one of our records is shown, unless it is confirmed; None when it is not in the directory."""
    generation = store.active_generation(reading, node)
    rows = [] if generation is None else store.entries_by_id(reading, generation, [record_id])
    return date(1970, 1, 1) + timedelta(days=rows[0].last_day) if rows else None


class OwnDirectory:
    """Signs what changed. One a process; `announce` is given what peers are told after each head that was committed, and who is told."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keyring: Callable[[], Keyring],
        *,
        announce: Callable[[HintBody, Readers], None],
        wait: Callable[[float | None], Awaitable[None]],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._announce = announce
        self._wait = wait
        self._pause = pause
        self._tree = Tree()
        self._head: Head | None = None
        self._floor = 0
        self._loaded = False
        self._lock = asyncio.Lock()

    @property
    def floor(self) -> int:
        """Below it what was removed is no longer known."""
        return max(self._floor, 0 if self._head is None else self._head.floor)

    @property
    def head(self) -> Head | None:
        """The newest that was signed."""
        return self._head

    async def run(self) -> None:
        """Until cancelled: sign when something changed, and daily."""
        await self.load()
        while True:
            if await self.sign_due():
                await self._pause(_SECOND)  # what changes meanwhile is remembered, and covered by one head
            await self._wait(None)

    async def load(self) -> None:
        """Read the tree and the newest head, once."""
        async with self._lock:
            if not self._loaded:
                self._tree, self._head = await self._database.aread(self._read)
                self._loaded = True

    def _read(self, reading: Reading) -> tuple[Tree, Head | None]:
        newest = store.newest_head(reading)
        known = store.leaves(reading, after_seq=0)
        tree = Tree((base64url.decode(name), digest) for name, digest in known if digest is not None)
        tree.warm()
        if newest is None:
            return tree, None
        doc, _, text = newest
        keyring = self._keyring()
        key = keyring.chain.key_of(doc)
        if key is None:  # a head of a document that is not ours any more: the next one starts anew
            return tree, None
        return tree, heads.read(text, key, node=keyring.id, doc=doc)

    async def sign_due(self) -> bool:
        """Sign everything that waits, or the same again when it is time; True when a head was signed."""
        await self.load()
        signed = False
        async with self._lock:
            while (covered := await self._sign_next()) is not None:
                signed = True
                if covered < CHANGES_A_HEAD:  # nothing else waited; what came since has nudged
                    break
        return signed

    async def _sign_next(self) -> int | None:
        """How many changes a new head covers, all that may be when they changed meanwhile; None: there is nothing to sign."""
        now = self._clock.now()
        changes = await self._database.aread(lambda reading: store.changes(reading, CHANGES_A_HEAD))
        if not changes and not self._is_due(now):
            return None
        fresh = self._head is None or self._head.doc != self._keyring().doc
        before = self._tree.apply({base64url.decode(change.id): change.digest for change in changes})
        try:
            signed = self._signed(now) if len(changes) <= FEW else await asyncio.to_thread(self._signed, now)
            readers = await self._database.awrite(lambda tx: _store(tx, signed, changes, fresh=fresh, now=now))
        except _ChangedAgainError:
            self._tree.apply(before)
            return CHANGES_A_HEAD
        except BaseException:
            self._tree.apply(before)
            raise
        former, self._head = self._head, signed
        self._announce(
            _hint(former, signed, changes), readers
        )  # before looking whether more waits: peers are told while we look
        return len(changes)

    def _is_due(self, now: int) -> bool:
        keyring, head = self._keyring(), self._head
        if head is None or head.doc != keyring.doc or head.seal.k != keyring.seal.k:
            return True
        return now - head.iat >= SIGN_AGAIN or self.floor > head.floor

    def _signed(self, now: int) -> Head:
        keyring, former = self._keyring(), self._head
        follows = former is not None and former.doc == keyring.doc
        contents = Contents(
            seq=former.seq + 1 if former is not None and follows else 1,
            prev=former.digest if former is not None and follows else None,
            size=len(self._tree),
            root=self._tree.root,
            floor=self.floor if follows else 0,
            seal=keyring.seal,
        )
        return heads.sign(contents, node=keyring.id, doc=keyring.doc, now=now, key=keyring.signing)

    async def forget_old(self, now: int) -> None:
        """Drop tombstones after 30 days and heads after 90; the floor rises, and a head says so at once."""
        async with self._lock:
            dropped = await self._database.awrite(lambda tx: _forget(tx, now))
            self._floor = max(self._floor, dropped or 0)
        if dropped is not None:
            await self.sign_due()  # the floor must not be forgotten by a restart: a head carries it


def _hint(former: Head | None, signed: Head, changes: list[Change]) -> HintBody:
    """What peers are told of a head: with few changes also what changed, for who follows from the head before."""
    if former is None or former.doc != signed.doc or len(changes) > FEW:
        return HintBody(doc=signed.doc, seq=signed.seq)
    entries = [
        feed.Entry(signed.seq, RecordId(change.id), change.digest, change.line)
        for change in sorted(changes, key=lambda change: change.id)
    ]
    page = feed.write_page(signed.text, entries, more=False).decode("utf-8")
    if len(canonical.dump(page)) > TOLD_AT_ONCE:
        return HintBody(doc=signed.doc, seq=signed.seq)
    return HintBody(doc=signed.doc, seq=signed.seq, since=feed.Cursor(*former.order).text, page=page)


class _ChangedAgainError(Exception):
    """A change that the head was to cover has changed: nothing of it is kept, and the next round covers it."""


def _store(tx: Writing, signed: Head, changes: list[Change], *, fresh: bool, now: int) -> Readers:
    """Returns whom our listings reach at this moment: with what is told goes what is in them."""
    if fresh:
        store.renumber(tx)
    if not store.settle_changes(tx, changes, seq=signed.seq, now=now):
        raise _ChangedAgainError
    store.add_head(tx, doc=signed.doc, seq=signed.seq, text=signed.text, iat=signed.iat)
    return peers.readers(tx, now)


def _forget(tx: Writing, now: int) -> int | None:
    store.forget_heads(tx, before=now - limits.HEADS_KEPT)
    return store.forget_tombstones(tx, before=now - limits.TOMBSTONE_LIFE)

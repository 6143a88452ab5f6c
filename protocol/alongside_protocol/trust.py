"""Following another node's directory: accepts or refuses bytes, and says why (section 4, "Sync"; after TUF, section 5).

Sans-IO. A `Sync` is asked what to fetch next and given the answer:

    sync = Sync(trusted, now=now)
    while (ask := sync.ask()) is not None:
        batch = sync.take(status, body)      # raises Refused: the old trusted state stays in use
        …stage batch.entries; drop what was staged before when batch.restarted…
    outcome = sync.finish()                  # root and size fit the last page's head

Lines come out with their hash checked and not yet parsed. Nothing is trusted before `finish`; a refusal leaves `trusted` as it
was. Rollback and two-faced answers raise `Contradiction`, which carries both texts as evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from . import base64url, canonical, feed, head, limits
from .errors import Code, Refused
from .errors import Contradiction as Contradiction  # noqa: PLC0414 - callers take it from here
from .feed import Cursor, Entry, Position
from .head import Head
from .merkle import Tree
from .node_document import Chain, extend, read_well_known

WELL_KNOWN_PATH: Final = "/.well-known/alongside"
CHANGES_PATH: Final = "/alongside/v1/changes"
HEADS_PATH: Final = "/alongside/v1/heads"

RESTARTS: Final = 3

_OK, _CONFLICT, _GONE = 200, 409, 410


@dataclass
class Trusted:
    """What is trusted of one node: its documents, the newest head that verified whole, and the tree that head signs."""

    chain: Chain
    head: Head | None = None
    tree: Tree = field(default_factory=Tree)


@dataclass(frozen=True)
class Budget:
    """The most that one directory may hold (section 7)."""

    records: int = limits.PEER_RECORDS
    size: int = limits.PEER_BYTES
    """Bytes of all pages together."""


@dataclass(frozen=True)
class Ask:
    """What to GET next from the node's origin. `signed`: the request carries a signature; the well-known needs none."""

    path: str
    max_bytes: int
    signed: bool = True


@dataclass(frozen=True)
class Batch:
    """Lines to stage. `restarted`: everything staged before is void, and a whole directory follows."""

    entries: tuple[Entry, ...] = ()
    restarted: bool = False


@dataclass(frozen=True)
class Outcome:
    """A synchronisation that verified whole. `whole`: what was staged is the complete directory, else changes to it."""

    trusted: Trusted
    whole: bool
    records: int
    size: int
    _tree: Tree
    _before: dict[bytes, bytes | None]

    def undo(self) -> None:
        """Take the changes out of the former tree again, when they could not be stored."""
        if not self.whole:
            self._tree.apply(self._before)


class Sync:
    """One synchronisation, from a fixed start time `now` (Unix seconds)."""

    def __init__(
        self,
        trusted: Trusted,
        *,
        now: int,
        budget: Budget | None = None,
        whole: bool = False,
        allow_loopback: bool = False,
    ) -> None:
        self._trusted = trusted
        self._now = now
        self._budget = budget or Budget()
        self._allow_loopback = allow_loopback
        self._chain = trusted.chain
        self._restarts = 0
        self._bytes = 0
        self._documents_wanted = False
        self._documents_read = False
        self._held_page = b""
        self._newest = trusted.head
        self._shown: dict[tuple[int, int], Head] = {}
        self._begin(None if whole or trusted.head is None else Cursor(*trusted.head.order))

    def _begin(self, since: Cursor | None) -> None:
        self._since = since
        self._after: Position | None = None
        self._page_heads: list[Head] = []
        self._changes: dict[bytes, bytes | None] = {}
        self._tree = Tree()
        self._last_page = False
        self._linked: Head | None = None

    # What to fetch.

    def ask(self) -> Ask | None:
        """The next request, or None when `finish` can be called. Raises `Contradiction`: heads that cannot both be true."""
        if self._documents_wanted:
            return Ask(WELL_KNOWN_PATH, limits.WELL_KNOWN_BYTES, signed=False)
        if not self._last_page:
            after = f"&after={self._after.text}" if self._after else ""
            since = self._since.text if self._since else "0.0"
            return Ask(f"{CHANGES_PATH}?since={since}{after}", limits.PAGE_BYTES)
        gap = self._gap()
        if gap is None:
            return None
        base, last = gap
        to = min(last.seq - 1, base.seq + limits.HEADS_PER_ANSWER)
        return Ask(f"{HEADS_PATH}?doc={last.doc}&from={base.seq + 1}&to={to}", limits.PAGE_BYTES)

    def awaits(self, since: Cursor) -> bool:
        """Whether a page from the cursor `since`, which the node sent unasked, is the answer to the next `ask`."""
        return self._since == since and not self._page_heads and not self._documents_wanted

    def take(self, status: int, body: bytes) -> Batch:
        """The answer to the last `ask`. Raises `Refused` with why, `Contradiction` with evidence."""
        if self._documents_wanted:
            return self._take_documents(status, body)
        self._count_bytes(body)
        if self._last_page:
            return self._take_heads(status, body)
        if status == _GONE:
            return self._restart()
        if status == _CONFLICT and self._trusted.head is not None:
            raise Contradiction(
                Code.ROLLBACK,
                "the node says it never signed the head we have",
                first=self._trusted.head.text,
                second="",
            )
        if status != _OK:
            raise Refused(Code.RESPONSE_FORM, f"answered {status}")
        return self._take_page(body)

    # Pages.

    def _take_page(self, body: bytes) -> Batch:
        page = feed.read_page(body)
        doc, _ = head.claimed_order(page.head)
        key = self._chain.key_of(doc)
        if key is None and not self._documents_read:
            self._documents_wanted, self._held_page = True, body
            return Batch()
        if key is None:
            raise Refused(Code.HEAD_OTHER_DOCUMENT, "signed under a node document that the node does not show")
        current = head.read(page.head, key, node=self._chain.id, doc=doc)
        self._check_order(current)
        if self._since is not None and current.doc != self._since.doc:
            return self._restart()
        if self._page_heads and current.doc != self._page_heads[-1].doc:
            return self._restart()
        self._check_entries(page, current)
        self._page_heads.append(current)
        self._last_page = not page.more
        return Batch(page.entries)

    def _check_order(self, current: Head) -> None:
        current.check_time(now=self._now)
        if self._newest is not None:
            _check_follows(self._newest, current)
        if current.doc < self._chain.newest.n:
            raise Refused(Code.HEAD_OTHER_DOCUMENT, "signed under a document that a newer one has replaced")
        # Kept over restarts too: heads never fall within one synchronisation.
        self._newest = self._shown[current.order] = current

    def _check_entries(self, page: feed.Page, current: Head) -> None:
        floor = self._since.seq if self._since else 0
        for entry in page.entries:
            if not floor < entry.seq <= current.seq or (self._after and (entry.seq, entry.id) <= _key(self._after)):
                raise Refused(Code.FEED_ORDER, "a line outside what was asked for")
            self._note(entry)
        if page.entries:
            self._after = Position(page.entries[-1].seq, page.entries[-1].id)

    def _note(self, entry: Entry) -> None:
        record_id = base64url.decode(entry.id)
        if self._since is not None:
            self._changes[record_id] = entry.digest
        elif entry.digest is None:
            self._tree.remove(record_id)
        else:
            self._tree.put(record_id, entry.digest)
        if max(len(self._tree), len(self._changes)) > self._budget.records:
            raise Refused(Code.BUDGET, f"more than {self._budget.records} records")

    def _count_bytes(self, body: bytes) -> None:
        self._bytes += len(body)
        if self._bytes > self._budget.size:
            raise Refused(Code.BUDGET, f"more than {self._budget.size} bytes")

    def _restart(self) -> Batch:
        self._restarts += 1
        if self._restarts > RESTARTS:
            raise Refused(Code.BUSY, "began anew three times: the old state stays in use")
        self._begin(None)
        return Batch(restarted=True)

    # Node documents and heads.

    def _take_documents(self, status: int, body: bytes) -> Batch:
        self._documents_wanted, self._documents_read = False, True
        if status != _OK:
            raise Refused(Code.RESPONSE_FORM, f"answered {status}")
        self._chain = extend(self._chain, read_well_known(body), allow_loopback=self._allow_loopback)
        held, self._held_page = self._held_page, b""
        return self._take_page(held)

    def _gap(self) -> tuple[Head, Head] | None:
        """The two heads whose link is still to be shown, or None when every link is."""
        last = self._page_heads[-1]
        base = self._linked or self._trusted.head
        if base is None or base.doc != last.doc:
            base = next(shown for shown in self._shown.values() if shown.doc == last.doc)
        if base.order == last.order:
            return None
        if last.seq == base.seq + 1:
            _check_link(base, last)
            return None
        return base, last

    def _take_heads(self, status: int, body: bytes) -> Batch:
        if status != _OK:
            raise Refused(Code.RESPONSE_FORM, f"answered {status}")
        gap = self._gap()
        if gap is None:
            raise Refused(Code.RESPONSE_FORM, "nothing was asked for")
        base, last = gap
        key = self._chain.key_of(last.doc)
        assert key is not None  # noqa: S101 - the last page's head was verified with it
        # Heads are kept 90 days: to whoever was away longer some or all links cannot be shown.
        forgotten = self._linked is None and base.iat <= self._now - limits.HEADS_KEPT
        texts = _head_texts(body)
        if not texts and not forgotten:
            raise Refused(Code.HEAD_CHAIN, "does not show the heads between")
        self._linked = last
        for text in texts:
            following = head.read(text, key, node=self._chain.id, doc=last.doc)
            if not forgotten or following.seq <= base.seq + 1:
                _check_link(base, following)
            shown = self._shown.get(following.order, following)
            if shown.text != following.text:
                raise _two_faced(shown, following)
            self._linked, base, forgotten = following, following, False
        if base.seq >= last.seq:
            raise Refused(Code.HEAD_CHAIN, "more heads than were asked for")
        return Batch()

    # The end.

    def finish(self) -> Outcome:
        """Check root and size against the last page's head; what it returns is trusted.

        Raises `Refused`: `feed-root`, `feed-size`, `head-chain`, `budget`. After a refused delta, try again with `whole=True`:
        should our own copy be damaged, that mends it.
        """
        if self.ask() is not None:
            raise Refused(Code.HEAD_CHAIN, "not everything was fetched")
        last = self._page_heads[-1]
        whole = self._since is None
        tree = self._tree if whole else self._trusted.tree
        before = tree.apply(self._changes)
        try:
            self._check_tree(tree, last)
        except Refused:
            tree.apply(before)
            raise
        trusted = Trusted(self._chain, last, tree)
        return Outcome(trusted, whole, len(tree), self._bytes, tree, before)

    def _check_tree(self, tree: Tree, signed: Head) -> None:
        if len(tree) > self._budget.records:
            raise Refused(Code.BUDGET, f"more than {self._budget.records} records")
        if len(tree) != signed.size:
            raise Refused(Code.FEED_SIZE, "not as many records as the head says")
        if tree.root != signed.root:
            raise Refused(Code.FEED_ROOT, "the records are not those the head signs")


def _key(position: Position) -> tuple[int, str]:
    return position.seq, position.id


def _check_follows(former: Head, current: Head) -> None:
    if current.order < former.order:
        raise Contradiction(Code.ROLLBACK, "an older head than before", first=former.text, second=current.text)
    if current.order == former.order and current.text != former.text:
        raise _two_faced(former, current)


def _check_link(former: Head, following: Head) -> None:
    if following.seq != former.seq + 1:
        raise Refused(Code.HEAD_CHAIN, "heads that do not follow each other")
    if following.prev != former.digest:
        raise _two_faced(former, following)


def _two_faced(first: Head, second: Head) -> Contradiction:
    return Contradiction(Code.EQUIVOCATION, "two heads that cannot both be true", first=first.text, second=second.text)


def _head_texts(body: bytes) -> Sequence[str]:
    heads = canonical.parse_object(body, max_bytes=limits.PAGE_BYTES).get("heads")
    if not isinstance(heads, list) or not all(isinstance(text, str) for text in heads):
        raise Refused(Code.SHAPE, "an answer holds a list of heads")
    return heads

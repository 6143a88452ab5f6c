"""A scripted node: real keys, its own clock, its documents, directory and heads, and control of every byte it answers.

    node = FakeNode("north")
    record_id = node.put(node.listing("Soup on Sundays"))
    node.publish()
    response = node.answer(HttpRequest("GET", node.origin + CHANGES_PATH + "?since=0.0"))

Left alone it answers as an honest node does (sections 3 to 5), except that it lets everybody read. `script` makes it lie:
an answer given there is used once, in place of the honest one. Nothing here is random, so a test that failed fails again.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from random import Random as SeededRandom
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from alongside_protocol import base64url, canonical, feed, head, limits, record
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from alongside_protocol.client.flows import INBOX_PATH, Signer
from alongside_protocol.errors import Code
from alongside_protocol.feed import Cursor, Entry, Position
from alongside_protocol.head import Contents, Head, SealUntil
from alongside_protocol.http_signatures import key_id
from alongside_protocol.identifiers import RecordId, new_record_id
from alongside_protocol.keys import SigningKey
from alongside_protocol.listing import Listing
from alongside_protocol.merkle import Tree
from alongside_protocol.node_document import Chain, found, succeed, well_known
from alongside_protocol.profile import Profile
from alongside_protocol.recovery import RecoverySeed
from alongside_protocol.sealing import SUITE, SealPrivateKey
from alongside_protocol.trust import CHANGES_PATH, HEADS_PATH, WELL_KNOWN_PATH

if TYPE_CHECKING:
    import httpx

NOON: Final = 1_800_000_000

Change = Callable[[HttpResponse], HttpResponse]
Lie = HttpResponse | bytes | Change
"""A whole answer, another body with status 200, or what is done to the honest answer."""

_OK, _ACCEPTED, _NOT_FOUND, _CONFLICT, _GONE = 200, 202, 404, 409, 410


@dataclass
class FakeNode:
    """One node. `label` decides its keys and ids; `now` is its own clock; `page_lines` how long its pages are."""

    label: str = "fake"
    origin: str = ""
    now: int = NOON
    page_lines: int = limits.PAGE_LINES
    requests: list[HttpRequest] = field(default_factory=list)
    inbox: list[bytes] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    """Of the document in force, in order."""

    def __post_init__(self) -> None:
        self.origin = self.origin or f"https://{self.label}.example"
        self.random = SeededRandom(self.label).randbytes  # noqa: S311 - the same again is what it is for
        self.recovery = RecoverySeed(self._secret("recovery"))
        self.seal_key = SealPrivateKey(self._secret("seal"))
        self.key = SigningKey(self._secret("document 1"))
        self.chain: Chain = found(
            origin=self.origin, sign=self.key, recovery=self.recovery, now=self.now, allow_loopback=True
        )
        self.floor = 0
        self._entries: dict[RecordId, Entry] = {}
        self._lies: dict[str, deque[Lie | None]] = {}

    @classmethod
    def with_listings(cls, count: int = 5, *, label: str = "fake", page_lines: int = limits.PAGE_LINES) -> "FakeNode":
        """A node that has published `count` listings in its first head."""
        node = cls(label, page_lines=page_lines)
        for number in range(count):
            node.put(node.listing(f"Listing {number}"))
        node.publish()
        return node

    def _secret(self, purpose: str) -> bytes:
        return sha256(f"alongside fake node {self.label} {purpose}".encode()).digest()

    @property
    def signer(self) -> Signer:
        """Who this node is when it asks others."""
        return Signer(self.key, key_id(self.chain.id, self.chain.newest.n))

    # The directory.

    @property
    def head(self) -> Head:
        """The newest head."""
        return self.heads[-1]

    @property
    def tree(self) -> Tree:
        """The tree over what is in the directory now, published or not."""
        return Tree((base64url.decode(entry.id), entry.digest) for entry in self._entries.values() if entry.digest)

    def listing(self, title: str = "Somebody to talk to") -> Listing:
        """An offer that may be published."""
        return Listing.model_validate(
            {
                "direction": "offer",
                "type": "listening",
                "audience": "anyone",
                "lang": "en",
                "title": title,
                "holders": [{"name": "Ana", "seal": {"k": self.seal_key.public.text, "suite": SUITE}}],
                "confirmed": "2027-01-15",
                "valid_until": "2027-04-15",
            }
        )

    def put(self, content: Listing | Profile | bytes, *, record_id: RecordId | None = None) -> RecordId:
        """Add or replace a record, in the next head; `bytes` are taken as the line, whatever they say."""
        chosen = record_id or new_record_id(self.random)
        if isinstance(content, bytes):
            line = content
        else:
            line = record.write(content, record_id=chosen, rev=1, now=self.now, random=self.random)
        self._entries[chosen] = Entry(self._next_seq, chosen, record.digest(line), line)
        return chosen

    def remove(self, record_id: RecordId) -> None:
        """Take a record out, in the next head; a tombstone stays until `forget`."""
        self._entries[record_id] = Entry(self._next_seq, record_id)

    def forget(self) -> None:
        """Drop all tombstones: older cursors have to begin anew."""
        self.floor = len(self.heads)
        self._entries = {entry.id: entry for entry in self._entries.values() if entry.line is not None}

    @property
    def _next_seq(self) -> int:
        return len(self.heads) + 1

    def publish(self, **changed: Any) -> Head:
        """Sign a next head over what is there and keep it; `changed` members say something else."""
        self.heads.append(self.sign_head(**changed))
        return self.head

    def sign_head(self, **changed: Any) -> Head:
        """Sign a next head without keeping it: what a node with two faces shows."""
        tree = self.tree
        honest = Contents(self._next_seq, self._prev, len(tree), tree.root, self.floor, self.seal)
        said, document = replace(honest, **changed), self.chain.newest.n
        return head.sign(said, node=self.chain.id, doc=document, now=self.now, key=self.key)

    @property
    def _prev(self) -> bytes | None:
        return self.head.digest if self.heads else None

    @property
    def seal(self) -> SealUntil:
        """The seal key as heads carry it."""
        return SealUntil(k=self.seal_key.public.text, suite=SUITE, exp=self.now + limits.SEAL_KEY_LIFE)

    def succeed(self, *, origin: str = "") -> Chain:
        """A next node document, with a new key; the directory stays and its heads begin anew."""
        self.origin = origin or self.origin
        self.key = SigningKey(self._secret(f"document {self.chain.newest.n + 1}"))
        self.chain = succeed(
            self.chain, origin=self.origin, sign=self.key, recovery=self.recovery, now=self.now, allow_loopback=True
        )
        self.heads.clear()
        self.floor = 0
        kept = sorted(self._entries.values(), key=lambda entry: (entry.seq, entry.id))
        self._entries = {entry.id: Entry(1, entry.id, entry.digest, entry.line) for entry in kept if entry.line}
        return self.chain

    def entries(self, *, since: int = 0) -> list[Entry]:
        """The lines that heads above `since` brought, in order, tombstones too."""
        # From the beginning as well: what a reader got on an earlier page may have gone since.
        chosen = (entry for entry in self._entries.values() if since < entry.seq < self._next_seq)
        return sorted(chosen, key=lambda entry: (entry.seq, entry.id))

    # Answers.

    def script(self, path: str, *lies: Lie | None) -> None:
        """What the next requests to `path` get, one each; None: the honest answer."""
        self._lies.setdefault(path, deque()).extend(lies)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer to one request. A blocking sender of flows."""
        self.requests.append(request)
        path = urlsplit(request.url).path
        lies = self._lies.get(path)
        lie = lies.popleft() if lies else None
        if isinstance(lie, HttpResponse):
            return lie
        if isinstance(lie, bytes):
            return HttpResponse(_OK, {}, lie)
        honest = self._honest(request, path)
        return honest if lie is None else lie(honest)

    async def aanswer(self, request: HttpRequest) -> HttpResponse:
        """As `answer`, for flows that are run asynchronously."""
        return self.answer(request)

    def transport(self) -> "httpx.MockTransport":
        """The same answers for an `httpx.Client` or `httpx.AsyncClient`."""
        import httpx  # noqa: PLC0415 - only where it is used: tests of other things start faster

        def handle(request: httpx.Request) -> httpx.Response:
            headers = dict(request.headers)
            asked = HttpRequest(request.method, str(request.url), headers, request.content or None)
            said = self.answer(asked)
            return httpx.Response(said.status, headers=dict(said.headers), stream=httpx.ByteStream(said.body))

        return httpx.MockTransport(handle)

    def _honest(self, request: HttpRequest, path: str) -> HttpResponse:
        query = {name: values[-1] for name, values in parse_qs(urlsplit(request.url).query).items()}
        if (request.method, path) == ("GET", WELL_KNOWN_PATH):
            return HttpResponse(_OK, {"content-type": "application/json"}, well_known(self.chain))
        if (request.method, path) == ("GET", CHANGES_PATH):
            return self._changes(query)
        if (request.method, path) == ("GET", HEADS_PATH):
            return self._past_heads(query)
        if (request.method, path) == ("POST", INBOX_PATH):
            self.inbox.append(request.body or b"")
            return HttpResponse(_ACCEPTED, {}, b"")
        return HttpResponse(_NOT_FOUND, {}, b"")

    def _changes(self, query: Mapping[str, str]) -> HttpResponse:
        since = feed.read_cursor(query["since"])
        after = feed.read_position(query["after"]) if "after" in query else None
        if since != Cursor(0, 0):
            if since.doc != self.head.doc or since.seq < self.floor:
                return problem(_GONE, Code.CURSOR_GONE)
            if since.seq > self.head.seq:
                return problem(_CONFLICT, Code.CURSOR_AHEAD)
        rest = [entry for entry in self.entries(since=since.seq) if after is None or _is_after(entry, after)]
        return self.page(rest[: self.page_lines], more=len(rest) > self.page_lines)

    def page(self, entries: Iterable[Entry], *, more: bool = False, head_text: str = "") -> HttpResponse:
        """A page of these lines, under the newest head or another one."""
        body = feed.write_page(head_text or self.head.text, entries, more=more)
        return HttpResponse(_OK, {"content-type": feed.CONTENT_TYPE}, body)

    def _past_heads(self, query: Mapping[str, str]) -> HttpResponse:
        doc, first, last = (int(query[name]) for name in ("doc", "from", "to"))
        kept = self.heads if doc == self.chain.newest.n else []
        chosen = [past for past in kept if first <= past.seq <= last and past.iat > self.now - limits.HEADS_KEPT]
        return heads_answer(*(past.text for past in chosen[: limits.HEADS_PER_ANSWER]))


def heads_answer(*texts: str) -> HttpResponse:
    """An answer that holds these heads."""
    return HttpResponse(_OK, {"content-type": "application/json"}, canonical.dump({"heads": list(texts)}))


def problem(status: int, code: Code, *, retry: bool = False) -> HttpResponse:
    """Problem details as a node sends them (section 7)."""
    body = canonical.dump({"type": f"urn:alongside:problem:{code.value}", "retry": retry})
    return HttpResponse(status, {"content-type": "application/problem+json"}, body)


def _is_after(entry: Entry, position: Position) -> bool:
    return (entry.seq, entry.id) > (position.seq, position.id)

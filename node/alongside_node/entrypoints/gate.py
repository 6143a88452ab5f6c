"""Who is calling: a request's form, then its signature, before anything in it is read (section 5 of the specification).

Everything here is refused in one way; the caller answers every refusal with the one answer for strangers. An unknown sender costs the
same Ed25519 verification as a known one. The target is built from the configured origin, never from a header.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from starlette.types import Receive, Scope

from alongside_node.peers.book import Book
from alongside_protocol import http_signatures
from alongside_protocol.errors import Code, Refused
from alongside_protocol.http_signatures import DIGEST_HEADER, Presented
from alongside_protocol.identifiers import NodeId
from alongside_protocol.node_document import Chain
from alongside_protocol.peering import INVITATION_HEADER

INVITATION: Final = INVITATION_HEADER.lower()

_READ: Final = {
    name.encode("ascii"): name
    for name in (
        "host",
        "content-type",
        "content-length",
        "content-encoding",
        DIGEST_HEADER,
        "signature-input",
        "signature",
        INVITATION,
    )
}


class OurNode(Protocol):
    """What an endpoint needs of the keyring: nothing secret. It may change while the node runs."""

    @property
    def chain(self) -> Chain:
        """Our documents."""
        ...

    @property
    def origin(self) -> str:
        """The configured origin, which peers sign for."""
        ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request in the right form. Nothing in it is believed."""

    target: str
    headers: Mapping[str, str]
    presented: Presented
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Caller:
    """A node that proved a key: of its newest document (`current`), or of one that a newer has replaced."""

    node: NodeId
    doc: int
    chain: Chain

    @property
    def current(self) -> bool:
        """Whether it signed with the key that counts."""
        return self.doc == self.chain.newest.n


def arrival(method: str, scope: Scope, us: OurNode) -> Arrival:
    """The head of a request. Raises `Refused` for another host, a header that stands twice, a signature of another form."""
    headers = _headers(scope)
    origin = us.origin
    if headers.get("host") != origin.partition("://")[2]:
        raise Refused(Code.REQUEST_SIGNATURE, "is for another host")
    if "content-encoding" in headers:
        raise Refused(Code.REQUEST_SIGNATURE, "a compressed request")
    query = scope["query_string"]
    path: bytes = scope["raw_path"] + (b"?" + query if query else b"")
    return Arrival(origin + path.decode("latin-1"), headers, http_signatures.read(method, headers))


def _headers(scope: Scope) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = _READ.get(raw)
        if name is None:
            continue
        if name in headers:
            raise Refused(Code.REQUEST_SIGNATURE, "a header stands twice")
        headers[name] = value.decode("latin-1")
    return headers


async def read_body(receive: Receive, declared: str | None, *, most: int) -> bytes:
    """The whole body, counted as it comes: a declared length can only refuse earlier. Raises `Refused` (`too-large`)."""
    if declared is not None and (not declared.isdecimal() or int(declared) > most):
        raise Refused(Code.TOO_LARGE, f"more than {most} bytes")
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(Code.UNREACHABLE, "the sender went away")
        body += message.get("body", b"")
        if len(body) > most:
            raise Refused(Code.TOO_LARGE, f"more than {most} bytes")
        if not message.get("more_body", False):
            return bytes(body)


def known_caller(method: str, arrived: Arrival, book: Book) -> Caller:
    """Who signed, by the keys on file. Raises `Refused` (`request-signature`), at one cost for all."""
    presented = arrived.presented
    chain = book.chain(presented.node)
    key = chain.key_of(presented.doc) if chain is not None else None
    if chain is None or key is None:
        http_signatures.verify_nothing()
        raise Refused(Code.REQUEST_SIGNATURE, "no key on file")
    http_signatures.verify(presented, method, arrived.target, arrived.headers, key)
    return Caller(presented.node, presented.doc, chain)


def check_proven(arrived: Arrival, caller: Caller, *, now: int) -> None:
    """What only somebody with a key on file is told. Raises `Refused`: `request-time`, `request-signature`."""
    http_signatures.check_time(arrived.presented, now=now)
    if not caller.current:
        raise Refused(Code.REQUEST_SIGNATURE, "signed with a key that a newer node document has replaced")

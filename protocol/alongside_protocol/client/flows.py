"""The exchanges of the protocol as generators: each yields requests, is sent responses, and returns what came of it.

No I/O, no clock of its own, no knowledge of a network: `drivers.run` and `drivers.arun` carry the requests.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

from alongside_protocol import canonical, http_signatures, limits
from alongside_protocol.errors import Code, Refused
from alongside_protocol.keys import SigningKey
from alongside_protocol.messages import CONTENT_TYPE
from alongside_protocol.node_document import Chain, read_chain, read_well_known
from alongside_protocol.peering import INVITATION_HEADER, invitation_header
from alongside_protocol.trust import WELL_KNOWN_PATH, Batch, Outcome, Sync

from .exchange import HttpRequest, HttpResponse

T = TypeVar("T")
Flow = Generator[HttpRequest, HttpResponse, T]

INBOX_PATH = "/alongside/v1/inbox"

_OK, _ACCEPTED = 200, 202
_RETRIED = frozenset({408, 425, 429})
_SERVER_ERRORS = 500


@dataclass(frozen=True)
class Signer:
    """Who signs requests: `key_id` is `<node id>.<document number>`."""

    key: SigningKey
    key_id: str


@dataclass(frozen=True)
class Answer:
    """What an inbox said. `code` is the problem's code, empty when it was taken; `retry`: a later attempt may succeed."""

    taken: bool
    code: str = ""
    retry: bool = False


def read_node(origin: str, *, allow_loopback: bool = False) -> Flow[Chain]:
    """Fetch and verify a node's documents. Raises `Refused`: as `node_document.read_chain`, `response-form`."""
    response = yield HttpRequest("GET", origin + WELL_KNOWN_PATH, max_bytes=limits.WELL_KNOWN_BYTES)
    if response.status != _OK:
        raise Refused(Code.RESPONSE_FORM, f"answered {response.status}")
    return read_chain(read_well_known(response.body), allow_loopback=allow_loopback)


def follow(
    sync: Sync, origin: str, signer: Signer, *, now: Callable[[], int], stage: Callable[[Batch], None]
) -> Flow[Outcome]:
    """Synchronise a directory; `stage` gets each batch as it comes. Raises `Refused`: as `Sync.take` and `Sync.finish`."""
    while (ask := sync.ask()) is not None:
        url = origin + ask.path
        headers = http_signatures.sign("GET", url, key=signer.key, keyid=signer.key_id, now=now()) if ask.signed else {}
        deadline = limits.PAGE_TIMEOUT
        response = yield HttpRequest("GET", url, headers, max_bytes=ask.max_bytes, deadline=deadline)
        stage(sync.take(response.status, response.body))
    return sync.finish()


def deliver(
    body: bytes, origin: str, signer: Signer, *, now: int, invitation: tuple[bytes, bytes] | None = None
) -> Flow[Answer]:
    """Bring one message to a node's inbox. `invitation`: (id, token), with a first `peer.request` only."""
    url = origin + INBOX_PATH
    headers = http_signatures.sign(
        "POST", url, key=signer.key, keyid=signer.key_id, now=now, body=body, content_type=CONTENT_TYPE
    )
    if invitation is not None:
        headers[INVITATION_HEADER.lower()] = invitation_header(*invitation, headers[http_signatures.DIGEST_HEADER])
    response = yield HttpRequest("POST", url, headers, body)
    return _answer(response)


def _answer(response: HttpResponse) -> Answer:
    if response.status in (_OK, _ACCEPTED):
        return Answer(taken=True)
    code, said_retry = _problem(response.body)
    retry = response.status in _RETRIED or response.status >= _SERVER_ERRORS or said_retry
    return Answer(taken=False, code=code or f"status-{response.status}", retry=retry)


def _problem(body: bytes) -> tuple[str, bool]:
    """(code, retry) of problem details; what is not of that form says nothing."""
    try:
        members = canonical.parse_object(body, max_bytes=limits.MESSAGE_BYTES)
    except Refused:
        return "", False
    kind = members.get("type")
    code = kind.removeprefix("urn:alongside:problem:") if isinstance(kind, str) else ""
    known = code if code in Code._value2member_map_ else ""
    return known, members.get("retry") is True and known == Code.KEY_VERSION_UNKNOWN

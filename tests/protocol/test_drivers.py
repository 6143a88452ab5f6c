"""Drivers: the only I/O of the library. No redirect, no compression, no more bytes than asked for (section 8; safety, A.2, A.5, A.6)."""

import asyncio
import gzip
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace

import httpx
import pytest

from alongside_protocol.client.drivers import arun, async_sender, run, sender
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from alongside_protocol.client.flows import deliver, follow, read_node
from alongside_protocol.errors import Code, Refused
from alongside_protocol.testing.fake_node import FakeNode
from alongside_protocol.trust import CHANGES_PATH, WELL_KNOWN_PATH, Sync, Trusted

REQUEST = HttpRequest("GET", "https://node.example/x?a=%2F", {"x-one": "1"}, max_bytes=100, deadline=3.0)


class Chunks(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes in pieces and counts how many were taken."""

    def __init__(self, piece: bytes, count: int) -> None:
        self.piece, self.count, self.taken = piece, count, 0

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.count):
            self.taken += 1
            yield self.piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


def exchanged(handle: Callable[[httpx.Request], httpx.Response], request: HttpRequest = REQUEST) -> HttpResponse:
    """The answer, or the refusal, which must be one for both senders."""
    transport, outcomes = httpx.MockTransport(handle), []

    def blocking() -> HttpResponse:
        with httpx.Client(transport=transport, follow_redirects=True) as client:
            return sender(client)(request)

    async def waiting() -> HttpResponse:
        async with httpx.AsyncClient(transport=transport, follow_redirects=True) as client:
            return await async_sender(client)(request)

    for attempt in (blocking, lambda: asyncio.run(waiting())):
        try:
            outcomes.append(attempt())
        except Refused as refused:
            outcomes.append(refused)
    first, second = outcomes
    if isinstance(first, Refused):
        assert isinstance(second, Refused)
        assert first.code is second.code
        raise first
    assert (first.status, first.body) == (second.status, second.body)
    return first


def code_of(handle: Callable[[httpx.Request], httpx.Response], request: HttpRequest = REQUEST) -> Code:
    with pytest.raises(Refused) as error:
        exchanged(handle, request)
    return error.value.code


def test_a_request_is_sent_as_it_was_made_and_asks_for_no_compression() -> None:
    seen = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(418, headers={"X-Two": "2"}, stream=httpx.ByteStream(b"tea"))

    got = exchanged(handle, replace(REQUEST, method="POST", body=b"words"))
    assert (got.status, got.headers["x-two"], got.body) == (418, "2", b"tea")
    for request in seen:
        assert (request.method, str(request.url), request.content) == ("POST", REQUEST.url, b"words")
        assert (request.headers["x-one"], request.headers["accept-encoding"]) == ("1", "identity")
        assert request.extensions["timeout"] == {"connect": 3.0, "read": 3.0, "write": 3.0, "pool": 3.0}


def test_no_redirect_is_followed() -> None:
    answers = []

    def handle(request: httpx.Request) -> httpx.Response:
        answers.append(request)
        return httpx.Response(302, headers={"location": "https://elsewhere.example/"}, stream=Chunks(b"", 0))

    assert exchanged(handle).status == 302
    assert len(answers) == 2


@pytest.mark.parametrize("encoding", ["gzip", "identity", "br, gzip", ""])
def test_a_compressed_answer_is_refused_unread(encoding: str) -> None:
    body = Chunks(gzip.compress(bytes(50)), 1)
    assert code_of(lambda _: httpx.Response(200, headers={"content-encoding": encoding}, stream=body)) is (
        Code.RESPONSE_FORM
    )
    assert body.taken == 0


def test_an_answer_is_cut_off_at_the_length_that_was_asked_for() -> None:
    assert exchanged(lambda _: httpx.Response(200, stream=Chunks(b"x" * 50, 2))).body == b"x" * 100
    endless = Chunks(b"x" * 60, 10**9)
    assert code_of(lambda _: httpx.Response(200, stream=endless)) is Code.TOO_LARGE
    assert endless.taken == 4


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_a_node_that_cannot_be_reached_is_said_to_be_so(error: type[httpx.HTTPError]) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise error("cut")  # type: ignore[call-arg]

    assert code_of(handle) is Code.UNREACHABLE


def test_an_address_that_is_none_cannot_be_reached() -> None:
    request = replace(REQUEST, url="https://1.2.3.999/")
    assert code_of(lambda _: httpx.Response(200), request) is Code.UNREACHABLE


def stocked() -> FakeNode:
    node = FakeNode("wire", page_lines=2)
    for number in range(3):
        node.put(node.listing(f"Listing {number}"))
    node.publish()
    return node


def test_a_whole_flow_runs_over_a_client() -> None:
    node, reader = stocked(), FakeNode("reader")
    with httpx.Client(transport=node.transport()) as client:
        send = sender(client)
        chain = run(read_node(node.origin), send)
        sync = Sync(Trusted(chain), now=node.now)
        outcome = run(follow(sync, node.origin, reader.signer, now=lambda: node.now, stage=lambda _: None), send)
        assert outcome.trusted.head == node.head
        assert run(deliver(b"{}", node.origin, reader.signer, now=node.now), send).taken
    assert node.inbox == [b"{}"]
    assert [request.url for request in node.requests][:2] == [
        node.origin + WELL_KNOWN_PATH,
        f"{node.origin}{CHANGES_PATH}?since=0.0",
    ]


def test_a_whole_flow_runs_over_an_async_client() -> None:
    node = stocked()

    async def read() -> None:
        async with httpx.AsyncClient(transport=node.transport()) as client:
            assert await arun(read_node(node.origin), async_sender(client)) == node.chain

    asyncio.run(read())


def test_the_http_library_is_loaded_only_where_a_sender_is_made() -> None:
    program = (
        "import sys\n"
        "import alongside_protocol.client.drivers, alongside_protocol.testing.replica\n"
        "assert not {'httpx', 'httpcore', 'anyio'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)

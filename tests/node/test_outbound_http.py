"""Going out to a peer, over real sockets on loopback (safety A.1 to A.6; what each guards against is named at the test)."""

import asyncio
import gzip
import socket
import ssl
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Self

import pytest

from alongside_node.foundation.outbound_http import OutboundHttp
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from alongside_protocol.errors import Code, Refused

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


class Server:
    """A peer that answers with exactly the bytes a test wants. Keeps the heads it was sent."""

    def __init__(self, answer: Answer | bytes) -> None:
        self.heads: list[bytes] = []
        self.connections = 0
        self._answer = answer
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                if isinstance(self._answer, bytes):
                    writer.write(self._answer)
                    await writer.drain()
                else:
                    await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()


def run(story: Coroutine[Any, Any, Any]) -> Any:
    async def limited() -> Any:
        async with asyncio.timeout(20):
            return await story

    return asyncio.run(limited())


def fetch(answer: Answer | bytes, *, path: str = "/", **named: Any) -> tuple[HttpResponse, Server]:
    """One exchange with such a peer."""

    async def story() -> tuple[HttpResponse, Server]:
        outbound = OutboundHttp(allow_loopback=True)
        async with Server(answer) as server:
            try:
                request = HttpRequest("GET", server.url + path, **{"deadline": 5.0, **named})
                return await outbound.send(request), server
            finally:
                await outbound.close()

    found: tuple[HttpResponse, Server] = run(story())
    return found


def refusal(answer: Answer | bytes, **named: Any) -> Code:
    with pytest.raises(Refused) as refused:
        fetch(answer, **named)
    return refused.value.code


def names(**addresses: list[str]) -> Callable[[str, int], Awaitable[list[str]]]:
    async def resolver(host: str, _port: int) -> list[str]:
        return addresses[host.replace(".", "_")]

    return resolver


# A.1: addresses.


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0"],
)
def test_no_packet_reaches_this_machine_however_its_address_is_written(host: str) -> None:
    async def story() -> int:
        outbound = OutboundHttp()
        async with Server(OK) as server:
            with pytest.raises(Refused) as refused:
                await outbound.send(HttpRequest("GET", f"https://{host}:{server.port}/", deadline=5.0))
            await outbound.close()
            assert refused.value.code in {Code.ADDRESS, Code.UNREACHABLE}
            return server.connections

    assert run(story()) == 0


@pytest.mark.parametrize("netloc", ["user@127.0.0.1", "user:word@127.0.0.1", ":word@127.0.0.1", "@127.0.0.1"])
def test_an_address_with_a_user_name_is_refused(netloc: str) -> None:
    async def story() -> int:
        outbound = OutboundHttp(allow_loopback=True)
        async with Server(OK) as server:
            with pytest.raises(Refused) as refused:
                await outbound.send(HttpRequest("GET", f"http://{netloc}:{server.port}/", deadline=5.0))
            await outbound.close()
            assert refused.value.code is Code.ADDRESS
            return server.connections

    assert run(story()) == 0


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1/", "file:///etc/passwd", "http:///path", "gopher://127.0.0.1:70/", "//127.0.0.1/", "https://x.test:99999/",
     "https://bücher.example/", "https://[::1/", "https://a.example:port/"],
)  # fmt: skip
def test_an_address_of_another_form_is_refused_and_never_a_crash(url: str) -> None:
    async def story() -> Code:
        outbound = OutboundHttp(allow_loopback=True, resolver=names())
        with pytest.raises(Refused) as refused:
            await outbound.send(HttpRequest("GET", url, deadline=2.0))
        await outbound.close()
        return refused.value.code

    assert run(story()) in {Code.ADDRESS, Code.UNREACHABLE}


def test_a_port_of_another_service_is_refused_before_the_name_is_resolved() -> None:
    async def story() -> list[str]:
        asked: list[str] = []

        async def resolver(host: str, _port: int) -> list[str]:
            asked.append(host)
            return ["8.8.8.8"]

        outbound = OutboundHttp(resolver=resolver)
        with pytest.raises(Refused) as refused:
            await outbound.send(HttpRequest("GET", "https://mail.example:25/", deadline=2.0))
        await outbound.close()
        assert refused.value.code is Code.ADDRESS
        return asked

    assert run(story()) == []


def test_without_tls_nothing_leaves_but_in_development() -> None:
    async def story() -> int:
        outbound = OutboundHttp(resolver=names(plain_example=["8.8.8.8"]))
        async with Server(OK) as server:
            with pytest.raises(Refused) as refused:
                await outbound.send(HttpRequest("GET", f"http://plain.example:{server.port}/", deadline=1.0))
            await outbound.close()
            assert refused.value.code is Code.ADDRESS
            return server.connections

    assert run(story()) == 0


# A.2: redirects.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_handed_back_and_not_followed(status: int) -> None:
    async def story() -> None:
        outbound = OutboundHttp(allow_loopback=True)
        async with Server(OK) as other:
            answer = f"HTTP/1.1 {status} Elsewhere\r\nLocation: {other.url}/\r\nContent-Length: 0\r\n\r\n".encode()
            async with Server(answer) as server:
                request = HttpRequest("GET", server.url + "/", headers={"Signature": "sig1=:AA==:"}, deadline=5.0)
                assert (await outbound.send(request)).status == status
                assert (other.connections, len(server.heads)) == (0, 1)
        await outbound.close()

    run(story())


def test_a_request_whose_answer_breaks_off_is_not_sent_a_second_time() -> None:
    async def cut(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
        await writer.drain()
        writer.close()

    async def story() -> int:
        outbound = OutboundHttp(allow_loopback=True)
        async with Server(cut) as server:
            with pytest.raises(Refused) as refused:
                await outbound.send(HttpRequest("POST", server.url, body=b"signed once", deadline=5.0))
            assert refused.value.code is Code.UNREACHABLE
            await outbound.close()
            return len(server.heads)

    assert run(story()) == 1


# A.3: rebinding (CVE-2024-39687).


def test_a_name_is_resolved_once_and_the_connection_goes_where_it_was_checked() -> None:
    async def story() -> None:
        async with Server(OK) as server, Server(OK) as inside:
            asked = 0

            async def resolver(_host: str, _port: int) -> list[str]:
                nonlocal asked
                asked += 1
                return ["127.0.0.1"] if asked == 1 else ["10.0.0.1"]

            outbound = OutboundHttp(allow_loopback=True, resolver=resolver)
            url = f"http://rebinds.example:{server.port}/"
            assert (await outbound.send(HttpRequest("GET", url, deadline=5.0))).body == b"hi"
            assert asked == 1
            assert b"Host: rebinds.example" in server.heads[0]
            with pytest.raises(Refused):  # a new connection asks again, and the new answer is vetted too
                await outbound.send(HttpRequest("GET", f"http://rebinds.example:{inside.port}/", deadline=5.0))
            await outbound.close()
            assert inside.connections == 0

    run(story())


def test_a_name_with_one_private_address_is_refused_whole() -> None:
    async def story() -> int:
        outbound = OutboundHttp(allow_loopback=True, resolver=names(mixed_example=["127.0.0.1", "10.0.0.1"]))
        async with Server(OK) as server:
            with pytest.raises(Refused) as refused:
                await outbound.send(HttpRequest("GET", f"http://mixed.example:{server.port}/", deadline=5.0))
            await outbound.close()
            assert refused.value.code is Code.ADDRESS
            return server.connections

    assert run(story()) == 0


def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    response, _ = fetch(OK)
    assert response.body == b"hi"


# A.5: compression.


@pytest.mark.parametrize("coding", ["gzip", "gzip, gzip", "br", "deflate", "zstd", "identity", "x-unknown"])
def test_a_compressed_answer_is_refused_whatever_its_coding(coding: str) -> None:
    body = gzip.compress(gzip.compress(bytes(1_000_000)))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    assert refusal(head + body) is Code.RESPONSE_FORM


def test_a_compressed_answer_that_hides_its_coding_stays_compressed() -> None:
    body = gzip.compress(bytes(10_000_000))
    response, server = fetch(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert response.body == body
    assert b"Accept-Encoding: identity" in server.heads[0]


def test_a_compressed_transfer_is_refused() -> None:
    assert refusal(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n") is Code.UNREACHABLE


# A.6: endless and dripping answers (CVE-2023-36461).


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
        await writer.drain()


async def dripping(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def dripping_head(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def informational(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100)
        await writer.drain()
        await asyncio.sleep(0)


async def silent(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def endless_head(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Filler: " + b"x" * 1_000 + b"\r\n")
        await writer.drain()


def test_an_endless_body_ends_at_the_cap_and_memory_stays_flat() -> None:
    fetch(OK)  # what is imported at the first exchange is not counted
    tracemalloc.start()
    assert refusal(endless, max_bytes=100_000) is Code.TOO_LARGE
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_an_answer_of_exactly_the_cap_is_taken_and_one_byte_more_is_not() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + bytes(1000)
    assert len(fetch(answer, max_bytes=1000)[0].body) == 1000
    assert refusal(answer, max_bytes=999) is Code.TOO_LARGE


@pytest.mark.parametrize("answer", [dripping, dripping_head, informational, silent])
def test_one_deadline_covers_the_whole_exchange(answer: Answer) -> None:
    began = time.monotonic()
    assert refusal(answer, deadline=0.5) is Code.UNREACHABLE
    assert time.monotonic() - began < 3


def test_an_endless_head_is_refused_before_the_deadline() -> None:
    began = time.monotonic()
    assert refusal(endless_head, deadline=5.0) is Code.UNREACHABLE
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "answer",
    [
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhi\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\n",
        b"HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_an_odd_framing_is_refused(answer: bytes) -> None:
    async def once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        writer.close()

    assert refusal(once) is Code.UNREACHABLE


def test_a_slow_peer_does_not_hold_up_another() -> None:
    async def story() -> float:
        outbound = OutboundHttp(allow_loopback=True)
        async with Server(dripping) as slow, Server(OK) as quick:
            waiting = [
                asyncio.create_task(outbound.send(HttpRequest("GET", slow.url, deadline=1.5))) for _ in range(20)
            ]
            await asyncio.sleep(0.2)
            began = time.monotonic()
            await outbound.send(HttpRequest("GET", quick.url, deadline=5.0))
            took = time.monotonic() - began
            assert all(isinstance(end, Refused) for end in await asyncio.gather(*waiting, return_exceptions=True))
            await outbound.close()
            return took

    assert run(story()) < 0.5


def test_after_many_failing_peers_no_connection_is_left_behind() -> None:
    async def story() -> int:
        outbound = OutboundHttp(allow_loopback=True)
        async with Server(dripping) as server:
            for _ in range(3):
                many = [outbound.send(HttpRequest("GET", server.url, deadline=0.2)) for _ in range(30)]
                assert all(isinstance(end, Refused) for end in await asyncio.gather(*many, return_exceptions=True))
            left = len(outbound._pool.connections)
            await outbound.close()
            return left

    assert run(story()) == 0


# A.7: TLS.


def test_a_certificate_that_nobody_vouches_for_is_refused_and_never_downgraded(tmp_path: Any) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path))

    async def story() -> list[bytes]:
        heads: list[bytes] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heads.append(await reader.read(100))
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        outbound = OutboundHttp(allow_loopback=True)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Refused) as refused:
            await outbound.send(HttpRequest("GET", f"https://127.0.0.1:{port}/", deadline=5.0))
        await outbound.close()
        server.close()
        assert refused.value.code is Code.UNREACHABLE
        return heads

    assert run(story()) == []


def test_a_peer_that_speaks_plain_http_on_a_tls_port_is_refused() -> None:
    async def story() -> None:
        outbound = OutboundHttp(allow_loopback=True)
        async with Server(OK) as server:
            with pytest.raises(Refused) as refused:
                await outbound.send(HttpRequest("GET", server.url.replace("http:", "https:"), deadline=2.0))
            assert refused.value.code is Code.UNREACHABLE
        await outbound.close()

    run(story())


def test_a_handshake_that_stalls_leaves_no_socket_behind() -> None:
    async def story() -> None:
        gone = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while await reader.read(1_000):
                pass
            gone.set()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        outbound = OutboundHttp(allow_loopback=True)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Refused):
            await outbound.send(HttpRequest("GET", f"https://127.0.0.1:{port}/", deadline=0.3))
        async with asyncio.timeout(1):
            await gone.wait()
        await outbound.close()
        server.close()

    run(story())


def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    async def story() -> Code:
        outbound = OutboundHttp(allow_loopback=True)
        with pytest.raises(Refused) as refused:
            await outbound.send(HttpRequest("GET", f"http://127.0.0.1:{port}/", deadline=2.0))
        await outbound.close()
        return refused.value.code

    assert run(story()) is Code.UNREACHABLE


def _self_signed(folder: Any) -> Any:
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415
    from ipaddress import ip_address  # noqa: PLC0415

    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file

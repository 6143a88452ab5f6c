"""The one way out to the network (section 8 of the specification).

A name is resolved once; every address it has is vetted; the connection goes to a vetted address under the right name. No redirect is
followed, no compression taken, raw bytes are counted, and one deadline covers the whole exchange. Uses httpcore, the engine of httpx,
because httpx offers no place between resolving and connecting.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpcore

from alongside_protocol import limits
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from alongside_protocol.errors import Code, Refused

from .addresses import vet, vet_port

Resolver = Callable[[str, int], Awaitable[list[str]]]

_CONNECTIONS = 64
_IDLE_SECONDS = 20.0


class Outbound(Protocol):
    """Brings a request to another node. Tests join nodes in process with one of their own."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The answer. Raises `Refused`: `address`, `unreachable`, `too-large`, `response-form`."""
        ...


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, by the system's resolver."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise Refused(Code.UNREACHABLE, "the name cannot be resolved") from None
    return [str(entry[4][0]) for entry in found]


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that is closed also when the deadline falls into its handshake: httpcore would leave the socket open."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self.read, self.write, self.aclose = inner.read, inner.write, inner.aclose  # type: ignore[method-assign]
        self.get_extra_info = inner.get_extra_info  # type: ignore[method-assign]

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            await self._inner.aclose()
            raise


class _VettedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to vetted addresses only; the name stays for TLS and Host."""

    def __init__(self, resolver: Resolver, *, allow_loopback: bool) -> None:
        self._inner = httpcore.AnyIOBackend()
        self._resolver = resolver
        self._allow_loopback = allow_loopback

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        vet_port(port, allow_loopback=self._allow_loopback)
        address = vet(await self._resolver(host, port), allow_loopback=self._allow_loopback)
        return _Stream(await self._inner.connect_tcp(str(address), port, timeout, local_address, socket_options))

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class OutboundHttp:
    """The real way out. One a process: building a TLS context costs 18 ms."""

    def __init__(self, *, allow_loopback: bool = False, resolver: Resolver = resolve) -> None:
        self._allow_loopback = allow_loopback
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=_CONNECTIONS,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=_VettedNetwork(resolver, allow_loopback=allow_loopback),
        )

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The answer. Raises `Refused`: `address`, `unreachable`, `too-large`, `response-form`."""
        try:
            async with asyncio.timeout(request.deadline):
                return await self._exchange(request)
        except (TimeoutError, OSError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
            raise Refused(Code.UNREACHABLE, "no whole answer came in time") from None

    async def _exchange(self, request: HttpRequest) -> HttpResponse:
        host = _host(request.url, plain=self._allow_loopback)
        headers = [(b"Host", host), (b"Accept-Encoding", b"identity")]
        headers += [(name.encode("ascii"), value.encode("latin-1")) for name, value in request.headers.items()]
        if request.body is not None:
            headers.append((b"Content-Length", str(len(request.body)).encode("ascii")))
        timeouts = {"connect": limits.CONNECT_TIMEOUT, "read": None, "write": None, "pool": limits.CONNECT_TIMEOUT}
        async with self._pool.stream(
            request.method, request.url, headers=headers, content=request.body, extensions={"timeout": timeouts}
        ) as response:
            answered = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            if "content-encoding" in answered:
                raise Refused(Code.RESPONSE_FORM, "a compressed answer")
            body = bytearray()
            async for chunk in response.aiter_stream():
                if len(body) + len(chunk) > request.max_bytes:
                    raise Refused(Code.TOO_LARGE, f"an answer of more than {request.max_bytes} bytes")
                body += chunk
            return HttpResponse(response.status, answered, bytes(body))

    async def close(self) -> None:
        """Let go of every connection."""
        await self._pool.aclose()


def _host(url: str, *, plain: bool) -> bytes:
    """What stands in `Host`. `plain`: whether http without TLS may be. Raises `Refused` (`address`)."""
    try:
        parts = urlsplit(url)
        host, port = parts.netloc.encode("ascii"), parts.port
    except ValueError:
        raise Refused(Code.ADDRESS, "not an address") from None
    if (
        parts.scheme not in (("https", "http") if plain else ("https",))
        or "@" in parts.netloc
        or not parts.hostname
        or port == 0
    ):
        raise Refused(Code.ADDRESS, "an address of another kind, with a user name, or without a host")
    return host

"""A light client: sends ready-made HTTP requests over so many connections, one at a time on each, and counts what came back."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import uvloop


@dataclass
class Loaded:
    """What came of it. `waits`: seconds from sending a request to having its whole answer."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    wrong: int = 0
    """Answers with another status than was expected."""
    last: bytes = b""
    """The body of one answer."""

    @property
    def per_second(self) -> float:
        """Right answers a second."""
        return (len(self.waits) - self.wrong) / self.seconds


class _Connection(asyncio.Protocol):
    """One connection: the next request leaves when the last answer is whole."""

    def __init__(self, requests: Iterator[bytes], loaded: Loaded, expected: bytes, done: Callable[[], None]) -> None:
        self._requests = requests
        self._loaded = loaded
        self._expected = expected
        self._done = done
        self._answer = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._next()

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._answer += data
        end = self._answer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._answer[:end].lower()
        at = head.find(b"content-length:")
        length = 0 if at < 0 else int(head[at + 15 :].split(b"\r\n", 1)[0])
        if len(self._answer) < end + 4 + length:
            return
        self._loaded.waits.append(time.perf_counter() - self._sent)
        self._loaded.wrong += self._answer[9:12] != self._expected
        self._loaded.last, self._answer = self._answer[end + 4 :], b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._done()


def load(port: int, requests: Sequence[bytes], *, connections: int, expected: int) -> Loaded:
    """Send all of `requests` to a server on loopback."""

    async def story() -> Loaded:
        loop = asyncio.get_running_loop()
        loaded, rest = Loaded(), iter(requests)
        left = connections
        finished = loop.create_future()

        def done() -> None:
            nonlocal left
            left -= 1
            if not left:
                finished.set_result(None)

        started = time.perf_counter()
        for _ in range(connections):
            await loop.create_connection(
                lambda: _Connection(rest, loaded, str(expected).encode(), done), "127.0.0.1", port
            )
        await finished
        loaded.seconds = time.perf_counter() - started
        return loaded

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(story())


def request(method: str, path: str, port: int, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of one request."""
    lines = [f"{method} {path} HTTP/1.1", f"host: 127.0.0.1:{port}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body or method == "POST":
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


class Wire:
    """One connection that stays: a client that waits for each answer before it does something else."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, raw: bytes) -> tuple[int, bytes]:
        """(status, body) of the answer to one request."""
        self._socket.sendall(raw)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._more()
        length = int(answer[:end].lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(answer) < end + 4 + length:
            answer += self._more()
        return int(answer[9:12]), answer[end + 4 :]

    def _more(self) -> bytes:
        data = self._socket.recv(65_536)
        if not data:
            raise RuntimeError("the server closed the connection")
        return data

    def close(self) -> None:
        self._socket.close()

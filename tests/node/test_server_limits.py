"""What the web server itself does not limit: the size of a head and slow clients (safety A.6, B.20), on real uvicorn and sockets."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
import uvicorn

from alongside_node.foundation import server_limits
from alongside_node.foundation.server_limits import LimitedProtocol
from alongside_protocol import limits

SEEN: list[int] = []


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Reads the whole body and says how long it was."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    SEEN.append(length)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@contextmanager
def serving() -> Iterator[int]:
    config = uvicorn.Config(app, http=LimitedProtocol, lifespan="off", ws="none", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
        listener.close()
    assert not thread.is_alive()


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server with short deadlines."""
    monkeypatch.setattr(server_limits, "HEAD_SECONDS", 0.4)
    monkeypatch.setattr(server_limits, "REQUEST_SECONDS", 0.8)
    SEEN.clear()
    with serving() as found:
        yield found


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def rest(connection: socket.socket) -> bytes:
    """Everything until the server closes."""
    found = b""
    try:
        while chunk := connection.recv(65_536):
            found += chunk
    except ConnectionError:
        pass
    return found


def asks(port: int) -> bytes:
    with closing(connect(port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return rest(connection)


def answered(connection: socket.socket) -> None:
    """One request on a connection that stays open."""
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    found = b""
    while not found.endswith(b"ok"):
        found += connection.recv(1_000)
        assert found


def head(length: int) -> bytes:
    """A whole head of this many bytes."""
    start, end = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ", b"\r\n\r\n"
    return start + b"x" * (length - len(start) - len(end)) + end


def test_an_ordinary_request_is_answered(port: int) -> None:
    assert asks(port).endswith(b"ok")


def test_a_head_of_the_limit_is_taken(port: int) -> None:
    with closing(connect(port)) as connection:
        connection.sendall(head(limits.HEADER_BYTES))
        assert rest(connection).endswith(b"ok")


def test_a_head_of_the_limit_in_small_pieces_is_taken(port: int) -> None:
    with closing(connect(port)) as connection:
        whole = head(limits.HEADER_BYTES)
        for at in range(0, len(whole), 1_000):
            connection.sendall(whole[at : at + 1_000])
            time.sleep(0.005)
        assert rest(connection).endswith(b"ok")


@pytest.mark.parametrize("length", [limits.HEADER_BYTES + 1, limits.HEADER_BYTES * 2, 1_000_000])
@pytest.mark.parametrize("piece", [1_000, 12_000, 1_000_000])
def test_a_head_above_the_limit_is_never_answered(port: int, length: int, piece: int) -> None:
    with closing(connect(port)) as connection:
        whole = head(length)
        try:
            for at in range(0, len(whole), piece):
                connection.sendall(whole[at : at + piece])
                time.sleep(0.005)
        except ConnectionError:
            pass
        assert rest(connection) == b""
    assert SEEN == []


def test_the_second_request_of_a_connection_has_the_same_limit(port: int) -> None:
    with closing(connect(port)) as connection:
        answered(connection)
        try:
            for _ in range(40):
                connection.sendall((b"GET / HTTP/1.1\r\nHost: x\r\nX: " if _ == 0 else b"") + b"x" * 1_000)
                time.sleep(0.002)
        except ConnectionError:
            pass
        assert rest(connection) == b""
    assert SEEN == [0]


def test_a_large_body_is_not_a_large_head(port: int) -> None:
    with closing(connect(port)) as connection:
        body = bytes(100_000)
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n" + body)
        assert rest(connection).endswith(b"ok")
    assert SEEN == [100_000]


def test_a_connection_that_says_nothing_is_closed(port: int) -> None:
    began = time.monotonic()
    with closing(connect(port)) as connection:
        assert rest(connection) == b""
    assert time.monotonic() - began < 2


def test_a_head_that_drips_is_closed_at_its_deadline(port: int) -> None:
    began = time.monotonic()
    with closing(connect(port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        try:
            while time.monotonic() - began < 3:
                connection.sendall(b"X-Drip: x\r\n")
                time.sleep(0.05)
        except ConnectionError:
            pass
        assert rest(connection) == b""
    assert time.monotonic() - began < 2


def test_a_body_that_drips_is_closed_at_its_deadline(port: int) -> None:
    began = time.monotonic()
    with closing(connect(port)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        try:
            while time.monotonic() - began < 3:
                connection.sendall(b"x")
                time.sleep(0.05)
        except ConnectionError:
            pass
        assert rest(connection) == b""
    assert time.monotonic() - began < 2
    assert SEEN == []


def test_chunks_without_an_end_are_closed_at_the_deadline(port: int) -> None:
    began = time.monotonic()
    with closing(connect(port)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while time.monotonic() - began < 3:
                connection.sendall(b"1\r\nx\r\n")
                time.sleep(0.05)
        except ConnectionError:
            pass
        assert rest(connection) == b""
    assert time.monotonic() - began < 2


def test_a_connection_kept_open_between_requests_is_not_closed_by_the_head_deadline(port: int) -> None:
    with closing(connect(port)) as connection:
        for _ in range(2):
            answered(connection)
            time.sleep(0.6)


def test_a_hundred_slow_clients_do_not_slow_an_honest_one(port: int) -> None:
    slow = [connect(port) for _ in range(100)]
    try:
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
        took = []
        for _ in range(20):
            began = time.monotonic()
            assert asks(port).endswith(b"ok")
            took.append(time.monotonic() - began)
        assert sorted(took)[18] < 1
    finally:
        for connection in slow:
            connection.close()

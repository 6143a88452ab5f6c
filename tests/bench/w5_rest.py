"""w5: a node with 10,000 foreign listings at rest: from starting the process to the first right answer of its search page, memory, idle CPU."""

import socket
import time
from urllib.parse import urlencode

from load import request
from measure import Watched
from nodes import Process
from pair import Pair, Workshop

_SIZE = 10_000
_STARTS = 5
_IDLE_SECONDS = 10
_SETTLES = 3
_GIVES_UP = 30.0


def run(shop: Workshop) -> None:
    """Report it."""
    pair = shop.synced(_SIZE)
    shop.report.say(f"w5: {_STARTS} cold starts")
    starts = [_start(pair) for _ in range(_STARTS)]
    shop.report.add("w5.start", sorted(starts)[_STARTS // 2], "s")
    with pair.here.serving() as running:
        _first_answer(pair, running)
        time.sleep(_SETTLES)
        watched = Watched(running.pid)
        time.sleep(_IDLE_SECONDS)
        shop.report.add("w5.idle_cpu", watched.cpu_seconds / _IDLE_SECONDS * 100, "%")
        shop.report.add("w5.rss", watched.resident_mb, "MB")


def _start(pair: Pair) -> float:
    with pair.here.serving() as running:
        return _first_answer(pair, running)


def _first_answer(pair: Pair, running: Process) -> float:
    """Seconds from starting the process until its page of results holds the listing that was looked for."""
    title = pair.last.line.split(b'"title":"')[1].split(b'"')[0]
    body = urlencode({"words": title.decode("ascii")}).encode("ascii")
    port = pair.here.port
    until = time.perf_counter() + _GIVES_UP
    post = request("POST", "/search", port, body, content_type="application/x-www-form-urlencoded")
    while time.perf_counter() < until:
        try:
            answer = _exchange(port, post)
        except OSError:
            time.sleep(0.005)
            continue
        place = answer.split(b"location: ", 1)[1].split(b"\r\n", 1)[0].decode("ascii")
        if title in _exchange(port, request("GET", place, port)):
            return time.perf_counter() - running.started
        raise RuntimeError("the first answer was not right")
    raise RuntimeError("no answer came")


def _exchange(port: int, raw: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(raw.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1))
        answer = b""
        while data := connection.recv(65_536):
            answer += data
        return answer

"""w2: one listing of many is changed, until the other community serves the change: edit, head, hint, tree, index, disk.

Somebody's client calls the API; the clock runs from before the call until the other database has the change. Changes are more than a
second apart, as heads are. The bytes between the nodes are counted in a second run, with a counting relay in front of each.
"""

import json
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from load import Wire, request
from measure import percentile
from nodes import free_port, offer
from pair import Pair, Workshop, named, watching

_CHANGES = 25
_COUNTED = 5
_APART = 1.3
_SETTLES = 8.0
_GIVES_UP = 30.0


def run(shop: Workshop) -> None:
    """Report the largest size."""
    size = max(shop.sizes)
    pair = shop.synced(size)
    name = f"w2.{named(size)}"
    shop.report.say(f"w2: {_CHANGES} changes among {size:,}")
    with pair.there.serving(), pair.here.serving():
        waits = _changes(pair, _CHANGES, pair.there.port)
    shop.report.add(f"{name}.p50", percentile(waits, 0.5) * 1000, "ms")
    shop.report.add(f"{name}.p95", percentile(waits, 0.95) * 1000, "ms")
    ports = free_port(), free_port()
    with (
        pair.there.serving(port=ports[0]),
        pair.here.serving(port=ports[1]),
        relay(pair.there.port, ports[0]) as one,
        relay(pair.here.port, ports[1]) as other,
    ):
        _changes(pair, 1, ports[0])
        before = one.bytes + other.bytes
        _changes(pair, _COUNTED, ports[0])
        shop.report.add(f"{name}.http", (one.bytes + other.bytes - before) / _COUNTED, "bytes")


def _changes(pair: Pair, count: int, port: int) -> list[float]:
    """Seconds each change took. `port`: where the node itself listens, so that its clients are not counted as its peers."""
    time.sleep(_SETTLES)
    waits = []
    seen, wire = watching(pair.here), Wire(port)
    for number in range(count):
        title = f"Changed {time.time()} {number}"
        body = json.dumps({"content": offer(title=title)}).encode("ascii")
        address = f"/api/v1/offerings/{pair.listing}"
        headers = {"content-type": "application/json", "authorization": f"Bearer {pair.token}"}
        raw = request("PUT", address, pair.there.port, body, **headers)
        started = time.perf_counter()
        status, answer = wire.send(raw)
        if status != 200:
            raise RuntimeError(answer.decode())
        _wait_for(seen, pair.listing, title.encode("ascii"), started)
        waits.append(time.perf_counter() - started)
        time.sleep(_APART)
    seen.close()
    wire.close()
    return waits


def _wait_for(seen: sqlite3.Connection, listing: str, title: bytes, started: float) -> None:
    statement = "SELECT line FROM entry WHERE generation = (SELECT max(id) FROM generation WHERE active) AND id = ?"
    while title not in (seen.execute(statement, (listing,)).fetchone() or (b"",))[0]:
        time.sleep(0.0003)
        if time.perf_counter() - started > _GIVES_UP:
            raise RuntimeError("a change did not arrive")


class Counted:
    """Bytes that passed a relay, both ways."""

    def __init__(self) -> None:
        self.bytes = 0


@contextmanager
def relay(port: int, to: int) -> Iterator[Counted]:
    """Passes on what comes to a port, and counts it."""
    counted = Counted()
    listening = socket.create_server(("127.0.0.1", port))

    def pump(source: socket.socket, target: socket.socket) -> None:
        while data := source.recv(65_536):
            counted.bytes += len(data)
            target.sendall(data)
        target.close()

    def accept() -> None:
        while True:
            try:
                one = listening.accept()[0]
            except OSError:
                return
            other = socket.create_connection(("127.0.0.1", to))
            for source, target in ((one, other), (other, one)):
                threading.Thread(target=pump, args=(source, target), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield counted
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()

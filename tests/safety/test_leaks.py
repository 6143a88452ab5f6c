"""Leak channels (safety.md, E.37): logs, error pages, addresses, what goes to peers, and what the server says of itself.

What the disk holds is measured by `federation/test_seizure.py`; headers and caches by `test_headers.py`; titles and what pages load by
`node/test_rendering.py`; notifications by `federation/test_telling.py`. Public failures: search words in access logs and Referer (every large search
engine before 2013), passwords in logs (Facebook 2019, Twitter 2018, GitHub 2018), Django's debug pages.
"""

import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
import structlog

from alongside_node.demo.content import Member, communities
from alongside_node.demo.filling import fill
from alongside_node.demo.processes import Process
from alongside_node.entrypoints.api.endpoints import ENDPOINTS
from alongside_node.entrypoints.web.site import PAGES as ROUTES
from alongside_node.foundation import telemetry
from api_client import Client, granted
from ports import free_ports
from town import Statements, Town, build
from who_may import who_may
from world import World

CANARY = "f3canary77"
FIELDS = (
    *(
        "words",
        "name",
        "contact",
        "times",
        "access_needs",
        "title",
        "text",
        "by",
        "area",
        "lived",
        "code",
        "note",
        "pending",
    ),
    *(
        "find",
        "suggest",
        "coded",
        "session",
        "program",
        "mark",
        "chosen",
        "lang",
        "back",
        "without",
        "description",
        "tell_email",
    ),
)
DERIVES = {"/sign-in", "/recover", "/account/words", "/account/leave", "/account/code"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    statements, world = Statements(), World(tmp_path_factory.mktemp("world"))
    yield build(world, statements)
    world.close()
    statements.close()


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """What the process writes, as it writes it in production."""
    yield capsys
    structlog.reset_defaults()


def test_no_word_of_anybody_is_in_a_log_whatever_is_asked(town: Town, written: pytest.CaptureFixture[str]) -> None:
    """In path, query, headers, cookies and every field, at every page and operation, let in or not."""
    telemetry.configure(as_json=True)
    headers = {"user_agent": CANARY, "referer": f"https://{CANARY}/", "x_canary": CANARY, "origin": f"https://{CANARY}"}
    for page in ROUTES:
        path = re.sub(r"\{\w+\}", CANARY, page.path)
        name = max(who_may("GET" if page.get else "POST", page.path) - {"nobody"})
        for there in (path, town.path(page.path)):
            if page.get:
                town.send("GET", f"{there}?{CANARY}={CANARY}", town.cookie(name), **headers)
            if page.post and (there == path or page.path not in DERIVES):
                town.send("POST", there, town.cookie(name), dict.fromkeys(FIELDS, CANARY), **headers)
                town.send("POST", there, CANARY, dict.fromkeys(FIELDS, CANARY), **headers)
    client = granted(town.oak, town.people["stella"])
    for one in ENDPOINTS:
        path = re.sub(r"\{\w+\}", CANARY, one.path)
        client.send(
            one.method, f"{path}?{CANARY}={CANARY}", None if one.method == "GET" else dict.fromkeys(FIELDS, CANARY)
        )
        Client(town.oak, CANARY).send(one.method, path, b"{" + CANARY.encode())
    found = written.readouterr()
    assert CANARY not in found.out + found.err


def test_our_own_failures_are_logged_by_kind_alone(
    town: Town, written: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks, anywhere below: neither the log nor the answer holds a word of what was being done."""
    telemetry.configure(as_json=True)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"cannot do it for {CANARY}")

    for page in ROUTES:
        if page.get:
            monkeypatch.setattr("alongside_node.entrypoints.web.visitor.Visitor.page", broken)
            answer = town.send("GET", town.path(page.path), town.cookie(max(who_may("GET", page.path) - {"nobody"})))
            assert CANARY not in answer.body.decode()
            monkeypatch.undo()
    found = written.readouterr()
    assert CANARY not in found.out + found.err
    assert '"error": "RuntimeError"' in found.err


def test_no_word_of_a_form_is_in_an_address(town: Town) -> None:
    """Addresses stay in histories, and are sent on: what was written leads to no address, and no page has one with it."""
    for page in ROUTES:
        if page.post and page.path not in DERIVES and page.path != "/language":
            for name in sorted(who_may("POST", page.path))[-2:]:
                answer = town.send("POST", town.path(page.path), town.cookie(name), dict.fromkeys(FIELDS, CANARY))
                assert CANARY not in answer.headers.get("location", ""), page.path
                links = re.findall(r'(?:href|action|src|formaction)="([^"]*)"', answer.body.decode())
                assert not [link for link in links if CANARY in link], page.path


def test_an_error_echoes_nothing(town: Town) -> None:
    cookie = town.cookie("gus")
    for answer in (
        town.send("GET", f"/{CANARY}?{CANARY}={CANARY}", cookie),
        town.send("GET", f"/requests/{CANARY}", cookie),
        town.send("GET", "/peers", cookie, x=CANARY),
        town.send("POST", "/language", cookie, {CANARY: CANARY}, csrf=CANARY),
        town.send("POST", "/search", cookie, {"words": CANARY * 8_000}),
        town.send("GET", "/", cookie, host=f"{CANARY}.example"),
        town.send(CANARY.upper(), "/", cookie),
        town.send("GET", f"/api/v1/{CANARY}"),
        town.send("GET", f"/api/v1/requests/{CANARY}?mailbox={CANARY}"),
    ):
        assert answer.status >= 400
        assert CANARY not in answer.body.decode() + str(answer.headers)
    bad = granted(town.oak, town.people["lena"]).post("/search", {CANARY: CANARY, "words": [CANARY]})
    assert bad.status == 422
    assert CANARY not in bad.body.decode()


def test_looking_reading_and_signing_in_are_seen_by_no_peer(town: Town) -> None:
    """Neither a search, nor a page of a listing, nor who signs in or tries to leads to anything between communities."""
    town.oak.world.settle()
    network = town.oak.world.network
    seen = len(network.seen)
    for name in ("nobody", "lena", "gus"):
        cookie = town.cookie(name)
        for page in ROUTES:
            if page.get:
                town.send("GET", town.path(page.path), cookie)
        begun = town.send("POST", "/search", cookie, {"words": CANARY, "lived": CANARY})
        town.send("GET", begun.headers["location"], cookie)
    town.send("POST", "/sign-in", "", {"words": CANARY})
    town.oak.world.run(town.oak.node.outbox.send_due())
    assert len(network.seen) == seen


def test_a_whole_server_says_nothing_of_itself_and_writes_no_word_down(tmp_path: Path) -> None:
    """A real process behind a real socket: also what is no request at all is in no log, and no header names a product or a clock."""
    content = next(one for one in communities() if one.key == "warmline")
    [port] = free_ports(1)
    small = replace(content, members=(Member("Steward", True, ()),))
    process = Process(fill(small, tmp_path / "node", origin=f"http://127.0.0.1:{port}", port=port), tmp_path / "node")
    process.start()
    try:
        host = f"Host: 127.0.0.1:{port}\r\n"
        for sent in (
            f"GET /?{CANARY} HTTP/1.1\r\n{host}User-Agent: {CANARY}\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n",
            f"GET /{quote(CANARY)}/x HTTP/1.0\r\n\r\n",
            f"{CANARY} / HTTP/1.1\r\n{host}\r\n",
            f"GET http://{CANARY}/ HTTP/1.1\r\nHost: {CANARY}\r\nConnection: close\r\n\r\n",
            f"POST /search HTTP/1.1\r\n{host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n{CANARY}",
            f"GET / HTTP/1.1\r\n{host}{CANARY}\r\n\r\n",
            f"\x16\x03\x01{CANARY}",
        ):
            answer = _said(port, sent.encode("latin-1"))
            head = answer.partition(b"\r\n\r\n")[0].lower()
            assert b"server:" not in head
            assert b"date:" not in head
            assert b"uvicorn" not in answer.lower()
            assert b"python" not in head
            assert CANARY.encode() not in answer
        assert b"content-security-policy" in _said(port, f"GET / HTTP/1.1\r\n{host}Connection: close\r\n\r\n".encode())
    finally:
        process.stop()
    for path in (tmp_path / "node").rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert CANARY.encode() not in held, path
            assert b"203.0.113.9" not in held, path
    log = (tmp_path / "node" / "log").read_text()
    assert "Traceback" not in log
    assert not re.search(r"\b127\.0\.0\.1:\d+ -|GET /|POST /", log)


def _said(port: int, sent: bytes) -> bytes:
    found = b""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(sent)
        connection.settimeout(2)
        until = time.monotonic() + 5
        while time.monotonic() < until:
            try:
                part = connection.recv(65_536)
            except (TimeoutError, ConnectionResetError):
                break
            if not part:
                break
            found += part
    return found

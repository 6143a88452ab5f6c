"""w4: requests between nodes. The inbox takes them: verified and committed before the answer; and the whole way, from the call of the API
of the node that asks until the other has it on its disk (`taken`) and shows it to who offers (`shown`).

Every message is a whole one: words sealed to who offers, routing sealed to the node, signed for one attempt. While it takes them the node
also acts on them: opens the outer seal, checks the listing, keeps the request. `acted` counts until all of that is done.
"""

import asyncio
import json
import secrets
import sqlite3
import sys
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from load import Loaded, Wire, load, request
from measure import percentile
from nodes import Community, agree, free_port, person, process, publish, token
from pair import Workshop, signed_post, watching

from alongside_node.app import Node
from alongside_node.directory.searching import Viewer
from alongside_node.members import actions as members
from alongside_node.members.actions import Person
from alongside_node.members.rules import box_rev
from alongside_node.referrals import asking
from alongside_node.referrals.asking import Asking
from alongside_protocol import base64url
from alongside_protocol.consent import Field

_LISTINGS = 100
_ASKED_ONE_WAY = 60
_EACH = 10
"""Requests of one person: a node takes no more of one than a person has."""
_COUNTS = {1: 800, 16: 2_400}
_TURNS = 2
_DAY = 86_400
_GIVES_UP = 60.0
_WORDS = {Field.WORDS: "I cannot sleep since it happened. May I call you some evening this week? " * 3}


def run(shop: Workshop) -> None:
    """Report ingest and the whole way."""
    folder = shop.folder / "requests"
    there, here = Community(folder, "There"), Community(folder, "Here")
    with here.beside() as node:
        mira = person(node, "Mira")

        async def several() -> list[str]:
            return [await publish(node, mira) for _ in range(_LISTINGS)]

        listings = asyncio.run(several())
    with there.beside() as node:
        askers = [person(node, f"Asker {number}") for number in range(_ASKED_ONE_WAY // _EACH)]
    agree(there, here)
    with there.serving(), here.serving():
        _wait_for_directory(there)
        _whole_way(shop, there, here, askers, listings)
        _ingest(shop, there, here, askers[0], listings)


def _wait_for_directory(there: Community) -> None:
    """Until the community that asks has read what the other offers."""
    seen, until = watching(there), time.monotonic() + _GIVES_UP
    while seen.execute("SELECT count(*) FROM entry").fetchone()[0] <= _LISTINGS:
        time.sleep(0.05)
        if time.monotonic() > until:
            raise RuntimeError("the directory was not read")
    seen.close()


def _addressee(node: Node, other: str, listing: str) -> asking.Addressee:
    viewer = Viewer(node.keys.id, member=True)
    return node.database.read(
        lambda reading: asking.addressee(reading, node.keys(), other, listing, viewer, now=node.edge.now)
    )


# The whole way.


def _whole_way(shop: Workshop, there: Community, here: Community, askers: list[Person], listings: list[str]) -> None:
    shop.report.say(f"w4: {_ASKED_ONE_WAY} requests, one after another")
    calls = [call for asker in askers for call in _calls(there, here, asker, listings)]
    seen, wire = watching(here), Wire(there.port)
    taken, shown = [], []
    for call in calls:
        before = _count(seen, "received"), _count(seen, "incoming")
        started = time.perf_counter()
        status, answer = wire.send(call)
        if status != 201:
            raise RuntimeError(answer.decode())
        taken.append(_until(seen, "received", before[0], started))
        shown.append(_until(seen, "incoming", before[1], started))
        time.sleep(0.05)
    wire.close()
    seen.close()
    shop.report.add("w4.whole_way.taken.p50", percentile(taken, 0.5) * 1000, "ms")
    shop.report.add("w4.whole_way.taken.p95", percentile(taken, 0.95) * 1000, "ms")
    shop.report.add("w4.whole_way.shown.p50", percentile(shown, 0.5) * 1000, "ms")
    shop.report.add("w4.whole_way.shown.p95", percentile(shown, 0.95) * 1000, "ms")


def _count(seen: sqlite3.Connection, table: str) -> int:
    found: int = seen.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return found


def _until(seen: sqlite3.Connection, table: str, before: int, started: float) -> float:
    while _count(seen, table) <= before:
        time.sleep(0.0003)
        if time.perf_counter() - started > _GIVES_UP:
            raise RuntimeError(f"nothing came into {table}")
    return time.perf_counter() - started


# Ingest.


def _ingest(shop: Workshop, there: Community, here: Community, asker: Person, listings: list[str]) -> None:
    key, port = Ed25519PrivateKey.generate(), free_port()
    public = key.public_key().public_bytes_raw().hex()
    script = Path(__file__).parent / "limit_server.py"
    command = [sys.executable, str(script), "inbox", str(shop.folder / "inbox.sqlite3"), str(port), public]
    with process(command, {}, port, log=shop.folder / "inbox.log"):
        for connections, count in _COUNTS.items():
            ours, limits = [], []
            for turn in range(_TURNS):
                shop.report.say(f"w4: {count:,} requests over {connections} connections, turn {turn + 1}")
                bodies = _bodies(there, here, asker, listings, count)
                bare = [request("POST", "/inbox", port, body, signature=key.sign(body).hex()) for body in bodies]
                limits.append(_loaded(port, bare, connections))
                with there.beside() as node:
                    now, signer = int(time.time()), node.keys().signer
                    signed = [signed_post(here.port, body, signer, now) for body in bodies]
                ours.append(_taken(here, signed, connections))
            _report(shop, connections, ours, limits)


def _report(shop: Workshop, connections: int, ours: list[tuple[Loaded, float]], limits: list[Loaded]) -> None:
    limit = sum(one.per_second for one in limits) / len(limits)
    taken = sum(loaded.per_second for loaded, _ in ours) / len(ours)
    acted = sum(rate for _, rate in ours) / len(ours)
    waits = [wait for loaded, _ in ours for wait in loaded.waits]
    shop.report.add(f"w4.ingest.{connections}.per_s", taken, "requests/s", limit=limit)
    shop.report.add(f"w4.ingest.{connections}.p95", percentile(waits, 0.95) * 1000, "ms")
    shop.report.add(f"w4.acted.{connections}.per_s", acted, "requests/s")


def _sealed(there: Community, here: Community, asker: Person, listings: list[str], count: int) -> list[Asking]:
    """Whole requests, as a person's page or client would make them; to the other community each is of somebody else: one may ask five times."""
    with there.beside() as node, here.beside() as other:
        to = [_addressee(node, other.keys.id, listing) for listing in listings]
        now, keyring = int(time.time()), node.keys()
        return [
            asking.prepare(
                asker,  # as they joined, with nothing asked yet: a new handle for each
                to[number % len(to)],
                _WORDS,
                shown=to[number % len(to)].shown,
                until=now + 7 * _DAY,
                keyring=keyring,
                now=now,
                random=secrets.token_bytes,
            )
            for number in range(count)
        ]


def _calls(there: Community, here: Community, asker: Person, listings: list[str]) -> list[bytes]:
    """What the asker's client sends to the API, one call after another."""
    with there.beside() as node:
        bearer = token(node, asker)
        box = node.database.read(lambda reading: members.find(reading, asker.member.id)).box
    headers = {"content-type": "application/json", "authorization": f"Bearer {bearer}"}
    calls = []
    for one in _sealed(there, here, asker, listings, _EACH):
        said = {
            "message": base64url.encode(one.outgoing.body),
            "mailbox": one.row.mailbox,
            "letter": base64url.encode(one.letter.sealed),
            "box": base64url.encode(one.box),
            "box_rev": box_rev(box),
        }
        box = one.box
        body = json.dumps(said).encode("ascii")
        calls.append(request("POST", "/api/v1/requests", there.port, body, **headers))
    return calls


def _bodies(there: Community, here: Community, asker: Person, listings: list[str], count: int) -> list[bytes]:
    """The same as messages, ready for their inbox."""
    return [one.outgoing.body for one in _sealed(there, here, asker, listings, count)]


def _loaded(port: int, requests: list[bytes], connections: int) -> Loaded:
    loaded = load(port, requests, connections=connections, expected=202)
    if loaded.wrong:
        raise RuntimeError(f"{loaded.wrong} were refused: {loaded.last!r}")
    return loaded


def _taken(here: Community, requests: list[bytes], connections: int) -> tuple[Loaded, float]:
    """What came of the requests, and how many a second were also acted on."""
    started = time.perf_counter()
    loaded = _loaded(here.port, requests, connections)
    seen = watching(here)
    while seen.execute("SELECT count(*) FROM received WHERE body IS NOT NULL").fetchone()[0]:
        time.sleep(0.01)
    seen.close()
    return loaded, len(requests) / (time.perf_counter() - started)

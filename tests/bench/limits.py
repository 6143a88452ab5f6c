"""The raw limits: the least that any program must do for the same result, measured in the same run.

Each limit is written as plainly and as fast as it can be, with the same durability and the same full-text settings as the node.
It knows nothing of pages, consent or peers; what it reaches is what the machine gives.
"""

import asyncio
import json
import queue
import sqlite3
import threading
from hashlib import sha256
from pathlib import Path
from time import perf_counter

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

FTS = (
    "CREATE VIRTUAL TABLE entry_words USING fts5(words, codes, content='', detail=column, columnsize=0,"
    " tokenize='unicode61 remove_diacritics 2')"
)
_CHUNK = 1_000


def open_durable(path: Path) -> sqlite3.Connection:
    """SQLite as the node uses it: WAL, and every commit on the disk before it counts."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def bulk_store(lines: list[tuple[int, bytes]], path: Path) -> float:
    """Listings a second: hash, parse, store and index the same lines, under one signature. `lines`: (place, line)."""
    connection = open_durable(path)
    connection.execute("CREATE TABLE entry (position INTEGER PRIMARY KEY, id TEXT, digest BLOB, line BLOB)")
    connection.execute(FTS)
    key = Ed25519PrivateKey.generate()
    started = perf_counter()
    whole = sha256()
    for first in range(0, len(lines), _CHUNK):
        rows, words = [], []
        for position, line in sorted(lines[first : first + _CHUNK]):
            digest = sha256(line).digest()
            whole.update(digest)
            record = json.loads(line)
            rows.append((position, record["id"], digest, line))
            words.append(
                (position, f"{record['title']} {record['text']}", f"audienceanyone topic{record['topics'][0]}")
            )
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", rows)
        connection.executemany("INSERT INTO entry_words (rowid, words, codes) VALUES (?, ?, ?)", words)
        connection.execute("COMMIT")
    signed = key.sign(whole.digest())
    key.public_key().verify(signed, whole.digest())
    took = perf_counter() - started
    connection.close()
    return len(lines) / took


def search_app(path: Path) -> FastAPI:
    """The same query on FTS5 behind one bare FastAPI route: 20 results with their full records, in row order."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
    app = FastAPI(openapi_url=None)

    @app.get("/search")
    async def search(word: str, code: str, start: int) -> Response:
        rows = connection.execute(
            "SELECT e.line FROM entry_words w JOIN entry e ON e.position = w.rowid"
            " WHERE entry_words MATCH ? AND w.rowid >= ? ORDER BY w.rowid LIMIT 20",
            (f'codes : ("audienceanyone" AND "{code}") AND words : ("{word}")', start),
        ).fetchall()
        return Response(b"[" + b",".join(row[0] for row in rows) + b"]", media_type="application/json")

    return app


def inbox_app(path: Path, key: bytes) -> FastAPI:
    """FastAPI + one Ed25519 verification + a group commit, with nothing around them."""
    connection = open_durable(path)
    connection.execute("CREATE TABLE IF NOT EXISTS received (id BLOB PRIMARY KEY, body BLOB)")
    public = Ed25519PublicKey.from_public_bytes(key)
    waiting: queue.SimpleQueue[tuple[bytes, bytes, asyncio.AbstractEventLoop, asyncio.Future[None]]] = (
        queue.SimpleQueue()
    )

    def write() -> None:
        while True:
            batch = [waiting.get()]
            while not waiting.empty():
                batch.append(waiting.get())
            connection.execute("BEGIN")
            connection.executemany("INSERT OR IGNORE INTO received VALUES (?, ?)", [item[:2] for item in batch])
            connection.execute("COMMIT")
            batch[0][2].call_soon_threadsafe(_resolve, [item[3] for item in batch])

    threading.Thread(target=write, daemon=True).start()
    app = FastAPI(openapi_url=None)

    @app.post("/inbox")
    async def inbox(request: Request) -> Response:
        body = await request.body()
        signature = bytes.fromhex(request.headers["signature"])
        public.verify(signature, body)
        loop = asyncio.get_running_loop()
        committed: asyncio.Future[None] = loop.create_future()
        waiting.put((sha256(body).digest(), body, loop, committed))
        await committed
        return JSONResponse({}, status_code=202)

    return app


def _resolve(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)

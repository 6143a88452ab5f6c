"""`alongside demo`: three communities as three processes, peered, and the heart of it walked through their pages.

Each step prints what happened and which promise it showed; a step that fails ends the walk with a status other than zero. Everything it
started ends with it, and its folder is removed. Nobody in it is real.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from alongside_node.directory import store as directory_store
from alongside_node.foundation.database import Database, Reading

from .content import communities
from .filling import fill
from .processes import DidNotStartError, Process, free_ports, stop_all
from .story import Story, readable
from .visit import UnexpectedPageError, Visit, until

_SECONDS_BETWEEN_LOOKS: Final = 3600


class _Walk(Story):
    """The story with its processes."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.processes: list[Process] = []

    def found(self) -> None:
        ports, begun = free_ports(3), time.monotonic()
        folders = [self._folder / community.key for community in communities()]
        with ThreadPoolExecutor(3) as pool:
            filling = [
                pool.submit(fill, community, folder, origin=f"http://127.0.0.1:{port}", port=port)
                for community, folder, port in zip(communities(), folders, ports, strict=True)
            ]
            self.processes = [Process(future.result(), folder) for future, folder in zip(filling, folders, strict=True)]
        self.communities = [process.filled for process in self.processes]
        total = sum(filled.listings for filled in self.communities)
        self.tell(
            f"Founded three communities with {total} listings: "
            + ", ".join(filled.name for filled in self.communities),
            "each has its own keys and its own database; nobody is in the middle",
            time.monotonic() - begun,
        )

    def start(self) -> None:
        begun = time.monotonic()
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(Process.start, self.processes))
        where = ", ".join(f"{filled.name} {filled.origin}" for filled in self.communities)
        self.tell(f"Started three processes: {where}", seconds=time.monotonic() - begun)

    def sync(self) -> None:
        seconds = until(self._all_read, "every directory is read")
        lines, size = self._served(self.processes[1])
        self.tell(
            "Each has read the others' directories and checked every byte",
            f"one signature answers for all {lines} records of {self.b.name} ({size:,} bytes): "
            "forged, left out or old ones would be refused",
            seconds,
        )

    def _all_read(self) -> bool:
        def read(process: Process) -> bool:
            with _database(process) as database:
                return len(database.read(directory_store.active_generations)) == len(self.processes)

        return all(read(process) for process in self.processes)

    def _served(self, process: Process) -> tuple[int, int]:
        def look(reading: Reading) -> tuple[int, int]:
            rows = directory_store.feed(reading, seq=0, id="~", limit=10_000)
            return len(rows), sum(len(row.line or b"") for row in rows)

        with _database(process) as database:
            return database.read(look)

    def interrupted(self, asker: Visit, request: str, holder: Visit, where: str) -> None:
        self.processes[1].kill()
        asker.open(request).send(f"{request}/message", text="Thursday at nine is good.")
        begun = time.monotonic()
        self.processes[1].start()
        until(lambda: readable(holder, where, "Thursday at nine"), "the message arrives after the restart")
        self.tell(
            f"{self.b.name} was killed (kill -9), a message was written meanwhile, and {self.b.name} started again: it is there",
            "everything that waits is a row on disk; nothing was lost and nothing came twice",
            time.monotonic() - begun,
        )


@contextmanager
def _database(process: Process) -> Iterator[Database]:
    database = Database(process.database, checkpoints=False)
    try:
        yield database
    finally:
        database.close()


def walk(*, once: bool) -> int:
    """Walk it. Returns 0 when every step went well. Unless `once`, stays until Ctrl-C."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="alongside-demo-") as folder:
        story = _Walk(Path(folder))
        try:
            _steps(story)
            sys.stdout.write(f"\nAll of it in {time.monotonic() - begun:.1f} seconds.\n")
            if not once:
                story.goodbye()
                sys.stdout.write("\nCtrl-C ends everything.\n")
                sys.stdout.flush()
                _stay()
        except KeyboardInterrupt:
            sys.stdout.write("\nEnded.\n")
        except (UnexpectedPageError, DidNotStartError, httpx.HTTPError) as problem:
            sys.stderr.write(f"\nThis step failed: {problem}\n")
            return 1
        finally:
            stop_all(story.processes)
    return 0


def _steps(story: _Walk) -> None:
    steps: list[Callable[[], None]] = [story.found, story.start, story.peer, story.sync]
    for step in steps:
        step()
    listing = story.look()
    asker, request, holder, where = story.answered(listing)
    with asker, holder:
        story.interrupted(asker, request, holder, where)
        story.withdrawn_and_erased(listing, holder)
        story.taken_down(listing, holder)
    story.in_turn()
    story.taken_along()


def _stay() -> None:
    while True:
        time.sleep(_SECONDS_BETWEEN_LOOKS)

"""`alongside demo`: three communities as three processes, peered, and the heart of it walked through their pages.

Each step prints what happened and which promise it showed; a step that fails ends the walk with a status other than zero. Everything it
started ends with it, and its folder is removed. Nobody in it is real.
"""

import re
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
from .filling import Filled, fill
from .processes import DidNotStartError, Process, free_ports, stop_all
from .visit import UnexpectedPageError, Visit, until

_SOUGHT: Final = "duelo"
_SECONDS_BETWEEN_LOOKS: Final = 3600
_SAMPLES: Final = 3


class _Walk:
    """The story, step by step, and what it needs to remember."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self.processes: list[Process] = []

    def tell(self, sentence: str, promise: str = "", seconds: float | None = None) -> None:
        """Print one step."""
        self._number += 1
        took = "" if seconds is None else f"  [{seconds * 1000:,.0f} ms]"
        sys.stdout.write(f"{self._number:>2}. {sentence}{took}\n")
        if promise:
            sys.stdout.write(f"      → {promise}\n")
        sys.stdout.flush()

    @property
    def a(self) -> Filled:
        return self.processes[0].filled

    @property
    def b(self) -> Filled:
        return self.processes[1].filled

    @property
    def c(self) -> Filled:
        return self.processes[2].filled

    def visit(self, filled: Filled, name: str = "") -> Visit:
        """Somebody at a community's pages; signed in, when a name is given."""
        visit = Visit(filled.settings.origin, filled.lang)
        return visit.sign_in(filled.words[name]) if name else visit

    # The steps.

    def found(self) -> None:
        ports, begun = free_ports(3), time.monotonic()
        folders = [self._folder / community.key for community in communities()]
        with ThreadPoolExecutor(3) as pool:
            filling = [
                pool.submit(fill, community, folder, port=port)
                for community, folder, port in zip(communities(), folders, ports, strict=True)
            ]
            self.processes = [Process(future.result(), folder) for future, folder in zip(filling, folders, strict=True)]
        total = sum(process.filled.listings for process in self.processes)
        self.tell(
            f"Founded three communities with {total} listings: " + ", ".join(p.filled.name for p in self.processes),
            "each has its own keys and its own database; nobody is in the middle",
            time.monotonic() - begun,
        )

    def start(self) -> None:
        begun = time.monotonic()
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(Process.start, self.processes))
        where = ", ".join(f"{p.filled.name} {p.filled.settings.origin}" for p in self.processes)
        self.tell(f"Started three processes: {where}", seconds=time.monotonic() - begun)

    def peer(self) -> None:
        begun = time.monotonic()
        pairs = [(self.b, self.a), (self.c, self.a), (self.c, self.b)]
        for inviting, asking in pairs:
            self._federate(inviting, asking)
        self.tell(
            "Each two of them agreed to federate: a code was handed over, the words compared, both took their steps",
            "communities choose each other; a stranger without a code gets no answer and costs nothing",
            time.monotonic() - begun,
        )

    def _federate(self, inviting: Filled, asking: Filled) -> None:
        with self.visit(inviting, inviting.stewards[0]) as host, self.visit(asking, asking.stewards[0]) as guest:
            host.open("/peers/invite").send("/peers/invite", note=asking.name)
            code = re.search(r"alongside1\.[A-Za-z0-9_.-]+", host.text)
            if code is None:
                raise UnexpectedPageError("no code on the page of invitations")
            guest.open("/peers/accept").send("/peers/accept", code=code[0])
            guest.send("/peers/accept/confirm", code=code[0])
            there, here = f"/peers/{asking.node}", f"/peers/{inviting.node}"
            until(lambda: there in host.open("/peers").body, "the request to federate arrives")
            host.open(there).send(f"{there}/accept")
            host.open(there).send(f"{there}/step", step="requests")
            until(lambda: f"{here}/step" in guest.open(here).body, "their yes arrives")
            guest.send(f"{here}/step", step="requests")

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

    def look(self) -> str:
        with self.visit(self.a) as somebody:
            begun = time.monotonic()
            somebody.open("/search").send("/search", words=_SOUGHT, promise="yes")
            took = time.monotonic() - begun
            listing = somebody.link(f"/listings/{self.b.node}/[A-Za-z0-9_-]{{22}}")
            title = _title(somebody, listing)
            self.tell(
                f"Somebody at {self.a.name}, without an account, looked for “{_SOUGHT}”, "
                f"only who promises no police or hospital without a yes, and found “{title}” of {self.b.name}",
                "the words never left this node and stand in no address, log or database: " + somebody.path,
                took,
            )
            return listing

    def ask(self, listing: str, words: str) -> tuple[Visit, str]:
        """A member of A asks; returns them and where their request is."""
        asker = self.visit(self.a, self._member(self.a))
        ask = f"{listing}/ask"
        asker.open(ask).send(ask, words=words, name="", days="14")
        asker.send(
            f"{ask}/send",
            words=words,
            name="",
            days="14",
            promises=asker.hidden("promises"),
            pending=asker.hidden("pending"),
            agree="yes",
        )
        return asker, asker.path

    def _member(self, filled: Filled) -> str:
        return next(name for name in filled.words if name not in filled.stewards)

    def _holder(self, listing: str) -> str:
        """Who offers it, of B's sample people."""
        path = f"/offerings/{listing.rpartition('/')[2]}/edit"
        for name in self.b.words:
            with self.visit(self.b, name) as person:
                if path in person.open("/offerings").body:
                    return name
        raise UnexpectedPageError("nobody keeps the listing that was found")

    def answered(self, listing: str) -> tuple[Visit, str, Visit, str]:
        asker, request = self.ask(listing, "I lost my mother in spring. Evenings are long. Could we talk?")
        begun = time.monotonic()
        holder = self.visit(self.b, self._holder(listing))
        where = f"/incoming/{self.a.node}/{request.rpartition('/')[2]}"
        until(lambda: where in holder.open("/incoming").body, "the request arrives")
        self.tell(
            "Somebody asked, after reading exactly what would leave, to whom, and until when; the person who offers sees it",
            "sealed to those who offer it; their community learned only which listing it is for, and an alias",
            time.monotonic() - begun,
        )
        holder.open(where).send(f"{where}/accept", text="Claro que sí. ¿El jueves a las nueve?", suggest="")
        begun = time.monotonic()
        until(lambda: "jueves" in asker.open(request).text, "the answer arrives")
        self.tell(
            "The person who offers said yes, and the answer was read",
            "shown as a yes only because it proves that who wrote it had opened the request",
            time.monotonic() - begun,
        )
        return asker, request, holder, where

    def interrupted(self, asker: Visit, request: str, holder: Visit, where: str) -> None:
        self.processes[1].kill()
        asker.open(request).send(f"{request}/message", text="Thursday at nine is good.")
        begun = time.monotonic()
        self.processes[1].start()
        until(lambda: _readable(holder, where, "Thursday at nine"), "the message arrives after the restart")
        self.tell(
            f"{self.b.name} was killed (kill -9), a message was written meanwhile, and {self.b.name} started again: it is there",
            "everything that waits is a row on disk; nothing was lost and nothing came twice",
            time.monotonic() - begun,
        )

    def withdrawn_and_erased(self, listing: str, holder: Visit) -> None:
        asker, request = self.ask(listing, "A second question, which I take back.")
        where = f"/incoming/{self.a.node}/{request.rpartition('/')[2]}"
        until(lambda: where in holder.open("/incoming").body, "the second request arrives")
        asker.open(request).send(f"{request}/withdraw")
        until(
            lambda: "A second question" not in _open(holder, where) or "/accept" not in holder.body,
            "it is taken back there",
        )
        asker.open(request).send(f"{request}/delete")
        begun = time.monotonic()
        until(lambda: "1 of 1" in asker.open(request).text, "the signed statement arrives")
        gone = where not in holder.open("/incoming").body
        if not gone:
            raise UnexpectedPageError("the deleted request is still shown")
        self.tell(
            "A second request was taken back and deleted: 1 of 1 confirmed, with a signature",
            "what is deleted here is deleted at every node it was sent to, and the person sees who has answered",
            time.monotonic() - begun,
        )
        asker.__exit__()

    def taken_down(self, listing: str, holder: Visit) -> None:
        before = [self._finds(filled, listing) for filled in (self.a, self.c)]
        if not all(before):
            raise UnexpectedPageError("the listing was not at both other communities before")
        offering = f"/offerings/{listing.rpartition('/')[2]}"
        holder.open("/offerings").send(f"{offering}/withdraw")
        begun = time.monotonic()
        until(lambda: not any(self._finds(filled, listing) for filled in (self.a, self.c)), "it is gone at A and C")
        self.tell(
            f"The listing was taken down at {self.b.name}, and is gone at {self.a.name} and {self.c.name}",
            "absence itself is signed: a directory can forget",
            time.monotonic() - begun,
        )

    def _finds(self, filled: Filled, listing: str) -> bool:
        response = httpx.get(filled.settings.origin + listing, trust_env=False)
        return response.status_code == httpx.codes.OK

    def goodbye(self) -> None:
        sys.stdout.write("\nTry it in a browser. Sample people, and the seven words they sign in with:\n")
        for process in self.processes:
            filled = process.filled
            sys.stdout.write(f"\n  {filled.name}  {filled.settings.origin}\n")
            samples = [*filled.stewards[:1], *[name for name in filled.words if name not in filled.stewards]][:_SAMPLES]
            for name in samples:
                role = " (steward)" if name in filled.stewards else ""
                sys.stdout.write(f"    {name + role:<22}{filled.words[name]}\n")
        sys.stdout.write("\nCtrl-C ends everything.\n")
        sys.stdout.flush()


@contextmanager
def _database(process: Process) -> Iterator[Database]:
    database = Database(process.filled.settings.database, checkpoints=False)
    try:
        yield database
    finally:
        database.close()


def _title(visit: Visit, listing: str) -> str:
    found = re.search(rf'href="{re.escape(listing)}">(.*?)</a>', visit.body, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else "a listing"


def _open(visit: Visit, where: str) -> str:
    return visit.open(where).text


def _readable(visit: Visit, where: str, words: str) -> bool:
    try:
        return words in _open(visit, where)
    except (httpx.HTTPError, UnexpectedPageError):
        return False


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


def _stay() -> None:
    while True:
        time.sleep(_SECONDS_BETWEEN_LOOKS)

"""The database: reads and writes as two types, one short function a transaction (ADR 0003).

`Database.write(work)` runs `work` in one transaction and returns after it is durable; `read` gives a snapshot that cannot
write. A slice's store takes a `Reading` or a `Writing`, so mypy shows who writes. No slice ever commits.

SQLite: WAL, `synchronous=FULL`, and one thread that writes: it takes all waiting works, runs each in a savepoint of one
transaction, commits once, then answers all. It alone checkpoints, which is what keeps SQLite before 3.51.3 from corrupting
a WAL when two connections checkpoint at once. PostgreSQL: SERIALIZABLE with retry, as many writers as there are connections.

What is deleted in SQLite is overwritten, but copies of it that moving rows between pages left behind are not, and where a row lies says
when it came (measured: ADR 0015). `write_anew` writes the whole file again, in the order of its keys.
"""

import asyncio
import ctypes
import queue
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, CursorResult, Engine, Executable, Table, UpdateBase, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")
R = TypeVar("R", bound="Reading")

_LARGEST_GROUP: Final = 512
_ROWS_A_STATEMENT: Final = 500
_READERS: Final = 4
"""Threads that read SQLite: more only take the interpreter from each other (measured: a third fewer searches with eight)."""
_PG_CONNECTIONS: Final = 8
_PG_ATTEMPTS: Final = 12
_PG_RETRIED: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_STOP: Final = object()
_WRITER_WAITS: Final = 15_000  # milliseconds, for a command that writes beside a running node
_CHECKPOINT_WAITS: Final = 200
_CHECKPOINT_PAGES: Final = 4_000
"""16 MB of WAL: a page that many commits change is then moved into the file once."""
_LARGEST_ANEW: Final = 256 * 1024 * 1024
"""A larger file is not written anew: it is held in memory meanwhile, and everybody's writes wait (measured: 6 ms a megabyte)."""


class DatabaseUnavailableError(Exception):
    """The disk or the server failed: nothing of this work was stored, and it may be tried again."""


class Reading:
    """A snapshot of the database that cannot be written to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._open: list[CursorResult[Any]] = []
        self.dialect = connection.dialect.name

    def execute(self, statement: Executable, values: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        """Run one SQLAlchemy Core statement. Its rows can be read as long as this lasts."""
        return self._until_the_end(self._connection.execute(statement, values))

    def end(self) -> None:
        """Let go of rows that nobody fetched: in SQLite they would keep this moment alive for the next one who uses the connection."""
        for result in self._open:
            result.close()

    def _until_the_end(self, result: CursorResult[Any]) -> CursorResult[Any]:
        if result.returns_rows:
            self._open.append(result)
        return result

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows of a query in the driver's own form, as plain tuples.

        For searching, which is what people wait for: SQLAlchemy's rows cost more than finding them (measured: 0.84 ms instead of 0.35).
        """
        cursor = self._connection.connection.cursor()
        try:
            cursor.execute(statement, tuple(values))
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def execute_driver(self, statement: str, values: Sequence[Any] = ()) -> CursorResult[Any]:
        """Run text in the driver's own form (`?` or `%s`), for full-text search."""
        return self._until_the_end(self._connection.exec_driver_sql(statement, tuple(values)))


class Writing(Reading):
    """One transaction that may write. It is committed by the `Database`, never by who uses it.

    `written`: names of the tables that statements of SQLAlchemy wrote to, so that only who waits for one of them is woken.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.callbacks: list[Callable[[], None]] = []
        self.written: set[str] = set()
        self.forgets = False

    def execute(self, statement: Executable, values: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        """Run one SQLAlchemy Core statement."""
        if isinstance(statement, UpdateBase) and isinstance(statement.table, Table):
            self.written.add(statement.table.name)
        return super().execute(statement, values)

    def forget(self) -> None:
        """What this deletes must not be found in any file: it is written anew soon after, not only some day."""
        self.forgets = True

    def executemany_driver(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run text in the driver's own form once for each row; nothing for no rows."""
        if rows:
            self._connection.exec_driver_sql(statement, [tuple(row) for row in rows])

    def insert_rows(self, into: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows, many in one statement. `into`: a constant, `table (columns)`.

        SQLite works through a statement without the interpreter, which does something else meanwhile; row by row the two would
        hand it to and fro, and each would wait for the other.
        """
        mark = "?" if self.dialect == "sqlite" else "%s"
        for at in range(0, len(rows), _ROWS_A_STATEMENT):
            some = rows[at : at + _ROWS_A_STATEMENT]
            marks = f"({', '.join([mark] * len(some[0]))})"
            statement = f"INSERT INTO {into} VALUES {', '.join([marks] * len(some))}"  # noqa: S608 - a constant and marks
            self._connection.exec_driver_sql(statement, tuple(value for row in some for value in row))

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` once this is durable: a nudge for whoever waits; the work itself is a row."""
        self.callbacks.append(callback)


@contextmanager
def _closing_rows(reading: R) -> Iterator[R]:
    """Whatever happens, nothing of it is left open."""
    try:
        yield reading
    finally:
        reading.end()


@dataclass
class _Job:
    work: Callable[[Writing], Any]
    done: Callable[[Any, BaseException | None], None]
    result: Any = None
    error: BaseException | None = None
    callbacks: list[Callable[[], None]] = field(default_factory=list)
    forgets: bool = False


@dataclass
class _Order:
    act: Callable[[Connection], bool]
    settled: threading.Event = field(default_factory=threading.Event)
    done: bool = False


class Database:
    """One community's database. `url`: `sqlite:///path` or `postgresql://…`. `checkpoints`: whether this process is the one
    that may checkpoint SQLite's WAL; commands beside a running node pass False.
    """

    def __init__(self, url: str, *, checkpoints: bool = True) -> None:
        self._engine = _engine(url, writes=False, checkpoints=False)
        self.dialect: str = self._engine.dialect.name
        at_once = _READERS if self.dialect == "sqlite" else _PG_CONNECTIONS
        self._readers = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="reader")
        self._snapshots = _SqliteSnapshots(self._engine) if self.dialect == "sqlite" else None
        self._writer = (
            _SqliteWriter(_engine(url, writes=True, checkpoints=checkpoints)) if self.dialect == "sqlite" else None
        )

    @property
    def engine(self) -> Engine:
        """For migrations alone."""
        return self._engine if self._writer is None else self._writer.engine

    def read(self, work: Callable[[Reading], T]) -> T:
        """Run `work` on one snapshot, in this thread."""
        if self._snapshots is not None:
            with self._snapshots.one() as connection, _closing_rows(Reading(connection)) as reading:
                return work(reading)
        with self._engine.connect() as connection, connection.begin():
            return work(Reading(connection))

    def write(self, work: Callable[[Writing], T]) -> T:
        """Run `work` in one transaction; returns after it is durable. From any thread but the event loop's."""
        if self._writer is None:
            return self._write_postgresql(work)
        future: Future[T] = Future()

        def done(result: Any, error: BaseException | None) -> None:
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

        self._writer.submit(_Job(work, done))
        return future.result()

    async def aread(self, work: Callable[[Reading], T]) -> T:
        """`read`, without holding up the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read, work)

    async def awrite(self, work: Callable[[Writing], T]) -> T:
        """`write`, without holding up the event loop."""
        loop = asyncio.get_running_loop()
        if self._writer is None:
            return await loop.run_in_executor(self._readers, self._write_postgresql, work)
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: Any, error: BaseException | None) -> None:
            if future.cancelled():
                return
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

        self._writer.submit(_Job(work, lambda result, error: _in_loop(loop, settle, result, error)))
        return await future

    def checkpoint(self) -> bool:
        """Move the whole WAL into the database file and truncate it, so that what was deleted is not in it either.

        False: a reader stood in the way, and some of it is still there.
        """
        return self._writer is None or self._writer.order(_checkpoint)

    @property
    def forgetting(self) -> bool:
        """Whether something was deleted that must be in no file, and the file was not written anew since."""
        return self._writer is not None and self._writer.forgetting

    def write_anew(self, tries: int = 1, pause: float = 1.0) -> bool:
        """Write the whole file anew without what was deleted, each table in the order of its keys, and truncate the WAL.

        False: it is too large for that, something was in the way at each of the `tries`, or it is PostgreSQL, which has ways of its own.
        Whoever wants to write meanwhile waits for one of the two steps, not for both: on a busy disk each takes seconds.
        """
        if self._writer is None or not self._writer.order(_write_anew):
            return False
        for left in range(tries - 1, -1, -1):
            if self._writer.order(_checkpoint):
                return True
            time.sleep(pause if left else 0)
        return False

    def close(self) -> None:
        """Finish what waits, then let go of every connection."""
        if self._writer is not None:
            self._writer.stop()
        self._readers.shutdown()
        if self._snapshots is not None:
            self._snapshots.close()
        self._engine.dispose()

    def _write_postgresql(self, work: Callable[[Writing], T]) -> T:
        for attempt in range(_PG_ATTEMPTS):
            try:
                with self._engine.connect() as connection:
                    serial = connection.execution_options(isolation_level="SERIALIZABLE", postgresql_readonly=False)
                    with serial.begin():
                        tx = Writing(serial)
                        result = work(tx)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _PG_RETRIED or attempt == _PG_ATTEMPTS - 1:
                    raise
                time.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311 - jitter, not a secret
                continue
            _nudge(tx.callbacks)
            return result
        raise DatabaseUnavailableError  # pragma: no cover - the last attempt returns or raises


def _in_loop(
    loop: asyncio.AbstractEventLoop,
    settle: Callable[[Any, BaseException | None], None],
    result: Any,
    error: BaseException | None,
) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(settle, result, error)


class _SqliteSnapshots:
    """Connections for reading, kept open: taking one from SQLAlchemy's pool and beginning there costs as much as a small search (70 µs).

    Each is used by one reader at a time. For SQLAlchemy it is in one transaction that never ends; the real one is said to the driver.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[Connection] = deque()

    @contextmanager
    def one(self) -> Iterator[Connection]:
        """The database as it is now, for as long as this lasts."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._engine.connect()
            connection.begin()
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN")
        try:
            yield connection
        finally:
            driver.execute("ROLLBACK")
            self._idle.append(connection)

    def close(self) -> None:
        """Let go of all that are not in use."""
        while self._idle:
            self._idle.pop().close()


class _SqliteWriter:
    """The one thread that writes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._connection = engine.connect()  # here, so that a file that cannot be opened is the caller's to hear
        self._waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._stopped = False
        self.forgetting = False
        self._anew = False  # written anew, and nothing deleted since that must be forgotten; the WAL still has what was
        self._door = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, job: _Job) -> None:
        self._put(job)

    def order(self, act: Callable[[Connection], bool]) -> bool:
        """Have something done with the whole file, between two transactions; whether it was."""
        order = _Order(act)
        self._put(order)
        order.settled.wait()
        return order.done

    def stop(self) -> None:
        if self._thread.is_alive():
            self._waiting.put(_STOP)
        self._thread.join()
        self.engine.dispose()

    def _put(self, item: Any) -> None:
        with (
            self._door
        ):  # nothing is put in a queue that nobody reads any more: whoever waits for it would wait for ever
            if self._stopped:
                raise DatabaseUnavailableError("the database is closed")
            self._waiting.put(item)

    def _run(self) -> None:
        try:
            with self._connection as connection:
                self._write(connection)
        finally:
            with self._door:
                self._stopped = True
            self._refuse_rest()

    def _write(self, connection: Connection) -> None:
        while True:
            jobs, then = self._group(self._waiting.get())
            if jobs:
                _run_group(connection, jobs, self._committed)
            if isinstance(then, _Order):
                self._obey(connection, then)
            elif then is _STOP:
                return

    def _committed(self, jobs: list[_Job]) -> None:
        if any(job.forgets for job in jobs):
            self.forgetting, self._anew = True, False

    def _obey(self, connection: Connection, order: "_Order") -> None:
        try:
            order.done = order.act(connection)
            if order.done and order.act is _write_anew:
                self._anew = True
            elif order.done and self._anew:
                self.forgetting = self._anew = False
        except Exception:  # noqa: BLE001 - a full disk: nothing was changed, and it is done again later
            order.done = False
        finally:
            order.settled.set()

    def _refuse_rest(self) -> None:
        while not self._waiting.empty():
            item = self._waiting.get()
            if isinstance(item, _Job):
                item.done(None, DatabaseUnavailableError("the database is closed"))
            elif isinstance(item, _Order):
                item.settled.set()

    def _group(self, first: Any) -> tuple[list[_Job], Any]:
        """Everything that waits now, up to the first thing that is not a job."""
        jobs: list[_Job] = []
        item = first
        while isinstance(item, _Job):
            jobs.append(item)
            if len(jobs) == _LARGEST_GROUP or self._waiting.empty():
                return jobs, None
            item = self._waiting.get()
        return jobs, item


def _checkpoint(connection: Connection) -> bool:
    # Outside a transaction, hence on the driver's own connection. A reader in the way leaves some of the WAL for the next time.
    # It is not waited for: everybody's writes would wait too.
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_WAITS}")
    try:
        (blocked, _, _) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        driver.execute(f"PRAGMA busy_timeout = {_WRITER_WAITS}")
    return not blocked


def _write_anew(connection: Connection) -> bool:
    driver: Any = connection.connection.driver_connection
    (pages,), (size,) = driver.execute("PRAGMA page_count").fetchone(), driver.execute("PRAGMA page_size").fetchone()
    if pages * size > _LARGEST_ANEW:
        return False
    driver.execute("VACUUM")  # by way of memory: `temp_store`
    driver.execute("PRAGMA shrink_memory")
    _give_back_memory()
    return True


def _give_back_memory() -> None:
    """What was freed goes back to the system, where the C library knows how: it keeps half a file of small pieces otherwise (12 of 24 MB)."""
    with suppress(AttributeError, OSError, TypeError):  # glibc has it, others do not
        ctypes.CDLL(None).malloc_trim(0)


def _run_group(connection: Connection, jobs: list[_Job], committed: Callable[[list[_Job]], None]) -> None:
    try:
        with connection.begin():
            for job in jobs:
                _run_job(connection, job)
    except BaseException as failure:
        for job in jobs:
            job.done(None, _unavailable(failure))
        if not isinstance(failure, Exception):
            raise  # the thread ends, and its end refuses whoever comes
        return
    committed(jobs)
    for job in jobs:
        _nudge(job.callbacks)
        job.done(job.result, job.error)


def _nudge(callbacks: Iterable[Callable[[], None]]) -> None:
    """What a work wanted called after it. One that fails changes nothing of what is stored: the work itself is a row."""
    for callback in callbacks:
        with suppress(Exception):
            callback()


def _run_job(connection: Connection, job: _Job) -> None:
    """Run one work in a savepoint: when it fails, only it is undone."""
    tx = Writing(connection)
    connection.exec_driver_sql("SAVEPOINT work")
    try:
        with _closing_rows(tx):
            job.result = job.work(tx)
        job.callbacks, job.forgets = tx.callbacks, tx.forgets
    except Exception as error:  # noqa: BLE001 - it is the caller's to see
        job.error = error
        connection.exec_driver_sql("ROLLBACK TO work")
    connection.exec_driver_sql("RELEASE work")


def _unavailable(failure: BaseException) -> DatabaseUnavailableError:
    unavailable = DatabaseUnavailableError("nothing was stored")
    unavailable.__cause__ = failure
    return unavailable


def _engine(url: str, *, writes: bool, checkpoints: bool) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_size=_PG_CONNECTIONS, max_overflow=_PG_CONNECTIONS
        )
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    engine = create_engine(
        parsed, connect_args={"check_same_thread": False, "timeout": _WRITER_WAITS / 1000}, pool_size=_READERS + 1
    )

    @event.listens_for(engine, "connect")
    def connect(dbapi: Any, _: object) -> None:
        dbapi.isolation_level = None  # this module says BEGIN itself
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",  # what is deleted is overwritten; not every build of SQLite does so by itself
            "temp_store = MEMORY",  # nothing of the database is ever in a temporary file
            f"wal_autocheckpoint = {_CHECKPOINT_PAGES if checkpoints else 0}",
            f"query_only = {'OFF' if writes else 'ON'}",
        ):
            dbapi.execute(f"PRAGMA {pragma}")

    if writes:

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine

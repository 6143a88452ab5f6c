"""One writer, many readers, on SQLite and on PostgreSQL (ADR 0003; safety "At rest" and F3).

What a caller was told is durable is durable, what failed harms nobody else, and nobody ever waits for a writer that is gone.
"""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from alongside_node import schema
from alongside_node.foundation import database as database_module
from alongside_node.foundation.database import Database, DatabaseUnavailableError, Reading, Writing

TABLE = schema.peer_health


def put(peer: str, failures: int = 0) -> Callable[[Writing], None]:
    def work(tx: Writing) -> None:
        tx.execute(TABLE.insert().values(peer=peer, failures=failures, next_at=0))

    return work


def peers(database: Database) -> set[str]:
    return database.read(lambda reading: set(reading.execute(select(TABLE.c.peer)).scalars()))


def one_more(tx: Writing) -> int:
    """Re-reads what it decides on: correct only when nobody comes between."""
    failures: int = tx.execute(select(TABLE.c.failures).where(TABLE.c.peer == "counted")).scalar_one()
    tx.execute(update(TABLE).where(TABLE.c.peer == "counted").values(failures=failures + 1))
    return failures


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    found = Database(f"sqlite:///{tmp_path / 'node.sqlite3'}")
    schema.metadata.create_all(found.engine)
    yield found
    found.close()


class Held:
    """Holds the writer until let go, so that what is submitted meanwhile waits together."""

    def __init__(self, database: Database, callers: ThreadPoolExecutor) -> None:
        self._go, inside = threading.Event(), threading.Event()

        def work(_tx: Writing) -> None:
            inside.set()
            self._go.wait(10)

        self.done = callers.submit(database.write, work)
        assert inside.wait(5)

    def let_go(self, database: Database, waiting: int) -> None:
        assert database._writer is not None
        until = time.monotonic() + 5
        while database._writer._waiting.qsize() < waiting and time.monotonic() < until:
            time.sleep(0.001)
        self._go.set()


# Both databases.


def test_what_was_written_is_read_by_the_next_reader(database: Database) -> None:
    database.write(put("a"))
    assert peers(database) == {"a"}


def test_a_work_that_fails_leaves_nothing_and_its_error_is_its_callers(database: Database) -> None:
    def work(tx: Writing) -> None:
        put("half")(tx)
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        database.write(work)
    assert peers(database) == set()


def test_a_broken_constraint_is_told_to_its_caller_and_to_nobody_else(database: Database) -> None:
    database.write(put("a"))
    with ThreadPoolExecutor(8) as callers:
        ends = [callers.submit(database.write, put(peer)) for peer in ("b", "a", "c", "a", "d")]
        errors = [end.exception() for end in ends]
    assert [type(error) for error in errors] == [type(None), IntegrityError, type(None), IntegrityError, type(None)]
    assert peers(database) == {"a", "b", "c", "d"}


def test_writes_that_cross_count_every_one(database: Database) -> None:
    database.write(put("counted"))
    with ThreadPoolExecutor(8) as callers:
        before = list(callers.map(lambda _: database.write(one_more), range(60)))
    assert sorted(before) == list(range(60))


def test_a_reader_sees_one_moment_however_long_it_reads(database: Database) -> None:
    def slow(reading: Reading) -> tuple[int, int]:
        count = select(func.count()).select_from(TABLE)
        first = reading.execute(count).scalar_one()
        with ThreadPoolExecutor(1) as other:
            other.submit(database.write, put("meanwhile")).result(10)
        return first, reading.execute(count).scalar_one()

    assert database.read(slow) == (0, 0)
    assert peers(database) == {"meanwhile"}


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError):
        database.read(lambda reading: reading.execute(TABLE.insert().values(peer="x", failures=0, next_at=0)))
    assert peers(database) == set()


def test_a_reader_still_cannot_write_after_its_connection_served_a_writer(database: Database) -> None:
    for number in range(20):
        database.write(put(str(number)))
        with pytest.raises(DBAPIError):
            database.read(lambda reading: reading.execute(TABLE.delete()))
    assert len(peers(database)) == 20


def test_foreign_keys_are_kept(database: Database) -> None:
    with pytest.raises(IntegrityError):
        database.write(
            lambda tx: tx.execute(schema.session.insert().values(token=b"t", member="nobody", key=b"k", ends=1))
        )


def test_after_commit_runs_when_it_is_durable_and_before_the_caller_goes_on(database: Database) -> None:
    seen: list[set[str]] = []

    def work(tx: Writing) -> None:
        tx.after_commit(lambda: seen.append(peers(database)))
        put("a")(tx)

    database.write(work)
    assert seen == [{"a"}]


def test_after_commit_does_not_run_for_what_failed(database: Database) -> None:
    called: list[int] = []

    def work(tx: Writing) -> None:
        tx.after_commit(lambda: called.append(1))
        raise LookupError

    with pytest.raises(LookupError):
        database.write(work)
    assert called == []


def test_a_callback_that_fails_takes_back_nothing_and_stops_nobody(database: Database) -> None:
    called: list[int] = []

    def work(tx: Writing) -> None:
        tx.after_commit(lambda: 1 // 0)  # type: ignore[arg-type, return-value]
        tx.after_commit(lambda: called.append(1))
        put("a")(tx)

    with ThreadPoolExecutor(1) as callers:
        callers.submit(database.write, work).result(10)
        callers.submit(database.write, put("b")).result(10)
    assert called == [1]
    assert peers(database) == {"a", "b"}


def test_the_event_loop_writes_and_reads_without_being_held_up(database: Database) -> None:
    database.write(put("counted"))

    async def story() -> list[int]:
        found = await asyncio.gather(*(database.awrite(one_more) for _ in range(30)))
        with pytest.raises(LookupError):
            await database.awrite(lambda _tx: _raise(LookupError()))
        assert await database.aread(lambda reading: reading.execute(select(TABLE.c.failures)).scalar_one()) == 30
        return found

    assert sorted(asyncio.run(story())) == list(range(30))


def test_a_write_whose_caller_gave_up_harms_nobody(database: Database) -> None:
    async def story() -> None:
        task = asyncio.create_task(database.awrite(lambda _tx: time.sleep(0.2)))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await database.awrite(put("after"))

    asyncio.run(story())
    assert peers(database) == {"after"}


def _raise(error: BaseException) -> Any:
    raise error


# SQLite's one writer.


def test_what_waits_together_is_committed_once(sqlite: Database) -> None:
    commits: list[int] = []
    event.listen(sqlite.engine, "commit", lambda _connection: commits.append(1))
    with ThreadPoolExecutor(32) as callers:
        held = Held(sqlite, callers)
        ends = [callers.submit(sqlite.write, put(str(number))) for number in range(20)]
        held.let_go(sqlite, 20)
        for end in ends:
            end.result(10)
    assert len(commits) == 2
    assert len(peers(sqlite)) == 20


def test_in_one_commit_each_work_stands_in_its_own_savepoint(sqlite: Database) -> None:
    def broken(tx: Writing) -> None:
        put("broken")(tx)
        raise LookupError

    with ThreadPoolExecutor(32) as callers:
        held = Held(sqlite, callers)
        ends = [callers.submit(sqlite.write, broken if number % 2 else put(str(number))) for number in range(10)]
        held.let_go(sqlite, 10)
        errors = [end.exception(10) for end in ends]
    assert [error is not None for error in errors] == [False, True] * 5
    assert peers(sqlite) == {"0", "2", "4", "6", "8"}


def test_when_the_commit_fails_all_are_told_and_nothing_is_stored(sqlite: Database) -> None:
    broken = True

    def fail(_connection: object) -> None:
        if broken:
            raise OSError("disk")

    event.listen(sqlite.engine, "commit", fail)
    with ThreadPoolExecutor(8) as callers:
        held = Held(sqlite, callers)
        ends = [callers.submit(sqlite.write, put(str(number))) for number in range(5)]
        held.let_go(sqlite, 5)
        assert all(isinstance(end.exception(10), DatabaseUnavailableError) for end in ends)
        assert isinstance(held.done.exception(10), DatabaseUnavailableError)
    broken = False
    assert peers(sqlite) == set()
    sqlite.write(put("after"))
    assert peers(sqlite) == {"after"}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_when_the_writer_dies_everybody_is_refused_and_nobody_waits(sqlite: Database) -> None:
    with ThreadPoolExecutor(8) as callers:
        held = Held(sqlite, callers)
        ends = [callers.submit(sqlite.write, lambda _tx: _raise(SystemExit(1))), callers.submit(sqlite.write, put("b"))]
        held.let_go(sqlite, 2)
        assert all(isinstance(end.exception(10), DatabaseUnavailableError) for end in ends)
        assert sqlite._writer is not None
        sqlite._writer._thread.join(5)
        with pytest.raises(DatabaseUnavailableError):
            callers.submit(sqlite.write, put("c")).result(10)
        with pytest.raises(DatabaseUnavailableError):
            callers.submit(sqlite.checkpoint).result(10)
    assert peers(sqlite) == set()


def test_after_closing_writes_are_refused(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'node.sqlite3'}")
    database.close()
    with pytest.raises(DatabaseUnavailableError):
        database.write(put("a"))


def test_closing_finishes_what_waits(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'node.sqlite3'}")
    schema.metadata.create_all(database.engine)
    with ThreadPoolExecutor(8) as callers:
        held = Held(database, callers)
        ends = [callers.submit(database.write, put(str(number))) for number in range(5)]
        held.let_go(database, 5)
        database.close()
        assert [end.exception(10) for end in ends] == [None] * 5
    again = Database(f"sqlite:///{tmp_path / 'node.sqlite3'}")
    assert len(peers(again)) == 5
    again.close()


def test_a_file_that_cannot_be_opened_is_the_callers_to_hear(tmp_path: Path) -> None:
    with pytest.raises(DBAPIError):
        Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite3'}")


def test_every_connection_syncs_and_overwrites_what_it_deletes(sqlite: Database) -> None:
    def pragmas(reading: Reading) -> list[Any]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "temp_store", "query_only")
        return [reading.execute_driver(f"PRAGMA {name}").scalar() for name in names]

    assert sqlite.write(pragmas) == ["wal", 2, 1, 1, 2, 0]
    assert sqlite.read(pragmas) == ["wal", 2, 1, 1, 2, 1]


def folder_holds(folder: Path, words: bytes) -> list[str]:
    return [file.name for file in sorted(folder.iterdir()) if words in file.read_bytes()]


def test_after_a_checkpoint_deleted_words_are_in_no_file(sqlite: Database, tmp_path: Path) -> None:
    canary = "canary-7f3a" * 200  # more than one page
    sqlite.write(put(canary))
    assert folder_holds(tmp_path, b"canary-7f3a")
    sqlite.write(lambda tx: tx.execute(TABLE.delete()))
    sqlite.checkpoint()
    assert folder_holds(tmp_path, b"canary-7f3a") == []
    assert (tmp_path / "node.sqlite3-wal").stat().st_size == 0


def letters(several: Iterable[tuple[str, str]]) -> Callable[[Writing], None]:
    """Rows of random keys, as letters are."""

    def work(tx: Writing) -> None:
        for key, words in several:
            values = {"id": key, "place": f"place-{words}", "type": "", "ours": False, "n": 1, "day": 1}
            tx.execute(schema.letter.insert().values(sealed=words.encode() * (1 + int(key[:8], 16) % 150), **values))

    return work


def test_after_writing_anew_no_copy_that_moving_rows_left_behind_is_in_the_file(
    sqlite: Database, tmp_path: Path
) -> None:
    drawn = Random(
        1
    )  # overwriting alone leaves one of these or more behind (SQLite 3.40): 61 of 6,667 in a larger trial
    kept: dict[str, str] = {}
    for number in range(0, 6_000, 50):
        fresh = {
            f"{drawn.getrandbits(128):032x}{'x' * (at % 5)}": f"canary{at:06}" for at in range(number, number + 50)
        }
        sqlite.write(letters(fresh.items()))
        kept |= fresh
        gone = drawn.sample(sorted(kept), 25)
        sqlite.write(lambda tx, gone=gone: tx.execute(schema.letter.delete().where(schema.letter.c.id.in_(gone))))
        for key in gone:
            del kept[key]
    assert sqlite.write_anew()
    [file] = [name for name in tmp_path.iterdir() if name.name == "node.sqlite3"]
    assert set(re.findall(rb"canary\d{6}", file.read_bytes())) == {words.encode() for words in kept.values()}
    assert (tmp_path / "node.sqlite3-wal").stat().st_size == 0


def test_after_writing_anew_no_place_in_the_file_tells_in_which_order_rows_came(
    sqlite: Database, tmp_path: Path
) -> None:
    drawn = Random(2)
    for number in range(300):
        key, words = f"{drawn.getrandbits(128):032x}", f"canary{number:06}"
        values = {"place": "", "type": "", "ours": False, "n": 1, "day": 1, "sealed": words.encode() * 400}
        sqlite.write(lambda tx, key=key, values=values: tx.execute(schema.letter.insert().values(id=key, **values)))
    sqlite.checkpoint()

    def one_after_the_other() -> int:
        """How many seals lie in the file right behind the one that came right before them."""
        held = (tmp_path / "node.sqlite3").read_bytes()
        pages = [re.findall(rb"canary(\d{6})", held[at : at + 4096]) for at in range(0, len(held), 4096)]
        seals = [int(found[0]) for found in pages if len(found) > 100 and len(set(found)) == 1]
        assert sorted(set(seals)) == list(range(300))
        return sum(later == one + 1 for one, later in pairwise(seals))

    assert one_after_the_other() > 100
    assert sqlite.write_anew()
    assert one_after_the_other() < 10


def test_what_must_be_forgotten_is_remembered_until_the_file_was_written_anew(sqlite: Database) -> None:
    sqlite.write(put("a"))
    assert not sqlite.forgetting
    with pytest.raises(LookupError):
        sqlite.write(lambda tx: (tx.forget(), _raise(LookupError())))
    sqlite.write(lambda tx: tx.forget())
    assert sqlite.forgetting
    sqlite.checkpoint()
    assert sqlite.forgetting
    assert sqlite.write_anew()
    assert not sqlite.forgetting


def test_a_file_that_was_written_anew_is_not_written_again_for_a_reader_in_the_way_but_for_what_was_deleted_since(
    sqlite: Database,
) -> None:
    def written_while_somebody_reads() -> None:
        with sqlite._snapshots.one() as reader:
            reader.exec_driver_sql("SELECT * FROM community").all()
            assert not sqlite.write_anew()

    sqlite.write(lambda tx: tx.forget())
    written_while_somebody_reads()
    assert sqlite.forgetting, "the WAL still has it"
    assert sqlite.checkpoint()
    assert not sqlite.forgetting
    sqlite.write(lambda tx: tx.forget())
    written_while_somebody_reads()
    sqlite.write(lambda tx: tx.forget())
    assert sqlite.checkpoint()
    assert sqlite.forgetting


def test_a_file_too_large_for_the_memory_is_not_written_anew_and_stays_in_use(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_LARGEST_ANEW", 4096)
    sqlite.write(lambda tx: tx.forget())
    assert not sqlite.write_anew()
    assert sqlite.forgetting
    sqlite.write(put("a"))
    assert peers(sqlite) == {"a"}


def test_a_reader_in_the_way_of_a_checkpoint_holds_up_no_writer(sqlite: Database) -> None:
    sqlite.write(put("a"))
    reading, let_go = threading.Event(), threading.Event()

    def slow(snapshot: Reading) -> None:
        snapshot.execute(select(TABLE)).all()
        reading.set()
        let_go.wait(10)

    with ThreadPoolExecutor(4) as callers:
        reader = callers.submit(sqlite.read, slow)
        assert reading.wait(5)
        sqlite.write(put("b"))
        began = time.monotonic()
        assert not sqlite.checkpoint()
        sqlite.write(put("c"))
        assert time.monotonic() - began < 3
        let_go.set()
        reader.result(10)
    assert sqlite.checkpoint()
    assert peers(sqlite) == {"a", "b", "c"}


def test_rows_that_nobody_fetched_keep_no_moment_alive(sqlite: Database) -> None:
    for number in range(3):
        sqlite.write(put(str(number)))
    kept = []
    for number in range(3):
        sqlite.read(lambda snapshot: kept.append(snapshot.execute(select(TABLE))))
        sqlite.write(lambda tx: kept.append(tx.execute(select(TABLE))))
        sqlite.write(put(f"later {number}"))
        assert len(peers(sqlite)) == 4 + number
        assert sqlite.checkpoint()
        assert sqlite.write_anew()


def test_a_snapshot_that_failed_serves_the_next_reader(sqlite: Database) -> None:
    for _ in range(40):
        with pytest.raises(ZeroDivisionError):
            sqlite.read(lambda snapshot: snapshot.execute(select(TABLE)) and 1 // 0)
    sqlite.write(put("a"))
    assert peers(sqlite) == {"a"}


def test_a_command_beside_a_running_node_writes_and_leaves_the_wal_alone(sqlite: Database, tmp_path: Path) -> None:
    beside = Database(f"sqlite:///{tmp_path / 'node.sqlite3'}", checkpoints=False)
    assert beside.write(lambda tx: tx.execute_driver("PRAGMA wal_autocheckpoint").scalar()) == 0
    beside.write(put("beside"))
    sqlite.write(put("node"))
    beside.close()
    assert peers(sqlite) == {"beside", "node"}


# PostgreSQL's retry.


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_tries_a_conflict_again_with_fresh_eyes(database: Database) -> None:
    database.write(put("counted"))
    attempts, both = [], threading.Barrier(2, timeout=5)

    def crossing(tx: Writing) -> int:
        failures: int = tx.execute(select(TABLE.c.failures).where(TABLE.c.peer == "counted")).scalar_one()
        attempts.append(failures)
        if len(attempts) <= 2:
            both.wait()  # both have read before either writes: one of them must fail and run again
        tx.execute(update(TABLE).where(TABLE.c.peer == "counted").values(failures=failures + 1))
        return failures

    with ThreadPoolExecutor(2) as callers:
        found = sorted(end.result(20) for end in [callers.submit(database.write, crossing) for _ in range(2)])
    assert found == [0, 1]
    assert len(attempts) >= 3


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_callbacks_of_an_attempt_that_failed_are_not_called(database: Database) -> None:
    database.write(put("counted"))
    called: list[int] = []
    attempts, both = [], threading.Barrier(2, timeout=5)

    def crossing(tx: Writing) -> None:
        attempts.append(1)
        tx.after_commit(lambda: called.append(1))
        tx.execute(select(TABLE)).all()
        if len(attempts) <= 2:
            both.wait()
        tx.execute(update(TABLE).values(failures=TABLE.c.failures + 1))

    with ThreadPoolExecutor(2) as callers:
        for end in [callers.submit(database.write, crossing) for _ in range(2)]:
            end.result(20)
    assert len(attempts) >= 3
    assert called == [1, 1]

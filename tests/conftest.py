"""What many tests share: a real database of each kind, and a temporary PostgreSQL server to make the second one on.

PostgreSQL is found by $ALONGSIDE_TEST_POSTGRESQL (a URL), else by Debian's binaries, from which a throwaway server is started.
Where neither is there the tests that need it are skipped, with the command that installs it; in CI that is a failure.
"""

import itertools
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import rmtree

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from alongside_node import migrations, schema
from alongside_node.foundation.database import Database

_INSTALL = "apt-get install postgresql"
_NUMBERS = itertools.count()


def _run(*command: str) -> None:
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, capture_output=True)


PICTURES = Path(__file__).parents[1] / "pictures"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pictures", action="store_true", help="keep a picture of every page, in every look, in pictures/"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if terminalreporter.config.getoption("--pictures"):
        terminalreporter.write_line(f"Pictures of the pages: {PICTURES}")


@pytest.fixture(scope="session")
def pictures(pytestconfig: pytest.Config) -> Path | None:
    """Where pictures are kept, if somebody asked for them."""
    return PICTURES if pytestconfig.getoption("--pictures") else None


settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server for this run, reached by a socket."""
    if given := os.environ.get("ALONGSIDE_TEST_POSTGRESQL"):
        yield given
        return
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        message = f"PostgreSQL is not installed: {_INSTALL}"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    folder = Path(tempfile.mkdtemp(prefix="alongside-pg-"))
    folder.chmod(0o777)
    bin_folder, cluster = binaries[-1].parent, folder / "cluster"
    _run(str(bin_folder / "initdb"), "--pgdata", str(cluster), "--auth=trust", "--username=postgres", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=200"
    _run(
        str(bin_folder / "pg_ctl"),
        "--pgdata",
        str(cluster),
        "--wait",
        "-l",
        str(folder / "log"),
        "-o",
        options,
        "start",
    )
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        _run(str(bin_folder / "pg_ctl"), "--pgdata", str(cluster), "--mode=immediate", "stop")
        rmtree(folder, ignore_errors=True)


@contextmanager
def _fresh_url(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The URL of a database with nothing in it, gone afterwards."""
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'node.sqlite3'}"
        return
    server = make_url(request.getfixturevalue("postgresql_server")).set(drivername="postgresql+psycopg")
    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Makes URLs of databases with nothing in them, as many as a story needs, on SQLite and on PostgreSQL."""
    with ExitStack() as made:
        yield lambda: made.enter_context(_fresh_url(request, tmp_path_factory.mktemp("fresh")))


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    found = Database(url)
    try:
        yield found
    finally:
        found.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh database with every table, on SQLite and on PostgreSQL."""
    with _fresh_url(request, tmp_path) as url:
        schema.metadata.create_all(create := _owner(url))
        create.dispose()
        with _opened(url) as found:
            yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A fresh database with nothing in it, for migrations."""
    with _fresh_url(request, tmp_path_factory.mktemp("empty")) as url, _opened(url) as found:
        yield found


@pytest.fixture
def migrated(empty: Database) -> Database:
    """As a node has it: every table and the full-text index."""
    migrations.upgrade(empty)
    return empty


def _owner(url: str):  # noqa: ANN202 - an engine that may create tables
    parsed = make_url(url)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg") if parsed.get_backend_name() == "postgresql" else parsed
    )

"""What many tests share: a real database of each kind, and a temporary PostgreSQL server to make the second one on.

PostgreSQL is found by $ALONGSIDE_TEST_POSTGRESQL (a URL), else by Debian's binaries, from which a throwaway server is started.
Where neither is there the tests that need it are skipped, with the command that installs it; in CI that is a failure.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from alongside_node import schema
from alongside_node.foundation.database import Database

_INSTALL = "apt-get install postgresql"


def _run(*command: str) -> None:
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, capture_output=True)


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
    _run(str(bin_folder / "pg_ctl"), "--pgdata", str(cluster), "--wait", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        _run(str(bin_folder / "pg_ctl"), "--pgdata", str(cluster), "--mode=immediate", "stop")
        rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh database with every table, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        url, drop = f"sqlite:///{tmp_path / 'node.sqlite3'}", None
    else:
        server = make_url(request.getfixturevalue("postgresql_server")).set(drivername="postgresql+psycopg")
        name = f"test_{os.getpid()}_{abs(hash(request.node.nodeid))}"
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        url = server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

        def drop() -> None:
            with admin.connect() as connection:
                connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
            admin.dispose()

    schema.metadata.create_all(create := _owner(url))
    create.dispose()
    found = Database(url)
    yield found
    found.close()
    if drop is not None:
        drop()


def _owner(url: str):  # noqa: ANN202 - an engine that may create tables
    parsed = make_url(url)
    return create_engine(parsed.set(drivername="postgresql+psycopg") if parsed.get_backend_name() == "postgresql" else parsed)

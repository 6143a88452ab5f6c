"""Bringing a database to this version's schema, one revision after the other (Alembic). Never takes anything away that has no copy."""

from pathlib import Path
from threading import Lock
from typing import Final

from sqlalchemy import Connection, inspect, text

from alongside_node.foundation.database import Database

NEWEST: Final = "0013"
"""The revision that `schema` describes; a test compares."""

_FOLDER: Final = Path(__file__).parent
_ONE_AT_A_TIME: Final = (
    Lock()
)  # Alembic keeps what it works on in its own modules: two upgrades in one process would mix


class NewerDatabaseError(Exception):
    """The database was made by a newer version of this program: it is not touched."""


def revision(connection: Connection) -> str | None:
    """Where a database is; None: it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def upgrade(database: Database) -> None:
    """Arrive at `NEWEST`. At once when it is there already: Alembic takes 0.2 s to import. Raises `NewerDatabaseError`."""
    with database.engine.connect() as connection:
        current = revision(connection)
    if current == NEWEST:
        return
    if current is not None and current > NEWEST:
        raise NewerDatabaseError(f"This database is at revision {current}; this program knows up to {NEWEST}.")
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    with _ONE_AT_A_TIME, database.engine.connect() as connection:
        # On the connection: the engine's own options, for reading, win over those of an engine made from it.
        writable = connection.execution_options(postgresql_readonly=False, isolation_level="SERIALIZABLE")
        with writable.begin():
            config.attributes["connection"] = writable
            command.upgrade(config, "head")

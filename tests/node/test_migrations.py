"""Bringing a database to this version (safety F9): from nothing to exactly the schema, harmless twice, whole or not at all."""

import re
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from alongside_node import migrations, schema
from alongside_node.directory.index import TABLE
from alongside_node.foundation.database import Database
from alongside_node.migrations import NEWEST, NewerDatabaseError

VERSIONS = Path(migrations.__file__).parent / "versions"


def tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def run(database: Database, statement: str) -> None:
    database.write(lambda tx: tx.execute(text(statement)))


def differences(connection: Connection) -> list[Any]:
    def ours(_object: object, name: str | None, _kind: str, _reflected: bool, _compare: object) -> bool:
        return name is None or (TABLE not in name and name != "alembic_version")

    options = {"compare_type": True, "compare_server_default": True, "include_object": ours}
    found = compare_metadata(MigrationContext.configure(connection, opts=options), schema.metadata)
    # What stands beside a column in `schema` is for its readers; no database needs it.
    return [one for one in found if "comment" not in str(one[0][0] if isinstance(one, list) else one[0])]


def definitions(database: Database) -> dict[str, Any]:
    """Every table's columns, keys, checks and indexes as the database tells them."""
    with database.engine.connect() as connection:
        found = inspect(connection)
        names = [name for name in found.get_table_names() if TABLE not in name and name != "alembic_version"]
        return {
            name: (
                sorted((c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(name)),
                found.get_pk_constraint(name)["constrained_columns"],
                sorted((u["name"], tuple(u["column_names"])) for u in found.get_unique_constraints(name)),
                sorted((k["name"], k["referred_table"], str(k["options"])) for k in found.get_foreign_keys(name)),
                sorted(str(c["name"]) for c in found.get_check_constraints(name)),
                sorted((str(i["name"]), tuple(i["column_names"])) for i in found.get_indexes(name)),
            )
            for name in names
        }


@pytest.fixture
def broken_second(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The next version, whose migration makes a table and then fails; in a folder of its own, because other tests migrate meanwhile."""
    folder = tmp_path / "migrations"
    copytree(VERSIONS.parent, folder, ignore=ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_of_a_test.py").write_text(
        f'import sqlalchemy as sa\nfrom alembic import op\n\nrevision, down_revision = "9999", "{NEWEST}"\n\n\n'
        'def upgrade():\n    op.create_table("half", sa.Column("id", sa.Integer))\n    op.execute("SELECT * FROM nowhere")\n'
    )
    monkeypatch.setattr(migrations, "NEWEST", "9999")
    monkeypatch.setattr(migrations, "_FOLDER", folder)


def test_from_nothing_it_arrives_exactly_at_the_schema(empty: Database) -> None:
    migrations.upgrade(empty)
    with empty.engine.connect() as connection:
        assert migrations.revision(connection) == NEWEST
        assert differences(connection) == []
    assert tables(empty) >= set(schema.metadata.tables)


@pytest.mark.parametrize(("empty", "database"), [("sqlite",) * 2, ("postgresql",) * 2], indirect=True)
def test_what_is_migrated_and_what_is_created_whole_are_the_same(empty: Database, database: Database) -> None:
    migrations.upgrade(empty)
    assert definitions(empty) == definitions(database)


@pytest.mark.parametrize("empty", ["sqlite"], indirect=True)
def test_tables_without_an_order_of_their_rows_stay_so(empty: Database) -> None:
    migrations.upgrade(empty)
    rows = empty.read(lambda reading: list(reading.execute_driver("SELECT name, sql FROM sqlite_master")))
    without = {name for name, sql in rows if sql and "WITHOUT ROWID" in sql}
    of_people = {
        name for name, table in schema.metadata.tables.items() if table.info["owner"] in ("members", "referrals")
    }
    assert of_people | {"outbox", "received", "listing_holder", "listing_key", "listing_key_share"} <= without


FOUNDED = (
    (
        "INSERT INTO member (id, name, role, lookup, public, box, box_rev, lang, joined, last_day)"
        " VALUES ('m', 'Mira', 'member', x'01', 'k', x'02', 5, 'en', '2026-Q4', NULL),"
        " ('g', '', 'guest', x'03', 'k', x'04', 1, 'en', '2026-Q4', 20001)"
    ),
    "INSERT INTO session (token, member, key, ends) VALUES (x'05', 'm', x'06', 7)",
    "INSERT INTO listing (id, state, content, rev, source, source_key, waiting_for) VALUES ('l', 's', '{}', 1, '', '', '')",
    "INSERT INTO listing_holder (listing, member, name) VALUES ('l', 'm', 'Mira')",
    "INSERT INTO listing_key (public, listing, current) VALUES ('p', 'l', TRUE)",
    "INSERT INTO listing_key_share (public, member, sealed) VALUES ('p', 'm', x'08')",
    "INSERT INTO received (sender, id, digest, exp, next_at) VALUES ('s', 'r', x'09', 86401, 0)",
    "INSERT INTO erasure (ref, peer, asked) VALUES ('e', 's', 86401)",
)


def test_coming_to_rest_takes_nobody_and_nothing_along(empty: Database) -> None:
    postgresql = empty.dialect == "postgresql"
    _upgrade_to(empty, "0001")
    for statement in FOUNDED:
        run(empty, re.sub(r"x'(\d+)'", r"'\\x\1'", statement) if postgresql else statement)
    migrations.upgrade(empty)

    def rows(table: str) -> list[Any]:
        return empty.read(lambda reading: reading.execute(schema.metadata.tables[table].select()).all())

    assert [(row.id, row.last_day) for row in sorted(rows("member"))] == [("g", 20020), ("m", None)]
    assert [(row.member, row.key) for row in rows("session")] == [("m", b"\x06")]
    assert [(row.listing, row.member) for row in rows("listing_holder")] == [("l", "m")]
    assert [(row.public, row.sealed) for row in rows("listing_key_share")] == [("p", b"\x08")]
    assert [row.exp for row in rows("received")] == [2 * 86_400]
    assert [row.asked for row in rows("erasure")] == [86_400]


def _upgrade_to(database: Database, revision: str) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    with database.engine.connect() as connection:
        writable = connection.execution_options(postgresql_readonly=False)
        with writable.begin():
            config.attributes["connection"] = writable
            command.upgrade(config, revision)


def test_a_second_upgrade_changes_nothing(empty: Database) -> None:
    migrations.upgrade(empty)
    before = definitions(empty)
    empty.write(lambda tx: tx.execute(schema.peer_health.insert().values(peer="kept", failures=0, next_at=0)))
    migrations.upgrade(empty)
    assert definitions(empty) == before
    assert empty.read(lambda reading: len(reading.execute(schema.peer_health.select()).all())) == 1


def test_a_database_of_a_newer_program_is_refused_and_not_touched(empty: Database) -> None:
    migrations.upgrade(empty)
    run(empty, "UPDATE alembic_version SET version_num = '9000'")
    before = definitions(empty)
    with pytest.raises(NewerDatabaseError, match="9000"):
        migrations.upgrade(empty)
    assert definitions(empty) == before


def test_an_upgrade_that_fails_half_way_leaves_the_database_as_it_was(empty: Database, broken_second: None) -> None:
    with pytest.raises(Exception, match="nowhere"):
        migrations.upgrade(empty)
    assert tables(empty) == set()


def test_after_a_failed_upgrade_of_a_used_database_it_still_works(
    empty: Database, request: pytest.FixtureRequest
) -> None:
    migrations.upgrade(empty)
    request.getfixturevalue("broken_second")
    with pytest.raises(Exception, match="nowhere"):
        migrations.upgrade(empty)
    assert "half" not in tables(empty)
    empty.write(lambda tx: tx.execute(schema.peer_health.insert().values(peer="kept", failures=0, next_at=0)))


def test_the_newest_revision_is_the_last_file() -> None:
    assert max(VERSIONS.glob("[0-9]*.py")).name.startswith(NEWEST)

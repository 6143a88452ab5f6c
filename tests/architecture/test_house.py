"""The house holds: every file says what it is, every table has one writer, names are words, documents are true (docs/architecture.md)."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

import who_may
from alongside_node import migrations, schema
from alongside_node.disclosing import statement
from alongside_node.entrypoints.api.endpoints import ENDPOINTS
from alongside_node.entrypoints.web.site import PAGES
from alongside_node.foundation.database import Database
from alongside_protocol.referral import markdown_table

ROOT = Path(__file__).parents[2]
PACKAGES = (ROOT / "protocol/alongside_protocol", ROOT / "node/alongside_node")
SOURCES = sorted(path for package in PACKAGES for path in package.rglob("*.py"))
NAMELESS = {
    "utils",
    "util",
    "helpers",
    "common",
    "misc",
    "base",
    "core",
    "manager",
    "handler",
    "processor",
    "service",
    "data",
    "info",
}
SLICES = ("identity", "delivery", "members", "notifications", "safety", "peers", "listings", "directory", "referrals")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_says_in_its_first_lines_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), "begins without a docstring"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_or_folder_has_a_name_that_names_nothing(path: Path) -> None:
    assert not NAMELESS & set(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("name", SLICES)
def test_a_table_is_written_by_its_own_slice_only(name: str) -> None:
    for path in (ROOT / "node/alongside_node" / name).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "schema":
                table = schema.metadata.tables.get(node.attr)
                assert table is None or table.info["owner"] == name, f"{path.name} reaches for {node.attr}"


def test_every_table_has_a_slice() -> None:
    assert {table.info.get("owner") for table in schema.metadata.tables.values()} == set(SLICES)


def test_no_table_has_a_place_for_an_address_a_query_or_an_hour_of_a_person() -> None:
    forbidden = re.compile(r"(^|_)(ip|address|query|search|last_seen|last_login|user_agent|email|phone)($|_)")
    for table in schema.metadata.tables.values():
        assert not [column.name for column in table.columns if forbidden.search(column.name)], table.name


def test_no_table_of_requests_names_a_member() -> None:
    for name in (
        "asked",
        "incoming",
        "letter",
        "early",
        "erasure",
        "beside",
        "fit_asked",
        "fit_told",
        "turn",
        "turn_round",
        "concern",
        "concern_share",
        "concern_word",
        "concern_talk",
        "outbox",
        "received",
    ):
        assert "member" not in schema.metadata.tables[name].columns


def test_no_row_joins_how_somebody_is_told_to_both_a_member_and_a_request(database: Database) -> None:
    values = {"kind": "email", "sealed": b"", "people_only": False, "stage": "quiet", "next_at": None, "attempts": 0}
    for named in ({}, {"member": "m", "mailbox": "b"}):
        with pytest.raises(IntegrityError, match="one_of_two"):
            database.write(
                lambda tx, named=named: tx.execute(schema.channel.insert().values(id="c", **values, **named))
            )


def test_the_newest_migration_is_the_one_the_program_expects() -> None:
    versions = sorted((ROOT / "node/alongside_node/migrations/versions").glob("*.py"))
    assert versions[-1].name.startswith(migrations.NEWEST)


def test_the_map_names_every_folder_of_the_node() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    folders = [path.name for path in (ROOT / "node/alongside_node").iterdir() if (path / "__init__.py").exists()]
    assert [name for name in folders if f"{name}/" not in text] == []


def test_the_documented_table_of_requests_is_the_programs() -> None:
    assert markdown_table() in (ROOT / "docs/protocol/referrals.md").read_text("utf-8")


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs/decisions"
    listed = (folder / "README.md").read_text("utf-8")
    assert [path.name for path in folder.glob("0*.md") if path.name not in listed] == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)} → {target}"
        for path in tracked()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text("utf-8"))
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists()
    ]
    assert broken == []


def test_every_command_of_the_readme_exists() -> None:
    from typer.main import get_command  # noqa: PLC0415

    from alongside_node.cli import main  # noqa: PLC0415

    known = set(get_command(main).commands)  # type: ignore[attr-defined]
    text = (ROOT / "README.md").read_text("utf-8")
    assert set(re.findall(r"^ *alongside ([a-z]+)", text, re.MULTILINE)) <= known


def test_no_file_names_a_package_index() -> None:
    found = re.compile(r"--(extra-)?index-url|pypi\.org/simple|registry\.npmjs|file:///")
    guilty = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix in {".toml", ".lock", ".txt", ".cfg", ".yml", ".json"}
        and found.search(path.read_text("utf-8", "replace"))
    ]
    assert guilty == []


def test_every_table_and_column_says_what_a_taken_machine_would_show_of_it() -> None:
    """A table or column without a line in `disclosing/statement.py` would be kept in silence (safety.md, "At rest")."""
    assert {name: set(table.columns.keys()) for name, table in schema.metadata.tables.items()} == {
        name: set(table.columns) for name, table in statement.TABLES.items()
    }


def test_what_is_said_to_be_readable_was_read_and_what_was_read_is_said() -> None:
    said = {name for name, table in statement.TABLES.items() if statement.Kept.READABLE in table.columns.values()}
    assert said <= set(statement.measured().readable)
    assert set(statement.measured().readable) <= {*statement.TABLES, statement.INDEX}
    assert {kind for kinds in statement.measured().readable.values() for kind in kinds} == (
        set(statement.KINDS) - set(statement.measured().nowhere)
    )


def test_every_page_and_every_operation_says_whom_it_is_for() -> None:
    """Whoever adds one says so in `tests/who_may.py`; `tests/safety/test_who_may_what.py` then tries it as everybody (safety.md, D.29)."""
    pages = {f"{method} {page.path}" for page in PAGES for method in ("GET", "POST") if getattr(page, method.lower())}
    said = {f"{method} {path}" for path in who_may.PAGES for method in ("GET", "POST") if path.startswith("/")}
    either = {name for name in who_may.PAGES if not name.startswith("/")}
    assert pages <= said | either
    assert {page.path for page in PAGES} == {name.rpartition(" ")[2] for name in who_may.PAGES}
    assert {f"{one.method} {one.path}" for one in ENDPOINTS} == set(who_may.API)

"""A new key or address by the recovery sheets, from the command line: two of three suffice, one does not (section 3)."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alongside_node.cli import main

RUN = CliRunner()


@pytest.fixture
def sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("ALONGSIDE_DATA_DIR", str(tmp_path / "data"))
    named = ["--name", "Oak", "--origin", "http://127.0.0.1:8199", "--steward", "Mira", "--development", "--json"]
    founded = RUN.invoke(main, ["init", *named])
    assert founded.exit_code == 0, founded.output
    found: list[str] = json.loads(founded.stdout)["sheets"]
    return found


def shown() -> dict[str, object]:
    found: dict[str, object] = json.loads(RUN.invoke(main, ["keys", "show", "--json"]).stdout)
    return found


def test_two_sheets_sign_a_new_document_at_a_new_address(sheets: list[str]) -> None:
    before = shown()
    renewed = RUN.invoke(
        main, ["keys", "renew", "--origin", "http://127.0.0.1:8198"], input="\n".join(sheets[1:]) + "\n"
    )
    assert renewed.exit_code == 0, renewed.output
    after = shown()
    assert (after["document"], after["origin"]) == (2, "http://127.0.0.1:8198")
    assert after["node"] == before["node"]
    assert after["words"] != before["words"]


def test_one_sheet_twice_changes_nothing(sheets: list[str]) -> None:
    refused = RUN.invoke(main, ["keys", "renew"], input=f"{sheets[0]}\n{sheets[0]}\n")
    assert refused.exit_code == 1
    assert shown()["document"] == 1

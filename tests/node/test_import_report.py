"""What an import tells: plain words for every code, nothing of the file itself, and a page for hosts that stays true."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from alongside_node import importing
from alongside_node.importing import actions, checking, columns, sentences
from alongside_node.importing.report import Fate, Report, bars
from alongside_node.importing.rows import Parsed

ROOT = Path(importing.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "host" / "import.md"
NOW = 1_795_000_000


def said(report: Report) -> str:
    stream = io.StringIO()
    report.render(Console(file=stream, width=200))
    return stream.getvalue()


def read(tmp_path: Path, content: str) -> Parsed:
    path = tmp_path / "list.csv"
    path.write_text(content)
    return actions.read(path, now=NOW)


def test_the_page_for_hosts_has_every_column() -> None:
    assert columns.markdown() in PAGE.read_text()


def test_every_example_in_the_table_is_taken(tmp_path: Path) -> None:
    names = ",".join(column.name for column in columns.COLUMNS)
    cells = ",".join(f'"{column.example}"' for column in columns.COLUMNS)
    parsed = read(tmp_path, f"{names}\n{cells}\n")
    assert {it.column for it in parsed.problems} == {"contact_phone"}  # five ways of contact: three are allowed
    assert len(set(columns.NAMES)) == len(columns.COLUMNS)


def test_every_code_has_its_words_and_no_words_are_left_over() -> None:
    source = "".join(path.read_text() for path in ROOT.glob("*.py") if path.name != "sentences.py")
    refused = set(re.findall(r'refuse\(.*"([a-z0-9_]+)"\)', source)) | set(checking._CODES.values())
    refused |= set(re.findall(r'Error\("([a-z0-9_]+)"\)', source))
    assert refused <= set(sentences.PROBLEMS)
    assert set(re.findall(r'note\("([a-z0-9_]+)"', source)) <= set(sentences.NOTES)
    written = set(re.findall(r'"([a-z0-9_]+)"', source))
    assert set(sentences.PROBLEMS) | set(sentences.NOTES) | set(sentences.FATES) <= written


def test_a_report_names_rows_and_columns_and_never_what_stands_there(tmp_path: Path) -> None:
    secret = "Anna Example, 07700 900123"
    content = f'source_id,title,type,contact_phone,"{secret}"\n"{secret}","={secret}",circle,"{secret}",x\n'
    report = Report.of(read(tmp_path, content), "harbour", {}, dry_run=False)
    for told in (said(report), json.dumps(report.as_json()), repr(report)):
        assert "Anna" not in told
        assert "900123" not in told
    assert "row 2, column title: The cell begins with =" in said(report)
    assert "Nothing was written" in said(report)
    assert "Column 5 is none of ours" in said(report)


def test_what_was_taken_is_told_with_what_is_still_to_be_answered(tmp_path: Path) -> None:
    parsed = read(tmp_path, "source_id,title,type\n1,a,circle\n2,b,circle\n")
    told = said(Report.of(parsed, "harbour", {"1": Fate("new"), "2": Fate("gone")}, dry_run=True))
    assert "2 rows read, 0 refused." in told
    assert "1 new drafts" in told
    assert "1 ✕ whether they want to be listed" in told
    assert "1 ✕ who may be called, and what is kept" in told
    assert "this was a trial" in told


def test_of_very_many_problems_the_rest_is_counted(tmp_path: Path) -> None:
    rows = "".join(f"{n},=1,circle\n" for n in range(1_000))
    report = Report.of(read(tmp_path, "source_id,title,type\n" + rows), "harbour", {}, dry_run=False)
    assert "… and 960 more." in said(report)
    value = report.as_json()
    assert (len(value["problems"]), value["problem_counts"], value["refused"]) == (200, {"formula": 1_000}, 1_000)
    assert json.loads(json.dumps(value)) == value


@pytest.mark.parametrize("terminal", [True, False])
def test_bars_are_drawn_on_terminals_only(terminal: bool) -> None:
    stream = io.StringIO()
    with bars(Console(file=stream, force_terminal=terminal, width=80)) as progress:
        for stage in ("reading", "sealing", "writing"):
            progress(stage, 0, None)
            progress(stage, 5, 10)
    assert ("Making keys" in stream.getvalue()) is terminal


def test_the_words_are_ours() -> None:
    not_ours = re.compile(r"\b(case|clients?|patients?|providers?|ban|quarantine\w*|diagnos\w*)\b", re.IGNORECASE)
    tables: list[Any] = [sentences.PROBLEMS, sentences.NOTES, sentences.FATES, sentences.TO_ANSWER]
    for words in (words for table in tables for words in table.values()):
        assert not not_ours.search(words)

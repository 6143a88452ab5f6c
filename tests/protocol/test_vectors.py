"""The vectors: each read by this library as another implementation would read it, and the same bytes when they are made again.

The reason of every refusal was written down by whoever made the case; here the library is asked for it.
"""

import json
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from alongside_protocol.errors import Code, Contradiction, Refused
from alongside_protocol.testing import vectors
from alongside_protocol.testing.vectors import Vector
from vector_makers.making import sheets
from vector_makers.readers import READERS
from vector_makers.writing import FOLDER

ROOT = Path(__file__).parents[2]
ALL = list(vectors.each())
REFUSED = [vector for vector in ALL if vector.reason is not None]

WITHOUT_A_VECTOR = {
    Code.CURSOR_GONE: "a node answers it; a reader meets it as status 410 (sync/transcripts.json)",
    Code.CURSOR_AHEAD: "a node answers it; a reader meets it as status 409 and calls it rollback (sync/transcripts.json)",
    Code.KEY_VERSION_UNKNOWN: "the one answer to every stranger, whatever the reason; it is not a reason itself",
    Code.MESSAGE_REUSED_ID: "depends on what an inbox stored before (tests/federation/test_inbox.py)",
    Code.UNREACHABLE: "no bytes came (tests/protocol/test_drivers.py)",
    Code.ADDRESS: "about where a connection leads, not about bytes (tests/node/test_outbound_http.py)",
}
"""Codes that no bytes lead to, and why."""

TABLES = {"commitments/hash.json", "coded_words/words.json", "listing/hours.json", "referral/numbering.json"}
"""Files of functions that refuse nothing."""


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return {path: sheet.text for path, sheet in sheets().items()}


@pytest.mark.parametrize("vector", ALL, ids=lambda vector: f"{vector.file}: {vector.name}")
def test_the_library_reads_it_so(vector: Vector) -> None:
    reader = READERS[vector.file]
    if vector.reason is None:
        assert reader(vector.world, vector.given) == vector.expect
        return
    with pytest.raises(Refused) as refused:
        reader(vector.world, vector.given)
    assert refused.value.code is vector.reason
    if isinstance(refused.value, Contradiction):
        assert (refused.value.first, refused.value.second) == vector.evidence


def test_the_vectors_are_the_same_when_they_are_made_again(made: dict[str, str]) -> None:
    assert vectors.files() == tuple(sorted(made))
    for path, text in made.items():
        assert vectors.text(path) == text, f"{path}: run `make vectors`"


def test_every_file_has_a_reader_and_is_found_where_the_documents_say() -> None:
    assert sorted(READERS) == list(vectors.files())
    for path in vectors.files():
        assert (ROOT / "tests/vectors" / path).read_bytes() == (FOLDER / path).read_bytes()


@pytest.mark.parametrize("path", vectors.files())
def test_names_are_unique_and_what_is_refused_stands_beside_what_is_taken(path: str) -> None:
    found = list(vectors.each(path))
    assert [name for name, count in Counter(vector.name for vector in found).items() if count > 1] == []
    assert {vector.reason is None for vector in found} == ({True} if path in TABLES else {True, False})


def test_no_input_stands_twice_in_a_file() -> None:
    for path in vectors.files():
        inputs = Counter(json.dumps(vector.given, sort_keys=True) for vector in vectors.each(path))
        assert [given for given, count in inputs.items() if count > 1] == [], path


def test_what_is_refused_says_by_which_rule_in_one_sentence() -> None:
    for vector in REFUSED:
        assert vector.why.endswith("."), vector.name
        assert ". " not in vector.why, vector.why


def test_every_reason_of_the_protocol_has_a_vector_or_a_reason_why_not() -> None:
    shown = {vector.reason for vector in REFUSED}
    assert shown | set(WITHOUT_A_VECTOR) == set(Code)
    assert not shown & set(WITHOUT_A_VECTOR)


def test_there_are_two_hundred_refusals_without_the_tables_and_all_are_small() -> None:
    tables = {"referral/table.json", "peering/agreements.json", "messages/moves.json"}
    assert sum(vector.file not in tables for vector in REFUSED) >= 200
    assert sum((FOLDER / path).stat().st_size for path in vectors.files()) < 3_000_000


def test_they_are_ascii_one_case_a_line() -> None:
    for path in vectors.files():
        lines = vectors.text(path).splitlines()
        assert len(lines) == len(list(vectors.each(path))) + 2
        assert vectors.text(path).isascii()


def test_the_readme_beside_them_names_every_file() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    assert [path for path in vectors.files() if f"`{path}`" not in text] == []


def test_the_wheel_holds_them(tmp_path: Path) -> None:
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    source = tmp_path / "protocol"
    subprocess.run(["cp", "-r", ROOT / "protocol", source], check=True)
    subprocess.run([sys.executable, "-c", build, tmp_path], cwd=source, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    inside = "alongside_protocol/testing/vectors/"
    assert {f"{inside}{path}" for path in vectors.files()} <= names
    assert {f"{inside}README.md", f"{inside}__init__.py"} <= names

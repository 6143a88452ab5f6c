"""Reading a CSV file row by row: what encoding, what separator, which columns, which rows. Never writes anything.

Files come from spreadsheets of every age, so the encoding and the separator are found out and said; but nothing that could
mean two things is guessed: a doubled header, a doubled id or a quotation mark that never ends refuses the file.
"""

import codecs
import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from . import checking
from .cells import Cells, Defaults
from .columns import NAMES, REQUIRED
from .rows import Parsed, Progress, silent

MAX_BYTES: Final = 200_000_000
MAX_ROWS: Final = 200_000
CELL_CHARACTERS: Final = 20_000
"""Longer cells are refused; the `csv` module itself gives up at 131,072, which is where a quotation mark that never ends shows."""
_CHUNK: Final = 1 << 20
_HEADER_CHARACTERS: Final = 65_536
_TOLD_EVERY: Final = 500
_BOMS: Final = (
    (codecs.BOM_UTF32_LE, ""),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SPACE: Final = " \t\r\n\u00a0\u3000"
_NOTHING: Final = _SPACE + "-\u2013\u2014"
_DELIMITERS: Final = (",", ";", "\t")


@dataclass(frozen=True)
class _Header:
    """Where each of our columns stands in a row."""

    places: dict[str, int]
    width: int


def read(path: Path, defaults: Defaults, *, progress: Progress = silent) -> Parsed:
    """Everything in a CSV file. Raises `OSError` when it cannot be opened."""
    parsed = Parsed("csv")
    if path.stat().st_size > MAX_BYTES:
        parsed.refuse(0, "", "file_too_large")
        return parsed
    encoding = _encoding(path)
    if encoding is None:
        parsed.refuse(0, "", "encoding")
        return parsed
    parsed.encoding = encoding
    if encoding == "cp1252":
        parsed.note("windows_1252")
    with _opened(path, encoding) as text:
        try:
            _read_rows(text, defaults, parsed, progress)
        except csv.Error:
            parsed.refuse(_row_after(parsed), "", "quotation_marks")
        except UnicodeError:
            parsed.refuse(_row_after(parsed), "", "encoding")
    return parsed


def _row_after(parsed: Parsed) -> int:
    return parsed.read + 2  # the header is row 1


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[TextIO]:
    with path.open(encoding=encoding, newline="") as text:
        yield text


def _encoding(path: Path) -> str | None:
    """The codec's name: by its mark, else UTF-8 where the whole file is, else Windows-1252 where that is possible."""
    with path.open("rb") as raw:
        start = raw.read(4)
    for mark, codec in _BOMS:
        if start.startswith(mark):
            return codec if codec and _decodes(path, codec) else None
    return next((codec for codec in ("utf-8", "cp1252") if _decodes(path, codec)), None)


def _decodes(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        with path.open("rb") as raw:
            while chunk := raw.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _read_rows(text: TextIO, defaults: Defaults, parsed: Parsed, progress: Progress) -> None:
    delimiter = _delimiter(text)
    lines = csv.reader(text, delimiter=delimiter, strict=True)
    header = _header(next(lines, []), parsed)
    if header is None:
        return
    seen: set[str] = set()
    number = 1
    for line in lines:
        number += 1
        if not any(line):
            parsed.note("blank_row")
            continue
        parsed.read += 1
        if parsed.read > MAX_ROWS:
            parsed.refuse(0, "", "too_many_rows")
            return
        _read_row(number, line, header, seen, defaults, parsed)
        if parsed.read % _TOLD_EVERY == 0:
            progress("reading", parsed.read, None)
    if not parsed.read:
        parsed.refuse(0, "", "nothing_in_it")
    progress("reading", parsed.read, parsed.read)


def _delimiter(text: TextIO) -> str:
    """The separator with which the first line names most of our columns; a line `sep=;` before it is skipped."""
    start = text.readline(_HEADER_CHARACTERS)
    if start.lower().startswith("sep="):
        header_at = text.tell()
        start = text.readline(_HEADER_CHARACTERS)
        text.seek(header_at)
    else:
        text.seek(0)
    return max(_DELIMITERS, key=lambda delimiter: sum(_name(cell) in NAMES for cell in start.split(delimiter)))


def _name(cell: str) -> str:
    return cell.strip().strip('"').strip().lower().replace(" ", "_").replace("-", "_")


def _header(cells: Sequence[str], parsed: Parsed) -> _Header | None:
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        name = _name(cell)
        if name not in NAMES:
            # By number: where a file has no header, its first row holds somebody's words.
            parsed.note(f"column_{place + 1}" if name else "column_without_name")
        elif name in places:
            parsed.refuse(1, name, "column_twice")
        else:
            places[name] = place
    for name in REQUIRED:
        if name not in places:
            parsed.refuse(1, name, "column_missing")
    return _Header(places, len(cells)) if parsed.good else None


def _read_row(
    number: int, line: Sequence[str], header: _Header, seen: set[str], defaults: Defaults, parsed: Parsed
) -> None:
    if any(line[header.width :]):
        parsed.refuse(number, "", "more_cells_than_columns")
        return
    cells: dict[str, str] = {}
    for name, place in header.places.items():
        cell = line[place] if place < len(line) else ""
        if "\0" in cell:
            parsed.refuse(number, name, "characters")
        elif len(cell) > CELL_CHARACTERS:
            parsed.refuse(number, name, "too_long")
        elif cell.strip(_NOTHING):  # a dash alone is how lists write that there is nothing
            cells[name] = cell.replace("\r\n", "\n").strip(_SPACE)
    key = cells.get("source_id", "")
    if code := checking.key_problem(key):
        parsed.refuse(number, "source_id", code)
    elif key in seen:
        parsed.refuse(number, "source_id", "id_twice")
    seen.add(key)
    members: dict[str, Any] = Cells(number, cells, defaults, parsed).members()
    checking.take(parsed, number, key, members)

"""What a reader of a file found: rows that could become drafts, and what stood in the way. Pure.

Never keeps or passes on the words of a cell beside what becomes a draft: a problem is a row, a column and a code, because a
report is read aloud, mailed and pasted, and a cell may hold somebody's name or number.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

PROBLEMS_KEPT: Final = 200
"""Problems listed one by one; of the others only the count is kept."""

SOURCE_ID_CHARACTERS: Final = 200

IMPORTED: Final = "imported"
"""The member of a draft that tells what it said when it was imported. Whoever edits it writes the draft anew, without it; no node ever
reads it, because it is no member of a listing."""

Progress = Callable[[str, int, int | None], None]
"""Called with a stage (`reading`, `sealing`, `writing`), how many are done, and of how many where that is known."""


def silent(_stage: str, _done: int, _total: int | None) -> None:
    """A progress that says nothing."""


@dataclass(frozen=True)
class Problem:
    """Why a row, or with row 0 the whole file, is refused. `column`: its name where it is one of ours, else its number."""

    row: int
    column: str
    code: str


@dataclass(frozen=True, slots=True)
class Row:
    """One listing as the file tells it. `key`: its id in the file; `content`: its members as JSON, with their mark, which take
    a quarter of the memory that they take as objects; `unsure`: codes of what a reader had to leave to a person.
    """

    number: int
    key: str
    content: str = field(repr=False)
    missing: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()

    @property
    def members(self) -> dict[str, Any]:
        """The members of the listing."""
        return split(self.content)[0]


def joined(members: Mapping[str, Any]) -> str:
    """Members as JSON with the mark of what they say now."""
    return json.dumps({**members, IMPORTED: mark(members)}, ensure_ascii=False)


def split(content: str) -> tuple[dict[str, Any], str | None]:
    """(members, the mark they were imported with) of a draft."""
    members: dict[str, Any] = json.loads(content)
    return members, members.pop(IMPORTED, None)


def mark(members: Mapping[str, Any]) -> str:
    """The same for the same members, in whatever order."""
    return sha256(json.dumps(members, sort_keys=True).encode("ascii")).hexdigest()


@dataclass
class Parsed:
    """Everything a reader found, collected while it reads."""

    form: str
    """`csv` or `hsds`."""
    encoding: str = ""
    rows: list[Row] = field(default_factory=list, repr=False)
    read: int = 0
    """Rows or services seen, refused ones too."""
    problems: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """Of problems, by code; complete even where `problems` is cut short."""
    notes: Counter[str] = field(default_factory=Counter)
    """What was left out, changed or supposed without refusing anything, by code."""
    refused_rows: set[int] = field(default_factory=set)

    def refuse(self, row: int, column: str, code: str) -> None:
        """One more problem: from now on nothing of this file is written."""
        self.counts[code] += 1
        self.refused_rows.add(row)
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(Problem(row, column, code))

    def note(self, code: str, times: int = 1) -> None:
        """Something to tell that refuses nothing."""
        if times:
            self.notes[code] += times

    @property
    def good(self) -> bool:
        """Whether anything may be written."""
        return not self.counts

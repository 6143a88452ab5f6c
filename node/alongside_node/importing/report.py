"""What an import did, for people and for programs. Never repeats what stands in a cell: only row, column and reason."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from . import sentences
from .rows import Parsed, Problem, Progress

WAITING_FOR: Final = "want_to_be_listed"
"""What every imported draft waits for. Who may be called is asked for as of every offer, when somebody looks at the draft: kept as a
code it would go on standing there once it is answered."""

_SHOWN: Final = 40
NEW: Final = "new"
UPDATED: Final = "updated"
_TAKEN: Final = frozenset({NEW, UPDATED})
_STAGES: Final = {"reading": "Reading", "sealing": "Making keys", "writing": "Writing"}


@dataclass(frozen=True)
class Fate:
    """What becomes of a row, as `sentences.FATES` tells it, and the id of the listing that we have of it."""

    what: str
    listing: str = ""


@dataclass(frozen=True)
class Report:
    """`fates`: what became of rows, counted; `problems`: the first of those that `counts` counts by code; `to_answer`: what the people of
    the drafts written now still have to say.
    """

    source: str
    form: str
    encoding: str
    dry_run: bool
    written: bool
    read: int
    refused: int
    fates: Mapping[str, int]
    to_answer: Mapping[str, int]
    notes: Mapping[str, int]
    counts: Mapping[str, int]
    problems: tuple[Problem, ...]

    @classmethod
    def of(cls, parsed: Parsed, source: str, fates: Mapping[str, Fate], *, dry_run: bool) -> "Report":
        """`fates`: by the key of a row; none where the file is refused."""
        taken = [row for row in parsed.rows if row.key in fates and fates[row.key].what in _TAKEN]
        to_answer: Counter[str] = Counter()
        for row in taken:
            to_answer.update((WAITING_FOR, *row.unsure, *row.missing))
        return cls(
            source=source,
            form=parsed.form,
            encoding=parsed.encoding,
            dry_run=dry_run,
            written=parsed.good and not dry_run,
            read=parsed.read,
            refused=len(parsed.refused_rows - {0, 1} if parsed.form == "csv" else parsed.refused_rows - {0}),
            fates=dict(Counter(fate.what for fate in fates.values())),
            to_answer=dict(to_answer),
            notes=dict(parsed.notes),
            counts=dict(parsed.counts),
            problems=tuple(parsed.problems),
        )

    @property
    def good(self) -> bool:
        """Whether nothing was refused."""
        return not self.counts

    @property
    def taken(self) -> bool:
        """As `good`, in the words of the command line, which ends with 1 otherwise."""
        return self.good

    def as_json(self) -> dict[str, Any]:
        """The same as plain values, with the words for each code."""
        return {
            "source": self.source,
            "form": self.form,
            "encoding": self.encoding,
            "dry_run": self.dry_run,
            "written": self.written,
            "read": self.read,
            "refused": self.refused,
            "rows": dict(self.fates),
            "to_answer": dict(self.to_answer),
            "notes": [
                {"code": code, "count": count, "words": sentences.note(code)} for code, count in self.notes.items()
            ],
            "problems": [
                {"row": it.row, "column": it.column, "code": it.code, "words": sentences.PROBLEMS[it.code]}
                for it in self.problems
            ],
            "problem_counts": dict(self.counts),
        }

    def render(self, console: Console) -> None:
        """Tell it."""
        say = _plainly(console)
        for line in self._lines():
            say(line)

    def show(self) -> None:
        """Tell it on the terminal."""
        self.render(Console())

    def _lines(self) -> Iterator[str]:
        yield f"{self.read:,} {'services' if self.form == 'hsds' else 'rows'} read, {self.refused:,} refused."
        if not self.good:
            yield "Nothing was written: a file is taken whole or not at all. To be put right:"
            yield from self._problem_lines()
        elif self.dry_run:
            yield "Nothing was written: this was a trial. It would give:"
        for code, count in self.fates.items():
            yield f"  {count:,} {sentences.FATES[code]}"
        yield from self._to_answer_lines()
        if self.notes:
            yield "To know:"
        for code, count in self.notes.items():
            yield f"  {count:,} ✕ {sentences.note(code)}"

    def _problem_lines(self) -> Iterator[str]:
        for it in self.problems[:_SHOWN]:
            where = ", ".join(
                part
                for part in (f"row {it.row}" if it.row else "the file", it.column and f"column {it.column}")
                if part
            )
            yield f"  {where}: {sentences.PROBLEMS[it.code]}"
        more = sum(self.counts.values()) - min(len(self.problems), _SHOWN)
        if more:
            yield f"  … and {more:,} more."

    def _to_answer_lines(self) -> Iterator[str]:
        if not self.to_answer:
            return
        yield "They stay drafts until the people they speak for have said:"
        calls = max((count for code, count in self.to_answer.items() if code.startswith("commitments.")), default=0)
        for code, count in self.to_answer.items():
            if not code.startswith("commitments."):
                yield f"  {count:,} ✕ {sentences.TO_ANSWER.get(code, code)}"
        if calls:
            yield f"  {calls:,} ✕ {sentences.WHO_MAY_BE_CALLED}"


def _plainly(console: Console) -> Callable[[str], None]:
    return lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def bars(console: Console) -> Iterator[Progress]:
    """Progress bars on a console, one for each stage; nothing where it is not a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = shown.add_task(_STAGES[stage], total=total)
            shown.update(tasks[stage], completed=done, total=total)

        yield tell

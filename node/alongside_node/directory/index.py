"""The words of the directory, searchable: one index row an entry, under the entry's place in the fair order.

SQLite: an FTS5 table without content of its own (the record's line is the content), so a row is taken out by giving its
words again. PostgreSQL: the same words as a tsvector under a GIN index. Both hold two columns: the words people wrote,
and codes, one term for each filter, so that a filter costs what a word costs. Rows are written in order of their place:
out of order, FTS5 flushes its memory at every row (measured: 85 µs a row instead of 34).
Never holds a query.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing

from .meanings import Meant
from .text import words

TABLE = schema.FULL_TEXT

CREATE = {
    "sqlite": (
        (
            f"CREATE VIRTUAL TABLE {TABLE} USING fts5(words, codes, content='', detail=column, columnsize=0,"
            " tokenize='unicode61 remove_diacritics 2')"
        ),
    ),
    "postgresql": (
        f"CREATE TABLE {TABLE} (position BIGINT PRIMARY KEY, words TSVECTOR NOT NULL, codes TSVECTOR NOT NULL)",
        f"CREATE INDEX ix_{TABLE}_words ON {TABLE} USING GIN (words) WITH (fastupdate = off)",
        f"CREATE INDEX ix_{TABLE}_codes ON {TABLE} USING GIN (codes) WITH (fastupdate = off)",
    ),
}
_FORM_AT = -1
"""Below every place: the row that says which form the others have. Its code is `form` and a number."""
_COMPACTED = 64
"""Pages of 4 KB in one step: a few milliseconds."""
_SHORTEST_BEGINNING = 4

DROP = {"sqlite": (f"DROP TABLE {TABLE}",), "postgresql": (f"DROP TABLE {TABLE}",)}


@dataclass(frozen=True, slots=True)
class Indexed:
    """What of one entry is searchable. `codes` are words of letters and digits only, made by `rules.codes`."""

    position: int
    words: str
    codes: str


def add(tx: Writing, rows: Iterable[Indexed]) -> None:
    """Make entries searchable."""
    ordered = sorted(rows, key=lambda row: row.position)
    if tx.dialect == "sqlite":
        tx.insert_rows(f"{TABLE} (rowid, words, codes)", [(row.position, row.words, row.codes) for row in ordered])
    else:
        tx.executemany_driver(
            f"INSERT INTO {TABLE} (position, words, codes)"  # noqa: S608 - a constant
            " VALUES (%s, array_to_tsvector(%s), array_to_tsvector(%s))",
            [(row.position, _distinct(row.words), row.codes.split()) for row in ordered],
        )


def remove(tx: Writing, rows: Sequence[Indexed]) -> None:
    """Take entries out; `rows` must be what was added, word for word."""
    if tx.dialect == "sqlite":
        tx.executemany_driver(
            f"INSERT INTO {TABLE} ({TABLE}, rowid, words, codes) VALUES ('delete', ?, ?, ?)",  # noqa: S608
            [(row.position, row.words, row.codes) for row in sorted(rows, key=lambda row: row.position)],
        )
    else:
        tx.executemany_driver(
            f"DELETE FROM {TABLE} WHERE position = %s",  # noqa: S608 - a constant
            [(row.position,) for row in rows],
        )


def make_anew(tx: Writing) -> None:
    """An empty index instead of what was there."""
    for statement in (*DROP[tx.dialect], *CREATE[tx.dialect]):
        tx.execute_driver(statement)


def note_form(tx: Writing, form: int) -> None:
    """Say which form the rows have."""
    add(tx, [Indexed(_FORM_AT, "", f"form{form}")])


def is_in_form(reading: Reading, form: int) -> bool:
    """Whether the rows have this form; not while they are being written anew."""
    if reading.dialect == "sqlite":
        statement = f"SELECT 1 FROM {TABLE} WHERE {TABLE} MATCH ? AND rowid = ?"  # noqa: S608 - a constant
        values: tuple[object, ...] = (f'codes : "form{form}"', _FORM_AT)
    else:
        statement = f"SELECT 1 FROM {TABLE} WHERE codes @@ %s::tsquery AND position = %s"  # noqa: S608 - a constant
        values = (f"'form{form}'", _FORM_AT)
    return reading.execute_driver(statement, values).first() is not None


def compact(tx: Writing, *, begin: bool) -> bool:
    """One short step of writing the index anew without the words that were taken out; True: there is more to do.

    FTS5 only marks words as removed, and they stay in the file until whatever holds them is merged. `begin`: take everything in.
    """
    if tx.dialect != "sqlite":
        return False  # PostgreSQL's autovacuum
    before = tx.execute_driver("SELECT total_changes()").scalar_one()
    pages = -_COMPACTED if begin else _COMPACTED
    tx.execute_driver(f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES ('merge', ?)", (pages,))  # noqa: S608 - a constant
    return bool(tx.execute_driver("SELECT total_changes()").scalar_one() - before > 1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an entry must match: every one of `words` and `meant`, every one of `codes`, one of each group in `any_of`, none of `none_of`.

    A term that stands in nearly every entry costs as much as all the others together (measured: 784 µs instead of 229 at 100,000
    entries), so what most entries have is asked for by excluding what few have. `words`, `codes`, `any_of` or `meant` name something.
    """

    words: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()
    none_of: tuple[str, ...] = ()
    beginnings: bool = False
    """Instead of entries with the words themselves those with longer words: ones of four letters or more are beginnings."""
    meant: tuple[Meant, ...] = ()
    some: bool = False
    """Instead of entries with every one of `words` and `meant` those with one of them, and not every one."""

    @property
    def may_begin(self) -> bool:
        """Whether any of the words is long enough to be a beginning."""
        typed = (*self.words, *chain.from_iterable(one.words for one in self.meant))
        return not self.some and any(len(word) >= _SHORTEST_BEGINNING for word in typed)


@dataclass(frozen=True, slots=True)
class Shown:
    """Which entries may be found: of directories in use, valid on the day `today`, and of peers whose last head ended after `silent`.

    `own`: this node, which is never silent.
    """

    own: str
    today: int
    silent: int


# In this order and no other: what fits the words, its entry, whose it is. SQLite reads a CROSS JOIN as it stands.
_OF_WHOM = (
    "CROSS JOIN generation g ON g.id = e.generation LEFT JOIN replica r ON r.peer = g.peer"
    " WHERE e.last_day >= ? AND g.active AND (g.peer = ? OR r.exp > ?)"
)
_OF_WHOM_POSTGRESQL = _OF_WHOM.replace("CROSS JOIN", "JOIN").replace("?", "%s")
_COLUMNS = "e.position, g.id, g.peer, coalesce(r.exp, 0), e.line"
_SQLITE = (
    f"SELECT {_COLUMNS} FROM {TABLE} w CROSS JOIN entry e ON e.position = w.rowid {_OF_WHOM}"  # noqa: S608 - constants
    f" AND {TABLE} MATCH ? AND w.rowid >= ? AND w.rowid <= ? ORDER BY w.rowid LIMIT ?"
)


def lines_between(
    reading: Reading, terms: Terms, first: int, last: int, limit: int, *, shown: Shown
) -> list[tuple[int, int, str, int, bytes]]:
    """Matching entries with `first` ≤ place ≤ `last`, in order: (place, generation, whose, until when its head holds, line), at most `limit`."""
    of_whom = (shown.today, shown.own, shown.silent)
    if reading.dialect == "sqlite":
        statement = _SQLITE
        values: tuple[object, ...] = (*of_whom, _fts5(terms), first, last, limit)
    else:
        # A rare word with ORDER BY … LIMIT walks the whole primary key; matching first avoids it.
        matching = _matching_postgresql(terms)
        statement = (
            f"WITH w AS MATERIALIZED (SELECT position FROM {TABLE}"  # noqa: S608 - values are bound
            f" WHERE {matching.text} AND position >= %s AND position <= %s)"
            f" SELECT {_COLUMNS} FROM w JOIN entry e USING (position) {_OF_WHOM_POSTGRESQL} ORDER BY position LIMIT %s"
        )
        values = (*matching.values, first, last, *of_whom, limit)
    return reading.rows(statement, values)


def _distinct(text: str) -> list[str]:
    return list(dict.fromkeys(words(text)))


def _begins(word: str, *, beginnings: bool) -> bool:
    return beginnings and len(word) >= _SHORTEST_BEGINNING


def _typed(terms: Terms) -> list[tuple[str, ...]]:
    """Words that are only words: one thing where every one of them must be there, else one each."""
    if terms.some:
        return [(word,) for word in terms.words]
    return [terms.words] if terms.words else []


def _fts5(terms: Terms) -> str:
    """An FTS5 expression; every word stands in quotes, so nothing somebody typed is ever an operator."""
    things = _things_fts5(terms)
    wanted = things
    if things and terms.some:
        every = " AND ".join(_things_fts5(terms, beginnings=True))
        wanted = [f"(({' OR '.join(things)}) NOT ({every}))"]
    elif terms.beginnings:
        wanted = _things_fts5(terms, beginnings=True)
    wanted = [*wanted, *(f'codes : "{code}"' for code in terms.codes)]
    wanted += ["codes : (" + " OR ".join(f'"{code}"' for code in group) + ")" for group in terms.any_of]
    expression = f"({' AND '.join(wanted)})"
    if terms.beginnings and things:
        expression = f"({expression} NOT ({' AND '.join(things)}))"
    if terms.none_of:
        expression += " NOT codes : (" + " OR ".join(f'"{code}"' for code in terms.none_of) + ")"
    return expression


def _things_fts5(terms: Terms, *, beginnings: bool = False) -> list[str]:
    """An expression for each thing that is asked for."""

    def every(several: Sequence[str]) -> str:
        return " AND ".join(f'"{word}"' + ("*" if _begins(word, beginnings=beginnings) else "") for word in several)

    things = [f"words : ({every(several)})" for several in _typed(terms)]
    for one in terms.meant:
        ways = (f"({every(one.words)})", *(f'"{word}"' for word in one.others))
        said = f"words : ({' OR '.join(ways)})"
        coded = " OR ".join(f'"{code}"' for code in one.codes)
        things.append(f"({said} OR codes : ({coded}))" if coded else said)
    return things


@dataclass(frozen=True, slots=True)
class _Condition:
    """SQL of our own with the values it binds, in order."""

    text: str
    values: tuple[str, ...] = ()


def _joined(several: Sequence[_Condition], by: str) -> _Condition:
    text = f" {by} ".join(one.text for one in several)
    return _Condition(f"({text})", tuple(chain.from_iterable(one.values for one in several)))


def _matching_postgresql(terms: Terms) -> _Condition:
    things = _things_postgresql(terms)
    wanted = things
    if things and terms.some:
        wanted = [_joined(things, "OR"), _not_all(_things_postgresql(terms, beginnings=True))]
    elif things and terms.beginnings:
        wanted = [*_things_postgresql(terms, beginnings=True), _not_all(things)]
    if codes := _tsquery_codes(terms):
        wanted = [*wanted, _Condition("codes @@ %s::tsquery", (codes,))]
    return _joined(wanted, "AND")


def _not_all(several: Sequence[_Condition]) -> _Condition:
    every = _joined(several, "AND")
    return _Condition(f"NOT {every.text}", every.values)


def _things_postgresql(terms: Terms, *, beginnings: bool = False) -> list[_Condition]:
    """A condition for each thing that is asked for."""

    def every(several: Sequence[str]) -> str:
        return " & ".join(f"'{word}'" + (":*" if _begins(word, beginnings=beginnings) else "") for word in several)

    things = [_Condition("words @@ %s::tsquery", (every(several),)) for several in _typed(terms)]
    for one in terms.meant:
        said = " | ".join((f"({every(one.words)})", *(f"'{word}'" for word in one.others)))
        ways = [_Condition("words @@ %s::tsquery", (said,))]
        if one.codes:
            ways.append(_Condition("codes @@ %s::tsquery", (" | ".join(f"'{code}'" for code in one.codes),)))
        things.append(_joined(ways, "OR"))
    return things


def _tsquery_codes(terms: Terms) -> str:
    coded = [f"'{code}'" for code in terms.codes]
    coded += ["(" + " | ".join(f"'{code}'" for code in group) + ")" for group in terms.any_of]
    coded += [f"!'{code}'" for code in terms.none_of]
    return " & ".join(coded)

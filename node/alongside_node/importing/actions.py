"""From a file to drafts: read it, decide what happens to each row, and write all of it or nothing.

Keys are made and sealed before the transaction, because that takes most of the time; then one short transaction decides again on what is
there and writes. Whoever stops the program before its end has written nothing. Never publishes, and never touches what a person
has changed, published or taken down since.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alongside_node.foundation.database import Database, Reading, Writing
from alongside_node.listings import actions as listings
from alongside_node.listings import many, rules
from alongside_node.listings.actions import State
from alongside_node.members import actions as members
from alongside_node.members.actions import Role
from alongside_protocol.identifiers import NodeId, Random, new_record_id
from alongside_protocol.text_forms import plain

from . import csv_file, hsds
from .cells import Defaults
from .report import NEW, UPDATED, WAITING_FOR, Fate, Report
from .rows import Parsed, Progress, Row, mark, silent, split

SOURCE_CHARACTERS: Final = 120
_TOLD_EVERY: Final = 500


@dataclass(frozen=True)
class Told:
    """What the steward said about a file. `source`: the list's name, by which its next edition updates the same drafts; `lang`, `zone`: for
    rows that do not say. Raises `ValueError` for a name that is empty, too long or more than one line.
    """

    source: str
    member_id: str
    lang: str = "en"
    zone: str = ""
    dry_run: bool = False

    def __post_init__(self) -> None:
        if not self.source.strip() or len(self.source) > SOURCE_CHARACTERS or "\n" in plain(self.source):
            raise ValueError("a list needs a short name")


def read(path: Path, *, now: int, lang: str = "en", zone: str = "", progress: Progress = silent) -> Parsed:
    """Everything in a file: HSDS where it begins as JSON does, else CSV. Raises `OSError` when it cannot be opened."""
    defaults = Defaults(lang=lang, zone=zone, today=rules.today(now))
    with path.open("rb") as raw:
        start = raw.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    reader = hsds.read if start[:1] in (b"{", b"[") else csv_file.read
    return reader(path, defaults, progress=progress)


def cli_import(
    database: Database,
    path: Path,
    told: Told,
    *,
    node: NodeId,
    now: int,
    random: Random,
    progress: Progress = silent,
) -> Report:
    """Bring in a file as drafts of a steward. Raises `OSError` when it cannot be opened. From any thread but the event loop's."""
    parsed = read(path, now=now, lang=told.lang, zone=told.zone, progress=progress)
    return bring_in(database, parsed, told, node=node, now=now, random=random, progress=progress)


def bring_in(
    database: Database,
    parsed: Parsed,
    told: Told,
    *,
    node: NodeId,
    now: int,
    random: Random,
    progress: Progress = silent,
) -> Report:
    """Write what a reader found: all of it, or nothing where anything was refused."""
    rows = {row.key: row for row in parsed.rows}
    steward = database.read(lambda reading: members.find(reading, told.member_id))
    if steward is None or steward.role is not Role.STEWARD:
        parsed.refuse(0, "", "not_a_steward")
    if steward is None or not parsed.good:
        return Report.of(parsed, told.source, {}, dry_run=told.dry_run)
    fates = database.read(lambda reading: dict(_fates(reading, rows, told)))
    if told.dry_run:
        return Report.of(parsed, told.source, fates, dry_run=True)
    new = [row for row in parsed.rows if fates[row.key].what == NEW]
    keys = dict(_keys(new, steward, node=node, random=random, progress=progress))

    def work(tx: Writing) -> dict[str, Fate]:
        decided = dict(_fates(tx, rows, told))
        become = [(rows[key], fate) for key, fate in decided.items() if fate.what in (NEW, UPDATED)]
        added = (_draft(row, *keys[row.key]) for row, fate in become if fate.what == NEW)
        many.add(tx, added, source=told.source, holder=steward.id, now=now)
        many.replace(tx, (_draft(row, fate.listing) for row, fate in become if fate.what == UPDATED), now=now)
        return decided

    progress("writing", 0, None)
    decided = database.write(work)
    progress("writing", len(rows), len(rows))
    return Report.of(parsed, told.source, decided, dry_run=False)


def _fates(reading: Reading, rows: Mapping[str, Row], told: Told) -> Iterator[tuple[str, Fate]]:
    """Key → what becomes of it, for every row and every listing of an earlier edition."""
    seen = set()
    for kept in many.of_source(reading, told.source):
        seen.add(kept.source_key)
        row = rows.get(kept.source_key)
        yield kept.source_key, Fate("gone" if row is None else _fate(row, kept, told.member_id), kept.id)
    for key in rows:
        if key not in seen:
            yield key, Fate(NEW)


def _fate(row: Row, kept: many.Kept, member_id: str) -> str:
    if kept.state is State.WITHDRAWN:
        return "taken_down"
    now_here, imported = split(kept.content)
    if imported != mark(now_here):
        return "changed_here"
    if imported == mark(row.members):
        return "unchanged"
    if kept.state is not State.DRAFT:
        return "published"
    return UPDATED if kept.holders == (member_id,) else "with_others"


def _keys(
    new: list[Row], steward: members.Member, *, node: NodeId, random: Random, progress: Progress
) -> Iterator[tuple[str, tuple[str, str, bytes]]]:
    """Key of a row → the id of its draft, its public key, and the private one sealed to the steward."""
    for done, row in enumerate(new, 1):
        listing = new_record_id(random)
        public, shares = listings.new_key(listing, {steward.id: steward.public}, node=node, random=random)
        yield row.key, (listing, public, shares[steward.id])
        if done % _TOLD_EVERY == 0 or done == len(new):
            progress("sealing", done, len(new))


def _draft(row: Row, listing: str, public: str = "", sealed: bytes = b"") -> many.Draft:
    return many.Draft(listing, row.content, (WAITING_FOR, *row.unsure), row.key, public, sealed)

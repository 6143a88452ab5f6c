"""An index in an older form is written anew from the records before anything is served (ADR 0020), and midway counts for nothing."""

import asyncio
from hashlib import sha256

from alongside_node.directory import index, publishing, rules, store
from alongside_node.directory.index import Indexed
from alongside_node.directory.reindexing import renew_index
from alongside_node.foundation.database import Database, Writing
from alongside_node.listings import rules as listing_rules
from directories import BERLIN, ME, found, put, put_at_peer, vocabulary
from world import START, offer


def in_this_form(database: Database) -> bool:
    return database.read(lambda reading: index.is_in_form(reading, rules.FORM))


def renewed(database: Database) -> int:
    return asyncio.run(renew_index(database, together=2))


def spoil(database: Database, most: int = 1_000) -> None:
    """As an older version left it, or somebody who was stopped midway: no mark, rows without the codes of today."""

    def write(tx: Writing) -> None:
        index.make_anew(tx)
        index.add(tx, [Indexed(entry.position, "brother", "listing") for entry in store.entries_behind(tx, -1, most)])

    database.write(write)


def test_an_older_index_is_written_anew_once(migrated: Database) -> None:
    mine = {put(migrated, ages={"kind": "from", "from_age": 14}) for _ in range(4)} | {put_at_peer(migrated)}
    spoil(migrated)
    assert found(migrated, types=("listening",)) == set()
    assert not in_this_form(migrated)
    assert renewed(migrated) == 5
    assert found(migrated, types=("listening",)) == mine
    assert in_this_form(migrated)
    assert renewed(migrated) == 0


def test_stopped_midway_it_begins_anew(migrated: Database) -> None:
    mine = {put(migrated) for _ in range(3)}
    assert renewed(migrated) == 3
    spoil(migrated, most=1)
    assert not in_this_form(migrated)
    assert renewed(migrated) == 3
    assert found(migrated) == found(migrated, types=("listening",)) == mine


def test_a_new_database_says_its_form_and_the_row_that_says_so_is_never_found(migrated: Database) -> None:
    assert renewed(migrated) == 0
    assert in_this_form(migrated)
    mine = put(migrated)
    assert found(migrated) == found(migrated, words="brother") == {mine}
    assert found(migrated, words=f"form{rules.FORM}") == set()


def test_what_was_indexed_again_is_taken_out_without_a_trace(migrated: Database) -> None:
    renewed(migrated)
    before = vocabulary(migrated)
    name = put(migrated, place=BERLIN, printable=True)
    spoil(migrated)
    renewed(migrated)
    migrated.write(lambda tx: publishing.withdraw(tx, node=ME, record_id=name))
    assert vocabulary(migrated) == before


def test_whoever_changes_what_is_searchable_raises_the_form() -> None:
    whole = offer(
        hours={"zone": "Europe/Berlin", "weekly": [{"days": ["su"], "opens": "22:30", "closes": "07:00"}]},
        place=BERLIN,
        ages={"kind": "young_people_for_young_people"},
        access=["quiet"],
        interpreter="welcome",
        only_own=True,
        printable=True,
        exchange={"kind": "gift", "nobody_turned_away": True},
        lived_experience=[{"lang": "en", "words": "Prison and after"}],
    )
    content = listing_rules.completed(whole, names=["Mira"], key="A" * 43, now=START, place_key=b"k" * 32)
    made = rules.searchable(content)
    assert (rules.FORM, sha256(f"{made.words}|{made.codes}".encode()).hexdigest()[:16]) == (4, "f0e013bbdfb7211d")

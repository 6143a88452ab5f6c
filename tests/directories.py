"""Listings put into a directory as they stand there, ours and a peer's: what tests of searching share."""

from typing import Any

from alongside_node.directory import entries, index, publishing, store
from alongside_node.directory.searching import Query, Viewer, search
from alongside_node.foundation.database import Database, Reading
from alongside_node.listings import rules
from alongside_protocol import record
from alongside_protocol.identifiers import NodeId, RecordId, new_record_id
from alongside_protocol.listing import Listing
from world import START, Randomness, offer

DAY = 86_400
ME, PEER = NodeId("m" * 43), NodeId("p" * 43)
HERE, OUTSIDE = Viewer(ME, member=True), Viewer(ME, member=False)
RANDOM = Randomness("searching")


def listing(*, names: tuple[str, ...] = ("Mira",), **changes: Any) -> Listing:
    return rules.completed(offer(**changes), names=names, key="A" * 43, now=START, place_key=b"k" * 32)


def put(database: Database, **changes: Any) -> RecordId:
    """A listing of our own."""
    name, content = new_record_id(RANDOM), listing(**changes)
    database.write(lambda tx: publishing.put(tx, content, node=ME, record_id=name, rev=1, now=START, random=RANDOM))
    return name


def put_at_peer(database: Database, *, exp: int = START + 8 * DAY, active: bool = True, **changes: Any) -> RecordId:
    """A listing of a peer's directory as it stands after a synchronisation."""
    name, content = new_record_id(RANDOM), listing(**changes)
    line = record.write(content, record_id=name, rev=1, now=START, random=RANDOM)

    def write(tx: Any) -> None:
        generation = store.active_generation(tx, PEER) if active else None
        generation = generation or store.new_generation(tx, PEER, active=active)
        entries.add(tx, [entries.read(line, name, record.digest(line), seq=1, generation=generation)])
        if active:
            store.save_replica(tx, store.Replica(PEER, "head", 1, 1, exp, START, None))

    database.write(write)
    return name


def found(database: Database, viewer: Viewer = HERE, *, now: int = START, **asked: Any) -> set[str]:
    page = database.read(lambda r: search(r, Query(**asked), viewer, now=now, limit=100))
    return {one.id for one in page.results}


BERLIN = {"visibility": "public", "label": "Berlin", "point": {"latitude": 5_252_000, "longitude": 1_340_000}}


def vocabulary(database: Database) -> int:
    """How many words the index still knows."""
    if database.dialect == "postgresql":
        return database.read(lambda r: r.execute_driver(f"SELECT count(*) FROM {index.TABLE}").scalar_one())

    def count(tx: Reading) -> int:
        tx.execute_driver(f"CREATE VIRTUAL TABLE temp.known USING fts5vocab(main, {index.TABLE}, 'row')")
        found: int = tx.execute_driver("SELECT count(*) FROM temp.known").scalar_one()
        tx.execute_driver("DROP TABLE temp.known")
        return found

    return database.write(count)

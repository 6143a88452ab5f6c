"""That the files of a node are written anew after a deletion, also when somebody reads at that moment (safety.md, D.32; ADR 0015)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import text

from alongside_node.foundation.database import Reading
from world import World


def test_a_reader_in_the_way_does_not_leave_what_was_deleted_for_the_next_time(tmp_path: Path) -> None:
    world = World(tmp_path)
    oak = world.community("Oak")
    oak.write(lambda tx: tx.forget())
    reading = threading.Event()

    def for_a_moment(snapshot: Reading) -> None:
        snapshot.execute(text("SELECT * FROM community")).all()
        reading.set()
        threading.Event().wait(1.5)

    with ThreadPoolExecutor(1) as others:
        slow = others.submit(oak.node.database.read, for_a_moment)
        assert reading.wait(5)
        world.pass_time(600)
        slow.result()
    assert not oak.node.database.forgetting
    world.close()

"""w1: a running node is told that a peer has a large directory, and reads, verifies, stores and indexes all of it.

The limit does the same with the same lines in one process, with one signature and no network. It is measured before and after.
"""

from limits import bulk_store
from pair import Pair, Workshop, named

from alongside_node.directory import serve
from alongside_node.directory.ordering import position
from alongside_protocol import base64url, feed


def run(shop: Workshop) -> None:
    """Report every size."""
    for size in shop.sizes:
        pair = shop.pair(size)
        placed = [(_place(one.id), one.line) for one in pair.kept]
        shop.report.say("w1: the limit, before")
        limits = [bulk_store(placed, shop.folder / f"limit-before-{size}.sqlite3")]
        shop.report.say(f"w1: synchronising {size:,} listings")
        synced = pair.synchronise()
        shop.report.say("w1: the limit, after")
        limits.append(bulk_store(placed, shop.folder / f"limit-{size}.sqlite3"))
        name = f"w1.{named(size)}"
        shop.report.add(f"{name}.per_s", size / synced.seconds, "listings/s", limit=sum(limits) / len(limits))
        shop.report.add(f"{name}.cpu_here", synced.cpu_here, "s")
        shop.report.add(f"{name}.cpu_there", synced.cpu_there, "s")
        shop.report.add(f"{name}.peak_rss", synced.peak_mb, "MB")
        shop.report.add(f"{name}.pages", _page_bytes(pair) / 1e6, "MB")


def _place(record_id: str) -> int:
    return position(base64url.decode(record_id), generation=1, practitioner=False)


def _page_bytes(pair: Pair) -> int:
    """Bytes of all pages, as they were served."""
    total, after = 0, None
    with pair.there.beside() as node:
        while True:
            raw = node.database.read(lambda reading: serve.changes(reading, since=None, after=after, floor=0))  # noqa: B023 - called here
            page = feed.read_page(raw)
            total += len(raw)
            if not page.more:
                return total
            after = feed.Position(page.entries[-1].seq, page.entries[-1].id)

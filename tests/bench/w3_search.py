"""w3: a keyword and a category, twenty results with their full records, in fair order, over one and sixteen connections.

The limit is the same query on the same lines, on FTS5 behind one bare FastAPI route, measured in turn with the node. `common` looks for
the most common words: what a search costs must not grow with how many match.
"""

import random
import sys
from pathlib import Path

from corpus import CATEGORIES, category, common_words, keywords
from limits import bulk_store
from load import Loaded, load, request
from nodes import free_port, process
from pair import Workshop, named
from w1_sync import _place

_SEARCHES = {1: 1_500, 16: 3_000}
_TURNS = 2


def run(shop: Workshop) -> None:
    """Report every size."""
    for size in shop.sizes:
        pair = shop.synced(size)
        path = shop.folder / f"limit-{size}.sqlite3"
        if not path.exists():
            bulk_store([(_place(one.id), one.line) for one in pair.kept], path)
        shop.report.say(f"w3: searching {size:,} listings")
        ours, bare = free_port(), free_port()
        here = Path(__file__).parent
        log = shop.folder / "search.log"
        python = sys.executable
        with (
            process([python, str(here / "search_server.py"), str(pair.here.folder), str(ours)], {}, ours, log=log),
            process([python, str(here / "limit_server.py"), "search", str(path), str(bare)], {}, bare, log=log),
        ):
            for kind in ("keyword", "common"):
                for connections, count in _SEARCHES.items():
                    _compare(shop, f"w3.{named(size)}.{kind}.{connections}", kind, (ours, bare), connections, count)


def _compare(shop: Workshop, name: str, kind: str, ports: tuple[int, int], connections: int, count: int) -> None:
    ours, bare = ports
    sought = _sought(kind, count)
    node = [request("GET", f"/search?word={word}&category={topic}", ours) for word, topic in sought]
    limit = [request("GET", f"/search?word={word}&code=topic{topic}&start=0", bare) for word, topic in sought]
    rates: dict[str, list[Loaded]] = {"node": [], "limit": []}
    for turn in range(_TURNS + 1):
        share = 1 if turn else 10  # the first, shorter, only warms up
        for kind_of, port, requests in (("limit", bare, limit), ("node", ours, node)):
            loaded = load(port, requests[: count // share], connections=connections, expected=200)
            if loaded.wrong:
                raise RuntimeError(loaded.last.decode())
            if turn:
                rates[kind_of].append(loaded)
    mean = {key: sum(one.per_second for one in several) / len(several) for key, several in rates.items()}
    shop.report.add(f"{name}.per_s", mean["node"], "searches/s", limit=mean["limit"])


def _sought(kind: str, count: int) -> list[tuple[str, str]]:
    source = random.Random(3)
    words = keywords(count) if kind == "keyword" else [source.choice(common_words(10)) for _ in range(count)]
    return [(word, category(source.randrange(CATEGORIES))) for word in words]

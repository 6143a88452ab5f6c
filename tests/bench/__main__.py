"""`make bench`: every workload's figures, each with the raw limit of this machine in this run (`ARGS="w1 w3 --size 10000"`).

w1 bulk synchronisation · w2 one change · w3 search · w4 requests between nodes · w5 a node at rest. Real processes on loopback, real files,
every commit on the disk. Ratios are what to compare between machines.
"""

import argparse
import tempfile
import time
from pathlib import Path

import w1_sync
import w2_change
import w3_search
import w4_requests
import w5_rest
from measure import Report
from pair import Workshop

_WORKLOADS = {
    "w1": w1_sync.run,
    "w2": w2_change.run,
    "w3": w3_search.run,
    "w4": w4_requests.run,
    "w5": w5_rest.run,
}
_SIZES = [10_000, 100_000]
_LARGE = 1_000_000


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workloads", nargs="*", metavar="w1…w5", help="which; all when none is named")
    parser.add_argument("--size", type=int, action="append", help="listings in the directory (10,000 and 100,000)")
    parser.add_argument("--large", action="store_true", help="a million listings too: takes several minutes more")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    chosen = parser.parse_args()
    if unknown := set(chosen.workloads) - _WORKLOADS.keys():
        parser.error(f"no such workload: {', '.join(sorted(unknown))}")
    report = Report(chosen.json)
    sizes = sorted((chosen.size or _SIZES) + ([_LARGE] if chosen.large else []))
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="alongside-bench-") as folder:
        shop = Workshop(Path(folder), report, sizes)
        for name in chosen.workloads or _WORKLOADS:
            _WORKLOADS[name](shop)
    report.say(f"done in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()

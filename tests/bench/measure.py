"""How the benchmarks measure: time, CPU, memory of other processes, and the one line each figure is printed as."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil


@dataclass
class Report:
    """Prints each figure as soon as it is known: `name value unit`, with limit and ratio where there is one."""

    as_json: bool
    figures: list[dict[str, object]] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str, *, limit: float | None = None) -> None:
        figure: dict[str, object] = {"name": name, "value": _rounded(value), "unit": unit}
        if limit is not None:
            figure |= {"limit": _rounded(limit), "ratio": round(value / limit, 3)}
        self.figures.append(figure)
        if self.as_json:
            line = json.dumps(figure)
        else:
            beside = f"   (limit {figure['limit']}, ratio {figure['ratio']})" if limit is not None else ""
            line = f"{name} {figure['value']} {unit}{beside}"
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def say(self, text: str) -> None:
        """Progress, beside the figures."""
        sys.stderr.write(f"… {text}\n")
        sys.stderr.flush()


def _rounded(value: float) -> float:
    return round(value, 1 if value >= 100 else 3)


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Seconds since the block began."""
    started = time.perf_counter()
    yield lambda: time.perf_counter() - started


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


class Watched:
    """CPU seconds and memory of another process, between `start` and now."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._before = self._cpu()

    def _cpu(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system

    @property
    def cpu_seconds(self) -> float:
        return self._cpu() - self._before

    @property
    def peak_mb(self) -> float:
        """Peak resident set in MB, as Linux counts it for the life of the process."""
        with open(f"/proc/{self._process.pid}/status", encoding="ascii") as status:  # noqa: PTH123
            peak = next(line for line in status if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024 / 1e6

    @property
    def resident_mb(self) -> float:
        return self._process.memory_info().rss / 1e6

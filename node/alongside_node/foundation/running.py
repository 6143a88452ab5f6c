"""One node process a data folder: a second start is refused with a sentence, instead of two writers meeting in one file."""

import fcntl
from pathlib import Path
from types import TracebackType
from typing import Self


class AlreadyRunningError(Exception):
    """Another process serves this data folder."""


class RunningLock:
    """Held while a node runs: `with RunningLock(folder): …`. The system lets go of it however the process ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "running.lock"

    def __enter__(self) -> Self:
        self._file = self._path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise AlreadyRunningError(f"A node is already running on {self._path.parent}.") from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

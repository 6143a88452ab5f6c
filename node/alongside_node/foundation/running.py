"""One node process a data folder: a second start is refused with a sentence, instead of two writers meeting in one file.

The lock also says whom to wake: a command beside a running node writes to the same database, and `wake` has the node look at once.
"""

import fcntl
import os
import signal
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

WAKE = signal.SIGUSR1
_NAME = "running.lock"
_REACHED_AT: Final[Mapping[str, str]] = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what "everywhere" is asked at
_GOOD: Final = b"HTTP/1.1 200 "


class AlreadyRunningError(Exception):
    """Another process serves this data folder."""


class RunningLock:
    """Held while a node runs: `with RunningLock(folder): …`. The system lets go of it however the process ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME

    def __enter__(self) -> Self:
        # Whoever holds the lock may be woken at any moment, also before it listens, or by itself: that must not end it.
        self._former = signal.signal(WAKE, signal.SIG_IGN)
        self._file = self._path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            signal.signal(WAKE, self._former)
            raise AlreadyRunningError(f"A node is already running on {self._path.parent}.") from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        signal.signal(WAKE, self._former)


def wake(folder: Path) -> bool:
    """Have the node that runs on `folder` look at its rows now; False when none runs."""
    try:
        with (folder / _NAME).open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.kill(int((folder / _NAME).read_text()), WAKE)
        return True
    except OSError:
        return False
    return False


def answers(host: str, port: int, *, name: str, path: str, within: float) -> bool:
    """Whether a node listens here and answers `path` under its `name`, as the address says it, within so many seconds."""
    deadline = time.monotonic() + within
    asked = f"GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode("ascii")
    said = b""
    try:
        with socket.create_connection((_REACHED_AT.get(host, host), port), within) as connection:
            connection.sendall(asked)
            while len(said) < len(_GOOD):
                connection.settimeout(max(deadline - time.monotonic(), 0.001))
                chunk = connection.recv(len(_GOOD))
                if not chunk:
                    break
                said += chunk
    except OSError:
        return False
    return said.startswith(_GOOD)

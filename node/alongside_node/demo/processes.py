"""The demo's nodes as processes of their own: each `alongside serve`, with its own folder, database and port on loopback."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from alongside_node.settings import CONFIG_NAME, load

from .filling import Filled

FIRST_PORT: Final = 8101
_PATIENCE: Final = 30.0
_PAUSE: Final = 0.05


class DidNotStartError(Exception):
    """A node did not answer in time; what it wrote is in its log."""


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses, from 8101 on."""
    found: list[int] = []
    port = FIRST_PORT
    while len(found) < count:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
        port += 1
    return found


class Process:
    """One node that can be stopped, killed and started again."""

    def __init__(self, filled: Filled, folder: Path) -> None:
        self.filled = filled
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    @property
    def database(self) -> str:
        """The URL of its database."""
        settings = load(self._folder / CONFIG_NAME)
        return settings.model_copy(update={"data_dir": self._folder}).database

    def start(self) -> float:
        """Start it; returns the seconds until it listened. Raises `DidNotStartError`."""
        begun = time.monotonic()
        self._log = (self._folder / "log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "alongside_node.cli", "serve"],
            env={**os.environ, "ALONGSIDE_DATA_DIR": str(self._folder)},
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        while time.monotonic() - begun < _PATIENCE:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.filled.port)) == 0:
                    return time.monotonic() - begun
            if self._process.poll() is not None:
                break
            time.sleep(_PAUSE)
        raise DidNotStartError(f"{self.filled.name}: see {self._folder / 'log'}")

    def kill(self) -> None:
        """Pull the plug."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None
        if self._log is not None:
            self._log.close()
            self._log = None


def stop_all(processes: Sequence[Process]) -> None:
    """End everything that was started."""
    for process in processes:
        process.stop()

"""One node process a data folder (safety F8): the second start is refused with a sentence, and a killed process blocks nobody."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from alongside_node.foundation.running import AlreadyRunningError, RunningLock

HOLD = """
import sys, time
from pathlib import Path
from alongside_node.foundation.running import RunningLock
with RunningLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_start_is_refused_with_a_sentence_that_names_the_folder(tmp_path: Path) -> None:
    with RunningLock(tmp_path):
        with pytest.raises(AlreadyRunningError, match="already running") as refused:
            RunningLock(tmp_path).__enter__()
        assert str(tmp_path) in str(refused.value)


def test_after_it_ended_the_next_may_start(tmp_path: Path) -> None:
    for _ in range(2):
        with RunningLock(tmp_path):
            pass


def test_two_folders_do_not_hinder_each_other(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with RunningLock(tmp_path / "one"), RunningLock(tmp_path / "two"):
        pass


def test_another_process_holds_it_until_it_is_killed_and_no_longer(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE)
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunningError):
            RunningLock(tmp_path).__enter__()
        other.send_signal(signal.SIGKILL)
        other.wait(10)
    with RunningLock(tmp_path):
        pass

"""One node process a data folder (safety F8): the second start is refused with a sentence, and a killed process blocks nobody."""

import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from alongside_node.foundation.running import AlreadyRunningError, RunningLock, answers, wake

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


def asked(answer: bytes | None, *, within: float = 2.0) -> tuple[bool, bytes]:
    """(what `answers` says of a server that says `answer`, or nothing at all; what the server was asked)."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, suppress(ConnectionError):  # who asked may have gone when the answer made no sense
                heard.append(connection.recv(4096))
                for byte in answer or b"":
                    connection.send(bytes([byte]))
                if answer is None:
                    connection.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        port = server.getsockname()[1]
        said = answers("0.0.0.0", port, name="support.example.org", path="/here", within=within)
        thread.join(5)
    return said, heard[0]


def test_a_node_that_answers_is_there_and_is_asked_under_its_own_name() -> None:
    said, heard = asked(b"HTTP/1.1 200 OK\r\n\r\n")
    assert said
    assert heard.startswith(b"GET /here HTTP/1.1\r\nHost: support.example.org\r\n")


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 421 Misdirected\r\n\r\n", b"HTTP/1.1 2", b"", b"SSH-2.0-other-service\r\n"]
)
def test_whoever_answers_something_else_is_not_the_node(answer: bytes) -> None:
    assert not asked(answer)[0]


def test_who_says_nothing_is_not_waited_for() -> None:
    begun = time.monotonic()
    assert not asked(None, within=0.2)[0]
    assert time.monotonic() - begun < 2


def test_where_nobody_listens_nobody_answers() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert not answers("127.0.0.1", unused.getsockname()[1], name="", path="/", within=0.2)


def test_who_holds_the_lock_and_does_not_listen_yet_survives_being_woken(tmp_path: Path) -> None:
    with RunningLock(tmp_path):
        assert wake(tmp_path)
    assert not wake(tmp_path)

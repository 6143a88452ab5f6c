"""Mail and commands, against a real server and real programs: what leaves, what is refused, and what is never inherited (safety E.37)."""

import os
import sys
import time
from pathlib import Path

import pytest

from alongside_node.foundation.outbound_notices import ByCommand, ByMail, NotBroughtError, Notice
from mail_server import MailServer, certificate, mail_server

NOW = 1_795_000_000
NOTICE = Notice("Something new", "There is something new for you.")
CANARY = "mira.canary@example.org"


def by_mail(server: MailServer, **changes: object) -> ByMail:
    members: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "tls": "none",
        "sender": "post@relay.example",
        "user": "",
        "password": "",
        "random": os.urandom,
    }
    return ByMail(**(members | changes))  # type: ignore[arg-type]


# Mail.


def test_one_message_to_one_address_with_the_neutral_words_and_nothing_of_this_machine() -> None:
    with mail_server() as server:
        by_mail(server).bring(CANARY, NOTICE, now=NOW)
    assert server.envelopes == [("post@relay.example", [CANARY])]
    (message,) = server.messages
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
        "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    assert (message["From"], message["To"], message["Subject"]) == ("post@relay.example", CANARY, NOTICE.subject)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().strip() == NOTICE.text
    assert message["Date"].endswith("+0000")
    assert server.said[0] == "ehlo relay.example"
    assert os.uname().nodename not in message.as_string()


@pytest.mark.parametrize(
    "to", ["a@example.org\r\nBcc: b@example.org", "a@example.org\nSubject: x", "a@b.example, c@d.example"]
)
def test_no_address_can_begin_another_header_or_reach_somebody_else(to: str) -> None:
    with mail_server() as server, pytest.raises(NotBroughtError) as refused:
        by_mail(server).bring(to, NOTICE, now=NOW)
    assert (refused.value.code, refused.value.final) == ("mail-form", True)
    assert server.said == []


def test_a_server_that_cannot_encrypt_is_told_nothing() -> None:
    with mail_server() as server, pytest.raises(NotBroughtError) as refused:
        by_mail(server, tls="starttls").bring(CANARY, NOTICE, now=NOW)
    assert refused.value.code == "mail-not-supported"
    assert not refused.value.final
    assert CANARY not in "".join(server.said)


def test_a_server_that_does_not_prove_who_it_is_is_told_nothing(tmp_path: Path) -> None:
    with (
        mail_server(certificate=certificate(tmp_path, "localhost")) as server,
        pytest.raises(NotBroughtError) as refused,
    ):
        by_mail(server, host="localhost", tls="starttls").bring(CANARY, NOTICE, now=NOW)
    assert refused.value.code == "mail-tls"
    assert CANARY not in "".join(server.said)


def test_with_a_certificate_for_another_name_it_is_told_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = certificate(tmp_path, "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    with mail_server(certificate=made) as server, pytest.raises(NotBroughtError) as refused:
        by_mail(server, host="localhost", tls="starttls").bring(CANARY, NOTICE, now=NOW)
    assert refused.value.code == "mail-tls"


def test_over_tls_it_is_brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    with mail_server(certificate=made) as server:
        by_mail(server, host="localhost", tls="starttls").bring(CANARY, NOTICE, now=NOW)
    assert (server.to(), server.encrypted) == ([CANARY], [True])


@pytest.mark.parametrize(
    ("answer", "final"), [("550 nobody", True), ("553 no", True), ("451 later", False), ("452 full", False)]
)
def test_a_box_that_is_not_there_is_final_and_one_that_is_full_is_not(answer: str, final: bool) -> None:
    with mail_server(refuse=answer) as server, pytest.raises(NotBroughtError) as refused:
        by_mail(server).bring(CANARY, NOTICE, now=NOW)
    assert (refused.value.code, refused.value.final) == ("mail-box", final)


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with mail_server() as server:
        pass
    with pytest.raises(NotBroughtError) as refused:
        by_mail(server).bring(CANARY, NOTICE, now=NOW)
    assert (refused.value.code, refused.value.final) == ("mail-unreachable", False)


def test_no_error_names_where_it_was_to_go_or_carries_what_does() -> None:
    with mail_server(refuse=f"550 no {CANARY}") as server, pytest.raises(NotBroughtError) as refused:
        by_mail(server).bring(CANARY, NOTICE, now=NOW)
    error: BaseException = refused.value
    assert CANARY not in repr(error)
    assert error.__suppress_context__
    assert error.__cause__ is None


def test_a_password_is_in_no_representation() -> None:
    assert "s3cret" not in repr(ByMail("h", 1, "none", "a@b", "u", "s3cret", os.urandom))


# Commands.


def program(folder: Path, text: str) -> tuple[str, ...]:
    path = folder / "program.py"
    path.write_text(text)
    return (sys.executable, "-I", str(path))


def test_a_command_reads_where_to_and_the_words_and_finds_neither_in_its_arguments(tmp_path: Path) -> None:
    out = tmp_path / "seen"
    command = program(tmp_path, f"import sys\nopen({str(out)!r}, 'w').write(repr((sys.argv[1:], sys.stdin.read())))\n")
    ByCommand((*command, "fixed")).bring("+49 30 123; rm -rf /", NOTICE, now=NOW)
    assert out.read_text() == repr((["fixed"], f"+49 30 123; rm -rf /\n{NOTICE.text}\n"))


def test_a_command_inherits_no_secret_no_file_and_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALONGSIDE_MAIL_PASSWORD", "s3cret")
    out = tmp_path / "seen"
    code = (
        "import os\nfound = sorted(os.environ), os.getcwd(), os.listdir('/proc/self/fd')\n"
        f"open({str(out)!r}, 'w').write(repr(found))\n"
    )
    with (tmp_path / "open").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        ByCommand(program(tmp_path, code)).bring("1", NOTICE, now=NOW)
        environment, folder, files = eval(out.read_text())
    assert set(environment) <= {"PATH", "LANG", "LC_CTYPE"}
    assert folder == "/"
    assert len(files) <= 4  # in, out, error, and the folder that is read here


def test_what_a_command_says_is_dropped(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ByCommand(program(tmp_path, "import sys\nprint(sys.stdin.read())\nprint('oh', file=sys.stderr)\n")).bring(
        CANARY, NOTICE, now=NOW
    )
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "code"), [("raise SystemExit(3)", "command-failed"), ("import time\ntime.sleep(600)", "command-too-slow")]
)
def test_a_command_that_fails_or_does_not_end_is_said_so(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(NotBroughtError) as refused:
        ByCommand(program(tmp_path, text), seconds=1).bring("1", NOTICE, now=NOW)
    assert (refused.value.code, refused.value.final) == (code, False)


def test_a_command_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotBroughtError, match="command-not-there"):
        ByCommand((str(tmp_path / "nothing"),)).bring("1", NOTICE, now=NOW)


def test_what_a_slow_command_started_is_ended_with_it(tmp_path: Path) -> None:
    out = tmp_path / "child"
    text = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\nopen({str(out)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(600)\n"
    )
    with pytest.raises(NotBroughtError, match="command-too-slow"):
        ByCommand(program(tmp_path, text), seconds=2).bring("1", NOTICE, now=NOW)
    for _ in range(200):
        if _is_gone(int(out.read_text())):
            return
        time.sleep(0.05)
    pytest.fail("it still runs")


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True

"""The two ways in which a node tells people that something waits: a mail server, and a command. Both are the host's own, from settings.

Each brings one message to one person or says that it could not, within a time. Both block: they run in a thread. Never logs, and no error
names where a message was to go; what a server or a command answers is not kept.
"""

import os
import signal
import smtplib  # noqa: TID251 - this is that one way
import ssl
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final, Protocol

from alongside_protocol import base64url
from alongside_protocol.identifiers import Random

MAIL_SECONDS: Final = 20
"""For each answer of the mail server."""
COMMAND_SECONDS: Final = 20
"""For a whole command; it and all that it started are ended then."""
_NO_SUCH_BOX: Final = range(550, 554)
_ENVIRONMENT: Final = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
"""All that a command inherits: no setting of the node, no secret."""


class NotBroughtError(Exception):
    """It could not be brought. `code`: why, without a word of whom. `final`: it never will be, to there."""

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.final = final


@dataclass(frozen=True)
class Notice:
    """What is said: the same to everybody, in their language."""

    subject: str
    text: str


class Way(Protocol):
    """One of them."""

    def bring(self, to: str, notice: Notice, *, now: int) -> None:
        """Bring it there. Raises `NotBroughtError`."""
        ...


@dataclass(frozen=True)
class ByMail:
    """A mail server. `tls`: `starttls`, `implicit`, or `none` (settings allow it on this machine only)."""

    host: str
    port: int
    tls: str
    sender: str
    user: str
    password: str = field(repr=False)
    random: Random = field(repr=False)

    def bring(self, to: str, notice: Notice, *, now: int) -> None:
        """One message, to one address. Nothing is said to a server that does not prove who it is."""
        message = self._message(to, notice, now)
        try:
            with self._connected() as server:
                if self.tls == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message, self.sender, [to])
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            raise NotBroughtError("mail-box", final=all(code in _NO_SUCH_BOX for code in codes)) from None
        except ssl.SSLError:
            raise NotBroughtError("mail-tls") from None
        except smtplib.SMTPNotSupportedError:
            raise NotBroughtError("mail-not-supported") from None
        except smtplib.SMTPResponseException as answered:
            raise NotBroughtError(f"mail-{answered.smtp_code}") from None
        except (OSError, smtplib.SMTPException):
            raise NotBroughtError("mail-unreachable") from None

    def _connected(self) -> smtplib.SMTP:
        # Its own name for itself, which the library would otherwise take from this machine.
        domain = self.sender.rpartition("@")[2]
        if self.tls == "implicit":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, domain, timeout=MAIL_SECONDS, context=context)
        return smtplib.SMTP(self.host, self.port, domain, timeout=MAIL_SECONDS)

    def _message(self, to: str, notice: Notice, now: int) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        try:
            message["From"], message["To"], message["Subject"] = self.sender, to, notice.subject
        except ValueError:  # a line end, or another thing that would begin a header
            raise NotBroughtError("mail-form", final=True) from None
        if [address.addr_spec for address in message["To"].addresses] != [to]:
            raise NotBroughtError("mail-form", final=True)
        message["Date"] = datetime.fromtimestamp(now, UTC)
        message["Message-ID"] = f"<{base64url.encode(self.random(16))}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notice.text)
        return message


@dataclass(frozen=True)
class ByCommand:
    """A program of the host's: where to is the first line of what it reads, the words follow. Nothing passes through a shell."""

    command: Sequence[str]
    seconds: float = COMMAND_SECONDS

    def bring(self, to: str, notice: Notice, *, now: int) -> None:  # noqa: ARG002 - a command has its own clock
        """Run it once. It has to end well, and in time."""
        try:
            process = subprocess.Popen(  # noqa: S603 - the host's own setting; what a person gave is read from a pipe
                list(self.command),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_ENVIRONMENT,
                start_new_session=True,
            )
        except OSError:
            raise NotBroughtError("command-not-there") from None
        try:
            process.communicate(f"{to}\n{notice.text}\n".encode(), timeout=self.seconds)
        except subprocess.TimeoutExpired:
            raise NotBroughtError("command-too-slow") from None
        finally:
            _end(process)
        if process.returncode != 0:
            raise NotBroughtError("command-failed")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """It and whatever it started: they are a group of their own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    finally:
        process.wait()

"""A small real mail server on this machine: it speaks SMTP on a socket, with TLS where asked, and keeps what it took."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


@dataclass
class MailServer:
    """`refuse`: the answer to every recipient; `certificate`: with it STARTTLS is offered, else nothing is encrypted."""

    port: int = 0
    refuse: str = ""
    certificate: Path | None = None
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    messages: list[EmailMessage] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    def to(self) -> list[str]:
        return [recipient for _, recipients in self.envelopes for recipient in recipients]


class _Conversation(socketserver.StreamRequestHandler):
    @property
    def kept(self) -> MailServer:
        return cast("Any", self.server).kept  # type: ignore[no-any-return]

    def answer(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        self.encrypted, self.sender, self.recipients = False, "", list[str]()
        self.answer("220 here")
        while line := self.rfile.readline():
            said = line.decode().rstrip("\r\n")
            self.kept.said.append(said)
            if said.upper() == "QUIT":
                self.answer("221 bye")
                return
            getattr(self, f"on_{said.split(' ')[0].split(':')[0].lower()}", self.unknown)(said)

    def finish(self) -> None:
        super().finish()
        self.connection.close()  # the encrypted one, which nobody else knows

    def unknown(self, _: str) -> None:
        self.answer("502 no")

    def on_ehlo(self, _: str) -> None:
        if self.kept.certificate and not self.encrypted:
            self.answer("250-here")
            self.answer("250 STARTTLS")
        else:
            self.answer("250 here")

    def on_starttls(self, _: str) -> None:
        assert self.kept.certificate
        self.answer("220 go")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.kept.certificate)
        secured = context.wrap_socket(self.connection, server_side=True)
        self.connection = secured
        self.rfile, self.wfile = secured.makefile("rb"), cast("Any", secured.makefile("wb", buffering=0))
        self.encrypted = True

    def on_mail(self, said: str) -> None:
        self.sender = said.partition("<")[2].partition(">")[0]
        self.recipients = []
        self.answer("250 ok")

    def on_rcpt(self, said: str) -> None:
        if self.kept.refuse:
            self.answer(self.kept.refuse)
            return
        self.recipients.append(said.partition("<")[2].partition(">")[0])
        self.answer("250 ok")

    def on_rset(self, _: str) -> None:
        self.answer("250 ok")

    def on_data(self, _: str) -> None:
        self.answer("354 go on")
        raw = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            raw += line.removeprefix(b".")
        self.kept.envelopes.append((self.sender, self.recipients))
        self.kept.messages.append(cast("EmailMessage", message_from_bytes(raw, policy=default)))
        self.kept.encrypted.append(self.encrypted)
        self.answer("250 taken")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Whoever breaks a conversation off is what some tests are about."""


@contextmanager
def mail_server(**named: Any) -> Iterator[MailServer]:
    """One that answers until the block ends."""
    kept = MailServer(**named)
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        cast("Any", server).kept = kept
        kept.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join()


def certificate(folder: Path, name: str) -> Path:
    """A file with a key and a certificate for a name, signed by itself."""
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    )
    return path

"""`docker-compose.federation.yml`: its promises, read from the file; and each service's command and environment, run as processes here.

No container engine is needed. The network namespace, the file systems and the limits of the containers are read, not run. PostgreSQL is
the tests' own; the proxy is `caddy` where it is installed, else a small one that ends TLS with a certificate of an authority made here.
"""

import asyncio
import datetime as dt
import os
import re
import shutil
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from typer.main import get_command

from alongside_node.cli import main
from alongside_node.demo.content import KEYS
from alongside_node.settings import Settings
from ports import free_ports

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.federation.yml").read_text("utf-8"))
SERVICES: Mapping[str, Mapping[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
OURS = [name for name, service in SERVICES.items() if "build" in service]
ONCE = [name for name, service in SERVICES.items() if service["restart"] == "no"]
PORT = re.compile(r"\b(8101|8102|8103|8443|8444)\b")


def folders_of(service: Mapping[str, Any]) -> dict[str, str]:
    """Where it sees each of its volumes: target → volume."""
    mounts = (one if isinstance(one, dict) else dict(zip(("source", "target"), one.split(":"), strict=False))
              for one in service.get("volumes", ()))  # fmt: skip
    return {mount["target"]: mount["source"] for mount in mounts}


# What the file promises.


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_may_do_as_little_as_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert "/tmp" in service["tmpfs"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert not {"privileged", "devices", "pid", "ipc", "userns_mode", "configs"} & set(service)


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_runs_as_root(name: str) -> None:
    said = SERVICES[name].get("user")
    user = said if said is not None or name not in OURS else re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)[-1]
    assert user is not None
    assert int(user.partition(":")[0]) > 0


@pytest.mark.parametrize("name", SERVICES)
def test_all_share_one_network_that_is_published_on_loopback_only(name: str) -> None:
    service = SERVICES[name]
    if name == "net":
        assert "network_mode" not in service
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    else:
        assert service["network_mode"] == "service:net"
        assert "ports" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_what_stays_is_started_again_and_watched_and_what_ends_is_not(name: str) -> None:
    service = SERVICES[name]
    if name in ONCE or name == "net":
        assert service["healthcheck"] == {"disable": True}
    else:
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")


@pytest.mark.parametrize("name", SERVICES)
def test_what_it_waits_for_can_come_true(name: str) -> None:
    for other, wanted in SERVICES[name].get("depends_on", {}).items():
        watched = "test" in SERVICES[other].get("healthcheck", {})
        assert wanted["condition"] == (
            "service_completed_successfully" if other in ONCE else "service_healthy" if watched else "service_started"
        )


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_kept_is_kept_in_volumes_with_names(name: str) -> None:
    used = set(folders_of(SERVICES[name]).values())
    assert used <= set(COMPOSE["volumes"])
    if name in KEYS:
        assert folders_of(SERVICES[name])["/data"] == name


@pytest.mark.parametrize("name", OURS)
def test_each_variable_is_a_setting_of_the_node(name: str) -> None:
    known = {f"ALONGSIDE_{field.upper()}" for field in Settings.model_fields} | {"SSL_CERT_FILE"}
    assert set(SERVICES[name].get("environment", {})) <= known


@pytest.mark.parametrize("name", [name for name in OURS if name != "net"])
def test_each_command_exists_with_its_options(name: str) -> None:
    program, command, *arguments = SERVICES[name]["command"]
    assert program == "alongside"
    group = get_command(main)
    assert isinstance(group, click.Group) or hasattr(group, "commands")
    group.commands[command].make_context(command, arguments)  # type: ignore[attr-defined]


def test_the_images_own_check_is_the_nodes() -> None:
    assert '["alongside", "status", "--check"]' in DOCKERFILE
    assert all(SERVICES[key]["healthcheck"]["test"] == ["CMD", "alongside", "status", "--check"] for key in KEYS)


def test_folders_of_shared_volumes_are_made_by_the_image_for_its_user() -> None:
    made = re.search(r"install -d -o alongside -g alongside -m 0700 (.+)", DOCKERFILE)
    assert made
    assert {target for name in OURS for target in folders_of(SERVICES[name])} <= set(made[1].split())


def test_one_community_is_on_postgresql_behind_a_proxy_that_ends_tls() -> None:
    assert "postgresql://" in SERVICES["warmline"]["environment"]["ALONGSIDE_DATABASE_URL"]
    caddyfile = SERVICES["proxy"]["environment"]["CADDYFILE"]
    assert re.search(r"https://localhost:8443 \{\s+tls internal\s+reverse_proxy 127\.0\.0\.1:8103\s+\}", caddyfile)
    assert "ALONGSIDE_HOST" not in SERVICES["warmline"]["environment"]
    trusted = {SERVICES[name]["environment"]["SSL_CERT_FILE"] for name in ("harbour", "colectiva", "story")}
    assert trusted == {"/authority/caddy/pki/authorities/local/root.crt"}


# Run as processes.


class Here:
    """The services of the file on this machine: volumes as folders, ports as free ports, everything else as it is written."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self._volumes = {name: folder / name for name in COMPOSE["volumes"]}
        for place in self._volumes.values():
            place.mkdir()
        self._ports = dict(zip(("8101", "8102", "8103", "8443", "8444"), map(str, free_ports(5)), strict=True))
        self._database_url = database_url
        self._image = dict(re.findall(r"\b(ALONGSIDE_\w+)=(\S+)", DOCKERFILE))

    def port(self, written: str) -> int:
        return int(self._ports[written])

    def volume(self, name: str) -> Path:
        return self._volumes[name]

    def value(self, name: str, written: str) -> str:
        """A word of a service's command or environment, as it is here."""
        if written.startswith("postgresql://"):
            return self._database_url
        for target, volume in folders_of(SERVICES[name]).items():
            if written == target or written.startswith(f"{target}/"):
                return f"{self._volumes[volume]}{written.removeprefix(target)}"
        return PORT.sub(lambda found: self._ports[found[0]], written)

    def command(self, name: str, words: Sequence[str]) -> list[str]:
        program = [sys.executable, "-m", "alongside_node.cli"] if words[0] == "alongside" else [words[0]]
        return [*program, *(self.value(name, word) for word in words[1:])]

    def environment(self, name: str) -> dict[str, str]:
        written = {**self._image, **SERVICES[name].get("environment", {})}
        return {"PATH": os.environ["PATH"], **{key: self.value(name, value) for key, value in written.items()}}

    def run(self, name: str, words: Sequence[str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(name, words or SERVICES[name]["command"]),
            env=self.environment(name),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @contextmanager
    def running(self, name: str, command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
        with log.open("wb") as written:
            process = subprocess.Popen(command, env=self.environment(name), stdout=written, stderr=written)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def wait_until_healthy(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        words = SERVICES[name]["healthcheck"]["test"][1:]
        deadline = time.monotonic() + 30
        while self.run(name, words).returncode != 0:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()


@pytest.fixture
def database_url(postgresql_server: str) -> Iterator[str]:
    """A database for Warmline alone."""
    server = make_url(postgresql_server).set(drivername="postgresql+psycopg")
    name = f"compose_{os.getpid()}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def here(tmp_path: Path, database_url: str) -> Here:
    return Here(tmp_path, database_url)


def certificate(name: str, key: ec.EllipticCurvePrivateKey, signed_by: x509.Certificate | None, by: Any) -> Any:
    """For `localhost`, or of an authority that signs itself."""
    today = dt.datetime.now(dt.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    authority = signed_by is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if signed_by is None else signed_by.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(hours=1))
        .not_valid_after(today + dt.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=authority,
                crl_sign=authority,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    return builder.sign(by, hashes.SHA256())


def authority(root: Path, folder: Path) -> ssl.SSLContext:
    """Leave the root's certificate at `root`; returns what a server at `localhost` needs."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    above = certificate("An authority for one test", keys[0], None, keys[0])
    below = certificate("localhost", keys[1], above, keys[0])
    root.parent.mkdir(parents=True)
    root.write_bytes(above.public_bytes(serialization.Encoding.PEM))
    held = folder / "localhost.pem"
    held.write_bytes(
        keys[1].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + below.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(held)
    return context


async def _pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await source.read(65536):
            target.write(chunk)
            await target.drain()
    target.close()


async def _end_tls(context: ssl.SSLContext, port: int, behind: int, ready: threading.Event, end: asyncio.Event) -> None:
    """What stands in for the proxy: bytes from TLS to plain, and back."""
    several: set[asyncio.Task[None]] = set()

    async def arrived(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        several.add(task)
        with suppress(OSError, asyncio.CancelledError):
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", behind)
            try:
                await asyncio.gather(_pipe(reader, inner_writer), _pipe(inner_reader, writer))
            finally:
                inner_writer.close()
        writer.close()
        several.discard(task)

    server = await asyncio.start_server(arrived, "localhost", port, ssl=context)
    ready.set()
    await end.wait()
    server.close()
    for task in set(several):
        task.cancel()
    await asyncio.gather(*several, return_exceptions=True)


@contextmanager
def standing_in_for_the_proxy(here: Here, folder: Path) -> Iterator[None]:
    context = authority(Path(here.environment("harbour")["SSL_CERT_FILE"]), folder)
    ready, end, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()
    story = _end_tls(context, here.port("8443"), here.port("8103"), ready, end)
    thread = threading.Thread(target=loop.run_until_complete, args=(story,))
    thread.start()
    try:
        assert ready.wait(10)
        yield
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(10)
        loop.close()


@contextmanager
def caddy(here: Here, folder: Path) -> Iterator[None]:
    """The proxy itself, with the command of the file."""
    log = folder / "proxy.log"
    words = [word.replace("/tmp/", f"{folder}/") for word in SERVICES["proxy"]["command"]]
    image = [f"XDG_DATA_HOME={here.volume('authority')}", f"XDG_CONFIG_HOME={folder}", f"HOME={folder}"]
    with here.running("proxy", ["env", *image, *words], log):
        root = Path(here.environment("harbour")["SSL_CERT_FILE"])
        deadline = time.monotonic() + 15
        while not root.exists():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield


def in_order() -> list[str]:
    """Each after what it waits for."""
    found: list[str] = []
    while len(found) < len(SERVICES):
        found += [
            name
            for name, service in SERVICES.items()
            if name not in found and set(service.get("depends_on", {})) <= set(found)
        ]
    return found


def test_every_service_runs_as_written_and_the_story_is_walked(here: Here, tmp_path: Path) -> None:
    with ExitStack() as stack:
        for name in in_order():
            log = tmp_path / f"{name}.log"
            if name in {"net", "postgresql"}:
                continue  # this machine, and the tests' own server
            if name == "proxy":
                proxy = caddy if shutil.which("caddy") else standing_in_for_the_proxy
                stack.enter_context(proxy(here, tmp_path))
            elif name in ONCE:
                done = here.run(name)
                assert done.returncode == 0, f"{name}: {done.stdout}\n{done.stderr}"
            else:
                command = here.command(name, SERVICES[name]["command"])
                process = stack.enter_context(here.running(name, command, log))
                here.wait_until_healthy(name, process, log)
        walked = sorted(path.name for path in here.volume("notes").iterdir())
        assert walked == sorted([*(f"{key}.json" for key in KEYS), "walked"])
        again = here.run("story")
        assert again.returncode == 0, again.stderr
        assert "https://localhost" in again.stdout
    assert here.run("warmline", SERVICES["warmline"]["healthcheck"]["test"][1:]).returncode == 1
    founded = here.run("warmline-founding")
    assert (founded.returncode, "Nothing was changed" in founded.stdout) == (0, True)


def test_the_story_says_so_when_there_is_no_note(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "alongside_node.cli", "demo", "--join", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "no note" in done.stderr

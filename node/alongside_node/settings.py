"""A node's settings: from the environment (`ALONGSIDE_…`) and one TOML file, read once by the command line and passed down."""

import os
import re
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

CONFIG_NAME = "alongside.toml"
_PREFIX = "ALONGSIDE_"
_CONFIG = "ALONGSIDE_CONFIG"
_FOR_TESTS = "ALONGSIDE_TEST_"


class Settings(BaseSettings):
    """Every setting, with its default. The environment wins over the file."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="forbid")

    data_dir: Path = Field(Path("data"), description="Folder with the database and everything else this node keeps.")
    database_url: str = Field("", description="`postgresql://…`; empty: SQLite in the data folder.")
    origin: str = Field(
        "http://127.0.0.1:8080", description="The address under which people and peers reach this node, as `https://…`."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=1, le=65535, description="Port to listen on.")
    production: bool = Field(True, description="Refuses every setting that is only safe on one machine.")
    allow_loopback_peers: bool = Field(
        False, description="Development only: peers on this machine, over plain http. Refused in production."
    )
    notice_days: int = Field(
        7, ge=0, le=90, description="How long members are told before their listings reach a new community."
    )
    poll_earliest: int = Field(900, ge=1, description="Seconds between two looks at a peer's directory, at least.")
    poll_latest: int = Field(3600, ge=1, description="Seconds between two looks at a peer's directory, at most.")
    inbox_per_minute: int = Field(60, ge=1, description="Messages a minute taken from one peer.")
    peer_records: int = Field(50_000, ge=1, description="Records taken from one peer's directory.")
    peer_bytes: int = Field(100_000_000, ge=1, description="Bytes taken from one peer's directory at once.")
    neutral_site: str = Field(
        "https://www.wikipedia.org/",
        description='Where "Leave this site" goes. Choose one that is usual where you are.',
    )
    unread_languages: tuple[str, ...] = Field(
        (),
        description="Languages of the pages that no speaker of them has read yet, to be offered all the same, as a list (there is: `ar`)."
        " Every such page says so; a page that is not translated is shown in English.",
    )
    mail_host: str = Field(
        "", description="Mail server for telling people that something waits; empty: nobody is told by e-mail."
    )
    mail_port: int = Field(587, ge=1, le=65535, description="Its port.")
    mail_tls: Literal["starttls", "implicit", "none"] = Field(
        "starttls", description="How it is spoken to: `starttls` (587), `implicit` (465); `none` only on this machine."
    )
    mail_from: str = Field(
        "", description="The address that messages come from. Choose one whose name says nothing of what this is."
    )
    mail_user: str = Field("", description="User at the mail server; empty: none is asked.")
    mail_password: SecretStr = Field(SecretStr(""), description="Password there.")
    notice_command: tuple[str, ...] = Field(
        (),
        description="Program and arguments that bring a message another way (SMS, a phone tree), as a list."
        " It reads where to in the first line, then the words.",
    )
    notice_command_name: str = Field("", description='What people choose then, like "Text message".')
    notice_command_seen_by: str = Field(
        "", description='Who learns of it on the way, read beside the choice, like "The phone company Example".'
    )
    log_json: bool = Field(False, description="Log lines as JSON.")

    @model_validator(mode="after")
    def _safe_together(self) -> Self:
        if self.production and self.allow_loopback_peers:
            raise ValueError("allow_loopback_peers is for development: it is refused while production is true")
        if self.poll_earliest > self.poll_latest:
            raise ValueError("poll_earliest is above poll_latest")
        if self.mail_host and not re.fullmatch(r"[^@\s<>,]+@[A-Za-z0-9.-]+", self.mail_from):
            raise ValueError("mail_from has to be one e-mail address when mail_host is set")
        if self.mail_tls == "none" and not is_loopback(self.mail_host):
            raise ValueError(
                "mail_tls = none is refused: only a mail server on this machine may be spoken to without TLS"
            )
        if self.notice_command and not (self.notice_command_name and self.notice_command_seen_by):
            raise ValueError("notice_command needs notice_command_name and notice_command_seen_by: people read them")
        return self

    @property
    def database(self) -> str:
        """The URL of the database in use."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'alongside.sqlite3').resolve()}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings' signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then what the file said; no .env file and no secrets folder is looked for."""
        return env_settings, init_settings


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine, without asking anybody; an empty one is nowhere."""
    try:
        return not host or host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def load(config: Path | None = None) -> Settings:
    """The settings in force. `config`: the TOML file; else `$ALONGSIDE_CONFIG`, else `alongside.toml` in the data folder.

    Raises pydantic's `ValidationError` with the setting's name; `ValueError` for a file that cannot be read or that was named and is not there.
    """
    folder = Path(os.environ.get("ALONGSIDE_DATA_DIR", "data"))
    named = config or (Path(os.environ[_CONFIG]) if _CONFIG in os.environ else None)
    path = named or folder / CONFIG_NAME
    if named is not None and not named.exists():
        raise ValueError(f"{named} is not there")
    values: dict[str, Any] = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    return Settings(**(values | _unknown_in_environment()))


def _unknown_in_environment() -> dict[str, str]:
    """Misspelt variables, which pydantic-settings would pass over in silence: given to it as settings, they are refused by name."""
    known = {_PREFIX + name.upper() for name in Settings.model_fields} | {_CONFIG}
    return {
        name: value
        for name, value in os.environ.items()
        if name.upper().startswith(_PREFIX) and name.upper() not in known and not name.startswith(_FOR_TESTS)
    }


def markdown() -> str:
    """The settings as a table, for the documentation."""
    rows = [
        f"| `{name}` | `ALONGSIDE_{name.upper()}` | `{field.default!s}` | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return (
        "\n".join(["| in the file | in the environment | default | what it does |", "| --- | --- | --- | --- |", *rows])
        + "\n"
    )

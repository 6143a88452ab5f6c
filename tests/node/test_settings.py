"""Settings: the environment over the file, nothing unknown, nothing unsafe in production, and a page that cannot go stale."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from alongside_node import settings
from alongside_node.settings import Settings, load

PAGE = Path(__file__).parents[2] / "docs" / "host" / "settings.md"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("ALONGSIDE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_a_file_and_an_environment_the_defaults_are_in_force() -> None:
    assert load() == Settings()


def test_the_file_changes_a_default_and_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "node.toml"
    file.write_text('port = 9000\nhost = "0.0.0.0"\n')
    assert load(file).port == 9000
    monkeypatch.setenv("ALONGSIDE_PORT", "9001")
    assert (load(file).port, load(file).host) == (9001, "0.0.0.0")


def test_the_file_is_looked_for_in_the_data_folder_and_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "alongside.toml").write_text("port = 9002\n")
    monkeypatch.setenv("ALONGSIDE_DATA_DIR", str(tmp_path / "kept"))
    assert load().port == 9002
    (tmp_path / "other.toml").write_text("port = 9003\n")
    monkeypatch.setenv("ALONGSIDE_CONFIG", str(tmp_path / "other.toml"))
    assert load().port == 9003


def test_no_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ALONGSIDE_PORT=9004\n")
    assert load().port == 8080


def test_an_unknown_setting_in_the_file_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "node.toml").write_text("prot = 9000\n")
    with pytest.raises(ValidationError, match="prot"):
        load(tmp_path / "node.toml")


def test_an_unknown_setting_in_the_environment_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALONGSIDE_PRODUCTOIN", "false")
    with pytest.raises(ValueError, match="ALONGSIDE_PRODUCTOIN"):
        load()


def test_a_config_file_that_was_named_and_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not there"):
        load(tmp_path / "absent.toml")


def test_production_refuses_peers_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALONGSIDE_ALLOW_LOOPBACK_PEERS", "true")
    with pytest.raises(ValidationError, match="allow_loopback_peers"):
        load()
    monkeypatch.setenv("ALONGSIDE_PRODUCTION", "false")
    assert load().allow_loopback_peers


def test_production_is_what_holds_when_nobody_says_anything() -> None:
    assert Settings().production


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", 0),
        ("port", 65_536),
        ("notice_days", -1),
        ("inbox_per_minute", 0),
        ("peer_bytes", 0),
        ("peer_records", 0),
    ],
)
def test_a_number_that_would_switch_a_guard_off_is_refused(name: str, value: int) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings.model_validate({name: value})


def test_the_earliest_look_at_a_peer_is_not_after_the_latest() -> None:
    with pytest.raises(ValidationError, match="poll_earliest"):
        Settings(poll_earliest=3601)


def test_settings_cannot_be_changed_after_they_were_read() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]


def test_a_database_is_in_the_data_folder_unless_another_is_named(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).database == f"sqlite:///{tmp_path}/alongside.sqlite3"
    assert Settings(database_url="postgresql://x/y").database == "postgresql://x/y"


def test_the_page_about_settings_is_what_the_program_says() -> None:
    assert PAGE.read_text("utf-8").endswith("\n\n" + settings.markdown())


def test_every_setting_has_a_sentence() -> None:
    assert all(field.description and field.description.endswith(".") for field in Settings.model_fields.values())


MAIL = {"mail_host": "mail.example.org", "mail_from": "post@example.org"}


@pytest.mark.parametrize("host", ["mail.example.org", "10.0.0.1", "8.8.8.8", "localhost.example.org"])
def test_a_mail_server_elsewhere_is_never_spoken_to_without_tls(host: str) -> None:
    with pytest.raises(ValidationError, match="mail_tls"):
        Settings(**(MAIL | {"mail_host": host, "mail_tls": "none"}))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_one_on_this_machine_may_be(host: str) -> None:
    assert Settings(**(MAIL | {"mail_host": host, "mail_tls": "none"})).mail_host == host


@pytest.mark.parametrize(
    "sender", ["", "post", "a@b.example, c@d.example", "Post <a@b.example>", "a@b.example\nBcc: c@d.example"]
)
def test_messages_come_from_one_address(sender: str) -> None:
    with pytest.raises(ValidationError, match="mail_from"):
        Settings(**(MAIL | {"mail_from": sender}))


def test_a_command_needs_the_words_that_people_read_beside_it() -> None:
    with pytest.raises(ValidationError, match="notice_command_seen_by"):
        Settings(notice_command=("/bin/true",), notice_command_name="Text")


def test_a_password_is_not_shown() -> None:
    assert "s3cret" not in repr(Settings(**(MAIL | {"mail_password": "s3cret"})))

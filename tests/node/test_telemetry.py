"""What a node writes about itself: listed fields with short values, and nothing else (safety D.32, E.37)."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from alongside_node.foundation import telemetry
from alongside_node.foundation.telemetry import FIELDS, keep_listed


@pytest.fixture(autouse=True)
def _reset() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def logged(capsys: pytest.CaptureFixture[str], **fields: Any) -> dict[str, Any]:
    telemetry.configure(as_json=True)
    structlog.get_logger().info("sync", **fields)
    found: dict[str, Any] = json.loads(capsys.readouterr().err)
    return found


def test_a_listed_field_with_a_short_code_or_a_number_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    line = logged(capsys, peer="N7x.3-a_b:c", code="address", seconds=0.5, count=3)
    assert {name: line[name] for name in ("peer", "code", "seconds", "count")} == {
        "peer": "N7x.3-a_b:c",
        "code": "address",
        "seconds": 0.5,
        "count": 3,
    }


@pytest.mark.parametrize(
    "field", ["query", "words", "name", "address", "ip", "member", "url", "ref", "exception", "text"]
)
def test_a_field_that_is_not_listed_is_dropped(capsys: pytest.CaptureFixture[str], field: str) -> None:
    assert set(logged(capsys, **{field: "canary"})) == {"event", "level", "timestamp"}


@pytest.mark.parametrize(
    "value",
    [
        "two words",
        "x" * 65,
        "",
        "a\nb",
        "code\n",
        "someone@example.org",
        "/path",
        "café",
        ["a"],
        {"a": 1},
        b"raw",
        None,
        object(),
    ],
)
@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_value_that_is_not_a_short_code_or_a_number_is_dropped(field: str, value: Any) -> None:
    assert keep_listed(None, "info", {"event": "sync", field: value}) == {"event": "sync"}


def test_an_exception_is_written_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure(as_json=True)
    try:
        int("canary")
    except ValueError:
        structlog.get_logger().exception("failed", error="ValueError")
    written = capsys.readouterr().err
    assert "canary" not in written
    assert json.loads(written)["error"] == "ValueError"


def test_a_bound_field_is_filtered_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure(as_json=True)
    structlog.get_logger().bind(member="canary").info("sync")
    assert "canary" not in capsys.readouterr().err


@pytest.mark.parametrize("as_json", [True, False])
def test_every_line_goes_to_standard_error(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    telemetry.configure(as_json=as_json)
    structlog.get_logger().info("sync", count=3)
    written = capsys.readouterr()
    assert written.out == ""
    assert len(written.err.splitlines()) == 1


def test_the_access_log_and_the_http_libraries_say_nothing() -> None:
    telemetry.configure(as_json=True)
    for name in ("uvicorn.access", "uvicorn.error", "httpx", "httpcore", "httpcore.connection"):
        assert not logging.getLogger(name).isEnabledFor(logging.ERROR)

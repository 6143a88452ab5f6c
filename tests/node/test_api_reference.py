"""The description of the API: whole, readable without scripts, loading nothing from elsewhere; and nothing of it when a node starts."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api_client import Client
from world import Community, World


@pytest.fixture
def oak(tmp_path: Path) -> Iterator[Community]:
    world = World(tmp_path)
    yield world.community("Oak")
    world.close()


def test_the_page_names_every_address_and_every_model(oak: Community) -> None:
    client = Client(oak)
    described, page = client.done("GET", "/openapi.json"), client.get("/")
    text = page.body.decode()
    assert page.headers["content-type"].startswith("text/html")
    for path, methods in described["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in text
    for name in described["components"]["schemas"]:
        assert f'id="{name}"' in text
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(re.findall(r'id="([^"]+)"', text))


def test_the_page_runs_and_loads_nothing(oak: Community) -> None:
    text = Client(oak).get("/").body.decode()
    assert not re.search(r"<script|<iframe|<img|style=|\bon\w+=|https?://", text)
    [sheet] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', text)
    assert sheet.startswith("/static/")


def test_the_description_is_of_openapi_3_1_and_refuses_unknown_members(oak: Community) -> None:
    described = Client(oak).done("GET", "/openapi.json")
    assert described["openapi"].startswith("3.1")
    assert described["servers"] == [{"url": "/api/v1"}]
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    bodies = {
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for methods in described["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
    }
    for name in bodies:
        assert described["components"]["schemas"][name]["additionalProperties"] is False


def test_everything_that_writes_by_post_takes_a_key(oak: Community) -> None:
    for path, methods in Client(oak).done("GET", "/openapi.json")["paths"].items():
        if "post" in methods and path not in ("/search", "/account/take"):
            assert "Idempotency-Key" in {one["name"] for one in methods["post"]["parameters"]}, path


def test_a_node_starts_without_the_framework() -> None:
    script = (
        "import sys, alongside_node.app, alongside_node.cli; print([m for m in sys.modules if m.startswith('fastapi')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_the_framework_tells_nobody(oak: Community, monkeypatch: pytest.MonkeyPatch) -> None:
    from alongside_node.entrypoints.api.application import application  # noqa: PLC0415
    from alongside_node.entrypoints.api.caller import Api  # noqa: PLC0415

    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:1")
    built = application(Api(oak.node.edge, oak.node.site().derivation, ""))
    assert not any(built._telemetry[name] for name in ("tracing", "metrics", "logs", "auto_configure"))  # type: ignore[literal-required]
    assert not built._native_telemetry.enabled()

"""Whatever is sent to any endpoint of the description, the answer is never our own failure (safety F13)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alongside_node.members.actions import Role
from alongside_protocol import base64url
from api_client import Client, granted
from world import Community, World

IDS = st.one_of(
    st.binary(min_size=16, max_size=16).map(base64url.encode),
    st.binary(min_size=32, max_size=32).map(base64url.encode),
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/?#"), min_size=1, max_size=50),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.text(max_size=60),
    IDS,
    st.just("en"),
    st.just("offer"),
)


@pytest.fixture(scope="module")
def oak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Community]:
    world = World(tmp_path_factory.mktemp("world"))
    yield world.community("Oak")
    world.close()


def resolved(schema: dict[str, Any], models: dict[str, Any]) -> dict[str, Any]:
    return dict(models[schema["$ref"].rpartition("/")[2]]) if "$ref" in schema else schema


def values(schema: dict[str, Any], models: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """What fits a schema roughly, and now and then does not."""
    found = resolved(schema, models)
    if "anyOf" in found:
        fitting = st.one_of([values(one, models, depth) for one in found["anyOf"]])
    elif "enum" in found:
        fitting = st.sampled_from(found["enum"])
    elif found.get("type") == "object" and "properties" in found and depth < 3:
        members = {name: values(form, models, depth + 1) for name, form in found["properties"].items()}
        needed = {name: members.pop(name) for name in found.get("required", ())}
        fitting = st.fixed_dictionaries(needed, optional=members)
    elif found.get("type") == "array" and depth < 3:
        fitting = st.lists(values(found.get("items", {}), models, depth + 1), max_size=3)
    elif found.get("type") == "integer":
        fitting = st.integers(0, 200)
    elif found.get("type") == "boolean":
        fitting = st.booleans()
    else:
        fitting = st.one_of(IDS, st.text(max_size=40), st.binary(max_size=700).map(base64url.encode))
    return st.one_of(fitting, fitting, fitting, SCALARS)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_no_endpoint_ever_fails(oak: Community, data: st.DataObject) -> None:
    oak.world.clock.at += 60  # everybody may call again
    client = granted(oak, oak.person("P", Role.STEWARD))
    described = Client(oak).done("GET", "/openapi.json")
    models = described["components"]["schemas"]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if path in ("/grants", "/grants/current", "/account/leave"):
                continue  # slow on purpose; ends the token; ends the account
            where = path
            for one in operation.get("parameters", ()):
                if one["in"] == "path":
                    where = where.replace(f"{{{one['name']}}}", data.draw(IDS))
                elif one["in"] == "query":
                    where += f"?{one['name']}={data.draw(IDS)}"
            body = None
            if (form := operation.get("requestBody")) is not None:
                body = data.draw(values(form["content"]["application/json"]["schema"], models))
                body = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
            answer = client.send(method.upper(), where, body)
            assert answer.status < 500, (method, where, body, answer.body)

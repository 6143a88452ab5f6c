"""Whatever goes wrong is a problem with a code that stays, and never says what was sent (RFC 9457; specification, section 7)."""

from collections.abc import Iterator
from typing import Any

import pytest

from alongside_node.entrypoints.api import accounts, problems
from alongside_node.foundation.database import DatabaseUnavailableError
from alongside_protocol.errors import Code
from api_client import Client, Got, granted
from world import Community, World

SECRET = "zebra-canary"


@pytest.fixture(scope="module")
def oak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Community]:
    world = World(tmp_path_factory.mktemp("world"))
    yield world.community("Oak")
    world.close()


@pytest.fixture
def mira(oak: Community) -> Client:
    return granted(oak, oak.person("Mira"))


def is_problem(answer: Got, status: int, code: str) -> None:
    assert (answer.status, answer.code) == (status, code), answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert set(answer.json) >= {"type", "status", "detail", "retry"}
    assert SECRET not in answer.body.decode()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "json-syntax"),
        (b'{"words":"zebra-canary","words":""}', "json-duplicate"),
        (b'{"limit":NaN}', "json-number"),
        (b'{"limit":1.0}', "json-number"),
        (b'{"words":"\\ud800"}', "json-surrogate"),
        (b"\xef\xbb\xbf{}", "json-encoding"),
        (b"\xff", "json-encoding"),
        (b'{"a":' * 20 + b"1" + b"}" * 20, "json-depth"),
        (b"{} {}", "json-syntax"),
    ],
)
def test_what_is_not_strict_json_is_refused_before_any_model_sees_it(oak: Community, body: bytes, code: str) -> None:
    is_problem(Client(oak).post("/search", body), 400, code)


@pytest.mark.parametrize("body", [b"[]", b'"zebra-canary"', b"null", b"3"])
def test_a_body_is_an_object(oak: Community, body: bytes) -> None:
    is_problem(Client(oak).post("/search", body), 422, "shape")


@pytest.mark.parametrize(
    ("body", "where", "code"),
    [
        ({SECRET: 1}, "body", "unknown-member"),
        ({"near": {"latitude": 1, "longitude": 2, "km": 3, SECRET: 1}}, "body.near", "unknown-member"),
        ({"limit": "20"}, "body.limit", "int-type"),
        ({"limit": 51}, "body.limit", "less-than-equal"),
        ({"limit": True}, "body.limit", "int-type"),
        ({"promise": 1}, "body.promise", "bool-type"),
        ({"types": [SECRET]}, "body.types.0", "enum"),
        ({"words": SECRET * 40}, "body.words", "string-too-long"),
        ({"words": "a\nb"}, "body.words", "string-pattern-mismatch"),
        ({"near": {"latitude": 1}}, "body.near.longitude", "missing"),
    ],
)
def test_what_does_not_fit_is_named_by_place_and_rule(oak: Community, body: Any, where: str, code: str) -> None:
    answer = Client(oak).post("/search", body)
    is_problem(answer, 422, "invalid")
    assert {"where": where, "code": code} in answer.json["errors"]


def test_a_body_that_is_missing_is_named(oak: Community) -> None:
    is_problem(Client(oak).post("/search"), 422, "invalid")


@pytest.mark.parametrize("path", ["/community?a=1", f"/community?{SECRET}=1"])
def test_a_parameter_that_nobody_knows_is_refused(oak: Community, path: str) -> None:
    is_problem(Client(oak).get(path), 422, "invalid")


def test_a_body_where_none_belongs_is_refused(oak: Community, mira: Client) -> None:
    is_problem(mira.post(f"/offerings/{'A' * 22}/rest", {SECRET: 1}), 422, "invalid")
    is_problem(mira.post(f"/offerings/{'A' * 22}/rest", {}), 404, "not-found")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/xml"])
def test_a_body_says_that_it_is_json(oak: Community, media_type: str) -> None:
    is_problem(Client(oak).send("POST", "/search", b"{}", content_type=media_type), 415, "media-type")


def test_a_body_that_is_too_long_is_refused(oak: Community) -> None:
    is_problem(Client(oak).post("/search", b" " * (256 * 1024 + 1)), 413, "too-large")


@pytest.mark.parametrize(
    "path", ["/nothing", "/docs", "/redoc", "/grants/", "/openapi.yaml", f"/requests/{'A' * 22}/x"]
)
def test_an_address_that_does_not_exist(oak: Community, path: str) -> None:
    is_problem(Client(oak).get(path), 404, "not-found")


def test_a_method_that_an_address_does_not_have(oak: Community) -> None:
    answer = Client(oak).get("/search")
    is_problem(answer, 405, "method")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("name", ["a", "A" * 23, "A" * 21 + "B", "..", "%00"])
def test_an_id_that_cannot_be_one_is_refused(oak: Community, mira: Client, name: str) -> None:
    assert mira.get(f"/requests/{name}?mailbox={'A' * 22}").status in (404, 422)
    assert mira.get(f"/requests/{'A' * 22}?mailbox={name}").status in (404, 422)


def test_our_own_failure_says_nothing(oak: Community, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(accounts.SealPublicKey, "from_text", fails)
    body = {"code": SECRET, "name": SECRET, "public_key": "A" * 43}
    is_problem(Client(oak).post("/join", body), 500, "failed")


def test_a_database_that_fails_is_said_to_be_tried_again(oak: Community, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise DatabaseUnavailableError(SECRET)

    monkeypatch.setattr(oak.node.edge, "read", fails)
    answer = Client(oak).get("/community")
    is_problem(answer, 503, "unavailable")
    assert answer.json["retry"] is True


def test_every_problem_has_a_status_and_a_sentence_and_no_code_of_the_protocol() -> None:
    assert set(problems.TOLD) == set(problems.Problem)
    assert not {problem.value for problem in problems.Problem} & {code.value for code in Code}


def test_problems_wear_the_armour_of_the_pages(oak: Community) -> None:
    answer = Client(oak).get("/nothing")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"

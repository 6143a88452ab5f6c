"""Every endpoint and everybody who could call it, from the OpenAPI document; what a token is for, and when it ends (safety D.29, D.31)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from alongside_node.entrypoints.api.application import application
from alongside_node.members import actions as members
from alongside_node.members.actions import Role
from api_client import Client, granted
from world import Community, World

DESCRIBED = application(cast("Any", None)).openapi()["paths"]
ID, NODE = "A" * 22, "A" * 43

EVERYBODY = {None, Role.GUEST, Role.MEMBER, Role.STEWARD}
SIGNED_IN = {Role.GUEST, Role.MEMBER, Role.STEWARD}
MEMBERS = {Role.MEMBER, Role.STEWARD}
STEWARDS = {Role.STEWARD}

EXPECTED: dict[str, set[Role | None]] = {
    "get /": EVERYBODY,
    "get /openapi.json": EVERYBODY,
    "post /grants": EVERYBODY,
    "delete /grants/current": SIGNED_IN,
    "get /grants": SIGNED_IN,
    "delete /grants/{program}": SIGNED_IN,
    "get /sessions": SIGNED_IN,
    "delete /sessions/{session}": SIGNED_IN,
    "post /account/take": SIGNED_IN,
    "post /join": EVERYBODY,
    "post /account/leave": SIGNED_IN,
    "get /community": EVERYBODY,
    "post /search": EVERYBODY,
    "get /listings/{node}/{listing}": EVERYBODY,
    "get /offerings": MEMBERS,
    "post /offerings": MEMBERS,
    "put /offerings/{listing}": MEMBERS,
    "post /offerings/{listing}/publish": MEMBERS,
    "post /offerings/{listing}/confirm": MEMBERS,
    "post /offerings/{listing}/rest": MEMBERS,
    "post /offerings/{listing}/reopen": MEMBERS,
    "post /offerings/{listing}/withdraw": MEMBERS,
    "get /addressees/{node}/{listing}": SIGNED_IN,
    "get /box": SIGNED_IN,
    "post /requests": MEMBERS,
    "get /requests/{ref}": SIGNED_IN,
    "post /requests/{ref}/messages": SIGNED_IN,
    "post /requests/{ref}/withdraw": SIGNED_IN,
    "post /requests/{ref}/close": SIGNED_IN,
    "post /requests/{ref}/erase": SIGNED_IN,
    "get /requests/{ref}/receipt": SIGNED_IN,
    "get /incoming": MEMBERS,
    "get /incoming/{peer}/{ref}": MEMBERS,
    "post /incoming/{peer}/{ref}/answers": MEMBERS,
    "get /status": STEWARDS,
    "get /peers": STEWARDS,
    "post /invitations": STEWARDS,
}
ENDPOINTS = sorted(f"{method} {path}" for path, methods in DESCRIBED.items() for method in methods)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Community]:
    world = World(tmp_path_factory.mktemp("world"))
    yield world.community("Oak")
    world.close()


@pytest.fixture
def oak(tmp_path: Path) -> Iterator[Community]:
    world = World(tmp_path)
    yield world.community("Oak")
    world.close()


def client(community: Community, role: Role | None) -> Client:
    return Client(community) if role is None else granted(community, community.person("P", role))


def test_every_endpoint_is_expected_to_be_for_somebody() -> None:
    assert set(ENDPOINTS) == set(EXPECTED)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_each_role_is_let_in_or_not_before_anything_else_is_looked_at(shared: Community, endpoint: str) -> None:
    method, path = endpoint.upper().split(" ")[0], endpoint.split(" ")[1]
    names = {"node": NODE, "peer": NODE, "listing": ID, "ref": ID, "session": NODE, "program": NODE}
    for name, value in names.items():
        path = path.replace(f"{{{name}}}", value)
    for role in (None, Role.GUEST, Role.MEMBER, Role.STEWARD):
        # Not even JSON: whoever is not let in must not learn that.
        answer = client(shared, role).send(method, path, None if method == "GET" else b"{")
        if role in EXPECTED[endpoint]:
            assert answer.status not in (401, 403), (role, answer.body)
        else:
            assert (answer.status, answer.code) == ((401, "not-signed-in") if role is None else (403, "not-for-you")), (
                role,
                answer.body,
            )


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_description_says_who(endpoint: str) -> None:
    method, path = endpoint.split(" ")
    described = DESCRIBED[path][method]
    assert (described["security"] == [{"token": []}]) == (None not in EXPECTED[endpoint])
    assert described["description"]
    assert described["x-who"] in ("everybody", "signed_in", "members", "stewards")


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Bearer " + "A" * 43, "Basic eDp5", "bearer é"])
def test_a_token_that_is_none_is_refused_also_where_none_is_needed(shared: Community, header: str) -> None:
    answer = Client(shared).send("GET", "/community", authorization=header)
    assert (answer.status, answer.code) == (401, "not-signed-in")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_that_was_ended_ends_at_once(oak: Community) -> None:
    mira = granted(oak, oak.person("Mira"))
    assert mira.get("/box").status == 200
    assert mira.send("DELETE", "/grants/current").status == 204
    assert mira.get("/box").code == "not-signed-in"


def test_a_token_ends_after_ninety_days(oak: Community) -> None:
    mira = granted(oak, oak.person("Mira"))
    oak.world.clock.at += 90 * 86_400
    assert mira.get("/box").status == 200
    oak.world.clock.at += 86_400
    assert mira.get("/box").code == "not-signed-in"


def test_somebody_who_left_has_no_token(oak: Community) -> None:
    person = oak.person("Mira")
    mira = granted(oak, person)
    oak.write(lambda tx: members.remove(tx, person.member.id))
    assert mira.get("/box").code == "not-signed-in"


def test_a_session_of_the_pages_is_nothing_here(oak: Community) -> None:
    person, now = oak.person("Mira"), oak.world.clock.now()
    cookie = oak.write(lambda tx: members.begin_session(tx, person, now=now, random=oak.random))
    assert Client(oak).send("GET", "/box", cookie=f"session={cookie}").code == "not-signed-in"


def test_one_person_may_call_so_often_and_no_more_whichever_token_they_use(oak: Community) -> None:
    person = oak.person("Mira")
    first, second = granted(oak, person), granted(oak, person)
    for _ in range(150):
        assert first.get("/box").status == second.get("/box").status == 200
    answer = first.get("/box")
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (429, "busy", "10")
    assert granted(oak, oak.person("Other")).get("/box").status == 200
    oak.world.clock.at += 60
    assert second.get("/box").status == 200

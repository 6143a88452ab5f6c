"""Searching through the API: the records' exact bytes, in the pages' order, for whom they are meant (listing.md; safety.md, "Query text is nowhere")."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alongside_node.directory import lines, searching
from alongside_node.directory.searching import Near, Query, Viewer
from alongside_protocol.place import Point
from api_client import Client, granted, invited
from world import Community, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path)
    yield found
    found.close()


@pytest.fixture
def oak(world: World) -> Community:
    return world.community("Oak")


@pytest.fixture
def elm(world: World, oak: Community) -> Community:
    found = world.community("Elm")
    world.federate(oak, found)
    return found


def lines_of(community: Community) -> set[bytes]:
    return {row.line for row in community.rows("entry")}


def titles(results: list[dict[str, Any]]) -> set[str]:
    return {one["record"]["title"] for one in results}


def test_records_are_answered_as_the_bytes_that_were_received(world: World, oak: Community, elm: Community) -> None:
    elm.publishes(elm.person("Mira"), title="Awake - at «night» \\ ünïcödé")
    world.settle()
    answer = Client(oak).post("/search", {})
    [found] = answer.json["results"]
    assert found["node"] == elm.id
    assert sum(answer.body.count(b'"record":' + line + b"}") for line in lines_of(oak)) == 1


def test_everybody_is_shown_what_is_for_them(world: World, oak: Community, elm: Community) -> None:
    for community in (oak, elm):
        mira = community.person("Mira")
        for audience in ("anyone", "federated", "here"):
            community.publishes(mira, title=f"{community.name} {audience}", audience=audience)
    world.settle()
    nobody, member = Client(oak), invited(oak, "M")
    guest = granted(oak, oak.person("G", searching_guest()))
    open_to_all = {"Oak anyone", "Elm anyone"}
    assert titles(nobody.post("/search", {}).json["results"]) == open_to_all
    assert titles(guest.post("/search", {}).json["results"]) == open_to_all
    mine = {"Oak anyone", "Oak federated", "Oak here", "Elm anyone", "Elm federated"}
    assert titles(member.post("/search", {}).json["results"]) == mine
    for one in member.post("/search", {}).json["results"]:
        path = f"/listings/{one['node']}/{one['record']['id']}"
        assert member.get(path).json == one
        assert nobody.get(path).status == (200 if one["record"]["audience"] == "anyone" else 404)


def searching_guest() -> Any:
    from alongside_node.members.actions import Role  # noqa: PLC0415

    return Role.GUEST


@pytest.mark.parametrize("written", [b'"here"', b'"\\u0068ere"', b'"h\\u0065re"'])
def test_what_should_never_have_left_its_node_is_not_shown(
    world: World, oak: Community, elm: Community, written: bytes
) -> None:
    elm.publishes(elm.person("Mira"), audience="federated")
    world.settle()
    member = invited(oak, "M")
    assert len(member.post("/search", {}).json["results"]) == 1

    def forge(tx: Any) -> None:
        from sqlalchemy import text  # noqa: PLC0415

        for row in tx.execute(text("SELECT position, line FROM entry")).all():
            line = bytes(row.line).replace(b'"federated"', written)
            tx.execute(text("UPDATE entry SET line = :line WHERE position = :at"), {"line": line, "at": row.position})

    oak.write(forge)
    assert member.post("/search", {}).json["results"] == []


def test_pages_follow_each_other_without_a_gap_and_in_the_same_order_as_search(world: World, oak: Community) -> None:
    mira = oak.person("Mira")
    for number in range(23):
        oak.publishes(mira, title=f"Number {number}")
    client, seen, after, pages = Client(oak), [], None, 0
    while True:
        answer = client.done("POST", "/search", {"limit": 5} | ({"after": after} if after else {}))
        seen += [one["record"]["id"] for one in answer["results"]]
        after, pages = answer["after"], pages + 1
        if after is None:
            break
    now = world.clock.now()
    found = oak.read(searching.search, Query(), Viewer(oak.id, member=False), now=now, limit=50)
    assert seen == [one.id for one in found.results]
    assert (len(set(seen)), pages) == (23, 5)


def test_a_place_holds_for_its_day(world: World, oak: Community) -> None:
    mira = oak.person("Mira")
    for number in range(3):
        oak.publishes(mira, title=f"Number {number}")
    after = Client(oak).done("POST", "/search", {"limit": 1})["after"]
    world.clock.at += 86_400
    answer = Client(oak).post("/search", {"limit": 1, "after": after})
    assert (answer.status, answer.code) == (410, "cursor-gone")


def test_a_place_that_cannot_be_one_is_refused(oak: Community) -> None:
    for after in ("", "1", "1.2", "a.b.c", "1.2.3.4", "-1.0.0", "1.0.99999999999999999999", "1.0.0\n"):
        assert Client(oak).post("/search", {"after": after}).status == 422, after


def test_a_stretch_that_does_not_exist_is_refused(world: World, oak: Community) -> None:
    today = world.clock.now() // 86_400
    for place in ("8.0", "9.0", "99.0", f"0.{2**63 - 1}", f"0.{2**63}"):
        assert Client(oak).post("/search", {"after": f"{today}.{place}"}).code == "cursor-gone"


def test_every_stretch_that_exists_is_answered(world: World, oak: Community) -> None:
    today = world.clock.now() // 86_400
    for number in range(lines.STRETCHES):
        for place in (0, 2**62, 2**63 - 2):
            assert Client(oak).post("/search", {"words": "night", "after": f"{today}.{number}.{place}"}).status == 200


def test_what_the_index_cannot_decide_is_read(world: World, oak: Community) -> None:
    mira = oak.person("Mira")
    near = {"visibility": "public", "point": {"latitude": 4_000_000, "longitude": -370_000}}
    far = {"visibility": "public", "point": {"latitude": 5_000_000, "longitude": -370_000}}
    oak.publishes(mira, title="Near", place=near)
    oak.publishes(mira, title="Far", place=far)
    circle = {"latitude": 4_000_000, "longitude": -370_000, "km": 10}
    [found] = Client(oak).done("POST", "/search", {"near": circle})["results"]
    assert (found["record"]["title"], found["km"]) == ("Near", 0)
    assert Client(oak).done("POST", "/search", {"open_now": True})["results"] == []
    query = Query(near=Near(Point(latitude=4_000_000, longitude=-370_000), 10))
    page = oak.read(lines.page, query, Viewer(oak.id, member=False), now=world.clock.now(), limit=5)
    assert len(page.results) == 1


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({"words": "brother"}, 1),
        ({"words": "unicorn"}, 0),
        ({"words": "!!!"}, 0),
        ({"direction": "offer"}, 1),
        ({"direction": "need"}, 0),
        ({"types": ["listening", "circle"]}, 1),
        ({"types": ["fund"]}, 0),
        ({"languages": ["es"]}, 1),
        ({"languages": ["de"]}, 0),
        ({"modalities": ["phone"]}, 1),
        ({"exchanges": ["gift"]}, 0),
        ({"topics": ["grief"]}, 1),
        ({"promise": True}, 1),
        ({"lived": "brother"}, 0),
    ],
)
def test_each_member_of_a_query_asks_for_what_it_says(oak: Community, body: dict[str, Any], count: int) -> None:
    oak.publishes(oak.person("Mira"))
    assert len(Client(oak).done("POST", "/search", body)["results"]) == count


def test_since_when_a_node_is_silent_is_said(world: World, oak: Community, elm: Community) -> None:
    elm.publishes(elm.person("Mira"))
    world.settle()
    world.cut(oak, elm)
    world.clock.at += 9 * 86_400
    [found] = Client(oak).done("POST", "/search", {})["results"]
    assert world.clock.now() - 3 * 86_400 < found["stale_since"] <= world.clock.now()
    world.clock.at += 3 * 86_400
    assert Client(oak).done("POST", "/search", {})["results"] == []


def test_no_word_of_a_query_is_written_anywhere(oak: Community) -> None:
    Client(oak).post("/search", {"words": "zebracanary"}, idempotency_key="k")
    for path in oak.settings.data_dir.rglob("*"):
        assert not path.is_file() or b"zebracanary" not in path.read_bytes()


def test_who_the_community_is(world: World, oak: Community, elm: Community) -> None:
    said = Client(oak).done("GET", "/community")
    assert (said["node"], said["origin"], said["communities"]) == (oak.id, oak.origin, 2)
    assert said["profile"]["name"] == "Oak"
    assert json.dumps(said["profile"]["commitments"])

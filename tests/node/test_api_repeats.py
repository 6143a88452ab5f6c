"""The same thing sent twice is done once (`Idempotency-Key`)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import Response

from alongside_node.entrypoints.api.problems import ProblemError
from alongside_node.entrypoints.api.repeats import MOST, SECONDS, Repeats
from alongside_node.members import actions as members
from alongside_node.members.actions import Role
from alongside_protocol.sealing import SealPrivateKey
from api_client import Client, invited
from world import Community, World


@pytest.fixture
def oak(tmp_path: Path) -> Iterator[Community]:
    world = World(tmp_path)
    yield world.community("Oak")
    world.close()


def test_the_same_key_and_body_are_answered_as_the_first_time(oak: Community) -> None:
    mira = invited(oak, "Mira")
    first = mira.post("/offerings", {"content": {"title": "A"}}, idempotency_key="one")
    again = mira.post("/offerings", {"content": {"title": "A"}}, idempotency_key="one")
    assert (first.status, first.body) == (again.status, again.body) == (201, first.body)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert len(oak.rows("listing")) == 1


def test_the_same_key_for_something_else_is_refused(oak: Community) -> None:
    mira = invited(oak, "Mira")
    listing = mira.post("/offerings", {"content": {"title": "A"}}, idempotency_key="one").json["id"]
    for path, body in (("/offerings", {"content": {"title": "B"}}), (f"/offerings/{listing}/withdraw", None)):
        answer = mira.post(path, body, idempotency_key="one")
        assert (answer.status, answer.code) == (409, "idempotency-key-reused")
    assert [row.state for row in oak.rows("listing")] == ["draft"]


def test_keys_of_others_are_others(oak: Community) -> None:
    for name in ("Mira", "Lena"):
        assert invited(oak, name).post("/offerings", {"content": {}}, idempotency_key="one").status == 201
    assert len(oak.rows("listing")) == 2


def test_joining_twice_by_mistake_is_joining_once(oak: Community) -> None:
    now = oak.world.clock.now()
    code, _ = oak.write(lambda tx: members.invite(tx, Role.MEMBER, now=now, random=oak.random))
    body = {"code": code, "name": "A", "public_key": SealPrivateKey.generate(oak.random).public.text}
    first, again = (Client(oak).post("/join", body, idempotency_key="j") for _ in range(2))
    assert first.json == again.json
    assert len(oak.rows("member")) == len(oak.rows("grant")) == 1


def test_what_was_refused_may_be_tried_anew(oak: Community) -> None:
    mira = invited(oak, "Mira")
    listing = mira.done("POST", "/offerings", {"content": {"title": "A"}})["id"]
    path = f"/offerings/{listing}/rest"
    assert mira.post(path, idempotency_key="r").code == "not-possible"
    assert mira.post(path, idempotency_key="r").code == "not-possible"


def test_a_key_is_kept_for_twenty_minutes(oak: Community) -> None:
    mira = invited(oak, "Mira")
    mira.post("/offerings", {"content": {}}, idempotency_key="one")
    oak.world.clock.at += SECONDS
    mira.post("/offerings", {"content": {}}, idempotency_key="one")
    assert len(oak.rows("listing")) == 2


def test_a_key_that_is_too_long_is_refused(oak: Community) -> None:
    assert invited(oak, "Mira").post("/offerings", {"content": {}}, idempotency_key="k" * 201).code == "invalid"


def test_what_is_being_done_is_not_done_beside_itself() -> None:
    repeats = Repeats()
    assert repeats.begin(b"a", b"x", 0) is None
    with pytest.raises(ProblemError, match="idempotency-in-flight"):
        repeats.begin(b"a", b"x", 0)
    repeats.end(b"a", None)
    assert repeats.begin(b"a", b"y", 0) is None


def test_memory_is_bounded() -> None:
    repeats = Repeats()
    for number in range(MOST + 10):
        name = str(number).encode()
        assert repeats.begin(name, b"x", 0) is None
        repeats.end(name, Response(b"done", 201))
    assert len(repeats._kept) == MOST
    assert repeats.begin(b"0", b"x", 0) is None
    again = repeats.begin(str(MOST + 9).encode(), b"x", 0)
    assert again is not None
    assert (again.status_code, again.body) == (201, b"done")

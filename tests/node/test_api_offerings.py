"""Offering through the API: drafts of any fullness, and nothing before others that is not answered (listing.md)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api_client import Client, invited
from world import Community, World, commitments, offer


@pytest.fixture
def oak(tmp_path: Path) -> Iterator[Community]:
    world = World(tmp_path)
    yield world.community("Oak")
    world.close()


@pytest.fixture
def mira(oak: Community) -> Client:
    return invited(oak, "Mira")


def made(client: Client, **content: Any) -> dict[str, Any]:
    return dict(client.done("POST", "/offerings", {"content": offer(**content)}))


def test_a_draft_says_what_is_still_missing_and_is_not_published(mira: Client) -> None:
    draft = mira.done("POST", "/offerings", {"content": {"direction": "offer", "type": "circle", "title": "Quiet"}})
    assert (draft["state"], draft["rev"], draft["last_day"]) == ("draft", 0, None)
    assert draft["missing"]
    answer = mira.post(f"/offerings/{draft['id']}/publish")
    assert (answer.status, answer.code) == (422, "still-missing")
    assert set(answer.json["missing"]) == set(draft["missing"])
    assert [one["id"] for one in mira.done("GET", "/offerings")["offerings"]] == [draft["id"]]


def test_who_may_be_called_is_answered_first(mira: Client) -> None:
    draft = made(mira, commitments={})
    assert any(
        code.startswith("commitments.") for code in mira.post(f"/offerings/{draft['id']}/publish").json["missing"]
    )
    mira.done("PUT", f"/offerings/{draft['id']}", {"content": offer(commitments=commitments())})
    assert mira.done("POST", f"/offerings/{draft['id']}/publish")["state"] == "published"


def test_the_moves_of_a_listing(mira: Client) -> None:
    path = f"/offerings/{made(mira)['id']}"
    assert mira.post(f"{path}/reopen").code == "not-possible"
    for move, state, rev in (
        ("publish", "published", 1),
        ("rest", "resting", 2),
        ("confirm", "resting", 3),
        ("reopen", "published", 4),
        ("confirm", "published", 5),
        ("withdraw", "withdrawn", 5),
    ):
        after = mira.done("POST", f"{path}/{move}")
        assert (after["state"], after["rev"]) == (state, rev)
    assert after["content"] == {}
    assert mira.post(f"{path}/publish").code == "not-found"
    assert mira.done("GET", "/offerings") == {"offerings": []}


def test_an_edit_that_leaves_what_is_published_incomplete_changes_nothing(mira: Client) -> None:
    draft = made(mira)
    mira.done("POST", f"/offerings/{draft['id']}/publish")
    answer = mira.send("PUT", f"/offerings/{draft['id']}", {"content": offer(modality=[])})
    assert (answer.status, answer.code, answer.json["missing"]) == (422, "still-missing", ["modality"])
    assert mira.done("GET", "/offerings")["offerings"][0]["content"]["modality"] == ["phone", "text"]


def test_nobody_else_can_touch_it_or_learn_that_it_is_there(oak: Community, mira: Client) -> None:
    path, other = f"/offerings/{made(mira)['id']}", invited(oak, "Other")
    for move in ("publish", "confirm", "rest", "reopen", "withdraw"):
        assert other.post(f"{path}/{move}").body == other.post(f"/offerings/{'A' * 22}/{move}").body
    assert other.send("PUT", path, {"content": {}}).code == "not-found"
    assert other.done("GET", "/offerings") == {"offerings": []}


@pytest.mark.parametrize(
    "content",
    [
        {"zebra": 1},
        {"holders": []},
        {"confirmed": "2026-01-01"},
        {"valid_until": "2026-01-01"},
        {"exchange": {"kind": "free", "zebra": 1}},
        {"commitments": {"police": {"answer": "never", "zebra": 1}}},
        {"translations": [{"lang": "es", "title": "a", "text": "b", "by": "c", "zebra": 1}]},
        {"direction": "sideways"},
        {"title": "a\nb"},
        {"languages": "en"},
        {"only_own": 1},
        {"room": {"waiting": 1000}},
    ],
)
def test_what_nobody_knows_or_does_not_fit_is_refused_at_any_depth(mira: Client, content: dict[str, Any]) -> None:
    answer = mira.post("/offerings", {"content": content})
    assert (answer.status, answer.code) == (422, "invalid")
    assert b"zebra" not in answer.body


def test_what_was_drafted_is_given_back_as_it_was_written(mira: Client) -> None:
    content = offer(room={"state": "waiting_list"}, ages={"kind": "from", "from_age": 16})
    draft = mira.done("POST", "/offerings", {"content": content, "name": "M."})
    assert (draft["content"], draft["holders"]) == (content, ["M."])

"""Tokens from seven words, and joining with a key that the node never has (safety.md, "At rest")."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from alongside_node.members import actions as members
from alongside_node.members import words as seven
from alongside_node.members.actions import Role
from alongside_node.members.wrapping import unwrap
from alongside_protocol import base64url
from alongside_protocol.sealing import SealPrivateKey
from api_client import Client, granted, invited
from world import Community, World


@pytest.fixture
def oak(tmp_path: Path) -> Iterator[Community]:
    world = World(tmp_path)
    yield world.community("Oak")
    world.close()


@pytest.fixture
def words(oak: Community) -> str:
    found = " ".join(seven.generate("en", oak.random))
    joining = members.prepare(
        seven.derive(found, oak.node.keys().words_salt),
        node=oak.id,
        name="Mira",
        role=Role.MEMBER,
        lang="en",
        now=oak.world.clock.now(),
        random=oak.random,
    )
    oak.write(lambda tx: members.add(tx, joining.member))
    return found


def test_seven_words_give_a_token_and_the_key_as_it_is_stored(oak: Community, words: str) -> None:
    found = Client(oak).done("POST", "/grants", {"words": words.upper(), "label": "telephone"})
    assert (found["role"], found["name"], found["last_day"]) == ("member", "Mira", "2027-02-16")
    assert [row.label for row in oak.rows("grant")] == ["telephone"]
    derived = seven.derive(words, base64url.decode(found["key"]["salt"]))
    key = unwrap(base64url.decode(found["key"]["wrapped"]), derived.wrap, purpose="words", member=found["member"])
    assert key
    assert key.public.text == found["public_key"]
    box = Client(oak, found["token"], key, found["member"]).done("GET", "/box")
    assert Client(oak, "", key, found["member"]).opened(box["box"], "box")


def test_words_that_open_nothing_give_nothing(oak: Community, words: str) -> None:
    answer = Client(oak).post("/grants", {"words": "one two three four five six seven"})
    assert (answer.status, answer.code) == (422, "words")
    assert oak.rows("grant") == []


def test_a_token_alone_returns_no_key(oak: Community, words: str) -> None:
    token = Client(oak).done("POST", "/grants", {"words": words})["token"]
    private = base64url.encode(oak.rows("member")[0].private)
    client = Client(oak, token)
    for path in ("/box", "/incoming", "/offerings", "/community"):
        assert private not in client.get(path).body.decode()


def test_who_joins_with_a_key_of_their_own_has_no_private_half_here(oak: Community) -> None:
    client = invited(oak, "Asker")
    [row] = oak.rows("member")
    assert client.key
    assert (row.private, row.public, row.role) == (None, client.key.public.text, "member")
    assert client.opened(client.done("GET", "/box")["box"], "box").rstrip() == b'{"mailboxes": {}, "handles": {}}'


def test_an_invitation_works_once_and_makes_what_it_was_made_for(oak: Community) -> None:
    now = oak.world.clock.now()
    code, _ = oak.write(lambda tx: members.invite(tx, Role.STEWARD, now=now, random=oak.random))
    assert Client(oak).join(code, "S").get("/status").status == 200
    key = SealPrivateKey.generate(oak.random).public.text
    answer = Client(oak).post("/join", {"code": code, "name": "T", "public_key": key})
    assert (answer.status, answer.code) == (422, "invitation")
    assert len(oak.rows("member")) == 1


@pytest.mark.parametrize("key", ["A" * 43, "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "x", ""])
def test_a_key_that_is_none_is_refused(oak: Community, key: str) -> None:
    now = oak.world.clock.now()
    code, _ = oak.write(lambda tx: members.invite(tx, Role.MEMBER, now=now, random=oak.random))
    assert Client(oak).post("/join", {"code": code, "name": "T", "public_key": key}).status == 422
    assert oak.rows("member") == []


def test_a_steward_invites_and_sees_how_the_node_is(oak: Community) -> None:
    steward = invited(oak, "S", "steward")
    code = steward.done("POST", "/invitations", {"role": "member"})["code"]
    assert Client(oak).join(code, "M").get("/status").code == "not-for-you"
    status = steward.done("GET", "/status")
    assert (status["community"], status["members"], status["peers"]) == ("Oak", 2, [])
    assert steward.done("GET", "/peers") == {"peers": []}
    elm = oak.world.community("Elm")
    oak.world.federate(oak, elm)
    assert [peer["name"] for peer in steward.done("GET", "/peers")["peers"]] == ["Elm"]


# What is open.


def test_sessions_are_seen_roughly_and_ended_from_a_client(oak: Community) -> None:
    mira, other = oak.person("Mira"), oak.person("Other")
    begin = [oak.world.clock.now() - 7 * 60, oak.world.clock.now()]
    cookies = [oak.write(lambda tx, at=at: members.begin_session(tx, mira, now=at, random=oak.random)) for at in begin]
    client, stranger = granted(oak, mira), granted(oak, other)
    seen = client.done("GET", "/sessions")["sessions"]
    assert [one["used_minutes_ago"] for one in seen] == [0, 10]
    assert stranger.done("GET", "/sessions") == {"sessions": []}
    for cookie in cookies:
        assert cookie not in json.dumps(seen)
    older = f"/sessions/{seen[1]['name']}"
    assert stranger.send("DELETE", older).status == 204, "answered as for one's own"
    assert len(client.done("GET", "/sessions")["sessions"]) == 2
    assert client.send("DELETE", older).status == 204
    assert client.done("GET", "/sessions")["sessions"] == seen[:1]
    assert oak.read(members.session_of, cookies[0], now=oak.world.clock.now()) is None
    assert client.send("DELETE", "/sessions/x").status == 422


def test_tokens_are_seen_and_ended_by_another_token_of_the_same_person(oak: Community) -> None:
    mira, stranger = oak.person("Mira"), granted(oak, oak.person("Other"))
    one, two = granted(oak, mira), granted(oak, mira)
    seen = one.done("GET", "/grants")["programs"]
    assert sorted(program["this"] for program in seen) == [False, True]
    assert one.token not in json.dumps(seen)
    assert two.token not in json.dumps(seen)
    [name] = [program["name"] for program in seen if not program["this"]]
    assert Client(oak, name).get("/box").code == "not-signed-in", "what ends it opens nothing"
    stranger.send("DELETE", f"/grants/{name}")
    assert two.get("/box").status == 200
    assert one.send("DELETE", f"/grants/{name}").status == 204
    assert two.get("/box").code == "not-signed-in"
    assert one.get("/box").status == 200


def test_who_holds_their_key_takes_along_what_the_node_can_read(oak: Community) -> None:
    asker = invited(oak, "Asker")
    asker.done("POST", "/offerings", {"content": {"direction": "offer", "type": "circle", "title": "My circle"}})
    taken = asker.done("POST", "/account/take", {})
    assert taken["account"]["name"] == "Asker"
    assert [one["content"]["title"] for one in taken["offerings"]] == ["My circle"]
    assert asker.token not in json.dumps(taken)
    assert asker.post("/account/take", {"words": "one two three four five six seven"}).code == "words"


# Leaving.


def test_who_holds_their_key_leaves_with_everything_their_box_names(oak: Community) -> None:
    mira = oak.person("Mira")
    listing = oak.publishes(mira)
    oak.world.settle()
    asker = invited(oak, "Asker")
    body, ref = asker.request(oak.id, listing, "Hello")
    asker.done("POST", "/requests", body)
    oak.world.settle()
    assert len(oak.rows("incoming")) == 1
    other, named = granted(oak, oak.person("Other")), {"ref": ref, "mailbox": body["mailbox"]}
    assert other.post("/account/leave", {"requests": [named]}).code == "words", "whoever has words must say them"
    assert asker.post("/account/leave", {"requests": [named | {"mailbox": "A" * 22}, named]}).status == 204
    assert asker.get("/box").code == "not-signed-in"
    oak.world.settle()
    assert oak.rows("asked") == oak.rows("incoming") == oak.rows("letter") == oak.rows("erasure") == []
    assert asker.member not in {row.id for row in oak.rows("member")}


def test_the_last_who_looks_after_the_community_does_not_leave_by_a_client_either(oak: Community) -> None:
    for row in oak.rows("member"):
        oak.write(lambda tx, row=row: members.remove(tx, row.id))
    now = oak.world.clock.now()
    code, _ = oak.write(lambda tx: members.invite(tx, Role.STEWARD, now=now, random=oak.random))
    steward = Client(oak).join(code, "Steward")
    assert steward.post("/account/leave", {}).code == "not-possible"
    assert steward.get("/box").status == 200

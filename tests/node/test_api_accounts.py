"""Tokens from seven words, and joining with a key that the node never has (safety.md, "At rest")."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alongside_node.members import actions as members
from alongside_node.members import words as seven
from alongside_node.members.actions import Role
from alongside_node.members.wrapping import unwrap
from alongside_protocol import base64url
from alongside_protocol.sealing import SealPrivateKey
from api_client import Client, invited
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

"""Asking and answering with a client that seals by itself: the node carries it within the rules and learns nothing else (section 6)."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alongside_node.members import actions as members
from alongside_node.members.actions import Role
from alongside_node.referrals import store
from alongside_protocol import base64url, canonical, limits, messages
from alongside_protocol.identifiers import new_message_id
from alongside_protocol.messages import Envelope, Type
from api_client import Client, invited
from world import Community, World, commitments

DAY = 86_400


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path)
    yield found
    found.close()


@pytest.fixture
def oak(world: World) -> Community:
    return world.community("Oak")


@pytest.fixture
def mira(oak: Community) -> Client:
    return invited(oak, "Mira")


@pytest.fixture
def asker(oak: Community) -> Client:
    return invited(oak, "Asker")


@pytest.fixture
def listing(mira: Client) -> str:
    return publishes(mira)


def publishes(client: Client, **changes: Any) -> str:
    from world import offer  # noqa: PLC0415

    found = str(client.done("POST", "/offerings", {"content": offer(**changes)})["id"])
    client.done("POST", f"/offerings/{found}/publish")
    return found


def changed(body: dict[str, Any], change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """The same request with another message in it."""
    said = json.loads(base64url.decode(body["message"]))
    change(said)
    return body | {"message": base64url.encode(canonical.dump(said))}


def nothing_left(community: Community) -> bool:
    return not any(community.rows(name) for name in ("asked", "letter", "outbox"))


def test_what_a_client_needs_to_seal_is_what_the_directory_says(oak: Community, asker: Client, listing: str) -> None:
    recipient, to = asker.recipient(oak.id, listing)
    assert (to["me"], to["node"], to["standing"], to["community"]) == (oak.id, oak.id, "member", "Oak")
    assert [key.text for key in recipient.listing_keys] == [row.public for row in oak.rows("listing_key")]
    assert asker.get(f"/addressees/{oak.id}/{'A' * 22}").code == "not-agreed"


def test_a_request_leaves_whole_or_not_at_all(oak: Community, asker: Client, listing: str) -> None:
    body, _ = asker.request(oak.id, listing, "Hello")
    asker.ask(oak.id, listing, "Another")
    before = [oak.rows(name) for name in ("asked", "letter", "outbox", "member")]
    answer = asker.post("/requests", body)
    assert (answer.status, answer.code, answer.json["retry"]) == (409, "box-changed", True)
    assert [oak.rows(name) for name in ("asked", "letter", "outbox", "member")] == before


def test_no_row_joins_a_person_to_what_they_asked(world: World, oak: Community, asker: Client, listing: str) -> None:
    ref = asker.ask(oak.id, listing, "Hello")
    world.settle()
    for name in ("asked", "letter", "incoming", "received", "outbox"):
        assert asker.member not in str(oak.rows(name))
    mailbox = asker.mailbox(ref)
    assert mailbox not in str(oak.rows("member")) + str(oak.rows("grant"))


def test_a_reference_or_a_mailbox_is_used_once(oak: Community, asker: Client, listing: str) -> None:
    ref = asker.ask(oak.id, listing, "Hello")
    mailbox = asker.mailbox(ref)
    body, _ = asker.request(oak.id, listing, "Again")
    assert asker.post("/requests", body | {"mailbox": mailbox}).code == "message-reused-id"
    assert asker.post("/requests", changed(body, lambda said: said.update(ref=ref))).code == "message-reused-id"
    asker.done("POST", f"/requests/{ref}/erase", {"mailbox": mailbox})
    assert asker.post("/requests", changed(body, lambda said: said.update(ref=ref))).code == "message-reused-id"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda said: said.update(words="I cannot sleep"), "message-form"),
        (lambda said: said["body"].update(words="I cannot sleep"), "message-form"),
        (lambda said: said.pop("sealed"), "message-form"),
        (lambda said: said.update(sealed=None), "message-form"),
        (lambda said: said.update(body=None), "message-form"),
        (lambda said: said.update(body=[]), "message-form"),
        (lambda said: said.update(body={}), "message-form"),
        (lambda said: said.update(sealed=base64url.encode(b"I cannot sleep")), "seal"),
        (lambda said: said.update(sealed=base64url.encode(b"x" * 600)), "seal"),
        (lambda said: said.update({"from": "A" * 43}), "message-sender"),
        (lambda said: said.update(to="A" * 43), "not-agreed"),
        (lambda said: said.update(n=2), "move"),
        (lambda said: said.update(type="peer.end"), "message-form"),
        (lambda said: said.update(type="hint"), "message-form"),
        (lambda said: said.update(type="erase"), "message-form"),
        (lambda said: said.update(iat=said["iat"] - 301), "message-lifetime"),
        (lambda said: said.update(iat=said["iat"] + 301), "message-lifetime"),
        (lambda said: said.update(exp=said["iat"]), "message-lifetime"),
        (lambda said: said.update(exp=said["iat"] + limits.MESSAGE_LIFE + 1), "message-lifetime"),
        (lambda said: said.update(exp=said["body"]["until"] + 1), "consent-expired"),
        (lambda said: said["body"].update(until=said["iat"]), "consent-expired"),
        (lambda said: said["body"].update(until=said["iat"] + 62 * DAY), "consent-expired"),
    ],
)
def test_what_is_not_a_request_within_the_rules_does_not_leave(
    oak: Community, asker: Client, listing: str, change: Callable[[dict[str, Any]], Any], code: str
) -> None:
    body, _ = asker.request(oak.id, listing, "Hello")
    before = asker.done("GET", "/box")
    answer = asker.post("/requests", changed(body, change))
    assert (answer.code, nothing_left(oak)) == (code, True)
    assert asker.done("GET", "/box") == before


def test_a_message_written_with_spaces_is_not_as_this_version_writes_it(
    oak: Community, asker: Client, listing: str
) -> None:
    body, _ = asker.request(oak.id, listing, "Hello")
    spaced = json.dumps(json.loads(base64url.decode(body["message"]))).encode()
    assert asker.post("/requests", body | {"message": base64url.encode(spaced)}).code == "message-form"


@pytest.mark.parametrize("name", ["letter", "box"])
def test_what_is_kept_has_the_length_of_something_sealed(
    oak: Community, asker: Client, listing: str, name: str
) -> None:
    body, _ = asker.request(oak.id, listing, "Hello")
    answer = asker.post("/requests", body | {name: base64url.encode(b"I cannot sleep")})
    assert (answer.code, nothing_left(oak)) == ("seal", True)


def test_nothing_leaves_to_a_community_that_did_not_agree_on_requests(world: World, oak: Community) -> None:
    from alongside_protocol.messages import Steps  # noqa: PLC0415

    elm = world.community("Elm")
    world.federate(oak, elm, Steps.LISTINGS)
    found = publishes(invited(elm, "Lena"))
    world.settle()
    asker = invited(oak, "Asker")
    assert asker.get(f"/addressees/{elm.id}/{found}").code == "not-agreed"
    local = publishes(invited(oak, "Mira"))
    body, _ = asker.request(oak.id, local, "Hello")
    assert asker.post("/requests", changed(body, lambda said: said.update(to=elm.id))).code == "not-agreed"


def test_only_who_knows_the_mailbox_reads(oak: Community, asker: Client, listing: str) -> None:
    ref = asker.ask(oak.id, listing, "Hello")
    other = invited(oak, "Other")
    for path in (f"/requests/{ref}?mailbox={'A' * 22}", f"/requests/{'A' * 22}?mailbox={asker.mailbox(ref)}"):
        assert other.get(path).code == "not-found"
    for move in ("withdraw", "close", "erase"):
        assert other.post(f"/requests/{ref}/{move}", {"mailbox": "A" * 22}).code == "not-found"
    assert asker.thread(ref)["state"] == "offered"
    assert asker.get(f"/requests/{ref}").code == "invalid"


def test_taking_back_and_closing(world: World, oak: Community, mira: Client, asker: Client, listing: str) -> None:
    ref = asker.ask(oak.id, listing, "Hello")
    assert asker.thread(ref)["delivered"] is False
    world.settle()
    assert asker.thread(ref)["delivered"] is True
    mailbox = {"mailbox": asker.mailbox(ref)}
    assert asker.post(f"/requests/{ref}/close", mailbox).code == "move"
    assert asker.done("POST", f"/requests/{ref}/withdraw", mailbox)["state"] == "withdrawn"
    assert asker.post(f"/requests/{ref}/withdraw", mailbox).code == "move"
    world.settle()
    assert [row["state"] for row in mira.incoming()] == ["withdrawn"]


def test_answers_and_going_on(world: World, oak: Community, mira: Client, asker: Client, listing: str) -> None:
    ref = asker.ask(oak.id, listing, "Hello")
    world.settle()
    [row] = mira.incoming()
    path = f"/incoming/{row['peer']}/{row['ref']}/answers"
    assert (row["state"], row["standing"], row["sent"]) == ("offered", "member", 0)
    assert asker.post(f"/requests/{ref}/messages", asker.further(ref, "Too early")).code == "move"
    first = mira.answer(row, Type.ACCEPT, "Yes")
    assert mira.done("POST", path, first)["state"] == "accepted"
    assert mira.post(path, first).code == "move"
    mira.done("POST", path, mira.answer(row, Type.MESSAGE, "And more"))
    world.settle()
    assert asker.answers(ref) == ["Yes", "And more"]
    further = asker.further(ref, "Thank you")
    asker.done("POST", f"/requests/{ref}/messages", further)
    assert asker.post(f"/requests/{ref}/messages", further).code == "move"
    world.settle()
    _, words, thread = mira.read(row)
    assert words == ["Thank you"]
    assert [letter["type"] for letter in thread["letters"] if letter["ours"]] == [Type.ACCEPT, Type.MESSAGE]


def wordless(client: Client, row: dict[str, Any], kind: Type, n: int) -> dict[str, Any]:
    now, random = client.community.world.clock.now(), client.community.random
    envelope = Envelope(
        new_message_id(random), client.community.id, row["peer"], kind, now, now + 7 * DAY, row["ref"], n
    )
    return {"message": base64url.encode(messages.write(envelope))}


def test_declining_needs_no_word(world: World, oak: Community, mira: Client, asker: Client, listing: str) -> None:
    ref = asker.ask(oak.id, listing, "Hello")
    world.settle()
    [row] = mira.incoming()
    path, body = f"/incoming/{row['peer']}/{row['ref']}/answers", wordless(mira, row, Type.DECLINE, 1)
    assert mira.post(path, changed(body, lambda said: said.update(body={"reason": "full"}))).code == "message-form"
    for member in ("body", "sealed"):
        said = changed(body, lambda said, member=member: said.update({member: None}))  # type: ignore[misc]
        assert mira.post(path, said).code == "message-form"
    assert mira.post(path, wordless(mira, row, Type.PAUSE, 1)).code == "move"
    assert mira.post(path, wordless(mira, row, Type.WITHDRAW, 1)).code == "move"
    assert mira.done("POST", path, body)["state"] == "declined"
    world.settle()
    assert asker.thread(ref)["state"] == "declined"


def test_an_answer_goes_to_its_own_request_only(
    world: World, oak: Community, mira: Client, asker: Client, listing: str
) -> None:
    for words in ("One", "Two"):
        asker.ask(oak.id, listing, words)
    world.settle()
    one, two = mira.incoming()
    path = f"/incoming/{two['peer']}/{two['ref']}/answers"
    assert mira.post(path, mira.answer(one, Type.ACCEPT, "Yes")).code == "move"
    answer = changed(mira.answer(two, Type.ACCEPT, "Yes"), lambda said: said.update(exp=two["until"] + 1))
    assert mira.post(path, answer).code == "consent-expired"
    assert {row["state"] for row in mira.incoming()} == {"offered"}


def test_who_does_not_keep_a_listing_sees_nothing_of_what_was_asked(
    world: World, oak: Community, mira: Client, asker: Client, listing: str
) -> None:
    asker.ask(oak.id, listing, "Hello")
    world.settle()
    [row] = mira.incoming()
    other = invited(oak, "Other")
    assert other.done("GET", "/incoming") == {"requests": [], "keys": []}
    assert other.get(f"/incoming/{row['peer']}/{row['ref']}").code == "not-found"
    body = mira.answer(row, Type.ACCEPT, "Yes")
    assert other.post(f"/incoming/{row['peer']}/{row['ref']}/answers", body).code == "not-found"


def test_promises_that_changed_are_agreed_to_again(
    world: World, oak: Community, mira: Client, asker: Client, listing: str
) -> None:
    from world import offer  # noqa: PLC0415

    ref = asker.ask(oak.id, listing, "Hello")
    world.settle()
    content = offer(commitments=commitments(police="may_without_asking"))
    mira.done("PUT", f"/offerings/{listing}", {"content": content})
    world.settle()
    assert asker.thread(ref)["state"] == "paused"
    body, _ = asker.request(oak.id, listing, "Hello", again=ref)
    agreed = {name: body[name] for name in ("mailbox", "message", "letter")}
    another_date = changed(agreed, lambda said: said["body"].update(until=said["body"]["until"] - 1))
    assert asker.post(f"/requests/{ref}/messages", another_date).code == "message-form"
    asker.done("POST", f"/requests/{ref}/messages", agreed)
    assert [one["type"] for one in asker.thread(ref)["letters"]] == ["asked"]
    world.settle()
    [row] = mira.incoming()
    assert (asker.thread(ref)["state"], row["state"]) == ("offered", "offered")
    assert mira.read(row)[0].fields == {"words": "Hello"}


def test_a_receipt_is_there_for_who_knows_the_reference(
    world: World, oak: Community, asker: Client, listing: str
) -> None:
    ref = asker.ask(oak.id, listing, "Hello")
    assert asker.get(f"/requests/{ref}/receipt").code == "not-found"
    world.settle()
    asker.done("POST", f"/requests/{ref}/erase", {"mailbox": asker.mailbox(ref)})
    told = asker.done("GET", f"/requests/{ref}/receipt")
    assert (told["confirmed"], told["receipt"], told["late"]) == (None, None, False)
    world.settle()
    assert asker.done("GET", f"/requests/{ref}/receipt")["receipt"]
    assert not oak.read(store.letters, asker.mailbox(ref))


def test_a_guest_cannot_seal_a_request_elsewhere_because_nobody_could_vouch_for_what_it_says(
    world: World, oak: Community, listing: str
) -> None:
    asker = oak.person("", Role.GUEST)
    token = oak.write(lambda tx: members.grant(tx, asker.member.id, "", now=world.clock.now(), random=oak.random))
    guest = Client(oak, token, asker.key, asker.member.id)
    with pytest.raises(AssertionError, match="403"):
        guest.ask(oak.id, listing, "Hello")
    assert oak.rows("asked") == []

"""The vectors of requests: read as another implementation would read them, and the same when they are made again."""

import json
from pathlib import Path
from typing import Any

import pytest

from alongside_protocol import base64url
from alongside_protocol.commitments import Commitments, commitments_hash, promises_no_call_without_yes, unanswered
from alongside_protocol.errors import Refused
from alongside_protocol.hours import Hours, is_open, next_opening
from alongside_protocol.identifiers import NodeId, RecordId
from alongside_protocol.listing import Listing, missing_before_publishing
from alongside_protocol.messages import Steps, read
from alongside_protocol.peering import Act, Agreement, Side, check_invitation, read_code, read_invitation_header
from alongside_protocol.record import read as read_record
from alongside_protocol.referral import Arrival, Move, Numbering, Party, State, step
from vectors import make_request_vectors

FOLDER = Path(make_request_vectors.__file__).parent


def load(path: str) -> dict[str, Any]:
    return json.loads((FOLDER / path).read_text(encoding="utf-8"))


def cases(path: str) -> list[Any]:
    return [
        pytest.param(case, id=case.get("name") or "-".join(list(case.values())[:4])) for case in load(path)["cases"]
    ]


def outcome(attempt: Any) -> dict[str, Any]:
    try:
        return {"expect": attempt()}
    except Refused as refused:
        return {"code": refused.code.value}


def said(case: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in case.items() if name in ("expect", "code")}


@pytest.mark.parametrize("path", sorted(make_request_vectors.vectors()))
def test_the_vectors_are_the_same_when_they_are_made_again(path: str) -> None:
    made = make_request_vectors.text_of(make_request_vectors.vectors()[path])
    assert (FOLDER / path).read_text(encoding="utf-8") == made
    assert made.isascii()


@pytest.mark.parametrize("case", cases("commitments/hash.json"))
def test_commitments(case: dict[str, Any]) -> None:
    of_listing, of_community = (
        None if case[owner] is None else Commitments.model_validate(case[owner]) for owner in ("listing", "community")
    )
    assert base64url.encode(commitments_hash(of_listing, of_community)) == case["hash"]
    assert list(unanswered(of_listing or Commitments())) == case["unanswered"]
    assert promises_no_call_without_yes(of_listing) is case["promises_no_call_without_yes"]


@pytest.mark.parametrize("case", cases("listing/records.json"))
def test_listings(case: dict[str, Any]) -> None:
    def attempt() -> dict[str, Any]:
        record = read_record(case["line"].encode(), expected_id=RecordId(json.loads(case["line"])["id"]))
        assert isinstance(record.content, Listing)
        return {"missing_before_publishing": list(missing_before_publishing(record.content))}

    assert outcome(attempt) == said(case)


@pytest.mark.parametrize("case", cases("listing/hours.json"))
def test_hours(case: dict[str, Any]) -> None:
    hours = Hours.model_validate(case["hours"])
    for moment in case["at"]:
        assert is_open(hours, moment["at"]) is moment["open"]
        assert next_opening(hours, moment["at"]) == moment["next"]


@pytest.mark.parametrize("case", cases("referral/table.json"))
def test_referral_table(case: dict[str, Any]) -> None:
    got = outcome(lambda: step(State(case["state"]), Party(case["party"]), Move(case["move"])).value)
    assert got == ({"expect": case["after"]} if "after" in case else said(case))


@pytest.mark.parametrize("case", cases("referral/numbering.json"))
def test_numbering(case: dict[str, Any]) -> None:
    numbers = Numbering()
    for message in case["messages"]:
        arrival = numbers.arrival(message["n"], Move(message["move"]))
        assert arrival == message["arrival"]
        if arrival in (Arrival.NEXT, Arrival.LATE):
            numbers = numbers.after(message["n"])
        assert (numbers.seen, sorted(numbers.missing)) == (message["seen"], message["missing"])


@pytest.mark.parametrize("case", cases("messages/envelopes.json"))
def test_messages(case: dict[str, Any]) -> None:
    world = load("messages/envelopes.json")

    def attempt() -> dict[str, Any]:
        sender, me = NodeId(world["sender"]), NodeId(world["me"])
        got = read(case["raw"].encode(), sender=sender, me=me, now=world["now"])
        return {"type": got.type.value, "ref": got.ref, "n": got.n, "sealed": got.sealed is not None}

    assert outcome(attempt) == said(case)


@pytest.mark.parametrize("case", cases("peering/invitations.json"))
def test_invitations(case: dict[str, Any]) -> None:
    def attempt() -> dict[str, Any]:
        code = read_code(case["text"])
        encode = base64url.encode
        return {
            "node": code.node,
            "origin": code.origin,
            "document": encode(code.document),
            "id": encode(code.id),
            "token": encode(code.token),
        }

    assert outcome(attempt) == said(case)


@pytest.mark.parametrize("case", cases("peering/proofs.json"))
def test_proofs_of_an_invitation(case: dict[str, Any]) -> None:
    token = base64url.decode(load("peering/proofs.json")["token"])

    def attempt() -> dict[str, Any]:
        code_id, mac = read_invitation_header(case["header"])
        check_invitation(mac, token, case["content_digest"])
        return {"id": base64url.encode(code_id)}

    assert outcome(attempt) == said(case)


@pytest.mark.parametrize("case", cases("peering/agreements.json"))
def test_agreements(case: dict[str, Any]) -> None:
    def attempt() -> list[str]:
        agreement = Agreement(Steps(case["ours"]), Steps(case["theirs"])).after(Side(case["side"]), Act(case["act"]))
        return [agreement.ours.value, agreement.theirs.value]

    assert outcome(attempt) == ({"expect": case["after"]} if "after" in case else said(case))


def test_every_refusal_in_the_vectors_is_tried_beside_something_that_is_taken() -> None:
    for path in ("listing/records.json", "messages/envelopes.json", "peering/invitations.json", "peering/proofs.json"):
        kinds = {"code" in case for case in load(path)["cases"]}
        assert kinds == {True, False}

"""The inbox: cheap first, authenticity before parsing, effects last (section 5 of the specification; safety.md, B)."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from alongside_node.entrypoints import federation, problems
from alongside_node.foundation.database import Database
from alongside_node.peers import actions as peers
from alongside_protocol import http_signatures, limits, messages
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from alongside_protocol.client.flows import INBOX_PATH
from alongside_protocol.identifiers import NodeId
from alongside_protocol.keys import SigningKey
from alongside_protocol.messages import CONTENT_TYPE, DocsBody, HintBody, PeerBody, Steps, Type, UntilBody
from alongside_protocol.node_document import read_chain, read_well_known
from alongside_protocol.peering import INVITATION_HEADER, invitation_header
from federation.small_nodes import Clock, Network, SmallNode, a_database, asgi, enqueue, federate, new_id, quiet, run

OTHER = SigningKey(bytes(range(32)))
CHANGES = "/alongside/v1/changes"
HEADS = "/alongside/v1/heads"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def oak(database: Database, clock: Clock) -> SmallNode:
    return SmallNode("oak", database, Network(), clock)


@pytest.fixture
def elm(oak: SmallNode, tmp_path: Path) -> Iterator[SmallNode]:
    """Federates with oak."""
    with a_database(tmp_path, "elm") as database:
        node = SmallNode("elm", database, oak.network, oak.clock)
        run(federate(node, oak))
        yield node


def answer(request: HttpRequest, at: SmallNode, *, body: Any = None, **headers: str) -> HttpResponse:
    """What `at` says; a header that is given replaces the one that was sent."""
    changed = {**request.headers, **{name.replace("_", "-"): text for name, text in headers.items()}}
    return run(asgi(at.app, request.method, request.url, changed, request.body if body is None else body))


def problem(response: HttpResponse) -> str:
    assert response.headers["content-type"] == problems.MEDIA_TYPE
    return json.loads(response.body)["type"].removeprefix("urn:alongside:problem:")


def is_a_strangers(response: HttpResponse) -> bool:
    """Status and body are exactly what a node that nobody knows is told."""
    same = problems.stranger()
    return (response.status, response.body) == (same.status_code, same.body)


# Taken, once.


def test_a_message_of_a_peer_is_taken_and_waits_to_be_acted_on(oak: SmallNode, elm: SmallNode) -> None:
    before = oak.rows("received")
    assert answer(elm.post(oak, messages.write(elm.message(oak))), oak).status == 202
    assert oak.rows("received") == before + 1
    run(oak.received.act_once())
    assert [envelope.type for envelope in oak.effects] == [Type.WITHDRAW]


def test_the_same_message_again_gets_the_same_answer_and_no_second_effect(oak: SmallNode, elm: SmallNode) -> None:
    body = messages.write(elm.message(oak))
    assert [answer(elm.post(oak, body), oak).status for _ in range(3)] == [202, 202, 202]
    run(oak.received.act_once())
    assert answer(elm.post(oak, body), oak).status == 202
    run(oak.received.act_once())
    assert len(oak.effects) == 1


def test_a_request_that_is_replayed_byte_for_byte_changes_nothing(oak: SmallNode, elm: SmallNode) -> None:
    request = elm.post(oak, messages.write(elm.message(oak)))
    assert answer(request, oak).status == 202
    rows = oak.rows("received")
    assert answer(request, oak).status == 202
    assert oak.rows("received") == rows


def test_a_message_is_not_taken_twice_after_a_restart(oak: SmallNode, elm: SmallNode) -> None:
    body = messages.write(elm.message(oak))
    answer(elm.post(oak, body), oak)
    run(oak.received.act_once())
    again = SmallNode("oak", oak.database, oak.network, oak.clock)
    again.chain = oak.chain
    assert answer(elm.post(oak, body), again).status == 202
    assert run(again.received.act_once()) == 0


def test_other_bytes_under_a_used_id_are_refused(oak: SmallNode, elm: SmallNode) -> None:
    first = elm.message(oak)
    assert answer(elm.post(oak, messages.write(first)), oak).status == 202
    second = answer(elm.post(oak, messages.write(replace(first, n=2))), oak)
    assert (second.status, problem(second)) == (409, "message-reused-id")


def test_the_same_id_from_another_node_is_another_message(oak: SmallNode, elm: SmallNode, tmp_path: Path) -> None:
    with a_database(tmp_path, "yew") as database:
        yew = SmallNode("yew", database, oak.network, oak.clock)
        run(federate(yew, oak))
        message = elm.message(oak)
        assert answer(elm.post(oak, messages.write(message)), oak).status == 202
        assert answer(yew.post(oak, messages.write(replace(message, from_=yew.id, n=7))), oak).status == 202


def test_a_request_for_one_node_is_nothing_at_another(oak: SmallNode, elm: SmallNode, tmp_path: Path) -> None:
    with a_database(tmp_path, "yew") as database:
        yew = SmallNode("yew", database, oak.network, oak.clock)
        run(federate(elm, yew))
        request = elm.post(oak, messages.write(elm.message(oak)))
        assert is_a_strangers(answer(request, yew))
        assert is_a_strangers(answer(request, yew, host="yew.example"))


def test_many_that_come_at_once_after_a_start_are_all_known(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        again = SmallNode("oak", oak.database, oak.network, oak.clock)
        again.chain = oak.chain
        for _ in range(2):
            requests = [elm.post(oak, messages.write(elm.message(oak))) for _ in range(8)]
            answers = await asyncio.gather(*(elm.network.send(request) for request in requests))
            assert [one.status for one in answers] == [202] * 8
            again.book.forget()

    run(story())


# Every part that is signed.


@pytest.mark.parametrize(
    "url",
    [
        "https://oak.example" + INBOX_PATH + "?",
        "https://oak.example" + INBOX_PATH + "?a=b",
        "https://oak.example/alongside/v1/inb%6Fx",
        "http://oak.example" + INBOX_PATH,
        "https://oak.example:8443" + INBOX_PATH,
        "https://elm.example" + INBOX_PATH,
    ],
)
def test_a_signature_for_another_address_is_refused(oak: SmallNode, elm: SmallNode, url: str) -> None:
    request = elm.post(oak, messages.write(elm.message(oak)), url=url)
    assert is_a_strangers(answer(replace(request, url=oak.origin + INBOX_PATH), oak))


@pytest.mark.parametrize("path", [INBOX_PATH + "?a=b", "/alongside/v1/inb%6Fx"])
def test_a_request_that_was_sent_to_another_address_than_signed_is_refused(
    oak: SmallNode, elm: SmallNode, path: str
) -> None:
    request = elm.post(oak, messages.write(elm.message(oak)))
    assert is_a_strangers(answer(replace(request, url=oak.origin + path), oak))


def test_another_host_header_is_refused_although_the_signature_fits(oak: SmallNode, elm: SmallNode) -> None:
    request = elm.post(oak, messages.write(elm.message(oak)))
    assert is_a_strangers(answer(request, oak, host="oak.example:8443"))


def test_a_signature_for_another_method_is_refused(oak: SmallNode, elm: SmallNode) -> None:
    body = messages.write(elm.message(oak))
    url = oak.origin + INBOX_PATH
    as_get = http_signatures.sign("GET", url, key=elm.signing, keyid=elm.signer.key_id, now=elm.clock.now())
    assert is_a_strangers(answer(replace(elm.post(oak, body), headers=as_get | {"content-type": CONTENT_TYPE}), oak))


def test_a_changed_byte_of_the_body_is_refused(oak: SmallNode, elm: SmallNode) -> None:
    body = messages.write(elm.message(oak))
    changed = body.replace(b'"n":1', b'"n":2')
    assert changed != body
    request = elm.post(oak, body)
    assert is_a_strangers(answer(request, oak, body=changed))
    matching = http_signatures.content_digest(changed)
    assert is_a_strangers(answer(request, oak, body=changed, content_digest=matching))


@pytest.mark.parametrize("header", ["signature", "signature-input", "content-digest", "content-type"])
def test_a_request_without_a_part_is_refused(oak: SmallNode, elm: SmallNode, header: str) -> None:
    request = elm.post(oak, messages.write(elm.message(oak)))
    headers = {name: text for name, text in request.headers.items() if name != header}
    assert is_a_strangers(answer(replace(request, headers=headers), oak))


@pytest.mark.parametrize("header", ["signature", "signature-input", "content-digest", "content-type", "host"])
def test_a_header_that_stands_twice_is_refused(oak: SmallNode, elm: SmallNode, header: str) -> None:
    request = elm.post(oak, messages.write(elm.message(oak)))
    headers = [(name.encode(), text.encode()) for name, text in {**request.headers, "host": "oak.example"}.items()]
    twice = [pair for pair in headers if pair[0] == header.encode()]
    response = run(_raw(oak, headers + twice, [request.body or b""]))
    assert response == (problems.stranger().status_code, problems.stranger().body)


def test_another_key_is_refused(oak: SmallNode, elm: SmallNode) -> None:
    assert is_a_strangers(answer(elm.post(oak, messages.write(elm.message(oak)), key=OTHER), oak))


def test_a_peer_cannot_sign_for_another_node(oak: SmallNode, elm: SmallNode) -> None:
    keyid = http_signatures.key_id(oak.id, 1)
    assert is_a_strangers(answer(elm.post(oak, messages.write(elm.message(oak)), keyid=keyid), oak))


# Strangers.


def test_a_stranger_leaves_no_row_and_reaches_no_parser(
    oak: SmallNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(*_: object, **__: object) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr(messages, "read", parse)
    monkeypatch.setattr(messages, "read_stored", parse)
    with a_database(tmp_path, "yew") as database:
        yew = SmallNode("yew", database, oak.network, oak.clock)
        for body in (messages.write(yew.message(oak)), b"{" * 60_000):
            assert is_a_strangers(answer(yew.post(oak, body), oak))
        made = invitation_header(bytes(16), bytes(32), http_signatures.content_digest(b"{}"))
        for invitation in ("", "x", made):
            request = yew.post(oak, b"{}")
            headers = {**request.headers, INVITATION_HEADER.lower(): invitation}
            assert is_a_strangers(answer(replace(request, headers=headers), oak))
    assert [oak.rows(table) for table in ("received", "peer", "outbox", "evidence")] == [0, 0, 0, 0]
    assert oak.network.passed == []


def test_unknown_and_known_senders_cost_the_same_verification(
    oak: SmallNode, elm: SmallNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent: list[str] = []
    really, nothing = http_signatures.verify, http_signatures.verify_nothing
    monkeypatch.setattr(http_signatures, "verify", lambda *a: (spent.append("real"), really(*a)))
    monkeypatch.setattr(http_signatures, "verify_nothing", lambda: (spent.append("dummy"), nothing()))
    body = messages.write(elm.message(oak))
    answer(elm.post(oak, body), oak)
    answer(elm.post(oak, body, keyid=http_signatures.key_id(NodeId("A" * 43), 1)), oak)
    answer(elm.get(oak, CHANGES, keyid=http_signatures.key_id(NodeId("A" * 43), 1)), oak)
    assert spent == ["real", "dummy", "dummy"]


def test_an_invitation_is_bound_to_the_body_it_was_made_for(oak: SmallNode, tmp_path: Path) -> None:
    with a_database(tmp_path, "yew") as database:
        yew = SmallNode("yew", database, oak.network, oak.clock)
        code = oak.invites(yew)
        asks = PeerBody(docs=tuple(yew.chain.texts), profile=yew.profile.model_dump(mode="json"), step=Steps.REQUESTS)
        body = messages.write(yew.message(oak, Type.PEER_REQUEST, body=asks))
        request = yew.post(oak, body)
        for of, taken in ((b"{}", False), (body, True)):
            made = invitation_header(code.id, code.token, http_signatures.content_digest(of))
            headers = {**request.headers, INVITATION_HEADER.lower(): made}
            response = answer(replace(request, headers=headers), oak)
            assert (response.status == 202) is taken
            assert is_a_strangers(response) is not taken


def test_an_invitation_opens_nothing_but_a_first_request(oak: SmallNode, tmp_path: Path) -> None:
    with a_database(tmp_path, "yew") as database:
        yew = SmallNode("yew", database, oak.network, oak.clock)
        code = oak.invites(yew)
        request = yew.post(oak, messages.write(yew.message(oak)))
        made = invitation_header(code.id, code.token, request.headers["content-digest"])
        headers = {**request.headers, INVITATION_HEADER.lower(): made}
        assert is_a_strangers(answer(replace(request, headers=headers), oak))
        assert oak.rows("received") == 0


def test_nobody_is_introduced_by_documents_of_another_node(oak: SmallNode, elm: SmallNode, tmp_path: Path) -> None:
    """Neither in a first request, nor as new documents of a peer: signed with the key in them, in somebody else's name."""
    with a_database(tmp_path, "yew") as database:
        yew = SmallNode("yew", database, oak.network, oak.clock)
        code = oak.invites(yew)
        docs = tuple(yew.chain.texts)
        asks = PeerBody(docs=docs, profile=yew.profile.model_dump(mode="json"), step=Steps.REQUESTS)
        for node, kind, body in ((NodeId("A" * 43), Type.PEER_REQUEST, asks), (elm.id, Type.DOCS, DocsBody(docs=docs))):
            message = messages.write(yew.message(oak, kind, body=body, from_=node))
            request = yew.post(oak, message, keyid=http_signatures.key_id(node, 1))
            made = invitation_header(code.id, code.token, request.headers["content-digest"])
            for headers in (request.headers, {**request.headers, INVITATION_HEADER.lower(): made}):
                assert is_a_strangers(answer(replace(request, headers=headers), oak))
    assert oak.peer(elm).chain.texts == elm.chain.texts
    assert oak.rows("peer") == 1


def test_documents_are_taken_only_from_who_has_the_newest_key_in_them(oak: SmallNode, elm: SmallNode) -> None:
    old = elm.signing
    elm.rotate()  # the new documents are public; the new key is not
    body = messages.write(elm.message(oak, Type.DOCS, body=DocsBody(docs=tuple(elm.chain.texts))))
    for key in (OTHER, old):
        assert is_a_strangers(answer(elm.post(oak, body, key=key), oak))
    assert oak.peer(elm).chain.newest.n == 1


def test_a_key_that_is_not_on_file_yet_is_to_be_tried_again(oak: SmallNode, elm: SmallNode) -> None:
    elm.rotate()
    response = answer(elm.post(oak, messages.write(elm.message(oak))), oak)
    assert is_a_strangers(response)
    assert (problem(response), json.loads(response.body)["retry"]) == ("key-version-unknown", True)


def test_claims_of_a_new_key_are_read_six_times_a_minute_at_most(
    oak: SmallNode, elm: SmallNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []
    really = messages.read_stored
    monkeypatch.setattr(messages, "read_stored", lambda raw: (read.append(raw), really(raw))[1])
    keyid = http_signatures.key_id(elm.id, 99)
    for _ in range(20):
        assert is_a_strangers(answer(elm.post(oak, messages.write(elm.message(oak)), keyid=keyid), oak))
    assert len(read) == 6


# Form.


@pytest.mark.parametrize("content_type", ["application/json", CONTENT_TYPE + "; charset=utf-8", CONTENT_TYPE.upper()])
def test_another_content_type_is_refused_although_it_is_signed(
    oak: SmallNode, elm: SmallNode, content_type: str
) -> None:
    request = elm.post(oak, messages.write(elm.message(oak)), content_type=content_type)
    assert is_a_strangers(answer(request, oak))


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_content_encoding_is_refused(oak: SmallNode, elm: SmallNode, encoding: str) -> None:
    assert is_a_strangers(answer(elm.post(oak, messages.write(elm.message(oak))), oak, content_encoding=encoding))


def test_a_body_that_is_too_long_is_refused_before_it_is_read(oak: SmallNode, elm: SmallNode) -> None:
    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError("read")
        yield b""

    request = elm.post(oak, b"x")
    headers = [(name.encode(), text.encode()) for name, text in {**request.headers, "host": "oak.example"}.items()]
    for declared in (str(limits.MESSAGE_BYTES + 1), "-1", "many"):
        response = run(_streamed(oak, [*headers, (b"content-length", declared.encode())], unread()))
        assert response == (problems.stranger().status_code, problems.stranger().body)


def test_a_body_that_never_ends_is_cut_off_whatever_length_was_declared(oak: SmallNode, elm: SmallNode) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1_024
            yield b"x" * 1_024

    request = elm.post(oak, b"x")
    headers = [(name.encode(), text.encode()) for name, text in {**request.headers, "host": "oak.example"}.items()]
    response = run(_streamed(oak, [*headers, (b"content-length", b"1")], endless()))
    assert response == (problems.stranger().status_code, problems.stranger().body)
    assert sent == limits.MESSAGE_BYTES + 1_024


def test_a_body_that_breaks_off_leaves_nothing(oak: SmallNode, elm: SmallNode) -> None:
    request = elm.post(oak, messages.write(elm.message(oak)))
    rows = oak.rows("received")
    headers = [(name.encode(), text.encode()) for name, text in {**request.headers, "host": "oak.example"}.items()]
    for pieces in ([], [request.body or b""]):
        assert run(_raw(oak, headers, pieces, last=9))[0] == 401
    assert oak.rows("received") == rows


def test_a_message_that_comes_in_pieces_is_taken(oak: SmallNode, elm: SmallNode) -> None:
    request = elm.post(oak, messages.write(elm.message(oak)))
    headers = [(name.encode(), text.encode()) for name, text in {**request.headers, "host": "oak.example"}.items()]
    body = request.body or b""
    assert run(_raw(oak, headers, [body[:10], b"", body[10:]]))[0] == 202


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", INBOX_PATH, 405), ("POST", CHANGES, 405), ("GET", "/alongside/v2/inbox", 404)],
)
def test_other_methods_and_paths_have_their_exact_status(oak: SmallNode, method: str, path: str, status: int) -> None:
    assert run(asgi(oak.app, method, oak.origin + path, {})).status == status


# Time, to who proved a key.


@pytest.mark.parametrize(("drift", "says"), [(-601, "behind"), (301, "ahead")])
def test_a_clock_that_is_wrong_is_named_to_a_peer(oak: SmallNode, elm: SmallNode, drift: int, says: str) -> None:
    body = messages.write(elm.message(oak))
    response = answer(elm.post(oak, body, now=elm.clock.now() + drift), oak)
    assert (response.status, problem(response)) == (401, "request-time")
    assert says in json.loads(response.body)["detail"]


@pytest.mark.parametrize("drift", [-600, 300])
def test_a_clock_within_five_minutes_is_good_enough(oak: SmallNode, elm: SmallNode, drift: int) -> None:
    assert answer(elm.post(oak, messages.write(elm.message(oak)), now=elm.clock.now() + drift), oak).status == 202


def test_a_clock_that_is_wrong_is_not_named_to_a_stranger(oak: SmallNode, elm: SmallNode) -> None:
    late = elm.post(oak, messages.write(elm.message(oak)), now=elm.clock.now() - 9_999, key=OTHER)
    assert is_a_strangers(answer(late, oak))


# What it says.


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"from_": NodeId("A" * 43)}, "message-sender"),
        ({"to": NodeId("A" * 43)}, "message-recipient"),
        ({"iat": 1_800_000_000 - 100, "exp": 1_800_000_000}, "message-expired"),
        ({"iat": 1_800_000_000 + 400, "exp": 1_800_000_000 + 500}, "message-lifetime"),
    ],
)
def test_a_message_for_or_from_somebody_else_or_out_of_time_is_refused(
    oak: SmallNode, elm: SmallNode, changes: dict[str, Any], code: str
) -> None:
    rows = oak.rows("received")
    response = answer(elm.post(oak, messages.write(replace(elm.message(oak), **changes))), oak)
    assert (response.status, problem(response)) == (400, code)
    assert oak.rows("received") == rows


@pytest.mark.parametrize("body", [b"", b"{}", b'{"v":1,"v":1}', b"[1.5]", b"\xff", b'{"v":NaN}', b"[" * 50_000])
def test_what_is_not_a_message_is_refused_and_leaves_nothing(oak: SmallNode, elm: SmallNode, body: bytes) -> None:
    rows = oak.rows("received")
    response = answer(elm.post(oak, body), oak)
    assert response.status == 400
    assert body not in response.body or not body
    assert oak.rows("received") == rows


def test_an_unknown_type_is_refused(oak: SmallNode, elm: SmallNode) -> None:
    body = messages.write(elm.message(oak)).replace(b"referral.withdraw", b"referral.surprise")
    assert problem(answer(elm.post(oak, body), oak)) == "message-type"


def test_a_peer_with_whom_we_share_listings_only_cannot_send_requests(oak: SmallNode, elm: SmallNode) -> None:
    offer = _offer(elm, oak)
    assert answer(elm.post(oak, offer), oak).status == 202
    oak.decides(peers.step_back, elm.id, Steps.LISTINGS, terms=oak.terms)
    response = answer(elm.post(oak, _offer(elm, oak)), oak)
    assert (response.status, problem(response)) == (403, "not-agreed")
    assert answer(elm.post(oak, offer), oak).status == 202  # as before: it was taken then
    assert answer(elm.post(oak, messages.write(elm.message(oak))), oak).status == 202


def test_stepping_back_in_another_process_holds_at_once(oak: SmallNode, elm: SmallNode) -> None:
    def from_the_command_line(tx: Any) -> None:
        terms = peers.Terms()
        peers.step_back(tx, elm.id, Steps.NONE, us=oak.us, terms=terms, now=oak.clock.now(), random=oak.random)

    answer(elm.get(oak, CHANGES), oak)
    oak.database.write(from_the_command_line)  # no word to the book
    assert problem(answer(elm.post(oak, _offer(elm, oak)), oak)) == "not-agreed"
    assert problem(answer(elm.get(oak, CHANGES), oak)) == "not-agreed"


def test_who_has_parted_can_still_withdraw_and_erase(oak: SmallNode, elm: SmallNode) -> None:
    oak.decides(peers.end, elm.id)
    erase = elm.message(oak, Type.ERASE, body=messages.EraseBody(refs=(new_id(elm.random),)))
    for message in (elm.message(oak), erase):
        assert answer(elm.post(oak, messages.write(message)), oak).status == 202
    accept = PeerBody(docs=tuple(elm.chain.texts), profile=elm.profile.model_dump(mode="json"), step=Steps.REQUESTS)
    response = answer(elm.post(oak, messages.write(elm.message(oak, Type.PEER_ACCEPT, body=accept))), oak)
    assert problem(response) == "not-agreed"


def test_a_hint_is_passed_on_and_never_stored(oak: SmallNode, elm: SmallNode) -> None:
    rows = oak.rows("received")
    for _ in range(2):
        body = messages.write(elm.message(oak, Type.HINT, body=HintBody(doc=1, seq=9)))
        assert answer(elm.post(oak, body), oak).status == 202
    assert oak.hints == [(elm.id, 1, 9)] * 2
    assert oak.rows("received") == rows


# Floods.


def test_a_flood_of_one_peer_is_refused_and_the_others_do_not_notice(database: Database, tmp_path: Path) -> None:
    ash = SmallNode("ash", database, Network(), Clock(), inbox_per_minute=10)
    with a_database(tmp_path, "loud") as one, a_database(tmp_path, "quiet") as other:
        loud = SmallNode("loud", one, ash.network, ash.clock)
        calm = SmallNode("calm", other, ash.network, ash.clock)
        run(federate(loud, ash))
        run(federate(calm, ash))
        ash.clock.time += 60
        sent = [answer(loud.post(ash, messages.write(loud.message(ash))), ash) for _ in range(12)]
        assert [response.status for response in sent] == [202] * 10 + [429] * 2
        assert json.loads(sent[-1].body)["retry"] is True
        assert answer(calm.post(ash, messages.write(calm.message(ash))), ash).status == 202
        ash.clock.time += 6
        assert answer(loud.post(ash, messages.write(loud.message(ash))), ash).status == 202
        assert answer(loud.post(ash, messages.write(loud.message(ash))), ash).status == 429


def test_a_stranger_who_names_a_peer_does_not_use_up_its_allowance(database: Database, tmp_path: Path) -> None:
    ash = SmallNode("ash", database, Network(), Clock(), inbox_per_minute=3)
    with a_database(tmp_path, "elm") as other:
        elm = SmallNode("elm", other, ash.network, ash.clock)
        run(federate(elm, ash))
        ash.clock.time += 60
        for _ in range(30):
            assert is_a_strangers(answer(elm.post(ash, messages.write(elm.message(ash)), key=OTHER), ash))
        assert answer(elm.post(ash, messages.write(elm.message(ash))), ash).status == 202


# Reading.


def test_everybody_may_read_who_we_are(oak: SmallNode) -> None:
    response = run(asgi(oak.app, "GET", oak.origin + "/.well-known/alongside", {}))
    assert read_chain(read_well_known(response.body)) == oak.chain


def test_a_peer_reads_our_changes_and_heads(oak: SmallNode, elm: SmallNode) -> None:
    changes = answer(elm.get(oak, CHANGES + "?since=1.4&after=3." + "A" * 22), oak)
    assert (changes.status, changes.headers["content-type"]) == (200, "application/alongside-changes")
    heads = answer(elm.get(oak, HEADS + "?doc=1&from=2&to=4"), oak)
    assert json.loads(heads.body) == {"heads": ["1.2", "1.3", "1.4"]}


def test_a_stranger_reads_nothing(oak: SmallNode, tmp_path: Path) -> None:
    with a_database(tmp_path, "yew") as database:
        yew = SmallNode("yew", database, oak.network, oak.clock)
        for path in (CHANGES, HEADS + "?doc=1&from=1&to=2"):
            assert is_a_strangers(answer(yew.get(oak, path), oak))
            assert is_a_strangers(run(asgi(oak.app, "GET", oak.origin + path, {})))


def test_a_read_that_was_signed_for_another_query_is_refused(oak: SmallNode, elm: SmallNode) -> None:
    request = elm.get(oak, CHANGES + "?since=1.4")
    assert is_a_strangers(answer(replace(request, url=oak.origin + CHANGES + "?since=1.5"), oak))


def test_a_read_with_a_wrong_clock_is_told_so(oak: SmallNode, elm: SmallNode) -> None:
    assert problem(answer(elm.get(oak, CHANGES, now=oak.clock.now() - 9_999), oak)) == "request-time"


def test_listings_are_not_served_before_their_authors_were_told(database: Database, tmp_path: Path) -> None:
    ash = SmallNode("ash", database, Network(), Clock(), terms=peers.Terms(notice_days=7))
    with a_database(tmp_path, "elm") as other:
        elm = SmallNode("elm", other, ash.network, ash.clock)
        run(federate(elm, ash))
        assert problem(answer(elm.get(ash, CHANGES), ash)) == "not-agreed"
        ash.clock.time += 7 * limits.DAY
        assert answer(elm.get(ash, CHANGES), ash).status == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (CHANGES + "?since=0.7", 410, "cursor-gone"),
        (CHANGES + "?since=x", 400, "feed-form"),
        (CHANGES + "?since=1.1&since=1.2", 400, "feed-form"),
        (HEADS + "?doc=1&from=1", 400, "feed-form"),
        (HEADS + "?doc=1&from=1&to=99999999999999999", 400, "feed-form"),
    ],
)
def test_reads_that_cannot_be_answered_say_why(
    oak: SmallNode, elm: SmallNode, path: str, status: int, code: str
) -> None:
    response = answer(elm.get(oak, path), oak)
    assert (response.status, problem(response)) == (status, code)


def test_reads_have_an_allowance_of_their_own(oak: SmallNode, elm: SmallNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PEER_PAGES_PER_MINUTE", 2)
    app = Starlette(routes=federation.routes(oak.doors, lambda *_: b"", lambda *_: []))
    statuses = [run(asgi(app, "GET", (r := elm.get(oak, CHANGES)).url, r.headers)).status for _ in range(3)]
    assert statuses == [200, 200, 429]


# The whole way.


def test_mail_arrives_after_the_peer_was_away(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        oak.network.down.add("oak.example")
        enqueue(elm, elm.message(oak))
        await quiet(elm, oak)
        assert elm.waiting() == [Type.WITHDRAW]
        oak.network.down.clear()
        await quiet(elm, oak)
        assert elm.waiting() == [Type.WITHDRAW]  # not yet: it waits half a minute, more or less
        elm.clock.time += 60
        await quiet(elm, oak)
        assert elm.waiting() == []
        assert len(oak.effects) == 1

    run(story())


def _offer(sender: SmallNode, to: SmallNode) -> bytes:
    """An offer whose seal nobody can open: what is inside is not the inbox's business."""
    message = sender.message(to, Type.PAUSE)
    raw = json.loads(messages.write(message))
    raw |= {"type": "referral.offer", "sealed": "AAAA", "body": UntilBody(until=raw["exp"]).model_dump()}
    return json.dumps(raw).encode()


async def _raw(
    at: SmallNode, headers: list[tuple[bytes, bytes]], pieces: list[bytes], last: int | None = None
) -> tuple[int, bytes]:
    async def stream() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return await _streamed(at, headers, stream(), last=len(pieces) if last is None else last)


async def _streamed(
    at: SmallNode, headers: list[tuple[bytes, bytes]], pieces: AsyncIterator[bytes], last: int | None = None
) -> tuple[int, bytes]:
    """Speak ASGI byte by byte. When the pieces end before the last, the sender has gone."""
    came = 0

    async def receive() -> dict[str, Any]:
        nonlocal came
        try:
            piece = await anext(pieces)
        except StopAsyncIteration:
            return {"type": "http.disconnect"}
        came += 1
        return {"type": "http.request", "body": piece, "more_body": came != last}

    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": INBOX_PATH,
        "raw_path": INBOX_PATH.encode(),
        "query_string": b"",
        "headers": headers,
    }
    await at.app(scope, receive, send)
    return said[0]["status"], said[1]["body"]

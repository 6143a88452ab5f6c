"""Flows: reading a node, following it, delivering to it; each request as section 5 has it, each answer as section 7."""

import asyncio
from typing import Any

import pytest

from alongside_protocol import http_signatures, limits
from alongside_protocol.client.drivers import arun, run
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from alongside_protocol.client.flows import INBOX_PATH, Answer, deliver, follow, read_node
from alongside_protocol.errors import Code, Refused
from alongside_protocol.messages import CONTENT_TYPE
from alongside_protocol.peering import INVITATION_HEADER, check_invitation, read_invitation_header
from alongside_protocol.testing.fake_node import FakeNode, problem
from alongside_protocol.trust import CHANGES_PATH, HEADS_PATH, WELL_KNOWN_PATH, Budget, Sync, Trusted

READER = FakeNode("reader")


def stocked() -> FakeNode:
    node = FakeNode("host", page_lines=2)
    for number in range(3):
        node.put(node.listing(f"Listing {number}"))
    node.publish()
    return node


def followed(node: FakeNode, trusted: Trusted) -> Any:
    sync = Sync(trusted, now=node.now, budget=Budget())
    return follow(sync, node.origin, READER.signer, now=lambda: node.now, stage=lambda _: None)


def signed_by_reader(request: HttpRequest) -> None:
    presented = http_signatures.read(request.method, request.headers)
    assert (presented.node, presented.doc) == (READER.chain.id, 1)
    http_signatures.verify(presented, request.method, request.url, request.headers, READER.key.verify_key)
    http_signatures.check_time(presented, now=READER.now)


def test_a_node_is_read_from_its_well_known_without_a_signature() -> None:
    node = stocked()
    assert run(read_node(node.origin), node.answer) == node.chain
    (request,) = node.requests
    assert request == HttpRequest("GET", node.origin + WELL_KNOWN_PATH, {}, None, limits.WELL_KNOWN_BYTES)


def test_a_node_on_this_machine_is_read_only_where_it_is_allowed() -> None:
    node = FakeNode("local", origin="http://127.0.0.1:8001")
    assert run(read_node(node.origin, allow_loopback=True), node.answer) == node.chain
    with pytest.raises(Refused) as error:
        run(read_node(node.origin), node.answer)
    assert error.value.code is Code.DOCUMENT_ORIGIN


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (problem(404, Code.SHAPE), Code.RESPONSE_FORM),
        (HttpResponse(302, {"location": "https://elsewhere.example"}, b""), Code.RESPONSE_FORM),
        (HttpResponse(200, {}, b"<html>"), Code.JSON_SYNTAX),
        (HttpResponse(200, {}, b'{"docs":[]}'), Code.DOCUMENT_ORDER),
    ],
)
def test_a_well_known_that_is_none_is_refused(answer: HttpResponse, code: Code) -> None:
    node = stocked()
    node.script(WELL_KNOWN_PATH, answer)
    with pytest.raises(Refused) as error:
        run(read_node(node.origin), node.answer)
    assert error.value.code is code
    assert len(node.requests) == 1


def test_following_signs_every_request_for_a_page_or_heads_and_none_for_documents() -> None:
    node = stocked()
    trusted = run(followed(node, Trusted(node.chain)), node.answer).trusted
    node.publish()
    node.publish()
    trusted = run(followed(node, trusted), node.answer).trusted
    node.succeed()
    node.publish()
    trusted = run(followed(node, trusted), node.answer).trusted
    assert (trusted.head, trusted.chain) == (node.head, node.chain)
    asked = {request.url.removeprefix(node.origin).partition("?")[0] for request in node.requests}
    assert asked == {CHANGES_PATH, HEADS_PATH, WELL_KNOWN_PATH}
    for request in node.requests:
        assert (request.method, request.body, request.deadline) == ("GET", None, limits.PAGE_TIMEOUT)
        if request.url == node.origin + WELL_KNOWN_PATH:
            assert (request.headers, request.max_bytes) == ({}, limits.WELL_KNOWN_BYTES)
        else:
            signed_by_reader(request)
            assert request.max_bytes == limits.PAGE_BYTES


def test_no_signature_is_sent_twice_even_when_a_page_is_asked_for_again() -> None:
    node, clock = stocked(), iter(range(READER.now, READER.now + 9))
    sync = Sync(Trusted(node.chain), now=node.now)
    node.script(CHANGES_PATH, problem(410, Code.CURSOR_GONE))
    run(follow(sync, node.origin, READER.signer, now=lambda: next(clock), stage=lambda _: None), node.answer)
    signatures = [request.headers["signature"] for request in node.requests]
    assert len(set(signatures)) == len(signatures) == 3


def test_flows_run_asynchronously_as_well() -> None:
    node = stocked()

    async def both() -> None:
        assert await arun(read_node(node.origin), node.aanswer) == node.chain
        assert (await arun(followed(node, Trusted(node.chain)), node.aanswer)).trusted.head == node.head

    asyncio.run(both())


def test_a_message_is_delivered_as_the_bytes_it_is() -> None:
    node = stocked()
    assert run(deliver(b"{}", node.origin, READER.signer, now=READER.now), node.answer) == Answer(taken=True)
    (request,) = node.requests
    assert (request.method, request.url, node.inbox) == ("POST", node.origin + INBOX_PATH, [b"{}"])
    assert request.headers["content-type"] == CONTENT_TYPE
    http_signatures.check_content_digest(request.headers["content-digest"], b"{}")
    signed_by_reader(request)
    assert INVITATION_HEADER.lower() not in request.headers


def test_an_invitation_is_proven_for_this_body() -> None:
    node, token = stocked(), bytes(range(32))
    run(deliver(b"{}", node.origin, READER.signer, now=READER.now, invitation=(bytes(16), token)), node.answer)
    headers = node.requests[0].headers
    code_id, mac = read_invitation_header(headers["alongside-invitation"])
    assert code_id == bytes(16)
    check_invitation(mac, token, headers["content-digest"])


RETRY = b'{"type":"urn:alongside:problem:%s","retry":true}'


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (HttpResponse(200, {}, b"anything"), Answer(taken=True)),
        (HttpResponse(202, {}, b""), Answer(taken=True)),
        (problem(400, Code.MESSAGE_FORM), Answer(taken=False, code="message-form")),
        (problem(409, Code.MESSAGE_REUSED_ID), Answer(taken=False, code="message-reused-id")),
        (problem(429, Code.BUSY), Answer(taken=False, code="busy", retry=True)),
        (problem(503, Code.BUSY), Answer(taken=False, code="busy", retry=True)),
        (HttpResponse(401, {}, RETRY % b"key-version-unknown"), Answer(False, "key-version-unknown", retry=True)),
        (problem(401, Code.KEY_VERSION_UNKNOWN), Answer(taken=False, code="key-version-unknown")),
        (HttpResponse(403, {}, RETRY % b"not-agreed"), Answer(taken=False, code="not-agreed")),
        (HttpResponse(403, {}, RETRY % b"something-new"), Answer(taken=False, code="status-403")),
        (HttpResponse(408, {}, b""), Answer(taken=False, code="status-408", retry=True)),
        (HttpResponse(425, {}, b""), Answer(taken=False, code="status-425", retry=True)),
        (HttpResponse(500, {}, b"<html>"), Answer(taken=False, code="status-500", retry=True)),
        (HttpResponse(302, {"location": "/"}, b""), Answer(taken=False, code="status-302")),
        (HttpResponse(204, {}, b""), Answer(taken=False, code="status-204")),
        (HttpResponse(404, {}, b'{"type":7}'), Answer(taken=False, code="status-404")),
        (HttpResponse(404, {}, b'{"type":"a","type":"b"}'), Answer(taken=False, code="status-404")),
        (HttpResponse(404, {}, b"[]"), Answer(taken=False, code="status-404")),
    ],
)
def test_an_answer_says_whether_it_was_taken_and_whether_to_try_again(answer: HttpResponse, expected: Answer) -> None:
    node = stocked()
    node.script(INBOX_PATH, answer)
    assert run(deliver(b"{}", node.origin, READER.signer, now=READER.now), node.answer) == expected


def test_a_scripted_node_can_say_anything_and_is_honest_otherwise() -> None:
    node = stocked()
    request = HttpRequest("GET", node.origin + WELL_KNOWN_PATH)
    node.script(WELL_KNOWN_PATH, b"x", None, lambda honest: HttpResponse(500, {}, honest.body))
    answers = [node.answer(request) for _ in range(4)]
    assert [(answer.status, answer.body) for answer in answers] == [
        (200, b"x"),
        (200, answers[3].body),
        (500, answers[3].body),
        (200, answers[3].body),
    ]
    assert node.answer(HttpRequest("GET", node.origin + "/else")).status == 404
    assert node.answer(HttpRequest("POST", node.origin + WELL_KNOWN_PATH)).status == 404
    assert node.answer(HttpRequest("POST", node.origin + INBOX_PATH)).status == 202
    assert node.inbox == [b""]

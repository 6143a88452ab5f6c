"""Heads and erasure receipts: signed statements of one node, in order, for a limited time (sections 4 and 6; safety, B.9, B.16)."""

from typing import Any

import pytest

from alongside_protocol import base64url, canonical, head, jws, limits, receipt
from alongside_protocol.errors import Code, Refused
from alongside_protocol.head import Contents, Head
from alongside_protocol.identifiers import NodeId, Ref
from alongside_protocol.testing.fake_node import NOON, FakeNode

NODE = FakeNode("heads")
OTHER = FakeNode("other heads", origin="https://other.example")
FORMER = NODE.publish()
HEAD = NODE.publish()
REFS = (Ref("R" * 21 + "A"), Ref("S" * 21 + "A"))


def read(text: str, *, node: FakeNode = NODE, doc: int = 1) -> Head:
    return head.read(text, node.key.verify_key, node=node.chain.id, doc=doc)


def payload_of(text: str) -> dict[str, Any]:
    return canonical.parse_object(base64url.decode(text.split(".")[1]), max_bytes=limits.JWS_BYTES)


def signed(kind: jws.Type, original: str, **changed: Any) -> str:
    """The same statement with other members, signed by the node itself."""
    members = {name: value for name, value in (payload_of(original) | changed).items() if value != "absent"}
    return jws.sign(kind, canonical.dump(members), NODE.key)


def head_code(text: str, **named: Any) -> Code:
    with pytest.raises(Refused) as error:
        read(text, **named)
    return error.value.code


def test_a_head_is_read_as_it_was_signed() -> None:
    got = read(HEAD.text)
    assert got == HEAD
    assert (got.order, got.size, got.root, got.iat, got.exp) == ((1, 2), 0, NODE.tree.root, NOON, NOON + 8 * limits.DAY)
    assert (FORMER.prev, got.prev) == (None, FORMER.digest)
    assert got.digest == head.digest(got.text)
    assert got.seal == NODE.seal


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"node": OTHER.chain.id}, Code.HEAD_OTHER_NODE),
        ({"doc": 2}, Code.HEAD_OTHER_DOCUMENT),
        ({"exp": NOON + 8 * limits.DAY + 1}, Code.HEAD_LIFETIME),
        ({"exp": NOON}, Code.HEAD_LIFETIME),
        ({"exp": NOON - 1}, Code.HEAD_LIFETIME),
        ({"prev": None}, Code.HEAD_CHAIN),
        ({"seq": 1}, Code.HEAD_CHAIN),
        ({"prev": "short"}, Code.BASE64URL),
        ({"root": "short"}, Code.BASE64URL),
        ({"root": base64url.encode(bytes(31))}, Code.BASE64URL),
        ({"seq": 0}, Code.SHAPE),
        ({"seq": "2"}, Code.SHAPE),
        ({"doc": True}, Code.SHAPE),
        ({"size": -1}, Code.SHAPE),
        ({"floor": None}, Code.SHAPE),
        ({"v": 2}, Code.SHAPE),
        ({"prev": "absent"}, Code.SHAPE),
        ({"seal": "absent"}, Code.SHAPE),
        ({"seal": {"k": "short", "suite": "x", "exp": 1}}, Code.SHAPE),
        ({"seal": {"k": NODE.seal.k, "suite": "x"}}, Code.SHAPE),
    ],
)
def test_a_head_that_says_something_else_is_refused_although_its_node_signed_it(
    changed: dict[str, Any], code: Code
) -> None:
    assert head_code(signed(jws.Type.HEAD, HEAD.text, **changed)) is code


def test_members_of_a_later_version_are_ignored() -> None:
    assert read(signed(jws.Type.HEAD, HEAD.text, later=[1])).root == HEAD.root


def test_another_nodes_key_or_another_document_does_not_verify() -> None:
    assert head_code(HEAD.text, node=OTHER) is Code.SIGNATURE
    assert head_code(HEAD.text, doc=2) is Code.HEAD_OTHER_DOCUMENT
    assert head_code(receipt_text()) is Code.JWS_HEADER


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (NOON - limits.SKEW - 1, Code.HEAD_FUTURE),
        (NOON - limits.SKEW, None),
        (NOON + head.LIFE - 1, None),
        (NOON + head.LIFE, Code.HEAD_EXPIRED),
    ],
)
def test_a_head_holds_for_eight_days(now: int, code: Code | None) -> None:
    if code is None:
        HEAD.check_time(now=now)
        return
    with pytest.raises(Refused) as error:
        HEAD.check_time(now=now)
    assert error.value.code is code


def test_the_first_head_of_a_document_has_no_former_one_and_others_have() -> None:
    for seq, prev in ((1, bytes(32)), (2, None)):
        contents = Contents(seq, prev, 0, NODE.tree.root, 0, NODE.seal)
        with pytest.raises(Refused) as error:
            head.sign(contents, node=NODE.chain.id, doc=1, now=NOON, key=NODE.key)
        assert error.value.code is Code.HEAD_CHAIN


def test_what_a_head_claims_is_read_only_to_choose_a_key() -> None:
    assert head.claimed_order(HEAD.text) == (1, 2)
    for changed in ({"doc": "1"}, {"seq": True}, {"seq": None}, {"doc": "absent"}):
        with pytest.raises(Refused) as error:
            head.claimed_order(signed(jws.Type.HEAD, HEAD.text, **changed))
        assert error.value.code is Code.SHAPE


# Receipts.


def receipt_text() -> str:
    until = NOON + limits.RECEIPT_BACKUPS
    return receipt.sign(REFS, node=NODE.chain.id, doc=1, now=NOON, backups_until=until, key=NODE.key).text


def read_receipt(text: str, node: NodeId = NODE.chain.id) -> receipt.Receipt:
    return receipt.read(text, NODE.key.verify_key, node=node)


def test_a_receipt_is_read_as_it_was_signed() -> None:
    got = read_receipt(receipt_text())
    assert (got.node, got.refs, got.iat, got.backups_until) == (NODE.chain.id, REFS, NOON, NOON + 14 * limits.DAY)
    assert got.text == receipt_text()
    assert receipt.claimed_document(got.text) == 1
    assert receipt.claims(got.text) == got


@pytest.mark.parametrize(
    "changed",
    [
        {"node": OTHER.chain.id},
        {"v": 2},
        {"refs": []},
        {"refs": ["R" * 21 + "A"] * 101},
        {"refs": ["somebody's name"]},
        {"refs": ["R" * 21 + "B"]},
        {"refs": "R" * 21 + "A"},
        {"doc": 0},
        {"iat": None},
        {"backups_until": "absent"},
    ],
)
def test_a_receipt_of_another_form_is_refused_although_its_node_signed_it(changed: dict[str, Any]) -> None:
    with pytest.raises(Refused) as error:
        read_receipt(signed(jws.Type.ERASED, receipt_text(), **changed))
    assert error.value.code is Code.RECEIPT


def test_a_receipt_of_another_key_is_refused() -> None:
    with pytest.raises(Refused) as error:
        receipt.read(receipt_text(), OTHER.key.verify_key, node=NODE.chain.id)
    assert error.value.code is Code.SIGNATURE


def test_the_document_a_receipt_claims_is_a_number() -> None:
    for doc in (None, "1", True, "absent"):
        with pytest.raises(Refused) as error:
            receipt.claimed_document(signed(jws.Type.ERASED, receipt_text(), doc=doc))
        assert error.value.code is Code.RECEIPT

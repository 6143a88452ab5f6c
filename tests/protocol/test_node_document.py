"""Node documents: who a node is, and that only its recovery seed changes keys or origin (section 3; safety, B.14)."""

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_protocol import base64url, canonical, jws, limits
from alongside_protocol.errors import Code, Contradiction, Refused
from alongside_protocol.keys import SigningKey
from alongside_protocol.node_document import (
    Chain,
    check_origin,
    extend,
    fingerprint,
    found,
    read_chain,
    read_well_known,
    succeed,
    well_known,
)
from alongside_protocol.published_keys import vector_key
from alongside_protocol.recovery import RecoverySeed

NOW = 1_800_000_000
ORIGIN = "https://node.example"
SEED = RecoverySeed(sha256(b"the sheets of these tests").digest())
FIRST, SECOND, THIRD = (SigningKey(sha256(f"key {number}".encode()).digest()) for number in (1, 2, 3))
FOUNDED = found(origin=ORIGIN, sign=FIRST, recovery=SEED, now=NOW)
ROTATED = succeed(FOUNDED, origin=ORIGIN, sign=SECOND, recovery=SEED, now=NOW + 1)
MOVED = succeed(ROTATED, origin="https://new.example:8443", sign=THIRD, recovery=SEED, now=NOW + 2)


def code_of(attempt: Any, *arguments: Any, **named: Any) -> Code:
    with pytest.raises(Refused) as error:
        attempt(*arguments, **named)
    return error.value.code


def next_of(n: int) -> str:
    return base64url.encode(sha256(SEED.key(n).verify_key.raw).digest())


def first(key: SigningKey = FIRST, **changed: Any) -> str:
    """A first document that says anything, signed."""
    payload = {"v": 1, "n": 1, "origin": ORIGIN, "sign": key.verify_key.text, "next": next_of(2), "iat": NOW}
    return jws.sign(jws.Type.NODE, canonical.dump(kept(payload | changed)), key)


def second(signed_by: SigningKey | None = None, **changed: Any) -> str:
    """A second document that says anything, signed with the recovery key unless another is given."""
    payload = {
        "v": 1,
        "n": 2,
        "id": FOUNDED.id,
        "prev": base64url.encode(FOUNDED.newest.digest),
        "origin": ORIGIN,
        "sign": SECOND.verify_key.text,
        "next": next_of(3),
        "by": SEED.key(2).verify_key.text,
        "iat": NOW,
    }
    return jws.sign(jws.Type.NODE, canonical.dump(kept(payload | changed)), signed_by or SEED.key(2))


def kept(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def test_a_node_is_the_hash_of_its_first_document() -> None:
    payload = jws.verify(jws.Type.NODE, FOUNDED.texts[0], FIRST.verify_key)
    assert FOUNDED.id == base64url.encode(sha256(payload).digest())
    assert (ROTATED.id, MOVED.id) == (FOUNDED.id, FOUNDED.id)


@pytest.mark.parametrize("chain", [FOUNDED, ROTATED, MOVED])
def test_a_chain_is_read_as_it_was_written(chain: Chain) -> None:
    assert read_chain(chain.texts) == chain
    assert read_chain(read_well_known(well_known(chain))) == chain


def test_every_document_keeps_its_key_for_what_it_signed() -> None:
    assert [MOVED.key_of(n) for n in (0, 1, 2, 3, 4)] == [
        None,
        FIRST.verify_key,
        SECOND.verify_key,
        THIRD.verify_key,
        None,
    ]
    assert (MOVED.newest.n, MOVED.newest.origin) == (3, "https://new.example:8443")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (first(n=2), Code.DOCUMENT_ORDER),
        (first(id=FOUNDED.id), Code.DOCUMENT_ORDER),
        (first(prev=FOUNDED.id), Code.DOCUMENT_ORDER),
        (first(by=FIRST.verify_key.text), Code.DOCUMENT_ORDER),
        (first(sign=SECOND.verify_key.text), Code.SIGNATURE),
        (first(sign=base64url.encode(bytes(32))), Code.BAD_KEY),
        (first(sign="short"), Code.BASE64URL),
        (first(next="short"), Code.BASE64URL),
        (first(key=vector_key(0)), Code.BAD_KEY),
        (first(next=base64url.encode(sha256(vector_key(0).verify_key.raw).digest())), Code.BAD_KEY),
        (first(v=2), Code.SHAPE),
        (first(v=True), Code.SHAPE),
        (first(n="1"), Code.SHAPE),
        (first(iat=-1), Code.SHAPE),
        (first(origin=None), Code.SHAPE),
        (first(next=None), Code.SHAPE),
        (first(origin="http://node.example"), Code.DOCUMENT_ORIGIN),
        (jws.sign(jws.Type.NODE, b"[]", FIRST), Code.SHAPE),
        (jws.sign(jws.Type.NODE, b'{"v":1,"v":1}', FIRST), Code.JSON_DUPLICATE),
        (jws.sign(jws.Type.HEAD, b"{}", FIRST), Code.JWS_HEADER),
    ],
)
def test_a_first_document_of_another_form_is_refused(text: str, code: Code) -> None:
    assert code_of(read_chain, [text]) is code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (second(signed_by=FIRST), Code.SIGNATURE),
        (second(signed_by=FIRST, by=FIRST.verify_key.text), Code.DOCUMENT_RECOVERY),
        (second(by=None), Code.DOCUMENT_RECOVERY),
        (second(signed_by=SEED.key(3), by=SEED.key(3).verify_key.text), Code.DOCUMENT_RECOVERY),
        (second(by=base64url.encode(b"\x01" + bytes(31))), Code.BAD_KEY),
        (second(id=base64url.encode(bytes(32))), Code.DOCUMENT_ID),
        (second(id=None), Code.DOCUMENT_ID),
        (second(n=3), Code.DOCUMENT_ORDER),
        (second(n=1), Code.DOCUMENT_ORDER),
        (second(prev=base64url.encode(bytes(32))), Code.DOCUMENT_ORDER),
        (second(prev=None), Code.DOCUMENT_ORDER),
        (second(sign=vector_key(1).verify_key.text), Code.BAD_KEY),
        (second(origin="https://node.example/path"), Code.DOCUMENT_ORIGIN),
        (FOUNDED.texts[0], Code.DOCUMENT_RECOVERY),
    ],
)
def test_a_following_document_that_recovery_did_not_sign_for_this_place_is_refused(text: str, code: Code) -> None:
    assert code_of(read_chain, [FOUNDED.texts[0], text]) is code


def test_going_back_to_a_former_key_needs_the_recovery_seed_too() -> None:
    back = succeed(ROTATED, origin=ORIGIN, sign=FIRST, recovery=SEED, now=NOW)
    assert read_chain(back.texts).newest.sign == FIRST.verify_key
    assert code_of(read_chain, [*ROTATED.texts, FOUNDED.texts[0]]) is Code.DOCUMENT_RECOVERY


@pytest.mark.parametrize(
    "texts", [[], MOVED.texts[1:], [MOVED.texts[0], MOVED.texts[2]], [*ROTATED.texts, ROTATED.texts[1]]]
)
def test_a_chain_with_a_gap_is_refused(texts: list[str]) -> None:
    assert code_of(read_chain, texts) in {Code.DOCUMENT_ORDER, Code.DOCUMENT_RECOVERY}


def test_a_chain_that_is_too_long_is_not_read() -> None:
    assert code_of(read_chain, ["x" * 8_000] * 9) is Code.TOO_LARGE


def test_only_the_sheets_of_this_node_write_its_next_document() -> None:
    other = RecoverySeed(bytes(32))
    assert code_of(succeed, FOUNDED, origin=ORIGIN, sign=SECOND, recovery=other, now=NOW) is Code.DOCUMENT_RECOVERY
    assert code_of(succeed, FOUNDED, origin="x", sign=SECOND, recovery=SEED, now=NOW) is Code.DOCUMENT_ORIGIN
    assert code_of(found, origin="x", sign=FIRST, recovery=SEED, now=NOW) is Code.DOCUMENT_ORIGIN


# What is stored and what is received.


@pytest.mark.parametrize("stored", [FOUNDED, ROTATED, MOVED])
@pytest.mark.parametrize("received", [FOUNDED, ROTATED, MOVED])
def test_a_longer_chain_is_taken_and_an_older_one_changes_nothing(stored: Chain, received: Chain) -> None:
    longer = max(stored, received, key=lambda chain: len(chain.documents))
    assert extend(stored, received.texts) == longer


def test_another_nodes_chain_is_refused() -> None:
    other = found(origin=ORIGIN, sign=SECOND, recovery=SEED, now=NOW)
    assert code_of(extend, FOUNDED, other.texts) is Code.DOCUMENT_OTHER_NODE


@pytest.mark.parametrize("ours", [ROTATED, MOVED])
def test_two_documents_with_one_number_are_both_shown_and_neither_is_chosen(ours: Chain) -> None:
    fork = succeed(FOUNDED, origin="https://taken.example", sign=THIRD, recovery=SEED, now=NOW + 9)
    with pytest.raises(Contradiction) as error:
        extend(ours, fork.texts)
    assert error.value.code is Code.DOCUMENT_FORK
    assert (error.value.first, error.value.second) == (ROTATED.texts[1], fork.texts[1])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{}", Code.SHAPE),
        (b'{"docs":"jws"}', Code.SHAPE),
        (b'{"docs":[1]}', Code.SHAPE),
        (b'{"docs":[],"docs":[]}', Code.JSON_DUPLICATE),
        (b"[]", Code.SHAPE),
        (b"<html>", Code.JSON_SYNTAX),
        (b" " * (limits.WELL_KNOWN_BYTES + 1), Code.TOO_LARGE),
    ],
)
def test_a_well_known_of_another_form_is_refused(raw: bytes, code: Code) -> None:
    assert code_of(read_well_known, raw) is code


@pytest.mark.parametrize(
    "origin",
    [
        "https://node.example",
        "https://a",
        "https://xn--bcher-kva.example:65535",
        "https://192.0.2.1",
        f"https://{'a' * 63}.example",
        f"https://{'.'.join(['abcdefg'] * 31)}.abcde",
    ],
)
def test_an_origin_is_https_and_a_host(origin: str) -> None:
    check_origin(origin, allow_loopback=False)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "node.example",
        "https://",
        "https://node.example/",
        "https://node.example?x",
        "https://node.example#x",
        "https://user@node.example",
        "https://Node.example",
        "https://node.example.",
        "https://node..example",
        "https://-node.example",
        "https://node_.example",
        "https://nöde.example",
        "https://[::1]",
        "https://node.example:0",
        "https://node.example:080",
        "https://node.example:65536",
        "https://node.example:99999",
        "https://node.example:",
        "https://node.example\n",
        "HTTPS://node.example",
        "ftp://node.example",
        "http://node.example",
        "http://localhost",
        f"https://{'a' * 64}.example",
        f"https://{'.'.join(['abcdefg'] * 32)}",
    ],
)
def test_anything_else_is_no_origin(origin: str) -> None:
    assert code_of(check_origin, origin, allow_loopback=False) is Code.DOCUMENT_ORIGIN


def test_plain_http_is_for_one_machine_and_only_where_it_is_allowed() -> None:
    for origin in ("http://localhost:8001", "http://127.0.0.1:8001", "http://127.1.2.3"):
        check_origin(origin, allow_loopback=True)
        assert code_of(check_origin, origin, allow_loopback=False) is Code.DOCUMENT_ORIGIN
    for origin in ("http://node.example", "http://127.0.0.1.example", "http://localhost.example", "http://10.0.0.1"):
        assert code_of(check_origin, origin, allow_loopback=True) is Code.DOCUMENT_ORIGIN


@given(st.text(max_size=30), st.booleans())
def test_no_origin_holds_more_than_scheme_host_and_port(text: str, loopback: bool) -> None:
    try:
        check_origin("https://" + text, allow_loopback=loopback)
    except Refused as error:
        assert error.code is Code.DOCUMENT_ORIGIN  # noqa: PT017 - most texts are refused
    else:
        assert set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.:")


def test_a_fingerprint_is_eight_words_of_the_id_and_the_newest_document() -> None:
    words = fingerprint(FOUNDED)
    assert len(words) == 8
    assert words != fingerprint(ROTATED)
    assert words == fingerprint(read_chain(FOUNDED.texts))

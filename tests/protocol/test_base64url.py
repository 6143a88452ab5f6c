"""Base64url and identifiers: one text for the same bytes (specification, section 2 and 3; RFC 4648, section 5 and 10)."""

import random as seeded

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_protocol import base64url
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import (
    new_message_id,
    new_record_id,
    new_ref,
    parse_node_id,
    parse_record_id,
)


def refused(text: str, *, length: int | None = None) -> Code:
    with pytest.raises(Refused) as error:
        base64url.decode(text, length=length)
    return error.value.code


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"f", "Zg"),
        (b"fo", "Zm8"),
        (b"foo", "Zm9v"),
        (b"foob", "Zm9vYg"),
        (b"fooba", "Zm9vYmE"),
        (b"foobar", "Zm9vYmFy"),
        (b"\xfb\xff\xfe", "-__-"),
    ],
)
def test_the_vectors_of_rfc_4648_without_padding(raw: bytes, text: str) -> None:
    assert base64url.encode(raw) == text
    assert base64url.decode(text) == raw


@given(st.binary(max_size=80))
def test_what_was_encoded_decodes_to_the_same_bytes(raw: bytes) -> None:
    assert base64url.decode(base64url.encode(raw), length=len(raw)) == raw


@given(st.text(alphabet="ABab01-_+/= \n", max_size=12))
def test_two_texts_never_decode_to_the_same_bytes(text: str) -> None:
    try:
        raw = base64url.decode(text)
    except Refused as error:
        assert error.code is Code.BASE64URL  # noqa: PT017 - any text may be refused, but only so
    else:
        assert base64url.encode(raw) == text


@pytest.mark.parametrize(
    "text",
    [
        "Zg==",
        "Zg=",
        "Zh",
        "Zm9",
        "A",
        "AAAAA",
        "Zm 9v",
        "Zm9v\n",
        "\nZm9v",
        "+/+/",
        "Zm9v\x00",
        "\uff3am9v",
        "\u0661AAA",
    ],
)
def test_a_text_that_is_not_canonical_is_refused(text: str) -> None:
    assert refused(text) is Code.BASE64URL


@pytest.mark.parametrize("length", [0, 2, 4])
def test_another_length_than_asked_for_is_refused(length: int) -> None:
    assert refused("Zm9v", length=length) is Code.BASE64URL


def test_fresh_ids_are_sixteen_random_bytes() -> None:
    random = seeded.Random(1).randbytes
    ids = {new_record_id(random), new_message_id(random), new_ref(random)}
    assert len(ids) == 3
    assert {len(base64url.decode(text)) for text in ids} == {16}


def test_ids_are_read_only_in_their_own_length() -> None:
    node, record = base64url.encode(bytes(32)), base64url.encode(bytes(16))
    assert parse_node_id(node) == node
    assert parse_record_id(record) == record
    for parse, text in ((parse_node_id, record), (parse_record_id, node), (parse_record_id, record[:-1] + "B")):
        with pytest.raises(Refused) as error:
            parse(text)
        assert error.value.code is Code.BASE64URL

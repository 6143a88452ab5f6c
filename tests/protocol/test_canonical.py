"""Strict JSON: everything that two readers could read differently is refused (specification, section 2; safety, B.11).

Each refusal stands against a public failure: CVE-2020-26890 and CVE-2025-30355 (Synapse read numbers that others could not).
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_protocol import canonical, limits
from alongside_protocol.errors import Code, Refused

JSON_CODES = {
    Code.JSON_ENCODING,
    Code.JSON_SYNTAX,
    Code.JSON_DUPLICATE,
    Code.JSON_NUMBER,
    Code.JSON_DEPTH,
    Code.JSON_SURROGATE,
}
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-limits.SAFE_INTEGER, limits.SAFE_INTEGER)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4))


def parse(raw: bytes) -> Any:
    return canonical.parse(raw, max_bytes=limits.MESSAGE_BYTES)


def code_of(raw: bytes) -> Code:
    with pytest.raises(Refused) as error:
        parse(raw)
    return error.value.code


def depth_of(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max((depth_of(item) for item in inner), default=0)


@given(VALUES)
def test_what_was_written_is_read_as_the_same_value(value: Any) -> None:
    if depth_of(value) > limits.JSON_DEPTH:
        with pytest.raises(Refused) as error:
            canonical.dump(value)
        assert error.value.code is Code.JSON_DEPTH
    else:
        assert parse(canonical.dump(value)) == value


@given(
    st.binary(max_size=60) | st.text(alphabet='{}[]",:0123456789.eE+-nulltrefasNI\\ud ', max_size=40).map(str.encode)
)
def test_any_bytes_are_read_or_refused_with_a_code(raw: bytes) -> None:
    try:
        value = parse(raw)
    except Refused as error:
        assert error.code in JSON_CODES  # noqa: PT017 - any bytes may be refused, but only so
    else:
        assert value == json.loads(raw)
        assert parse(canonical.dump(value)) == value


@given(VALUES, st.sampled_from([" ", "\n", "\t", "\r"]))
def test_space_around_the_value_is_allowed_and_nothing_else(value: Any, space: str) -> None:
    if depth_of(value) <= limits.JSON_DEPTH:
        raw = canonical.dump(value)
        assert parse(space.encode() + raw + space.encode()) == value
        assert code_of(raw + b",") is Code.JSON_SYNTAX


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'{"a":1,"a":1}', Code.JSON_DUPLICATE),
        (b'{"a":1,"\\u0061":2}', Code.JSON_DUPLICATE),
        (b'[{"b":{"a":1,"a":2}}]', Code.JSON_DUPLICATE),
        (b"1.0", Code.JSON_NUMBER),
        (b"1e2", Code.JSON_NUMBER),
        (b"-0.0", Code.JSON_NUMBER),
        (b"1e999", Code.JSON_NUMBER),
        (b"NaN", Code.JSON_NUMBER),
        (b"[Infinity]", Code.JSON_NUMBER),
        (b"-Infinity", Code.JSON_NUMBER),
        (b"9007199254740992", Code.JSON_NUMBER),
        (b"-9007199254740992", Code.JSON_NUMBER),
        (b"01", Code.JSON_SYNTAX),
        (b"+1", Code.JSON_SYNTAX),
        (b"--1", Code.JSON_SYNTAX),
        (b"0x10", Code.JSON_SYNTAX),
        ("\u0661".encode(), Code.JSON_SYNTAX),
        (b"\xef\xbb\xbf{}", Code.JSON_ENCODING),
        (b"\xff\xfe{\x00}\x00", Code.JSON_ENCODING),
        (b'"\xed\xa0\x80"', Code.JSON_ENCODING),
        (b'"\xc0\xaf"', Code.JSON_ENCODING),
        (b'"caf\xe9"', Code.JSON_ENCODING),
        (b'"\\ud800"', Code.JSON_SURROGATE),
        (b'"\\udc00\\ud800"', Code.JSON_SURROGATE),
        (b'{"\\udfff":1}', Code.JSON_SURROGATE),
        (b'[[{"a":["\\ud83dx"]}]]', Code.JSON_SURROGATE),
        (b"", Code.JSON_SYNTAX),
        (b"  ", Code.JSON_SYNTAX),
        (b"{}{}", Code.JSON_SYNTAX),
        (b"{} x", Code.JSON_SYNTAX),
        (b"{}\x00", Code.JSON_SYNTAX),
        (b"{'a':1}", Code.JSON_SYNTAX),
        (b'{"a":1,}', Code.JSON_SYNTAX),
        (b"[1,]", Code.JSON_SYNTAX),
        (b"[1 /* one */]", Code.JSON_SYNTAX),
        (b'"a\nb"', Code.JSON_SYNTAX),
        (b'"\\x41"', Code.JSON_SYNTAX),
        (b"undefined", Code.JSON_SYNTAX),
        (b"True", Code.JSON_SYNTAX),
        (b"\x0c1", Code.JSON_SYNTAX),
        ("\u00a01".encode(), Code.JSON_SYNTAX),
        (b"[" * 9 + b"]" * 9, Code.JSON_DEPTH),
        (b'{"a":' * 9 + b"1" + b"}" * 9, Code.JSON_DEPTH),
    ],
)
def test_what_is_not_strict_json_is_refused_with_its_reason(raw: bytes, code: Code) -> None:
    assert code_of(raw) is code


def test_what_would_cost_time_or_the_stack_is_refused_unread() -> None:
    assert code_of(b"9" * 60_000) is Code.JSON_NUMBER
    assert code_of(b"[" * 30_000 + b"]" * 30_000) is Code.JSON_DEPTH
    assert code_of(b'{"a":' * 10_000) is Code.JSON_DEPTH


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"9007199254740991", 2**53 - 1),
        (b"-9007199254740991", -(2**53) + 1),
        (b"-0", 0),
        (b'"\\ud83d\\ude80"', "🚀"),
        ('"🚀\u200f"'.encode(), "🚀\u200f"),
        (b'"\\u00e9\\n"', "é\n"),
        (b'{"\\u00e9":null}', {"é": None}),
        (b"[" * 8 + b"]" * 8, [[[[[[[[]]]]]]]]),
        (b'{"b":1,"B":2}', {"b": 1, "B": 2}),
    ],
)
def test_what_every_reader_reads_in_one_way_is_taken(raw: bytes, value: Any) -> None:
    assert parse(raw) == value


def test_more_bytes_than_allowed_are_not_read() -> None:
    assert canonical.parse(b'"abc"', max_bytes=5) == "abc"
    with pytest.raises(Refused) as error:
        canonical.parse(b'"abc"', max_bytes=4)
    assert error.value.code is Code.TOO_LARGE


@pytest.mark.parametrize("raw", [b"[]", b"1", b"null", b'"{}"'])
def test_a_document_is_an_object(raw: bytes) -> None:
    assert canonical.parse_object(b'{"a":[]}', max_bytes=20) == {"a": []}
    with pytest.raises(Refused) as error:
        canonical.parse_object(raw, max_bytes=20)
    assert error.value.code is Code.SHAPE


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.5, Code.JSON_NUMBER),
        ([0.0], Code.JSON_NUMBER),
        (float("nan"), Code.SHAPE),
        (float("inf"), Code.SHAPE),
        (2**53, Code.JSON_NUMBER),
        ({"a": -(2**53)}, Code.JSON_NUMBER),
        ({1: 2}, Code.SHAPE),
        ({None: 2}, Code.SHAPE),
        (b"bytes", Code.SHAPE),
        ({"a": {1, 2}}, Code.SHAPE),
        ("\ud800", Code.JSON_SURROGATE),
        ({"\udc00": 1}, Code.JSON_SURROGATE),
        (nested(8), Code.JSON_DEPTH),
        ({"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {}}}}}}}}}, Code.JSON_DEPTH),
    ],
)
def test_nothing_is_written_that_would_not_be_read(value: Any, code: Code) -> None:
    with pytest.raises(Refused) as error:
        canonical.dump(value)
    assert error.value.code is code


def test_nothing_is_written_that_has_no_end_or_no_bottom() -> None:
    loop: list[Any] = []
    loop.append(loop)
    for value, code in ((loop, Code.SHAPE), (nested(100_000), Code.JSON_DEPTH), (10**5000, Code.SHAPE)):
        with pytest.raises(Refused) as error:
            canonical.dump(value)
        assert error.value.code is code


def test_writing_keeps_the_order_of_members_and_adds_no_space() -> None:
    assert canonical.dump({"b": [1, True, None], "a": "é", "c": {}}) == '{"b":[1,true,null],"a":"é","c":{}}'.encode()

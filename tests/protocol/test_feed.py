"""The feed: every line's hash is checked before anything of it is parsed (section 4; safety, B.11, B.18)."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_protocol import base64url, feed, limits
from alongside_protocol.errors import Code, Refused
from alongside_protocol.feed import Cursor, Entry, Page, Position, read_cursor, read_page, read_position, write_page
from alongside_protocol.identifiers import RecordId

IDS = st.binary(min_size=16, max_size=16).map(base64url.encode).map(RecordId)
LINES = st.none() | st.binary(max_size=60).filter(lambda line: b"\n" not in line and b"\r" not in line)
A, B = RecordId("A" * 22), RecordId("B" * 21 + "A")
HEADER = b'{"head":"jws","more":false}\n'


def entry(seq: int, record_id: RecordId, line: bytes | None) -> Entry:
    return Entry(seq, record_id) if line is None else Entry(seq, record_id, sha256(line).digest(), line)


def text_of(seq: object, record_id: str, line: bytes) -> bytes:
    return f"{seq} {record_id} {base64url.encode(sha256(line).digest())} ".encode() + line + b"\n"


def code_of(raw: bytes) -> Code:
    with pytest.raises(Refused) as error:
        read_page(raw)
    return error.value.code


@given(st.dictionaries(st.tuples(st.integers(0, limits.SAFE_INTEGER), IDS), LINES, max_size=8), st.booleans())
def test_a_page_is_read_as_it_was_written(lines: dict[tuple[int, RecordId], bytes | None], more: bool) -> None:
    entries = tuple(entry(seq, id_, line) for (seq, id_), line in sorted(lines.items(), key=lambda item: item[0]))
    raw = write_page("jws", entries, more=more and bool(entries))
    assert read_page(raw) == Page("jws", more and bool(entries), entries)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_code(raw: bytes) -> None:
    for body in (raw, HEADER + raw, HEADER + b"1 " + A.encode() + b" " + raw + b"\n"):
        try:
            page = read_page(body)
        except Refused as error:
            assert error.detail  # noqa: PT017 - most bytes are refused
        else:
            assert all(line.line is None or sha256(line.line).digest() == line.digest for line in page.entries)


def test_a_line_is_as_the_specification_shows_it() -> None:
    digest = base64url.encode(sha256(b'{"v":1}').digest())
    raw = write_page("jws", [entry(418, A, b'{"v":1}'), Entry(419, B)], more=True)
    assert raw.decode() == f'{{"head":"jws","more":true}}\n418 {A} {digest} {{"v":1}}\n419 {B} -\n'


def test_a_record_may_hold_spaces_and_is_never_parsed_here() -> None:
    (got,) = read_page(HEADER + text_of(1, A, b'{"a": 1, "a":  NaN} \xff')).entries
    assert got.line == b'{"a": 1, "a":  NaN} \xff'


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", Code.FEED_FORM),
        (b"\n", Code.JSON_SYNTAX),
        (HEADER[:-1], Code.FEED_FORM),
        (HEADER + text_of(1, A, b"{}")[:-1], Code.FEED_FORM),
        (HEADER.replace(b"\n", b"\r\n"), Code.FEED_FORM),
        (HEADER + text_of(1, A, b'"\r"'), Code.FEED_FORM),
        (HEADER + b"\n", Code.FEED_FORM),
        (b"[]\n", Code.SHAPE),
        (b"{}\n", Code.FEED_FORM),
        (b'{"head":"jws"}\n', Code.FEED_FORM),
        (b'{"head":1,"more":false}\n', Code.FEED_FORM),
        (b'{"head":"jws","more":0}\n', Code.FEED_FORM),
        (b'{"head":"jws","more":true,"more":false}\n', Code.JSON_DUPLICATE),
        (b'{"head":"jws","more":true}\n', Code.FEED_FORM),
        (b'{"head":"' + b"x" * (2 * limits.JWS_BYTES) + b'","more":false}\n', Code.TOO_LARGE),
        (HEADER + text_of(1, A, b"{}").replace(b"{}", b"{ }"), Code.FEED_HASH),
        (HEADER + f"1 {A} - {{}}\n".encode(), Code.FEED_HASH),
        (HEADER + f"1 {A} - \n".encode(), Code.FEED_HASH),
        (HEADER + f"1 {A}\n".encode(), Code.FEED_FORM),
        (HEADER + f"1 {A} x\n".encode(), Code.FEED_FORM),
        (HEADER + b"1\n", Code.BASE64URL),
        (HEADER + f"1  {A} -\n".encode(), Code.BASE64URL),
        (HEADER + f" 1 {A} -\n".encode(), Code.FEED_FORM),
        (HEADER + f"1 {A}  -\n".encode(), Code.FEED_HASH),
        (HEADER + f"1\t{A}\t-\n".encode(), Code.FEED_FORM),
        (HEADER + f"1 {A[:-1]}B -\n".encode(), Code.BASE64URL),
        (HEADER + f"1 {A}AA -\n".encode(), Code.BASE64URL),
        (HEADER + f"1 {A[:-1]}\u00e9 -\n".encode(), Code.BASE64URL),
        (HEADER + text_of("01", A, b"{}"), Code.FEED_FORM),
        (HEADER + text_of("-1", A, b"{}"), Code.FEED_FORM),
        (HEADER + text_of("1.0", A, b"{}"), Code.FEED_FORM),
        (HEADER + text_of("\u0661", A, b"{}"), Code.FEED_FORM),
        (HEADER + text_of(2**53, A, b"{}"), Code.FEED_FORM),
        (HEADER + text_of("1" * 17, A, b"{}"), Code.FEED_FORM),
        (HEADER + text_of(2, A, b"{}") + text_of(1, B, b"{}"), Code.FEED_ORDER),
        (HEADER + text_of(1, B, b"{}") + text_of(1, A, b"{}"), Code.FEED_ORDER),
        (HEADER + text_of(1, A, b"{}") + text_of(1, A, b"{}"), Code.FEED_ORDER),
        (HEADER + text_of(1, A, b"x" * (limits.RECORD_BYTES + 1)), Code.TOO_LARGE),
        (HEADER + b"1 A -\n" * (limits.PAGE_LINES + 1), Code.TOO_LARGE),
    ],
)
def test_a_page_of_another_form_is_refused_with_its_reason(raw: bytes, code: Code) -> None:
    assert code_of(raw) is code


def test_a_page_that_is_too_long_is_not_read() -> None:
    assert code_of(b"\n" * (limits.PAGE_BYTES + 1)) is Code.TOO_LARGE


def test_a_record_of_the_greatest_length_is_read() -> None:
    (got,) = read_page(HEADER + text_of(1, A, b"x" * limits.RECORD_BYTES)).entries
    assert len(got.line or b"") == limits.RECORD_BYTES


def test_a_full_page_is_read() -> None:
    ids = sorted(RecordId(base64url.encode(number.to_bytes(16, "big"))) for number in range(limits.PAGE_LINES))
    page = read_page(HEADER + b"".join(text_of(1, id_, b"{}") for id_ in ids))
    assert len(page.entries) == limits.PAGE_LINES


def test_where_a_reader_is_can_be_written_in_a_query() -> None:
    assert read_cursor(Cursor(3, 418).text) == Cursor(3, 418)
    assert read_cursor("0.0") == Cursor(0, 0)
    assert read_position(Position(418, A).text) == Position(418, A)


@pytest.mark.parametrize("text", ["", "1", "1.", ".1", "1.2.3", "1,2", "-1.2", "1. 2", "+1.2", "\u0661.1", "\ud800.1"])
def test_a_cursor_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(Refused) as error:
        read_cursor(text)
    assert error.value.code is Code.FEED_FORM


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"x.{A}", Code.FEED_FORM),
        (f"\udfff.{A}", Code.FEED_FORM),
        ("1.short", Code.BASE64URL),
        (f"1.{A}.2", Code.BASE64URL),
        ("1", Code.BASE64URL),
    ],
)
def test_a_position_of_another_form_is_refused(text: str, code: Code) -> None:
    with pytest.raises(Refused) as error:
        read_position(text)
    assert error.value.code is code


def test_pages_have_a_content_type_of_their_own() -> None:
    assert feed.CONTENT_TYPE == "application/alongside-changes"

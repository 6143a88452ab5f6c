"""The feed: how a directory is read, a page at a time (section 4).

    {"head":"<jws>","more":true}
    418 <id> <sha256> {"v":1,"id":…}
    419 <id> -

Lines end in 0x0A only; one space between fields. The hash stands in front of what it hashes, so that a reader checks every line before
any parser sees it: `read_page` returns only lines whose hash fits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Final

from . import base64url, canonical, limits
from .errors import Code, Refused
from .identifiers import RANDOM_ID_BYTES, RecordId, parse_record_id

CONTENT_TYPE: Final = "application/alongside-changes"

_TOMBSTONE = b"-"
_HEADER_BYTES = 2 * limits.JWS_BYTES
_LONGEST_SEQ = 16


@dataclass(frozen=True)
class Cursor:
    """How far a reader is: everything that the head (doc, seq) covers."""

    doc: int
    seq: int

    @property
    def text(self) -> str:
        """As in a query: `<doc>.<seq>`."""
        return f"{self.doc}.{self.seq}"


@dataclass(frozen=True)
class Position:
    """The last line a reader has of an unfinished answer."""

    seq: int
    id: RecordId

    @property
    def text(self) -> str:
        """As in a query: `<seq>.<id>`."""
        return f"{self.seq}.{self.id}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. Without `digest` and `line` it is a tombstone: the record is gone."""

    seq: int
    id: RecordId
    digest: bytes | None = None
    line: bytes | None = None


@dataclass(frozen=True)
class Page:
    """One page: the text of the head current when it was made, and whether more follows."""

    head: str
    more: bool
    entries: tuple[Entry, ...]


def read_cursor(text: str) -> Cursor:
    """From `<doc>.<seq>`. Raises `Refused` (`feed-form`)."""
    doc, _, seq = text.partition(".")
    return Cursor(_number(doc.encode("ascii", "replace")), _number(seq.encode("ascii", "replace")))


def read_position(text: str) -> Position:
    """From `<seq>.<id>`. Raises `Refused`: `feed-form`, `base64url`."""
    seq, _, record_id = text.partition(".")
    return Position(_number(seq.encode("ascii", "replace")), parse_record_id(record_id))


def write_page(head: str, entries: Iterable[Entry], *, more: bool) -> bytes:
    """The bytes of a page."""
    lines = [canonical.dump({"head": head, "more": more})]
    lines += [_write(entry) for entry in entries]
    return b"\n".join(lines) + b"\n"


def _write(entry: Entry) -> bytes:
    start = f"{entry.seq} {entry.id} ".encode("ascii")
    if entry.digest is None or entry.line is None:
        return start + _TOMBSTONE
    return start + base64url.encode(entry.digest).encode("ascii") + b" " + entry.line


def read_page(raw: bytes) -> Page:
    """Split a page and check the hash of every line; nothing of a record is parsed.

    Raises `Refused`: `too-large`, `feed-form`, `feed-order`, `feed-hash`, `base64url`.
    """
    if len(raw) > limits.PAGE_BYTES:
        raise Refused(Code.TOO_LARGE, f"a page of more than {limits.PAGE_BYTES} bytes")
    if not raw.endswith(b"\n") or b"\r" in raw:
        raise Refused(Code.FEED_FORM, "lines end in 0x0A, all of them")
    header, *lines = raw[:-1].split(b"\n")
    if len(lines) > limits.PAGE_LINES:
        raise Refused(Code.TOO_LARGE, f"more than {limits.PAGE_LINES} lines")
    members = canonical.parse_object(header, max_bytes=_HEADER_BYTES)
    head, more = members.get("head"), members.get("more")
    if not isinstance(head, str) or not isinstance(more, bool):
        raise Refused(Code.FEED_FORM, "a page begins with its head and whether more follows")
    entries = tuple(_read(line) for line in lines)
    keys = [(entry.seq, entry.id) for entry in entries]
    if any(one >= other for one, other in pairwise(keys)):
        raise Refused(Code.FEED_ORDER, "lines rise by number and id")
    if more and not entries:
        raise Refused(Code.FEED_FORM, "an empty page that promises more")
    return Page(head, more, entries)


def _read(raw: bytes) -> Entry:
    number, _, rest = raw.partition(b" ")
    id_text, _, rest = rest.partition(b" ")
    hash_text, space, line = rest.partition(b" ")
    seq = _number(number)
    record_id = RecordId(id_text.decode("ascii", "replace"))
    base64url.decode(record_id, length=RANDOM_ID_BYTES)
    if not space:
        if hash_text != _TOMBSTONE:
            raise Refused(Code.FEED_FORM, "a line has a number, an id, and a hash with its record or a dash")
        return Entry(seq, record_id)
    if len(line) > limits.RECORD_BYTES:
        raise Refused(Code.TOO_LARGE, f"a record of more than {limits.RECORD_BYTES} bytes")
    digest = sha256(line).digest()
    if base64url.encode(digest).encode("ascii") != hash_text:
        raise Refused(Code.FEED_HASH, "a line does not have the hash in front of it")
    return Entry(seq, record_id, digest, line)


def _number(raw: bytes) -> int:
    if not raw.isdigit() or len(raw) > _LONGEST_SEQ or (raw[:1] == b"0" and raw != b"0"):
        raise Refused(Code.FEED_FORM, "not a plain number")
    number = int(raw)
    if number > limits.SAFE_INTEGER:
        raise Refused(Code.FEED_FORM, "a number beyond 2**53-1")
    return number

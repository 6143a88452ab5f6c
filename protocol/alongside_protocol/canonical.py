"""Strict JSON: what every document and message is read and written with (specification, section 2).

Python's `json`, orjson and pydantic each accept something that another reader refuses or reads differently (duplicate
members, NaN, 2**70 as a float, lone surrogates). Two readers that disagree about signed bytes are how signed documents
were forged elsewhere, so everything ambiguous is refused here, before any model sees a value.
Reading never changes bytes: hashes and signatures are always over the bytes as received.
"""

import json
from typing import Any, NoReturn

from . import limits
from .errors import Code, Refused

JsonValue = Any
"""What `parse` returns: None, bool, int, str, list and dict, nested at most `limits.JSON_DEPTH` deep; never a float."""


def parse(raw: bytes, *, max_bytes: int) -> JsonValue:
    """Read one strict JSON value from `raw`.

    Raises `Refused`: `too-large`, `json-encoding`, `json-syntax`, `json-duplicate`, `json-number`, `json-depth`,
    `json-surrogate`.
    """
    if len(raw) > max_bytes:
        raise Refused(Code.TOO_LARGE, f"more than {max_bytes} bytes")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(Code.JSON_ENCODING, "not UTF-8") from None
    if text.startswith("\ufeff"):
        raise Refused(Code.JSON_ENCODING, "starts with a byte order mark")
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise Refused(Code.JSON_DEPTH, f"deeper than {limits.JSON_DEPTH}") from None
    except json.JSONDecodeError:
        raise Refused(Code.JSON_SYNTAX, "not one JSON value") from None
    if text.count("{") + text.count("[") > limits.JSON_DEPTH:  # with fewer nothing can be deeper
        _check_depth(value, limits.JSON_DEPTH)
    if "\\u" in text:  # only an escape can produce a lone surrogate: UTF-8 cannot hold one
        _check_surrogates(value)
    return value


def parse_object(raw: bytes, *, max_bytes: int) -> dict[str, JsonValue]:
    """Read one strict JSON object. Raises `Refused`: as `parse`, and `shape` when the value is something else."""
    value = parse(raw, max_bytes=max_bytes)
    if not isinstance(value, dict):
        raise Refused(Code.SHAPE, "not a JSON object")
    return value


def dump(value: JsonValue) -> bytes:
    """Write `value` in the compact form that this library signs and sends: UTF-8, no spaces, members in given order.

    What it writes, `parse` reads back as the same value. Raises `Refused` for anything `parse` would refuse.
    """
    try:
        raw = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError:
        raise Refused(Code.JSON_SURROGATE, "a lone surrogate") from None
    except RecursionError:
        raise Refused(Code.JSON_DEPTH, f"deeper than {limits.JSON_DEPTH}") from None
    except (TypeError, ValueError):
        raise Refused(Code.SHAPE, "not a JSON value") from None
    _check_writable(value)
    return raw


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Refused(Code.JSON_DUPLICATE, "a member stands twice in one object")
    return members


def _integer(text: str) -> int:
    # Sixteen digits hold every safe integer; longer texts are refused unread, so that no huge number is ever computed.
    if len(text) > len("-9007199254740991") or not -limits.SAFE_INTEGER <= (number := int(text)) <= limits.SAFE_INTEGER:
        raise Refused(Code.JSON_NUMBER, "an integer beyond 2**53-1")
    return number


def _refuse_number(_: str) -> NoReturn:
    raise Refused(Code.JSON_NUMBER, "a number that is not an integer")


def _check_depth(value: JsonValue, room: int) -> None:
    if isinstance(value, dict):
        inner: Any = value.values()
    elif isinstance(value, list):
        inner = value
    else:
        return
    if room == 0:
        raise Refused(Code.JSON_DEPTH, f"deeper than {limits.JSON_DEPTH}")
    for item in inner:
        if type(item) in _CONTAINERS:
            _check_depth(item, room - 1)


def _check_surrogates(value: JsonValue) -> None:
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise Refused(Code.JSON_SURROGATE, "a lone surrogate")
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_surrogates(name)
            _check_surrogates(item)
    elif isinstance(value, list):
        for item in value:
            _check_surrogates(item)


def _check_writable(value: JsonValue, room: int = limits.JSON_DEPTH) -> None:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return
    if isinstance(value, int):
        if not -limits.SAFE_INTEGER <= value <= limits.SAFE_INTEGER:
            raise Refused(Code.JSON_NUMBER, "an integer beyond 2**53-1")
        return
    if isinstance(value, float):
        raise Refused(Code.JSON_NUMBER, "a number that is not an integer")
    if room == 0:
        raise Refused(Code.JSON_DEPTH, f"deeper than {limits.JSON_DEPTH}")
    if isinstance(value, dict):
        for name, item in value.items():
            if not isinstance(name, str):
                raise Refused(Code.SHAPE, "a member name that is not text")
            _check_writable(item, room - 1)
        return
    for item in value:
        _check_writable(item, room - 1)


_CONTAINERS = frozenset({dict, list})
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_refuse_number,
    parse_constant=_refuse_number,
    strict=True,
)

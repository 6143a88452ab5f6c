"""Reading JSON made elsewhere, strictly: nothing that two readers could read differently is accepted. Pure.

Other than the protocol's own reader it takes fractions, which coordinates and prices are written with. Never fails with
`RecursionError` or a number too long to compute.
"""

import json
import math
from typing import Any, Final

_LONGEST_NUMBER: Final = 40


class NotReadableError(Exception):
    """`code`: why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(raw: bytes) -> Any:
    """One JSON value. Raises `NotReadableError`: `encoding`, `json_syntax`, `json_duplicate`, `json_number`, `json_depth`."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotReadableError("encoding") from None
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise NotReadableError("json_depth") from None
    except json.JSONDecodeError:
        raise NotReadableError("json_syntax") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotReadableError("json_duplicate")
    return members


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise NotReadableError("json_number")
    return int(text)


def _fraction(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise NotReadableError("json_number")
    return found


def _refuse(_: str) -> Any:
    raise NotReadableError("json_number")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_refuse, strict=True
)

"""Whether what a reader understood is a listing at all, by the same model that every node checks listings with. Pure.

Never changes a member: what does not fit is refused, with the column it came from.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from alongside_node.listings.careful_words import pointed_out
from alongside_protocol.listing import Listing, missing_before_publishing
from alongside_protocol.sealing import SUITE
from alongside_protocol.text_forms import plain

from .columns import NAMES
from .rows import SOURCE_ID_CHARACTERS, Parsed, Row, joined

_ONLY_WHEN_PUBLISHED: Final = {
    "holders": [{"seal": {"k": "A" * 43, "suite": SUITE}}],
    "confirmed": "2026-01-01",
    "valid_until": "2026-01-02",
}
"""Members that the node adds on publishing; any that fit do for the check."""

_CODES: Final = {
    "string_too_long": "too_long",
    "string_too_short": "empty",
    "string_pattern_mismatch": "characters",
    "string_unicode": "characters",
    "too_long": "too_many",
    "enum": "not_a_known_word",
    "missing": "empty",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
}
_COLUMNS: Final = {
    ("exchange", "kind"): "exchange",
    ("exchange",): "lowest",
    ("place", "label"): "place_label",
    ("place", "point"): "latitude",
    ("place",): "place_label",
    ("hours", "zone"): "zone",
    ("hours",): "zone",
    ("room", "state"): "room",
    ("contact",): "contact_phone",
    ("ages",): "from_age",
}


def key_problem(key: str) -> str | None:
    """The code of what is wrong with an id of the file."""
    if not key:
        return "empty_id"
    if len(key) > SOURCE_ID_CHARACTERS:
        return "too_long"
    try:
        plain(key).encode("utf-8")
    except ValueError:  # a lone surrogate is one too
        return "characters"
    return "characters" if "\n" in key or "\t" in key else None


def take(
    parsed: Parsed, number: int, key: str, members: Mapping[str, Any], *, unsure: Sequence[str] = ()
) -> Row | None:
    """Keep a row that can become a draft; refuse it in `parsed` otherwise. A row with problems already is only looked at."""
    try:
        listing = Listing.model_validate({**members, **_ONLY_WHEN_PUBLISHED})
    except ValidationError as error:
        for part in error.errors(include_url=False, include_context=False, include_input=False):
            parsed.refuse(number, _column(part["loc"]), _CODES.get(part["type"], "does_not_fit"))
        return None
    if number in parsed.refused_rows:
        return None
    row = Row(number, key, joined(members), missing_before_publishing(listing), tuple(unsure))
    parsed.rows.append(row)
    parsed.note("careful_words", bool(pointed_out(members)))
    return row


def _column(location: tuple[int | str, ...]) -> str:
    """The column that a member came from; for a member of a member the nearest that has one."""
    names = tuple(part for part in location if isinstance(part, str))
    if names[:1] == ("commitments",):
        return names[1] if len(names) > 1 else "given_by"
    if len(names) > 1 and names[-1] in NAMES:
        return names[-1]
    for length in range(len(names), 0, -1):
        if found := _COLUMNS.get(names[:length]):
            return found
    return names[0] if names else ""

"""Forms that text may have in a listing, a profile and their parts: plain words, dates, codes, languages, keys (listing.md).

Each is one regular expression that means the same in Python's `re` and in pydantic's engine, which checks it without calling
Python: 100,000 listings are checked in one sync (measured: 2.0 µs for 650 characters instead of 3.9). Digits are ASCII digits:
`[0-9]`, never the class of all digits, which takes those of every script and leaves `date.fromisoformat` to fail on them later.

Text is never changed here: no normalisation, no trimming. What a person read is what is hashed, signed and agreed to.
"""

import re
from typing import Final

FORBIDDEN: Final = (
    "\x00-\x08\x0b-\x1f"  # controls, without tab and line feed
    "\x7f-\x9f"  # delete, and the second set of controls
    "\u2028\u2029"  # line and paragraph separators: line ends that a line-based reader does not see
    "\u202a-\u202e"  # bidirectional embeddings and overrides: they show "never" as something else
    "\u2066-\u2069"  # bidirectional isolates, which reorder in the same way
    "\u206a-\u206f"  # deprecated shaping controls
    "\ufeff"  # byte order mark
    "\ufff9-\ufffb"  # interlinear annotation: hides text beside text
    "\ufffe\uffff"  # not characters; XML cannot carry them
)
"""Characters that no text may hold, as the inside of a character class.

The marks U+200B to U+200F and U+061C are *not* among them: Arabic, Hebrew, Persian, Khmer and Thai are written with them, and
they cannot reorder letters.
"""

TEXT: Final = f"^[^{FORBIDDEN}]*$"
"""Any number of lines."""

LINE: Final = f"^[^{FORBIDDEN}\t\n]*$"
"""One line: names, titles, labels. They stand in calendars, CSV cells and lists, where a line end would begin something new."""

DATE: Final = (
    "^(?:"
    "2[0-9]{3}-(?:"
    "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8])"
    ")|(?:2[0-9](?:0[48]|[2468][048]|[13579][26])|2[048]00)-02-29"
    ")$"
)
"""A day that exists, 2000-01-01 to 2999-12-31. Such texts sort as the days do."""

CLOCK: Final = "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$"
"""A wall-clock time, 00:00 to 23:59."""

CODE: Final = "^[a-z][a-z0-9_]{0,39}$"
"""A coded word that may be new: kept when it is not known, so that the vocabulary can grow without a new version."""

LANG: Final = "^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$"
"""The shape of a BCP 47 tag. Whether the language exists is not asked: communities name their own."""
LANG_CHARACTERS: Final = 35

BYTES_16: Final = "^[A-Za-z0-9_-]{21}[AQgw]$"
"""Canonical base64url of 16 bytes: the last character's spare bits are zero."""

BYTES_32: Final = "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"
"""Canonical base64url of 32 bytes."""

CURSOR: Final = r"^[1-9][0-9]{0,14}\.[1-9][0-9]{0,14}$"
"""How far a reader of a directory is: `<doc>.<seq>` of a head."""

_FORBIDDEN: Final = re.compile(f"[{FORBIDDEN}]")


def plain(text: str) -> str:
    """`text` itself, when it holds no forbidden character. Raises `ValueError`."""
    if _FORBIDDEN.search(text):
        raise ValueError("holds a character that no text may hold")
    return text

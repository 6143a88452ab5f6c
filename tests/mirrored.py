"""A made-up language for tests: every message of ours in Hebrew letters, longer than English, from right to left.

Made from the English messages in memory. A word of ours that stays in Latin letters was never handed to gettext; a page that grows too
wide has no room for longer languages; a page that does not turn around knows left and right. It is called `he`, whose numbers and days
Babel knows.
"""

import re
from gettext import NullTranslations
from typing import Final

from alongside_node.entrypoints.web.translations import Translations

MIRRORED: Final = "he"
_LETTERS: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "אבצדהפגחיקכלמנוףךרסתוושצעז")
_KEPT: Final = re.compile(r"(%\(\w+\)s|%%|\{\w+\}|<[^>]+>)")


def mirror(text: str) -> str:
    """A message as this language says it: gaps and tags stay, letters change, and it grows by a third."""
    parts = [part if _KEPT.fullmatch(part) else part.lower().translate(_LETTERS) for part in _KEPT.split(text)]
    said = "".join(parts)
    end = said[-1] if said[-1] in ".?!:…" else ""
    return said.removesuffix(end) + " " + "ארך " * (len(text) // 12) + "סף" + end


class _Mirror(NullTranslations):
    def gettext(self, message: str) -> str:
        return mirror(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return mirror(msgid1 if n == 1 else msgid2)


class Mirrored(Translations):
    """Our languages, Arabic, which no speaker has read yet, and the mirrored one."""

    def __init__(self) -> None:
        super().__init__(offered=["ar"])
        self.languages = (*self.languages, MIRRORED)  # type: ignore[misc]

    def read(self, lang: str) -> NullTranslations:
        return _Mirror() if lang == MIRRORED else super().read(lang)

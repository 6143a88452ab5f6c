"""Text that people wrote, made safe to show: a small Markdown subset, and names kept inside their own lines.

The subset is paragraphs, line breaks, emphasis, lists and links; headings, images, HTML and tables stay plain characters.
markdown-it-py turns it into HTML and nh3 then allows a fixed list only, so that a slip in either one is not a hole.
Characters that reorder other people's text (bidi controls) or pile up over it are taken out; nothing else is corrected.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final
from unicodedata import category, combining

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_MARKS_IN_A_ROW: Final = 4  # Vietnamese and Hebrew with full points need three; more only hides what is above
_REORDERING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TAGS: Final = {"p", "br", "em", "strong", "ul", "ol", "li", "a"}
_SCHEMES: Final = {"https", "mailto", "tel"}


def _tamed(run: Iterator[str], *, marks: bool) -> str:
    text = "".join(run)
    return text[:_MARKS_IN_A_ROW] if marks else text


def plain(text: str) -> str:
    """The text without control characters, reordering marks and towers of combining marks; line ends are kept."""
    kept = (character for character in _REORDERING.sub("", text) if category(character) != "Cc" or character == "\n")
    runs = groupby(kept, key=lambda character: combining(character) > 0)
    return "".join(_tamed(run, marks=marks) for marks, run in runs)


class Markdown:
    """Renders the subset. One object serves a whole process; it keeps nothing between texts."""

    def __init__(self) -> None:
        self._reader = MarkdownIt("zero", {"breaks": True, "html": False}).enable(
            ["emphasis", "list", "link", "autolink", "newline", "escape"]
        )
        self._cleaner = nh3.Cleaner(
            tags=_TAGS,
            attributes={"a": {"href"}},
            url_schemes=_SCHEMES,
            url_relative="deny",
            link_rel="nofollow noopener noreferrer external",
        )

    def __call__(self, text: str) -> Markup:
        """HTML of the fixed list of tags. Addresses other than https, mailto and tel become plain words."""
        return Markup(self._cleaner.clean(self._reader.render(plain(text))))  # noqa: S704 -- cleaned on this line

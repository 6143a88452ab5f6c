"""The stylesheet of every page, and the one of what is printed, as they are sent: without comments and line ends, at an address that
carries its own hash.

A browser may keep it for good, because a changed stylesheet has another address; so a page after the first is its HTML
alone. The sources stay readable in `static/`.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parent / "static"

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_AROUND: Final = re.compile(r"\s*([{};,>])\s*|(?<=:)\s+")


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """What to send (`text/css`), and where: every page links to `path`."""

    path: str
    content: bytes


def read_stylesheet(name: str = "alongside") -> Stylesheet:
    """A stylesheet of this program."""
    source = _COMMENT.sub("", (STATIC / f"{name}.css").read_text(encoding="utf-8"))
    content = _AROUND.sub(r"\1", source).replace(";}", "}").replace("\n", " ").strip().encode()
    return Stylesheet(path=f"/static/{name}-{sha256(content).hexdigest()[:12]}.css", content=content)

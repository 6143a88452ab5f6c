"""The stylesheet of every page, those of what is printed and of the drawing, and the one script, as they are sent: without comments and
indentation, at an address that carries its own hash.

A browser may keep it for good, because a changed stylesheet has another address; so a page after the first is its HTML
alone. The sources stay readable in `static/`.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from string import ascii_letters
from typing import Final

STATIC: Final = Path(__file__).parent / "static"

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_AROUND: Final = re.compile(r"\s*([{};,>])\s*|(?<=:)\s+")
_OWN: Final = re.compile(r"--[a-z][\w-]*")
_LETTERS: Final = ascii_letters


@dataclass(frozen=True, slots=True)
class Static:
    """What to send, as what, and where: pages link to `path`."""

    path: str
    content: bytes
    media_type: str = "text/css"


def read_stylesheet(name: str = "alongside", *more: str) -> Static:
    """A stylesheet of this program; with `more`, several as one, so that no page asks for two."""
    source = _COMMENT.sub("", "\n".join((STATIC / f"{one}.css").read_text(encoding="utf-8") for one in (name, *more)))
    content = _short(_AROUND.sub(r"\1", source).replace(";}", "}").replace("\n", " ").strip()).encode()
    return Static(path=f"/static/{(name, *more)[-1]}-{sha256(content).hexdigest()[:12]}.css", content=content)


def read_script(name: str) -> Static:
    """A script of this program."""
    source = _COMMENT.sub("", (STATIC / f"{name}.js").read_text(encoding="utf-8"))
    content = "\n".join(filter(None, (line.strip() for line in source.splitlines()))).encode()
    return Static(f"/static/{name}-{sha256(content).hexdigest()[:12]}.js", content, "text/javascript")


def _short(source: str) -> str:
    """The same with short names for its own values: `--accent-deep` is for those who read the source."""
    names = sorted(set(_OWN.findall(source)), key=lambda name: (-source.count(name), name))
    short = {name: f"--{_LETTERS[place % 52]}{place // 52 or ''}" for place, name in enumerate(names)}
    return _OWN.sub(lambda found: short[found[0]], source)

"""The two pictures that pages draw: the communities we are in agreement with, and a code as squares for a camera.

Both are inline SVG with presentation attributes and classes only, as the content policy wants, and both repeat what the
page also says in words. The geometry is in units of the picture (336 wide); the stylesheet gives it colour and size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import segno
from markupsafe import Markup

from alongside_protocol.messages import Steps
from alongside_protocol.peering import effective

from .views import PeerView

_WIDTH: Final = 336
_ROW: Final = 64  # room for a name, a line of words and air; a thumb fits between two
_HUB: Final = 38  # where our own circle stands, and its room
_DOT: Final = 122
_LETTERS: Final = 18  # of a name, before it would leave the picture, in the widest usual face


@dataclass(frozen=True, slots=True)
class Branch:
    """One community in the drawing: its height, its line from us, how the line looks, and what is said."""

    y: int
    path: str
    freshness: str
    width: str
    dashes: str
    name: str
    waiting: int
    failed: bool
    state: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole drawing, ready for the template. `hub`, `middle`: where our own circle stands; `dot`: where theirs do."""

    width: int
    height: int
    hub: int
    dot: int
    middle: int
    branches: tuple[Branch, ...]


def _line(middle: int, y: int) -> str:
    return f"M{_HUB} {middle}C{_HUB + 50} {middle} {_DOT - 50} {y} {_DOT} {y}"


def _shortened(name: str) -> str:
    return name if len(name) <= _LETTERS else name[: _LETTERS - 1].rstrip() + "…"


def shared_step(ours: str, theirs: str) -> Steps:
    """What passes between two communities: the smaller of the steps that each takes."""
    return effective(Steps(ours), Steps(theirs))


def _look(peer: PeerView) -> tuple[str, str]:
    """How wide the line is, and whether it is broken: wide for requests both ways, broken where nothing passes."""
    shared = shared_step(peer.ours, peer.theirs)
    if peer.state != "agreed" or shared is Steps.NONE:
        return "2", "3 7"
    return ("5", "none") if shared is Steps.REQUESTS else ("2", "none")


def _branch(peer: PeerView, y: int, middle: int) -> Branch:
    width, dashes = _look(peer)
    return Branch(
        y=y,
        path=_line(middle, y),
        freshness=peer.freshness,
        width=width,
        dashes=dashes,
        name=_shortened(peer.name),
        waiting=peer.waiting,
        failed=peer.problem is not None,
        state=peer.state,
    )


def network(peers: Sequence[PeerView]) -> Picture:
    """Us on one side, every community on the other, in the order in which the page lists them."""
    height = max(2, len(peers)) * _ROW
    middle = height // 2
    first = middle - (len(peers) - 1) * _ROW // 2
    return Picture(
        width=_WIDTH,
        height=height,
        hub=_HUB,
        dot=_DOT,
        middle=middle,
        branches=tuple(_branch(peer, first + place * _ROW, middle) for place, peer in enumerate(peers)),
    )


def qr(text: str, gettext: Callable[[str], str]) -> Markup:
    """`text` as squares for a camera, dark on white in every colour scheme, because cameras need that."""
    label = gettext("The same code, for a camera")
    squares = segno.make(text, error="l", micro=False).svg_inline(
        svgclass="qr", lineclass=None, dark="#000", light="#fff", border=3, omitsize=True, title=label
    )
    return Markup(squares).replace("<svg ", Markup('<svg role="img" '), 1)  # noqa: S704 -- segno escapes the title, the rest is ours

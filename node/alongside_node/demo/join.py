"""`alongside demo --join`: the story, walked by whoever can reach three demo communities that run already, in containers or anywhere.

What it needs to know of them stands in notes that `alongside demo-community` wrote when it founded each: where they are reached, and the
words of their invented people. It opens pages only. A second time it looks whether all is still there, and tells nothing twice.
"""

import sys
import time
from pathlib import Path
from typing import Final

import httpx

from alongside_protocol.listing import Audience

from .content import KEYS, Community, communities
from .filling import Filled
from .story import Story
from .visit import UnexpectedPageError, until

_WALKED: Final = "walked"
_TRIED: Final = 3


class _Join(Story):
    """The story without its processes."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.communities = [Filled.read(folder, key) for key in KEYS]

    def meet(self) -> None:
        seconds = until(lambda: all(map(self._answers, self.communities)), "all three answer")
        where = ", ".join(f"{filled.name} {filled.origin}" for filled in self.communities)
        self.tell(f"Three communities answer: {where}", seconds=seconds)

    def _answers(self, filled: Filled) -> bool:
        try:
            with self.visit(filled) as somebody:
                return bool(somebody.open("/").text)
        except (httpx.HTTPError, UnexpectedPageError):
            return False

    def sync(self) -> None:
        written = dict(zip(KEYS, communities(), strict=True))
        pairs = [(here, there) for here in self.communities for there in self.communities if here is not there]
        seconds = until(
            lambda: all(self._found(here, there, written[there.key]) for here, there in pairs),
            "each finds what the others list",
        )
        self.tell(
            "A search at each of them finds what the other two list",
            "every byte was checked against one signature of the community that wrote it",
            seconds,
        )

    def _found(self, here: Filled, there: Filled, community: Community) -> bool:
        offered = [fields["title"] for _, fields in community.listings() if fields["audience"] == Audience.ANYONE]
        with self.visit(here) as somebody:
            return any(
                f"/listings/{there.node}/" in somebody.open("/search").send("/search", words=title).body
                for title in offered[:_TRIED]  # the first may have been taken down, by the story itself
            )

    def heart(self) -> None:
        listing = self.look()
        asker, request, holder, where = self.answered(listing)
        with asker, holder:
            self.written_and_read(asker, request, holder, where)
            self.withdrawn_and_erased(listing, holder)
            self.taken_down(listing, holder)
        self.in_turn()
        self.taken_along()


def join(folder: Path) -> int:
    """Walk it with the communities of the notes in `folder`. Returns 0 when every step went well."""
    begun = time.monotonic()
    try:
        story = _Join(folder)
    except OSError as missing:
        sys.stderr.write(f"There is no note of a demo community: {missing}\n")
        return 1
    walked = folder / _WALKED
    try:
        story.meet()
        if walked.exists():
            story.sync()
        else:
            story.peer()
            story.sync()
            story.heart()
            walked.touch()
    except (UnexpectedPageError, httpx.HTTPError) as problem:
        sys.stderr.write(f"\nThis step failed: {problem}\n")
        return 1
    sys.stdout.write(f"\nAll of it in {time.monotonic() - begun:.1f} seconds.\n")
    story.goodbye()
    return 0

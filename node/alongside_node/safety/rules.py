"""What is kept of a block, and how many (section 6 of the specification, "Aliases"). Pure."""

from typing import Final, Protocol

MOST: Final = 2_000
"""Blocks of one node that are looked through to show somebody theirs: each is one seal to try."""


class Deriving(Protocol):
    """Makes bytes for one purpose that nobody else can make: a node's secret."""

    def derived(self, purpose: str, *parts: str) -> bytes:
        """32 bytes."""
        ...


def mark(secret: Deriving, blocker: str, handle: bytes) -> bytes:
    """What stands for "this person is not let through to that one": nobody who has it learns either, nor joins two of one person."""
    return secret.derived("block", blocker, handle.hex())

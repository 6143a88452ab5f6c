"""The table of blocks. The only SQL here."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from alongside_node import schema
from alongside_node.foundation.database import Reading, Writing

_block = schema.block


@dataclass(frozen=True)
class Block:
    """One. `note`: what the person who made it sees of it, sealed to them."""

    mark: bytes = field(repr=False)
    note: bytes = field(repr=False)


def add(tx: Writing, block: Block) -> None:
    """One more; the same again changes nothing."""
    if not among(tx, [block.mark]):
        tx.execute(_block.insert().values(mark=block.mark, note=block.note))


def among(reading: Reading, marks: Collection[bytes]) -> bool:
    """Whether one of these is there."""
    return reading.execute(select(_block.c.mark).where(_block.c.mark.in_(marks)).limit(1)).first() is not None


def some(reading: Reading, limit: int) -> list[Block]:
    """As many as that."""
    return [Block(row.mark, row.note) for row in reading.execute(select(_block).order_by(_block.c.mark).limit(limit))]


def remove(tx: Writing, mark: bytes) -> None:
    """Taken back."""
    tx.execute(delete(_block).where(_block.c.mark == mark))

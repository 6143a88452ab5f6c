"""The keys of every peer and the open invitations, in memory: what the inbox looks up before it believes anything (section 5).

Only keys stand here. What a peer may do is read again in the transaction that does it, so that stepping back, parting and freezing
hold at once, also from another process. `forget` after every change of peers in this process; one of another process is seen
within five seconds.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Final

from alongside_node.foundation.database import Database, Reading
from alongside_protocol.node_document import Chain, read_chain

from . import rules, store

SECONDS: Final = 5


@dataclass
class _Pages:
    texts: dict[str, str] = field(default_factory=dict)
    chains: dict[str, Chain] = field(default_factory=dict)
    tokens: dict[str, bytes] = field(default_factory=dict)


class Book:
    """Looked up by every request. As large as the table of peers, whatever strangers do."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pages = _Pages()
        self._changes = 0
        self._read: tuple[int, int] | None = None  # (changes before reading, when)
        self._lock = asyncio.Lock()

    def forget(self) -> None:
        """What is here may be out of date. From any thread, as an `after_commit`."""
        self._changes += 1

    async def refresh(self, now: int) -> None:
        """Read again what may be out of date; at most once in five seconds, whoever asks, known or not.

        Whoever comes while it is read waits for it: to them, too, it was out of date.
        """
        if self._is_fresh(now):
            return
        async with self._lock:
            if not self._is_fresh(now):
                changes = self._changes  # before reading: a change during it makes the book stale again
                self._pages = await self._database.aread(lambda reading: _read(reading, self._pages, now=now))
                self._read = changes, now

    def chain(self, node: str) -> Chain | None:
        """The documents of a peer on file."""
        return self._pages.chains.get(node)

    def token(self, invitation_id: str) -> bytes | None:
        """The secret of an open invitation."""
        return self._pages.tokens.get(invitation_id)

    def _is_fresh(self, now: int) -> bool:
        return self._read is not None and self._read[0] == self._changes and 0 <= now - self._read[1] < SECONDS


def _read(reading: Reading, former: _Pages, *, now: int) -> _Pages:
    texts = store.all_documents(reading)
    chains = {
        node: former.chains[node] if former.texts.get(node) == text else _chain(text) for node, text in texts.items()
    }
    tokens = {invitation.id: invitation.token for invitation in store.invitations(reading, day=rules.day(now))}
    return _Pages(texts, chains, tokens)


def _chain(text: str) -> Chain:
    return read_chain(json.loads(text), allow_loopback=True)  # verified, and its origin allowed, when it came

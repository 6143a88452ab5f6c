"""The edge that pages, API and command line stand on: who we are now, one transaction, and whom to wake after it.

Every write of this process goes through `write`, so that no entrypoint has to know which loop waits for what it wrote. The keyring is
held here and made anew when a key changes; nothing below this layer keeps one.
"""

from collections.abc import Callable, Collection
from typing import TypeVar

from alongside_node.foundation.clock import Clock
from alongside_node.foundation.database import Database, Reading, Writing
from alongside_node.identity import actions as identity
from alongside_node.identity.actions import Keyring
from alongside_node.peers.actions import Terms, Us
from alongside_protocol.identifiers import NodeId, Random
from alongside_protocol.node_document import Chain

T = TypeVar("T")


class OurKeys:
    """The keyring in force. `reload` after a key changed; asked by whoever signs or opens, each time."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def __call__(self) -> Keyring:
        """The keys in force."""
        return self._keyring

    def reload(self, keyring: Keyring) -> None:
        """A key changed."""
        self._keyring = keyring

    @property
    def chain(self) -> Chain:
        """Our documents."""
        return self._keyring.chain

    @property
    def origin(self) -> str:
        """Our configured origin, which peers sign for."""
        return self._keyring.origin

    @property
    def id(self) -> NodeId:
        """Our id."""
        return self._keyring.id


class Edge:
    """One community's database, clock, randomness and keys, for one entrypoint.

    `wake`: called with the names of the tables that were written to, after each write that committed. `notice_key`: what choices of
    how to be told are wrapped under; empty where the host has set up no way.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        random: Random,
        keys: OurKeys,
        terms: Terms,
        wake: Callable[[Collection[str]], None],
        notice_key: bytes,
    ) -> None:
        self.database = database
        self.clock = clock
        self.random = random
        self.keys = keys
        self.terms = terms
        self.notice_key = notice_key
        self._wake = wake

    @property
    def now(self) -> int:
        """Unix seconds."""
        return self.clock.now()

    @property
    def me(self) -> NodeId:
        """Our id."""
        return self.keys.id

    def us(self, reading: Reading) -> Us:
        """What a peer learns of us."""
        return Us(self.keys.chain, identity.standing_community(reading).profile)

    async def read(self, work: Callable[[Reading], T]) -> T:
        """One snapshot."""
        return await self.database.aread(work)

    async def write(self, work: Callable[[Writing], T]) -> T:
        """One transaction; whoever waits for what it wrote is woken after it."""

        def whole(tx: Writing) -> T:
            tx.after_commit(lambda: self._wake(tx.written))
            return work(tx)

        return await self.database.awrite(whole)

"""A reader in memory: how a verified copy of another node's directory is kept (section 4, "Sync").

replica = Replica.of(node)
replica.follow(node)
replica.records
"""

from dataclasses import dataclass, field
from typing import Any

from alongside_protocol import record
from alongside_protocol.client.drivers import run
from alongside_protocol.client.flows import follow
from alongside_protocol.errors import Refused
from alongside_protocol.feed import Entry
from alongside_protocol.identifiers import RecordId
from alongside_protocol.record import Record
from alongside_protocol.testing.fake_node import FakeNode
from alongside_protocol.trust import Batch, Budget, Outcome, Sync, Trusted


@dataclass
class Replica:
    """A copy of one directory. `records` can be read, `set_aside` could not, with the reason; both are what was signed."""

    trusted: Trusted
    records: dict[RecordId, Record] = field(default_factory=dict)
    set_aside: dict[RecordId, Refused] = field(default_factory=dict)

    @classmethod
    def of(cls, node: FakeNode) -> "Replica":
        """An empty copy that knows who the node is."""
        return cls(Trusted(node.chain))

    @classmethod
    def copy_of(cls, node: FakeNode) -> "Replica":
        """A copy of what the node has published; the node forgets that it was asked."""
        replica = cls.of(node)
        replica.follow(node)
        node.requests.clear()
        return replica

    def follow(
        self, node: FakeNode, *, now: int | None = None, budget: Budget | None = None, whole: bool = False
    ) -> Outcome:
        """One synchronisation. Whatever is refused leaves this copy as it was."""
        start = node.now if now is None else now
        staged: dict[RecordId, Entry] = {}

        def stage(batch: Batch) -> None:
            if batch.restarted:
                staged.clear()
            staged.update({entry.id: entry for entry in batch.entries})

        sync = Sync(self.trusted, now=start, budget=budget, whole=whole)
        outcome = run(follow(sync, node.origin, node.signer, now=lambda: start, stage=stage), node.answer)
        if outcome.whole:
            self.records.clear()
            self.set_aside.clear()
        for entry in staged.values():
            self._take(entry)
        self.trusted = outcome.trusted
        return outcome

    def refusal(self, node: FakeNode, **named: Any) -> Refused:
        """Why a synchronisation is refused; it is an error when it is not, or when the refusal changed this copy."""
        before = self._state
        try:
            self.follow(node, **named)
        except Refused as refused:
            if self._state != before:
                raise AssertionError("a refusal changed the copy") from refused
            return refused
        raise AssertionError("was not refused")

    @property
    def _state(self) -> tuple[object, ...]:
        trusted = self.trusted
        return trusted.chain, trusted.head, trusted.tree.root, dict(self.records), dict(self.set_aside)

    def _take(self, entry: Entry) -> None:
        self.records.pop(entry.id, None)
        self.set_aside.pop(entry.id, None)
        if entry.line is None:
            return
        try:
            self.records[entry.id] = record.read(entry.line, expected_id=entry.id)
        except Refused as reason:
            self.set_aside[entry.id] = reason

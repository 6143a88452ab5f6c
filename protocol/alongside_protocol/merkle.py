"""The tree that lets one signature authenticate a whole directory, and lets a directory forget (section 4).

A compact binary radix tree over the 128 bits of record ids: one set of records has exactly one tree and one root.

    leaf  = SHA-256(0x00 ‖ id ‖ SHA-256(line))
    inner = SHA-256(0x01 ‖ d ‖ left ‖ right)      d: the first bit in which the two sides differ, as one byte
    empty = SHA-256("")

A record that is erased is absent, and absence itself can be proven. Inner nodes are not stored: hashes are kept for id prefixes of
0, 4, 8 and 12 bits, so that one change among 100,000 records costs one bucket of about 24 leaves and three short rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Final

from . import limits
from .errors import Code, Refused

ID_BITS: Final = 128
ID_BYTES: Final = 16
HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()

_BITS_A_LEVEL = 4
_BUCKET_BITS = 12


def leaf_hash(record_id: bytes, line_hash: bytes) -> bytes:
    """The hash of one record's leaf. Raises `Refused` (`tree-form`) unless 16 and 32 bytes."""
    _check_lengths(record_id, line_hash)
    return sha256(b"\x00" + record_id + line_hash).digest()


def root(leaves: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The root over (id, SHA-256 of the line), in any order. Raises `Refused` (`tree-form`): an id stands twice."""
    nodes = sorted((int.from_bytes(record_id, "big"), leaf_hash(record_id, digest)) for record_id, digest in leaves)
    for (one, _), (other, _) in pairwise(nodes):
        if one == other:
            raise Refused(Code.TREE_FORM, "an id stands twice")
    return _fold(nodes, ID_BITS) if nodes else EMPTY_ROOT


def _check_lengths(record_id: bytes, line_hash: bytes) -> None:
    if len(record_id) != ID_BYTES or len(line_hash) != HASH_BYTES:
        raise Refused(Code.TREE_FORM, "an id is 16 bytes and a hash is 32")


def _fold(nodes: list[tuple[int, bytes]], width: int) -> bytes:
    """The hash over subtrees, each under the first `width` bits of its ids, in rising order; at least one."""
    # The top of the stack is the subtree that is still open; a subtree closes when the next id differs in an earlier bit.
    stack: list[tuple[int, bytes]] = []
    previous, current = nodes[0]
    for prefix, node in nodes[1:]:
        differs = width - (previous ^ prefix).bit_length()
        while stack and stack[-1][0] > differs:
            depth, left = stack.pop()
            current = _inner(depth, left, current)
        stack.append((differs, current))
        previous, current = prefix, node
    while stack:
        depth, left = stack.pop()
        current = _inner(depth, left, current)
    return current


def _inner(depth: int, left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + depth.to_bytes(1, "big") + left + right).digest()


class Tree:
    """A directory's tree: which records there are, each with the SHA-256 of its line. Not safe for two threads at once."""

    def __init__(self, leaves: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self._buckets: dict[int, dict[bytes, bytes]] = {}
        self._hashes: dict[tuple[int, int], bytes] = {}
        self._size = 0
        for record_id, digest in leaves:
            self.put(record_id, digest)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        for bucket in self._buckets.values():
            yield from bucket.items()

    def get(self, record_id: bytes) -> bytes | None:
        """The SHA-256 of a record's line, or None when it is absent."""
        return self._buckets.get(_bucket_of(record_id), {}).get(record_id)

    def put(self, record_id: bytes, line_hash: bytes) -> None:
        """Add or replace a record. Raises `Refused` (`tree-form`)."""
        _check_lengths(record_id, line_hash)
        number = _bucket_of(record_id)
        bucket = self._buckets.setdefault(number, {})
        self._size += record_id not in bucket
        bucket[record_id] = line_hash
        self._forget_hashes(number)

    def remove(self, record_id: bytes) -> None:
        """Take a record out; one that is absent stays so."""
        number = _bucket_of(record_id)
        bucket = self._buckets.get(number, {})
        if bucket.pop(record_id, None) is not None:
            self._size -= 1
            self._forget_hashes(number)
            if not bucket:
                del self._buckets[number]

    def apply(self, changes: dict[bytes, bytes | None]) -> dict[bytes, bytes | None]:
        """Put (a hash) or remove (None) many at once; returns what undoes it."""
        before = {record_id: self.get(record_id) for record_id in changes}
        for record_id, digest in changes.items():
            if digest is None:
                self.remove(record_id)
            else:
                self.put(record_id, digest)
        return before

    @property
    def root(self) -> bytes:
        """The 32 bytes that a head signs."""
        return self._hash_of(0, 0) if self._size else EMPTY_ROOT

    def warm(self) -> None:
        """Hash everything now (0.4 s at 100,000), so that the root after a few changes costs a few buckets."""
        self._hash_of(0, 0)

    def prove(self, record_id: bytes) -> "Proof":
        """That a record is in the tree. Raises `Refused` (`proof`) when it is not."""
        if self.get(record_id) is None:
            raise Refused(Code.PROOF, "that record is not in the tree")
        nodes = sorted((int.from_bytes(key, "big"), leaf_hash(key, digest)) for key, digest in self)
        return Proof(tuple(_path(nodes, int.from_bytes(record_id, "big"))))

    def prove_absence(self, record_id: bytes) -> "AbsenceProof | None":
        """That a record is not in the tree; None when the tree is empty, whose root says so by itself.

        Raises `Refused` (`proof`) when the record is there.
        """
        if self.get(record_id) is not None:
            raise Refused(Code.PROOF, "that record is in the tree")
        if not self._size:
            return None
        sought = int.from_bytes(record_id, "big")
        other, digest = _neighbour(sorted(self), sought)
        return AbsenceProof(other, digest, self.prove(other))

    def _forget_hashes(self, bucket: int) -> None:
        for bits in range(0, _BUCKET_BITS + 1, _BITS_A_LEVEL):
            self._hashes.pop((bits, bucket >> (_BUCKET_BITS - bits)), None)

    def _hash_of(self, bits: int, prefix: int) -> bytes:
        """The hash of all records whose ids begin with the `bits` bits of `prefix`; b"" when there are none."""
        known = self._hashes.get((bits, prefix))
        if known is not None:
            return known
        if bits == _BUCKET_BITS:
            bucket = self._buckets.get(prefix)
            value = root(bucket.items()) if bucket else b""
        else:
            wider = bits + _BITS_A_LEVEL
            children = [prefix << _BITS_A_LEVEL | low for low in range(1 << _BITS_A_LEVEL)]
            nodes = [(child, node) for child in children if (node := self._hash_of(wider, child))]
            value = _fold(nodes, wider) if nodes else b""
        self._hashes[(bits, prefix)] = value
        return value


def _bucket_of(record_id: bytes) -> int:
    return int.from_bytes(record_id[:2], "big") >> (16 - _BUCKET_BITS)


@dataclass(frozen=True)
class Proof:
    """The way from the root down to a leaf: at each branching its bit and the hash of the side not taken."""

    steps: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True)
class AbsenceProof:
    """Another record that stands where the absent one would have to be."""

    record_id: bytes
    line_hash: bytes
    proof: Proof


def check_inclusion(tree_root: bytes, record_id: bytes, line_hash: bytes, proof: Proof) -> None:
    """Raises `Refused` (`proof`, `tree-form`) unless the record is in the tree of `tree_root`."""
    depths = [depth for depth, _ in proof.steps]
    if len(depths) > limits.PROOF_STEPS or any(not 0 <= depth < ID_BITS for depth in depths):
        raise Refused(Code.PROOF, "a step outside the 128 bits of an id")
    if any(one >= other for one, other in pairwise(depths)):
        raise Refused(Code.PROOF, "steps that do not go down")
    if any(len(sibling) != HASH_BYTES for _, sibling in proof.steps):
        raise Refused(Code.PROOF, "a hash that is not 32 bytes")
    current = leaf_hash(record_id, line_hash)
    for depth, sibling in reversed(proof.steps):
        right = _bit(int.from_bytes(record_id, "big"), depth)
        current = _inner(depth, sibling, current) if right else _inner(depth, current, sibling)
    if current != tree_root:
        raise Refused(Code.PROOF, "does not lead to this root")


def check_absence(tree_root: bytes, record_id: bytes, proof: AbsenceProof | None) -> None:
    """Raises `Refused` (`proof`, `tree-form`) unless the record is absent from the tree of `tree_root`."""
    if len(record_id) != ID_BYTES:
        raise Refused(Code.TREE_FORM, "an id is 16 bytes")
    if proof is None:
        if tree_root != EMPTY_ROOT:
            raise Refused(Code.PROOF, "the tree is not empty")
        return
    check_inclusion(tree_root, proof.record_id, proof.line_hash, proof.proof)
    absent, present = int.from_bytes(record_id, "big"), int.from_bytes(proof.record_id, "big")
    # At every branching both take the same side, so the absent one could stand nowhere but at this leaf.
    if absent == present or any(_bit(absent, depth) != _bit(present, depth) for depth, _ in proof.proof.steps):
        raise Refused(Code.PROOF, "the other record does not stand where this one would")


def _bit(number: int, index: int) -> int:
    return number >> (ID_BITS - 1 - index) & 1


def _path(nodes: list[tuple[int, bytes]], sought: int) -> Iterator[tuple[int, bytes]]:
    while len(nodes) > 1:
        depth = ID_BITS - (nodes[0][0] ^ nodes[-1][0]).bit_length()
        left = [node for node in nodes if not _bit(node[0], depth)]
        right = nodes[len(left) :]
        nodes, sibling = (right, left) if _bit(sought, depth) else (left, right)
        yield depth, _fold(sibling, ID_BITS)


def _neighbour(leaves: list[tuple[bytes, bytes]], sought: int) -> tuple[bytes, bytes]:
    """The leaf that is reached by going the way of `sought` down the tree."""
    while len(leaves) > 1:
        first, last = (int.from_bytes(leaves[end][0], "big") for end in (0, -1))
        depth = ID_BITS - (first ^ last).bit_length()
        side = _bit(sought, depth)
        leaves = [leaf for leaf in leaves if _bit(int.from_bytes(leaf[0], "big"), depth) == side]
    return leaves[0]

"""The tree: one set has one root, in whatever order it came to be; what is there and what is not can be proven (section 4)."""

import random as seeded
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alongside_protocol import merkle
from alongside_protocol.errors import Code, Refused
from alongside_protocol.merkle import EMPTY_ROOT, AbsenceProof, Proof, Tree, check_absence, check_inclusion, leaf_hash

# Ids that differ early, late, and in single bits, so that every branching is met.
IDS = (
    st.binary(min_size=16, max_size=16)
    | st.integers(0, 127).map(lambda bit: (1 << bit).to_bytes(16, "big"))
    | st.integers(0, 20).map(lambda low: bytes(15) + bytes([low]))
    | st.integers(0, 40).map(lambda high: bytes([0x55, high]) + bytes(14))
)
HASHES = st.integers(0, 3).map(lambda number: sha256(bytes([number])).digest())
SETS = st.dictionaries(IDS, HASHES, max_size=24)


def simple_root(leaves: dict[bytes, bytes]) -> bytes:
    """The root as the specification says it, one bit at a time."""

    def node(ids: list[bytes], bit: int) -> bytes:
        if len(ids) == 1:
            return sha256(b"\x00" + ids[0] + leaves[ids[0]]).digest()
        left = [id_ for id_ in ids if not id_[bit // 8] >> (7 - bit % 8) & 1]
        right = [id_ for id_ in ids if id_ not in left]
        if not left or not right:
            return node(ids, bit + 1)
        return sha256(b"\x01" + bytes([bit]) + node(left, bit + 1) + node(right, bit + 1)).digest()

    return node(sorted(leaves), 0) if leaves else sha256(b"").digest()


def code_of(attempt: object, *arguments: object) -> Code:
    with pytest.raises(Refused) as error:
        attempt(*arguments)  # type: ignore[operator]
    return error.value.code


@given(SETS)
def test_the_root_is_the_one_of_the_specification(leaves: dict[bytes, bytes]) -> None:
    assert merkle.root(leaves.items()) == Tree(leaves.items()).root == simple_root(leaves)


@given(SETS, SETS, st.randoms(use_true_random=False))
def test_any_order_of_puts_and_removes_gives_the_same_root(
    kept: dict[bytes, bytes], passing: dict[bytes, bytes], random: seeded.Random
) -> None:
    moves = [(id_, digest) for leaves in (passing, kept) for id_, digest in leaves.items()]
    random.shuffle(moves)
    tree = Tree()
    for number, (id_, digest) in enumerate(moves):
        tree.put(id_, digest)
        if number % 5 == 0:
            assert tree.root == merkle.root(tree)
    ends = [*((id_, None) for id_ in passing), *kept.items()]
    for id_, digest in sorted(ends, key=lambda end: end[1] is not None):
        tree.remove(id_) if digest is None else tree.put(id_, digest)
    assert tree.root == simple_root(kept)
    assert (len(tree), dict(tree)) == (len(kept), kept)


@given(SETS, SETS, st.sets(IDS, max_size=6))
def test_changes_can_be_undone(leaves: dict[bytes, bytes], put: dict[bytes, bytes], gone: set[bytes]) -> None:
    tree = Tree(leaves.items())
    before = tree.apply({**put, **dict.fromkeys(gone)})
    assert dict(tree) == {id_: digest for id_, digest in (leaves | put).items() if id_ not in gone}
    tree.apply(before)
    assert (tree.root, dict(tree)) == (simple_root(leaves), leaves)


@given(SETS)
def test_every_record_of_a_tree_can_be_proven(leaves: dict[bytes, bytes]) -> None:
    tree = Tree(leaves.items())
    for id_, digest in leaves.items():
        proof = tree.prove(id_)
        check_inclusion(tree.root, id_, digest, proof)
        assert [depth for depth, _ in proof.steps] == sorted({depth for depth, _ in proof.steps})
        assert code_of(check_inclusion, tree.root, id_, bytes(32), proof) is Code.PROOF


@given(SETS, IDS)
def test_absence_is_proven_exactly_for_what_is_absent(leaves: dict[bytes, bytes], id_: bytes) -> None:
    tree = Tree(leaves.items())
    if id_ in leaves:
        assert code_of(tree.prove_absence, id_) is Code.PROOF
        return
    assert code_of(tree.prove, id_) is Code.PROOF
    proof = tree.prove_absence(id_)
    assert (proof is None) is not leaves
    check_absence(tree.root, id_, proof)


@given(SETS, SETS, IDS)
def test_a_proof_for_another_set_fails(leaves: dict[bytes, bytes], others: dict[bytes, bytes], id_: bytes) -> None:
    assume(leaves and leaves != others)
    tree, other = Tree(leaves.items()), Tree(others.items())
    present = min(leaves)
    assert code_of(check_inclusion, other.root, present, leaves[present], tree.prove(present)) is Code.PROOF
    if id_ not in leaves:
        assert code_of(check_absence, other.root, id_, tree.prove_absence(id_)) is Code.PROOF


@given(SETS, st.data())
def test_no_record_that_is_there_can_be_shown_absent(leaves: dict[bytes, bytes], data: st.DataObject) -> None:
    assume(len(leaves) > 1)
    tree = Tree(leaves.items())
    present, other = data.draw(st.lists(st.sampled_from(sorted(leaves)), min_size=2, max_size=2))
    assert (
        code_of(check_absence, tree.root, present, AbsenceProof(other, leaves[other], tree.prove(other))) is Code.PROOF
    )
    assert code_of(check_absence, tree.root, present, None) is Code.PROOF


def test_an_empty_tree_shows_absence_by_its_root() -> None:
    assert Tree().root == EMPTY_ROOT == merkle.root([])
    check_absence(EMPTY_ROOT, bytes(16), None)


def grown(count: int) -> Tree:
    random = seeded.Random(count)
    return Tree((random.randbytes(16), random.randbytes(32)) for _ in range(count))


TREE = grown(200)
ID, DIGEST = min(TREE)
PROOF = TREE.prove(ID)


@pytest.mark.parametrize(
    "steps",
    [
        PROOF.steps[1:],
        PROOF.steps[:-1],
        PROOF.steps[::-1],
        (PROOF.steps[0], *PROOF.steps),
        ((-1, bytes(32)), *PROOF.steps),
        (*PROOF.steps, (128, bytes(32))),
        (*PROOF.steps, (255, bytes(32))),
        (*PROOF.steps, (127, bytes(32))),
        (*PROOF.steps, (127, bytes(31))),
        (*PROOF.steps[:-1], (PROOF.steps[-1][0], b"")),
        tuple((bit, bytes(32)) for bit in range(128)),
        tuple((0, bytes(32)) for _ in range(129)),
    ],
)
def test_a_proof_that_was_bent_is_refused(steps: tuple[tuple[int, bytes], ...]) -> None:
    check_inclusion(TREE.root, ID, DIGEST, PROOF)
    assert code_of(check_inclusion, TREE.root, ID, DIGEST, Proof(steps)) is Code.PROOF


def test_an_inner_node_cannot_be_shown_as_a_record() -> None:
    tree = grown(2)
    (one, one_hash), (two, two_hash) = sorted(tree)
    content = leaf_hash(one, one_hash) + leaf_hash(two, two_hash)
    for bit in range(128):
        forged = bytes([bit]) + content
        assert code_of(check_inclusion, tree.root, forged[:16], forged[16:48], Proof(())) is Code.PROOF


def test_a_tree_that_branches_twice_at_one_bit_proves_nothing() -> None:
    id_, digest, side = bytes(16), sha256(b"line").digest(), bytes(32)
    inner = sha256(b"\x01\x05" + leaf_hash(id_, digest) + side).digest()
    crooked = sha256(b"\x01\x05" + inner + side).digest()
    check_inclusion(inner, id_, digest, Proof(((5, side),)))
    assert code_of(check_inclusion, crooked, id_, digest, Proof(((5, side), (5, side)))) is Code.PROOF


@pytest.mark.parametrize(("id_length", "hash_length"), [(15, 32), (17, 32), (16, 31), (16, 33), (0, 0)])
def test_an_id_and_a_hash_have_their_length(id_length: int, hash_length: int) -> None:
    id_, digest = bytes(id_length), bytes(hash_length)
    assert code_of(leaf_hash, id_, digest) is Code.TREE_FORM
    assert code_of(Tree().put, id_, digest) is Code.TREE_FORM
    assert code_of(check_inclusion, TREE.root, id_, digest, PROOF) is Code.TREE_FORM
    assert code_of(merkle.root, [(id_, digest)]) is Code.TREE_FORM
    if id_length != 16:
        assert code_of(check_absence, TREE.root, id_, replace(AbsenceProof(ID, DIGEST, PROOF))) is Code.TREE_FORM
        assert code_of(check_absence, EMPTY_ROOT, id_, None) is Code.TREE_FORM


def test_an_id_stands_once() -> None:
    assert code_of(merkle.root, [(ID, DIGEST), (ID, bytes(32))]) is Code.TREE_FORM
    tree = Tree([(ID, DIGEST), (ID, bytes(32))])
    assert (len(tree), tree.get(ID)) == (1, bytes(32))


def test_removing_what_is_absent_changes_nothing() -> None:
    tree = grown(3)
    before = tree.root
    tree.remove(bytes(16))
    tree.remove(min(tree)[0][:4] + bytes(12))
    assert (tree.root, len(tree)) == (before, 3)
    for id_, _ in list(tree):
        tree.remove(id_)
    assert (tree.root, len(tree), tree.get(ID)) == (EMPTY_ROOT, 0, None)


def test_whoever_mines_ids_gets_128_steps_and_no_more() -> None:
    ids = [bytes(16), *((1 << bit).to_bytes(16, "big") for bit in range(128))]
    tree = Tree((id_, sha256(id_).digest()) for id_ in ids)
    proof = tree.prove(bytes(16))
    assert [depth for depth, _ in proof.steps] == list(range(128))
    check_inclusion(tree.root, bytes(16), sha256(bytes(16)).digest(), proof)


@settings(max_examples=20)
@given(st.integers(0, 2_000), st.integers(0, 2_000))
def test_a_large_tree_keeps_its_root_while_it_changes(count: int, changed: int) -> None:
    tree = grown(count)
    assert tree.root == merkle.root(tree)
    ids = [id_ for id_, _ in tree][:changed]
    for id_ in ids:
        tree.remove(id_) if id_[0] % 2 else tree.put(id_, bytes(32))
    assert tree.root == merkle.root(tree)

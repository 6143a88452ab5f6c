"""Vectors of node documents, trees, heads, feed pages and the fair order."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from alongside_protocol import canonical, head, jws, limits, merkle
from alongside_protocol.errors import Code
from alongside_protocol.feed import Entry, write_page
from alongside_protocol.identifiers import RecordId
from alongside_protocol.keys import SigningKey
from alongside_protocol.merkle import AbsenceProof, Proof, Tree
from alongside_protocol.published_keys import vector_key
from alongside_protocol.testing.fake_node import NOON, FakeNode
from vector_makers.writing import Case, Sheet, encode, signed

Leaf = tuple[bytes, bytes]


def sheets() -> Iterator[Sheet]:
    yield chains()
    yield extended()
    yield well_known()
    yield roots()
    yield changes()
    yield proofs()
    yield heads()
    yield pages()
    yield cursors()
    yield orders()


# Node documents.


def chains() -> Sheet:
    node, other = FakeNode("vectors"), FakeNode("vectors-other")
    founded, first_key = node.chain, node.key
    rotated = node.succeed()
    second_key = node.key
    moved = node.succeed(origin="https://new.example:8443")
    by = node.recovery.key(2)

    def first(**changed: Any) -> Case:
        return {"docs": [signed(jws.Type.NODE, founded.texts[0], first_key, **changed)]}

    def second(key: SigningKey = by, **changed: Any) -> Case:
        return {"docs": [founded.texts[0], signed(jws.Type.NODE, rotated.texts[1], key, **changed)]}

    sheet = Sheet("node_document/chains.json", "chains of node documents: who the node is, where, and its fingerprint")
    sheet.takes(
        {
            "founded": {"docs": founded.texts},
            "a new key": {"docs": rotated.texts},
            "a new key, then a new address": {"docs": moved.texts},
            "a member of a later version": first(later=1),
            "an address of many names": first(origin="https://a.b-c.d.e.example"),
            "an address that is a number": first(origin="https://192.0.2.1"),
            "the last port": first(origin="https://node.example:65535"),
        }
    )
    sheet.refuses(
        Code.DOCUMENT_ORDER,
        "A chain begins with number 1, which names no former one, and each document follows the one before it.",
        {
            "no documents": {"docs": []},
            "the second without the first": {"docs": rotated.texts[1:]},
            "a first document with a number": first(n=2),
            "a first document that names a former one": first(prev=founded.id),
            "a first document with an id": first(id=founded.id),
            "a first document with a recovery key": first(by=by.verify_key.text),
            "a number left out": second(n=3),
            "the number of the one before": second(n=1),
            "after another document": second(prev=encode(bytes(32))),
            "after none": second(prev="absent"),
        },
    )
    sheet.refuses(
        Code.DOCUMENT_RECOVERY,
        "Each further document is signed by the recovery key whose hash the one before it named: the online key changes nothing.",
        {
            "without a recovery key": second(by="absent"),
            "the third without the second": {"docs": [moved.texts[0], moved.texts[2]]},
            "the second twice": {"docs": [*rotated.texts, rotated.texts[1]]},
            "the first twice": {"docs": [*founded.texts, *founded.texts]},
            "signed by the online key, as recovery key": second(first_key, by=first_key.verify_key.text),
            "signed by the new online key, as recovery key": second(second_key, by=second_key.verify_key.text),
            "signed by a later recovery key": second(node.recovery.key(3), by=node.recovery.key(3).verify_key.text),
            "signed by the first recovery key of another node": second(
                other.recovery.key(2), by=other.recovery.key(2).verify_key.text
            ),
        },
    )
    header, payload, _ = rotated.texts[1].split(".")
    sheet.refuses(
        Code.SIGNATURE,
        "The first document is signed by its own key, each further one by the recovery key it shows.",
        {
            "a first document signed by another key": {"docs": [signed(jws.Type.NODE, founded.texts[0], other.key)]},
            "signed by the online key": second(first_key),
            "signed by its own new key": second(second_key),
            "the signature of another document": {
                "docs": [founded.texts[0], f"{header}.{payload}.{founded.texts[0].split('.')[2]}"]
            },
        },
    )
    sheet.refuses(
        Code.DOCUMENT_ID,
        "Each further document names the hash of the first.",
        {"of another node": second(id=other.chain.id), "of no node": second(id="absent")},
    )
    printed = vector_key(0)
    sheet.refuses(
        Code.BAD_KEY,
        "A key of a node is a point of large order, written in its one way, and printed nowhere.",
        {
            "a key of low order": first(sign=encode(bytes(32))),
            "the identity as key": first(sign=encode(b"\x01" + bytes(31))),
            "a key that is not on the curve": second(sign=encode(b"\x02" + bytes(31))),
            "a recovery key of low order": second(by=encode(bytes(32))),
            "a key that is printed here": {
                "docs": [signed(jws.Type.NODE, founded.texts[0], printed, sign=printed.verify_key.text)]
            },
            "a recovery key that is printed here": first(next=encode(sha256(printed.verify_key.raw).digest())),
            "a new key that is printed here": second(sign=printed.verify_key.text),
        },
    )
    sheet.refuses(
        Code.BASE64URL,
        "Keys and hashes are base64url of 32 bytes.",
        {
            "a key of 31 bytes": first(sign=encode(bytes(31))),
            "the hash of a key in hexadecimal": first(next="00" * 32),
            "a next of 31 bytes": first(next=encode(bytes(31))),
            "a recovery key of 33 bytes": second(by=encode(bytes(33))),
        },
    )
    sheet.refuses(
        Code.SHAPE,
        "A document has the members of version 1, each of its kind.",
        {
            "version 2": first(v=2),
            "no version": first(v="absent"),
            "a number as a text": first(n="1"),
            "number 0": first(n=0),
            "true as a number": first(n=True),
            "no address": first(origin="absent"),
            "no key": first(sign="absent"),
            "no recovery": first(next="absent"),
            "no date": first(iat="absent"),
            "a date before 1970": first(iat=-1),
            "a list": {"docs": [jws.sign(jws.Type.NODE, b"[]", first_key)]},
        },
    )
    sheet.refuses(
        Code.DOCUMENT_ORIGIN,
        "An origin is https, a host name in lower case, and perhaps a port: nothing else can be dereferenced from it.",
        {
            name: first(origin=origin)
            for name, origin in {
                "plain http": "http://node.example",
                "plain http on this machine": "http://localhost:8080",
                "an address with a path": "https://node.example/path",
                "an address with a slash": "https://node.example/",
                "an address with a question": "https://node.example?a",
                "an address with a fragment": "https://node.example#a",
                "an address with a user": "https://user@node.example",
                "a host in capitals": "https://Node.example",
                "a host beyond ASCII": "https://n\u00f6de.example",
                "a host that ends in a full stop": "https://node.example.",
                "a host that begins with a hyphen": "https://-node.example",
                "an empty name in the host": "https://node..example",
                "an address of version 6": "https://[2001:db8::1]",
                "an underscore": "https://my_node.example",
                "no host": "https://",
                "nothing": "",
                "a port that is none": "https://node.example:65536",
                "port 0": "https://node.example:0",
                "a port with a zero in front": "https://node.example:0443",
                "a port without a number": "https://node.example:",
                "a host of more than 253 characters": "https://" + "a." * 126 + "example",
                "a name of 64 characters": "https://" + "a" * 64 + ".example",
                "a space": "https://node.example ",
                "a line end": "https://node.example\n",
                "another scheme": "ftp://node.example",
            }.items()
        },
    )
    sheet.refuses(
        Code.JWS_HEADER,
        "Each document is an envelope of a node document.",
        {
            "a head": {"docs": [jws.sign(jws.Type.HEAD, b"{}", first_key)]},
            "a head after the first": {"docs": [founded.texts[0], jws.sign(jws.Type.HEAD, b"{}", by)]},
            "an empty text": {"docs": [""]},
        },
    )
    sheet.refuses(
        Code.JSON_DUPLICATE,
        "What is signed is strict JSON too.",
        {"a member twice": {"docs": [jws.sign(jws.Type.NODE, b'{"v":1,"v":1}', first_key)]}},
    )
    sheet.refuses(
        Code.TOO_LARGE,
        "A chain is at most 64 KiB.",
        {"more than 64 KiB": {"docs": [founded.texts[0]] * (limits.WELL_KNOWN_BYTES // len(founded.texts[0]) + 1)}},
    )
    return sheet


def extended() -> Sheet:
    node, other, fork = FakeNode("vectors"), FakeNode("vectors-other"), FakeNode("vectors")
    founded, rotated, moved = node.chain, node.succeed(), node.succeed(origin="https://new.example:8443")
    forked = fork.succeed(origin="https://fork.example")
    longer_fork = fork.succeed(origin="https://fork.example")
    sheet = Sheet(
        "node_document/extended.json",
        "a stored chain and one that was received: the number that is in force after both",
    )
    sheet.takes(
        {
            "received is longer": {"stored": founded.texts, "docs": moved.texts},
            "received is one longer": {"stored": rotated.texts, "docs": moved.texts},
            "received is older": {"stored": moved.texts, "docs": founded.texts},
            "received is the same": {"stored": rotated.texts, "docs": rotated.texts},
        }
    )
    sheet.refuses(
        Code.DOCUMENT_OTHER_NODE,
        "Only the same node's chain extends what is stored: another one at its address is another node.",
        {
            "received is another node's": {"stored": founded.texts, "docs": other.chain.texts},
            "another node's, longer, at the same address": {
                "stored": founded.texts,
                "docs": other.succeed(origin=founded.newest.origin).texts,
            },
        },
    )
    both = {"evidence": [rotated.texts[1], forked.texts[1]]}
    sheet.refuses(
        Code.DOCUMENT_FORK,
        "Two valid documents with one number freeze the peer: both are kept, neither is believed.",
        {
            "two documents with one number": {"stored": rotated.texts, "docs": forked.texts} | both,
            "ours longer": {"stored": moved.texts, "docs": forked.texts} | both,
            "theirs longer": {"stored": rotated.texts, "docs": longer_fork.texts} | both,
        },
    )
    sheet.refuses(
        Code.DOCUMENT_RECOVERY,
        "What is received is verified whole before it is compared.",
        {"the newest alone after the first": {"stored": founded.texts, "docs": [moved.texts[0], moved.texts[2]]}},
    )
    sheet.refuses(
        Code.DOCUMENT_ORDER,
        "What is received is a whole chain, from its first document.",
        {
            "nothing": {"stored": founded.texts, "docs": []},
            "only what is new": {"stored": founded.texts, "docs": rotated.texts[1:]},
        },
    )
    return sheet


def well_known() -> Sheet:
    sheet = Sheet(
        "node_document/well_known.json", "bodies of /.well-known/alongside: the texts in them, not yet verified"
    )
    text = FakeNode("vectors").chain.texts[0]

    def raw(bodies: dict[str, bytes]) -> dict[str, Case]:
        return {name: {"raw": encode(body)} for name, body in bodies.items()}

    sheet.takes(
        raw(
            {
                "one document": canonical.dump({"docs": [text]}),
                "members of a later version": canonical.dump({"later": 1, "docs": ["a", "b"]}),
                "no documents, which no chain is": b'{"docs":[]}',
            }
        )
    )
    sheet.refuses(
        Code.SHAPE,
        "The body is an object whose docs is a list of texts.",
        raw(
            {
                "a list": b'["a"]',
                "no docs": b"{}",
                "docs as a text": b'{"docs":"a"}',
                "a number among the docs": b'{"docs":["a",1]}',
                "null": b"null",
            }
        ),
    )
    sheet.refuses(
        Code.JSON_SYNTAX, "The body is strict JSON.", raw({"a page for people": b"<!doctype html>", "nothing": b""})
    )
    sheet.refuses(Code.JSON_DUPLICATE, "No member stands twice.", raw({"docs twice": b'{"docs":[],"docs":["a"]}'}))
    sheet.refuses(
        Code.TOO_LARGE,
        "The body is at most 64 KiB.",
        raw({"one byte too many": b'{"docs":[]}'.ljust(limits.WELL_KNOWN_BYTES + 1)}),
    )
    return sheet


# Trees.


def record_id(label: object) -> bytes:
    return sha256(f"alongside vector record {label}".encode()).digest()[:16]


def grown(count: int) -> list[Leaf]:
    return [(record_id(number), sha256(f"line {number}".encode()).digest()) for number in range(count)]


def written_leaf(leaf: Leaf) -> list[str]:
    return [encode(part) for part in leaf]


def written(leaves: list[Leaf]) -> list[list[str]]:
    return [written_leaf(leaf) for leaf in leaves]


DIGEST = sha256(b"line").digest()
FIRST, LAST = bytes(16), b"\xff" * 16


def _common_prefix(bits: int) -> list[Leaf]:
    """Two ids whose first `bits` bits are the same."""
    one = bytearray(record_id("mined"))
    other = bytearray(one)
    other[bits // 8] ^= 0x80 >> bits % 8
    return [(bytes(one), DIGEST), (bytes(other), DIGEST)]


ADVERSARIAL: dict[str, list[Leaf]] = {
    "ids that differ in the first bit": [(FIRST, DIGEST), (LAST, DIGEST)],
    "ids that differ in the last bit": [(FIRST, DIGEST), (bytes(15) + b"\x01", DIGEST)],
    "ids of one bit each: the deepest tree": [((1 << bit).to_bytes(16, "big"), DIGEST) for bit in range(128)],
    "ids of one bit each, and none": [
        (FIRST, DIGEST),
        *(((1 << bit).to_bytes(16, "big"), DIGEST) for bit in range(128)),
    ],
    "ids that only lack one bit": [((2**128 - 1 ^ 1 << bit).to_bytes(16, "big"), DIGEST) for bit in range(128)],
    "ids that count": [(number.to_bytes(16, "big"), DIGEST) for number in range(17)],
    "ids that count in the first bytes": [(bytes([number]) + bytes(15), DIGEST) for number in range(17)],
    "mined ids with 64 bits in common": _common_prefix(64),
    "mined ids with 12 bits in common": _common_prefix(12),
    "mined ids with 127 bits in common": _common_prefix(127),
    "an id that is the hash of its own line": [(DIGEST[:16], DIGEST), (DIGEST[16:], DIGEST)],
}


def roots() -> Sheet:
    sheet = Sheet("tree/roots.json", "roots of trees over leaves [id, SHA-256 of the line]")
    sets = {f"{count} records": grown(count) for count in (0, 1, 2, 3, 5, 7, 8, 10, 100, 1_000)}
    sets |= {"two records, in another order": grown(2)[::-1], "seven records, in another order": sorted(grown(7))}
    sheet.takes({name: {"leaves": written(leaves)} for name, leaves in (sets | ADVERSARIAL).items()})
    sheet.refuses(
        Code.TREE_FORM,
        "An id stands once.",
        {
            "an id twice": {"leaves": written([(FIRST, DIGEST), (FIRST, DIGEST)])},
            "an id twice, with two lines": {"leaves": written([*grown(5), (record_id(3), DIGEST)])},
        },
    )
    sheet.refuses(
        Code.TREE_FORM,
        "An id is 16 bytes and a hash is 32, so that no leaf can be read as another or as an inner node.",
        {
            "an id of 15 bytes": {"leaves": written([(FIRST[1:], DIGEST)])},
            "an id of 17 bytes": {"leaves": written([(FIRST + b"\0", DIGEST)])},
            "no id": {"leaves": written([(b"", DIGEST)])},
            "a hash of 31 bytes": {"leaves": written([(FIRST, DIGEST[1:])])},
            "a hash of 33 bytes": {"leaves": written([(FIRST, DIGEST + b"\0")])},
            "one byte moved from the hash to the id": {"leaves": written([(FIRST + DIGEST[:1], DIGEST[1:])])},
            "a wrong one among seven": {"leaves": written([*grown(6), (FIRST, b"")])},
        },
    )
    return sheet


def changes() -> Sheet:
    sheet = Sheet("tree/changes.json", "trees that change: after each put or remove, the root")

    def put(leaf: Leaf) -> Case:
        return {"put": written_leaf(leaf)}

    def remove(leaf: Leaf) -> Case:
        return {"remove": encode(leaf[0])}

    ten = grown(10)
    deep = ADVERSARIAL["ids of one bit each: the deepest tree"]
    sequences = {
        "one after another": ([], [put(leaf) for leaf in ten]),
        "the same in another order": ([], [put(leaf) for leaf in ten[::-1]]),
        "away again, to nothing": (ten, [remove(leaf) for leaf in ten]),
        "away again, the other way round": (ten, [remove(leaf) for leaf in ten[::-1]]),
        "a line changes": (ten, [put((ten[4][0], DIGEST)), put(ten[4])]),
        "there and gone leaves no trace": (ten[:5], [put(ten[7]), remove(ten[7])]),
        "gone and there again": (ten, [remove(ten[3]), put(ten[3])]),
        "removing what is not there": (ten[:3], [remove(ten[9])]),
        "removing from nothing": ([], [remove(ten[0])]),
        "putting what is there": (ten[:3], [put(ten[1])]),
        "into the deepest tree and out again": (deep, [put((FIRST, DIGEST)), remove((FIRST, DIGEST)), remove(deep[0])]),
        "the first bit decides": ([(FIRST, DIGEST)], [put((LAST, DIGEST)), remove((FIRST, DIGEST))]),
        "one of a thousand": (grown(1_000), [put((record_id(500), DIGEST)), remove(grown(1)[0]), put((FIRST, DIGEST))]),
    }
    sheet.takes({name: {"leaves": written(leaves), "changes": steps} for name, (leaves, steps) in sequences.items()})
    sheet.refuses(
        Code.TREE_FORM,
        "What is put has an id of 16 bytes and a hash of 32.",
        {
            "putting a short id": {"leaves": written(ten[:1]), "changes": [put((FIRST[1:], DIGEST))]},
            "putting a short hash": {"leaves": written(ten[:1]), "changes": [put((FIRST, DIGEST[1:]))]},
        },
    )
    return sheet


def proofs() -> Sheet:
    leaves = grown(20)
    tree, (id_, digest) = Tree(leaves), leaves[7]
    steps = tree.prove(id_).steps
    absent = record_id("absent")
    absence = tree.prove_absence(absent)
    assert absence is not None
    lonely, deep = Tree(leaves[:1]), Tree(ADVERSARIAL["ids of one bit each, and none"])
    thousand = Tree(grown(1_000))

    def present(steps: Any, root: bytes = tree.root, id_: bytes = id_, digest: bytes = digest) -> Case:
        path = [[depth, encode(sibling)] for depth, sibling in steps]
        return {"root": encode(root), "id": encode(id_), "hash": encode(digest), "path": path}

    def missing(proof: AbsenceProof | None, root: bytes = tree.root, id_: bytes = absent) -> Case:
        if proof is None:
            return {"root": encode(root), "absent": encode(id_), "other": None}
        path = [[depth, encode(sibling)] for depth, sibling in proof.proof.steps]
        other = {"id": encode(proof.record_id), "hash": encode(proof.line_hash), "path": path}
        return {"root": encode(root), "absent": encode(id_), "other": other}

    sheet = Sheet("tree/proofs.json", "proofs that a record is in a tree, or (`absent`) that it is not")
    sheet.takes(
        {
            "a record": present(steps),
            "the only record": present((), lonely.root, *leaves[0]),
            "one of a thousand": present(thousand.prove(record_id(500)).steps, thousand.root, *grown(501)[500]),
            "the deepest of 128 steps": present(deep.prove(FIRST).steps, deep.root, FIRST, DIGEST),
            **{
                f"one of {count}": present(
                    Tree(grown(count)).prove(record_id(0)).steps, Tree(grown(count)).root, *leaves[0]
                )
                for count in (2, 3, 5, 7)
            },
            "an absent record": missing(absence),
            "absent from a tree of one": missing(AbsenceProof(*leaves[0], Proof(())), lonely.root),
            "absent from an empty tree": missing(None, merkle.EMPTY_ROOT),
            "absent from a thousand": missing(thousand.prove_absence(absent), thousand.root),
            "absent from the deepest tree": missing(deep.prove_absence(LAST), deep.root, LAST),
            **{
                f"absent from {count}": missing(Tree(grown(count)).prove_absence(absent), Tree(grown(count)).root)
                for count in (2, 3, 5, 7)
            },
        }
    )
    sheet.refuses(
        Code.PROOF,
        "Hashed from the leaf up, the steps lead to the root.",
        {
            "another line": present(steps, digest=bytes(32)),
            "another id": present(steps, id_=leaves[8][0]),
            "another tree": present(steps, Tree(leaves[:19]).root),
            "the first step left out": present(steps[1:]),
            "the last step left out": present(steps[:-1]),
            "no steps": present(()),
            "one step's bit changed": present([(steps[0][0] + 1, steps[0][1]), *steps[2:]]),
            "a sibling changed": present([(steps[0][0], bytes(32)), *steps[1:]]),
            "a record in an empty tree": present((), merkle.EMPTY_ROOT),
            "an inner node shown as a root of one": present((), steps[0][1]),
        },
    )
    sheet.refuses(
        Code.PROOF,
        "Each step is further down than the one before it.",
        {"steps from the leaf up": present(steps[::-1]), "a step twice": present([steps[0], *steps])},
    )
    sheet.refuses(
        Code.PROOF,
        "A step is about one of the 128 bits of an id, so that there are at most 128.",
        {
            "a bit that no id has": present([*steps, (128, bytes(32))]),
            "a bit below zero": present([(-1, bytes(32)), *steps]),
            "129 steps": present((0, bytes(32)) for _ in range(129)),
            "a bit of 256": present([*steps, (256, bytes(32))]),
        },
    )
    sheet.refuses(
        Code.PROOF,
        "A sibling is 32 bytes.",
        {
            "a hash of 31 bytes": present([*steps[:-1], (steps[-1][0], bytes(31))]),
            "a hash of 64 bytes": present([*steps[:-1], (steps[-1][0], bytes(64))]),
            "a hash of no bytes": present([*steps[:-1], (steps[-1][0], b"")]),
        },
    )
    sheet.refuses(
        Code.TREE_FORM,
        "An id is 16 bytes and a line's hash 32.",
        {
            "an id of 15 bytes": present(steps, id_=id_[1:]),
            "an id of 32 bytes": present(steps, id_=id_ * 2),
            "a line's hash of 31 bytes": present(steps, digest=digest[1:]),
            "an absent id of 15 bytes": missing(absence, id_=absent[1:]),
            "an absent id of 15 bytes from nothing": missing(None, merkle.EMPTY_ROOT, absent[1:]),
        },
    )
    away = next(leaf for leaf in leaves if leaf[0] != absence.record_id)
    sheet.refuses(
        Code.PROOF,
        "Absence is shown by another leaf that takes the same side as the absent one at every step.",
        {
            "present, shown as absent by itself": missing(AbsenceProof(id_, digest, Proof(steps)), id_=id_),
            "present, shown as absent by another": missing(absence, id_=id_),
            "absent, shown by a record elsewhere": missing(AbsenceProof(*away, tree.prove(away[0]))),
            "the only record, shown as absent by itself": missing(
                AbsenceProof(*leaves[0], Proof(())), lonely.root, leaves[0][0]
            ),
        },
    )
    sheet.refuses(
        Code.PROOF,
        "Without another leaf, only the empty tree shows absence.",
        {"absent without a proof": missing(None), "present, absent without a proof": missing(None, id_=id_)},
    )
    sheet.refuses(
        Code.PROOF,
        "The other leaf is itself in the tree.",
        {
            "absent from another tree": missing(absence, Tree(leaves[:19]).root),
            "another leaf with another line": missing(AbsenceProof(absence.record_id, DIGEST, absence.proof)),
            "another leaf in an empty tree": missing(absence, merkle.EMPTY_ROOT),
        },
    )
    return sheet


# Heads and pages.


def directory() -> FakeNode:
    return FakeNode.with_listings(3, label="vectors")


def heads() -> Sheet:
    node, other = directory(), FakeNode("vectors-other")
    first, second = node.head, node.publish()

    def says(key: SigningKey = node.key, **changed: Any) -> Case:
        return {"text": signed(jws.Type.HEAD, second.text, key, **changed)}

    seal = second.seal.model_dump(mode="json")
    sheet = Sheet(
        "head/heads.json",
        "heads of document 1 of a node, read with its key; with `now`, also whether it is in force then",
        node=node.chain.id,
        key=node.key.verify_key.text,
    )
    sheet.takes(
        {
            "the first": {"text": first.text},
            "the second": {"text": second.text},
            "a member of a later version": says(later=[1]),
            "of a second": says(exp=NOON + 1),
            "a seal key of a suite of later": says(seal=seal | {"suite": "hpke-later"}),
            "in force": {"text": second.text, "now": NOON},
            "in its last second": {"text": second.text, "now": second.exp - 1},
            "five minutes ahead of our clock": {"text": second.text, "now": NOON - limits.SKEW},
        }
    )
    sheet.refuses(
        Code.SIGNATURE,
        "A head is signed by the key of the document it names.",
        {"signed by another key": says(other.key), "signed by the recovery key": says(node.recovery.key(2))},
    )
    sheet.refuses(
        Code.HEAD_OTHER_NODE,
        "A head is of the node whose key signed it.",
        {"of another node": says(node=other.chain.id), "of no node": says(node="")},
    )
    sheet.refuses(
        Code.HEAD_OTHER_DOCUMENT, "A head is of the document whose key signed it.", {"of another document": says(doc=2)}
    )
    sheet.refuses(
        Code.HEAD_LIFETIME,
        "A head lives a second at least and eight days at most.",
        {
            "a life of more than eight days": says(exp=NOON + head.LIFE + 1),
            "no life at all": says(exp=NOON),
            "an end before its beginning": says(exp=NOON - 1),
            "for ever": says(exp=limits.SAFE_INTEGER),
        },
    )
    sheet.refuses(
        Code.HEAD_CHAIN,
        "Exactly the first head of a document names no former one.",
        {"the second without a former one": says(prev=None), "the first with a former one": says(seq=1)},
    )
    sheet.refuses(
        Code.SHAPE,
        "A head has the members of version 1, each of its kind.",
        {
            "version 2": says(v=2),
            "without a version": says(v="absent"),
            "without the member of the former one": says(prev="absent"),
            "without a node": says(node="absent"),
            "number 0": says(seq=0),
            "a number below zero": says(seq=-1),
            "a number as a text": says(seq="2"),
            "true as a number": says(seq=True),
            "document 0": says(doc=0),
            "a size below zero": says(size=-1),
            "a floor below zero": says(floor=-1),
            "without a floor": says(floor="absent"),
            "without a size": says(size="absent"),
            "without a root": says(root="absent"),
            "a root of null": says(root=None),
            "without a date": says(iat="absent"),
            "without a seal key": says(seal="absent"),
            "a seal key of null": says(seal=None),
            "a seal key of 31 bytes": says(seal=seal | {"k": encode(bytes(31))}),
            "a seal key with spare bits": says(seal=seal | {"k": "A" * 42 + "B"}),
            "a seal key without an end": says(seal={"k": seal["k"], "suite": seal["suite"]}),
            "a seal key without a suite": says(seal={"k": seal["k"], "exp": seal["exp"]}),
            "a suite of two lines": says(seal=seal | {"suite": "a\nb"}),
            "a list": {"text": jws.sign(jws.Type.HEAD, b"[]", node.key)},
        },
    )
    sheet.refuses(
        Code.BASE64URL,
        "Root and former head are base64url of 32 bytes.",
        {
            "a root of 31 bytes": says(root=encode(bytes(31))),
            "a former head of 31 bytes": says(prev=encode(bytes(31))),
            "a root in hexadecimal": says(root="00" * 32),
        },
    )
    sheet.refuses(
        Code.JWS_HEADER, "A head is an envelope of a head.", {"a node document": {"text": node.chain.texts[0]}}
    )
    sheet.refuses(
        Code.JSON_DUPLICATE,
        "What is signed is strict JSON too.",
        {"a member twice": {"text": jws.sign(jws.Type.HEAD, b'{"v":1,"v":1}', node.key)}},
    )
    sheet.refuses(
        Code.JSON_NUMBER,
        "What is signed is strict JSON too.",
        {"a size that is not whole": {"text": jws.sign(jws.Type.HEAD, b'{"v":1,"size":2.0}', node.key)}},
    )
    sheet.refuses(
        Code.HEAD_FUTURE,
        "Nothing is believed that was issued more than five minutes after our own clock.",
        {"issued in the future": {"text": second.text, "now": NOON - limits.SKEW - 1}},
    )
    sheet.refuses(
        Code.HEAD_EXPIRED,
        "A head that has expired is no longer believed: a node that shows it still may be frozen.",
        {
            "at its end": {"text": second.text, "now": second.exp},
            "a year later": {"text": second.text, "now": second.exp + 365 * limits.DAY},
        },
    )
    return sheet


def pages() -> Sheet:
    node = directory()
    gone = node.entries()[0].id
    node.remove(gone)
    node.publish()
    entries, text = node.entries(), node.head.text
    good = write_page(text, entries, more=False)
    one = write_page(text, entries[:1], more=False)
    start = one[: one.index(b"\n") + 1]
    line = one[len(start) :]
    low, high = (RecordId(encode(bytes(15) + bytes([last]))) for last in (0, 1))
    number, id_text, hash_text, record = line.rstrip(b"\n").split(b" ", 3)

    def raw(bodies: dict[str, bytes]) -> dict[str, Case]:
        return {name: {"raw": encode(body)} for name, body in bodies.items()}

    def single(body: bytes) -> bytes:
        return write_page(text, [Entry(1, low, sha256(body).digest(), body)], more=False)

    def tombstone(number: bytes, record_id: bytes = low.encode()) -> bytes:
        return number + b" " + record_id + b" -\n"

    sheet = Sheet(
        "feed/pages.json", "feed pages: [number, id, whether a record is there] of each line; no record is parsed"
    )
    sheet.takes(
        raw(
            {
                "a page": good,
                "a page with more to come": write_page(text, entries[:2], more=True),
                "no lines": write_page(text, [], more=False),
                "a tombstone": start + tombstone(b"7"),
                "number 0": start + tombstone(b"0"),
                "the largest number": start + tombstone(b"9007199254740991"),
                "two ids under one number": start + tombstone(b"7") + tombstone(b"7", high.encode()),
                "lines that are not read are not parsed": single(b'{"a":1,"a":NaN}'),
                "an empty record": single(b""),
                "a record of 16 KiB": single(b"x" * limits.RECORD_BYTES),
                "members of a later version in front": start.replace(b'"more"', b'"later":1,"more"'),
            }
        )
    )
    sheet.refuses(
        Code.FEED_FORM,
        "Every line, the last too, ends in 0x0A, and 0x0D stands nowhere.",
        raw(
            {
                "nothing": b"",
                "no line end": good[:-1],
                "line ends of two bytes": good.replace(b"\n", b"\r\n"),
                "a carriage return in a record": single(b'{"a":"\r"}'),
            }
        ),
    )
    sheet.refuses(
        Code.FEED_FORM,
        "A line is a number, an id, and a hash with its record or a dash alone, with one space between.",
        raw(
            {
                "a line without its record": start + b" ".join([number, id_text, hash_text]) + b"\n",
                "a line without its hash": start + b" ".join([number, id_text]) + b"\n",
                "two dashes": start + b"7 " + low.encode() + b" --\n",
                "a dash and a space less": start + b"7 " + low.encode() + b"\n",
            }
        ),
    )
    sheet.refuses(
        Code.FEED_FORM,
        "A number is plain: digits without a zero in front, up to 2^53-1.",
        raw(
            {
                "a number with a zero in front": start + tombstone(b"07"),
                "a number beyond 2^53-1": start + tombstone(b"9007199254740992"),
                "a number of 17 digits": start + tombstone(b"10000000000000000"),
                "a number below zero": start + tombstone(b"-1"),
                "a number with a sign": start + tombstone(b"+1"),
                "no number": start + tombstone(b""),
                "a number in other digits": start + tombstone("\u0667".encode()),
                "an empty line": start + b"\n",
                "a space in front": start + b" " + tombstone(b"7"),
            }
        ),
    )
    sheet.refuses(
        Code.FEED_FORM,
        "The first line says the head, as a text, and whether more follows, as true or false.",
        raw(
            {
                "a first line without its head": b'{"more":false}\n',
                "a first line without more": b'{"head":"x"}\n',
                "more as a number": start.replace(b"false", b"0"),
                "more as a text": start.replace(b"false", b'"false"'),
                "the head as null": b'{"head":null,"more":false}\n',
            }
        ),
    )
    sheet.refuses(
        Code.FEED_FORM,
        "A page that promises more has a line, or a reader would ask for ever.",
        raw({"an empty page that promises more": write_page(text, [], more=True)}),
    )
    sheet.refuses(
        Code.FEED_HASH,
        "The hash in front is SHA-256 of the record, in canonical base64url: it is checked before anything is parsed.",
        raw(
            {
                "a line with one letter changed": one.replace(b"Listing", b"listing"),
                "a space more in a record": start + b" ".join([number, id_text, hash_text, b" " + record]) + b"\n",
                "a hash of zeros": start + b" ".join([number, id_text, encode(bytes(32)).encode(), record]) + b"\n",
                "a hash with padding": start + b" ".join([number, id_text, hash_text + b"=", record]) + b"\n",
                "a hash in hexadecimal": start
                + b" ".join([number, id_text, sha256(record).hexdigest().encode(), record])
                + b"\n",
                "a tombstone with a record": start + b"7 " + low.encode() + b" - {}\n",
            }
        ),
    )
    sheet.refuses(
        Code.BASE64URL,
        "An id is canonical base64url of 16 bytes.",
        raw(
            {
                "two spaces": start + b"7  " + low.encode() + b" -\n",
                "an id with spare bits": start + tombstone(b"7", b"A" * 21 + b"B"),
                "an id of 15 bytes": start + tombstone(b"7", b"A" * 20),
                "an id of 17 bytes": start + tombstone(b"7", b"A" * 23),
                "an id of other letters": start + tombstone(b"7", "\u00e9".encode() * 11),
            }
        ),
    )
    sheet.refuses(
        Code.FEED_ORDER,
        "Lines rise by number, then by id.",
        raw(
            {
                "numbers that fall": start + tombstone(b"7") + tombstone(b"6", high.encode()),
                "ids that fall": start + tombstone(b"7", high.encode()) + tombstone(b"7"),
                "a line twice": start + line + line,
                "a tombstone before what it ends": start + tombstone(b"9", id_text) + line,
            }
        ),
    )
    sheet.refuses(
        Code.JSON_DUPLICATE,
        "The first line is strict JSON.",
        raw({"a first line that says more twice": start.replace(b'"more":false', b'"more":false,"more":false')}),
    )
    sheet.refuses(
        Code.JSON_SYNTAX, "The first line is strict JSON.", raw({"no first line": line, "an empty first line": b"\n"})
    )
    sheet.refuses(Code.SHAPE, "The first line is an object.", raw({"a list as first line": b"[]\n"}))
    sheet.refuses(
        Code.TOO_LARGE,
        "A record is at most 16 KiB, a page 1,000 lines and 4 MiB.",
        raw(
            {
                "a record of more than 16 KiB": single(b"x" * (limits.RECORD_BYTES + 1)),
                "1,001 lines": start + b"7 x -\n" * 1_001,
                "a first line of more than 16 KiB": start.replace(
                    b'"more"', b'"later":"' + b"x" * 16_384 + b'","more"'
                ),
            }
        ),
    )
    return sheet


def cursors() -> Sheet:
    sheet = Sheet("feed/cursors.json", "how far a reader is: a `cursor` as [doc, seq], a `position` as [seq, id]")
    id_ = encode(record_id("cursor"))
    sheet.takes(
        {
            "the beginning": {"cursor": "0.0"},
            "a cursor": {"cursor": "2.17"},
            "the largest": {"cursor": "9007199254740991.9007199254740991"},
            "a position": {"position": f"17.{id_}"},
        }
    )
    sheet.refuses(
        Code.FEED_FORM,
        "A cursor is two plain numbers with a full stop between.",
        {
            name: {"cursor": text}
            for name, text in {
                "nothing": "",
                "one number": "2",
                "no second number": "2.",
                "no first number": ".2",
                "three numbers": "1.2.3",
                "a zero in front": "01.2",
                "a number below zero": "-1.2",
                "a number that is not whole": "1.2e1",
                "a space": "1. 2",
                "other digits": "\u0661.\u0662",
                "too large": "1.9007199254740992",
                "letters": "a.b",
            }.items()
        }
        | {"a position without a number": {"position": f".{id_}"}},
    )
    sheet.refuses(
        Code.BASE64URL,
        "A position ends in an id.",
        {
            "a position without an id": {"position": "17."},
            "a position with half an id": {"position": f"17.{id_[:10]}"},
            "an id with spare bits": {"position": f"17.{'A' * 21}B"},
        },
    )
    return sheet


# The fair order.


def orders() -> Sheet:
    names = [encode(record_id(number)) for number in range(12)]
    sheet = Sheet("order/orders.json", "the fair order: ids as they are shown on the day of a seed")
    sheet.takes(
        {
            "one day": {"seed": "2026-11-25", "peers": names[:8], "practitioners": names[8:]},
            "the next day": {"seed": "2026-11-26", "peers": names[:8], "practitioners": names[8:]},
            "given in another order": {"seed": "2026-11-25", "peers": names[7::-1], "practitioners": names[:7:-1]},
            "practitioners alone": {"seed": "2026-11-25", "peers": [], "practitioners": names[:3]},
            "nothing": {"seed": "2026-11-25", "peers": [], "practitioners": []},
        }
    )
    sheet.refuses(
        Code.BASE64URL,
        "What is ordered has ids.",
        {"what is no id": {"seed": "2026-11-25", "peers": ["=" * 22], "practitioners": []}},
    )
    return sheet

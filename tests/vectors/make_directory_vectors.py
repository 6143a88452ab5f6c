"""Makes the vectors of strict JSON, envelopes, node documents, trees, heads, feed pages and the fair order, for implementations in any language.

    python tests/vectors/make_directory_vectors.py

Each file is one JSON object: what it is about, and its cases. A case has a `name`, its input, and either what comes out (`expect`)
or the `code` of the refusal (section 7 of the specification). Bytes that need not be text are base64url. The same program always
writes the same bytes; a test compares them. The private keys can be made by everybody, so nobody may use them.
"""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from alongside_protocol import base64url, canonical, fair_order, head, jws, limits, merkle
from alongside_protocol.errors import Refused
from alongside_protocol.fair_order import Listed
from alongside_protocol.feed import Entry, read_page, write_page
from alongside_protocol.identifiers import RecordId
from alongside_protocol.keys import SigningKey, VerifyKey
from alongside_protocol.merkle import AbsenceProof, Proof, Tree
from alongside_protocol.node_document import extend, fingerprint, read_chain
from alongside_protocol.published_keys import vector_key
from alongside_protocol.testing.fake_node import NOON, FakeNode

FOLDER = Path(__file__).parent

Case = dict[str, Any]
Vectors = dict[str, Any]
encode, decode = base64url.encode, base64url.decode


def outcome(attempt: Callable[[], Any]) -> Case:
    """What comes out, or the code of the refusal."""
    try:
        return {"expect": attempt()}
    except Refused as refused:
        return {"code": refused.code.value}


def cases(inputs: dict[str, Case], read: Callable[[Case], Any]) -> list[Case]:
    """Each input under its name, with what comes of it."""
    return [{"name": name} | given | outcome(lambda given=given: read(given)) for name, given in inputs.items()]


def signed(kind: jws.Type, original: str, key: SigningKey, **changed: Any) -> str:
    """An envelope that says something else than the original, with a signature that fits; None takes a member out."""
    members = canonical.parse_object(decode(original.split(".")[1]), max_bytes=limits.JWS_BYTES) | changed
    return jws.sign(kind, canonical.dump({name: value for name, value in members.items() if value != "absent"}), key)


# Strict JSON.

JSON_TEXTS: dict[str, bytes] = {
    "an object": b'{"b":1,"a":[true,false,null,"x"]}',
    "space around it": b' \t\r\n{"a" : 1}\n',
    "the largest integer": b"9007199254740991",
    "the smallest integer": b"-9007199254740991",
    "minus zero is zero": b"-0",
    "an escaped pair of surrogates": b'"\\ud83d\\ude80"',
    "characters beyond ASCII": '"\u00e9\u200f\U0001f680"'.encode(),
    "names that differ in case": b'{"a":1,"A":2}',
    "eight levels": b"[" * 8 + b"]" * 8,
    "nine levels": b"[" * 9 + b"]" * 9,
    "nine levels of objects": b'{"a":' * 9 + b"1" + b"}" * 9,
    "a thousand levels": b"[" * 1_000 + b"]" * 1_000,
    "a member twice": b'{"a":1,"a":1}',
    "a member twice, once escaped": b'{"a":1,"\\u0061":1}',
    "a member twice, deep inside": b'[{"b":{"a":1,"a":2}}]',
    "a fraction": b"1.5",
    "a whole number as a fraction": b"1.0",
    "an exponent": b"1e2",
    "an exponent beyond all numbers": b"1e999",
    "not a number": b"NaN",
    "infinity": b"[Infinity]",
    "minus infinity": b"-Infinity",
    "an integer too large": b"9007199254740992",
    "an integer too small": b"-9007199254740992",
    "an integer of a thousand digits": b"1" * 1_000,
    "a leading zero": b"01",
    "a plus sign": b"+1",
    "digits of another script": "\u0661".encode(),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": b"\xff\xfe{\x00}\x00",
    "a byte that is not UTF-8": b'"\xe9"',
    "an overlong encoding": b'"\xc0\xaf"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "a lone high surrogate": b'"\\ud800"',
    "a lone low surrogate": b'["\\udc00"]',
    "surrogates in the wrong order": b'"\\ude80\\ud83d"',
    "a lone surrogate in a name": b'{"\\ud800":1}',
    "nothing": b"",
    "two values": b"{}{}",
    "something after the value": b"{} x",
    "a zero byte after the value": b"{}\x00",
    "a comma at the end": b"[1,]",
    "a comment": b"[1/**/]",
    "single quotes": b"{'a':1}",
    "a line break in a text": b'"a\nb"',
    "an unknown escape": b'"\\x41"',
    "a form feed": b"\x0c1",
    "a no-break space": "\u00a01".encode(),
}


def strict_json() -> Vectors:
    inputs = {name: {"raw": encode(raw)} for name, raw in JSON_TEXTS.items()}
    read = cases(inputs, lambda given: canonical.parse(decode(given["raw"]), max_bytes=limits.MESSAGE_BYTES))
    return {"about": "strict JSON: the value, or why it is refused", "cases": read}


# Envelopes.


def envelopes() -> Vectors:
    key = vector_key(0)
    text = jws.sign(jws.Type.HEAD, b'{"v":1}', key)
    header, payload, signature = text.split(".")

    def other_header(raw: bytes) -> str:
        start = f"{encode(raw)}.{payload}"
        return f"{start}.{encode(key.sign(start.encode()))}"

    order = 2**252 + 27742317777372353535851937790883648493
    raw = decode(signature)
    malleable = raw[:32] + (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")
    texts = {
        "a head": text,
        "an empty payload": jws.sign(jws.Type.HEAD, b"", key),
        "a node document": jws.sign(jws.Type.NODE, b'{"v":1}', key),
        "no algorithm": other_header(b'{"alg":"none","typ":"alongside-head+jws"}'),
        "the older name of the algorithm": other_header(b'{"alg":"EdDSA","typ":"alongside-head+jws"}'),
        "members in another order": other_header(b'{"typ":"alongside-head+jws","alg":"Ed25519"}'),
        "a space in the header": other_header(b'{"alg":"Ed25519", "typ":"alongside-head+jws"}'),
        "a key id": other_header(b'{"alg":"Ed25519","typ":"alongside-head+jws","kid":"1"}'),
        "a critical extension": other_header(
            b'{"alg":"Ed25519","typ":"alongside-head+jws","crit":["b64"],"b64":false}'
        ),
        "no type": other_header(b'{"alg":"Ed25519"}'),
        "two parts": f"{header}.{payload}",
        "four parts": f"{text}.{signature}",
        "an empty signature": f"{header}.{payload}.",
        "padding": f"{header}.{payload}=.{signature}",
        "spare bits in the payload": f"{header}.{payload[:-1]}{chr(ord(payload[-1]) + 1)}.{signature}",
        "spare bits in the signature": f"{header}.{payload}.{signature[:-1]}{chr(ord(signature[-1]) + 1)}",
        "base64 of the other alphabet": f"{header}.{payload}.+/{signature[2:]}",
        "a line break at the end": f"{text}\n",
        "another payload": f"{header}.{encode(b'{}')}.{signature}",
        "a signature by another key": jws.sign(jws.Type.HEAD, b'{"v":1}', vector_key(1)),
        "a signature written in a second way": f"{header}.{payload}.{encode(malleable)}",
        "more than 8 KiB": jws.sign(jws.Type.HEAD, b" " * limits.JWS_BYTES, key),
    }
    inputs = {name: {"text": given} for name, given in texts.items()}
    read = cases(inputs, lambda given: encode(jws.verify(jws.Type.HEAD, given["text"], key.verify_key)))
    return {
        "about": "envelopes of a head: the payload, or why it is refused",
        "key": key.verify_key.text,
        "cases": read,
    }


# Node documents.


def chains() -> Vectors:
    node, other = FakeNode("vectors"), FakeNode("vectors-other")
    founded = node.chain
    first_key = node.key
    rotated = node.succeed()
    moved = node.succeed(origin="https://new.example:8443")
    fork = FakeNode("vectors")
    fork.succeed(origin="https://fork.example")
    by = node.recovery.key(2)

    def first(**changed: Any) -> list[str]:
        return [signed(jws.Type.NODE, founded.texts[0], first_key, **changed)]

    def second(key: SigningKey = by, **changed: Any) -> list[str]:
        return [founded.texts[0], signed(jws.Type.NODE, rotated.texts[1], key, **changed)]

    printed = vector_key(0)
    docs = {
        "founded": founded.texts,
        "a new key": rotated.texts,
        "a new key, then a new address": moved.texts,
        "a member of a later version": first(later=1),
        "no documents": [],
        "the second without the first": rotated.texts[1:],
        "the third without the second": [moved.texts[0], moved.texts[2]],
        "the second twice": [*rotated.texts, rotated.texts[1]],
        "a first document with a number": first(n=2),
        "a first document that names a former one": first(prev=founded.id),
        "a first document signed by another key": [signed(jws.Type.NODE, founded.texts[0], other.key)],
        "a key of low order": first(sign=encode(bytes(32))),
        "a key that is printed here": [signed(jws.Type.NODE, founded.texts[0], printed, sign=printed.verify_key.text)],
        "a recovery key that is printed here": first(next=encode(sha256(printed.verify_key.raw).digest())),
        "version 2": first(v=2),
        "a number as a text": first(n="1"),
        "plain http": first(origin="http://node.example"),
        "an address with a path": first(origin="https://node.example/path"),
        "an address with a port that is none": first(origin="https://node.example:65536"),
        "signed by the online key": second(first_key),
        "signed by the online key, as recovery key": second(first_key, by=first_key.verify_key.text),
        "signed by a later recovery key": second(node.recovery.key(3), by=node.recovery.key(3).verify_key.text),
        "without a recovery key": second(by="absent"),
        "of another node": second(id=other.chain.id),
        "a number left out": second(n=3),
        "after another document": second(prev=encode(bytes(32))),
        "a head": [jws.sign(jws.Type.HEAD, b"{}", first_key)],
    }

    def read(given: Case) -> Case:
        chain = read_chain(given["docs"])
        newest = chain.newest
        return {
            "id": chain.id,
            "n": newest.n,
            "origin": newest.origin,
            "sign": newest.sign.text,
            "fingerprint": list(fingerprint(chain)),
        }

    pairs = {
        "received is longer": (founded, moved),
        "received is older": (moved, founded),
        "received is the same": (rotated, rotated),
        "received is another node's": (founded, other.chain),
        "two documents with one number": (rotated, fork.chain),
        "two documents with one number, ours longer": (moved, fork.chain),
    }
    inputs = {name: {"stored": stored.texts, "docs": received.texts} for name, (stored, received) in pairs.items()}

    def joined(given: Case) -> Case:
        return {"n": extend(read_chain(given["stored"]), given["docs"]).newest.n}

    found_cases = cases({name: {"docs": texts} for name, texts in docs.items()}, read)
    return {
        "about": "chains of node documents: who the node is; with `stored`, which number is in force after both were seen",
        "cases": found_cases + cases(inputs, joined),
    }


# Trees.


def record_id(label: object) -> bytes:
    return sha256(f"alongside vector record {label}".encode()).digest()[:16]


def grown(count: int) -> list[tuple[bytes, bytes]]:
    return [(record_id(number), sha256(f"line {number}".encode()).digest()) for number in range(count)]


def roots() -> Vectors:
    digest = sha256(b"line").digest()
    first, last = bytes(16), b"\xff" * 16
    sets = {
        "nothing": [],
        "one record": grown(1),
        "two records": grown(2),
        "the same two, in another order": grown(2)[::-1],
        "ten records": grown(10),
        "a hundred records": grown(100),
        "ids that differ in the first bit": [(first, digest), (last, digest)],
        "ids that differ in the last bit": [(first, digest), (bytes(15) + b"\x01", digest)],
        "ids of one bit each": [((1 << bit).to_bytes(16, "big"), digest) for bit in range(128)],
        "an id twice": [(first, digest), (first, digest)],
        "an id of 15 bytes": [(first[1:], digest)],
        "a hash of 31 bytes": [(first, digest[1:])],
    }
    inputs = {name: {"leaves": [[encode(part) for part in leaf] for leaf in leaves]} for name, leaves in sets.items()}
    read = cases(inputs, lambda given: encode(merkle.root((decode(one), decode(two)) for one, two in given["leaves"])))
    return {"about": "roots of trees over (id, SHA-256 of the line)", "cases": read}


def written(proof: Proof) -> list[list[Any]]:
    return [[depth, encode(sibling)] for depth, sibling in proof.steps]


def proofs() -> Vectors:
    leaves = grown(20)
    tree, (id_, digest) = Tree(leaves), leaves[7]
    steps = tree.prove(id_).steps
    absent = record_id("absent")
    absence = tree.prove_absence(absent)
    assert absence is not None
    lonely = Tree(leaves[:1])

    def present(steps: Any, root: bytes = tree.root, id_: bytes = id_, digest: bytes = digest) -> Case:
        return {"root": encode(root), "id": encode(id_), "hash": encode(digest), "path": written(Proof(tuple(steps)))}

    def missing(proof: AbsenceProof | None, root: bytes = tree.root, id_: bytes = absent) -> Case:
        other = proof and {"id": encode(proof.record_id), "hash": encode(proof.line_hash), "path": written(proof.proof)}
        return {"root": encode(root), "absent": encode(id_), "other": other}

    away = next(leaf for leaf in leaves if leaf[0] != absence.record_id)
    inputs = {
        "a record": present(steps),
        "the only record": present((), lonely.root, *leaves[0]),
        "another line": present(steps, digest=bytes(32)),
        "another id": present(steps, id_=leaves[8][0]),
        "another tree": present(steps, Tree(leaves[:19]).root),
        "the first step left out": present(steps[1:]),
        "steps from the leaf up": present(steps[::-1]),
        "a step twice": present([steps[0], *steps]),
        "a bit that no id has": present([*steps, (128, bytes(32))]),
        "a bit below zero": present([(-1, bytes(32)), *steps]),
        "a hash of 31 bytes": present([*steps[:-1], (steps[-1][0], bytes(31))]),
        "129 steps": present((0, bytes(32)) for _ in range(129)),
        "an absent record": missing(absence),
        "absent from a tree of one": missing(AbsenceProof(*leaves[0], Proof(())), lonely.root),
        "absent from an empty tree": missing(None, merkle.EMPTY_ROOT),
        "absent without a proof": missing(None),
        "present, shown as absent by itself": missing(AbsenceProof(id_, digest, Proof(steps)), id_=id_),
        "present, shown as absent by another": missing(absence, id_=id_),
        "absent, shown by a record elsewhere": missing(AbsenceProof(*away, tree.prove(away[0]))),
        "absent from another tree": missing(absence, Tree(leaves[:19]).root),
    }

    def read(given: Case) -> bool:
        shown = given.get("other") if "absent" in given else given
        path = Proof(tuple((depth, decode(sibling)) for depth, sibling in shown["path"])) if shown else None
        if "absent" not in given:
            merkle.check_inclusion(decode(given["root"]), decode(given["id"]), decode(given["hash"]), path or Proof(()))
            return True
        proof = AbsenceProof(decode(shown["id"]), decode(shown["hash"]), path) if shown and path else None
        merkle.check_absence(decode(given["root"]), decode(given["absent"]), proof)
        return True

    return {"about": "proofs that a record is in a tree, or (`absent`) that it is not", "cases": cases(inputs, read)}


# Heads and pages.


def directory() -> FakeNode:
    return FakeNode.with_listings(3, label="vectors")


def heads() -> Vectors:
    node, other = directory(), FakeNode("vectors-other")
    first, second = node.head, node.publish()

    def says(**changed: Any) -> str:
        return signed(jws.Type.HEAD, second.text, node.key, **changed)

    texts = {
        "the first": first.text,
        "the second": second.text,
        "a member of a later version": says(later=[1]),
        "signed by another key": signed(jws.Type.HEAD, second.text, other.key),
        "of another node": says(node=other.chain.id),
        "of another document": says(doc=2),
        "a life of more than eight days": says(exp=NOON + head.LIFE + 1),
        "no life at all": says(exp=NOON),
        "the second without a former one": says(prev=None),
        "the first with a former one": says(seq=1),
        "without the member of the former one": says(prev="absent"),
        "number 0": says(seq=0),
        "a number as a text": says(seq="2"),
        "a size below zero": says(size=-1),
        "a root of 31 bytes": says(root=encode(bytes(31))),
        "without a seal key": says(seal="absent"),
        "version 2": says(v=2),
        "a node document": node.chain.texts[0],
    }

    def read(given: Case) -> Case:
        got = head.read(given["text"], VerifyKey.from_text(node.key.verify_key.text), node=node.chain.id, doc=1)
        return {"seq": got.seq, "size": got.size, "root": encode(got.root), "digest": encode(got.digest)}

    return {
        "about": "heads of document 1 of a node, read with its key",
        "node": node.chain.id,
        "key": node.key.verify_key.text,
        "cases": cases({name: {"text": text} for name, text in texts.items()}, read),
    }


def pages() -> Vectors:
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
    raws = {
        "a page": good,
        "a page with more to come": write_page(text, entries[:2], more=True),
        "no lines": write_page(text, [], more=False),
        "a tombstone": start + b"7 " + low.encode() + b" -\n",
        "lines that are not read are not parsed": write_page(
            text, [Entry(1, low, sha256(b'{"a":1,"a":NaN}').digest(), b'{"a":1,"a":NaN}')], more=False
        ),
        "nothing": b"",
        "no line end": good[:-1],
        "line ends of two bytes": good.replace(b"\n", b"\r\n"),
        "a line with one letter changed": one.replace(b"Listing", b"listing"),
        "a line without its record": start + line.split(b" {")[0] + b"\n",
        "a line without its hash": start + b" ".join(line.split(b" ")[:2]) + b"\n",
        "a tombstone with a record": start + b"7 " + low.encode() + b" - {}\n",
        "two spaces": start + b"7  " + low.encode() + b" -\n",
        "an id with spare bits": start + b"7 " + b"A" * 21 + b"B -\n",
        "a number with a zero in front": start + b"07 " + low.encode() + b" -\n",
        "a number beyond 2^53-1": start + b"9007199254740992 " + low.encode() + b" -\n",
        "numbers that fall": start + b"7 " + low.encode() + b" -\n6 " + high.encode() + b" -\n",
        "ids that fall": start + b"7 " + high.encode() + b" -\n7 " + low.encode() + b" -\n",
        "a line twice": start + line + line,
        "an empty page that promises more": write_page(text, [], more=True),
        "a first line that says more twice": start.replace(b'"more":false', b'"more":false,"more":false'),
        "a first line without its head": b'{"more":false}\n',
        "more as a number": start.replace(b"false", b"0"),
        "a record of more than 16 KiB": write_page(
            text, [Entry(1, low, sha256(b"x" * 16_385).digest(), b"x" * 16_385)], more=False
        ),
        "1,001 lines": start + b"7 x -\n" * 1_001,
    }

    def read(given: Case) -> Case:
        page = read_page(decode(given["raw"]))
        kept = [[entry.seq, entry.id, entry.line is not None] for entry in page.entries]
        return {"more": page.more, "lines": kept}

    inputs = {name: {"raw": encode(raw)} for name, raw in raws.items()}
    return {"about": "feed pages: (number, id, whether a record is there) of each line", "cases": cases(inputs, read)}


# The fair order.


def orders() -> Vectors:
    names = [encode(record_id(number)) for number in range(12)]
    inputs: dict[str, Case] = {
        "one day": {"seed": "2026-11-25", "peers": names[:8], "practitioners": names[8:]},
        "the next day": {"seed": "2026-11-26", "peers": names[:8], "practitioners": names[8:]},
        "given in another order": {"seed": "2026-11-25", "peers": names[7::-1], "practitioners": names[:7:-1]},
        "practitioners alone": {"seed": "2026-11-25", "peers": [], "practitioners": names[:3]},
        "nothing": {"seed": "2026-11-25", "peers": [], "practitioners": []},
        "what is no id": {"seed": "2026-11-25", "peers": ["=" * 22], "practitioners": []},
    }

    def ordered(given: Case) -> Any:
        listed = [Listed(name) for name in given["peers"]]
        listed += [Listed(name, practitioner=True) for name in given["practitioners"]]
        return [one.id for one in fair_order.in_order(listed, given["seed"])]

    return {"about": "the fair order: ids as they are shown on the day of a seed", "cases": cases(inputs, ordered)}


def vectors() -> dict[str, Vectors]:
    """Every file, by its path in this folder."""
    return {
        "json/strict.json": strict_json(),
        "jws/envelopes.json": envelopes(),
        "node_document/chains.json": chains(),
        "tree/roots.json": roots(),
        "tree/proofs.json": proofs(),
        "head/heads.json": heads(),
        "feed/pages.json": pages(),
        "order/orders.json": orders(),
    }


def text_of(content: Vectors) -> str:
    """One case a line, so that a change shows as a change of that case. Everything beyond ASCII is escaped."""
    lines = [json.dumps(case) for case in content["cases"]]
    first = {name: value for name, value in content.items() if name != "cases"}
    return json.dumps(first)[:-1] + ', "cases": [\n' + ",\n".join(lines) + "\n]}\n"


def main() -> None:
    for path, content in vectors().items():
        file = FOLDER / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text_of(content), encoding="utf-8")
        print(f"{path}: {len(content['cases'])} cases")


if __name__ == "__main__":
    main()

"""The vectors of the directory: read as another implementation would read them, and the same when they are made again."""

import json
from pathlib import Path
from typing import Any

import pytest

from alongside_protocol import base64url, canonical, fair_order, head, jws, limits, merkle
from alongside_protocol.errors import Refused
from alongside_protocol.fair_order import Listed
from alongside_protocol.feed import read_page
from alongside_protocol.identifiers import NodeId
from alongside_protocol.keys import VerifyKey
from alongside_protocol.merkle import AbsenceProof, Proof
from alongside_protocol.node_document import extend, fingerprint, read_chain
from vectors import make_directory_vectors

FOLDER = Path(make_directory_vectors.__file__).parent
MADE = make_directory_vectors.vectors()
encode, decode = base64url.encode, base64url.decode


def load(path: str) -> dict[str, Any]:
    return json.loads((FOLDER / path).read_text(encoding="utf-8"))


def cases(path: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in load(path)["cases"]]


def outcome(attempt: Any) -> dict[str, Any]:
    try:
        return {"expect": attempt()}
    except Refused as refused:
        return {"code": refused.code.value}


def said(case: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in case.items() if name in ("expect", "code")}


@pytest.mark.parametrize("path", sorted(MADE))
def test_the_vectors_are_the_same_when_they_are_made_again(path: str) -> None:
    made = make_directory_vectors.text_of(MADE[path])
    assert (FOLDER / path).read_text(encoding="utf-8") == made
    assert made.isascii()


@pytest.mark.parametrize("path", sorted(MADE))
def test_every_refusal_is_tried_beside_something_that_is_taken(path: str) -> None:
    found = load(path)["cases"]
    assert {"code" in case for case in found} == {True, False}
    assert len({case["name"] for case in found}) == len(found)


@pytest.mark.parametrize("case", cases("json/strict.json"))
def test_strict_json(case: dict[str, Any]) -> None:
    got = outcome(lambda: canonical.parse(decode(case["raw"]), max_bytes=limits.MESSAGE_BYTES))
    assert got == said(case)


@pytest.mark.parametrize("case", cases("jws/envelopes.json"))
def test_envelopes(case: dict[str, Any]) -> None:
    key = VerifyKey.from_text(load("jws/envelopes.json")["key"])
    assert outcome(lambda: encode(jws.verify(jws.Type.HEAD, case["text"], key))) == said(case)


@pytest.mark.parametrize("case", cases("node_document/chains.json"))
def test_chains(case: dict[str, Any]) -> None:
    def attempt() -> dict[str, Any]:
        if "stored" in case:
            return {"n": extend(read_chain(case["stored"]), case["docs"]).newest.n}
        chain = read_chain(case["docs"])
        newest = {"n": chain.newest.n, "origin": chain.newest.origin, "sign": chain.newest.sign.text}
        return {"id": chain.id, **newest, "fingerprint": list(fingerprint(chain))}

    assert outcome(attempt) == said(case)


@pytest.mark.parametrize("case", cases("tree/roots.json"))
def test_roots(case: dict[str, Any]) -> None:
    got = outcome(lambda: encode(merkle.root((decode(id_), decode(digest)) for id_, digest in case["leaves"])))
    assert got == said(case)


def proof_of(path: list[list[Any]]) -> Proof:
    return Proof(tuple((depth, decode(sibling)) for depth, sibling in path))


@pytest.mark.parametrize("case", cases("tree/proofs.json"))
def test_proofs(case: dict[str, Any]) -> None:
    def attempt() -> bool:
        root = decode(case["root"])
        if "absent" not in case:
            merkle.check_inclusion(root, decode(case["id"]), decode(case["hash"]), proof_of(case["path"]))
            return True
        shown = case["other"]
        other = shown and AbsenceProof(decode(shown["id"]), decode(shown["hash"]), proof_of(shown["path"]))
        merkle.check_absence(root, decode(case["absent"]), other)
        return True

    assert outcome(attempt) == said(case)


@pytest.mark.parametrize("case", cases("head/heads.json"))
def test_heads(case: dict[str, Any]) -> None:
    world = load("head/heads.json")

    def attempt() -> dict[str, Any]:
        got = head.read(case["text"], VerifyKey.from_text(world["key"]), node=NodeId(world["node"]), doc=1)
        return {"seq": got.seq, "size": got.size, "root": encode(got.root), "digest": encode(got.digest)}

    assert outcome(attempt) == said(case)


@pytest.mark.parametrize("case", cases("feed/pages.json"))
def test_pages(case: dict[str, Any]) -> None:
    def attempt() -> dict[str, Any]:
        page = read_page(decode(case["raw"]))
        return {"more": page.more, "lines": [[entry.seq, entry.id, entry.line is not None] for entry in page.entries]}

    assert outcome(attempt) == said(case)


@pytest.mark.parametrize("case", cases("order/orders.json"))
def test_the_fair_order(case: dict[str, Any]) -> None:
    def ordered() -> list[str]:
        listed = [Listed(name) for name in case["peers"]]
        listed += [Listed(name, practitioner=True) for name in case["practitioners"]]
        return [one.id for one in fair_order.in_order(listed, case["seed"])]

    assert outcome(ordered) == said(case)

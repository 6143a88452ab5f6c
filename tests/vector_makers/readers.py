"""How this library reads each file of vectors: the same calls that a reader in another language makes in its own words.

`READERS` gives for each file a function of what the file's cases share and of one case's input. It returns what comes of it, or
raises `Refused`. README.md beside the vectors says the same in prose.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from alongside_protocol import (
    base64url,
    canonical,
    coded_words,
    consent,
    fair_order,
    head,
    http_signatures,
    jws,
    limits,
    merkle,
    messages,
    opening,
    receipt,
    record,
    recovery,
    sealing,
)
from alongside_protocol.commitments import Commitments, commitments_hash, promises_no_call_without_yes, unanswered
from alongside_protocol.consent import Answer, Consent, Field, Recipient, ReplyTo, Routing, Standing
from alongside_protocol.errors import Code, Refused
from alongside_protocol.fair_order import Listed
from alongside_protocol.feed import Entry, read_cursor, read_page, read_position
from alongside_protocol.fit import Question, Wishes
from alongside_protocol.hours import Hours, is_open, next_opening
from alongside_protocol.identifiers import NodeId, RecordId
from alongside_protocol.keys import VerifyKey
from alongside_protocol.listing import Listing, missing_before_publishing
from alongside_protocol.merkle import AbsenceProof, Proof, Tree
from alongside_protocol.messages import Steps, Type
from alongside_protocol.node_document import extend, fingerprint, read_chain, read_well_known
from alongside_protocol.peering import Act, Agreement, Side, check_invitation, read_code, read_invitation_header
from alongside_protocol.published_keys import refuse_published
from alongside_protocol.recovery import RecoverySeed
from alongside_protocol.referral import Arrival, Move, Numbering, Party, State, step
from alongside_protocol.sealing import Context, SealPrivateKey, SealPublicKey
from alongside_protocol.trust import Budget, Sync, Trusted

World = Mapping[str, Any]
Given = Mapping[str, Any]
encode, decode = base64url.encode, base64url.decode


# What everything is made of.


def strict_json(_: World, given: Given) -> Any:
    return canonical.parse(decode(given["raw"]), max_bytes=limits.MESSAGE_BYTES)


def base64url_text(_: World, given: Given) -> str:
    return decode(given["text"], length=given.get("length")).hex()


def verify_key(_: World, given: Given) -> bool:
    key = VerifyKey.from_text(given["key"])
    if given.get("of_a_node"):
        refuse_published(key)
    return True


def signature(_: World, given: Given) -> bool:
    VerifyKey.from_text(given["key"]).verify(decode(given["signature"]), decode(given["message"]))
    return True


def seal_key(_: World, given: Given) -> bool:
    SealPublicKey.from_text(given["key"])
    return True


def envelope(world: World, given: Given) -> str:
    return encode(jws.verify(jws.Type[given["type"].upper()], given["text"], VerifyKey.from_text(world["key"])))


def recovery_key(_: World, given: Given) -> str:
    return RecoverySeed(decode(given["seed"])).key(given["n"]).verify_key.text


def recovery_sheets(_: World, given: Given) -> str:
    return encode(recovery.combine(given["sheets"]).raw)


def coded(_: World, given: Given) -> str | None:
    return coded_words.coded_in(given["text"])


# Node documents.


def chain(_: World, given: Given) -> Any:
    read = read_chain(given["docs"])
    newest = {"n": read.newest.n, "origin": read.newest.origin, "sign": read.newest.sign.text}
    return {"id": read.id, **newest, "fingerprint": list(fingerprint(read))}


def extended(_: World, given: Given) -> Any:
    return {"n": extend(read_chain(given["stored"]), given["docs"]).newest.n}


def well_known(_: World, given: Given) -> Any:
    return read_well_known(decode(given["raw"]))


# The directory.


def _leaf(leaf: list[str]) -> tuple[bytes, bytes]:
    return decode(leaf[0]), decode(leaf[1])


def tree_root(_: World, given: Given) -> str:
    return encode(merkle.root(_leaf(leaf) for leaf in given["leaves"]))


def tree_changes(_: World, given: Given) -> list[str]:
    tree, roots = Tree(_leaf(leaf) for leaf in given["leaves"]), []
    for change in given["changes"]:
        if "put" in change:
            tree.put(*_leaf(change["put"]))
        else:
            tree.remove(decode(change["remove"]))
        roots.append(encode(tree.root))
    return roots


def _proof(path: list[list[Any]]) -> Proof:
    return Proof(tuple((depth, decode(sibling)) for depth, sibling in path))


def tree_proof(_: World, given: Given) -> bool:
    root = decode(given["root"])
    if "absent" not in given:
        merkle.check_inclusion(root, decode(given["id"]), decode(given["hash"]), _proof(given["path"]))
        return True
    shown = given["other"]
    other = shown and AbsenceProof(decode(shown["id"]), decode(shown["hash"]), _proof(shown["path"]))
    merkle.check_absence(root, decode(given["absent"]), other)
    return True


def one_head(world: World, given: Given) -> Any:
    got = head.read(given["text"], VerifyKey.from_text(world["key"]), node=NodeId(world["node"]), doc=1)
    if "now" in given:
        got.check_time(now=given["now"])
    return {"seq": got.seq, "size": got.size, "root": encode(got.root), "digest": encode(got.digest)}


def page(_: World, given: Given) -> Any:
    read = read_page(decode(given["raw"]))
    return {"more": read.more, "lines": [[entry.seq, entry.id, entry.line is not None] for entry in read.entries]}


def cursor(_: World, given: Given) -> Any:
    if "cursor" in given:
        at = read_cursor(given["cursor"])
        return [at.doc, at.seq]
    position = read_position(given["position"])
    return [position.seq, position.id]


def record_line(world: World, given: Given) -> Any:
    got = record.read(decode(given["raw"]), expected_id=RecordId(world["id"]))
    return {"kind": got.kind.value, "rev": got.rev, "mod": got.mod, "digest": encode(got.digest)}


def listing(_: World, given: Given) -> Any:
    got = record.read(given["line"].encode(), expected_id=RecordId(json.loads(given["line"])["id"]))
    assert isinstance(got.content, Listing)
    return {"missing_before_publishing": list(missing_before_publishing(got.content))}


def profile(_: World, given: Given) -> Any:
    got = record.read(given["line"].encode(), expected_id=RecordId(json.loads(given["line"])["id"]))
    return got.content.model_dump(mode="json", include={"name", "lang", "languages", "capabilities"})


def hours(_: World, given: Given) -> Any:
    when = Hours.model_validate(given["hours"])
    return [{"open": is_open(when, at), "next": next_opening(when, at)} for at in given["at"]]


def commitments(_: World, given: Given) -> Any:
    of_listing, of_community = (
        None if given[owner] is None else Commitments.model_validate(given[owner]) for owner in ("listing", "community")
    )
    return {
        "hash": encode(commitments_hash(of_listing, of_community)),
        "unanswered": list(unanswered(of_listing or Commitments())),
        "promises_no_call_without_yes": promises_no_call_without_yes(of_listing),
    }


def order(_: World, given: Given) -> list[str]:
    listed = [Listed(name) for name in given["peers"]]
    listed += [Listed(name, practitioner=True) for name in given["practitioners"]]
    return [one.id for one in fair_order.in_order(listed, given["seed"])]


# Following a directory.


def transcript(_: World, given: Given) -> Any:
    known = read_chain(given["trusted"]["docs"])
    trusted = Trusted(known, _trusted_head(given, known), Tree(_leaf(leaf) for leaf in given["trusted"]["leaves"]))
    sync = Sync(trusted, now=given["now"], budget=Budget(**given["budget"]) if "budget" in given else None)
    staged: dict[str, Entry] = {}
    exchanges = iter(given["exchanges"])
    while (ask := sync.ask()) is not None:
        exchange = next(exchanges)
        assert exchange["ask"] == ask.path, "asks for something else than the transcript answers"
        batch = sync.take(exchange["status"], _body(exchange))
        if batch.restarted:
            staged.clear()
        staged.update({entry.id: entry for entry in batch.entries})
    outcome = sync.finish()
    assert outcome.trusted.head is not None
    assert next(exchanges, None) is None, "asks for less than the transcript answers"
    followed = outcome.trusted.head
    return {
        "doc": followed.doc,
        "seq": followed.seq,
        "size": outcome.records,
        "root": encode(outcome.trusted.tree.root),
        "whole": outcome.whole,
        "set_aside": _set_aside(staged),
    }


def _trusted_head(given: Given, known: Any) -> head.Head | None:
    text = given["trusted"]["head"]
    if text is None:
        return None
    doc, _ = head.claimed_order(text)
    return head.read(text, known.key_of(doc), node=known.id, doc=doc)


def _body(exchange: Given) -> bytes:
    return decode(exchange["raw"]) if "raw" in exchange else exchange["body"].encode()


def _set_aside(staged: Mapping[str, Entry]) -> dict[str, str]:
    reasons = {}
    for entry in staged.values():
        if entry.line is None:
            continue
        try:
            record.read(entry.line, expected_id=entry.id)
        except Refused as refused:
            reasons[entry.id] = refused.code.value
    return dict(sorted(reasons.items()))


# Requests, messages, peering.


def request(world: World, given: Given) -> Any:
    headers: dict[str, str] = {}
    for name, value in given["headers"]:
        # A header that stands twice is what a list of both would be (RFC 9110, 5.3): of these, none may be a list.
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    method, body = given["method"], decode(given["body"]) if "body" in given else b""
    presented = http_signatures.read(method, headers)
    if method == "POST":
        if headers.get("content-type") != messages.CONTENT_TYPE:
            raise Refused(Code.MESSAGE_FORM, "another content type")
        if len(body) > limits.MESSAGE_BYTES:
            raise Refused(Code.TOO_LARGE, "a message that is too long")
        http_signatures.check_content_digest(headers.get(http_signatures.DIGEST_HEADER), body)
    key = world["keys"].get(http_signatures.key_id(presented.node, presented.doc))
    if key is None:
        http_signatures.verify_nothing()
        raise Refused(Code.REQUEST_SIGNATURE, "no key on file")
    http_signatures.verify(presented, method, world["target"], headers, VerifyKey.from_text(key))
    http_signatures.check_time(presented, now=given.get("now", world["now"]))
    return {"node": presented.node, "doc": presented.doc}


def message(world: World, given: Given) -> Any:
    sender, me = NodeId(world["sender"]), NodeId(world["me"])
    raw = decode(given["bytes"]) if "bytes" in given else given["raw"].encode()
    got = messages.read(raw, sender=sender, me=me, now=world["now"])
    return {"type": got.type.value, "ref": got.ref, "n": got.n, "sealed": got.sealed is not None}


def move(_: World, given: Given) -> str:
    got = messages.Envelope(
        messages.MessageId(""), NodeId(""), NodeId(""), Type(given["type"]), iat=0, exp=0, ref=messages.Ref("")
    )
    return messages.move_of(got, Party(given["party"])).value


def invitation(_: World, given: Given) -> Any:
    code = read_code(given["text"])
    raw = {"document": code.document, "id": code.id, "token": code.token}
    return {"node": code.node, "origin": code.origin} | {name: encode(value) for name, value in raw.items()}


def invitation_proof(world: World, given: Given) -> Any:
    code_id, mac = read_invitation_header(given["header"])
    check_invitation(mac, decode(world["token"]), given["content_digest"])
    return {"id": encode(code_id)}


def agreement(_: World, given: Given) -> list[str]:
    before = Agreement(Steps(given["ours"]), Steps(given["theirs"]))
    after = before.after(Side(given["side"]), Act(given["act"]))
    return [after.ours.value, after.theirs.value]


def referral_step(_: World, given: Given) -> str:
    return step(State(given["state"]), Party(given["party"]), Move(given["move"])).value


def numbering(_: World, given: Given) -> Any:
    numbers, seen = Numbering(), []
    for n, moved in given["messages"]:
        arrival = numbers.arrival(n, Move(moved))
        if arrival in (Arrival.NEXT, Arrival.LATE):
            numbers = numbers.after(n)
        seen.append({"arrival": arrival.value, "seen": numbers.seen, "missing": sorted(numbers.missing)})
    return seen


# Seals.


def context(given: Given) -> Context:
    return Context(**{"from_" if name == "from" else name: value for name, value in given.items()})


def _private(world: World, name: str) -> SealPrivateKey:
    return SealPrivateKey(decode(world["keys"][name]))


def opened(world: World, given: Given) -> str:
    return encode(sealing.open(decode(given["sealed"]), _private(world, given["with"]), context(given["context"])))


def opened_request(world: World, given: Given) -> Any:
    about = context(given["context"])
    got = opening.open_request(decode(given["sealed"]), _private(world, "node"), about)
    asked = opening.open_asked(got.inner, _private(world, given["with"]), about, agreed=got.consent.fields)
    return {
        "listing": got.consent.listing,
        "standing": got.routing.standing.value,
        "handle": encode(got.routing.handle),
        "purpose": got.consent.purpose,
        "agreed": sorted(got.consent.fields),
        "commitments": encode(got.consent.commitments),
        "until": got.consent.until,
        "keys": sorted(got.inner.keys),
        "fields": {name.value: text for name, text in sorted(asked.fields.items())},
        "reply": asked.reply.public.text,
        "secret": encode(asked.reply.secret),
    }


def opened_words(world: World, given: Given) -> Any:
    about, key = context(given["context"]), _private(world, given["with"])
    inner = opening.open_outer(decode(given["sealed"]), _private(world, "node"), about)
    words = opening.open_words(inner, key, about)
    beside = opening.open_beside(inner, key, about, agreed=[Field.WORDS])
    return {"words": words, "given": None if beside is None else dict(beside.fields)}


def opened_answer(world: World, given: Given) -> Any:
    got = opening.open_answer(
        decode(given["sealed"]), _private(world, given["with"]), decode(world["secret"]), context(given["context"])
    )
    beside = None if got.beside is None else {"name": got.beside.name, "k": got.beside.key.text}
    elsewhere = [{"node": node, "listing": name} for node, name in got.elsewhere]
    return {"words": got.words, "suggest": list(got.suggest), "elsewhere": elsewhere, "beside": beside}


def opened_question(world: World, given: Given) -> Any:
    got = opening.open_question(decode(given["sealed"]), _private(world, given["with"]), context(given["context"]))
    wishes = got.wishes.model_dump(mode="json", exclude_defaults=True)
    return {"listings": list(got.listings), "wishes": wishes, "reply": got.reply.text}


def opened_fit(world: World, given: Given) -> Any:
    key = _private(world, given["with"])
    question = Question(tuple(RecordId(name) for name in world["asked"]), Wishes(), key.public)
    got = opening.open_fit(decode(given["sealed"]), key, context(given["context"]), question=question)
    return {name: answer.value for name, answer in sorted(got.items())}


def sealing_within_consent(world: World, given: Given) -> Any:
    """What a sender may seal: nothing is fixed but whether it is done, and until when it may be sent."""
    agreed = given["consent"]
    within = Consent(
        agreed["purpose"],
        frozenset(Field(name) for name in agreed["fields"]),
        NodeId(agreed["to"]),
        RecordId(agreed["listing"]),
        decode(agreed["commitments"]),
        agreed["until"],
    )
    now = given["recipient"]
    keys = [SealPublicKey.from_text(text) for text in now["listing_keys"]]
    recipient = Recipient(
        NodeId(now["node"]),
        SealPublicKey.from_text(now["node_key"]),
        now["node_key_exp"],
        RecordId(now["listing"]),
        keys,
        decode(now["commitments"]),
    )
    sealed = consent.seal_request(
        within,
        {Field(name): text for name, text in given["fields"].items()},
        recipient=recipient,
        routing=Routing(Standing.MEMBER, decode(world["handle"])),
        reply=ReplyTo(SealPublicKey.from_text(world["reply"]), decode(world["secret"])),
        context=context(given["context"]),
        now=world["now"],
        random=lambda length: bytes(range(1, length + 1)),
    )
    return {"not_after": sealed.not_after, "bytes": len(sealed.ciphertext)}


def sealing_an_answer(world: World, given: Given) -> Any:
    answer = Answer(given["words"], tuple(RecordId(name) for name in given.get("suggest", ())))
    sealed = consent.seal_answer(
        answer,
        reply=ReplyTo(SealPublicKey.from_text(world["reply"]), decode(world["secret"])),
        context=context(world["context"]),
        now=world["now"],
        until=given["until"],
    )
    return {"not_after": sealed.not_after, "bytes": len(sealed.ciphertext)}


def erasure_receipt(world: World, given: Given) -> Any:
    got = receipt.read(given["text"], VerifyKey.from_text(world["key"]), node=NodeId(world["node"]))
    return {"refs": list(got.refs), "iat": got.iat, "backups_until": got.backups_until}


READERS: Mapping[str, Callable[[World, Given], Any]] = {
    "base64url/texts.json": base64url_text,
    "coded_words/words.json": coded,
    "commitments/hash.json": commitments,
    "consent/answers.json": sealing_an_answer,
    "consent/requests.json": sealing_within_consent,
    "feed/cursors.json": cursor,
    "feed/pages.json": page,
    "fit/answers.json": opened_fit,
    "fit/questions.json": opened_question,
    "head/heads.json": one_head,
    "json/strict.json": strict_json,
    "jws/envelopes.json": envelope,
    "keys/ed25519.json": verify_key,
    "keys/signatures.json": signature,
    "keys/x25519.json": seal_key,
    "listing/hours.json": hours,
    "listing/records.json": listing,
    "messages/envelopes.json": message,
    "messages/moves.json": move,
    "node_document/chains.json": chain,
    "node_document/extended.json": extended,
    "node_document/well_known.json": well_known,
    "order/orders.json": order,
    "peering/agreements.json": agreement,
    "peering/invitations.json": invitation,
    "peering/proofs.json": invitation_proof,
    "profile/records.json": profile,
    "receipt/receipts.json": erasure_receipt,
    "record/lines.json": record_line,
    "recovery/keys.json": recovery_key,
    "recovery/sheets.json": recovery_sheets,
    "referral/numbering.json": numbering,
    "referral/table.json": referral_step,
    "request/get.json": request,
    "request/post.json": request,
    "seal/answers.json": opened_answer,
    "seal/opened.json": opened,
    "seal/requests.json": opened_request,
    "seal/words.json": opened_words,
    "sync/transcripts.json": transcript,
    "tree/changes.json": tree_changes,
    "tree/proofs.json": tree_proof,
    "tree/roots.json": tree_root,
}

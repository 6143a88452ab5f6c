"""Makes the vectors of commitments, listings, referrals, messages and peering, for implementations in any language.

    python tests/vectors/make_request_vectors.py

Each file is one JSON object: what it is about, and its cases. A case has a `name`, its input, and either what comes out or the
`code` of the refusal (section 7 of the specification). The same program always writes the same bytes; a test compares them.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

from alongside_protocol import base64url, canonical, limits
from alongside_protocol.commitments import (
    CALLED,
    Commitments,
    commitments_hash,
    promises_no_call_without_yes,
    unanswered,
)
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId
from alongside_protocol.listing import Listing, is_open, missing_before_publishing, next_open
from alongside_protocol.messages import RESERVED, Type, read
from alongside_protocol.peering import (
    AGREEMENTS,
    Act,
    InvitationCode,
    Side,
    Steps,
    check_invitation,
    invitation_header,
    read_code,
    read_invitation_header,
)
from alongside_protocol.record import read as read_record
from alongside_protocol.referral import TABLE, Move, Numbering, Party, State

FOLDER = Path(__file__).parent
NOW = 1_800_000_000

Case = dict[str, Any]
Vectors = dict[str, Any]


def random(label: str, length: int) -> str:
    """Base64url of bytes that everybody can make again."""
    return base64url.encode(sha256(f"alongside vector {label}".encode()).digest()[:length])


NODE, PEER = random("node", 32), random("peer", 32)
REF, MESSAGE, RECORD = random("ref", 16), random("message", 16), random("record", 16)


def outcome(attempt: Any) -> Case:
    """What comes out, or the code of the refusal."""
    try:
        return {"expect": attempt()}
    except Refused as refused:
        return {"code": refused.code.value}


# Commitments.

ANSWERED: dict[str, Any] = {
    **{name: {"answer": "never"} for name in CALLED},
    "mandated_reporter": "no",
    "kept_days": 0,
    "given_by": "the_holder",
}
COMMITMENTS: dict[str, tuple[dict[str, Any] | None, dict[str, Any] | None]] = {
    "nobody has answered anything": (None, None),
    "absent and empty are the same": ({}, {}),
    "an offer in a community that has not answered": (ANSWERED, None),
    "the same answers, given by the community": (None, ANSWERED),
    "an exception in words": (
        ANSWERED | {"police": {"answer": "never", "exception": "if someone else is in danger"}},
        ANSWERED,
    ),
    "the same words at another question": (
        ANSWERED | {"hospital": {"answer": "never", "exception": "if someone else is in danger"}},
        ANSWERED,
    ),
    "composed accents": (ANSWERED | {"law_of": "Qu\u00e9bec"}, None),
    "decomposed accents are other bytes": (ANSWERED | {"law_of": "Que\u0301bec"}, None),
    "words that moved to the next member": (ANSWERED | {"law_of": "Kent", "would_pass_on": "nothing"}, None),
    "the same letters, cut elsewhere": (ANSWERED | {"law_of": "Kentnothing"}, None),
    "kept for a month": (ANSWERED | {"kept_days": 30, "written_down": "a first name"}, ANSWERED),
    "kept, and nobody says what": (ANSWERED | {"kept_days": 30}, ANSWERED),
    "unknown from the holder": (ANSWERED | {"police": {"answer": "unknown"}}, ANSWERED),
    "unknown from somebody who was asked": (
        ANSWERED | {"police": {"answer": "unknown"}, "given_by": "we_asked_them", "given_on": "2026-11-23"},
        ANSWERED,
    ),
    "one answer from somebody who was asked": (
        ANSWERED | {"police": {"answer": "unknown", "given_by": "we_asked_them", "given_on": "2026-11-23"}},
        ANSWERED,
    ),
    "members of a later version are not hashed": (ANSWERED | {"later": "words"}, None),
}


def commitments() -> Vectors:
    cases = []
    for name, (listing, community) in COMMITMENTS.items():
        of_listing = None if listing is None else Commitments.model_validate(listing)
        of_community = None if community is None else Commitments.model_validate(community)
        cases.append(
            {
                "name": name,
                "listing": listing,
                "community": community,
                "hash": base64url.encode(commitments_hash(of_listing, of_community)),
                "unanswered": list(unanswered(of_listing or Commitments())),
                "promises_no_call_without_yes": promises_no_call_without_yes(of_listing),
            }
        )
    return {"about": "the commitments hash, what is unanswered, and who passes the safety filter", "cases": cases}


# Listings.

OFFER: dict[str, Any] = {
    "direction": "offer",
    "type": "listening",
    "audience": "anyone",
    "lang": "en",
    "title": "Somebody to talk to in the evening",
    "text": "I have been there. I listen.",
    "holders": [
        {"name": "Ana", "seal": {"k": random("listing key", 32), "suite": "hpke-x25519-sha256-chacha20poly1305"}}
    ],
    "modality": ["phone", "text"],
    "exchange": {"kind": "free"},
    "confirmed": "2026-11-20",
    "valid_until": "2027-02-18",
    "commitments": ANSWERED,
}
SPAN = {"days": ["mo"], "opens": "18:00", "closes": "20:00"}
MEETING = {"days": ["su"], "at": "19:00", "minutes": 90, "first": "2026-10-18"}
LISTINGS: dict[str, dict[str, Any]] = {
    "a whole offer": {},
    "a need": {"direction": "need", "commitments": None, "exchange": None, "valid_until": "2026-11-27"},
    "a need of more than a week": {"direction": "need", "commitments": None, "exchange": None},
    "an offer that has not said who may be called": {"commitments": None},
    "words of a later version": {"topics": ["a_new_topic"], "access": ["a_new_need"]},
    "members of a later version": {"later": {"deep": [1]}},
    "a title of 120 characters of three bytes": {"title": "ह" * 120},
    "right-to-left marks, as Arabic and Hebrew need them": {"title": "שלום\u200f!"},
    "an area, already moved": {
        "place": {
            "visibility": "area",
            "label": "North",
            "point": {"latitude": 4_041_000, "longitude": -370_000},
            "radius_m": 2_000,
        }
    },
    "a scale": {"exchange": {"kind": "sliding_scale", "lowest": 0, "highest": 2_000, "currency": "EUR"}},
    "a circle": {"type": "circle", "hours": {"zone": "Europe/Madrid", "meetings": [MEETING]}},
    "open to people from 16, alone": {"ages": {"kind": "from", "from_age": 16}},
    "no title": {"title": ""},
    "a title of 121 characters": {"title": "x" * 121},
    "a title of two lines": {"title": "two\nlines"},
    "a title that is shown the other way round": {"title": "\u202egnitset"},
    "an isolate": {"text": "\u2066hidden order\u2069"},
    "a control character": {"text": "a\u0000b"},
    "text of 4,001 characters": {"text": "x" * 4_001},
    "an unknown type": {"type": "therapy"},
    "an unknown audience": {"audience": "everyone"},
    "nobody": {"holders": []},
    "six holders": {"holders": OFFER["holders"] * 6},
    "a key with spare bits": {"holders": [{"seal": OFFER["holders"][0]["seal"] | {"k": "A" * 42 + "B"}}]},
    "a language that is a word": {"lang": "English"},
    "a code with capitals": {"topics": ["Grief"]},
    "a day that does not exist": {"confirmed": "2026-02-30"},
    "a day in other digits": {"confirmed": "٢٠٢٦-11-20"},
    "a scale without its range": {"exchange": {"kind": "sliding_scale"}},
    "a scale that falls": {"exchange": {"kind": "sliding_scale", "lowest": 2, "highest": 1, "currency": "EUR"}},
    "a hidden place with a point": {"place": {"visibility": "none", "point": {"latitude": 0, "longitude": 0}}},
    "an area without a radius": {"place": {"visibility": "area", "point": {"latitude": 0, "longitude": 0}}},
    "a point off the globe": {"place": {"visibility": "public", "point": {"latitude": 9_000_001, "longitude": 0}}},
    "an age without a number": {"ages": {"kind": "from"}},
    "a zone that is none": {"hours": {"zone": "Europe/Nowhere"}},
    "the zeroth Monday": {"hours": {"zone": "UTC", "meetings": [MEETING | {"nth": 0}]}},
    "an answer that is none": {"commitments": ANSWERED | {"police": {"answer": "perhaps"}}},
    "true instead of a number": {"room": {"waiting": True}},
}


def record_line(members: dict[str, Any]) -> str:
    common = {"v": 1, "id": RECORD, "kind": "listing", "salt": random("salt", 16), "rev": 1, "mod": "2026-11-23"}
    kept = {name: value for name, value in (common | OFFER | members).items() if value is not None}
    return canonical.dump(kept).decode("utf-8")


def listings() -> Vectors:
    cases = []
    for name, members in LISTINGS.items():
        line = record_line(members)

        def missing(line: str = line) -> Case:
            content = read_record(line.encode("utf-8"), expected_id=RECORD).content  # type: ignore[arg-type]
            assert isinstance(content, Listing)
            return {"missing_before_publishing": list(missing_before_publishing(content))}

        cases.append({"name": name, "line": line} | outcome(missing))
    return {"about": "listings as record lines: what is read, and what its author still has to answer", "cases": cases}


HOURS: dict[str, tuple[dict[str, Any], list[int]]] = {
    "weekly, in winter": ({"zone": "Europe/Madrid", "weekly": [SPAN]}, [1_795_453_199, 1_795_453_200, 1_795_460_400]),
    "past midnight": (
        {"zone": "Europe/Madrid", "weekly": [{"days": ["fr"], "opens": "22:00", "closes": "06:00"}]},
        [1_795_813_200, 1_795_841_999, 1_795_842_000],
    ),
    "a meeting across the end of summer time": (
        {"zone": "Europe/Madrid", "meetings": [MEETING]},
        [1_792_342_800, 1_792_951_200],
    ),
    "a time that clocks skip": (
        {"zone": "Europe/Madrid", "weekly": [{"days": ["su"], "opens": "02:30", "closes": "04:00"}]},
        [1_774_738_800, 1_774_747_800],
    ),
    "a time that clocks repeat": (
        {"zone": "Europe/Madrid", "meetings": [MEETING | {"at": "02:30", "minutes": 30}]},
        [1_792_888_200, 1_792_891_800],
    ),
    "the last Thursday of a month": (
        {"zone": "America/St_Johns", "meetings": [MEETING | {"days": ["th"], "nth": -1}]},
        [1_795_000_000],
    ),
    "every second week, one left out": (
        {"zone": "UTC", "meetings": [MEETING | {"every": 2}], "except_on": ["2026-11-29"]},
        [1_795_000_000, 1_795_982_400],
    ),
    "over": ({"zone": "UTC", "meetings": [MEETING | {"last": "2026-10-18"}]}, [1_795_000_000]),
}


def hours() -> Vectors:
    cases = []
    for name, (when, instants) in HOURS.items():
        listing = Listing.model_validate(OFFER | {"hours": when})
        at = [{"at": now, "open": is_open(listing, now), "next": next_open(listing, now)} for now in instants]
        cases.append({"name": name, "hours": when, "at": at})
    return {"about": "open now, and when next: Unix seconds, zones of the IANA time zone database", "cases": cases}


# Referrals.


def referral_table() -> Vectors:
    cases = [
        {"state": state.value, "party": party.value, "move": move.value}
        | ({"after": TABLE[state, party, move].value} if (state, party, move) in TABLE else {"code": Code.MOVE.value})
        for state, party, move in product(State, Party, Move)
    ]
    return {"about": "every state, party and move: the state after, or the refusal", "cases": cases}


NUMBERINGS: dict[str, list[tuple[int, Move]]] = {
    "in order": [(1, Move.WAITLIST), (2, Move.ACCEPT), (3, Move.MESSAGE)],
    "twice": [(1, Move.ACCEPT), (1, Move.ACCEPT)],
    "one early": [(2, Move.MESSAGE), (1, Move.ACCEPT)],
    "withdrawing does not wait": [(3, Move.WITHDRAW), (1, Move.MESSAGE), (2, Move.MESSAGE)],
    "closing does not wait": [(2, Move.CLOSE), (1, Move.ACCEPT), (1, Move.ACCEPT)],
}


def numbering() -> Vectors:
    cases = []
    for name, messages in NUMBERINGS.items():
        numbers, steps = Numbering(), []
        for n, move in messages:
            arrival = numbers.arrival(n, move)
            if arrival in ("next", "late"):
                numbers = numbers.after(n)
            steps.append(
                {
                    "n": n,
                    "move": move.value,
                    "arrival": arrival.value,
                    "seen": numbers.seen,
                    "missing": sorted(numbers.missing),
                }
            )
        cases.append({"name": name, "messages": steps})
    return {"about": "numbers of one sender about one reference, early ones not yet applied", "cases": cases}


# Messages.

BODIES: dict[Type, dict[str, Any]] = {
    Type.PEER_REQUEST: {"docs": ["jws"], "profile": {"name": "Us"}, "step": "listings", "review": "2027-01-31"},
    Type.PEER_ACCEPT: {"docs": ["jws"], "profile": {"name": "Us"}, "step": "requests", "review": ""},
    Type.DOCS: {"docs": ["jws", "jws"]},
    Type.HINT: {"doc": 1, "seq": 7},
    Type.OFFER: {"until": NOW + limits.MESSAGE_LIFE},
    Type.DECLINE: {"reason": "full"},
    Type.ERASE: {"refs": [REF]},
    Type.ERASED: {"receipt": "jws"},
}
WITHOUT_REF = {
    Type.PEER_REQUEST,
    Type.PEER_ACCEPT,
    Type.PEER_DECLINE,
    Type.PEER_END,
    Type.DOCS,
    Type.HINT,
    Type.ERASE,
    Type.ERASED,
}
SEALED = {Type.OFFER, Type.ACCEPT, Type.WAITLIST, Type.MESSAGE, Type.FIT_ASK, Type.FIT_ANSWER}


def message(kind: Type, **changed: Any) -> str:
    members: dict[str, Any] = {
        "v": 1,
        "id": MESSAGE,
        "from": PEER,
        "to": NODE,
        "type": kind.value,
        "ref": None if kind in WITHOUT_REF else REF,
        "n": None if kind in WITHOUT_REF else 1,
        "iat": NOW,
        "exp": NOW + limits.DAY,
        "sealed": random("sealed", 32) if kind in SEALED else None,
        "body": BODIES.get(kind),
    }
    return canonical.dump({name: value for name, value in (members | changed).items() if value is not None}).decode(
        "utf-8"
    )


def _messages() -> Iterator[tuple[str, str]]:
    for kind in Type:
        yield f"{kind}", message(kind)
    yield "a person declines in sealed words", message(Type.DECLINE, body=None, sealed=random("sealed", 32))
    yield "a person declines without a word", message(Type.DECLINE, body=None)
    yield "members of a later version", message(Type.HINT, later=[1])
    for name in sorted(RESERVED):
        yield f"{name} is not in this version yet", message(Type.HINT, type=name)
    yield "an unknown type", message(Type.HINT, type="referral.ban")
    yield "a member twice", message(Type.HINT).replace('"v":1', '"v":1,"v":1')
    yield "a number that is not whole", message(Type.HINT).replace('"seq":7', '"seq":7.0')
    yield "not an object", "[]"
    yield "another version", message(Type.HINT, v=2)
    yield "an id with spare bits", message(Type.HINT, id="A" * 21 + "B")
    yield "no body", message(Type.HINT, body=None)
    yield "a body where there is none", message(Type.WITHDRAW, body={})
    yield "a body of another type", message(Type.HINT, body={"docs": ["jws"]})
    yield "an offer that does not end", message(Type.OFFER, body={"until": 0})
    yield "an offer in clear", message(Type.OFFER, sealed=None)
    yield "an acceptance in clear", message(Type.ACCEPT, sealed=None)
    yield "a withdrawal with words", message(Type.WITHDRAW, sealed=random("sealed", 32))
    yield "a reference without a number", message(Type.WITHDRAW, n=None)
    yield "the number zero", message(Type.WITHDRAW, n=0)
    yield "a referral without its reference", message(Type.WITHDRAW, ref=None, n=None)
    yield "a reference where there is none", message(Type.HINT, ref=REF, n=1)
    yield "a reason that is nobody's business", message(Type.DECLINE, body={"reason": "their diagnosis"})
    yield "from another node than signed", message(Type.HINT, **{"from": NODE})
    yield "to another node", message(Type.HINT, to=PEER)
    yield "expired", message(Type.HINT, iat=NOW - limits.DAY, exp=NOW)
    yield "from the future", message(Type.HINT, iat=NOW + limits.SKEW + 1)
    yield "of the longest life", message(Type.HINT, exp=NOW + limits.MESSAGE_LIFE)
    yield "of too long a life", message(Type.HINT, exp=NOW + limits.MESSAGE_LIFE + 1)
    yield "a question of the longest life", message(Type.FIT_ASK, exp=NOW + limits.FIT_LIFE)
    yield "a question of too long a life", message(Type.FIT_ASK, exp=NOW + limits.FIT_LIFE + 1)
    yield "a question in clear", message(Type.FIT_ASK, sealed=None)
    yield "a second question under one reference", message(Type.FIT_ASK, n=2)
    yield "a second answer under one reference", message(Type.FIT_ANSWER, n=2)


def messages() -> Vectors:
    cases = []
    for name, raw in _messages():

        def members(raw: str = raw) -> Case:
            got = read(raw.encode("utf-8"), sender=NodeId(PEER), me=NodeId(NODE), now=NOW)
            return {"type": got.type.value, "ref": got.ref, "n": got.n, "sealed": got.sealed is not None}

        cases.append({"name": name, "raw": raw} | outcome(members))
    return {
        "about": "messages as an inbox reads them after the signature was verified",
        "me": NODE,
        "sender": PEER,
        "now": NOW,
        "cases": cases,
    }


# Peering.


def _code(origin: str = "https://node.example") -> InvitationCode:
    document, token = base64url.decode(random("document", 32)), base64url.decode(random("token", 32))
    return InvitationCode(NodeId(NODE), origin, document, base64url.decode(random("invitation", 16)), token)


def invitations() -> Vectors:
    text = _code().text
    texts = {
        "a code": text,
        "broken over lines, as in a letter": f"{text[:60]}\n {text[60:]}",
        "with a port": _code("https://node.example:8443").text,
        "a slip of the hand": text[:40] + ("A" if text[40] != "A" else "B") + text[41:],
        "cut off": text[:-3],
        "of a later version": text.replace("alongside1", "alongside2"),
        "plain http": _code("http://node.example").text,
        "an origin with a path": _code("https://node.example/path").text,
        "no origin": _code("").text,
        "an address of a page": "https://node.example/join",
    }
    cases = []
    for name, code_text in texts.items():

        def members(code_text: str = code_text) -> Case:
            code = read_code(code_text)
            raw = {"document": code.document, "id": code.id, "token": code.token}
            encoded = {member: base64url.encode(value) for member, value in raw.items()}
            return {"node": code.node, "origin": code.origin} | encoded

        cases.append({"name": name, "text": code_text} | outcome(members))
    return {"about": "invitation codes", "cases": cases}


def proofs() -> Vectors:
    code, digest = _code(), "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
    good = invitation_header(code.id, code.token, digest)
    headers = {
        "with the token": (good, digest),
        "for another body": (good, digest.replace("X48", "Y48")),
        "with another token": (invitation_header(code.id, bytes(32), digest), digest),
        "without a proof": (good.partition(".")[0], digest),
    }
    cases = []
    for name, (header, content_digest) in headers.items():

        def members(header: str = header, content_digest: str = content_digest) -> Case:
            code_id, mac = read_invitation_header(header)
            check_invitation(mac, code.token, content_digest)
            return {"id": base64url.encode(code_id)}

        cases.append({"name": name, "header": header, "content_digest": content_digest} | outcome(members))
    return {"about": "proofs of an invitation", "token": base64url.encode(code.token), "cases": cases}


def agreements() -> Vectors:
    cases = []
    for ours, theirs, side, act in product(Steps, Steps, Side, Act):
        after = AGREEMENTS.get((ours, theirs, side, act))
        cell = {"ours": ours.value, "theirs": theirs.value, "side": side.value, "act": act.value}
        cases.append(cell | ({"after": [step.value for step in after]} if after else {"code": Code.NOT_AGREED.value}))
    return {
        "about": "every pair of steps, side and act: the steps after (ours, theirs), or the refusal",
        "cases": cases,
    }


def vectors() -> dict[str, Vectors]:
    """Every file, by its path in this folder."""
    return {
        "commitments/hash.json": commitments(),
        "listing/records.json": listings(),
        "listing/hours.json": hours(),
        "referral/table.json": referral_table(),
        "referral/numbering.json": numbering(),
        "messages/envelopes.json": messages(),
        "peering/invitations.json": invitations(),
        "peering/proofs.json": proofs(),
        "peering/agreements.json": agreements(),
    }


def text_of(content: Vectors) -> str:
    """One case a line, so that a change shows as a change of that case. Everything beyond ASCII is escaped, so that nothing hides."""
    lines = [json.dumps(case) for case in content["cases"]]
    head = {name: value for name, value in content.items() if name != "cases"}
    return json.dumps(head)[:-1] + ', "cases": [\n' + ",\n".join(lines) + "\n]}\n"


def main() -> None:
    for path, content in vectors().items():
        file = FOLDER / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text_of(content), encoding="utf-8")
        print(f"{path}: {len(content['cases'])} cases")


if __name__ == "__main__":
    main()

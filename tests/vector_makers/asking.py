"""Vectors of signed requests, messages, peering and referrals."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from itertools import product
from typing import Any

from alongside_protocol import canonical, limits
from alongside_protocol.errors import Code
from alongside_protocol.http_signatures import content_digest, key_id, signature_base
from alongside_protocol.identifiers import NodeId
from alongside_protocol.keys import SigningKey
from alongside_protocol.messages import CONTENT_TYPE, MOVES, RESERVED, Type
from alongside_protocol.peering import AGREEMENTS, Act, InvitationCode, Side, Steps, invitation_header
from alongside_protocol.referral import TABLE, Move, Party, State
from alongside_protocol.testing.fake_node import FakeNode
from vector_makers import edwards
from vector_makers.writing import NOW, Case, Sheet, encode, fixed, random

NODE, PEER = random("node", 32), random("peer", 32)
REF, MESSAGE = random("ref", 16), random("message", 16)


def sheets() -> Iterator[Sheet]:
    yield get_requests()
    yield post_requests()
    yield messages()
    yield moves()
    yield invitations()
    yield proofs()
    yield agreements()
    yield referral_table()
    yield numbering()


# Signed requests.

KEY, OLD_KEY, STRANGER = (SigningKey(fixed(f"request key {name}")) for name in ("now", "before", "of nobody"))
KEY_ID = key_id(NodeId(PEER), 2)
OLD_KEY_ID = key_id(NodeId(PEER), 1)
KEYS = {KEY_ID: KEY.verify_key.text, OLD_KEY_ID: OLD_KEY.verify_key.text}
CHANGES = "https://node.example/alongside/v1/changes?since=1.7&after=7.AAAAAAAAAAAAAAAAAAAAAA"
INBOX = "https://node.example/alongside/v1/inbox"
BODY = b'{"v":1}'
COVERED = {"GET": '("@method" "@target-uri")', "POST": '("@method" "@target-uri" "content-type" "content-digest")'}
_LINES = {"@path": "/alongside/v1/changes", "@authority": "node.example", "host": "node.example", "date": "now"}


class Signed:
    """A request of one method, and how it may differ."""

    def __init__(self, method: str, target: str, body: bytes | None) -> None:
        self.method, self.target, self.body = method, target, body
        self.headers = {} if body is None else {"content-type": CONTENT_TYPE, "content-digest": content_digest(body)}

    def params(self, **changed: str | None) -> str:
        """The parameters, in the profile's order; None takes one out."""
        said: dict[str, str | None] = {
            "created": str(NOW),
            "expires": str(NOW + limits.SIGNATURE_LIFE),
            "keyid": f'"{KEY_ID}"',
            "alg": '"ed25519"',
            "tag": '"alongside"',
        }
        said |= changed
        covered = said.pop("covered", None) or COVERED[self.method]
        return covered + "".join(f";{name}={value}" for name, value in said.items() if value is not None)

    def case(
        self,
        params: str | None = None,
        *,
        key: SigningKey = KEY,
        target: str | None = None,
        method: str | None = None,
        signed_headers: dict[str, str] | None = None,
        headers: dict[str, str | None] | None = None,
        base: bytes | None = None,
        more: list[list[str]] | None = None,
        body: bytes | None = None,
        now: int | None = None,
    ) -> Case:
        """What is signed is `params` over `target`, `method`, `signed_headers` (or `base` itself); what is sent, `headers` and `body`."""
        chosen = params or self.params()
        over = signature_base(method or self.method, target or self.target, signed_headers or self.headers, chosen)
        signature = key.sign(over if base is None else base)
        sent: dict[str, str | None] = {
            **self.headers,
            "signature-input": f"sig={chosen}",
            "signature": f"sig=:{b64encode(signature).decode()}:",
        }
        sent |= headers or {}
        pairs = [[name, value] for name, value in sent.items() if value is not None] + (more or [])
        given: Case = {"method": self.method, "headers": pairs}
        chosen_body = self.body if body is None else body
        if chosen_body is not None:
            given["body"] = encode(chosen_body)
        return given if now is None else given | {"now": now}


def _sheet(path: str, of: Signed) -> Sheet:
    return Sheet(
        path,
        f"{of.method} requests to `target`, as headers came in: who signed, by the keys on file (`<node id>.<document number>`)",
        target=of.target,
        now=NOW,
        keys=KEYS,
    )


def _taken(of: Signed) -> dict[str, Case]:
    return {
        "a request": of.case(),
        "with a key of a former document, which the caller has to ask about": of.case(
            of.params(keyid=f'"{OLD_KEY_ID}"'), key=OLD_KEY
        ),
        "of one second": of.case(of.params(expires=str(NOW + 1))),
        "headers that are not covered": of.case(more=[["date", "yesterday"], ["user-agent", "another"]]),
        "another host header, which is not what is signed": of.case(more=[["host", "elsewhere.example"]]),
        "our clock five minutes behind": of.case(now=NOW - limits.SKEW),
        "our clock ten minutes ahead": of.case(now=NOW + limits.SIGNATURE_LIFE + limits.SKEW),
    }


def _refusals(sheet: Sheet, of: Signed) -> None:
    """What no request of either method may have."""
    good = of.case()
    found = dict(good["headers"])
    text, signature = found["signature-input"], found["signature"]
    raw = b64decode(signature.removeprefix("sig=:").removesuffix(":"))
    malleable = raw[:32] + edwards.scalar(int.from_bytes(raw[32:], "little") + edwards.ORDER)

    def refuse(why: str, inputs: dict[str, Case], reason: Code = Code.REQUEST_SIGNATURE) -> None:
        sheet.refuses(reason, why, inputs)

    def shown(name: str, value: str | None) -> Case:
        return of.case(headers={name: value})

    covered = COVERED[of.method]
    inner = covered.strip("()").split()

    def covering(*names: str) -> Case:
        chosen = "(" + " ".join(names) + ")"
        params = of.params(covered=chosen)
        known = {"@method": of.method, "@target-uri": of.target, **of.headers, **_LINES}
        lines = [f"{name}: {known[name.split(';')[0].strip(chr(34))]}" for name in names]
        return of.case(params, base="\n".join([*lines, f'"@signature-params": {params}']).encode())

    refuse(
        "Exactly the components of the profile are covered, in its order, though the signature fits.",
        {f"without {name.strip(chr(34))}": covering(*(other for other in inner if other != name)) for name in inner}
        | {
            "nothing covered": covering(),
            "two components changed places": covering(inner[1], inner[0], *inner[2:]),
            "one component more": covering(*inner, '"host"'),
            "one component more, in front": covering('"date"', *inner),
            "a component twice": covering(*inner, inner[0]),
            "the path instead of the target": covering(inner[0], '"@path"', *inner[2:]),
            "the host instead of the target": covering(inner[0], '"@authority"', *inner[2:]),
            "a component of the request that was answered": covering(inner[0], '"@target-uri";req', *inner[2:]),
            "components of the other method": of.case(
                of.params(covered=COVERED["GET" if of.method == "POST" else "POST"])
            ),
        },
    )
    refuse(
        "The parameters are created, expires, keyid, alg and tag: all of them, once, in this order, and no other.",
        {
            f"without {name}": of.case(of.params(**{name: None}))
            for name in ("created", "expires", "keyid", "alg", "tag")
        }
        | {
            "a nonce": of.case(of.params() + ';nonce="1"'),
            "created twice": of.case(of.params() + f";created={NOW}"),
            "the tag in front": of.case(covered + ';tag="alongside"' + of.params(tag=None).removeprefix(covered)),
            "a space between": of.case(of.params().replace(";expires", "; expires")),
            "created as a text": of.case(of.params(created=f'"{NOW}"')),
            "created with a fraction": of.case(of.params(created=f"{NOW}.0")),
            "created below zero": of.case(of.params(created=f"-{NOW}")),
            "created of thirteen digits": of.case(of.params(created=f"{NOW}000")),
            "expires that is never": of.case(of.params(expires="9" * 13)),
        },
    )
    refuse(
        "The algorithm is ed25519 and the tag is alongside.",
        {
            "another tag": of.case(of.params(tag='"other"')),
            "the tag in capitals": of.case(of.params(tag='"Alongside"')),
            "another algorithm": of.case(of.params(alg='"hmac-sha256"')),
            "the algorithm in capitals": of.case(of.params(alg='"Ed25519"')),
            "a hash and a padding": of.case(of.params(alg='"rsa-v1_5-sha256"')),
        },
    )
    refuse(
        "The key is named as node id, full stop, document number: never as an address to fetch it from.",
        {
            "an address as key": of.case(of.params(keyid='"https://node.example/key"')),
            "the node alone": of.case(of.params(keyid=f'"{PEER}"')),
            "document 0": of.case(of.params(keyid=f'"{PEER}.0"')),
            "a zero in front of the document": of.case(of.params(keyid=f'"{PEER}.02"')),
            "a node id of 42 characters": of.case(of.params(keyid=f'"{PEER[:42]}.2"')),
            "a document of ten digits": of.case(of.params(keyid=f'"{PEER}.1000000000"')),
            "nobody": of.case(of.params(keyid='""')),
        },
    )
    refuse(
        "Only a key on file verifies, and none is ever fetched: an unknown sender is a stranger, at the same cost.",
        {
            "a node that nobody knows": of.case(of.params(keyid=f'"{NODE}.1"'), key=STRANGER),
            "a document that is not on file yet": of.case(of.params(keyid=f'"{PEER}.3"')),
        },
    )
    refuse(
        "There is exactly one signature, under the label sig.",
        {
            "no signature at all": {
                "method": of.method,
                "headers": [[n, v] for n, v in good["headers"] if "sig" not in n],
            }
            | ({"body": good["body"]} if "body" in good else {}),
            "no signature-input": shown("signature-input", None),
            "no signature": shown("signature", None),
            "another label": of.case(
                headers={
                    "signature-input": text.replace("sig=", "sig1=", 1),
                    "signature": signature.replace("sig=", "sig1="),
                }
            ),
            "two signatures": of.case(
                headers={
                    "signature-input": f"{text}, {text.replace('sig=', 'sig2=', 1)}",
                    "signature": f"{signature}, {signature.replace('sig=', 'sig2=')}",
                }
            ),
            "the same signature twice": shown("signature", f"{signature}, {signature}"),
            "signature-input twice, as two headers": of.case(more=[["signature-input", text]]),
            "signature twice, as two headers": of.case(more=[["signature", signature]]),
            "something after it": shown("signature-input", text + " "),
            "a line end after it": shown("signature-input", text + "\n"),
            "an empty signature-input": shown("signature-input", ""),
        },
    )
    refuse(
        "The signature is 64 bytes in canonical base64 between colons.",
        {
            "no bytes": shown("signature", "sig=::"),
            "without padding": shown("signature", signature.replace("==:", ":")),
            "spare bits": shown("signature", signature[:-4] + _next_letter(signature[-4]) + "==:"),
            "base64url": shown("signature", f"sig=:{encode(raw)}==:"),
            "63 bytes": shown("signature", f"sig=:{b64encode(raw[:63]).decode()}:"),
            "65 bytes": shown("signature", f"sig=:{b64encode(raw + bytes(1)).decode()}:"),
            "as a text": shown("signature", signature.replace(":", '"')),
        },
    )
    refuse(
        "The signature is that key's over exactly this request, with the target that the reader itself was asked at.",
        {
            "by another key": of.case(key=STRANGER),
            "by the key of the former document": of.case(key=OLD_KEY),
            "the former key named, the new one used": of.case(of.params(keyid=f'"{OLD_KEY_ID}"')),
            "for another method": of.case(
                method="POST" if of.method == "GET" else "GET",
                signed_headers={"content-type": "", "content-digest": ""} | of.headers,
            ),
            "for another host": of.case(target=of.target.replace("node.example", "other.example")),
            "for the host in capitals": of.case(target=of.target.replace("node.example", "Node.example")),
            "for another scheme": of.case(target=of.target.replace("https", "http")),
            "for another port": of.case(target=of.target.replace("node.example", "node.example:443")),
            "for another path": of.case(target=of.target.replace("/v1/", "/v2/")),
            "for a path written in another way": of.case(target=of.target.replace("alongside", "%61longside")),
            "for another query": of.case(target=of.target.partition("?")[0] + "?since=0.0"),
            "for the path alone": of.case(target=of.target.removeprefix("https://node.example")),
            "other parameters than were signed": of.case(
                headers={"signature-input": f"sig={of.params(expires=str(NOW + 299))}"}
            ),
            "a base that ends in a line end": of.case(
                base=signature_base(of.method, of.target, of.headers, of.params()) + b"\n"
            ),
            "a signature written in a second way": shown("signature", f"sig=:{b64encode(malleable).decode()}:"),
            "a signature of zeros": shown("signature", f"sig=:{b64encode(bytes(64)).decode()}:"),
        },
    )
    refuse(
        "A request whose signature fits is taken from five minutes before created until five minutes after expires.",
        {
            "created more than five minutes ahead of our clock": of.case(now=NOW - limits.SKEW - 1),
            "expired more than five minutes ago": of.case(now=NOW + limits.SIGNATURE_LIFE + limits.SKEW + 1),
            "of last year": of.case(now=NOW + 365 * limits.DAY),
        },
        Code.REQUEST_TIME,
    )
    refuse(
        "A signature lives a second at least and five minutes at most.",
        {
            "a life of more than five minutes": of.case(of.params(expires=str(NOW + limits.SIGNATURE_LIFE + 1))),
            "no life at all": of.case(of.params(expires=str(NOW))),
            "an end before its beginning": of.case(of.params(expires=str(NOW - 1))),
        },
        Code.REQUEST_TIME,
    )


def _next_letter(letter: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return alphabet[alphabet.index(letter) + 1]


def get_requests() -> Sheet:
    of = Signed("GET", CHANGES, None)
    sheet = _sheet("request/get.json", of)
    sheet.takes(_taken(of))
    _refusals(sheet, of)
    sheet.refuses(
        Code.REQUEST_SIGNATURE,
        "Nothing but GET and POST is signed.",
        {f"sent as {method}": of.case() | {"method": method} for method in ("HEAD", "PUT", "get", "OPTIONS")},
    )
    return sheet


def post_requests() -> Sheet:
    of = Signed("POST", INBOX, BODY)
    sheet = _sheet("request/post.json", of)
    sheet.takes(_taken(of))
    _refusals(sheet, of)
    other, digest = content_digest(b"other"), content_digest(BODY)

    def digested(text: str | None) -> Case:
        """A digest that is signed as it stands."""
        return of.case(headers={"content-digest": text}, signed_headers=of.headers | {"content-digest": text or digest})

    sheet.refuses(
        Code.CONTENT_DIGEST,
        "Content-Digest is exactly SHA-256 of the body as it came, in its one form, though it was signed.",
        {
            "another body": of.case(body=b'{"v":2}'),
            "no body": of.case(body=b""),
            "a body with a byte more": of.case(body=BODY + b"\n"),
            "the digest of another body": digested(other),
            "no digest": digested(None),
            "an empty digest": digested(""),
            "the algorithm of the digest in capitals": digested(digest.replace("sha-256", "SHA-256")),
            "another algorithm of the digest": digested(digest.replace("sha-256", "sha-512")),
            "an older algorithm": digested("md5=:1B2M2Y8AsgTpgAmY7PhCfg==:"),
            "two digests": digested(f"{digest}, {digest}"),
            "two digests, one of them wrong": digested(f"{other}, {digest}"),
            "the digest twice, as two headers": of.case(more=[["content-digest", digest]]),
            "another digest, as a second header": of.case(more=[["content-digest", other]]),
            "a digest without padding": digested(digest.replace("=:", ":")),
            "a parameter": digested(f"{digest};a=1"),
            "a letter that no header has": digested("sha-256=:\u00e9:"),
        },
    )
    typed = {
        "another content type": "application/json",
        "a content type with a parameter": f"{CONTENT_TYPE}; charset=utf-8",
        "a content type in capitals": CONTENT_TYPE.upper(),
        "a content type as a form": "application/x-www-form-urlencoded",
    }
    sheet.refuses(
        Code.MESSAGE_FORM,
        "A message is sent as application/alongside+json and nothing else.",
        {
            name: of.case(headers={"content-type": text}, signed_headers=of.headers | {"content-type": text})
            for name, text in typed.items()
        }
        | {
            "no content type": of.case(headers={"content-type": None}),
            "the content type twice, as two headers": of.case(more=[["content-type", CONTENT_TYPE]]),
        },
    )
    sheet.refuses(
        Code.REQUEST_SIGNATURE,
        "What is covered is what came: another signed content type or digest does not fit.",
        {
            "signed with another content type": of.case(signed_headers=of.headers | {"content-type": "text/plain"}),
            "signed with another digest": of.case(signed_headers=of.headers | {"content-digest": other}),
        },
    )
    large = b" " * (limits.MESSAGE_BYTES + 1)
    sheet.refuses(
        Code.TOO_LARGE,
        "A message is at most 64 KiB.",
        {"one byte too many": Signed("POST", INBOX, large).case()},
    )
    return sheet


# Messages.

BODIES: dict[Type, dict[str, Any]] = {
    Type.PEER_REQUEST: {"docs": ["jws"], "profile": {"name": "Us"}, "step": "listings", "review": "2027-01-31"},
    Type.PEER_ACCEPT: {"docs": ["jws"], "profile": {"name": "Us"}, "step": "requests"},
    Type.DOCS: {"docs": ["jws", "jws"]},
    Type.HINT: {"doc": 1, "seq": 7},
    Type.OFFER: {"until": NOW + 14 * limits.DAY},
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


def message(kind: Type, **changed: Any) -> Case:
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
    kept = {name: value for name, value in (members | changed).items() if value is not None}
    return {"raw": canonical.dump(kept).decode("utf-8")}


def _replaced(kind: Type, old: str, new: str) -> Case:
    return {"raw": message(kind)["raw"].replace(old, new)}


def messages() -> Sheet:
    node = FakeNode.with_listings(2, label="vectors")
    page = node.page(node.entries()).body.decode()
    words = random("sealed", 32)
    sheet = Sheet(
        "messages/envelopes.json",
        "messages as an inbox reads them after the signature was verified",
        me=NODE,
        sender=PEER,
        now=NOW,
    )
    sheet.takes({kind.value: message(kind) for kind in Type})
    sheet.takes(
        {
            "a person declines in sealed words": message(Type.DECLINE, body=None, sealed=words),
            "a person declines without a word": message(Type.DECLINE, body=None),
            "members of a later version": message(Type.HINT, later=[1]),
            "members of a later version in a body": message(Type.HINT, body={"doc": 1, "seq": 7, "later": 1}),
            "of the longest life": message(Type.HINT, exp=NOW + limits.MESSAGE_LIFE),
            "a question of the longest life": message(Type.FIT_ASK, exp=NOW + limits.FIT_LIFE),
            "five minutes ahead of our clock": message(Type.HINT, iat=NOW + limits.SKEW),
            "in its last second": message(Type.HINT, iat=NOW - 10, exp=NOW + 1),
            "a hint with what changed": message(Type.HINT, body={"doc": 1, "seq": 1, "since": "1.1", "page": page}),
            "a hint with a page that is not read yet": message(
                Type.HINT, body={"doc": 1, "seq": 2, "since": "1.1", "page": "anything"}
            ),
            "a hundred references": message(Type.ERASE, body={"refs": [random(n, 16) for n in range(100)]}),
        }
    )
    sheet.refuses(
        Code.MESSAGE_TYPE,
        "A type that this version does not have is refused, however good its envelope.",
        {f"{name} is not in this version yet": message(Type.HINT, type=name) for name in sorted(RESERVED)}
        | {
            "an unknown type": message(Type.HINT, type="referral.ban"),
            "a type in capitals": message(Type.HINT, type="Hint"),
            "an empty type": message(Type.HINT, type=""),
        },
    )
    sheet.refuses(
        Code.MESSAGE_FORM,
        "An envelope has the members of version 1, each of its kind.",
        {
            "another version": message(Type.HINT, v=2),
            "no version": message(Type.HINT, v=None),
            "no id": message(Type.HINT, id=None),
            "an id with spare bits": message(Type.HINT, id="A" * 21 + "B"),
            "an id of 15 bytes": message(Type.HINT, id=random("id", 15)),
            "no sender": message(Type.HINT, **{"from": None}),
            "a sender with spare bits": message(Type.HINT, **{"from": "A" * 42 + "B"}),
            "no recipient": message(Type.HINT, to=None),
            "no type": message(Type.HINT, type=None),
            "a type as a number": message(Type.HINT, type=1),
            "no date": message(Type.HINT, iat=None),
            "no end": message(Type.HINT, exp=None),
            "a date as a text": message(Type.HINT, iat=str(NOW)),
            "a date before 1970": message(Type.HINT, iat=-1),
            "a reference with spare bits": message(Type.WITHDRAW, ref="A" * 21 + "B"),
            "the number zero": message(Type.WITHDRAW, n=0),
            "a number as a text": message(Type.WITHDRAW, n="1"),
            "true as a number": message(Type.WITHDRAW, n=True),
            "a body that is a list": message(Type.HINT, body=[1]),
            "a seal that is an object": message(Type.ACCEPT, sealed={}),
        },
    )
    sheet.refuses(
        Code.MESSAGE_FORM,
        "A body stands where its type has one, of its type's form.",
        {
            "no body": message(Type.HINT, body=None),
            "a body where there is none": message(Type.WITHDRAW, body={}),
            "a body of another type": message(Type.HINT, body={"docs": ["jws"]}),
            "a hint of document 0": message(Type.HINT, body={"doc": 0, "seq": 7}),
            "a hint with a page and no cursor": message(Type.HINT, body={"doc": 1, "seq": 7, "page": page}),
            "a hint with a cursor and no page": message(Type.HINT, body={"doc": 1, "seq": 7, "since": "1.6"}),
            "a hint with an empty page": message(Type.HINT, body={"doc": 1, "seq": 7, "since": "1.6", "page": ""}),
            "a hint with a page since the beginning": message(
                Type.HINT, body={"doc": 1, "seq": 7, "since": "0.0", "page": page}
            ),
            "a hint with a cursor that is none": message(
                Type.HINT, body={"doc": 1, "seq": 7, "since": "1.06", "page": page}
            ),
            "no documents": message(Type.DOCS, body={"docs": []}),
            "documents as a text": message(Type.DOCS, body={"docs": "jws"}),
            "more documents than a chain has": message(Type.DOCS, body={"docs": ["jws"] * 201}),
            "a document of more than 8 KiB": message(Type.DOCS, body={"docs": ["x" * (limits.JWS_BYTES + 1)]}),
            "a request to peer without a step": message(Type.PEER_REQUEST, body={"docs": ["jws"], "profile": {}}),
            "a request to peer with a step that is none": message(
                Type.PEER_REQUEST, body=BODIES[Type.PEER_REQUEST] | {"step": "everything"}
            ),
            "a request to peer with a day that does not exist": message(
                Type.PEER_REQUEST, body=BODIES[Type.PEER_REQUEST] | {"review": "2027-02-29"}
            ),
            "a request to peer without a profile": message(
                Type.PEER_REQUEST, body={"docs": ["jws"], "step": "listings"}
            ),
            "an offer that does not end": message(Type.OFFER, body={"until": 0}),
            "an offer without an end": message(Type.OFFER, body={}),
            "a reason that is nobody's business": message(Type.DECLINE, body={"reason": "their diagnosis"}),
            "a reason in words": message(Type.DECLINE, body={"reason": "We know her."}),
            "erasing nothing": message(Type.ERASE, body={"refs": []}),
            "erasing 101": message(Type.ERASE, body={"refs": [REF] * 101}),
            "erasing what is no reference": message(Type.ERASE, body={"refs": ["all"]}),
            "a receipt of more than 8 KiB": message(Type.ERASED, body={"receipt": "x" * (limits.JWS_BYTES + 1)}),
            "a receipt as an object": message(Type.ERASED, body={"receipt": {}}),
        },
    )
    sheet.refuses(
        Code.MESSAGE_FORM,
        "What a person writes is sealed, and nothing else is.",
        {
            "an offer in clear": message(Type.OFFER, sealed=None),
            "an acceptance in clear": message(Type.ACCEPT, sealed=None),
            "a message in clear": message(Type.MESSAGE, sealed=None),
            "a question in clear": message(Type.FIT_ASK, sealed=None),
            "an answer to it in clear": message(Type.FIT_ANSWER, sealed=None),
            "a withdrawal with words": message(Type.WITHDRAW, sealed=words),
            "a pause with words": message(Type.PAUSE, sealed=words),
            "a hint with words": message(Type.HINT, sealed=words),
            "declined with a reason and words": message(Type.DECLINE, sealed=words),
        },
    )
    sheet.refuses(
        Code.MESSAGE_FORM,
        "A reference and a number stand together, where a type belongs to one request.",
        {
            "a reference without a number": message(Type.WITHDRAW, n=None),
            "a number without a reference": message(Type.WITHDRAW, ref=None),
            "a referral without its reference": message(Type.WITHDRAW, ref=None, n=None),
            "a reference where there is none": message(Type.HINT, ref=REF, n=1),
        },
    )
    sheet.refuses(
        Code.MESSAGE_FORM,
        "A question and its answer are the only ones under their reference.",
        {
            "a second question under one reference": message(Type.FIT_ASK, n=2),
            "a second answer under one reference": message(Type.FIT_ANSWER, n=2),
        },
    )
    sheet.refuses(
        Code.BASE64URL,
        "What is sealed is canonical base64url.",
        {
            "a seal with padding": message(Type.ACCEPT, sealed=words + "="),
            "a seal with spare bits": message(Type.ACCEPT, sealed="AB"),
            "a seal in plain base64": message(Type.ACCEPT, sealed="+/+/"),
        },
    )
    sheet.refuses(
        Code.MESSAGE_SENDER,
        "A message is from whoever signed the request that brought it.",
        {
            "from another node than signed": message(Type.HINT, **{"from": random("third", 32)}),
            "from ourselves": message(Type.HINT, **{"from": NODE}),
        },
    )
    sheet.refuses(
        Code.MESSAGE_RECIPIENT,
        "A message is for the node that reads it: nothing that was sent elsewhere is applied here.",
        {
            "to another node": message(Type.HINT, to=random("third", 32)),
            "to its own sender": message(Type.HINT, to=PEER),
        },
    )
    sheet.refuses(
        Code.MESSAGE_EXPIRED,
        "Past its exp a message is refused, as its id may have been forgotten.",
        {
            "expired": message(Type.HINT, iat=NOW - limits.DAY, exp=NOW),
            "of last year": message(Type.OFFER, iat=NOW - 365 * limits.DAY, exp=NOW - 364 * limits.DAY),
        },
    )
    sheet.refuses(
        Code.MESSAGE_LIFETIME,
        "A message lives 14 days at most, a question and its answer 48 hours, and none is from the future.",
        {
            "from the future": message(Type.HINT, iat=NOW + limits.SKEW + 1),
            "of too long a life": message(Type.HINT, exp=NOW + limits.MESSAGE_LIFE + 1),
            "for ever": message(Type.HINT, exp=limits.SAFE_INTEGER),
            "an end before its beginning": message(Type.HINT, iat=NOW + 2, exp=NOW + 1),
            "a question of too long a life": message(Type.FIT_ASK, exp=NOW + limits.FIT_LIFE + 1),
            "an answer of too long a life": message(Type.FIT_ANSWER, exp=NOW + limits.FIT_LIFE + 1),
        },
    )
    sheet.refuses(
        Code.JSON_DUPLICATE,
        "A message is strict JSON.",
        {
            "a member twice": _replaced(Type.HINT, '"v":1', '"v":1,"v":1'),
            "two senders": _replaced(Type.HINT, '"to"', f'"from":"{NODE}","to"'),
        },
    )
    sheet.refuses(
        Code.JSON_NUMBER,
        "A message is strict JSON.",
        {
            "a number that is not whole": _replaced(Type.HINT, '"seq":7', '"seq":7.0'),
            "a number that no reader keeps": _replaced(Type.HINT, '"seq":7', '"seq":9007199254740992'),
        },
    )
    sheet.refuses(
        Code.JSON_ENCODING,
        "A message is UTF-8.",
        {"a byte that is not UTF-8": {"bytes": encode(message(Type.HINT)["raw"].encode() + b"\xff")}},
    )
    sheet.refuses(
        Code.JSON_SYNTAX,
        "A message is one value.",
        {"two messages": {"raw": message(Type.HINT)["raw"] * 2}, "nothing": {"raw": ""}},
    )
    sheet.refuses(
        Code.JSON_DEPTH,
        "A message is at most eight levels deep.",
        {"too deep in a body": message(Type.HINT, body={"doc": 1, "seq": 7}) | _deep()},
    )
    sheet.refuses(Code.SHAPE, "A message is an object.", {"not an object": {"raw": "[]"}, "null": {"raw": "null"}})
    sheet.refuses(
        Code.TOO_LARGE,
        "A message is at most 64 KiB.",
        {"one byte too many": {"raw": message(Type.HINT)["raw"].ljust(limits.MESSAGE_BYTES + 1)}},
    )
    return sheet


def _deep() -> Case:
    return _replaced(Type.HINT, '"seq":7', '"seq":7,"later":' + "[" * 7 + "]" * 7)


def moves() -> Sheet:
    sheet = Sheet("messages/moves.json", "what a message of a known request does, by who sent it: every type and party")
    everything = {f"{kind.value} by the {party.value}": (kind, party) for kind, party in product(Type, Party)}

    def given(pairs: dict[str, tuple[Type, Party]]) -> dict[str, Case]:
        return {name: {"type": kind.value, "party": party.value} for name, (kind, party) in pairs.items()}

    sheet.takes(given({name: pair for name, pair in everything.items() if pair in MOVES}))
    sheet.refuses(
        Code.MOVE,
        "Whoever is not in the table for a type cannot send it: no node answers for a person of another.",
        given({name: pair for name, pair in everything.items() if pair not in MOVES}),
    )
    return sheet


# Peering.


def _code(origin: str = "https://node.example") -> InvitationCode:
    return InvitationCode(NodeId(NODE), origin, fixed("document"), fixed("invitation", 16), fixed("token"))


def invitations() -> Sheet:
    text = _code().text
    prefix, payload, check = text.split(".")
    sheet = Sheet("peering/invitations.json", "invitation codes")

    def texts(all_of_them: dict[str, str]) -> dict[str, Case]:
        return {name: {"text": one} for name, one in all_of_them.items()}

    sheet.takes(
        texts(
            {
                "a code": text,
                "broken over lines, as in a letter": f"{text[:60]}\n {text[60:]}",
                "with a port": _code("https://node.example:8443").text,
            }
        )
    )
    sheet.refuses(
        Code.INVITATION,
        "A code is its prefix, its payload and a check that fits, each in its one form.",
        texts(
            {
                "a slip of the hand": text[:40] + ("A" if text[40] != "A" else "B") + text[41:],
                "a slip in the check": f"{prefix}.{payload}.{'A' if check[0] != 'A' else 'B'}{check[1:]}",
                "cut off": text[:-3],
                "without a check": f"{prefix}.{payload}",
                "without a payload": f"{prefix}..{check}",
                "of a later version": text.replace("alongside1", "alongside2"),
                "the prefix in capitals": text.replace("alongside1", "ALONGSIDE1"),
                "without a prefix": f"{payload}.{check}",
                "an address of a page": "https://node.example/join",
                "padding": f"{prefix}.{payload}=.{check}",
                "something after it": f"{text}.{check}",
                "nothing": "",
            }
        ),
    )
    sheet.refuses(
        Code.INVITATION,
        "No code is longer than 600 characters, or shorter than its parts.",
        texts(
            {"more than 600 characters": _code("https://" + "a" * 400 + ".example").text, "no origin": _code("").text}
        ),
    )
    sheet.refuses(
        Code.DOCUMENT_ORIGIN,
        "The origin in a code is one that a node may have.",
        texts(
            {
                "plain http": _code("http://node.example").text,
                "an origin with a path": _code("https://node.example/path").text,
                "an origin with a user": _code("https://user@node.example").text,
                "an origin in capitals": _code("https://NODE.example").text,
            }
        ),
    )
    return sheet


def proofs() -> Sheet:
    code, digest = _code(), content_digest(BODY)
    good = invitation_header(code.id, code.token, digest)
    first, _, mac = good.partition(".")
    sheet = Sheet("peering/proofs.json", "proofs of an invitation", token=encode(code.token))

    def headers(all_of_them: dict[str, tuple[str, str]]) -> dict[str, Case]:
        return {name: {"header": header, "content_digest": of} for name, (header, of) in all_of_them.items()}

    sheet.takes(headers({"with the token": (good, digest)}))
    sheet.refuses(
        Code.INVITATION,
        "The proof is HMAC-SHA256 with the invitation's token over this body's Content-Digest.",
        headers(
            {
                "for another body": (good, content_digest(b"other")),
                "with another token": (invitation_header(code.id, bytes(32), digest), digest),
                "without the tag": (f"{first}.{random('mac')}", digest),
                "for no body": (good, ""),
            }
        ),
    )
    sheet.refuses(
        Code.INVITATION,
        "The header is an id of 16 bytes, a full stop and a proof of 32.",
        headers(
            {
                "without a proof": (first, digest),
                "without an id": (f".{mac}", digest),
                "half a proof": (good[:-10], digest),
                "a proof with padding": (f"{good}=", digest),
                "an id of 15 bytes": (f"{random('id', 15)}.{mac}", digest),
                "something after it": (f"{good}.{mac}", digest),
                "nothing": ("", digest),
            }
        ),
    )
    return sheet


def agreements() -> Sheet:
    sheet = Sheet(
        "peering/agreements.json", "every pair of steps, side and act: the steps after (ours, theirs), or the refusal"
    )
    cells = list(product(Steps, Steps, Side, Act))

    def given(kept: bool) -> dict[str, Case]:
        return {
            f"{side.value} {act.value} at {ours.value}, {theirs.value}": {
                "ours": ours.value,
                "theirs": theirs.value,
                "side": side.value,
                "act": act.value,
            }
            for ours, theirs, side, act in cells
            if ((ours, theirs, side, act) in AGREEMENTS) is kept
        }

    sheet.takes(given(kept=True))
    sheet.refuses(
        Code.NOT_AGREED,
        "One step at a time: what is not in the table cannot happen between two communities.",
        given(kept=False),
    )
    return sheet


# Referrals.


def referral_table() -> Sheet:
    sheet = Sheet("referral/table.json", "every state, party and move: the state after, or the refusal")
    cells = list(product(State, Party, Move))

    def given(kept: bool) -> dict[str, Case]:
        return {
            f"{state.value}: {party.value} {move.value}": {
                "state": state.value,
                "party": party.value,
                "move": move.value,
            }
            for state, party, move in cells
            if ((state, party, move) in TABLE) is kept
        }

    sheet.takes(given(kept=True))
    sheet.refuses(Code.MOVE, "What is not a cell of the table cannot happen to a request.", given(kept=False))
    return sheet


NUMBERINGS: dict[str, list[tuple[int, Move]]] = {
    "in order": [(1, Move.WAITLIST), (2, Move.ACCEPT), (3, Move.MESSAGE)],
    "twice": [(1, Move.ACCEPT), (1, Move.ACCEPT)],
    "one early": [(2, Move.MESSAGE), (1, Move.ACCEPT)],
    "withdrawing does not wait": [(3, Move.WITHDRAW), (1, Move.MESSAGE), (2, Move.MESSAGE)],
    "closing does not wait": [(2, Move.CLOSE), (1, Move.ACCEPT), (1, Move.ACCEPT)],
    "only the last hundred missing ones are remembered": [
        (200, Move.WITHDRAW),
        (99, Move.MESSAGE),
        (100, Move.MESSAGE),
    ],
}


def numbering() -> Sheet:
    sheet = Sheet(
        "referral/numbering.json",
        "numbers of one sender about one reference: how each message [n, move] stands, early ones not yet applied",
    )
    sheet.takes({name: {"messages": [[n, move.value] for n, move in sent]} for name, sent in NUMBERINGS.items()})
    return sheet

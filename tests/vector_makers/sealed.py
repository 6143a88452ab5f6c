"""Vectors of seals, of what lies in them, of what consent allows to seal, and of erasure receipts.

Every seal is made by `hpke`, with an ephemeral key that everybody can make again, and padded and bound by the few lines here: the
library only opens them.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Any

from alongside_protocol import canonical, jws, limits
from alongside_protocol import receipt as erasure
from alongside_protocol.errors import Code
from alongside_protocol.identifiers import NodeId, Ref
from alongside_protocol.keys import SigningKey
from alongside_protocol.sealing import SealPrivateKey
from vector_makers import hpke
from vector_makers.writing import NOW, Case, Sheet, encode, fixed, random, signed

SEEKERS, HOLDERS = random("seekers node"), random("holders node")
LISTING, REF = random("listing", 16), random("ref", 16)
UNTIL = NOW + 14 * limits.DAY
OFFER = {"from": SEEKERS, "to": HOLDERS, "id": random("message", 16), "type": "referral.offer", "ref": REF, "n": 1}
FURTHER = OFFER | {"id": random("further", 16), "type": "referral.message", "n": 2}
BACK = {"from": HOLDERS, "to": SEEKERS, "id": random("answer", 16), "type": "referral.accept", "ref": REF, "n": 1}
ASK = OFFER | {"id": random("ask", 16), "type": "fit.ask"}
TOLD = BACK | {"id": random("told", 16), "type": "fit.answer"}

KEYS = {
    name: SealPrivateKey(fixed(f"seal key {name}")) for name in ("node", "holder", "second", "beside", "reply", "other")
}
SECRET, HANDLE, COMMITMENTS = fixed("answer secret"), fixed("handle", 16), fixed("commitments")
PRIVATE = {name: encode(key.raw) for name, key in KEYS.items()}

Context = dict[str, Any]


def sheets() -> Iterator[Sheet]:
    yield opened()
    yield requests()
    yield words()
    yield answers()
    yield questions()
    yield fit_answers()
    yield consented_requests()
    yield consented_answers()
    yield receipts()


# How a seal is made.


def info(context: Context, public: bytes, tag: bytes = b"alongside-seal-1") -> bytes:
    texts = (context["from"], context["to"], context["id"], context["type"], context["ref"], str(context["n"]))
    return b"".join(len(one).to_bytes(4, "big") + one for one in (tag, *(text.encode() for text in texts), public))


def padded(plain: bytes, size: int = 512) -> bytes:
    while size < 4 + len(plain):
        size *= 2
    return (len(plain).to_bytes(4, "big") + plain).ljust(size, b"\0")


def seal(plain: bytes, to: SealPrivateKey, context: Context, label: str = "ephemeral", **changed: Any) -> bytes:
    return sealed_as_it_is(padded(plain), to, context, label, **changed)


def sealed_as_it_is(plain: bytes, to: SealPrivateKey, context: Context, label: str = "", **changed: Any) -> bytes:
    bound = info(context, to.public.raw)
    return hpke.seal(plain, to.public.raw, bound, ephemeral=fixed(f"ephemeral {label}"), **changed)


def layered(context: Context, layer: str) -> Context:
    return context | {"type": context["type"] + layer}


def said(members: Any) -> bytes:
    return canonical.dump(members)


def without(members: dict[str, Any], name: str) -> dict[str, Any]:
    return {other: value for other, value in members.items() if other != name}


# One seal.


def opened() -> Sheet:
    sheet = Sheet(
        "seal/opened.json",
        "one seal: what opens with the private key `with`, for the message in `context`",
        keys=PRIVATE,
    )
    plain = b"words"
    node = KEYS["node"]

    def case(sealed: bytes, context: Context = OFFER, key: str = "node") -> Case:
        return {"with": key, "context": context, "sealed": encode(sealed)}

    def as_it_is(plaintext: bytes) -> Case:
        return case(sealed_as_it_is(plaintext, node, OFFER, "padding"))

    good = seal(plain, node, OFFER)

    def flipped(place: int) -> Case:
        changed = bytearray(good)
        changed[place] ^= 1
        return case(bytes(changed))

    sheet.takes(
        {
            "words": case(good),
            "nothing": case(seal(b"", node, OFFER)),
            "bytes that are no text": case(seal(bytes(range(256)), node, OFFER)),
            "508 bytes, the most in 512": case(seal(b"x" * 508, node, OFFER)),
            "509 bytes, which take 1,024": case(seal(b"x" * 509, node, OFFER)),
            "1,021 bytes, which take 2,048": case(seal(b"x" * 1_021, node, OFFER)),
            "32,764 bytes, the most": case(seal(b"x" * 32_764, node, OFFER)),
            "with another ephemeral key": case(seal(plain, node, OFFER, "another")),
            "for another message": case(seal(plain, node, BACK), BACK),
            "for another reader": case(seal(plain, KEYS["holder"], OFFER), key="holder"),
            "with an empty id, as what outlives a message": case(
                seal(plain, node, OFFER | {"id": ""}), OFFER | {"id": ""}
            ),
        }
    )
    moved = OFFER | {"from": OFFER["from"] + OFFER["to"][:1], "to": OFFER["to"][1:]}
    sheet.refuses(
        Code.SEAL,
        "A seal is bound to sender, recipient, id, type, reference and number: it opens for no other message.",
        {
            "from another node": case(good, OFFER | {"from": HOLDERS}),
            "to another node": case(good, OFFER | {"to": SEEKERS}),
            "under another id": case(good, OFFER | {"id": random("another", 16)}),
            "as another type": case(good, OFFER | {"type": "referral.message"}),
            "under another reference": case(good, OFFER | {"ref": random("another", 16)}),
            "with another number": case(good, OFFER | {"n": 2}),
            "a letter moved from one member to the next": case(good, moved),
            "as its own inner seal": case(good, layered(OFFER, "/words")),
            "the inner seal as the outer one": case(seal(plain, node, layered(OFFER, "/words"))),
        },
    )
    sheet.refuses(
        Code.SEAL,
        "A seal opens with the key it is sealed to, and with no other.",
        {"with another key": case(good, key="other"), "with the listing's key": case(good, key="holder")},
    )
    sheet.refuses(
        Code.SEAL,
        "Every bit of a seal counts.",
        {
            "one bit of the encapsulated key": flipped(0),
            "one bit of the words": flipped(40),
            "one bit of the padding": flipped(500),
            "one bit of the tag": flipped(-1),
            "two seals, each with half of the other": case(good[:32] + seal(plain, node, OFFER, "another")[32:]),
        },
    )
    sheet.refuses(
        Code.SEAL,
        "A seal is HPKE base mode without further data, under the tag alongside-seal-1 and the key it is sealed to.",
        {
            "with further data": case(seal(plain, node, OFFER, aad=b"Count-0")),
            "authenticated mode": case(seal(plain, node, OFFER, sender=KEYS["holder"].raw)),
            "under another tag": case(
                hpke.seal(
                    padded(plain),
                    node.public.raw,
                    info(OFFER, node.public.raw, b"alongside-seal-2"),
                    ephemeral=fixed("ephemeral"),
                )
            ),
            "without the key in what it is bound to": case(
                hpke.seal(padded(plain), node.public.raw, info(OFFER, b""), ephemeral=fixed("ephemeral"))
            ),
            "bound to nothing": case(hpke.seal(padded(plain), node.public.raw, b"", ephemeral=fixed("ephemeral"))),
        },
    )
    sheet.refuses(
        Code.SEAL,
        "An encapsulated key of small order is refused: the shared secret would be zero, and known to everybody.",
        {f"an encapsulated key of small order: {u}": case(_under_zero(plain, u)) for u in _SMALL_ORDER},
    )
    sheet.refuses(
        Code.SEAL,
        "There is one padding: four bytes of length, the words, and zeros up to the next 512 times a power of two.",
        {
            "padding that is not zero": as_it_is(padded(plain)[:-1] + b"\x01"),
            "a word hidden in the padding": as_it_is(padded(plain)[:-6] + b"hidden"),
            "more padding than needed": as_it_is(padded(plain, 1_024)),
            "no padding": as_it_is(b"\x00\x00\x02\x00" + b"x" * 512),
            "a length beyond the end": as_it_is((509).to_bytes(4, "big") + b"x" * 508),
            "the largest length": as_it_is(b"\xff" * 512),
            "768 bytes": as_it_is(padded(b"x" * 600)[:768]),
            "513 bytes": as_it_is(padded(plain) + b"\0"),
            "the length with the low byte first": as_it_is(
                (len(plain).to_bytes(4, "little") + plain).ljust(512, b"\0")
            ),
        },
    )
    sheet.refuses(
        Code.SEAL,
        "A seal is 560 bytes at least and 32,816 at most; other lengths are not even tried.",
        {
            "no bytes": case(b""),
            "an encapsulated key alone": case(good[:32]),
            "a byte short": case(good[:-1]),
            "256 padded bytes": case(sealed_as_it_is(padded(plain)[:256], node, OFFER)),
            "a byte more than the most": case(seal(b"x" * 32_764, node, OFFER) + b"\0"),
        },
    )
    return sheet


_FIELD = 2**255 - 19
_SMALL_ORDER = {
    "zero": 0,
    "one": 1,
    "minus one": _FIELD - 1,
    "order 8": 325606250916557431795983626356110631294008115727848805560023387167927233504,
    "order 8, the other": 39382357235489614581723060781553021112529911719440698176882885853963445705823,
    "zero, not canonical": _FIELD,
    "one, not canonical": _FIELD + 1,
}


def _under_zero(plain: bytes, name: str) -> bytes:
    """A seal that fits for whoever takes zero as the shared secret."""
    enc, public = _SMALL_ORDER[name].to_bytes(32, "little"), KEYS["node"].public.raw
    cipher, nonce = hpke.schedule(bytes(32), enc + public, info(OFFER, public))
    return enc + cipher.encrypt(nonce, padded(plain), b"")


# Requests: the outer seal for the node, the inner one for those who offer.

FIELDS = {"words": "Could we talk?", "name": "Sam"}
INNER = {"fields": FIELDS, "reply": KEYS["reply"].public.text, "secret": encode(SECRET)}
AGREED = {
    "purpose": "referral",
    "fields": ["name", "words"],
    "commitments": encode(COMMITMENTS),
    "until": UNTIL,
}
OUTER = {"listing": LISTING, "standing": "guest", "handle": encode(HANDLE), "consent": AGREED}
ONCE = SealPrivateKey(fixed("one-time key"))


def layers(
    inner: bytes, context: Context, readers: tuple[str, ...] = ("holder",), *, once: bytes = ONCE.raw
) -> dict[str, Any]:
    """The words sealed to a one-time key, and that key sealed to each reader's."""
    return {
        "words": encode(seal(inner, ONCE, layered(context, "/words"), "words")),
        "keys": {
            KEYS[name].public.text: encode(seal(once, KEYS[name], layered(context, "/key"), f"key {name}"))
            for name in readers
        },
    }


def requests() -> Sheet:
    sheet = Sheet(
        "seal/requests.json",
        "requests: the outer seal opened with the key `node`, then the inner one with the listing's key `with`",
        keys=PRIVATE,
    )

    def raw(outer: bytes, key: str = "holder", context: Context = OFFER) -> Case:
        return {"with": key, "context": context, "sealed": encode(seal(outer, KEYS["node"], OFFER, "outer"))}

    def case(outer: dict[str, Any] | None = None, inner: Any = INNER, key: str = "holder", **changed: Any) -> Case:
        return raw(said((OUTER if outer is None else outer) | layers(said(inner), OFFER) | changed), key)

    def agreed(**changed: Any) -> Case:
        return case(OUTER | {"consent": AGREED | changed})

    def inside(**changed: Any) -> Case:
        return case(inner={name: value for name, value in (INNER | changed).items() if value is not None})

    def in_field(name: str, text: Any) -> Case:
        return case(OUTER | {"consent": AGREED | {"fields": [name]}}, inner=INNER | {"fields": {name: text}})

    everything = {"words": "a", "name": "b", "contact": "c", "language": "en", "access_needs": "d", "times": "e"}
    all_names = sorted(everything)
    two = layers(said(INNER), OFFER, ("holder", "second"))
    sheet.takes(
        {
            "a request": case(),
            "to two holders, read by the second": case(key="second", **two),
            "by a member": case(OUTER | {"standing": "member"}),
            "with every field": case(
                OUTER | {"consent": AGREED | {"fields": all_names}}, inner=INNER | {"fields": everything}
            ),
            "more than was agreed to, which is not given out": case(inner=INNER | {"fields": everything}),
            "less than was agreed to": case(inner=INNER | {"fields": {"words": "Hello"}}),
            "a field of a later version": agreed(fields=["name", "smell", "words"]),
            "members of a later version": case(OUTER | {"later": 1}, inner=INNER | {"later": [1]}),
            "words of 4,000 characters": in_field("words", "x" * 4_000),
        }
    )
    sheet.refuses(
        Code.SHAPE,
        "The outer seal says listing, standing, handle, consent, the words and their keys, each in its form.",
        {f"without {name}": case(without(OUTER, name)) for name in OUTER}
        | {
            "without words": raw(said(OUTER | without(layers(said(INNER), OFFER), "words"))),
            "without keys": raw(said(OUTER | without(layers(said(INNER), OFFER), "keys"))),
            "a listing of 15 bytes": case(OUTER | {"listing": random("listing", 15)}),
            "a handle of 32 bytes": case(OUTER | {"handle": random("handle")}),
            "a handle with spare bits": case(OUTER | {"handle": "A" * 21 + "B"}),
            "an unknown standing": case(OUTER | {"standing": "steward"}),
            "no keys": case(keys={}),
            "six keys": case(keys={random(n): "" for n in range(6)}),
            "a key that is none": case(keys={"holder": ""}),
            "an object of another kind": raw(b"[]"),
        },
    )
    sheet.refuses(
        Code.SHAPE,
        "The consent says purpose, fields, commitments and until when.",
        {f"consent without {name}": case(OUTER | {"consent": without(AGREED, name)}) for name in AGREED}
        | {
            "a purpose of 41 characters": agreed(purpose="x" * 41),
            "a purpose of two lines": agreed(purpose="a\nb"),
            "21 fields": agreed(fields=["words"] * 21),
            "commitments of 31 bytes": agreed(commitments=random("commitments", 31)),
            "until nothing": agreed(until=0),
            "until as a text": agreed(until="tomorrow"),
        },
    )
    sheet.refuses(
        Code.SHAPE,
        "The inner seal holds fields, the reply key and the secret, each in its form.",
        {
            "without fields": inside(fields=None),
            "without a reply key": inside(reply=None),
            "without a secret": inside(secret=None),
            "a secret of 31 bytes": inside(secret=random("secret", 31)),
            "a reply key of 31 bytes": inside(reply=random("reply", 31)),
            "fields as a list": inside(fields=["words"]),
            "a number as words": inside(fields={"words": 1}),
            "another kind of object": case(inner=[]),
        },
    )
    sheet.refuses(
        Code.SHAPE,
        "No field is longer than it may be or holds a character that no text may hold.",
        {
            "words of 4,001 characters": in_field("words", "x" * 4_001),
            "a name of 121 characters": in_field("name", "x" * 121),
            "a contact of 401 characters": in_field("contact", "x" * 401),
            "words that are shown the other way round": in_field("words", "\u202esdrow"),
            "a control character in a name": in_field("name", "Sam\u0007"),
        },
    )
    sheet.refuses(
        Code.BAD_KEY,
        "The reply key is checked: what is sealed to a point of small order opens for everybody.",
        {
            "a reply key of small order": inside(reply=encode(bytes(32))),
            "a reply key that is not canonical": inside(reply=encode(b"\xed" + b"\xff" * 30 + b"\x7f")),
        },
    )
    sheet.refuses(
        Code.BAD_KEY,
        "What is sealed to a listing's key is a key of 32 bytes.",
        {"a one-time key of 16 bytes": case(**layers(said(INNER), OFFER, once=ONCE.raw[:16]))},
    )
    swapped = layers(said(INNER), OFFER)
    swapped["words"] = encode(seal(said(INNER), ONCE, layered(OFFER, "/key"), "words"))
    key_as_words = layers(said(INNER), OFFER)
    key_as_words["keys"] = {
        KEYS["holder"].public.text: encode(seal(ONCE.raw, KEYS["holder"], layered(OFFER, "/words"), "key"))
    }
    sheet.refuses(
        Code.SEAL,
        "The inner seals open for a listing's key, for this message and as the layer they are.",
        {
            "with a key that is not among them": case(key="other"),
            "with the node's key": case(key="node"),
            "the words of another message": case(words=layers(said(INNER), FURTHER)["words"]),
            "the key of another message": case(keys=layers(said(INNER), FURTHER)["keys"]),
            "words sealed as a key": case(**swapped),
            "a key sealed as words": case(**key_as_words),
            "another one-time key": case(**layers(said(INNER), OFFER, once=fixed("another one-time key"))),
            "a key under another one's name": case(
                keys={
                    KEYS["holder"].public.text: layers(said(INNER), OFFER, ("second",))["keys"][
                        KEYS["second"].public.text
                    ]
                }
            ),
            "the outer seal of another message": raw(said(OUTER | layers(said(INNER), OFFER)), context=FURTHER),
            "empty words": case(words=""),
        },
    )
    sheet.refuses(
        Code.BASE64URL,
        "What is sealed inside is canonical base64url.",
        {
            "words with padding": case(words=layers(said(INNER), OFFER)["words"] + "="),
            "a sealed key with spare bits": case(keys={KEYS["holder"].public.text: "AB"}),
        },
    )
    sheet.refuses(
        Code.JSON_DUPLICATE,
        "Whoever sealed it may be hostile: everything opened is strict JSON.",
        {
            "a member twice outside": raw(b'{"listing":"a","listing":"b"}'),
            "a member twice inside": case(**layers(b'{"fields":{},"fields":{}}', OFFER)),
        },
    )
    sheet.refuses(
        Code.JSON_NUMBER,
        "Everything opened is strict JSON.",
        {"a number that is not whole": raw(b'{"listing":1.5}'), "inside": case(**layers(b'{"fields":1e999}', OFFER))},
    )
    sheet.refuses(
        Code.JSON_SYNTAX,
        "Everything opened is strict JSON.",
        {
            "no JSON outside": raw(b"words"),
            "no JSON inside": case(**layers(b"words", OFFER)),
            "nothing inside": case(**layers(b"", OFFER)),
        },
    )
    sheet.refuses(
        Code.JSON_ENCODING,
        "Everything opened is UTF-8.",
        {"bytes that are not UTF-8": raw(b'{"listing":"\xff"}'), "inside, too": case(**layers(b'{"a":"\xff"}', OFFER))},
    )
    return sheet


def words() -> Sheet:
    sheet = Sheet(
        "seal/words.json",
        "further messages: both seals opened; `given`: what somebody beside those who offer is given to read, of the field words",
        keys=PRIVATE,
    )

    def case(
        inner: Any, key: str = "holder", readers: tuple[str, ...] = ("holder",), context: Context = FURTHER
    ) -> Case:
        outer = said(layers(inner if isinstance(inner, bytes) else said(inner), context, readers))
        return {"with": key, "context": context, "sealed": encode(seal(outer, KEYS["node"], context, "outer"))}

    sheet.takes(
        {
            "words": case({"words": "Thank you"}),
            "coded words": case({"words": "=thank_you"}),
            "to somebody beside": case({"words": "Hello", "asked": INNER}, "beside", ("holder", "beside")),
            "members of a later version": case({"words": "Hello", "later": 1}),
            "no words": case({"words": ""}),
        }
    )
    sheet.refuses(
        Code.SHAPE,
        "A further message holds words, of at most 4,000 characters.",
        {
            "without words": case({}),
            "words as a number": case({"words": 1}),
            "words of 4,001 characters": case({"words": "x" * 4_001}),
            "words that are shown the other way round": case({"words": "\u202esdrow"}),
            "what is given without a reply key": case({"words": "a", "asked": without(INNER, "reply")}),
            "what is given is too long": case({"words": "a", "asked": INNER | {"fields": {"words": "x" * 4_001}}}),
            "a list": case([]),
        },
    )
    sheet.refuses(
        Code.SEAL,
        "It opens for those it is sealed to.",
        {
            "with a key that is not among them": case({"words": "a"}, "other"),
            "beside, before the yes": case({"words": "a"}, "beside"),
        },
    )
    sheet.refuses(
        Code.BAD_KEY,
        "The reply key that is given is checked.",
        {"a reply key of small order": case({"words": "a", "asked": INNER | {"reply": encode(b"\x01" + bytes(31))}})},
    )
    sheet.refuses(
        Code.JSON_DUPLICATE, "Everything opened is strict JSON.", {"a member twice": case(b'{"words":"a","words":"b"}')}
    )
    return sheet


# Answers.


def proof(text: bytes, context: Context = BACK, secret: bytes = SECRET, tag: bytes = b"alongside-answer-1") -> bytes:
    members = (
        tag,
        context["type"].encode(),
        context["ref"].encode(),
        str(context["n"]).encode(),
        sha256(text).digest(),
    )
    return hmac_digest(secret, b"".join(len(one).to_bytes(4, "big") + one for one in members), sha256)


def answers() -> Sheet:
    sheet = Sheet(
        "seal/answers.json",
        "answers: opened with the reply key, and proven with the secret that lay in the request",
        keys=PRIVATE,
        secret=encode(SECRET),
    )
    hello = {"words": "Yes, gladly.", "suggest": []}

    def raw(body: bytes, key: str = "reply", context: Context = BACK) -> Case:
        return {"with": key, "context": context, "sealed": encode(seal(body, KEYS["reply"], BACK, "answer"))}

    def case(what: Any = hello, mac: bytes | None = None, **changed: Any) -> Case:
        text = what if isinstance(what, str) else said(what).decode()
        members = {"said": text, "proof": encode(proof(text.encode()) if mac is None else mac)} | changed
        return raw(said({name: value for name, value in members.items() if value is not None}))

    text = said(hello)
    other_node = {"node": random("another node"), "listing": random("another", 16)}
    sheet.takes(
        {
            "an answer": case(),
            "with a suggestion": case(hello | {"suggest": [LISTING]}),
            "with a suggestion elsewhere": case(hello | {"elsewhere": [other_node]}),
            "with somebody beside": case(hello | {"beside": {"name": "Kim", "k": KEYS["beside"].public.text}}),
            "members of a later version": case(hello | {"later": 1}, later=2),
        }
    )
    sheet.refuses(
        Code.ANSWER_UNPROVEN,
        "The proof is HMAC-SHA256 under the request's secret over type, reference, number and the words: without it nobody has answered.",
        {
            "with another secret": case(mac=proof(text, secret=bytes(32))),
            "of other words": case(mac=proof(b"No.")),
            "of another type": case(mac=proof(text, BACK | {"type": "referral.decline"})),
            "of another request": case(mac=proof(text, BACK | {"ref": random("another", 16)})),
            "of another number": case(mac=proof(text, BACK | {"n": 2})),
            "under another tag": case(mac=proof(text, tag=b"alongside-answer-2")),
            "a hash without the secret": case(mac=sha256(text).digest()),
            "zeros": case(mac=bytes(32)),
            "other words under a good proof": case(said(hello | {"words": "No."}).decode(), mac=proof(text)),
            "a space more in the words": case(text.decode().replace(":", ": "), mac=proof(text)),
        },
    )
    sheet.refuses(
        Code.SHAPE,
        "An answer holds what was said and its proof; what was said holds words and suggestions.",
        {
            "without a proof": case(proof=None),
            "without words": case(said=None),
            "a proof of 16 bytes": case(proof=random("proof", 16)),
            "what was said as an object": case(said=hello),
            "no words in it": case({"suggest": []}),
            "no suggestions member": case({"words": "a"}),
            "six suggestions": case(hello | {"suggest": [LISTING] * 6}),
            "six suggestions elsewhere": case(hello | {"elsewhere": [other_node] * 6}),
            "a suggestion that is no id": case(hello | {"suggest": ["https://elsewhere.example"]}),
            "a suggestion elsewhere without a node": case(hello | {"elsewhere": [{"listing": LISTING}]}),
            "words of 4,001 characters": case(hello | {"words": "x" * 4_001}),
            "words that are shown the other way round": case(hello | {"words": "\u202esdrow"}),
            "somebody beside without a key": case(hello | {"beside": {"name": "Kim"}}),
            "somebody beside with a name of 121 characters": case(
                hello | {"beside": {"name": "x" * 121, "k": KEYS["beside"].public.text}}
            ),
        },
    )
    sheet.refuses(
        Code.BAD_KEY,
        "The key of somebody beside is checked.",
        {
            "somebody beside with a key of small order": case(
                hello | {"beside": {"name": "Kim", "k": encode(bytes(32))}}
            )
        },
    )
    sheet.refuses(
        Code.SEAL,
        "It opens with the reply key, as the answer it is.",
        {
            "with another key": raw(said({"said": "", "proof": ""}), "holder"),
            "an acceptance as a decline": raw(
                said({"said": text.decode(), "proof": encode(proof(text))}), context=BACK | {"type": "referral.decline"}
            ),
            "the answer to another request": raw(
                said({"said": text.decode(), "proof": encode(proof(text))}),
                context=BACK | {"ref": random("another", 16)},
            ),
        },
    )
    sheet.refuses(
        Code.JSON_DUPLICATE,
        "Everything opened is strict JSON, what was said too, once it is proven.",
        {
            "a member twice": raw(b'{"said":"a","said":"b"}'),
            "a member twice in what was said": case('{"words":"a","words":"b","suggest":[]}'),
        },
    )
    sheet.refuses(Code.JSON_SYNTAX, "What was said is strict JSON.", {"words that are no JSON": case("Yes, gladly.")})
    return sheet


# Fit before identity.


def questions() -> Sheet:
    sheet = Sheet("fit/questions.json", "questions before identity, opened with the node's key", keys=PRIVATE)
    wishes = {"languages": ["es"], "topics": ["grief"], "times": ["evenings"], "this_week": True}
    whole = {"listings": [LISTING], "wishes": wishes, "reply": KEYS["reply"].public.text}
    several = [random(f"listing {n}", 16) for n in range(6)]

    def case(members: Any = whole, key: str = "node", context: Context = ASK) -> Case:
        raw = members if isinstance(members, bytes) else said(members)
        return {"with": key, "context": context, "sealed": encode(seal(raw, KEYS["node"], ASK, "ask"))}

    def wished(**changed: Any) -> Case:
        return case(whole | {"wishes": wishes | changed})

    sheet.takes(
        {
            "a question": case(),
            "about five listings": case(whole | {"listings": several[:5]}),
            "wishing nothing": case(whole | {"wishes": {}}),
            "members of a later version": case(whole | {"later": 1, "wishes": wishes | {"later": 1}}),
            "codes of a later version": wished(topics=["a_new_topic"], access=["a_new_need"]),
        }
    )
    sheet.refuses(
        Code.SHAPE,
        "A question is about one to five different listings, with wishes and where to answer.",
        {f"without {name}": case(without(whole, name)) for name in whole}
        | {
            "about nothing": case(whole | {"listings": []}),
            "about six listings": case(whole | {"listings": several}),
            "about one listing twice": case(whole | {"listings": [LISTING, LISTING]}),
            "about what is no id": case(whole | {"listings": ["all"]}),
            "a reply key of 31 bytes": case(whole | {"reply": random("reply", 31)}),
        },
    )
    sheet.refuses(
        Code.SHAPE,
        "Wishes are codes, at most five of each: there is no place for a word of somebody's own.",
        {
            "a sentence as a topic": wished(topics=["I lost my brother"]),
            "a name as a language": wished(languages=["Sam"]),
            "a time that is none": wished(times=["at seven"]),
            "a way to meet that is none": wished(modality=["telepathy"]),
            "six topics": wished(topics=["a", "b", "c", "d", "e", "f"]),
            "six languages": wished(languages=["es"] * 6),
            "a topic as a text": wished(topics="grief"),
            "this week as a word": wished(this_week="yes"),
        },
    )
    sheet.refuses(
        Code.BAD_KEY,
        "The reply key is checked: what is sealed to a point of small order opens for everybody.",
        {"a reply key of small order": case(whole | {"reply": encode(bytes(32))})},
    )
    sheet.refuses(
        Code.SEAL,
        "A question opens with the node's key, as the question it is.",
        {
            "with another key": case(key="other"),
            "a question as an offer": case(context=ASK | {"type": "referral.offer"}),
            "a question under another reference": case(context=ASK | {"ref": random("another", 16)}),
        },
    )
    sheet.refuses(
        Code.JSON_DUPLICATE,
        "Everything opened is strict JSON.",
        {"a member twice": case(b'{"listings":[],"listings":[]}')},
    )
    return sheet


def fit_answers() -> Sheet:
    asked = [random(f"listing {n}", 16) for n in range(2)]
    sheet = Sheet(
        "fit/answers.json",
        "answers to a question about the listings `asked`, opened with its reply key",
        keys=PRIVATE,
        asked=asked,
    )

    def case(answers: Any, key: str = "reply", context: Context = TOLD) -> Case:
        raw = answers if isinstance(answers, bytes) else said({"answers": answers})
        return {"with": key, "context": context, "sealed": encode(seal(raw, KEYS["reply"], TOLD, "told"))}

    good = dict(zip(asked, ("room", "no"), strict=True))
    sheet.takes(
        {
            "room, and none": case(good),
            "a waiting list, and talk first": case(dict(zip(asked, ("waiting_list", "talk_first"), strict=True))),
        }
    )
    sheet.refuses(
        Code.SHAPE,
        "Exactly what was asked is answered, each with one of four words.",
        {
            "one left out": case({asked[0]: "room"}),
            "one more": case(good | {random("another", 16): "room"}),
            "another one": case({asked[0]: "room", random("another", 16): "no"}),
            "a word that is none": case(good | {asked[0]: "perhaps"}),
            "a sentence": case(good | {asked[0]: "Call me"}),
            "nothing": case({}),
            "a list": case(["room", "no"]),
            "no answers": case(b"{}"),
        },
    )
    sheet.refuses(
        Code.SEAL,
        "It opens with the question's reply key, as the answer it is.",
        {
            "with another key": case(good, "other"),
            "as an acceptance": case(good, context=TOLD | {"type": "referral.accept"}),
        },
    )
    sheet.refuses(Code.JSON_SYNTAX, "Everything opened is strict JSON.", {"what is no JSON": case(b"room")})
    return sheet


# What a sender may seal at all.


def consented_requests() -> Sheet:
    sheet = Sheet(
        "consent/requests.json",
        "what a sender seals within a consent: until when it may be sent, and how long it is; the bytes differ each time",
        now=NOW,
        handle=encode(HANDLE),
        reply=KEYS["reply"].public.text,
        secret=encode(SECRET),
    )
    agreed = AGREED | {"to": HOLDERS, "listing": LISTING}
    recipient = {
        "node": HOLDERS,
        "node_key": KEYS["node"].public.text,
        "node_key_exp": NOW + 10 * limits.DAY,
        "listing": LISTING,
        "listing_keys": [KEYS["holder"].public.text],
        "commitments": encode(COMMITMENTS),
    }

    def case(
        consent: dict[str, Any] | None = None,
        to: dict[str, Any] | None = None,
        fields: dict[str, str] | None = None,
        **context: Any,
    ) -> Case:
        return {
            "consent": agreed | (consent or {}),
            "recipient": recipient | (to or {}),
            "fields": FIELDS if fields is None else fields,
            "context": OFFER | context,
        }

    five = [SealPrivateKey(fixed(f"holder {n}")).public.text for n in range(6)]
    sheet.takes(
        {
            "a request": case(),
            "fewer fields than agreed to": case(fields={"words": "Hello"}),
            "until the consent ends, before the key does": case({"until": NOW + limits.DAY}),
            "in the last second of the consent": case({"until": NOW + 1}),
            "to five holders": case(to={"listing_keys": five[:5]}),
            "words of 4,000 characters": case(fields={"words": "x" * 4_000}),
        }
    )
    sheet.refuses(
        Code.CONSENT_FIELDS,
        "Nothing is sealed that the person did not agree to, and a request says something.",
        {
            "a field that was not agreed to": case(fields=FIELDS | {"contact": "024"}),
            "every field but one agreed to": case({"fields": ["words"]}),
            "no words": case(fields={"name": "Sam"}),
            "empty words": case(fields={"words": ""}),
            "words of spaces": case(fields={"words": " \n "}),
            "nothing agreed to": case({"fields": []}),
        },
    )
    sheet.refuses(
        Code.CONSENT_EXPIRED,
        "A consent ends on the date that the person chose.",
        {"at its end": case({"until": NOW}), "long ago": case({"until": 1})},
    )
    sheet.refuses(
        Code.CONSENT_COMMITMENTS,
        "Consent is pinned to what the person read about who may be called: when that changes, they are asked again.",
        {
            "the commitments changed": case(to={"commitments": random("changed")}),
            "the consent was to others": case({"commitments": random("changed")}),
        },
    )
    sheet.refuses(
        Code.CONSENT_RECIPIENT,
        "Consent is for one listing of one community.",
        {
            "another community": case(to={"node": SEEKERS}),
            "another listing": case(to={"listing": random("another", 16)}),
            "a message to another community": _addressed(case(), SEEKERS),
            "the consent was for another community": case({"to": SEEKERS}),
            "the consent was for another listing": case({"listing": random("another", 16)}),
        },
    )
    sheet.refuses(
        Code.SEAL_KEY_EXPIRED,
        "Nobody seals to a key after its end: it would open when it should be gone.",
        {"the key ended now": case(to={"node_key_exp": NOW}), "the key ended long ago": case(to={"node_key_exp": 1})},
    )
    sheet.refuses(
        Code.SEAL_TOO_LARGE,
        "A seal holds at most 32 KiB, padded.",
        {
            "long words in every field": case(
                {"fields": ["words", "commitments", "name"]},
                fields={"words": "ह" * 4_000, "commitments": "ह" * 4_000, "name": "ह" * 120},
            )
        },
    )
    sheet.refuses(
        Code.SHAPE,
        "Texts and keys are within their limits.",
        {
            "words of 4,001 characters": case(fields={"words": "x" * 4_001}),
            "words that are shown the other way round": case(fields={"words": "\u202esdrow"}),
            "no holders": case(to={"listing_keys": []}),
            "six holders": case(to={"listing_keys": five}),
            "commitments of 31 bytes": case(
                {"commitments": random("commitments", 31)}, {"commitments": random("commitments", 31)}
            ),
        },
    )
    sheet.refuses(
        Code.BAD_KEY,
        "Nothing is sealed to a key that opens for everybody.",
        {
            "a node key of small order": case(to={"node_key": encode(bytes(32))}),
            "a listing key of small order": case(to={"listing_keys": [encode(b"\x01" + bytes(31))]}),
        },
    )
    return sheet


def _addressed(case: Case, to: str) -> Case:
    return case | {"context": case["context"] | {"to": to}}


def consented_answers() -> Sheet:
    sheet = Sheet(
        "consent/answers.json",
        "what somebody who offers may seal as an answer: until when it may be sent, and how long it is",
        now=NOW,
        reply=KEYS["reply"].public.text,
        secret=encode(SECRET),
        context=BACK,
    )
    five = [random(f"listing {n}", 16) for n in range(6)]
    sheet.takes(
        {
            "an answer": {"words": "Yes, gladly.", "until": UNTIL},
            "without a word": {"words": "", "until": UNTIL},
            "with five suggestions": {"words": "Perhaps these.", "suggest": five[:5], "until": UNTIL},
        }
    )
    sheet.refuses(
        Code.CONSENT_EXPIRED,
        "Nobody writes to a person after the date they chose.",
        {"at the end": {"words": "Yes", "until": NOW}, "long after it": {"words": "Yes", "until": 1}},
    )
    sheet.refuses(
        Code.SHAPE,
        "An answer has at most 4,000 characters and five suggestions.",
        {
            "words of 4,001 characters": {"words": "x" * 4_001, "until": UNTIL},
            "words that are shown the other way round": {"words": "\u202esdrow", "until": UNTIL},
            "six suggestions": {"words": "These.", "suggest": five, "until": UNTIL},
        },
    )
    return sheet


# Erasure receipts.


def receipts() -> Sheet:
    key, node = SigningKey(fixed("receipt key")), random("receipt node")
    refs = tuple(Ref(random(f"ref {n}", 16)) for n in range(2))
    good = erasure.sign(
        refs, node=NodeId(node), doc=1, now=NOW, backups_until=NOW + limits.RECEIPT_BACKUPS, key=key
    ).text
    sheet = Sheet(
        "receipt/receipts.json", "erasure receipts of a node, read with its key", node=node, key=key.verify_key.text
    )

    def says(by: SigningKey = key, **changed: Any) -> Case:
        return {"text": signed(jws.Type.ERASED, good, by, **changed)}

    sheet.takes(
        {
            "a receipt": {"text": good},
            "of a hundred": says(refs=[random(n, 16) for n in range(100)]),
            "members of a later version": says(later=1),
            "no backups": says(backups_until=NOW),
        }
    )
    sheet.refuses(
        Code.RECEIPT,
        "A receipt is of the node whose key signed it.",
        {"of another node": says(node=random("another")), "of no node": says(node="")},
    )
    sheet.refuses(
        Code.RECEIPT,
        "A receipt has the members of version 1, each of its kind, and names one to a hundred references.",
        {
            "version 2": says(v=2),
            "without a version": says(v="absent"),
            "document 0": says(doc=0),
            "without a document": says(doc="absent"),
            "of nothing": says(refs=[]),
            "of 101": says(refs=[refs[0]] * 101),
            "of what is no reference": says(refs=["all"]),
            "of a reference with spare bits": says(refs=["A" * 21 + "B"]),
            "without references": says(refs="absent"),
            "without a date": says(iat="absent"),
            "a date as a text": says(iat=str(NOW)),
            "a date before 1970": says(iat=-1),
            "a date that no calendar shows": says(iat=limits.LAST_INSTANT + 1),
            "without an end of backups": says(backups_until="absent"),
            "backups for ever": says(backups_until=limits.SAFE_INTEGER),
        },
    )
    sheet.refuses(
        Code.SIGNATURE,
        "A receipt is signed by the node's own key.",
        {
            "signed by another key": says(SigningKey(fixed("another key"))),
            "a signature of another text": {"text": good[:-8] + "AAAAAAAA"},
        },
    )
    sheet.refuses(
        Code.JWS_HEADER,
        "A receipt is an envelope of a receipt.",
        {
            "a head": {"text": jws.sign(jws.Type.HEAD, json.dumps({}).encode(), key)},
            "nothing": {"text": ""},
        },
    )
    sheet.refuses(
        Code.JSON_DUPLICATE,
        "What is signed is strict JSON too.",
        {"a member twice": {"text": jws.sign(jws.Type.ERASED, b'{"v":1,"v":1}', key)}},
    )
    sheet.refuses(Code.SHAPE, "A receipt is an object.", {"a list": {"text": jws.sign(jws.Type.ERASED, b"[]", key)}})
    return sheet

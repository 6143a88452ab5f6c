"""Vectors of what everything is made of: strict JSON, base64url, keys and signatures, envelopes, recovery, coded words."""

from collections.abc import Iterator

from alongside_protocol import jws, limits
from alongside_protocol.coded_words import Coded, text_of
from alongside_protocol.errors import Code
from alongside_protocol.keys import SigningKey
from alongside_protocol.published_keys import vector_key
from vector_makers import edwards
from vector_makers.writing import Case, Sheet, decode, encode, fixed


def sheets() -> Iterator[Sheet]:
    yield strict_json()
    yield base64url_texts()
    yield ed25519_keys()
    yield signatures()
    yield x25519_keys()
    yield envelopes()
    yield recovery_keys()
    yield recovery_sheets()
    yield coded_words()


def strict_json() -> Sheet:
    sheet = Sheet("json/strict.json", "strict JSON: the value, or why it is refused")

    def raw(texts: dict[str, bytes]) -> dict[str, Case]:
        return {name: {"raw": encode(text)} for name, text in texts.items()}

    sheet.takes(
        raw(
            {
                "an object": b'{"b":1,"a":[true,false,null,"x"]}',
                "space around it": b' \t\r\n{"a" : 1}\n',
                "the largest integer": b"9007199254740991",
                "the smallest integer": b"-9007199254740991",
                "minus zero is zero": b"-0",
                "an escaped pair of surrogates": b'"\\ud83d\\ude80"',
                "characters beyond ASCII": '"\u00e9\u200f\U0001f680"'.encode(),
                "names that differ in case": b'{"a":1,"A":2}',
                "eight levels": b"[" * 8 + b"]" * 8,
                "brackets within a text are no levels": b'["' + b"[" * 20 + b'"]',
                "an empty name": b'{"":1}',
                "an escaped zero": b'"\\u0000"',
            }
        )
    )
    sheet.refuses(
        Code.JSON_DEPTH,
        "Nothing is nested deeper than eight levels.",
        raw(
            {
                "nine levels": b"[" * 9 + b"]" * 9,
                "nine levels of objects": b'{"a":' * 9 + b"1" + b"}" * 9,
                "a thousand levels": b"[" * 1_000 + b"]" * 1_000,
                "five thousand levels": b"[" * 5_000 + b"]" * 5_000,
            }
        ),
    )
    sheet.refuses(
        Code.JSON_DUPLICATE,
        "A member stands once in its object, however it is escaped.",
        raw(
            {
                "a member twice": b'{"a":1,"a":1}',
                "a member twice, once escaped": b'{"a":1,"\\u0061":1}',
                "a member twice, deep inside": b'[{"b":{"a":1,"a":2}}]',
                "an empty name twice": b'{"":1,"":2}',
            }
        ),
    )
    sheet.refuses(
        Code.JSON_NUMBER,
        "A number is an integer, written without fraction or exponent, from -(2^53-1) to 2^53-1.",
        raw(
            {
                "a fraction": b"1.5",
                "a whole number as a fraction": b"1.0",
                "minus zero as a fraction": b"-0.0",
                "an exponent": b"1e2",
                "an exponent beyond all numbers": b"1e999",
                "not a number": b"NaN",
                "infinity": b"[Infinity]",
                "minus infinity": b"-Infinity",
                "an integer too large": b"9007199254740992",
                "an integer too small": b"-9007199254740992",
                "an integer of a thousand digits": b"1" * 1_000,
                "an integer of five thousand digits": b"1" * 5_000,
            }
        ),
    )
    sheet.refuses(
        Code.JSON_ENCODING,
        "The bytes are UTF-8 without a byte order mark.",
        raw(
            {
                "a byte order mark": b"\xef\xbb\xbf{}",
                "UTF-16": b"\xff\xfe{\x00}\x00",
                "a byte that is not UTF-8": b'"\xe9"',
                "an overlong encoding": b'"\xc0\xaf"',
                "a surrogate in UTF-8": b'"\xed\xa0\x80"',
                "a character beyond Unicode": b'"\xf4\x90\x80\x80"',
                "a character that ends early": b'"\xf0\x9f\x9a',
            }
        ),
    )
    sheet.refuses(
        Code.JSON_SURROGATE,
        "No text holds half of a pair of surrogates.",
        raw(
            {
                "a lone high surrogate": b'"\\ud800"',
                "a lone low surrogate": b'["\\udc00"]',
                "surrogates in the wrong order": b'"\\ude80\\ud83d"',
                "a lone surrogate in a name": b'{"\\ud800":1}',
                "a lone surrogate deep inside": b'{"a":[{"b":"x\\udfff"}]}',
            }
        ),
    )
    sheet.refuses(
        Code.JSON_SYNTAX,
        "The bytes are one JSON value (RFC 8259) and nothing else.",
        raw(
            {
                "nothing": b"",
                "only space": b" \n",
                "two values": b"{}{}",
                "something after the value": b"{} x",
                "a zero byte after the value": b"{}\x00",
                "a comma at the end": b"[1,]",
                "a comma at the end of an object": b'{"a":1,}',
                "a comment": b"[1/**/]",
                "single quotes": b"{'a':1}",
                "a name without quotes": b"{a:1}",
                "a line break in a text": b'"a\nb"',
                "a tab in a text": b'"a\tb"',
                "an unknown escape": b'"\\x41"',
                "an escape that ends early": b'"\\u00"',
                "a leading zero": b"01",
                "a plus sign": b"+1",
                "a fraction without digits": b"1.",
                "a fraction without a whole": b".5",
                "a hexadecimal number": b"0x1",
                "digits of another script": "\u0661".encode(),
                "a form feed": b"\x0c1",
                "a no-break space": "\u00a01".encode(),
                "true with a capital": b"True",
                "undefined": b"undefined",
                "an object that ends early": b'{"a":1',
                "an object without a value": b'{"a"}',
            }
        ),
    )
    sheet.refuses(
        Code.TOO_LARGE, "A message is at most 64 KiB.", raw({"one byte too many": b" " * limits.MESSAGE_BYTES + b"1"})
    )
    return sheet


def base64url_texts() -> Sheet:
    sheet = Sheet(
        "base64url/texts.json",
        "base64url in its one form: the bytes in hexadecimal; with `length`, exactly so many bytes",
    )

    def texts(all_of_them: dict[str, str]) -> dict[str, Case]:
        return {name: {"text": text} for name, text in all_of_them.items()}

    sheet.takes(
        texts(
            {
                "no bytes": "",
                "one byte": "Zg",
                "two bytes": "Zm8",
                "three bytes": "Zm9v",
                "the last two letters": "-_-_",
            }
        )
        | {"sixteen bytes": {"text": "A" * 22, "length": 16}, "32 bytes": {"text": "A" * 43, "length": 32}}
    )
    sheet.refuses(
        Code.BASE64URL,
        "Only letters, digits, - and _ stand in it, without padding, and never four and one more.",
        texts(
            {
                "padding": "Zg==",
                "letters of plain base64": "+/+/",
                "a single letter": "Z",
                "five letters": "Zm9vY",
                "a space": "Zm 8",
                "a line end": "Zm8\n",
                "a digit of another script": "Zm\u0668",
                "a zero": "Zm8\u0000",
            }
        ),
    )
    sheet.refuses(
        Code.BASE64URL,
        "The bits that are left over are zero, so that no bytes have two names.",
        texts({"spare bits after one byte": "Zh", "spare bits after two bytes": "Zm9", "all spare bits": "__"}),
    )
    sheet.refuses(
        Code.BASE64URL,
        "Where a length is said, it is exactly that.",
        {
            "fifteen bytes instead of sixteen": {"text": "A" * 20, "length": 16},
            "seventeen bytes instead of sixteen": {"text": "A" * 23, "length": 16},
            "31 bytes instead of 32": {"text": "A" * 42, "length": 32},
            "no bytes instead of 32": {"text": "", "length": 32},
        },
    )
    return sheet


# Keys and signatures.

_SMALL_ORDER_Y = {
    "order 4": (0, 0),
    "order 4, other sign": (0, 1),
    "the identity": (1, 0),
    "order 2": (edwards.P - 1, 0),
    "order 8": (edwards.TORSION[1], 0),
    "order 8, other sign": (edwards.TORSION[1], 1),
    "order 8, other half": (edwards.P - edwards.TORSION[1], 0),
    "order 8, other half, other sign": (edwards.P - edwards.TORSION[1], 1),
}


def _written(y: int, sign: int) -> str:
    return encode((y | sign << 255).to_bytes(32, "little"))


def ed25519_keys() -> Sheet:
    sheet = Sheet(
        "keys/ed25519.json",
        "public Ed25519 keys: whether they are taken at all; `of_a_node`: as a key in somebody's node document",
    )
    off_curve = [y for y in range(2, 40) if edwards.point_of(y) is None][:3]
    sheet.takes(
        {
            "a key": {"key": vector_key(0).verify_key.text},
            "another key": {"key": SigningKey(fixed("key")).verify_key.text},
            "a key of a node": {"key": SigningKey(fixed("key")).verify_key.text, "of_a_node": True},
            "a printed key, to check vectors with": {"key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            "a key with a part of small order": {"key": encode(edwards.raw(_mixed_key()[1]))},
        }
    )
    sheet.refuses(
        Code.BAD_KEY,
        "A point whose order divides eight is no key: under it one signature fits many messages.",
        {f"small order: {name}": {"key": _written(*point)} for name, point in _SMALL_ORDER_Y.items()},
    )
    sheet.refuses(
        Code.BAD_KEY,
        "A y coordinate is below 2^255 - 19, so that no point has two names.",
        {
            "the prime itself": {"key": _written(edwards.P, 0)},
            "the identity, not canonical": {"key": _written(edwards.P + 1, 0)},
            "the identity, not canonical, other sign": {"key": _written(edwards.P + 1, 1)},
            "the base point's y would be 4/5; this is none below the prime": {"key": _written(edwards.P + 3, 0)},
            "the largest number": {"key": _written(2**255 - 1, 0)},
            "all bits": {"key": _written(2**255 - 1, 1)},
        },
    )
    sheet.refuses(
        Code.BAD_KEY,
        "The sign of x is 0 where x is 0.",
        {
            "the identity with a sign": {"key": _written(1, 1)},
            "order 2 with a sign": {"key": _written(edwards.P - 1, 1)},
        },
    )
    sheet.refuses(
        Code.BAD_KEY,
        "The y coordinate is one of a point on the curve.",
        {f"not on the curve: {y}": {"key": _written(y, sign)} for sign, y in enumerate(off_curve[:2])},
    )
    sheet.refuses(
        Code.BASE64URL,
        "A key is the base64url of 32 bytes.",
        {
            "31 bytes": {"key": encode(bytes(31))},
            "33 bytes": {"key": encode(bytes([7]) * 33)},
            "no bytes": {"key": ""},
            "padding": {"key": vector_key(0).verify_key.text + "="},
            "plain base64": {"key": vector_key(0).verify_key.text.replace("_", "/")},
        },
    )
    sheet.refuses(
        Code.BAD_KEY,
        "A key whose private half is printed in an RFC or here is nobody's.",
        {
            "of a node: printed here": {"key": vector_key(0).verify_key.text, "of_a_node": True},
            "of a node: printed in RFC 8032": {
                "key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                "of_a_node": True,
            },
        },
    )
    return sheet


def _mixed_key() -> tuple[int, edwards.Point]:
    """A secret scalar, and its public point with a point of order 8 added."""
    secret = edwards.secret_scalar(fixed("mixed key"))
    return secret, edwards.add(edwards.times(secret, edwards.BASE), edwards.TORSION)


def _mixed_signature(*, cofactorless: bool) -> tuple[bytes, bytes, bytes]:
    """(key, message, signature) by a key with a part of small order. Every such signature passes eight times the equation; it passes
    the equation itself only when the challenge is a multiple of eight.
    """
    secret, point = _mixed_key()
    key = edwards.raw(point)
    for attempt in range(200):
        message = f"words {attempt}".encode()
        nonce = int.from_bytes(fixed(f"nonce {attempt}", 31), "little")
        r = edwards.raw(edwards.times(nonce, edwards.BASE))
        challenge = edwards.hashed(r, key, message)
        if (challenge % 8 == 0) is cofactorless:
            return key, message, r + edwards.scalar((nonce + challenge * secret) % edwards.ORDER)
    raise AssertionError("no such message")


def signatures() -> Sheet:
    sheet = Sheet(
        "keys/signatures.json",
        "Ed25519 signatures (RFC 8032) where readers are known to differ: S below the order, R compared as bytes, no cofactor",
    )
    key, message = vector_key(1), b"words"
    good = key.sign(message)
    public, secret = key.verify_key.raw, edwards.secret_scalar(_seed(1))
    r, s = good[:32], int.from_bytes(good[32:], "little")

    def case(signature: bytes, message: bytes = message, public: bytes = public) -> Case:
        return {"key": encode(public), "message": encode(message), "signature": encode(signature)}

    def with_r(r: bytes, nonce: int = 0) -> bytes:
        return r + edwards.scalar((nonce + edwards.hashed(r, public, message) * secret) % edwards.ORDER)

    mixed_taken, mixed_refused = _mixed_signature(cofactorless=True), _mixed_signature(cofactorless=False)
    nonce = int.from_bytes(fixed("nonce", 31), "little")
    mixed_r = edwards.raw(edwards.add(edwards.times(nonce, edwards.BASE), edwards.TORSION))
    sheet.takes(
        {
            "a signature": case(good),
            "of nothing": case(key.sign(b""), b""),
            "of a thousand bytes": case(key.sign(bytes(1_000)), bytes(1_000)),
            "R is the identity, as only the owner can make it": case(with_r(_raw(1))),
            "a key with a part of small order, challenge a multiple of eight": case(
                mixed_taken[2], mixed_taken[1], mixed_taken[0]
            ),
        }
    )
    sheet.refuses(
        Code.SIGNATURE,
        "S is below the group's order, or one signature could be written in several ways.",
        {
            "S and the order": case(r + edwards.scalar(s + edwards.ORDER)),
            "S is the order": case(r + edwards.scalar(edwards.ORDER)),
            "S and eight times the order": case(r + edwards.scalar(s + 8 * edwards.ORDER)),
            "S with its highest bit": case(r + edwards.scalar(s | 1 << 255)),
            "S of all bits": case(r + b"\xff" * 32),
            "S and the order, R the identity": case(
                _raw(1) + edwards.scalar(int.from_bytes(with_r(_raw(1))[32:], "little") + edwards.ORDER)
            ),
        },
    )
    sheet.refuses(
        Code.SIGNATURE,
        "R is compared as bytes: what is not its one encoding does not fit.",
        {
            "R is the identity, not canonical": case(with_r(_raw(edwards.P + 1))),
            "R is the identity with a sign": case(with_r(_raw(1 | 1 << 255))),
            "R is not on the curve": case(with_r(_raw(2))),
            "R of all bits": case(with_r(b"\xff" * 32)),
        },
    )
    sheet.refuses(
        Code.SIGNATURE,
        "The equation is checked without the cofactor: S*B = R + k*A, and not eight times it.",
        {
            "R with a part of small order": case(with_r(mixed_r, nonce)),
            "R of order 8": case(with_r(edwards.raw(edwards.TORSION))),
            "R of order 2": case(with_r(_raw(edwards.P - 1))),
            "a key with a part of small order": case(mixed_refused[2], mixed_refused[1], mixed_refused[0]),
        },
    )
    flipped = bytearray(good)
    flipped[0] ^= 1
    sheet.refuses(
        Code.SIGNATURE,
        "Only the owner's signature over these very bytes fits.",
        {
            "another message": case(good, b"Words"),
            "another key": case(good, public=vector_key(2).verify_key.raw),
            "one bit of R": case(bytes(flipped)),
            "one more in S": case(r + edwards.scalar(s + 1)),
            "S is zero": case(r + bytes(32)),
            "R and S are zero": case(bytes(64)),
            "R and S changed places": case(good[32:] + r),
            "a signature over the message's hash": case(key.sign(decode("bWVzc2FnZQ"))),
        },
    )
    sheet.refuses(
        Code.SIGNATURE,
        "A signature is 64 bytes.",
        {
            "no bytes": case(b""),
            "63 bytes": case(good[:63]),
            "65 bytes": case(good + b"\x00"),
            "R alone": case(r),
            "128 bytes": case(good * 2),
        },
    )
    sheet.refuses(
        Code.BAD_KEY,
        "The key is checked before the signature: a key of small order verifies nothing.",
        {
            "the identity as key, a signature for every message": case(_raw(1) + bytes(32), public=_raw(1)),
            "the identity as key, another message": case(_raw(1) + bytes(32), b"other", _raw(1)),
            "the identity as key, not canonical": case(_raw(1) + bytes(32), public=_raw(edwards.P + 1)),
            "a key of order 8": case(with_r(edwards.raw(edwards.TORSION)), public=edwards.raw(edwards.TORSION)),
            "zero as key": case(bytes(64), public=bytes(32)),
        },
    )
    return sheet


def _raw(y: int) -> bytes:
    return y.to_bytes(32, "little")


def _seed(number: int) -> bytes:
    return vector_key(number).seed


_FIELD = 2**255 - 19


def x25519_keys() -> Sheet:
    sheet = Sheet("keys/x25519.json", "public X25519 keys, to seal to: whether they are taken")
    small = {
        "zero": 0,
        "one": 1,
        "minus one": _FIELD - 1,
        "order 8": 325606250916557431795983626356110631294008115727848805560023387167927233504,
        "order 8, the other": 39382357235489614581723060781553021112529911719440698176882885853963445705823,
    }
    sheet.takes({"a key": {"key": encode(fixed("x25519", 31) + b"\x01")}, "the base point": {"key": encode(_raw(9))}})
    sheet.refuses(
        Code.BAD_KEY,
        "What is sealed to a point of small order opens for everybody.",
        {name: {"key": encode(_raw(u))} for name, u in small.items()},
    )
    sheet.refuses(
        Code.BAD_KEY,
        "A coordinate is below 2^255 - 19 and its highest bit is 0, so that no key has two names.",
        {
            "zero, not canonical": {"key": encode(_raw(_FIELD))},
            "one, not canonical": {"key": encode(_raw(_FIELD + 1))},
            "the base point, not canonical": {"key": encode(_raw(_FIELD + 9))},
            "the base point with the highest bit": {"key": encode(_raw(9 | 1 << 255))},
            "all bits": {"key": encode(b"\xff" * 32)},
        },
    )
    sheet.refuses(
        Code.BASE64URL,
        "A key is the base64url of 32 bytes.",
        {"31 bytes": {"key": encode(bytes(31))}, "33 bytes": {"key": encode(bytes(33))}, "no bytes": {"key": ""}},
    )
    return sheet


# Envelopes.


def envelopes() -> Sheet:
    key = vector_key(0)
    text = jws.sign(jws.Type.HEAD, b'{"v":1}', key)
    header, payload, signature = text.split(".")

    def other_header(raw: bytes) -> str:
        start = f"{encode(raw)}.{payload}"
        return f"{start}.{encode(key.sign(start.encode()))}"

    def heads(texts: dict[str, str]) -> dict[str, Case]:
        return {name: {"type": "head", "text": one} for name, one in texts.items()}

    sheet = Sheet(
        "jws/envelopes.json", "envelopes of a type: the payload, or why it is refused", key=key.verify_key.text
    )
    sheet.takes(
        heads({"a head": text, "an empty payload": jws.sign(jws.Type.HEAD, b"", key)})
        | {
            "a node document": {"type": "node", "text": jws.sign(jws.Type.NODE, b'{"v":1}', key)},
            "a receipt": {"type": "erased", "text": jws.sign(jws.Type.ERASED, b'{"v":1}', key)},
            "nearly 8 KiB": {"type": "head", "text": jws.sign(jws.Type.HEAD, b" " * 6_033, key)},
        }
    )
    sheet.refuses(
        Code.JWS_HEADER,
        "The protected header is, byte for byte, the one constant of the expected type.",
        heads(
            {
                "a node document as a head": jws.sign(jws.Type.NODE, b'{"v":1}', key),
                "a receipt as a head": jws.sign(jws.Type.ERASED, b'{"v":1}', key),
                "no algorithm": other_header(b'{"alg":"none","typ":"alongside-head+jws"}'),
                "an empty header": f".{payload}.{signature}",
                "the older name of the algorithm": other_header(b'{"alg":"EdDSA","typ":"alongside-head+jws"}'),
                "a shared secret": other_header(b'{"alg":"HS256","typ":"alongside-head+jws"}'),
                "members in another order": other_header(b'{"typ":"alongside-head+jws","alg":"Ed25519"}'),
                "a space in the header": other_header(b'{"alg":"Ed25519", "typ":"alongside-head+jws"}'),
                "a key id": other_header(b'{"alg":"Ed25519","typ":"alongside-head+jws","kid":"1"}'),
                "a key": other_header(b'{"alg":"Ed25519","typ":"alongside-head+jws","jwk":{}}'),
                "an address of a key": other_header(
                    b'{"alg":"Ed25519","typ":"alongside-head+jws","jku":"https://a.example"}'
                ),
                "a critical extension": other_header(
                    b'{"alg":"Ed25519","typ":"alongside-head+jws","crit":["b64"],"b64":false}'
                ),
                "no type": other_header(b'{"alg":"Ed25519"}'),
                "a type in capitals": other_header(b'{"alg":"Ed25519","typ":"ALONGSIDE-HEAD+JWS"}'),
                "a member twice": other_header(b'{"alg":"none","alg":"Ed25519","typ":"alongside-head+jws"}'),
                "a header that is not base64url": f"*{header[1:]}.{payload}.{signature}",
                "a space in front": f" {text}",
                "nothing": "",
                "JSON serialisation": '{"protected":"' + header + '"}',
            }
        )
        | {"a head as a node document": {"type": "node", "text": text}},
    )
    sheet.refuses(
        Code.JWS_FORM, "Three parts stand between two full stops.", heads({"two parts": f"{header}.{payload}"})
    )
    raw = decode(signature)
    sheet.refuses(
        Code.BASE64URL,
        "Each part is canonical base64url, and the signature 64 bytes.",
        heads(
            {
                "four parts": f"{text}.{signature}",
                "an empty signature": f"{header}.{payload}.",
                "a signature of 63 bytes": f"{header}.{payload}.{encode(raw[:63])}",
                "a signature of 65 bytes": f"{header}.{payload}.{encode(raw + bytes(1))}",
                "padding": f"{header}.{payload}=.{signature}",
                "spare bits in the payload": f"{header}.{payload[:-1]}{chr(ord(payload[-1]) + 1)}.{signature}",
                "spare bits in the signature": f"{header}.{payload}.{signature[:-1]}{chr(ord(signature[-1]) + 1)}",
                "base64 of the other alphabet": f"{header}.{payload}.+/{signature[2:]}",
                "a line break at the end": f"{text}\n",
                "a space before the signature": f"{header}.{payload}. {signature}",
                "a payload that is no base64url": f"{header}.{{}}.{signature}",
            }
        ),
    )
    malleable = raw[:32] + edwards.scalar(int.from_bytes(raw[32:], "little") + edwards.ORDER)
    sheet.refuses(
        Code.SIGNATURE,
        "The signature is the key's over the first two parts as they stand.",
        heads(
            {
                "another payload": f"{header}.{encode(b'{}')}.{signature}",
                "no payload any more": f"{header}..{signature}",
                "a signature by another key": jws.sign(jws.Type.HEAD, b'{"v":1}', vector_key(1)),
                "a signature written in a second way": f"{header}.{payload}.{encode(malleable)}",
                "a signature over the payload alone": f"{header}.{payload}.{encode(key.sign(b'{' + b'}'))}",
                "a signature of zeros": f"{header}.{payload}.{encode(bytes(64))}",
            }
        ),
    )
    sheet.refuses(
        Code.TOO_LARGE,
        "An envelope is at most 8 KiB.",
        heads({"more than 8 KiB": jws.sign(jws.Type.HEAD, b" " * limits.JWS_BYTES, key)}),
    )
    return sheet


# Recovery, and words said with one tap.

# Made once with `recovery.split`, which draws its own randomness. Of the seeds that `recovery_keys` names.
SHEETS = (
    "often scared academic acid adjust meaning column sugar coal snake machine timely anatomy inside making quiet alpha lyrics story estimate answer switch brother aide liberty axle idea aquatic work remove crucial element engage",
    "often scared academic agency apart credit peaceful craft plan beaver adapt husky gasoline detailed luck center papa inmate silent category hearing diminish prospect market keyboard chemical terminal hanger fantasy twice trust smear wrist",
    "often scared academic always average either desert fiction necklace mobile lend peaceful junior debut merchant mineral wine diet wrap nuclear juice explain eyebrow bishop hour very exact season public switch warn slush watch",
)
OTHER_SHEETS = (
    "ruler dream academic acid admit carve rescue include plot lawsuit gross quantity western western album fishing papa health capital laden invasion guest afraid born favorite costume step ordinary crisis treat tenant coal oral",
    "ruler dream academic agency adorn scared alpha flea excuse military flavor garbage miracle cargo quiet funding simple smear timely capture permit cricket island silent float elite predator install density flame repair security grief",
    "ruler dream academic always adjust pitch steady ceramic spew tidy agree havoc domestic receiver involve credit gray penalty view rhyme glimpse umbrella twice process fragment join duke exercise remove beyond identify juice practice",
)


def recovery_keys() -> Sheet:
    sheet = Sheet(
        "recovery/keys.json", "recovery keys: the public key that signs node document n, from the seed by HKDF-SHA256"
    )
    seed = encode(fixed("recovery seed"))
    sheet.takes({f"number {n}": {"seed": seed, "n": n} for n in (2, 3, 4, 10, 1_000)})
    sheet.takes({"another seed": {"seed": encode(fixed("another seed")), "n": 2}})
    sheet.refuses(
        Code.RECOVERY_SHEETS,
        "A seed is 32 bytes.",
        {
            "a seed of 16 bytes": {"seed": encode(bytes(16)), "n": 2},
            "a seed of 33 bytes": {"seed": encode(bytes(33)), "n": 2},
            "no seed": {"seed": "", "n": 2},
        },
    )
    return sheet


def recovery_sheets() -> Sheet:
    sheet = Sheet("recovery/sheets.json", "recovery sheets (SLIP-39, two of three): the seed they make")
    one, two, three = SHEETS
    other = OTHER_SHEETS[0]
    words = one.split()
    slip = " ".join([*words[:10], "academic" if words[10] != "academic" else "acid", *words[11:]])
    pairs = {"first and second": [one, two], "second and third": [two, three], "third and first": [three, one]}
    sheet.takes(
        {name: {"sheets": chosen} for name, chosen in pairs.items()}
        | {
            "all three": {"sheets": [one, two, three]},
            "one of them twice, and another": {"sheets": [one, one, two]},
            "in capitals, over lines": {"sheets": [one.upper(), two.replace(" ", "\n  ")]},
        }
    )
    sheet.refuses(
        Code.RECOVERY_SHEETS,
        "As many sheets as are needed, whole, of one set, and more than needed must agree.",
        {
            "none": {"sheets": []},
            "one alone": {"sheets": [one]},
            "one alone, twice": {"sheets": [one, one]},
            "a slip in a word": {"sheets": [slip, two]},
            "a word that is none": {"sheets": [" ".join(["alongside", *words[1:]]), two]},
            "a word left out": {"sheets": [" ".join(words[:-1]), two]},
            "two words changed places": {"sheets": [" ".join([*words[:5], words[6], words[5], *words[7:]]), two]},
            "of another set": {"sheets": [one, other]},
            "two that fit and one of another set": {"sheets": [one, two, other]},
            "nothing written": {"sheets": ["", ""]},
        },
    )
    return sheet


def coded_words() -> Sheet:
    sheet = Sheet(
        "coded_words/words.json", "messages whose whole text is a code: the code; null: a text that somebody wrote"
    )
    sheet.takes({one.value: {"text": text_of(one)} for one in Coded})
    sheet.takes(
        {
            "a code of a later version": {"text": "=thanks_a_lot"},
            "the mark alone": {"text": "="},
            "without the mark": {"text": "thank_you"},
            "a space before it": {"text": " =thank_you"},
            "words after it": {"text": "=thank_you very much"},
            "in capitals": {"text": "=THANK_YOU"},
            "the mark twice": {"text": "==thank_you"},
            "nothing": {"text": ""},
        }
    )
    return sheet

"""The one signed envelope: JWS compact with a constant protected header (RFC 7515, RFC 9864; specification, section 2).

The header is compared byte for byte with the one constant of the expected type before anything else is looked at: no
algorithm, key or extension is ever read out of a document. Bytes are verified, then parsed, once.
"""

from enum import Enum

from . import base64url, canonical, limits
from .errors import Code, Refused
from .keys import SIGNATURE_BYTES, SigningKey, VerifyKey


class Type(Enum):
    """What an envelope may hold; the value is its whole protected header."""

    NODE = b'{"alg":"Ed25519","typ":"alongside-node+jws"}'
    HEAD = b'{"alg":"Ed25519","typ":"alongside-head+jws"}'
    ERASED = b'{"alg":"Ed25519","typ":"alongside-erased+jws"}'


_PREFIX = {kind: base64url.encode(kind.value) + "." for kind in Type}


def sign(kind: Type, payload: bytes, key: SigningKey) -> str:
    """The compact JWS text of `payload`."""
    signed = _PREFIX[kind] + base64url.encode(payload)
    return f"{signed}.{base64url.encode(key.sign(signed.encode('ascii')))}"


def verify(kind: Type, text: str, key: VerifyKey) -> bytes:
    """The payload bytes of `text`, after its signature was verified with `key`.

    Raises `Refused`: `too-large`, `jws-header`, `jws-form`, `base64url`, `signature`.
    """
    payload, signature, signed = _split(kind, text)
    key.verify(signature, signed)
    return payload


def unverified_payload(kind: Type, text: str) -> bytes:
    """The payload bytes of `text`, nothing verified: only for a document whose key is found by its own hash.

    Raises `Refused`: `too-large`, `jws-header`, `jws-form`, `base64url`.
    """
    return _split(kind, text)[0]


def verified_object(kind: Type, text: str, key: VerifyKey) -> dict[str, canonical.JsonValue]:
    """The verified payload, read as a strict JSON object. Raises `Refused`: as `verify` and `canonical.parse_object`."""
    return canonical.parse_object(verify(kind, text, key), max_bytes=limits.JWS_BYTES)


def _split(kind: Type, text: str) -> tuple[bytes, bytes, bytes]:
    if len(text) > limits.JWS_BYTES:
        raise Refused(Code.TOO_LARGE, f"an envelope of more than {limits.JWS_BYTES} characters")
    prefix = _PREFIX[kind]
    if not text.startswith(prefix):
        raise Refused(Code.JWS_HEADER, f"the protected header is not the constant of {kind.name.lower()}")
    payload_text, dot, signature_text = text[len(prefix) :].partition(".")
    if not dot:
        raise Refused(Code.JWS_FORM, "not three parts")
    payload = base64url.decode(payload_text)
    signature = base64url.decode(signature_text, length=SIGNATURE_BYTES)
    return payload, signature, text[: len(prefix) + len(payload_text)].encode("ascii")

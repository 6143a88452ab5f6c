"""Sealing what a person writes: HPKE base mode, padded, bound to its context (RFC 9180; section 6 of the specification).

What is sealed opens only for the key it was sealed to and only as the message it was sealed for: sender, recipient, ids,
type and number are part of the seal, so nothing can be moved into another message. The length shows only a power of two.
HPKE base mode authenticates nobody: an answer proves that its writer opened the inner seal with `answer_proof`.
"""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from . import base64url
from .errors import Code, Refused
from .identifiers import Random

SUITE: Final = "hpke-x25519-sha256-chacha20poly1305"
KEY_BYTES: Final = 32
SECRET_BYTES: Final = 32
SMALLEST_PADDED: Final = 512
LARGEST_PADDED: Final = 32 * 1024
OVERHEAD: Final = 48
"""Bytes that HPKE adds: the encapsulated key and the tag."""

_TAG = b"alongside-seal-1"
_PROOF_TAG = b"alongside-answer-1"
_LENGTH_BYTES = 4
_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)

_FIELD = 2**255 - 19
_LOW_ORDER_U = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
    }
)


class SealPublicKey:
    """An X25519 public key that was checked: 32 bytes, canonical, not of low order (a seal to one opens for everybody)."""

    __slots__ = ("key", "raw")

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            raise Refused(Code.BAD_KEY, "not 32 bytes")
        coordinate = int.from_bytes(raw, "little")
        if coordinate >= _FIELD:
            raise Refused(Code.BAD_KEY, "not a canonical encoding")
        if coordinate in _LOW_ORDER_U:
            raise Refused(Code.BAD_KEY, "a point of low order")
        self.raw = raw
        self.key = X25519PublicKey.from_public_bytes(raw)

    @classmethod
    def from_text(cls, text: str) -> "SealPublicKey":
        """From base64url text. Raises `Refused`: `base64url`, `bad-key`."""
        return cls(base64url.decode(text, length=KEY_BYTES))

    @property
    def text(self) -> str:
        """As on the wire: base64url."""
        return base64url.encode(self.raw)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SealPublicKey) and other.raw == self.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"SealPublicKey({self.text})"


class SealPrivateKey:
    """The private half. Its `repr` never shows it."""

    __slots__ = ("key", "public")

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            raise Refused(Code.BAD_KEY, "not 32 bytes")
        self.key = X25519PrivateKey.from_private_bytes(raw)
        self.public = SealPublicKey(self.key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, random: Random) -> "SealPrivateKey":
        """A fresh key pair."""
        return cls(random(KEY_BYTES))

    @property
    def raw(self) -> bytes:
        """The 32 secret bytes, for a keyring or to be wrapped."""
        return self.key.private_bytes_raw()

    def __repr__(self) -> str:
        return f"SealPrivateKey(public {self.public.text})"


@dataclass(frozen=True)
class Context:
    """What a seal is bound to. `id` is empty for what outlives one message, as a person's own box."""

    from_: str
    to: str
    id: str
    type: str
    ref: str
    n: int

    def info(self, key: SealPublicKey) -> bytes:
        """HPKE `info`: the tag and every member, each with its length, and the key it is sealed to."""
        members = (self.from_, self.to, self.id, self.type, self.ref, str(self.n))
        return _joined(_TAG, *(member.encode("utf-8") for member in members), key.raw)


def seal(plaintext: bytes, to: SealPublicKey, context: Context) -> bytes:
    """Seal `plaintext`, padded to 512·2^k bytes, for `to` and `context` alone.

    Raises `Refused` (`seal-too-large`) above 32 KiB, with its length, once padded.
    """
    return _SUITE.encrypt(_padded(plaintext), to.key, context.info(to))


def open(ciphertext: bytes, key: SealPrivateKey, context: Context) -> bytes:  # noqa: A001 - the word of RFC 9180
    """What was sealed. Raises `Refused` (`seal`): another key, another context, altered, or badly padded."""
    if not SMALLEST_PADDED + OVERHEAD <= len(ciphertext) <= LARGEST_PADDED + OVERHEAD:
        raise Refused(Code.SEAL, "not the length of a sealed text")
    try:
        padded = _SUITE.decrypt(ciphertext, key.key, context.info(key.public))
    except (InvalidTag, ValueError):
        raise Refused(Code.SEAL, "does not open with this key for this message") from None
    return _unpadded(padded)


def _padded(plaintext: bytes) -> bytes:
    needed = _LENGTH_BYTES + len(plaintext)
    size = SMALLEST_PADDED
    while size < needed:
        size *= 2
    if size > LARGEST_PADDED:
        raise Refused(Code.SEAL_TOO_LARGE, f"more than {LARGEST_PADDED - _LENGTH_BYTES} bytes")
    return (len(plaintext).to_bytes(_LENGTH_BYTES, "big") + plaintext).ljust(size, b"\0")


def _unpadded(padded: bytes) -> bytes:
    end = _LENGTH_BYTES + int.from_bytes(padded[:_LENGTH_BYTES], "big")
    plaintext = padded[_LENGTH_BYTES:end]
    # Only the one padding that `seal` makes is taken: padding must not become a place to hide something.
    if end > len(padded) or _padded(plaintext) != padded:
        raise Refused(Code.SEAL, "not padded as it must be")
    return plaintext


def answer_proof(secret: bytes, *, type: str, ref: str, n: int, text: bytes) -> bytes:  # noqa: A002 - the wire's word
    """32 bytes that only somebody who opened the inner seal can make, and that prove nothing to anybody else.

    HMAC-SHA256 under the inner seal's secret over type, ref, number and SHA-256 of the text. Whoever asked could have made
    it as well, so it is no evidence of who wrote.
    """
    message = _joined(_PROOF_TAG, type.encode(), ref.encode(), str(n).encode(), sha256(text).digest())
    return hmac_digest(secret, message, sha256)


def check_answer_proof(
    proof: bytes,
    secret: bytes,
    *,
    type: str,  # noqa: A002 - the wire's word
    ref: str,
    n: int,
    text: bytes,
) -> None:
    """Raises `Refused` (`answer-unproven`) unless `proof` is the answer's."""
    if not compare_digest(proof, answer_proof(secret, type=type, ref=ref, n=n, text=text)):
        raise Refused(Code.ANSWER_UNPROVEN, "whoever wrote this did not open the request")


def _joined(*members: bytes) -> bytes:
    return b"".join(len(member).to_bytes(_LENGTH_BYTES, "big") + member for member in members)

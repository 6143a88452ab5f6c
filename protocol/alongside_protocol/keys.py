"""Ed25519 keys: which are taken, and how they sign and verify (RFC 8032; specification, section 2).

OpenSSL accepts the identity point and other low-order keys, under which one signature fits many messages. Such keys, and
encodings that are not canonical, are refused here, so that a key in hand is always one that only its owner can use.
Never fetches a key: keys come from the caller's own table.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from . import base64url
from .errors import Code, Refused

KEY_BYTES = 32
SIGNATURE_BYTES = 64

_FIELD = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493

_CURVE_D = -121665 * pow(121666, -1, _FIELD) % _FIELD

# The y coordinates of the eight points whose order divides 8; the sign bit makes no difference to that.
_LOW_ORDER_Y = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
    }
)


class VerifyKey:
    """A public key that was checked: 32 bytes, the one encoding of a point on the curve, not of low order."""

    __slots__ = ("_key", "raw")

    def __init__(self, raw: bytes, *, derived: bool = False) -> None:
        """`derived`: just made from its private half, so that there is nothing to check."""
        if not derived:
            _check_point(raw)
        self.raw = raw
        self._key = Ed25519PublicKey.from_public_bytes(raw)

    @classmethod
    def from_text(cls, text: str) -> "VerifyKey":
        """From base64url text. Raises `Refused`: `base64url`, `bad-key`."""
        return cls(base64url.decode(text, length=KEY_BYTES))

    @property
    def text(self) -> str:
        """As on the wire: base64url."""
        return base64url.encode(self.raw)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Raises `Refused` (`signature`) unless `signature` over `message` was made with the private half."""
        # S must be below the group order, or one signature could be written in several ways (RFC 8032, 5.1.7).
        if len(signature) != SIGNATURE_BYTES or int.from_bytes(signature[32:], "little") >= _ORDER:
            raise Refused(Code.SIGNATURE, "not a canonical Ed25519 signature")
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            raise Refused(Code.SIGNATURE, "the signature does not fit") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerifyKey) and other.raw == self.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"VerifyKey({self.text})"


def _check_point(raw: bytes) -> None:
    if len(raw) != KEY_BYTES:
        raise Refused(Code.BAD_KEY, "not 32 bytes")
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _FIELD:
        raise Refused(Code.BAD_KEY, "not a canonical encoding")
    if y in _LOW_ORDER_Y:
        raise Refused(Code.BAD_KEY, "a point of low order")
    # x² = (y² - 1) / (dy² + 1) has a solution where the quotient, and so the product, is a square (Euler's criterion; never 0 here).
    square = y * y % _FIELD
    if pow((square - 1) * (_CURVE_D * square + 1), (_FIELD - 1) // 2, _FIELD) != 1:
        raise Refused(Code.BAD_KEY, "not a point on the curve")


class SigningKey:
    """A private Ed25519 key. Its `repr` never shows it."""

    __slots__ = ("_key", "verify_key")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != KEY_BYTES:
            raise Refused(Code.BAD_KEY, "not a 32-byte seed")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verify_key = VerifyKey(self._key.public_key().public_bytes_raw(), derived=True)

    def sign(self, message: bytes) -> bytes:
        """64 bytes, deterministic."""
        return self._key.sign(message)

    @property
    def seed(self) -> bytes:
        """The 32 secret bytes, for the keyring alone."""
        return self._key.private_bytes_raw()

    def __repr__(self) -> str:
        return f"SigningKey(public {self.verify_key.text})"

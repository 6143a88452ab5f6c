"""The printed code: the one other way to one's account when the seven words are lost (safety.md, "At rest"). Pure.

160 random bits, so nothing has to be stretched: from them, with this node's salt, come what finds the row (stored only as a hash) and the
key that unwraps the person's private key. The letters are those that nobody mistakes for another when they copy them from paper.
"""

from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from alongside_protocol.identifiers import Random

from .words import Derived

_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: without I, L, O and U. Who reads them nevertheless is understood."""
_MISREAD: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})
_BITS_A_LETTER: Final = 5
_LENGTH: Final = 32
_GROUP: Final = 4


def generate(random: Random) -> str:
    """A fresh code, in groups of four."""
    number = int.from_bytes(random(_LENGTH * _BITS_A_LETTER // 8), "big")
    letters = [_LETTERS[number >> _BITS_A_LETTER * place & len(_LETTERS) - 1] for place in range(_LENGTH)]
    return "-".join("".join(letters[at : at + _GROUP]) for at in range(0, _LENGTH, _GROUP))


def normalised(text: str) -> str:
    """The code as it is derived from: case, spaces, dashes and letters that were misread make no difference."""
    return "".join(c for c in text.upper().translate(_MISREAD) if c in _LETTERS)


def derive(code: str, salt: bytes) -> Derived:
    """What a code derives on this node."""

    def part(purpose: bytes) -> bytes:
        info = b"alongside-printed-code-1 " + purpose
        return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(normalised(code).encode("ascii"))

    return Derived(lookup=sha256(part(b"lookup")).digest(), wrap=part(b"wrap"))

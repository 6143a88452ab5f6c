"""Wrapping a private key under another secret: the words', a session's, a client's token. Pure.

ChaCha20-Poly1305 under HKDF of the secret; the purpose and whose key it is are bound to it, so that no wrapped key fits elsewhere.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from alongside_protocol.identifiers import Random
from alongside_protocol.sealing import SealPrivateKey

_NONCE: Final = 12


def wrap(key: SealPrivateKey, secret: bytes, *, purpose: str, member: str, random: Random) -> bytes:
    """The private half of `key`, unreadable without `secret`."""
    nonce = random(_NONCE)
    return nonce + _cipher(secret, purpose).encrypt(nonce, key.raw, member.encode("ascii"))


def unwrap(wrapped: bytes, secret: bytes, *, purpose: str, member: str) -> SealPrivateKey | None:
    """None when `secret` is not the one, or the row was changed."""
    try:
        raw = _cipher(secret, purpose).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], member.encode("ascii"))
    except (InvalidTag, ValueError):
        return None
    return SealPrivateKey(raw)


def _cipher(secret: bytes, purpose: str) -> ChaCha20Poly1305:
    info = b"alongside-wrap-1 " + purpose.encode("ascii")
    return ChaCha20Poly1305(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret))

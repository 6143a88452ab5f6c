"""HPKE base mode with a chosen ephemeral key (RFC 9180; suite 0x0020, 0x0001, 0x0003), written apart from the library that the
package uses: the vectors' seals are made here and opened there. `tests/protocol/test_sealing.py` holds it to the RFC's own vector.
"""

from hashlib import sha256
from hmac import digest as hmac_digest

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

_KEM, _SUITE = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x03"
BASE, PSK, AUTH = b"\x00", b"\x01", b"\x02"


def extract(suite: bytes, salt: bytes, label: bytes, secret: bytes) -> bytes:
    return hmac_digest(salt or bytes(32), b"HPKE-v1" + suite + label + secret, sha256)


def expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac_digest(key, labelled + b"\x01", sha256)[:length]


def schedule(shared: bytes, bound: bytes, info: bytes, mode: bytes = BASE) -> tuple[ChaCha20Poly1305, bytes]:
    """The cipher and the first nonce (RFC 9180, 4.1 and 5.1). `bound`: the encapsulated key and the public keys, in order."""
    secret = expand(_KEM, extract(_KEM, b"", b"eae_prk", shared), b"shared_secret", bound, 32)
    context = mode + extract(_SUITE, b"", b"psk_id_hash", b"") + extract(_SUITE, b"", b"info_hash", info)
    key = extract(_SUITE, secret, b"secret", b"")
    cipher = ChaCha20Poly1305(expand(_SUITE, key, b"key", context, 32))
    return cipher, expand(_SUITE, key, b"base_nonce", context, 12)


def seal(
    plain: bytes,
    public: bytes,
    info: bytes,
    *,
    ephemeral: bytes,
    aad: bytes = b"",
    sender: bytes | None = None,
) -> bytes:
    """Base mode; auth mode when a `sender` key is given, which the protocol never uses."""
    secret, reader = X25519PrivateKey.from_private_bytes(ephemeral), X25519PublicKey.from_public_bytes(public)
    enc = secret.public_key().public_bytes_raw()
    shared, bound, mode = secret.exchange(reader), enc + public, BASE
    if sender is not None:
        own = X25519PrivateKey.from_private_bytes(sender)
        shared, bound, mode = shared + own.exchange(reader), bound + own.public_key().public_bytes_raw(), AUTH
    cipher, nonce = schedule(shared, bound, info, mode)
    return enc + cipher.encrypt(nonce, plain, aad)


def open(sealed: bytes, private: bytes, info: bytes, *, aad: bytes = b"") -> bytes:  # noqa: A001 - RFC 9180's word
    secret = X25519PrivateKey.from_private_bytes(private)
    shared = secret.exchange(X25519PublicKey.from_public_bytes(sealed[:32]))
    cipher, nonce = schedule(shared, sealed[:32] + secret.public_key().public_bytes_raw(), info)
    return cipher.decrypt(nonce, sealed[32:], aad)

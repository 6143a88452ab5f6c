"""Keys that anybody can sign with, because they are printed: in RFCs, in our documentation, in our test vectors.

A peer that uses one is refused when its node document is taken in. Verification itself takes them, or vectors could not be checked.
"""

from hashlib import sha256
from typing import Final

from .errors import Code, Refused
from .keys import SigningKey, VerifyKey

VECTOR_SEED_LABEL: Final = "alongside test vector key "
VECTOR_SEEDS: Final = 32


def vector_key(number: int) -> SigningKey:
    """Signing key `number` of the test vectors: SHA-256 of a printed label, so everybody has it."""
    return SigningKey(sha256(f"{VECTOR_SEED_LABEL}{number}".encode("ascii")).digest())


_PRINTED = (
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",  # RFC 8032 7.1 test 1, RFC 8037 A
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",  # RFC 8032 7.1 test 2
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",  # RFC 8032 7.1 test 3
    "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",  # RFC 8032 7.1 test 1024
    "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",  # RFC 8032 7.1 test SHA(abc)
    "26b40b8f93fff3d897112f7ebc582b232dbd72517d082fe83cfb30ddce43d1bb",  # RFC 9421 B.1.4
)

PUBLISHED: Final = frozenset(
    {bytes.fromhex(text) for text in _PRINTED} | {vector_key(number).verify_key.raw for number in range(VECTOR_SEEDS)}
)


_DIGESTS = frozenset(sha256(raw).digest() for raw in PUBLISHED)


def refuse_published(key: VerifyKey) -> None:
    """Raises `Refused` (`bad-key`) for a key whose private half is printed somewhere."""
    refuse_published_digest(sha256(key.raw).digest())


def refuse_published_digest(digest: bytes) -> None:
    """Raises `Refused` (`bad-key`) when `digest` is the SHA-256 of such a key."""
    if digest in _DIGESTS:
        raise Refused(Code.BAD_KEY, "a key that is printed in public: anybody can sign with it")

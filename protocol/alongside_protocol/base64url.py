"""Base64url without padding, in its one canonical form (RFC 4648, section 5; specification, section 2).

Two texts that decode to the same bytes would let one signed thing have two names, so only the canonical text is read.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from .errors import Code, Refused

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*\Z")


def encode(value: bytes) -> str:
    """Bytes to unpadded base64url text."""
    return urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def decode(text: str, *, length: int | None = None) -> bytes:
    """Canonical unpadded base64url text to bytes; exactly `length` bytes when given.

    Raises `Refused` (`base64url`) for padding, foreign characters, non-zero spare bits or another length.
    """
    if not _ALPHABET.match(text) or len(text) % 4 == 1:
        raise Refused(Code.BASE64URL, "not unpadded base64url")
    value = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(value) != text:
        raise Refused(Code.BASE64URL, "spare bits are not zero")
    if length is not None and len(value) != length:
        raise Refused(Code.BASE64URL, f"not {length} bytes")
    return value

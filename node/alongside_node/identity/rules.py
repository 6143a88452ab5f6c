"""When keys are made anew and destroyed (section 6 of the specification, "Seal keys"), and what a node's secret is used for. Pure."""

from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Final

from alongside_protocol import limits

RENEW_BEFORE: Final = 15 * limits.DAY
"""A seal key is followed by another this long before its end, so that a head a week old still names a living one."""


def seal_key_ends(now: int) -> int:
    """When a seal key made now ends (Unix seconds)."""
    return now + limits.SEAL_KEY_LIFE


def is_to_be_renewed(exp: int, now: int) -> bool:
    """Whether the key in force, which ends at `exp`, is to be followed by another."""
    return exp - now < RENEW_BEFORE


def is_to_be_destroyed(exp: int, now: int) -> bool:
    """Whether nothing sealed to the key may arrive any more."""
    return now >= exp + limits.SEAL_KEY_DESTROYED


def derived(secret: bytes, purpose: str, *parts: str) -> bytes:
    """32 bytes for one purpose, from the node's secret: HMAC-SHA256 over the purpose and each part with its length."""
    members = (purpose, *parts)
    raw = b"".join(len(member).to_bytes(4, "big") + member.encode("utf-8") for member in members)
    return hmac_digest(secret, b"alongside-derived-1" + raw, sha256)

"""Seven words: what an account is, in the person's own language (safety.md, "At rest"; experience.md).

The words are generated, never chosen: 77 bits, from the BIP-39 lists, whose words differ in their first four letters. From them,
by Argon2id (64 MiB) with a salt of this node and then HKDF, come two things: what finds the row (stored only as a hash), and the key
that unwraps the person's private key. Nothing that is stored can be turned back into words.
"""

import asyncio
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import Random

WORDS: Final = 7
LANGUAGES: Final = {
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "pt": "portuguese",
    "cs": "czech",
    "ko": "korean",
    "ja": "japanese",
    "tr": "turkish",
    "ru": "russian",
}
"""Languages whose list there is; others are given English words."""

_BITS: Final = 11
_MEMORY_KIB: Final = 64 * 1024
_PASSES: Final = 3
_AT_ONCE: Final = 2
"""Derivations at once: 128 MiB at most, however many people sign in (measured: 0.13 s each)."""
MOST_WAITING: Final = 60
"""Who would wait longer than some seconds is told to come back: a flood of them must not be what everybody else waits behind for minutes."""


@dataclass(frozen=True)
class Derived:
    """What seven words derive on this node. `lookup` is stored; `wrap` never is."""

    lookup: bytes = field(repr=False)
    wrap: bytes = field(repr=False)


@cache
def list_of(name: str) -> tuple[str, ...]:
    """A whole list, by its name in `LANGUAGES`."""
    return tuple(files("mnemonic").joinpath("wordlist", f"{name}.txt").read_text("utf-8").split())


def language_of(lang: str) -> str:
    """The language in which somebody who reads `lang` is given words."""
    tag = lang.split("-", maxsplit=1)[0]
    return tag if tag in LANGUAGES else "en"


def generate(lang: str, random: Random) -> tuple[str, ...]:
    """Seven words of a language."""
    known = list_of(LANGUAGES[language_of(lang)])
    number = int.from_bytes(random(10), "big") >> (80 - WORDS * _BITS)
    return tuple(
        unicodedata.normalize("NFC", known[number >> (_BITS * place) & (1 << _BITS) - 1]) for place in range(WORDS)
    )


def normalised(text: str) -> str:
    """The words as they are derived from: case, accents, spacing, and the dot of a Turkish i make no difference."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace("\u0131", "i")
    decomposed = unicodedata.normalize("NFKD", plain)
    return " ".join("".join(c if c.isalpha() else " " for c in decomposed if not unicodedata.combining(c)).split())


class Derivation:
    """Derives from words, few at once. One a process."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._here = 0

    async def derive(self, words: str, salt: bytes) -> Derived:
        """Takes the same time and memory for any words, known or not. Raises `Refused` (`busy`)."""
        if self._here >= MOST_WAITING:
            raise Refused(Code.BUSY, "too many derive from words at once")
        self._here += 1
        try:
            async with self._room:
                return await asyncio.to_thread(derive, words, salt)
        finally:
            self._here -= 1


def derive(words: str, salt: bytes) -> Derived:
    """As `Derivation.derive`, in this thread."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - none of it is needed to start
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand  # noqa: PLC0415

    stretch = Argon2id(salt=salt, length=32, iterations=_PASSES, lanes=1, memory_cost=_MEMORY_KIB)
    root = stretch.derive(normalised(words).encode("utf-8"))

    def part(purpose: bytes) -> bytes:
        return HKDFExpand(algorithm=SHA256(), length=32, info=b"alongside-words-1 " + purpose).derive(root)

    return Derived(lookup=sha256(part(b"lookup")).digest(), wrap=part(b"wrap"))

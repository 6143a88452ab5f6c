"""Recovery: one seed from which all recovery keys come, split into sheets of words (SLIP-39; section 3).

Any two of three sheets make the seed again; one alone says nothing. The seed signs node documents with a new key or origin, so
whoever holds enough sheets decides who the node is. It is printed once at founding and never kept on a server.
"""

from collections.abc import Sequence

import shamir_mnemonic
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import Code, Refused
from .identifiers import Random
from .keys import KEY_BYTES, SigningKey

SEED_BYTES = 32

_INFO = b"alongside-recovery-1 "


class RecoverySeed:
    """The 32 secret bytes behind all recovery keys. Its `repr` never shows them."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) != SEED_BYTES:
            raise Refused(Code.RECOVERY_SHEETS, "a seed is 32 bytes")
        self.raw = raw

    @classmethod
    def generate(cls, random: Random) -> "RecoverySeed":
        """A fresh seed."""
        return cls(random(SEED_BYTES))

    def key(self, n: int) -> SigningKey:
        """Recovery key number `n`: the one that signs node document `n` (HKDF-SHA256)."""
        info = _INFO + str(n).encode("ascii")
        return SigningKey(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self.raw))

    def __repr__(self) -> str:
        return "RecoverySeed()"


def split(seed: RecoverySeed, *, sheets: int = 3, needed: int = 2) -> list[str]:
    """`sheets` lines of 33 words, any `needed` of which give the seed back. Randomness is the library's (`secrets`).

    Raises `Refused` (`recovery-sheets`) unless 2 ≤ needed ≤ sheets ≤ 16.
    """
    if not 2 <= needed <= sheets <= 16:  # noqa: PLR2004 - SLIP-39's own limits; one sheet must never be enough
        raise Refused(Code.RECOVERY_SHEETS, "at least two of at most sixteen sheets")
    return list(shamir_mnemonic.generate_mnemonics(1, [(needed, sheets)], seed.raw)[0])


def combine(sheets: Sequence[str]) -> RecoverySeed:
    """The seed again, from any sheets that are enough; more than needed are all checked.

    Raises `Refused` (`recovery-sheets`): a slip in a word, too few, or sheets of different sets.
    """
    texts = list(dict.fromkeys(" ".join(sheet.lower().split()) for sheet in sheets))
    try:
        # SLIP-39 combines exactly as many as are needed, so more are combined in overlapping sets, which must agree.
        needed = shamir_mnemonic.Share.from_mnemonic(texts[0]).member_threshold if texts else 0
        sets = [texts[start : start + needed] for start in range(max(1, len(texts) - needed + 1))]
        seeds = {shamir_mnemonic.combine_mnemonics(chosen) for chosen in sets}
    except shamir_mnemonic.MnemonicError:
        seeds = set()
    if len(seeds) != 1:
        raise Refused(Code.RECOVERY_SHEETS, "these sheets do not fit together, or a word is wrong")
    return RecoverySeed(seeds.pop())

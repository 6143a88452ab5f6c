"""The benchmark's listings: lines of 1.2 KB, words by Zipf's law, one of 24 categories, the same for every run.

Real words matter little here; how often they repeat matters much. Rank 1 stands in nearly every listing, rank 2,000 in a few
of a thousand; keywords that searches use have ranks 200 to 2,000.
"""

import random
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import accumulate

VOCABULARY = 20_000
WORDS_A_LISTING = 92
CATEGORIES = 24
KEYWORD_RANKS = range(200, 2_000)

_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_VOWELS = "aeiou"


def word(rank: int) -> str:
    """The word of a rank: letters only, the same in every run."""
    letters = []
    rest = rank
    for _ in range(4):
        rest, consonant = divmod(rest, len(_CONSONANTS))
        rest, vowel = divmod(rest, len(_VOWELS))
        letters.append(_CONSONANTS[consonant] + _VOWELS[vowel])
    return "".join(letters)


_WORDS = [word(rank) for rank in range(VOCABULARY)]
_WEIGHTS = list(accumulate(1 / (rank + 1) for rank in range(VOCABULARY)))


def texts(count: int, *, seed: int = 1) -> Iterator[tuple[str, str, int]]:
    """(title, text, category) of `count` listings."""
    source = random.Random(seed)
    for _ in range(count):
        chosen = source.choices(_WORDS, cum_weights=_WEIGHTS, k=WORDS_A_LISTING)
        yield " ".join(chosen[:6]), " ".join(chosen[6:]), source.randrange(CATEGORIES)


def keywords(count: int, *, seed: int = 2) -> list[str]:
    """What searches look for."""
    source = random.Random(seed)
    return [_WORDS[source.choice(KEYWORD_RANKS)] for _ in range(count)]


def common_words(count: int) -> list[str]:
    """The most common words: each stands in nearly every listing."""
    return _WORDS[:count]


def category(number: int) -> str:
    """The code of a category, as it stands among a listing's topics."""
    return f"category{number:02}"


@dataclass(frozen=True, slots=True)
class Line:
    """One record as it is published: its id, SHA-256 and exact bytes."""

    id: str
    digest: bytes
    line: bytes


def lines(count: int, *, seed: int = 1) -> Iterator[Line]:
    """Records of `count` listings, each a need that ends in a week, as `record.write` writes them."""
    source = random.Random(seed + 1_000)
    today = datetime.now(UTC).date()
    ends = today + timedelta(days=6)
    key = _text(source.randbytes(32))
    for title, text, number in texts(count, seed=seed):
        name = _text(source.randbytes(16))
        line = (
            f'{{"v":1,"id":"{name}","kind":"listing","salt":"{_text(source.randbytes(16))}","rev":1,"mod":"{today}",'
            f'"direction":"need","type":"listening","audience":"anyone","lang":"en","title":"{title}","text":"{text}",'
            f'"holders":[{{"seal":{{"k":"{key}","suite":"hpke-x25519-sha256-chacha20poly1305"}}}}],'
            f'"topics":["{category(number)}"],"confirmed":"{today}","valid_until":"{ends}"}}'
        ).encode("ascii")
        yield Line(name, sha256(line).digest(), line)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")

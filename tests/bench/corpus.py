"""The benchmark's listings: 1.2 KB each, words by Zipf's law, one of 24 categories, the same for every run.

Real words matter little here; how often they repeat matters much. Rank 1 stands in nearly every listing, rank 2,000 in a few
of a thousand; keywords that searches use have ranks 200 to 2,000.
"""

import random
from collections.abc import Iterator
from itertools import accumulate

VOCABULARY = 20_000
WORDS_A_LISTING = 118
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

"""How text becomes searchable words, the same on SQLite and PostgreSQL.

Case, accents and punctuation make no difference; scripts without spaces are searched by pairs of characters. There is no
stemming: a stemmer knows one language, and communities write in many. Whoever finds little is shown words that begin alike.
"""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0002fa1f]+"
)
_LONGEST = 100  # characters of a word, in a record as in a query: PostgreSQL refuses one of more than 2,046 bytes
_QUERY_WORDS = 12  # what somebody types; more would only cost


def fold(text: str) -> str:
    """`text` in lower case, without accents, its words separated by single spaces."""
    return " ".join(words(text))


def words(text: str) -> list[str]:
    """The searchable words of `text`, in order."""
    if text.isascii():
        return [word[:_LONGEST] for word in _WORD.findall(text.lower())]
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return [word[:_LONGEST] for word in _WORD.findall(_UNSPACED.sub(_pairs, plain))]


def indexable(text: str) -> str:
    """`text` with its words as the index is to see them. ASCII it splits and folds by itself, in the same way."""
    return text if text.isascii() else fold(text)


def query_words(text: str) -> list[str]:
    """The distinct words of a query, at most twelve."""
    return list(dict.fromkeys(words(text)))[:_QUERY_WORDS]


def _pairs(run: re.Match[str]) -> str:
    characters = run.group()
    if len(characters) == 1:
        return f" {characters} "
    return f" {' '.join(characters[i : i + 2] for i in range(len(characters) - 1))} "

"""Four words for somebody who has only a telephone: made to be said and heard, and of no use without the phone line's key (ADR 0025). Pure.

The words are those of the BIP-39 lists that sound like no other of their list, without those that nobody wants to hear on a bad night:
40 bits at least. That is few, so nothing that is stored can be tried against them: both what finds the row and what unwraps the private
key are made from the words, stretched, *and* from a key that lies sealed to the volunteers (`relaying`). Never stores words.
"""

import asyncio
import re
import unicodedata
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from hashlib import sha256
from typing import Final

from alongside_protocol.identifiers import Random

from .words import LANGUAGES, Derived, language_of, list_of, normalised

SPOKEN: Final = 4
_SHORTEST: Final = 3
"""Letters of a word's sound: shorter ones are lost on a bad line."""
_MEMORY_KIB: Final = 64 * 1024
_PASSES: Final = 24
"""Eight times what seven words cost: they are typed seldom, and there are fewer of them (measured: 1.2 to 1.3 s each)."""
_NEAR: Final = 3

_UNKIND: Final = frozenset(
    """
    abuse accident accuse addict afraid alarm alien anger angry anxiety army arrest assault attack bachelor betray bitter blame blast bleak
    blind blood bomb border broken bullet burden cage cannon chaos client crack crash crazy cream crime cruel crush cry damage danger deal
    debris decline defense demise denial deny despair destroy deposit dirt disagree disease dismiss disorder divorce dizzy drastic drip
    dumb dwarf enemy erase erode evil exclude execute exhaust exile expire expose faint fall false fat fatal fatigue fault fever force
    foster fragile frown fury garbage ghost gloom grief gun harsh hazard horror hospital hunt hurt hurdle ill illegal illness infant inflict
    injury inmate insane jealous junk kick knife knock lawsuit lazy liar lonely mad misery miss mistake monster muscle naive nasty negative
    neglect noise nothing nuclear obey orphan panic patient penalty pill pistol police poverty prison problem punch quit razor rebel refuse
    regret reject remove resist rifle riot risk rude sad sadness scare scorpion scrap sheriff shock shoot shove sick siege silly snake
    soldier stumble struggle suffer surge suspect sword symptom tank target tenant tired topple tornado torch tragic trap trash trial
    trigger trouble two three ugly unable unfair unhappy useless vacant vanish vague veteran vicious virus warfare weapon weird whip
    witness worry wreck wrong

    abdomen abogado aborto abuso acabar acoso acusar adicto aduana agonia ahogo aislar alarma amargo arder asalto asilo ataque ateo
    atroz azote basura batalla bomba borrar bruja bruto cadaver cadena caer cancer caos carcel ciego crimen crisis cruel cruz culpa debil
    defensa delito derrota desnudo deuda diablo dificil dolor dosis droga duelo duro ebrio enano enemigo enfado enfermo engano
    esposa espia exilio fatiga feo feroz fiebre fobia forzar fosa fracaso fragil fraude fuga furia fusil gemir golpe gordo grave grito
    guardia guerra herir hostil huir humo hundir hurto ilegal infiel inutil ira juez juzgar lacra ladron lesion letal llanto llorar loco
    locura lucha luto mafia maldad malo manco matar miedo militar miseria misil morir mortal muerte multa nausea necio negar nulo odiar odio
    ofensa organo orgia panico pecado peligro pelea pena peor perder pesimo pobre policia prision pudor punal puno quemar rabia
    rapto rehen rencor riesgo rudo ruina sangre satan secta severo sexo sidra soldado soledad sordo sudor sufrir susto temor terror
    toxico tormenta torpedo trauma triste tuerto tumba tumor ulcera vacio vago vampiro veneno viejo viral victima voraz vulgar
    """.split()  # noqa: SIM905 - a list of two hundred quoted words reads worse
)
"""Words of the lists that nobody shall be given as theirs over the telephone. In English and Spanish, which our pages speak."""

_SOUNDS: Final = {
    "en": (
        ("^kn", "n"), ("^wr", "r"), ("^wh", "w"), ("igh", "i"), ("[oa]ugh", "o"), ("gh", ""), ("ph", "f"), ("ck", "k"), ("t?ch", "c"),
        ("sh", "x"), ("th", "t"), ("qu", "kw"), ("c(?=[eiy])", "s"), ("c", "k"), ("dge", "j"), ("g(?=[eiy])", "j"), ("x", "ks"), ("mb$", "m"),
        ("(?<=.)e$", ""), ("ai|ay|e[iay]", "e"), ("ee|ie|y", "i"), ("oa|o[wuo]|a[uw]", "o"), ("z", "s"), ("v", "f"), ("h", ""),
        (r"(.)\1", r"\1"),
    ),
    "es": (
        ("qu", "k"), ("gu(?=[ei])", "g"), ("c(?=[ei])", "s"), ("ch", "x"), ("c", "k"), ("g(?=[ei])", "j"), ("ll", "y"), ("h", ""), ("z", "s"),
        ("v", "b"), ("rr", "r"), ("w", "u"),
    ),
}  # fmt: skip
_ELSEWHERE: Final = (
    ("ph", "f"), ("qu", "k"), ("ck", "k"), ("c(?=[ei])", "s"), ("c", "k"), ("z", "s"), ("v", "b"), ("h", ""), ("y", "i"), ("w", "v"),
    (r"(.)\1", r"\1"),
)  # fmt: skip
"""Rough on purpose: what is folded too far only makes a list shorter."""


# The list of a language.


def sound(word: str, lang: str) -> str:
    """How a word sounds on a bad line, as letters."""
    heard = normalised(word).replace(" ", "")
    for written, said in _SOUNDS.get(lang, _ELSEWHERE):
        heard = re.sub(written, said, heard)
    return heard


@cache
def words_of(lang: str) -> tuple[str, ...]:
    """The words of a language that may be given: no two of them are one sound apart."""
    taken: set[tuple[str, str]] = set()
    kept = []
    for word, heard in sorted(_speakable(lang), key=lambda one: (-len(one[1]), one[0])):
        forms = _forms(heard)
        if not taken & _conflicts(heard):
            taken |= forms
            kept.append(unicodedata.normalize("NFC", word))
    return tuple(sorted(kept))


def _speakable(lang: str) -> Iterable[tuple[str, str]]:
    for word in list_of(LANGUAGES[lang]):
        heard = sound(word, lang)
        if len(heard) >= _SHORTEST and normalised(word) not in _UNKIND:
            yield word, heard


def _forms(heard: str) -> set[tuple[str, str]]:
    """What stands for a sound, for it with one letter changed, and for it with one letter left out."""
    at = range(len(heard))
    changed = {("changed", heard[:place] + "*" + heard[place + 1 :]) for place in at}
    return {("whole", heard)} | changed | {("shorter", heard[:place] + heard[place + 1 :]) for place in at}


def _conflicts(heard: str) -> set[tuple[str, str]]:
    """Which of these, taken by another word, mean that it sounds alike."""
    forms = _forms(heard)
    shorter = {("whole", form) for kind, form in forms if kind == "shorter"}
    return {form for form in forms if form[0] != "shorter"} | shorter | {("shorter", heard)}


# Giving them, and hearing them again.


def generate(lang: str, random: Random) -> tuple[str, ...]:
    """Four words of a language."""
    known = words_of(language_of(lang))
    number = int.from_bytes(random(32), "big")
    found = []
    for _ in range(SPOKEN):
        number, place = divmod(number, len(known))
        found.append(known[place])
    return tuple(found)


def unknown(text: str, langs: Collection[str]) -> dict[str, tuple[str, ...]]:
    """What was typed and is no word of these languages, with the words that sound most like it: a slip is found before it counts."""
    lists = {language_of(lang) for lang in langs}
    known = {normalised(word).replace(" ", "") for lang in lists for word in words_of(lang)}
    return {typed: _near(typed, lists) for typed in normalised(text).split() if typed not in known}


def _near(typed: str, langs: Collection[str]) -> tuple[str, ...]:
    found: list[str] = []
    for lang in sorted(langs):
        sounds = {sound(word, lang): word for word in words_of(lang)}
        found += [sounds[heard] for heard in get_close_matches(sound(typed, lang), sounds, n=_NEAR, cutoff=0.7)]
    return tuple(sorted(found, key=lambda word: -SequenceMatcher(None, typed, normalised(word)).ratio())[:_NEAR])


# What they derive.


class Stretching:
    """Stretches four words, one at a time: nobody who signs in waits for more than one of them. One a process."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(1)

    async def stretch(self, words: str, salt: bytes) -> bytes:
        """Takes the same time and memory for any words, known or not."""
        async with self._room:
            return await asyncio.to_thread(stretch, words, salt)


def stretch(words: str, salt: bytes) -> bytes:
    """As `Stretching.stretch`, in this thread."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # noqa: PLC0415 - not needed to start

    argon = Argon2id(salt=salt, length=32, iterations=_PASSES, lanes=1, memory_cost=_MEMORY_KIB)
    return argon.derive(normalised(words).encode("utf-8"))


def derive(stretched: bytes, line_key: bytes) -> Derived:
    """What finds the row and what unwraps the key: from the words and from the phone line's key, so that neither says anything alone."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    def part(purpose: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt=line_key, info=b"alongside-spoken-1 " + purpose).derive(stretched)

    return Derived(lookup=sha256(part(b"lookup")).digest(), wrap=part(b"wrap"))

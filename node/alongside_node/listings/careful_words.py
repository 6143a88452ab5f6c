"""Words of clinics and of offices in a listing, with other words to choose from (mission.md, "Rejecting the pathologising of distress").

Only points out: nothing here changes a text or stands in the way of publishing one. What people say of themselves (lived experience, for
whom it is) is theirs and is never looked at. English and Spanish lists of our own; in other languages nothing is pointed out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

MOST: Final = 8
"""As many as somebody can look at without being lectured."""


@dataclass(frozen=True)
class Careful:
    """A word as it was written, the language it stands in, and what others say instead."""

    word: str
    lang: str
    instead: tuple[str, ...]


_List = tuple[tuple[str, tuple[str, ...]], ...]

_PERSON: Final = ("person", "somebody", "people")
_LIVED: Final = ("what I lived through", "a hard time", "distress")

_ENGLISH: Final[_List] = (
    (r"patients?", _PERSON),
    (r"clients?", _PERSON),
    (r"service[- ]users?", _PERSON),
    (r"sufferers?", ("people who live with it", "people who know it")),
    (r"suffer(?:s|ed|ing)? from", ("live with", "go through")),
    (r"(?:mental|psychiatric) (?:illness(?:es)?|diseases?|disorders?)", _LIVED),
    (r"mentally ill", ("in distress", "going through a hard time")),
    (r"disorders?", _LIVED),
    (r"patholog(?:y|ies|ical)", _LIVED),
    (r"(?:mis)?diagnos(?:is|es|ed|e)", ("what doctors called it", "how I name it")),
    (r"symptoms?", ("what it is like", "signs that I know")),
    (r"schizophrenics?", ("someone who hears voices", "someone told they have schizophrenia")),
    (r"psycho(?:tic|s[ie]s)", ("hearing or seeing what others do not", "other realities")),
    (r"delusions?|delusional", ("what I believed", "beliefs that others did not share")),
    (r"manic(?:-depressive)?|manics", ("a time of great energy", "highs and lows")),
    (r"bipolars?", ("big highs and lows",)),
    (r"borderlines?", ("strong feelings", "feelings that change fast")),
    (r"addicts?|substance abusers?|drug abusers?|junkies?", ("people who use drugs", "people who used drugs")),
    (r"alcoholics?", ("people who drink", "people who stopped drinking")),
    (r"relaps(?:e|es|ed|ing)", ("it came back", "a hard time again")),
    (r"committed suicide|commit suicide", ("died by suicide", "take their own life")),
    (r"(?:non-?|un)complian(?:t|ce)", ("said no", "chose something else")),
    (r"(?:high|low)[- ]functioning", ("who needs little help", "who needs much help")),
    (r"(?:wheelchair|bed)-?bound", ("who uses a wheelchair", "who is in bed")),
    (r"handicapped", ("disabled",)),
    (r"treatments?", ("support", "what helped me")),
    (r"interventions?", ("support", "what we do")),
    (r"caseloads?|case managers?", ("the people I meet", "the person beside you")),
    (r"illegal (?:im)?migrants?|illegals", ("people without papers",)),
    (r"the homeless", ("people without a home",)),
)

_PERSONA: Final = ("persona", "alguien", "gente")
_VIVIDO: Final = ("lo que viví", "una época difícil", "malestar")

_SPANISH: Final[_List] = (
    (r"pacientes?", _PERSONA),
    (r"clientes?|clientas?", _PERSONA),
    (r"usuari[oa]s?(?: de servicios?)?", _PERSONA),
    (r"enferm[oa]s? mental(?:es)?", ("persona que lo pasa mal", "persona con malestar")),
    (r"enfermedad(?:es)? (?:mental(?:es)?|psiquiátricas?)", _VIVIDO),
    (r"trastornos?", _VIVIDO),
    (r"trastornad[oa]s?", ("que lo pasa mal",)),
    (r"patolog(?:ía|ías)|patológic[oa]s?", _VIVIDO),
    (r"diagn[oó]stic(?:o|os|ad[oa]s?|ar)", ("lo que dijeron los médicos", "como yo lo llamo")),
    (r"síntomas?", ("cómo es", "señales que conozco")),
    (r"(?:sufr|padec)(?:o|e|es|en|emos|er|ir|ía|ían|í|ió|ieron)(?: de)?", ("vivir con", "pasar por")),
    (r"esquizofrénic[oa]s?", ("persona que oye voces",)),
    (r"psicótic[oa]s?|psicosis", ("oír o ver lo que otra gente no ve", "otras realidades")),
    (r"delirios?|delirantes?", ("lo que yo creía",)),
    (r"maníac[oa]s?", ("una época de mucha energía",)),
    (r"bipolar(?:es)?", ("grandes subidas y bajadas",)),
    (
        r"adict[oa]s?|toxicóman[oa]s?|drogadict[oa]s?|yonquis?",
        ("personas que usan drogas", "personas que usaron drogas"),
    ),
    (r"alcohólic[oa]s? (?:perdid[oa]s?|crónic[oa]s?)", ("personas que beben",)),
    (r"recaídas?", ("volvió", "otra época difícil")),
    (r"(?:comet(?:er|ió|ieron)|cometi[oó]) (?:un )?suicidio", ("murió por suicidio", "se quitó la vida")),
    (r"minusválid[oa]s?|discapacitad[oa]s?|inválid[oa]s?", ("persona con discapacidad",)),
    (r"tratamientos?", ("apoyo", "lo que me ayudó")),
    (r"intervenci(?:ón|ones)", ("apoyo", "lo que hacemos")),
    (r"(?:inmigrantes?|migrantes?) ilegal(?:es)?", ("personas sin papeles",)),
    (r"indigentes?", ("personas sin casa",)),
)


def _compiled(several: _List) -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple((re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE), instead) for words, instead in several)


_LISTS: Final = MappingProxyType({"en": _compiled(_ENGLISH), "es": _compiled(_SPANISH)})


def pointed_out(members: Mapping[str, Any]) -> tuple[Careful, ...]:
    """What stands in the title and the text of a listing, and of its translations, each word once, in the order of the lists."""
    found: dict[str, Careful] = {}
    for lang, text in _texts(members):
        spoken = lang.split("-", maxsplit=1)[0].lower()
        for pattern, instead in _LISTS.get(spoken, ()):
            for match in pattern.finditer(text):
                word = match[0].strip()
                inside = any(word.casefold() in kept for kept in found)  # "disorder" in "mental disorder" is said once
                if not inside and len(found) < MOST:
                    found[word.casefold()] = Careful(word, spoken, instead)
    return tuple(found.values())


def _texts(members: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in (members, *(members.get("translations") or ())):
        lang = str(one.get("lang") or "")
        for name in ("title", "text"):
            yield lang, str(one.get(name) or "")

"""What people write, as the codes that listings carry: a city for its time zone, a language by any of its names.

A list to choose from would be longer than the rest of the page: there are 400 zones, and more languages than anybody knows.
"""

import re
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from babel import Locale
from babel.localedata import exists

from alongside_node.directory.text import fold

from .formats import SIGNED, language_name

_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NO_PLACE: Final = ("Etc/", "posix/", "right/")


@cache
def _zones() -> dict[str, str]:
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(_NO_PLACE))
    return {fold(name.rpartition("/")[2]): name for name in names} | {fold(name): name for name in names}


def zone_of(text: str) -> str | None:
    """The zone with this name, or with this city."""
    return _zones().get(fold(text))


@cache
def _languages(lang: str) -> dict[str, str]:
    """Folded name → tag: as the reader calls a language, as English does, as its own speakers do; the first that has a name keeps it."""
    tags = [*SIGNED, *(tag for tag in map(str, Locale.parse("en").languages) if "_" not in tag)]
    found: dict[str, str] = {}
    for reader in (lang, "en"):
        found |= {fold(language_name(tag, lang=reader)): tag for tag in tags} | found
    return found | {fold(language_name(tag, lang=tag)): tag for tag in tags if exists(tag)} | found


def language_of(text: str, *, lang: str) -> str | None:
    """The tag of a language that somebody wrote by a name it has, or as a tag."""
    return _languages(lang).get(fold(text)) or (text if _TAG.fullmatch(text) else None)


def written(tag: str, *, lang: str) -> str:
    """What stands in a field for a language: its name where that leads back to the tag, else the tag."""
    name = language_name(tag, lang=lang)
    return name if language_of(name, lang=lang) == tag else tag

"""The languages of the pages. A catalogue is read from its `.po` file and compiled in memory when it is first needed, and then kept.

No compiled file is kept, so a catalogue can never be older than its source. English is the language of the templates
themselves. Adding a language is adding `locale/<tag>/LC_MESSAGES/alongside.po`. One whose header says `X-Read-By-A-Speaker: no` may be
incomplete, and is offered only where the host asked for it (`unread_languages`).
"""

from collections.abc import Iterable
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE: Final = "en"
LOCALES: Final = Path(__file__).parents[2] / "locale"
_FILE: Final = "LC_MESSAGES/alongside.po"
_UNREAD: Final = b"X-Read-By-A-Speaker: no"
_FORMATS: Final = {"en": "en-GB"}  # days before months, as the words around them expect


class NotTranslatedError(LookupError):
    """A message that an unread language does not have."""


class _Nothing(NullTranslations):
    """In place of English behind an unread language: a page is in one language, or in the other."""

    def gettext(self, message: str) -> str:
        raise NotTranslatedError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002 - gettext's signature
        raise NotTranslatedError(msgid1)


class Translations:
    """The catalogues in a folder. `offered`: unread languages that are shown all the same."""

    def __init__(self, folder: Path = LOCALES, offered: Iterable[str] = ()) -> None:
        self._folder = folder
        self._known: dict[str, NullTranslations] = {}
        found = {path.parents[1].name: _UNREAD in path.read_bytes()[:2000] for path in folder.glob(f"*/{_FILE}")}
        self.unread: Final = frozenset(lang for lang, unread in found.items() if unread)
        self.languages: Final = (SOURCE_LANGUAGE, *sorted(set(found) - self.unread | self.unread & set(offered)))

    def read(self, lang: str) -> NullTranslations:
        """The translations into one of `languages`. What is not translated, or only guessed (fuzzy), stays English."""
        if lang not in self._known:
            self._known[lang] = self._compiled(lang)
        return self._known[lang]

    def whole_or_nothing(self, lang: str) -> NullTranslations:
        """As `read`; of an unread language a message that it lacks raises `NotTranslatedError`."""
        found = self.read(lang)
        if lang in self.unread:
            found = self._compiled(lang)
            found.add_fallback(_Nothing())
        return found

    def _compiled(self, lang: str) -> NullTranslations:
        if lang == SOURCE_LANGUAGE:
            return NullTranslations()
        with (self._folder / lang / _FILE).open("rb") as source:
            catalogue = read_po(source, locale=lang)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        return GNUTranslations(compiled)

    def negotiate(self, accept_language: str, *, default: str) -> str:
        """The first language that the reader asks for (an `Accept-Language` header) and we speak, or `default`.

        Quality values are ignored: browsers send languages in the order in which people put them.
        """
        wanted = [part.partition(";")[0].strip() for part in accept_language[:200].split(",")]
        return negotiate_locale(wanted, list(self.languages), sep="-") or default


def locale_of(lang: str) -> Locale:
    """How a language writes days, numbers and the names of other languages."""
    return Locale.parse(_FORMATS.get(lang, lang), sep="-")

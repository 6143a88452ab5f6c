"""From a template and its views to a page: the Jinja environment of each language, and what templates may call.

Autoescaping is always on, an undefined name is an error and not an empty space, and templates can call only what is
listed in `_functions` and `_filters`. Nothing here reads a clock, a database or a request: `frame.today` is the only
day there is.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from gettext import NullTranslations
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, cast

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup

from alongside_protocol import coded_words
from alongside_protocol.hours import Hours
from alongside_protocol.listing import Listing, Translation, vouched_on
from alongside_protocol.referral import FINAL, State

from . import drawing
from .formats import (
    day_in_words,
    hours_in_short,
    hours_in_words,
    language_name,
    money,
    month_in_words,
    text_direction,
    weekday,
    whole_day,
)
from .icons import Icons
from .markup import Markdown, plain
from .promises import answers, commitments_sentence, commitments_tone, exceptions
from .stylesheet import Static, read_script, read_stylesheet
from .translations import SOURCE_LANGUAGE, NotTranslatedError, Translations
from .views import Choice, Form, Frame
from .wording import N_, TABLES, Gettext, words

_TEMPLATES: Final = Path(__file__).parent / "templates"
_ONLY_IN_ENGLISH: Final = N_("This page is not there in your language yet. It is in English.")
_INDENT: Final = re.compile(r"^[ \t]+", re.MULTILINE)
_EXCERPT: Final = 180  # letters of a listing's text in a list: about three lines on a telephone
_OPEN_STATES: Final = frozenset(State) - FINAL


class Compiled(FileSystemBytecodeCache):
    """Templates as the code Jinja makes of them: nothing else, so nothing of anybody. Kept for every language and the next start.

    Making them anew was half of the time to a first page (measured: 0.5 s of 1.2, and 12 MB). A disk that takes no more only
    means that they are made again.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(str(folder), f"jinja-{version('jinja2')}-%s.code")

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one, where that is possible."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


class Unindented(FileSystemLoader):
    """Templates without the space at the beginnings of their lines, which only those who write them need."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The source of a template. What people wrote comes in later and keeps its space."""
        source, path, fresh = super().get_source(environment, template)
        return _INDENT.sub("", source), path, fresh


class Pages:
    """Renders pages. The environment of a language is made when it is first asked for, and then kept.

    `translations` says which languages there are; `compiled` where templates are kept as code, or nowhere. What is in
    `loaded` is to be served, each at its `path`.
    """

    def __init__(self, translations: Translations | None = None, compiled: Path | None = None) -> None:
        self._compiled = Compiled(compiled) if compiled else None
        self.translations: Final = translations or Translations()
        self.stylesheet: Final = read_stylesheet()
        self.paper: Final = read_stylesheet("alongside", "paper")
        self.communities: Final = read_stylesheet("alongside", "communities")
        self.idle: Final = read_script("idle")
        self._environments: dict[str, Environment] = {}

    @property
    def loaded(self) -> tuple[Static, ...]:
        """Everything that a page may load, beside its icon."""
        return self.stylesheet, self.paper, self.communities, self.idle

    def render(self, template: str, frame: Frame, **context: object) -> str:
        """The page `template` (its name without `.html`) in `frame.lang`, or in English where we do not speak that. A page that an
        unread language does not have whole is in English, and says so.

        Raises `jinja2.UndefinedError` if the template reads something that neither `frame` nor `context` has.
        """
        lang = frame.lang if frame.lang in self.translations.languages else SOURCE_LANGUAGE
        if lang not in self.translations.unread:
            return self._rendered(template, replace(frame, lang=lang), context)
        try:
            return self._rendered(template, replace(frame, unread=lang), context)
        except NotTranslatedError:
            return self._rendered(template, replace(frame, lang=SOURCE_LANGUAGE, unread=lang), context)

    def _rendered(self, template: str, frame: Frame, context: Mapping[str, object]) -> str:
        return (
            self._environment(frame.lang).get_template(f"{template}.html").render(frame=frame, icon=Icons(), **context)
        )

    def _only_in_english(self, lang: str) -> str:
        """What somebody who asked for an unread language reads, in it, on a page that it does not have."""
        return self.translations.read(lang).gettext(_ONLY_IN_ENGLISH)

    def _environment(self, lang: str) -> Environment:
        if lang not in self._environments:
            environment = _environment(lang, self.translations.whole_or_nothing(lang), self._compiled)
            environment.globals["stylesheet_path"] = self.stylesheet.path
            environment.globals["paper_path"] = self.paper.path
            environment.globals["communities_path"] = self.communities.path
            environment.globals["idle_path"] = self.idle.path
            environment.globals["only_in_english"] = self._only_in_english
            environment.globals["aloud"] = self._aloud
            self._environments[lang] = environment
        return self._environments[lang]

    @pass_context
    def _aloud(self, context: Context, part: str, lang: str, **given: object) -> Markup:
        """A part of the script that is read to a caller, in their language, inside a page of another one."""
        script = self._environment(lang).get_template("aloud.html")
        frame = replace(cast("Frame", context["frame"]), lang=lang)
        return Markup(script.render(frame=frame, icon=context["icon"], part=part, **given))  # noqa: S704 - escaped by its template


def _environment(lang: str, catalogue: NullTranslations, compiled: Compiled | None) -> Environment:
    environment = Environment(
        loader=Unindented(_TEMPLATES),
        bytecode_cache=compiled,
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    cast("Any", environment).install_gettext_translations(catalogue, newstyle=True)
    markdown = Markdown()
    environment.globals.update(_functions(lang, catalogue.gettext, markdown))
    environment.filters.update(_filters(lang, catalogue.gettext, markdown))
    return environment


def _functions(lang: str, gettext: Gettext, markdown: Markdown) -> dict[str, object]:
    return {
        "choices": partial(_choices, gettext=gettext),
        "commitments_answers": answers,
        "commitments_exceptions": exceptions,
        "commitments_sentence": partial(commitments_sentence, gettext=gettext),
        "commitments_tone": commitments_tone,
        "day_of": _day_of,
        "hours_in_short": partial(hours_in_short, lang=lang, gettext=gettext),
        "hours_in_words": pass_context(partial(_hours, lang=lang, gettext=gettext)),
        "labels": partial(_labels, gettext=gettext),
        "language_name": partial(language_name, lang=lang),
        "markdown": markdown,
        "money": partial(money, lang=lang),
        "network_picture": drawing.network,
        "open_states": _OPEN_STATES,
        "outcomes_of_holder": coded_words.OUTCOMES_OF_HOLDER,
        "outcomes_of_seeker": coded_words.OUTCOMES_OF_SEEKER,
        "quiet_of_holder": coded_words.QUIET_OF_HOLDER,
        "quiet_of_seeker": coded_words.QUIET_OF_SEEKER,
        "qr": partial(drawing.qr, gettext=gettext),
        "safe_link": _safe_link,
        "shared_step": drawing.shared_step,
        "text_direction": text_direction,
        "told": _told,
        "vouched_on": vouched_on,
        "weekday": partial(weekday, lang=lang),
        "words": partial(words, gettext=gettext),
    }


def _filters(lang: str, gettext: Gettext, markdown: Markdown) -> dict[str, Callable[..., object]]:
    return {
        "day": pass_context(partial(_day, lang=lang, gettext=gettext)),
        "dialled": _dialled,
        "excerpt": partial(_excerpt, markdown=markdown),
        "in_form": _in_form,
        "month": partial(month_in_words, lang=lang),
        "plain": plain,
        "whole_day": partial(whole_day, lang=lang),
    }


# What the pieces above need from the page they stand on.


def _day(context: Context, value: date, *, lang: str, gettext: Gettext) -> Markup:
    """A day in words; the exact date stays readable for machines."""
    shown = day_in_words(value, _today(context), lang=lang, gettext=gettext)
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), shown)


def _day_of(text: str) -> date | None:
    """A day that a listing carries as text; None where another community wrote one that no calendar has."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _hours(context: Context, hours: Hours, *, lang: str, gettext: Gettext) -> list[str]:
    return list(hours_in_words(hours, _today(context), lang=lang, gettext=gettext))


def _today(context: Context) -> date:
    return cast("Frame", context["frame"]).today


def _told(listing: Listing, lang: str) -> Translation:
    """A listing's title and text in the reader's language where somebody translated it, else as it was written."""
    as_written = Translation(lang=listing.lang, title=listing.title, text=listing.text, by="")
    if listing.lang == lang:
        return as_written
    return next((translation for translation in listing.translations if translation.lang == lang), as_written)


def _excerpt(text: str, *, markdown: Markdown) -> str:
    """The beginning of a longer text, without its markup, ending between two words."""
    words_only = " ".join(markdown(text).striptags().split())
    return words_only if len(words_only) <= _EXCERPT else words_only[:_EXCERPT].rsplit(" ", 1)[0] + " …"


# Forms and addresses.


def _choices(table: str, only: Iterable[str] | None = None, *, gettext: Gettext) -> list[Choice]:
    """The values of one of `wording.TABLES` with their words, in the order of the table or of `only`."""
    return [Choice(value, words(table, value, gettext)) for value in (TABLES[table] if only is None else only)]


def _labels(*, gettext: Gettext) -> list[Choice]:
    """The fields of the long forms with their labels, in their order on the page."""
    return _choices("field", gettext=gettext)


def _in_form(name: str, form: Form) -> bool:
    return bool(form.value(name))


def _dialled(number: str) -> str:
    """A telephone number as an address wants it: digits and a leading plus, nothing else."""
    return ("+" if number.strip().startswith("+") else "") + "".join(filter(str.isdigit, number))


def _safe_link(address: str) -> str:
    """An address that somebody wrote, if it is https; else nothing, so that it leads nowhere."""
    return address if address.startswith("https://") else ""

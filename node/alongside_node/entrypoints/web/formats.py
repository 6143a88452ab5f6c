"""Days, opening hours, money and names of languages, as the page's language writes them (listing.md, `hours`).

Times of an offer stay the wall-clock times of its place, and the last line says which place, so that nobody has to
calculate and nobody is one hour late when the clocks change. Near days are said as today, tomorrow, yesterday.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_day_names, get_timezone_location
from babel.numbers import format_currency, get_currency_precision

from alongside_protocol.hours import Day, Hours, Meeting, Span

from .translations import locale_of
from .wording import N_, Gettext

_ORDER: Final = tuple(Day)
_NEAR: Final = {-1: N_("yesterday"), 0: N_("today"), 1: N_("tomorrow")}
_EVERY_DAY: Final = N_("Every day")
_SPAN: Final = N_("%(days)s: %(opens)s to %(closes)s")
_WEEKLY: Final = N_("Every week on %(days)s at %(at)s, for %(minutes)s minutes")
_EVERY_WEEKS: Final = N_("Every %(weeks)s weeks on %(days)s at %(at)s, for %(minutes)s minutes")
_NTH: Final = {
    1: N_("On the first %(days)s of the month at %(at)s, for %(minutes)s minutes"),
    2: N_("On the second %(days)s of the month at %(at)s, for %(minutes)s minutes"),
    3: N_("On the third %(days)s of the month at %(at)s, for %(minutes)s minutes"),
    4: N_("On the fourth %(days)s of the month at %(at)s, for %(minutes)s minutes"),
    -1: N_("On the last %(days)s of the month at %(at)s, for %(minutes)s minutes"),
}
_DAYS_ON_END: Final = N_("%(first)s to %(last)s")
_SHORT: Final = N_("%(days)s, %(hours)s")
_FROM: Final = N_("From %(day)s on")
_ZONE: Final = N_("Time of %(place)s")
_ON_END: Final = 3
_SHOWN: Final = 3


def day_in_words(value: date, today: date, *, lang: str, gettext: Gettext) -> str:
    """A day near `today` by name, one of this year with its weekday, any other with its year."""
    near = _NEAR.get((value - today).days)
    if near:
        return gettext(near)
    if value.year == today.year:
        return (
            f"{weekday(_ORDER[value.weekday()], lang=lang)}, {format_skeleton('MMMMd', value, locale=locale_of(lang))}"
        )
    return format_date(value, "long", locale=locale_of(lang))


def whole_day(value: date, *, lang: str) -> str:
    """A day with its year, for paper: "today" would be wrong tomorrow."""
    return format_date(value, "long", locale=locale_of(lang))


def month_in_words(value: date, *, lang: str) -> str:
    """A month and its year."""
    return format_skeleton("yMMMM", value, locale=locale_of(lang))


def weekday(day: str, *, lang: str) -> str:
    """The name of a day of the week (`mo` to `su`)."""
    return str(get_day_names("wide", context="stand-alone", locale=locale_of(lang))[_ORDER.index(Day(day))])


def _days(days: Iterable[Day], lang: str, gettext: Gettext) -> str:
    chosen = sorted(set(days), key=_ORDER.index)
    if len(chosen) == len(_ORDER):
        return gettext(_EVERY_DAY)
    return ", ".join(weekday(day, lang=lang) for day in chosen)


def _clock(text: str, lang: str) -> str:
    return format_time(time.fromisoformat(text), format="short", locale=locale_of(lang))


def _span(span: Span, lang: str, gettext: Gettext) -> str:
    days = _days(span.days, lang, gettext)
    return gettext(_SPAN) % {"days": days, "opens": _clock(span.opens, lang), "closes": _clock(span.closes, lang)}


def _meeting(meeting: Meeting, lang: str, gettext: Gettext) -> str:
    sentence = _NTH[meeting.nth] if meeting.nth else _WEEKLY if meeting.every == 1 else _EVERY_WEEKS
    return gettext(sentence) % {
        "days": _days(meeting.days, lang, gettext),
        "at": _clock(meeting.at, lang),
        "minutes": meeting.minutes,
        "weeks": meeting.every,
    }


def hours_in_words(hours: Hours, today: date, *, lang: str, gettext: Gettext) -> Iterator[str]:
    """A line for each span and meeting, then the place whose clock it is."""
    for span in hours.weekly:
        yield _span(span, lang, gettext)
    for meeting in hours.meetings:
        yield _meeting(meeting, lang, gettext)
        first = date.fromisoformat(meeting.first)
        if first > today:
            yield gettext(_FROM) % {"day": format_date(first, "long", locale=locale_of(lang))}
    yield gettext(_ZONE) % {"place": get_timezone_location(hours.zone, locale=locale_of(lang), return_city=True)}


def hours_in_short(hours: Hours, *, lang: str, gettext: Gettext) -> str:
    """The hours on one line, with whose clock it is; after three times it only says that there are more."""
    spans = [(tuple(span.days), span.opens, span.closes) for span in hours.weekly]
    times = [_short(*span, lang, gettext) for span in spans]
    times += [_meeting_in_short(meeting, lang, gettext) for meeting in hours.meetings]
    if not times:
        return ""
    shown = "; ".join((*times[:_SHOWN], *(["…"] if len(times) > _SHOWN else [])))
    zone = get_timezone_location(hours.zone, locale=locale_of(lang), return_city=True)
    return f"{shown} · {gettext(_ZONE) % {'place': zone}}"


def _short(days: Iterable[Day], opens: str, closes: str, lang: str, gettext: Gettext) -> str:
    named = _days_in_short(days, lang, gettext)
    return gettext(_SHORT) % {"days": named, "hours": f"{_clock(opens, lang)}\u2013{_clock(closes, lang)}"}


def _meeting_in_short(meeting: Meeting, lang: str, gettext: Gettext) -> str:
    if meeting.nth or meeting.every != 1:
        return _meeting(meeting, lang, gettext)
    ends = datetime.combine(date.min, time.fromisoformat(meeting.at)) + timedelta(minutes=meeting.minutes)
    return _short(meeting.days, meeting.at, ends.time().isoformat("minutes"), lang, gettext)


def _days_in_short(days: Iterable[Day], lang: str, gettext: Gettext) -> str:
    """Three days or more on end as the first and the last, also over the weekend."""
    chosen = set(days)
    starts = [place for place, day in enumerate(_ORDER) if day in chosen and _ORDER[place - 1] not in chosen]
    if len(starts) == 1 and len(chosen) >= _ON_END:
        first, last = _ORDER[starts[0]], _ORDER[(starts[0] + len(chosen) - 1) % len(_ORDER)]
        return gettext(_DAYS_ON_END) % {"first": weekday(first, lang=lang), "last": weekday(last, lang=lang)}
    return _days(chosen, lang, gettext)


def money(amount: int, currency: str, *, lang: str) -> str:
    """An amount of the currency's smallest unit, as the reader writes money; whole amounts without decimals."""
    exact = Decimal(amount).scaleb(-get_currency_precision(currency))
    if exact != exact.to_integral_value():
        return format_currency(exact, currency, locale=locale_of(lang))
    pattern = locale_of(lang).currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(exact, currency, locale=locale_of(lang), format=pattern, currency_digits=False)


SIGNED: Final = {
    "bfi": {"en": "British Sign Language", "es": "lengua de signos británica"},
    "ssp": {"en": "Spanish Sign Language", "es": "lengua de signos española"},
    "ase": {"en": "American Sign Language", "es": "lengua de signos americana"},
    "gsg": {"en": "German Sign Language", "es": "lengua de signos alemana"},
    "fsl": {"en": "French Sign Language", "es": "lengua de signos francesa"},
}
"""Sign languages that the Unicode tables do not name."""


def language_name(tag: str, *, lang: str) -> str:
    """What the reader calls a language; the tag itself where nobody has named it."""
    if tag in SIGNED:
        return SIGNED[tag].get(lang, SIGNED[tag]["en"])
    try:
        return Locale.parse(tag, sep="-").get_display_name(locale_of(lang)) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def text_direction(lang: str) -> str:
    """`ltr` or `rtl`, for the page's own language."""
    return str(locale_of(lang).text_direction)

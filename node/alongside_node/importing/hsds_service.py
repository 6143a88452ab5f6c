"""What one HSDS 3.0 service means as a listing. Pure.

Takes what the organisation says of itself; never a named contact, an address, a street, a taxonomy term or anything about
who may be called. What HSDS cannot say (its kind, how people meet, often the time zone) is left for a person to answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, TypeGuard
from zoneinfo import ZoneInfo, available_timezones

from alongside_protocol.hours import Day
from alongside_protocol.listing import (
    GROWN_UP,
    SENTENCE_CHARACTERS,
    TEXT_CHARACTERS,
    TITLE_CHARACTERS,
    Audience,
    ContactKind,
    Direction,
    ExchangeKind,
    ListingType,
    RoomState,
)
from alongside_protocol.place import UNIT, Visibility

from . import amounts, contacts
from .cells import Defaults
from .columns import RADIUS_M
from .rows import Parsed

_PARAGRAPHS: Final = ("description", "eligibility_description", "application_process", "fees_description")
_ACCESS: Final = frozenset(
    {"step_free", "quiet", "captions", "sign_language", "childcare", "scent_free", "phone_in", "easy_read", "transport"}
)
_PHONE_KINDS: Final = {"voice": ContactKind.PHONE, "text": ContactKind.TEXT, "textphone": ContactKind.TEXTPHONE}
"""Other types are a machine's (fax, pager), or likelier a person's own (cell)."""
_CONTACTS: Final = 3
_DAYS: Final = frozenset(day.value for day in Day)
_SEASONS: Final = (1, 7)


class ServiceReader:
    """One service. `places`: its `service_at_locations`, or the documents that named it at one place each."""

    def __init__(
        self,
        service: Mapping[str, Any],
        organization: Mapping[str, Any],
        places: Sequence[Mapping[str, Any]],
        defaults: Defaults,
        parsed: Parsed,
    ) -> None:
        self._service = service
        self._organization = organization
        self._places = places
        self._defaults = defaults
        self._parsed = parsed

    def members(self) -> dict[str, Any]:
        """The members of the listing; absent ones HSDS did not say."""
        self._count_staff()
        resting = self._service.get("status") == "temporarily closed"
        location = self._location()
        access = self._accessibility(location)
        found: dict[str, Any] = {
            "direction": Direction.OFFER.value,
            "type": ListingType.PRACTICAL.value,
            "audience": Audience.ANYONE.value,
            "lang": self._defaults.lang,
            "title": self._words(self._service, "name"),
            "text": self._text([words for words in access if words not in _ACCESS]),
            "by": self._short(self._organization, "name", TITLE_CHARACTERS),
            "languages": self._languages(),
            "interpreter_note": self._short(self._service, "interpretation_services", SENTENCE_CHARACTERS),
            "access": [code for code in access if code in _ACCESS][:20],
            "modality": ["in_person"] if location.get("location_type") == "physical" else [],
            "place": self._place(location),
            "ages": self._ages(),
            "exchange": self._exchange(),
            "hours": self._hours(),
            "contact": [{"kind": kind.value, "value": value} for kind, value in self._contacts()][:_CONTACTS],
            "room": {"state": RoomState.RESTING.value} if resting else {},
        }
        return {name: value for name, value in found.items() if value not in ("", None, [], {})}

    # Words.

    def _words(self, of: Mapping[str, Any], name: str) -> str:
        value = of.get(name)
        if not isinstance(value, str):
            return ""
        text, taken_out = contacts.without_emails(value.replace("\r\n", "\n").replace("\r", "\n").strip())
        self._parsed.note("staff_email", taken_out)
        return text

    def _short(self, of: Mapping[str, Any], name: str, characters: int) -> str:
        text = self._words(of, name).replace("\n", " ").replace("\t", " ")
        if len(text) <= characters:
            return text
        self._parsed.note("words_left_out")
        return ""

    def _text(self, extra: Sequence[str]) -> str:
        """Its description, then whatever else fits whole."""
        text = ""
        for words in (*(self._words(self._service, name) for name in _PARAGRAPHS), *extra):
            longer = f"{text}\n\n{words}" if text and words else text or words
            if text and len(longer) > TEXT_CHARACTERS:
                self._parsed.note("words_left_out")
            else:
                text = longer
        return text

    def _accessibility(self, location: Mapping[str, Any]) -> list[str]:
        """Codes where the words are exactly ours, else the words."""
        found = []
        for item in _items(location, "accessibility"):
            words = self._words(item, "description")
            code = words.lower().replace(" ", "_").replace("-", "_")
            if words:
                found.append(code if code in _ACCESS else words)
        return found

    def _languages(self) -> list[str]:
        codes = [_text(item, "code").strip() for item in _items(self._service, "languages")]
        return list(dict.fromkeys(code[:3].lower() + code[3:] for code in codes if code))[:20]

    # Where, when, for whom.

    def _location(self) -> Mapping[str, Any]:
        """The place, where there is one; of several a person has to say which."""
        found = [place["location"] for place in self._places if isinstance(place.get("location"), dict)]
        if len(found) > 1:
            self._parsed.note("several_places")
        return found[0] if len(found) == 1 else {}

    def _place(self, location: Mapping[str, Any]) -> dict[str, Any] | None:
        """Town and displaced point; never name, street or directions, which may lead to a hidden door."""
        if location.get("location_type", "physical") != "physical":
            return None
        towns = [_text(address, name) for address in _items(location, "addresses") for name in ("city", "region")]
        label = next((town.strip() for town in towns if town.strip()), "")
        point = self._point(location)
        if not label and point is None:
            return None
        found: dict[str, Any] = {"visibility": Visibility.AREA.value, "label": label[:TITLE_CHARACTERS]}
        return found if point is None else {**found, "point": point, "radius_m": RADIUS_M}

    def _point(self, location: Mapping[str, Any]) -> dict[str, int] | None:
        latitude, longitude = location.get("latitude"), location.get("longitude")
        if not (_is_number(latitude) and _is_number(longitude)):
            self._parsed.note("no_point", bool(location))
            return None
        if abs(latitude) > 90 or abs(longitude) > 180 or not (latitude or longitude):  # noqa: PLR2004 - the globe
            self._parsed.note("wrong_point")
            return None
        return {"latitude": round(latitude * UNIT), "longitude": round(longitude * UNIT)}

    def _ages(self) -> dict[str, Any] | None:
        age = self._service.get("minimum_age")
        if not _is_number(age) or not 0 < age <= 120:  # noqa: PLR2004 - years
            return None
        if age < GROWN_UP:
            self._parsed.note("under_18")
        return {"kind": "from", "from_age": int(age)} if age > GROWN_UP else None

    def _hours(self) -> dict[str, Any] | None:
        """Weekly hours; anything else, and hours of no known zone, is left out and said."""
        schedules = _items(self._service, "schedules")
        if not schedules:
            schedules = [item for place in self._places for item in _items(place, "schedules")]
        spans = [span for item in schedules if (span := self._span(item)) is not None]
        self._parsed.note("schedule_left_out", len(schedules) - len(spans))
        return {"zone": self._defaults.zone, "weekly": spans[:20]} if spans else None

    def _span(self, schedule: Mapping[str, Any]) -> dict[str, Any] | None:
        ends = [_text(schedule, name) for name in ("valid_to", "until")]
        simple = (
            _text(schedule, "freq").upper() == "WEEKLY"
            and schedule.get("interval", 1) in (1, None)
            and not any(schedule.get(name) for name in ("count", "byweekno", "bymonthday", "byyearday"))
            and not any(end[:10] < self._defaults.today for end in ends if end)
            and self._zone_fits(schedule.get("timezone"))
        )
        days = [day.strip().lower() for day in _text(schedule, "byday").split(",")]
        opens, closes = _clock(schedule, "opens_at"), _clock(schedule, "closes_at")
        if not simple or not opens or not closes or not set(days) <= _DAYS:
            return None
        return {"days": list(dict.fromkeys(days)), "opens": opens, "closes": closes}

    def _zone_fits(self, offset: object) -> bool:
        """HSDS gives an offset, not a zone: it must be one that the zone we were told has in winter or in summer."""
        if self._defaults.zone not in _zones():
            return False
        if not _is_number(offset):
            return offset in (None, self._defaults.zone)
        return any(offset == hours for hours in _offsets(self._defaults.zone, int(self._defaults.today[:4])))

    def _exchange(self) -> dict[str, Any] | None:
        """Free where every price is nothing; fixed or a scale where the prices are in one currency; else left to a person."""
        prices = [_price(item) for item in _items(self._service, "cost_options") if not self._is_over(item)]
        found = [price for price in prices if price is not None]
        if not found or len(found) < len(prices) or len({currency for _, currency in found}) > 1:
            self._parsed.note("price_left_out", bool(_items(self._service, "cost_options")))
            return None
        lowest, highest = min(found)[0], max(found)[0]
        if highest == 0:
            return {"kind": ExchangeKind.FREE.value}
        kind = ExchangeKind.FIXED if lowest == highest else ExchangeKind.SLIDING_SCALE
        return {"kind": kind.value, "lowest": lowest, "highest": highest, "currency": found[0][1]}

    def _is_over(self, item: Mapping[str, Any]) -> bool:
        end = _text(item, "valid_to")
        return bool(end) and end[:10] < self._defaults.today

    # How to reach the organisation.

    def _contacts(self) -> Iterator[tuple[ContactKind, str]]:
        for of, name in ((self._service, "url"), (self._organization, "website")):
            if contacts.is_page(page := _text(of, name).strip()) and len(page) <= SENTENCE_CHARACTERS:
                yield ContactKind.PAGE, page
                break
        taken: set[ContactKind] = set()
        for item in [
            item for of in (self._service, *self._places, self._organization) for item in _items(of, "phones")
        ]:
            kind = _PHONE_KINDS.get(_text(item, "type").lower() or "voice")
            number = _text(item, "number").strip().strip("\"'").strip()
            if kind and kind not in taken and contacts.is_phone(number):
                taken.add(kind)
                yield kind, number
        yield from self._email()

    def _email(self) -> Iterator[tuple[ContactKind, str]]:
        """The first address that is a group's and no named person's."""
        of_people = {_text(person, "email").lower() for person in self._people()}
        for of in (self._service, self._organization):
            address = _text(of, "email").strip()
            if not address:
                continue
            if contacts.is_email(address) and contacts.of_a_group(address) and address.lower() not in of_people:
                yield ContactKind.EMAIL, address
                return
            self._parsed.note("staff_email")

    def _people(self) -> list[Mapping[str, Any]]:
        inside = [place["location"] for place in self._places if isinstance(place.get("location"), dict)]
        return [
            person
            for of in (self._service, self._organization, *self._places, *inside)
            for person in _items(of, "contacts")
        ]

    def _count_staff(self) -> None:
        people = self._people()
        self._parsed.note("staff_left_out", len(people))
        self._parsed.note("staff_email", sum(bool(_text(person, "email")) for person in people))


def _items(of: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = of.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(of: Mapping[str, Any], name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _clock(of: Mapping[str, Any], name: str) -> str:
    """`09:00` of `09:00:00`, `09:00:00Z`, `09:00+01:00`: wall-clock time, as the standard means it."""
    return _text(of, name)[:5]


def _price(item: Mapping[str, Any]) -> tuple[int, str] | None:
    amount, currency = item.get("amount"), amounts.currency_of(_text(item, "currency"))
    if not _is_number(amount) or currency is None:
        return (0, "") if _is_number(amount) and amount == 0 else None
    units = amounts.smallest_unit(f"{amount}", currency)
    return None if units is None else (units, currency)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _offsets(zone: str, year: int) -> list[float]:
    found = [datetime(year, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in _SEASONS]
    return [offset.total_seconds() / 3600 for offset in found if offset is not None]

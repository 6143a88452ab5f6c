"""What the cells of one CSV row mean, as members of a listing. Pure.

Refuses rather than guesses: a cell that does not mean what its column says is named, and nothing of the file is written.
Never takes an answer about who may be called unless the file says that the people were asked, and when.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from alongside_protocol.commitments import CALLED, Source
from alongside_protocol.hours import Day
from alongside_protocol.listing import GROWN_UP, Audience, ContactKind, Direction, ExchangeKind, ListingType
from alongside_protocol.place import UNIT, Visibility

from . import amounts, contacts
from .columns import NAMES, RADIUS_M
from .rows import Parsed

_SEPARATORS: Final = re.compile(r"[;,|]")
_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::00)?", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,4}(?:[.,][0-9]{1,20})?", re.ASCII)
_YES: Final = frozenset({"yes", "y", "true", "1"})
_NO: Final = frozenset({"no", "n", "false", "0"})
_NUMBERS: Final = frozenset({"latitude", "longitude"})
_PHONES: Final = frozenset({"contact_phone", "contact_text", "contact_textphone"})
_CONTACTS: Final = tuple((f"contact_{kind.value}", kind) for kind in ContactKind)
_OF_GROUPS: Final = frozenset({ListingType.CIRCLE, ListingType.GUIDE, ListingType.SPACE, ListingType.FUND})
_HIDDEN: Final = frozenset({Visibility.ON_ACCEPTANCE, Visibility.NONE})
_COMMITMENT_WORDS: Final = ("would_pass_on", "law_of", "written_down")
_GLOBE: Final = {"latitude": 90.0, "longitude": 180.0}


@dataclass(frozen=True)
class Defaults:
    """What the import was told for the whole file. `today`: no answer is from a day to come."""

    lang: str
    zone: str
    today: str


class Cells:
    """One row. `members()` reads it; what does not fit is refused in `parsed`."""

    def __init__(self, number: int, cells: Mapping[str, str], defaults: Defaults, parsed: Parsed) -> None:
        self._number = number
        self._cells = cells
        self._defaults = defaults
        self._parsed = parsed

    def refuse(self, column: str, code: str) -> None:
        """Say that a cell does not fit."""
        self._parsed.refuse(self._number, column if column in NAMES else "", code)

    def members(self) -> dict[str, Any]:
        """The members of the listing that the cells give; absent ones were not said."""
        self._look_for_formulas()
        lang = self._cells.get("lang") or self._defaults.lang
        found: dict[str, Any] = {
            "direction": self._code("direction") or Direction.OFFER.value,
            "type": self._code("type"),
            "audience": "",
            "lang": lang,
            "title": self._words("title"),
            "text": self._words("text"),
            "by": self._words("by"),
        }
        for name in ("languages", "modality", "topics", "access"):
            found[name] = self._several(name)
        for name in ("lived_experience", "by_and_for"):
            found[name] = [{"lang": lang, "words": self._words(name)}] if self._cells.get(name) else []
        for name in ("only_own", "printable"):
            found[name] = self._yes(name)
        found["interpreter"] = self._code("interpreter")
        for name in ("ages", "place", "exchange", "hours", "contact", "room", "commitments"):
            found[name] = getattr(self, f"_{name}")()
        found["audience"] = self._code("audience") or _audience(found)
        return {name: value for name, value in found.items() if value not in ("", None, [], {}, False)}

    # Single cells.

    def _look_for_formulas(self) -> None:
        """A cell that a spreadsheet would run is refused: whoever opens an export of ours later is not to be its victim."""
        for name, cell in self._cells.items():
            if not contacts.looks_like_formula(cell):
                continue
            if name in _PHONES and contacts.is_phone(cell.strip()):
                continue
            if name in _NUMBERS and _decimal(cell) is not None:
                continue
            self.refuse(name, "formula")

    def _words(self, name: str) -> str:
        text, taken_out = contacts.without_emails(self._cells.get(name, ""))
        self._parsed.note("staff_email", taken_out)
        return text

    def _code(self, name: str) -> str:
        return self._cells.get(name, "").lower().replace(" ", "_").replace("-", "_")

    def _several(self, name: str) -> list[str]:
        parts = [part.strip() for part in _SEPARATORS.split(self._cells.get(name, ""))]
        if name != "languages":
            parts = [part.lower().replace(" ", "_").replace("-", "_") for part in parts]
        return list(dict.fromkeys(part for part in parts if part))

    def _yes(self, name: str) -> bool:
        cell = self._cells.get(name, "").lower()
        if cell and cell not in _YES | _NO:
            self.refuse(name, "not_yes_or_no")
        return cell in _YES

    def _number_of(self, name: str) -> int | None:
        cell = self._cells.get(name, "")
        if not cell:
            return None
        if not _NUMBER.fullmatch(cell):
            self.refuse(name, "not_a_whole_number")
            return None
        return int(cell)

    # Members made of several cells.

    def _ages(self) -> dict[str, Any] | None:
        age = self._number_of("from_age")
        if age is None:
            return None
        if age < GROWN_UP:
            self._parsed.note("under_18")
            return None
        return {"kind": "from", "from_age": age} if age > GROWN_UP else None

    def _place(self) -> dict[str, Any] | None:
        label, given = self._words("place_label"), self._code("visibility")
        point = self._point()
        if not (label or given or point):
            return None
        found: dict[str, Any] = {"visibility": given or Visibility.AREA.value, "label": label}
        if point and given in _HIDDEN:
            self._parsed.note("hidden_point")
        elif point:
            found["point"] = point
        radius = self._number_of("radius_m")
        if radius is not None:
            found["radius_m"] = radius
        elif "point" in found and found["visibility"] == Visibility.AREA.value:
            found["radius_m"] = RADIUS_M
        return found

    def _point(self) -> dict[str, int] | None:
        given = {name: self._cells.get(name, "") for name in _GLOBE}
        if not any(given.values()):
            return None
        found = {}
        for name, furthest in _GLOBE.items():
            degrees = _decimal(given[name])
            if not given[name]:
                self.refuse(name, "half_a_point")
            elif degrees is None:
                self.refuse(name, "not_a_number")
            elif abs(degrees) > furthest:
                self.refuse(name, "not_on_the_globe")
            else:
                found[name] = round(degrees * UNIT)
        if len(found) < len(_GLOBE):
            return None
        if not any(found.values()):  # 0, 0 lies in the sea: what programs write that do not know
            self._parsed.note("null_point")
            return None
        return found

    def _exchange(self) -> dict[str, Any] | None:
        kind = self._code("exchange")
        money = {name: self._cells.get(name, "") for name in ("lowest", "highest", "currency")}
        if not kind:
            for name, cell in money.items():
                if cell:
                    self.refuse(name, "amount_without_exchange")
            return None
        found: dict[str, Any] = {"kind": kind, "nobody_turned_away": self._yes("nobody_turned_away")}
        currency = amounts.currency_of(money["currency"])
        if currency:
            found["currency"] = currency
        elif money["currency"] or money["lowest"] or money["highest"]:
            self.refuse("currency", "not_a_currency")
        for name in ("lowest", "highest"):
            if money[name] and currency:
                found[name] = amounts.smallest_unit(money[name], currency)
                if found[name] is None:
                    self.refuse(name, "not_an_amount")
        if kind == ExchangeKind.FIXED and "lowest" in found:
            found.setdefault("highest", found["lowest"])
        return found

    def _hours(self) -> dict[str, Any] | None:
        days: dict[tuple[str, str], list[str]] = {}
        for day in Day:
            opens, closes = self._clock(f"opens_{day.value}"), self._clock(f"closes_{day.value}")
            if opens and closes:
                days.setdefault((opens, closes), []).append(day.value)
            elif opens or closes:
                self.refuse(f"{'closes' if opens else 'opens'}_{day.value}", "half_a_time")
        if not days:
            return None
        zone = self._cells.get("zone") or self._defaults.zone
        if not zone:
            self.refuse("zone", "hours_without_zone")
            return None
        return {"zone": zone, "weekly": [{"days": on, "opens": at, "closes": to} for (at, to), on in days.items()]}

    def _clock(self, name: str) -> str:
        cell = self._cells.get(name, "")
        found = _CLOCK.fullmatch(cell)
        if cell and (found is None or int(found[1]) > 23 or int(found[2]) > 59):  # noqa: PLR2004 - a clock
            self.refuse(name, "not_a_time")
            return ""
        return f"{int(found[1]):02}:{found[2]}" if found else ""

    def _contact(self) -> list[dict[str, str]]:
        return [{"kind": kind.value, "value": value} for kind, value in self._contacts()]

    def _contacts(self) -> Iterator[tuple[ContactKind, str]]:
        for name, kind in _CONTACTS:
            cell = self._cells.get(name, "").removeprefix(
                "'"
            )  # what spreadsheets put before a number that begins with +
            if not cell or (contacts.looks_like_formula(cell) and not contacts.is_phone(cell)):
                continue
            if kind is ContactKind.EMAIL:
                if not contacts.is_email(cell):
                    self.refuse(name, "not_an_email")
                elif contacts.of_a_group(cell):
                    yield kind, cell
                else:
                    self._parsed.note("staff_email")
            elif not (contacts.is_page(cell) if kind is ContactKind.PAGE else contacts.is_phone(cell)):
                self.refuse(name, "not_a_page" if kind is ContactKind.PAGE else "not_a_phone_number")
            else:
                yield kind, cell

    def _room(self) -> dict[str, Any]:
        given = {"state": self._code("room"), "waiting": self._number_of("waiting")}
        return {name: value for name, value in given.items() if value not in ("", None)}

    def _commitments(self) -> dict[str, Any] | None:
        answers = {who: answer for who in CALLED if (answer := self._code(who))}
        others: dict[str, Any] = {name: words for name in _COMMITMENT_WORDS if (words := self._words(name))}
        others["mandated_reporter"], others["kept_days"] = self._code("mandated_reporter"), self._number_of("kept_days")
        others = {name: value for name, value in others.items() if value not in ("", None)}
        if not answers and not others:
            return None
        if self._code("given_by") != Source.WE_ASKED_THEM or not self._cells.get("given_on"):
            self._parsed.note("answers_without_asking")
            return None
        if self._cells["given_on"] > self._defaults.today:
            self.refuse("given_on", "day_to_come")
        exception = self._words("exception")
        called = {who: {"answer": answer, "exception": exception} for who, answer in answers.items()}
        return {**called, **others, "given_by": Source.WE_ASKED_THEM.value, "given_on": self._cells["given_on"]}


def _decimal(cell: str) -> float | None:
    """Degrees, with a point or a comma; None for anything else."""
    return float(cell.replace(",", ".")) if _DEGREES.fullmatch(cell) else None


def _audience(members: Mapping[str, Any]) -> str:
    """Where somebody's own experience or area is named, strangers do not read it until its people choose so."""
    personal = bool(members["lived_experience"] or members["place"]) and members["type"] not in _OF_GROUPS
    return (Audience.FEDERATED if personal else Audience.ANYONE).value

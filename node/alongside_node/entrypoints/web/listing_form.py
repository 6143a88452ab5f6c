"""A listing's form, both ways: from the fields somebody filled in to the members of a draft, and back (docs/develop/pages.md).

What does not fit is named by its field and a code of `wording.PROBLEM`; nothing is dropped silently and nothing is guessed. What the form
does not show (translations, who vouches) stays as it was.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from babel.numbers import get_currency_precision
from pydantic import BaseModel, ValidationError

from alongside_node.directory.text import fold
from alongside_protocol.commitments import CALLED, Commitments, unanswered
from alongside_protocol.hours import Hours
from alongside_protocol.listing import ContactKind

from .known_names import language_of, written, zone_of
from .visitor import Visitor

_DAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()/.-]{2,38}\Z")
_LIMITS: Final = {
    "circle_agreements": 2_000,
    "title": 120,
    "text": 4_000,
    "by": 120,
    "place_label": 120,
    "exception": 400,
    "would_pass_on": 400,
    "law_of": 120,
    "written_down": 400,
    "licensed_by": 120,
    "licensed_for": 120,
    "duties": 400,
    "practitioner_cost": 400,
    "insurance": 400,
}
_PRICED: Final = ("sliding_scale", "fixed")
_SAYINGS: Final = 5
_TOPICS: Final = 20
_REPEATS: Final = {"weekly": 1, "fortnightly": 2}
_DEFAULT_RADIUS_M: Final = 2_000


class Reading:
    """Fields read into members; `problems` names what does not fit."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self.problems: dict[str, str] = {}

    def text(self, name: str) -> str:
        """A text within its limit."""
        value = self._visitor.text(name)
        if len(value) > _LIMITS.get(name, 400):
            self.problems[name] = "too_long"
        return value

    def number(self, name: str, default: int, *, most: int) -> int:
        """A whole number from 0."""
        value = self._visitor.text(name)
        if not value:
            return default
        if not (value.isascii() and value.isdecimal()):
            self.problems[name] = "number"
            return default
        if len(value) > len(str(most)) or int(value) > most:
            self.problems[name] = "range"
            return default
        return int(value)

    def day(self, name: str) -> str:
        """A day, or nothing."""
        value = self._visitor.text(name)
        try:
            return date.fromisoformat(value).isoformat() if value else ""
        except ValueError:
            self.problems[name] = "day"
            return ""

    def fits(self, model: type[BaseModel], members: Mapping[str, Any], name: str) -> bool:
        """Whether members make a model; else the field is to be looked at again."""
        try:
            model.model_validate(members)
        except ValidationError:
            self.problems.setdefault(name, "form")
            return False
        return True


_FIELD_OF: Final = {
    "commitments.written_down": "written_down",
    "commitments.kept_days": "kept_days",
    "commitments.mandated_reporter": "mandated_reporter",
    "commitments.given_by": "given_by",
    "commitments.would_pass_on": "would_pass_on",
}


def field_of(code: str) -> str:
    """The field in which something that is still missing is answered."""
    return _FIELD_OF.get(code, "call_all" if code.startswith("commitments") else code.partition(".")[0])


def own_commitments(visitor: Visitor) -> tuple[Commitments | None, dict[str, str]]:
    """(what somebody would keep to, complete, or None; what needs another look)."""
    reading = Reading(visitor)
    members = commitments(reading, visitor)
    if reading.problems:
        return None, reading.problems
    found = Commitments.model_validate(members)
    missing = {field_of(f"commitments.{name}"): "required" for name in unanswered(found)}
    return (None if missing else found), missing


def commitments(reading: Reading, visitor: Visitor) -> dict[str, Any]:
    """Who may be called: as far as it was answered."""
    everybody = visitor.text("call_all")
    exception = reading.text("exception")
    members: dict[str, Any] = {}
    for who in CALLED:
        answer = visitor.text(f"call_{who}") if everybody in ("each", "") else everybody
        if answer:
            members[who] = {"answer": answer, **({"exception": exception} if exception else {})}
    for name in ("would_pass_on", "law_of", "written_down"):
        if value := reading.text(name):
            members[name] = value
    if reporter := visitor.text("mandated_reporter"):
        members["mandated_reporter"] = reporter
    if reporter == "no" and any(members.get(who, {}).get("answer") == "must_by_law" for who in CALLED):
        reading.problems["mandated_reporter"] = "law"
    if visitor.text("kept_days"):
        members["kept_days"] = reading.number("kept_days", 0, most=36_500)
    if given_by := visitor.text("given_by"):
        members["given_by"] = given_by
    if given_on := reading.day("given_on"):
        members["given_on"] = given_on
    reading.fits(Commitments, members, "call_all")
    return members


def read(visitor: Visitor, former: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], dict[str, str]]:
    """(the members of a draft, field → code of what needs another look)."""
    reading = Reading(visitor)
    wanted = visitor.text("direction") if former is None else former.get("direction")  # what it is stays what it was
    direction = "need" if wanted == "need" else "offer"
    kept = {name: value for name, value in (former or {}).items() if name in ("translations", "confirm_every", "relay")}
    members: dict[str, Any] = {
        **kept,
        "direction": direction,
        "type": visitor.text("type"),
        "audience": visitor.text("audience") or ("here" if direction == "need" else "anyone"),
        "lang": language_of(visitor.text("lang") or visitor.lang, lang=visitor.lang) or "",
        "title": " ".join(reading.text("title").split()),
        "text": reading.text("text"),
        "by": " ".join(reading.text("by").split()),
        "languages": _spoken(visitor, reading),
        "modality": list(visitor.texts("modality")),
        "access": list(visitor.texts("access")),
        "only_own": visitor.text("only_own") == "yes",
        "printable": visitor.text("printable") == "yes",
    }
    for name in ("type", "title"):
        if not members[name]:
            reading.problems[name] = "required"
    if not members["lang"]:
        reading.problems["lang"] = "language"
    if interpreter := visitor.text("interpreter"):
        members["interpreter"] = interpreter
    for name in ("lived_experience", "by_and_for"):
        members[name] = _sayings(visitor.text(name), members["lang"], reading, name)
    members["topics"] = _topics(visitor.text("topics"), reading)
    members["ages"] = _ages(visitor, reading)
    _put(members, "place", _place(visitor, reading, former))
    _put(members, "hours", _hours(visitor, reading))
    if direction == "offer":
        members["commitments"] = commitments(reading, visitor)
        _put(members, "exchange", _exchange(visitor, reading))
        members["room"] = {
            "state": visitor.text("room") or "open",
            "waiting": reading.number("waiting", 3, most=100),
            "guests": reading.number("guests", 1, most=100),
        }
        if members["type"] == "circle":
            members["agreements"] = reading.text("circle_agreements")
            if visitor.text("seats"):
                members["room"]["seats"] = max(reading.number("seats", 1, most=200), 1)
        members["contact"] = _contacts(visitor, reading)
        if members["type"] == "practitioner":
            members["practitioner"] = _practitioner(visitor, reading, former)
    return members, reading.problems


def _spoken(visitor: Visitor, reading: Reading) -> list[str]:
    """Those that are ticked, then those that are written by name."""
    names = [name.strip() for name in visitor.text("more_languages").replace("،", ",").split(",") if name.strip()]
    written = [language_of(name, lang=visitor.lang) for name in names]
    if None in written:
        reading.problems["more_languages"] = "language"
    return list(dict.fromkeys([*visitor.texts("languages"), *filter(None, written)]))


def _put(members: dict[str, Any], name: str, value: Any) -> None:
    if value:
        members[name] = value


def _sayings(text: str, lang: str, reading: Reading, name: str) -> list[dict[str, str]]:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) > _SAYINGS or any(len(line) > 400 for line in lines):  # noqa: PLR2004 - listing.md
        reading.problems[name] = "too_long"
    return [{"lang": lang, "words": line[:400]} for line in lines[:_SAYINGS]]


def _topics(text: str, reading: Reading) -> list[str]:
    """Words with commas, as codes: letters that a code cannot hold are written without their accents."""
    found = ["_".join(fold(part).split()) for part in text.split(",")]
    codes = [code[:40].strip("_") for code in found if code]
    if len(codes) > _TOPICS:
        reading.problems["topics"] = "too_long"
    if any(not re.match("[a-z][a-z0-9_]*\\Z", code) for code in codes):
        reading.problems["topics"] = "form"
    return [code for code in codes if re.match("[a-z][a-z0-9_]*\\Z", code)][:_TOPICS]


def _ages(visitor: Visitor, reading: Reading) -> dict[str, Any]:
    kind = visitor.text("ages") or "adults"
    if kind != "from":
        return {"kind": kind}
    if not visitor.text("from_age"):
        reading.problems["from_age"] = "required"
    return {"kind": kind, "from_age": reading.number("from_age", 18, most=120)}


def _place(visitor: Visitor, reading: Reading, former: Mapping[str, Any] | None) -> dict[str, Any] | None:
    visibility, label = visitor.text("visibility"), reading.text("place_label")
    if not visibility and not label:
        return None
    place: dict[str, Any] = {"visibility": visibility or "area", "label": label}
    if place["visibility"] not in ("area", "public") or not label:
        return place
    before = (former or {}).get("place") or {}
    if before.get("label") == label and before.get("point"):
        place["point"] = before["point"]
    else:
        towns = visitor.site.gazetteer.find(label)
        if towns:
            place["point"] = {"latitude": towns[0].latitude, "longitude": towns[0].longitude}
    if place["visibility"] == "area":
        place["radius_m"] = before.get("radius_m") or _DEFAULT_RADIUS_M
    return place


def _hours(visitor: Visitor, reading: Reading) -> dict[str, Any] | None:
    spans: dict[tuple[str, str], list[str]] = {}
    for day in _DAYS:
        opens, closes = visitor.text(f"opens_{day}"), visitor.text(f"closes_{day}")
        if not opens and not closes:
            continue
        for name, value in ((f"opens_{day}", opens), (f"closes_{day}", closes)):
            if not _CLOCK.match(value):
                reading.problems[name] = "time"
        spans.setdefault((opens, closes), []).append(day)
    weekly = [{"days": days, "opens": opens, "closes": closes} for (opens, closes), days in spans.items()]
    meeting = _meeting(visitor, reading)
    if not weekly and meeting is None:
        return None
    zone = zone_of(visitor.text("zone"))
    if zone is None:
        reading.problems["zone"] = "zone" if visitor.text("zone") else "required"
    hours: dict[str, Any] = {"zone": zone, "weekly": weekly, "meetings": [meeting] if meeting else []}
    if not reading.problems:
        reading.fits(Hours, hours, "zone")
    return hours


def _meeting(visitor: Visitor, reading: Reading) -> dict[str, Any] | None:
    first, at = reading.day("meeting_first"), visitor.text("meeting_at")
    if not first and not at:
        return None
    if not first:
        reading.problems.setdefault("meeting_first", "required")
        return None
    if not _CLOCK.match(at):
        reading.problems["meeting_at"] = "time"
    begins = date.fromisoformat(first)
    repeats = visitor.text("meeting_repeats") or "weekly"
    meeting: dict[str, Any] = {
        "days": [_DAYS[begins.weekday()]],
        "at": at,
        "minutes": reading.number("meeting_minutes", 90, most=1_440),
        "first": first,
    }
    if repeats == "monthly":
        nth = (begins.day - 1) // 7 + 1
        meeting["nth"] = nth if nth <= 4 else -1  # noqa: PLR2004 - a fifth such day is the last of its month
    else:
        meeting["every"] = _REPEATS.get(repeats, 1)
    return meeting


def _exchange(visitor: Visitor, reading: Reading) -> dict[str, Any] | None:
    kind = visitor.text("exchange")
    if not kind:
        return None
    exchange: dict[str, Any] = {"kind": kind, "nobody_turned_away": visitor.text("nobody_turned_away") == "yes"}
    if kind not in _PRICED:
        return exchange
    currency = visitor.text("currency").upper()
    if not re.match("[A-Z]{3}\\Z", currency):
        reading.problems["currency"] = "required"
        return exchange
    lowest = _money(visitor, reading, "lowest" if visitor.text("lowest") else "highest", currency)
    highest = _money(visitor, reading, "highest" if visitor.text("highest") else "lowest", currency)
    if lowest > highest:
        reading.problems["lowest"] = "order"
    return exchange | {"lowest": lowest, "highest": highest, "currency": currency}


def _money(visitor: Visitor, reading: Reading, name: str, currency: str) -> int:
    """An amount as people write it, in the currency's smallest unit."""
    value = visitor.text(name).replace(",", ".")
    try:
        amount = Decimal(value) * 10 ** get_currency_precision(currency)
        if not amount.is_finite() or amount < 0 or amount > 10_000_000:  # noqa: PLR2004 - listing.md
            reading.problems[name] = "range"
            return 0
        return int(amount)
    except InvalidOperation:
        reading.problems[name] = "number"
        return 0


def _contacts(visitor: Visitor, reading: Reading) -> list[dict[str, str]]:
    found = []
    for kind in ContactKind:
        name = f"contact_{kind}"
        value = visitor.text(name)
        if not value:
            continue
        if kind is ContactKind.PAGE and not value.startswith("https://"):
            reading.problems[name] = "address"
        elif kind in (ContactKind.PHONE, ContactKind.TEXT, ContactKind.TEXTPHONE) and not _PHONE.match(value):
            reading.problems[name] = "phone"
        else:
            found.append({"kind": kind.value, "value": value})
    return found[:3]


def _practitioner(visitor: Visitor, reading: Reading, former: Mapping[str, Any] | None) -> dict[str, Any]:
    before = (former or {}).get("practitioner") or {}
    return {
        "licensed": bool(visitor.text("licensed_by")),
        "licensed_by": reading.text("licensed_by"),
        "licensed_for": reading.text("licensed_for"),
        "duties": reading.text("duties"),
        "cost": reading.text("practitioner_cost"),
        "insurance": reading.text("insurance"),
        "vouched": before.get("vouched", []),
    }


# The other way.


def commitments_fields(members: Mapping[str, Any]) -> dict[str, str]:
    """The fields of who may be called."""
    fields: dict[str, str] = {}
    answers = {who: (members.get(who) or {}).get("answer", "") for who in CALLED}
    if len(set(answers.values())) == 1 and answers["police"] in ("never", "only_if_you_ask"):
        fields["call_all"] = answers["police"]
    elif any(answers.values()):
        fields["call_all"] = "each"
        fields.update({f"call_{who}": answer for who, answer in answers.items()})
    said = [(members.get(who) or {}).get("exception", "") for who in CALLED]
    fields["exception"] = next((text for text in said if text), "")
    for name in ("would_pass_on", "law_of", "written_down", "mandated_reporter", "given_by", "given_on"):
        fields[name] = members.get(name) or ""
    if members.get("kept_days") is not None:
        fields["kept_days"] = str(members["kept_days"])
    return fields


def fields(members: Mapping[str, Any], lang: str) -> dict[str, str | Sequence[str]]:
    """The fields of a whole draft, for who reads `lang`."""
    found: dict[str, str | Sequence[str]] = {
        name: str(members.get(name) or "")
        for name in ("direction", "type", "title", "text", "by", "audience", "interpreter")
    }
    found["lang"] = written(str(members.get("lang") or lang), lang=lang)
    for name in ("languages", "modality", "access"):
        found[name] = tuple(members.get(name) or ())
    for name in ("only_own", "printable"):
        found[name] = "yes" if members.get(name) else ""
    for name in ("lived_experience", "by_and_for"):
        found[name] = "\n".join(saying["words"] for saying in members.get(name) or ())
    found["topics"] = ", ".join(topic.replace("_", " ") for topic in members.get("topics") or ())
    ages, place = members.get("ages") or {"kind": "adults"}, members.get("place") or {}
    found |= {"ages": ages.get("kind", "adults"), "from_age": str(ages.get("from_age") or "")}
    found |= {"visibility": place.get("visibility", ""), "place_label": place.get("label", "")}
    found |= _hours_fields(members.get("hours") or {})
    found |= commitments_fields(members.get("commitments") or {})
    found |= _exchange_fields(members.get("exchange") or {})
    room = members.get("room") or {}
    found |= {
        "room": room.get("state", "open"),
        "waiting": str(room.get("waiting", 3)),
        "guests": str(room.get("guests", 1)),
        "seats": str(room.get("seats") or ""),
        "circle_agreements": members.get("agreements") or "",
    }
    found |= {f"contact_{contact['kind']}": contact["value"] for contact in members.get("contact") or ()}
    practitioner = members.get("practitioner") or {}
    found |= {name: practitioner.get(name, "") for name in ("licensed_by", "licensed_for", "duties", "insurance")}
    found["practitioner_cost"] = practitioner.get("cost", "")
    return found


def _hours_fields(hours: Mapping[str, Any]) -> dict[str, str]:
    found = {"zone": hours.get("zone", "")}
    for span in hours.get("weekly") or ():
        for day in span["days"]:
            found |= {f"opens_{day}": span["opens"], f"closes_{day}": span["closes"]}
    for meeting in list(hours.get("meetings") or ())[:1]:
        monthly = meeting.get("nth") is not None
        found |= {
            "meeting_first": meeting["first"],
            "meeting_at": meeting["at"],
            "meeting_minutes": str(meeting["minutes"]),
            "meeting_repeats": "monthly" if monthly else "fortnightly" if meeting.get("every") == 2 else "weekly",  # noqa: PLR2004
        }
    return found


def _exchange_fields(exchange: Mapping[str, Any]) -> dict[str, str]:
    found = {
        "exchange": exchange.get("kind", ""),
        "nobody_turned_away": "yes" if exchange.get("nobody_turned_away") else "",
        "currency": exchange.get("currency") or "",
    }
    if exchange.get("currency"):
        unit = Decimal(10) ** get_currency_precision(exchange["currency"])
        for name in ("lowest", "highest"):
            if exchange.get(name) is not None:
                found[name] = f"{Decimal(exchange[name]) / unit:f}"
    return found

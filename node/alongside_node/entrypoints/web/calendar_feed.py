"""A circle's meetings as iCalendar (RFC 5545), for anybody's calendar: named by its title, and naming nobody (listing.md, "Mappings").

Never holds ATTENDEE, ORGANIZER, CONTACT, URL, a way to join, or a place that is told only to those accepted. Each meeting is an event of its
own, in UTC: a circle at seven stays at seven when the clocks change, in every calendar, whatever that knows of time zones.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from alongside_protocol import hours as opening
from alongside_protocol import limits
from alongside_protocol.listing import Listing
from alongside_protocol.place import Visibility

MEETINGS: Final = 30
"""Events in one answer: a weekly circle for more than half a year. Whoever subscribes asks again."""
_DAYS: Final = 400
_FOLD: Final = 75
"""Octets in a line, without its end (RFC 5545, section 3.1)."""


def calendar(listing: Listing, *, name: str, now: int) -> bytes | None:
    """The next meetings. `name`: something that stays the same for this listing; None: it meets at no set times."""
    if listing.hours is None or not listing.hours.meetings:
        return None
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Alongside//Circles//EN", "CALSCALE:GREGORIAN"]
    meetings = opening.meetings_from(listing.hours, now - limits.DAY, days=_DAYS)
    for number, (start, end) in enumerate(meetings):
        if number == MEETINGS:
            break
        lines += _event(listing, name, start, end)
    return b"".join(map(_folded, [*lines, "END:VCALENDAR"]))


def _event(listing: Listing, name: str, start: int, end: int) -> Iterator[str]:
    # Nothing tells when it was fetched: stamped with the day on which its people last said that it holds.
    stamp = listing.confirmed.replace("-", "")
    yield "BEGIN:VEVENT"
    yield f"UID:{sha256(f'{name} {start}'.encode()).hexdigest()[:32]}@alongside.invalid"
    yield f"DTSTAMP:{stamp}T000000Z"
    yield f"DTSTART:{_instant(start)}"
    yield f"DTEND:{_instant(end)}"
    yield f"SUMMARY:{_text(listing.title)}"
    place = listing.place
    if place is not None and place.visibility is Visibility.PUBLIC and place.label:
        yield f"LOCATION:{_text(place.label)}"
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> bytes:
    """One content line: of at most 75 octets each, no character cut in two."""
    parts: list[bytes] = [b""]
    for character in line:
        encoded = character.encode("utf-8")
        room = _FOLD if len(parts) == 1 else _FOLD - 1  # the space in front counts
        if len(parts[-1]) + len(encoded) > room:
            parts.append(b"")
        parts[-1] += encoded
    return b"\r\n ".join(parts) + b"\r\n"

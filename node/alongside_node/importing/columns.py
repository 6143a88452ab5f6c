"""The columns of a CSV file that `alongside import` reads: one table, which the host's page is printed from. Pure.

Names are those of a listing on the wire wherever one cell can hold the member. There is no column for an address, a
person's own e-mail, a date of birth or a diagnosis, and there never is.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from alongside_protocol.commitments import CALLED, Answer, Reporter
from alongside_protocol.hours import Day
from alongside_protocol.listing import (
    SENTENCE_CHARACTERS,
    TEXT_CHARACTERS,
    TITLE_CHARACTERS,
    Audience,
    Direction,
    ExchangeKind,
    Interpreter,
    ListingType,
    Modality,
    RoomState,
)
from alongside_protocol.place import Visibility

RADIUS_M: Final = 1_000
"""How wide an area is where the file does not say."""


@dataclass(frozen=True)
class Column:
    """One column. `required`: a file without it is refused; other columns, and any cell of theirs, may be absent."""

    name: str
    meaning: str
    example: str
    required: bool = False


def _one_of(values: type[Enum]) -> str:
    return ", ".join(f"`{member.value}`" for member in values)


_DAYS: Final = {
    Day.MO: "Monday",
    Day.TU: "Tuesday",
    Day.WE: "Wednesday",
    Day.TH: "Thursday",
    Day.FR: "Friday",
    Day.SA: "Saturday",
    Day.SU: "Sunday",
}

COLUMNS: Final = (
    Column("source_id", "The id in your own list: a second import of the same list updates by it. Once in a file.", "A-17", required=True),
    Column("direction", f"{_one_of(Direction)}. Empty: `offer`.", "offer"),
    Column("type", f"What it is: {_one_of(ListingType)}.", "circle", required=True),
    Column("title", f"Up to {TITLE_CHARACTERS} characters.", "Monday grief circle", required=True),
    Column("text", f"In their words, up to {TEXT_CHARACTERS} characters.", "We meet and listen."),
    Column("lang", "The language of title and text, as BCP 47. Empty: what the import is told, else `en`.", "en"),
    Column("by", "How the person or group wants to be named.", "Harbour circle"),
    Column("audience", f"Who may read it: {_one_of(Audience)}. Empty: `federated` where it names somebody's lived experience or area, else `anyone`.", "anyone"),
    Column("languages", "Languages spoken there; several with `;`, `,` or `|` between.", "en;es"),
    Column("interpreter", f"{_one_of(Interpreter)}.", "welcome"),
    Column("modality", f"How people meet: {_one_of(Modality)}; several as above.", "in_person;phone"),
    Column("topics", "Community words; several as above. Never a diagnosis.", "grief;being_new"),
    Column("access", "What makes it easier to come; several as above.", "step_free;quiet"),
    Column("from_age", "Open from this age. Below 18 it is left out: two people and the community decide that.", "18"),
    Column("lived_experience", f"What they lived through, in their own words, up to {SENTENCE_CHARACTERS} characters.", "I lost my brother"),
    Column("by_and_for", f"By and for whom, in their own words, up to {SENTENCE_CHARACTERS} characters.", "By and for migrants"),
    Column("only_own", "`yes`: only for people who share this.", "no"),
    Column("place_label", "Town or area; never a street and number of a hidden place.", "Harbour quarter"),
    Column("visibility", f"{_one_of(Visibility)}. Empty: `area`. The point of a hidden place is left out.", "area"),
    Column("latitude", "Decimal degrees, with `longitude` or not at all.", "53.48095"),
    Column("longitude", "Decimal degrees.", "-2.23743"),
    Column("radius_m", f"How wide the area is, in metres: the point shown is moved by at least as much. Empty: {RADIUS_M}.", "1000"),
    Column("exchange", f"What is given in return: {_one_of(ExchangeKind)}.", "sliding_scale"),
    Column("lowest", "From, in whole money; for `sliding_scale` and `fixed`.", "5"),
    Column("highest", "To. Empty for `fixed`: as `lowest`.", "12.50"),
    Column("currency", "ISO 4217.", "EUR"),
    Column("nobody_turned_away", "`yes`: nobody is turned away for lack of money.", "yes"),
    Column("contact_phone", "A number to call without asking here; one that its group gives out.", "+44 1632 960001"),
    Column("contact_text", "A number for text messages.", "07700 900001"),
    Column("contact_textphone", "A number for a textphone.", "18001 01632 960001"),
    Column("contact_page", "A web page, with `https://` or `http://`.", "https://harbour.example/circle"),
    Column("contact_email", "An address of the group. One that looks like a person's is never taken.", "info@harbour.example"),
    Column("zone", "IANA time zone of the hours below. Empty: what the import is told.", "Europe/London"),
    *(
        Column(f"{edge}_{day.value}", f"{_DAYS[day]}: {edge} at, 24 hours.", example)
        for day in Day
        for edge, example in (("opens", "19:00"), ("closes", "21:00"))
    ),
    Column("room", f"{_one_of(RoomState)}.", "open"),
    Column("waiting", "How many may wait for an answer.", "3"),
    Column("printable", "`yes`: it may stand in a printed list.", "no"),
    *(Column(name, f"May they be called? {_one_of(Answer)}.", "only_if_you_ask") for name in CALLED),
    Column("exception", "An exception to all of these, in their words.", "if someone else is in danger"),
    Column("mandated_reporter", f"Does a law make them pass some things on? {_one_of(Reporter)}.", "no"),
    Column("would_pass_on", "What they would have to pass on if you told them.", "harm to a child"),
    Column("law_of", "The place whose law applies.", "England"),
    Column("written_down", "What they write down.", "first name and number"),
    Column("kept_days", "For how many days it is kept; 0: nothing is.", "30"),
    Column("given_by", "`we_asked_them`: you asked the people it speaks for. Without it, and the day, no answer above is taken.", "we_asked_them"),
    Column("given_on", "The day on which you asked them.", "2026-11-02"),
)  # fmt: skip
"""Every column, in the order of the page."""

NAMES: Final = frozenset(column.name for column in COLUMNS)
REQUIRED: Final = tuple(column.name for column in COLUMNS if column.required)


def markdown() -> str:
    """The table as it stands in docs/host/import.md."""
    lines = ["| column | what it means | for example |", "| --- | --- | --- |"]
    for column in COLUMNS:
        needed = " **Needed.**" if column.required else ""
        lines.append(f"| `{column.name}` | {column.meaning.replace('|', chr(92) + '|')}{needed} | {column.example} |")
    return "\n".join(lines) + "\n"

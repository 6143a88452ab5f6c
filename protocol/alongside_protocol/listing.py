"""The listing: what somebody offers or needs, the noun at the centre (listing.md).

Offers and needs are one kind of record, because the people who make them are the same people. Nothing in it is ever a
diagnosis, a score or a credential. Unknown members stay in the raw bytes and are ignored here; coded words that this
version does not know (`topics`, `access`) are kept, so that the vocabulary can grow without a new version.
The member `type` says what kind of support it is; `kind` on the same line is the record's own (section 4 of the specification).
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from . import hours as opening
from .commitments import Commitments, Reporter, unanswered
from .hours import Hours
from .place import Place
from .text_forms import BYTES_32, CODE, DATE, LANG, LANG_CHARACTERS, LINE, TEXT

TITLE_CHARACTERS: Final = 120
TEXT_CHARACTERS: Final = 4_000
SENTENCE_CHARACTERS: Final = 400
AGREEMENTS_CHARACTERS: Final = 2_000
HOLDERS: Final = 5
NEED_DAYS: Final = 7
"""A need ends this many days after it was confirmed: it is about now."""
GROWN_UP: Final = 18
VOUCHED_DAYS: Final = 365

_STRICT = ConfigDict(strict=True, frozen=True, extra="ignore")


class Direction(StrEnum):
    """An offer or a need: one kind of record, made by the same people."""

    OFFER = "offer"
    NEED = "need"


class ListingType(StrEnum):
    """What kind of support it is. `action` is off until a community turns it on."""

    LISTENING = "listening"
    CIRCLE = "circle"
    COMPANY = "company"
    PRACTICAL = "practical"
    SKILL = "skill"
    GUIDE = "guide"
    SPACE = "space"
    FUND = "fund"
    PRACTITIONER = "practitioner"
    ACTION = "action"


class Audience(StrEnum):
    """Who may read it. `here` never leaves its node."""

    ANYONE = "anyone"
    FEDERATED = "federated"
    HERE = "here"


class Modality(StrEnum):
    """How people meet."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    VIDEO = "video"
    TEXT = "text"
    LETTER = "letter"


class ExchangeKind(StrEnum):
    """What is given in return."""

    FREE = "free"
    GIFT = "gift"
    PAY_WHAT_YOU_CAN = "pay_what_you_can"
    SLIDING_SCALE = "sliding_scale"
    MUTUAL = "mutual"
    FIXED = "fixed"


class RoomState(StrEnum):
    """Whether there is room."""

    OPEN = "open"
    WAITING_LIST = "waiting_list"
    FULL = "full"
    RESTING = "resting"


class Interpreter(StrEnum):
    """Whether an interpreter can be there, and who brings one."""

    WELCOME = "welcome"
    WE_BRING_ONE = "we_bring_one"
    NOT_POSSIBLE = "not_possible"
    UNKNOWN = "unknown"


class ContactKind(StrEnum):
    """How somebody can be reached without asking here."""

    PHONE = "phone"
    TEXT = "text"
    TEXTPHONE = "textphone"
    PAGE = "page"
    EMAIL = "email"


class AgesKind(StrEnum):
    """Whom it is for."""

    ADULTS = "adults"
    FROM = "from"
    YOUNG_PEOPLE_FOR_YOUNG_PEOPLE = "young_people_for_young_people"


_Line = Annotated[str, Field(max_length=TITLE_CHARACTERS, pattern=LINE)]
_Text = Annotated[str, Field(max_length=TEXT_CHARACTERS, pattern=TEXT)]
_Sentence = Annotated[str, Field(max_length=SENTENCE_CHARACTERS, pattern=TEXT)]
_Lang = Annotated[str, Field(pattern=LANG, max_length=LANG_CHARACTERS)]
_Codes = Annotated[tuple[Annotated[str, Field(pattern=CODE)], ...], Field(strict=False, max_length=20)]
_Date = Annotated[str, Field(pattern=DATE)]
_Money = Annotated[int, Field(ge=0, le=10_000_000)]


class SealTo(BaseModel):
    """The key that words for this listing are sealed to."""

    model_config = _STRICT

    k: Annotated[str, Field(pattern=BYTES_32)]
    suite: Annotated[str, Field(max_length=60, pattern=LINE)]


class Holder(BaseModel):
    """One of the people who offer it and can open requests; named only as they wish."""

    model_config = _STRICT

    name: _Line = ""
    seal: SealTo


class Saying(BaseModel):
    """Somebody's own words, in their language."""

    model_config = _STRICT

    lang: _Lang
    words: _Sentence


class Translation(BaseModel):
    """The same listing in another language, and who translated it."""

    model_config = _STRICT

    lang: _Lang
    title: _Line
    text: _Text
    by: _Line


class Ages(BaseModel):
    """Whom it is for. Nobody is asked for a date of birth."""

    model_config = _STRICT

    kind: Annotated[AgesKind, Field(strict=False)] = AgesKind.ADULTS
    from_age: Annotated[int, Field(ge=0, le=120)] | None = None

    @model_validator(mode="after")
    def _from_says_which_age(self) -> "Ages":
        if (self.kind is AgesKind.FROM) != (self.from_age is not None):
            raise ValueError("an age stands exactly where it is open from an age")
        return self

    @property
    def under_18(self) -> bool:
        """Whether people who are not grown up may ask."""
        return self.kind is AgesKind.YOUNG_PEOPLE_FOR_YOUNG_PEOPLE or (
            self.from_age is not None and self.from_age < GROWN_UP
        )


class Exchange(BaseModel):
    """What is given in return. This software never keeps, moves or counts money."""

    model_config = _STRICT

    kind: Annotated[ExchangeKind, Field(strict=False)]
    lowest: _Money | None = None
    highest: _Money | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    """ISO 4217; amounts in its smallest unit."""
    nobody_turned_away: bool = False
    note: _Sentence = ""

    @model_validator(mode="after")
    def _price_is_whole(self) -> "Exchange":
        if self.kind not in (ExchangeKind.SLIDING_SCALE, ExchangeKind.FIXED):
            return self
        if self.lowest is None or self.highest is None or self.currency is None:
            raise ValueError("a scale or a fixed amount says from, to and currency")
        if self.lowest > self.highest:
            raise ValueError("the lowest amount is above the highest")
        return self


class Contact(BaseModel):
    """A way to reach them without asking here, for those who want it."""

    model_config = _STRICT

    kind: Annotated[ContactKind, Field(strict=False)]
    value: Annotated[str, Field(min_length=1, max_length=SENTENCE_CHARACTERS, pattern=LINE)]
    """A number, an address of a page or an e-mail address, as it is to be used; never followed by software."""
    note: _Sentence = ""


class Room(BaseModel):
    """Whether there is room, and for how many requests at once; shown before anybody writes."""

    model_config = _STRICT

    state: Annotated[RoomState, Field(strict=False)] = RoomState.OPEN
    waiting: Annotated[int, Field(ge=0, le=100)] = 3
    guests: Annotated[int, Field(ge=0, le=100)] = 1
    """How many of those waiting may be people without an account; 0: none."""
    seats: Annotated[int, Field(ge=1, le=200)] | None = None
    """Of a circle: for how many who ask here there is a place. Its people see who comes next."""


class Vouching(BaseModel):
    """A peer group that vouches for a practitioner; ends within a year."""

    model_config = _STRICT

    by: _Line
    until: _Date
    group: Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{22})?$")] = ""
    """The id of the group's own listing in the same directory."""


class Practitioner(BaseModel):
    """Shown as "licensed practitioner", beside others and never above them."""

    model_config = _STRICT

    licensed: bool
    licensed_by: _Line = ""
    licensed_for: _Line = ""
    duties: _Sentence = ""
    """What they have to report, in plain words."""
    cost: _Sentence = ""
    insurance: _Sentence = ""
    vouched: Annotated[tuple[Vouching, ...], Field(strict=False, max_length=10)] = ()


class Listing(BaseModel):
    """One offer or need, as everybody who may read it sees it."""

    model_config = _STRICT

    direction: Annotated[Direction, Field(strict=False)]
    type: Annotated[ListingType, Field(strict=False)]
    audience: Annotated[Audience, Field(strict=False)]
    lang: _Lang
    title: Annotated[str, Field(min_length=1, max_length=TITLE_CHARACTERS, pattern=LINE)]
    text: _Text = ""
    translations: Annotated[tuple[Translation, ...], Field(strict=False, max_length=10)] = ()
    by: _Line = ""
    """How the person or group wants to be named here; never an account's name."""
    holders: Annotated[tuple[Holder, ...], Field(strict=False, min_length=1, max_length=HOLDERS)]
    lived_experience: Annotated[tuple[Saying, ...], Field(strict=False, max_length=5)] = ()
    by_and_for: Annotated[tuple[Saying, ...], Field(strict=False, max_length=5)] = ()
    only_own: bool = False
    """ "Only for our own" is a legitimate answer."""
    topics: _Codes = ()
    languages: Annotated[tuple[_Lang, ...], Field(strict=False, max_length=20)] = ()
    interpreter: Annotated[Interpreter, Field(strict=False)] = Interpreter.UNKNOWN
    interpreter_note: _Sentence = ""
    modality: Annotated[tuple[Annotated[Modality, Field(strict=False)], ...], Field(strict=False, max_length=5)] = ()
    place: Place | None = None
    access: _Codes = ()
    ages: Ages = Ages()
    exchange: Exchange | None = None
    hours: Hours | None = None
    contact: Annotated[tuple[Contact, ...], Field(strict=False, max_length=3)] = ()
    room: Room = Room()
    confirmed: _Date
    """When its people last said that it still holds."""
    confirm_every: Annotated[int, Field(ge=1, le=365)] = 90
    valid_until: _Date
    printable: bool = False
    relay: bool = False
    """Whether a verified copy may be passed on to others as proof; the author's choice."""
    commitments: Commitments | None = None
    practitioner: Practitioner | None = None
    agreements: Annotated[str, Field(max_length=AGREEMENTS_CHARACTERS, pattern=TEXT)] = ""
    """What those who come keep to, agreed to before asking."""


def vouched_on(practitioner: Practitioner, today: date) -> tuple[Vouching, ...]:
    """Who vouches on a day. One that has ended, or claims to last longer than a year, does not count."""
    last = today + timedelta(days=VOUCHED_DAYS)
    return tuple(one for one in practitioner.vouched if today <= date.fromisoformat(one.until) <= last)


def missing_before_publishing(listing: Listing) -> tuple[str, ...]:
    """Codes of what its author still has to answer or change; empty: it may be published.

    A need never has to answer who may be called: no policy is asked of a person in need. It ends within a week instead.
    Codes: `text`, `valid_until`; of an offer also `exchange`, `modality`, `practitioner`, `commitments.<question>`
    (`commitments.unanswered` says when an answer counts), and, where people under 18 may ask, `holders` and
    `commitments.would_pass_on`.
    """
    missing = [] if listing.text else ["text"]
    if listing.direction is Direction.NEED:
        return tuple(missing + (["valid_until"] if _days_valid(listing) > NEED_DAYS else []))
    if listing.exchange is None:
        missing.append("exchange")
    if not listing.modality:
        missing.append("modality")
    if listing.type is ListingType.PRACTITIONER and listing.practitioner is None:
        missing.append("practitioner")
    commitments = listing.commitments or Commitments()
    missing += [f"commitments.{name}" for name in unanswered(commitments)]
    if listing.ages.under_18:
        missing += _missing_for_young_people(listing, commitments)
    return tuple(missing)


def is_open_to_young_people(listing: Listing) -> bool:
    """Whether people under 18 may ask, nobody is alone with them, and what would have to be passed on is said."""
    commitments = listing.commitments or Commitments()
    offered = listing.direction is Direction.OFFER and listing.ages.under_18
    return offered and not _missing_for_young_people(listing, commitments)


def _days_valid(listing: Listing) -> int:
    return (date.fromisoformat(listing.valid_until) - date.fromisoformat(listing.confirmed)).days


def _missing_for_young_people(listing: Listing, commitments: Commitments) -> list[str]:
    """Nobody is alone with somebody under 18, and duties are stated first (listing.md, `ages`)."""
    missing = [] if len(listing.holders) > 1 else ["holders"]
    if commitments.mandated_reporter is not Reporter.NO and not commitments.would_pass_on:
        missing.append("commitments.would_pass_on")
    return missing


def is_open(listing: Listing, at: int) -> bool | None:
    """Whether it is open, or meeting, at the instant `at` (Unix seconds). None: it does not say when it is open."""
    if listing.hours is None:
        return None
    return listing.room.state is not RoomState.RESTING and opening.is_open(listing.hours, at)


def next_open(listing: Listing, at: int) -> int | None:
    """When it opens or meets next after `at`, in Unix seconds; None: not soon, resting, or it does not say."""
    if listing.hours is None or listing.room.state is RoomState.RESTING:
        return None
    return opening.next_opening(listing.hours, at)

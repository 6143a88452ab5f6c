"""The listing: what somebody offers or needs, the noun at the centre (listing.md).

Offers and needs are one kind of record, because the people who make them are the same people. Nothing in it is ever a
diagnosis, a score or a credential. Unknown members stay in the raw bytes and are ignored here; coded words that this
version does not know (`topics`, `access`) are kept, so that the vocabulary can grow without a new version.
"""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from . import base64url
from .commitments import Commitments, unanswered
from .errors import Refused
from .hours import Hours
from .place import Place

TITLE_CHARACTERS = 120
TEXT_CHARACTERS = 4_000
HOLDERS = 5

_STRICT = ConfigDict(strict=True, frozen=True, extra="ignore")
_KEY_BYTES = 32

# Controls, and the marks that reorder or hide text: with them a page can show something else than it says.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)


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


class AgesKind(StrEnum):
    """Whom it is for."""

    ADULTS = "adults"
    FROM = "from"
    YOUNG_PEOPLE_FOR_YOUNG_PEOPLE = "young_people_for_young_people"


def plain(text: str) -> str:
    """`text`, when it has no control or direction marks. Raises `ValueError`."""
    if _FORBIDDEN.search(text):
        raise ValueError("contains control or direction marks")
    return text


def _seal_key(text: str) -> str:
    try:
        base64url.decode(text, length=_KEY_BYTES)
    except Refused:
        raise ValueError("not a 32-byte key") from None
    return text


_Title = Annotated[str, Field(max_length=TITLE_CHARACTERS), AfterValidator(plain)]
_Text = Annotated[str, Field(max_length=TEXT_CHARACTERS), AfterValidator(plain)]
_Sentence = Annotated[str, Field(max_length=400), AfterValidator(plain)]
_Lang = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
_Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Codes = Annotated[tuple[_Code, ...], Field(strict=False, max_length=20)]
_Date = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
_Money = Annotated[int, Field(ge=0, le=10_000_000)]


class SealTo(BaseModel):
    """The key that words for this listing are sealed to."""

    model_config = _STRICT

    k: Annotated[str, AfterValidator(_seal_key)]
    suite: Annotated[str, Field(max_length=60)]


class Holder(BaseModel):
    """One of the people who offer it and can open requests; named only as they wish."""

    model_config = _STRICT

    name: _Title = ""
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
    title: _Title
    text: _Text
    by: _Title


class Ages(BaseModel):
    """Whom it is for. Nobody is asked for a date of birth."""

    model_config = _STRICT

    kind: Annotated[AgesKind, Field(strict=False)] = AgesKind.ADULTS
    from_age: Annotated[int, Field(ge=0, le=120)] | None = None


class Exchange(BaseModel):
    """What is given in return. This software never keeps, moves or counts money."""

    model_config = _STRICT

    kind: Annotated[ExchangeKind, Field(strict=False)]
    lowest: _Money | None = None
    highest: _Money | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """ISO 4217; amounts in its smallest unit."""
    nobody_turned_away: bool = False
    note: _Sentence = ""

    @model_validator(mode="after")
    def _scale_has_a_range(self) -> "Exchange":
        priced = self.kind in (ExchangeKind.SLIDING_SCALE, ExchangeKind.FIXED)
        if priced and (self.lowest is None or self.highest is None or self.currency is None):
            raise ValueError("a scale or a fixed amount says from, to and currency")
        if priced and self.lowest is not None and self.highest is not None and self.lowest > self.highest:
            raise ValueError("the lowest amount is above the highest")
        return self


class Contact(BaseModel):
    """A way to reach them without asking here, for those who want it."""

    model_config = _STRICT

    kind: Annotated[str, Field(pattern=r"^(phone|text|textphone|page|email)$")]
    value: _Sentence
    note: _Sentence = ""


class Room(BaseModel):
    """Whether there is room, and for how many requests at once; shown before anybody writes."""

    model_config = _STRICT

    state: Annotated[RoomState, Field(strict=False)] = RoomState.OPEN
    waiting: Annotated[int, Field(ge=0, le=100)] = 3
    guests: Annotated[int, Field(ge=0, le=100)] = 1
    """How many of those waiting may be people without an account; 0: none."""


class Vouching(BaseModel):
    """A peer group that vouches for a practitioner; ends after a year."""

    model_config = _STRICT

    by: _Title
    until: _Date


class Practitioner(BaseModel):
    """Shown as "licensed practitioner", beside others and never above them."""

    model_config = _STRICT

    licensed: bool
    licensed_by: _Title = ""
    licensed_for: _Title = ""
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
    title: Annotated[_Title, Field(min_length=1)]
    text: _Text = ""
    translations: Annotated[tuple[Translation, ...], Field(strict=False, max_length=10)] = ()
    by: _Title = ""
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


def missing_before_publishing(listing: Listing) -> tuple[str, ...]:
    """Codes of what its author still has to answer; empty: it may be published.

    A need never has to answer who may be called: no policy is asked of a person in need.
    """
    missing = [] if listing.text else ["text"]
    if listing.direction is Direction.NEED:
        return tuple(missing)
    if listing.exchange is None:
        missing.append("exchange")
    if not listing.modality:
        missing.append("modality")
    if listing.type is ListingType.PRACTITIONER and listing.practitioner is None:
        missing.append("practitioner")
    missing += [f"commitments.{name}" for name in unanswered(listing.commitments or Commitments())]
    return tuple(missing)

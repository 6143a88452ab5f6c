"""Fit before identity: what may be asked before anybody says who they are, and the four answers (section 6 of the specification).

Everything in a question is coded: languages, topics, times, ways to meet, access, and whether there is room this week. There is no
place for a name, a contact or a word of somebody's own, so none can be sent by mistake. A rare combination may still be recognised.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from . import limits
from .identifiers import RecordId
from .listing import Modality
from .sealing import SealPublicKey
from .text_forms import CODE, LANG, LANG_CHARACTERS


class Fit(StrEnum):
    """What is answered for one listing. It promises nothing and names nobody."""

    ROOM = "room"
    WAITING_LIST = "waiting_list"
    NO = "no"
    TALK_FIRST = "talk_first"
    """Perhaps; only a conversation can tell."""


class Time(StrEnum):
    """When somebody could, as roughly as is useful."""

    MORNINGS = "mornings"
    AFTERNOONS = "afternoons"
    EVENINGS = "evenings"
    NIGHTS = "nights"
    WEEKENDS = "weekends"


_Codes = Annotated[tuple[Annotated[str, Field(pattern=CODE)], ...], Field(strict=False, max_length=limits.FIT_WISHES)]


class Wishes(BaseModel):
    """What somebody hopes for, in codes. Any one of several fits, save `access`, which is needed whole. Empty: no matter."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    languages: Annotated[
        tuple[Annotated[str, Field(pattern=LANG, max_length=LANG_CHARACTERS)], ...],
        Field(strict=False, max_length=limits.FIT_WISHES),
    ] = ()
    topics: _Codes = ()
    times: Annotated[
        tuple[Annotated[Time, Field(strict=False)], ...], Field(strict=False, max_length=limits.FIT_WISHES)
    ] = ()
    modality: Annotated[
        tuple[Annotated[Modality, Field(strict=False)], ...], Field(strict=False, max_length=limits.FIT_WISHES)
    ] = ()
    access: _Codes = ()
    this_week: bool = False
    """Whether it matters that there is room this week."""


@dataclass(frozen=True)
class Question:
    """What a node is asked: about which of its listings, what is hoped for, and where the answer is sealed to, once."""

    listings: tuple[RecordId, ...]
    wishes: Wishes
    reply: SealPublicKey


Answers = Mapping[RecordId, Fit]
"""Listing → what is answered for it."""

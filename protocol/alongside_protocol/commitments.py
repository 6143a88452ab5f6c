"""Who may be called, and what is kept: the answers every offer gives before it can be published (listing.md; section 6 of the
specification, "Commitments hash").

A seeker reads them before asking, can filter on them, and consent is pinned to their hash. `unknown` is an honest answer
and never passes a safety filter. They are promises, not guarantees, and every page that shows them says so.
Never normalises: what a person read is what is hashed.
"""

from collections.abc import Iterator
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from .text_forms import DATE, LINE, TEXT

TAG: Final = b"alongside-commitments-1"


class Answer(StrEnum):
    """May they be called?"""

    NEVER = "never"
    ONLY_IF_YOU_ASK = "only_if_you_ask"
    MAY_WITHOUT_ASKING = "may_without_asking"
    MUST_BY_LAW = "must_by_law"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """Who gave an answer. Somebody else's guess has no name here: it stays `unknown`."""

    THE_HOLDER = "the_holder"
    WE_ASKED_THEM = "we_asked_them"


class Reporter(StrEnum):
    """Is the person who offers bound by law to pass some things on?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


_Words = Annotated[str, Field(max_length=400, pattern=TEXT)]
_Date = Annotated[str, Field(pattern=f"^$|{DATE}")]
_Source = Annotated[Source, Field(strict=False)]


class Called(BaseModel):
    """The answer for one of those who could be called."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    answer: Annotated[Answer, Field(strict=False)]
    exception: _Words = ""
    """In their own words: "if someone else is in danger". Empty: none."""
    given_by: _Source | None = None
    """Who gave this answer, where it was not who gave the others. Absent: as `Commitments.given_by` says."""
    given_on: _Date = ""
    """The day on which this answer was given, where it was another than the others'."""


class Commitments(BaseModel):
    """Every answer a listing or a community gives. A member that is absent was not answered."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    police: Called | None = None
    hospital: Called | None = None
    """Emergency or psychiatric."""
    child_services: Called | None = None
    immigration: Called | None = None
    family_or_partner: Called | None = None
    probation: Called | None = None
    anyone_else: Called | None = None
    law_of: Annotated[str, Field(max_length=120, pattern=LINE)] = ""
    """The place whose law applies, in words."""
    would_pass_on: _Words = ""
    """ "What I would have to pass on if you told me." """
    mandated_reporter: Annotated[Reporter, Field(strict=False)] = Reporter.UNKNOWN
    written_down: _Words = ""
    """What is written down. Empty: not answered."""
    kept_days: Annotated[int, Field(ge=0, le=36_500)] | None = None
    """How long that is kept; 0: nothing is kept; absent: not answered."""
    given_by: _Source | None = None
    """Who gave the answers, where an answer does not say otherwise."""
    given_on: _Date = ""


CALLED: Final = (
    "police",
    "hospital",
    "child_services",
    "immigration",
    "family_or_partner",
    "probation",
    "anyone_else",
)
"""Those who could be called, in the specification's order."""

_WITHOUT_YES: Final = frozenset({Answer.NEVER, Answer.ONLY_IF_YOU_ASK})


def unanswered(commitments: Commitments) -> tuple[str, ...]:
    """Names of the questions that still need an answer before an offer can be published.

    `unknown` counts as an answer only where somebody was asked and could not say (`we_asked_them`): the person who offers
    can always answer for themselves. Whoever asked says when.
    """
    asked = commitments.given_by is Source.WE_ASKED_THEM
    missing = [name for name in CALLED if not _answered(commitments, getattr(commitments, name))]
    if commitments.mandated_reporter is Reporter.UNKNOWN and not asked:
        missing.append("mandated_reporter")
    if commitments.kept_days is None:
        missing.append("kept_days")
    if commitments.kept_days and not commitments.written_down:
        missing.append("written_down")
    if commitments.given_by is None or (asked and not commitments.given_on):
        missing.append("given_by")
    return tuple(missing)


def _answered(commitments: Commitments, called: Called | None) -> bool:
    if called is None:
        return False
    if called.given_by is Source.WE_ASKED_THEM:
        return bool(called.given_on)
    by = called.given_by or commitments.given_by
    return called.answer is not Answer.UNKNOWN or by is Source.WE_ASKED_THEM


def never_without_yes(called: Called | None) -> bool:
    """Whether they are never called without the person's yes. Unknown and unanswered: no."""
    return called is not None and called.answer in _WITHOUT_YES


def promises_no_call_without_yes(commitments: Commitments | None) -> bool:
    """Whether neither police nor hospital is called without the person's yes. Unknown, unanswered and absent: no."""
    if commitments is None:
        return False
    return never_without_yes(commitments.police) and never_without_yes(commitments.hospital)


def commitments_hash(of_listing: Commitments | None, of_community: Commitments | None) -> bytes:
    """The 32 bytes that consent is pinned to: the listing's complete commitments, then the community's.

    SHA-256 over the tag and, in the specification's order, each member as uint16 length ‖ name ‖ uint32 length ‖ UTF-8
    value; an absent member has length 0. Nothing is normalised.
    """
    digest = sha256(TAG)
    for owner, commitments in (("listing", of_listing), ("community", of_community)):
        for name, value in _members(commitments or Commitments()):
            label, text = f"{owner}.{name}".encode("ascii"), value.encode("utf-8")
            digest.update(len(label).to_bytes(2, "big") + label + len(text).to_bytes(4, "big") + text)
    return digest.digest()


def _members(commitments: Commitments) -> Iterator[tuple[str, str]]:
    for name in CALLED:
        called: Called | None = getattr(commitments, name)
        yield f"{name}.answer", called.answer if called else ""
        yield f"{name}.exception", called.exception if called else ""
        yield f"{name}.given_by", (called.given_by or "") if called else ""
        yield f"{name}.given_on", called.given_on if called else ""
    yield "law_of", commitments.law_of
    yield "would_pass_on", commitments.would_pass_on
    yield "mandated_reporter", commitments.mandated_reporter
    yield "written_down", commitments.written_down
    yield "kept_days", "" if commitments.kept_days is None else str(commitments.kept_days)
    yield "given_by", commitments.given_by or ""
    yield "given_on", commitments.given_on

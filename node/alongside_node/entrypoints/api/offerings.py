"""What somebody offers or needs: writing it, publishing it, resting, taking it down (listing.md).

Nothing is published before its people have answered who may be called; what is still to be answered comes back as codes.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, Field, ModelWrapValidatorHandler, create_model, model_validator
from pydantic_core import PydanticCustomError

from alongside_node.directory import publishing
from alongside_node.entrypoints import acts
from alongside_node.foundation.database import Reading
from alongside_node.listings import actions as listings
from alongside_node.listings.actions import Move, Offering, State
from alongside_node.listings.rules import SET_BY_NODE
from alongside_node.referrals import answering
from alongside_protocol.listing import TITLE_CHARACTERS, Listing
from alongside_protocol.text_forms import LINE

from .caller import Calling
from .forms import Caller, Day, Form, PathId, RandomId
from .problems import Problem, ProblemError

_NOT_DRAFTED: Final = SET_BY_NODE | {"holders"}


class _Drafted(Form):
    """Refuses what nobody knows also inside its members, whose own models pass it over: nothing is lost in silence."""

    @model_validator(mode="wrap")
    @classmethod
    def _nothing_unknown(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        made = handler(given)
        if isinstance(given, Mapping) and not _covers(made.model_dump(mode="json", exclude_unset=True), given):
            raise PydanticCustomError("unknown_member", "holds a member that nobody knows")
        return made


def _covers(kept: Any, given: Any) -> bool:
    """Whether every member that was given is among those that were kept."""
    if isinstance(given, Mapping):
        return isinstance(kept, Mapping) and all(name in kept and _covers(kept[name], given[name]) for name in given)
    if isinstance(given, list):
        return isinstance(kept, list) and all(map(_covers, kept, given))
    return True


_members: Final[dict[str, Any]] = {
    name: (Annotated[field.rebuild_annotation() | None, Field(description=field.description)], None)
    for name, field in Listing.model_fields.items()
    if name not in _NOT_DRAFTED
}
Draft: Final[type[BaseModel]] = create_model(
    "Draft", __base__=_Drafted, __doc__="A listing as far as it is written; no member is needed yet.", **_members
)
"""Members as in the specification; what the node itself sets is not among them."""


class Writing(Form):
    """A whole draft. `name`: how its writer wants to be named on it."""

    content: Draft
    name: Annotated[str, Field(max_length=TITLE_CHARACTERS, pattern=LINE)] = ""


class Rewriting(Form):
    """A whole draft anew."""

    content: Draft


class OfferingAnswer(Form):
    """A listing as its people keep it. `missing`: codes of what is still to be answered; `last_day`: shown until then."""

    id: RandomId
    state: State
    rev: int
    content: dict[str, Any]
    holders: tuple[str, ...]
    missing: tuple[str, ...]
    waiting: Annotated[int, Field(description="How many requests wait for an answer.")]
    last_day: Day | None


class Offerings(Form):
    """Everything somebody keeps."""

    offerings: tuple[OfferingAnswer, ...]


def _shown(reading: Reading, caller: Calling, offering: Offering) -> OfferingAnswer:
    key = acts.place_key(caller.edge.keys(), offering.id)
    gone = offering.state is State.WITHDRAWN
    missing = () if gone else listings.missing(reading, offering, now=caller.now, place_key=key)
    last = publishing.valid_until(reading, caller.me, offering.id)
    return OfferingAnswer(
        id=offering.id,
        state=offering.state,
        rev=offering.rev,
        content={} if gone else dict(offering.members),
        holders=() if gone else tuple(holder.name for holder in offering.holders),
        # What publishing itself answers ("I want to be listed") stands in nobody's way.
        missing=tuple(code for code in missing if code not in offering.waiting_for),
        waiting=answering.count_waiting(reading, offering.id, now=caller.now),
        last_day=None if last is None else last.isoformat(),
    )


async def mine(caller: Caller) -> Offerings:
    """Everything you keep, with what is still missing before others may see it."""
    member = caller.member.id

    def look(reading: Reading) -> Offerings:
        found = listings.of_member(reading, member)
        return Offerings(offerings=tuple(_shown(reading, caller, offering) for offering in found))

    return await caller.edge.read(look)


def _content(draft: BaseModel) -> dict[str, Any]:
    return draft.model_dump(mode="json", exclude_unset=True, exclude_none=True)


async def create(caller: Caller, body: Writing) -> OfferingAnswer:
    """Keep a new draft, which nobody else sees."""
    member = caller.member
    listing = await acts.draft(caller.edge, member, _content(body.content), name=body.name or member.name)
    return await _answered(caller, listing)


async def _answered(caller: Calling, listing: str) -> OfferingAnswer:
    def look(reading: Reading) -> OfferingAnswer:
        offering = listings.find(reading, listing)
        if offering is None:
            raise ProblemError(Problem.NOT_FOUND)
        return _shown(reading, caller, offering)

    return await caller.edge.read(look)


async def _change(caller: Calling, listing: str, move: Move, content: dict[str, Any] | None = None) -> OfferingAnswer:
    changed = await acts.change(caller.edge, caller.member, listing, move, content)
    if changed is None:
        raise ProblemError(Problem.NOT_FOUND)
    return await _answered(caller, listing)


async def edit(caller: Caller, listing: PathId, body: Rewriting) -> OfferingAnswer:
    """Put a whole draft in the place of what was written. What is published stays complete."""
    return await _change(caller, listing, Move.EDIT, _content(body.content))


async def publish(caller: Caller, listing: PathId) -> OfferingAnswer:
    """Let others see it: who does so says that they want to be listed."""
    return await _change(caller, listing, Move.PUBLISH)


async def confirm(caller: Caller, listing: PathId) -> OfferingAnswer:
    """It still holds."""
    return await _change(caller, listing, Move.CONFIRM)


async def rest(caller: Caller, listing: PathId) -> OfferingAnswer:
    """Nobody can ask until it is open again."""
    return await _change(caller, listing, Move.REST)


async def reopen(caller: Caller, listing: PathId) -> OfferingAnswer:
    """Open again."""
    return await _change(caller, listing, Move.REOPEN)


async def withdraw(caller: Caller, listing: PathId) -> OfferingAnswer:
    """Take it down, here and everywhere."""
    return await _change(caller, listing, Move.WITHDRAW)

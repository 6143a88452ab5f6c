"""The pages of those who read a concern and of those it is about: hearing, listening to the other side, agreeing, closing (mission.md).

Stewards see only what was shown to them. Those who keep the listing see what stewards write to them, never who spoke nor their words.
"""

from typing import Any, Final

from starlette.responses import Response

from alongside_node.entrypoints import acts, concerning
from alongside_node.foundation.database import Reading
from alongside_node.listings import actions as listings
from alongside_node.members.actions import Act
from alongside_node.notifications.actions import Whose
from alongside_node.peers import actions as peers
from alongside_node.safety import concern_rules as rules
from alongside_node.safety import concerns as kept
from alongside_node.safety.concern_rules import Move, NotNowError, Party
from alongside_node.safety.concerns import Opened, Talked

from . import shown
from .concerns import as_said, as_shown
from .views import ConcernView, NeighbourView, Notice, TalkView
from .visitor import NothingHereError, Visitor

_DAYS: Final = tuple(str(days) for days in rules.AGREED_CHOICES)


# Those who look after the community.


def _view(visitor: Visitor, opened: Opened) -> ConcernView:
    row, talking, person = opened.row, opened.talking, visitor.somebody()
    until = None if talking is None else talking.shown_until
    return ConcernView(
        url=f"/community/concerns/{row.id}",
        shown=as_shown(opened.shown, tuple(name for _, name in opened.shown.readers), me=visitor.me),
        state=row.state.value,
        last_day=shown.day_from(row.last_day),
        said=tuple(map(as_said, opened.said)),
        may=frozenset(move.value for move in Move if rules.may(row.state, Party.STEWARDS, move)),
        may_talk=row.may_talk,
        aside=tuple(map(as_said, opened.aside)),
        talking=talking is not None,
        shown_until=shown.day_from(until) if until is not None and until >= rules.day(visitor.now) else None,
        mine=kept.decided_first(opened, visitor.edge.keys(), person.member.id),
    )


async def everything(visitor: Visitor) -> Response:
    """Those that were shown to this steward."""
    person = visitor.may(Act.CARE)
    await acts.looked(visitor.edge, [Whose(member=person.member.id)])
    found = await visitor.edge.read(lambda reading: concerning.for_steward(reading, person, me=visitor.me))
    return visitor.page("concerns", concerns=tuple(_view(visitor, one) for one in found))


async def _known(visitor: Visitor) -> Opened:
    person, concern = visitor.may(Act.CARE), visitor.path("concern")
    found = await visitor.edge.read(lambda reading: concerning.one_for_steward(reading, person, concern, me=visitor.me))
    if found is None:
        raise NothingHereError
    return found


async def one(visitor: Visitor) -> Response:
    """One of them. Opening it says to who raised it that it was read."""
    await concerning.heard(visitor.edge, await _known(visitor))
    return await _page(visitor, await _known(visitor), {})


async def _page(visitor: Visitor, opened: Opened, problems: dict[str, str]) -> Response:
    content = opened.shown
    theirs = await visitor.edge.read(lambda reading: _theirs(reading, content.node))
    there = await visitor.edge.read(lambda reading: _is_there(reading, visitor, opened))
    return visitor.page(
        "concern_read",
        status=422 if problems else 200,
        concern=_view(visitor, opened),
        listing_url=f"/listings/{content.node}/{content.listing}",
        theirs=theirs,
        there=there,
        day_choices=visitor.days_ahead(_DAYS),
        form=visitor.form(problems),
    )


def _is_there(reading: Reading, visitor: Visitor, opened: Opened) -> bool:
    """Whether those who keep it can be asked here."""
    return bool(concerning.keepers(reading, opened.shown.node, opened.shown.listing, me=visitor.me))


def _theirs(reading: Reading, node: str) -> NeighbourView | None:
    """The community whose listing it is, when it is not ours: how to reach those who look after it."""
    peer = peers.find(reading, node)
    if peer is None:
        return None
    return NeighbourView(peer.name, peer.profile.lang, peer.origin, shown.contacts_of(peer.profile))


async def _step(visitor: Visitor, move: Move, *, words_needed: bool = False) -> Response:
    opened = await _known(visitor)
    words, to_people, days = (visitor.text(f"{move.value}_{name}") for name in ("text", "people", "days"))
    problems = {
        f"{move.value}_{name}": "too_long"
        for name, said in (("text", words), ("people", to_people))
        if len(said) > rules.WORDS_CHARACTERS
    }
    if words_needed and not words:
        problems[f"{move.value}_text"] = "required"
    if move is Move.AGREE and days not in _DAYS:
        problems["agree_days"] = "choose"
    if move is Move.LISTEN and opened.shown.node == visitor.me and not to_people:
        problems["listen_people"] = "required"
    if problems:
        return await _page(visitor, opened, problems)
    try:
        await concerning.care(
            visitor.edge,
            opened,
            move,
            words,
            to_people=to_people,
            days=int(days) if move is Move.AGREE else rules.OPEN_DAYS,
        )
    except NotNowError:
        return await _page(visitor, opened, {f"{move.value}_text": "not_now"})
    return visitor.go(f"/community/concerns/{opened.row.id}", Notice.CONCERN_STEP)


async def write(visitor: Visitor) -> Response:
    """Write to who raised it."""
    return await _step(visitor, Move.WRITE, words_needed=True)


async def listen(visitor: Visitor) -> Response:
    """Listen to the other side."""
    return await _step(visitor, Move.LISTEN)


async def agree(visitor: Visitor) -> Response:
    """Something was agreed, until a day."""
    return await _step(visitor, Move.AGREE, words_needed=True)


async def close(visitor: Visitor) -> Response:
    """It is closed, and why is said."""
    return await _step(visitor, Move.CLOSE, words_needed=True)


async def show(visitor: Visitor) -> Response:
    """Everybody here sees that the listing is being talked about."""
    opened = await _known(visitor)
    try:
        await concerning.show(visitor.edge, visitor.somebody(), opened)
    except NotNowError:
        return await _page(visitor, opened, {"show": "not_now"})
    return visitor.go(f"/community/concerns/{opened.row.id}", Notice.CONCERN_SHOWN)


async def hide(visitor: Visitor) -> Response:
    """It is not seen any more."""
    opened = await _known(visitor)
    await concerning.hide(visitor.edge, opened)
    return visitor.go(f"/community/concerns/{opened.row.id}", Notice.CONCERN_HIDDEN)


# Those it is about.


def _talk_view(reading: Reading, talked: Talked, *, today: int) -> TalkView:
    offering = listings.find(reading, talked.listing)
    members: Any = {} if offering is None else offering.members
    until = talked.shown_until
    return TalkView(
        url=f"/talks/{talked.row.id}",
        title=str(members.get("title", "")),
        lang=str(members.get("lang", "")),
        state=talked.row.state.value,
        said=tuple(map(as_said, talked.said)),
        may_answer=rules.may(talked.row.state, Party.PEOPLE, Move.WRITE),
        shown_until=shown.day_from(until) if until is not None and until >= today else None,
    )


async def talks(visitor: Visitor) -> Response:
    """What those who look after the community want to talk about with this person."""
    person, today = visitor.may(Act.ANSWER), rules.day(visitor.now)
    await acts.looked(visitor.edge, [Whose(member=person.member.id)])

    def look(reading: Reading) -> tuple[TalkView, ...]:
        found = concerning.talks(reading, person, me=visitor.me)
        return tuple(_talk_view(reading, talked, today=today) for talked in found)

    return visitor.page("talks", talks=await visitor.edge.read(look))


async def _talked(visitor: Visitor) -> Talked:
    person, concern = visitor.may(Act.ANSWER), visitor.path("concern")
    found = await visitor.edge.read(lambda reading: concerning.talks(reading, person, me=visitor.me))
    for talked in found:
        if talked.row.id == concern:
            return talked
    raise NothingHereError


async def talk(visitor: Visitor) -> Response:
    """One of them."""
    return await _talk_page(visitor, await _talked(visitor), {})


async def _talk_page(visitor: Visitor, talked: Talked, problems: dict[str, str]) -> Response:
    today = rules.day(visitor.now)
    view = await visitor.edge.read(lambda reading: _talk_view(reading, talked, today=today))
    return visitor.page("talk", status=422 if problems else 200, talk=view, form=visitor.form(problems))


async def answer(visitor: Visitor) -> Response:
    """Say one's side."""
    talked, words = await _talked(visitor), visitor.text("text")
    if not words or len(words) > rules.WORDS_CHARACTERS:
        return await _talk_page(visitor, talked, {"text": "too_long" if words else "required"})
    try:
        await concerning.answer(visitor.edge, talked, words)
    except NotNowError:
        return await _talk_page(visitor, talked, {"text": "not_now"})
    return visitor.go(f"/talks/{talked.row.id}", Notice.SIDE_SAID)

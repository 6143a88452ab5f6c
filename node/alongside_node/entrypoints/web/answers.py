"""The pages of somebody who offers: what was asked of them, opened with the listing's key, and the ways to answer.

They see an alias, never who it is. Declining needs no word; nobody is counted or hurried.
"""

from typing import Any

from starlette.responses import Response

from alongside_node.foundation.database import Reading
from alongside_node.listings import actions as listings
from alongside_node.members.actions import Act
from alongside_node.referrals import answering
from alongside_protocol.consent import FIELD_CHARACTERS, Field
from alongside_protocol.referral import Move

from . import shown
from .views import Choice, MessageView, Notice
from .visitor import NothingHereError, Visitor


def _told(reading: Reading, row: Any) -> shown.Told:
    offering = listings.find(reading, row.listing)
    members = {} if offering is None else offering.members
    return shown.Told(str(members.get("title", "")), str(members.get("lang", "")))


async def everything(visitor: Visitor) -> Response:
    """Everything asked of this person."""
    person = visitor.may(Act.ANSWER)

    def look(reading: Reading) -> Any:
        keys = answering.keys_of(reading, person, me=visitor.me)
        names = shown.names_of(reading, visitor.me)
        rows = answering.rows(reading, person.member)
        return [
            shown.incoming(answering.opened(reading, row, keys, me=visitor.me), _told(reading, row), names)
            for row in rows
        ]

    return visitor.page("incoming", requests=tuple(await visitor.edge.read(look)))


async def _opened(
    visitor: Visitor,
) -> tuple[answering.Opened, shown.Told, dict[str, str], list[Choice], tuple[str, ...]]:
    person, peer, ref = visitor.may(Act.ANSWER), visitor.path("node"), visitor.path("ref")

    def look(reading: Reading) -> Any:
        row = answering.find(reading, person.member, peer, ref)
        if row is None:
            return None
        opened = answering.opened(reading, row, answering.keys_of(reading, person, me=visitor.me), me=visitor.me)
        offering = listings.find(reading, row.listing)
        readers = () if offering is None else tuple(holder.name for holder in offering.holders)
        return opened, _told(reading, row), shown.names_of(reading, visitor.me), _others(reading, row.listing), readers

    found = await visitor.edge.read(look)
    if found is None:
        raise NothingHereError
    return found  # type: ignore[no-any-return]


def _others(reading: Reading, but: str) -> list[Choice]:
    """Other offers of this community that everybody may see."""
    return [
        Choice(offering.id, str(offering.members.get("title", "")))
        for offering in listings.in_states(reading, (listings.State.PUBLISHED,), limit=200)
        if offering.id != but
        and offering.members.get("direction") == "offer"
        and offering.members.get("audience") != "here"
    ]


async def one(visitor: Visitor) -> Response:
    """One request."""
    return await _page(visitor, {})


async def _page(visitor: Visitor, problems: dict[str, str]) -> Response:
    opened, told, names, others, readers = await _opened(visitor)
    messages = tuple(
        MessageView(said.ours, said.words, shown.day_from(said.day), said.kind)
        for said in opened.said
        if said.kind != "offer"
    )
    return visitor.page(
        "incoming_request",
        status=422 if problems else 200,
        request=shown.incoming(opened, told, names),
        messages=messages,
        received=shown.received(opened, names[visitor.me], readers),
        others=tuple(others),
        form=visitor.form(problems),
    )


async def _answer(visitor: Visitor, move: Move, said: Notice, *, needs_words: bool = False) -> Response:
    opened, _, _, others, _ = await _opened(visitor)
    words = visitor.text("text")
    if len(words) > FIELD_CHARACTERS[Field.WORDS]:
        return await _page(visitor, {"text": "too_long"})
    if needs_words and not words:
        return await _page(visitor, {"text": "required"})
    suggest = [visitor.text("suggest")] if move is Move.DECLINE and visitor.text("suggest") else []
    if any(name not in {choice.value for choice in others} for name in suggest):
        return await _page(visitor, {"suggest": "choose"})
    edge, now = visitor.edge, visitor.now
    step = answering.prepare(opened, move, words, suggest=suggest, keyring=edge.keys(), now=now, random=edge.random)
    await edge.write(lambda tx: answering.take(tx, step, now=now))
    return visitor.go(f"/incoming/{opened.row.peer}/{opened.row.ref}", said)


async def accept(visitor: Visitor) -> Response:
    """Yes."""
    return await _answer(visitor, Move.ACCEPT, Notice.ACCEPTED)


async def waitlist(visitor: Visitor) -> Response:
    """Not now, but later."""
    return await _answer(visitor, Move.WAITLIST, Notice.WAITLISTED)


async def decline(visitor: Visitor) -> Response:
    """Not this time, with or without a word, perhaps with somebody else to ask."""
    return await _answer(visitor, Move.DECLINE, Notice.DECLINED)


async def message(visitor: Visitor) -> Response:
    """Write on."""
    return await _answer(visitor, Move.MESSAGE, Notice.MESSAGE_SENT, needs_words=True)


async def close(visitor: Visitor) -> Response:
    """It is finished."""
    return await _answer(visitor, Move.CLOSE, Notice.CLOSED)

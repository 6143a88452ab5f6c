"""The pages of somebody who offers: what was asked of them, opened with the listing's key, and the ways to answer.

They see an alias, never who it is. Declining needs no word; nobody is counted or hurried; opening can wait; nobody has to carry it alone.
"""

from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from alongside_node.directory import searching
from alongside_node.directory.searching import Found, Query, Viewer
from alongside_node.entrypoints import acts
from alongside_node.foundation.database import Reading, Writing
from alongside_node.listings import actions as listings
from alongside_node.listings import joining
from alongside_node.members.actions import Act, Member
from alongside_node.referrals import answering, company
from alongside_node.referrals.answering import Opened
from alongside_node.safety import actions as safety
from alongside_protocol.coded_words import OUTCOMES_OF_HOLDER, QUIET_OF_HOLDER, Coded, text_of
from alongside_protocol.consent import FIELD_CHARACTERS, Beside, Field, Standing
from alongside_protocol.listing import Audience, Direction
from alongside_protocol.referral import Move, State

from . import shown, telling
from .views import BlockView, Choice, Notice
from .visitor import NothingHereError, Visitor
from .wording import HOW_TO_JOIN

_LATER: Final = ("1", "2", "3", "7")
"""Days for which opening can be put off; 0 takes it back."""
_SUGGESTIONS: Final = 8
_WORDS: Final = 200
_WAITING: Final = frozenset({State.OFFERED, State.WAITLISTED})


@dataclass(frozen=True)
class _ToJoin:
    """What a code that was just shown is for, and who gave it."""

    peer: str
    ref: str
    by: Member


def _told(reading: Reading, row: Any) -> shown.Told:
    offering = listings.find(reading, row.listing)
    members = {} if offering is None else offering.members
    return shown.Told(
        str(members.get("title", "")), str(members.get("lang", "")), need=members.get("direction") == Direction.NEED
    )


async def everything(visitor: Visitor) -> Response:
    """Everything asked of this person, and what they answer beside others."""
    visitor.may(Act.ANSWER)
    if await telling.seen(visitor):
        return visitor.go("/incoming", Notice.OPEN_FOR_LOOKING)
    return await _everything_page(visitor, {})


async def _everything_page(visitor: Visitor, problems: dict[str, str]) -> Response:
    person = visitor.may(Act.ANSWER)

    def look(reading: Reading) -> Any:
        keys = answering.keys_of(reading, person, me=visitor.me) | company.keys(person, me=visitor.me)
        names = shown.names_of(reading, visitor.me)
        others = company.rows(reading, person, me=visitor.me)
        rows = [(row, False) for row in answering.rows(reading, person.member)] + [(row, True) for row in others]
        return [
            shown.incoming(
                answering.opened(reading, row, keys, me=visitor.me),
                _told(reading, row),
                names,
                today=visitor.today,
                beside=beside,
            )
            for row, beside in rows
        ]

    requests = tuple(await visitor.edge.read(look))
    return visitor.page("incoming", status=422 if problems else 200, requests=requests, form=visitor.form(problems))


@dataclass(frozen=True)
class _Looked:
    """One request with what its page needs. `keeps`: this person keeps its listing, and is not only beside those who do."""

    opened: Opened
    told: shown.Told
    names: dict[str, str]
    own_offers: tuple[Choice, ...]
    readers: tuple[str, ...]
    ready: tuple[company.Ready, ...]
    let_in: frozenset[str]
    keeps: bool
    joining: str


async def _opened(visitor: Visitor) -> _Looked:
    person, peer, ref = visitor.may(Act.ANSWER), visitor.path("node"), visitor.path("ref")
    me = visitor.me

    def look(reading: Reading) -> _Looked | None:
        kept = answering.find(reading, person.member, peer, ref)
        row = kept or company.find(reading, person, peer, ref, me=me)
        if row is None:
            return None
        keys = answering.keys_of(reading, person, me=me) | company.keys(person, me=me)
        offering = listings.find(reading, row.listing)
        ready = company.those_ready(reading, row, keys, me=me)
        holders = () if offering is None else tuple(holder.name for holder in offering.holders)
        return _Looked(
            opened=answering.opened(reading, row, keys, me=me),
            told=_told(reading, row),
            names=shown.names_of(reading, me),
            own_offers=_own_offers(reading, row, me),
            readers=(*holders, *(one.beside.name for one in ready if one.reads)),
            ready=ready,
            let_in=frozenset(answering.let_in(reading, row)),
            keeps=kept is not None,
            joining=joining.told(reading, row.listing, keys, me=me) if kept is not None else "",
        )

    found = await visitor.edge.read(look)
    if found is None:
        raise NothingHereError
    return found


async def _kept(visitor: Visitor) -> _Looked:
    """As `_opened`, for those who keep the listing only."""
    looked = await _opened(visitor)
    if not looked.keeps:
        raise NothingHereError
    return looked


# Whom else to ask.


def _own_offers(reading: Reading, row: Any, me: str) -> tuple[Choice, ...]:
    """Other offers of this community that the one who asked may see."""
    seen = _audiences(row, me, own=True)
    return tuple(
        Choice(f"{me}/{offering.id}", str(offering.members.get("title", "")))
        for offering in listings.in_states(reading, (listings.State.PUBLISHED,), limit=200)
        if offering.id != row.listing
        and offering.members.get("direction") == "offer"
        and offering.members.get("audience") in seen
    )


def _audiences(row: Any, me: str, *, own: bool) -> frozenset[Audience]:
    """For whom a listing has to be, so that the one who asked can read it."""
    if row.standing == Standing.GUEST.value:
        return frozenset({Audience.ANYONE})
    here = frozenset({Audience.HERE}) if own and row.peer == me else frozenset()
    return here | {Audience.ANYONE, Audience.FEDERATED}


def _found_choice(found: Found, names: dict[str, str]) -> Choice:
    return Choice(f"{found.node}/{found.id}", f"{found.listing.title} ({names.get(found.node, '')})")


async def _elsewhere(visitor: Visitor, looked: _Looked) -> tuple[Choice, ...]:
    """What the words find, in every community whose listings we have; the words are kept nowhere."""
    words, row, me = visitor.text("find")[:_WORDS], looked.opened.row, visitor.me
    if not words:
        return ()
    query = Query(words=words, direction=Direction.OFFER)

    def look(reading: Reading) -> tuple[Found, ...]:
        viewer = Viewer(me, member=True)
        return searching.search(reading, query, viewer, now=visitor.now, limit=4 * _SUGGESTIONS).results

    fitting = [
        one
        for one in await visitor.edge.read(look)
        if one.id != row.listing and one.listing.audience in _audiences(row, me, own=one.node == me)
    ]
    return tuple(_found_choice(one, looked.names) for one in fitting[:_SUGGESTIONS])


async def find(visitor: Visitor) -> Response:
    """Look for somebody else to suggest, without losing what was written."""
    looked = await _opened(visitor)
    found = await _elsewhere(visitor, looked)
    return _page(visitor, looked, {} if found else {"find": "nothing"}, others=found)


def _suggested(visitor: Visitor) -> list[tuple[str, str]]:
    node, _, listing = visitor.text("suggest").partition("/")
    return [(node, listing)] if node and listing else []


async def _may_be_suggested(visitor: Visitor, looked: _Looked, suggest: list[tuple[str, str]]) -> bool:
    row, me = looked.opened.row, visitor.me

    def look(reading: Reading) -> bool:
        found = [
            searching.find(reading, node, name, Viewer(visitor.me, member=True), now=visitor.now)
            for node, name in suggest
        ]
        return all(
            one is not None
            and one.listing.direction is Direction.OFFER
            and one.listing.audience in _audiences(row, me, own=one.node == me)
            for one in found
        )

    return await visitor.edge.read(look)


# One request.


async def one(visitor: Visitor) -> Response:
    """One request."""
    looked = await _opened(visitor)
    if await telling.seen(visitor):
        return visitor.go(visitor.request.url.path, Notice.OPEN_FOR_LOOKING)
    return _page(visitor, looked, {})


def _page(visitor: Visitor, looked: _Looked, problems: dict[str, str], *, others: tuple[Choice, ...] = ()) -> Response:
    opened = looked.opened
    messages = tuple(shown.message(said) for said in opened.said if said.kind != "offer")
    return visitor.page(
        "incoming_request",
        status=422 if problems else 200,
        request=shown.incoming(opened, looked.told, looked.names, today=visitor.today, beside=not looked.keeps),
        messages=messages,
        received=shown.received(opened, looked.told, looked.names[visitor.me], looked.readers),
        others=others or looked.own_offers,
        later_choices=visitor.days_ahead(_LATER),
        joining=looked.joining,
        ready_choices=tuple(Choice(one.beside.key.text, one.beside.name) for one in looked.ready if not one.reads),
        form=visitor.form(problems),
    )


async def _answer(visitor: Visitor, move: Move, said: Notice, *, needs_words: bool = False) -> Response:
    looked = await _opened(visitor)
    words, suggest, beside = visitor.text("text"), _suggested(visitor), _chosen(visitor, looked)
    if len(words) > FIELD_CHARACTERS[Field.WORDS]:
        return _page(visitor, looked, {"text": "too_long"})
    if needs_words and not words:
        return _page(visitor, looked, {"text": "required"})
    if move is Move.ACCEPT and looked.joining:
        words = f"{words}\n\n{visitor.gettext(HOW_TO_JOIN)}\n{looked.joining}".strip()
        if len(words) > FIELD_CHARACTERS[Field.WORDS]:
            return _page(visitor, looked, {"text": "too_long"})
    if move is not Move.DECLINE:
        suggest = []
    if not await _may_be_suggested(visitor, looked, suggest):
        return _page(visitor, looked, {"suggest": "choose"})
    edge, now = visitor.edge, visitor.now
    step = answering.prepare(
        looked.opened,
        move,
        words,
        suggest=suggest,
        beside=beside if move in (Move.ACCEPT, Move.MESSAGE) else None,
        let_in=sorted(looked.let_in),
        keyring=edge.keys(),
        now=now,
        random=edge.random,
    )
    told, listing, me = looked.joining if move is Move.ACCEPT else "", looked.opened.row.listing, visitor.me
    # Sealed anew, to the key that all have who keep it now.
    kept = await edge.read(lambda reading: joining.prepare(reading, listing, told, me=me)) if told else None

    def work(tx: Writing) -> None:
        answering.take(tx, step, now=now)
        if kept is not None:
            joining.keep(tx, kept)

    await edge.write(work)
    return visitor.go(_url(looked), said)


def _url(looked: _Looked) -> str:
    return f"/incoming/{looked.opened.row.peer}/{looked.opened.row.ref}"


def _chosen(visitor: Visitor, looked: _Looked) -> Beside | None:
    """Who of those ready the one who asked is to be asked about."""
    return next((one.beside for one in looked.ready if one.beside.key.text == visitor.text("beside")), None)


async def accept(visitor: Visitor) -> Response:
    """Yes."""
    await _kept(visitor)
    return await _answer(visitor, Move.ACCEPT, Notice.ACCEPTED)


async def waitlist(visitor: Visitor) -> Response:
    """Not now, but later."""
    await _kept(visitor)
    return await _answer(visitor, Move.WAITLIST, Notice.WAITLISTED)


async def decline(visitor: Visitor) -> Response:
    """Not this time, with or without a word, perhaps with somebody else to ask."""
    await _kept(visitor)
    return await _answer(visitor, Move.DECLINE, Notice.DECLINED)


async def message(visitor: Visitor) -> Response:
    """Write on, or say something with one tap."""
    coded = visitor.text("coded")
    if coded:
        if coded not in (*QUIET_OF_HOLDER, *OUTCOMES_OF_HOLDER):
            raise NothingHereError
        visitor.sent = {"text": text_of(Coded(coded))}
    return await _answer(visitor, Move.MESSAGE, Notice.MESSAGE_SENT, needs_words=True)


async def close(visitor: Visitor) -> Response:
    """It is finished."""
    await _kept(visitor)
    coded = visitor.text("coded")
    if coded in OUTCOMES_OF_HOLDER:
        visitor.sent = {"text": text_of(Coded(coded))}
        await _answer(visitor, Move.MESSAGE, Notice.MESSAGE_SENT)
    visitor.sent = {}
    return await _answer(visitor, Move.CLOSE, Notice.CLOSED)


async def block(visitor: Visitor) -> Response:
    """They are let through no more, and read what everybody reads when there is no room."""
    looked = await _kept(visitor)
    row = looked.opened.row
    if await acts.block(visitor.edge, visitor.somebody(), row.peer, row.ref):
        return visitor.go("/blocks", Notice.BLOCKED)
    return _page(visitor, looked, {"block": "ended"})


async def blocks(visitor: Visitor) -> Response:
    """Whom this person blocked, as far as they can know."""
    person = visitor.may(Act.ANSWER)
    found = await visitor.edge.read(lambda reading: safety.blocked_by(reading, person, me=visitor.me))
    views = tuple(BlockView(one.mark, one.alias, shown.day_from(one.day)) for one in found)
    return visitor.page("blocks", blocks=views)


async def take_back_block(visitor: Visitor) -> Response:
    """Let them through again."""
    person, mark = visitor.may(Act.ANSWER), visitor.text("mark")
    if await visitor.edge.write(lambda tx: safety.take_back(tx, person, mark, me=visitor.me)):
        return visitor.go("/blocks", Notice.BLOCK_TAKEN_BACK)
    return visitor.go("/blocks")


# In one's own time, and not alone.


async def later(visitor: Visitor) -> Response:
    """Open it on another day. The one who asked is told nothing: nobody is shown as late."""
    looked = await _kept(visitor)
    days, row, now = visitor.text("days"), looked.opened.row, visitor.now
    if days not in ("0", *_LATER) or row.state not in _WAITING:
        return _page(visitor, looked, {"days": "choose"})

    def work(tx: Writing) -> None:
        current = answering.find(tx, visitor.somebody().member, row.peer, row.ref)
        if current is not None:
            company.put_off(tx, current, int(days), now=now)

    await visitor.edge.write(work)
    return visitor.go("/incoming", Notice.PUT_OFF) if days != "0" else visitor.go(_url(looked))


async def ask_the_others(visitor: Visitor) -> Response:
    """Nobody should carry this one alone: those who keep it too are asked to look."""
    looked = await _kept(visitor)
    row, now = looked.opened.row, visitor.now

    def work(tx: Writing) -> None:
        current = answering.find(tx, visitor.somebody().member, row.peer, row.ref)
        if current is not None:
            company.ask_the_others(tx, current, now=now)

    await visitor.edge.write(work)
    return visitor.go(_url(looked), Notice.COMPANY_ASKED)


async def invite(visitor: Visitor) -> Response:
    """A code with which one more person can be ready to join in, for twenty minutes."""
    looked = await _kept(visitor)
    row = looked.opened.row
    code = visitor.site.pending.keep(_ToJoin(row.peer, row.ref, visitor.somebody().member), known=True)
    return visitor.page("join_in", alias=row.alias, url=_url(looked), code=code)


async def join(visitor: Visitor) -> Response:
    """Be ready to join in. Nothing of the request is shown before the one who asked says yes."""
    person = visitor.may(Act.OFFER)
    to_join = await _given(visitor, visitor.text("code"))
    name = " ".join(visitor.text("name").split())[: FIELD_CHARACTERS[Field.NAME]]
    if not name:
        return await _everything_page(visitor, {"name": "required"})
    if to_join is not None and await acts.join_in(visitor.edge, person, to_join.peer, to_join.ref, name=name):
        visitor.site.pending.take(visitor.text("code"))
        return visitor.go("/incoming", Notice.READY_TO_JOIN)
    return await _everything_page(visitor, {"code": "code"})


async def _given(visitor: Visitor, code: str) -> _ToJoin | None:
    """What a code is for; None also when whoever gave it keeps the listing no longer."""
    to_join = visitor.site.pending.find(code)
    if not isinstance(to_join, _ToJoin):
        return None
    by, peer, ref = to_join.by, to_join.peer, to_join.ref
    kept = await visitor.edge.read(lambda reading: answering.find(reading, by, peer, ref))
    return None if kept is None else to_join

"""The phone line: who answers it, and what a volunteer opens for a caller who rings back and says four words (ADR 0025).

What is open is named by a cookie of its own that opens nothing without the volunteer's; the volunteer's row and the caller's name each other
nowhere. Every other page of ours closes it (`closed`). Here it is read out, answered, finished, taken back and deleted as the caller says.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from starlette.responses import Response

from alongside_node.entrypoints import acts, calling
from alongside_node.foundation.database import DatabaseUnavailableError, Reading, Writing
from alongside_node.members import actions as members
from alongside_node.members import relaying, spoken
from alongside_node.members.actions import Act, Person, Role
from alongside_node.members.relaying import LineKey, NewKey
from alongside_node.referrals import asking
from alongside_protocol import limits
from alongside_protocol.coded_words import OUTCOMES_OF_SEEKER, QUIET_OF_SEEKER, Coded, text_of
from alongside_protocol.consent import FIELD_CHARACTERS, Field
from alongside_protocol.errors import Code, Refused
from alongside_protocol.listing import RoomState
from alongside_protocol.referral import Move, State

from . import asking_aloud, shown
from .views import Form, Notice, VolunteerView
from .visitor import CallOverError, NothingHereError, Visitor

_LONGEST: Final = 200
_TRIES: Final = 5


@dataclass(frozen=True)
class _Let:
    """What a steward gives to one person by a code: the keys of the line, in memory only."""

    keys: tuple[LineKey, ...] = field(repr=False)


# Who answers the line.


async def home(visitor: Visitor) -> Response:
    """Taking a call; for who does not answer the line, how to begin."""
    return await _home_page(visitor, {})


async def _home_page(visitor: Visitor, problems: dict[str, str], **more: object) -> Response:
    person = visitor.may(Act.RELAY)
    volunteers = await visitor.edge.read(relaying.volunteers)
    steward = any(one.role is Role.STEWARD for one in volunteers)
    context: dict[str, object] = {"unknown": {}, "minutes": 0} | more
    return visitor.page(
        "calls",
        status=422 if problems else 200,
        relays=visitor.relays,
        may_begin=person.member.role is Role.STEWARD and not steward,
        alone=len(volunteers) == 1,
        form=Form({"words": visitor.text("words")} if context["unknown"] else {}, problems),
        **context,
    )


async def begin(visitor: Visitor) -> Response:
    """A steward opens the line, and answers it."""
    person, edge = visitor.may(Act.LET_RELAY), visitor.edge
    before = await edge.read(relaying.volunteers)
    new = relaying.begun(person, before, me=edge.me, random=edge.random)
    if new is None or not await edge.write(lambda tx: relaying.renew(tx, new, now=visitor.now)):
        return await _home_page(visitor, {"code": "code"})
    return visitor.go("/calls", Notice.LINE_OPEN)


async def people(visitor: Visitor) -> Response:
    """Who answers the line."""
    person = visitor.may(Act.LET_RELAY)
    volunteers = await visitor.edge.read(relaying.volunteers)
    views = tuple(VolunteerView(one.id, one.name, one.id == person.member.id) for one in volunteers)
    return visitor.page("calls_people", volunteers=views, relays=visitor.relays)


async def let(visitor: Visitor) -> Response:
    """A code with which one more person can answer it, for twenty minutes."""
    visitor.may(Act.LET_RELAY)
    keys = await _keys(visitor, visitor.volunteer())
    return visitor.page("calls_let", code=visitor.site.pending.keep(_Let(tuple(keys)), known=True))


async def _keys(visitor: Visitor, person: Person) -> list[LineKey]:
    return await visitor.edge.read(lambda reading: relaying.keys_of(reading, person, me=visitor.me))


async def join(visitor: Visitor) -> Response:
    """Answer the line from now on, with the code of a steward."""
    person, code = visitor.may(Act.RELAY), visitor.text("code")
    kept = visitor.site.pending.find(code)
    if isinstance(kept, _Let):
        shares = relaying.shares_for(person, kept.keys, me=visitor.me)
        if await visitor.edge.write(lambda tx: relaying.let(tx, person.member.id, shares)):
            visitor.site.pending.take(code)
            return visitor.go("/calls", Notice.RELAYS)
    return await _home_page(visitor, {"code": "code"})


async def stop(visitor: Visitor) -> Response:
    """Answer it no longer."""
    await _end(visitor, visitor.volunteer().member.id)
    return visitor.go("/calls", Notice.RELAYS_NO_MORE)


async def end_for(visitor: Visitor) -> Response:
    """Somebody answers it no longer, as a steward says: at once, also in the middle of a call."""
    visitor.may(Act.LET_RELAY)
    await _end(visitor, visitor.text("volunteer"))
    return visitor.go("/calls/people", Notice.RELAYS_NO_MORE)


async def _end(visitor: Visitor, member: str) -> None:
    """Raises `NothingHereError` for somebody who does not answer it."""
    edge, now = visitor.edge, visitor.now

    def prepared(reading: Reading) -> NewKey | None:
        before = relaying.volunteers(reading)
        if member not in {one.id for one in before}:
            return None
        return relaying.without(member, before, me=edge.me, random=edge.random)

    for _ in range(_TRIES):
        new = await edge.read(prepared)
        if new is None:
            raise NothingHereError

        def work(tx: Writing, new: NewKey = new) -> bool:
            return relaying.renew(tx, new, stops=member, now=now)

        if await edge.write(work):
            return
    raise members.BoxChangedError


# Ringing back.


async def open_again(visitor: Visitor) -> Response:
    """Four words open what was asked. A word that is none of ours is found before it counts as a try."""
    person, words = visitor.volunteer(), visitor.text("words")[:_LONGEST]
    patience, now, edge = visitor.site.patience, visitor.now, visitor.edge
    if len(words.split()) != spoken.SPOKEN:
        return await _home_page(visitor, {"words": "four"})
    if unknown := spoken.unknown(words, asking_aloud.languages(visitor)):
        return await _home_page(visitor, {"words": "no_word"}, unknown=unknown)
    if waits := patience.wait(person.member.id, now):
        return await _home_page(visitor, {"words": "wait"}, minutes=-(-waits // limits.MINUTE))
    patience.try_words(person.member.id, now)
    stretched = await visitor.site.stretching.stretch(words, edge.keys().words_salt)
    await _end_call(visitor)
    cookie = await calling.open_again(edge, person, stretched, within=visitor.cookie)
    if cookie is None:
        return await _home_page(visitor, {"words": "words"})
    patience.opened(person.member.id, now)
    response = visitor.go("/calls/now")
    response.set_cookie(
        visitor.site.call_cookie, cookie, httponly=True, samesite="strict", secure=visitor.site.secure, path="/"
    )
    return response


async def closed(visitor: Visitor, response: Response) -> Response:
    """The page around it was left: what was open for a caller is closed, here and in the browser."""
    if visitor.call:
        with suppress(DatabaseUnavailableError):  # it ends by itself after 20 quiet minutes
            await _end_call(visitor)
        response.delete_cookie(
            visitor.site.call_cookie, httponly=True, samesite="strict", secure=visitor.site.secure, path="/"
        )
    return response


async def _end_call(visitor: Visitor) -> None:
    if visitor.call:
        name = members.both(visitor.call, visitor.cookie)
        await visitor.edge.write(lambda tx: members.end_session(tx, name))


async def end(visitor: Visitor) -> Response:
    """They have hung up. Nothing is open any more."""
    visitor.volunteer()
    return visitor.go("/calls", Notice.CALL_ENDED)


async def _caller(visitor: Visitor) -> Person:
    """Whose words were said. Raises `CallOverError`."""
    visitor.volunteer()
    name, now = members.both(visitor.call, visitor.cookie), visitor.now
    found = await visitor.edge.read(lambda reading: members.session_of(reading, name, now=now))
    if not visitor.call or found is None:
        raise CallOverError
    person, ends = found
    if members.needs_prolonging(ends, now):
        await visitor.edge.write(lambda tx: members.prolong(tx, name, now=now))
    return person


async def _thread(visitor: Visitor) -> tuple[Person, asking.Thread]:
    """The caller, and what they asked: with four words it is one request. Raises `CallOverError`, `NothingHereError`."""
    caller = await _caller(visitor)
    threads = await visitor.edge.read(lambda reading: asking.threads(reading, caller, me=visitor.me))
    if not threads:
        raise NothingHereError
    return caller, threads[0]


async def now(visitor: Visitor) -> Response:
    """What they asked, where it is, and what was written, to be read aloud."""
    caller = await _caller(visitor)
    threads = await visitor.edge.read(lambda reading: asking.threads(reading, caller, me=visitor.me))
    return await (_call_page(visitor, caller, threads[0], {}) if threads else _deleted_page(visitor, caller))


async def _call_page(visitor: Visitor, caller: Person, thread: asking.Thread, problems: dict[str, str]) -> Response:
    remembered, asked_at = thread.remembered, thread.remembered.aloud
    to = None
    with suppress(Refused):
        to = await asking_aloud.addressee(visitor, remembered.node, remembered.listing)
    paused = to is not None and thread.state in (State.PAUSED, State.PAUSED_WAITLISTED)
    rests = to is not None and to.listing.room.state is RoomState.RESTING
    return visitor.page(
        "call",
        status=422 if problems else 200,
        caller_lang=_script_lang(visitor, caller),
        request=shown.request(thread, me=visitor.me, rests=rests),
        messages=shown.messages(thread),
        receipts=(),
        sent=shown.consent(remembered, "guest"),
        said_yes="" if asked_at is None else f"{datetime.fromtimestamp(asked_at, UTC):%H:%M}",
        said_yes_on=None if asked_at is None else shown.day_of(asked_at),
        promises_now=to.listing.commitments if to is not None and paused else None,
        promises_hash=to.shown if to is not None and paused else "",
        form=visitor.form(problems) if problems else Form(),
    )


async def _deleted_page(visitor: Visitor, caller: Person) -> Response:
    def look(reading: Reading) -> tuple[list[asking.Erased], dict[str, str]]:
        erased = asking.erased(reading, caller, me=visitor.me, now=visitor.now)
        return erased, shown.names_of(reading, visitor.me)

    erased, names = await visitor.edge.read(look)
    views = [shown.deleted(one, names, me=visitor.me) for one in erased]
    return visitor.page(
        "call",
        caller_lang=_script_lang(visitor, caller),
        request=views[0][0] if views else None,
        messages=(),
        receipts=tuple(receipt for _, receipt in views),
        sent=None,
        said_yes="",
        said_yes_on=None,
        promises_now=None,
        promises_hash="",
        form=Form(),
    )


def _script_lang(visitor: Visitor, caller: Person) -> str:
    known = asking_aloud.languages(visitor)
    return caller.member.lang if caller.member.lang in known else known[0]


async def message(visitor: Visitor) -> Response:
    """What the caller says, written down and sent; or one of the short sentences."""
    caller, thread = await _thread(visitor)
    coded = visitor.text("coded")
    if coded and coded not in QUIET_OF_SEEKER:
        raise NothingHereError
    words = text_of(Coded(coded)) if coded else visitor.text("text")
    if not words or len(words) > FIELD_CHARACTERS[Field.WORDS]:
        return await _call_page(visitor, caller, thread, {"text": "too_long" if words else "required"})
    await _write_on(visitor, caller, thread, words)
    return visitor.go("/calls/now", Notice.MESSAGE_SENT)


async def _write_on(visitor: Visitor, caller: Person, thread: asking.Thread, words: str) -> None:
    edge, now = visitor.edge, visitor.now
    to = await asking_aloud.addressee(visitor, thread.remembered.node, thread.remembered.listing)
    step = asking.write_on(caller, thread, to, words, keyring=edge.keys(), now=now, random=edge.random)
    await edge.write(lambda tx: asking.take(tx, step, now=now))


async def agree(visitor: Visitor) -> Response:
    """They heard what is promised now, and say yes again."""
    caller, thread = await _thread(visitor)
    if visitor.text("agree") != "yes":
        return await _call_page(visitor, caller, thread, {"agree": "agree"})
    edge, now = visitor.edge, visitor.now
    to = await asking_aloud.addressee(visitor, thread.remembered.node, thread.remembered.listing)
    try:
        step = asking.agree_again(
            caller, thread, to, shown=visitor.text("promises"), keyring=edge.keys(), now=now, random=edge.random
        )
    except Refused as refused:
        if refused.code is not Code.CONSENT_COMMITMENTS:
            raise
        return await _call_page(visitor, caller, thread, {"agree": "agree"})
    await edge.write(lambda tx: asking.take(tx, step, now=now))
    return visitor.go("/calls/now", Notice.AGREED_AGAIN)


async def _leave(visitor: Visitor, thread: asking.Thread, move: Move, said: Notice) -> Response:
    edge, now = visitor.edge, visitor.now
    step = asking.leave_it(thread, move, keyring=edge.keys(), now=now, random=edge.random)
    await edge.write(lambda tx: asking.take(tx, step, now=now))
    return visitor.go("/calls/now", said)


async def close(visitor: Visitor) -> Response:
    """It is finished; how it was can be said along with it."""
    caller, thread = await _thread(visitor)
    coded = visitor.text("coded")
    if coded in OUTCOMES_OF_SEEKER:
        with suppress(Refused):  # what was asked may be gone; finishing must go on
            await _write_on(visitor, caller, thread, text_of(Coded(coded)))
            _, thread = await _thread(visitor)
    return await _leave(visitor, thread, Move.CLOSE, Notice.CLOSED)


async def withdraw(visitor: Visitor) -> Response:
    """They take it back."""
    _, thread = await _thread(visitor)
    return await _leave(visitor, thread, Move.WITHDRAW, Notice.WITHDRAWN)


async def delete(visitor: Visitor) -> Response:
    """They have it deleted, here and there; who has confirmed is read out when they ring again."""
    _, thread = await _thread(visitor)
    await acts.erase(visitor.edge, thread)
    return visitor.go("/calls/now", Notice.DELETED)

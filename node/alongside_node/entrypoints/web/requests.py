"""The pages of asking: exactly what would leave, sending it, and everything one can do with it afterwards (experience.md).

Somebody without an account is given seven words before anything is sent; they open the answer later. What is shown before sending is what
`asking.prepare` seals, pinned to the promises that stood on that page.
"""

from contextlib import suppress
from hashlib import sha256
from typing import Any, Final

from starlette.responses import Response

from alongside_node.directory import searching
from alongside_node.entrypoints import acts
from alongside_node.foundation.database import Reading
from alongside_node.listings import actions as listings
from alongside_node.members.actions import Act, Role
from alongside_node.notifications.actions import Whose
from alongside_node.referrals import asking
from alongside_node.referrals.rules import DEFAULT_DAYS, LONGEST_DAYS, OPEN, WAITING
from alongside_protocol import base64url, limits
from alongside_protocol.coded_words import OUTCOMES_OF_SEEKER, QUIET_OF_SEEKER, Coded, text_of
from alongside_protocol.consent import FIELD_CHARACTERS, Field
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId, RecordId
from alongside_protocol.listing import Direction, Listing, RoomState
from alongside_protocol.referral import Move, State

from . import keeping, listing_form, meanwhile, shown
from . import telling as telling_form
from .looking import as_result, look_at
from .views import Choice, Form, Notice, Suggestion, TellingView, TonightView
from .visitor import NothingHereError, Visitor

_DAYS: Final = ("3", "7", "14", "30")
_PAUSED: Final = frozenset({State.PAUSED, State.PAUSED_WAITLISTED})


def agreements_mark(listing: Listing) -> str:
    """What a tick says yes to: these words and no others."""
    return base64url.encode(sha256(listing.agreements.encode("utf-8")).digest()[:16])


_NOT_TO_A_NEED: Final = frozenset({Field.NAME, Field.CONTACT})
"""What nobody brings to somebody who looks for help before they have said yes."""


def fields_of(visitor: Visitor, listing: Listing) -> tuple[dict[Field, str], dict[str, str]]:
    """(what would leave, what needs another look). Whoever answers a need brings what they promise first, and no way to be reached."""
    problems: dict[str, str] = {}
    found: dict[Field, str] = {}
    need = listing.direction is Direction.NEED
    if need:
        promises, problems = listing_form.own_commitments(visitor)
        if promises is not None:
            found[Field.COMMITMENTS] = promises.model_dump_json(exclude_none=True)
    for name, longest in FIELD_CHARACTERS.items():
        if name is Field.COMMITMENTS or (need and name in _NOT_TO_A_NEED):
            continue
        text = visitor.text(name.value)
        if len(text) > longest:
            problems[name.value] = "too_long"
        if text:
            found[name] = text
    if Field.WORDS not in found:
        problems["words"] = "required"
    return found, problems


def until_of(visitor: Visitor) -> int:
    """Until when it may wait, as the form says it: the end of that day."""
    days = visitor.text("days")
    number = int(days) if days.isascii() and days.isdecimal() and len(days) <= 2 else DEFAULT_DAYS  # noqa: PLR2004
    return visitor.now - visitor.now % limits.DAY + (min(max(number, 1), LONGEST_DAYS) + 1) * limits.DAY - 1


async def _addressee(visitor: Visitor) -> asking.Addressee:
    node, listing_id = visitor.path("node"), visitor.path("listing")
    keyring, viewer, now = visitor.edge.keys(), visitor.viewer, visitor.now
    return await visitor.edge.read(
        lambda reading: asking.addressee(reading, keyring, node, listing_id, viewer, now=now)
    )


async def _open_to(visitor: Visitor) -> Any:
    """The listing, when this visitor may ask there. Raises `NothingHereError`."""
    visitor.must(Act.ASK)
    looked = await look_at(visitor)
    if looked.blocked is not None:
        raise NothingHereError
    return as_result(visitor, looked)


async def _tonight(visitor: Visitor, result: Any) -> TonightView:
    node, listing = visitor.path("node"), visitor.path("listing")
    return await visitor.edge.read(
        lambda reading: meanwhile.tonight(reading, visitor, node=node, listing=result.listing, listing_id=listing)
    )


async def _write_page(visitor: Visitor, result: Any, form: Form, status: int = 200) -> Response:
    return visitor.page(
        "ask",
        status=status,
        result=result,
        form=form,
        ask_url=f"{result.url}/ask",
        day_choices=visitor.days_ahead(_DAYS),
        language_choices=visitor.language_choices,
        silence_choices=visitor.days_ahead(meanwhile.DAYS),
        tonight=await _tonight(visitor, result),
        telling=TellingView(telling_form.ways(visitor)),
    )


async def write(visitor: Visitor) -> Response:
    """Writing a request."""
    result = await _open_to(visitor)
    begins: dict[str, Any] = {
        "days": str(DEFAULT_DAYS),
        "tell": "nothing",
        "given_by": "the_holder",
        **meanwhile.DEFAULT,
    }
    if result.listing.direction is Direction.NEED:
        begins |= await _promised_before(visitor)
    return await _write_page(visitor, result, Form(begins))


async def _promised_before(visitor: Visitor) -> dict[str, str]:
    """What this person promises where they offer something: they may promise the same here."""
    member = visitor.somebody().member.id
    offerings = await visitor.edge.read(lambda reading: listings.of_member(reading, member))
    promised = [one.members["commitments"] for one in offerings if one.members.get("commitments")]
    return listing_form.commitments_fields(promised[0]) if promised else {}


async def change(visitor: Visitor) -> Response:
    """Back to writing, with what was written."""
    return await _write_page(visitor, await _open_to(visitor), visitor.form())


async def confirm(visitor: Visitor) -> Response:
    """Exactly what would leave; nothing has."""
    result = await _open_to(visitor)
    fields, problems = fields_of(visitor, result.listing)
    problems |= telling_form.read(visitor)[1] | meanwhile.read(visitor, until=until_of(visitor))[1]
    if problems:
        return await _write_page(visitor, result, visitor.form(problems), 422)
    return await _confirm_page(visitor, result, fields, {})


async def _confirm_page(visitor: Visitor, result: Any, fields: dict[Field, str], problems: dict[str, str]) -> Response:
    to, kept = await _addressee(visitor), keeping.to_show(visitor)
    remembered = asking.about_to_leave(to, fields, until=until_of(visitor))
    told, _ = telling_form.read(visitor)
    form = visitor.form(problems)
    if visitor.text("promises") != to.shown:
        form = form.without("agree")  # a yes belongs to the promises that were read, and to no others
    return visitor.page(
        "ask_confirm",
        status=422 if problems else 200,
        result=result,
        consent=shown.consent(remembered, _standing(visitor)),
        ask_url=f"{result.url}/ask",
        form=form,
        promises_hash=to.shown,
        agreements_mark=agreements_mark(result.listing) if result.listing.agreements else "",
        words_to_keep=kept.words,
        words_lang=kept.lang,
        pending=kept.pending,
        telling=TellingView(telling_form.ways(visitor), None if told is None else told.kind.value),
        told_at="" if told is None else told.to,
        silence=meanwhile.silence_view(meanwhile.read(visitor, until=until_of(visitor))[0]),
        tonight=await _tonight(visitor, result),
    )


def _standing(visitor: Visitor) -> str:
    return "guest" if visitor.role in (None, Role.GUEST) else "member"


async def send(visitor: Visitor) -> Response:
    """Send it: exactly what was shown, pinned to the promises that were shown."""
    result = await _open_to(visitor)
    fields, problems = fields_of(visitor, result.listing)
    told, not_told = telling_form.read(visitor)
    silence, no_day = meanwhile.read(visitor, until=until_of(visitor))
    if problems | not_told | no_day:
        return await _write_page(visitor, result, visitor.form(problems | not_told | no_day), 422)
    if visitor.text("agree") != "yes":
        problems["agree"] = "agree"
    problems |= keeping.problems(visitor)
    if result.listing.agreements and visitor.text("accepts") != agreements_mark(result.listing):
        problems["accepts"] = "agree"
    if problems:
        return await _confirm_page(visitor, result, fields, problems)
    to = await _addressee(visitor)
    asker, cookie = await keeping.come_in(visitor)
    try:
        ref = await acts.ask(
            visitor.edge,
            asker,
            to,
            fields,
            shown=visitor.text("promises"),
            until=until_of(visitor),
            told=told,
            silence=silence,
        )
    except Refused as refused:
        await keeping.go_again(visitor, asker, cookie)
        if refused.code is not Code.CONSENT_COMMITMENTS:
            raise
        # They changed what they promise while this was read: shown again, and asked again.
        return await _confirm_page(visitor, result, fields, {"agree": "agree"})
    visitor.site.pending.take(visitor.text("pending"))
    response = visitor.go(f"/requests/{ref}", Notice.SENT)
    return visitor.sign_in(response, cookie) if cookie else response


# Afterwards.


async def mine(visitor: Visitor) -> Response:
    """Everything that was asked."""
    person = visitor.somebody()

    def look(reading: Reading) -> Any:
        threads = asking.threads(reading, person, me=visitor.me)
        erased = asking.erased(reading, person, me=visitor.me, now=visitor.now)
        return threads, erased, shown.names_of(reading, visitor.me)

    threads, erased, names = await visitor.edge.read(look)
    await acts.looked(visitor.edge, [Whose(mailbox=thread.row.mailbox) for thread in threads])
    views = [shown.request(thread, me=visitor.me) for thread in threads]
    views += [shown.deleted(one, names, me=visitor.me)[0] for one in erased]
    return visitor.page("my_requests", requests=tuple(views))


async def _thread(visitor: Visitor) -> asking.Thread | None:
    person, ref = visitor.somebody(), visitor.path("ref")
    return await visitor.edge.read(lambda reading: asking.thread(reading, person, ref, me=visitor.me))


async def _known(visitor: Visitor) -> asking.Thread:
    thread = await _thread(visitor)
    if thread is None:
        raise NothingHereError
    return thread


async def one(visitor: Visitor) -> Response:
    """One request."""
    thread = await _thread(visitor)
    if thread is None:
        return await _deleted_page(visitor)
    await acts.looked(visitor.edge, [Whose(mailbox=thread.row.mailbox)])
    return await _request_page(visitor, thread, {})


async def _deleted_page(visitor: Visitor) -> Response:
    person, ref = visitor.somebody(), visitor.path("ref")

    def look(reading: Reading) -> Any:
        erased = asking.erased(reading, person, me=visitor.me, now=visitor.now)
        return [one for one in erased if one.ref == ref], shown.names_of(reading, visitor.me)

    erased, names = await visitor.edge.read(look)
    if not erased:
        raise NothingHereError
    view, receipt = shown.deleted(erased[0], names, me=visitor.me)
    visitor.past |= set(Notice) - {Notice.DELETED}
    return visitor.page(
        "my_request",
        request=view,
        messages=(),
        receipts=(receipt,),
        suggestions=(),
        beside=None,
        sent=None,
        listing_url=None,
        promises_now=None,
        promises_hash="",
        telling=TellingView(()),
        silence=None,
        silence_choices=(),
        tonight=None,
        form=Form(),
    )


async def _request_page(visitor: Visitor, thread: asking.Thread, problems: dict[str, str]) -> Response:
    remembered = thread.remembered
    keyring, viewer, now = visitor.edge.keys(), visitor.viewer, visitor.now

    def look(reading: Reading) -> Any:
        try:
            to = asking.addressee(reading, keyring, remembered.node, remembered.listing, viewer, now=now)
        except Refused:
            to = None
        suggested = [one for said in thread.said for one in said.suggest]
        listing = None if to is None else to.listing
        tonight = meanwhile.tonight(
            reading, visitor, node=remembered.node, listing=listing, listing_id=remembered.listing
        )
        told = telling_form.view(reading, visitor, Whose(mailbox=thread.row.mailbox))
        return to, _suggestions(reading, visitor, suggested), told, tonight

    to, suggestions, told, tonight = await visitor.edge.read(look)
    paused = thread.state in _PAUSED and to is not None
    chosen = meanwhile.fields(thread, now=now)
    if thread.state is not State.OFFERED:
        visitor.past |= {Notice.SENT}
    rests = thread.state in WAITING and to is not None and to.listing.room.state is RoomState.RESTING
    return visitor.page(
        "my_request",
        status=422 if problems else 200,
        request=shown.request(thread, me=visitor.me, rests=rests),
        messages=shown.messages(thread),
        receipts=(),
        suggestions=suggestions,
        beside=_beside(thread) if to is not None else None,
        sent=shown.consent(remembered, _standing(visitor)),
        listing_url=None if to is None else f"/listings/{remembered.node}/{remembered.listing}",
        promises_now=to.listing.commitments if paused else None,
        promises_hash=to.shown if paused else "",
        telling=told,
        silence=meanwhile.of_thread(thread),
        silence_choices=visitor.days_ahead(meanwhile.days(chosen["silence_days"])),
        tonight=tonight if thread.state in WAITING else None,
        form=Form({"tell": told.chosen or "nothing", **chosen, **(visitor.sent if problems else {})}, problems),
    )


def _beside(thread: asking.Thread) -> Choice | None:
    """Whom they ask to let in: the key that was made for it, and a name."""
    beside = asking.asked_to_let_in(thread) if thread.state is State.ACCEPTED else None
    return None if beside is None else Choice(beside.key.text, beside.name)


def _suggestions(
    reading: Reading, visitor: Visitor, suggested: list[tuple[NodeId, RecordId]]
) -> tuple[Suggestion, ...]:
    found = [searching.find(reading, node, name, visitor.viewer, now=visitor.now) for node, name in suggested]
    return tuple(
        Suggestion(one.listing.title, one.listing.lang, f"/listings/{one.node}/{one.id}")
        for one in found
        if one is not None
    )


async def message(visitor: Visitor) -> Response:
    """Write on, or say something with one tap."""
    thread, coded = await _known(visitor), visitor.text("coded")
    if coded and coded not in (*QUIET_OF_SEEKER, *OUTCOMES_OF_SEEKER):
        raise NothingHereError
    words = text_of(Coded(coded)) if coded else visitor.text("text")
    if not words or len(words) > FIELD_CHARACTERS[Field.WORDS]:
        return await _request_page(visitor, thread, {"text": "too_long" if words else "required"})
    await _write_on(visitor, thread, words)
    return visitor.go(f"/requests/{thread.row.ref}", Notice.MESSAGE_SENT)


async def _write_on(visitor: Visitor, thread: asking.Thread, words: str) -> None:
    person = visitor.somebody()
    remembered, edge, now = thread.remembered, visitor.edge, visitor.now
    keyring = edge.keys()
    to = await edge.read(
        lambda reading: asking.addressee(reading, keyring, remembered.node, remembered.listing, visitor.viewer, now=now)
    )
    step = asking.write_on(person, thread, to, words, keyring=keyring, now=now, random=edge.random)
    await edge.write(lambda tx: asking.take(tx, step, now=now))


async def let_in(visitor: Visitor) -> Response:
    """Say yes to one more person: they read what was asked, and what is written from now on."""
    thread, person = await _known(visitor), visitor.somebody()
    beside, words = asking.asked_to_let_in(thread), visitor.text("text")
    if beside is None or beside.key.text != visitor.text("beside"):
        return await _request_page(visitor, thread, {"let_in": "agree"})
    if visitor.text("let_in") != "yes":
        return await _request_page(visitor, thread, {"let_in": "agree"})
    if not words or len(words) > FIELD_CHARACTERS[Field.WORDS]:
        return await _request_page(visitor, thread, {"text": "too_long" if words else "required"})
    remembered, edge, now = thread.remembered, visitor.edge, visitor.now
    keyring = edge.keys()
    to = await edge.read(
        lambda reading: asking.addressee(reading, keyring, remembered.node, remembered.listing, visitor.viewer, now=now)
    )
    step = asking.write_on(person, thread, to, words, let_in=beside, keyring=keyring, now=now, random=edge.random)
    await edge.write(lambda tx: asking.take(tx, step, now=now))
    return visitor.go(f"/requests/{thread.row.ref}", Notice.LET_IN)


async def agree(visitor: Visitor) -> Response:
    """Agree to promises that changed."""
    thread, person = await _known(visitor), visitor.somebody()
    if visitor.text("agree") != "yes":
        return await _request_page(visitor, thread, {"agree": "agree"})
    remembered, edge, now = thread.remembered, visitor.edge, visitor.now
    keyring = edge.keys()
    to = await edge.read(
        lambda reading: asking.addressee(reading, keyring, remembered.node, remembered.listing, visitor.viewer, now=now)
    )
    try:
        step = asking.agree_again(
            person, thread, to, shown=visitor.text("promises"), keyring=keyring, now=now, random=edge.random
        )
    except Refused as refused:
        if refused.code is Code.CONSENT_COMMITMENTS:
            return await _request_page(visitor, thread, {"agree": "agree"})
        raise
    await edge.write(lambda tx: asking.take(tx, step, now=now))
    return visitor.go(f"/requests/{thread.row.ref}", Notice.AGREED_AGAIN)


async def _leave(visitor: Visitor, move: Move, said: Notice) -> Response:
    thread, edge, now = await _known(visitor), visitor.edge, visitor.now
    step = asking.leave_it(thread, move, keyring=edge.keys(), now=now, random=edge.random)
    await edge.write(lambda tx: asking.take(tx, step, now=now))
    return visitor.go(f"/requests/{thread.row.ref}", said)


async def close(visitor: Visitor) -> Response:
    """It is finished; how it was can be said along with it."""
    thread, coded = await _known(visitor), visitor.text("coded")
    if coded in OUTCOMES_OF_SEEKER:
        with suppress(Refused):  # what was asked may be gone; finishing must go on
            await _write_on(visitor, thread, text_of(Coded(coded)))
    return await _leave(visitor, Move.CLOSE, Notice.CLOSED)


async def withdraw(visitor: Visitor) -> Response:
    """Take it back."""
    return await _leave(visitor, Move.WITHDRAW, Notice.WITHDRAWN)


async def silence(visitor: Visitor) -> Response:
    """What should happen if nobody has answered by a day."""
    thread, edge = await _known(visitor), visitor.edge
    chosen, problems = meanwhile.read(visitor, until=thread.row.until)
    if problems or thread.state not in WAITING:
        return await _request_page(visitor, thread, problems)
    await edge.write(lambda tx: asking.set_silence(tx, thread.row.ref, chosen))
    return visitor.go(f"/requests/{thread.row.ref}", Notice.SAVED)


async def telling(visitor: Visitor) -> Response:
    """How to be told about this request, and no other."""
    thread = await _known(visitor)
    choice, problems = telling_form.read(visitor)
    if problems or thread.state not in OPEN:
        return await _request_page(visitor, thread, problems)
    guest = visitor.role is Role.GUEST
    whose = Whose(mailbox=thread.row.mailbox)
    return await telling_form.save(visitor, whose, choice, f"/requests/{thread.row.ref}", guest=guest)


async def delete(visitor: Visitor) -> Response:
    """Delete everything, here and there."""
    thread = await _known(visitor)
    await acts.erase(visitor.edge, thread)
    return visitor.go(f"/requests/{thread.row.ref}", Notice.DELETED)

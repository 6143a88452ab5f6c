"""Asking for a caller: a fixed script to read aloud, consent that is said aloud, four words to say (ADR 0025; issue 3, "Asking").

What is written down for a caller is in memory only, under a random address, until it is sent, dropped, or twenty minutes old. Nothing of it
is in a form that the browser could send again, so that going back shows nothing. Asked is as anybody without an account asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.responses import Response

from alongside_node.directory import searching
from alongside_node.directory.searching import Found, Viewer
from alongside_node.entrypoints import calling
from alongside_node.entrypoints.calling import Call
from alongside_node.foundation.database import Reading
from alongside_node.identity import actions as identity
from alongside_node.listings import actions as listings
from alongside_node.members import relaying, spoken
from alongside_node.members import words as seven
from alongside_node.referrals import asking
from alongside_node.referrals.rules import DEFAULT_DAYS
from alongside_protocol.coded_words import by_voice
from alongside_protocol.commitments import Commitments
from alongside_protocol.consent import FIELD_CHARACTERS, Field
from alongside_protocol.errors import Code, Refused
from alongside_protocol.listing import is_open

from . import requests, shown
from .formats import language_name
from .views import Choice, Form, Notice, ResultView
from .visitor import NothingHereError, Visitor

DAYS: Final = ("3", "7", "14", "30")
_KEPT: Final = ("words", "name", "contact", "language", "times", "access_needs", "days", "caller_lang")


@dataclass(frozen=True)
class _Draft:
    """What a volunteer wrote down for a caller. `words`: the four that are theirs if it is sent."""

    volunteer: str
    node: str
    listing: str
    lang: str
    words: tuple[str, ...] = field(repr=False)
    sent: Mapping[str, Any] = field(repr=False)
    fields: Mapping[Field, str] = field(repr=False)
    problems: Mapping[str, str] = field(default_factory=dict)
    until: int = 0


@dataclass(frozen=True)
class _Looked:
    """A listing as a caller is shown it, and why they cannot ask there (a key of `wording.ASK_BLOCKED`), or None."""

    result: ResultView
    blocked: str | None
    ours: Commitments


def languages(visitor: Visitor) -> list[str]:
    """The languages in which the script can be read, that of the page first: of those that a speaker has read, all."""
    known = visitor.site.pages.translations
    return sorted(set(known.languages) - known.unread, key=lambda tag: (tag != visitor.lang, tag))


async def _look(visitor: Visitor, node: str, listing: str) -> _Looked:
    """Raises `NothingHereError`. Somebody on the telephone finds what somebody without an account finds."""
    person, me = visitor.volunteer(), visitor.me

    def look(reading: Reading) -> tuple[Found, str | None, dict[str, str], Commitments] | None:
        found = searching.find(reading, node, listing, Viewer(me, member=False), now=visitor.now)
        if found is None:
            return None
        holds = node == me and listings.keeps(reading, listing, person.member.id) is not None
        blocked = shown.why_not_ask(reading, found, me=me, role=None, holds=holds)
        return found, blocked, shown.names_of(reading, me), identity.standing_community(reading).profile.commitments

    looked = await visitor.edge.read(look)
    if looked is None:
        raise NothingHereError
    found, blocked, names, ours = looked
    open_now = is_open(found.listing, visitor.now)
    return _Looked(shown.result(found, names, me=me, today=visitor.today, open_now=open_now), blocked, ours)


async def addressee(visitor: Visitor, node: str, listing: str) -> asking.Addressee:
    """Whom a caller asks. Raises as `asking.addressee`."""
    keyring, viewer, now = visitor.edge.keys(), Viewer(visitor.me, member=False), visitor.now
    return await visitor.edge.read(lambda reading: asking.addressee(reading, keyring, node, listing, viewer, now=now))


# Writing it down.


def _write_page(visitor: Visitor, looked: _Looked, form: Form, action: str) -> Response:
    return visitor.page(
        "call_write",
        result=looked.result,
        blocked=looked.blocked,
        ours=looked.ours,
        form=form,
        action=action,
        day_choices=visitor.days_ahead(DAYS),
        language_choices=visitor.language_choices,
        script_languages=tuple(Choice(tag, language_name(tag, lang=tag).capitalize()) for tag in languages(visitor)),
    )


async def write(visitor: Visitor) -> Response:
    """The first part of the script, and what the caller says."""
    looked = await _look(visitor, visitor.path("node"), visitor.path("listing"))
    lang = languages(visitor)[0]
    begins = {"days": str(DEFAULT_DAYS), "language": lang, "caller_lang": lang}
    return _write_page(visitor, looked, Form(begins), visitor.request.url.path)


async def keep(visitor: Visitor) -> Response:
    """Keep in memory what they said, and go on to reading it back."""
    node, listing = visitor.path("node"), visitor.path("listing")
    looked = await _look(visitor, node, listing)
    if looked.blocked is not None:
        raise NothingHereError
    return _kept(visitor, looked, ())


def _kept(visitor: Visitor, looked: _Looked, words: tuple[str, ...]) -> Response:
    person = visitor.volunteer()
    fields, problems = requests.fields_of(visitor, looked.result.listing)
    easier = by_voice(fields.get(Field.ACCESS_NEEDS, ""))
    if len(easier) > FIELD_CHARACTERS[Field.ACCESS_NEEDS]:
        problems["access_needs"] = "too_long"
    tag = visitor.text("caller_lang")
    lang = tag if tag in languages(visitor) else languages(visitor)[0]
    _, node, listing = looked.result.url.rsplit("/", 2)
    draft = _Draft(
        volunteer=person.member.id,
        node=node,
        listing=listing,
        lang=lang,
        words=words or spoken.generate(lang, visitor.edge.random),
        sent={name: visitor.text(name) for name in _KEPT},
        fields=fields | {Field.ACCESS_NEEDS: easier},
        problems=problems,
        until=requests.until_of(visitor),
    )
    name = visitor.site.pending.keep(draft, known=True)
    return visitor.go(f"/calls/asking/{name}/write" if problems else f"/calls/asking/{name}")


def _draft(visitor: Visitor) -> _Draft:
    """Raises `NothingHereError`: it was sent, dropped, or is twenty minutes old; or another volunteer wrote it."""
    person = visitor.volunteer()
    draft = visitor.site.pending.find(visitor.path("draft"))
    if not isinstance(draft, _Draft) or draft.volunteer != person.member.id:
        raise NothingHereError
    return draft


async def again(visitor: Visitor) -> Response:
    """Writing it down, with what was written."""
    draft = _draft(visitor)
    looked = await _look(visitor, draft.node, draft.listing)
    return _write_page(visitor, looked, Form(draft.sent, draft.problems), visitor.request.url.path)


async def change(visitor: Visitor) -> Response:
    """What they said, changed. Their words stay the same: they may have heard them already."""
    draft = _draft(visitor)
    looked = await _look(visitor, draft.node, draft.listing)
    visitor.site.pending.take(visitor.path("draft"))
    return _kept(visitor, looked, draft.words if visitor.text("caller_lang") == draft.lang else ())


async def drop(visitor: Visitor) -> Response:
    """Nothing is sent, and what was written is gone."""
    _draft(visitor)
    visitor.site.pending.take(visitor.path("draft"))
    return visitor.go("/calls", Notice.CALL_DROPPED)


# Reading it back, and sending it.


async def confirm(visitor: Visitor) -> Response:
    """Everything that would leave, to be read aloud; nothing has."""
    draft = _draft(visitor)
    if draft.problems:
        return visitor.go(f"{visitor.request.url.path}/write")
    return await _confirm_page(visitor, draft, {})


async def _confirm_page(visitor: Visitor, draft: _Draft, problems: dict[str, str]) -> Response:
    looked = await _look(visitor, draft.node, draft.listing)
    to = await addressee(visitor, draft.node, draft.listing)
    return visitor.page(
        "call_confirm",
        status=422 if problems else 200,
        result=looked.result,
        blocked=looked.blocked,
        consent=shown.consent(asking.about_to_leave(to, draft.fields, until=draft.until), "guest"),
        caller_lang=draft.lang,
        spoken_words=draft.words,
        words_lang=seven.language_of(draft.lang),
        promises_hash=to.shown,
        agreements_mark=requests.agreements_mark(to.listing) if to.listing.agreements else "",
        base=f"/calls/asking/{visitor.path('draft')}",
        form=visitor.form(problems),
    )


async def send(visitor: Visitor) -> Response:
    """They said yes: it leaves, exactly as it was read out. Then nothing of it is open here."""
    draft, person = _draft(visitor), visitor.volunteer()
    looked = await _look(visitor, draft.node, draft.listing)
    if draft.problems or looked.blocked is not None:
        return await confirm(visitor)
    problems = {name: "agree" for name in ("said_yes", "said_back") if visitor.text(name) != "yes"}
    agreed = requests.agreements_mark(looked.result.listing) if looked.result.listing.agreements else ""
    if visitor.text("accepts") != agreed:
        problems["accepts"] = "agree"
    if problems:
        return await _confirm_page(visitor, draft, problems)
    if (refused := await _turned_away(visitor, draft)) is not None:
        return refused
    edge = visitor.edge
    stretched = await visitor.site.stretching.stretch(" ".join(draft.words), edge.keys().words_salt)
    if visitor.site.pending.find(visitor.path("draft")) is None:
        return visitor.go("/calls", Notice.CALL_SENT)  # pressed twice: it has gone already
    call = Call(stretched, draft.lang, draft.fields, visitor.text("promises"), draft.until)
    keys = await edge.read(lambda reading: relaying.keys_of(reading, person, me=edge.me))
    to = await addressee(visitor, draft.node, draft.listing)
    try:
        await calling.ask(edge, keys[0], to, call)
    except Refused as error:
        if error.code is not Code.CONSENT_COMMITMENTS:
            raise
        # They changed what they promise while it was read out: read out again, and asked again.
        return await _confirm_page(visitor, draft, {"said_yes": "agree"})
    visitor.site.pending.take(visitor.path("draft"))
    return visitor.go("/calls", Notice.CALL_SENT)


async def _turned_away(visitor: Visitor, draft: _Draft) -> Response | None:
    """The page that says no: the volunteer is blocked there themselves, or has passed on enough today. None: it can go."""
    person, to = visitor.volunteer(), await addressee(visitor, draft.node, draft.listing)
    if not await calling.is_let_through(visitor.edge, person, to):
        return await _confirm_page(visitor, draft, {"said_yes": "no_room"})
    if not visitor.site.patience.pass_on(person.member.id, f"{draft.node} {draft.listing}", visitor.now):
        return await _confirm_page(visitor, draft, {"said_yes": "enough_today"})
    return None

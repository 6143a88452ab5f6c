"""The pages of somebody who raises a concern: choosing what is shown and to whom, seeing exactly that before sending, and going on with it.

It is about a listing, from its page or from a request of theirs. Nothing is shown but what they wrote and ticked; it can be taken back, and then
nothing is left of it. Of a listing elsewhere too it goes to the stewards here, and the page says so.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from starlette.responses import Response

from alongside_node.directory import searching
from alongside_node.entrypoints import concerning
from alongside_node.entrypoints.concerning import NotNow
from alongside_node.foundation.database import Reading
from alongside_node.members.actions import Act, Member
from alongside_node.peers import actions as peers
from alongside_node.referrals import asking
from alongside_node.safety import concern_rules as rules
from alongside_node.safety import concerns as kept
from alongside_node.safety.concern_rules import Move, NotNowError, Party
from alongside_node.safety.concerns import Marked, Opened, Said, Shown
from alongside_protocol import base64url
from alongside_protocol.coded_words import coded_in

from . import keeping, shown
from .views import (
    Choice,
    ConcernAbout,
    ConcernSaid,
    ConcernShown,
    ConcernView,
    Form,
    MarkView,
    MessageView,
    NeighbourView,
    Notice,
)
from .visitor import NothingHereError, Visitor

_MARK_BYTES: Final = 12


@dataclass(frozen=True)
class _About:
    """What it would be about, who could read it, and what of a request could be shown along."""

    node: str
    listing: str
    view: ConcernAbout
    messages: tuple[Marked, ...]
    could_read: tuple[Member, ...]
    refused: NotNow | None
    neighbours: tuple[NeighbourView, ...]


async def _about(visitor: Visitor) -> _About:
    """Raises `NothingHereError` when this person can see neither, or keeps the listing themselves."""
    visitor.must(Act.CONCERN)
    found = await visitor.edge.read(lambda reading: _look_at(reading, visitor))
    if found is None:
        raise NothingHereError
    return found


def _look_at(reading: Reading, visitor: Visitor) -> _About | None:
    me, person = visitor.me, visitor.person
    of_request = "ref" in visitor.request.path_params
    view = _of_request(reading, visitor) if of_request else _of_listing(reading, visitor)
    if view is None:
        return None
    node, listing, about, messages = view
    if person is not None and person.member.id in concerning.keepers(reading, node, listing, me=me):
        return None
    standing = concerning.standing_of(reading, person, node, listing, me=me)
    return _About(
        node=node,
        listing=listing,
        view=about,
        messages=messages,
        could_read=tuple(concerning.who_could_read(reading, person, node, listing, me=me)),
        refused=concerning.why_not(reading, person, node, listing, standing, me=me),
        neighbours=_neighbours(reading, f"/listings/{node}/{listing}"),
    )


def _of_listing(reading: Reading, visitor: Visitor) -> tuple[str, str, ConcernAbout, tuple[Marked, ...]] | None:
    node, listing, me = visitor.path("node"), visitor.path("listing"), visitor.me
    found = searching.find(reading, node, listing, visitor.viewer, now=visitor.now)
    if found is None:
        return None
    back = f"/listings/{node}/{listing}"
    community = shown.names_of(reading, me).get(node, "")
    about = ConcernAbout(found.listing.title, found.listing.lang, community, node == me, f"{back}/concern", back)
    return node, listing, about, ()


def _of_request(reading: Reading, visitor: Visitor) -> tuple[str, str, ConcernAbout, tuple[Marked, ...]] | None:
    person, ref = visitor.somebody(), visitor.path("ref")
    thread = asking.thread(reading, person, ref, me=visitor.me)
    if thread is None:
        return None
    about, back = thread.remembered, f"/requests/{ref}"
    view = ConcernAbout(
        about.title, about.lang, about.community, about.node == visitor.me, f"{back}/concern", back, asked=True
    )
    messages = tuple(Marked(said.ours, said.day, said.words) for said in thread.said if said.words)
    return about.node, about.listing, view, messages


def _neighbours(reading: Reading, path: str) -> tuple[NeighbourView, ...]:
    """Communities that we have an agreement with, and where they show the same listing."""
    return tuple(
        NeighbourView(peer.name, peer.profile.lang, f"{peer.origin}{path}")
        for peer in peers.every(reading)
        if peers.may_read_listings(peer.standing)
    )


# Choosing what is shown.


def _mark(message: Marked) -> str:
    """What a tick says: this message and no other, also when one more has come meanwhile."""
    raw = f"{message.ours} {message.day} {message.words}".encode()
    return base64url.encode(sha256(raw).digest()[:_MARK_BYTES])


def _message(message: Marked) -> MessageView:
    coded = coded_in(message.words)
    text = message.words if coded is None else ""
    return MessageView(message.ours, text, shown.day_from(message.day), coded=None if coded is None else coded.value)


def _write_page(visitor: Visitor, about: _About, form: Form, status: int = 200) -> Response:
    refused = about.refused
    return visitor.page(
        "concern",
        status=status,
        about=about.view,
        form=form,
        messages=tuple(MarkView(_mark(one), _message(one)) for one in about.messages),
        readers=tuple(Choice(one.id, one.name) for one in about.could_read),
        refused=None if refused is None else refused.code,
        going_url=f"/concerns/{refused.concern}" if refused is not None and refused.concern else None,
        neighbours=about.neighbours,
    )


async def write(visitor: Visitor) -> Response:
    """Writing it. Everybody who could read it is ticked."""
    about = await _about(visitor)
    return _write_page(visitor, about, Form({"reader": tuple(one.id for one in about.could_read), "talk": "yes"}))


async def change(visitor: Visitor) -> Response:
    """Back to writing, with what was written."""
    return _write_page(visitor, await _about(visitor), visitor.form())


def _read(visitor: Visitor, about: _About) -> tuple[Shown, tuple[Member, ...], dict[str, str]]:
    words, name, problems = visitor.text("words"), visitor.text("name"), dict[str, str]()
    marked, ticked = set(visitor.texts("mark")), set(visitor.texts("reader"))
    messages = tuple(one for one in about.messages if _mark(one) in marked)
    readers = tuple(one for one in about.could_read if one.id in ticked)
    if not words:
        problems["words"] = "required"
    if len(words) > rules.WORDS_CHARACTERS:
        problems["words"] = "too_long"
    if len(name) > rules.NAME_CHARACTERS:
        problems["name"] = "too_long"
    if len(messages) > rules.MARKED:
        problems["mark"] = "ten"
    if not readers:
        problems["reader"] = "choose"
    if visitor.text("talk") not in ("yes", "not_yet"):
        problems["talk"] = "choose"
    view = about.view
    content = Shown(about.node, about.listing, view.title, view.lang, view.community, words, name, messages)
    if not problems and len(content.dumped()) > rules.CONTENT_BYTES:
        problems["mark"] = "too_long"
    return content, readers, problems


async def look(visitor: Visitor) -> Response:
    """Exactly what would be shown, to whom. Nothing has been."""
    about = await _about(visitor)
    content, readers, problems = _read(visitor, about)
    if problems or about.refused is not None:
        return _write_page(visitor, about, visitor.form(problems), 422)
    return _look_page(visitor, about, content, readers, {})


def _look_page(
    visitor: Visitor, about: _About, content: Shown, readers: tuple[Member, ...], problems: dict[str, str]
) -> Response:
    kept = keeping.to_show(visitor)
    return visitor.page(
        "concern_look",
        status=422 if problems else 200,
        about=about.view,
        shown=as_shown(content, tuple(one.name for one in readers), me=visitor.me),
        form=visitor.form(problems),
        words_to_keep=kept.words,
        words_lang=kept.lang,
        pending=kept.pending,
    )


def as_shown(content: Shown, readers: tuple[str, ...], *, me: str) -> ConcernShown:
    """What is shown, as a page shows it."""
    messages = tuple(map(_message, content.messages))
    return ConcernShown(
        content.title,
        content.lang,
        content.community,
        content.node == me,
        content.words,
        content.name,
        messages,
        readers,
    )


async def send(visitor: Visitor) -> Response:
    """Let it be read: exactly what was shown."""
    about = await _about(visitor)
    content, readers, problems = _read(visitor, about)
    if problems or about.refused is not None:
        return _write_page(visitor, about, visitor.form(problems), 422)
    slips = keeping.problems(visitor) | ({} if visitor.text("agree") == "yes" else {"agree": "agree"})
    if slips:
        return _look_page(visitor, about, content, readers, slips)
    person, cookie = await keeping.come_in(visitor)
    raised = await concerning.raise_one(
        visitor.edge, person, content, {one.id for one in readers}, may_talk=visitor.text("talk") == "yes"
    )
    if isinstance(raised, NotNow):
        await keeping.go_again(visitor, person, cookie)
        return _write_page(visitor, await _about(visitor), visitor.form(), 422)
    visitor.site.pending.take(visitor.text("pending"))
    response = visitor.go(f"/concerns/{raised}", Notice.CONCERN_RAISED)
    return visitor.sign_in(response, cookie) if cookie else response


# Going on with it.


def as_said(said: Said) -> ConcernSaid:
    """Something that was said, as a page shows it."""
    until = None if said.until is None else shown.day_from(said.until)
    return ConcernSaid(said.by.value, said.step.value, said.words, shown.day_from(said.day), until)


def _view(opened: Opened, *, me: str) -> ConcernView:
    row = opened.row
    return ConcernView(
        url=f"/concerns/{row.id}",
        shown=as_shown(opened.shown, tuple(name for _, name in opened.shown.readers), me=me),
        state=row.state.value,
        last_day=shown.day_from(row.last_day),
        said=tuple(map(as_said, opened.said)),
        may=frozenset(move.value for move in Move if rules.may(row.state, Party.RAISER, move)),
        may_talk=row.may_talk,
    )


async def mine(visitor: Visitor) -> Response:
    """Those that this person raised."""
    person = visitor.somebody()
    found = await visitor.edge.read(lambda reading: kept.own(reading, person, me=visitor.me))
    return visitor.page("my_concerns", concerns=tuple(_view(one, me=visitor.me) for one in found))


async def _known(visitor: Visitor) -> Opened:
    person, concern = visitor.may(Act.CONCERN), visitor.path("concern")
    found = await visitor.edge.read(lambda reading: concerning.own_one(reading, person, concern, me=visitor.me))
    if found is None:
        raise NothingHereError
    return found


async def one(visitor: Visitor) -> Response:
    """One of them: where it is, and what was said."""
    return _page(visitor, await _known(visitor), {})


def _page(visitor: Visitor, opened: Opened, problems: dict[str, str]) -> Response:
    form: Any = visitor.form(problems)
    return visitor.page("my_concern", status=422 if problems else 200, concern=_view(opened, me=visitor.me), form=form)


async def _say(visitor: Visitor, move: Move, said: Notice) -> Response:
    opened, words = await _known(visitor), visitor.text("text")
    if not words or len(words) > rules.WORDS_CHARACTERS:
        return _page(visitor, opened, {"text": "too_long" if words else "required"})
    try:
        await concerning.write_on(visitor.edge, opened, move, words)
    except NotNowError:
        return _page(visitor, opened, {"text": "not_now"})
    return visitor.go(f"/concerns/{opened.row.id}", said)


async def write_on(visitor: Visitor) -> Response:
    """Say more."""
    return await _say(visitor, Move.WRITE, Notice.CONCERN_WRITTEN)


async def again(visitor: Visitor) -> Response:
    """Ask that it is looked at again."""
    return await _say(visitor, Move.ASK_AGAIN, Notice.CONCERN_ASKED_AGAIN)


async def allow_talk(visitor: Visitor) -> Response:
    """Whether the other side may be asked."""
    opened = await _known(visitor)
    if visitor.text("talk") not in ("yes", "not_yet"):
        return _page(visitor, opened, {"talk": "choose"})
    await concerning.allow_talk(visitor.edge, opened, allowed=visitor.text("talk") == "yes")
    return visitor.go(f"/concerns/{opened.row.id}", Notice.SAVED)


async def take_back(visitor: Visitor) -> Response:
    """Nothing is left of it."""
    opened = await _known(visitor)
    await concerning.take_back(visitor.edge, visitor.somebody(), opened.row.id)
    return visitor.go("/concerns", Notice.CONCERN_TAKEN_BACK)

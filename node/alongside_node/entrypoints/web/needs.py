"""The pages of what somebody looks for, without an account if they like: a short form, how it would be seen, seven words (listing.md, "Needs").

It stays in this community unless its author widens it, says roughly where at most, and ends by itself after seven days. Who may be called is
asked of whoever answers, never of the person in need.
"""

from typing import Any, Final

from starlette.responses import Response

from alongside_node.entrypoints import acts
from alongside_node.foundation.database import Reading
from alongside_node.identity import actions as identity
from alongside_node.listings import actions as listings
from alongside_node.listings.actions import Move, NotPossibleError, Offering, StillMissingError
from alongside_node.listings.beginnings import beginning
from alongside_node.members.actions import Act, Person
from alongside_node.peers import actions as peers
from alongside_protocol.listing import Audience, Direction, Listing

from . import keeping, listing_form, offerings
from .views import Form, Notice
from .visitor import NothingHereError, Visitor

_MEMBERS: Final = (
    "direction",
    "type",
    "audience",
    "lang",
    "title",
    "text",
    "by",
    "languages",
    "modality",
    "place",
    "ages",
)
"""What the short form asks. Everything else stays unsaid."""
_WIDENED: Final = frozenset({Audience.HERE.value, Audience.FEDERATED.value})


async def write(visitor: Visitor) -> Response:
    """The form."""
    visitor.must(Act.NEED)
    values: dict[str, Any] = {
        **beginning(Direction.NEED, ""),
        "lang": visitor.lang,
        "languages": (visitor.lang,),
        "type": "practical",
    }
    return _write_page(visitor, Form(values))


async def change(visitor: Visitor) -> Response:
    """Back to writing, with what was written."""
    return _write_page(visitor, visitor.form())


def _write_page(visitor: Visitor, form: Form, status: int = 200) -> Response:
    return visitor.page("need", status=status, form=form, language_choices=visitor.language_choices)


def _read(visitor: Visitor) -> tuple[dict[str, Any], dict[str, str]]:
    whole, problems = listing_form.read(visitor, {"direction": Direction.NEED.value})
    whole["audience"] = visitor.text("audience") if visitor.text("audience") in _WIDENED else Audience.HERE.value
    if not whole["text"]:
        problems["text"] = "required"
    place = whole.get("place")
    if place and place["visibility"] != "area":
        whole["place"] = {"visibility": "area", "label": place["label"]}
    return {name: whole[name] for name in _MEMBERS if whole.get(name)}, problems


async def look(visitor: Visitor) -> Response:
    """How others would see it, and who could read it. Nothing is published."""
    visitor.must(Act.NEED)
    needed, problems = _read(visitor)
    return _write_page(visitor, visitor.form(problems), 422) if problems else await _look_page(visitor, needed, {})


async def _look_page(visitor: Visitor, needed: dict[str, Any], problems: dict[str, str]) -> Response:
    try:
        listing = listings.as_seen(needed, now=visitor.now)
    except StillMissingError as still:
        slips = {listing_form.field_of(code): "form" for code in still.codes}
        return _write_page(visitor, visitor.form(slips), 422)
    kept = keeping.to_show(visitor)
    readers = await visitor.edge.read(lambda reading: _readers(reading, listing))
    return visitor.page(
        "need_look",
        status=422 if problems else 200,
        result=offerings.as_result(visitor, "", listing, readers[0]),
        readers=readers,
        form=visitor.form(problems),
        words_to_keep=kept.words,
        words_lang=kept.lang,
        pending=kept.pending,
    )


def _readers(reading: Reading, listing: Listing) -> tuple[str, ...]:
    ours = identity.standing_community(reading).profile.name
    if listing.audience is Audience.HERE:
        return (ours,)
    return (ours, *(peer.name for peer in peers.every(reading) if peers.may_read_listings(peer.standing)))


async def post(visitor: Visitor) -> Response:
    """Publish it: somebody without an account has seven words from now on."""
    visitor.must(Act.NEED)
    needed, problems = _read(visitor)
    if problems:
        return _write_page(visitor, visitor.form(problems), 422)
    slips = keeping.problems(visitor) | ({} if visitor.text("listed") == "yes" else {"listed": "agree"})
    if slips:
        return await _look_page(visitor, needed, slips)
    person, cookie = await keeping.come_in(visitor)
    if not await _posted(visitor, person, needed):
        await keeping.go_again(visitor, person, cookie)
        return await _look_page(visitor, needed, {"listed": "many"})
    visitor.site.pending.take(visitor.text("pending"))
    response = visitor.go("/needs", Notice.NEED_POSTED)
    return visitor.sign_in(response, cookie) if cookie else response


async def _posted(visitor: Visitor, person: Person, needed: dict[str, Any]) -> bool:
    try:
        return await acts.post_need(visitor.edge, person, needed, name=str(needed.get("by", "")))
    except StillMissingError:
        return False


async def mine(visitor: Visitor) -> Response:
    """What somebody looks for, and how long it can be read."""
    person = visitor.somebody()

    def look_at(reading: Reading) -> list[Any]:
        kept = [one for one in listings.of_member(reading, person.member.id) if _is_need(one)]
        return [offerings.as_kept(reading, visitor, one, visitor.now) for one in kept]

    return visitor.page("my_needs", needs=tuple(await visitor.edge.read(look_at)))


def _is_need(offering: Offering) -> bool:
    return offering.members.get("direction") == Direction.NEED and offering.state in listings.IN_DIRECTORY


async def still(visitor: Visitor) -> Response:
    """Seven more days."""
    return await _move(visitor, Move.CONFIRM, Notice.CONFIRMED)


async def end(visitor: Visitor) -> Response:
    """Take it down; whoever waits is told."""
    return await _move(visitor, Move.WITHDRAW, Notice.TAKEN_DOWN)


async def _move(visitor: Visitor, move: Move, said: Notice) -> Response:
    person, listing = visitor.somebody(), visitor.path("listing")
    kept = await visitor.edge.read(lambda reading: listings.keeps(reading, listing, person.member.id))
    if kept is None or not _is_need(kept):
        raise NothingHereError
    try:
        await acts.change(visitor.edge, person.member, listing, move)
    except NotPossibleError:
        return visitor.go("/needs")
    if move is Move.CONFIRM:
        await acts.stay_for_need(visitor.edge, person)
    return visitor.go("/needs", said)

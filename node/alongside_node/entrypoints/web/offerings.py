"""The pages of what somebody offers or looks for: writing, seeing it as others would, publishing, resting, taking it down.

Nothing is published before its people have answered who may be called, and have said that they want to be listed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from starlette.responses import Response

from alongside_node.directory import publishing
from alongside_node.entrypoints import acts, keeping_together, lapsing, vouching_acts
from alongside_node.foundation.database import Reading
from alongside_node.identity import actions as identity
from alongside_node.listings import actions as listings
from alongside_node.listings import joining, vouching
from alongside_node.listings.actions import Move, NotPossibleError, Offering, State, StillMissingError
from alongside_node.listings.beginnings import beginning
from alongside_node.listings.careful_words import pointed_out
from alongside_node.listings.rules import STOPS_CHOICES, stops_after
from alongside_node.members.actions import Act
from alongside_node.peers import actions as peers
from alongside_node.referrals import answering
from alongside_protocol.fit import Fit
from alongside_protocol.listing import Audience, Direction, Listing, is_open

from . import listing_form, shown, telling
from .formats import language_name
from .known_names import written
from .views import ArrivingView, Choice, Form, Notice, OfferingView, ResultView, SeatsView, VouchingView
from .visitor import NothingHereError, Visitor


async def mine(visitor: Visitor) -> Response:
    """Everything this person keeps."""
    visitor.may(Act.OFFER)
    if await telling.seen(visitor):
        return visitor.go("/offerings", Notice.OPEN_FOR_LOOKING)
    return await _mine_page(visitor, {})


async def _mine_page(visitor: Visitor, problems: dict[str, str]) -> Response:
    person, now = visitor.may(Act.OFFER), visitor.now

    def look(reading: Reading) -> tuple[list[OfferingView], tuple[ArrivingView, ...]]:
        offerings = listings.of_member(reading, person.member.id)
        arriving = tuple(
            ArrivingView(peer.name, peer.profile.lang, shown.day_of(peer.standing.listings_from))
            for peer in peers.every(reading)
            if peers.may_read_listings(peer.standing) and peer.standing.listings_from > now
        )
        return [as_kept(reading, visitor, offering, now) for offering in offerings], arriving

    views, arriving = await visitor.edge.read(look)
    views.sort(key=lambda view: (view.state != "draft" and view.confirm_by is None, view.title.casefold()))
    return visitor.page(
        "my_offerings",
        status=422 if problems else 200,
        offerings=tuple(views),
        arriving=arriving,
        form=Form({}, problems),
    )


def as_kept(reading: Reading, visitor: Visitor, offering: Offering, now: int) -> OfferingView:
    """A listing as those who keep it see it."""
    members = offering.members
    missing = () if offering.state is not State.DRAFT else _missing(reading, visitor, offering, now)
    due = publishing.valid_until(reading, visitor.me, offering.id)
    waiting = answering.count_waiting(reading, offering.id, now=now)
    need = members.get("direction") == Direction.NEED
    return OfferingView(
        id=offering.id,
        direction=str(members.get("direction", "offer")),
        type=str(members.get("type", "")),
        title=str(members.get("title", "")),
        lang=str(members.get("lang", "")),
        audience=str(members.get("audience", "anyone")),
        state=offering.state.value if due is None or due >= visitor.today else "asleep",
        missing=missing,
        confirm_by=due if due is not None and (due - visitor.today).days <= _CONFIRM_AHEAD else None,
        gone_on=None if due is None else due + timedelta(days=lapsing.LAPSED_DAYS + 1),
        waiting=waiting,
        stops_after=stops_after(offering.stops_after, members),
        kept_until=_kept_until(offering),
        ends=due if need else None,
        seats=_seats(reading, offering),
        careful=bool(pointed_out(members)),
        people=tuple(holder.name for holder in offering.holders),
        says=listings.said_fit(reading, offering.id, now=now) or "",
    )


def _kept_until(offering: Offering) -> date | None:
    is_counted = offering.state is State.DRAFT and offering.open_until is not None
    return shown.day_from(offering.open_until or 0) if is_counted else None


def _seats(reading: Reading, offering: Offering) -> SeatsView | None:
    every = (offering.members.get("room") or {}).get("seats")
    if not every:
        return None
    taken, following = answering.seats(reading, offering.id)
    if following is None:
        return SeatsView(every, taken)
    return SeatsView(every, taken, following.alias, f"/incoming/{following.peer}/{following.ref}")


async def joining_page(visitor: Visitor) -> Response:
    """How those accepted join."""
    return await _joining_page(visitor, await _kept(visitor), None, {})


async def _joining_page(
    visitor: Visitor, offering: Offering, written: str | None, problems: dict[str, str]
) -> Response:
    person, me = visitor.somebody(), visitor.me

    def look(reading: Reading) -> tuple[str, bool]:
        keys = answering.keys_of(reading, person, me=me)
        return joining.told(reading, offering.id, keys, me=me), joining.is_lost(reading, offering.id, keys)

    told, lost = await visitor.edge.read(look)
    return visitor.page(
        "joining",
        status=422 if problems else 200,
        title=str(offering.members.get("title", "")),
        lang=str(offering.members.get("lang", "")),
        url=f"/offerings/{offering.id}/joining",
        lost=lost,
        form=Form({"joining": told if written is None else written}, problems),
    )


async def keep_joining(visitor: Visitor) -> Response:
    """Keep it, sealed to those who keep the listing."""
    offering, words, me = await _kept(visitor), visitor.text("joining"), visitor.me
    if len(words) > joining.CHARACTERS:
        return await _joining_page(visitor, offering, words, {"joining": "too_long"})
    kept = await visitor.edge.read(lambda reading: joining.prepare(reading, offering.id, words, me=me))
    await visitor.edge.write(lambda tx: joining.keep(tx, kept))
    return visitor.go("/offerings", Notice.JOINING_KEPT)


_CONFIRM_AHEAD: Final = 14
_NAME: Final = 120


@dataclass(frozen=True)
class _Shared:
    """What a code that was just shown is for, and who gave it."""

    listing: str
    by: str


def _missing(reading: Reading, visitor: Visitor, offering: Offering, now: int) -> tuple[str, ...]:
    key = acts.place_key(visitor.edge.keys(), offering.id)
    # What publishing itself answers ("I want to be listed") stands in nobody's way.
    return tuple(
        code for code in listings.missing(reading, offering, now=now, place_key=key) if code not in offering.waiting_for
    )


async def share(visitor: Visitor) -> Response:
    """A code with which one more person can keep this together, for twenty minutes."""
    offering = await _kept(visitor)
    code = visitor.site.pending.keep(_Shared(offering.id, visitor.somebody().member.id), known=True)
    return visitor.page(
        "keep_together",
        title=str(offering.members.get("title", "")),
        lang=str(offering.members.get("lang", "")),
        code=code,
    )


async def together(visitor: Visitor) -> Response:
    """Keep something together with who gave the code."""
    person = visitor.may(Act.OFFER)
    shared = await _given(visitor, visitor.text("code"))
    name = " ".join(visitor.text("name").split())[:_NAME] or person.member.name
    if shared is not None and await keeping_together.keep_together(visitor.edge, person, shared.listing, name=name):
        visitor.site.pending.take(visitor.text("code"))
        return visitor.go("/offerings", Notice.KEPT_TOGETHER)
    return await _mine_page(visitor, {"code": "code"})


async def _given(visitor: Visitor, code: str) -> _Shared | None:
    """What a code is for; None also when whoever gave it keeps the listing no longer."""
    shared = visitor.site.pending.find(code)
    if not isinstance(shared, _Shared):
        return None
    kept = await visitor.edge.read(lambda reading: listings.keeps(reading, shared.listing, shared.by))
    return None if kept is None else shared


async def step_back(visitor: Visitor) -> Response:
    """Keep it no longer; the others go on."""
    await _kept(visitor)
    if await keeping_together.step_back(visitor.edge, visitor.somebody(), visitor.path("listing")):
        return visitor.go("/offerings", Notice.STEPPED_BACK)
    return visitor.go("/offerings")


async def new(visitor: Visitor) -> Response:
    """What kind of thing, then the form."""
    person = visitor.may(Act.OFFER)
    direction = "need" if visitor.request.query_params.get("direction") == "need" else "offer"
    kind = visitor.request.query_params.get("type", "")
    if not kind:
        return visitor.page("new_listing", direction=direction, type_choices=None)
    values: dict[str, Any] = {
        **beginning(Direction(direction), kind),
        "direction": direction,
        "type": kind,
        "lang": written(visitor.lang, lang=visitor.lang),
        "by": person.member.name,
        "languages": (visitor.lang,),
    }
    return _edit_page(visitor, Form(values), direction, None)


def _edit_page(visitor: Visitor, form: Form, direction: str, offering_id: str | None, status: int = 200) -> Response:
    return visitor.page(
        "edit_listing",
        status=status,
        form=form,
        direction=direction,
        offering_id=offering_id,
        spoken_choices=_named(
            (*form.all("languages"), visitor.lang, *visitor.site.pages.translations.languages), visitor
        ),
        type_choices=None,
    )


def _named(tags: Iterable[str], visitor: Visitor) -> tuple[Choice, ...]:
    return tuple(Choice(tag, language_name(tag, lang=visitor.lang)) for tag in dict.fromkeys(tags))


async def create(visitor: Visitor) -> Response:
    """Keep a new draft."""
    person = visitor.may(Act.OFFER)
    members, problems = listing_form.read(visitor)
    if problems:
        return _edit_page(visitor, visitor.form(problems), members["direction"], None, 422)
    listing = await acts.draft(visitor.edge, person.member, members, name=members["by"] or person.member.name)
    return _on(visitor, listing)


async def change(visitor: Visitor) -> Response:
    """The form of something new, as it was filled in."""
    visitor.may(Act.OFFER)
    return _edit_page(visitor, visitor.form(), "need" if visitor.text("direction") == "need" else "offer", None)


async def change_again(visitor: Visitor) -> Response:
    """The form of what is kept, as it was filled in."""
    offering = await _kept(visitor)
    return _edit_page(visitor, visitor.form(), str(offering.members.get("direction", "offer")), offering.id)


def _on(visitor: Visitor, listing: str) -> Response:
    if visitor.text("then") == "preview":
        return visitor.go(f"/offerings/{listing}/preview")
    return visitor.go("/offerings", Notice.SAVED)


async def _kept(visitor: Visitor) -> Offering:
    person, listing = visitor.may(Act.OFFER), visitor.path("listing")
    offering = await visitor.edge.read(lambda reading: listings.keeps(reading, listing, person.member.id))
    if offering is None:
        raise NothingHereError
    return offering


async def edit(visitor: Visitor) -> Response:
    """The form of what stands there."""
    offering = await _kept(visitor)
    direction = str(offering.members.get("direction", "offer"))
    return _edit_page(visitor, Form(listing_form.fields(offering.members, visitor.lang)), direction, offering.id)


async def save(visitor: Visitor) -> Response:
    """Keep what was written. What is published stays complete: an edit that would leave it incomplete is shown again."""
    offering = await _kept(visitor)
    members, problems = listing_form.read(visitor, offering.members)
    if not problems:
        try:
            await acts.change(visitor.edge, visitor.somebody().member, offering.id, Move.EDIT, members)
        except StillMissingError as still:
            problems = {listing_form.field_of(code): "required" for code in still.codes}
    if problems:
        return _edit_page(visitor, visitor.form(problems), members["direction"], offering.id, 422)
    return _on(visitor, offering.id)


async def preview(visitor: Visitor) -> Response:
    """As others would see it, and who could read it."""
    return await _preview_page(visitor, await _kept(visitor), {})


async def _preview_page(visitor: Visitor, offering: Offering, problems: dict[str, str]) -> Response:
    now = visitor.now
    key = acts.place_key(visitor.edge.keys(), offering.id)

    def look(reading: Reading) -> Any:
        try:
            listing = listings.completed(reading, offering, now=now, place_key=key)
        except StillMissingError as still:
            return None, still.codes, None, ()
        profile = identity.standing_community(reading).profile
        # Also those that only come to see them in some days: their authors are told before.
        reached = (
            [peer for peer in peers.every(reading) if peers.may_read_listings(peer.standing)]
            if listing.audience is not Audience.HERE
            else []
        )
        readers = (profile.name, *(peer.name for peer in reached))
        return listing, (), as_kept(reading, visitor, offering, now), readers

    listing, codes, view, readers = await visitor.edge.read(look)
    if listing is None:
        form = Form(
            listing_form.fields(offering.members, visitor.lang), {listing_form.field_of(code): "form" for code in codes}
        )
        direction = str(offering.members.get("direction", "offer"))
        return _edit_page(visitor, form, direction, offering.id, 422)
    return visitor.page(
        "preview_listing",
        status=422 if problems else 200,
        offering=view,
        result=as_result(visitor, offering.id, listing, readers[0]),
        readers=readers,
        careful=pointed_out(offering.members),
        form=visitor.form(problems),
    )


def as_result(visitor: Visitor, listing_id: str, listing: Listing, community: str) -> ResultView:
    """A listing as others would see it."""
    return ResultView(
        listing=listing,
        community=community,
        is_own=True,
        url=f"/listings/{visitor.me}/{listing_id}",
        confirmed_days=0,
        open_now=is_open(listing, visitor.now),
    )


async def publish(visitor: Visitor) -> Response:
    """Publish it: who does so says that they want to be listed."""
    offering = await _kept(visitor)
    if visitor.text("listed") != "yes" and offering.state is State.DRAFT:
        return await _preview_page(visitor, offering, {"listed": "agree"})
    try:
        await acts.change(visitor.edge, visitor.somebody().member, offering.id, Move.PUBLISH)
    except StillMissingError:
        return await _preview_page(visitor, offering, {})
    return visitor.go("/offerings", Notice.PUBLISHED)


async def vouching_page(visitor: Visitor) -> Response:
    """For a group: practitioners it may vouch for. For a practitioner: who vouches for them."""
    offering = await _kept(visitor)
    person, now = visitor.may(Act.OFFER), visitor.now
    if offering.state not in listings.IN_DIRECTORY:
        raise NothingHereError

    def look(reading: Reading) -> tuple[OfferingView, tuple[VouchingView, ...]]:
        view = as_kept(reading, visitor, offering, now)
        if vouching.can_be_vouched_for(offering.members):
            return view, tuple(_group(one) for one in vouching.vouched(offering.members))
        theirs = [
            one
            for one in listings.in_directory(reading)
            if vouching.can_be_vouched_for(one.members) and listings.keeps(reading, one.id, person.member.id) is None
        ]
        return view, tuple(_practitioner(one, offering.id) for one in theirs)

    view, several = await visitor.edge.read(look)
    if view.type not in ("circle", "practitioner"):
        raise NothingHereError
    return visitor.page("vouching", offering=view, vouching=several)


def _group(said: Mapping[str, Any]) -> VouchingView:
    return VouchingView(str(said.get("group", "")), str(said["by"]), until=date.fromisoformat(said["until"]))


def _practitioner(offering: Offering, group: str) -> VouchingView:
    members = offering.members
    until = next((one["until"] for one in vouching.vouched(members) if one.get("group") == group), None)
    return VouchingView(
        offering.id,
        str(members.get("title", "")),
        str(members.get("lang", "")),
        str(members["practitioner"].get("duties") or ""),
        None if until is None else date.fromisoformat(until),
    )


async def vouch(visitor: Visitor) -> Response:
    """A group vouches for a practitioner, for a year."""
    offering, person = await _kept(visitor), visitor.somebody()
    if not await vouching_acts.vouch(visitor.edge, person.member, offering.id, visitor.text("other")):
        raise NothingHereError
    return visitor.go(f"/offerings/{offering.id}/vouching", Notice.VOUCHED)


async def end_vouching(visitor: Visitor) -> Response:
    """It no longer does, whichever of the two says so."""
    offering, person, other = await _kept(visitor), visitor.somebody(), visitor.text("other")
    group, practitioner = (offering.id, other) if vouching.may_vouch(offering.members) else (other, offering.id)
    if not await vouching_acts.take_vouching_back(visitor.edge, person.member, group, practitioner):
        raise NothingHereError
    return visitor.go(f"/offerings/{offering.id}/vouching", Notice.VOUCHING_ENDED)


async def _move(visitor: Visitor, move: Move, said: Notice) -> Response:
    offering = await _kept(visitor)
    try:
        await acts.change(visitor.edge, visitor.somebody().member, offering.id, move)
    except NotPossibleError:
        return visitor.go("/offerings")
    except StillMissingError:
        return visitor.go(f"/offerings/{offering.id}/edit")
    return visitor.go("/offerings", said)


async def rest(visitor: Visitor) -> Response:
    """One tap: nobody can ask until it is open again."""
    return await _move(visitor, Move.REST, Notice.RESTING)


async def reopen(visitor: Visitor) -> Response:
    """Open again."""
    return await _move(visitor, Move.REOPEN, Notice.OPEN_AGAIN)


async def confirm(visitor: Visitor) -> Response:
    """It is still right."""
    return await _move(visitor, Move.CONFIRM, Notice.CONFIRMED)


async def stops(visitor: Visitor) -> Response:
    """After how many days unlooked at nobody can ask."""
    offering, days = await _kept(visitor), visitor.text("days")
    if days not in {str(choice) for choice in STOPS_CHOICES}:
        return visitor.go("/offerings")
    await acts.stop_after(visitor.edge, visitor.somebody().member, offering.id, int(days))
    return visitor.go("/offerings", Notice.SAVED)


async def say_fit(visitor: Visitor) -> Response:
    """What is answered, for a week, to who asks before saying who they are."""
    offering, now = await _kept(visitor), visitor.now
    sent = visitor.text("says")
    said = Fit(sent) if sent in set(Fit) else None
    await visitor.edge.write(lambda tx: listings.say_fit(tx, offering.id, said, now=now))
    return visitor.go("/offerings", Notice.FIT_SAID)


async def withdraw(visitor: Visitor) -> Response:
    """Take it down, here and everywhere."""
    return await _move(visitor, Move.WITHDRAW, Notice.TAKEN_DOWN)

"""The pages of asking one after another: the order, exactly what would leave to each, where it is, and stopping at any step (section 6).

All offers are sealed when the person says yes; the first leaves, the others lie. Nobody who is asked learns that there are others; where it
is stands on the person's own page alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from alongside_node.entrypoints import acts
from alongside_node.foundation.database import Reading
from alongside_node.members.actions import Act
from alongside_node.referrals import asking, turns
from alongside_node.referrals.turn_store import Lies
from alongside_protocol.consent import FIELD_CHARACTERS, Field
from alongside_protocol.errors import Code, Refused
from alongside_protocol.listing import Direction

from . import choosing, fitting, keeping, shown
from .views import Form, InTurnView, Notice, RoundView, TurnOfferView
from .visitor import NothingHereError, Visitor

_FIELDS: Final = (Field.WORDS, Field.NAME, Field.CONTACT)
_DAYS: Final = tuple(str(days) for days in turns.DAYS)


@dataclass(frozen=True)
class _Offer:
    """One of the chosen, with whom it would go to."""

    chosen: choosing.Chosen
    to: asking.Addressee | None


def _in_order(visitor: Visitor) -> tuple[str, ...]:
    """What was chosen, in the places that were given; two in one place stay as they stood."""
    values = list(dict.fromkeys(visitor.texts("chosen")))[: turns.MOST]
    places = {value: visitor.text(f"place_{number}") for number, value in enumerate(values)}
    return tuple(sorted(values, key=lambda value: places[value] or str(values.index(value))))


async def _offers(visitor: Visitor, values: Sequence[str]) -> list[_Offer]:
    keyring, viewer, now = visitor.edge.keys(), visitor.viewer, visitor.now

    def look(reading: Reading) -> list[_Offer]:
        return [_Offer(one, to_whom(reading, one)) for one in choosing.look_at_several(reading, visitor, values)]

    def to_whom(reading: Reading, one: choosing.Chosen) -> asking.Addressee | None:
        if one.view.blocked is not None or one.listing.direction is Direction.NEED or one.listing.agreements:
            return None  # a need is answered with promises, a circle has agreements to accept: each by itself
        node, _, listing = one.view.value.partition("/")
        try:
            return asking.addressee(reading, keyring, node, listing, viewer, now=now)
        except Refused:
            return None

    return await visitor.edge.read(look)


# Writing.


async def choose(visitor: Visitor) -> Response:
    """Several results were ticked: on to what is to be done with them."""
    chosen = choosing.from_results(visitor)
    if chosen is None:
        return visitor.go(f"/search/{visitor.path('search')}", Notice.CHOOSE_SOME)
    if visitor.text("then") == "turns":
        return await write_page(visitor, chosen, {})
    return await fitting.form_page(visitor, chosen, {})


async def form(visitor: Visitor) -> Response:
    """What was chosen, in an order, and the words for all of them."""
    return await write_page(visitor, visitor.texts("chosen"), {})


async def write_page(visitor: Visitor, values: Sequence[str], problems: dict[str, str]) -> Response:
    """The order, and the words."""
    visitor.must(Act.ASK)
    offers = await _offers(visitor, values)
    if not offers:
        raise NothingHereError
    several = tuple(one.chosen.view for one in offers if one.to is not None)
    begins = {**{f"place_{number}": str(number) for number in range(len(several))}, "each": "2"}
    sent = visitor.sent if visitor.text("each") or problems else {}
    return visitor.page(
        "turns",
        status=422 if problems else 200,
        several=several,
        left_out=tuple(one.chosen.view for one in offers if one.to is None),
        enough=len(several) >= turns.FEWEST,
        form=Form({**begins, **sent, **{name: begins[name] for name in begins if name.startswith("place_")}}, problems),
        day_choices=visitor.days_ahead(_DAYS),
    )


def _fields(visitor: Visitor) -> tuple[dict[Field, str], dict[str, str]]:
    found = {name: visitor.text(name.value) for name in _FIELDS if visitor.text(name.value)}
    problems = {name.value: "too_long" for name, text in found.items() if len(text) > FIELD_CHARACTERS[name]}
    if Field.WORDS not in found:
        problems["words"] = "required"
    if visitor.text("each") not in _DAYS:
        problems["each"] = "choose"
    return found, problems


async def confirm(visitor: Visitor) -> Response:
    """Exactly what would leave, to each, in this order; nothing has."""
    _, problems = _fields(visitor)
    values = _in_order(visitor)
    return await write_page(visitor, values, problems) if problems else await _confirm_page(visitor, values, {})


async def change(visitor: Visitor) -> Response:
    """Back to the order and the words."""
    return await write_page(visitor, _in_order(visitor), {})


async def _confirm_page(visitor: Visitor, values: Sequence[str], problems: dict[str, str]) -> Response:
    visitor.must(Act.ASK)
    several = [(one.chosen.view, one.to) for one in await _offers(visitor, values) if one.to is not None]
    if len(several) < turns.FEWEST:
        return await write_page(visitor, values, {})
    if not await _may_ask(visitor, [to for _, to in several]):
        return await write_page(visitor, values, {"words": "enough"})
    fields, _ = _fields(visitor)
    until = turns.end_of_day(visitor.now, turns.LONGEST_DAYS)
    kept, standing = keeping.to_show(visitor), choosing.standing(visitor)
    offers = tuple(
        TurnOfferView(
            view,
            shown.consent(asking.about_to_leave(to, fields, until=until), standing),
            to.listing.commitments,
            to.shown,
        )
        for view, to in several
    )
    days = {choice.value: choice.label for choice in visitor.days_ahead(_DAYS)}
    form = visitor.form(problems)
    if list(visitor.texts("promises")) != [to.shown for _, to in several]:
        form = form.without("agree")  # a yes belongs to the promises that were read, and to no others
    return visitor.page(
        "turns_confirm",
        status=422 if problems else 200,
        offers=offers,
        first_until=days[visitor.text("each")],
        form=form,
        words_to_keep=kept.words,
        words_lang=kept.lang,
        pending=kept.pending,
    )


async def _may_ask(visitor: Visitor, several: Sequence[asking.Addressee]) -> bool:
    """Whether one person may ask all of these, beside what they have asked."""
    person, places = visitor.person, [(to.recipient.node, to.recipient.listing) for to in several]
    if person is None:
        return True
    return await visitor.edge.read(lambda reading: asking.may_ask_more(reading, person, places, me=visitor.me))


async def send(visitor: Visitor) -> Response:
    """Seal them all, and let the first leave: exactly what was shown, each pinned to the promises that were shown."""
    visitor.must(Act.ASK)
    fields, problems = _fields(visitor)
    values, promises = visitor.texts("chosen"), visitor.texts("promises")
    if problems:
        return await write_page(visitor, values, problems)
    if visitor.text("agree") != "yes":
        problems["agree"] = "agree"
    problems |= keeping.problems(visitor)
    offers = [one.to for one in await _offers(visitor, values) if one.to is not None]
    if problems or len(offers) != len(values) or len(promises) != len(values):
        return await _confirm_page(visitor, values, problems or {"agree": "agree"})
    if not await _may_ask(visitor, offers):
        return await write_page(visitor, values, {"words": "enough"})
    person, cookie = await keeping.come_in(visitor)
    several = list(zip(offers, promises, strict=True))
    try:
        await acts.ask_one_after_another(visitor.edge, person, several, fields, days=int(visitor.text("each")))
    except Refused as refused:
        await keeping.go_again(visitor, person, cookie)
        if refused.code is not Code.CONSENT_COMMITMENTS:
            raise
        return await _confirm_page(visitor, values, {"agree": "agree"})
    visitor.site.pending.take(visitor.text("pending"))
    response = visitor.go("/turns", Notice.SENT)
    return visitor.sign_in(response, cookie) if cookie else response


# Where it is.


async def mine(visitor: Visitor) -> Response:
    """Where each round is."""
    return await _mine_page(visitor, {})


async def _mine_page(visitor: Visitor, problems: dict[str, str]) -> Response:
    person = visitor.somebody()

    def look(reading: Reading) -> tuple[RoundView, ...]:
        return tuple(_round(reading, visitor, one) for one in turns.mine(reading, person, me=visitor.me))

    rounds = await visitor.edge.read(look)
    return visitor.page("my_turns", status=422 if problems else 200, rounds=rounds, form=visitor.form(problems))


def _round(reading: Reading, visitor: Visitor, one: turns.SeenRound) -> RoundView:
    return RoundView(
        tuple(_view(reading, visitor, one, seen) for seen in one.several),
        shown.day_of(one.round.ends),
        between=one.round.active is None,
    )


def _view(reading: Reading, visitor: Visitor, one: turns.SeenRound, seen: turns.Seen) -> InTurnView:
    remembered, turn = seen.remembered, seen.turn
    to = _now(reading, visitor, seen) if turn.lies is Lies.LOOK else None
    active = turn.ref == one.round.active
    return InTurnView(
        ref=turn.ref,
        title=remembered.title,
        lang=remembered.lang,
        community=remembered.community,
        is_own=remembered.node == visitor.me,
        url=f"/listings/{remembered.node}/{remembered.listing}",
        lies=turn.lies.value,
        state=None if seen.state is None else seen.state.value,
        until=shown.day_of(one.round.next_at) if active else None,
        promises_now=None if to is None else to.listing.commitments,
        promises_hash="" if to is None else to.shown,
    )


def _now(reading: Reading, visitor: Visitor, seen: turns.Seen) -> asking.Addressee | None:
    """Whom it would go to now; None when it cannot be asked (any more)."""
    remembered, keyring = seen.remembered, visitor.edge.keys()
    try:
        return asking.addressee(reading, keyring, remembered.node, remembered.listing, visitor.viewer, now=visitor.now)
    except Refused:
        return None


async def _seen(visitor: Visitor) -> turns.Seen:
    person, ref = visitor.somebody(), visitor.path("ref")
    found = await visitor.edge.read(lambda reading: turns.one_of(reading, person, ref, me=visitor.me))
    if found is None:
        raise NothingHereError
    return found


async def agree(visitor: Visitor) -> Response:
    """Agree to what changed before it was asked: it waits for its turn again."""
    seen, person, edge, now = await _seen(visitor), visitor.somebody(), visitor.edge, visitor.now
    if visitor.text("agree") != "yes":
        return await _mine_page(visitor, {f"agree-{seen.turn.ref}": "agree"})
    to: Any = await edge.read(lambda reading: _now(reading, visitor, seen))
    if to is None:
        raise NothingHereError
    try:
        turn, letter = turns.agree_again(
            person, seen, to, shown=visitor.text("promises"), keyring=edge.keys(), now=now, random=edge.random
        )
    except Refused as refused:
        if refused.code is not Code.CONSENT_COMMITMENTS:
            raise
        return await _mine_page(visitor, {f"agree-{seen.turn.ref}": "agree"})
    await edge.write(lambda tx: turns.take_again(tx, turn, letter, now=now))
    return visitor.go("/turns", Notice.AGREED_AGAIN)


async def stop(visitor: Visitor) -> Response:
    """Nobody further is asked; who has it now keeps it."""
    seen = await _seen(visitor)
    await visitor.edge.write(lambda tx: turns.stop(tx, seen.turn.ref))
    return visitor.go("/requests", Notice.ASKED_NO_FURTHER)

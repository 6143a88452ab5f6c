"""The pages of those who look after the community: whom we federate with and how far, and what we say of ourselves.

Peering reads like a conversation: two agreements side by side, fingerprints as words, steps that either side may take back. No person's
secrets are here.
"""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from starlette.responses import Response

from alongside_node.delivery import actions as delivery
from alongside_node.entrypoints import acts
from alongside_node.foundation.database import Reading, Writing
from alongside_node.identity import actions as identity
from alongside_node.members.actions import Act
from alongside_node.peers import actions as peers
from alongside_node.peers.rules import day_of_text
from alongside_node.referrals import schedule
from alongside_protocol import limits
from alongside_protocol.client import flows
from alongside_protocol.client.drivers import arun
from alongside_protocol.errors import Refused
from alongside_protocol.messages import Steps
from alongside_protocol.node_document import Chain, fingerprint
from alongside_protocol.peering import InvitationCode, read_code
from alongside_protocol.profile import Profile

from . import listing_form, shown
from .views import Form, Notice
from .visitor import NothingHereError, Visitor

_HARD_NIGHT: Final = (1, 2, 3)
_REVIEW_DAYS: Final = 180


@dataclass(frozen=True)
class _Looked:
    """A code that was read, and who answers at its address."""

    code: InvitationCode
    chain: Chain


async def everybody(visitor: Visitor) -> Response:
    """Whom we federate with: drawn, and in words."""
    visitor.may(Act.PEERS)

    def look(reading: Reading) -> Any:
        waiting = delivery.waiting_by_peer(reading)
        return tuple(shown.peer(reading, known, waiting, now=visitor.now) for known in peers.every(reading))

    return visitor.page("peers", peers=await visitor.edge.read(look))


async def one(visitor: Visitor) -> Response:
    """One agreement, both sides beside each other."""
    return await _page(visitor, {})


async def _page(visitor: Visitor, problems: dict[str, str]) -> Response:
    visitor.may(Act.PEERS)
    node = visitor.path("node")

    def look(reading: Reading) -> Any:
        known = peers.find(reading, node)
        if known is None:
            return None
        view = shown.peer(reading, known, delivery.waiting_by_peer(reading), now=visitor.now)
        return view, shown.agreements(visitor.edge.us(reading), known)

    found = await visitor.edge.read(look)
    if found is None:
        raise NothingHereError
    view, agreements = found
    values = {"day": view.review.isoformat() if view.review else ""} if not visitor.sent else visitor.sent
    return visitor.page(
        "peer", status=422 if problems else 200, peer=view, agreements=agreements, form=Form(values, problems)
    )


async def _agree(visitor: Visitor, step: Steps, review_day: int | None, said: Notice) -> Response:
    visitor.may(Act.PEERS)
    node, edge, now = visitor.path("node"), visitor.edge, visitor.now

    def work(tx: Writing) -> None:
        known = peers.find(tx, node)
        if known is None:
            raise NothingHereError
        day = known.review_day if review_day is None else review_day
        peers.agree(tx, node, step, us=edge.us(tx), review_day=day, terms=edge.terms, now=now, random=edge.random)

    await edge.write(work)
    return visitor.go(f"/peers/{node}", said)


async def accept(visitor: Visitor) -> Response:
    """Begin: both see each other's listings. A day to talk again is set half a year ahead."""
    review = visitor.now // limits.DAY + _REVIEW_DAYS
    return await _agree(visitor, Steps.LISTINGS, review, Notice.STEP_CHANGED)


async def step(visitor: Visitor) -> Response:
    """Go further, or step back."""
    wanted = visitor.text("step")
    if wanted not in set(Steps):
        return await _page(visitor, {})
    return await _agree(visitor, Steps(wanted), None, Notice.STEP_CHANGED)


async def review(visitor: Visitor) -> Response:
    """The day on which both look at it again."""
    visitor.may(Act.PEERS)
    day = day_of_text(visitor.text("day"))
    if day is None:
        return await _page(visitor, {"day": "day"})
    known = await visitor.edge.read(lambda reading: peers.find(reading, visitor.path("node")))
    if known is None:
        raise NothingHereError
    return await _agree(visitor, known.standing.ours, day, Notice.REVIEW_SET)


async def decline(visitor: Visitor) -> Response:
    """Not now."""
    visitor.may(Act.PEERS)
    node, edge, now = visitor.path("node"), visitor.edge, visitor.now
    await edge.write(lambda tx: peers.decline(tx, node, us=edge.us(tx), now=now, random=edge.random))
    return visitor.go("/peers", Notice.PEER_ENDED)


async def end(visitor: Visitor) -> Response:
    """Part: what was open between us ends."""
    visitor.may(Act.PEERS)
    node, edge, now = visitor.path("node"), visitor.edge, visitor.now

    def work(tx: Writing) -> None:
        peers.end(tx, node, us=edge.us(tx), now=now, random=edge.random)
        schedule.parted(tx, node, now=now, random=edge.random)

    await edge.write(work)
    return visitor.go("/peers", Notice.PEER_ENDED)


async def invite_page(visitor: Visitor) -> Response:
    """A code for another community."""
    visitor.may(Act.PEERS)
    return visitor.page("peer_invite", form=Form(), code=None, last_day=None)


async def invite(visitor: Visitor) -> Response:
    """Make one."""
    visitor.may(Act.PEERS)
    edge, now, note = visitor.edge, visitor.now, visitor.text("note")[:120]

    def work(tx: Writing) -> InvitationCode:
        return peers.invite(tx, note, us=edge.keys.chain, now=now, random=edge.random)

    code = await edge.write(work)
    last_day = shown.day_from(now // limits.DAY + 14)
    return visitor.page("peer_invite", form=visitor.form(), code=code.text, last_day=last_day)


async def accept_page(visitor: Visitor) -> Response:
    """Using another community's code."""
    visitor.may(Act.PEERS)
    return visitor.page("peer_accept", form=Form(), their_words=(), origin="")


async def _looked(visitor: Visitor) -> _Looked:
    """Who answers at the code's address. Raises `Refused`."""
    site = visitor.site
    code = read_code(visitor.text("code"), allow_loopback=site.settings.allow_loopback_peers)
    flow = flows.read_node(code.origin, allow_loopback=site.settings.allow_loopback_peers)
    chain = await arun(flow, site.outbound.send)
    peers.check_code(code, chain)
    return _Looked(code, chain)


async def read_their_code(visitor: Visitor) -> Response:
    """Who is it? Their words, to be compared aloud."""
    visitor.may(Act.PEERS)
    try:
        looked = await _looked(visitor)
    except Refused as refused:
        code = "address" if refused.code == "unreachable" else "code"
        return visitor.again("peer_accept", {"code": code}, their_words=(), origin="")
    return visitor.page(
        "peer_accept", form=visitor.form(), their_words=fingerprint(looked.chain), origin=looked.code.origin
    )


async def ask(visitor: Visitor) -> Response:
    """Ask them."""
    visitor.may(Act.PEERS)
    edge, now = visitor.edge, visitor.now
    try:
        looked = await _looked(visitor)

        def work(tx: Writing) -> None:
            peers.ask(
                tx,
                looked.code,
                looked.chain,
                us=edge.us(tx),
                step=Steps.LISTINGS,
                terms=edge.terms,
                now=now,
                random=edge.random,
            )

        await edge.write(work)
    except Refused:
        return visitor.again("peer_accept", {"code": "code"}, their_words=(), origin="")
    return visitor.go("/peers", Notice.PEER_ASKED)


# What we say of ourselves.


async def community_page(visitor: Visitor) -> Response:
    """The form of what the community says about itself."""
    visitor.may(Act.COMMUNITY)
    profile = await visitor.edge.read(lambda reading: identity.standing_community(reading).profile)
    values: dict[str, Any] = {
        "name": profile.name,
        "place": profile.place.label if profile.place else "",
        "lang": profile.lang,
        "description": profile.description,
        "agreements": profile.agreements,
        "young_people": profile.young_people,
        "hard_night_words": profile.hard_night_words,
        **listing_form.commitments_fields(profile.commitments.model_dump(mode="json")),
    }
    for number, contact in zip(_HARD_NIGHT, profile.hard_night, strict=False):
        values[f"hard_night_note_{number}"] = contact.note
        values[f"hard_night_kind_{number}"] = contact.kind.value
        values[f"hard_night_value_{number}"] = contact.value
    return visitor.page("community", form=Form(values), saves="now", language_choices=visitor.language_choices)


async def save_community(visitor: Visitor) -> Response:
    """Say it anew."""
    visitor.may(Act.COMMUNITY)
    former = await visitor.edge.read(lambda reading: identity.standing_community(reading).profile)
    reading = listing_form.Reading(visitor)
    commitments = listing_form.commitments(reading, visitor)
    members: dict[str, Any] = former.model_dump(mode="json", exclude_none=True) | {
        "name": visitor.text("name"),
        "lang": visitor.text("lang") or former.lang,
        "description": visitor.text("description"),
        "agreements": visitor.text("agreements"),
        "young_people": visitor.text("young_people"),
        "hard_night_words": visitor.text("hard_night_words"),
        "hard_night": _hard_night(visitor),
        "commitments": commitments,
    }
    label = visitor.text("place")
    if not former.place or former.place.label != label:
        members["place"] = {"visibility": "area", "label": label} if label else None
    problems = dict(reading.problems)
    if not members["name"]:
        problems["name"] = "required"
    try:
        profile = None if problems else Profile.model_validate(members)
    except ValidationError as error:
        profile = None
        problems |= {str(part["loc"][0]): "form" for part in error.errors()}
    if profile is None:
        return visitor.again("community", problems, saves="now", language_choices=visitor.language_choices)
    await acts.save_profile(visitor.edge, profile)
    return visitor.go("/community", Notice.SAVED)


def _hard_night(visitor: Visitor) -> list[dict[str, str]]:
    found = []
    for number in _HARD_NIGHT:
        value = visitor.text(f"hard_night_value_{number}")
        if value:
            found.append(
                {
                    "kind": visitor.text(f"hard_night_kind_{number}") or "phone",
                    "value": value,
                    "note": visitor.text(f"hard_night_note_{number}"),
                }
            )
    return found

"""From rows and records to the views that pages show. Reads slices, decides nothing, holds no request.

Hours of a person's doings become days here; a node's id becomes the name its community gives itself.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pydantic import ValidationError

from alongside_node.delivery import actions as delivery
from alongside_node.directory import following
from alongside_node.directory.searching import Found
from alongside_node.foundation.database import Reading
from alongside_node.identity import actions as identity
from alongside_node.members import actions as members
from alongside_node.members.actions import Role
from alongside_node.peers import actions as peers
from alongside_node.referrals import answering, asking
from alongside_protocol import canonical, limits
from alongside_protocol.coded_words import by_voice_in, coded_in
from alongside_protocol.commitments import Commitments
from alongside_protocol.consent import Field
from alongside_protocol.errors import Refused
from alongside_protocol.listing import Direction, RoomState
from alongside_protocol.node_document import fingerprint
from alongside_protocol.profile import Profile
from alongside_protocol.referral import FINAL, State

from .views import (
    AgreementLine,
    CommunityView,
    ConsentField,
    ConsentView,
    DirectContact,
    IncomingView,
    MessageView,
    PeerAgreements,
    PeerView,
    ReceiptView,
    RequestView,
    ResultView,
    Steward,
)

_FRESH = 2 * limits.HOUR


def day_of(seconds: int) -> date:
    """The day of an instant, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).date()


def day_from(days: int) -> date:
    """The day from days since 1970."""
    return date(1970, 1, 1) + timedelta(days=days)


def names_of(reading: Reading, me: str) -> dict[str, str]:
    """Node → what its community calls itself."""
    names: dict[str, str] = {peer.node: peer.name for peer in peers.every(reading)}
    names[me] = identity.standing_community(reading).profile.name
    return names


def contacts_of(profile: Profile) -> tuple[DirectContact, ...]:
    """Whom a community suggests on a hard night."""
    return tuple(
        DirectContact(contact.note or contact.value, contact.kind.value, contact.value)
        for contact in profile.hard_night
    )


def community(reading: Reading) -> CommunityView:
    """Our community, as it describes itself."""
    profile = identity.standing_community(reading).profile
    return CommunityView(
        name=profile.name,
        description=profile.description,
        place=profile.place.label if profile.place else "",
        lang=profile.lang,
        agreements=profile.agreements,
        commitments=profile.commitments,
        stewards=tuple(Steward(name) for name in members.stewards(reading)),
        contacts=contacts_of(profile),
        peers=len(peers.sources(reading)),
        hard_night=profile.hard_night_words,
        young_people=profile.young_people,
    )


def result(
    found: Found,
    names: Mapping[str, str],
    *,
    me: str,
    today: date,
    open_now: bool | None,
    talked: Collection[str] = (),
) -> ResultView:
    """A listing as somebody who looks sees it. `talked`: what is being talked about, as `node/id`."""
    return ResultView(
        listing=found.listing,
        community=names.get(found.node, ""),
        is_own=found.node == me,
        url=f"/listings/{found.node}/{found.id}",
        confirmed_days=max((today - date.fromisoformat(found.listing.confirmed)).days, 0),
        open_now=open_now,
        distance_km=None if found.km is None else round(found.km),
        stale_since=None if found.stale_since is None else day_of(found.stale_since),
        talked_about=f"{found.node}/{found.id}" in talked,
    )


def why_not_ask(reading: Reading, found: Found, *, me: str, role: Role | None, holds: bool) -> str | None:
    """A key of `wording.ASK_BLOCKED`, or None: it can be asked."""
    if holds:
        return "own"
    return _no_room(found, alone=role in (None, Role.GUEST)) or _no_way(reading, found, me)


def _no_room(found: Found, *, alone: bool) -> str | None:
    """Why the listing itself takes nobody, or nobody without an account (`alone`)."""
    room, need = found.listing.room, found.listing.direction is Direction.NEED
    checks = (
        ("need", need and alone),
        ("resting", room.state is RoomState.RESTING),
        ("full", room.state is RoomState.FULL or room.waiting == 0),
        ("guests", alone and room.guests == 0),
        ("stale", found.stale_since is not None),
    )
    return next((code for code, holds in checks if holds), None)


def _no_way(reading: Reading, found: Found, me: str) -> str | None:
    if found.node == me:
        return None
    standing = peers.standing(reading, found.node)
    return None if standing is not None and peers.may_ask(standing) else "listings_only"


# Requests.


def consent(remembered: asking.Remembered, standing: str) -> ConsentView:
    """What left, to whom, until when."""
    return ConsentView(
        (*_fields(remembered.fields, {Field.COMMITMENTS}), ConsentField("standing", standing)),
        remembered.community,
        (*remembered.readers, *(one.name for one in remembered.beside)),
        day_of(remembered.until),
        _promises(remembered.fields),
    )


def _fields(fields: Mapping[Field, str], left_out: Collection[Field]) -> Iterator[ConsentField]:
    """What is shared, by name. That somebody asks by telephone has a name of its own."""
    for name, text in fields.items():
        said = text
        if name is Field.ACCESS_NEEDS:
            by_voice, said = by_voice_in(text)
            if by_voice:
                yield ConsentField("by_voice", "")
        if said and name not in left_out:
            yield ConsentField(name.value, said)


def _promises(fields: Mapping[Field, str]) -> Commitments | None:
    """What somebody who answers a need promises; None where they sent nothing that can be read as that."""
    try:
        return Commitments.model_validate(canonical.parse_object(fields[Field.COMMITMENTS].encode(), max_bytes=16_000))
    except (KeyError, Refused, ValidationError):
        return None


def request(thread: asking.Thread, *, me: str, rests: bool = False) -> RequestView:
    """A request as the one who asked sees it."""
    row, last = thread.row, thread.said[-1] if thread.said else None
    return RequestView(
        ref=row.ref,
        title=thread.remembered.title,
        lang=thread.remembered.lang,
        community=thread.remembered.community,
        is_own=row.peer == me,
        state=thread.state.value,
        until=day_of(row.until),
        unread=last is not None and not last.ours,
        delivered=thread.delivered,
        problem=row.problem,
        reason=row.reason,
        rests=rests,
    )


def messages(thread: asking.Thread) -> tuple[MessageView, ...]:
    """What was written, oldest first."""
    return tuple(message(said) for said in thread.said)


def message(said: asking.Said | answering.Said) -> MessageView:
    """One of them, on either side."""
    coded = coded_in(said.words)
    text = said.words if coded is None else ""
    return MessageView(said.ours, text, day_from(said.day), said.kind, None if coded is None else coded.value)


def deleted(one: asking.Erased, names: Mapping[str, str], *, me: str) -> tuple[RequestView, ReceiptView]:
    """A request that was deleted, and what its community stated."""
    community_name = names.get(one.peer, "")
    view = RequestView(
        ref=one.ref,
        title=community_name,
        lang="",
        community=community_name,
        is_own=one.peer == me,
        state="withdrawn",
        until=day_of(one.asked),
        confirmed=int(one.confirmed is not None),
    )
    receipt = ReceiptView(
        community_name,
        day_of(one.asked),
        None if one.confirmed is None else day_of(one.confirmed),
        None if one.backups_until is None else day_of(one.backups_until),
        one.late,
    )
    return view, receipt


@dataclass(frozen=True)
class Told:
    """The title of a listing of ours, for those who keep it; `need`: it says what somebody looks for."""

    title: str
    lang: str
    need: bool = False


def incoming(
    opened: answering.Opened, told: Told, names: Mapping[str, str], *, today: date, beside: bool = False
) -> IncomingView:
    """A request as the person who offers sees it. `beside`: they answer it beside those who keep its listing."""
    row = opened.row
    later = None if row.later_day is None else day_from(row.later_day)
    asked = opened.asked
    return IncomingView(
        url=f"/incoming/{row.peer}/{row.ref}",
        alias=row.alias,
        community=names.get(row.peer, ""),
        standing=row.standing,
        title=told.title,
        lang=told.lang,
        state=row.state.value,
        until=day_of(row.until),
        came=day_from(row.came),
        opening=None if asked is None else asked.fields.get(Field.WORDS, ""),
        name="" if asked is None else " ".join(asked.fields.get(Field.NAME, "").split()),
        unread=bool(opened.said) and not opened.said[-1].ours,
        later=later if later is not None and later > today and row.state is State.OFFERED else None,
        company=row.company_day is not None and row.state not in FINAL,
        beside=beside,
        need=told.need,
        by_voice=asked is not None and by_voice_in(asked.fields.get(Field.ACCESS_NEEDS, ""))[0],
    )


_BEFORE_A_YES = frozenset({State.OFFERED, State.WAITLISTED, State.PAUSED, State.PAUSED_WAITLISTED})


def received(opened: answering.Opened, told: Told, community_name: str, readers: tuple[str, ...]) -> ConsentView | None:
    """What they shared; None when it does not open. To a need nobody brings a way to be reached before the yes, whatever was sent."""
    if opened.asked is None:
        return None
    left_out = {Field.COMMITMENTS}
    if told.need and opened.row.state in _BEFORE_A_YES:
        left_out.add(Field.CONTACT)
    return ConsentView(
        (*_fields(opened.asked.fields, left_out), ConsentField("standing", opened.row.standing)),
        community_name,
        readers,
        day_of(opened.row.until),
        _promises(opened.asked.fields),
    )


# Peers.


def peer(reading: Reading, known: peers.Peer, waiting: Mapping[str, int], *, now: int) -> PeerView:
    """Another community: how fresh, what waits, what failed."""
    state = following.state_of(reading, known.node)
    health = delivery.health(reading, known.node)
    checked = None if state.checked == 0 else day_of(state.checked)
    return PeerView(
        node=known.node,
        url=f"/peers/{known.node}",
        name=known.name,
        lang=known.profile.lang,
        place=known.profile.place.label if known.profile.place else "",
        state=known.standing.state.value,
        ours=known.standing.ours.value,
        theirs=known.standing.theirs.value,
        freshness=_freshness(state.checked, state.exp, now),
        checked=checked,
        listings=state.listings,
        waiting=waiting.get(known.node, 0),
        problem=state.code or (None if health is None else health.code),
        review=None if known.review_day is None else day_from(known.review_day),
        set_aside=state.set_aside,
    )


def _freshness(checked: int, exp: int, now: int) -> str:
    if checked == 0:
        return "never"
    if exp <= now:
        return "stale"
    return "fresh" if now - checked < _FRESH else "older"


def agreements(ours: peers.Us, known: peers.Peer) -> PeerAgreements:
    """Both communities' agreements side by side: paragraphs that are the same stand together."""
    mine, theirs = _paragraphs(ours.profile.agreements), _paragraphs(known.profile.agreements)
    same = [AgreementLine(text, text) for text in mine if text in theirs]
    only_ours = [text for text in mine if text not in theirs]
    only_theirs = [text for text in theirs if text not in mine]
    length = max(len(only_ours), len(only_theirs))
    different = [
        AgreementLine(
            only_ours[place] if place < len(only_ours) else None,
            only_theirs[place] if place < len(only_theirs) else None,
        )
        for place in range(length)
    ]
    return PeerAgreements(
        lines=(*same, *different),
        our_commitments=ours.profile.commitments,
        their_commitments=known.profile.commitments,
        our_words=fingerprint(ours.chain),
        their_words=fingerprint(known.chain),
        their_lang=known.profile.lang,
    )


def _paragraphs(text: str) -> list[str]:
    return [paragraph.strip() for paragraph in text.replace("\r\n", "\n").split("\n\n") if paragraph.strip()]

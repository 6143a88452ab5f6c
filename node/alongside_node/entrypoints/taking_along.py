"""Taking everything along: all that is kept of somebody, opened for them (mission.md, "Self-determination").

A test over the schema names for every table under what it is told here, or why nothing of it is anybody's to take. What is handed out is made
in memory for its owner and is never in a file of this node. What others wrote to ask something of them is left out: it was given to be read, not
to be carried away.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from alongside_node.entrypoints import concerning
from alongside_node.foundation.database import Reading
from alongside_node.identity import actions as identity
from alongside_node.listings import actions as listings
from alongside_node.listings import joining
from alongside_node.listings.actions import Offering
from alongside_node.members import account, relaying
from alongside_node.members import actions as members
from alongside_node.members.actions import Member, Person
from alongside_node.notifications import actions as notifications
from alongside_node.notifications.actions import Whose
from alongside_node.referrals import answering, asking, company, fit, turns
from alongside_node.safety import actions as safety
from alongside_node.safety import concerns
from alongside_node.safety.concern_rules import Party
from alongside_protocol import limits
from alongside_protocol.consent import Field
from alongside_protocol.identifiers import NodeId
from alongside_protocol.sealing import SealPrivateKey

FORM: Final = "alongside-account-1"


def readable_about(
    reading: Reading, member: Member, cookie: str, *, me: NodeId, notice_key: bytes, now: int
) -> dict[str, Any]:
    """What this node can read of somebody by itself: all there is for who holds their own key elsewhere."""
    return {
        "form": FORM,
        "community": identity.standing_community(reading).profile.name,
        "node": me,
        "account": {
            "name": member.name,
            "role": member.role.value,
            "language": member.lang,
            "joined": member.joined,
            "last_day": None if member.last_day is None else _day(member.last_day),
            "public_key": member.public,
            "printed_code": account.has_code(reading, member.id),
            "answers_the_phone_line": relaying.relays(reading, member.id),
        },
        "told": _told(reading, Whose(member=member.id), notice_key),
        "sessions": [
            {"used_minutes_ago": one.minutes, "this": one.this}
            for one in account.sessions(reading, member.id, cookie, now=now)
        ],
        "programs": [
            {"label": one.label, "last_day": _day(one.last_day)}
            for one in account.programs(reading, member.id, now=now)
        ],
        "offerings": _offerings(reading, member, {}, me=me, now=now),
    }


def everything_about(
    reading: Reading, person: Person, cookie: str, *, me: NodeId, notice_key: bytes, now: int
) -> dict[str, Any]:
    """All that is kept of a person, opened."""
    member = person.member
    box = members.open_box(person, me)
    keys = answering.keys_of(reading, person, me=me) | company.keys(person, me=me)
    return readable_about(reading, member, cookie, me=me, notice_key=notice_key, now=now) | {
        "known_elsewhere_as": {node: handle for node, (handle, _) in box.handles.items()},
        "requests": [_request(reading, thread, notice_key) for thread in asking.threads(reading, person, me=me)],
        "deleted_requests": [
            {"node": one.peer, "asked": _day(one.asked // limits.DAY), "statement": one.receipt}
            for one in asking.erased(reading, person, me=me, now=now)
        ],
        "questions": [_question(one) for one in fit.mine(reading, person, me=me, now=now)],
        "one_after_another": [_round(one) for one in turns.mine(reading, person, me=me)],
        "offerings": _offerings(reading, member, keys, me=me, now=now),
        "asked_of_me": _asked_of(reading, person, keys, me),
        "beside": [{"node": node, "request": ref} for node, ref, _ in box.beside.values()],
        "concerns": [_concern(one) for one in concerns.own(reading, person, me=me)],
        "my_side": [_side(one) for one in concerning.talks(reading, person, me=me)],
        "blocked": [{"alias": one.alias, "since": _day(one.day)} for one in safety.blocked_by(reading, person, me=me)],
    }


def _day(number: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=number)).isoformat()


def _told(reading: Reading, whose: Whose, notice_key: bytes) -> dict[str, Any] | None:
    choice = notifications.told_at(reading, whose, notice_key)
    if choice is None:
        return None
    return {
        "by": choice.kind.value,
        "to": choice.to,
        "language": choice.lang,
        "reminder": choice.remind,
        "quiet_minutes": None if choice.quiet is None else list(choice.quiet),
        "zone": choice.zone,
    }


def _request(reading: Reading, thread: asking.Thread, notice_key: bytes) -> dict[str, Any]:
    remembered, row = thread.remembered, thread.row
    return {
        "node": remembered.node,
        "community": remembered.community,
        "listing": remembered.listing,
        "title": remembered.title,
        "readers": list(remembered.readers),
        "sent": {name.value: text for name, text in remembered.fields.items() if name is not Field.WORDS},
        "state": thread.state.value,
        "until": _day(remembered.until // limits.DAY),
        "answer_by": None if row.answer_by is None else _day(row.answer_by),
        "if_silent": row.if_silent,
        "told": _told(reading, Whose(mailbox=row.mailbox), notice_key),
        "letters": _letters(thread.said),
    }


def _letters(said: Sequence[Any]) -> list[dict[str, Any]]:
    return [{"mine": one.ours, "kind": one.kind, "day": _day(one.day), "words": one.words} for one in said]


def _question(one: fit.Mine) -> dict[str, Any]:
    answers = {} if one.answers is None else {listing: said.value for listing, said in one.answers.items()}
    return {
        "node": one.remembered.node,
        "community": one.remembered.community,
        "about": [{"listing": about.listing, "title": about.title} for about in one.remembered.about],
        "wishes": one.remembered.wishes.model_dump(mode="json"),
        "answers": answers,
        "ends": _day(one.ends // limits.DAY),
    }


def _round(one: turns.SeenRound) -> dict[str, Any]:
    return {
        "days_each": one.round.days,
        "ends": _day(one.round.ends // limits.DAY),
        "order": [
            {
                "node": seen.remembered.node,
                "listing": seen.remembered.listing,
                "title": seen.remembered.title,
                "sent": {name.value: text for name, text in seen.remembered.fields.items()},
                "where": seen.turn.lies.value,
            }
            for seen in one.several
        ],
    }


def _offerings(
    reading: Reading, member: Member, keys: Mapping[str, SealPrivateKey], *, me: NodeId, now: int
) -> list[dict[str, Any]]:
    mine = listings.of_member(reading, member.id)
    return [_offering(reading, one, member.id, keys, me=me, now=now) for one in mine]


def _offering(
    reading: Reading, offering: Offering, member: str, keys: Mapping[str, SealPrivateKey], *, me: NodeId, now: int
) -> dict[str, Any]:
    room = listings.said_fit(reading, offering.id, now=now)
    return {
        "id": offering.id,
        "state": offering.state.value,
        "named": next(holder.name for holder in offering.holders if holder.member == member),
        "content": dict(offering.members),
        "from_list": {"name": offering.source, "id": offering.source_key} if offering.source_key else None,
        "said_about_room": None if room is None else room.value,
        "stops_after_days": offering.stops_after,
        "open_until": None if offering.open_until is None else _day(offering.open_until),
        "joining": joining.told(reading, offering.id, keys, me=me),
    }


def _asked_of(reading: Reading, person: Person, keys: Mapping[str, SealPrivateKey], me: NodeId) -> list[dict[str, Any]]:
    found = []
    for row in (*answering.rows(reading, person.member), *company.rows(reading, person, me=me)):
        opened = answering.opened(reading, row, keys, me=me)
        found.append(
            {
                "listing": row.listing,
                "alias": row.alias,
                "state": row.state.value,
                "came": _day(row.came),
                "put_off_until": None if row.later_day is None else _day(row.later_day),
                "letters": _letters([one for one in opened.said if one.ours]),
            }
        )
    return found


def _concern(opened: concerns.Opened) -> dict[str, Any]:
    shown, row = opened.shown, opened.row
    return {
        "node": shown.node,
        "community": shown.community,
        "listing": shown.listing,
        "title": shown.title,
        "named": shown.name,
        "words": shown.words,
        "messages": [{"mine": one.ours, "day": _day(one.day), "words": one.words} for one in shown.messages],
        "readers": [name for _, name in shown.readers],
        "state": row.state.value,
        "last_day": _day(row.last_day),
        "ends": _day(row.ends),
        "may_talk_with_the_other_side": row.may_talk,
        "said": [
            {"by": one.by.value, "step": one.step.value, "day": _day(one.day), "words": one.words}
            for one in opened.said
        ],
    }


def _side(talked: concerns.Talked) -> dict[str, Any]:
    return {
        "listing": talked.listing,
        "state": talked.row.state.value,
        "said": [{"day": _day(one.day), "words": one.words} for one in talked.said if one.by is Party.PEOPLE],
    }

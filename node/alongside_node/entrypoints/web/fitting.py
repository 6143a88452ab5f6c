"""The pages of asking first whether it fits: ticks and nothing else, and the answers (mission.md, 9).

Somebody who only looks is given seven words, because the answer
comes up to an hour later and must be theirs alone; nothing else of them is kept, and all of it goes after 48 hours.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError
from starlette.responses import Response

from alongside_node.entrypoints import acts
from alongside_node.foundation.database import Reading
from alongside_node.members.actions import Act
from alongside_node.referrals import asking, fit
from alongside_protocol import limits
from alongside_protocol.errors import Refused
from alongside_protocol.fit import Time, Wishes
from alongside_protocol.listing import Listing, Modality

from . import keeping, shown
from .choosing import MOST, Chosen, look_at_several
from .views import Choice, FitView, Notice, QuestionView
from .visitor import NothingHereError, Visitor
from .wording import words

# Asking.


async def form(visitor: Visitor) -> Response:
    """What was chosen, and what one hopes for."""
    return await form_page(visitor, visitor.texts("chosen"), {})


async def form_page(visitor: Visitor, values: Sequence[str], problems: dict[str, str]) -> Response:
    """What was chosen, and what one hopes for."""
    visitor.must(Act.ASK)
    chosen = await visitor.edge.read(lambda reading: look_at_several(reading, visitor, values))
    if not chosen:
        raise NothingHereError
    kept = keeping.to_show(visitor)
    return visitor.page(
        "fit",
        status=422 if problems else 200,
        chosen=tuple(one.view for one in chosen),
        form=visitor.form(problems),
        may_ask=any(one.view.blocked is None for one in chosen),
        words_to_keep=kept.words,
        words_lang=kept.lang,
        pending=kept.pending,
        **_choices(visitor, [one.listing for one in chosen]),
    )


def _choices(visitor: Visitor, several: Sequence[Listing]) -> dict[str, tuple[Choice, ...]]:
    """What can be ticked: what the chosen offerings say of themselves. There is nothing to write."""
    spoken = dict.fromkeys(tag for listing in several for tag in listing.languages)
    labels = {choice.value: choice.label for choice in visitor.language_choices}
    return {
        "language_ticks": tuple(Choice(tag, labels.get(tag, tag)) for tag in spoken),
        "topic_ticks": _coded("topic", (code for listing in several for code in listing.topics), visitor.gettext),
        "access_ticks": _coded("access", (code for listing in several for code in listing.access), visitor.gettext),
    }


def _coded(table: str, codes: Iterable[str], gettext: Any) -> tuple[Choice, ...]:
    return tuple(Choice(code, words(table, code, gettext)) for code in dict.fromkeys(codes))


async def send(visitor: Visitor) -> Response:
    """Ask: only ticks leave."""
    visitor.must(Act.ASK)
    values = visitor.texts("chosen")
    chosen = await visitor.edge.read(lambda reading: look_at_several(reading, visitor, values))
    open_to = [one for one in chosen if one.view.blocked is None]
    if not open_to:
        return await form_page(visitor, values, {})
    wishes, problems = _wishes(visitor, open_to)
    problems |= keeping.problems(visitor)
    if wishes is None or problems:
        return await form_page(visitor, values, problems)
    keyring, viewer, now = visitor.edge.keys(), visitor.viewer, visitor.now

    def addressees(reading: Reading) -> list[asking.Addressee]:
        places = [one.view.value.split("/") for one in open_to]
        return [asking.addressee(reading, keyring, node, listing, viewer, now=now) for node, listing in places]

    several = await visitor.edge.read(addressees)
    person, cookie = await keeping.come_in(visitor)
    try:
        await acts.ask_whether_it_fits(visitor.edge, person, several, wishes)
    except Refused:
        await keeping.go_again(visitor, person, cookie)
        raise
    visitor.site.pending.take(visitor.text("pending"))
    response = visitor.go("/questions", Notice.QUESTION_SENT)
    return visitor.sign_in(response, cookie) if cookie else response


def _wishes(visitor: Visitor, chosen: Sequence[Chosen]) -> tuple[Wishes | None, dict[str, str]]:
    """(what was ticked, what needs another look). Only what was offered to be ticked counts: no word of somebody's own gets in."""
    offered = _choices(visitor, [one.listing for one in chosen])
    ticked = {
        "languages": _of(visitor.texts("languages"), offered["language_ticks"]),
        "topics": _of(visitor.texts("topics"), offered["topic_ticks"]),
        "access": _of(visitor.texts("access"), offered["access_ticks"]),
        "times": tuple(time for time in Time if time.value in visitor.texts("times")),
        "modality": tuple(way for way in Modality if way.value in visitor.texts("modality")),
    }
    problems = {name: "five" for name, several in ticked.items() if len(several) > limits.FIT_WISHES}
    try:
        return Wishes.model_validate({**ticked, "this_week": visitor.text("this_week") == "yes"}), problems
    except ValidationError:
        return None, problems


def _of(sent: Sequence[str], offered: Sequence[Choice]) -> tuple[str, ...]:
    return tuple(choice.value for choice in offered if choice.value in sent)


# The answers.


async def mine(visitor: Visitor) -> Response:
    """What was asked, and what was answered."""
    person = visitor.somebody()
    questions = await visitor.edge.read(lambda reading: fit.mine(reading, person, me=visitor.me, now=visitor.now))
    views = tuple(_view(one, visitor) for one in questions)
    possible = dict.fromkeys(one.value for view in views for one in view.about if one.answer not in (None, "no"))
    return visitor.page("questions", questions=views, possible=tuple(possible)[:MOST])


def _view(one: fit.Mine, visitor: Visitor) -> QuestionView:
    remembered = one.remembered
    answers = one.answers or {}
    about = tuple(
        FitView(
            value=f"{remembered.node}/{each.listing}",
            title=each.title,
            lang=each.lang,
            url=f"/listings/{remembered.node}/{each.listing}",
            answer=answers[each.listing].value if each.listing in answers else None,
        )
        for each in remembered.about
    )
    return QuestionView(
        one.ref,
        remembered.community,
        remembered.node == visitor.me,
        about,
        shown.day_of(one.ends),
        one.problem,
    )


async def delete(visitor: Visitor) -> Response:
    """Delete a question now."""
    person, ref = visitor.somebody(), visitor.path("ref")
    await visitor.edge.write(lambda tx: fit.forget(tx, person, ref, me=visitor.me))
    return visitor.go("/questions", Notice.QUESTION_DELETED)

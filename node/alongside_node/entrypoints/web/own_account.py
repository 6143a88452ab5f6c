"""The pages of what somebody does with their own account: other words, a printed code, what is open, taking all along, leaving for good.

What cannot be undone asks for the seven words once more, so that nobody does it on a phone that lay open. New words wait in memory until
the person says that they kept them; a printed code is shown once. What is taken along is made in memory and handed over.
"""

import json
from dataclasses import dataclass, field

from starlette.responses import Response

from alongside_node.entrypoints import leaving, taking_along
from alongside_node.foundation.database import Reading, Writing
from alongside_node.members import account as own
from alongside_node.members import actions as members
from alongside_node.members import printed_code
from alongside_node.members import words as seven
from alongside_node.members.actions import Act, Person
from alongside_node.notifications.actions import Whose

from . import telling
from .shown import day_from
from .views import Form, Notice, ProgramView, SessionView, TellingView
from .visitor import Visitor

_LONGEST = 300


@dataclass(frozen=True)
class _Changing:
    """Somebody who proved whose account it is, and was shown other words that are not in use yet. `by_code`: with the printed code."""

    person: Person = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    lang: str
    by_code: bytes = field(default=b"", repr=False)


async def account(visitor: Visitor) -> Response:
    """One's own account."""
    return await _account_page(visitor, {})


async def _account_page(visitor: Visitor, problems: dict[str, str]) -> Response:
    person, now = visitor.somebody(), visitor.now

    def look(reading: Reading) -> tuple[tuple[SessionView, ...], tuple[ProgramView, ...], bool, TellingView]:
        sessions = own.sessions(reading, person.member.id, visitor.cookie, now=now)
        programs = own.programs(reading, person.member.id, now=now)
        return (
            tuple(SessionView(one.name, one.minutes, one.this) for one in sessions),
            tuple(ProgramView(one.name, one.label, day_from(one.last_day)) for one in programs),
            own.has_code(reading, person.member.id),
            telling.view(reading, visitor, Whose(member=person.member.id)),
        )

    sessions, programs, has_code, told = await visitor.edge.read(look)
    return visitor.page(
        "my_account",
        status=422 if problems else 200,
        joined=person.member.joined,
        sessions=sessions,
        programs=programs,
        has_code=has_code,
        telling=told,
        form=visitor.form(problems) if problems else Form({"tell": told.chosen or telling.NOT}),
    )


async def choose_telling(visitor: Visitor) -> Response:
    """How somebody who offers wants to be told."""
    member = visitor.may(Act.ANSWER).member
    choice, problems = telling.read(visitor)
    if problems:
        return await _account_page(visitor, problems)
    return await telling.save(visitor, Whose(member=member.id), choice, "/account", guest=False)


async def end_session(visitor: Visitor) -> Response:
    """Sign out somewhere else."""
    person, name = visitor.somebody(), visitor.text("session")
    await visitor.edge.write(lambda tx: own.end_session(tx, person.member.id, name))
    return visitor.go("/account", Notice.ENDED_THERE)


async def end_program(visitor: Visitor) -> Response:
    """A program may no longer."""
    person, name = visitor.somebody(), visitor.text("program")
    await visitor.edge.write(lambda tx: own.end_program(tx, person.member.id, name))
    return visitor.go("/account", Notice.ENDED_THERE)


# Other words.


async def words_page(visitor: Visitor) -> Response:
    """Asking for other words."""
    visitor.somebody()
    return visitor.page("change_words", form=Form())


async def new_words(visitor: Visitor) -> Response:
    """Other words, shown once; nothing has changed yet."""
    person = visitor.somebody()
    if not await _are_theirs(visitor, person):
        return visitor.page("change_words", status=422, form=Form({}, {"words": "words"}))
    return _show_words(visitor, person)


async def _are_theirs(visitor: Visitor, person: Person) -> bool:
    words, salt = visitor.text("words")[:_LONGEST], visitor.edge.keys().words_salt
    derived = await visitor.site.derivation.derive(words, salt)
    found = await visitor.edge.read(lambda reading: members.use_words(reading, derived))
    return found is not None and found.member.id == person.member.id


def _show_words(visitor: Visitor, person: Person, *, by_code: bytes = b"") -> Response:
    lang = seven.language_of(visitor.lang)
    changing = _Changing(person, seven.generate(lang, visitor.edge.random), lang, by_code)
    return _words_page(visitor, changing, visitor.site.pending.keep(changing, known=True), {})


def _words_page(visitor: Visitor, changing: _Changing, pending: str, problems: dict[str, str]) -> Response:
    return visitor.page(
        "new_words",
        status=422 if problems else 200,
        words_to_keep=changing.words,
        words_lang=changing.lang,
        pending=pending,
        done_url="/recover/done" if changing.by_code else "/account/words/done",
        form=Form({}, problems),
    )


async def words_changed(visitor: Visitor) -> Response:
    """They were kept: from now on they open the account, and everything else that was open has ended."""
    person = visitor.somebody()
    return await _take_words(visitor, "/account/words", of=person.member.id)


async def _take_words(visitor: Visitor, begin: str, *, of: str = "") -> Response:
    pending = visitor.text("pending")
    changing = visitor.site.pending.find(pending)
    if not isinstance(changing, _Changing) or bool(changing.by_code) == bool(of):
        return visitor.go(begin)
    if of and changing.person.member.id != of:
        return visitor.go(begin)
    if visitor.text("kept") != "yes":
        return _words_page(visitor, changing, pending, {"kept": "agree"})
    edge, now = visitor.edge, visitor.now
    derived = await visitor.site.derivation.derive(" ".join(changing.words), edge.keys().words_salt)
    other = own.other_words(changing.person, derived, random=edge.random)

    def work(tx: Writing) -> str | None:
        if changing.by_code and not own.spend_code(tx, other.member, changing.by_code):
            return None
        if not own.take_words(tx, other):
            return None
        return members.begin_session(tx, changing.person, now=now, random=edge.random)

    cookie = await edge.write(work)
    visitor.site.pending.take(pending)
    if cookie is None:
        return visitor.go(begin)
    return visitor.sign_in(visitor.go("/account", Notice.WORDS_CHANGED), cookie)


# The printed code.


async def code_page(visitor: Visitor) -> Response:
    """What a printed code is, and whether there is one."""
    person = visitor.somebody()
    has_code = await visitor.edge.read(lambda reading: own.has_code(reading, person.member.id))
    return visitor.page("printed_code", form=Form(), code=None, has_code=has_code, address=visitor.edge.keys.origin)


async def make_code(visitor: Visitor) -> Response:
    """A new one, shown once. An earlier one works no longer."""
    person, edge = visitor.somebody(), visitor.edge
    if not await _are_theirs(visitor, person):
        has_code = await edge.read(lambda reading: own.has_code(reading, person.member.id))
        return visitor.again("printed_code", {"words": "words"}, code=None, has_code=has_code, address=edge.keys.origin)
    code = printed_code.generate(edge.random)
    lookup, private = own.print_code(person, printed_code.derive(code, edge.keys().words_salt), random=edge.random)
    await edge.write(lambda tx: own.keep_code(tx, person.member.id, lookup, private))
    return visitor.page("printed_code", form=Form(), code=code, has_code=True, address=edge.keys.origin)


async def end_code(visitor: Visitor) -> Response:
    """None works any more."""
    person = visitor.somebody()
    await visitor.edge.write(lambda tx: own.end_code(tx, person.member.id))
    return visitor.go("/account/code", Notice.CODE_ENDED)


async def recover_page(visitor: Visitor) -> Response:
    """The words are lost, the printed code is there."""
    return visitor.page("recover", form=Form())


async def recover(visitor: Visitor) -> Response:
    """With the printed code: other words, shown once; nothing has changed yet."""
    derived = printed_code.derive(visitor.text("code")[:_LONGEST], visitor.edge.keys().words_salt)
    person = await visitor.edge.read(lambda reading: own.use_code(reading, derived))
    if person is None:
        return visitor.page("recover", status=422, form=Form({}, {"code": "printed_code"}))
    return _show_words(visitor, person, by_code=derived.lookup)


async def recovered(visitor: Visitor) -> Response:
    """The new words were kept; the code is used up."""
    return await _take_words(visitor, "/recover")


# Taking all along, and leaving for good.


async def take_along(visitor: Visitor) -> Response:
    """Everything about oneself, as one file that is made for this answer alone."""
    person, edge = visitor.somebody(), visitor.edge
    everything = await edge.read(
        lambda reading: taking_along.everything_about(
            reading, person, visitor.cookie, me=edge.me, notice_key=edge.notice_key, now=edge.now
        )
    )
    return Response(
        json.dumps(everything, ensure_ascii=False, indent=1).encode("utf-8"),
        media_type="application/json",
        headers={"content-disposition": 'attachment; filename="page.json"'},
    )


async def leave_page(visitor: Visitor) -> Response:
    """What goes, and what stays, before anything does."""
    visitor.somebody()
    return visitor.page("leave_for_good", form=Form())


async def leave(visitor: Visitor) -> Response:
    """Everything of theirs goes, here and where it was sent."""
    person = visitor.somebody()
    problems = {} if visitor.text("sure") == "yes" else {"sure": "agree"}
    if not problems and not await _are_theirs(visitor, person):
        problems["words"] = "words"
    if not problems:
        try:
            await leaving.leave(visitor.edge, person)
        except leaving.LastStewardError:
            problems["sure"] = "last_steward"
    if problems:
        return visitor.page("leave_for_good", status=422, form=Form({"sure": visitor.text("sure")}, problems))
    return visitor.sign_out(visitor.go("/", Notice.GONE))

"""The pages of one's account: signing in with seven words, joining with an invitation, signing out.

Words that open something and words that open nothing take the same way and the same time. New words are shown once and kept in memory
until the person says that they have kept them.
"""

from dataclasses import dataclass, field

from starlette.responses import Response

from alongside_node.foundation.database import Writing
from alongside_node.members import actions as members
from alongside_node.members import words as seven
from alongside_node.members.actions import Act, Person, Role

from .shown import day_from
from .stylesheet import STATIC
from .views import Form, Notice
from .visitor import Visitor

_LONGEST = 300


@dataclass(frozen=True)
class _Joining:
    """Somebody who was shown their words, and has not said yet that they kept them."""

    code: str
    name: str
    words: tuple[str, ...] = field(repr=False)
    lang: str


async def sign_in_page(visitor: Visitor) -> Response:
    """Opening one's account."""
    return _sign_in_page(visitor, Form())


def _sign_in_page(visitor: Visitor, form: Form, *, seen: bool = False, count: int | None = None) -> Response:
    status = 422 if form.problems else 200
    return visitor.page("sign_in", status=status, form=form, seen=seen, count=count, written=())


def after_the_end(visitor: Visitor, written: tuple[str, ...]) -> Response:
    """What somebody wrote and sent after their 20 minutes: nothing was done with it, and it is not lost."""
    return visitor.page("sign_in", status=403, form=Form(), seen=False, count=None, written=written)


async def sign_in(visitor: Visitor) -> Response:
    """With seven words. A session that was there before is ended: nobody can prepare one for somebody else.

    What was written comes back with the answer, so that one slip does not cost all seven: in no address, in a page that is kept nowhere, and
    behind dots, because somebody may be looking; to see it is one's own choice, and then the browser is told not to remember it. How many
    words there are is said before anything is looked up.
    """
    words = visitor.text("words")[:_LONGEST]
    written, seen = {"words": words}, visitor.text("show") == "yes"
    if visitor.text("show"):
        return _sign_in_page(visitor, Form(written), seen=seen)
    if (count := len(seven.normalised(words).split())) != seven.WORDS:
        return _sign_in_page(visitor, Form(written, {"words": "seven"}), count=count)
    edge, now = visitor.edge, visitor.now
    derived = await visitor.site.derivation.derive(words, edge.keys().words_salt)
    person = await edge.read(lambda reading: members.use_words(reading, derived))
    if person is None:
        return _sign_in_page(visitor, Form(written, {"words": "words"}))
    known = person

    def work(tx: Writing) -> str | None:
        if visitor.cookie:
            members.end_session(tx, visitor.cookie)
        return members.begin_session(tx, known, now=now, random=edge.random) if members.is_current(tx, known) else None

    cookie = await edge.write(work)
    if cookie is None:
        return _sign_in_page(visitor, Form(written, {"words": "words"}))
    return visitor.sign_in(visitor.go("/requests" if known.member.role is Role.GUEST else "/"), cookie)


async def sign_out(visitor: Visitor) -> Response:
    """The session is gone here and in the browser."""
    if visitor.cookie:
        await visitor.edge.write(lambda tx: members.end_session(tx, visitor.cookie))
    return visitor.sign_out(visitor.go("/", Notice.SIGNED_OUT))


async def here(visitor: Visitor) -> Response:  # noqa: ARG001 - every handler takes who comes
    """Somebody is still there: coming here has prolonged their session. A picture, because a page may fetch nothing else (`idle.js`)."""
    return Response((STATIC / "icon.svg").read_bytes(), media_type="image/svg+xml")


async def join_page(visitor: Visitor) -> Response:
    """Using an invitation."""
    return visitor.page("join", form=Form())


async def join(visitor: Visitor) -> Response:
    """The seven new words, shown once."""
    code, name = visitor.text("code"), visitor.text("name")
    problems = {} if name else {"name": "required"}
    if len(name) > 60:  # noqa: PLR2004 - members.rules.NAME_CHARACTERS
        problems["name"] = "too_long"
    role = await visitor.edge.read(lambda reading: members.invitation_role(reading, code, now=visitor.now))
    if role is None:
        problems["code"] = "code"
    if problems:
        return visitor.again("join", problems)
    lang = seven.language_of(visitor.lang)
    joining = _Joining(code, name, seven.generate(lang, visitor.edge.random), lang)
    return _words_page(visitor, joining, visitor.site.pending.keep(joining, known=True), {})


def _words_page(visitor: Visitor, joining: _Joining, pending: str, problems: dict[str, str]) -> Response:
    return visitor.page(
        "join_words",
        status=422 if problems else 200,
        words_to_keep=joining.words,
        words_lang=joining.lang,
        pending=pending,
        form=Form({}, problems),
    )


async def joined(visitor: Visitor) -> Response:
    """The words were kept: now there is an account."""
    pending = visitor.text("pending")
    joining = visitor.site.pending.find(pending)
    if not isinstance(joining, _Joining):
        return visitor.go("/join")
    if visitor.text("kept") != "yes":
        return _words_page(visitor, joining, pending, {"kept": "agree"})
    edge, now = visitor.edge, visitor.now
    derived = await visitor.site.derivation.derive(" ".join(joining.words), edge.keys().words_salt)
    prepared = members.prepare(
        derived, node=edge.me, name=joining.name, role=Role.MEMBER, lang=joining.lang, now=now, random=edge.random
    )

    def work(tx: Writing) -> str | None:
        if not members.join(tx, joining.code, prepared.member, now=now):
            return None
        member = members.find(tx, prepared.member.id)
        return (
            None
            if member is None
            else members.begin_session(tx, Person(member, prepared.key), now=now, random=edge.random)
        )

    cookie = await edge.write(work)
    visitor.site.pending.take(pending)
    if cookie is None:
        return visitor.again("join", {"code": "code"})
    return visitor.sign_in(visitor.go("/", Notice.WELCOME), cookie)


async def invite_page(visitor: Visitor) -> Response:
    """A code for one person."""
    visitor.may(Act.INVITE_MEMBERS)
    return visitor.page(
        "members_invite", form=Form({"role": "member"}), code=None, last_day=None, join_url=_join_url(visitor)
    )


def _join_url(visitor: Visitor) -> str:
    return f"{visitor.edge.keys.origin}/join"


async def invite(visitor: Visitor) -> Response:
    """Make one."""
    visitor.may(Act.INVITE_MEMBERS)
    role = Role.STEWARD if visitor.text("role") == "steward" else Role.MEMBER
    now, random = visitor.now, visitor.edge.random
    code, last_day = await visitor.edge.write(lambda tx: members.invite(tx, role, now=now, random=random))
    return visitor.page(
        "members_invite",
        form=visitor.form(),
        code=code,
        last_day=day_from(last_day),
        join_url=_join_url(visitor),
    )

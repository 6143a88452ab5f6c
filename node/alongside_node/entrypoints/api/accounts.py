"""Tokens, what is open, and joining with a key that never gets here (safety.md, D.31, "At rest").

Whoever joins through a client keeps the private half of their key there: this node can seal to them and can never open. Whoever has
seven words gets their own key back, wrapped as it is stored, so that their client can open it. Never opens a sealed key.
"""

from typing import Annotated

from pydantic import Field
from starlette.responses import JSONResponse, Response

from alongside_node.entrypoints import leaving, taking_along
from alongside_node.foundation.database import Writing
from alongside_node.members import account
from alongside_node.members import actions as members
from alongside_node.members.actions import Member, Person, Role
from alongside_node.members.rules import GRANT_DAYS, day
from alongside_protocol import base64url
from alongside_protocol.errors import Code, Refused
from alongside_protocol.sealing import SealPublicKey
from alongside_protocol.text_forms import LANG, LANG_CHARACTERS

from .caller import Calling
from .forms import Caller, Day, Form, Key, Name, NodeName, PathKey, RandomId, day_text
from .problems import Problem, ProblemError


class WrappedKey(Form):
    """A person's private key as it is stored: wrapped under what their words and `salt` derive."""

    wrapped: str
    salt: str


class Granted(Form):
    """A token, and for whom it acts. `key`: only for whoever came with their words."""

    token: str
    last_day: Day
    node: NodeName
    member: RandomId
    name: str
    role: Role
    public_key: Key
    key: WrappedKey | None = None


class Words(Form):
    """Seven words. `label` says which client this is."""

    words: Annotated[str, Field(max_length=300)]
    label: Name = ""


class Joining(Form):
    """An invitation's code, and the public half of a key that the client made."""

    code: Annotated[str, Field(max_length=100)]
    name: Annotated[Name, Field(min_length=1)]
    public_key: Key
    lang: Annotated[str, Field(max_length=LANG_CHARACTERS, pattern=LANG)] = "en"
    label: Name = ""


class Named(Form):
    """A request, as your box names it."""

    ref: RandomId
    mailbox: RandomId


class Session(Form):
    """Where somebody is signed in at the pages. `name` ends it; nothing is known of it but when it was last used, roughly."""

    name: Key
    used_minutes_ago: int


class Sessions(Form):
    """All of them."""

    sessions: tuple[Session, ...]


class Program(Form):
    """A token. `name` ends it and is no token; `this`: the one you called with."""

    name: Key
    label: str
    last_day: Day
    this: bool


class Programs(Form):
    """All of them."""

    programs: tuple[Program, ...]


class Taking(Form):
    """`words`: for who has seven words; without them what is sealed stays sealed."""

    words: Annotated[str, Field(max_length=300)] = ""


class Leaving(Form):
    """`words`: for who has seven words. `requests`: for who holds their key: everything that the box names."""

    words: Annotated[str, Field(max_length=300)] = ""
    requests: Annotated[tuple[Named, ...], Field(max_length=500, strict=False)] = ()


def _granted(caller: Calling, token: str, member: Member, key: WrappedKey | None = None) -> Granted:
    return Granted(
        token=token,
        last_day=day_text(day(caller.now) + GRANT_DAYS),
        node=caller.me,
        member=member.id,
        name=member.name,
        role=member.role,
        public_key=member.public,
        key=key,
    )


async def grant(caller: Caller, body: Words) -> Granted:
    """A token for a client, for 90 days, from seven words.

    With it comes the person's own key, wrapped as it is stored: what Argon2id makes of the words and `salt` opens it, in the client.
    """
    edge, now = caller.edge, caller.now
    salt = edge.keys().words_salt
    derived = await caller.api.derivation.derive(body.words, salt)
    person = await edge.read(lambda reading: members.use_words(reading, derived))
    if person is None or person.member.private is None:
        raise ProblemError(Problem.WORDS)
    member, private = person.member, person.member.private

    def work(tx: Writing) -> str:
        if not members.is_current(tx, person):
            raise ProblemError(Problem.WORDS)
        return members.grant(tx, member.id, body.label, now=now, random=edge.random)

    token = await edge.write(work)
    return _granted(caller, token, member, WrappedKey(wrapped=base64url.encode(private), salt=base64url.encode(salt)))


async def end(caller: Caller) -> Response:
    """End this token, at once."""
    token = caller.token
    await caller.edge.write(lambda tx: members.end_grant(tx, token))
    return Response(status_code=204)


async def sessions(caller: Caller) -> Sessions:
    """Where you are signed in at the pages: since when, and from where, is not known."""
    member, now = caller.member, caller.now
    found = await caller.edge.read(lambda reading: account.sessions(reading, member.id, "", now=now))
    return Sessions(sessions=tuple(Session(name=one.name, used_minutes_ago=one.minutes) for one in found))


async def end_session(caller: Caller, session: PathKey) -> Response:
    """Sign out there, at once. What is not yours stays, and is answered alike."""
    member = caller.member
    await caller.edge.write(lambda tx: account.end_session(tx, member.id, session))
    return Response(status_code=204)


async def programs(caller: Caller) -> Programs:
    """Every token that may act for you."""
    member, now = caller.member, caller.now
    this = members.token_name(caller.token)
    found = await caller.edge.read(lambda reading: account.programs(reading, member.id, now=now))
    return Programs(
        programs=tuple(
            Program(name=one.name, label=one.label, last_day=day_text(one.last_day), this=one.name == this)
            for one in found
        )
    )


async def end_program(caller: Caller, program: PathKey) -> Response:
    """A token may no longer, at once. What is not yours stays, and is answered alike."""
    member = caller.member
    await caller.edge.write(lambda tx: account.end_program(tx, member.id, program))
    return Response(status_code=204)


async def take(caller: Caller, body: Taking) -> Response:
    """Everything that is kept of you, as one JSON value that no file of the node holds.

    With your seven words all of it is opened, as "My account" hands it out. Without them, or where only your client has your key, it is what
    the node can read by itself: the rest is in your box, your requests and what came in, and your client opens it.
    """
    edge, member, now = caller.edge, caller.member, caller.now
    person = await _by_words(caller, body.words) if body.words else None
    everything = await edge.read(
        lambda reading: (
            taking_along.readable_about(reading, member, "", me=edge.me, notice_key=edge.notice_key, now=now)
            if person is None
            else taking_along.everything_about(reading, person, "", me=edge.me, notice_key=edge.notice_key, now=now)
        )
    )
    return JSONResponse(everything)


async def _by_words(caller: Caller, words: str) -> Person:
    """Who calls, with the key that their words open. Raises `ProblemError`: they open nothing, or somebody else's account."""
    edge = caller.edge
    derived = await caller.api.derivation.derive(words, edge.keys().words_salt)
    person = await edge.read(lambda reading: members.use_words(reading, derived))
    if person is None or person.member.id != caller.member.id:
        raise ProblemError(Problem.WORDS)
    return person


async def leave(caller: Caller, body: Leaving) -> Response:
    """Leave for good: everything of yours is deleted, here and where it was sent; nobody can bring it back.

    Whoever has seven words proves it with them. A client that holds the key says which requests the box names, with their mailboxes: the
    node cannot look. Blocks and offers to be there beside others, which it cannot tell from those of others, go with what they are about.
    """
    edge, member = caller.edge, caller.member
    try:
        if member.private is None:
            await leaving.leave_by_client(edge, member.id, {one.ref: one.mailbox for one in body.requests})
        else:
            await leaving.leave(edge, await _by_words(caller, body.words))
    except leaving.LastStewardError:
        raise ProblemError(Problem.NOT_POSSIBLE) from None
    return Response(status_code=204)


async def join(caller: Caller, body: Joining) -> Granted:
    """Join with an invitation, and a key whose private half stays in the client."""
    edge, now = caller.edge, caller.now
    member = members.key_held_by_client(
        SealPublicKey.from_text(body.public_key),
        node=edge.me,
        name=body.name,
        role=Role.MEMBER,
        lang=body.lang,
        now=now,
        random=edge.random,
    )

    def work(tx: Writing) -> tuple[str, Member]:
        if not members.join(tx, body.code, member, now=now):
            raise Refused(Code.INVITATION, "this invitation is none, was used, or has run out")
        joined = members.find(tx, member.id)
        assert joined is not None  # noqa: S101 - added above
        return members.grant(tx, member.id, body.label, now=now, random=edge.random), joined

    token, joined = await edge.write(work)
    return _granted(caller, token, joined)

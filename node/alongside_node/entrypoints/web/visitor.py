"""One request to a page: who looks, in which language, what they sent, and how they are answered.

The cookie opens the session's wrapped key and nothing else. A form of somebody who is signed in must carry the session's token; what
others send changes nothing of anybody's. Nothing about a visitor is written, save that their session goes on.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from alongside_node.directory.gazetteer import Gazetteer
from alongside_node.directory.searching import Viewer
from alongside_node.entrypoints import concerning
from alongside_node.entrypoints.allowance import Allowance
from alongside_node.entrypoints.calling import Patience
from alongside_node.entrypoints.edge import Edge
from alongside_node.foundation.database import Reading
from alongside_node.foundation.outbound_http import Outbound
from alongside_node.identity import actions as identity
from alongside_node.listings import actions as listings
from alongside_node.members import actions as members
from alongside_node.members import relaying
from alongside_node.members.actions import Act, Derivation, Person, Role
from alongside_node.members.rules import may
from alongside_node.members.spoken import Stretching
from alongside_node.referrals import answering
from alongside_node.settings import Settings
from alongside_protocol import base64url
from alongside_protocol.identifiers import NodeId
from alongside_protocol.text_forms import FORBIDDEN

from .fleeting import Fleeting
from .formats import day_in_words, language_name
from .rendering import Pages
from .views import Choice, Form, Frame, Notice, SignedIn
from .wording import Gettext

LANGUAGE_COOKIE: Final = "lang"
SPOKEN: Final = [
    "en",
    "es",
    "ar",
    "bg",
    "bn",
    "ca",
    "cs",
    "cy",
    "da",
    "de",
    "el",
    "et",
    "eu",
    "fa",
    "fi",
    "fr",
    "ga",
    "gl",
    "gu",
    "he",
    "hi",
    "hr",
    "hu",
    "hy",
    "is",
    "it",
    "ja",
    "ka",
    "ko",
    "ku",
    "lt",
    "lv",
    "mk",
    "mt",
    "nl",
    "no",
    "pa",
    "pl",
    "ps",
    "pt",
    "ro",
    "ru",
    "sk",
    "sl",
    "so",
    "sq",
    "sr",
    "sv",
    "sw",
    "ta",
    "th",
    "ti",
    "tr",
    "uk",
    "ur",
    "vi",
    "yo",
    "zh",
    "bfi",
    "ssp",
]
"""Languages to choose from in forms; a listing may carry any tag. `bfi` and `ssp` are British and Spanish sign language."""


@dataclass
class Site:
    """What all pages stand on."""

    edge: Edge
    settings: Settings
    pages: Pages
    derivation: Derivation
    searches: Fleeting[Any]
    pending: Fleeting[Any]
    gazetteer: Gazetteer
    outbound: Outbound
    guests: Allowance
    """How many people without an account may begin something, all together."""
    stretching: Stretching
    patience: Patience

    @property
    def secure(self) -> bool:
        """Whether we are reached over TLS, so that cookies may say so."""
        return self.settings.origin.startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; without TLS (development) a browser would refuse the prefix."""
        return "__Host-session" if self.secure else "session"

    @property
    def call_cookie(self) -> str:
        """The name of the cookie of a call that a volunteer has open, beside their session's."""
        return "__Host-call" if self.secure else "call"


_LINE_ENDS: Final = re.compile("\r\n|[\r\u2028\u2029]")
_NOT_SEEN: Final = re.compile(f"[{FORBIDDEN}]")


class NotForYouError(Exception):
    """The page is not for who asks. `signed_in`: whether signing in could help."""

    def __init__(self, *, signed_in: bool) -> None:
        super().__init__("not for you")
        self.signed_in = signed_in


class NothingHereError(Exception):
    """There is no such page, or not for this person: nobody learns which."""


class CallOverError(Exception):
    """Nothing is open for a caller, or not any more."""


@dataclass
class Visitor:
    """Who looks at a page, for one request."""

    site: Site
    request: Request
    person: Person | None
    lang: str
    community: str
    incoming: int = 0
    cookie: str = ""
    keeps: bool = False
    """Of somebody without an account: whether they look for something here."""
    talks: int = 0
    relays: bool = False
    """Whether they answer the phone line."""
    sent: Mapping[str, Any] = field(default_factory=dict)
    past: frozenset[Notice] = frozenset()
    """What is no longer so, however often somebody opens the address that says it."""

    # Who it is.

    @property
    def edge(self) -> Edge:
        """Database, clock, keys."""
        return self.site.edge

    @property
    def now(self) -> int:
        """Unix seconds."""
        return self.edge.now

    @property
    def me(self) -> NodeId:
        """The id of this node."""
        return self.edge.me

    @property
    def today(self) -> date:
        """The day, in UTC."""
        return datetime.fromtimestamp(self.now, UTC).date()

    @property
    def role(self) -> Role | None:
        """What they are here; None: not signed in."""
        return None if self.person is None else self.person.member.role

    @property
    def viewer(self) -> Viewer:
        """How they look at the directory."""
        return Viewer(self.me, member=may(self.role, Act.SEARCH_FEDERATED))

    def must(self, act: Act) -> Person | None:
        """Raises `NotForYouError` unless they may do it."""
        if not may(self.role, act):
            raise NotForYouError(signed_in=self.person is not None)
        return self.person

    def somebody(self) -> Person:
        """Raises `NotForYouError` unless somebody is signed in."""
        if self.person is None:
            raise NotForYouError(signed_in=False)
        return self.person

    def may(self, act: Act) -> Person:
        """Who is signed in and may do it. Raises `NotForYouError`."""
        self.must(act)
        return self.somebody()

    def volunteer(self) -> Person:
        """Who is signed in and answers the phone line. Raises `NotForYouError`; `NothingHereError` for whoever was not let do it."""
        person = self.may(Act.RELAY)
        if not self.relays:
            raise NothingHereError
        return person

    @property
    def call(self) -> str:
        """The cookie of the call that is open, or ""."""
        return self.request.cookies.get(self.site.call_cookie, "")

    @property
    def csrf(self) -> str:
        """The token of this session's forms; empty without a session."""
        return csrf_of(self.cookie) if self.person is not None else ""

    # What they sent.

    def path(self, name: str) -> str:
        """A part of the address. Raises `NothingHereError` for what no database takes as text."""
        found = str(self.request.path_params[name])
        if "\x00" in found:
            raise NothingHereError
        return found

    def text(self, name: str) -> str:
        """A field of the form, one line end for all, without space around it and without signs that nobody sees and no text may hold.

        They come along when people paste. Whatever is shown before it leaves is shown without them.
        """
        value = self.sent.get(name, "")
        found = value if isinstance(value, str) else next(iter(value), "")
        return _NOT_SEEN.sub("", _LINE_ENDS.sub("\n", found)).strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """A field with several values."""
        value = self.sent.get(name, ())
        return (value,) if isinstance(value, str) else tuple(value)

    def form(self, problems: Mapping[str, str] | None = None) -> Form:
        """What was sent, to be shown again."""
        return Form(self.sent, problems or {})

    # How they are answered.

    def frame(self) -> Frame:
        """What stands around the page."""
        person = None
        if self.person is not None:
            role = self.person.member.role
            person = SignedIn(
                self.person.member.name,
                role is Role.STEWARD,
                self.incoming,
                member=role is not Role.GUEST,
                keeps=self.keeps,
                talks=self.talks,
                relays=self.relays,
            )
        notice = self.request.query_params.get("said", "")
        languages = tuple(
            Choice(tag, language_name(tag, lang=tag).capitalize()) for tag in self.site.pages.translations.languages
        )
        return Frame(
            community=self.community,
            lang=self.lang,
            today=self.today,
            path=self.request.url.path,
            csrf=self.csrf,
            person=person,
            notice=Notice(notice) if notice in set(Notice) - self.past else None,
            languages=languages,
            answers=self.request.method == "POST",
        )

    def page(self, template: str, *, status: int = 200, **context: object) -> Response:
        """A page of ours."""
        return HTMLResponse(self.site.pages.render(template, self.frame(), **context), status)

    def again(self, template: str, problems: Mapping[str, str], **context: object) -> Response:
        """The same form with what needs another look."""
        return self.page(template, status=422, form=self.form(problems), **context)

    def go(self, path: str, said: Notice | None = None) -> Response:
        """On to another page of ours."""
        return RedirectResponse(f"{path}?said={said.value}" if said else path, 303)

    def sign_in(self, response: Response, cookie: str) -> Response:
        """Give the browser its session; it ends with the browser, or after 20 quiet minutes."""
        response.set_cookie(
            self.site.cookie, cookie, httponly=True, samesite="strict", secure=self.site.secure, path="/"
        )
        return response

    def sign_out(self, response: Response) -> Response:
        """The browser forgets the session, and everything else of ours."""
        response.delete_cookie(self.site.cookie, httponly=True, samesite="strict", secure=self.site.secure, path="/")
        response.headers["clear-site-data"] = '"cache", "cookies", "storage"'
        return response

    @property
    def gettext(self) -> Gettext:
        """Into the language of the page."""
        return self.site.pages.translations.read(self.lang).gettext

    def days_ahead(self, days: Sequence[str]) -> tuple[Choice, ...]:
        """Days from today to choose from, each in words."""
        return tuple(
            Choice(
                number,
                day_in_words(
                    self.today + timedelta(days=int(number)), self.today, lang=self.lang, gettext=self.gettext
                ),
            )
            for number in days
        )

    @property
    def language_choices(self) -> Sequence[Choice]:
        """Languages to choose from, by their name in the language of the page."""
        named = [Choice(tag, language_name(tag, lang=self.lang)) for tag in SPOKEN]
        first = [choice for choice in named if choice.value in (self.lang, "en")]
        rest = sorted((choice for choice in named if choice not in first), key=lambda choice: choice.label.casefold())
        return (*first, *rest)


def csrf_of(cookie: str) -> str:
    """The token of a session's forms: nobody without the cookie can make it, and it does not give the cookie away."""
    return base64url.encode(sha256(b"alongside-form-1 " + cookie.encode("utf-8", "replace")).digest())


def same_token(sent: str, expected: str) -> bool:
    """Compared in one time for all."""
    return compare_digest(sent.encode("utf-8", "replace"), expected.encode("ascii"))


async def welcome(site: Site, request: Request) -> Visitor:
    """Who comes. Their session is prolonged, at most once a minute."""
    cookie = request.cookies.get(site.cookie, "")
    now = site.edge.now

    def look(reading: Reading) -> tuple[tuple[Person, int] | None, str, str, int, bool, int, bool]:
        found = members.session_of(reading, cookie, now=now) if cookie else None
        profile = identity.standing_community(reading).profile
        waiting, keeps, talks, relays = 0, False, 0, False
        if found is not None and may(found[0].member.role, Act.ANSWER):
            member = found[0].member
            waiting = answering.waiting(reading, member, now=now)
            keeps = member.role is Role.GUEST and bool(listings.of_member(reading, member.id))
            talks = concerning.count_talks(reading, member.id)
            relays = may(member.role, Act.RELAY) and relaying.relays(reading, member.id)
        return found, profile.name, profile.lang, waiting, keeps, talks, relays

    found, name, lang, waiting, keeps, talks, relays = await site.edge.read(look)
    person = None
    if found is not None:
        person, ends = found
        if members.needs_prolonging(ends, now):
            await site.edge.write(lambda tx: members.prolong(tx, cookie, now=now))
    spoken = _language(site, request, person, lang)
    return Visitor(site, request, person, spoken, name, waiting, cookie, keeps, talks=talks, relays=relays)


def _language(site: Site, request: Request, person: Person | None, default: str) -> str:
    known = site.pages.translations.languages
    chosen = request.cookies.get(LANGUAGE_COOKIE, "") or ("" if person is None else person.member.lang)
    if chosen in known:
        return chosen
    fallback = default.split("-", maxsplit=1)[0] if default.split("-", maxsplit=1)[0] in known else "en"
    return site.pages.translations.negotiate(request.headers.get("accept-language", ""), default=fallback)

"""Every page with its address and who may open it, and how a request becomes an answer.

One table: an address that is not in it does not exist; each row says who may come. Bodies are bounded, a form of somebody who is signed
in carries their token, and whatever is refused becomes a page that says so without echoing anything, save a longer text that
came after the session's end, shown once to who wrote it.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route, compile_path

from alongside_node.entrypoints.admitted import ADMITTED, Who
from alongside_node.foundation.database import DatabaseUnavailableError
from alongside_node.listings.actions import NotPossibleError
from alongside_node.members import actions as members
from alongside_node.members.actions import BoxChangedError
from alongside_protocol import text_forms
from alongside_protocol.errors import Code, Refused

from . import (
    about,
    accounts,
    answers,
    asking_aloud,
    calls,
    caring,
    concerns,
    fitting,
    in_turn,
    looking,
    needs,
    offerings,
    on_paper,
    own_account,
    requests,
    stewardship,
)
from .armour import kept_for_good
from .stylesheet import STATIC, Static
from .views import Notice
from .visitor import (
    LANGUAGE_COOKIE,
    CallOverError,
    NotForYouError,
    NothingHereError,
    Site,
    Visitor,
    same_token,
    welcome,
)

Handler = Callable[[Visitor], Awaitable[Response]]

FORM_BYTES: Final = 64 * 1024
FORM_FIELDS: Final = 200
WRITTEN: Final = (
    "title",
    "text",
    "lived_experience",
    "by_and_for",
    "circle_agreements",
    "duties",
    "description",
    "agreements",
)
"""Fields of longer texts: who sends one after their session has ended reads it again instead of losing it. Never seven words, never a code."""


@dataclass(frozen=True)
class Page:
    """One address. `free`: its form needs no token, because it must work when the session is long over; `call`: what a volunteer has open
    for a caller stays open here, and is closed on every other page. `anew`: posting there only shows a page from what was sent, so that
    another language may send it once more.
    """

    path: str
    who: Who
    get: Handler | None = None
    post: Handler | None = None
    free: bool = False
    call: bool = False
    anew: bool = False


async def _language(visitor: Visitor) -> Response:
    """Read on in another language, where one was. A page with work on it is shown anew from its fields, which the browser sends on."""
    chosen = visitor.text("tongue")
    again = next((page for page in PAGES if page.anew and _is_at(page, visitor.text("again"))), None)
    back = next((page for page in PAGES if page.get and _is_at(page, visitor.text("back"))), None)
    if again is not None:
        response = RedirectResponse(visitor.text("again"), 307)
    else:
        response = RedirectResponse("/" if back is None else visitor.text("back"), 303)
    if chosen in visitor.site.pages.translations.languages:
        response.set_cookie(LANGUAGE_COOKIE, chosen, httponly=True, samesite="lax", secure=visitor.site.secure)
        if visitor.person is not None:
            member_id = visitor.person.member.id
            await visitor.edge.write(lambda tx: members.save_lang(tx, member_id, chosen))
    return response


def _is_at(page: Page, path: str) -> bool:
    """Whether this is a page of ours: no other address is ever gone to."""
    return path.isprintable() and "\\" not in path and compile_path(page.path)[0].match(path) is not None


_E, _S, _M, _ST = Who.EVERYBODY, Who.SIGNED_IN, Who.MEMBERS, Who.STEWARDS
_LISTING, _REQUEST, _INCOMING = "/listings/{node}/{listing}", "/requests/{ref}", "/incoming/{node}/{ref}"
_OFFERING, _PEER = "/offerings/{listing}", "/peers/{node}"
_CONCERN, _CARED = "/concerns/{concern}", "/community/concerns/{concern}"

PAGES: Final = (
    Page("/", _E, looking.front),
    Page("/search", _E, looking.empty_search, looking.begin_search),
    Page("/search/{search}", _E, looking.results),
    Page("/search/{search}/change", _E, looking.change),
    Page("/search/{search}/widen", _E, post=looking.widen),
    Page("/search/{search}/chosen", _E, post=in_turn.choose),
    Page("/order", _E, about.order),
    Page("/practitioners", _E, looking.practitioners),
    Page("/hard-night", _E, looking.hard_night),
    Page("/young-people", _E, looking.young_people),
    Page("/leaving", _E, about.leaving),
    Page("/disclose", _E, about.disclose),
    Page("/leave", _E, post=looking.leave, free=True),
    Page("/language", _E, post=_language),
    Page(_LISTING, _E, looking.listing),
    Page(f"{_LISTING}/card", _E, on_paper.card),
    Page("/print", _E, on_paper.paper, on_paper.begin_paper),
    Page("/print/{search}", _E, on_paper.printed),
    Page(f"{_LISTING}/calendar.ics", _E, looking.calendar),
    Page(f"{_LISTING}/ask", _E, requests.write, requests.confirm, anew=True),
    Page(f"{_LISTING}/ask/change", _E, post=requests.change, anew=True),
    Page(f"{_LISTING}/ask/send", _E, post=requests.send),
    Page(f"{_LISTING}/concern", _E, concerns.write, concerns.look, anew=True),
    Page(f"{_LISTING}/concern/change", _E, post=concerns.change, anew=True),
    Page(f"{_LISTING}/concern/send", _E, post=concerns.send),
    Page("/fit", _E, post=fitting.form, anew=True),
    Page("/fit/send", _E, post=fitting.send),
    Page("/questions", _S, fitting.mine),
    Page("/questions/{ref}/delete", _S, post=fitting.delete),
    Page("/turns", _E, in_turn.mine, in_turn.form),
    Page("/turns/confirm", _E, post=in_turn.confirm, anew=True),
    Page("/turns/change", _E, post=in_turn.change, anew=True),
    Page("/turns/send", _E, post=in_turn.send),
    Page("/turns/{ref}/agree", _S, post=in_turn.agree),
    Page("/turns/{ref}/stop", _S, post=in_turn.stop),
    Page("/requests", _S, requests.mine),
    Page(_REQUEST, _S, requests.one),
    Page(f"{_REQUEST}/message", _S, post=requests.message),
    Page(f"{_REQUEST}/agree", _S, post=requests.agree),
    Page(f"{_REQUEST}/beside", _S, post=requests.let_in),
    Page(f"{_REQUEST}/close", _S, post=requests.close),
    Page(f"{_REQUEST}/withdraw", _S, post=requests.withdraw),
    Page(f"{_REQUEST}/delete", _S, post=requests.delete),
    Page(f"{_REQUEST}/silence", _S, post=requests.silence),
    Page(f"{_REQUEST}/telling", _S, post=requests.telling),
    Page(f"{_REQUEST}/concern", _S, concerns.write, concerns.look, anew=True),
    Page(f"{_REQUEST}/concern/change", _S, post=concerns.change, anew=True),
    Page(f"{_REQUEST}/concern/send", _S, post=concerns.send),
    Page("/concerns", _S, concerns.mine),
    Page(_CONCERN, _S, concerns.one),
    Page(f"{_CONCERN}/write", _S, post=concerns.write_on),
    Page(f"{_CONCERN}/again", _S, post=concerns.again),
    Page(f"{_CONCERN}/talk", _S, post=concerns.allow_talk),
    Page(f"{_CONCERN}/back", _S, post=concerns.take_back),
    Page("/talks", _S, caring.talks),
    Page("/talks/{concern}", _S, caring.talk, caring.answer),
    Page("/incoming", _S, answers.everything),
    Page("/incoming/join", _M, post=answers.join),
    Page(_INCOMING, _S, answers.one),
    Page(f"{_INCOMING}/accept", _S, post=answers.accept),
    Page(f"{_INCOMING}/waitlist", _S, post=answers.waitlist),
    Page(f"{_INCOMING}/decline", _S, post=answers.decline),
    Page(f"{_INCOMING}/message", _S, post=answers.message),
    Page(f"{_INCOMING}/close", _S, post=answers.close),
    Page(f"{_INCOMING}/block", _S, post=answers.block),
    Page("/blocks", _S, answers.blocks, answers.take_back_block),
    Page(f"{_INCOMING}/find", _M, post=answers.find),
    Page(f"{_INCOMING}/later", _S, post=answers.later),
    Page(f"{_INCOMING}/company", _M, post=answers.ask_the_others),
    Page(f"{_INCOMING}/invite", _M, post=answers.invite),
    Page("/calls", _M, calls.home),
    Page("/calls/begin", _ST, post=calls.begin),
    Page("/calls/join", _M, post=calls.join),
    Page("/calls/stop", _M, post=calls.stop),
    Page("/calls/people", _ST, calls.people, calls.let),
    Page("/calls/people/end", _ST, post=calls.end_for),
    Page("/calls/ask/{node}/{listing}", _M, asking_aloud.write, asking_aloud.keep),
    Page("/calls/asking/{draft}", _M, asking_aloud.confirm, asking_aloud.send),
    Page("/calls/asking/{draft}/write", _M, asking_aloud.again, asking_aloud.change),
    Page("/calls/asking/{draft}/drop", _M, post=asking_aloud.drop),
    Page("/calls/open", _M, post=calls.open_again, call=True),
    Page("/calls/now", _M, calls.now, call=True),
    Page("/calls/now/message", _M, post=calls.message, call=True),
    Page("/calls/now/agree", _M, post=calls.agree, call=True),
    Page("/calls/now/close", _M, post=calls.close, call=True),
    Page("/calls/now/withdraw", _M, post=calls.withdraw, call=True),
    Page("/calls/now/delete", _M, post=calls.delete, call=True),
    Page("/calls/end", _M, post=calls.end),
    Page("/needs", _S, needs.mine),
    Page("/needs/new", _E, needs.write, needs.look, anew=True),
    Page("/needs/change", _E, post=needs.change, anew=True),
    Page("/needs/post", _E, post=needs.post),
    Page("/needs/{listing}/still", _S, post=needs.still),
    Page("/needs/{listing}/end", _S, post=needs.end),
    Page("/offerings", _M, offerings.mine),
    Page("/offerings/new", _M, offerings.new, offerings.create),
    Page("/offerings/change", _M, post=offerings.change, anew=True),
    Page("/offerings/together", _M, post=offerings.together),
    Page(f"{_OFFERING}/joining", _M, offerings.joining_page, offerings.keep_joining),
    Page(f"{_OFFERING}/people", _M, post=offerings.share),
    Page(f"{_OFFERING}/stops", _M, post=offerings.stops),
    Page(f"{_OFFERING}/back", _M, post=offerings.step_back),
    Page(f"{_OFFERING}/edit", _M, offerings.edit, offerings.save),
    Page(f"{_OFFERING}/change", _M, post=offerings.change_again, anew=True),
    Page(f"{_OFFERING}/preview", _M, offerings.preview),
    Page(f"{_OFFERING}/publish", _M, post=offerings.publish),
    Page(f"{_OFFERING}/vouching", _M, offerings.vouching_page, offerings.vouch),
    Page(f"{_OFFERING}/vouching/end", _M, post=offerings.end_vouching),
    Page(f"{_OFFERING}/rest", _M, post=offerings.rest),
    Page(f"{_OFFERING}/reopen", _M, post=offerings.reopen),
    Page(f"{_OFFERING}/confirm", _M, post=offerings.confirm),
    Page(f"{_OFFERING}/fit", _M, post=offerings.say_fit),
    Page(f"{_OFFERING}/withdraw", _M, post=offerings.withdraw),
    Page("/sign-in", _E, accounts.sign_in_page, accounts.sign_in, free=True),
    Page("/here.svg", _S, accounts.here),
    Page("/sign-out", _S, post=accounts.sign_out),
    Page("/join", _E, accounts.join_page, accounts.join),
    Page("/join/done", _E, post=accounts.joined),
    Page("/account", _S, own_account.account),
    Page("/account/telling", _M, post=own_account.choose_telling),
    Page("/account/sessions/end", _S, post=own_account.end_session),
    Page("/account/programs/end", _S, post=own_account.end_program),
    Page("/account/words", _S, own_account.words_page, own_account.new_words),
    Page("/account/words/done", _S, post=own_account.words_changed),
    Page("/account/code", _S, own_account.code_page, own_account.make_code),
    Page("/account/code/end", _S, post=own_account.end_code),
    Page("/account/take", _S, post=own_account.take_along),
    Page("/account/leave", _S, own_account.leave_page, own_account.leave),
    Page("/recover", _E, own_account.recover_page, own_account.recover),
    Page("/recover/done", _E, post=own_account.recovered),
    Page("/members/invite", _ST, accounts.invite_page, accounts.invite),
    Page("/community", _ST, stewardship.community_page, stewardship.save_community),
    Page("/community/concerns", _ST, caring.everything),
    Page(_CARED, _ST, caring.one),
    Page(f"{_CARED}/write", _ST, post=caring.write),
    Page(f"{_CARED}/listen", _ST, post=caring.listen),
    Page(f"{_CARED}/agree", _ST, post=caring.agree),
    Page(f"{_CARED}/close", _ST, post=caring.close),
    Page(f"{_CARED}/show", _ST, post=caring.show),
    Page(f"{_CARED}/hide", _ST, post=caring.hide),
    Page("/peers", _ST, stewardship.everybody),
    Page("/peers/invite", _ST, stewardship.invite_page, stewardship.invite),
    Page("/peers/accept", _ST, stewardship.accept_page, stewardship.read_their_code),
    Page("/peers/accept/confirm", _ST, post=stewardship.ask),
    Page(_PEER, _ST, stewardship.one),
    Page(f"{_PEER}/accept", _ST, post=stewardship.accept),
    Page(f"{_PEER}/decline", _ST, post=stewardship.decline),
    Page(f"{_PEER}/end", _ST, post=stewardship.end),
    Page(f"{_PEER}/step", _ST, post=stewardship.step),
    Page(f"{_PEER}/review", _ST, post=stewardship.review),
)


def routes(site: Site) -> list[Route]:
    """The pages, for the application's router; what matches nothing is answered by `nothing`."""
    found = [Route(page.path, _endpoint(site, page), methods=_methods(page)) for page in PAGES]
    return [
        *found,
        *(Route(one.path, _static(one), methods=["GET"]) for one in site.pages.loaded),
        Route("/static/icon.svg", _icon, methods=["GET"]),
        Route("/robots.txt", _robots, methods=["GET"]),
    ]


def _methods(page: Page) -> list[str]:
    return [*(["GET"] if page.get else []), *(["POST"] if page.post else [])]


def _endpoint(site: Site, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        visitor = await welcome(site, request)
        try:
            response = await _answer(visitor, page)
        except Exception as error:  # noqa: BLE001 - whatever it was, the person reads a page
            response = _refusal(visitor, error)
        return response if page.call else await calls.closed(visitor, response)

    return endpoint


async def _answer(visitor: Visitor, page: Page) -> Response:
    if visitor.role not in ADMITTED[page.who]:
        if visitor.person is None and visitor.request.method == "POST":
            visitor.sent = await _form(visitor.request)
        raise NotForYouError(signed_in=visitor.person is not None)
    if visitor.request.method != "POST":
        assert page.get is not None  # noqa: S101 - the router knows which methods a page has
        return await page.get(visitor)
    visitor.sent = await _form(visitor.request)
    if visitor.csrf and not page.free and not same_token(visitor.text("csrf"), visitor.csrf):
        raise NotForYouError(signed_in=True)
    assert page.post is not None  # noqa: S101 - as above
    return await page.post(visitor)


class _TooLongError(Exception):
    """A form of more than `FORM_BYTES`."""


async def _form(request: Request) -> dict[str, str | tuple[str, ...]]:
    """The fields that were sent; files are refused."""
    declared = request.headers.get("content-length", "")
    if not declared.isdecimal() or int(declared) > FORM_BYTES:
        raise _TooLongError
    try:
        data = await request.form(max_files=0, max_fields=FORM_FIELDS, max_part_size=FORM_BYTES)
    except (HTTPException, ClientDisconnect):  # too many fields, too long a one, a file, or not whole
        raise _TooLongError from None
    found: dict[str, str | tuple[str, ...]] = {}
    for name in data:
        values = tuple(_as_text(value) for value in data.getlist(name) if isinstance(value, str))
        found[name] = values[0] if len(values) == 1 else values
    return found


def _signed_out(visitor: Visitor) -> Response:
    written = tuple(filter(None, map(visitor.text, WRITTEN)))
    return accounts.after_the_end(visitor, written) if written else RedirectResponse("/sign-in", 303)


def _as_text(value: str) -> str:
    """One line end for all, and without what no text may hold: phones put marks into what is copied that nobody sees or meant."""
    return _NO_TEXT.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


_NO_TEXT: Final = re.compile(f"[{text_forms.FORBIDDEN}]")


def _refusal(visitor: Visitor, error: Exception) -> Response:
    if isinstance(error, NotForYouError | CallOverError):
        return _not_now(visitor, error)
    if isinstance(error, NothingHereError):
        return error_page(visitor, 404)
    if isinstance(error, _TooLongError | BoxChangedError | NotPossibleError):
        return error_page(visitor, 422)
    if isinstance(error, DatabaseUnavailableError):
        return error_page(visitor, 503)
    if isinstance(error, Refused):
        return error_page(visitor, _STATUS.get(error.code, 422))
    structlog.get_logger().error("page-failed", error=type(error).__name__)
    return error_page(visitor, 500)


def _not_now(visitor: Visitor, error: NotForYouError | CallOverError) -> Response:
    if isinstance(error, CallOverError):
        return visitor.go("/calls", Notice.CALL_ENDED)
    return error_page(visitor, 403) if error.signed_in else _signed_out(visitor)


_STATUS: Final = {Code.NOT_AGREED: 404, Code.BUSY: 429, Code.UNREACHABLE: 503, Code.SEAL_KEY_EXPIRED: 503}
_SHOWN_AS: Final = {503: "offline"}


def error_page(visitor: Visitor, status: int) -> Response:
    """A page that says what happened, and nothing of what was sent."""
    frame = replace(visitor.frame(), path="/")  # where another language leads to
    body = visitor.site.pages.render("error", frame, status=_SHOWN_AS.get(status, str(status)))
    return HTMLResponse(body, status)


async def nothing(site: Site, request: Request) -> Response:
    """An address that does not exist."""
    return error_page(await welcome(site, request), 404)


def _static(of: Static) -> Callable[[Request], Awaitable[Response]]:
    async def static(_: Request) -> Response:
        return Response(of.content, media_type=of.media_type, headers=kept_for_good())

    return static


async def _icon(_: Request) -> Response:
    return Response((STATIC / "icon.svg").read_bytes(), media_type="image/svg+xml", headers=kept_for_good())


async def _robots(_: Request) -> Response:
    return Response("User-agent: *\nDisallow: /\n", media_type="text/plain")

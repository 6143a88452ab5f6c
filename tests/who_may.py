"""Who gets through to what: every page and every operation of the API, with the people of `town.py` (safety.md, D.29).

Whoever is not named is refused. A page or an operation that stands in no table makes `make check` fail: say here whom it is for.
"""

from collections.abc import Mapping
from typing import Final

GUESTS: Final = frozenset({"gus", "ida"})
MEMBERS: Final = frozenset({"asker", "mira", "lena", "stella"})
SIGNED_IN: Final = GUESTS | MEMBERS
EVERYBODY: Final = SIGNED_IN | {"nobody"}
STEWARD: Final = frozenset({"stella"})
VOLUNTEERS: Final = frozenset({"lena", "stella"})
WHO_TAKES_A_CALL: Final = frozenset({"lena"})
WHO_ASKED: Final = frozenset({"asker"})
WHO_RAISED: Final = frozenset({"asker"})
WHO_OFFERS: Final = frozenset({"mira"})
WHO_NEEDS: Final = frozenset({"gus"})

_LISTING, _REQUEST, _INCOMING = "/listings/{node}/{listing}", "/requests/{ref}", "/incoming/{node}/{ref}"
_OFFERING, _PEER = "/offerings/{listing}", "/peers/{node}"
_CONCERN, _CARED = "/concerns/{concern}", "/community/concerns/{concern}"


def _all(who: frozenset[str], *paths: str) -> dict[str, frozenset[str]]:
    return dict.fromkeys(paths, who)


PAGES: Final[Mapping[str, frozenset[str]]] = {
    **_all(EVERYBODY, "/", "/search", "/search/{search}", "/search/{search}/change", "/search/{search}/widen"),
    **_all(
        EVERYBODY, "/search/{search}/chosen", "/order", "/practitioners", "/hard-night", "/young-people", "/leaving"
    ),
    **_all(EVERYBODY, "/disclose", "/leave", "/language", "/print", "/print/{search}"),
    **_all(EVERYBODY, _LISTING, f"{_LISTING}/card", f"{_LISTING}/calendar.ics"),
    **_all(EVERYBODY, f"{_LISTING}/ask", f"{_LISTING}/ask/change", f"{_LISTING}/ask/send", "/fit", "/fit/send"),
    **_all(EVERYBODY, "/turns/confirm", "/turns/change", "/turns/send"),
    **_all(EVERYBODY, "/needs/new", "/needs/change", "/needs/post", "/sign-in", "/join", "/join/done"),
    **_all(EVERYBODY, "/recover", "/recover/done"),
    "GET /turns": SIGNED_IN,
    "POST /turns": EVERYBODY,
    **_all(
        SIGNED_IN, "/questions", "/requests", "/incoming", "/blocks", "/needs", "/sign-out", "/account", "/here.svg"
    ),
    **_all(SIGNED_IN, "/account/sessions/end", "/account/programs/end", "/account/words", "/account/words/done"),
    **_all(SIGNED_IN, "/account/code", "/account/code/end", "/account/take", "/account/leave"),
    **_all(WHO_ASKED, "/questions/{ref}/delete", "/turns/{ref}/agree", "/turns/{ref}/stop", _REQUEST),
    **_all(WHO_ASKED, f"{_REQUEST}/message", f"{_REQUEST}/agree", f"{_REQUEST}/beside", f"{_REQUEST}/close"),
    **_all(WHO_ASKED, f"{_REQUEST}/withdraw", f"{_REQUEST}/delete", f"{_REQUEST}/silence", f"{_REQUEST}/telling"),
    **_all(WHO_OFFERS, _INCOMING, f"{_INCOMING}/accept", f"{_INCOMING}/waitlist", f"{_INCOMING}/decline"),
    **_all(WHO_OFFERS, f"{_INCOMING}/message", f"{_INCOMING}/close", f"{_INCOMING}/block", f"{_INCOMING}/find"),
    **_all(WHO_OFFERS, f"{_INCOMING}/later", f"{_INCOMING}/company", f"{_INCOMING}/invite"),
    **_all(EVERYBODY, f"{_LISTING}/concern", f"{_LISTING}/concern/change", f"{_LISTING}/concern/send"),
    **_all(WHO_ASKED, f"{_REQUEST}/concern", f"{_REQUEST}/concern/change", f"{_REQUEST}/concern/send"),
    **_all(SIGNED_IN, "/concerns", "/talks"),
    **_all(WHO_RAISED, _CONCERN, f"{_CONCERN}/write", f"{_CONCERN}/again", f"{_CONCERN}/talk", f"{_CONCERN}/back"),
    **_all(STEWARD, "/community/concerns", _CARED, f"{_CARED}/write", f"{_CARED}/listen", f"{_CARED}/agree"),
    **_all(STEWARD, f"{_CARED}/close", f"{_CARED}/show", f"{_CARED}/hide"),
    **_all(WHO_OFFERS, "/talks/{concern}"),
    **_all(WHO_NEEDS, "/needs/{listing}/still", "/needs/{listing}/end"),
    **_all(
        MEMBERS,
        "/incoming/join",
        "/offerings",
        "/offerings/new",
        "/offerings/change",
        "/offerings/together",
        "/account/telling",
    ),
    **_all(WHO_OFFERS, f"{_OFFERING}/joining", f"{_OFFERING}/people", f"{_OFFERING}/stops", f"{_OFFERING}/back"),
    **_all(
        WHO_OFFERS,
        f"{_OFFERING}/edit",
        f"{_OFFERING}/change",
        f"{_OFFERING}/preview",
        f"{_OFFERING}/publish",
        f"{_OFFERING}/rest",
    ),
    **_all(WHO_OFFERS, f"{_OFFERING}/reopen", f"{_OFFERING}/confirm", f"{_OFFERING}/fit", f"{_OFFERING}/withdraw"),
    **_all(WHO_OFFERS, f"{_OFFERING}/vouching", f"{_OFFERING}/vouching/end"),
    **_all(MEMBERS, "/calls", "/calls/join"),
    **_all(VOLUNTEERS, "/calls/stop", "/calls/ask/{node}/{listing}", "/calls/open", "/calls/now", "/calls/end"),
    **_all(VOLUNTEERS, "/calls/now/message", "/calls/now/agree", "/calls/now/close", "/calls/now/withdraw"),
    **_all(VOLUNTEERS, "/calls/now/delete"),
    **_all(WHO_TAKES_A_CALL, "/calls/asking/{draft}", "/calls/asking/{draft}/write", "/calls/asking/{draft}/drop"),
    **_all(STEWARD, "/calls/begin", "/calls/people", "/calls/people/end"),
    **_all(STEWARD, "/members/invite", "/community", "/peers", "/peers/invite", "/peers/accept"),
    **_all(STEWARD, "/peers/accept/confirm", _PEER, f"{_PEER}/accept", f"{_PEER}/decline", f"{_PEER}/end"),
    **_all(STEWARD, f"{_PEER}/step", f"{_PEER}/review"),
}
"""Address → who gets through, to read and to send alike unless it is said for each."""


def who_may(method: str, path: str) -> frozenset[str]:
    """Who gets through. Raises `KeyError` for an address that stands nowhere."""
    return PAGES[path] if path in PAGES else PAGES[f"{method} {path}"]


SILENT: Final = frozenset({"/questions/{ref}/delete"})
"""Addresses that answer whoever has no such thing as they answer its owner, and do nothing."""

API: Final[Mapping[str, frozenset[str]]] = {
    **_all(EVERYBODY, "GET /", "GET /openapi.json", "POST /grants", "POST /join", "GET /community", "POST /search"),
    **_all(EVERYBODY, "GET /listings/{node}/{listing}"),
    **_all(SIGNED_IN, "DELETE /grants/current", "POST /account/leave", "GET /addressees/{node}/{listing}", "GET /box"),
    **_all(SIGNED_IN, "GET /grants", "DELETE /grants/{program}", "GET /sessions", "DELETE /sessions/{session}"),
    "POST /account/take": SIGNED_IN,
    **_all(MEMBERS, "GET /offerings", "POST /offerings", "POST /requests", "GET /incoming"),
    **_all(WHO_OFFERS, "PUT /offerings/{listing}", "POST /offerings/{listing}/publish"),
    **_all(WHO_OFFERS, "POST /offerings/{listing}/confirm", "POST /offerings/{listing}/rest"),
    **_all(WHO_OFFERS, "POST /offerings/{listing}/reopen", "POST /offerings/{listing}/withdraw"),
    **_all(WHO_OFFERS, "GET /incoming/{peer}/{ref}", "POST /incoming/{peer}/{ref}/answers"),
    **_all(WHO_ASKED, "GET /requests/{ref}", "POST /requests/{ref}/messages", "POST /requests/{ref}/withdraw"),
    **_all(WHO_ASKED, "POST /requests/{ref}/close", "POST /requests/{ref}/erase"),
    "GET /requests/{ref}/receipt": SIGNED_IN,
    **_all(STEWARD, "GET /status", "GET /peers", "POST /invitations"),
}
"""Operation → whose token gets through; what is ended by its name ends only if it is one's own. A receipt is for whoever knows the reference, which no page but its owner's shows."""

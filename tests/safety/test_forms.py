"""Forms and requests that somebody else prepared (safety.md, E.34): forgery, fixation, another host, redirects, headers, methods, bodies.

Every form of the application's own list is tried. Public failures: session fixation (Django CVE-2011-4136), login forgery (Barth, Jackson, Mitchell
2008), Host poisoning (Django CVE-2011-4139), open redirects (Mastodon CVE-2024-25623 was one of content types), bodies read before they are measured
(Starlette CVE-2024-47874).
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from alongside_node.entrypoints.web.site import FORM_BYTES, FORM_FIELDS
from alongside_node.entrypoints.web.site import PAGES as ROUTES
from alongside_node.entrypoints.web.visitor import csrf_of
from alongside_protocol.client.exchange import HttpRequest
from town import Statements, Town, build
from visitors import Browser, account, signed_in
from who_may import who_may
from world import Community, World, call

POSTS = [page for page in ROUTES if page.post]
FREE = {"/leave", "/sign-in"}
"""Forms without a token: leaving must work when the session is long over, and signing in replaces whatever session there was."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    statements, world = Statements(), World(tmp_path_factory.mktemp("world"))
    yield build(world, statements)
    world.close()
    statements.close()


def somebody_for(page: Any) -> str:
    """Whoever is signed in and gets through."""
    return max(who_may("POST", page.path) - {"nobody"})


# Forgery.


def test_only_leaving_and_signing_in_need_no_token() -> None:
    assert {page.path for page in ROUTES if page.free} == FREE


@pytest.mark.parametrize("page", [page for page in POSTS if not page.free], ids=lambda page: page.path)
def test_a_form_without_this_sessions_token_does_nothing(town: Town, page: Any) -> None:
    name, path = somebody_for(page), town.path(page.path)
    cookie, other = town.cookie(name), town.cookie(name)
    for token in ("", "x", csrf_of(other), csrf_of(cookie)[:-1], csrf_of("")):
        with town.statements.counted() as cost:
            answer = town.send("POST", path, cookie, csrf=token)
        assert (answer.status, cost.writes) == (403, [])
    with town.statements.counted() as cost:
        answer = town.send("POST", f"{path}?csrf={csrf_of(cookie)}", cookie, csrf="")
    assert (answer.status, cost.writes) == (403, [])


@pytest.mark.parametrize("page", POSTS, ids=lambda page: page.path)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_that_a_browser_says_came_from_another_site_does_nothing(town: Town, page: Any, site: str) -> None:
    """Also without a session, and also where no token is needed: nobody is signed in as somebody else without noticing."""
    for name in ("nobody", somebody_for(page)):
        cookie = town.cookie(name)
        with town.statements.counted() as cost:
            answer = town.send("POST", town.path(page.path), cookie, sec_fetch_site=site)
        assert (answer.status, cost.writes) == (403, [])


@pytest.mark.parametrize("page", POSTS, ids=lambda page: page.path)
def test_a_form_in_another_form_than_ours_does_nothing(town: Town, page: Any) -> None:
    """What another site can send without asking the browser first: plain text, and JSON dressed up as it."""
    if page.free:
        return
    cookie = town.cookie(somebody_for(page))
    for kind in ("text/plain", "application/json", ""):
        with town.statements.counted() as cost:
            answer = town.send("POST", town.path(page.path), cookie, content_type=kind)
        assert (answer.status, cost.writes) == (403, [])


# Fixation.


def test_signing_in_gives_a_session_that_nobody_knew_before_and_ends_the_one_that_was_there(oak: Community) -> None:
    mallory, words = signed_in(oak, "Mallory"), account(oak, "Mira")
    planted = mallory.cookies["session"]
    victim = Browser(oak)
    victim.cookies["session"] = planted
    victim.open("/sign-in").post("/sign-in", words=words)
    assert victim.cookies["session"] != planted
    assert mallory.open("/account").path == "/sign-in"


@pytest.mark.parametrize("chosen", ["A" * 43, "x", "", "../../x", "A" * 5_000])
def test_a_session_that_somebody_chose_is_none_and_is_never_taken_over(oak: Community, chosen: str) -> None:
    browser = Browser(oak)
    browser.cookies["session"] = chosen
    assert browser.open("/account").path == "/sign-in"
    browser.post("/sign-in", words=account(oak, "Mira"))
    assert browser.status == 200
    assert browser.cookies["session"] != chosen
    assert len(oak.rows("session")) == 1


def test_a_cookie_is_for_this_host_alone_and_no_script_reads_it(oak: Community) -> None:
    words = account(oak, "Mira")
    oak.node.settings = oak.node.settings.model_copy(update={"origin": "https://oak.example"})
    app = oak.node.asgi()
    body = urlencode({"words": words}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
    answer = oak.world.run(call(app, HttpRequest("POST", "https://oak.example/sign-in", headers, body)))
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert re.fullmatch(r"__Host-session=[A-Za-z0-9_-]{43}", name)
    assert sorted(flag.lower() for flag in flags) == ["httponly", "path=/", "samesite=strict", "secure"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    former = oak.world.run(
        call(app, HttpRequest("GET", "https://oak.example/account", {"cookie": name.removeprefix("__Host-")}))
    )
    assert former.headers["location"] == "/sign-in"  # a cookie that a neighbour under our domain could set


def test_leaving_and_signing_out_take_everything_along_in_the_browser(oak: Community) -> None:
    for path in ("/leave", "/sign-out"):
        browser = signed_in(oak, "Mira")
        sent = {"csrf": csrf_of(browser.cookies["session"])}
        answer = browser._send("POST", path, urlencode(sent).encode())
        assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
        assert 'session=""' in answer.headers["set-cookie"]
        assert browser.open("/account").path == "/sign-in"
    assert oak.rows("session") == []


# Another host, another place.


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost", "localhost:9999", "", "localhost:8000.evil.example", "LOCALHOST:8000@evil.example"],
)
def test_a_request_for_another_host_is_answered_by_nothing_of_ours(town: Town, host: str) -> None:
    for path in ("/", "/sign-in", "/api/v1/community", "/nothing"):
        answer = town.send("GET", path, host=host)
        doubled = town.oak.world.run(
            call(town.oak.app, HttpRequest("GET", town.oak.origin + path, {"host": host}, None))
        )
        assert 421 in (answer.status, doubled.status)


def test_what_a_proxy_is_said_to_have_seen_is_never_believed(town: Town) -> None:
    said = {
        "x_forwarded_host": "evil.example",
        "x_forwarded_proto": "https",
        "x_forwarded_for": "203.0.113.9",
        "forwarded": "host=evil.example;for=203.0.113.9",
        "x_original_url": "/members/invite",
        "x_rewrite_url": "/members/invite",
        "x_http_method_override": "POST",
    }
    cookie = town.cookie("stella")
    for page in ROUTES:
        if page.get:
            answer = town.send("GET", town.path(page.path), cookie, **said)
            assert "evil.example" not in answer.body.decode() + str(answer.headers)
            assert "203.0.113.9" not in answer.body.decode()
    assert town.send("GET", "/", "", **said).status == 200


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\r\nLocation: https://evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "/%0d%0aset-cookie:x=y",
        "",
    ],
)
def test_nobody_is_sent_on_to_another_place(town: Town, back: str) -> None:
    answer = town.send("POST", "/language", "", {"tongue": "es", "back": back})
    location = answer.headers["location"]
    assert answer.status == 303
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "\n" not in str(answer.headers) + location
    assert "x=y" not in answer.headers["set-cookie"]


def test_every_answer_that_leads_on_stays_here_or_leaves_to_the_neutral_site(town: Town) -> None:
    """In each form's every field stands another place: nothing leads there."""
    evil = "https://evil.example/\r\nx: y"
    names = ("back", "next", "url", "chosen", "place", "listing", "node", "then", "direction", "type", "lang", "code")
    for page in POSTS:
        for name in ("nobody", somebody_for(page)):
            answer = town.send("POST", town.path(page.path), town.cookie(name), dict.fromkeys(names, evil))
            location = answer.headers.get("location", "/")
            neutral = page.path == "/leave" and location == town.oak.settings.neutral_site
            assert neutral or (location.startswith("/") and not location.startswith("//")), page.path
            assert answer.status < 500, page.path


# Methods and bodies.


@pytest.mark.parametrize(
    "method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "CONNECT", "PROPFIND", "post", "GETT"]
)
def test_a_method_that_a_page_does_not_have_finds_nothing(town: Town, method: str) -> None:
    cookie = town.cookie("stella")
    for page in ROUTES:
        with town.statements.counted() as cost:
            answer = town.send(method, town.path(page.path), cookie)
        assert (answer.status, cost.writes) == (404, []), page.path
        assert "access-control-allow-origin" not in answer.headers


def test_to_send_to_a_page_that_is_only_read_and_to_read_one_that_is_only_sent_to_finds_nothing(town: Town) -> None:
    cookie = town.cookie("stella")
    for page in ROUTES:
        for method, handler in (("GET", page.get), ("POST", page.post)):
            if handler is None:
                assert town.send(method, town.path(page.path), cookie).status == 404, page.path


@pytest.mark.parametrize("page", POSTS, ids=lambda page: page.path)
def test_a_body_that_is_too_long_or_of_no_length_is_not_read(town: Town, page: Any) -> None:
    cookie = town.cookie(somebody_for(page))
    large = {"words": "x" * FORM_BYTES, "csrf": csrf_of(cookie)}
    many = {f"f{number}": "x" for number in range(FORM_FIELDS + 1)}
    for fields, headers in (
        (large, {}),
        (many, {}),
        ({}, {"content_length": ""}),
        ({}, {"content_length": "-1"}),
        ({}, {"content_length": "9" * 30}),
        ({}, {"content_type": "multipart/form-data; boundary=x"}),
    ):
        with town.statements.counted() as cost:
            answer = town.send("POST", town.path(page.path), cookie, fields, **headers)
        refused = (403, 422) if "content_type" in headers else (422,)
        assert answer.status in refused or (page.free and "content_type" in headers), (page.path, headers)
        assert page.free or cost.writes == []


def test_files_are_refused_before_anything_is_kept_of_them(town: Town) -> None:
    cookie = town.cookie("mira")
    body = (
        f'--x\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n{csrf_of(cookie)}\r\n'
        '--x\r\ncontent-disposition: form-data; name="title"; filename="../../x"\r\ncontent-type: text/html\r\n\r\nx\r\n--x--\r\n'
    ).encode()
    headers = {
        "cookie": f"session={cookie}",
        "content-type": "multipart/form-data; boundary=x",
        "content-length": str(len(body)),
    }
    with town.statements.counted() as cost:
        answer = town.oak.world.run(
            call(town.oak.app, HttpRequest("POST", f"{town.oak.origin}/offerings/new", headers, body))
        )
    assert (answer.status, cost.writes) == (422, [])


def test_reading_changes_nothing_of_anybodys(town: Town) -> None:
    """A picture in another site's page asks for every address: nothing is sent, taken back, ended or said by it."""
    kept = (
        "listing",
        "listing_holder",
        "asked",
        "incoming",
        "letter",
        "outbox",
        "peer",
        "block",
        "turn",
        "member",
        "grant",
    )
    before = {name: town.oak.rows(name) for name in kept}
    for page in ROUTES:
        if page.get:
            for name in ("mira", "asker", "stella", "gus"):
                for method in ("GET", "HEAD"):
                    town.send(
                        method, town.path(page.path) + "?agree=yes&sure=yes&kept=yes&listed=yes", town.cookie(name)
                    )
    after = {name: town.oak.rows(name) for name in kept}
    assert {name: len(rows) for name, rows in after.items()} == {name: len(rows) for name, rows in before.items()}
    assert {name: after[name] for name in kept if name != "member"} == {
        name: before[name] for name in kept if name != "member"
    }

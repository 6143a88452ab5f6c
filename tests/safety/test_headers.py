"""What every answer carries (safety.md, E.34, E.37): whoever reads it, whatever it is, and also when it is an error.

Public failures: clickjacking, private pages in caches shared by many (Wikipedia and Steam, 2015), scripts in sniffed types (Mastodon CVE-2024-25623).
"""

from collections.abc import Iterator

import pytest

from alongside_node.entrypoints.web.armour import policy
from alongside_node.entrypoints.web.rendering import Pages
from alongside_node.entrypoints.web.site import PAGES as ROUTES
from alongside_protocol.client.exchange import HttpResponse
from town import ROLES, Statements, Town, build
from world import World

DERIVES = {"/sign-in", "/recover", "/account/words", "/account/leave", "/account/code"}
ARMOUR = {
    "content-security-policy": policy("https://www.wikipedia.org/", f"http://localhost:8000{Pages().idle.path}"),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
    "x-robots-tag": "noindex, nofollow",
}
KNOWN = {
    *ARMOUR,
    "cache-control",
    "content-length",
    "content-type",
    "location",
    "set-cookie",
    "clear-site-data",
    "content-disposition",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    statements, world = Statements(), World(tmp_path_factory.mktemp("world"))
    yield build(world, statements)
    world.close()
    statements.close()


def armed(answer: HttpResponse, *, kept: bool = False) -> None:
    for name, value in ARMOUR.items():
        assert answer.headers[name] == value
    assert answer.headers["cache-control"] == ("public, max-age=31536000, immutable" if kept else "no-store")
    kind = answer.headers.get("content-type", "")
    assert not answer.body or kind.partition(";")[0] in (
        "text/html",
        "text/plain",
        "text/css",
        "text/calendar",
        "image/svg+xml",
        "text/javascript",
        "application/json",
        "application/problem+json",
    )


@pytest.mark.parametrize("name", ["nobody", *ROLES])
def test_every_page_whoever_reads_it(town: Town, name: str) -> None:
    for page in ROUTES:
        for method in ("GET", "HEAD", "POST"):
            if method == "POST" and page.path in DERIVES:
                continue
            answer = town.send(method, town.path(page.path), town.cookie(name), csrf="" if method == "POST" else None)
            armed(answer)
            assert set(answer.headers) <= KNOWN, (page.path, set(answer.headers) - KNOWN)


def test_a_stranger_is_given_no_cookie_by_anything_they_read(town: Town) -> None:
    for page in ROUTES:
        if page.get:
            assert "set-cookie" not in town.send("GET", town.path(page.path)).headers, page.path


def test_what_belongs_to_no_page(town: Town) -> None:
    for path in (
        "/nothing",
        "/api/v1/nothing",
        "/.env",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/metrics",
        "/static/../x",
        "/%2e%2e/x",
    ):
        armed(town.send("GET", path))
    armed(town.send("GET", "/", host="evil.example"))
    armed(town.send("POST", "/leave", sec_fetch_site="cross-site"))
    armed(town.send("GET", "/robots.txt"))
    for path in ("/api/v1/community", "/api/v1/box", "/api/v1/openapi.json", "/api/v1/"):
        answer = town.send("GET", path)
        armed(answer)
        assert not [header for header in answer.headers if header.startswith("access-control")]


def test_only_what_says_nothing_of_anybody_is_kept_by_caches(town: Town) -> None:
    page = town.send("GET", "/").body.decode()
    sheet = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    for path in (sheet, "/static/icon.svg"):
        armed(town.send("GET", path), kept=True)
        assert town.send("GET", path).body == town.send("GET", path, town.cookie("mira")).body


def test_our_own_failure_is_armed_too_and_says_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from alongside_node.entrypoints.web import looking  # noqa: PLC0415 - only here

    def broken(*_: object) -> None:
        raise RuntimeError("canary in an exception")

    monkeypatch.setattr(looking.shown, "community", broken)
    answer = town.send("GET", "/")
    assert answer.status == 500
    armed(answer)
    assert "canary" not in answer.body.decode()
    assert "RuntimeError" not in answer.body.decode()


def test_the_policy_lets_nothing_run_and_nothing_in_from_elsewhere() -> None:
    said = dict(
        part.strip().partition(" ")[::2]
        for part in policy("https://neutral.example/path?x", "https://a.example/s.js").split(";")
    )
    assert said["default-src"] == "'none'"
    assert said["frame-ancestors"] == said["base-uri"] == "'none'"
    assert said["style-src"] == said["img-src"] == "'self'"
    assert said["form-action"] == "'self' https://neutral.example"
    assert said["script-src"] == "https://a.example/s.js"  # one address whole: nothing else of ours runs either
    assert "unsafe" not in policy("https://neutral.example/", "https://a.example/s.js")

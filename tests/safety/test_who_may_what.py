"""Escalation (safety.md, D.29): every page and every operation, with everybody who could try it, from the application's own lists.

Whoever is not let in is told the same whether the thing is there or not, costs the same statements, and writes nothing. Public failures: Pixelfed
CVE-2025-30741 and Mastodon CVE-2023-36460 (what belongs to somebody else), GitLab CVE-2023-7028, OWASP API1:2023.
"""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from alongside_node.entrypoints.api.application import application
from alongside_node.entrypoints.web.site import PAGES as ROUTES
from alongside_node.members import actions as members
from alongside_node.referrals import asking
from alongside_protocol.client.exchange import HttpResponse
from api_client import Client, Got
from town import NOWHERE, ROLES, Statements, Town, build
from who_may import API, EVERYBODY, GUESTS, PAGES, SILENT, who_may
from world import World, offer

NEEDS_MORE = {
    "/offerings/{listing}/vouching",
    "/offerings/{listing}/vouching/end",
    "/turns/{ref}/agree",
    "/peers/{node}/decline",
    "/calls/people/end",
}
"""There for who is let in, but not for what they have in this town."""
EVERYONE = ("nobody", *ROLES)
OPERATIONS = sorted(
    f"{method.upper()} {path}"
    for path, methods in application(cast("Any", None)).openapi()["paths"].items()
    for method in methods
)
LETS_IN = [
    (page, method) for page in ROUTES for method in ("GET", "POST") if (page.get if method == "GET" else page.post)
]
DERIVES = {"/sign-in", "/recover", "/account/words", "/account/leave", "/account/code"}
"""Their forms are tried by two, not by seven: each derives from words for a while."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    statements, world = Statements(), World(tmp_path_factory.mktemp("world"))
    found = build(world, statements)
    found.keep()
    yield found
    world.close()
    statements.close()


def refused(response: HttpResponse) -> str:
    """How somebody was refused, or nothing."""
    if response.status == 303 and response.headers["location"] == "/sign-in":
        return "sign in"
    return {403: "not for you", 404: "nothing here"}.get(response.status, "")


def shown(response: HttpResponse, *ids: str) -> tuple[int, dict[str, str], str]:
    """An answer, without the ids that stood in the request."""
    body = response.body.decode()
    for name in ids:
        body = body.replace(name, "ID")
    return response.status, response.headers, body


@pytest.mark.parametrize(("page", "method"), LETS_IN, ids=[f"{method} {page.path}" for page, method in LETS_IN])
def test_a_page_lets_in_whom_it_is_for_and_nobody_else_learns_or_changes_anything(
    town: Town, page: Any, method: str
) -> None:
    may, wrote = who_may(method, page.path), False
    there, nowhere = town.path(page.path), town.path(page.path, nowhere=True)
    everyone = EVERYONE if page.path not in DERIVES or method == "GET" else ("nobody", "lena")
    for name in everyone:
        if name in may:
            continue
        cookie = town.cookie(name)
        with town.statements.counted() as cost:
            answer = town.send(method, there, cookie)
        assert not cost.writes, (name, cost.writes)
        if page.path not in SILENT:
            assert refused(answer) == expected(name, page.path), (name, answer.status, answer.headers)
        if there != nowhere:
            with town.statements.counted() as cost_of_nothing:
                nothing = town.send(method, nowhere, cookie)
            ids = [part for part in (*there.split("/"), *nowhere.split("/")) if len(part) > 20]
            assert shown(answer, *ids) == shown(nothing, *ids), name
            assert cost == cost_of_nothing, name
    for name in (one for one in everyone if one in may):
        cookie = town.cookie(name)
        with town.statements.counted() as cost:
            answer = town.send(method, there, cookie)
        wrote |= bool(cost.writes)
        assert refused(answer) in (("nothing here", "") if may == EVERYBODY or page.path in NEEDS_MORE else ("",)), name
        assert answer.status < 500, name
        if method == "POST" and may != EVERYBODY:
            town.restore()
    if wrote and may == EVERYBODY:
        town.restore()


def expected(name: str, path: str) -> str:
    """How somebody is refused whom a page is not for."""
    if name == "nobody":
        return "sign in"
    stewards, members_only = PAGES.get(path) == {"stella"}, path.startswith("/offerings") or path in MEMBERS_ONLY
    return "not for you" if stewards or (name in GUESTS and members_only) else "nothing here"


MEMBERS_ONLY = {page.path for page in ROUTES if page.who.value == "members"}


def test_a_session_that_ended_is_nobodys(town: Town) -> None:
    for page, method in LETS_IN:
        if "nobody" not in who_may(method, page.path):
            cookie = town.cookie("stella" if page.who.value == "stewards" else "mira")
            now = town.oak.world.clock.now()
            town.oak.write(lambda tx, cookie=cookie: members.end_session(tx, cookie))
            assert refused(town.send(method, town.path(page.path), cookie)) == "sign in", page.path
            assert now == town.oak.world.clock.now()


def test_a_token_of_a_program_opens_no_page(town: Town) -> None:
    oak, person = town.oak, town.people["stella"]
    now = oak.world.clock.now()
    token = oak.write(lambda tx: members.grant(tx, person.member.id, "t", now=now, random=oak.random))
    for page, method in LETS_IN:
        if "nobody" not in who_may(method, page.path):
            assert refused(town.send(method, town.path(page.path), token)) == "sign in", page.path


# What is named in a form.


def test_what_a_form_names_of_somebody_else_is_not_there_either(town: Town) -> None:
    """Ending a session or a program, taking a block back, vouching: by the name of another's."""
    oak, now = town.oak, town.oak.world.clock.now()
    from alongside_node.members import account  # noqa: PLC0415 - only here

    mira = town.people["mira"]
    kept = town.cookie("mira")
    phone = oak.write(lambda tx: members.grant(tx, mira.member.id, "Phone", now=now, random=oak.random))
    [session, *_] = oak.read(account.sessions, mira.member.id, kept, now=now)
    program = next(one for one in oak.read(account.programs, mira.member.id, now=now) if one.label == "Phone")
    before = (oak.rows("session"), oak.rows("grant"))
    lena = town.cookie("lena")
    for path, fields in (
        ("/account/sessions/end", {"session": session.name}),
        ("/account/programs/end", {"program": program.name}),
    ):
        theirs = town.send("POST", path, lena, fields)
        none = town.send("POST", path, lena, dict.fromkeys(fields, "A" * 43))
        assert (theirs.status, theirs.headers, theirs.body) == (none.status, none.headers, none.body)
    program_of_lena = Client(oak, token(town, "lena"))
    for path in (f"/sessions/{session.name}", f"/grants/{program.name}"):
        answer = program_of_lena.send("DELETE", path)
        none = program_of_lena.send("DELETE", path.rpartition("/")[0] + "/" + "A" * 43)
        assert (answer.status, answer.body) == (none.status, none.body)
    assert len(oak.rows("session")) == len(before[0]) + 1
    assert set(before[1]) < set(oak.rows("grant"))
    assert oak.read(members.granted, phone, now=now).id == mira.member.id
    for other in (town.ids["draft"], town.ids["listing"], NOWHERE):
        answer = town.send(
            "POST",
            town.path("/offerings/{listing}/vouching").replace(town.ids["listing"], town.ids["hers"]),
            lena,
            {"other": other},
        )
        assert answer.status == 404


# The API.


def token(town: Town, name: str) -> str:
    if name == "nobody":
        return ""
    oak, now = town.oak, town.oak.world.clock.now()
    member = town.people[name].member.id
    return str(oak.write(lambda tx: members.grant(tx, member, "t", now=now, random=oak.random)))


def bodies(town: Town, operation: str, mailbox: str) -> Any:
    """What is sent with an operation, of a form that its model takes."""
    if operation.endswith(("/withdraw", "/close", "/erase")) and "/requests/" in operation:
        return {"mailbox": mailbox}
    if operation == "POST /requests/{ref}/messages":
        return {"mailbox": mailbox, "message": "AA", "letter": "AA"}
    if operation == "POST /incoming/{peer}/{ref}/answers":
        return {"message": "AA"}
    if operation == "PUT /offerings/{listing}":
        return {"content": offer(title="Mine now")}
    return None if operation.startswith(("GET", "DELETE")) or operation.count("/") > 2 else {}


def tries(town: Town, name: str, operation: str, *, nowhere: bool = False) -> Got:
    owned = oak_mailbox(town) if name == "asker" and not nowhere else "A" * 22
    method, _, path = operation.partition(" ")
    query = f"?mailbox={owned}" if operation == "GET /requests/{ref}" else ""
    sent = bodies(town, operation, owned)
    return Client(town.oak, token(town, name)).send(method, town.path(path, nowhere=nowhere) + query, sent)


def oak_mailbox(town: Town) -> str:
    person = town.oak.again(town.people["asker"])
    thread = town.oak.read(asking.thread, person, town.ids["ref"], me=town.oak.id)
    return str(thread.row.mailbox)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_lets_in_whom_it_is_for_and_nobody_else_learns_or_changes_anything(
    town: Town, operation: str
) -> None:
    may = API[operation]
    members_only = operation.split(" ")[1].startswith(("/offerings", "/incoming")) or operation == "POST /requests"
    for name in (one for one in EVERYONE if one not in may):
        answer = tries(town, name, operation)
        if name == "nobody":
            assert (answer.status, answer.code) == (401, "not-signed-in"), name
        elif may == {"stella"} or (name in GUESTS and members_only):
            assert (answer.status, answer.code) == (403, "not-for-you"), name
        else:
            assert (answer.status, answer.code) == (404, "not-found"), name
        nothing = tries(town, name, operation, nowhere=True)
        assert (answer.status, answer.headers, answer.body) == (nothing.status, nothing.headers, nothing.body)
    before = {name: town.oak.rows(name) for name in ("listing", "asked", "incoming", "letter", "outbox")}
    for name in (one for one in EVERYONE if one not in may):
        tries(town, name, operation)
    assert {name: town.oak.rows(name) for name in before} == before
    if operation in ("GET /", "GET /openapi.json", "GET /requests/{ref}/receipt"):
        return
    for name in sorted(may - {"nobody"}):
        answer = tries(town, name, operation)
        assert answer.status not in (401, 403, 404), (name, answer.body)
        assert answer.status < 500, name
        if not operation.startswith("GET"):
            town.restore()


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if "nobody" not in API[one]])
def test_a_cookie_or_a_token_that_ended_is_no_token(town: Town, operation: str) -> None:
    oak, method, path = town.oak, *operation.split(" ")
    ended = token(town, "stella")
    oak.write(lambda tx: members.end_grant(tx, ended))
    for given in (ended, town.cookie("stella")):
        answer = Client(oak, given).send(method, town.path(path), None if method == "GET" else {})
        assert (answer.status, answer.code) == (401, "not-signed-in")

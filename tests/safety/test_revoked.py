"""Revocation (safety.md, D.31): what was ended ends with the next request, wherever it was ended, and nothing kept in memory outlives it.

Public failures: sessions that outlive a changed password (Mastodon CVE-2023-28853 and many others), tokens cached behind their end, roles read once.
"""

from collections.abc import Iterator

import pytest

from alongside_node import schema
from alongside_node.foundation.database import Database
from alongside_node.members import account as own
from alongside_node.members import actions as members
from alongside_node.members import words as seven
from alongside_node.members.actions import Role
from api_client import Client, granted
from town import Town
from visitors import account
from world import Community, World


@pytest.fixture
def beside(oak: Community) -> Iterator[Database]:
    """Another process at the same database, as the command line is."""
    found = Database(oak.settings.database)
    yield found
    found.close()


@pytest.fixture
def town(oak: Community) -> Town:
    people = {"mira": oak.person("Mira"), "stella": oak.person("Stella", Role.STEWARD)}
    return Town(oak, None, people)  # type: ignore[arg-type]


def opens(town: Town, cookie: str, path: str = "/account") -> bool:
    return town.send("GET", path, cookie).status == 200


def test_a_role_that_was_taken_is_gone_with_the_next_request(town: Town, beside: Database) -> None:
    """Pages, forms and programs, in the middle of a session, and written by another process."""
    cookie, program = town.cookie("stella"), granted(town.oak, town.people["stella"])
    assert opens(town, cookie, "/peers")
    assert program.get("/peers").status == 200
    beside.write(lambda tx: tx.execute(schema.member.update().values(role="member")))
    assert town.send("GET", "/peers", cookie).status == 403
    assert town.send("POST", "/members/invite", cookie, {"role": "steward"}).status == 403
    assert program.get("/peers").code == program.post("/invitations", {}).code == "not-for-you"
    assert town.oak.rows("invitation") == []
    beside.write(lambda tx: tx.execute(schema.member.update().values(role="guest")))
    assert town.send("GET", "/offerings", cookie).status == 403
    assert program.get("/offerings").code == "not-for-you"


def test_who_was_removed_by_another_process_is_nobody_with_the_next_request(town: Town, beside: Database) -> None:
    cookie, program = town.cookie("mira"), granted(town.oak, town.people["mira"])
    beside.write(lambda tx: members.remove(tx, town.people["mira"].member.id))
    assert not opens(town, cookie)
    assert program.get("/box").code == "not-signed-in"
    assert town.oak.rows("session") == town.oak.rows("grant") == []


def test_a_session_that_was_ended_elsewhere_is_over_also_for_forms_that_lie_open(town: Town, beside: Database) -> None:
    here, there = town.cookie("mira"), town.cookie("mira")
    mira, now = town.people["mira"].member.id, town.oak.world.clock.now()
    [_, other] = town.oak.read(own.sessions, mira, here, now=now)
    beside.write(lambda tx: own.end_session(tx, mira, other.name))
    assert opens(town, here)
    assert not opens(town, there)
    assert (
        town.send("POST", "/account/words/done", there, {"pending": "x", "kept": "yes"}).headers["location"]
        == "/sign-in"
    )


def test_a_session_that_ran_out_while_nobody_looked_is_over_to_the_second(town: Town) -> None:
    cookie = town.cookie("mira")
    town.oak.world.clock.at += 20 * 60 - 1
    assert opens(town, cookie)
    town.oak.world.clock.at += 20 * 60
    assert not opens(town, cookie)


def test_other_words_end_everything_that_the_former_opened(town: Town, oak: Community) -> None:
    words = account(oak, "Noor")
    row = next(one for one in oak.rows("member") if one.name == "Noor")
    derived = seven.derive(words, oak.node.keys().words_salt)
    person = oak.read(members.use_words, derived)
    town.people["noor"] = person
    before, program = town.cookie("noor"), granted(oak, person)
    answer = town.send("POST", "/account/words", before, {"words": words})
    pending = answer.body.decode().partition('name="pending" value="')[2].partition('"')[0]
    changed = town.send("POST", "/account/words/done", before, {"pending": pending, "kept": "yes"})
    assert changed.headers["location"].startswith("/account?said=words_changed")
    assert not opens(town, before)
    assert program.get("/box").code == "not-signed-in"
    assert town.send("POST", "/sign-in", "", {"words": words}).status == 422
    assert Client(oak).post("/grants", {"words": words}).code == "words"
    assert opens(town, changed.headers["set-cookie"].partition("=")[2].partition(";")[0])
    assert oak.read(members.find, row.id).lookup != derived.lookup


def test_words_that_were_shown_for_a_change_are_worth_nothing_when_other_words_came_meanwhile(
    town: Town, oak: Community
) -> None:
    """Two windows: the one that is finished first counts, and the other finds nothing."""
    words = account(oak, "Noor")
    town.people["noor"] = oak.read(members.use_words, seven.derive(words, oak.node.keys().words_salt))
    cookies = [town.cookie("noor"), town.cookie("noor")]
    pending = []
    for cookie in cookies:
        page = town.send("POST", "/account/words", cookie, {"words": words}).body.decode()
        pending.append(page.partition('name="pending" value="')[2].partition('"')[0])
    done = town.send("POST", "/account/words/done", cookies[0], {"pending": pending[0], "kept": "yes"})
    fresh = done.headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert (
        town.send("POST", "/account/words/done", cookies[1], {"pending": pending[1], "kept": "yes"}).headers["location"]
        == "/sign-in"
    )
    late = town.send("POST", "/account/words/done", fresh, {"pending": pending[1], "kept": "yes"})
    assert late.headers["location"] == "/account/words"
    assert opens(town, fresh)


def test_what_was_answered_to_a_program_is_not_answered_again_when_it_may_no_longer(town: Town, oak: Community) -> None:
    """A repeated call under the same key is answered from memory, but only to whom the call is still allowed."""
    program = granted(oak, town.people["stella"])
    first = program.post("/invitations", {}, idempotency_key="k")
    assert first.status == 201
    assert program.post("/invitations", {}, idempotency_key="k").body == first.body
    oak.write(lambda tx: members.end_grant(tx, program.token))
    assert program.post("/invitations", {}, idempotency_key="k").code == "not-signed-in"


def test_a_code_for_keeping_something_together_ends_with_who_gave_it(town: Town, oak: Community, world: World) -> None:
    """A code in memory names a listing: whoever gave it and keeps it no longer has given nothing."""
    listing = oak.publishes(town.people["mira"])
    page = town.send("POST", f"/offerings/{listing}/people", town.cookie("mira")).body.decode()
    code = page.partition('class="code">')[2].partition("<")[0]
    assert code
    oak.write(lambda tx: members.remove(tx, town.people["mira"].member.id))
    world.settle()
    town.send("POST", "/offerings/together", town.cookie("stella"), {"code": code, "name": "Stella"})
    assert [row.member for row in oak.rows("listing_holder") if row.member == town.people["stella"].member.id] == []

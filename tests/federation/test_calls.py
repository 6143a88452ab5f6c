"""A volunteer asks for somebody who has only a telephone; another one reads them the answer; nobody sees it without the four words (ADR 0025)."""

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from alongside_node.entrypoints import calling
from alongside_node.members import actions as members
from alongside_node.members import relaying, spoken, words
from alongside_node.members.actions import Person, Role
from alongside_protocol import limits
from visitors import OFFER, Browser, Somebody, account, answers, asks, comes, publishes
from world import Community, World

DAY = limits.DAY
CANARY = "canarycaller"
SAYS = {"words": f"I cannot sleep, {CANARY}", "days": "14", "caller_lang": "en"}


def steward(community: Community, name: str = "Stella") -> Somebody:
    found = Somebody(community)
    found.words = account(community, name, Role.STEWARD)
    return found.back()


def opens_line(community: Community) -> Somebody:
    """A steward who opened the phone line, and answers it."""
    who = steward(community)
    who.open("/calls").post("/calls/begin")
    assert "said=line_open" in who.path, who.text
    return who


def code_of(who: Somebody) -> str:
    who.open("/calls/people").post("/calls/people")
    found = re.search(r'class="code">([^<]+)<', who.body)
    assert found, who.text
    return html.unescape(found[1])


def lets(who: Somebody, other: Somebody) -> None:
    """The steward lets one more person answer it."""
    other.open("/calls").post("/calls/join", code=code_of(who))
    assert "said=relays" in other.path, other.text


def call_page(volunteer: Browser, title: str = "night") -> str:
    volunteer.open("/search").post("/search", words=title)
    volunteer.open(volunteer.link('/listings/[^"]+'))
    return volunteer.link('/calls/ask/[^"]+')


def words_on(volunteer: Browser) -> str:
    found = re.search(r'<ol class="keep"[^>]*>(.*?)</ol>', volunteer.body)
    assert found, volunteer.text
    return " ".join(re.findall("<li>([^<]+)</li>", found[1]))


def reads_back(volunteer: Browser, **fields: str) -> str:
    """As far as the page on which it is read back; returns the four words."""
    page = call_page(volunteer)
    volunteer.open(page).post(page, **(SAYS | fields))
    assert volunteer.status == 200, volunteer.text
    assert "/calls/asking/" in volunteer.path, volunteer.text
    return words_on(volunteer)


def sends(volunteer: Browser, **fields: str) -> Browser:
    ticks = {"said_yes": "yes", "said_back": "yes", "promises": volunteer.hidden("promises")}
    return volunteer.post(volunteer.path, **(ticks | fields))


def asks_for_caller(volunteer: Browser, **fields: str) -> str:
    said = reads_back(volunteer, **fields)
    sends(volunteer)
    assert "said=call_sent" in volunteer.path, volunteer.text
    return said


def takes_call(volunteer: Browser, said: str) -> Browser:
    return volunteer.open("/calls").post("/calls/open", words=said)


@pytest.fixture
def line(world: World, oak: Community, elm: Community) -> tuple[Somebody, Somebody, Somebody]:
    """(who offers in Elm, two volunteers of Oak, of whom the first is a steward)."""
    mira = comes(elm, "Mira")
    publishes(mira)
    world.settle()
    stella, vera = opens_line(oak), comes(oak, "Vera")
    lets(stella, vera)
    return mira, stella, vera


def row_of(community: Community, name: str) -> str:
    return next(row.id for row in community.rows("member") if row.name == name)


def as_person(community: Community, browser: Somebody) -> Person:
    derived = words.derive(browser.words, community.node.keys().words_salt)
    found: Person = community.read(members.use_words, derived)
    return found


def test_a_caller_asks_hears_the_answer_from_another_volunteer_and_takes_it_back(
    world: World, oak: Community, elm: Community, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    mira, stella, vera = line
    said = asks_for_caller(vera, name="Rose", access_needs="slowly")
    assert len(said.split()) == spoken.SPOKEN
    world.settle()
    mira.back().open("/incoming").open(mira.link('/incoming/[^"]+'))
    assert "They ask by telephone" in mira.text
    assert CANARY in mira.text
    assert "slowly" in mira.text
    assert "=by_voice" not in mira.text
    answers(mira)
    incoming = mira.path.partition("?")[0]
    world.settle()

    takes_call(stella.back(), said)
    assert stella.path == "/calls/now", stella.text
    assert "Call me at nine" in stella.text
    assert "They said yes aloud" in stella.text
    stella.post("/calls/now/message", text="At nine is good")
    stella.post("/calls/now/message", coded="thank_you")
    assert "said=message_sent" in stella.path, stella.text
    world.settle()
    mira.open(incoming)
    assert "At nine is good" in mira.text
    assert "Thank you." in mira.text

    stella.post("/calls/now/withdraw")
    assert "said=withdrawn" in stella.path, stella.text
    stella.post("/calls/now/delete")
    assert "0 of 1 confirmed" in stella.text
    world.settle()
    takes_call(vera.back(), said)
    assert "1 of 1 confirmed" in vera.text, "who relayed can read it out too, with the words"
    assert oak.rows("asked") == []
    assert elm.rows("incoming") == elm.rows("letter") == []


def test_finishing_by_voice_says_how_it_was(world: World, line: tuple[Somebody, Somebody, Somebody]) -> None:
    mira, stella, _ = line
    said = asks_for_caller(stella)
    world.settle()
    answers(mira)
    incoming = mira.path.partition("?")[0]
    world.settle()
    takes_call(stella, said).post("/calls/now/close", coded="outcome_happened")
    assert "said=closed" in stella.path, stella.text
    world.settle()
    assert "it happened" in mira.open(incoming).text


# Nothing remains with who relayed.


def test_who_relayed_sees_nothing_afterwards_in_pages_export_api_or_database(
    world: World, oak: Community, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    _, stella, vera = line
    volunteer = row_of(oak, "Vera")
    before = {row.id: row for row in oak.rows("member")}
    said = reads_back(vera)
    draft = vera.path
    sends(vera)
    world.settle()
    pages = [vera.open(path).text for path in ("/", "/calls", "/requests", "/incoming", "/account", "/turns", "/needs")]
    pages.append(vera.open("/account").post("/account/take").body)
    exported = json.loads(vera.body)
    assert exported["requests"] == exported["deleted_requests"] == []
    assert exported["account"]["answers_the_phone_line"] is True
    stella.open("/calls/people")
    pages.append(stella.text)
    for page in pages:
        assert CANARY not in page
        assert not set(said.split()) & set(re.findall(r"\w+", page.lower())) - {"close"}
    assert vera.open(draft).status == vera.post(draft, said_yes="yes", said_back="yes").status == 404

    after = {row.id: row for row in oak.rows("member")}
    assert after[volunteer] == before[volunteer], "not even their box is another one"
    (caller,) = set(after) - set(before)
    assert (after[caller].name, after[caller].role) == ("", "guest")
    (asked,) = oak.rows("asked")
    theirs = {caller, asked.ref, asked.mailbox}
    for table in ("member", "session", "relay_share", "relay_key", "channel", "asked", "letter", "outbox", "block"):
        for row in oak.rows(table):
            cells = {str(cell) for cell in row}
            assert not (volunteer in cells and cells & theirs), table


def test_leaving_the_page_of_a_call_closes_it(line: tuple[Somebody, Somebody, Somebody], oak: Community) -> None:
    _, _, vera = line
    said = asks_for_caller(vera)
    caller = next(row.id for row in oak.rows("member") if row.role == "guest")
    for elsewhere in ("/search", "/calls", "/account", "/nowhere-of-ours"):
        takes_call(vera, said)
        assert CANARY in vera.text
        kept = vera.cookies["call"]
        vera.open(elsewhere)
        if elsewhere != "/nowhere-of-ours":
            assert caller not in {row.member for row in oak.rows("session")}
            vera.cookies["call"] = kept
            assert vera.open("/calls/now").path == "/calls?said=call_ended", "and the cookie alone brings nothing back"
    takes_call(vera, said).post("/calls/end")
    assert vera.path == "/calls?said=call_ended"
    assert caller not in {row.member for row in oak.rows("session")}
    assert vera.cookies["call"] == ""


def test_going_back_in_the_browser_posts_nothing_again(line: tuple[Somebody, Somebody, Somebody]) -> None:
    _, _, vera = line
    page = call_page(vera)
    vera.open(page)
    token = vera.hidden("csrf")
    body = "&".join(f"{name}={value.replace(' ', '+')}" for name, value in SAYS.items()) + f"&csrf={token}"
    assert vera._send("POST", page, body.encode()).status == 303
    slip = body.replace("words=", "was=")
    response = vera._send("POST", page, slip.encode())
    assert response.status == 303, "also when something is missing"
    assert vera.open(response.headers["location"]).status == 200
    assert "please fill this in" in vera.text


def test_what_was_written_down_is_gone_after_twenty_minutes_or_when_dropped_and_is_nobody_elses(
    world: World, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    _, stella, vera = line
    reads_back(vera)
    draft = vera.path
    assert stella.open(draft).status == 404
    assert vera.open(f"{draft}/write").status == 200
    assert CANARY in vera.body
    vera.post(f"{draft}/drop")
    assert "said=call_dropped" in vera.path
    assert vera.open(draft).status == 404
    reads_back(vera)
    draft = vera.path
    world.clock.at += 20 * limits.MINUTE + 1
    assert vera.back().open(draft).status == 404


def test_changing_something_keeps_the_words_they_have_heard(line: tuple[Somebody, Somebody, Somebody]) -> None:
    _, _, vera = line
    said = reads_back(vera)
    write = f"{vera.path}/write"
    vera.open(write).post(write, **(SAYS | {"name": "Rose"}))
    assert words_on(vera) == said
    assert "Rose" in vera.text
    vera.open(f"{vera.path}/write").post(f"{vera.path}", **(SAYS | {"caller_lang": "es"}))
    assert set(words_on(vera).split()) <= set(spoken.words_of("es"))
    assert "¿Dices que sí a todo esto?" in vera.text


# The door.


def test_four_words_open_nothing_without_a_volunteer_who_is_let(
    oak: Community, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    _, stella, vera = line
    said = asks_for_caller(vera)
    stranger = Browser(oak)
    stranger.open("/sign-in").post("/sign-in", words=said)
    assert stranger.status == 422, "the usual door does not know them"
    assert stranger.open("/calls").path == "/sign-in"
    other = comes(oak, "Other")
    assert other.post("/calls/open", words=said).status == 404
    assert other.open("/calls/now").status == 404
    assert other.open("/calls/ask/x/y").status == 404

    takes_call(vera, said)
    stella.open("/calls/people").post("/calls/people/end", volunteer=row_of(oak, "Vera"))
    assert vera.open("/calls/now").status == 404, "ended in the middle of a call"
    assert vera.open("/calls").post("/calls/open", words=said).status == 404


def test_the_cookie_of_a_call_opens_nothing_for_anybody_else(
    oak: Community, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    _, stella, vera = line
    takes_call(vera, asks_for_caller(vera))
    stolen = vera.cookies["call"]
    stella.cookies["call"] = stolen
    assert CANARY not in stella.open("/calls/now").text
    stranger = Browser(oak)
    stranger.cookies["session"] = stolen
    assert stranger.open("/requests").path == "/sign-in"
    assert CANARY in vera.open("/calls/now").text


def test_seven_words_of_somebody_else_cannot_be_used_there(line: tuple[Somebody, Somebody, Somebody]) -> None:
    _, stella, vera = line
    assert takes_call(vera, stella.words).status == 422
    assert "please write four words" in vera.text


def test_words_opens_only_callers_never_an_account(oak: Community, line: tuple[Somebody, Somebody, Somebody]) -> None:
    _, _, vera = line
    keys = oak.read(relaying.keys_of, as_person(oak, vera), me=oak.id)
    stretched = b"s" * 32
    joining = relaying.prepare(stretched, keys[0], me=oak.id, lang="en", now=oak.world.clock.now(), random=oak.random)
    oak.write(lambda tx: members.add(tx, joining.member))
    assert oak.read(relaying.caller, stretched, keys) is not None
    oak.write(lambda tx: members.remove(tx, joining.member.id))
    oak.write(lambda tx: members.add(tx, replace(joining.member, role=Role.MEMBER)))
    assert oak.read(relaying.caller, stretched, keys) is None


def test_who_guesses_waits_and_nobody_else_does(
    line: tuple[Somebody, Somebody, Somebody], monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    _, stella, vera = line
    monkeypatch.setattr(calling, "FREE_TRIES", 0)
    said = asks_for_caller(stella)
    wrong = " ".join(spoken.words_of("en")[:4])
    takes_call(vera, wrong)
    assert "do not open anything" in vera.text
    takes_call(vera, said)
    assert "You can try again" in vera.text
    assert CANARY not in vera.text
    assert CANARY in takes_call(stella, said).text, "one volunteer's guesses close the door to nobody else"
    world.clock.at += calling.FIRST_WAIT + 1
    assert CANARY in takes_call(vera, said).text


def test_a_word_that_is_none_of_ours_is_pointed_out_and_is_no_try(
    line: tuple[Somebody, Somebody, Somebody], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, vera = line
    monkeypatch.setattr(calling, "FREE_TRIES", 0)
    word = "diamond"
    assert word in spoken.words_of("en")
    for _ in range(3):
        takes_call(vera, f"{word} diamnd {word} {word}")
        assert "is none of our words" in vera.text
        assert "You can try again" not in vera.text
    assert re.search(r"sound like it:\s+diamond", vera.text), vera.text


# Consent.


def test_nothing_leaves_before_they_said_yes_and_have_their_words(
    oak: Community, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    _, _, vera = line
    reads_back(vera)
    for missing in ("said_yes", "said_back"):
        sends(vera, **{missing: ""})
        assert vera.status == 422
        assert oak.rows("asked") == oak.rows("outbox") == []
        assert "guest" not in {row.role for row in oak.rows("member")}


def test_what_is_promised_is_pinned_and_asked_about_again_when_it_changes(
    world: World, elm: Community, oak: Community, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    mira, stella, vera = line
    reads_back(vera)
    listing = elm.rows("listing")[0].id

    def promises(answer: str) -> None:
        mira.back().open(f"/offerings/{listing}/edit")
        mira.post(f"/offerings/{listing}/edit", **(OFFER | {"call_all": answer}))
        mira.post(f"/offerings/{listing}/publish", listed="yes")
        assert "said=published" in mira.path, mira.text
        world.settle()

    promises("never")
    sends(vera)
    assert vera.status == 422, "they changed while it was read out"
    assert oak.rows("asked") == []
    said = words_on(vera)
    sends(vera)
    assert "said=call_sent" in vera.path, vera.text
    world.settle()
    promises("only_if_you_ask")
    takes_call(stella.back(), said)
    assert "They changed what they promise" in stella.text
    stella.post("/calls/now/agree", promises=stella.hidden("promises"))
    assert stella.status == 422
    stella.post("/calls/now/agree", promises=stella.hidden("promises"), agree="yes")
    assert "said=agreed_again" in stella.path, stella.text
    world.settle()
    assert elm.rows("incoming")[0].state == "offered"


def test_on_the_date_chosen_it_ends_and_then_it_is_gone_at_both_nodes(
    world: World, oak: Community, elm: Community, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    _, _, vera = line
    said = asks_for_caller(vera, days="3")
    world.settle()
    assert len(elm.rows("letter")) == 1
    world.pass_time(4 * DAY)
    assert {row.state for row in (*oak.rows("asked"), *elm.rows("incoming"))} == {"expired"}
    world.pass_time(15 * DAY)
    assert oak.rows("asked") == oak.rows("letter") == elm.rows("incoming") == elm.rows("letter") == []
    world.pass_time(100 * DAY)
    assert "guest" not in {row.role for row in oak.rows("member")}
    takes_call(vera.back(), said)
    assert "do not open anything" in vera.text
    for community in world.communities:
        community.stop()
    files = [path for path in Path(world.folder).rglob("*") if path.is_file()]
    assert not [path.name for path in files if CANARY.encode() in path.read_bytes()]


# No way around what holds for everybody.


def test_a_caller_finds_and_asks_what_somebody_without_an_account_does(
    world: World, oak: Community, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    _, stella, vera = line
    nora = comes(oak, "Nora")
    publishes(nora, title="Only with an account", audience="federated")
    publishes(nora, title="No guests please", guests="0")
    lets(stella, nora)
    world.settle()
    shown = {row.id for row in oak.rows("listing")}
    refused = []
    for listing in shown:
        page = f"/calls/ask/{oak.id}/{listing}"
        vera.open(page)
        refused.append((vera.status, "They only take requests from people with an account" in vera.text))
        assert nora.open(page).status == 404 or "This is yours" in nora.text
        assert vera.open("/calls").post(page, **SAYS).status == 404
    assert sorted(refused) == [(200, True), (404, False)]
    assert oak.rows("outbox") == []


def test_who_is_blocked_does_not_come_through_as_their_own_caller(
    world: World, oak: Community, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    _, stella, vera = line
    nora = comes(oak, "Nora")
    publishes(nora, title="Tea at dawn")
    world.settle()
    vera.open("/search").post("/search", words="dawn")
    asks(vera, "dawn")
    world.settle()
    nora.back().open("/incoming").open(nora.link('/incoming/[^"]+'))
    nora.post(f"{nora.path}/block")
    assert "said=blocked" in nora.path, nora.text
    for volunteer, through in ((vera, False), (stella, True)):
        page = call_page(volunteer, "dawn")
        volunteer.open(page).post(page, **SAYS)
        sends(volunteer)
        assert ("said=call_sent" in volunteer.path) is through, volunteer.text
    assert "there is no room right now" in vera.text


def test_one_volunteer_passes_on_so_many_a_day_and_others_can_go_on(
    line: tuple[Somebody, Somebody, Somebody], monkeypatch: pytest.MonkeyPatch, oak: Community
) -> None:
    _, stella, vera = line
    monkeypatch.setattr(calling, "A_DAY_TO_ONE", 1)
    asks_for_caller(vera)
    reads_back(vera)
    sends(vera)
    assert "passed on enough" in vera.text
    assert len(oak.rows("asked")) == 1
    asks_for_caller(stella)
    assert len(oak.rows("asked")) == 2


# Who answers the line.


def test_only_a_steward_who_answers_can_let_others_and_a_code_works_once(oak: Community) -> None:
    other, vera = steward(oak, "Second"), comes(oak, "Vera")
    stella = opens_line(oak)
    assert other.open("/calls").post("/calls/begin").status == 422, "there is a line, and a steward to ask"
    assert other.open("/calls/people").post("/calls/people").status == 404
    assert vera.open("/calls/people").status == vera.post("/calls/begin").status == 403
    code = code_of(stella)
    vera.open("/calls").post("/calls/join", code=code)
    assert "said=relays" in vera.path
    third = comes(oak, "Third")
    assert third.open("/calls").post("/calls/join", code=code).status == 422
    assert third.post("/calls/join", code="nothing").status == 422


def test_when_somebody_stops_there_is_a_new_key_for_the_others_and_earlier_callers_are_still_opened(
    world: World, oak: Community, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    _, stella, vera = line
    said = asks_for_caller(vera)
    held = oak.read(relaying.keys_of, as_person(oak, vera), me=oak.id)
    vera.open("/calls").post("/calls/stop")
    assert {row.member for row in oak.rows("relay_share")} == {row_of(oak, "Stella")}
    (current,) = (row.id for row in oak.rows("relay_key") if row.current)
    assert current not in {key.id for key in held}, "what is asked from now on they cannot open with what they had"
    assert CANARY in takes_call(stella, said).text
    later = comes(oak, "Later")
    lets(stella, later)
    assert CANARY in takes_call(later, said).text, "who joins opens what was asked before"
    world.pass_time(150 * DAY)
    assert [row.id for row in oak.rows("relay_key")] == [current]


def test_a_code_from_before_the_newest_key_lets_nobody(
    oak: Community, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    _, stella, vera = line
    code = code_of(stella)
    vera.open("/calls").post("/calls/stop")
    later = comes(oak, "Later")
    assert later.open("/calls").post("/calls/join", code=code).status == 422


def test_who_leaves_for_good_takes_their_part_of_the_key_along(
    oak: Community, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    _, _, vera = line
    before = {row.id for row in oak.rows("relay_key") if row.current}
    vera.open("/account/leave").post("/account/leave", words=vera.words, sure="yes")
    assert "Vera" not in {row.name for row in oak.rows("member")}
    assert before.isdisjoint({row.id for row in oak.rows("relay_key") if row.current})
    assert {row.member for row in oak.rows("relay_share")} == {row_of(oak, "Stella")}


def test_what_lies_in_the_database_cannot_be_tried_against_four_words(
    oak: Community, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    """Neither what finds a caller's row nor what opens it follows from the words: it takes the line's key, sealed to each volunteer."""
    _, stella, vera = line
    said = asks_for_caller(vera)
    (caller,) = (row for row in oak.rows("member") if row.role == "guest")
    salt = oak.node.keys().words_salt
    stretched = spoken.stretch(said, salt)
    keys = oak.read(relaying.keys_of, as_person(oak, stella), me=oak.id)
    assert caller.lookup == spoken.derive(stretched, keys[0].secret).lookup
    held = [bytes(cell) for table in ("community", "relay_key", "relay_share", "node_key") for row in oak.rows(table)
            for cell in row if isinstance(cell, bytes)]  # fmt: skip
    assert caller.lookup not in {spoken.derive(stretched, raw).lookup for raw in (b"", salt, *held)}
    assert caller.lookup != words.derive(said, salt).lookup
    share = next(row for row in oak.rows("relay_share") if row.member == row_of(oak, "Vera"))
    assert keys[0].secret not in share.sealed
    for person, opens in ((as_person(oak, vera), True), (as_person(oak, stella), False)):
        try:
            secret = members.open_for(person, share.sealed, node=oak.id, what="relay", about=share.key)
        except Exception:  # noqa: BLE001 - whatever it is refused with
            secret = b""
        assert (secret == keys[0].secret) is opens


def test_nobody_but_members_reads_who_answers(oak: Community, line: tuple[Somebody, Somebody, Somebody]) -> None:
    _, _, vera = line
    assert vera.open("/calls/people").status == 403
    assert "Stella" not in vera.open("/calls").text


def test_the_listing_page_offers_it_only_to_who_answers_the_line(
    oak: Community, line: tuple[Somebody, Somebody, Somebody]
) -> None:
    _, _, vera = line
    assert call_page(vera)
    for browser in (Browser(oak), comes(oak, "Other")):
        browser.open("/search").post("/search", words="night")
        browser.open(browser.link('/listings/[^"]+'))
        assert "/calls/ask" not in browser.body


def test_asking_that_fails_leaves_nobody_behind(oak: Community, line: tuple[Somebody, Somebody, Somebody]) -> None:
    _, _, vera = line
    reads_back(vera)
    promises = vera.hidden("promises")
    vera.post(vera.path, said_yes="yes", said_back="yes", promises="A" * len(promises))
    assert vera.status == 422
    assert "guest" not in {row.role for row in oak.rows("member")}

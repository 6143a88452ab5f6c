"""One's own account through the pages: other words, a printed code, what is open, taking all along, leaving (safety.md, D.30 to D.32)."""

import json
import re

import pytest

from alongside_node.foundation.database import Database
from alongside_node.members import account as own
from alongside_node.members import actions as members
from alongside_node.members import printed_code
from alongside_node.members.actions import Role
from alongside_node.members.words import Derived
from alongside_protocol.client.exchange import HttpRequest
from api_client import Client
from visitors import Browser, account, publishes, signed_in
from world import Community, World, call


def shown_words(browser: Browser) -> str:
    found = re.search(r'<ol class="keep"[^>]*>(.*?)</ol>', browser.body)
    assert found, browser.text
    return " ".join(re.findall(r"<li>([^<]+)</li>", found[1]))


def opens(community: Community, words: str) -> bool:
    return Browser(community).open("/sign-in").post("/sign-in", words=words).status == 200


def member(community: Community, name: str, role: Role = Role.MEMBER) -> tuple[Browser, str]:
    words = account(community, name, role)
    return Browser(community).open("/sign-in").post("/sign-in", words=words), words


def asks(browser: Browser, words: str = "Hello", **fields: str) -> str:
    """Asks for the first thing found; returns the address of the request."""
    ask_url = browser.open("/search").post("/search", words="").link('/listings/[^"]+') + "/ask"
    browser.open(ask_url).post(ask_url, words=words, days="7", **fields)
    pending = browser.hidden("pending")
    sent = {"words": words, "days": "7", **fields, "promises": browser.hidden("promises"), "pending": pending}
    browser.post(f"{ask_url}/send", **sent, agree="yes", kept="yes")
    assert "/requests/" in browser.path, browser.text
    return browser.path.partition("?")[0]


def token_for(community: Community, words: str, label: str = "My phone") -> str:
    return str(Client(community).done("POST", "/grants", {"words": words, "label": label})["token"])


def acts(community: Community, token: str) -> bool:
    return Client(community, token).get("/box").status == 200


# Other words.


def test_other_words_open_the_account_and_end_everything_else_that_was_open(world: World, oak: Community) -> None:
    publishes(signed_in(oak, "Mira"))
    here, words = member(oak, "Asker")
    request = asks(here)
    there = Browser(oak).open("/sign-in").post("/sign-in", words=words)
    token = token_for(oak, words)
    here.open("/account/words").post("/account/words", words=words)
    fresh, pending = shown_words(here), here.hidden("pending")
    assert opens(oak, words), "nothing has changed before the words are kept"
    here.post("/account/words/done", pending=pending, kept="yes")
    assert "said=words_changed" in here.path
    assert not opens(oak, words)
    assert there.open("/account").path == "/sign-in"
    assert not acts(oak, token)
    assert "Hello" in here.open(request).text
    again = Browser(oak).open("/sign-in").post("/sign-in", words=fresh)
    assert "Hello" in again.open(request).text


def test_other_words_are_not_shown_to_who_does_not_know_those_in_use(oak: Community) -> None:
    mira, _ = member(oak, "Mira")
    _, others = member(oak, "Other")
    for words in ("", "one two three four five six seven", others):
        assert mira.open("/account/words").post("/account/words", words=words).status == 422
        assert 'class="keep"' not in mira.body


def test_words_shown_to_one_person_cannot_be_used_for_another(oak: Community) -> None:
    mira, words = member(oak, "Mira")
    mira.open("/account/words").post("/account/words", words=words)
    fresh, pending = shown_words(mira), mira.hidden("pending")
    other, _ = member(oak, "Other")
    other.open("/account").post("/account/words/done", pending=pending, kept="yes")
    Browser(oak).open("/recover").post("/recover/done", pending=pending, kept="yes")
    assert opens(oak, words)
    assert not opens(oak, fresh)


def test_who_signs_in_while_the_words_change_is_not_let_in_with_the_old_ones(oak: Community) -> None:
    mira = oak.person("Mira")
    assert oak.read(members.is_current, mira)
    other = own.other_words(mira, Derived(b"l" * 32, b"w" * 32), random=oak.random)
    assert oak.write(lambda tx: own.take_words(tx, other))
    assert not oak.read(members.is_current, mira)
    assert not oak.write(lambda tx: own.take_words(tx, other)), "nor changed twice"


# The printed code.


def printed(browser: Browser, words: str) -> str:
    browser.open("/account/code").post("/account/code", words=words)
    found = re.search(r'class="code">([0-9A-Z-]{39})<', browser.body)
    assert found, browser.text
    return found[1]


def test_a_printed_code_opens_the_account_once_and_gives_it_new_words(world: World, oak: Community) -> None:
    publishes(signed_in(oak, "Mira"))
    here, words = member(oak, "Asker")
    request = asks(here)
    code = printed(here, words)
    assert code not in here.open("/account/code").body, "it is shown once"
    found = Browser(oak).open("/recover").post("/recover", code=code.lower().replace("-", " "))
    fresh = shown_words(found)
    assert opens(oak, words), "nothing has changed before the words are kept"
    pending = found.hidden("pending")
    assert found.post("/recover/done", pending=pending).status == 422
    found.post("/recover/done", pending=pending, kept="yes")
    assert "Hello" in found.open(request).text
    assert not opens(oak, words)
    assert opens(oak, fresh)
    assert here.open("/account").path == "/sign-in"
    assert Browser(oak).open("/recover").post("/recover", code=code).status == 422
    assert oak.rows("recovery") == []


def test_two_who_use_one_code_do_not_both_get_in(oak: Community) -> None:
    here, words = member(oak, "Mira")
    code = printed(here, words)
    one, two = (Browser(oak).open("/recover").post("/recover", code=code) for _ in range(2))
    fresh = shown_words(two)
    one.post("/recover/done", pending=one.hidden("pending"), kept="yes")
    two.post("/recover/done", pending=two.hidden("pending"), kept="yes")
    assert two.path == "/recover"
    assert not opens(oak, fresh)


def test_a_new_code_ends_the_one_before_and_one_that_was_ended_opens_nothing(oak: Community) -> None:
    here, words = member(oak, "Mira")
    first, second = printed(here, words), printed(here, words)
    assert Browser(oak).open("/recover").post("/recover", code=first).status == 422
    assert Browser(oak).open("/recover").post("/recover", code=second).status == 200
    here.open("/account/code").post("/account/code/end")
    assert Browser(oak).open("/recover").post("/recover", code=second).status == 422


def test_no_code_is_made_on_a_phone_that_lay_open(oak: Community) -> None:
    here, _ = member(oak, "Mira")
    assert here.open("/account/code").post("/account/code", words="not those").status == 422
    assert oak.rows("recovery") == []


def test_a_steward_can_do_nothing_about_the_code_or_words_of_another(oak: Community) -> None:
    here, words = member(oak, "Mira")
    code = printed(here, words)
    steward, _ = member(oak, "Steward", Role.STEWARD)
    before = oak.rows("recovery")
    for path in ("/account/code", "/account/words"):
        assert steward.open(path).post(path, words=words).status == 422
    steward.open("/account").post("/account/code/end")
    assert oak.rows("recovery") == before
    assert Browser(oak).open("/recover").post("/recover", code=code).status == 200


def test_a_code_as_people_copy_it_from_paper_is_understood() -> None:
    code = printed_code.generate(lambda length: bytes(range(length)))
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}", code)
    copied = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert printed_code.derive(copied, b"s" * 16) == printed_code.derive(code, b"s" * 16)
    assert printed_code.derive(code, b"t" * 16) != printed_code.derive(code, b"s" * 16)


# What is open.


def test_sessions_are_seen_roughly_and_ended_one_by_one(world: World, oak: Community) -> None:
    here, words = member(oak, "Mira")
    there = Browser(oak).open("/sign-in").post("/sign-in", words=words)
    world.clock.at += 7 * 60
    here.open("/account")
    assert "Here, now" in here.text
    assert "used about 10 minutes ago" in here.text
    [name] = re.findall(r'name="session" value="([^"]+)"', here.body)
    here.post("/account/sessions/end", session=name)
    assert there.open("/account").path == "/sign-in"
    assert "Somewhere else" not in here.open("/account").text


def test_nobody_sees_or_ends_a_session_or_a_program_of_somebody_else(oak: Community) -> None:
    mira, words = member(oak, "Mira")
    token = token_for(oak, words)
    steward, _ = member(oak, "Steward", Role.STEWARD)
    twice = Browser(oak).open("/sign-in").post("/sign-in", words=words)
    [session] = re.findall(r'name="session" value="([^"]+)"', twice.open("/account").body)
    [program] = re.findall(r'name="program" value="([^"]+)"', twice.body)
    steward.open("/account")
    assert session not in steward.body
    steward.post("/account/sessions/end", session=session).post("/account/programs/end", program=program)
    assert mira.open("/account").status == 200
    assert mira.path == "/account"
    assert acts(oak, token)


def test_programs_are_seen_by_their_label_and_ended(oak: Community) -> None:
    here, words = member(oak, "Mira")
    token = token_for(oak, words, "The phone with the cracked glass")
    assert "The phone with the cracked glass" in here.open("/account").text
    [program] = re.findall(r'name="program" value="([^"]+)"', here.body)
    assert not acts(oak, program), "what ends it opens nothing"
    here.post("/account/programs/end", program=program)
    assert not acts(oak, token)
    assert "cracked glass" not in here.open("/account").text


# Taking all along.


def test_what_somebody_takes_along_holds_all_of_theirs_and_nothing_of_others(world: World, oak: Community) -> None:
    mira, mira_words = member(oak, "Mira")
    publishes(mira)
    asker, words = member(oak, "Asker")
    token_for(oak, words, "My phone")
    asks(asker, "I am the asking canary", name="J.", contact="canary@example.org")
    world.settle()
    mira.open("/incoming").open(mira.link('/incoming/[^"]+'))
    mira.post(f"{mira.path}/accept", text="Yes, says the answering canary")
    world.settle()

    def taken(browser: Browser) -> dict[str, object]:
        browser.open("/account").post("/account/take")
        return json.loads(browser.body)  # type: ignore[no-any-return]

    everything = taken(asker)
    told = json.dumps(everything)
    for mine in ("I am the asking canary", "canary@example.org", "Yes, says the answering canary", "My phone", "Asker"):
        assert mine in told
    theirs = json.dumps(taken(mira))
    assert "Someone awake at night" in theirs
    assert "Yes, says the answering canary" in theirs
    assert "asking canary" not in theirs
    assert "canary@example.org" not in theirs
    for secret in (words, mira_words, asker.cookies["session"]):
        assert secret not in told + theirs
    held = b"".join(path.read_bytes() for path in world.folder.rglob("*") if path.is_file())
    assert b"asking canary" not in held


def test_a_file_about_oneself_is_handed_over_and_kept_by_nobody(oak: Community) -> None:
    mira, _ = member(oak, "Mira")
    body = f"csrf={mira.open('/account').hidden('csrf')}".encode()
    headers = {
        "cookie": f"session={mira.cookies['session']}",
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(body)),
    }
    answer = oak.world.run(call(oak.app, HttpRequest("POST", f"{oak.origin}/account/take", headers, body)))
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == 'attachment; filename="page.json"'


# Leaving for good.


def leaves(browser: Browser, words: str) -> Browser:
    return browser.open("/account/leave").post("/account/leave", words=words, sure="yes")


def test_who_leaves_is_gone_here_and_where_they_asked(world: World, oak: Community, elm: Community) -> None:
    publishes(signed_in(elm, "Mira"))
    world.settle()
    here, words = member(oak, "Asker")
    there = Browser(oak).open("/sign-in").post("/sign-in", words=words)
    token = token_for(oak, words)
    printed(here, words)
    asks(here, "Hello from the one who leaves")
    deleted = asks(here, "An earlier one")
    here.open(deleted).post(f"{deleted}/delete")
    world.settle()
    assert len(elm.rows("incoming")) == 1
    assert "said=gone" in leaves(here, words).path
    assert not opens(oak, words)
    assert there.open("/account").path == "/sign-in"
    assert not acts(oak, token)
    for table in ("session", "grant", "recovery", "asked", "letter", "erasure"):
        assert oak.rows(table) == [], table
    assert "Asker" not in {row.name for row in oak.rows("member")}
    world.settle()
    assert elm.rows("incoming") == elm.rows("letter") == []


def test_what_somebody_offered_alone_goes_with_them_and_nobody_waits_for_it(
    world: World, oak: Community, elm: Community
) -> None:
    mira, words = member(elm, "Mira")
    publishes(mira, title="Xylocanary at night")
    world.settle()
    asker = signed_in(oak, "Asker")
    request = asks(asker)
    world.settle()
    leaves(mira, words)
    world.settle()
    assert elm.rows("listing_key") == elm.rows("listing_holder") == elm.rows("letter") == []
    assert [row.content for row in elm.rows("listing")] == ["{}"]
    assert "Xylocanary" not in Browser(oak).open("/search").post("/search", words="").text
    assert [row.state for row in oak.rows("asked")] == ["declined"], asker.open(request).text


def test_what_is_kept_together_stays_with_the_others_under_a_key_that_who_left_never_had(
    world: World, oak: Community
) -> None:
    mira, words = member(oak, "Mira")
    lena, _ = member(oak, "Lena")
    publishes(mira)
    mira.open("/offerings").post(mira.link("/offerings/[\\w-]{22}/edit").replace("edit", "people"))
    code = re.search(r'class="code">([\w-]{22})<', mira.body)
    assert code
    lena.open("/offerings").post("/offerings/together", code=code[1], name="Lena")
    before = {row.public for row in oak.rows("listing_key") if row.current}
    leaves(mira, words)
    assert {row.public for row in oak.rows("listing_key") if row.current}.isdisjoint(before)
    assert [row.name for row in oak.rows("listing_holder")] == ["Lena"]
    world.settle()
    asks(signed_in(oak, "Asker"), "Hello Lena")
    world.settle()
    assert "Hello Lena" in lena.open("/incoming").open(lena.link('/incoming/[^"]+')).text


def test_a_guest_leaves_with_everything(world: World, oak: Community) -> None:
    publishes(signed_in(oak, "Mira"))
    guest = Browser(oak)
    ask_url = guest.open("/search").post("/search", words="").link('/listings/[^"]+') + "/ask"
    guest.open(ask_url).post(ask_url, words="Hello", days="7")
    words, promises, pending = shown_words(guest), guest.hidden("promises"), guest.hidden("pending")
    guest.post(f"{ask_url}/send", words="Hello", days="7", promises=promises, pending=pending, agree="yes", kept="yes")
    world.settle()
    leaves(guest, words)
    world.settle()
    assert [row.role for row in oak.rows("member") if row.role == "guest"] == []
    assert oak.rows("asked") == oak.rows("incoming") == oak.rows("letter") == []


@pytest.mark.parametrize("fields", [{"words": "not those", "sure": "yes"}, {"sure": ""}, {}])
def test_nobody_leaves_by_a_slip_or_by_somebody_elses_hand(oak: Community, fields: dict[str, str]) -> None:
    mira, words = member(oak, "Mira")
    given = {"words": words} | fields
    assert mira.open("/account/leave").post("/account/leave", **given).status == 422
    assert opens(oak, words)


def test_the_last_who_looks_after_the_community_finds_another_first(world: World, oak: Community) -> None:
    for row in oak.rows("member"):
        oak.write(lambda tx, row=row: members.remove(tx, row.id))
    mira, words = member(oak, "Mira", Role.STEWARD)
    assert leaves(mira, words).status == 422
    assert "Invite another steward first" in mira.text
    member(oak, "Lena", Role.STEWARD)
    assert "said=gone" in leaves(mira, words).path


def test_a_member_who_is_removed_by_a_command_is_out_at_once(world: World, oak: Community) -> None:
    here, words = member(oak, "Mira")
    token = token_for(oak, words)
    [row] = [row for row in oak.rows("member") if row.name == "Mira"]
    beside = Database(oak.settings.database, checkpoints=False)
    beside.write(lambda tx: members.remove(tx, row.id))
    beside.close()
    assert here.open("/account").path == "/sign-in"
    assert not acts(oak, token)


def test_of_who_left_no_file_holds_a_name_ten_minutes_later(world: World, oak: Community) -> None:
    here, words = member(oak, "Quincanary")
    publishes(here, title="Xylocanary", text="zebracanary", by="Ulmacanary")
    world.settle()
    oak.node.database.checkpoint()
    folder = oak.settings.data_dir

    def found() -> list[bytes]:
        held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        return [one for one in (b"uincanary", b"ylocanary", b"ebracanary", b"lmacanary") if one in held]

    assert len(found()) == 4
    leaves(here, words)
    world.settle()
    world.pass_time(11 * 60)
    assert found() == []

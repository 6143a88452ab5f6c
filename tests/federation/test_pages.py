"""A stranger with a phone: the whole story through the pages alone, without scripts, between two communities (section 3; experience.md)."""

import html
import re

import pytest

from alongside_node.members.actions import Role
from visitors import OFFER, Browser, publishes, signed_in
from world import Community, World


def test_a_guest_finds_asks_reads_the_answer_and_has_it_deleted(world: World, oak: Community, elm: Community) -> None:
    mira = signed_in(elm, "Mira")
    publishes(mira)
    world.settle()
    guest = Browser(oak)
    guest.open("/search").post("/search", words="night", promise="yes")
    assert re.fullmatch(r"/search/[\w-]{22}", guest.path)
    guest.open(guest.link('/listings/[^"]+'))
    assert "They will not call anyone unless you ask." in guest.text
    ask_url = guest.link('/listings/[^"]+/ask')
    guest.open(ask_url).post(ask_url, words="I cannot sleep", days="7")
    assert "Nothing has been sent yet" in guest.text
    promises, pending = guest.hidden("promises"), guest.hidden("pending")
    guest.post(
        f"{ask_url}/send", words="I cannot sleep", days="7", promises=promises, pending=pending, agree="yes", kept="yes"
    )
    assert "said=sent" in guest.path, guest.text
    request = guest.path.partition("?")[0]
    world.settle()

    mira.open("/incoming").open(mira.link('/incoming/[^"]+'))
    assert "I cannot sleep" in mira.text
    mira.post(f"{mira.path}/accept", text="Call me at nine")
    assert "said=accepted" in mira.path, mira.text
    world.settle()

    guest.open(request)
    assert "Call me at nine" in guest.text
    guest.post(f"{request}/message", text="Thank you")
    world.settle()
    mira.open("/incoming").open(mira.link('/incoming/[^"]+'))
    assert "Thank you" in mira.text
    guest.open(request).post(f"{request}/delete")
    world.settle()
    assert "1 of 1 confirmed" in guest.open(request).text
    mira.open("/incoming")
    assert "I cannot sleep" not in mira.text


def test_the_seven_words_open_what_was_asked_without_an_account(world: World, oak: Community) -> None:
    publishes(signed_in(oak, "Mira"))
    guest = Browser(oak)
    guest.open("/search").post("/search", words="")
    ask_url = guest.link('/listings/[^"]+') + "/ask"
    guest.open(ask_url).post(ask_url, words="Hello", days="7")
    words = re.findall(r"<li[^>]*>\s*(?:<[^>]+>)*\s*(\w+)", guest.body[guest.body.index("Seven words") :])[:7]
    guest.post(
        f"{ask_url}/send",
        words="Hello",
        days="7",
        promises=guest.hidden("promises"),
        pending=guest.hidden("pending"),
        agree="yes",
        kept="yes",
    )
    another = Browser(oak)
    another.open("/sign-in").post("/sign-in", words="  ".join(words).upper())
    assert another.path == "/requests", (words, another.text)
    assert "Someone awake at night" in another.text


def test_what_somebody_else_asked_is_not_there(world: World, oak: Community) -> None:
    publishes(signed_in(oak, "Mira"))
    asker = signed_in(oak, "Asker")
    asker.open("/search").post("/search", words="")
    ask_url = asker.link('/listings/[^"]+') + "/ask"
    asker.open(ask_url).post(ask_url, words="Hello", days="7")
    asker.post(f"{ask_url}/send", words="Hello", days="7", promises=asker.hidden("promises"), pending="", agree="yes")
    request = asker.path.partition("?")[0]
    other = signed_in(oak, "Other")
    assert other.open(request).status == 404
    assert Browser(oak).open(request).path == "/sign-in"


def test_an_offer_is_not_published_before_who_may_be_called_is_answered(oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    mira.open("/offerings/new?direction=offer&type=listening").post("/offerings/new", **(OFFER | {"call_all": ""}))
    mira.post(mira.path.replace("preview", "publish"), listed="yes")
    assert "said=published" not in mira.path
    assert Browser(oak).open("/search").post("/search", words="").text.count("Someone awake at night") == 0


def test_stewards_peer_by_code_through_the_pages(world: World, oak: Community) -> None:
    elm = world.community("Elm")
    there, here = signed_in(elm, "S", Role.STEWARD), signed_in(oak, "T", Role.STEWARD)
    there.open("/peers/invite").post("/peers/invite", note="for Oak")
    code = re.search(r"alongside1\.[\w.-]+", html.unescape(there.body))
    assert code
    here.open("/peers/accept").post("/peers/accept", code=code[0])
    assert "Is this the community you mean?" in here.text
    here.post("/peers/accept/confirm", code=code[0])
    world.settle()
    there.open("/peers").open(there.link("/peers/[\\w-]{43}"))
    there.post(f"{there.path}/accept").open("/peers").open(there.link("/peers/[\\w-]{43}"))
    there.post(f"{there.path}/step", step="requests")
    world.settle()
    here.open("/peers").open(here.link("/peers/[\\w-]{43}"))
    here.post(f"{here.path}/step", step="requests")
    world.settle()
    assert [row.state for row in oak.rows("peer")] == [row.state for row in elm.rows("peer")] == ["agreed"]


@pytest.mark.parametrize(
    "path", ["/incoming", "/offerings", "/peers", "/community", "/members/invite", "/requests", "/account"]
)
def test_pages_of_members_send_strangers_to_sign_in(oak: Community, path: str) -> None:
    assert Browser(oak).open(path).path == "/sign-in"


@pytest.mark.parametrize("path", ["/peers", "/community", "/members/invite", "/peers/invite", "/peers/accept"])
def test_pages_of_stewards_are_not_for_members(oak: Community, path: str) -> None:
    assert signed_in(oak, "Mira").open(path).status == 403


def test_a_form_without_the_sessions_token_changes_nothing(oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    publishes(mira)
    mira.open("/offerings").post(mira.link("/offerings/[\\w-]{22}/edit").replace("edit", "withdraw"), token=False)
    assert mira.status == 403
    assert [row.state for row in oak.rows("listing")] == ["published"]


def test_leaving_works_without_a_token_and_ends_the_session(oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    response = mira._send("POST", "/leave", b"")
    assert response.headers["location"] == oak.settings.neutral_site
    assert oak.rows("session") == []


def test_every_page_carries_its_armour(oak: Community) -> None:
    for path in ("/", "/search", "/nothing-here"):
        response = Browser(oak)._send("GET", path)
        assert response.headers["content-security-policy"].startswith("default-src 'none'")
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["referrer-policy"] == "no-referrer"


def test_two_people_keep_something_together_and_both_read_what_is_asked(world: World, oak: Community) -> None:
    mira, lena = signed_in(oak, "Mira"), signed_in(oak, "Lena")
    publishes(mira)
    mira.open("/offerings").post(mira.link("/offerings/[\\w-]{22}/edit").replace("edit", "people"))
    code = re.search(r'class="code">([\w-]{22})<', mira.body)
    assert code
    lena.open("/offerings").post("/offerings/together", code=code[1], name="Lena")
    assert "said=kept_together" in lena.path, lena.text
    assert lena.open("/offerings").post("/offerings/together", code=code[1], name="Lena").status == 422
    asker = signed_in(oak, "Asker")
    ask_url = asker.open("/search").post("/search", words="").link('/listings/[^"]+') + "/ask"
    asker.open(ask_url).post(ask_url, words="Hello both", days="7")
    asker.post(
        f"{ask_url}/send", words="Hello both", days="7", promises=asker.hidden("promises"), pending="", agree="yes"
    )
    world.settle()
    for holder in (mira, lena):
        assert "Hello both" in holder.open("/incoming").open(holder.link('/incoming/[^"]+')).text


def test_a_guests_row_goes_when_what_they_asked_is_long_gone(world: World, oak: Community) -> None:
    publishes(signed_in(oak, "Mira"))
    guest = Browser(oak)
    ask_url = guest.open("/search").post("/search", words="").link('/listings/[^"]+') + "/ask"
    guest.open(ask_url).post(ask_url, words="Hello", days="7")
    promises, pending = guest.hidden("promises"), guest.hidden("pending")
    guest.post(f"{ask_url}/send", words="Hello", days="7", promises=promises, pending=pending, agree="yes", kept="yes")
    assert [row.role for row in oak.rows("member")].count("guest") == 1
    world.pass_time(30 * 86_400)
    assert [row.role for row in oak.rows("member")].count("guest") == 1
    world.pass_time(60 * 86_400)
    assert [row.role for row in oak.rows("member")].count("guest") == 0


def test_what_somebody_sends_after_their_twenty_minutes_is_not_done_and_not_lost(world: World, oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    mira.open("/offerings/new?direction=offer&type=listening")
    world.clock.at += 21 * 60
    mira.post("/offerings/new", **OFFER)
    assert mira.status == 403
    assert "Nothing was sent." in mira.text
    assert "I lost my brother. I like to listen." in mira.body
    assert oak.rows("listing") == []


def test_seven_words_that_come_after_the_session_s_end_are_never_shown_again(world: World, oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    mira.open("/account/words")
    world.clock.at += 21 * 60
    mira.post("/account/words", words=mira.words)
    assert mira.path == "/sign-in"
    assert mira.words not in mira.body


@pytest.mark.parametrize("page", ["ask", "need", "turns"])
def test_the_seven_words_stay_the_same_when_something_is_changed(oak: Community, page: str) -> None:
    """Whoever wrote the first ones on paper would be locked out for good."""
    mira = signed_in(oak, "Mira")
    for title in ("First night", "Second night"):
        publishes(mira, title=title)
    guest = Browser(oak)
    guest.open("/search").post("/search", words="night")
    listings = list(dict.fromkeys(re.findall(r'href="/listings/([^"/]+/[^"/]+)"', guest.body)))
    asked = f"/listings/{listings[0]}/ask"
    where, sent, back = {
        "ask": (asked, {"words": "I cannot sleep", "days": "14"}, f"{asked}/change"),
        "need": (
            "/needs/new",
            {"type": "listening", "title": "A bed", "text": "For a week", "lang": "en", "by": "M"},
            "/needs/change",
        ),
        "turns": ("/turns/confirm", {"chosen": listings, "words": "I cannot sleep", "each": "1"}, "/turns/change"),
    }[page]
    guest.post(where, **sent)
    first, pending = seven_words(guest), guest.hidden("pending")
    guest.post(back, **sent, pending=pending)
    guest.post(where, **sent, pending=guest.hidden("pending"))
    assert seven_words(guest) == first
    guest.post(where, **sent)
    assert seven_words(guest) != first


def seven_words(guest: Browser) -> list[str]:
    found = re.findall(r"<li>(\w+)</li>", guest.body[guest.body.index("Seven words") :])[:7]
    assert len(found) == 7, guest.text
    return found


@pytest.mark.parametrize("step", ["", "/send"])
def test_a_yes_belongs_to_the_promises_that_were_read(oak: Community, step: str) -> None:
    """They changed while somebody read: the page comes again, in whichever way, and nothing is ticked for them."""
    mira = signed_in(oak, "Mira")
    publishes(mira)
    noor = signed_in(oak, "Noor")
    noor.open("/search").post("/search", words="night")
    ask, sent = noor.link('/listings/[^"]+') + "/ask", {"words": "I cannot sleep", "days": "14"}
    noor.post(ask, **sent)
    read = noor.hidden("promises")
    noor.post(f"{ask}{step}", **sent, promises=read, agree="" if step else "yes")
    assert bool(re.search(r'name="agree"[^>]* checked', noor.body)) == (not step), "the same promises: the tick stays"
    edit = mira.open("/offerings").link('/offerings/[^"]+/edit')
    mira.open(edit).post(edit, **(OFFER | {"call_all": "never"}))
    noor.post(f"{ask}{step}", **sent, promises=read, agree="yes")
    assert "They will not call anyone." in noor.text
    assert not re.search(r'name="agree"[^>]* checked', noor.body)
    assert oak.rows("asked") == []

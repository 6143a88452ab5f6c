"""Somebody who offers, through the pages alone: publishing with help, answering in their own time, not alone (section 5; experience.md)."""

import json
import re

import pytest

from alongside_node import schema
from alongside_node.entrypoints import acts
from alongside_node.referrals import rules
from alongside_protocol.commitments import CALLED
from visitors import OFFER, Browser, comes, publishes, signed_in
from world import Community, World


def test_the_notice_stands_in_nobodys_way_and_changes_nothing(oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    mira.open("/offerings/new?direction=offer&type=listening")
    mira.post("/offerings/new", **(OFFER | {"text": "I was a patient once."}))
    assert "Words that can hurt" in mira.text
    mira.post(mira.path.replace("preview", "publish"), listed="yes")
    assert "said=published" in mira.path
    assert "Words to look at again" in mira.text
    mira.open("/search").post("/search", words="patient")
    assert "I was a patient once." in mira.text


def test_the_preview_names_the_communities_that_could_read_it(oak: Community, elm: Community) -> None:
    mira = signed_in(elm, "Mira")
    mira.open("/offerings/new?direction=offer&type=listening").post("/offerings/new", **OFFER)
    assert "Oak" in mira.text[mira.text.index("Who could read it") :]
    mira.open("/offerings/new?direction=offer&type=listening").post("/offerings/new", **(OFFER | {"audience": "here"}))
    assert "Oak" not in mira.text[mira.text.index("Who could read it") :]


def test_a_form_begins_with_them(oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    mira.open("/offerings/new?direction=offer&type=circle")
    assert 'value="anyone" checked' in mira.body
    assert 'name="waiting" type="number" value="8"' in mira.body
    mira.open("/offerings/new?direction=need&type=practical")
    assert 'value="here" checked' in mira.body


# Answering in one's own time, and not alone.


def asks(browser: Browser, words: str, *, find: str = "") -> str:
    """Ask what a search finds first; returns the address of the request."""
    browser.open("/search").post("/search", words=find)
    ask_url = browser.link('/listings/[^"]+') + "/ask"
    browser.open(ask_url).post(ask_url, words=words, name="Ana", days="7")
    fields = {"words": words, "name": "Ana", "days": "7", "promises": browser.hidden("promises"), "agree": "yes"}
    browser.post(f"{ask_url}/send", pending=browser.hidden("pending"), kept="yes", **fields)
    assert "said=sent" in browser.path, browser.text
    return browser.path.partition("?")[0]


def request_page(browser: Browser) -> Browser:
    browser.open("/incoming")
    return browser.open(browser.link('/incoming/[^"/]+/[^"]+'))


def test_what_is_put_off_waits_unread_and_uncounted_until_its_day(world: World, oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    publishes(mira)
    asker = signed_in(oak, "Asker")
    request = asks(asker, "I cannot sleep")
    world.settle()
    page = request_page(mira).path
    assert re.search(r"1\s+waiting for you", mira.text)
    mira.post(f"{page}/later", days="3")
    assert "said=put_off" in mira.path
    assert "waiting for you" not in mira.text
    assert "I cannot sleep" not in mira.text
    assert "put off until" in mira.text
    assert "later" not in asker.open(request).text  # nobody is shown as late
    world.pass_time(3 * 86_400)
    mira.open("/sign-in").post("/sign-in", words=mira.words)
    assert re.search(r"1\s+waiting for you", mira.open("/incoming").text)
    assert "I cannot sleep" in mira.text


def test_what_is_put_off_can_be_looked_at_after_all_and_only_for_days_that_are_offered(
    world: World, oak: Community
) -> None:
    mira = signed_in(oak, "Mira")
    publishes(mira)
    asks(signed_in(oak, "Asker"), "I cannot sleep")
    world.settle()
    page = request_page(mira).path
    assert mira.post(f"{page}/later", days="400").status == 422
    mira.post(f"{page}/later", days="1")
    mira.open(page).post(f"{page}/later", days="0")
    assert "I cannot sleep" in mira.text


@pytest.mark.parametrize("audience", ["anyone", "federated"])
def test_somebody_of_a_third_community_is_suggested_and_found_there(
    world: World, oak: Community, elm: Community, audience: str
) -> None:
    ash = world.community("Ash")
    world.federate(ash, oak)
    world.federate(ash, elm)
    publishes(signed_in(ash, "Lena"), title="A lantern walk", audience=audience)
    mira = signed_in(elm, "Mira")
    publishes(mira)
    world.settle()
    asker = signed_in(oak, "Asker")
    request = asks(asker, "I cannot sleep", find="awake")
    world.settle()
    page = request_page(mira).path
    mira.post(f"{page}/find", text="I am too tired, but", find="lantern")
    assert "I am too tired, but" in mira.text
    choice = re.search(r'<option value="([^"]+)"[^>]*>A lantern walk \(Ash\)', mira.body)
    assert choice, mira.text
    mira.post(f"{page}/decline", text="I am too tired, but", suggest=choice[1])
    assert "said=declined" in mira.path, mira.text
    world.settle()
    asker.open(request)
    assert "They suggest someone else" in asker.text
    asker.open(asker.link(f'/listings/{ash.id}/[^"]+'))
    assert "A lantern walk" in asker.text


def test_a_guest_is_not_sent_where_guests_cannot_read(world: World, oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    publishes(mira)
    publishes(mira, title="A lantern walk", audience="federated")
    asks(Browser(oak), "I cannot sleep", find="awake")
    world.settle()
    page = request_page(mira).path
    assert "A lantern walk" not in mira.body
    assert mira.post(f"{page}/find", find="lantern").status == 422
    walk = [row.id for row in oak.rows("listing") if "lantern" in row.content]
    assert mira.post(f"{page}/decline", suggest=f"{oak.id}/{walk[0]}").status == 422


def test_one_more_reads_only_after_the_one_who_asked_said_yes_and_then_answers(
    world: World, oak: Community, elm: Community
) -> None:
    mira, lena = signed_in(elm, "Mira"), signed_in(elm, "Lena")
    publishes(mira)
    world.settle()
    asker = signed_in(oak, "Asker")
    request = asks(asker, "I cannot sleep")
    world.settle()
    page = request_page(mira).path
    code = re.search(r'<code class="code">([^<]+)', mira.post(f"{page}/invite").body)
    assert code
    lena.open("/incoming").post("/incoming/join", code=code[1], name="Lena of the night group")
    assert "said=ready_to_join" in lena.path
    assert lena.open(page).status == 404
    mira.open(page)
    key = re.search(r'<option value="([^"]+)"[^>]*>Lena of the night group', mira.body)
    assert key, mira.text
    mira.post(f"{page}/accept", text="Yes", beside=key[1])
    world.settle()
    assert lena.open(page).status == 404
    assert "I cannot sleep" not in lena.open("/incoming").text

    asker.open(request)
    assert "be there with them?" in asker.text
    fields = {"beside": asker.hidden("beside"), "text": asker.hidden("text")}
    assert asker.post(f"{request}/beside", **fields).status == 422
    asker.post(f"{request}/beside", let_in="yes", **fields)
    assert "said=let_in" in asker.path, asker.text
    assert "be there with them?" not in asker.text
    world.settle()
    assert "I cannot sleep" in lena.open("/incoming").text
    lena.open(page)
    assert "Ana" in lena.text
    assert "Yes, Lena of the night group can be there." in lena.text
    lena.post(f"{page}/message", text="I am here too")
    assert "said=message_sent" in lena.path, lena.text
    mira.open(page).post(f"{page}/message", text="At nine then")
    world.settle()
    asker.open(request)
    assert "I am here too" in asker.text
    asker.post(f"{request}/message", text="Thank you both")
    world.settle()
    for one in (mira, lena):
        one.open(page)
        assert "Thank you both" in one.text
        assert "At nine then" in one.text
        assert one.text.count("I am here too") == 1
    # It was for this one request, and only to be there: Lena does not end it.
    assert lena.post(f"{page}/close").status == 404
    asker.open(request).post(f"{request}/delete")
    world.settle()
    assert lena.open(page).status == 404
    assert elm.rows("beside") == []
    assert elm.rows("letter") == []


def test_without_the_yes_nothing_of_it_opens_for_one_more(world: World, oak: Community) -> None:
    mira, lena = signed_in(oak, "Mira"), signed_in(oak, "Lena")
    publishes(mira)
    asker = signed_in(oak, "Asker")
    request = asks(asker, "I cannot sleep")
    world.settle()
    page = request_page(mira).path
    code = re.search(r'<code class="code">([^<]+)', mira.post(f"{page}/invite").body)
    assert code
    lena.open("/incoming").post("/incoming/join", code=code[1], name="Lena")
    assert lena.post("/incoming/join", code=code[1], name="Lena").status == 422  # a code works once
    mira.open(page).post(f"{page}/accept", text="Yes")
    world.settle()
    asker.open(request).post(f"{request}/message", text="Thank you")
    world.settle()
    assert lena.open(page).status == 404
    # Nobody can let themselves in with a key they made up: only whom those who offer asked about can be let in.
    assert asker.open(request).post(f"{request}/beside", beside="A" * 43, text="x", let_in="yes").status == 422


def test_those_who_keep_it_too_are_asked_for_company_and_can_step_back(world: World, oak: Community) -> None:
    mira, jo = signed_in(oak, "Mira"), signed_in(oak, "Jo")
    publishes(mira)
    mira.open("/offerings")
    listing = mira.link('/offerings/[^"/]+/edit').removesuffix("/edit")
    code = re.search(r'<code class="code">([^<]+)', mira.post(f"{listing}/people").body)
    assert code
    jo.open("/offerings").post("/offerings/together", code=code[1], name="Jo")
    world.settle()
    asks(signed_in(oak, "Asker"), "I cannot sleep")
    world.settle()
    page = request_page(mira).path
    assert "Jo" in mira.text
    mira.post(f"{page}/company")
    assert "said=company_asked" in mira.path
    assert "Not alone, please" in jo.open("/incoming").text
    jo.open("/offerings").post(f"{listing}/back")
    assert "said=stepped_back" in jo.path
    assert jo.open(page).status == 404
    assert len(oak.rows("listing_holder")) == 1
    assert {row.member for row in oak.rows("listing_key_share")} == {row.member for row in oak.rows("listing_holder")}
    assert "said=stepped_back" not in mira.open("/offerings").post(f"{listing}/back").path  # the last one takes it down
    asks(signed_in(oak, "Another"), "Hello")
    world.settle()
    assert "Hello" in mira.open("/incoming").text


# Not to everybody.


def test_who_is_blocked_reads_what_everybody_reads_when_there_is_no_room_and_deleting_changes_nothing(
    world: World, oak: Community, elm: Community
) -> None:
    mira = signed_in(elm, "Mira")
    publishes(mira)
    publishes(mira, title="A walk by the river")
    full = signed_in(elm, "Jo")
    publishes(full, title="Somebody who is full", waiting="1")
    world.settle()
    other, asker = signed_in(oak, "Other"), signed_in(oak, "Asker")
    asks(other, "First", find="full")
    asks(asker, "Also", find="awake")
    request = asks(asker, "Horrible words", find="river")
    world.settle()
    page = next(path for path in every_request(mira) if "Horrible words" in mira.open(path).text)
    mira.post(f"{page}/block")
    assert mira.path == "/blocks?said=blocked", mira.text
    assert len(elm.rows("block")) == 1
    world.settle()
    assert [row.state for row in elm.rows("incoming") if row.peer == oak.id and row.handle] == ["offered"]  # to Jo
    assert "Not possible this time" in asker.open(request).text
    assert {row.reason for row in oak.rows("asked")} == {None}

    asker.post(f"{request}/delete")
    world.settle()
    blocked = asks(asker, "Again", find="awake")
    turned_away = asks(asker, "Again", find="full")
    world.settle()
    texts = [re.sub(r"\s+", " ", asker.open(path).text) for path in (blocked, turned_away)]
    assert "There is no room right now." in texts[0]
    assert texts[0].replace("Someone awake at night", "") == texts[1].replace("Somebody who is full", "")
    assert "Again" not in mira.open("/incoming").text

    mira.open("/blocks").post("/blocks", mark=mira.hidden_value("mark"))
    assert "said=block_taken_back" in mira.path
    asks(asker, "Sorry", find="river")
    world.settle()
    assert "Sorry" in mira.open("/incoming").text


def every_request(browser: Browser) -> list[str]:
    return sorted(set(re.findall(r'href="(/incoming/[^"/]+/[^"]+)"', browser.open("/incoming").body)))


def test_a_block_holds_whatever_somebody_asks_as_and_is_nobody_elses_to_take_back(
    world: World, oak: Community, elm: Community
) -> None:
    mira, jo = signed_in(elm, "Mira"), signed_in(elm, "Jo")
    publishes(mira)
    world.settle()
    asker = signed_in(oak, "Asker")
    asks(asker, "Horrible words")
    world.settle()
    page = request_page(mira).path
    assert jo.post(f"{page}/block").status == 404
    mira.open(page).post(f"{page}/block")
    mark = mira.hidden_value("mark")
    jo.open("/blocks").post("/blocks", mark=mark)
    assert len(elm.rows("block")) == 1
    assert "Nobody." in jo.open("/blocks").text
    # The same handle, as a guest: the sending node says what it vouches for, and the block does not look at it.
    oak.node.database.write(lambda tx: tx.execute(schema.member.update().values(role="guest")))
    asks(asker, "As a guest")
    world.settle()
    assert elm.read(lambda reading: reading.execute(schema.incoming.select()).all())[0].state == "declined"
    assert "As a guest" not in mira.open("/incoming").text


def test_a_block_lasts_while_somebody_goes_on_asking_and_ends_with_half_a_year_of_quiet(
    world: World, oak: Community, elm: Community
) -> None:
    mira, asker = comes(elm, "Mira"), comes(oak, "Asker")
    publishes(mira)
    world.settle()
    asks(asker, "Horrible words", find="awake")
    world.settle()
    page = request_page(mira).path
    mira.open(page).post(f"{page}/block")

    def asks_again(days: int) -> str:
        """After so many days, in which the listing is confirmed; what then waits at hers."""
        for part in (days // 2, days - days // 2):
            world.pass_time(part * 86_400)
            mira.back().open("/offerings").post(
                f"{mira.link('/offerings/[^/]+/preview').removesuffix('preview')}confirm"
            )
        world.settle()
        asks(asker.back(), f"After {days} days", find="awake")
        world.settle()
        return mira.back().open("/incoming").text

    for _ in range(3):
        assert "Nothing waits" in asks_again(100), "more than 180 days after the first request"
    assert "Nothing waits" not in asks_again(182)


def test_one_person_does_not_close_a_community(world: World, oak: Community, elm: Community) -> None:
    holder = signed_in(elm, "Mira")
    for number in range(rules.OPEN_OF_ONE_HERE + 1):
        publishes(holder, title=f"Number{number} of many")
    world.settle()
    asker = signed_in(oak, "Asker")
    asks(asker, "Hello", find="Number0")
    again = asks(asker, "Hello again", find="Number0")
    world.settle()
    assert "There is no room right now." in asker.open(again).text
    requests = [asks(asker, "Hello", find=f"Number{number}") for number in range(1, rules.OPEN_OF_ONE_HERE + 1)]
    world.settle()
    assert "There is no room right now." in asker.open(requests[-1]).text
    assert "There is no room right now." not in asker.open(requests[-2]).text
    asks(signed_in(oak, "Other"), "Me too", find="Number0")
    world.settle()
    assert "Me too" in holder.open("/incoming").text


def test_guests_do_not_close_a_community(world: World, oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    publishes(mira)
    asks(Browser(oak), "The first guest")
    world.settle()
    second = Browser(oak)
    request = asks(second, "The second guest")
    world.settle()
    assert "There is no room right now." in second.open(request).text
    asks(signed_in(oak, "Asker"), "A member")
    world.settle()
    assert "A member" in mira.open("/incoming").text
    assert "The second guest" not in mira.text


def test_somebody_here_asks_the_same_listing_three_times_and_no_more(world: World, oak: Community) -> None:
    publishes(signed_in(oak, "Mira"))
    asker = signed_in(oak, "Asker")
    for _ in range(rules.ASKED_THE_SAME):
        request = asks(asker, "Hello")
        asker.open(request).post(f"{request}/withdraw")
        world.settle()
    asker.open("/search").post("/search", words="")
    listing = asker.link('/listings/[^"]+')
    assert "You have asked many times these weeks." in asker.open(listing).text
    assert asker.open(f"{listing}/ask").status == 404


# What somebody looks for.

NEED = {
    "type": "practical",
    "title": "A lift to the hospital",
    "text": "On Friday at nine.",
    "lang": "en",
    "place_label": "Berlin",
    "audience": "here",
}
PROMISES = {"call_all": "only_if_you_ask", "mandated_reporter": "no", "kept_days": "0", "given_by": "the_holder"}


def posts(browser: Browser, **changes: str) -> str:
    """Say what one looks for; returns the seven words of somebody without an account."""
    browser.open("/needs/new").post("/needs/new", **(NEED | changes))
    words = ""
    if "Seven words" in browser.body:
        after = browser.body[browser.body.index("Seven words") :]
        words = " ".join(re.findall(r"<li[^>]*>\s*(?:<[^>]+>)*\s*(\w+)", after)[:7])
    fields = NEED | changes | {"pending": browser.hidden("pending"), "kept": "yes", "listed": "yes"}
    browser.post("/needs/post", **fields)
    return words


def test_a_need_of_somebody_without_an_account_is_answered_promises_first_and_ends(
    world: World, oak: Community
) -> None:
    guest = Browser(oak)
    words = posts(guest)
    assert "said=need_posted" in guest.path, guest.text
    helper = signed_in(oak, "Helper")
    assert "A lift to the hospital" not in Browser(oak).open("/search").post("/search", words="lift").text
    helper.open("/search").post("/search", words="lift")
    ask_url = helper.link('/listings/[^"]+') + "/ask"
    helper.open(ask_url)
    assert 'name="contact"' not in helper.body
    helper.post(ask_url, words="I have a car", days="7", contact="+49 30 1")
    assert helper.status == 422  # what they promise comes first
    helper.post(ask_url, words="I have a car", days="7", contact="+49 30 1", **PROMISES)
    assert "They will not call anyone unless you ask." in helper.text
    assert "+49 30 1" not in helper.text
    promises = helper.hidden("promises")
    helper.post(f"{ask_url}/send", words="I have a car", days="7", promises=promises, agree="yes", **PROMISES)
    assert "said=sent" in helper.path, helper.text
    request = helper.path.partition("?")[0]
    world.settle()

    later = Browser(oak)
    later.open("/sign-in").post("/sign-in", words=words)
    assert "1 person could help" in re.sub(r"\s+", " ", later.open("/needs").text)
    page = request_page(later).path
    assert later.text.index("They will not call anyone unless you ask.") < later.text.index("I have a car")
    later.post(f"{page}/accept", text="Yes please. I am at the old mill.")
    assert "said=accepted" in later.path, later.text
    world.settle()
    assert "I am at the old mill." in helper.open(request).text

    # After seven days nobody reads it any more; what was answered goes on, and then it is gone.
    world.pass_time(8 * 86_400)
    later.open("/sign-in").post("/sign-in", words=words)
    helper.open("/sign-in").post("/sign-in", words=helper.words)
    assert "A lift to the hospital" not in helper.open("/search").post("/search", words="lift").text
    world.pass_time(86_400)
    assert [row.state for row in oak.rows("listing")] == ["withdrawn"]
    assert "hospital" not in oak.rows("listing")[0].content


def test_a_need_that_was_answered_stays_open_to_its_two_people_past_its_seven_days(
    world: World, oak: Community
) -> None:
    author = signed_in(oak, "Author")
    posts(author)
    helper = signed_in(oak, "Helper")
    helper.open("/search").post("/search", words="lift")
    ask_url = helper.link('/listings/[^"]+') + "/ask"
    helper.open(ask_url).post(ask_url, words="I have a car", days="14", **PROMISES)
    promises = helper.hidden("promises")
    helper.post(f"{ask_url}/send", words="I have a car", days="14", promises=promises, agree="yes", **PROMISES)
    world.settle()
    page = request_page(author).path
    author.post(f"{page}/accept", text="Yes")
    world.settle()
    world.pass_time(9 * 86_400)
    author.open("/sign-in").post("/sign-in", words=author.words)
    author.open(page).post(f"{page}/message", text="Still there?")
    assert "said=message_sent" in author.path, author.text
    assert [row.state for row in oak.rows("listing")] == ["published"]
    world.pass_time(8 * 86_400)
    assert [row.state for row in oak.rows("listing")] == ["withdrawn"]


def test_a_need_stays_here_unless_it_is_widened_and_never_says_where_exactly(
    world: World, oak: Community, elm: Community
) -> None:
    posts(Browser(oak), visibility="public")
    posts(Browser(oak), title="Somebody to walk with", audience="federated")
    posts(Browser(oak), title="For everybody", audience="anyone")
    world.settle()
    there = signed_in(elm, "There")
    assert "Somebody to walk with" in there.open("/search").post("/search", words="").text
    assert "A lift" not in there.text
    assert "For everybody" not in there.text
    assert {json.loads(row.content)["place"]["visibility"] for row in oak.rows("listing")} == {"area"}
    assert {json.loads(row.content)["audience"] for row in oak.rows("listing")} == {"here", "federated"}


def test_needs_without_an_account_do_not_bury_a_community(oak: Community, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "NEEDS_WITHOUT_ACCOUNT", 2)
    first = Browser(oak)
    posts(first)
    posts(first, title="Another of the same")
    assert first.status == 422  # one at a time for one person
    posts(Browser(oak))
    third = Browser(oak)
    posts(third)
    assert "there are as many as can be now" in third.text
    assert len(oak.rows("listing")) == 2
    assert len(oak.rows("member")) == 2  # who could not post left nothing
    member = signed_in(oak, "Member")
    posts(member)
    assert "said=need_posted" in member.path


def test_somebody_without_an_account_keeps_what_they_look_for_and_makes_no_offer_of_it(oak: Community) -> None:
    guest = Browser(oak)
    posts(guest)
    listing = oak.rows("listing")[0].id
    assert guest.post(f"/needs/{listing}/still").path.endswith("said=confirmed")
    for path in ("/offerings", "/offerings/new", f"/offerings/{listing}/edit"):
        assert guest.open(path).status == 403
    assert Browser(oak).post(f"/needs/{listing}/end").path == "/sign-in"
    other = signed_in(oak, "Other")
    assert other.open("/needs").post(f"/needs/{listing}/end").status == 404
    guest.open("/needs").post(f"/needs/{listing}/end")
    assert oak.rows("listing")[0].state == "withdrawn"


def test_what_was_written_as_a_need_stays_one(oak: Community) -> None:
    author = signed_in(oak, "Author")
    posts(author)
    listing = oak.rows("listing")[0].id
    author.open(f"/offerings/{listing}/edit").post(f"/offerings/{listing}/edit", **OFFER)
    assert json.loads(oak.rows("listing")[0].content)["direction"] == "need"


# Circles.

CIRCLE = {
    "type": "circle",
    "title": "Grief, and tea; on Tuesdays",
    "seats": "1",
    "circle_agreements": "What is said here stays here.",
    "zone": "Europe/Berlin",
    "meeting_first": "2027-03-23",
    "meeting_at": "19:00",
    "meeting_minutes": "90",
    "meeting_repeats": "weekly",
    "visibility": "on_acceptance",
    "place_label": "The blue door, Sonnenallee 7",
    "by": "Mira Unmistakable",
}


def joins(browser: Browser, words: str) -> str:
    """Ask to come, and keep to what the circle agreed; returns the address of the request."""
    browser.open("/search").post("/search", words="Grief")
    ask_url = browser.link('/listings/[^"]+') + "/ask"
    browser.open(ask_url).post(ask_url, words=words, days="7")
    fields = {"words": words, "days": "7", "promises": browser.hidden("promises"), "agree": "yes", "kept": "yes"}
    accepts = re.search(r'name="accepts" value="([^"]+)"', browser.body)
    assert accepts
    assert browser.post(f"{ask_url}/send", pending=browser.hidden("pending"), **fields).status == 422
    assert browser.post(f"{ask_url}/send", pending=browser.hidden("pending"), accepts="x" * 22, **fields).status == 422
    browser.post(f"{ask_url}/send", pending=browser.hidden("pending"), accepts=accepts[1], **fields)
    assert "said=sent" in browser.path, browser.text
    return browser.path.partition("?")[0]


def test_a_circle_has_agreements_seats_a_line_and_a_way_to_join_that_only_those_accepted_read(
    world: World, oak: Community, elm: Community
) -> None:
    mira = signed_in(elm, "Mira")
    publishes(mira, **CIRCLE)
    mira.open("/offerings")
    joining = mira.link('/offerings/[^"]+/joining')
    mira.open(joining).post(joining, joining="https://meet.example/secret-room")
    assert "said=joining_kept" in mira.path
    assert b"secret-room" not in elm.rows("joining")[0].sealed
    world.settle()
    first, second = signed_in(oak, "First"), signed_in(oak, "Second")
    asked = joins(first, "May I come?")
    assert "What is said here stays here." in first.open(first.link('/listings/[^"]+')).text
    assert "secret-room" not in first.text
    waits = joins(second, "Me too?")
    world.settle()
    page = next(path for path in every_request(mira) if "May I come?" in mira.open(path).text)
    other = next(path for path in every_request(mira) if "Me too?" in mira.open(path).text)
    assert "secret-room" in mira.text
    mira.open(page).post(f"{page}/accept", text="Welcome")
    mira.open(other).post(f"{other}/waitlist", text="When a seat is free")
    world.settle()
    assert "https://meet.example/secret-room" in first.open(asked).text
    assert "secret-room" not in second.open(waits).text
    text = re.sub(r"\s+", " ", mira.open("/offerings").text)
    assert "1 of 1 seat taken. Next on the waiting list:" in text
    first.open(asked).post(f"{asked}/close")
    world.settle()
    text = re.sub(r"\s+", " ", mira.open("/offerings").text)
    assert "0 of 1 seat taken. A seat is free. Next on the waiting list:" in text
    assert mira.link('/incoming/[^"/]+/[^"]+') == other
    for row in elm.rows("own_record") + oak.rows("entry"):
        assert b"secret-room" not in bytes(row.line or b"")


def test_the_way_to_join_is_read_by_who_comes_to_keep_it_only_once_somebody_sealed_it_anew(
    world: World, oak: Community
) -> None:
    mira, jo = signed_in(oak, "Mira"), signed_in(oak, "Jo")
    publishes(mira, **CIRCLE)
    joining = mira.open("/offerings").link('/offerings/[^"]+/joining')
    mira.open(joining).post(joining, joining="The room behind the bakery")
    code = re.search(r'<code class="code">([^<]+)', mira.post(joining.replace("joining", "people")).body)
    assert code
    jo.open("/offerings").post("/offerings/together", code=code[1], name="Jo")
    assert "behind the bakery" not in jo.open(joining).text
    assert "you cannot open" in jo.text
    joins(signed_in(oak, "Asker"), "May I come?")
    world.settle()
    page = request_page(mira).path
    mira.post(f"{page}/accept", text="Welcome")
    assert "behind the bakery" in jo.open(joining).text
    mira.open("/offerings").post(joining.replace("joining", "withdraw"))
    assert oak.rows("joining") == []


def test_the_calendar_of_a_circle_names_nobody_and_keeps_its_hour_when_the_clocks_change(oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    publishes(mira, **CIRCLE)
    listing = mira.open("/search").post("/search", words="Grief").link('/listings/[^"]+')
    feed = Browser(oak).open(f"{listing}/calendar.ics").body
    lines = feed.replace("\r\n ", "").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    # Berlin's clocks go forward on 28 March 2027: seven stays seven there.
    starts = [line for line in lines if line.startswith("DTSTART")]
    assert starts[:2] == ["DTSTART:20270323T180000Z", "DTSTART:20270330T170000Z"]
    assert "SUMMARY:Grief\\, and tea\\; on Tuesdays" in lines
    for word in ("ATTENDEE", "ORGANIZER", "CONTACT", "URL", "LOCATION", "Unmistakable", "Sonnenallee", "secret"):
        assert word not in feed
    assert len({line for line in lines if line.startswith("UID")}) == len(starts)


def test_what_meets_at_no_set_times_or_is_not_for_everybody_has_no_calendar(oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    publishes(mira)
    listing = mira.open("/search").post("/search", words="").link('/listings/[^"]+')
    assert Browser(oak).open(f"{listing}/calendar.ics").status == 404
    publishes(mira, **(CIRCLE | {"audience": "here"}))
    circle = mira.open("/search").post("/search", words="Grief").link('/listings/[^"]+')
    assert Browser(oak).open(f"{circle}/calendar.ics").status == 404
    assert mira.open(f"{circle}/calendar.ics").status == 200


def test_who_must_call_by_law_cannot_say_that_no_law_binds_them(oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    each = {f"call_{who}": "never" for who in CALLED} | {"call_all": "each", "call_child_services": "must_by_law"}
    mira.open("/offerings/new?direction=offer&type=listening")
    assert mira.post("/offerings/new", **(OFFER | each)).status == 422
    assert "a law makes you call somebody" in mira.text
    mira.post("/offerings/new", **(OFFER | each | {"mandated_reporter": "yes"}))
    assert mira.path.endswith("/preview"), mira.text

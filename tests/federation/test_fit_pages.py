"""Asking first whether it fits, through the pages alone and without scripts: a guest, then a second yes (mission.md, 9)."""

import re

from alongside_node import schema
from alongside_protocol import limits
from visitors import Browser, publishes, signed_in
from world import Community, World


def looks(community: Community) -> Browser:
    guest = Browser(community)
    guest.open("/search").post("/search", words="")
    return guest


def ticks(browser: Browser, *numbers: str) -> Browser:
    found = re.search(r'action="(/search/[^"]+/chosen)"', browser.body)
    assert found
    return browser.post(found[1], pick=list(numbers), page="0")


def chosen(browser: Browser) -> list[str]:
    return re.findall(r'name="chosen" value="([^"]+)"', browser.body)


def test_a_guest_asks_two_without_a_name_reads_the_answers_and_asks_one(
    world: World, oak: Community, elm: Community
) -> None:
    mira = signed_in(elm, "Mira")
    publishes(mira, topics="grief")
    publishes(mira, title="A walk by the river", modality="in_person")
    world.settle()
    mira.open("/offerings")
    [first] = [
        path
        for path in re.findall(r'action="(/offerings/[^"]+/fit)"', mira.body)
        if "A walk" not in mira.body[: mira.body.index(path)].rpartition("<article")[2]
    ]
    mira.post(first, says="room")
    assert "It counts for a week" in mira.text

    guest = looks(oak)
    ticks(guest, "0", "1")
    assert guest.status == 200, guest.text
    assert len(chosen(guest)) == 2
    both = chosen(guest)
    assert "Only your ticks leave" in guest.text
    assert not re.search(r"<(textarea|input[^>]+type=\"text\")", guest.body), "there is nothing to write"
    pending = guest.hidden("pending")
    guest.post("/fit/send", chosen=both, pending=pending, this_week="yes", modality="phone")
    assert guest.status == 422
    assert len(chosen(guest)) == 2
    guest.post("/fit/send", chosen=both, pending=pending, this_week="yes", modality="phone", kept="yes")
    assert guest.path.startswith("/questions?said=question_sent"), guest.text
    assert guest.text.count("No answer yet") == 2
    world.settle()
    world.pass_time(limits.FIT_LATEST + 1)

    assert guest.open("/questions").path == "/sign-in", (
        "the session is over by now, and only the words open the answers"
    )


def test_the_seven_words_open_the_answers_and_ask_the_second_time(world: World, oak: Community, elm: Community) -> None:
    mira = signed_in(elm, "Mira")
    publishes(mira)
    world.settle()
    guest = looks(oak)
    guest.open(guest.link('/listings/[^"]+'))
    guest.post("/fit", chosen=chosen(guest))
    words = re.findall(r"<li[^>]*>\s*(?:<[^>]+>)*\s*(\w+)", guest.body[guest.body.index("Seven words") :])[:7]
    guest.post("/fit/send", chosen=chosen(guest), pending=guest.hidden("pending"), kept="yes")
    world.settle()
    world.pass_time(limits.FIT_LATEST + 1)
    again = Browser(oak)
    again.open("/sign-in").post("/sign-in", words=" ".join(words))
    again.open("/questions")
    assert "They have room" in again.text
    ask_url = again.link('/listings/[^"]+/ask')
    again.open(ask_url).post(ask_url, words="I cannot sleep", days="7")
    again.post(f"{ask_url}/send", words="I cannot sleep", days="7", promises=again.hidden("promises"), agree="yes")
    assert "said=sent" in again.path, again.text
    again.open("/questions").post(re.findall(r'action="(/questions/[^"]+/delete)"', again.body)[0])
    assert "The question is deleted here" in again.text
    assert oak.rows("fit_asked") == []


def test_two_days_later_nothing_of_a_question_is_left_of_somebody_who_only_looked(
    world: World, oak: Community, elm: Community
) -> None:
    """Save a guest's row that joins to nothing, and goes with all guests of its four weeks (ADR 0015)."""
    publishes(signed_in(elm, "Mira"))
    world.settle()
    before = {
        name: len(oak.rows(name)) for name in schema.metadata.tables if name not in ("own_head", "member", "received")
    }
    guest = looks(oak)
    ticks(guest, "0")
    guest.post("/fit/send", chosen=chosen(guest), pending=guest.hidden("pending"), kept="yes")
    world.settle()
    world.pass_time(limits.FIT_LATEST + 1)
    world.pass_time(3 * limits.DAY)
    assert {name: len(oak.rows(name)) for name in before} == before
    [row] = oak.rows("member")
    assert row.last_day % 28 == 0


def test_ticks_that_are_none_too_many_or_of_an_old_search(world: World, oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    for number in range(6):
        publishes(mira, title=f"Number {number}")
    world.settle()
    guest = looks(oak)
    for numbers in ([], ["0", "1", "2", "3", "4", "5"], ["x", "99"]):
        ticks(guest, *numbers)
        assert "Please tick one to five of them first." in guest.text
    assert guest.post("/search/AAAAAAAAAAAAAAAAAAAAAA/chosen", pick="0", page="0").path.startswith("/search")


def test_only_what_can_be_ticked_leaves(world: World, oak: Community) -> None:
    publishes(signed_in(oak, "Mira"), topics="grief")
    world.settle()
    noor = signed_in(oak, "Noor")
    noor.open("/search").post("/search", words="")
    ticks(noor, "0")
    one = chosen(noor)
    noor.post("/fit/send", chosen=one, topics=["grief", "call_me_on_600123"], access="ana", languages=["en", "xx"])
    assert "question_sent" in noor.path, noor.text
    everything = ["mornings", "afternoons", "evenings", "nights", "weekends"]
    noor.post("/fit/send", chosen=one, times=everything, modality=["in_person", "phone", "video", "text", "letter"])
    assert "question_sent" in noor.path
    assert len(oak.rows("fit_asked")) == 2


def test_what_may_not_be_asked_is_said_and_not_asked(world: World, oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    publishes(mira)
    world.settle()
    mira.open("/search").post("/search", words="")
    ticks(mira, "0")
    assert "This is yours" in mira.text
    assert "Ask without my name" not in mira.text
    assert mira.post("/fit/send", chosen=chosen(mira) or ["a/b"]).status in (200, 404)
    assert mira.post("/fit", chosen=["a/b"]).status == 404
    assert oak.rows("fit_asked") == []

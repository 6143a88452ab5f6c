"""Where a stranger with a telephone stumbled: forms that say what was chosen, words that mean one thing, slips that cost little."""

import pytest

from visitors import Browser, Somebody, answers, asks, comes, publishes
from world import Community, World


@pytest.fixture
def mira(oak: Community) -> Somebody:
    found = comes(oak, "Mira")
    publishes(found)
    return found


def test_the_form_of_silence_says_what_is_chosen_and_promises_no_notice(oak: Community, mira: Somebody) -> None:
    guest = Somebody(oak)
    path = asks(guest, silence="tell", silence_days="3")
    guest.open(path)
    assert 'name="silence" value="tell" checked' in guest.body
    assert '<option value="3" selected' in guest.body
    assert "I see it here, and decide then" in guest.text
    assert "Tell me" not in guest.text
    assert "are told if you chose" not in guest.text
    guest.post(f"{path}/silence", silence="stop", silence_days="1")
    assert 'name="silence" value="stop" checked' in guest.body
    assert '<option value="1" selected' in guest.body


def test_a_slip_beside_it_keeps_what_is_chosen(oak: Community, mira: Somebody) -> None:
    guest = Somebody(oak)
    path = asks(guest, silence="stop", silence_days="5")
    assert guest.open(path).post(f"{path}/message").status == 422
    assert 'name="silence" value="stop" checked' in guest.body


def test_sent_is_not_said_once_more_after_an_answer(oak: Community, mira: Somebody) -> None:
    guest = Somebody(oak)
    path = asks(guest)
    assert 'role="status"' in guest.body
    oak.world.settle()
    answers(mira)
    oak.world.settle()
    guest.back().open(f"{path}?said=sent")
    assert 'role="status"' not in guest.body


def test_what_was_deleted_reads_deleted(world: World, oak: Community, mira: Somebody) -> None:
    guest = Somebody(oak)
    path = asks(guest)
    guest.open(path).post(f"{path}/delete")
    world.settle()
    guest.back().open(path)
    assert "Deleted here" in guest.text
    assert "You can also delete all of it" not in guest.text
    assert "1 of 1 confirmed" in guest.text
    assert "Deleted: 1 of 1 confirmed" in guest.open("/requests").text


def test_given_names_come_first_on_both_sides(oak: Community, mira: Somebody) -> None:
    guest = Somebody(oak)
    path = asks(guest, name="Nico")
    oak.world.settle()
    mira.back().open("/incoming").open(mira.link('/incoming/[^"]+'))
    assert "<h1><bdi>Nico</bdi></h1>" in mira.body
    oak.world.settle()
    answers(mira)
    oak.world.settle()
    assert "<strong><bdi>Mira</bdi></strong>" in guest.back().open(path).body


def test_how_to_join_is_named_as_that(oak: Community, mira: Somebody) -> None:
    mira.open("/offerings")
    url = mira.link('/offerings/[^"]+/joining')
    mira.open(url).post(url, joining="Ring at the green door")
    guest = Somebody(oak)
    path = asks(guest)
    oak.world.settle()
    answers(mira)
    oak.world.settle()
    said = " ".join(guest.back().open(path).text.split())
    assert "How to join: Ring at the green door" in said


@pytest.mark.parametrize("sign", ["\u2028", "\u202e", "\ufeff", "\x07"])
def test_signs_that_nobody_sees_stop_nobody_at_the_end(oak: Community, mira: Somebody, sign: str) -> None:
    guest = Somebody(oak)
    path = asks(guest, words=f"I cannot{sign} sleep", name=f"Ni{sign}co")
    assert guest.open(path).status == 200
    assert sign not in guest.text


def test_without_an_account_one_finds_the_way_to_say_what_one_looks_for(oak: Community) -> None:
    for page in ("/", "/needs"):
        assert Browser(oak).open(page).link("/needs/new")


def test_a_need_does_not_say_what_nobody_said(oak: Community) -> None:
    guest = Browser(oak).open("/needs/new")
    guest.post("/needs/new", type="practical", title="A lift", text="On Friday", lang="en", visibility="area")
    assert "A lift" in guest.text
    for unsaid in ("There is room", "Cost", "Ages"):
        assert unsaid not in guest.text


def test_too_few_words_are_counted_and_kept_before_anything_is_looked_up(oak: Community) -> None:
    guest = Browser(oak).open("/sign-in").post("/sign-in", words="one two three four five six")
    assert guest.status == 422
    assert "You wrote 6 words" in guest.text
    assert 'type="password" value="one two three four five six"' in guest.body


def test_words_can_be_seen_without_scripts_and_are_then_not_remembered(oak: Community, mira: Somebody) -> None:
    guest = Browser(oak).open("/sign-in").post("/sign-in", words=mira.words, show="yes")
    assert guest.status == 200
    assert f'value="{mira.words}"' in guest.body
    assert 'autocomplete="off"' in guest.body
    assert 'type="password"' not in guest.body
    assert 'type="password"' in guest.post("/sign-in", words=mira.words, show="no").body
    assert guest.post("/sign-in", words=mira.words).path == "/"

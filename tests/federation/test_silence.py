"""Nobody meets silence: what is read before sending, and what happens when nobody answers by the day that was set (experience.md)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from alongside_node.entrypoints import acts
from alongside_node.entrypoints.web.meanwhile import is_night
from alongside_node.identity import actions as identity
from alongside_node.notifications.actions import Kind
from alongside_protocol import limits
from alongside_protocol.hours import Hours
from alongside_protocol.listing import Contact
from alongside_protocol.place import Place
from directories import BERLIN
from mail_server import MailServer, mail_server
from visitors import Somebody, answers, asks, comes, publishes
from world import START, Community, World

TO = "seeker@example.org"
DAY = limits.DAY
ALWAYS = {f"opens_{day}": "00:00" for day in ("mo", "tu", "we", "th", "fr", "sa", "su")} | {
    f"closes_{day}": "23:59" for day in ("mo", "tu", "we", "th", "fr", "sa", "su")
}


@pytest.fixture
def post() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


@pytest.fixture
def oak(world: World, post: MailServer) -> Community:
    settings = {"mail_host": "127.0.0.1", "mail_port": post.port, "mail_tls": "none", "mail_from": "post@relay.example"}
    return world.community("Oak", settings=settings)


def pass_days(world: World, oak: Community, days: int) -> None:
    for _ in range(days):
        world.pass_time(DAY)
    world.pass_time(limits.HOUR)
    while world.run(oak.node.notices[Kind.EMAIL].send_due()):
        pass


def state(community: Community, table: str) -> Any:
    (found,) = community.rows(table)
    return found.state


def suggests(community: Community) -> None:
    profile = community.read(identity.standing_community).profile
    line = Contact(kind="phone", value="+49 30 555", note="Warmline of the river")
    world = community.world
    world.run(acts.save_profile(community.node.edge, profile.model_copy(update={"hard_night": (line,)})))


NIGHTS_FROM = 18
NIGHTS_UNTIL = 6
ROUND_THE_CLOCK = [(hour, hour >= NIGHTS_FROM or hour < NIGHTS_UNTIL) for hour in range(0, 24, 3)]


@pytest.mark.parametrize(("hour", "night"), ROUND_THE_CLOCK)
def test_it_is_night_by_the_clock_of_the_hours_else_by_the_sun_over_the_community(hour: int, night: bool) -> None:
    now = START // DAY * DAY + hour * 3_600
    hours = Hours.model_validate({"zone": "UTC", "weekly": []})
    place = Place.model_validate(BERLIN | {"point": {"latitude": 0, "longitude": 0}})
    far = Place.model_validate(BERLIN | {"point": {"latitude": 0, "longitude": 18_000_000}})
    assert is_night(now, hours, far) is is_night(now, None, place) is is_night(now + 43_200, None, far) is night
    assert is_night(now, None, None)


@pytest.mark.parametrize("night", [True, False])
def test_only_at_night_and_before_the_words_are_written_the_page_says_that_perhaps_nobody_reads(
    oak: Community, night: bool
) -> None:
    suggests(oak)
    name = oak.publishes(oak.person("Mira"), hours={"zone": "Asia/Tokyo" if night else "UTC", "weekly": []})
    guest = Somebody(oak).open(f"/listings/{oak.id}/{name}/ask")
    assert ("Maybe nobody reads this tonight" in guest.text) is ("+49 30 555" in guest.text) is night
    if night:
        assert guest.body.index("Maybe nobody reads this tonight") < guest.body.index("<textarea")


@pytest.mark.parametrize("where", ["here", "in another community"])
def test_before_sending_everything_is_said_in_words(world: World, oak: Community, elm: Community, where: str) -> None:
    home = oak if where == "here" else elm
    publishes(comes(home, "Mira"), waiting="4")
    publishes(comes(oak, "Nora"), title="Tea at any hour", zone="Europe/Berlin", **ALWAYS)
    suggests(oak)
    world.settle()
    guest = Somebody(oak)
    guest.open("/search").post("/search", words="awake")
    ask_url = guest.link('/listings/[^"]+') + "/ask"
    guest.open(ask_url)
    assert "Maybe nobody reads this tonight" in guest.text
    guest.post(ask_url, words="I cannot sleep", days="14", silence="stop", silence_days="3")
    said = " ".join(guest.text.split())
    for sentence in (
        "Nothing has been sent yet",
        "I cannot sleep",
        "Only these can read it Mira",
        "unless you say yes to them, by name",
        f"To the community {home.name}",
        "Usually that takes days",
        "Up to 4 people can wait there",
        "it is taken back by itself",
        "At the latest it ends by itself",
        "Maybe nobody reads this tonight",
        "These are open now: Tea at any hour",
        "Warmline of the river",
    ):
        assert sentence in said, sentence
    assert guest.link('/listings/[^"]+').count("/") == 3
    assert oak.rows("asked") == []


def test_the_same_is_found_again_on_the_page_of_the_request(world: World, oak: Community, elm: Community) -> None:
    publishes(comes(elm, "Mira"))
    suggests(oak)
    world.settle()
    guest = Somebody(oak)
    guest.open(asks(guest, silence="tell", silence_days="3"))
    for sentence in (
        "What left, and who can read it",
        "If nobody has answered at the end of that day",
        "Warmline of the river",
    ):
        assert sentence in guest.text, sentence


def test_told_on_the_day_that_was_set_and_it_waits_on(
    world: World, oak: Community, elm: Community, post: MailServer
) -> None:
    publishes(mira := comes(elm, "Mira"))
    mira.open("/offerings").post(f"/offerings/{elm.rows('listing')[0].id}/stops", days="0")
    world.settle()
    guest = Somebody(oak)
    request = asks(guest, silence="tell", silence_days="2", tell="email", tell_email=TO)
    world.settle()
    pass_days(world, oak, 2)
    assert post.messages == []
    pass_days(world, oak, 1)
    assert post.to() == [TO]
    assert state(oak, "asked") == state(elm, "incoming") == "offered"
    assert "The day you chose has passed without an answer" in guest.back().open(request).text
    pass_days(world, oak, 4)
    assert len(post.messages) == 1


def test_stopped_on_the_day_that_was_set_on_both_sides_and_said_so(
    world: World, oak: Community, elm: Community, post: MailServer
) -> None:
    publishes(comes(elm, "Mira"))
    world.settle()
    guest = Somebody(oak)
    request = asks(guest, silence="stop", silence_days="1", tell="email", tell_email=TO)
    world.settle()
    pass_days(world, oak, 2)
    assert state(oak, "asked") == state(elm, "incoming") == "withdrawn"
    assert post.to() == [TO]
    assert "it was taken back by itself" in guest.back().open(request).text


@pytest.mark.parametrize("how", ["accept", "waitlist", "decline"])
def test_who_was_answered_is_left_alone(world: World, oak: Community, elm: Community, how: str) -> None:
    publishes(mira := comes(elm, "Mira"))
    world.settle()
    asks(Somebody(oak), silence="stop", silence_days="1")
    world.settle()
    answers(mira, how)
    world.settle()
    before = state(oak, "asked")
    pass_days(world, oak, 3)
    assert state(oak, "asked") == before != "withdrawn"


def test_nothing_happens_where_nothing_was_set(world: World, oak: Community, elm: Community) -> None:
    publishes(comes(elm, "Mira"))
    world.settle()
    asks(Somebody(oak), silence="nothing", silence_days="1")
    world.settle()
    pass_days(world, oak, 5)
    assert (state(oak, "asked"), oak.rows("asked")[0].if_silent) == ("offered", None)


def test_it_can_be_set_otherwise_while_it_waits(world: World, oak: Community, elm: Community) -> None:
    publishes(comes(elm, "Mira"))
    world.settle()
    guest = Somebody(oak)
    request = asks(guest, silence="stop", silence_days="1")
    guest.open(request).post(f"{request}/silence", silence="tell", silence_days="5")
    assert "said=saved" in guest.path
    world.settle()
    pass_days(world, oak, 3)
    assert state(oak, "asked") == "offered"


def test_the_day_never_lies_behind_the_last_day_of_the_request(world: World, oak: Community) -> None:
    publishes(comes(oak, "Mira"))
    asks(Somebody(oak), days="3", silence="stop", silence_days="7")
    (row,) = oak.rows("asked")
    assert row.answer_by < row.until // DAY


@pytest.mark.parametrize(
    "sent", [{"silence": "shout", "silence_days": "1"}, {"silence": "stop", "silence_days": "99999"}]
)
def test_what_does_not_fit_is_said_and_nothing_is_lost(oak: Community, sent: dict[str, str]) -> None:
    publishes(comes(oak, "Mira"))
    guest = Somebody(oak)
    guest.open("/search").post("/search", words="night")
    ask_url = guest.link('/listings/[^"]+') + "/ask"
    guest.open(ask_url).post(ask_url, words="I cannot sleep", days="7", **sent)
    assert (guest.status, "I cannot sleep" in guest.text) == (422, True)


def test_nobody_else_sets_it(world: World, oak: Community) -> None:
    publishes(comes(oak, "Mira"))
    request = asks(Somebody(oak))
    other = comes(oak, "Other")
    assert other.open("/requests").post(f"{request}/silence", silence="stop", silence_days="1").status == 404


def test_those_who_are_asked_do_not_learn_of_it(world: World, oak: Community, elm: Community) -> None:
    publishes(mira := comes(elm, "Mira"))
    world.settle()
    asks(Somebody(oak), silence="stop", silence_days="5")
    world.settle()
    mira.back().open("/incoming").open(mira.link('/incoming/[^"]+'))
    assert not re.search("taken back by itself|day you chose", mira.text)

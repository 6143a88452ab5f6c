"""Being told that something waits: through the pages, a real mail server and a real command, between two communities (safety D.27, E.37)."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alongside_node.entrypoints.notice_sender import SentToday
from alongside_node.notifications.actions import Kind
from alongside_protocol import limits
from mail_server import MailServer, mail_server
from visitors import Somebody, answers, asks, comes, publishes
from world import START, Community, Randomness, World

TO = "canary.of.the.seeker@example.org"
NUMBER = "+49 30 5550000"
NEUTRAL = (
    "There is something new for you. Look when it suits you, where nobody watches. No answer to this message is read."
)


@pytest.fixture
def post() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Where the command writes what it was given."""
    return tmp_path / "told"


@pytest.fixture
def ways(post: MailServer, tmp_path: Path, told: Path) -> dict[str, Any]:
    (tmp_path / "command.py").write_text(f"import sys\nopen({str(told)!r}, 'a').write(sys.stdin.read())\n")
    return {
        "mail_host": "127.0.0.1",
        "mail_port": post.port,
        "mail_tls": "none",
        "mail_from": "post@relay.example",
        "notice_command": (sys.executable, "-I", str(tmp_path / "command.py")),
        "notice_command_name": "Text message",
        "notice_command_seen_by": "The phone company",
    }


@pytest.fixture
def oak(world: World, ways: dict[str, Any]) -> Community:
    return world.community("Oak", settings=ways)


@pytest.fixture
def elm(world: World, oak: Community, ways: dict[str, Any]) -> Community:
    found = world.community("Elm", settings=ways)
    world.federate(oak, found)
    return found


def tell(world: World, hours: float = 1) -> None:
    """Time passes, and whoever is to be told is told."""
    world.pass_time(int(hours * limits.HOUR))
    for community in world.communities:
        for sender in community.node.notices.values():
            while world.run(sender.send_due()):
                pass


def test_both_sides_are_told_in_their_way_and_learn_nothing_but_that_something_is_new(
    world: World, oak: Community, elm: Community, post: MailServer, told: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    mira = comes(elm, "Mira")
    publishes(mira)
    mira.open("/account").post("/account/telling", tell="command", tell_command=NUMBER)
    assert "said=told_so" in mira.path, mira.text
    world.settle()
    guest = Somebody(oak)
    request = asks(guest, tell="email", tell_email=TO)
    world.settle()
    tell(world)
    assert told.read_text() == f"{NUMBER}\n{NEUTRAL}\n"
    assert post.messages == []
    answers(mira)
    world.settle()
    tell(world)
    assert post.to() == [TO]
    (message,) = post.messages
    assert (message["Subject"], message.get_content().strip()) == ("Something new", NEUTRAL)
    for secret in (
        "Oak",
        "Elm",
        "Mira",
        "night",
        "request",
        "support",
        "localhost",
        "http",
        request.rpartition("/")[2],
    ):
        assert secret.casefold() not in message.as_string().casefold()
    logged = "".join(capfd.readouterr())
    assert TO not in logged
    assert NUMBER not in logged
    tell(world, 24 * 10)
    assert len(post.messages) == 1  # no reminder was wanted
    guest.back().open(request).post(f"{request}/delete")
    assert oak.rows("channel") == []


def test_what_is_kept_of_a_request_names_no_member_and_of_a_member_no_request(
    world: World, oak: Community, elm: Community
) -> None:
    mira = comes(elm, "Mira")
    publishes(mira)
    world.settle()
    asker = comes(oak, "Asker")
    asks(asker, tell="email", tell_email=TO)
    asker.open("/account").post("/account/telling", tell="email", tell_email=TO)
    of_request, of_member = sorted(oak.rows("channel"), key=lambda row: row.member is not None)
    assert (of_request.member, of_member.mailbox) == (None, None)
    assert of_request.sealed != of_member.sealed
    assert TO.encode() not in of_request.sealed + of_member.sealed


def test_who_looks_is_not_told_and_is_told_of_what_comes_next(
    world: World, oak: Community, elm: Community, post: MailServer
) -> None:
    mira = comes(elm, "Mira")
    publishes(mira)
    mira.open("/account").post("/account/telling", tell="email", tell_email="mira@example.org")
    world.settle()
    asks(Somebody(oak))
    world.settle()
    mira.open("/incoming")
    tell(world)
    assert post.messages == []
    asks(comes(oak, "Asker"))
    world.settle()
    tell(world)
    assert post.to() == ["mira@example.org"]


def test_one_reminder_and_then_silence_however_much_comes(
    world: World, oak: Community, elm: Community, post: MailServer
) -> None:
    mira = comes(elm, "Mira")
    publishes(mira, waiting="9", guests="9")
    mira.open("/account").post("/account/telling", tell="email", tell_email="mira@example.org", remind="yes")
    world.settle()
    for _ in range(6):
        asks(Somebody(oak))
        world.settle()
        tell(world, 11)
    assert post.to() == ["mira@example.org"] * 2


def test_nobody_is_told_in_their_quiet_hours(world: World, oak: Community, elm: Community, post: MailServer) -> None:
    mira = comes(elm, "Mira")
    publishes(mira)
    begins = START % limits.DAY // limits.HOUR
    hours = {"quiet_from": f"{begins}:00", "quiet_to": f"{(begins + 6) % 24}:00", "quiet_zone": "Reykjavik"}
    mira.open("/account").post("/account/telling", tell="email", tell_email="mira@example.org", **hours)
    assert "said=told_so" in mira.path, mira.text
    world.settle()
    asks(Somebody(oak))
    world.settle()
    tell(world)
    assert post.messages == []
    tell(world, 6)
    assert len(post.messages) == 1


def test_a_way_that_fails_stops_no_other(
    world: World, oak: Community, elm: Community, post: MailServer, told: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    post.refuse = f"451 not now, {TO}"
    mira, nora = comes(elm, "Mira"), comes(elm, "Nora")
    publishes(mira)
    mira.open("/account").post("/account/telling", tell="email", tell_email=TO)
    nora.open("/account").post("/account/telling", tell="command", tell_command=NUMBER)
    mira.open("/offerings").post(f"/offerings/{elm.rows('listing')[0].id}/people")
    code = mira.body.partition('class="code"')[2] or mira.body
    nora.open("/offerings").post("/offerings/together", code=_code(code), name="Nora")
    assert "said=kept_together" in nora.path, nora.text
    world.settle()
    asks(Somebody(oak))
    world.settle()
    tell(world)
    assert NUMBER in told.read_text()
    assert post.messages == []
    assert TO not in "".join(capfd.readouterr())
    post.refuse = ""
    tell(world)
    assert post.to() == [TO]


def _code(page: str) -> str:
    found = re.search(r">\s*([\w-]{22})\s*<", page)
    assert found, page
    return found[1]


def test_a_box_that_is_not_there_is_said_where_it_was_chosen(
    world: World, oak: Community, elm: Community, post: MailServer
) -> None:
    post.refuse = "550 nobody"
    publishes(mira := comes(elm, "Mira"))
    world.settle()
    guest = Somebody(oak)
    request = asks(guest, tell="email", tell_email=TO)
    world.settle()
    answers(mira)
    world.settle()
    tell(world)
    assert "could not be brought to you" in guest.back().open(request).text
    post.refuse = ""
    guest.post(f"{request}/telling", tell="nothing")
    assert "said=told_not" in guest.path
    assert oak.rows("channel") == []


def test_what_is_due_is_told_after_a_restart(world: World, oak: Community, elm: Community, post: MailServer) -> None:
    publishes(mira := comes(elm, "Mira"))
    world.settle()
    asks(Somebody(oak), tell="email", tell_email=TO)
    world.settle()
    answers(mira)
    world.settle()
    oak.stop()
    oak.start()
    tell(world)
    assert post.to() == [TO]


# Nobody can have somebody else's box filled.


def test_a_stranger_cannot_make_the_node_send_a_message(
    world: World, oak: Community, elm: Community, post: MailServer
) -> None:
    publishes(comes(elm, "Mira"), waiting="1", guests="1")
    world.settle()
    for number in range(6):
        guest = Somebody(oak)
        asks(guest, tell="email", tell_email=f"victim{number}@example.org")
        world.settle()
        tell(world, 12)
    assert {row.state for row in oak.rows("asked")} == {"offered", "declined"}  # there was room for one guest
    assert post.messages == []


def test_one_address_is_sent_only_so_much_a_day_whoever_gave_it(
    world: World, oak: Community, elm: Community, post: MailServer
) -> None:
    mira = comes(elm, "Mira")
    publishes(mira, waiting="9", guests="9")
    world.settle()
    for number in range(7):
        asks(Somebody(oak), tell="email", tell_email=TO.upper() if number % 2 else TO)
        world.settle()
    for _ in range(7):
        answers(mira, "decline")
        world.settle()
    tell(world)
    assert len(post.messages) == 4
    tell(world, 24)
    assert len(post.messages) == 7


def test_people_without_an_account_are_sent_only_so_much_a_day_all_together() -> None:
    today = SentToday(Randomness("today"))
    taken = [today.take(f"{number}@example.org", guest=True, now=START) for number in range(60)]
    assert taken.count(True) == 50
    assert today.take("member@example.org", guest=False, now=START)
    assert today.take("0@example.org", guest=True, now=START + limits.DAY)


def test_who_was_sent_what_today_cannot_be_read_from_memory() -> None:
    today = SentToday(Randomness("today"))
    today.take(TO, guest=False, now=START)
    assert TO not in repr(vars(today))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"tell": "email", "tell_email": "a@example.org, b@example.org"}, "one e-mail address"),
        ({"tell": "email", "tell_email": "a@example.org\nBcc: b@example.org"}, "one e-mail address"),
        ({"tell": "command", "tell_command": "--delete"}, "phone number"),
        ({"tell": "pigeon"}, "choose one"),
        (
            {"tell": "email", "tell_email": TO, "quiet_from": "9pm", "quiet_to": "8:00", "quiet_zone": "Oslo"},
            "like 18:30",
        ),
        (
            {"tell": "email", "tell_email": TO, "quiet_from": "21:00", "quiet_to": "8:00", "quiet_zone": "Mars"},
            "time zone",
        ),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_written_is_lost(oak: Community, sent: dict[str, str], said: str) -> None:
    publishes(comes(oak, "Mira"))
    guest = Somebody(oak)
    guest.open("/search").post("/search", words="night")
    ask_url = guest.link('/listings/[^"]+') + "/ask"
    guest.open(ask_url).post(ask_url, words="I cannot sleep", days="7", **sent)
    assert guest.status == 422
    assert said in guest.text
    assert "I cannot sleep" in guest.text


def test_where_the_host_has_set_up_no_way_none_can_be_chosen_and_no_key_is_made(world: World) -> None:
    ash = world.community("Ash")
    mira = comes(ash, "Mira")
    mira.open("/account")
    assert "has set up no messages" in mira.text
    mira.post("/account/telling", tell="email", tell_email=TO)
    assert (mira.status, ash.rows("channel"), ash.node.notices) == (422, [], {})
    assert not list(ash.settings.data_dir.glob("notifications*"))


def test_where_somebody_is_told_is_never_shown_again(oak: Community) -> None:
    mira = comes(oak, "Mira")
    mira.open("/account").post("/account/telling", tell="email", tell_email=TO)
    assert "You are told by e-mail" in mira.open("/account").text
    assert TO not in mira.body


def test_the_ways_are_the_hosts(oak: Community) -> None:
    assert set(oak.node.notices) == set(Kind)

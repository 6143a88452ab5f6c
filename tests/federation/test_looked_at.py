"""What nobody looks at takes no requests, here and in every other community, and nobody is shown as late (experience.md)."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from alongside_node import schema
from alongside_node.directory import searching
from alongside_node.directory.searching import Query, Viewer
from alongside_node.entrypoints import acts
from alongside_node.listings.actions import Move
from alongside_node.notifications.actions import Kind
from alongside_protocol import limits
from alongside_protocol.listing import Listing, RoomState
from mail_server import mail_server
from visitors import Somebody, answers, asks, comes, publishes
from world import START, Community, World, offer

DAY = limits.DAY


def found_from(community: Community) -> dict[str, Listing]:
    viewer = Viewer(community.id, member=True)
    page = community.read(searching.search, Query(words=""), viewer, now=community.world.clock.now(), limit=10)
    return {found.id: found.listing for found in page.results}


def seen_from(community: Community) -> Listing:
    (found,) = found_from(community).values()
    return found


def row(community: Community) -> Any:
    (found,) = community.rows("listing")
    return found


def test_after_three_days_unlooked_at_nobody_can_ask_anywhere_and_looking_opens_it_again(
    world: World, oak: Community, elm: Community
) -> None:
    mira = comes(elm, "Mira")
    publishes(mira)
    world.settle()
    before = seen_from(oak)
    world.pass_time(3 * DAY)
    assert seen_from(oak).room.state is RoomState.OPEN
    world.pass_time(DAY)
    resting = seen_from(oak)
    assert resting.room.state is RoomState.RESTING
    assert row(elm).state == "unseen"
    guest = Somebody(oak)
    guest.open("/search").post("/search", words="night")
    guest.open(guest.link('/listings/[^"]+'))
    assert "They are taking a rest" in guest.text
    assert guest.open(f"{guest.path}/ask").status == 404
    mira.back().open("/incoming")
    assert "open again" in mira.text
    world.settle()
    after = seen_from(oak)
    assert after.room.state is RoomState.OPEN
    # Looking is not confirming: nothing is made to look fresher than it is.
    for later in (resting, after):
        assert (later.confirmed, later.valid_until) == (before.confirmed, before.valid_until)


def test_others_cannot_tell_not_looking_from_resting(world: World, oak: Community) -> None:
    mira, nora = oak.person("Mira"), oak.person("Nora")
    lines = []
    for person in (mira, nora):
        oak.publishes(person)
    world.settle()
    (stopped, rested) = (found.id for found in oak.rows("listing"))
    world.pass_time(3 * DAY)
    keeper = next(one for one in oak.rows("listing_holder") if one.listing == rested)
    person = mira if keeper.member == mira.member.id else nora
    world.run(acts.change(oak.node.edge, person.member, rested, Move.REST))
    world.pass_time(DAY)
    shown = found_from(oak)
    lines = [shown[listing].room.model_dump() for listing in (stopped, rested)]
    assert lines[0] == lines[1]
    assert {found.state for found in oak.rows("listing")} == {"unseen", "resting"}


def test_looking_does_not_end_a_rest_that_somebody_took(world: World, oak: Community) -> None:
    mira = comes(oak, "Mira")
    publishes(mira)
    mira.post(f"/offerings/{row(oak).id}/rest")
    world.pass_time(9 * DAY)
    mira.back().open("/offerings").open("/incoming")
    assert row(oak).state == "resting"


@pytest.mark.parametrize(("days", "state_then"), [("1", "unseen"), ("7", "published"), ("0", "published")])
def test_its_people_choose_when(world: World, oak: Community, days: str, state_then: str) -> None:
    mira = comes(oak, "Mira")
    publishes(mira)
    mira.open("/offerings").post(f"/offerings/{row(oak).id}/stops", days=days)
    assert "said=saved" in mira.path
    world.pass_time(4 * DAY)
    assert row(oak).state == state_then
    world.pass_time(30 * DAY)
    assert row(oak).state == ("published" if days == "0" else "unseen")


def test_only_a_day_is_kept_and_none_where_it_never_stops(world: World, oak: Community) -> None:
    mira = comes(oak, "Mira")
    publishes(mira)
    assert row(oak).open_until == START // DAY + 3
    mira.open("/offerings").post(f"/offerings/{row(oak).id}/stops", days="0")
    mira.open("/offerings").open("/incoming")
    assert row(oak).open_until is None


def test_looking_twice_in_a_day_writes_once(world: World, oak: Community) -> None:
    mira = oak.person("Mira")
    oak.publishes(mira)
    world.clock.at += DAY
    assert world.run(acts.keeper_looked(oak.node.edge, mira.member)) == 0
    assert row(oak).open_until == world.clock.now() // DAY + 3
    written: list[int] = []
    oak.node.edge._wake = lambda: written.append(1)  # type: ignore[method-assign]
    world.run(acts.keeper_looked(oak.node.edge, mira.member))
    assert written == []


def test_nobody_else_chooses_for_them_and_no_other_number_is_taken(world: World, oak: Community) -> None:
    mira, nora = comes(oak, "Mira"), comes(oak, "Nora")
    publishes(mira)
    nora.open("/offerings").post(f"/offerings/{row(oak).id}/stops", days="0")
    assert nora.status == 404
    mira.open("/offerings").post(f"/offerings/{row(oak).id}/stops", days="9999999999999999999999")
    assert row(oak).stops_after is None


def test_who_waits_reads_it_and_can_go_on_waiting(world: World, oak: Community, elm: Community) -> None:
    publishes(comes(elm, "Mira"))
    world.settle()
    guest = Somebody(oak)
    request = asks(guest)
    world.settle()
    world.pass_time(4 * DAY)
    guest.back().open(request)
    assert "They rest just now" in guest.text
    assert "Waiting for an answer" in guest.text


@pytest.mark.parametrize("where", ["here", "in another community"])
def test_those_who_wait_are_told_once_and_nothing_of_theirs_changes(world: World, tmp_path: Path, where: str) -> None:
    with mail_server() as post:
        settings = {
            "mail_host": "127.0.0.1",
            "mail_port": post.port,
            "mail_tls": "none",
            "mail_from": "post@relay.example",
        }
        ash = world.community("Ash", settings=settings)
        home = ash
        if where != "here":
            home = world.community("Birch")
            world.federate(ash, home)
        publishes(mira := comes(home, "Mira"))
        world.settle()
        asks(Somebody(ash), tell="email", tell_email="seeker@example.org", silence="nothing")
        world.settle()
        for _ in range(2):
            world.pass_time(4 * DAY)
            world.pass_time(limits.HOUR)
            while world.run(ash.node.notices[Kind.EMAIL].send_due()):
                pass
    assert post.to() == ["seeker@example.org"]
    assert ash.rows("asked")[0].state == home.rows("incoming")[0].state == "offered"
    answers(mira)
    world.settle()
    assert ash.rows("asked")[0].state == "accepted"


def test_a_request_that_was_on_its_way_is_turned_away_kindly(world: World, oak: Community, elm: Community) -> None:
    publishes(comes(elm, "Mira"))
    world.settle()
    world.cut(oak, elm)
    guest = Somebody(oak)
    request = asks(guest)
    world.pass_time(4 * DAY)
    world.heal()
    world.pass_time(7 * limits.HOUR)
    assert "They are taking a rest" in guest.back().open(request).text
    assert oak.rows("asked")[0].reason == "resting"


def test_a_need_does_not_stop(world: World, oak: Community) -> None:
    mira = oak.person("Mira")
    content = {key: value for key, value in offer().items() if key not in ("commitments", "exchange")}

    async def story() -> None:
        listing = await acts.draft(oak.node.edge, mira.member, content | {"direction": "need"}, name="Mira")
        await acts.change(oak.node.edge, mira.member, listing, Move.PUBLISH)

    world.run(story())
    world.pass_time(5 * DAY)
    assert (row(oak).state, row(oak).open_until) == ("published", None)


def test_what_was_published_before_days_were_counted_has_its_days_from_now_on(world: World, oak: Community) -> None:
    oak.publishes(oak.person("Mira"))
    oak.node.database.write(lambda tx: tx.execute(update(schema.listing).values(open_until=None)))
    world.pass_time(60 * DAY)
    assert row(oak).state == "published"
    world.pass_time(4 * DAY)
    assert row(oak).state == "unseen"

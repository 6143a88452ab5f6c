"""The heart: somebody looks, finds somebody in another community, asks, is answered, and has it deleted at both (section 6)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alongside_node.directory import searching
from alongside_node.directory.searching import Query, Viewer
from alongside_node.entrypoints import acts
from alongside_node.listings.actions import Move as ListingMove
from alongside_node.members.actions import Person, Role
from alongside_node.referrals import answering, asking
from alongside_protocol.consent import Field
from alongside_protocol.errors import Code, Refused
from alongside_protocol.referral import Move, State
from world import Community, World, commitments, offer

DAY = 86_400


@pytest.fixture
def world(tmp_path: Path, new_url: Callable[[], str]) -> Iterator[World]:
    found = World(tmp_path, new_url)
    yield found
    found.close()


def find(community: Community, query: Query, *, member: bool = True) -> list[searching.Found]:
    viewer = Viewer(community.id, member=member)
    page = community.read(searching.search, query, viewer, now=community.world.clock.now(), limit=10)
    return list(page.results)


def ask(
    community: Community, person: Person, found: searching.Found, words: str = "May I call you?", **more: str
) -> str:
    now = community.world.clock.now()
    viewer = Viewer(community.id, member=True)
    to = community.read(asking.addressee, community.node.keys(), found.node, found.id, viewer, now=now)
    fields = {Field.WORDS: words, **{Field(name): text for name, text in more.items()}}
    story = acts.ask(community.node.edge, community.again(person), to, fields, shown=to.shown, until=now + 10 * DAY)
    ref: str = community.world.run(story)
    return ref


def thread(community: Community, person: Person, ref: str) -> asking.Thread:
    found = community.read(asking.thread, community.again(person), ref, me=community.id)
    assert found is not None
    return found


def opened(community: Community, person: Person, place: int = 0) -> answering.Opened:
    row = community.read(answering.rows, person.member)[place]
    keys = community.read(answering.keys_of, person, me=community.id)
    found: answering.Opened = community.read(answering.opened, row, keys, me=community.id)
    return found


def answer(community: Community, person: Person, move: Move, words: str = "", **named: Any) -> None:
    now = community.world.clock.now()
    step = answering.prepare(
        opened(community, person), move, words, keyring=community.node.keys(), now=now, random=community.random, **named
    )
    community.write(lambda tx: answering.take(tx, step, now=now))


def leave(community: Community, person: Person, ref: str, move: Move) -> None:
    now = community.world.clock.now()
    step = asking.leave_it(
        thread(community, person, ref), move, keyring=community.node.keys(), now=now, random=community.random
    )
    community.write(lambda tx: asking.take(tx, step, now=now))


def test_a_request_to_another_community_from_search_to_erasure(world: World, oak: Community, elm: Community) -> None:
    mira, asker = elm.person("Mira"), oak.person("Asker")
    elm.publishes(mira)
    world.settle()
    [found] = find(oak, Query(words="grief", promise=True))
    assert found.node == elm.id
    ref = ask(oak, asker, found, "I cannot sleep", name="J.")
    assert thread(oak, asker, ref).delivered is False
    world.settle()
    assert thread(oak, asker, ref).delivered
    request = opened(elm, mira)
    assert request.asked is not None
    assert request.asked.fields == {Field.WORDS: "I cannot sleep", Field.NAME: "J."}
    answer(elm, mira, Move.ACCEPT, "Yes, tonight at nine")
    world.settle()
    seen = thread(oak, asker, ref)
    assert seen.state is State.ACCEPTED
    assert [said.words for said in seen.said] == ["I cannot sleep", "Yes, tonight at nine"]

    now = world.clock.now()
    to = oak.read(asking.addressee, oak.node.keys(), found.node, found.id, Viewer(oak.id, member=True), now=now)
    step = asking.write_on(asker, seen, to, "Thank you", keyring=oak.node.keys(), now=now, random=oak.random)
    oak.write(lambda tx: asking.take(tx, step, now=now))
    world.settle()
    assert [said.words for said in opened(elm, mira).said] == ["I cannot sleep", "Yes, tonight at nine", "Thank you"]
    answer(elm, mira, Move.MESSAGE, "See you")
    world.settle()
    assert thread(oak, asker, ref).said[-1].words == "See you"

    world.run(acts.erase(oak.node.edge, thread(oak, asker, ref)))
    world.settle()
    [erased] = oak.read(asking.erased, oak.again(asker), me=oak.id, now=now)
    assert erased.confirmed is not None
    assert elm.rows("incoming") == elm.rows("letter") == oak.rows("asked") == oak.rows("letter") == []


def test_withdrawing_tells_the_other_side(world: World, oak: Community, elm: Community) -> None:
    mira, asker = elm.person("Mira"), oak.person("Asker")
    elm.publishes(mira)
    world.settle()
    ref = ask(oak, asker, find(oak, Query())[0])
    world.settle()
    leave(oak, asker, ref, Move.WITHDRAW)
    world.settle()
    assert opened(elm, mira).row.state is State.WITHDRAWN
    assert thread(oak, asker, ref).state is State.WITHDRAWN


def test_withdrawing_before_it_left_means_that_it_never_leaves(world: World, oak: Community, elm: Community) -> None:
    mira, asker = elm.person("Mira"), oak.person("Asker")
    elm.publishes(mira)
    world.settle()
    ref = ask(oak, asker, find(oak, Query())[0])
    leave(oak, asker, ref, Move.WITHDRAW)
    world.settle()
    assert elm.rows("incoming") == []


def test_within_one_community_the_same_story_works(world: World, oak: Community) -> None:
    mira, asker = oak.person("Mira"), oak.person("Asker")
    oak.publishes(mira)
    ref = ask(oak, asker, find(oak, Query())[0])
    world.settle()
    answer(oak, mira, Move.ACCEPT, "Yes")
    world.settle()
    assert thread(oak, asker, ref).state is State.ACCEPTED
    answer(oak, mira, Move.MESSAGE, "Second")
    world.settle()
    assert [said.words for said in thread(oak, asker, ref).said][-1] == "Second"
    leave(oak, asker, ref, Move.CLOSE)
    world.settle()
    assert opened(oak, mira).row.state is State.CLOSED
    assert thread(oak, asker, ref).state is State.CLOSED
    world.run(acts.erase(oak.node.edge, thread(oak, asker, ref)))
    world.settle()
    assert oak.rows("incoming") == oak.rows("letter") == []


def test_changed_commitments_pause_until_the_person_agrees_again(world: World, oak: Community, elm: Community) -> None:
    mira, asker = elm.person("Mira"), oak.person("Asker")
    listing = elm.publishes(mira)
    world.settle()
    found = find(oak, Query())[0]
    ref = ask(oak, asker, found)
    world.settle()
    changed = offer(commitments=commitments(police="may_without_asking"))
    world.run(acts.change(elm.node.edge, mira.member, listing, ListingMove.EDIT, changed))
    world.settle()
    paused = thread(oak, asker, ref)
    assert paused.state is State.PAUSED
    assert find(oak, Query(promise=True)) == []
    now = world.clock.now()
    to = oak.read(asking.addressee, oak.node.keys(), found.node, found.id, Viewer(oak.id, member=True), now=now)
    step = asking.agree_again(asker, paused, to, shown=to.shown, keyring=oak.node.keys(), now=now, random=oak.random)
    oak.write(lambda tx: asking.take(tx, step, now=now))
    world.settle()
    assert thread(oak, asker, ref).state is State.OFFERED
    assert opened(elm, mira).row.state is State.OFFERED
    answer(elm, mira, Move.ACCEPT, "Yes")
    world.settle()
    assert thread(oak, asker, ref).state is State.ACCEPTED


def test_what_was_read_must_still_be_promised_when_it_is_sealed(world: World, oak: Community, elm: Community) -> None:
    mira, asker = elm.person("Mira"), oak.person("Asker")
    listing = elm.publishes(mira)
    world.settle()
    found = find(oak, Query())[0]
    now = world.clock.now()
    viewer = Viewer(oak.id, member=True)
    read = oak.read(asking.addressee, oak.node.keys(), found.node, found.id, viewer, now=now)
    world.run(
        acts.change(elm.node.edge, mira.member, listing, ListingMove.EDIT, offer(commitments=commitments("never")))
    )
    world.settle()
    newest = oak.read(asking.addressee, oak.node.keys(), found.node, found.id, viewer, now=now)
    with pytest.raises(Refused) as refused:
        world.run(acts.ask(oak.node.edge, asker, newest, {Field.WORDS: "Hello"}, shown=read.shown, until=now + DAY))
    assert refused.value.code is Code.CONSENT_COMMITMENTS


def test_a_listing_that_is_withdrawn_disappears_everywhere(world: World, oak: Community, elm: Community) -> None:
    mira, asker = elm.person("Mira"), oak.person("Asker")
    listing = elm.publishes(mira)
    world.settle()
    ref = ask(oak, asker, find(oak, Query())[0])
    world.settle()
    world.run(acts.change(elm.node.edge, mira.member, listing, ListingMove.WITHDRAW))
    world.settle()
    assert find(oak, Query()) == find(elm, Query()) == []
    assert thread(oak, asker, ref).state is State.DECLINED


def test_full_and_guests_are_turned_away_by_the_node(world: World, oak: Community, elm: Community) -> None:
    mira = elm.person("Mira")
    elm.publishes(mira, room={"waiting": 1, "guests": 0})
    world.settle()
    found = find(oak, Query())[0]
    guest = oak.person("", Role.GUEST)
    first, second = oak.person("One"), oak.person("Two")
    refs = []
    for person in (guest, first, second):
        refs.append(ask(oak, person, found))
        world.settle()
    reasons = [thread(oak, person, ref).row.reason for person, ref in zip((guest, first, second), refs, strict=True)]
    assert reasons == ["no_guests", None, "full"]


def test_what_is_only_for_here_never_leaves(world: World, oak: Community, elm: Community) -> None:
    mira = elm.person("Mira")
    elm.publishes(mira, audience="here")
    elm.publishes(mira, audience="federated")
    world.settle()
    assert len(find(elm, Query())) == 2
    assert [one.listing.audience.value for one in find(oak, Query())] == ["federated"]
    assert find(oak, Query(), member=False) == []


def test_a_cut_network_heals_and_nothing_is_lost_or_doubled(world: World, oak: Community, elm: Community) -> None:
    mira, asker = elm.person("Mira"), oak.person("Asker")
    elm.publishes(mira)
    world.settle()
    world.cut(oak, elm)
    ref = ask(oak, asker, find(oak, Query())[0])
    world.settle()
    assert elm.rows("incoming") == []
    oak.stop()
    oak.start()
    world.heal()
    world.pass_time(3_600)
    assert len(elm.rows("incoming")) == 1
    assert thread(oak, asker, ref).delivered


def test_it_ends_by_itself_at_its_date_on_both_sides(world: World, oak: Community, elm: Community) -> None:
    mira, asker = elm.person("Mira"), oak.person("Asker")
    elm.publishes(mira)
    world.settle()
    ref = ask(oak, asker, find(oak, Query())[0])
    world.settle()
    world.cut(oak, elm)
    world.pass_time(10 * DAY)
    assert thread(oak, asker, ref).state is State.EXPIRED
    assert opened(elm, mira).row.state is State.EXPIRED
    world.pass_time(15 * DAY)
    assert oak.rows("asked") == elm.rows("incoming") == oak.rows("letter") == elm.rows("letter") == []


def test_what_nobody_confirms_is_not_shown_and_then_withdrawn(world: World, oak: Community, elm: Community) -> None:
    elm.publishes(elm.person("Mira"))
    need = elm.publishes(elm.person("Nora"), direction="need", commitments=None)
    world.settle()
    assert len(find(oak, Query())) == len(find(elm, Query())) == 2
    world.pass_time(8 * DAY)
    assert [found.id == need for found in find(oak, Query())] == [False]
    assert sorted(row.state for row in elm.rows("listing")) == ["unseen", "withdrawn"]
    for _ in range(12):  # heads are signed daily and last eight days
        world.pass_time(7 * DAY)
    assert find(oak, Query()) == find(elm, Query()) == []
    assert sorted(row.state for row in elm.rows("listing")) == ["unseen", "withdrawn"]
    world.pass_time(15 * DAY)
    assert [row.state for row in elm.rows("listing")] == ["withdrawn"] * 2

"""Fit first, between two real nodes: asked in codes, answered by the node alone, gone after 48 hours; and under attack (section 6).

The hostile community holds its own real keys and writes every byte of its messages itself.
"""

import json
from collections import Counter
from typing import Any

import pytest

from alongside_node.delivery import actions as delivery
from alongside_node.directory.searching import Viewer
from alongside_node.entrypoints import acts
from alongside_node.foundation.database import Writing
from alongside_node.listings import actions as listings
from alongside_node.listings.actions import Move as ListingMove
from alongside_node.members.actions import Person
from alongside_node.peers import actions as peers
from alongside_node.referrals import asking, fit, fit_rules, fit_store
from alongside_protocol import base64url, canonical, limits, messages, sealing
from alongside_protocol.consent import Field
from alongside_protocol.errors import Code, Refused
from alongside_protocol.fit import Fit, Wishes
from alongside_protocol.sealing import Context, SealPrivateKey, SealPublicKey
from world import Community, World, post

DAY, FAR = limits.DAY, limits.SAFE_INTEGER
NO_MATTER = Wishes()
SPANISH_EVENINGS = Wishes(languages=("es",), topics=("grief",), this_week=True)
TABLES = ("fit_asked", "fit_told", "letter", "outbox")


@pytest.fixture
def mira(elm: Community) -> Person:
    return elm.person("Mira")


@pytest.fixture
def listing(elm: Community, mira: Person, world: World) -> str:
    found = elm.publishes(mira)
    world.settle()
    return found


@pytest.fixture
def asker(oak: Community) -> Person:
    return oak.person("Asker")


def ask(community: Community, person: Person, *places: tuple[Any, str], wishes: Wishes = NO_MATTER) -> None:
    viewer, now = Viewer(community.id, member=True), community.world.clock.now()
    several = [
        community.read(asking.addressee, community.node.keys(), node, listing, viewer, now=now)
        for node, listing in places
    ]
    community.world.run(acts.ask_whether_it_fits(community.node.edge, community.again(person), several, wishes))


def seen(community: Community, person: Person) -> list[fit.Mine]:
    now = community.world.clock.now()
    found: list[fit.Mine] = community.read(fit.mine, community.again(person), me=community.id, now=now)
    return found


def answers(community: Community, person: Person) -> dict[str, Fit]:
    return {listing: word for one in seen(community, person) for listing, word in (one.answers or {}).items()}


def says(community: Community, listing: str, word: Fit | None) -> None:
    now = community.world.clock.now()
    community.write(lambda tx: listings.say_fit(tx, listing, word, now=now))


# From asking to forgetting.


def test_a_question_from_asking_to_forgetting(
    world: World, oak: Community, elm: Community, mira: Person, asker: Person, listing: str
) -> None:
    other = elm.publishes(mira, title="A second one", topics=["work"])
    says(elm, listing, Fit.ROOM)
    world.settle()
    ask(oak, asker, (elm.id, listing), (elm.id, other), wishes=SPANISH_EVENINGS)
    world.settle()
    world.pass_time(limits.FIT_EARLIEST - 1)
    assert [one.answers for one in seen(oak, asker)] == [None]
    world.pass_time(limits.FIT_LATEST)
    assert answers(oak, asker) == {listing: Fit.ROOM, other: Fit.TALK_FIRST}
    assert elm.rows("incoming") == elm.rows("letter") == oak.rows("asked") == []
    world.pass_time(2 * DAY)
    assert seen(oak, asker) == []
    assert [community.rows(table) for community in (oak, elm) for table in TABLES] == [[]] * 8


def test_several_communities_are_asked_apart_and_within_one_it_works_too(
    world: World, oak: Community, elm: Community, asker: Person, listing: str
) -> None:
    here = oak.publishes(oak.person("Noor"))
    ask(oak, asker, (elm.id, listing), (oak.id, here))
    world.settle()
    world.pass_time(limits.FIT_LATEST + 1)
    assert answers(oak, asker) == {listing: Fit.ROOM, here: Fit.ROOM}
    assert len({row.ref for row in oak.rows("fit_asked")}) == len({row.mailbox for row in oak.rows("fit_asked")}) == 2
    [told] = elm.rows("fit_told")
    assert told.listings == f'["{listing}"]'


def test_nothing_of_the_question_is_kept_where_it_was_asked(
    world: World, oak: Community, elm: Community, asker: Person, listing: str
) -> None:
    ask(oak, asker, (elm.id, listing), wishes=SPANISH_EVENINGS)
    world.settle()
    [told] = elm.rows("fit_told")
    assert set(told._mapping) == {"peer", "ref", "listings", "body", "due", "ends"}
    assert b"grief" not in told.body
    assert [row.body for row in elm.rows("received") if row.sender == oak.id] == [None] * len(
        [row for row in elm.rows("received") if row.sender == oak.id]
    )


def test_a_question_can_be_deleted_before_it_left(
    world: World, oak: Community, elm: Community, asker: Person, listing: str
) -> None:
    ask(oak, asker, (elm.id, listing))
    [one] = seen(oak, asker)
    stranger = oak.person("Stranger")
    oak.write(lambda tx: fit.forget(tx, stranger, one.ref, me=oak.id))
    assert len(seen(oak, asker)) == 1, "somebody else's question"
    person = oak.again(asker)
    oak.write(lambda tx: fit.forget(tx, person, one.ref, me=oak.id))
    world.settle()
    assert seen(oak, asker) == elm.rows("fit_told") == oak.rows("letter") == []


def test_a_question_that_cannot_be_delivered_says_so(
    world: World, oak: Community, elm: Community, asker: Person, listing: str
) -> None:
    ask(oak, asker, (elm.id, listing))
    now = world.clock.now()
    elm.write(lambda tx: peers.end(tx, oak.id, us=elm.node.edge.us(tx), now=now, random=elm.random))
    world.run(oak.node.outbox.send_due())
    assert [one.problem for one in seen(oak, asker)] == ["not-agreed"]


def test_an_answer_waits_while_the_way_is_cut(
    world: World, oak: Community, elm: Community, asker: Person, listing: str
) -> None:
    ask(oak, asker, (elm.id, listing))
    world.settle()
    world.cut(oak, elm)
    world.pass_time(limits.FIT_LATEST + 1)
    assert answers(oak, asker) == {}
    elm.stop()
    elm.start()
    world.heal()
    world.pass_time(6 * 3_600)
    assert answers(oak, asker) == {listing: Fit.ROOM}


def test_a_person_asks_ten_communities_or_offerings_at_a_time_at_most(
    oak: Community, elm: Community, asker: Person, listing: str
) -> None:
    for _ in range(fit_rules.QUESTIONS_OF_A_PERSON):
        ask(oak, asker, (elm.id, listing))
    with pytest.raises(Refused) as refused:
        ask(oak, asker, (elm.id, listing))
    assert refused.value.code is Code.BUSY
    ask(oak, oak.person("Somebody else"), (elm.id, listing))


def test_a_community_asks_no_more_than_another_answers(oak: Community, elm: Community, listing: str) -> None:
    def fill(tx: Writing) -> None:
        for number in range(fit_rules.QUESTIONS_OF_A_PEER):
            fit_store.add_asked(tx, fit_store.Asked(f"ref {number}", elm.id, f"mailbox {number}", FAR))

    oak.write(fill)
    with pytest.raises(Refused) as refused:
        ask(oak, oak.person("Three"), (elm.id, listing))
    assert refused.value.code is Code.BUSY


def test_where_no_requests_may_go_no_questions_go(oak: Community, elm: Community, asker: Person, listing: str) -> None:
    viewer, now = Viewer(oak.id, member=True), oak.world.clock.now()
    to = oak.read(asking.addressee, oak.node.keys(), elm.id, listing, viewer, now=now)
    oak.write(lambda tx: peers.end(tx, elm.id, us=oak.node.edge.us(tx), now=now, random=oak.random))
    with pytest.raises(Refused) as refused:
        oak.world.run(acts.ask_whether_it_fits(oak.node.edge, oak.again(asker), [to], NO_MATTER))
    assert refused.value.code is Code.NOT_AGREED
    assert oak.rows("fit_asked") == []


# What those who offer say.


def test_what_was_said_is_believed_for_a_week(
    world: World, oak: Community, elm: Community, asker: Person, listing: str
) -> None:
    elm.write(lambda tx: listings.stop_after(tx, listings.find(tx, listing), 0, now=world.clock.now()))
    says(elm, listing, Fit.NO)
    world.pass_time(7 * DAY)
    ask(oak, asker, (elm.id, listing))
    world.settle()
    world.pass_time(DAY)
    assert answers(oak, asker) == {listing: Fit.NO}
    ask(oak, asker, (elm.id, listing))
    world.settle()
    world.pass_time(limits.FIT_LATEST + 1)
    assert seen(oak, asker)[0].answers == {listing: Fit.ROOM}


def test_what_was_said_goes_with_the_listing(world: World, elm: Community, mira: Person, listing: str) -> None:
    says(elm, listing, Fit.ROOM)
    says(elm, listing, None)
    assert elm.rows("fit_said") == []
    says(elm, listing, Fit.ROOM)
    world.run(acts.change(elm.node.edge, mira.member, listing, ListingMove.WITHDRAW))
    assert elm.rows("fit_said") == []


# A peer that lies.


REPLY = SealPrivateKey(bytes(range(32)))


def a_question(sender: Community, to: Community, *about: str, ref: str = "", **changed: Any) -> bytes:
    """A question whose every part a hostile node chose."""
    now, name = sender.world.clock.now(), base64url.encode(sender.random(16))
    ref = ref or base64url.encode(sender.random(16))
    asked = {"listings": list(about), "wishes": {}, "reply": REPLY.public.text} | changed.pop("asked", {})
    context = Context(sender.id, to.id, name, "fit.ask", ref, 1)
    sealed = sealing.seal(
        canonical.dump(asked), changed.pop("key", SealPublicKey.from_text(to.node.keys().seal.k)), context
    )
    members = {
        "v": 1, "id": name, "from": sender.id, "to": to.id, "type": "fit.ask", "ref": ref, "n": 1, "iat": now,
        "exp": now + limits.FIT_LIFE, "sealed": base64url.encode(sealed),
    }  # fmt: skip
    return canonical.dump(members | changed)


def told(sender: Community, to: Community) -> list[dict[str, str]]:
    """What left for a hostile node, opened with its key."""
    to.world.clock.at += limits.FIT_LATEST + 1
    to.write(lambda tx: fit.release(tx, me=to.id, now=to.world.clock.now()))
    found = []
    for row in to.rows("outbox"):
        if row.type == "fit.answer" and row.peer == sender.id:
            envelope = messages.read_stored(row.body)
            sealed_for = Context(to.id, sender.id, envelope.id, "fit.answer", envelope.ref or "", 1)
            found.append(json.loads(sealing.open(envelope.sealed or b"", REPLY, sealed_for))["answers"])
    return found


def test_a_question_that_comes_again_is_answered_once(oak: Community, elm: Community, listing: str) -> None:
    ref = base64url.encode(oak.random(16))
    first = a_question(oak, elm, listing, ref=ref)
    assert [post(oak, elm, first), post(oak, elm, first)] == [202, 202]
    assert post(oak, elm, a_question(oak, elm, listing, ref=ref)) == 202, "another message under the same reference"
    assert len(told(oak, elm)) == 1
    assert post(oak, elm, a_question(oak, elm, listing, ref=ref)) == 202, "also when the answer has left"
    assert len(told(oak, elm)) == 1


def test_what_is_hidden_or_not_there_or_rests_reads_the_same(
    world: World, oak: Community, elm: Community, mira: Person, listing: str
) -> None:
    hidden = elm.publishes(mira, audience="here")
    resting = elm.publishes(mira)
    world.run(acts.change(elm.node.edge, mira.member, resting, ListingMove.REST))
    for one in (hidden, resting):
        says(elm, one, Fit.ROOM)
    never = base64url.encode(bytes(16))
    post(oak, elm, a_question(oak, elm, hidden, resting, never, listing))
    assert told(oak, elm) == [{hidden: "no", resting: "no", never: "no", listing: "room"}]


def test_whether_somebody_is_there_cannot_be_probed(
    world: World, oak: Community, elm: Community, mira: Person, listing: str, asker: Person
) -> None:
    """Same answer and same delay, whatever those who offer do, and however many wait for them."""
    elm.random._count = iter(range(10**6))  # the node draws the same randomness in both worlds
    post(oak, elm, a_question(oak, elm, listing))
    [quiet] = [(row.due - world.clock.now()) for row in elm.rows("fit_told")]
    [said] = told(oak, elm)
    viewer, now = Viewer(oak.id, member=True), world.clock.now()
    to = oak.read(asking.addressee, oak.node.keys(), elm.id, listing, viewer, now=now)
    world.run(acts.ask(oak.node.edge, oak.again(asker), to, {Field.WORDS: "Hello"}, shown=to.shown, until=now + DAY))
    world.settle()
    assert len(elm.rows("incoming")) == 1
    elm.random._count = iter(range(10**6))
    before = {row.ref for row in elm.rows("fit_told")}
    post(oak, elm, a_question(oak, elm, listing))
    [busy] = [(row.due - world.clock.now()) for row in elm.rows("fit_told") if row.ref not in before]
    assert quiet == busy
    assert told(oak, elm)[-1] == said


@pytest.mark.parametrize("shift", [-limits.FIT_LIFE, -DAY, limits.SKEW])
def test_lying_times_bring_no_answer_sooner_and_none_later(
    oak: Community, elm: Community, listing: str, shift: int
) -> None:
    now = oak.world.clock.now()
    lying = a_question(oak, elm, listing, iat=now + shift, exp=now + shift + limits.FIT_LIFE)
    taken = post(oak, elm, lying) == 202
    assert taken is (shift + limits.FIT_LIFE > 0)
    for row in elm.rows("fit_told"):
        assert limits.FIT_EARLIEST <= row.due - now <= limits.FIT_LATEST
        assert row.ends == now + limits.FIT_LIFE


def test_a_question_with_a_short_life_is_not_answered_and_counts(oak: Community, elm: Community, listing: str) -> None:
    now = oak.world.clock.now()
    assert post(oak, elm, a_question(oak, elm, listing, exp=now + limits.FIT_EARLIEST)) == 202
    assert len(elm.rows("fit_told")) == 1
    assert told(oak, elm) == []


def test_a_question_with_too_long_a_life_is_refused(oak: Community, elm: Community, listing: str) -> None:
    now = oak.world.clock.now()
    assert post(oak, elm, a_question(oak, elm, listing, exp=now + limits.FIT_LIFE + 1)) == 400


def test_a_flood_is_bounded_and_others_do_not_notice(
    world: World, oak: Community, elm: Community, listing: str
) -> None:
    most = fit_rules.QUESTIONS_OF_A_PEER
    for _ in range(most + 3):
        assert post(oak, elm, a_question(oak, elm, listing)) == 202
    assert len(elm.rows("fit_told")) == most
    ash = world.community("Ash")
    world.federate(ash, elm)
    assert post(ash, elm, a_question(ash, elm, listing)) == 202
    assert len(elm.rows("fit_told")) == most + 1


def test_a_listing_is_not_read_out_by_asking_on_and_on(oak: Community, elm: Community, listing: str) -> None:
    says(elm, listing, Fit.NO)
    for _ in range(fit_rules.ABOUT_A_LISTING + 2):
        post(oak, elm, a_question(oak, elm, listing))
    counted = Counter(one[listing] for one in told(oak, elm))
    assert counted == {"no": fit_rules.ABOUT_A_LISTING, "talk_first": 2}


@pytest.mark.parametrize(
    "asked",
    [
        {"listings": []},
        {"wishes": {"topics": ["call me on 600 123"]}},
        {"reply": base64url.encode(bytes(32))},
        {"listings": ["A" * 22] * 2},
    ],
)
def test_what_is_no_question_is_dropped(oak: Community, elm: Community, listing: str, asked: dict[str, Any]) -> None:
    assert post(oak, elm, a_question(oak, elm, listing, asked=asked)) == 202
    assert post(oak, elm, a_question(oak, elm, listing, key=REPLY.public)) == 202
    assert elm.rows("fit_told") == []
    assert [row.body for row in elm.rows("received") if row.body is not None] == []


def test_an_answer_that_nobody_asked_for_changes_nothing(
    world: World, oak: Community, elm: Community, asker: Person, listing: str
) -> None:
    ash = world.community("Ash")
    world.federate(ash, oak)
    ask(oak, asker, (elm.id, listing))
    [row] = oak.rows("fit_asked")

    def answered(sender: Community, ref: str, **changed: Any) -> bytes:
        now, name = world.clock.now(), base64url.encode(sender.random(16))
        sealed = sealing.seal(b"{}", REPLY.public, Context(sender.id, oak.id, name, "fit.answer", ref, 1))
        members = {
            "v": 1, "id": name, "from": sender.id, "to": oak.id, "type": "fit.answer", "ref": ref, "n": 1, "iat": now,
            "exp": now + DAY, "sealed": base64url.encode(sealed),
        }  # fmt: skip
        return canonical.dump(members | changed)

    assert post(ash, oak, answered(ash, row.ref)) == 202, "for somebody else's question"
    assert post(elm, oak, answered(elm, base64url.encode(bytes(16)))) == 202, "under a reference that never was"
    assert [letter.type for letter in oak.rows("letter")] == ["question"]
    assert post(elm, oak, answered(elm, row.ref)) == 202
    assert answers(oak, asker) == {listing: Fit.TALK_FIRST}, "what does not open tells nothing"
    world.settle()
    world.pass_time(limits.FIT_LATEST + 1)
    assert answers(oak, asker) == {listing: Fit.TALK_FIRST}, "the first answer counts"
    assert len(oak.rows("letter")) == 2


def test_to_a_community_that_parted_no_answer_leaves(oak: Community, elm: Community, listing: str) -> None:
    post(oak, elm, a_question(oak, elm, listing))
    now = elm.world.clock.now()
    elm.write(lambda tx: peers.end(tx, oak.id, us=elm.node.edge.us(tx), now=now, random=elm.random))
    assert told(oak, elm) == []
    assert [row.body for row in elm.rows("fit_told")] == [None]
    assert post(oak, elm, a_question(oak, elm, listing)) == 403, "and none is taken any more"


def test_an_answer_is_dated_when_it_leaves(world: World, oak: Community, elm: Community, listing: str) -> None:
    post(oak, elm, a_question(oak, elm, listing))
    came = world.clock.now()
    told(oak, elm)
    [envelope] = [messages.read_stored(row.body) for row in elm.rows("outbox") if row.type == "fit.answer"]
    assert envelope.iat == world.clock.now()
    assert envelope.exp == came + limits.FIT_LIFE


def test_answers_wait_while_too_much_waits_for_a_peer(oak: Community, elm: Community, listing: str) -> None:
    post(oak, elm, a_question(oak, elm, listing))

    def fill(tx: Writing) -> None:
        for number in range(limits.PEER_OUTBOX // 2):
            delivery.enqueue(
                tx, peer=oak.id, message_id=f"m{number}", type="erased", ref=None, body=b"", not_after=FAR, now=0
            )

    elm.write(fill)
    assert told(oak, elm) == []
    elm.write(lambda tx: delivery.forget_all(tx, oak.id))
    assert len(told(oak, elm)) == 1

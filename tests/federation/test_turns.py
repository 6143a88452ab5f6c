"""One after another, between real nodes: sealed at once, released one by one, destroyed by a yes or a step back; and under attack (section 6)."""

from dataclasses import dataclass

import pytest

from alongside_node.directory.searching import Viewer
from alongside_node.entrypoints import acts
from alongside_node.listings.actions import Move as ListingMove
from alongside_node.members.actions import Person
from alongside_node.peers import actions as peers
from alongside_node.referrals import answering, asking, turn_store, turns
from alongside_node.referrals import store as requests
from alongside_protocol import base64url, canonical, limits, messages
from alongside_protocol.consent import Field
from alongside_protocol.errors import Code, Refused
from alongside_protocol.referral import Move, State
from world import Community, World, commitments, offer, post

DAY, HOUR = limits.DAY, limits.HOUR


@dataclass
class Place:
    """An offering, and who keeps it."""

    at: Community
    holder: Person
    listing: str

    @property
    def came(self) -> list[str]:
        return [row.state for row in self.at.rows("incoming") if row.listing == self.listing]

    def answer(self, move: Move, words: str = "") -> None:
        now = self.at.world.clock.now()
        [named] = [row for row in self.at.rows("incoming") if row.listing == self.listing and row.final_day is None]

        def prepared(reading: object) -> answering.Step:
            row = requests.incoming(reading, named.peer, named.ref)  # type: ignore[arg-type]
            assert row is not None
            keys = answering.keys_of(reading, self.holder, me=self.at.id)  # type: ignore[arg-type]
            opened = answering.opened(reading, row, keys, me=self.at.id)  # type: ignore[arg-type]
            return answering.prepare(opened, move, words, keyring=self.at.node.keys(), now=now, random=self.at.random)

        step = self.at.read(prepared)
        self.at.write(lambda tx: answering.take(tx, step, now=now))
        self.at.world.settle()

    def changes(self, move: ListingMove, **content: object) -> None:
        draft = offer(**content) if content else None
        self.at.world.run(acts.change(self.at.node.edge, self.holder.member, self.listing, move, draft))
        self.at.world.settle()


@pytest.fixture
def three(world: World, oak: Community, elm: Community) -> list[Place]:
    """Offerings of three communities, the last of them the person's own."""
    ash = world.community("Ash")
    world.federate(oak, ash)
    found = []
    for place in (elm, ash, oak):
        holder = place.person("Holder")
        found.append(Place(place, holder, place.publishes(holder, title=f"Of {place.name}")))
    world.settle()
    return found


@pytest.fixture
def asker(oak: Community) -> Person:
    return oak.person("Asker")


def addressee(oak: Community, place: Place) -> asking.Addressee:
    viewer, now = Viewer(oak.id, member=True), oak.world.clock.now()
    to: asking.Addressee = oak.read(asking.addressee, oak.node.keys(), place.at.id, place.listing, viewer, now=now)
    return to


def ask(oak: Community, asker: Person, places: list[Place], days: int = 2) -> str:
    several = [(to, to.shown) for to in (addressee(oak, place) for place in places)]
    fields = {Field.WORDS: "I cannot sleep"}
    ref: str = oak.world.run(acts.ask_one_after_another(oak.node.edge, oak.again(asker), several, fields, days=days))
    oak.world.settle()
    return ref


def had(places: list[Place]) -> list[int]:
    """How many requests each of the offerings has seen."""
    return [len(place.came) for place in places]


def mine(oak: Community, asker: Person) -> list[turns.Seen]:
    [one] = oak.read(turns.mine, oak.again(asker), me=oak.id)
    return list(one.several)


def lies(oak: Community) -> list[str]:
    return [row.lies for row in sorted(oak.rows("turn"), key=lambda row: row.position)]


def within_the_hour(world: World) -> None:
    world.pass_time(60)
    world.pass_time(HOUR)


def leave(oak: Community, asker: Person, ref: str, move: Move) -> None:
    thread, now = oak.read(asking.thread, oak.again(asker), ref, me=oak.id), oak.world.clock.now()
    step = asking.leave_it(thread, move, keyring=oak.node.keys(), now=now, random=oak.random)
    oak.write(lambda tx: asking.take(tx, step, now=now))
    oak.world.settle()


# One by one.


def test_the_first_leaves_and_the_others_lie(world: World, oak: Community, asker: Person, three: list[Place]) -> None:
    ask(oak, asker, three)
    assert had(three) == [1, 0, 0]
    assert lies(oak) == ["asked", "waits", "waits"]
    assert [seen.remembered.title for seen in mine(oak, asker)] == ["Of Elm", "Of Ash", "Of Oak"]
    world.pass_time(DAY)
    assert had(three) == [1, 0, 0]


def test_who_declines_lets_the_next_be_asked_within_the_hour_and_not_at_once(
    world: World, oak: Community, asker: Person, three: list[Place]
) -> None:
    ask(oak, asker, three)
    three[0].answer(Move.DECLINE)
    world.pass_time(60)
    world.pass_time(limits.FIT_EARLIEST - 120)
    assert had(three) == [1, 0, 0], "who declined and who is asked next cannot be joined by the minute"
    within_the_hour(world)
    assert had(three) == [1, 1, 0]
    three[1].answer(Move.DECLINE, "Not this week")
    within_the_hour(world)
    assert had(three) == [1, 1, 1]
    three[2].answer(Move.DECLINE)
    within_the_hour(world)
    assert oak.rows("turn_round") == oak.rows("turn") == []


def test_who_has_not_answered_by_the_day_has_it_no_longer_and_the_next_is_asked(
    world: World, oak: Community, asker: Person, three: list[Place]
) -> None:
    ask(oak, asker, three, days=2)
    world.pass_time(2 * DAY)
    assert three[0].came == ["offered"], "until the end of the day"
    world.pass_time(DAY)
    assert three[0].came == ["withdrawn"]
    within_the_hour(world)
    assert had(three) == [1, 1, 0]
    with pytest.raises(ValueError, match="unpack"):
        three[0].answer(Move.ACCEPT, "Yes")


def test_a_place_on_a_waiting_list_is_kept_while_the_next_is_asked(
    world: World, oak: Community, asker: Person, three: list[Place]
) -> None:
    ask(oak, asker, three, days=1)
    three[0].answer(Move.WAITLIST, "Next month")
    world.pass_time(2 * DAY)
    within_the_hour(world)
    assert [three[0].came, had(three)] == [["waitlisted"], [1, 1, 0]]
    three[0].answer(Move.ACCEPT, "Sooner than I thought")
    world.settle()
    assert oak.rows("turn") == []
    world.pass_time(5 * DAY)
    assert had(three) == [1, 1, 0]


def test_a_yes_destroys_what_lies(world: World, oak: Community, asker: Person, three: list[Place]) -> None:
    ask(oak, asker, three)
    boxes = {row.mailbox for row in oak.rows("turn")}
    three[0].answer(Move.ACCEPT, "Yes")
    world.settle()
    assert oak.rows("turn") == oak.rows("turn_round") == []
    assert len({row.place for row in oak.rows("letter")} & boxes) == 1
    world.pass_time(13 * DAY)
    assert had(three) == [1, 0, 0]


def test_taking_back_stops_all(world: World, oak: Community, asker: Person, three: list[Place]) -> None:
    ref = ask(oak, asker, three)
    leave(oak, asker, ref, Move.WITHDRAW)
    assert oak.rows("turn") == oak.rows("turn_round") == []
    assert len({row.place for row in oak.rows("letter")}) == 1
    world.pass_time(13 * DAY)
    assert had(three) == [1, 0, 0]


def test_deleting_stops_all(world: World, oak: Community, asker: Person, three: list[Place]) -> None:
    ref = ask(oak, asker, three)
    thread = oak.read(asking.thread, oak.again(asker), ref, me=oak.id)
    world.run(acts.erase(oak.node.edge, thread))
    world.settle()
    assert oak.rows("turn") == oak.rows("turn_round") == oak.rows("letter") == []
    world.pass_time(13 * DAY)
    assert had(three) == [0, 0, 0]


def test_nobody_further_can_be_asked_and_the_first_stays(
    world: World, oak: Community, asker: Person, three: list[Place]
) -> None:
    ref = ask(oak, asker, three)
    oak.write(lambda tx: turns.stop(tx, ref))
    world.pass_time(5 * DAY)
    assert had(three) == [1, 0, 0]
    assert three[0].came == ["offered"]


def test_it_ends_after_two_weeks_whatever_lies(world: World, oak: Community, asker: Person, three: list[Place]) -> None:
    ask(oak, asker, three, days=5)
    for _ in range(29):
        world.pass_time(12 * HOUR)
    assert oak.rows("turn") == oak.rows("turn_round") == []
    assert all(state in ("withdrawn", "expired") for place in three for state in place.came)
    world.pass_time(20 * DAY)
    assert oak.rows("letter") == oak.rows("asked") == []


def test_nothing_is_lost_by_a_restart(world: World, oak: Community, asker: Person, three: list[Place]) -> None:
    ask(oak, asker, three)
    three[0].answer(Move.DECLINE)
    oak.stop()
    oak.start()
    within_the_hour(world)
    assert had(three) == [1, 1, 0]


def test_a_round_has_two_to_five_different_offerings(oak: Community, asker: Person, three: list[Place]) -> None:
    for places in (three[:1], [three[0], three[0]]):
        with pytest.raises(Refused) as refused:
            ask(oak, asker, places)
        assert refused.value.code is Code.SHAPE


# What changed meanwhile.


@pytest.mark.parametrize(
    "content",
    [
        {"commitments": commitments(police="may_without_asking")},
        {"text": "Something else now."},
        {"by": "Somebody else"},
    ],
)
def test_what_changed_waits_for_the_person_and_the_turn_goes_on(
    world: World, oak: Community, asker: Person, three: list[Place], content: dict[str, object]
) -> None:
    ask(oak, asker, three)
    three[1].changes(ListingMove.EDIT, **({"title": "Of Ash"} | content))
    three[0].answer(Move.DECLINE)
    within_the_hour(world)
    assert had(three) == [1, 0, 1]
    assert lies(oak) == ["asked", "look", "asked"]
    seen = mine(oak, asker)[1]
    to, now = addressee(oak, three[1]), world.clock.now()
    turn, letter = turns.agree_again(
        oak.again(asker), seen, to, shown=to.shown, keyring=oak.node.keys(), now=now, random=oak.random
    )
    oak.write(lambda tx: turns.take_again(tx, turn, letter, now=now))
    three[2].answer(Move.DECLINE)
    within_the_hour(world)
    assert had(three) == [1, 1, 1]
    assert three[1].came == ["offered"], "and it is not paused there: they agreed to what is promised now"


def test_promises_of_before_cannot_be_agreed_to_again(
    world: World, oak: Community, asker: Person, three: list[Place]
) -> None:
    ask(oak, asker, three)
    before = addressee(oak, three[1]).shown
    three[1].changes(ListingMove.EDIT, title="Of Ash", commitments=commitments(police="must_by_law"))
    three[0].answer(Move.DECLINE)
    within_the_hour(world)
    seen, to = mine(oak, asker)[1], addressee(oak, three[1])
    with pytest.raises(Refused) as refused:
        turns.agree_again(
            oak.again(asker), seen, to, shown=before, keyring=oak.node.keys(), now=world.clock.now(), random=oak.random
        )
    assert refused.value.code is Code.CONSENT_COMMITMENTS
    with pytest.raises(Refused) as refused:
        turns.agree_again(
            asker, mine(oak, asker)[2], to, shown=to.shown, keyring=oak.node.keys(), now=0, random=oak.random
        )
    assert refused.value.code is Code.MOVE


@pytest.mark.parametrize("move", [ListingMove.REST, ListingMove.WITHDRAW])
def test_what_takes_nobody_when_its_turn_comes_is_passed(
    world: World, oak: Community, asker: Person, three: list[Place], move: ListingMove
) -> None:
    ask(oak, asker, three)
    three[1].changes(move)
    three[0].answer(Move.DECLINE)
    within_the_hour(world)
    assert had(three) == [1, 0, 1]
    assert lies(oak) == ["asked", "passed", "asked"]


def test_saying_that_it_still_holds_changes_nothing(
    world: World, oak: Community, asker: Person, three: list[Place]
) -> None:
    ask(oak, asker, three, days=1)
    world.pass_time(DAY)
    three[1].changes(ListingMove.CONFIRM)
    world.pass_time(DAY)
    within_the_hour(world)
    assert had(three) == [1, 1, 0]


def test_a_node_that_began_a_new_document_is_looked_at_again(
    world: World, oak: Community, asker: Person, three: list[Place]
) -> None:
    """A restore or a stolen key means new keys: what was sealed to the old one does not leave by itself."""
    ask(oak, asker, three)
    keyring = oak.node.keys()
    [turn] = [one for one in oak.read(turn_store.turns, oak.rows("turn_round")[0].id) if one.position == 1]
    to = addressee(oak, three[1])
    assert turns._pin(keyring, turn.ref, to) == turn.pin
    later = asking.Addressee(to.recipient, to.listing, to.community, to.commitments, to.doc + 1)
    assert turns._pin(keyring, turn.ref, later) != turn.pin


def test_a_key_that_ended_is_looked_at_again(world: World, oak: Community, asker: Person, three: list[Place]) -> None:
    ask(oak, asker, three)
    [turn] = [one for one in oak.read(turn_store.turns, oak.rows("turn_round")[0].id) if one.position == 1]
    oak.write(lambda tx: turn_store.save_turn(tx, turn.at(not_after=world.clock.now() + 1)))
    three[0].answer(Move.DECLINE)
    within_the_hour(world)
    assert lies(oak) == ["asked", "look", "asked"]


# A peer that lies, and what a copied database shows.


def test_whoever_is_asked_later_cannot_tell_that_it_lay(
    world: World, oak: Community, asker: Person, three: list[Place]
) -> None:
    ask(oak, asker, three)
    three[0].answer(Move.DECLINE)
    world.cut(oak, three[1].at)
    within_the_hour(world)
    [envelope] = [messages.read_stored(row.body) for row in oak.rows("outbox") if row.type == "referral.offer"]
    assert world.clock.now() - envelope.iat <= HOUR
    assert envelope.n == 1
    assert envelope.exp % DAY == DAY - 1, "no hour in which it was sealed"


def test_what_lies_says_neither_who_nor_which(oak: Community, asker: Person, three: list[Place]) -> None:
    ask(oak, asker, three)
    listings = [place.listing.encode() for place in three]
    for row in (*oak.rows("turn"), *oak.rows("turn_round")):
        text = b" ".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
        assert not [listing for listing in listings if listing in text]
        assert asker.member.id.encode() not in text
        assert b"cannot sleep" not in text
    marks = [row.which for row in oak.rows("turn")]
    ask(oak, oak.person("Another"), three)
    again = [row.which for row in oak.rows("turn")]
    assert len(set(again)) == 2 * len(marks), "two who ask the same cannot be seen to"


def test_somebody_elses_round_is_not_there(oak: Community, asker: Person, three: list[Place]) -> None:
    ref = ask(oak, asker, three)
    stranger = oak.person("Stranger")
    assert oak.read(turns.mine, stranger, me=oak.id) == []
    assert oak.read(turns.one_of, stranger, ref, me=oak.id) is None
    assert oak.read(turns.one_of, oak.again(asker), ref, me=oak.id) is not None


def test_parting_destroys_what_lies_for_them(world: World, oak: Community, asker: Person, three: list[Place]) -> None:
    ask(oak, asker, three)
    ash, now = three[1].at, world.clock.now()
    boxes = {row.mailbox for row in oak.rows("turn") if row.peer == ash.id}
    oak.write(lambda tx: peers.end(tx, ash.id, us=oak.node.edge.us(tx), now=now, random=oak.random))
    world.pass_time(60)
    assert [row.body for row in oak.rows("turn") if row.peer == ash.id] == [None]
    assert not boxes & {row.place for row in oak.rows("letter")}
    three[0].answer(Move.DECLINE)
    within_the_hour(world)
    assert had(three) == [1, 0, 1]


def test_stepping_back_to_listings_only_passes_them(
    world: World, oak: Community, asker: Person, three: list[Place]
) -> None:
    ask(oak, asker, three)
    ash, now = three[1].at, world.clock.now()
    ash.write(
        lambda tx: peers.step_back(
            tx, oak.id, peers.Steps.LISTINGS, us=ash.node.edge.us(tx), terms=ash.node.terms, now=now, random=ash.random
        )
    )
    world.settle()
    three[0].answer(Move.DECLINE)
    within_the_hour(world)
    assert had(three) == [1, 0, 1]


def test_whoever_blocked_the_person_turns_them_away_and_the_next_is_asked(
    world: World, oak: Community, asker: Person, three: list[Place]
) -> None:
    first = addressee(oak, three[1])
    story = acts.ask(
        oak.node.edge, oak.again(asker), first, {Field.WORDS: "Hello"}, shown=first.shown, until=world.clock.now() + DAY
    )
    world.run(story)
    world.settle()
    ask(oak, asker, three)
    ash = three[1]
    [row] = ash.at.rows("incoming")
    assert world.run(acts.block(ash.at.node.edge, ash.at.again(ash.holder), row.peer, row.ref))
    world.settle()
    three[0].answer(Move.DECLINE)
    within_the_hour(world)
    assert had(three)[1] == 1, "what was asked before the block"
    within_the_hour(world)
    assert had(three)[2] == 1


def test_a_forged_yes_stops_the_round_and_is_not_shown_as_one(
    world: World, oak: Community, asker: Person, three: list[Place]
) -> None:
    """The one thing a lying community can do: keep the others from being asked. The person sees that nobody said yes."""
    ref = ask(oak, asker, three)
    elm, now = three[0].at, world.clock.now()
    name = base64url.encode(elm.random(16))
    said = {
        "v": 1, "id": name, "from": elm.id, "to": oak.id, "type": "referral.accept", "ref": ref, "n": 1, "iat": now,
        "exp": now + DAY, "sealed": base64url.encode(bytes(600)),
    }  # fmt: skip
    assert post(elm, oak, canonical.dump(said)) == 202
    world.pass_time(60)
    assert oak.rows("turn") == []
    thread = oak.read(asking.thread, oak.again(asker), ref, me=oak.id)
    assert thread.state is State.OFFERED
    assert thread.unproven


def test_when_much_waits_for_a_community_it_is_tried_again(
    world: World, oak: Community, asker: Person, three: list[Place]
) -> None:
    from alongside_node.delivery import actions as delivery  # noqa: PLC0415

    ask(oak, asker, three)
    three[0].answer(Move.DECLINE)
    ash = three[1].at

    def fill(tx: object) -> None:
        for number in range(limits.PEER_OUTBOX):
            delivery.enqueue(
                tx, peer=ash.id, message_id=f"m{number}", type="hint", ref=None, body=b"", not_after=2**50, now=2**40
            )  # type: ignore[arg-type]

    oak.write(fill)
    within_the_hour(world)
    assert lies(oak) == ["asked", "waits", "waits"]
    oak.write(lambda tx: delivery.forget_all(tx, ash.id))
    within_the_hour(world)
    assert had(three) == [1, 1, 0]

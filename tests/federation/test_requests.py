"""Requests between two nodes under attack and bad luck (section 6; safety B.8, B.16, C.22, D.24, D.25, D.32, F1, F5).

Messages that come early, late, twice or crossing; peers that speak for others; and what an erasure leaves behind: nothing.
"""

from typing import Any

import pytest

from alongside_node import schema
from alongside_node.delivery import actions as delivery
from alongside_node.directory import searching
from alongside_node.directory.searching import Query, Viewer
from alongside_node.entrypoints import acts
from alongside_node.members.actions import Person
from alongside_node.referrals import answering, asking, sending
from alongside_protocol import messages
from alongside_protocol.consent import Field
from alongside_protocol.messages import DeclineBody, EraseBody, Reason, Type
from alongside_protocol.referral import Move, State
from world import Community, World

DAY = 86_400


@pytest.fixture
def mira(elm: Community, world: World) -> Person:
    found = elm.person("Mira")
    elm.publishes(found)
    world.settle()
    return found


@pytest.fixture
def asker(oak: Community) -> Person:
    return oak.person("Asker")


def listing(community: Community) -> searching.Found:
    viewer, now = Viewer(community.id, member=True), community.world.clock.now()
    return community.read(searching.search, Query(), viewer, now=now, limit=10).results[0]  # type: ignore[no-any-return]


def addressee(community: Community) -> asking.Addressee:
    found, now = listing(community), community.world.clock.now()
    viewer = Viewer(community.id, member=True)
    return community.read(asking.addressee, community.node.keys(), found.node, found.id, viewer, now=now)  # type: ignore[no-any-return]


def ask(community: Community, person: Person, words: str = "May I call you?") -> str:
    to, until = addressee(community), community.world.clock.now() + 10 * DAY
    story = acts.ask(
        community.node.edge, community.again(person), to, {Field.WORDS: words}, shown=to.shown, until=until
    )
    ref: str = community.world.run(story)
    return ref


def write_on(community: Community, person: Person, ref: str, words: str) -> None:
    now = community.world.clock.now()
    step = asking.write_on(
        person, thread(community, person, ref), addressee(community), words,
        keyring=community.node.keys(), now=now, random=community.random,
    )  # fmt: skip
    community.write(lambda tx: asking.take(tx, step, now=now))


def thread(community: Community, person: Person, ref: str) -> asking.Thread:
    found = community.read(asking.thread, community.again(person), ref, me=community.id)
    assert found is not None
    return found


def opened(community: Community, person: Person) -> answering.Opened:
    [row] = community.read(answering.rows, person.member)
    keys = community.read(answering.keys_of, person, me=community.id)
    return community.read(answering.opened, row, keys, me=community.id)  # type: ignore[no-any-return]


def answer(community: Community, person: Person, move: Move, words: str = "") -> None:
    now = community.world.clock.now()
    step = answering.prepare(
        opened(community, person), move, words, keyring=community.node.keys(), now=now, random=community.random
    )
    community.write(lambda tx: answering.take(tx, step, now=now))


def leave(community: Community, person: Person, ref: str, move: Move) -> None:
    now = community.world.clock.now()
    step = asking.leave_it(
        thread(community, person, ref), move, keyring=community.node.keys(), now=now, random=community.random
    )
    community.write(lambda tx: asking.take(tx, step, now=now))


def erase(community: Community, person: Person, ref: str) -> None:
    community.world.run(acts.erase(community.node.edge, thread(community, person, ref)))


def taken_out(community: Community) -> list[bytes]:
    """What waits to leave, in order, taken out of the outbox: a network that holds it back."""
    outbox = schema.outbox
    bodies = [row.body for row in sorted(community.rows("outbox"), key=lambda row: row.order)]
    community.write(lambda tx: tx.execute(outbox.delete()))
    return bodies


def comes_in(to: Community, sender: Community, body: bytes) -> delivery.Received:
    """A message whose sender was proven arrives and is acted on."""
    envelope, now = messages.read_stored(body), to.world.clock.now()
    result: delivery.Received = to.write(
        lambda tx: delivery.receive(tx, sender=sender.id, id=envelope.id, exp=envelope.exp, body=body, now=now)
    )
    to.world.run(to.node.received.act_once())
    return result


def says(sender: Community, to: Community, kind: Type, ref: str, n: int, body: Any = None) -> bytes:
    """A message without personal words, as a hostile node would make it."""
    now = sender.world.clock.now()
    return sending.sign(kind, me=sender.id, to=to.id, ref=ref, n=n, now=now, random=sender.random, body=body).body


def everything(community: Community) -> list[Any]:
    tables = ("asked", "incoming", "letter", "early")
    return [sorted(map(repr, community.rows(table))) for table in tables]


def files_with(community: Community, words: bytes) -> list[str]:
    folder = community.settings.data_dir
    return [file.name for file in folder.rglob("*") if file.is_file() and words in file.read_bytes()]


# Order.


def test_a_message_that_comes_before_its_offer_waits_and_then_applies(
    oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ref = ask(oak, asker)
    [offer] = taken_out(oak)
    leave(oak, asker, ref, Move.WITHDRAW)
    bodies = taken_out(oak) or [says(oak, elm, Type.WITHDRAW, ref, 2)]
    comes_in(elm, oak, bodies[0])
    assert elm.rows("incoming") == []
    assert len(elm.rows("early")) == 1
    comes_in(elm, oak, offer)
    assert opened(elm, mira).row.state is State.WITHDRAWN
    assert elm.rows("early") == []


def test_words_in_the_wrong_order_end_up_in_the_right_one(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ref = ask(oak, asker, "First")
    world.settle()
    answer(elm, mira, Move.ACCEPT, "Yes")
    world.settle()
    for words in ("Second", "Third", "Fourth"):
        write_on(oak, asker, ref, words)
    second, third, fourth = taken_out(oak)
    for body in (fourth, third, second):
        comes_in(elm, oak, body)
    assert [said.words for said in opened(elm, mira).said] == ["First", "Yes", "Second", "Third", "Fourth"]
    assert elm.rows("early") == []


def test_accepting_and_withdrawing_that_cross_end_alike_on_both_sides(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ref = ask(oak, asker)
    world.settle()
    leave(oak, asker, ref, Move.WITHDRAW)
    answer(elm, mira, Move.ACCEPT, "Yes")
    [from_oak], [from_elm] = taken_out(oak), taken_out(elm)
    comes_in(elm, oak, from_oak)
    comes_in(oak, elm, from_elm)
    world.settle()
    assert thread(oak, asker, ref).state is opened(elm, mira).row.state
    assert thread(oak, asker, ref).state in {State.WITHDRAWN, State.CLOSED}


def test_the_same_bytes_twice_apply_once_also_after_a_restart(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ask(oak, asker)
    [offer] = taken_out(oak)
    assert comes_in(elm, oak, offer) is delivery.Received.NEW
    before = everything(elm)
    assert comes_in(elm, oak, offer) is delivery.Received.AGAIN
    elm.stop()
    elm.start()
    assert comes_in(elm, oak, offer) is delivery.Received.AGAIN
    assert everything(elm) == before


def test_the_same_number_under_another_id_applies_nothing(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ref = ask(oak, asker)
    world.settle()
    answer(elm, mira, Move.ACCEPT, "Yes")
    world.settle()
    before = everything(oak)
    comes_in(oak, elm, says(elm, oak, Type.DECLINE, ref, 1, DeclineBody(reason=Reason.FULL)))
    assert everything(oak) == before
    assert thread(oak, asker, ref).state is State.ACCEPTED


# Speaking for others (D.25).


def test_a_peer_cannot_answer_what_another_peer_was_asked(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    fir = world.community("Fir")
    world.federate(oak, fir)
    ref = ask(oak, asker)
    world.settle()
    before = everything(oak), everything(elm)
    for kind, body in (
        (Type.DECLINE, DeclineBody(reason=Reason.FULL)),
        (Type.PAUSE, None),
        (Type.CLOSE, None),
        (Type.WITHDRAW, None),
    ):
        for n in (1, 2, 3):
            comes_in(oak, fir, says(fir, oak, kind, ref, n, body))
    assert thread(oak, asker, ref).state is State.OFFERED
    assert [*map(repr, oak.rows("asked")), *map(repr, oak.rows("letter"))] == [*before[0][0], *before[0][2]]
    assert everything(elm) == before[1]


def test_a_peer_cannot_end_or_erase_what_another_peer_asked(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    fir = world.community("Fir")
    world.federate(elm, fir)
    ref = ask(oak, asker)
    world.settle()
    for n in (1, 2):
        comes_in(elm, fir, says(fir, elm, Type.WITHDRAW, ref, n))
    now = world.clock.now()
    body = EraseBody(refs=(ref,))  # type: ignore[arg-type]
    made = sending.sign(Type.ERASE, me=fir.id, to=elm.id, ref=None, n=0, now=now, random=fir.random, body=body)
    comes_in(elm, fir, made.body)
    world.settle()
    assert opened(elm, mira).row.state is State.OFFERED
    answer(elm, mira, Move.ACCEPT, "Yes")
    world.settle()
    assert thread(oak, asker, ref).state is State.ACCEPTED


def test_one_reference_from_two_peers_is_two_requests(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    fir = world.community("Fir")
    world.federate(elm, fir)
    ref = ask(oak, asker)
    world.settle()
    comes_in(elm, fir, says(fir, elm, Type.WITHDRAW, ref, 2))
    [row] = elm.rows("incoming")
    assert (row.peer, row.state) == (oak.id, State.OFFERED.value)


def test_a_seeker_cannot_accept_for_the_one_who_was_asked(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ref = ask(oak, asker)
    world.settle()
    before = everything(elm)
    for kind in (Type.PAUSE, Type.DECLINE):
        for n in (1, 2, 3):
            comes_in(elm, oak, says(oak, elm, kind, ref, n))
    assert everything(elm) == before
    assert opened(elm, mira).row.state is State.OFFERED


# What cannot be read.


def test_a_seal_that_does_not_open_is_declined_by_the_node_as_unreadable(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ref = ask(oak, asker)
    keys = schema.node_key
    elm.write(lambda tx: tx.execute(keys.update().where(keys.c.purpose == "seal").values(private=bytes(31) + b"\x01")))
    elm.stop()
    elm.start()
    world.settle()
    assert elm.rows("incoming") == []
    seen = thread(oak, asker, ref)
    assert (seen.state, seen.row.reason) == (State.DECLINED, Reason.UNREADABLE.value)


# Who somebody is to a holder.


def test_two_requests_have_two_aliases_and_the_handle_goes_with_the_end(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    first = ask(oak, asker)
    world.settle()
    answer(elm, mira, Move.ACCEPT)  # one of them waits at a time
    world.settle()
    second = ask(oak, asker)
    world.settle()
    one, other = sorted(elm.rows("incoming"), key=lambda row: row.ref != first)
    assert one.alias != other.alias
    assert one.handle == other.handle is not None
    leave(oak, asker, second, Move.WITHDRAW)
    world.settle()
    [ended] = [row for row in elm.rows("incoming") if row.ref == second]
    assert ended.handle is None


def test_two_people_of_one_community_have_two_handles_and_no_row_names_either(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    other = oak.person("Other")
    ask(oak, asker)
    ask(oak, other)
    world.settle()
    one, two = elm.rows("incoming")
    assert one.handle != two.handle
    kept = repr([oak.rows(table) for table in ("asked", "letter", "outbox", "received", "early", "erasure")])
    theirs = repr([elm.rows(table) for table in schema.metadata.tables])
    for person in (asker, other):
        assert person.member.id not in kept
        assert person.member.id not in theirs
        assert person.member.name not in theirs


# Erasing (C.22, D.32).


def test_what_comes_late_does_not_bring_back_what_was_erased(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ref = ask(oak, asker)
    [offer] = taken_out(oak)
    comes_in(elm, oak, offer)
    erase(oak, asker, ref)
    world.settle()
    assert elm.rows("incoming") == elm.rows("letter") == []
    elm.write(lambda tx: tx.execute(schema.received.delete()))  # as if it had forgotten that it saw the offer
    comes_in(elm, oak, offer)
    comes_in(elm, oak, says(oak, elm, Type.WITHDRAW, ref, 2))
    assert elm.rows("incoming") == elm.rows("letter") == []
    assert [(row.n, row.body) for row in elm.rows("early")] == [(0, b"")]


def test_an_erasure_that_overtakes_its_offer_leaves_no_request(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ref = ask(oak, asker)
    [offer] = taken_out(oak)
    erase(oak, asker, ref)
    world.settle()
    comes_in(elm, oak, offer)
    world.settle()
    assert elm.rows("incoming") == elm.rows("letter") == []
    [erased] = oak.read(asking.erased, oak.again(asker), me=oak.id, now=world.clock.now())
    assert erased.confirmed is not None


def test_what_came_early_about_an_erased_request_goes_too(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ref = ask(oak, asker)
    taken_out(oak)
    comes_in(elm, oak, says(oak, elm, Type.CLOSE, ref, 3))
    assert len(elm.rows("early")) == 1
    erase(oak, asker, ref)
    world.settle()
    assert [(row.n, row.body) for row in elm.rows("early")] == [(0, b"")]


def test_a_crash_between_deleting_and_the_receipt_is_made_good_after_the_restart(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ref = ask(oak, asker)
    world.settle()
    erase(oak, asker, ref)
    [body] = taken_out(oak)
    envelope, now = messages.read_stored(body), world.clock.now()
    elm.write(lambda tx: delivery.receive(tx, sender=oak.id, id=envelope.id, exp=envelope.exp, body=body, now=now))
    world.run(elm.node.receiver.act(envelope, body))  # deleted and written over; the effect, its receipt, is lost
    assert elm.rows("incoming") == []
    assert elm.rows("outbox") == []
    elm.stop()
    elm.start()
    world.settle()
    [erased] = oak.read(asking.erased, oak.again(asker), me=oak.id, now=now)
    assert erased.confirmed is not None
    assert len(elm.rows("outbox")) == 0


def test_a_peer_that_does_not_answer_an_erasure_is_shown_as_not_confirmed(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ref = ask(oak, asker)
    world.settle()
    world.cut(oak, elm)
    erase(oak, asker, ref)
    world.pass_time(4 * DAY)
    [erased] = oak.read(asking.erased, oak.again(asker), me=oak.id, now=world.clock.now())
    assert erased.confirmed is None
    assert len(elm.rows("incoming")) == 1


def test_after_an_erasure_no_file_of_either_node_holds_its_words_or_its_seals(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ref = ask(oak, asker, "Canary words of somebody who asks")
    sealed = [row.body for row in oak.rows("outbox")] + [row.sealed for row in oak.rows("letter")]
    world.settle()
    answer(elm, mira, Move.ACCEPT, "Canary words of somebody who answers")
    sealed += [row.body for row in elm.rows("outbox")]
    world.settle()
    write_on(oak, asker, ref, "Canary words again")
    world.settle()
    sealed += [row.sealed for community in (oak, elm) for row in community.rows("letter")]
    canaries = [body[at : at + 48] for body in sealed for at in (len(body) // 2,)]
    assert len(canaries) >= 8
    oak.node.database.checkpoint()
    elm.node.database.checkpoint()
    assert any(files_with(community, canary) for community in (oak, elm) for canary in canaries)
    erase(oak, asker, ref)
    world.settle()
    world.pass_time(11 * 60)
    for community in (oak, elm):
        assert not community.node.database.forgetting
        assert [files_with(community, canary) for canary in (b"Canary", b"canary", *canaries)] == [[]] * (
            len(canaries) + 2
        ), community.name


def test_at_rest_the_words_of_a_request_are_readable_in_no_file(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ask(oak, asker, "Canary words at rest")
    world.settle()
    answer(elm, mira, Move.ACCEPT, "Canary answer at rest")
    world.settle()
    for community in (oak, elm):
        assert files_with(community, b"anary") == []
        community.node.database.checkpoint()
        assert files_with(community, b"anary") == []
    assert opened(elm, mira).asked is not None


def test_erasing_the_same_again_and_again_changes_nothing(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ref = ask(oak, asker)
    world.settle()
    erase(oak, asker, ref)
    world.settle()
    for _ in range(3):
        now = world.clock.now()
        body = EraseBody(refs=(ref, ref))  # type: ignore[arg-type]
        made = sending.sign(Type.ERASE, me=oak.id, to=elm.id, ref=None, n=0, now=now, random=oak.random, body=body)
        comes_in(elm, oak, made.body)
    world.settle()
    assert len(elm.rows("early")) == 1
    world.pass_time(16 * DAY)
    assert elm.rows("early") == []


def test_a_message_whose_predecessor_never_comes_applies_after_a_day(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    ref = ask(oak, asker, "First")
    world.settle()
    answer(elm, mira, Move.ACCEPT, "Yes")
    world.settle()
    write_on(oak, asker, ref, "Lost")
    write_on(oak, asker, ref, "Third")
    _, third = taken_out(oak)
    comes_in(elm, oak, third)
    world.pass_time(DAY - 1)
    assert [said.words for said in opened(elm, mira).said] == ["First", "Yes"]
    world.pass_time(61)
    assert [said.words for said in opened(elm, mira).said] == ["First", "Yes", "Third"]
    assert elm.rows("early") == []


def test_early_messages_about_nothing_are_bounded_and_gone_after_a_day(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person
) -> None:
    for number in range(210):
        comes_in(elm, oak, says(oak, elm, Type.WITHDRAW, f"{number:021d}A", 2))
    assert len(elm.rows("early")) == 200
    world.pass_time(DAY + 60)
    assert elm.rows("early") == []
    ask(oak, asker)
    world.settle()
    assert opened(elm, mira).row.state is State.OFFERED

"""The worker's loops: each peer by itself, nothing lost, nothing twice, a clean end (sections 4, 5 and 7 of the specification)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alongside_node.delivery import actions as delivery
from alongside_node.entrypoints.duties import Duties, Duty
from alongside_node.entrypoints.pacing import Doorstep, Nudge, OnePerPeer
from alongside_node.entrypoints.received_worker import ReceivedWorker
from alongside_node.entrypoints.sync_loop import Following, SyncLoop
from alongside_node.entrypoints.worker import Worker
from alongside_node.foundation.database import Database, Writing
from alongside_node.peers import actions as peers
from alongside_protocol import limits, messages
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId
from alongside_protocol.messages import Envelope, HintBody, Steps, Type
from federation.small_nodes import Clock, Network, SmallNode, a_database, enqueue, federate, quiet, run

ELM, YEW = NodeId("elm"), NodeId("yew")


@pytest.fixture
def oak(database: Database) -> SmallNode:
    return SmallNode("oak", database, Network(), Clock())


@pytest.fixture
def elm(oak: SmallNode, tmp_path: Path) -> Iterator[SmallNode]:
    with a_database(tmp_path, "elm") as database:
        node = SmallNode("elm", database, oak.network, oak.clock)
        run(federate(node, oak))
        yield node


@pytest.fixture
def yew(oak: SmallNode, tmp_path: Path) -> Iterator[SmallNode]:
    with a_database(tmp_path, "yew") as database:
        node = SmallNode("yew", database, oak.network, oak.clock)
        run(federate(node, oak))
        yield node


async def until(true: Callable[[], bool]) -> None:
    """Give the loops their turns; a loop that never gets there ends the test, not the suite."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for are rows, which set no event
            await asyncio.sleep(0)


# Sending.


def test_a_peer_that_never_answers_holds_up_no_other(oak: SmallNode, elm: SmallNode, yew: SmallNode) -> None:
    async def story() -> None:
        held = asyncio.Event()
        _hold(oak, "elm.example", held)
        enqueue(oak, oak.message(elm))
        enqueue(oak, oak.message(yew))
        async with Worker({"outbox": oak.outbox.run}):
            await until(lambda: yew.rows("received") > yew_before)
            await until(lambda: oak.rows("outbox") == 1)

    yew_before = yew.rows("received")
    run(story())


def test_what_was_on_its_way_when_the_worker_stopped_is_sent_again_and_applied_once(
    oak: SmallNode, elm: SmallNode
) -> None:
    async def story() -> None:
        held, arrived = asyncio.Event(), asyncio.Event()
        _hold(oak, "elm.example", held, after=arrived)
        enqueue(oak, oak.message(elm))
        async with Worker({"outbox": oak.outbox.run}):
            await asyncio.wait_for(arrived.wait(), 10)
        assert oak.rows("outbox") == 1
        _release(oak)
        await quiet(oak, elm)
        assert oak.rows("outbox") == 0
        assert len(elm.effects) == 1

    run(story())


def test_no_more_than_four_messages_to_one_peer_are_on_their_way(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        flying = [0, 0]
        send = oak.network.send

        async def counted(request: HttpRequest) -> HttpResponse:
            flying[0] += 1
            flying[1] = max(flying)
            await asyncio.sleep(0)
            try:
                return await send(request)
            finally:
                flying[0] -= 1

        _through(oak, counted)
        for _ in range(11):
            enqueue(oak, oak.message(elm))
        await oak.outbox.send_due()
        assert flying == [0, limits.PEER_IN_FLIGHT]
        assert oak.rows("outbox") == 0

    run(story())


def test_every_attempt_is_signed_afresh(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        seen: list[HttpRequest] = []

        async def cut(request: HttpRequest) -> HttpResponse:
            seen.append(request)
            raise Refused(Code.UNREACHABLE, "cut")

        _through(oak, cut)
        enqueue(oak, oak.message(elm))
        for _ in range(3):
            await oak.outbox.send_due()
            oak.clock.time += limits.DAY // 6
        assert len({request.headers["signature"] for request in seen}) == len(seen) == 3
        assert len({request.body for request in seen}) == 1

    run(story())


def test_a_final_refusal_is_told_in_the_transaction_that_gives_the_message_up(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        elm.decides(peers.step_back, oak.id, Steps.LISTINGS, terms=elm.terms)
        accept = messages.PeerBody(docs=tuple(oak.chain.texts), profile={}, step=Steps.LISTINGS)
        enqueue(oak, oak.message(elm, Type.PEER_ACCEPT, body=accept))  # a profile nobody can read
        await oak.outbox.send_due()
        assert [(outgoing.type, code) for outgoing, code in oak.given_up] == [("peer.accept", "message-form")]
        assert oak.rows("outbox") == 0

    run(story())


def test_when_being_told_fails_the_message_is_still_there(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        enqueue(oak, oak.message(elm, exp=oak.clock.now() + 5))
        oak.clock.time += 6
        oak._undeliverable = lambda *_: 1 / 0  # type: ignore[method-assign]
        oak._build({})
        await oak.outbox.send_due()
        assert oak.rows("outbox") == 1

    run(story())


def test_no_attempt_is_made_after_the_last_instant(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        enqueue(oak, oak.message(elm), not_after=oak.clock.now() + 5)
        oak.clock.time += 6
        passed = len(oak.network.passed)
        await oak.outbox.send_due()
        assert len(oak.network.passed) == passed
        assert [code for _, code in oak.given_up] == [Code.MESSAGE_EXPIRED]

    run(story())


def test_a_message_within_this_node_needs_no_network(oak: SmallNode) -> None:
    async def story() -> None:
        enqueue(oak, oak.message(oak))
        await quiet(oak)
        assert oak.network.passed == []
        assert [envelope.from_ for envelope in oak.effects] == [oak.id]
        assert oak.rows("outbox") == 0

    run(story())


def test_hearing_from_a_peer_that_was_away_sends_what_waits(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        oak.network.down.add("elm.example")
        enqueue(oak, oak.message(elm))
        await oak.outbox.send_due()
        oak.network.down.clear()
        enqueue(elm, elm.message(oak))
        await elm.outbox.send_due()
        await oak.outbox.send_due()
        assert oak.rows("outbox") == 0

    run(story())


def test_hearing_from_a_peer_that_was_away_before_a_restart_sends_what_waits(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        oak.network.down.add("elm.example")
        enqueue(oak, oak.message(elm))
        await oak.outbox.send_due()
        oak.network.down.clear()
        oak._build({})
        async with Worker({"outbox": oak.outbox.run}):
            await until(lambda: oak.mail._loop is not None)
            oak.outbox.heard(elm.id)
            await until(lambda: oak.rows("outbox") == 0)

    run(story())


def test_a_nudge_sends_at_once(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        async with Worker({"outbox": oak.outbox.run}):
            await until(lambda: oak.mail._loop is not None)
            enqueue(oak, oak.message(elm))
            await until(lambda: oak.rows("outbox") == 0)

    run(story())


# Acting.


def test_a_message_that_breaks_something_blocks_no_other(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        _broken(oak, elm)
        enqueue(elm, elm.message(oak))
        await elm.outbox.send_due()
        assert await oak.received.act_once() == 2
        assert [envelope.type for envelope in oak.effects] == [Type.WITHDRAW]
        assert await oak.received.act_once() == 0

    run(story())


def test_a_message_that_breaks_something_is_tried_again_and_dropped_when_it_expires(
    oak: SmallNode, elm: SmallNode
) -> None:
    async def story() -> None:
        _broken(oak, elm)
        tries = 0
        for _ in range(200):
            tries += await oak.received.act_once()
            oak.clock.time += limits.HOUR // 4
        assert 8 <= tries <= 14
        assert oak.database.read(lambda reading: delivery.waiting(reading, oak.clock.now(), 9)) == []

    run(story())


def test_a_message_that_is_refused_when_it_is_opened_is_dropped_at_once(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        async def refuse(_: Envelope) -> Callable[[Writing], None]:
            raise Refused(Code.SEAL, "not sealed to us")

        worker = ReceivedWorker(oak.database, oak.clock, refuse, nudge=Nudge(), mail=Nudge())
        enqueue(elm, elm.message(oak))
        await elm.outbox.send_due()
        assert [await worker.act_once(), await worker.act_once()] == [1, 0]

    run(story())


def test_an_effect_that_fails_leaves_nothing_half_done(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        async def half(envelope: Envelope) -> Callable[[Writing], None]:
            def effect(tx: Writing) -> None:
                own = oak.message(elm)
                delivery.enqueue(
                    tx, peer=elm.id, message_id=own.id, type=own.type, ref=own.ref, body=b"", not_after=own.exp, now=0
                )
                raise ValueError(envelope.id)

            return effect

        worker = ReceivedWorker(oak.database, oak.clock, half, nudge=Nudge(), mail=Nudge())
        enqueue(elm, elm.message(oak))
        await elm.outbox.send_due()
        await worker.act_once()
        assert oak.rows("outbox") == 0
        oak.clock.time += limits.MINUTE
        assert await oak.received.act_once() == 1

    run(story())


def test_two_workers_that_take_the_same_message_have_its_effect_once(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        prepared = asyncio.Barrier(2)

        async def act(envelope: Envelope, _: bytes) -> Callable[[Writing], None]:
            await prepared.wait()
            return await oak.act(envelope)

        enqueue(elm, elm.message(oak))
        await elm.outbox.send_due()
        workers = [ReceivedWorker(oak.database, oak.clock, act, nudge=Nudge(), mail=Nudge()) for _ in range(2)]
        async with asyncio.timeout(10):
            await asyncio.gather(*(worker.act_once() for worker in workers))
        assert len(oak.effects) == 1

    run(story())


def test_one_effect_that_fails_takes_no_other_along(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        messages_ = [elm.message(oak) for _ in range(5)]

        async def act(envelope: Envelope, _: bytes) -> Callable[[Writing], None]:
            if envelope.id != messages_[2].id:
                return await oak.act(envelope)

            def fail(_: Writing) -> None:
                raise ValueError

            return fail

        for message in messages_:
            enqueue(elm, message)
        await elm.outbox.send_due()
        worker = ReceivedWorker(oak.database, oak.clock, act, nudge=Nudge(), mail=Nudge())
        await worker.act_once()
        assert {envelope.id for envelope in oak.effects} == {one.id for one in messages_ if one is not messages_[2]}
        assert await worker.act_once() == 0

    run(story())


def test_messages_of_one_request_are_acted_on_in_order(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        first = elm.message(oak, Type.PAUSE)
        later = [elm.message(oak, Type.PAUSE, ref=first.ref, n=n) for n in (5, 2, 4, 3)]
        for message in (*later, first):
            await elm.network.send(elm.post(oak, messages.write(message)))
        while await oak.received.act_once():
            pass
        assert [envelope.n for envelope in oak.effects] == [1, 2, 3, 4, 5]

    run(story())


# Following.


def hint(doc: int, seq: int) -> HintBody:
    return HintBody(doc=doc, seq=seq)


def _following(
    clock: Clock, sync: Callable[[NodeId, HintBody | None], Awaitable[Any]], sources: list[NodeId]
) -> SyncLoop:
    async def all_sources() -> list[NodeId]:
        return sources

    return SyncLoop(Following(all_sources, sync, clock, lambda n: b"\x80" + bytes(n - 1), earliest=900, latest=3_600))


def test_a_new_source_is_read_at_once_and_then_by_a_jittered_poll() -> None:
    async def story() -> None:
        clock, read = Clock(), []

        async def sync(peer: NodeId, _: HintBody | None) -> tuple[int, int]:
            read.append(peer)
            return 1, 5

        loop = _following(clock, sync, [ELM])
        await loop.sync_due()
        await loop.sync_due()
        assert read == [ELM]
        clock.time += 900 + 1_350
        await loop.sync_due()
        assert read == [ELM, ELM]

    run(story())


def test_only_a_hint_of_a_newer_head_counts_and_only_from_whom_we_follow() -> None:
    async def story() -> None:
        read = []

        async def sync(peer: NodeId, _: HintBody | None) -> tuple[int, int]:
            read.append(peer)
            return 2, 5

        loop = _following(Clock(), sync, [ELM])
        await loop.sync_due()
        for order in ((2, 5), (2, 4), (1, 99)):
            loop.hint(ELM, hint(*order))
        loop.hint(YEW, hint(9, 9))
        await loop.sync_due()
        assert read == [ELM]
        loop.hint(ELM, hint(3, 1))
        await loop.sync_due()
        assert read == [ELM, ELM]

    run(story())


def test_one_synchronisation_is_in_flight_and_one_more_is_remembered() -> None:
    async def story() -> None:
        started, go = [], asyncio.Event()

        async def sync(peer: NodeId, _: HintBody | None) -> tuple[int, int]:
            started.append(peer)
            await go.wait()
            return 1, 1

        loop = _following(Clock(), sync, [ELM])
        async with Worker({"sync": loop.run}):
            await until(lambda: started == [ELM])
            for seq in range(2, 20):
                loop.hint(ELM, hint(1, seq))
                await asyncio.sleep(0)
            assert started == [ELM]
            await until(lambda: ELM in loop._each._again)
            go.set()
            await until(lambda: not loop._each._running)
            assert started == [ELM, ELM]

    run(story())


def test_a_directory_that_could_not_be_read_is_tried_again_soon_and_when_its_node_is_heard() -> None:
    async def story() -> None:
        clock, read = Clock(), []

        async def sync(peer: NodeId, _: HintBody | None) -> None:
            read.append(peer)

        loop = _following(clock, sync, [ELM])
        await loop.sync_due()
        clock.time += 30
        await loop.sync_due()
        assert read == [ELM, ELM]
        loop.heard(ELM)
        await loop.sync_due()
        assert read == [ELM, ELM, ELM]
        loop.heard(YEW)
        await loop.sync_due()
        assert read == [ELM, ELM, ELM]

    run(story())


def test_a_synchronisation_that_breaks_stops_no_other() -> None:
    async def story() -> None:
        read = []

        async def sync(peer: NodeId, _: HintBody | None) -> tuple[int, int]:
            if peer == ELM:
                raise ValueError(peer)
            read.append(peer)
            return 1, 1

        await _following(Clock(), sync, [ELM, YEW]).sync_due()
        assert read == [YEW]

    run(story())


# Telling.


def test_a_new_head_is_told_to_every_reader_and_never_queued(oak: SmallNode, elm: SmallNode, yew: SmallNode) -> None:
    async def story() -> None:
        yew.decides(peers.step_back, oak.id, Steps.NONE, terms=yew.terms)
        await quiet(oak, yew)
        oak.announces(1, 8)
        await oak.telling.tell_all()
        assert (elm.hints, yew.hints) == ([(oak.id, 1, 8)], [])
        oak.network.down.add("elm.example")
        oak.announces(1, 9)
        await oak.telling.tell_all()
        assert oak.rows("outbox") == 0

    run(story())


def test_a_peer_is_told_at_most_once_a_second_and_of_the_newest_head(database: Database, tmp_path: Path) -> None:
    async def story() -> None:
        second = asyncio.Event()

        async def sleep(seconds: float) -> None:
            assert seconds == 1
            await second.wait()

        ash = SmallNode("ash", database, Network(), Clock(), sleep=sleep)
        with a_database(tmp_path, "fir") as other:
            fir = SmallNode("fir", other, ash.network, ash.clock)
            await federate(fir, ash)
            async with Worker({"hints": ash.telling.run}):
                for seq in range(1, 9):
                    ash.announces(1, seq)
                    await until(lambda seq=seq: bool(fir.hints) and (seq == 1 or fir.id in ash.telling._each._again))
                assert fir.hints == [(ash.id, 1, 1)]
                second.set()
                await until(lambda: len(fir.hints) == 2)
                await until(lambda: not ash.telling._each._running)
                assert fir.hints == [(ash.id, 1, 1), (ash.id, 1, 8)]

    run(story())


# Duties, pacing, the end.


def test_duties_are_done_at_the_start_and_again_in_time_and_one_that_fails_keeps_none_from_being_done() -> None:
    async def story() -> None:
        clock, done = Clock(), []

        async def fail(now: int) -> None:
            done.append(("fails", now))
            raise ValueError

        async def keep(now: int) -> None:
            done.append(("keeps", now))

        duties = Duties(clock, [Duty("a", 100, fail), Duty("b", 60, keep)])
        await duties.do_due()
        start = clock.now()
        clock.time += 60
        await duties.do_due()
        clock.time += 40
        await duties.do_due()
        assert done == [("fails", start), ("keeps", start), ("keeps", start + 60), ("fails", start + 100)]

    run(story())


def test_a_nudge_that_came_before_anybody_waited_is_not_lost() -> None:
    async def story() -> None:
        nudge = Nudge()
        nudge()
        nudge()
        await asyncio.wait_for(nudge.wait(), 10)
        assert nudge._called is False

    run(story())


def test_a_gap_between_two_requests_is_not_calm_yet_and_a_second_is_enough() -> None:
    async def story() -> None:
        at = 100.0
        doorstep = Doorstep(clock=lambda: at)
        await doorstep.calm()
        with doorstep:
            waits = asyncio.create_task(doorstep.calm())
            await asyncio.sleep(0.02)
            assert not waits.done()
        at += 0.004
        await asyncio.sleep(0.02)
        assert not waits.done()
        at += 0.002
        await asyncio.wait_for(waits, 5)
        with doorstep:
            waits = asyncio.create_task(doorstep.calm())
            await asyncio.sleep(0.02)
            at += 1.0
            await asyncio.wait_for(waits, 5)

    run(story())


def test_a_nudge_from_another_thread_wakes_the_loop() -> None:
    async def story() -> None:
        nudge = Nudge()
        waiting = asyncio.create_task(nudge.wait())
        await asyncio.sleep(0)
        await asyncio.to_thread(nudge)
        await asyncio.wait_for(waiting, 10)

    run(story())


def test_jobs_of_many_peers_share_the_places_there_are() -> None:
    async def story() -> None:
        running = [0, 0]

        async def job(_: NodeId) -> None:
            running[0] += 1
            running[1] = max(running)
            await asyncio.sleep(0)
            running[0] -= 1

        each = OnePerPeer("job", job, at_once=3)
        for number in range(20):
            each.start(NodeId(str(number)))
        await each.idle()
        assert running == [0, 3]
        assert each._running == {}

    run(story())


def test_a_loop_that_breaks_begins_again_and_the_others_go_on() -> None:
    async def story() -> None:
        begun, slept = [], []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)
            await asyncio.sleep(0)

        async def breaks() -> None:
            begun.append(1)
            if len(begun) < 3:
                raise OSError
            await asyncio.Event().wait()

        async with Worker({"breaks": breaks}, sleep=sleep):
            await until(lambda: len(begun) == 3)
        assert slept == [5.0, 5.0]

    run(story())


def test_nothing_runs_after_the_end(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        held = asyncio.Event()
        _hold(oak, "elm.example", held)
        enqueue(oak, oak.message(elm))
        loops = {"outbox": oak.outbox.run, "received": oak.received.run, "hints": oak.telling.run}
        async with Worker(loops):
            await until(lambda: bool(oak.outbox._each._running))
        assert oak.outbox._each._running == {}
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(story())


def _through(node: SmallNode, send: Callable[[HttpRequest], Awaitable[HttpResponse]]) -> None:
    """Another way out for this node."""
    object.__setattr__(node.outbox._mail, "outbound", type("Way", (), {"send": staticmethod(send)})())


def _release(node: SmallNode) -> None:
    object.__setattr__(node.outbox._mail, "outbound", node.network)


def _hold(node: SmallNode, host: str, held: asyncio.Event, after: asyncio.Event | None = None) -> None:
    """Requests to `host` get no answer until `held`; with `after`, they arrive first."""

    async def send(request: HttpRequest) -> HttpResponse:
        if host not in request.url:
            return await node.network.send(request)
        answer = await node.network.send(request) if after is not None else None
        if after is not None:
            after.set()
        await held.wait()
        return answer or HttpResponse(503, {}, b"")

    _through(node, send)


def _broken(oak: SmallNode, elm: SmallNode) -> None:
    """A message in oak's rows that its `act` cannot stand."""
    now = oak.clock.now()
    raw = messages.write(elm.message(oak, Type.PAUSE)).replace(b"referral.pause", b"referral.message")
    sealed = raw[:-1] + b',"sealed":"AAAA"}'
    oak.database.write(
        lambda tx: delivery.receive(tx, sender=elm.id, id="broken", exp=now + limits.DAY, body=sealed, now=now)
    )

"""Following a directory: what an honest node's reader ends up with, however it comes (section 4, "Sync"; safety, B.17, B.19, C.22)."""

import random as seeded

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside_protocol import limits, record
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from alongside_protocol.errors import Code, Refused
from alongside_protocol.feed import Cursor
from alongside_protocol.profile import Profile
from alongside_protocol.testing.fake_node import FakeNode, problem
from alongside_protocol.testing.replica import Replica
from alongside_protocol.trust import CHANGES_PATH, HEADS_PATH, WELL_KNOWN_PATH, Batch, Budget, Sync, Trusted


def same(replica: Replica, node: FakeNode) -> None:
    lines = {entry.id: entry.line for entry in node.entries() if entry.line is not None}
    assert {id_: got.line for id_, got in replica.records.items()} == lines
    assert replica.trusted.head == node.head
    assert replica.trusted.tree.root == node.head.root == node.tree.root


def paths(node: FakeNode) -> list[str]:
    return [request.url.removeprefix(node.origin).partition("?")[0] for request in node.requests]


def test_a_first_synchronisation_brings_the_whole_directory() -> None:
    node = FakeNode.with_listings()
    replica = Replica.of(node)
    outcome = replica.follow(node)
    assert (outcome.whole, outcome.records) == (True, 5)
    assert outcome.size == len(node.answer(node.requests[0]).body)
    same(replica, node)


def test_an_empty_directory_is_a_directory() -> None:
    node = FakeNode.with_listings(0)
    same(Replica.copy_of(node), node)


def test_later_ones_bring_what_changed_and_what_is_gone() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    first, second, *_ = [entry.id for entry in node.entries()]
    node.put(node.listing("New"))
    node.put(node.listing("Changed"), record_id=first)
    node.remove(second)
    node.publish()
    outcome = replica.follow(node)
    assert (outcome.whole, outcome.records) == (False, 5)
    assert len(node.requests) == 1
    assert second not in replica.records
    same(replica, node)


def test_a_page_that_came_unasked_is_awaited_only_where_the_copy_stands_and_only_first() -> None:
    node = FakeNode.with_listings(3)
    trusted = Replica.copy_of(node).trusted
    node.put(node.listing("One more"))
    node.publish()
    sync = Sync(trusted, now=node.now)
    assert sync.awaits(Cursor(1, 1))
    assert not sync.awaits(Cursor(1, 2))
    page = node.answer(HttpRequest("GET", f"{node.origin}{CHANGES_PATH}?since=1.1"))
    sync.take(page.status, page.body)
    assert not sync.awaits(Cursor(1, 1))
    assert sync.finish().trusted.head == node.head
    assert not Sync(Trusted(node.chain), now=node.now).awaits(Cursor(1, 1))


def test_nothing_new_costs_one_request() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    assert replica.follow(node).records == 5
    assert paths(node) == [CHANGES_PATH]
    same(replica, node)


@pytest.mark.parametrize("page_lines", [1, 2, 5])
def test_a_directory_of_many_pages_may_change_while_it_is_read(page_lines: int) -> None:
    node = FakeNode.with_listings(6, page_lines=page_lines)
    changed = [entry.id for entry in node.entries()][:2]

    def publish_more(honest: HttpResponse) -> HttpResponse:
        node.put(node.listing("Changed meanwhile"), record_id=changed[0])
        node.remove(changed[1])
        node.put(node.listing("Came meanwhile"))
        node.publish()
        return honest

    node.script(CHANGES_PATH, publish_more)
    replica = Replica.of(node)
    replica.follow(node)
    node.page_lines = limits.PAGE_LINES
    replica.follow(node)
    same(replica, node)


def test_a_change_that_comes_between_two_pages_is_in_the_copy() -> None:
    node = FakeNode.with_listings(4, page_lines=2)
    first = node.entries()[0].id

    def change(honest: HttpResponse) -> HttpResponse:
        node.put(node.listing("Changed meanwhile"), record_id=first)
        node.publish()
        return honest

    node.script(CHANGES_PATH, change)
    replica = Replica.of(node)
    replica.follow(node)
    same(replica, node)
    assert len(node.requests) == 3


def test_heads_that_were_missed_are_fetched_and_linked() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    for _ in range(3):
        node.publish()
    replica.follow(node)
    assert [request.url.partition("?")[2] for request in node.requests] == ["since=1.1", "doc=1&from=2&to=3"]
    same(replica, node)


def test_more_heads_than_one_answer_holds_are_fetched_in_turn() -> None:
    node = FakeNode.with_listings(1)
    replica = Replica.copy_of(node)
    for _ in range(2 * limits.HEADS_PER_ANSWER + 2):
        node.publish()
    replica.follow(node)
    assert paths(node) == [CHANGES_PATH, HEADS_PATH, HEADS_PATH, HEADS_PATH]
    same(replica, node)


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("longer", [0, limits.DAY])
def test_whoever_was_away_longer_than_heads_are_kept_can_still_follow(kept: bool, longer: int) -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    node.publish()
    node.now += limits.HEADS_KEPT + longer
    if kept:
        node.publish()
        node.publish()
    node.put(node.listing("After a long time"))
    node.publish()
    replica.follow(node)
    same(replica, node)


def test_an_expired_cursor_begins_anew_and_absence_is_deletion() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    gone = node.entries()[0].id
    node.remove(gone)
    node.publish()
    node.forget()
    node.publish()
    outcome = replica.follow(node)
    assert outcome.whole
    assert gone not in replica.records
    same(replica, node)


def test_a_directory_that_begins_anew_three_times_is_still_followed_and_not_a_fourth_time() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    gone = problem(410, Code.CURSOR_GONE)
    node.script(CHANGES_PATH, gone, gone, gone)
    replica.follow(node)
    same(replica, node)
    node.script(CHANGES_PATH, gone, gone, gone, gone)
    assert replica.refusal(node).code is Code.BUSY


def test_what_was_staged_before_beginning_anew_is_void() -> None:
    node = FakeNode.with_listings(4, page_lines=2)
    node.script(CHANGES_PATH, None, problem(410, Code.CURSOR_GONE))
    sync, batches = Sync(Trusted(node.chain), now=node.now), []
    while (ask := sync.ask()) is not None:
        got = node.answer(HttpRequest("GET", node.origin + ask.path))
        batches.append(sync.take(got.status, got.body))
    assert [batch.restarted for batch in batches] == [False, True, False, False]
    assert batches[1] == Batch(restarted=True)
    assert sync.finish().records == 4


# A new node document.


def test_a_new_document_is_fetched_and_the_directory_read_anew() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    node.succeed()
    node.put(node.listing("After the restore"))
    node.publish()
    outcome = replica.follow(node)
    assert outcome.whole
    assert paths(node) == [CHANGES_PATH, CHANGES_PATH, WELL_KNOWN_PATH]
    assert outcome.trusted.chain == node.chain
    same(replica, node)


def test_a_page_under_a_new_document_is_read_anew_although_changes_were_asked_for() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    node.succeed()
    node.publish()
    node.script(CHANGES_PATH, node.page([]))
    assert replica.follow(node).whole
    assert paths(node) == [CHANGES_PATH, WELL_KNOWN_PATH, CHANGES_PATH]
    same(replica, node)


def test_a_document_that_is_known_already_is_not_fetched_again() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    replica.trusted.chain = node.succeed()
    node.publish()
    replica.follow(node)
    assert WELL_KNOWN_PATH not in paths(node)
    same(replica, node)


def test_a_document_may_change_between_two_pages_of_a_first_synchronisation() -> None:
    node = FakeNode.with_listings(4, page_lines=2)

    def renew(honest: HttpResponse) -> HttpResponse:
        node.succeed()
        node.publish()
        return honest

    node.script(CHANGES_PATH, renew)
    replica = Replica.of(node)
    replica.follow(node)
    same(replica, node)


# One poisoned record.


def test_one_poisoned_record_among_500_is_set_aside_and_the_rest_is_read() -> None:
    node = FakeNode.with_listings(499)
    poisoned = node.put(b'{"v":1,"title":1e999}')
    node.publish()
    replica = Replica.copy_of(node)
    assert len(replica.records) == 499
    assert {id_: reason.code for id_, reason in replica.set_aside.items()} == {poisoned: Code.JSON_NUMBER}
    assert replica.trusted.tree.root == node.head.root
    node.put(node.listing("Mended"), record_id=poisoned)
    node.publish()
    replica.follow(node)
    assert not replica.set_aside
    same(replica, node)


def test_a_record_under_another_records_id_is_set_aside() -> None:
    node = FakeNode.with_listings(1)
    stolen = node.entries()[0]
    other = node.put(stolen.line or b"")
    node.publish()
    replica = Replica.copy_of(node)
    assert list(replica.set_aside) == [other]
    assert replica.set_aside[other].code is Code.RECORD_FORM
    assert list(replica.records) == [stolen.id]


# Our own copy.


def test_a_damaged_copy_is_noticed_and_mended_by_reading_the_whole() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    damaged = record.digest(b"damaged")
    replica.trusted.tree.put(next(iter(replica.trusted.tree))[0], damaged)
    assert replica.refusal(node).code is Code.FEED_ROOT
    assert replica.follow(node, whole=True).whole
    same(replica, node)


def test_changes_that_could_not_be_stored_are_taken_out_again() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    before = replica.trusted.head, replica.trusted.tree.root
    trusted = Trusted(node.chain, replica.trusted.head, replica.trusted.tree)
    node.remove(node.entries()[0].id)
    node.put(Profile(name="Us", lang="en"))
    node.publish()
    replica.follow(node).undo()
    assert (trusted.head, trusted.tree.root) == before
    whole = Replica.copy_of(node)
    whole.follow(node, whole=True).undo()
    same(whole, node)


def test_nothing_can_be_finished_before_everything_was_fetched() -> None:
    node = FakeNode.with_listings()
    with pytest.raises(Refused) as error:
        Sync(Trusted(node.chain), now=node.now).finish()
    assert error.value.code is Code.HEAD_CHAIN


def test_an_answer_to_nothing_that_was_asked_is_refused() -> None:
    node = FakeNode.with_listings()
    sync = Sync(Trusted(node.chain), now=node.now)
    sync.take(200, node.page(node.entries()).body)
    assert sync.ask() is None
    with pytest.raises(Refused) as error:
        sync.take(200, b'{"heads":[]}')
    assert error.value.code is Code.RESPONSE_FORM
    assert sync.finish().records == 5


def test_a_directory_within_its_budget_is_taken() -> None:
    node = FakeNode.with_listings()
    size = len(node.page(node.entries()).body)
    Replica.of(node).follow(node, budget=Budget(records=5, size=size))
    assert Replica.of(node).refusal(node, budget=Budget(records=5, size=size - 1)).code is Code.BUDGET
    assert Replica.of(node).refusal(node, budget=Budget(records=4, size=size)).code is Code.BUDGET


def test_a_page_that_waited_for_documents_is_counted_once() -> None:
    node = FakeNode.with_listings()
    replica = Replica.of(node)
    node.succeed()
    node.publish()
    assert replica.follow(node).size == len(node.page(node.entries()).body)
    assert paths(node) == [CHANGES_PATH, WELL_KNOWN_PATH]
    same(replica, node)


def test_a_refusal_that_did_not_come_or_changed_something_is_an_error_of_a_test() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    with pytest.raises(AssertionError, match="was not refused"):
        replica.refusal(node)

    def damage(honest: HttpResponse) -> HttpResponse:
        replica.records.clear()
        return HttpResponse(500, {}, honest.body)

    node.script(CHANGES_PATH, damage)
    with pytest.raises(AssertionError, match="changed the copy"):
        replica.refusal(node)


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_a_copy_is_the_directory_after_any_history(seed: int, page_lines: int) -> None:
    random, node = seeded.Random(seed), FakeNode("history", page_lines=page_lines)
    node.publish()
    replica, ids = Replica.of(node), [node.put(node.listing("First"))]
    for _ in range(12):
        match random.randrange(7):
            case 0 | 1:
                ids.append(node.put(node.listing("Next")))
            case 2:
                node.put(node.listing("Changed"), record_id=random.choice(ids))
            case 3:
                node.remove(random.choice(ids))
            case 4:
                node.now += limits.DAY
            case 5 if random.random() < 0.3:
                node.succeed()
            case _:
                node.publish()
                replica.follow(node)
                same(replica, node)
        if not node.heads:
            node.publish()
    node.publish()
    replica.follow(node)
    same(replica, node)

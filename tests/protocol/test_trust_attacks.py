"""What a lying, broken or stolen node answers, and what its reader says to it (section 4, "Sync"; safety, B.14 to B.16, C.21).

The list follows python-tuf's test_updater_top_level_update.py: rollback, equivocation, freeze, fast-forward, mix and match,
endless data; then documents, restarts, and heads in between. After every refusal the old trusted state is in use unchanged.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside_protocol import limits
from alongside_protocol.client.exchange import HttpResponse
from alongside_protocol.errors import Code, Contradiction, Refused
from alongside_protocol.head import Head
from alongside_protocol.testing.fake_node import FakeNode, heads_answer, problem
from alongside_protocol.testing.replica import Replica
from alongside_protocol.trust import CHANGES_PATH, HEADS_PATH, Budget, Trusted


def contradicted(replica: Replica, node: FakeNode, code: Code, first: Head, second: Head) -> None:
    """A refusal that shows both statements."""
    error = replica.refusal(node)
    assert isinstance(error, Contradiction)
    assert (error.code, error.first, error.second) == (code, first.text, second.text)


# Rollback.


def test_an_older_head_than_the_stored_one_is_a_rollback() -> None:
    node = FakeNode.with_listings()
    older, _ = node.head, node.publish()
    replica = Replica.copy_of(node)
    node.script(CHANGES_PATH, node.page([], head_text=older.text))
    contradicted(replica, node, Code.ROLLBACK, node.head, older)


def test_an_older_head_on_a_later_page_is_a_rollback() -> None:
    node = FakeNode.with_listings(page_lines=2)
    older, _ = node.head, node.publish()
    node.script(CHANGES_PATH, None, node.page(node.entries()[2:], head_text=older.text))
    contradicted(Replica.of(node), node, Code.ROLLBACK, node.head, older)


def test_an_older_head_after_beginning_anew_is_a_rollback() -> None:
    node = FakeNode.with_listings(page_lines=2)
    older, _ = node.head, node.publish()
    node.script(CHANGES_PATH, None, problem(410, Code.CURSOR_GONE), node.page(node.entries(), head_text=older.text))
    contradicted(Replica.of(node), node, Code.ROLLBACK, node.head, older)


def test_an_older_document_is_a_rollback() -> None:
    node = FakeNode.with_listings()
    older = node.head
    node.succeed()
    node.publish()
    replica = Replica.copy_of(node)
    node.script(CHANGES_PATH, node.page([], head_text=older.text))
    contradicted(replica, node, Code.ROLLBACK, node.head, older)


def test_a_node_that_says_it_never_signed_our_head_has_rolled_back() -> None:
    node = FakeNode.with_listings()
    node.publish()
    replica = Replica.copy_of(node)
    node.heads.pop()
    error = replica.refusal(node)
    assert isinstance(error, Contradiction)
    assert replica.trusted.head is not None
    assert (error.code, error.first, error.second) == (Code.ROLLBACK, replica.trusted.head.text, "")
    node.script(CHANGES_PATH, problem(409, Code.CURSOR_AHEAD))
    assert Replica.of(node).refusal(node).code is Code.RESPONSE_FORM


# Equivocation.


def test_another_head_with_the_same_number_shows_two_faces() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    other = node.sign_head(seq=1, prev=None, size=0)
    node.script(CHANGES_PATH, node.page([], head_text=other.text))
    contradicted(replica, node, Code.EQUIVOCATION, node.head, other)


def test_another_head_with_the_same_number_on_a_later_page_shows_two_faces() -> None:
    node = FakeNode.with_listings(page_lines=2)
    other = node.sign_head(seq=1, prev=None, size=0)
    node.script(CHANGES_PATH, None, node.page(node.entries()[2:], head_text=other.text))
    contradicted(Replica.of(node), node, Code.EQUIVOCATION, node.head, other)


def test_a_next_head_that_follows_another_one_shows_two_faces() -> None:
    node = FakeNode.with_listings()
    replica, first = Replica.copy_of(node), node.head
    following = node.publish(prev=bytes(32))
    contradicted(replica, node, Code.EQUIVOCATION, first, following)


def test_a_head_in_between_that_follows_another_one_shows_two_faces() -> None:
    node = FakeNode.with_listings()
    replica, first = Replica.copy_of(node), node.head
    fork = node.publish(prev=bytes(32))
    node.publish()
    node.publish()
    contradicted(replica, node, Code.EQUIVOCATION, first, fork)


def test_the_newest_head_must_follow_the_heads_that_are_shown_in_between() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    shown = node.publish()
    last = node.publish(prev=bytes(32))
    contradicted(replica, node, Code.EQUIVOCATION, shown, last)


def test_a_head_that_a_page_showed_must_be_among_those_in_between() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    node.put(node.listing("New"))
    shown_to_all, shown_to_us = node.sign_head(), node.sign_head(floor=1)
    assert node.publish() == shown_to_all
    node.put(node.listing("Last"))
    node.publish()
    node.script(CHANGES_PATH, node.page(node.entries(since=1)[:1], more=True, head_text=shown_to_us.text))
    node.publish()
    contradicted(replica, node, Code.EQUIVOCATION, shown_to_us, shown_to_all)


def test_a_head_that_was_shown_before_beginning_anew_must_be_among_those_in_between() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    shown_to_us = node.sign_head(floor=1)
    shown_to_all = node.publish()
    node.publish()
    gone = problem(410, Code.CURSOR_GONE)
    node.script(CHANGES_PATH, gone, node.page(node.entries()[:2], more=True, head_text=shown_to_us.text), gone)
    contradicted(replica, node, Code.EQUIVOCATION, shown_to_us, shown_to_all)


def test_a_first_synchronisation_links_what_it_was_shown_before_beginning_anew() -> None:
    node = FakeNode.with_listings()
    shown_to_us = node.sign_head(floor=1)
    shown_to_all = node.publish()
    node.publish()
    first = node.page(node.entries()[:2], more=True, head_text=shown_to_us.text)
    node.script(CHANGES_PATH, first, problem(410, Code.CURSOR_GONE))
    node.script(HEADS_PATH, heads_answer(shown_to_all.text))
    error = Replica.of(node).refusal(node)
    assert isinstance(error, Contradiction)
    assert error.code is Code.EQUIVOCATION


# Freeze.


def test_a_head_that_has_expired_is_not_taken_again() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    start = node.now
    for now in (start + limits.DAY, node.head.exp - 1):
        replica.follow(node, now=now)
    assert replica.refusal(node, now=node.head.exp).code is Code.HEAD_EXPIRED
    node.now = node.head.exp
    node.publish()
    assert replica.follow(node).trusted.head == node.head


def test_a_head_of_the_future_is_refused_and_says_so() -> None:
    node = FakeNode.with_listings()
    assert Replica.of(node).refusal(node, now=node.now - limits.SKEW - 1).code is Code.HEAD_FUTURE
    Replica.of(node).follow(node, now=node.now - limits.SKEW)


# Fast-forward.


def test_a_head_far_ahead_must_show_how_it_came_there_within_the_budget() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    between = [node.publish().text for _ in range(60)]
    far = node.sign_head(seq=limits.SAFE_INTEGER)
    node.script(CHANGES_PATH, node.page([], head_text=far.text), node.page([], head_text=far.text))
    node.script(HEADS_PATH, *(heads_answer(*between[start : start + 20]) for start in (0, 20, 40)))
    assert replica.refusal(node, budget=Budget(size=30_000)).code is Code.BUDGET
    node._lies[HEADS_PATH].clear()
    assert replica.refusal(node).code is Code.HEAD_CHAIN


def test_a_stolen_key_that_ran_ahead_is_overtaken_by_a_new_document() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    far = node.sign_head(seq=limits.SAFE_INTEGER)
    replica.trusted = Trusted(node.chain, far, replica.trusted.tree)
    assert replica.refusal(node).code is Code.ROLLBACK
    node.succeed()
    node.publish()
    assert replica.follow(node).trusted.head == node.head


# Mix and match.


def test_a_page_of_another_state_does_not_fit_the_root() -> None:
    node = FakeNode.with_listings(page_lines=3)
    former = node.entries()
    changed = former[4].id
    node.put(node.listing("Changed"), record_id=changed)
    node.publish()
    node.script(CHANGES_PATH, None, node.page(former[3:]))
    assert Replica.of(node).refusal(node).code is Code.FEED_ROOT


def test_a_record_that_was_left_out_is_missed() -> None:
    node = FakeNode.with_listings()
    for left_out in range(5):
        entries = node.entries()
        del entries[left_out]
        node.script(CHANGES_PATH, node.page(entries))
        assert Replica.of(node).refusal(node).code is Code.FEED_SIZE


def test_a_deletion_that_was_left_out_is_missed() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    node.remove(node.entries()[0].id)
    node.publish()
    node.script(CHANGES_PATH, node.page([]))
    assert replica.refusal(node).code is Code.FEED_SIZE


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"root": bytes(32)}, Code.FEED_ROOT), ({"size": 4}, Code.FEED_SIZE), ({"size": 6}, Code.FEED_SIZE)],
)
def test_a_head_over_something_else_is_refused(changed: dict[str, Any], code: Code) -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    node.publish(**changed)
    assert replica.refusal(node).code is code
    assert Replica.of(node).refusal(node).code is code


def test_lines_outside_what_was_asked_for_are_refused() -> None:
    node = FakeNode.with_listings(page_lines=2)
    entries = node.entries()
    node.script(CHANGES_PATH, None, node.page(entries[1:]))
    assert Replica.of(node).refusal(node).code is Code.FEED_ORDER
    replica = Replica.copy_of(node)
    node.publish()
    node.script(CHANGES_PATH, node.page(entries))
    assert replica.refusal(node).code is Code.FEED_ORDER
    node.put(node.listing("Not yet signed"))
    ahead = [*node._entries.values()][-1:]
    node.script(CHANGES_PATH, node.page(ahead))
    assert replica.refusal(node).code is Code.FEED_ORDER


# Forgery.


def test_a_head_of_another_node_or_another_key_is_refused() -> None:
    node, other = FakeNode.with_listings(), FakeNode.with_listings(label="other")
    replica = Replica.copy_of(node)
    node.script(CHANGES_PATH, node.page([], head_text=other.head.text))
    assert replica.refusal(node).code is Code.SIGNATURE
    other.key = node.key
    forged = other.sign_head()
    node.script(CHANGES_PATH, node.page([], head_text=forged.text))
    assert replica.refusal(node).code is Code.HEAD_OTHER_NODE


def test_a_record_with_one_byte_changed_is_refused() -> None:
    node = FakeNode.with_listings()
    node.script(CHANGES_PATH, lambda honest: HttpResponse(200, {}, honest.body.replace(b"Listing 3", b"Listing X")))
    assert Replica.of(node).refusal(node).code is Code.FEED_HASH


SMALL = FakeNode.with_listings(2, label="small", page_lines=1)
SMALL_PAGES = [SMALL.page(SMALL.entries()[:1], more=True).body, SMALL.page(SMALL.entries()[1:]).body]


@settings(max_examples=150)
@given(st.integers(0, 1), st.data())
def test_any_byte_that_is_changed_on_the_way_is_noticed(number: int, data: st.DataObject) -> None:
    body = bytearray(SMALL_PAGES[number])
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))
    bodies = [*SMALL_PAGES[:number], bytes(body), *SMALL_PAGES[number + 1 :]]
    SMALL._lies.clear()
    SMALL.script(CHANGES_PATH, *bodies)
    replica = Replica.of(SMALL)
    try:
        replica.follow(SMALL)
    except Refused:
        assert not replica.records
        assert replica.trusted.head is None
    else:
        # Only what is between members of a page's first line can change and mean the same.
        assert place < SMALL_PAGES[number].index(b"\n")
        assert replica.trusted.tree.root == SMALL.head.root


# Endless data.


def test_pages_without_end_stop_at_the_budget() -> None:
    node = FakeNode.with_listings(40, page_lines=1)
    error = Replica.of(node).refusal(node, budget=Budget(size=10_000))
    assert error.code is Code.BUDGET
    assert Replica.of(node).refusal(node, budget=Budget(records=10)).code is Code.BUDGET
    assert len(node.requests) < 30


def test_a_page_that_repeats_itself_is_refused() -> None:
    node = FakeNode.with_listings(page_lines=2)
    again = node.page(node.entries()[:2], more=True)
    node.script(CHANGES_PATH, again, again)
    assert Replica.of(node).refusal(node).code is Code.FEED_ORDER


def test_changes_that_make_a_copy_too_large_are_refused() -> None:
    node = FakeNode.with_listings()
    replica = Replica.copy_of(node)
    node.put(node.listing("One more"))
    node.publish()
    assert replica.refusal(node, budget=Budget(records=5)).code is Code.BUDGET
    assert replica.refusal(node, budget=Budget(records=0)).code is Code.BUDGET

"""The table of moves between two communities, and what each message needs (sections 3 and 5 of the specification)."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_node.peers import rules
from alongside_node.peers.rules import Comparison, Move, Need, Standing, State
from alongside_protocol import limits
from alongside_protocol.errors import Code, Refused
from alongside_protocol.messages import Steps, Type
from alongside_protocol.peering import Side

NOW = 1_800_000_000
STANDINGS = st.builds(
    Standing, st.sampled_from(State), st.sampled_from(Steps), st.sampled_from(Steps), st.integers(0, NOW)
)


def standing(state: State = State.AGREED, ours: Steps = Steps.REQUESTS, theirs: Steps = Steps.REQUESTS) -> Standing:
    return Standing(state, ours, theirs, 0)


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_what_is_not_a_cell_of_the_table_cannot_happen(state: State, move: Move) -> None:
    if (state, move) in rules.TABLE:
        assert rules.step(state, move) is not State.UNKNOWN
        return
    with pytest.raises(Refused) as refused:
        rules.step(state, move)
    assert refused.value.code is Code.NOT_AGREED


@pytest.mark.parametrize("state", [state for state in State if state is not State.UNKNOWN])
def test_every_peer_can_be_parted_from_or_has_been(state: State) -> None:
    assert state is State.ENDED or rules.step(state, Move.WE_END) is State.ENDED or state is State.UNKNOWN


def test_only_our_stewards_make_an_agreement_out_of_being_asked() -> None:
    ways = {move for (before, move), after in rules.TABLE.items() if before is State.ASKING and after is State.AGREED}
    assert ways == {Move.WE_AGREE, Move.WE_ASK}


def test_a_frozen_peer_is_thawed_by_no_move_of_a_message() -> None:
    afters = {move: after for (before, move), after in rules.TABLE.items() if before is State.FROZEN}
    assert State.AGREED not in afters.values()
    assert Move.THEY_AGREE not in afters


@given(STANDINGS, st.sampled_from(Side), st.sampled_from(Steps))
def test_a_side_gets_to_any_step_and_the_other_side_stays(before: Standing, side: Side, step: Steps) -> None:
    after = rules.taken(before, side, step)
    own, other = (after.ours, after.theirs) if side is Side.WE else (after.theirs, after.ours)
    assert own is step
    assert other is (before.theirs if side is Side.WE else before.ours)


@given(STANDINGS, STANDINGS, st.integers(0, 30))
def test_notice_is_given_each_time_both_begin_to_share(before: Standing, after: Standing, days: int) -> None:
    from_ = rules.listings_from(before, after, notice_days=days, now=NOW)
    if before.goes(Steps.LISTINGS):
        assert from_ == before.listings_from
    else:
        assert from_ == (NOW + days * limits.DAY if after.goes(Steps.LISTINGS) else 0)


@given(STANDINGS)
def test_requests_pass_only_where_both_have_taken_that_step(of: Standing) -> None:
    both = of.state is State.AGREED and of.ours is of.theirs is Steps.REQUESTS
    assert of.goes(Steps.REQUESTS) is both


def test_every_type_of_message_says_what_it_needs() -> None:
    assert set(rules.NEEDS) == set(Type)


@pytest.mark.parametrize(
    ("need", "met", "unmet"),
    [
        (Need.ON_FILE, [standing(State.ENDED), standing(State.FROZEN)], []),
        (Need.NOT_FROZEN, [standing(State.ENDED)], [standing(State.FROZEN)]),
        (
            Need.IN_TOUCH,
            [standing(State.ASKED), standing(State.ASKING)],
            [standing(State.ENDED), standing(State.FROZEN)],
        ),
        (
            Need.LISTINGS,
            [standing(), standing(ours=Steps.LISTINGS)],
            [standing(theirs=Steps.NONE), standing(ours=Steps.NONE), standing(State.FROZEN)],
        ),
        (
            Need.REQUESTS,
            [standing()],
            [standing(ours=Steps.LISTINGS), standing(theirs=Steps.LISTINGS), standing(State.ENDED)],
        ),
        (Need.INVITATION, [], [standing()]),
    ],
)
def test_a_message_is_taken_exactly_where_its_need_is_met(
    need: Need, met: list[Standing], unmet: list[Standing]
) -> None:
    for kind in (kind for kind in Type if rules.NEEDS[kind] is need):
        for of in met:
            rules.admit(of, kind)
        for of in unmet:
            with pytest.raises(Refused):
                rules.admit(of, kind)


def test_where_a_thawed_peer_is_follows_from_the_steps() -> None:
    none, some = Steps.NONE, Steps.LISTINGS
    cells = {
        (none, none): State.ENDED,
        (none, some): State.ASKING,
        (some, none): State.ASKED,
        (some, some): State.AGREED,
    }
    assert {steps: rules.thawed(*steps) for steps in cells} == cells


@pytest.mark.parametrize(
    ("stored", "received", "found"),
    [
        ("ab", "ab", Comparison.NOTHING_NEW),
        ("ab", "a", Comparison.NOTHING_NEW),
        ("ab", "abc", Comparison.LONGER),
        ("ab", "ac", Comparison.FORK),
        ("ab", "acd", Comparison.FORK),
    ],
)
def test_chains_are_compared_by_every_document(stored: str, received: str, found: Comparison) -> None:
    assert rules.compare(list(stored), list(received)) is found


@given(st.integers(0, 40_000))
def test_days_go_and_come_back_as_text(day: int) -> None:
    assert rules.day_of_text(rules.day_text(day)) == day


@pytest.mark.parametrize("text", ["", "2026-02-30", "x"])
def test_a_day_that_no_calendar_has_is_none(text: str) -> None:
    assert rules.day_of_text(text) is None

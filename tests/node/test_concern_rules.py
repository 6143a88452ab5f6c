"""What may happen to a concern: a total table, ends by itself, nobody shows it alone for long (mission.md, "Moderation is care between people")."""

from itertools import product

import pytest

from alongside_node.safety import concern_rules as rules
from alongside_node.safety.concern_rules import Move, NotNowError, Party, Standing, State

GOING = {State.HEARD, State.LISTENING, State.AGREED}


def test_only_what_is_in_the_table_can_happen() -> None:
    for state, party, move in product(State, Party, Move):
        if (state, party, move) in rules.TABLE:
            assert rules.step(state, party, move) is rules.TABLE[state, party, move]
        else:
            with pytest.raises(NotNowError):
                rules.step(state, party, move)


def test_whoever_raised_it_takes_no_step_of_those_who_read_it_and_the_other_side_takes_none_at_all() -> None:
    assert {move for _, party, move in rules.TABLE if party is Party.RAISER} == {Move.WRITE, Move.ASK_AGAIN}
    assert {move for _, party, move in rules.TABLE if party is Party.PEOPLE} == {Move.WRITE}
    assert {state for state, party, _ in rules.TABLE if party is Party.PEOPLE} == {State.LISTENING, State.AGREED}


def test_nothing_is_done_with_it_before_it_was_read() -> None:
    assert {move for state, party, move in rules.TABLE if (state, party) == (State.WAITING, Party.STEWARDS)} == {
        Move.READ
    }


def test_what_was_agreed_or_is_over_can_be_asked_again_and_then_is_read_again() -> None:
    for state in (State.AGREED, *rules.OVER):
        assert rules.step(state, Party.RAISER, Move.ASK_AGAIN) is State.WAITING


def test_everything_that_goes_on_ends_by_itself() -> None:
    for state in set(State) - rules.OVER:
        assert rules.step(state, Party.CLOCK, Move.END) is State.ENDED
        assert rules.last_day(state, ends=1_000, today=0) <= rules.OPEN_DAYS


@pytest.mark.parametrize("state", State)
def test_no_step_makes_it_live_longer_than_its_end(state: State) -> None:
    assert rules.last_day(state, ends=90, today=80, agreed_days=30) == 90
    assert rules.last_day(state, ends=90, today=0, agreed_days=7) <= 45


def test_those_without_an_account_never_take_the_places_of_others() -> None:
    many = {Standing.GUEST: 3, Standing.GUEST_WHO_ASKED: 0, Standing.MEMBER: 0}
    assert rules.is_full(Standing.GUEST, many)
    assert not rules.is_full(Standing.GUEST_WHO_ASKED, many)
    assert not rules.is_full(Standing.MEMBER, many)
    assert rules.is_full(Standing.MEMBER, {Standing.MEMBER: rules.OPEN_OF_ALL})

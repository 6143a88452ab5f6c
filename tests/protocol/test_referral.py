"""The referral table: total, needed to the last cell, and such that two nodes agree whatever crosses on the way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_protocol import limits, referral
from alongside_protocol.errors import Code, Refused
from alongside_protocol.referral import (
    ARRIVALS,
    CHOICES,
    FINAL,
    GAP_KEPT,
    NEVER_WAITS,
    TABLE,
    Arrival,
    Move,
    Numbering,
    Party,
    State,
    may,
    step,
)

TRIPLES = list(product(State, Party, Move))
PAGE = Path(__file__).parents[2] / "docs" / "protocol" / "referrals.md"


def test_every_triple_is_a_cell_or_refused() -> None:
    for state, party, move in TRIPLES:
        if (state, party, move) in TABLE:
            assert step(state, party, move) is TABLE[state, party, move]
            continue
        with pytest.raises(Refused) as refused:
            step(state, party, move)
        assert refused.value.code is Code.MOVE


def test_choices_and_arrivals_do_not_overlap() -> None:
    assert not CHOICES.keys() & ARRIVALS.keys()
    assert [triple for triple in TRIPLES if may(*triple)] == [triple for triple in TRIPLES if triple in CHOICES]


WITHDRAW = (Party.SEEKER, Move.WITHDRAW)


@pytest.mark.parametrize("state", [state for state in State if state is not State.WITHDRAWN])
def test_whoever_asked_may_withdraw_from_everywhere(state: State) -> None:
    assert may(state, *WITHDRAW)
    assert step(state, *WITHDRAW) is State.WITHDRAWN


def test_nothing_but_withdrawing_is_chosen_in_a_final_state() -> None:
    for state, party, move in CHOICES:
        assert state not in FINAL or (party, move) == WITHDRAW


def test_a_final_state_never_becomes_open_again() -> None:
    for (before, _, _), after in TABLE.items():
        assert before not in FINAL or after in FINAL


def test_withdrawn_stays_withdrawn() -> None:
    assert all(after is State.WITHDRAWN for (before, _, _), after in TABLE.items() if before is State.WITHDRAWN)


def test_the_end_date_ends_every_path() -> None:
    for state in State:
        assert state in FINAL or step(state, Party.CLOCK, Move.END) in FINAL


def test_a_pause_goes_back_to_where_it_came_from() -> None:
    for state in (State.OFFERED, State.WAITLISTED):
        assert step(step(state, Party.HOLDER, Move.PAUSE), Party.SEEKER, Move.AGREE) is state


@pytest.mark.parametrize("party", [Party.HOLDER, Party.SEEKER])
def test_nobody_but_the_clock_lets_a_referral_end(party: Party) -> None:
    assert not [triple for triple in TABLE if triple[1:] == (party, Move.END)]
    assert {move for _, party, move in TABLE if party is Party.CLOCK} == {Move.END}


@pytest.mark.parametrize("move", [Move.ACCEPT, Move.WAITLIST, Move.DECLINE, Move.PAUSE])
def test_nobody_answers_their_own_request(move: Move) -> None:
    assert not [triple for triple in TABLE if triple[1:] == (Party.SEEKER, move)]


@pytest.mark.parametrize("move", [Move.AGREE, Move.WITHDRAW])
def test_nobody_agrees_or_withdraws_for_the_person_who_asked(move: Move) -> None:
    assert not [triple for triple in TABLE if triple[1:] == (Party.HOLDER, move)]


# Every interleaving. Two nodes choose, messages cross and overtake each other without any order, both clocks pass the
# end date when they like. What the state must be is said once more, without a table: which moves were made decides.


def outcome(holder: Sequence[Move], seeker: Sequence[Move], *, ended: bool) -> State:
    paused, waiting = holder.count(Move.PAUSE) > seeker.count(Move.AGREE), Move.WAITLIST in holder
    precedence = [
        (Move.WITHDRAW in seeker, State.WITHDRAWN),
        (Move.CLOSE in holder or Move.CLOSE in seeker, State.CLOSED),
        (Move.DECLINE in holder, State.DECLINED),
        (Move.ACCEPT in holder, State.ENDED if ended else State.ACCEPTED),
        (ended, State.EXPIRED),
        (paused, State.PAUSED_WAITLISTED if waiting else State.PAUSED),
        (waiting, State.WAITLISTED),
    ]
    return next((state for holds, state in precedence if holds), State.OFFERED)


@dataclass(frozen=True)
class Side:
    """One node: what its person said, what arrived from the other, whether its clock passed the end date, and its state."""

    party: Party
    state: State = State.OFFERED
    said: tuple[Move, ...] = ()
    heard: frozenset[int] = frozenset()
    ended: bool = False

    def expected(self, other: "Side") -> State:
        heard = [other.said[index] for index in sorted(self.heard)]
        holder, seeker = (self.said, heard) if self.party is Party.HOLDER else (heard, self.said)
        return outcome(holder, seeker, ended=self.ended)


LONGEST, MESSAGES = 5, 2
Cell = tuple[State, Party, Move]


def _moved(side: Side, party: Party, move: Move, **changed: object) -> tuple[Side, Cell]:
    values = {"said": side.said, "heard": side.heard, "ended": side.ended} | changed
    cell = (side.state, party, move)
    return Side(side.party, step(*cell), **values), cell  # type: ignore[arg-type]


def _nexts(side: Side, other: Side) -> Iterator[tuple[Side, Cell]]:
    for move in Move:
        room = len(side.said) < LONGEST and (move is not Move.MESSAGE or side.said.count(move) < MESSAGES)
        if room and may(side.state, side.party, move):
            yield _moved(side, side.party, move, said=(*side.said, move))
    for index, move in enumerate(other.said):
        if index not in side.heard:
            yield _moved(side, other.party, move, heard=side.heard | {index})
    if may(side.state, Party.CLOCK, Move.END):
        yield _moved(side, Party.CLOCK, Move.END, ended=True)


@cache
def played() -> tuple[frozenset[tuple[Side, Side]], frozenset[Cell]]:
    """Every configuration that two honest nodes can reach, and every cell that they used."""
    start = (Side(Party.HOLDER), Side(Party.SEEKER))
    seen, cells, stack = {start}, set[Cell](), [start]
    while stack:
        holder, seeker = stack.pop()
        nexts = [((after, seeker), cell) for after, cell in _nexts(holder, seeker)]
        nexts += [((holder, after), cell) for after, cell in _nexts(seeker, holder)]
        for configuration, cell in nexts:
            cells.add(cell)
            if configuration not in seen:
                seen.add(configuration)
                stack.append(configuration)
    return frozenset(seen), frozenset(cells)


def test_no_honest_message_is_ever_refused_and_no_cell_is_superfluous() -> None:
    _, cells = played()  # `step` would have raised for a message that has no cell
    assert cells == TABLE.keys()


def test_the_state_is_decided_by_which_moves_were_made_and_not_by_their_order() -> None:
    configurations, _ = played()
    assert len(configurations) > 10_000
    for holder, seeker in configurations:
        assert holder.state is holder.expected(seeker)
        assert seeker.state is seeker.expected(holder)


def test_both_sides_agree_once_everything_has_arrived_and_the_date_has_passed() -> None:
    for holder, seeker in played()[0]:
        all_heard = len(holder.heard) == len(seeker.said) and len(seeker.heard) == len(holder.said)
        if all_heard and holder.state in FINAL and seeker.state in FINAL:
            assert holder.state is seeker.state


# The same over a link with numbers, duplicates, days of delay and early messages that are kept.


@dataclass
class Replica:
    """A node as it works: it numbers what it sends, and takes what arrives as `Numbering` says."""

    party: Party
    state: State = State.OFFERED
    sent: int = 0
    numbering: Numbering = field(default_factory=Numbering)
    waiting: dict[int, tuple[Move, int]] = field(default_factory=dict)

    @property
    def other(self) -> Party:
        return Party.SEEKER if self.party is Party.HOLDER else Party.HOLDER

    def choose(self, move: Move) -> tuple[int, Move]:
        self.state = step(self.state, self.party, move)
        self.sent += 1
        return self.sent, move

    def take(self, n: int, move: Move, now: int) -> None:
        arrival = self.numbering.arrival(n, move)
        if arrival is Arrival.EARLY:
            self.waiting.setdefault(n, (move, now))
        elif arrival is not Arrival.REPEATED:
            self.apply(n, move)
        self.look(now)

    def look(self, now: int) -> None:
        for n in list(self.numbering.ready({n: arrived for n, (_, arrived) in self.waiting.items()}, now)):
            self.apply(n, self.waiting.pop(n)[0])

    def apply(self, n: int, move: Move) -> None:
        self.state = step(self.state, self.other, move)
        self.numbering = self.numbering.after(n)

    def end(self) -> None:
        if may(self.state, Party.CLOCK, Move.END):
            self.state = step(self.state, Party.CLOCK, Move.END)


@given(st.data())
def test_two_replicas_agree_over_a_link_that_delays_repeats_and_reorders(data: st.DataObject) -> None:
    sides = {party: Replica(party) for party in (Party.HOLDER, Party.SEEKER)}
    links: dict[Party, list[tuple[int, Move]]] = {party: [] for party in sides}  # to whom
    now = 0
    for _ in range(data.draw(st.integers(1, 20))):
        side = sides[data.draw(st.sampled_from(sorted(sides)))]
        choices = [move for move in Move if may(side.state, side.party, move)]
        act = data.draw(st.sampled_from(["choose", "deliver", "repeat", "wait", "end"]))
        if act == "choose" and choices:
            links[side.other].append(side.choose(data.draw(st.sampled_from(choices))))
        elif act in ("deliver", "repeat") and links[side.party]:
            index = data.draw(st.integers(0, len(links[side.party]) - 1))
            side.take(*links[side.party][index], now)
            if act == "deliver":
                links[side.party].pop(index)
        elif act == "wait":
            now += data.draw(st.integers(1, 2 * limits.EARLY_MESSAGE_KEPT))
            side.look(now)
        elif act == "end":
            side.end()
    for party, link in links.items():
        for message in data.draw(st.permutations(link)):
            sides[party].take(*message, now)
        sides[party].look(now + limits.EARLY_MESSAGE_KEPT)
        sides[party].end()
    holder, seeker = sides[Party.HOLDER], sides[Party.SEEKER]
    assert holder.state is seeker.state
    assert holder.state in FINAL
    for replica, sender in ((holder, seeker), (seeker, holder)):
        assert replica.numbering == Numbering(sender.sent)
        assert not replica.waiting


# Numbers.


@pytest.mark.parametrize(
    ("n", "move", "arrival"),
    [
        (4, Move.MESSAGE, Arrival.NEXT),
        (5, Move.MESSAGE, Arrival.EARLY),
        (5, Move.WITHDRAW, Arrival.NEXT),
        (9, Move.CLOSE, Arrival.NEXT),
        (3, Move.MESSAGE, Arrival.REPEATED),
        (2, Move.MESSAGE, Arrival.LATE),
        (2, Move.WITHDRAW, Arrival.LATE),
        (1, Move.WITHDRAW, Arrival.REPEATED),
    ],
)
def test_a_message_is_next_early_late_or_repeated(n: int, move: Move, arrival: Arrival) -> None:
    assert Numbering(seen=3, missing=frozenset({2})).arrival(n, move) is arrival


def test_withdrawing_and_closing_never_wait() -> None:
    assert {Move.WITHDRAW, Move.CLOSE} == NEVER_WAITS


def test_what_is_missing_shows_as_a_gap_until_it_arrives() -> None:
    gap = Numbering(1).after(4)
    assert (gap.seen, gap.missing) == (4, {2, 3})
    assert gap.after(3) == Numbering(4, frozenset({2}))
    assert gap.after(3).after(2) == Numbering(4)


def test_an_early_message_waits_a_day_and_then_those_before_it_are_not_waited_for() -> None:
    waiting = {3: 100, 4: 200, 7: 300}
    day = limits.EARLY_MESSAGE_KEPT
    assert list(Numbering(1).ready(waiting, 100 + day - 1)) == []
    assert list(Numbering(1).ready(waiting, 100 + day)) == [3, 4]
    assert list(Numbering(1).ready(waiting, 300 + day)) == [3, 4, 7]
    assert list(Numbering(2).ready(waiting, 300)) == [3, 4]


def test_a_message_kept_for_a_day_takes_along_those_that_came_later_and_stand_before_it() -> None:
    day = limits.EARLY_MESSAGE_KEPT
    assert list(Numbering(1).ready({5: 0, 3: day - 1}, day)) == [3, 5]


def test_a_hostile_number_costs_no_memory() -> None:
    jumped = Numbering(1).after(limits.SAFE_INTEGER)
    assert len(jumped.missing) == GAP_KEPT
    assert len(jumped.after(limits.SAFE_INTEGER + 50).missing) == GAP_KEPT


# The page is printed from the table.


def test_the_documentation_holds_the_table_and_the_diagram_as_printed() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert referral.markdown_table() in page
    assert f"```mermaid\n{referral.mermaid()}```\n" in page


def test_the_printed_table_has_every_cell() -> None:
    rows = referral.markdown_table().splitlines()[2:]
    cells = [cell.strip() for row in rows for cell in row.split("|")[2:-1]]
    assert len([cell for cell in cells if cell]) == len(TABLE)
    assert len([cell for cell in cells if cell.startswith("(")]) == len(ARRIVALS)

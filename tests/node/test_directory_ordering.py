"""The fair order (ADR 0011): every place once a day, practitioners never before peers, and nobody chooses where they stand."""

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from alongside_node.directory.ordering import GENERATION_BITS, RING_BITS, arcs, day_start, position

SPAN = 1 << (RING_BITS + GENERATION_BITS)
IDS = st.binary(min_size=16, max_size=16)
NOW = st.integers(0, 2**33)


def walked(places: list[int], now: int) -> list[int]:
    return [place for _, arc in arcs(now) for place in sorted(places) if arc.first <= place <= arc.last]


@given(st.lists(st.integers(0, 2 * SPAN - 1), unique=True, max_size=40), NOW)
def test_a_days_stretches_cover_each_place_once(places: list[int], now: int) -> None:
    assert sorted(walked(places, now)) == sorted(places)


@given(NOW)
def test_the_stretches_of_a_day_meet_without_gap_or_overlap(now: int) -> None:
    whole = sorted((arc for _, arc in arcs(now) if arc.last >= arc.first), key=lambda arc: arc.first)
    assert (whole[0].first, whole[-1].last) == (0, 2 * SPAN - 1)
    assert all(one.last + 1 == following.first for one, following in pairwise(whole))


@given(st.lists(st.tuples(IDS, st.booleans()), unique_by=lambda one: one[0], max_size=30), NOW)
def test_a_practitioner_never_comes_before_a_peer(several: list[tuple[bytes, bool]], now: int) -> None:
    kinds = {position(name, generation=1, practitioner=practises): practises for name, practises in several}
    order = [kinds[place] for place in walked(list(kinds), now)]
    assert order == sorted(order)


@given(st.lists(st.integers(0, 2 * SPAN - 1), unique=True, min_size=1, max_size=30), NOW, st.data())
def test_a_page_goes_on_exactly_behind_the_last_place_read(places: list[int], now: int, data: st.DataObject) -> None:
    numbered = [(number, p) for number, arc in arcs(now) for p in sorted(places) if arc.first <= p <= arc.last]
    at = data.draw(st.integers(0, len(numbered) - 1))
    rest = [
        (number, p)
        for number, arc in arcs(now, after=numbered[at])
        for p in sorted(places)
        if arc.first <= p <= arc.last
    ]
    assert rest == numbered[at + 1 :]


@given(IDS, st.integers(0, 5_000), st.booleans())
def test_a_place_fits_the_databases_integer_and_says_its_ring(name: bytes, generation: int, practises: bool) -> None:
    place = position(name, generation=generation, practitioner=practises)
    assert 0 <= place < 2**63
    assert (place >= SPAN) is practises


@given(IDS, st.integers(0, 1022))
def test_a_staged_copy_stands_beside_the_one_in_use_and_never_on_it(name: bytes, generation: int) -> None:
    here, there = (position(name, generation=one, practitioner=False) for one in (generation, generation + 1))
    assert here != there
    assert here >> GENERATION_BITS == there >> GENERATION_BITS


@given(NOW)
def test_everybody_who_searches_on_one_day_starts_at_one_place(now: int) -> None:
    day = now // 86_400 * 86_400
    assert day_start(now) == day_start(day) == day_start(day + 86_399)
    assert day_start(now) != day_start(day + 86_400)


def test_over_the_days_nobody_is_first_much_more_often_than_others() -> None:
    places = [position(bytes([n]) * 16, generation=1, practitioner=False) for n in range(4)]
    ring = sorted(places)
    first = Counter(walked(places, day * 86_400)[0] for day in range(4_000))
    for before, place in zip([ring[-1] - SPAN, *ring], ring, strict=False):
        share = (place - before) / SPAN  # a listing is first on the days whose start falls into the gap before it
        assert abs(first[place] / 4_000 - share) < 0.04

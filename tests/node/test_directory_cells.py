"""Cells of the globe: whatever is within a circle lies in one of the cells that are asked for, at the date line and near the poles too."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alongside_node.directory.cells import MOST, SIZES, codes, covering
from alongside_protocol.place import UNIT, Point, distance_m

LATITUDE = st.integers(-90 * UNIT, 90 * UNIT)
LONGITUDE = st.integers(-180 * UNIT, 180 * UNIT)
POINTS = st.builds(lambda a, b: Point(latitude=a, longitude=b), LATITUDE, LONGITUDE)


def away(start: Point, bearing: float, metres: float) -> Point:
    """A point so far away, along a great circle."""
    arc = math.radians(metres / 111_195)
    latitude, longitude = math.radians(start.latitude / UNIT), math.radians(start.longitude / UNIT)
    there = math.asin(
        max(-1, min(1, math.sin(latitude) * math.cos(arc) + math.cos(latitude) * math.sin(arc) * math.cos(bearing)))
    )
    turn = math.atan2(
        math.sin(bearing) * math.sin(arc) * math.cos(latitude), math.cos(arc) - math.sin(latitude) * math.sin(there)
    )
    east = (math.degrees(longitude + turn) + 180) % 360 - 180
    return Point(latitude=round(math.degrees(there) * UNIT), longitude=round(east * UNIT))


@given(POINTS, st.floats(0, math.tau), st.floats(0, 1), st.sampled_from([1, 5, 25, 100, 1_000]))
@example(Point(latitude=0, longitude=180 * UNIT), math.pi / 2, 1.0, 25)
@example(Point(latitude=0, longitude=-180 * UNIT), 3 * math.pi / 2, 1.0, 25)
@example(Point(latitude=7_000_000, longitude=17_999_999), math.pi / 2, 0.999, 100)
def test_whoever_is_within_the_circle_lies_in_a_cell_that_is_asked_for(
    centre: Point, bearing: float, part: float, km: int
) -> None:
    asked = covering(centre, km)
    there = away(centre, bearing, km * 1000 * part)
    if asked and distance_m(centre, there) <= km * 1000:
        assert set(codes(there)) & set(asked)


@given(POINTS, st.integers(1, 1_000))
def test_a_search_never_asks_for_many_cells(centre: Point, km: int) -> None:
    asked = covering(centre, km)
    assert len(asked) <= MOST
    assert len(asked) == len(set(asked))


@given(st.integers(-70 * UNIT, 70 * UNIT), LONGITUDE, st.sampled_from([5, 15, 25, 40, 100]))
def test_where_people_live_a_circle_of_the_form_is_always_covered(latitude: int, longitude: int, km: int) -> None:
    assert covering(Point(latitude=latitude, longitude=longitude), km)


def test_around_a_pole_every_longitude_is_near_so_the_index_is_not_asked() -> None:
    assert covering(Point(latitude=8_999_000, longitude=0), 100) == ()


@pytest.mark.parametrize("size", SIZES)
def test_cells_go_round_the_globe_without_a_rest(size: int) -> None:
    assert 360 * UNIT % size == 0
    west, east = Point(latitude=0, longitude=-180 * UNIT), Point(latitude=0, longitude=180 * UNIT)
    assert list(codes(west)) == list(codes(east))


def test_a_code_is_letters_and_digits_only() -> None:
    assert all(code.isalnum() and code.isascii() for code in codes(Point(latitude=-1, longitude=-1)))

"""Places: never a point where it is hidden, and never nearer than the stated radius."""

import random as seeded

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from alongside_protocol.place import UNIT, Place, Point, displace, distance_m

points = st.builds(Point, latitude=st.integers(-90 * UNIT, 90 * UNIT), longitude=st.integers(-180 * UNIT, 180 * UNIT))
keys = st.binary(min_size=32, max_size=32)
LEEDS = Point(latitude=53_79_648, longitude=-1_54_785)


def check_moved(true: Point, radius_m: int, key: bytes) -> None:
    distance = distance_m(true, displace(true, radius_m, key))
    assert radius_m <= distance <= 2 * radius_m + 4


@given(points, st.integers(1, 100_000), keys)
@example(Point(latitude=90 * UNIT, longitude=0), 1_000, bytes(32))
@example(Point(latitude=-90 * UNIT, longitude=180 * UNIT), 100_000, bytes(32))
@example(Point(latitude=0, longitude=180 * UNIT), 1, bytes(32))
def test_a_point_moves_by_one_to_two_radii_also_at_the_edges(true: Point, radius_m: int, key: bytes) -> None:
    check_moved(true, radius_m, key)


def test_a_point_moves_by_one_to_two_radii_everywhere_on_the_globe() -> None:
    # Evenly spread, which generated examples are not: they prefer small and extreme numbers.
    random = seeded.Random(7)
    for _ in range(2_000):
        latitude, longitude = random.randint(-90 * UNIT, 90 * UNIT), random.randint(-180 * UNIT, 180 * UNIT)
        check_moved(Point(latitude=latitude, longitude=longitude), random.randint(1, 100_000), random.randbytes(32))


def test_points_move_in_every_direction_and_by_every_distance() -> None:
    random = seeded.Random(7)
    moved = [displace(LEEDS, 1_000, random.randbytes(32)) for _ in range(400)]
    quarters = {(point.latitude > LEEDS.latitude, point.longitude > LEEDS.longitude) for point in moved}
    assert len(quarters) == 4
    distances = sorted(distance_m(LEEDS, point) for point in moved)
    assert distances[20] < 1_150
    assert distances[-20] > 1_850


@given(points, st.integers(1, 100_000), keys)
def test_the_same_point_always_moves_the_same_way(true: Point, radius_m: int, key: bytes) -> None:
    assert displace(true, radius_m, key) == displace(true, radius_m, key)


def test_without_a_radius_nothing_moves() -> None:
    assert displace(LEEDS, 0, bytes(32)) == LEEDS


def test_markers_set_again_a_few_metres_away_are_no_second_reading() -> None:
    # The middle of a cell: 20 markers within 20 metres. Independent readings would lie all around the true point.
    middle = Point(latitude=LEEDS.latitude // 899 * 899 + 450, longitude=LEEDS.longitude // 899 * 899 + 450)
    moved = [
        displace(Point(latitude=middle.latitude + off, longitude=middle.longitude - off), 1_000, bytes(32))
        for off in range(-10, 10)
    ]
    assert max(distance_m(moved[0], point) for point in moved) < 50


@given(keys)
def test_a_known_former_place_says_nothing_about_the_next(key: bytes) -> None:
    elsewhere = Point(latitude=LEEDS.latitude + 5_000, longitude=LEEDS.longitude)
    one, other = displace(LEEDS, 1_000, key), displace(elsewhere, 1_000, key)
    assert (one.latitude - LEEDS.latitude, one.longitude - LEEDS.longitude) != (
        other.latitude - elsewhere.latitude,
        other.longitude - elsewhere.longitude,
    )


def test_a_distance_is_what_the_map_says() -> None:
    london = Point(latitude=51_50_735, longitude=-12_776)
    assert 270_000 < distance_m(LEEDS, london) < 276_000


@pytest.mark.parametrize("visibility", ["on_acceptance", "none"])
def test_a_hidden_place_carries_no_point(visibility: str) -> None:
    point = {"latitude": 0, "longitude": 0}
    with pytest.raises(ValidationError, match="carries no point"):
        Place.model_validate({"visibility": visibility, "point": point, "radius_m": 500})
    assert Place.model_validate({"visibility": visibility, "label": "North side"}).point is None


def test_an_area_with_a_point_says_its_radius() -> None:
    point = {"latitude": 0, "longitude": 0}
    with pytest.raises(ValidationError, match="says its radius"):
        Place.model_validate({"visibility": "area", "point": point})
    assert Place.model_validate({"visibility": "area", "point": point, "radius_m": 500}).radius_m == 500
    assert Place.model_validate({"visibility": "public", "point": point}).radius_m == 0


@pytest.mark.parametrize("point", [{"latitude": 9_000_001, "longitude": 0}, {"latitude": 1.5, "longitude": 0}])
def test_a_point_is_whole_numbers_on_the_globe(point: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Place.model_validate({"visibility": "public", "point": point})

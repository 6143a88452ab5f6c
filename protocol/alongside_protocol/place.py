"""Where something is, as roughly as its author wants it known (listing.md, `place`).

A point is moved by its author's node before it is published, by at least the stated radius. Integers only: degrees times
100,000. An address has no field at all.
"""

import math
from enum import StrEnum
from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .text_forms import LINE

UNIT: Final = 100_000
"""One degree."""

_METRES_A_DEGREE: Final = 111_195.0
_ROUNDING_M: Final = 2.0
"""Rounding to one unit moves a point by up to 0.8 m; the way there is made that much longer."""

_STRICT = ConfigDict(strict=True, frozen=True, extra="ignore")


class Visibility(StrEnum):
    """How much of the place is known, and when."""

    PUBLIC = "public"
    AREA = "area"
    ON_ACCEPTANCE = "on_acceptance"
    NONE = "none"


_HIDDEN: Final = frozenset({Visibility.ON_ACCEPTANCE, Visibility.NONE})


class Point(BaseModel):
    """A point on the globe, in degrees times 100,000."""

    model_config = _STRICT

    latitude: Annotated[int, Field(ge=-90 * UNIT, le=90 * UNIT)]
    longitude: Annotated[int, Field(ge=-180 * UNIT, le=180 * UNIT)]


class Place(BaseModel):
    """A place as everybody may see it. A hidden place (`on_acceptance`, `none`) carries no point; an area says how wide it is."""

    model_config = _STRICT

    visibility: Annotated[Visibility, Field(strict=False)]
    label: Annotated[str, Field(max_length=120, pattern=LINE)] = ""
    point: Point | None = None
    radius_m: Annotated[int, Field(ge=0, le=100_000)] = 0

    @model_validator(mode="after")
    def _point_fits_visibility(self) -> "Place":
        if self.point is None:
            return self
        if self.visibility in _HIDDEN:
            raise ValueError("a hidden place carries no point")
        if self.visibility is Visibility.AREA and self.radius_m == 0:
            raise ValueError("an area with a point says its radius")
        return self


def displace(true: Point, radius_m: int, key: bytes) -> Point:
    """Move `true` by one to two times `radius_m`, in a direction and distance that `key` decides.

    `key` is secret and belongs to the listing. The same point always moves the same way. So do all points of one cell, about
    as wide as the radius: somebody who sets the marker again a few metres away publishes no second, independent reading, and
    readings never average to the true point. Another cell moves another way: whoever learns one true point (the listing was
    once in a public room) learns nothing about the next.
    """
    if radius_m == 0:
        return true
    cell = max(1, radius_m * UNIT // round(_METRES_A_DEGREE))
    seed = hmac_digest(key, f"{true.latitude // cell},{true.longitude // cell},{radius_m}".encode("ascii"), sha256)
    bearing = _fraction(seed[:8]) * math.tau
    metres = radius_m * (1 + _fraction(seed[8:16])) + _ROUNDING_M
    return _destination(true, bearing, metres)


def _fraction(raw: bytes) -> float:
    return int.from_bytes(raw, "big") / 2.0 ** (8 * len(raw))


def _destination(start: Point, bearing: float, metres: float) -> Point:
    """Where a great circle leads; right at the poles and across the date line too."""
    arc = math.radians(metres / _METRES_A_DEGREE)
    latitude, longitude = math.radians(start.latitude / UNIT), math.radians(start.longitude / UNIT)
    sine = math.sin(latitude) * math.cos(arc) + math.cos(latitude) * math.sin(arc) * math.cos(bearing)
    there = math.asin(max(-1.0, min(1.0, sine)))
    turn = math.atan2(
        math.sin(bearing) * math.sin(arc) * math.cos(latitude), math.cos(arc) - math.sin(latitude) * math.sin(there)
    )
    east = (math.degrees(longitude + turn) + 180) % 360 - 180
    return Point(latitude=_rounded(math.degrees(there)), longitude=_rounded(east))


def _rounded(degrees: float) -> int:
    return round(degrees * UNIT)


def distance_m(one: Point, other: Point) -> float:
    """Metres between two points along the globe (haversine on a sphere; a few tenths of a percent off)."""
    latitude_1, latitude_2 = math.radians(one.latitude / UNIT), math.radians(other.latitude / UNIT)
    turn = math.radians((other.longitude - one.longitude) / UNIT)
    half = (
        math.sin((latitude_2 - latitude_1) / 2) ** 2
        + math.cos(latitude_1) * math.cos(latitude_2) * math.sin(turn / 2) ** 2
    )
    return 2 * math.degrees(math.asin(min(1.0, math.sqrt(half)))) * _METRES_A_DEGREE

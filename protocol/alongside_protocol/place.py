"""Where something is, as roughly as its author wants it known (listing.md, `place`).

The point is moved once, the same way each time, by at least the stated radius, so that many readings never average to the
true one. Integers only: degrees times 100,000. An address has no field at all.
"""

import math
from enum import StrEnum
from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

UNIT = 100_000
"""One degree."""

_METRES_A_DEGREE = 111_195.0
_POLE = 89.0


class Visibility(StrEnum):
    """How much of the place is known, and when."""

    PUBLIC = "public"
    AREA = "area"
    ON_ACCEPTANCE = "on_acceptance"
    NONE = "none"


class Point(BaseModel):
    """A point on the globe, in degrees times 100,000."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    latitude: Annotated[int, Field(ge=-90 * UNIT, le=90 * UNIT)]
    longitude: Annotated[int, Field(ge=-180 * UNIT, le=180 * UNIT)]


class Place(BaseModel):
    """A place as everybody may see it. Hidden places (`on_acceptance`, `none`) carry no point."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    visibility: Annotated[Visibility, Field(strict=False)]
    label: Annotated[str, Field(max_length=120)] = ""
    point: Point | None = None
    radius_m: Annotated[int, Field(ge=0, le=100_000)] = 0

    @model_validator(mode="after")
    def _hidden_has_no_point(self) -> "Place":
        if self.point is not None and self.visibility in (Visibility.ON_ACCEPTANCE, Visibility.NONE):
            raise ValueError("a hidden place carries no point")
        return self


def displace(true: Point, radius_m: int, key: bytes) -> Point:
    """Move `true` by one to two times `radius_m`, in a direction and distance that `key` alone decides.

    `key` is secret and belongs to the listing: the same listing always moves the same way, and nobody can move it back.
    """
    seed = hmac_digest(key, f"{true.latitude},{true.longitude},{radius_m}".encode("ascii"), sha256)
    angle = int.from_bytes(seed[:8], "big") / 2**64 * math.tau
    metres = radius_m * (1 + int.from_bytes(seed[8:16], "big") / 2**64)
    latitude = true.latitude / UNIT
    north = metres * math.cos(angle) / _METRES_A_DEGREE
    shrink = math.cos(math.radians(min(_POLE, abs(latitude))))
    east = metres * math.sin(angle) / (_METRES_A_DEGREE * shrink)
    moved_longitude = (true.longitude / UNIT + east + 180) % 360 - 180
    moved_latitude = max(-90.0, min(90.0, latitude + north))
    return Point(latitude=_rounded(moved_latitude), longitude=_rounded(moved_longitude))


def _rounded(degrees: float) -> int:
    return round(degrees * UNIT)


def distance_m(one: Point, other: Point) -> float:
    """Metres between two points along the globe (haversine; a few tenths of a percent off)."""
    latitude_1, latitude_2 = math.radians(one.latitude / UNIT), math.radians(other.latitude / UNIT)
    turn = math.radians((other.longitude - one.longitude) / UNIT)
    half = (
        math.sin((latitude_2 - latitude_1) / 2) ** 2
        + math.cos(latitude_1) * math.cos(latitude_2) * math.sin(turn / 2) ** 2
    )
    return 2 * math.degrees(math.asin(min(1.0, math.sqrt(half)))) * _METRES_A_DEGREE

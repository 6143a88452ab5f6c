"""Open Referral HSDS 3.0 JSON: which documents it comes in, and which services stand in them. Never writes anything.

Reads a service, a service at a location, an organization with its services, a list or a page of these. One service becomes one
listing, whatever the number of its places: its id stays the same when a place is added, so a second import never doubles it.
What a service means as a listing is `hsds_service`'s. Taxonomies, funding and programmes are not read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from . import checking, contacts
from .cells import Defaults
from .hsds_service import ServiceReader
from .rows import Parsed, Progress, silent
from .strict_json import NotReadableError, parse

MAX_BYTES: Final = 200_000_000
MAX_SERVICES: Final = 200_000
_TOLD_EVERY: Final = 500
_ACTIVE: Final = ("active", "temporarily closed")
_LEFT_OUT: Final = ("inactive", "defunct")


@dataclass
class _Found:
    """A service with what belongs to it elsewhere in the document. `joined`: it was named once for each of its places."""

    service: dict[str, Any]
    organization: dict[str, Any]
    places: list[dict[str, Any]] = field(default_factory=list)
    joined: bool = False


def read(path: Path, defaults: Defaults, *, progress: Progress = silent) -> Parsed:
    """Everything in an HSDS document. Raises `OSError` when it cannot be opened."""
    parsed = Parsed("hsds", "utf-8")
    if path.stat().st_size > MAX_BYTES:
        parsed.refuse(0, "", "file_too_large")
        return parsed
    try:
        document = parse(path.read_bytes())
    except NotReadableError as error:
        parsed.refuse(0, "", error.code)
        return parsed
    services = _by_id(document, parsed)
    if not services and parsed.good:
        parsed.refuse(0, "", "no_service_in_it")
    if len(services) > MAX_SERVICES:
        parsed.refuse(0, "", "too_many_rows")
        return parsed
    for number, found in enumerate(services, 1):
        _read_service(number, found, defaults, parsed)
        if number % _TOLD_EVERY == 0 or number == len(services):
            progress("reading", number, len(services))
    return parsed


def _by_id(document: Any, parsed: Parsed) -> list[_Found]:
    """Each service once; one that is named at several places has them all."""
    services: dict[str, _Found] = {}
    everything: list[_Found] = []
    for found in _services(document):
        key = found.service.get("id")
        first = services.get(key) if isinstance(key, str) and key else None
        if first is None:
            everything.append(found)
            if isinstance(key, str):
                services[key] = found
        elif first.joined and found.joined:
            first.places += found.places
        else:
            parsed.refuse(len(everything) + 1, "source_id", "id_twice")
    return everything


def _services(document: Any) -> Iterator[_Found]:
    """Every service in a document; what is none of the known shapes has none."""
    if isinstance(document, list):
        for item in document:
            yield from _one(item)
    elif isinstance(document, dict) and isinstance(document.get("contents"), list):
        yield from _services(document["contents"])
    else:
        yield from _one(document)


def _one(item: Any) -> Iterator[_Found]:
    if not isinstance(item, dict):
        return
    if isinstance(item.get("service"), dict):
        service = item["service"]
        yield _Found(service, _organization(service), [item], joined=True)
    elif isinstance(item.get("services"), list):
        for service in item["services"]:
            if isinstance(service, dict):
                yield _Found(service, item, _places(service))
    elif "status" in item and "name" in item:
        yield _Found(item, _organization(item), _places(item))


def _organization(service: dict[str, Any]) -> dict[str, Any]:
    found = service.get("organization")
    return found if isinstance(found, dict) else {}


def _places(service: dict[str, Any]) -> list[dict[str, Any]]:
    found = service.get("service_at_locations")
    return [place for place in found if isinstance(place, dict)] if isinstance(found, list) else []


def _read_service(number: int, found: _Found, defaults: Defaults, parsed: Parsed) -> None:
    parsed.read += 1
    key, status = found.service.get("id"), found.service.get("status")
    key = key if isinstance(key, str) else ""
    if status in _LEFT_OUT:
        parsed.note("not_active")
        return
    if status not in _ACTIVE:
        parsed.refuse(number, "status", "not_a_known_word")
    if code := checking.key_problem(key):
        parsed.refuse(number, "source_id", code)
    reader = ServiceReader(found.service, found.organization, found.places, defaults, parsed)
    members = reader.members()
    for name in ("title", "by"):  # the cells that a spreadsheet of listings begins with
        if contacts.looks_like_formula(members.get(name, "")):
            parsed.refuse(number, name, "formula")
    checking.take(parsed, number, key, members, unsure=("type",))

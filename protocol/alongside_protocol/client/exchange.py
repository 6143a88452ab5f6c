"""What a flow asks for and what it gets back: plain values, so that a flow needs no network and a driver no protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class HttpRequest:
    """One request to make. `max_bytes`: the longest answer to take; `deadline`: seconds for the whole exchange."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    max_bytes: int = 64 * 1024
    deadline: float = 10.0


@dataclass(frozen=True)
class HttpResponse:
    """Its answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

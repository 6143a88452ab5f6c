"""What a node writes about itself: events by name, with fields from one list and nothing else.

There is no free text, no address, no query, no name: a field that is not on the list is dropped, and a value that is not a short
code or a number is dropped too. The web server's access log is off. A log is the first thing a raid or a bug report takes along.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

FIELDS: Final = frozenset({"code", "peer", "type", "count", "seconds", "status", "step", "error", "doc", "seq"})

_SHORT_CODE = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")
_KEPT: Final = frozenset({"event", "level", "timestamp"})


def keep_listed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list, and every value that is not a number or a short code."""
    return {name: value for name, value in event.items() if name in _KEPT or (name in FIELDS and _is_plain(value))}


def _is_plain(value: Any) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and bool(_SHORT_CODE.match(value)))


def configure(*, as_json: bool) -> None:
    """Set logging up for this process: to standard error, one line an event."""
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_listed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    for noisy in ("uvicorn.access", "uvicorn.error", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)

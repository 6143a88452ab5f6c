"""The same thing sent twice is done once: answers kept under the client's `Idempotency-Key`, in memory for twenty minutes.

Only what was done is kept: a refusal wrote nothing and may be tried anew. Bounded, so that nobody can fill the memory; gone with the
process, after which a key is as good as new. Never holds what was sent, only its hash.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from starlette.responses import Response

from .problems import Problem, ProblemError

SECONDS: Final = 20 * 60
MOST: Final = 2_000
_BYTES: Final = 16 * 1024
"""Longer answers are not kept; none of those that write is."""


@dataclass
class _Kept:
    until: int
    sent: bytes
    answer: tuple[int, bytes, str] | None = field(default=None, repr=False)


class Repeats:
    """Answers by (who, key)."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()

    def begin(self, name: bytes, sent: bytes, now: int) -> Response | None:
        """The answer that was given already; None: this is the first, and `end` must follow.

        Raises `ProblemError`: the key was used for something else, or the same is being done at this moment.
        """
        while self._kept and (len(self._kept) >= MOST or next(iter(self._kept.values())).until <= now):
            self._kept.popitem(last=False)
        known = self._kept.get(name)
        if known is None or known.until <= now:
            self._kept[name] = _Kept(now + SECONDS, sent)
            return None
        if known.sent != sent:
            raise ProblemError(Problem.IDEMPOTENCY_KEY_REUSED)
        if known.answer is None:
            raise ProblemError(Problem.IDEMPOTENCY_IN_FLIGHT)
        status, body, media_type = known.answer
        return Response(body, status, media_type=media_type or None)

    def end(self, name: bytes, answer: Response | None) -> None:
        """What became of it; None, or a refusal: it may be tried anew."""
        known = self._kept.get(name)
        if known is None:
            return
        done = answer is not None and 200 <= answer.status_code < 300 and len(answer.body) <= _BYTES  # noqa: PLR2004
        if answer is None or not done:
            self._kept.pop(name, None)
            return
        known.answer = (answer.status_code, bytes(answer.body), answer.headers.get("content-type", ""))

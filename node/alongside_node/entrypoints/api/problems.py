"""What a client reads when something is not done: problem details with codes that stay (RFC 9457; section 7 of the specification).

`type` is `urn:alongside:problem:<code>`, with a code of the protocol or one of `Problem`. Nothing that was sent is ever echoed.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from starlette.responses import Response

from alongside_protocol import canonical
from alongside_protocol.errors import Code, Refused

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 10


class Problem(StrEnum):
    """Codes of the API beside those of the protocol."""

    NOT_SIGNED_IN = "not-signed-in"
    NOT_FOR_YOU = "not-for-you"
    NOT_FOUND = "not-found"
    METHOD = "method"
    MEDIA_TYPE = "media-type"
    INVALID = "invalid"
    WORDS = "words"
    STILL_MISSING = "still-missing"
    NOT_POSSIBLE = "not-possible"
    BOX_CHANGED = "box-changed"
    IDEMPOTENCY_KEY_REUSED = "idempotency-key-reused"
    IDEMPOTENCY_IN_FLIGHT = "idempotency-in-flight"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"


TOLD: Final[Mapping[Problem, tuple[int, str]]] = MappingProxyType(
    {
        Problem.NOT_SIGNED_IN: (401, "a token is needed, and this one is none or has ended"),
        Problem.NOT_FOR_YOU: (403, "your role does not allow this"),
        Problem.NOT_FOUND: (404, "there is nothing here, or not for you"),
        Problem.METHOD: (405, "this address has other methods"),
        Problem.MEDIA_TYPE: (415, "a body is application/json"),
        Problem.INVALID: (422, "some members are missing, unknown or not of their form"),
        Problem.WORDS: (422, "these words open nothing here"),
        Problem.STILL_MISSING: (422, "some answers are missing before others may see it"),
        Problem.NOT_POSSIBLE: (409, "a listing in this state cannot do that"),
        Problem.BOX_CHANGED: (409, "the box was changed meanwhile: read it again, and seal it anew"),
        Problem.IDEMPOTENCY_KEY_REUSED: (409, "this key was used for something else"),
        Problem.IDEMPOTENCY_IN_FLIGHT: (409, "the same is being done at this moment"),
        Problem.UNAVAILABLE: (503, "nothing was stored, try again"),
        Problem.FAILED: (500, "something went wrong here"),
    }
)
"""Problem → (status, sentence); total."""

_RETRIED: Final = frozenset({Problem.BOX_CHANGED, Problem.IDEMPOTENCY_IN_FLIGHT, Problem.UNAVAILABLE})

STATUS: Final[Mapping[Code, int]] = MappingProxyType(
    {
        **{code: 400 for code in Code if code.startswith("json-")},
        Code.SHAPE: 422,
        Code.NOT_AGREED: 404,
        Code.MOVE: 409,
        Code.MESSAGE_REUSED_ID: 409,
        Code.CONSENT_COMMITMENTS: 409,
        Code.CURSOR_GONE: 410,
        Code.TOO_LARGE: 413,
        Code.SEAL_TOO_LARGE: 413,
        Code.BUSY: 429,
        Code.SEAL_KEY_EXPIRED: 503,
        Code.UNREACHABLE: 503,
    }
)
"""Code of the protocol → status; whatever is not here is 422."""
_UNPROCESSABLE: Final = 422
_UNAUTHORIZED: Final = 401


class ProblemError(Exception):
    """Something is not done; `more` are further members of the answer, never what was sent."""

    def __init__(self, problem: Problem, **more: Any) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.more = more

    @property
    def response(self) -> Response:
        """As it is answered."""
        status, detail = TOLD[self.problem]
        headers = {"www-authenticate": "Bearer"} if status == _UNAUTHORIZED else {}
        return _problem(
            self.problem.value, status, detail, retry=self.problem in _RETRIED, headers=headers, more=self.more
        )


def refused(refusal: Refused) -> Response:
    """The answer for a rule of the protocol."""
    headers = {"retry-after": str(RETRY_SECONDS)} if refusal.code is Code.BUSY else {}
    status = STATUS.get(refusal.code, _UNPROCESSABLE)
    return _problem(refusal.code.value, status, refusal.detail, retry=refusal.retry, headers=headers, more={})


def invalid(found: Sequence[Mapping[str, Any]]) -> Response:
    """The answer for members that do not fit: where, and by which rule; never their value.

    A name that nobody knows is what was sent, so of an unknown member only its place is said.
    """
    errors = []
    for one in found:
        where, code = list(one["loc"]), str(one["type"]).replace("_", "-")
        if code == "extra-forbidden":
            where, code = where[:-1], "unknown-member"
        errors.append({"where": ".".join(map(str, where)), "code": code})
    return ProblemError(Problem.INVALID, errors=errors[:20]).response


def _problem(
    code: str, status: int, detail: str, *, retry: bool, headers: Mapping[str, str], more: Mapping[str, Any]
) -> Response:
    members = {"type": f"urn:alongside:problem:{code}", "status": status, "detail": detail, "retry": retry, **more}
    return Response(canonical.dump(members), status, headers=dict(headers), media_type=MEDIA_TYPE)

"""What happens before and after every endpoint: who calls, whether they may, how much they sent, and what is never told (safety.md, D.29).

In this order: the token, the role, the size, strict JSON, unknown members, the `Idempotency-Key`; then the endpoint. Whatever goes wrong
becomes a problem without an echo of what was sent.
"""

from collections.abc import Callable, Coroutine
from hashlib import sha256
from typing import Any, Final, cast

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from alongside_node.entrypoints.admitted import ADMITTED
from alongside_node.foundation.database import DatabaseUnavailableError
from alongside_node.listings.actions import NotPossibleError, StillMissingError
from alongside_node.members.actions import BoxChangedError
from alongside_protocol import canonical
from alongside_protocol.errors import Code, Refused

from . import problems
from .caller import Api, Calling, who_calls
from .endpoints import Endpoint
from .problems import Problem, ProblemError

BODY_BYTES: Final = 256 * 1024
"""The longest body there is: a message, a letter and a box, each sealed and as base64url."""
KEY_HEADER: Final = "idempotency-key"
_KEY_CHARACTERS: Final = 200
_NOT_FOUND: Final = 404
_METHOD: Final = 405


class _Checked(Request):
    """A request whose body was read, bounded and strict, before any model sees it."""

    sent: bytes = b""
    parsed: Any = None

    async def body(self) -> bytes:
        return self.sent

    async def json(self) -> Any:
        return self.parsed


class GuardedRoute(APIRoute):
    """One row of the table, as the framework wants it."""

    def __init__(self, api: Api, endpoint: Endpoint) -> None:
        self._api = api
        self._endpoint = endpoint
        super().__init__(
            endpoint.path,
            endpoint.handler,
            methods=[endpoint.method],
            status_code=endpoint.status,
            response_model=endpoint.answer,
            summary=endpoint.summary,
            openapi_extra=endpoint.extra,
            responses={"default": {"description": "A problem.", "content": {problems.MEDIA_TYPE: {}}}},
        )

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint behind its guard."""
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await self._answer(request, answer)
            except Exception as error:  # noqa: BLE001 - whatever it was, the client reads a problem
                return problem_of(error)

        return guarded

    async def _answer(self, request: Request, answer: Callable[[Request], Coroutine[Any, Any, Response]]) -> Response:
        calling = await who_calls(self._api, request)
        if calling.role not in ADMITTED[self._endpoint.who]:
            raise ProblemError(Problem.NOT_SIGNED_IN if calling.person is None else Problem.NOT_FOR_YOU)
        checked = await self._checked(request)
        checked.state.calling = calling
        key = request.headers.get(KEY_HEADER, "")
        if not key or request.method != "POST" or not self._endpoint.writes:
            return await answer(checked)
        return await self._once(checked, calling, key, answer)

    async def _checked(self, request: Request) -> _Checked:
        checked = _Checked(request.scope, request.receive)
        checked.sent = await _body(request)
        known = {parameter.alias for parameter in self.dependant.query_params}
        if not known >= set(request.query_params):
            raise RequestValidationError([{"loc": ("query", ""), "type": "extra_forbidden"}])
        if not checked.sent:
            return checked
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise ProblemError(Problem.MEDIA_TYPE)
        checked.parsed = canonical.parse_object(checked.sent, max_bytes=BODY_BYTES)
        if self.body_field is None and checked.parsed:
            raise RequestValidationError([{"loc": ("body", ""), "type": "extra_forbidden"}])
        return checked

    async def _once(
        self,
        request: _Checked,
        calling: Calling,
        key: str,
        answer: Callable[[Request], Coroutine[Any, Any, Response]],
    ) -> Response:
        if len(key) > _KEY_CHARACTERS:
            raise RequestValidationError([{"loc": ("header", KEY_HEADER), "type": "string_too_long"}])
        repeats, done = self._api.repeats, None
        name = sha256(calling.known_as + key.encode("latin-1", "replace")).digest()
        sent = sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode() + request.sent).digest()
        if (known := repeats.begin(name, sent, calling.now)) is not None:
            return known
        try:
            done = await answer(request)
        finally:
            repeats.end(name, done)
        return done


async def _body(request: Request) -> bytes:
    found = bytearray()
    try:
        async for chunk in request.stream():
            found += chunk
            if len(found) > BODY_BYTES:
                raise Refused(Code.TOO_LARGE, f"a body of more than {BODY_BYTES} bytes")
    except ClientDisconnect:
        raise Refused(Code.JSON_SYNTAX, "the body did not come whole") from None
    return bytes(found)


def problem_of(error: Exception) -> Response:  # noqa: PLR0911 - one line for each thing that happens
    """Whatever happened, as the client reads it."""
    if isinstance(error, ProblemError):
        return error.response
    if isinstance(error, Refused):
        return problems.refused(error)
    if isinstance(error, RequestValidationError):
        return problems.invalid(cast("list[dict[str, Any]]", error.errors()))
    if isinstance(error, StillMissingError):
        return ProblemError(Problem.STILL_MISSING, missing=list(error.codes)).response
    known = {
        NotPossibleError: Problem.NOT_POSSIBLE,
        BoxChangedError: Problem.BOX_CHANGED,
        DatabaseUnavailableError: Problem.UNAVAILABLE,
    }
    for kind, problem in known.items():
        if isinstance(error, kind):
            return ProblemError(problem).response
    if isinstance(error, HTTPException):
        found = {_NOT_FOUND: Problem.NOT_FOUND, _METHOD: Problem.METHOD}.get(error.status_code, Problem.INVALID)
        return ProblemError(found).response
    structlog.get_logger().error("api-failed", error=type(error).__name__)
    return ProblemError(Problem.FAILED).response

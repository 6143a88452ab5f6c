"""Refusals as peers read them: problem details (RFC 9457; section 7 of the specification).

`detail` names the rule and never echoes input. Until somebody has proved a key on file there is one answer for all of them: it tells
a stranger nothing, and asks a peer whose new key we do not know yet to try again later.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from starlette.responses import Response

from alongside_protocol import canonical
from alongside_protocol.errors import Code, Refused

MEDIA_TYPE: Final = "application/problem+json"

_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _UNAVAILABLE = 400, 401, 403, 503

STATUS: Final[Mapping[Code, int]] = MappingProxyType(
    {
        Code.KEY_VERSION_UNKNOWN: _UNAUTHORIZED,
        Code.REQUEST_SIGNATURE: _UNAUTHORIZED,
        Code.REQUEST_TIME: _UNAUTHORIZED,
        Code.INVITATION: _FORBIDDEN,
        Code.NOT_AGREED: _FORBIDDEN,
        Code.CURSOR_AHEAD: 409,
        Code.MESSAGE_REUSED_ID: 409,
        Code.CURSOR_GONE: 410,
        Code.TOO_LARGE: 413,
        Code.BUSY: 429,
    }
)
"""Code → HTTP status; whatever is not here is a bad request."""


def of(refused: Refused) -> Response:
    """The answer to somebody who proved who they are."""
    return _problem(refused.code, refused.detail, STATUS.get(refused.code, _BAD_REQUEST), retry=refused.retry)


def stranger() -> Response:
    """The one answer to everybody else, whatever was wrong."""
    return Response(_STRANGER, _UNAUTHORIZED, media_type=MEDIA_TYPE)


def unavailable() -> Response:
    """Nothing was stored: the disk or the database failed."""
    return _problem(Code.BUSY, "nothing was stored, try again", _UNAVAILABLE, retry=True)


def _problem(code: Code, detail: str, status: int, *, retry: bool) -> Response:
    return Response(_body(code, detail, status, retry=retry), status, media_type=MEDIA_TYPE)


def _body(code: Code, detail: str, status: int, *, retry: bool) -> bytes:
    members = {"type": f"urn:alongside:problem:{code}", "status": status, "detail": detail, "retry": retry}
    return canonical.dump(members)


_STRANGER: Final = _body(
    Code.KEY_VERSION_UNKNOWN, "no key on file made the signature of this request", _UNAUTHORIZED, retry=True
)

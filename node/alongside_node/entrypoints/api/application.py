"""The API as one application: the table's rows, each behind its guard, and the description of them all.

Nothing of the framework speaks to anybody: no telemetry, no documentation pages that load scripts from elsewhere.
"""

from importlib.metadata import version
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from .caller import Api
from .door import PATH
from .endpoints import ENDPOINTS, SECURITY
from .guarding import GuardedRoute, problem_of

_ABOUT: Final = (
    "For clients of a community's members. A client may hold its person's key itself: what they write is then sealed before"
    " it gets here, and what is sealed is returned sealed. Errors are problem details (RFC 9457) with stable codes."
)


def application(api: Api) -> FastAPI:
    """Build it; slow, once a process."""
    built = FastAPI(
        title="Alongside",
        version=version("alongside-node"),
        description=_ABOUT,
        servers=[{"url": PATH}],
        root_path_in_servers=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
        exception_handlers={404: _nothing, 405: _nothing},
    )
    built.router.redirect_slashes = False
    for endpoint in ENDPOINTS:
        built.router.routes.append(GuardedRoute(api, endpoint))
    described = built.openapi()
    described.setdefault("components", {})["securitySchemes"] = SECURITY
    return built


async def _nothing(_: Request, error: Exception) -> Response:
    answer = problem_of(error)
    if isinstance(error, HTTPException):
        answer.headers.update(error.headers or {})
    return answer

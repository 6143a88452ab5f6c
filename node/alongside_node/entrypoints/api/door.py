"""Where `/api/v1` begins: the API is built when somebody first asks for it, so that a node starts without its framework.

Never answers anything itself.
"""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from .caller import Api

PATH = "/api/v1"


class Door:
    """The API, built on first use and kept."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._building = asyncio.Lock()
        self._built: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if self._built is None:
            async with self._building:
                if self._built is None:
                    self._built = await asyncio.to_thread(_build, self._api)
        await self._built(scope, receive, send)


def _build(api: Api) -> ASGIApp:
    from .application import application  # noqa: PLC0415 - FastAPI takes a quarter of a second, which no start waits for

    return application(api)

"""Listening: uvicorn with our limits on heads and whole requests, no access log, no header that says what we are.

One process serves pages, API and peers, and does the background work. It stops on SIGTERM or Ctrl-C after what is in flight.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from alongside_node.foundation.running import WAKE
from alongside_node.foundation.server_limits import LimitedProtocol

_BACKLOG = 512
_GRACE_SECONDS = 5


async def listen(
    app: ASGIApp, running: AbstractAsyncContextManager[Any], *, host: str, port: int, wake: Callable[[], None]
) -> None:
    """Serve until told to stop; `wake` is called when a command wrote beside us. Raises `OSError` when the port is taken."""
    asyncio.get_running_loop().add_signal_handler(WAKE, wake)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=LimitedProtocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=30,
    )
    server = uvicorn.Server(config)
    async with running:
        await server.serve()
    if not server.started:
        raise OSError("the server could not start listening")

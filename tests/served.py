"""The world with sockets: its communities are listened to on this machine, so that a real browser can come.

The same clock, network and databases as in `world`; the event loop runs in a thread of its own, because a browser is driven from this one.
"""

import asyncio
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from alongside_node.foundation.server_limits import LimitedProtocol
from ports import free_ports
from world import Community, World


async def _ordinary(_: Any, __: Any, send: Any) -> None:
    """Where one lands after leaving."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"An ordinary page."})


class ServedWorld(World):
    """Communities that can be reached."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._ports = free_ports(4)
        self._servers: list[tuple[uvicorn.Server, Any]] = []
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.neutral = f"http://127.0.0.1:{self._ports[-1]}/"
        self._listen(_ordinary, self._ports[-1])

    def origin(self, number: int) -> str:
        return f"http://localhost:{self._ports[number]}"

    def community(self, name: str, **named: Any) -> Community:
        found = super().community(name, settings={"neutral_site": self.neutral}, **named)
        self.serve(found)
        return found

    def serve(self, community: Community) -> None:
        """Listen for it."""

        async def app(scope: Any, receive: Any, send: Any) -> None:  # whichever it has now
            await community.app(scope, receive, send)

        self._listen(app, urlsplit(community.origin).port or 0)

    def _listen(self, app: Any, port: int) -> None:
        config = uvicorn.Config(
            app,
            interface="asgi3",
            port=port,
            http=LimitedProtocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=False,
        )
        server = uvicorn.Server(config)
        self._servers.append((server, asyncio.run_coroutine_threadsafe(server.serve(), self.loop)))
        while not server.started:
            time.sleep(0.01)

    def run(self, story: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(story, self.loop).result(60)

    def close(self) -> None:
        for server, serving in self._servers:
            server.should_exit = server.force_exit = True
            serving.result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        super().close()

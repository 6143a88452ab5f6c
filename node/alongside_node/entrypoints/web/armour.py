"""What every answer carries, as pure ASGI: the policy that lets nothing run but one script of ours and nothing load from elsewhere, and nothing be kept (safety.md, E).

Never reads a body. Refuses requests for another host and forms that another site sends.
"""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_KEPT_FOR_GOOD: Final = "public, max-age=31536000, immutable"


def policy(neutral_site: str, script: str) -> str:
    """The content security policy. Leaving posts to us and is sent on, which browsers check too: hence the neutral site. `script`: the
    whole address of the only script that may run.
    """
    parts = urlsplit(neutral_site)
    return (
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {parts.scheme}://{parts.netloc}"
    )


class Armour:
    """Around the pages and the API; the endpoints for peers have rules of their own."""

    def __init__(
        self, app: ASGIApp, *, origin: str, neutral_site: str, script: str, secure: bool, apart_from: Iterable[str]
    ) -> None:
        self._app = app
        self._host = origin.partition("://")[2]
        self._apart_from = frozenset(apart_from)
        self._headers = {
            "content-security-policy": policy(neutral_site, origin + script),
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "geolocation=(), camera=(), microphone=()",
            "x-robots-tag": "noindex, nofollow",
        }
        if secure:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] in self._apart_from:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if headers.get("host", "") != self._host:
            await PlainTextResponse("This server answers for another address.", 421)(scope, receive, self._armed(send))
            return
        if scope["method"] not in ("GET", "HEAD") and headers.get("sec-fetch-site", "same-origin") not in (
            "same-origin",
            "none",
        ):
            await PlainTextResponse("This form came from another site.", 403)(scope, receive, self._armed(send))
            return
        await self._app(scope, receive, self._armed(send))

    def _armed(self, send: Send) -> Send:
        async def armed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        return armed


def kept_for_good() -> dict[str, str]:
    """For what carries its own hash in its address."""
    return {"cache-control": _KEPT_FOR_GOOD}

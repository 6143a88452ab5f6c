"""Limits that the web server itself does not have: the size of a request's head, and a deadline for the whole request.

uvicorn with httptools took a 50 MB header and kept half-sent requests open for ever. Here a head may have 16 KiB and must be whole after
ten seconds, a request after thirty; then the connection is closed without an answer.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from alongside_protocol import limits

HEAD_SECONDS = 10.0
REQUEST_SECONDS = 30.0


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the two limits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes, self._last = 0, b""
        self._in_head = True
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock of the first head."""
        super().connection_made(transport)
        self._arm(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count bytes while a head is coming in."""
        if self._in_head:
            seen = self._last + data  # the end of a head may come in two reads
            end = seen.find(b"\r\n\r\n")
            self._head_bytes += len(data) if end < 0 else end + 4 - len(self._last)
            self._last = seen[-3:]
            if self._head_bytes > limits.HEADER_BYTES:
                self._close()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A new request on this connection."""
        super().on_message_begin()
        self._arm(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """The head is whole: now the rest has its time."""
        self._in_head, self._head_bytes, self._last = False, 0, b""
        self._arm(REQUEST_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._in_head = True
        self._disarm()
        super().on_message_complete()

    def _arm(self, seconds: float) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(seconds, self._close)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close(self) -> None:
        self._disarm()
        self.transport.close()

"""Carrying a flow's requests over a real network: the only I/O of this package, with httpx, blocking and async.

Redirects are never followed, compressed answers are refused, and an answer is cut off at the length the flow allows. A server
that fetches addresses strangers gave it needs more than this (section 8, "Going out"): the node has a sender of its own.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, TypeVar

from alongside_protocol.errors import Code, Refused

from .exchange import HttpRequest, HttpResponse
from .flows import Flow

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")


def run(flow: Flow[T], send: Callable[[HttpRequest], HttpResponse]) -> T:
    """Run a flow to its end with a blocking sender, as `sender(httpx.Client())`."""
    try:
        request = next(flow)
        while True:
            request = flow.send(send(request))
    except StopIteration as end:
        result: T = end.value
        return result


async def arun(flow: Flow[T], send: Callable[[HttpRequest], Awaitable[HttpResponse]]) -> T:
    """Run a flow to its end with an async sender, as `async_sender(httpx.AsyncClient())`."""
    try:
        request = next(flow)
        while True:
            request = flow.send(await send(request))
    except StopIteration as end:
        result: T = end.value
        return result


def sender(client: "httpx.Client") -> Callable[[HttpRequest], HttpResponse]:
    """A blocking sender. It raises `Refused`: `unreachable`, `too-large`, `response-form`."""
    import httpx  # noqa: PLC0415 - only where it is used: it takes longer to load than all the rest

    def send(request: HttpRequest) -> HttpResponse:
        try:
            with closing(client.send(_built(client, request), stream=True, follow_redirects=False)) as response:
                _check(response)
                return HttpResponse(
                    response.status_code, response.headers, _joined(response.iter_raw(), request.max_bytes)
                )
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Refused(Code.UNREACHABLE, "no answer came") from None

    return send


def async_sender(client: "httpx.AsyncClient") -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    """An async sender. It raises `Refused`: `unreachable`, `too-large`, `response-form`."""
    import httpx  # noqa: PLC0415 - as in `sender`

    async def send(request: HttpRequest) -> HttpResponse:
        try:
            answer = await client.send(_built(client, request), stream=True, follow_redirects=False)
            async with aclosing(answer) as response:
                _check(response)
                body = await _ajoined(response.aiter_raw(), request.max_bytes)
                return HttpResponse(response.status_code, response.headers, body)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Refused(Code.UNREACHABLE, "no answer came") from None

    return send


def _built(client: "httpx.Client | httpx.AsyncClient", request: HttpRequest) -> "httpx.Request":
    headers = {**request.headers, "accept-encoding": "identity"}
    return client.build_request(
        request.method, request.url, headers=headers, content=request.body, timeout=request.deadline
    )


def _check(response: "httpx.Response") -> None:
    if "content-encoding" in response.headers:
        raise Refused(Code.RESPONSE_FORM, "a compressed answer")


def _joined(chunks: Iterator[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        _extend(body, chunk, max_bytes)
    return bytes(body)


async def _ajoined(chunks: AsyncIterator[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        _extend(body, chunk, max_bytes)
    return bytes(body)


def _extend(body: bytearray, chunk: bytes, max_bytes: int) -> None:
    if len(body) + len(chunk) > max_bytes:
        raise Refused(Code.TOO_LARGE, f"an answer of more than {max_bytes} bytes")
    body += chunk

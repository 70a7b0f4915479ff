"""A blocking client of httpx as an asynchronous one."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import suppress
from typing import Any, cast

import anyio.from_thread
import httpx

from mistral_async._http.threads import release_in_thread, run_in_own_thread


class ThreadedClient:
    """A blocking client as an asynchronous one: every blocking call runs in a thread, which it shares with no other.

    More of them than an event loop has threads for all may wait on one another.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def build_request(self, method: str, url: str, *, headers: Any, content: object) -> httpx.Request:
        """Build a request; an asynchronous body is read from the event loop as the thread needs it."""
        if isinstance(content, AsyncIterable):
            content = _iterate_from_thread(cast("AsyncIterable[bytes]", content))
        request: httpx.Request = self._client.build_request(method, url, headers=headers, content=content)
        return request

    async def send(self, request: httpx.Request, *, stream: bool) -> httpx.Response:
        """Send a request in a thread; a response that comes with a cancellation, or after it, is closed."""
        left = False
        responses: list[httpx.Response] = []
        request.extensions.pop("trace", None)  # it is asynchronous

        def send() -> None:
            responses.append(self._client.send(request, stream=stream))
            if left:
                responses[0].close()

        try:
            await run_in_own_thread(send, abandon_on_cancel=True)
        except BaseException:
            left = True
            for response in responses:
                with suppress(Exception):
                    await release_in_thread(response.close)
            raise
        response = responses[0]
        response.stream = _ThreadedStream(cast("httpx.SyncByteStream", response.stream))
        return response

    async def aclose(self) -> None:
        """Close the client in a thread."""
        await run_in_own_thread(self._client.close)


class _ThreadedStream(httpx.AsyncByteStream):
    """A response body that is read and closed in threads."""

    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self._stream = stream
        self._pieces: Iterator[bytes] | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._pieces = iter(self._stream)
        next_piece = functools.partial(next, self._pieces, None)
        while (piece := await run_in_own_thread(next_piece, abandon_on_cancel=True)) is not None:
            yield piece

    async def aclose(self) -> None:
        """Close the body in a thread."""
        await run_in_own_thread(self._stream.close)


def _iterate_from_thread(content: AsyncIterable[bytes]) -> Iterator[bytes]:
    pieces = aiter(content)
    while (piece := anyio.from_thread.run(_next_piece, pieces)) is not None:
        yield piece


async def _next_piece(pieces: AsyncIterator[bytes]) -> bytes | None:
    return await anext(pieces, None)

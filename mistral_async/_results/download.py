"""An answer of bytes: a body that breaks is gone on with from where it broke, by range where the server allows.

A server without ranges sends the body again, and what was there already is dropped. Either way the bytes are those of
one version of the file: its validator (RFC 9110, section 13.1.5) and its size must be what they were.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Final, Self, cast

from mistral_async._codec.attempt import Attempt
from mistral_async._codec.headers import Headers
from mistral_async._engine.call_state import cause_of
from mistral_async._engine.response import Response
from mistral_async._http.protocol import RequestHead, WireError, WireStream
from mistral_async._results.open_response import OpenResponse
from mistral_async.errors import StreamInterruptedError

if TYPE_CHECKING:
    import os

    from mistral_async._engine.call_state import CallState
    from mistral_async._engine.engine import Engine
    from mistral_async._engine.request import Download

_PARTIAL: Final = 206
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class AsyncDownload(OpenResponse):
    """The bytes of an answer: await it for all of them, `async with` to read them as they come, `save` for a file."""

    def __init__(self, engine: Engine, request: Download) -> None:
        super().__init__(engine)
        self._request = request
        self._first = Headers(())  # what the whole file's own head said
        self._head: RequestHead | None = None  # of the request for all of it
        self._position = 0  # bytes handed out
        self._skip = 0  # bytes to drop of a body that began again
        self._resumed = 0  # the position at which it last broke
        self._earlier: list[Attempt] = []

    def __await__(self) -> Generator[Any, None, bytes]:
        return self.read().__await__()

    async def __aenter__(self) -> Self:
        await self._open(self._request, "*/*")
        self._first = Headers(cast("WireStream", self._streaming).headers)
        self._head = cast("CallState", self._call).head
        return self

    def __aiter__(self) -> Self:
        if self._call is None:
            raise TypeError("a download is read in a block: `async with client.….download(...) as download:`")
        return self

    async def __anext__(self) -> bytes:
        data = await self.receive()
        if not data:
            raise StopAsyncIteration
        return data

    async def receive(self) -> bytes:
        """What has arrived; b"" at the end. A body that broke is asked for again from there, as the retries allow."""
        while not self._finished:
            try:
                data = await cast("WireStream", self._streaming).receive(self._deadline())
            except WireError as failure:
                await self._again(failure)
                continue
            if not data:
                self._finished = True
                if self._skip:
                    raise self._changed("became shorter")
            elif data := self._unread(data):
                self._position += len(data)
                return data
        return b""

    aiter_bytes = __aiter__

    def _unread(self, data: bytes) -> bytes:
        """What was not handed out before the body began again."""
        known = min(self._skip, len(data))
        self._skip -= known
        return data[known:] if known else data

    async def _again(self, failure: WireError) -> None:
        """Go on after a failure, as the retry policy says; bytes that came since the last one make it a first one."""
        error = self._interrupted(failure)
        error.__cause__ = cause_of(failure)
        call = cast("CallState", self._call)
        if self._finished:  # cancelled: nobody wants the rest
            raise error
        if self._position > self._resumed:
            self._earlier += call.attempts
            call.attempts = []
        self._resumed = self._position
        call.failed(error)
        await cast("WireStream", self._streaming).aclose()
        call.head = self._rest()
        try:
            self._accept(await self._engine.sender.retry_or_raise(call, error))
        finally:
            del error  # no cycle with its own traceback

    async def skip(self, count: int) -> None:
        """Leave out the first `count` bytes; they are not sent again where the server knows ranges."""
        call = cast("CallState", self._call)
        await cast("WireStream", self._streaming).aclose()
        self._position = self._resumed = count
        call.head = self._rest()
        self._accept(await self._engine.sender.send(call))

    def _rest(self) -> RequestHead:
        """The head that asks for what is missing."""
        head, first = cast("RequestHead", self._head), self._first
        if not self._position or "content-encoding" in first or first.get("accept-ranges") == "none":
            return head
        ranged = [*head.headers, ("range", f"bytes={self._position}-")]
        if self.validator:
            ranged.append(("if-range", self.validator))
        return RequestHead(head.method, head.target, tuple(ranged))

    def _accept(self, streaming: WireStream) -> None:
        """See that what comes now belongs to what came before."""
        self._streaming = streaming
        headers = Headers(streaming.headers)
        size = headers.get("content-length")
        if streaming.status == _PARTIAL:
            found = _RANGE.fullmatch(headers.get("content-range", ""))
            if found is None or int(found[1]) != self._position:
                raise self._changed("is sent from another place than was asked for")
            size = found[2]
            self._skip = 0
        else:
            self._skip = self._position
        known = self._first.get("content-length")
        if validator_of(headers) != self.validator or (known is not None and size not in {known, "*", None}):
            raise self._changed("changed while it was being downloaded")

    def _changed(self, what: str) -> StreamInterruptedError:
        return self._blamed(StreamInterruptedError(f"{self._request!r}: the file {what}"))

    @property
    def response(self) -> Response[None]:
        """Status, headers, request id, attempts and timings: there before the first byte."""
        response = super().response
        response.attempts = (*self._earlier, *response.attempts)
        return response

    @property
    def headers(self) -> Headers:
        """The headers of the whole file."""
        return self._first

    @property
    def target(self) -> str:
        """The path that it comes from."""
        return self._request.target

    @property
    def validator(self) -> str:
        """What tells this version of the file from others; empty where the server does not say."""
        return validator_of(self._first)

    @property
    def size(self) -> int | None:
        """Bytes in all, when the API said."""
        length = self._first.get("content-length", "")
        return int(length) if length.isdigit() and "content-encoding" not in self._first else None

    async def read(self) -> bytes:
        """All of it, in memory."""
        if self._call is None:
            async with self:
                return await self.read()
        parts: list[bytes] = []
        while data := await self.receive():
            parts.append(data)
        return b"".join(parts)

    async def save(
        self,
        path: str | os.PathLike[str],
        *,
        progress: Callable[[int, int | None], None] | None = None,
        size: int | None = None,
        checksum: str | None = None,
        resume: bool = False,
    ) -> int:
        """Write it to a file, which appears whole or not at all; returns its size in bytes.

        Args:
            path: Where to.
            progress: Called with the bytes written so far, and of all where the API says.
            size: How long it must be, beside what the API says.
            checksum: Such as `"sha256:…"` or `"md5:…"`, in hexadecimal; a digest in the headers is checked anyway.
            resume: Keep what arrived when this fails or is killed, and go on from there the next time.
        """
        from mistral_async._results.save import save

        if self._call is None:
            async with self:
                return await save(self, path, progress, size=size, checksum=checksum, resume=resume)
        return await save(self, path, progress, size=size, checksum=checksum, resume=resume)


def validator_of(headers: Headers) -> str:
    """A strong entity tag, else the date of the last change."""
    tag = headers.get("etag", "")
    return tag if tag and not tag.startswith("W/") else headers.get("last-modified", "")

"""Downloads: answers of bytes, whose body, when it breaks, is resumed from where it broke (RFC 9110 §14)."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Final, Self, cast

from mistral_async._codec.attempt import Attempt
from mistral_async._codec.headers import Headers
from mistral_async._codec.shown import described, safe_repr
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

# Rule 1: The bytes that are handed out are those of one version of the file, each once and in order. The validator (a
#   strong entity tag, else the date of the last change) and the size of every answer must be those of the first one.
# Rule 2: A body that breaks is asked for again under the retry policy, with a `range` from the first missing byte and
#   `if-range` with the validator (§13.1.5). Bytes that came since the last failure make the next one a first one, so
#   that a long download may break more often than a call is retried.
# Rule 3: A server that answers 206 must begin at that byte. One that answers 200 sends all again, and what was handed
#   out already is dropped.
# Rule 4: No range is asked for where `accept-ranges` is none, nor of a body with a content coding: its bytes are those
#   before the decoding, and positions after it mean nothing to the server.

_PARTIAL: Final = 206
_LENGTH: Final = re.compile(r"[0-9]{1,18}")
_RANGE: Final = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)")


class AsyncDownload(OpenResponse):
    """The bytes of an answer: await it for all of them, `async with` to read them as they come, `save` for a file."""

    def __init__(self, engine: Engine, request: Download) -> None:
        super().__init__(engine)
        self._request = request
        self._first = Headers(())  # of the first answer: the head of the whole file
        self._head: RequestHead | None = None  # of the request for all of it
        self._position = 0  # bytes handed out
        self._skip = 0  # bytes to drop of a body that began again
        self._resumed = 0  # the position at which it last broke
        self._earlier: list[Attempt] = []  # attempts before bytes came that made the next failure a first one

    def __await__(self) -> Generator[Any, None, bytes]:
        return self.read().__await__()

    async def __aenter__(self) -> Self:
        await self._open(self._request, "*/*")
        self._first = Headers(cast("WireStream", self._streaming).headers)
        self._head = cast("CallState", self._call).head
        return self

    @safe_repr
    def __repr__(self) -> str:
        state = f"{self._state()}, {self._position:,} bytes"
        return described(self, self._request, state, "async with download: async for data in it; .save(path)")

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
        """Return what has arrived, b"" at the end; a body that breaks is resumed (rule 2), or raises."""
        while not self._finished:
            try:
                data = await cast("WireStream", self._streaming).receive(self._deadline())
            except WireError as failure:
                self._check_left()
                await self._resume(failure)
                continue
            if not data:
                self._finished = True
                if self._skip:
                    raise self._changed("became shorter")
            elif data := self._drop_known(data):
                self._position += len(data)
                return data
        self._check_left()
        return b""

    def _check_left(self, *, ended: bool = False) -> None:
        """Raise RuntimeError after the block, or once it has `ended`: nothing must not pass for an empty file."""
        if (self._left or ended) and not self._cancelled:
            raise RuntimeError("a download is read once, in its block: make the call again")

    aiter_bytes = __aiter__

    def _drop_known(self, data: bytes) -> bytes:
        """Return what was not handed out before the body began again (rule 3)."""
        known = min(self._skip, len(data))
        self._skip -= known
        return data[known:] if known else data

    async def _resume(self, failure: WireError) -> None:
        """Ask for what is missing after a failure (rule 2), or raise."""
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
        call.head = self._range_head()
        try:
            self._continue_with(await self._engine.sender.retry_or_raise(call, error))
        finally:
            del error  # no cycle with its own traceback

    async def skip(self, count: int) -> None:
        """Pass over the first `count` bytes; they are not even sent where the server knows ranges."""
        call = cast("CallState", self._call)
        await cast("WireStream", self._streaming).aclose()
        self._position = self._resumed = count
        call.head = self._range_head()
        self._continue_with(await self._engine.sender.send(call))

    def _range_head(self) -> RequestHead:
        """Return the head that asks for what is missing, or (rule 4) for all of it."""
        head, first = cast("RequestHead", self._head), self._first
        if not self._position or "content-encoding" in first or first.get("accept-ranges") == "none":
            return head
        ranged = [*head.headers, ("range", f"bytes={self._position}-")]
        if self.validator:
            ranged.append(("if-range", self.validator))
        return RequestHead(head.method, head.target, tuple(ranged))

    def _continue_with(self, streaming: WireStream) -> None:
        """Go on with another answer, if it belongs to what came before (rules 1 and 3)."""
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
        """Return the error of a file that is another one now; it does not help to try again."""
        return self._with_context(StreamInterruptedError(f"{self._request!r}: the file {what}"))

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
        """The mark of this version of the file, an entity tag or a date; empty where the server has none."""
        return validator_of(self._first)

    @property
    def size(self) -> int | None:
        """Bytes in all; None where the API does not say."""
        length = self._first.get("content-length", "")
        return int(length) if _LENGTH.fullmatch(length) and "content-encoding" not in self._first else None

    async def read(self) -> bytes:
        """Return all of it, in memory."""
        if self._call is None:
            async with self:
                return await self.read()
        self._check_left(ended=self._finished)
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
            path: The file to write or replace.
            progress: Called with the bytes written so far, and those in all where the API says.
            size: The bytes that it must have, beside what the API says.
            checksum: Such as `"sha256:…"` or `"md5:…"`, in hexadecimal; without it a digest in the headers is checked.
            resume: Keep what arrived when this fails or is killed, and go on from there the next time.

        Raises:
            ChecksumError: if the size or the digest is another one; no file was written.
        """
        from mistral_async._results.save import save

        if self._call is None:
            async with self:
                return await save(self, path, progress, size=size, checksum=checksum, resume=resume)
        self._check_left(ended=self._finished)
        return await save(self, path, progress, size=size, checksum=checksum, resume=resume)


def validator_of(headers: Headers) -> str:
    """Return a strong entity tag, else the date of the last change, else ""."""
    tag = headers.get("etag", "")
    return tag if tag and not tag.startswith("W/") else headers.get("last-modified", "")

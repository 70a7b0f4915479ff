"""Send a body while it is read from its source: the order of its pieces, their framing, and when to stop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

from mistral_async._http.h1.encode import encode_chunk
from mistral_async._http.h1.response_reader import ResponseReader
from mistral_async._http.protocol import BodySource, Phase, Sent, WireError

SLICE: Final = 256 * 1024  # bytes of a large body written between two looks at what the server says


class SlicedBody:
    """A large body in memory, as a source of slices: progress shows, and an early response stops it."""

    repeatable = True

    def __init__(self, body: bytes) -> None:
        self.length = len(body)
        self._body = body

    async def open(self) -> AsyncIterator[bytes]:
        """Read the body from its start."""
        for start in range(0, self.length, SLICE):
            yield self._body[start : start + SLICE]


async def pump(source: BodySource, reader: ResponseReader, write: Callable[[bytes, bool], Awaitable[None]]) -> None:
    """Call `write` with each piece and whether it is the last; stop when the server has refused or answered.

    The source is closed whatever happens. A source that is not as long as it says raises a `WireError` of `Sent.PART`:
    the server can not have taken the request for whole.
    """
    length = source.length
    total = 0
    pieces = source.open()
    try:
        async for piece in pieces:
            total += len(piece)
            if reader.refused or (length is not None and total > length):
                break
            if piece:
                await write(encode_chunk(piece) if length is None else piece, total == length)
    finally:
        close: Callable[[], Any] | None = getattr(pieces, "aclose", None)
        if close is not None:
            await close()
    if reader.refused:
        return
    if length is None:
        await write(encode_chunk(b""), True)  # noqa: FBT003 (the last)
    elif total != length:
        raise WireError(f"the body is not {length} bytes long, as it said", phase=Phase.WRITE, sent=Sent.PART)

"""Send a body while it is read: the order of its pieces, their framing, and when to stop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

from mistral_async._http.h1.encode import encode_chunk
from mistral_async._http.h1.response_reader import ResponseReader
from mistral_async._http.protocol import BodySource, Phase, Sent, WireError

SLICE: Final = 256 * 1024  # what is written of a large body between two looks at what the server says


class SlicedBody:
    """A large body that is at hand, in pieces, so that progress shows and an early answer stops it."""

    repeatable = True

    def __init__(self, body: bytes) -> None:
        self.length = len(body)
        self._body = body

    async def open(self) -> AsyncIterator[bytes]:
        """Read it from the start."""
        for start in range(0, self.length, SLICE):
            yield self._body[start : start + SLICE]


async def pump(source: BodySource, reader: ResponseReader, write: Callable[[bytes, bool], Awaitable[None]]) -> None:
    """Write all of it, with whether a piece is the last, or stop when the server has refused or answered it."""
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

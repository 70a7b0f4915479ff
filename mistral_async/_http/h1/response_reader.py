"""One request's answer, whole or streamed: the parser, the content decoder, the clock and the error, without I/O."""

from __future__ import annotations

from time import monotonic

from mistral_async._http.h1.buffers import LEAST, MOST, BufferPool
from mistral_async._http.h1.content_coding import BufferedDecoder, Decoder, decoder_for
from mistral_async._http.h1.parser import ResponseParser
from mistral_async._http.protocol import Phase, Sent, Timings, WireError, WireResponse


class ResponseReader(ResponseParser):
    """What a driver feeds with the bytes of one answer."""

    __slots__ = (
        "_buffered",
        "_buffers",
        "_decoder",
        "_limit",
        "_raw",
        "_taken",
        "error",
        "since",
        "timings",
        "whole",
    )

    def __init__(
        self, *, to_head: bool, whole: bool, limit: int, raw: bool = False, buffers: BufferPool | None = None
    ) -> None:
        super().__init__(to_head=to_head, max_body=limit if whole else None)
        self.since = monotonic()
        self.timings = Timings()
        self.error: WireError | None = None
        self.whole = whole
        self._limit = limit
        self._raw = raw  # content codings are the caller's business
        self._decoder: Decoder | None = None  # of a streamed body
        self._buffered: BufferedDecoder | None = None  # of a whole one
        self._taken = 0
        self._buffers = buffers

    @property
    def ready(self) -> bool:
        """Whether the caller can go on: with the answer, its head for a stream, or an error."""
        return self.complete or self.error is not None or (self.status != 0 and not self.whole)

    @property
    def refused(self) -> bool:
        """Whether sending more of the request is pointless: it is answered, or has failed."""
        return self.complete or self.error is not None or self.status >= 400  # noqa: PLR2004 (an error status)

    @property
    def untaken(self) -> int:
        """Bytes of a streamed body that wait for their consumer."""
        return self.received - self._taken

    def receive(self, data: bytes) -> bool:
        """Read what has arrived; True when the answer is complete."""
        headless = not self.status
        self.feed(data)
        if headless and self.status:
            self.timings.first_byte = monotonic() - self.since
            self._prepare()
        if self._buffered is not None:
            self._unfold(self._buffered)
        return self.complete

    def space(self) -> memoryview | None:
        """Where the next bytes of a big body belong: a driver may read them into it and say how many were `filled`."""
        return None if self.room is None or self.complete else self.room[self.received :]

    def filled(self, size: int) -> bool:
        """That many bytes were read into the space; True when the answer is complete."""
        self.received += size
        return self.fulfil(size)

    def take(self) -> bytes:
        """What has arrived of a streamed body since the last call."""
        decoder = self._decoder
        if decoder is not None and (data := decoder.read()):
            return data
        pieces = self.pieces
        if not pieces:
            return b""
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._taken = self.received
        if decoder is None:
            return data
        decoder.feed(data)
        return decoder.read()

    def finish(self) -> None:
        """All of a streamed body has been taken: is it whole?"""
        self.timings.total = monotonic() - self.since
        if self._decoder is not None:
            self._decoder.finish()

    def answer(self) -> WireResponse:
        """The whole answer."""
        pieces = self.pieces
        self.timings.total = monotonic() - self.since
        if self.room is not None:
            return WireResponse(self.status, self.headers, self.room, self.timings, self.version, self._buffers)
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return WireResponse(self.status, self.headers, body, self.timings, self.version)

    def _prepare(self) -> None:
        """The head has arrived: what is the body to be read into?"""
        if self.coding and not self._raw and (decoder := decoder_for(self.coding)) is not None:
            if self.whole:
                self._buffered = BufferedDecoder(decoder, self._limit)
            else:
                self._decoder = decoder
        elif self._buffers is not None and LEAST <= (need := self.missing) <= MOST:
            pieces, self.pieces, received = self.pieces, [], self.received
            self.room, self.received = self._buffers.take(received + need), 0
            for piece in pieces:
                self._append(piece)

    def _unfold(self, buffered: BufferedDecoder) -> None:
        for piece in self.pieces:
            buffered.feed(piece)
        self.pieces = buffered.finish() if self.complete else []


def lost(cause: Exception, sent: Sent) -> WireError:
    """The connection broke under an reader."""
    phase = Phase.READ if sent is Sent.MAYBE else Phase.WRITE
    error = WireError(f"the connection was lost: {str(cause) or type(cause).__name__}", phase=phase, sent=sent)
    error.__cause__ = cause
    return error

"""One response, whole or streamed: the parser, the content decoder, the clock and the error, without I/O."""

from __future__ import annotations

import itertools
from time import monotonic
from typing import Final

from mistral_async._http.certificates import advice, is_lasting
from mistral_async._http.h1.buffers import MAX_BLOCK, MIN_BLOCK, BufferPool
from mistral_async._http.h1.content_coding import Decoder, decoder_for
from mistral_async._http.h1.parser import ResponseParser
from mistral_async._http.protocol import STEP, Limits, Phase, Sent, Timings, WireError, WireResponse

# Rule 1: The outcome is kept here and not in the connection, which lets go of a reader that is `complete` or has an
#         `error`, and may serve another before this one's caller runs again.
# Rule 2: A callback of the event loop decodes nothing. A body with a content coding is read as a stream, also where all
#         of it was asked for (`whole` becomes False): it is decoded when it is taken, step by step, by a task that lets
#         others go on in between, has a deadline, and may be cancelled.
# Rule 3: A big body whose length is stated is read by the kernel into its final place (`space`, `filled`). What came
#         with the head is copied there first. TLS and content codings need a copy anyway and go by `receive`.
# Rule 4: Sending stops (`refused`) when the server has answered with an error before it has read all (RFC 9112
#         §9.5): the rest of the body would be wasted, and may block for good.
# Rule 5: Another big body, of which all was asked for, is put together as it arrives: at its end that would take long.

_BIG: Final = 1024 * 1024  # bytes


class ResponseReader(ResponseParser):
    """The state of one exchange: a driver feeds it, and reads from it when to stop, go on, or fail."""

    __slots__ = (
        "_body",
        "_buffers",
        "_decoder",
        "_limits",
        "_raw",
        "_taken",
        "error",
        "since",
        "timings",
        "whole",
    )

    def __init__(
        self, *, to_head: bool, whole: bool, limits: Limits, raw: bool = False, buffers: BufferPool | None = None
    ) -> None:
        super().__init__(to_head=to_head, max_body=limits.size if whole else None)
        self.since = monotonic()
        self.timings = Timings()
        self.error: WireError | None = None
        self.whole = whole
        self._limits = limits
        self._raw = raw  # content codings are left to the caller
        self._decoder: Decoder | None = None
        self._taken = 0
        self._buffers = buffers if whole else None
        self._body: bytearray | None = None  # the start of a big one (rule 5)

    @property
    def ready(self) -> bool:
        """Return whether the caller can go on: with the response, its head for a stream, or an error."""
        return self.complete or self.error is not None or (self.status != 0 and not self.whole)

    @property
    def refused(self) -> bool:
        """Return whether to send no more of the request (rule 4): it is answered, or has failed."""
        return self.complete or self.error is not None or self.status >= 400  # noqa: PLR2004 (an error status)

    @property
    def pending(self) -> int:
        """Return the bytes of a streamed body, as sent, that wait for their consumer."""
        return self.received - self._taken

    def receive(self, data: bytes) -> bool:
        """Read what has arrived; return whether the response is complete. Raises a `WireError` of `Phase.PROTOCOL`."""
        headless = not self.status
        self._state(self, data)
        if headless and self.status:
            self.timings.first_byte = monotonic() - self.since
            try:
                if self.coding or self._remaining >= MIN_BLOCK:
                    self._prepare_body()
            except BaseException:
                self.pieces.clear()  # in a coding that nobody undoes
                raise
        if self.whole and self.received > _BIG:
            self._body = bytearray() if self._body is None else self._body
            for piece in self.pieces:
                self._body += piece
            self.pieces.clear()
        return self.complete

    def space(self) -> memoryview | None:
        """Return where the next bytes of a big body belong: a driver may read into it, and calls `filled` then."""
        return None if self.block is None or self.complete else self.block[self.received :]

    def filled(self, size: int) -> bool:
        """Count `size` bytes that were read into the space; return whether the response is complete."""
        self.received += size
        return self.count_body(size)

    def take(self) -> bytes | None:
        """Return some of what has arrived of a streamed body, decoded: None when there is nothing.

        Nothing is returned as well after a step of a decoder that has no output yet.
        """
        decoder = self._decoder
        if decoder is None:
            pieces = self.pieces
            if len(pieces) != 1:
                return self._take_pieces() if pieces else None
            piece = pieces.pop()
            self._taken += len(piece)
            return piece
        if (data := decoder.read()) is not None:
            return data
        if not self.pieces:
            return None
        decoder.feed(self._take_pieces())
        return decoder.read()

    def _take_pieces(self) -> bytes:
        """Return `STEP` bytes of what has arrived, or up to the end of the piece that reaches them; at least one."""
        pieces = self.pieces
        if self.pending <= STEP or len(pieces) == 1:
            data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            pieces.clear()
        else:
            ends = itertools.accumulate(map(len, pieces))
            count = next(at for at, end in enumerate(ends, 1) if end >= STEP)
            data = b"".join(pieces[:count])
            del pieces[:count]
        self._taken += len(data)
        return data

    def discard(self) -> None:
        """Drop what has arrived and was not taken."""
        self.pieces.clear()
        self._decoder = None

    def finish(self) -> None:
        """Stop the clock of a streamed body that was taken; raises a `WireError` when its coding is cut."""
        self.timings.total = monotonic() - self.since
        if self._decoder is not None:
            self._decoder.finish()

    def response(self) -> WireResponse:
        """Return the whole response, whose memory it may own until its `release`."""
        pieces = self.pieces
        self.timings.total = monotonic() - self.since
        if self.block is not None:
            return WireResponse(self.status, self.headers, self.block, self.timings, self.version, self._buffers)
        body: bytes | memoryview = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        if self._body:
            body = memoryview(self._body)
        return WireResponse(self.status, self.headers, body, self.timings, self.version)

    def _prepare_body(self) -> None:
        """Choose the decoder, or the memory, that the body goes to, once the head has arrived."""
        if self.coding and not self._raw and (decoder := decoder_for(self.coding, self._limits)) is not None:
            self._decoder, self.whole = decoder, False
        elif self._buffers is not None and MIN_BLOCK <= (need := self.remaining) <= MAX_BLOCK:
            pieces, self.pieces, received = self.pieces, [], self.received
            self.block, self.received = self._buffers.take(received + need), 0
            for piece in pieces:
                self._append(piece)


def lost_error(cause: BaseException, sent: Sent) -> WireError:
    """Make the error of a connection that broke, with its cause."""
    phase = Phase.READ if sent is Sent.MAYBE else Phase.WRITE
    reason = f"{str(cause) or type(cause).__name__}{advice(cause) if is_lasting(cause) else ''}"
    error = WireError(f"the connection was lost: {reason}", phase=phase, sent=sent)
    error.__cause__ = cause
    return error

"""The body of a response that is still arriving, on any driver's connection."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Protocol

from mistral_async._codec.turns import TURN
from mistral_async._http.h1.response_reader import ResponseReader
from mistral_async._http.protocol import STEP, Phase, Sent, Timeouts, Timings, WireError, wire_error


class BodyConnection(Protocol):
    """The connection that a body arrives on."""

    async def wait(self, reader: ResponseReader, deadline: float | None) -> None:
        """Wait until more has arrived, or the reader has ended or failed; closes the connection at the deadline."""

    async def pause(self) -> None:
        """Let all others go on."""

    def abort(self, error: WireError | None = None) -> None:
        """Close it; what is under way fails with that error."""


# Rule 1: What has arrived is returned without waiting, but not for ever: when taking, decoding and what the caller
#         does with it have gone on for `TURN` seconds without a wait, all others get their turn, and the deadline is
#         looked at.
# Rule 2: That happens before anything is taken, so that a cancelled `receive` loses nothing.


class BodyStream:
    """A `WireStream` of our own HTTP/1.1. The connection gives itself back when the last byte has arrived."""

    __slots__ = (
        "_connection",
        "_reader",
        "_rest",
        "_turn_ends",
        "_waiting",
        "headers",
        "http_version",
        "status",
        "timings",
    )

    def __init__(self, connection: BodyConnection, reader: ResponseReader) -> None:
        self.status: int = reader.status
        self.headers: Sequence[tuple[bytes, bytes]] = reader.headers
        self.timings: Timings = reader.timings
        self.http_version: str = reader.version
        self._connection = connection
        self._reader = reader
        self._rest: bytes | memoryview | None = None  # of what was taken
        self._turn_ends = 0.0  # when others get their turn (`time.monotonic()`); 0 after a wait
        self._waiting = False

    async def receive(self, deadline: float | None = None) -> bytes:
        """Return what has arrived since the last call, from one byte to `STEP`; b"" at the body's proper end.

        What has arrived before an error is returned before the error is raised; it is raised again by later calls.
        """
        reader = self._reader
        waited = False
        while True:
            if self._turn_ends and monotonic() >= self._turn_ends:
                await self._end_turn(deadline)
            data = self._take()
            if data is not None:
                if waited:
                    waited = False
                elif not self._turn_ends:
                    self._turn_ends = monotonic() + TURN
                if data:
                    return data
                continue
            if reader.error is not None:
                raise reader.error
            if reader.complete:
                return b""
            if self._waiting:
                raise RuntimeError("another task is already receiving this answer")
            self._waiting = waited = True
            try:
                await self._connection.wait(reader, deadline)
            finally:
                self._waiting = False
            self._turn_ends = 0.0

    def unread(self, data: bytes) -> None:
        """Take back the end of what `receive` has returned; the next one returns it, after the others' turn."""
        self._rest = data + (self._rest or b"")

    async def read_all(self, timeouts: Timeouts) -> memoryview:
        """Return all of the body, within its time limits; it is put together bit by bit, since that takes time too."""
        body = bytearray()
        try:
            while data := await self.receive(timeouts.next_step()):
                body += data
            return memoryview(body)
        except BaseException:
            self.abort()
            raise

    async def aclose(self) -> None:
        """Close the connection unless the body is at its end: then it has been given back already."""
        self.abort()

    def abort(self) -> None:
        """Close the connection now, without awaiting anything."""
        reader = self._reader
        reader.discard()
        self._rest = None
        if not reader.complete and reader.error is None:
            reader.error = WireError("the answer was closed", phase=Phase.READ, sent=Sent.MAYBE)
            self._connection.abort(reader.error)

    async def _end_turn(self, deadline: float | None) -> None:
        """Let others go on (rule 1)."""
        await self._connection.pause()
        now = monotonic()
        self._turn_ends = now + TURN
        if deadline is not None and now >= deadline:
            self._fail(WireError("the answer was not read in time", phase=Phase.READ, sent=Sent.MAYBE, timeout=True))

    def _take(self) -> bytes | None:
        """Return `STEP` bytes at most, as `ResponseReader.take` does, and keep the rest."""
        reader, data = self._reader, self._rest
        if data is None:
            try:
                data = reader.take()
                if data is None and reader.complete and reader.error is None:
                    reader.finish()
            except Exception as error:  # noqa: BLE001 (a decoder's, or no memory: whatever it is ends the answer)
                self._fail(wire_error(error))
            if data is None or len(data) <= STEP:
                return data
        self._rest = memoryview(data)[STEP:] if len(data) > STEP else None
        return bytes(data[:STEP])

    def _fail(self, error: WireError) -> None:
        """End it with an error, which `receive` raises now and from now on."""
        reader = self._reader
        reader.discard()
        self._rest = None
        reader.error = error
        if not reader.complete:
            self._connection.abort(error)

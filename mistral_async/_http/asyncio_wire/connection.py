"""One connection on an asyncio event loop: the answer of one reader at a time is read into it.

Everything that ends an reader happens in a callback: the task that waits for it may be cancelled at any time.
"""

from __future__ import annotations

import asyncio
from math import inf
from time import monotonic
from typing import Final

from mistral_async._http.asyncio_wire.channel import Channel
from mistral_async._http.h1.body import SlicedBody, pump
from mistral_async._http.h1.response_reader import ResponseReader, lost
from mistral_async._http.pooled import PooledWire
from mistral_async._http.protocol import BodySource, Phase, Sent, Timeouts, WireError

HIGH_WATER: Final = 1024 * 1024  # bytes that wait for a slow consumer before the connection stops reading
_JOIN: Final = 16 * 1024  # a body up to here is copied behind its head, to save a system call


class AsyncioConnection(Channel):
    """Reads the answer of the reader under way; without one, whatever arrives closes it."""

    def __init__(
        self, wire: PooledWire[AsyncioConnection], loop: asyncio.AbstractEventLoop, buffer: memoryview
    ) -> None:
        super().__init__(loop, buffer)
        self.until = 0.0
        self._wire = wire
        self._closed = False
        self._reader: ResponseReader | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timeouts = Timeouts()
        self._deadline = inf  # in the loop's time, as `_due`
        self._due = inf
        self._timer: asyncio.TimerHandle | None = None
        self._sending = False  # a body has more to give
        self._unsent = 0
        self._paused = False

    # What the event loop has to say.

    def received(self, data: bytes) -> None:
        """Feed it to the reader."""
        reader = self._reader
        if reader is None:
            self.abort()
            return
        try:
            complete = reader.receive(data)
        except WireError as error:
            self._fail(error)
        else:
            self._received(reader, complete=complete)

    def space(self) -> memoryview | None:
        """The reader knows."""
        return None if self._reader is None else self._reader.space()

    def filled(self, size: int) -> None:
        """Tell the reader, unless it was ended meanwhile."""
        if (reader := self._reader) is not None:
            self._received(reader, complete=reader.filled(size))

    def _received(self, reader: ResponseReader, *, complete: bool) -> None:
        if complete:
            self._complete(reader)
        elif reader.whole or not reader.status:
            if not self.full:
                self._extend(self._timeouts.read)
        else:
            self._deliver(reader)

    def ended(self, error: Exception | None) -> None:
        """That is the end of some bodies, and an error for all else."""
        reader = self._reader
        if reader is not None:
            sent = self._sent()
            try:
                if error is not None:
                    raise lost(error, sent)
                reader.eof(sent)
            except WireError as failure:
                self._fail(failure)
            else:
                self._complete(reader)
        self.abort()

    def drained(self) -> None:
        """From now on the peer is waited for."""
        self._wake()

    # What the wire and the streams call.

    def usable(self, now: float) -> bool:
        """Whether it is open, fresh, and its peer has neither closed it nor sent anything."""
        return not self._closed and now < self.until and self.quiet

    async def perform(
        self, reader: ResponseReader, head: bytes, body: bytes | BodySource | None, timeouts: Timeouts
    ) -> None:
        """Send the request and read until the reader is ready. Anything but success leaves it closed."""
        self._reader = reader
        self._timeouts = timeouts
        self._sending = False
        self._deadline = self._loop_time(timeouts.deadline)
        try:
            if body is not None and not isinstance(body, bytes):
                await self._send_source(reader, head, body)
            elif not body or len(body) <= _JOIN:
                self._write_first(head + body if body else head)
            else:
                await self._send_source(reader, head, SlicedBody(body))
            if self.full:
                await self._drain(reader)
            if self._reader is reader:
                self._extend(timeouts.read)
            while not reader.ready:
                self._waiter = waiter = self._loop.create_future()
                await waiter
        except BaseException:
            if self._reader is reader:
                self._reader = None
                self.abort()
            raise
        if reader.error is not None:
            raise reader.error
        self._rest(reader)

    async def wait(self, reader: ResponseReader, deadline: float | None) -> None:
        """Wait until more of a streamed answer has arrived, or it has ended or failed."""
        read = self._timeouts.read
        if deadline is None and read is not None:
            self._arm(self._loop.time() + read)
        else:
            self._arm(self._loop_time(deadline))
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        self._waiter = waiter = self._loop.create_future()
        try:
            await waiter
        finally:
            self._rest(reader)

    def abort(self, error: WireError | None = None) -> None:
        """Close it now; what is under way on it fails."""
        reader, self._reader = self._reader, None
        if reader is not None and not reader.complete and reader.error is None:
            reader.error = error or WireError("the client was closed", phase=Phase.READ, sent=self._sent())
        if self._leave():
            self.abort_transport()
        self._wake()

    def close(self) -> None:
        """Close it politely when unused, else now."""
        if self._reader is not None:
            self.abort()
        elif self._leave():
            self.close_transport()

    def detach(self, *, forked: bool) -> None:
        """Let go of it without its event loop."""
        self._closed = True
        self._reader = None
        self.abandon(forked=forked)

    def _leave(self) -> bool:
        """Whether it was open until now; it is in no pool any more."""
        was_open, self._closed = not self._closed, True
        self._wire.pool.drop(self)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return was_open

    # How an reader goes on.

    def _write_first(self, data: bytes) -> None:
        self.write(data)
        if self.closing:
            raise WireError("the server had closed the connection", phase=Phase.WRITE, sent=Sent.NOTHING)

    async def _send_source(self, reader: ResponseReader, head: bytes, source: BodySource) -> None:
        self._write_first(head)
        self._sending = source.length != 0
        scope = asyncio.timeout_at(None if self._deadline == inf else self._deadline)
        try:
            async with scope:
                await pump(source, reader, lambda piece, last: self._send_piece(reader, piece, last=last))
        except TimeoutError:
            if not scope.expired():
                raise
            self._fail(self._timeout_error(Phase.WRITE))

    async def _send_piece(self, reader: ResponseReader, piece: bytes, *, last: bool) -> None:
        """A transport that fails here is lost soon: then what it has still received is read."""
        if not reader.refused:
            self.write(piece)
            self._sending = not last or self.closing
        if self.full or self.closing:
            await self._drain(reader)
        elif not last:
            await asyncio.sleep(0)  # a fast network must not keep others waiting, nor an early answer

    async def _drain(self, reader: ResponseReader) -> None:
        self._unsent = self.unsent()
        self._extend(self._timeouts.write)
        while (self.full or self.closing) and not reader.refused:
            self._waiter = waiter = self._loop.create_future()
            await waiter
        self._rest(reader)

    def _complete(self, reader: ResponseReader) -> None:
        self._reader = None
        self._due = inf
        if reader.reusable and not self._sending and not self._wire.pool.closed:
            self._wire.release(self, reader.idle_timeout)
        else:
            self.abort()
        self._wake()

    def _deliver(self, reader: ResponseReader) -> None:
        """Tell the consumer of a stream; one that is slow is not read for."""
        if reader.untaken > HIGH_WATER and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def _fail(self, error: WireError) -> None:
        if self._reader is not None:
            self._reader.error = error
        self.abort()

    def _sent(self) -> Sent:
        return Sent.PART if self._sending or self.unsent() else Sent.MAYBE

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    # One timer, moved when it fires and not whenever a byte arrives.

    def _loop_time(self, deadline: float | None) -> float:
        return inf if deadline is None else self._loop.time() + (deadline - monotonic())

    def _extend(self, limit: float | None) -> None:
        """The peer has shown life: it has that many seconds for the next step."""
        due = self._deadline if limit is None else min(self._deadline, self._loop.time() + limit)
        self._arm(due)

    def _rest(self, reader: ResponseReader) -> None:
        """Nothing is waited for. The connection may have a next reader by now, whose time is its own."""
        if self._reader is reader:
            self._due = inf

    def _arm(self, due: float) -> None:
        self._due = due
        timer = self._timer
        if timer is not None:
            if timer.when() <= due:
                return
            timer.cancel()
            self._timer = None
        if due < inf:
            self._timer = self._loop.call_at(due, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        if self._reader is None or self._due == inf:
            return
        now = self._loop.time()
        if now < self._due:
            self._arm(self._due)
            return
        unsent = self.unsent()
        if 0 < unsent < self._unsent and now < self._deadline:
            self._unsent = unsent  # slowly, but it moves
            self._extend(self._timeouts.write)
            return
        self._fail(self._timeout_error(Phase.WRITE if self.full else Phase.READ))

    def _timeout_error(self, phase: Phase) -> WireError:
        what = "take the request" if phase is Phase.WRITE else "answer"
        return WireError(f"the server did not {what} in time", phase=phase, sent=self._sent(), timeout=True)

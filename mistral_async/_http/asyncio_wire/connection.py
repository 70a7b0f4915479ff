"""One connection on an asyncio event loop: one exchange at a time, whose response goes into a `ResponseReader`."""

from __future__ import annotations

import asyncio
from contextvars import Context
from math import inf
from time import monotonic
from typing import Final

from mistral_async._http.asyncio_wire.channel import Channel
from mistral_async._http.h1.body import SlicedBody, pump
from mistral_async._http.h1.encode import encode_start, encode_whole
from mistral_async._http.h1.response_reader import ResponseReader, lost_error
from mistral_async._http.pooled import TICKETS, PooledWire
from mistral_async._http.protocol import BodySource, Phase, Sent, Timeouts, WireError, wire_error

# The states: idle (no reader, open) -> sending -> receiving -> idle or closed. `_reader` is the exchange under way;
# without one, whatever arrives closes the connection, since no request asked for it.
#
# Rule 1: The task writes, the callbacks read. A callback that completes or fails an exchange also settles what becomes
#         of the connection: back to the pool, or closed. The task only waits for it, and may be cancelled at any time.
# Rule 2: A cancelled request closes its connection, unless its response was complete before: then the connection is
#         the pool's already, and may even have its next reader. So every late step asks `self._reader is reader` first.
#         A cancelled `wait` of a stream closes nothing and loses nothing: the bytes are in the reader.
# Rule 3: `_waiter` is the one future that the task waits for: the kernel taking the body, the response, or more of a
#         stream. Whatever could end the wait wakes it, and the task looks at the reader for what has happened.
# Rule 4: When the first write finds the connection closed, nothing was sent (`Sent.NOTHING`). Until the kernel has
#         taken the whole request it is `PART`: the server can not have executed it. From then on it is `MAYBE`.
# Rule 5: One timer serves all limits. It is moved when it fires too early, and not whenever a byte arrives; `_due` is
#         the true time, infinite while nobody waits: a slow consumer of a stream is not a silent server.
# Rule 6: A body that moves, however slowly, does not time out: the write limit starts anew when the kernel has taken
#         more since the timer was set. The deadline is never moved.
# Rule 7: A consumer that leaves more than `HIGH_WATER` bytes unread pauses the connection; the kernel's buffers fill,
#         and TCP stops the server.
# Rule 8: An event loop that is closed runs no callback, and its timers and futures can not be made. What finds that out
#         detaches the whole wire.

HIGH_WATER: Final = 1024 * 1024  # bytes that wait for a slow consumer before the connection stops reading
_COALESCE: Final = 16 * 1024  # bytes: a body up to here is copied behind its head, to save a system call


class AsyncioConnection(Channel):
    """A connection that reads by callbacks of the event loop and writes from the calling task."""

    def __init__(
        self, wire: PooledWire[AsyncioConnection], loop: asyncio.AbstractEventLoop, buffer: memoryview
    ) -> None:
        super().__init__(loop, buffer)
        self.expires_at = 0.0
        self._wire = wire
        self._closed = False
        self._reader: ResponseReader | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timeouts = Timeouts()
        self._deadline = inf  # in the time of `monotonic`, like `_due` and `_timer_at`: the loop's own may be another
        self._due = inf
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = inf  # when it fires; infinite without one
        self._context = Context()  # of timers, which outlive the call, even cancelled: nothing of a caller's
        self._sending = False  # the body source has more to give
        self._unsent = 0  # bytes that the kernel had not taken when the timer was set
        self._paused = False

    # Callbacks of the event loop, by way of the channel.

    def received(self, data: bytes) -> None:
        """Feed the reader; without one close (states)."""
        reader = self._reader
        if reader is None:
            self.abort()
            return
        if reader.receive(data):
            self._complete(reader)
        else:
            self._go_on(reader)

    def space(self) -> memoryview | None:
        """Return where the reader wants a big body."""
        reader = self._reader
        return None if reader is None or reader.block is None else reader.space()

    def filled(self, size: int) -> None:
        """Count the bytes, unless the exchange was ended meanwhile."""
        if (reader := self._reader) is not None:
            if reader.filled(size):
                self._complete(reader)
            else:
                self._go_on(reader)

    def _go_on(self, reader: ResponseReader) -> None:
        """Wait for more, or hand over what has arrived of a stream."""
        if reader.whole or not reader.status:
            if not self.write_blocked:
                self._extend(self._timeouts.read)
        else:
            self._deliver(reader)

    def ended(self, error: Exception | None, *, proper: bool = True) -> None:
        """End the exchange: that completes a body without length, and is an error for all else."""
        reader = self._reader
        if reader is not None:
            sent = self._sent()
            try:
                if error is not None:
                    raise lost_error(error, sent)
                reader.eof(sent, proper=proper)
            except WireError as failure:
                self._fail(failure)
            else:
                self._complete(reader)
        self.abort()

    def broken(self, error: BaseException) -> None:
        """End the exchange with a failure that nobody foresaw."""
        self._fail(wire_error(error, self._sent()))

    def resume_after_turn(self) -> None:
        """Read on, unless a slow consumer has paused it."""
        if not self._paused and not self.closing:
            self._transport.resume_reading()

    def drained(self) -> None:
        """Wake the task that sends."""
        self._wake()

    # The interface to the wire and to streams.

    def usable(self, now: float) -> bool:
        """Return whether it is open, not expired, and its peer has neither closed it nor sent anything."""
        if self._closed or now >= self.expires_at:
            return False
        return not self._transport.is_closing() and not self._is_readable()

    def is_quiet(self) -> bool:
        """Return whether its peer has neither closed it nor sent anything but what TLS needs, which is read."""
        for _ in range(TICKETS):
            if self.alive:
                return True
            if self.closing or not self.read_once():
                break
        if self._failure is not None:
            raise lost_error(self._failure, Sent.NOTHING)  # what the server thought of our certificate, perhaps
        return False

    async def perform(
        self, reader: ResponseReader, head: bytes, body: bytes | BodySource | None, timeouts: Timeouts
    ) -> None:
        """Send the request and wait until the reader is ready. Anything but success leaves it closed."""
        self._reader = reader
        self._timeouts = timeouts
        self._sending = False
        self._deadline = inf if timeouts.deadline is None else timeouts.deadline
        try:
            if body is not None and not isinstance(body, bytes):
                await self._send_source(reader, head, body)
            elif not body or len(body) <= _COALESCE:
                self._write_first(reader, encode_whole(head, body))
            else:
                await self._send_source(reader, head, SlicedBody(body))
            if self.write_blocked:
                await self._drain(reader)
            if self._reader is reader:
                self._extend(timeouts.read)
            while not (reader.complete or reader.ready):
                self._waiter = waiter = self._loop.create_future()
                await waiter
        except BaseException:
            if self._reader is reader:
                self._reader = None
                self.abort()
            raise
        if reader.error is not None:
            raise reader.error
        if self._reader is reader:
            self._due = inf  # rule 2

    async def wait(self, reader: ResponseReader, deadline: float | None) -> None:
        """Wait until more of a streamed answer has arrived, or it has ended or failed."""
        read = self._timeouts.read
        try:
            if deadline is None:
                deadline = inf if read is None else monotonic() + read
            self._due = deadline
            if deadline < self._timer_at:
                self._set_timer()
            if self._paused:
                self._paused = False
                self._transport.resume_reading()
            self._waiter = waiter = self._loop.create_future()
            await waiter
        except RuntimeError:
            if not self._loop.is_closed():
                raise
            self._wire.detach(forked=False)  # rule 8
        finally:
            if self._reader is reader:
                self._due = inf  # rule 2

    async def pause(self) -> None:
        """Let all others go on: those whose timers are due need a timer before them."""
        waiter = self._loop.create_future()
        try:
            timer = self._loop.call_later(0, set_done, waiter)
        except RuntimeError:
            if not self._loop.is_closed():
                raise
            self._wire.detach(forked=False)  # rule 8
            return
        try:
            await waiter
        finally:
            timer.cancel()

    def abort(self, error: WireError | None = None) -> None:
        """Close it now; what is under way fails with that error."""
        self._lose(error or WireError("the client was closed", phase=Phase.READ, sent=self._sent()))
        if self._loop.is_closed():
            self._wire.detach(forked=False)  # rule 8
            return
        if self._leave_pool():
            self.abort_transport()
        self._wake()

    def close(self) -> None:
        """Close it with a close_notify when unused, else now."""
        if self._reader is not None:
            self.abort()
        elif self._leave_pool():
            self.close_transport()

    def detach(self, *, forked: bool) -> None:
        """Close the descriptor without the event loop."""
        self._closed = True
        self._lose(WireError("the event loop of this answer has ended", phase=Phase.READ, sent=self._sent()))
        self.detach_transport(forked=forked)

    def _lose(self, error: WireError) -> None:
        """End the exchange under way, if there is one, with an error."""
        reader, self._reader = self._reader, None
        if reader is not None and not reader.complete and reader.error is None:
            reader.error = error

    def _leave_pool(self) -> bool:
        """Remove it from the pool; return whether it was open."""
        was_open, self._closed = not self._closed, True
        self._wire.pool.drop(self)
        if self._timer is not None:
            self._timer.cancel()
            self._timer, self._timer_at = None, inf
        return was_open

    # The steps of an exchange.

    def _write_first(self, reader: ResponseReader, data: bytes) -> None:
        self.write(data)
        if reader.error is not None:
            raise reader.error
        if self._transport.is_closing():
            if self._failure is not None:
                raise lost_error(self._failure, Sent.NOTHING)  # what the server thought of our certificate, perhaps
            raise WireError("the server had closed the connection", phase=Phase.WRITE, sent=Sent.NOTHING)

    async def _send_source(self, reader: ResponseReader, head: bytes, source: BodySource) -> None:
        self._write_first(reader, encode_start(head, source.length))
        self._sending = source.length != 0
        scope = asyncio.timeout(None)
        try:
            async with scope:
                if self._deadline < inf:
                    self._context.run(scope.reschedule, self._loop.time() + self._deadline - monotonic())
                await pump(source, reader, lambda piece, last: self._send_piece(reader, piece, last=last))
        except TimeoutError:
            if not scope.expired():
                raise
            self._fail(self._timeout_error(Phase.WRITE))

    async def _send_piece(self, reader: ResponseReader, piece: bytes, *, last: bool) -> None:
        """Write one piece of a body, and wait for the kernel to take it.

        A transport that is closing reports its loss soon, and before that what it has still received.
        """
        if not reader.refused:
            self.write(piece)
            self._sending = not last or self.closing
        if self.write_blocked or self.closing:
            await self._drain(reader)
        elif not last:
            await asyncio.sleep(0)  # a fast network must not keep other tasks waiting, nor an early response

    async def _drain(self, reader: ResponseReader) -> None:
        self._unsent = self.unsent()
        self._extend(self._timeouts.write)
        while (self.write_blocked or self.closing) and not reader.refused:
            self._waiter = waiter = self._loop.create_future()
            await waiter
        if self._reader is reader:
            self._due = inf  # rule 2

    def _complete(self, reader: ResponseReader) -> None:
        self._reader = None
        self._due = inf
        if reader.reusable and not self._sending and not self._wire.pool.closed:
            self._wire.release(self, reader.idle_timeout)
        else:
            self.abort()
        self._wake()

    def _deliver(self, reader: ResponseReader) -> None:
        """Wake the consumer of a stream; stop reading for one that is slow (rule 7)."""
        if reader.received > HIGH_WATER and reader.pending > HIGH_WATER and not self._paused:
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
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
        self._waiter = None

    # The timer (rule 5).

    def _extend(self, limit: float | None) -> None:
        """Allow `limit` seconds from now on for the peer's next step."""
        self._due = due = self._deadline if limit is None else min(self._deadline, monotonic() + limit)
        if due < self._timer_at:
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(self._due - monotonic(), self._on_timer, context=self._context)
        self._timer_at = self._due

    def _on_timer(self) -> None:
        self._timer, self._timer_at = None, inf
        try:
            self._check_time()
        except BaseException as error:  # noqa: BLE001 (rule 5 of the channel)
            self._break(error)

    def _check_time(self) -> None:
        if self._reader is None or self._due == inf:
            return
        now = monotonic()
        if now < self._due:
            self._set_timer()
            return
        unsent = self.unsent()
        if 0 < unsent < self._unsent and now < self._deadline:
            self._unsent = unsent  # rule 6
            self._extend(self._timeouts.write)
            return
        self._fail(self._timeout_error(Phase.WRITE if self.write_blocked else Phase.READ))

    def _timeout_error(self, phase: Phase) -> WireError:
        what = "take the request" if phase is Phase.WRITE else "answer"
        return WireError(f"the server did not {what} in time", phase=phase, sent=self._sent(), timeout=True)


def set_done(waiter: asyncio.Future[None]) -> None:
    """Let go of who waits, if anybody still does."""
    if not waiter.done():
        waiter.set_result(None)

"""One connection on trio: a socket that does not block, read and written by the calling task itself.

Between two awaits everything is synchronous, so that a cancelled task leaves either a whole step or none.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from math import inf
from time import monotonic
from typing import Final

import trio
from trio.lowlevel import notify_closing, wait_readable, wait_writable

from mistral_async._http.h1.body import SLICE, SlicedBody, pump
from mistral_async._http.h1.response_reader import ResponseReader, lost
from mistral_async._http.pooled import PooledWire
from mistral_async._http.protocol import BodySource, Phase, Sent, Timeouts, WireError
from mistral_async._http.sockets import readable_check
from mistral_async._http.tls import Bytes, TlsLayer
from mistral_async._http.trio_wire.deadlines import DeadlineWatcher

_LOOK: Final = 0.05  # seconds that a blocked write waits before the next look


class TrioConnection:
    """A socket and the one reader under way on it."""

    def __init__(
        self, wire: PooledWire[TrioConnection], watcher: DeadlineWatcher, sock: socket.socket, buffer: memoryview
    ) -> None:
        self.until = 0.0
        self.due = inf  # in trio's time, as `_deadline`: when the watch ends what is under way
        self._wire = wire
        self._watcher = watcher
        self._sock = sock
        self._tls: TlsLayer | None = None
        self._buffer = buffer
        self._unread = readable_check(sock.fileno())
        self._closed = False
        self._reader: ResponseReader | None = None
        self._timeouts = Timeouts()
        self._scope: trio.CancelScope | None = None  # of a request that takes a while to be sent
        self._deadline = inf  # in trio's time
        self._accepted = False  # whether the kernel has taken any byte of the request
        self._sending = False  # a body has more to give, or the kernel has not taken all
        self._rest: Bytes = b""  # of a small request

    def usable(self, now: float) -> bool:
        """Whether it is open, fresh, and its peer has neither closed it nor sent anything."""
        return not self._closed and now < self.until and not self._unread()

    async def shake_hands(self, context: ssl.SSLContext, host: str) -> str | None:
        """Start TLS; what ALPN agreed on. Raises an OSError, and leaves closing to the caller."""
        tls = TlsLayer(context, host)
        data: Bytes = b""
        while True:
            try:
                tls.shake_hands(data)
            finally:
                await self._send_handshake(tls.outgoing())
            if tls.ready:
                self._tls = tls
                return tls.protocol
            await wait_readable(self._sock)
            size = self._sock.recv_into(self._buffer)
            if not size:
                raise ConnectionResetError("the server closed the connection during the TLS handshake")
            data = self._buffer[:size]

    async def _send_handshake(self, data: bytes) -> None:
        while data:
            try:
                data = data[self._sock.send(data) :]
            except BlockingIOError:
                await wait_writable(self._sock)

    async def perform(
        self, reader: ResponseReader, head: bytes, body: bytes | BodySource | None, timeouts: Timeouts
    ) -> None:
        """Send the request and read until the reader is ready. Anything but success leaves it closed."""
        self._reader = reader
        self._timeouts = timeouts
        self._accepted = False
        self._sending = True
        deadline = inf if timeouts.deadline is None else trio.current_time() + (timeouts.deadline - monotonic())
        self._deadline = deadline
        try:
            if not self._send_at_once(reader, head, body):
                await self._send_in_time(reader, head, body)
            self._extend(timeouts.read)
            while not reader.ready:
                await wait_readable(self._sock)
                self._read(reader)
        except trio.ClosedResourceError:
            pass  # `abort` has left its error on the reader
        except BaseException:
            if self._reader is reader:
                self._reader = None
                self.abort()
            raise
        finally:
            self.due = inf
        if reader.error is not None:
            raise reader.error

    async def wait(self, reader: ResponseReader, deadline: float | None) -> None:
        """Read until more of a streamed answer has arrived, or it has ended or failed."""
        self._deadline = inf if deadline is None else trio.current_time() + (deadline - monotonic())
        self._extend(self._timeouts.read if deadline is None else None)
        try:
            while not reader.pieces and not reader.complete and reader.error is None:
                await wait_readable(self._sock)
                self._read(reader)
        except trio.ClosedResourceError:
            pass  # as above
        finally:
            self.due = inf

    def expire(self) -> None:
        """Its time is over: whoever waits for it is told."""
        self.due = inf
        if self._reader is not None:
            self._fail(self._reader, self._timeout_error())

    def abort(self, error: WireError | None = None) -> None:
        """Close it now; what is under way on it fails."""
        reader, self._reader = self._reader, None
        if reader is not None and not reader.complete and reader.error is None:
            reader.error = error or WireError("the client was closed", phase=Phase.READ, sent=self._sent())
        if self._closed:
            return
        self._closed = True
        self._wire.pool.drop(self)
        if reader is not None:
            notify_closing(self._sock)
        self._sock.close()

    def close(self) -> None:
        """Close it now; TLS says goodbye without waiting for an answer."""
        if self._reader is None and not self._closed and self._tls is not None:
            with contextlib.suppress(OSError):
                self._sock.send(self._tls.goodbye())
        self.abort()

    def detach(self, *, forked: bool) -> None:  # noqa: ARG002 (other drivers need to know)
        """Close the descriptor of a dead run or of another process: the peer is told nothing."""
        self._closed = True
        self._reader = None
        self._sock.close()

    # Writing.

    def _send_at_once(self, reader: ResponseReader, head: bytes, body: bytes | BodySource | None) -> bool:
        """The way of nearly every request: the kernel takes all of it."""
        if body is not None and (not isinstance(body, bytes) or len(body) > SLICE):
            return False
        self._rest = self._try(reader, memoryview(self._seal(head + body if body else head)))
        self._sending = len(self._rest) > 0
        return not self._sending

    async def _send_in_time(self, reader: ResponseReader, head: bytes, body: bytes | BodySource | None) -> None:
        """What waits for a body to be made, too, is cancelled when time is over."""
        with trio.CancelScope(deadline=self._deadline) as scope:
            self._scope = scope
            try:
                await self._send_slowly(reader, head, body)
            finally:
                self._scope = None
        if scope.cancelled_caught:
            self._fail(reader, self._timeout_error())

    async def _send_slowly(self, reader: ResponseReader, head: bytes, body: bytes | BodySource | None) -> None:
        if body is None or (isinstance(body, bytes) and len(body) <= SLICE):
            rest, self._rest = self._rest, b""
            self._sending = not await self._send_raw(reader, rest)
            return
        source = SlicedBody(body) if isinstance(body, bytes) else body
        await self._send(reader, head, last=source.length == 0)
        if not reader.refused:
            await pump(source, reader, lambda piece, last: self._send(reader, piece, last=last))

    async def _send(self, reader: ResponseReader, piece: Bytes, *, last: bool) -> None:
        """One piece of a body; the time that the next takes to be made is limited by the deadline alone."""
        taken = await self._send_raw(reader, self._seal(piece))
        self._extend(None)
        if last:
            self._sending = not taken
        else:
            await trio.lowlevel.checkpoint()  # a fast network must not keep others waiting

    async def _send_raw(self, reader: ResponseReader, data: Bytes) -> bool:
        """Hand it to the kernel, unless the server answers without waiting for that; whether all of it was taken."""
        view = memoryview(data)
        self._extend(self._timeouts.write)
        while view and not reader.refused:
            if self._unread():
                self._read(reader)
            rest = self._try(reader, view)
            if len(rest) < len(view):
                self._extend(self._timeouts.write)
            elif not reader.refused:
                with trio.move_on_after(_LOOK):
                    await wait_writable(self._sock)
            view = rest
        return not view

    def _try(self, reader: ResponseReader, view: memoryview) -> memoryview:
        """What the kernel does not take at once."""
        if reader.refused:
            return view
        try:
            taken = self._sock.send(view)
        except BlockingIOError:
            return view
        except OSError as error:
            self._refused(reader, error)
            return view[:0]
        self._accepted = True
        return view[taken:]

    def _seal(self, data: Bytes) -> Bytes:
        return data if self._tls is None else self._tls.encrypt(data)

    def _refused(self, reader: ResponseReader, error: OSError) -> None:
        """The server has closed the connection: it may have said why, unless it did so before this request."""
        failure = lost(error, self._sent())
        while self._accepted and self._read(reader):
            pass
        if not reader.complete:
            reader.error = failure
            self.abort()

    # Reading.

    def _read(self, reader: ResponseReader) -> bool:
        """Feed what has arrived to the reader, without waiting; whether there may be more."""
        if self._reader is not reader:
            return False  # it was ended while this task was about to run
        space = reader.space() if self._tls is None else None
        try:
            size = self._sock.recv_into(self._buffer if space is None else space)
            if size and space is not None:
                self._fed(reader, complete=reader.filled(size))
            else:
                self._feed(reader, self._buffer[:size])
        except BlockingIOError:
            return False
        except WireError as error:
            self._fail(reader, error)
        except OSError as error:
            self._fail(reader, lost(error, self._sent()))
        return self._reader is reader

    def _feed(self, reader: ResponseReader, data: Bytes) -> None:
        tls, eof = self._tls, not data
        if tls is None or eof:
            data = bytes(data)
        else:
            data = tls.decrypt(data)
            eof = tls.closed
            if reply := tls.outgoing():
                self._sock.send(reply)
        complete = bool(data) and reader.receive(data)
        if eof and not complete:
            reader.eof(self._sent())
            complete = True
        self._fed(reader, complete=complete)

    def _fed(self, reader: ResponseReader, *, complete: bool) -> None:
        if complete:
            self._complete(reader)
        else:
            self._extend(self._timeouts.read)

    def _complete(self, reader: ResponseReader) -> None:
        self._reader = None
        if reader.reusable and not self._sending and not self._wire.pool.closed:
            self._wire.release(self, reader.idle_timeout)
        else:
            self.abort()

    def _fail(self, reader: ResponseReader, error: WireError) -> None:
        reader.error = error
        if self._reader is reader:
            self.abort()

    def _sent(self) -> Sent:
        if not self._accepted:
            return Sent.NOTHING
        return Sent.PART if self._sending else Sent.MAYBE

    def _extend(self, limit: float | None) -> None:
        """The peer has shown life: it has that many seconds for the next step."""
        due = self._deadline if limit is None else min(self._deadline, trio.current_time() + limit)
        if self._scope is not None:
            self._scope.deadline = due
            return
        self.due = due
        if due < self._watcher.wakes:
            self._watcher.wake(due)

    def _timeout_error(self) -> WireError:
        phase, what = (Phase.WRITE, "take the request") if self._sending else (Phase.READ, "answer")
        return WireError(f"the server did not {what} in time", phase=phase, sent=self._sent(), timeout=True)

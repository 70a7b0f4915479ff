"""One connection on trio: a non-blocking socket, read and written by the calling task itself."""

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
from mistral_async._http.h1.encode import encode_start, encode_whole
from mistral_async._http.h1.response_reader import ResponseReader, lost_error
from mistral_async._http.pooled import TICKETS, PooledWire
from mistral_async._http.protocol import BodySource, Phase, Sent, Timeouts, WireError, wire_error
from mistral_async._http.sockets import readable_check
from mistral_async._http.tls import Bytes, TlsLayer
from mistral_async._http.trio_wire.deadlines import DeadlineWatcher

# The states: idle (no reader, open) -> sending -> receiving -> idle or closed. `_reader` is the exchange under way.
#
# Rule 1: The calling task does all I/O, and awaits nothing but its socket and the body source. Between two awaits
#         everything is synchronous: a cancelled task leaves either a whole step or none.
# Rule 2: A cancelled request closes its connection, unless its response was complete before: then the connection is
#         the pool's already, and may even have its next reader. So every late step asks `self._reader is reader` first.
#         A cancelled `wait` of a stream closes nothing and loses nothing: the bytes are in the reader.
# Rule 3: Others end an exchange by `abort`: the wire when it is closed, the watcher at a time limit. The error is left
#         on the reader, and `notify_closing` wakes the task with ClosedResourceError, which then reads it there.
# Rule 4: Until the kernel has taken a byte nothing was sent (`Sent.NOTHING`). Until it has taken the whole request it
#         is `PART`: the server can not have executed it. From then on it is `MAYBE`.
# Rule 5: A request that the kernel takes at once, as nearly all, costs no cancel scope and no checkpoint for writing.
#         One that takes longer has a scope of its own, since its source may wait for something else than the socket.
# Rule 6: While a body is sent the server may answer already. A task waits for one thing at a time, so a blocked write
#         looks every `_WRITE_POLL` seconds whether there is something to read.
# Rule 7: A write that fails with something accepted does not say why: the server may have answered before it closed.
#         What the kernel has received is read before the failure is an error.
# Rule 8: A consumer of a stream reads from the kernel itself: when it is slow, TCP stops the server.

_WRITE_POLL: Final = 0.05  # seconds


class TrioConnection:
    """A socket that its calling task reads and writes."""

    def __init__(
        self, wire: PooledWire[TrioConnection], watcher: DeadlineWatcher, sock: socket.socket, buffer: memoryview
    ) -> None:
        self.expires_at = 0.0
        self.due = inf  # in trio's time, like `_deadline`: when the watcher ends what is under way
        self._wire = wire
        self._watcher = watcher
        self._sock = sock
        self._tls: TlsLayer | None = None
        self._buffer = buffer
        self._is_readable = readable_check(sock.fileno())
        self._closed = False
        self._reader: ResponseReader | None = None
        self._timeouts = Timeouts()
        self._scope: trio.CancelScope | None = None  # of a request that takes a while to be sent
        self._deadline = inf  # in trio's time
        self._accepted = False  # whether the kernel has taken any byte of the request
        self._sending = False  # the body source has more to give, or the kernel has not taken all
        self._unsent: Bytes = b""  # of a small request

    def usable(self, now: float) -> bool:
        """Return whether it is open, not expired, and its peer has neither closed it nor sent anything."""
        return not self._closed and now < self.expires_at and not self._is_readable()

    def is_quiet(self) -> bool:
        """Return whether its peer has neither closed it nor sent anything but what TLS needs, which is read."""
        tls = self._tls
        try:
            for _ in range(TICKETS):
                if not self._is_readable():
                    return True
                size = self._sock.recv_into(self._buffer) if tls is not None else 0
                if not size or tls is None or tls.decrypt(self._buffer[:size]) or tls.closed:
                    break
        except OSError as error:  # what the server thought of our certificate, perhaps
            raise lost_error(error, Sent.NOTHING) from error
        return False

    async def start_tls(self, context: ssl.SSLContext, host: str) -> str | None:
        """Start TLS; return what ALPN agreed on. Raises an OSError, and leaves closing to the caller."""
        tls = TlsLayer(context, host)
        data: Bytes = b""
        while True:
            try:
                tls.do_handshake(data)
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
                await self._send_until_deadline(reader, head, body)
            self._extend(timeouts.read)
            while not reader.ready:
                await wait_readable(self._sock)
                self._read(reader)
        except trio.ClosedResourceError:
            pass  # rule 3
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
            pass  # rule 3
        finally:
            self.due = inf

    async def pause(self) -> None:
        """Let all others go on."""
        await trio.lowlevel.checkpoint()

    def expire(self) -> None:
        """Fail what is under way with a timeout."""
        self.due = inf
        if self._reader is not None:
            self._fail(self._reader, self._timeout_error())

    def abort(self, error: WireError | None = None) -> None:
        """Close it now; what is under way fails with that error."""
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
        """Close it now, with a close_notify when it is unused."""
        if self._reader is None and not self._closed and self._tls is not None:
            with contextlib.suppress(OSError):
                self._sock.send(self._tls.close_notify())
        self.abort()

    def detach(self, *, forked: bool) -> None:  # noqa: ARG002 (other drivers need to know)
        """Close the descriptor of an ended run or of the parent process: the peer is told nothing."""
        self._closed = True
        self._reader = None
        self._sock.close()

    # Writing.

    def _send_at_once(self, reader: ResponseReader, head: bytes, body: bytes | BodySource | None) -> bool:
        """Offer a small request to the kernel; return whether it took all of it (rule 5)."""
        if body is not None and (not isinstance(body, bytes) or len(body) > SLICE):
            return False
        self._unsent = self._send_now(reader, memoryview(self._encrypt(reader, encode_whole(head, body))))
        self._sending = len(self._unsent) > 0
        return not self._sending

    async def _send_until_deadline(self, reader: ResponseReader, head: bytes, body: bytes | BodySource | None) -> None:
        """Send the rest, or a large body; at a time limit its source is cancelled too."""
        with trio.CancelScope(deadline=self._deadline) as scope:
            self._scope = scope
            try:
                await self._send_waiting(reader, head, body)
            finally:
                self._scope = None
        if scope.cancelled_caught:
            self._fail(reader, self._timeout_error())

    async def _send_waiting(self, reader: ResponseReader, head: bytes, body: bytes | BodySource | None) -> None:
        if body is None or (isinstance(body, bytes) and len(body) <= SLICE):
            rest, self._unsent = self._unsent, b""
            self._sending = not await self._send_raw(reader, rest)
            return
        source = SlicedBody(body) if isinstance(body, bytes) else body
        await self._send(reader, encode_start(head, source.length), last=source.length == 0)
        if not reader.refused:
            await pump(source, reader, lambda piece, last: self._send(reader, piece, last=last))

    async def _send(self, reader: ResponseReader, piece: Bytes, *, last: bool) -> None:
        """Send one piece of a body; the time that the next takes to be made is limited by the deadline alone."""
        taken = await self._send_raw(reader, self._encrypt(reader, piece))
        self._extend(None)
        if last:
            self._sending = not taken
        else:
            await trio.lowlevel.checkpoint()  # a fast network must not keep other tasks waiting

    async def _send_raw(self, reader: ResponseReader, data: Bytes) -> bool:
        """Hand data to the kernel, and read meanwhile (rule 6); return whether all of it was taken."""
        view = memoryview(data)
        self._extend(self._timeouts.write)
        while view and not reader.refused:
            if self._is_readable():
                self._read(reader)
            rest = self._send_now(reader, view)
            if len(rest) < len(view):
                self._extend(self._timeouts.write)
            elif not reader.refused:
                with trio.move_on_after(_WRITE_POLL):
                    await wait_writable(self._sock)
            view = rest
        return not view

    def _send_now(self, reader: ResponseReader, view: memoryview) -> memoryview:
        """Return what the kernel does not take at once."""
        if reader.refused:
            return view
        try:
            taken = self._sock.send(view)
        except BlockingIOError:
            return view
        except OSError as error:
            self._send_failed(reader, error)
            return view[:0]
        self._accepted = True
        return view[taken:]

    def _encrypt(self, reader: ResponseReader, data: Bytes) -> Bytes:
        if self._tls is None:
            return data
        try:
            return self._tls.encrypt(data)
        except OSError as error:  # the peer has ended it
            self._fail(reader, lost_error(error, self._sent()))
        except Exception as error:  # noqa: BLE001 (as in `_read`)
            self._fail(reader, wire_error(error, self._sent()))
        return b""

    def _send_failed(self, reader: ResponseReader, error: OSError) -> None:
        """Fail with the reason of a failed write, unless the server has answered (rule 7)."""
        failure = lost_error(error, self._sent())
        while self._accepted and self._read(reader):
            pass
        if not reader.complete:
            reader.error = failure
            self.abort()

    # Reading.

    def _read(self, reader: ResponseReader) -> bool:
        """Feed what has arrived to the reader, without waiting; return whether there may be more."""
        if self._reader is not reader:
            return False  # it was ended while this task was about to run (rule 3)
        space = reader.space() if self._tls is None else None
        try:
            size = self._sock.recv_into(self._buffer if space is None else space)
            if size and space is not None:
                self._after_read(reader, complete=reader.filled(size))
            else:
                self._feed(reader, self._buffer[:size])
        except BlockingIOError:
            return False
        except OSError as error:
            self._fail(reader, lost_error(error, self._sent()))
        except Exception as error:  # noqa: BLE001 (whatever it is ends the exchange, with one of our errors)
            self._fail(reader, wire_error(error, self._sent()))
        return self._reader is reader

    def _feed(self, reader: ResponseReader, data: Bytes) -> None:
        tls, eof = self._tls, not data
        if tls is None or eof:
            data = bytes(data)
        else:
            data = tls.decrypt(data)
            eof = tls.closed
            if reply := tls.outgoing():
                with contextlib.suppress(BlockingIOError):  # what has been decrypted must not be lost
                    self._sock.send(reply)
        complete = bool(data) and reader.receive(data)
        if eof and not complete:
            reader.eof(self._sent(), proper=tls is None or tls.closed)
            complete = True
        self._after_read(reader, complete=complete)

    def _after_read(self, reader: ResponseReader, *, complete: bool) -> None:
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
        """Allow `limit` seconds from now on for the peer's next step."""
        due = self._deadline if limit is None else min(self._deadline, trio.current_time() + limit)
        if self._scope is not None:
            self._scope.deadline = due
            return
        self.due = due
        if due < self._watcher.wake_at:
            self._watcher.wake(due)

    def _timeout_error(self) -> WireError:
        phase, what = (Phase.WRITE, "take the request") if self._sending else (Phase.READ, "answer")
        return WireError(f"the server did not {what} in time", phase=phase, sent=self._sent(), timeout=True)

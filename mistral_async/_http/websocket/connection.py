"""An open WebSocket: messages in and out through bounded queues, kept alive by pings, closed within a time limit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import anyio
import msgspec

from mistral_async._http.byte_stream import ByteStream
from mistral_async._http.websocket.frames import ABNORMAL, ClosedError, Frames

# Rule 1: `run` does all reading, in a task of whoever holds the connection, and ends when it is closed. The messages
#         wait in a queue. Above `queue_size` bytes nothing more is read, until some were taken: TCP stops the server.
# Rule 2: `send` takes a message whole or not at all, and waits first while more than `backlog_size` bytes wait for the
#         kernel: a slow server stops the sender. Cancelling it harms nothing.
# Rule 3: Every `ping_interval` seconds a ping asks whether the server is there. Any bytes within `ping_timeout` are a
#         sign of life; without any the connection is closed (1011), and whoever waits sees it. While nothing is read,
#         since the queue is full, silence says nothing.
# Rule 4: Messages that came before the end are given out first; then the end is raised, each time it is asked for.
# Rule 5: `aclose` sends a close frame and waits for the server's for `close_timeout` seconds at most. What still comes
#         is dropped. A cancelled `aclose` closes at once.
# Rule 6: A write that fails says less than what the server sent before: that is read to its end first, and says why.
# Rule 7: A fast sender or reader lets all other tasks go on, after some messages.

_TURN: Final = 16  # messages
_REASON: Final = 1.0  # seconds that a sender waits for the reason of a failed write
_PING_TIMEOUT: Final = 1011  # as other clients close then (RFC 6455 §7.4.1 has no code for it)


class SocketOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one connection: seconds, bytes; None is no limit."""

    ping_interval: float | None = 20.0
    ping_timeout: float | None = 20.0
    close_timeout: float = 5.0
    max_size: int = 16 * 1024 * 1024
    """The most bytes of a message, once it is unfolded."""
    queue_size: int = 4 * 1024 * 1024
    """The bytes of messages that may wait to be taken."""
    backlog_size: int = 256 * 1024
    """The bytes that may wait to be sent."""
    compression: bool = True
    """Offer permessage-deflate for what the server sends."""


class WebSocket:
    """One connection. `run` has to run as long as it is used."""

    def __init__(self, stream: ByteStream, frames: Frames, options: SocketOptions) -> None:
        self._stream = stream
        self._frames = frames
        self._options = options
        self._messages: list[bytes] = frames.messages()  # some may have come with the answer to the handshake
        self._size = sum(map(len, self._messages))
        self._arrived = anyio.Event()
        self._taken = anyio.Event()
        self._flushable = anyio.Event()
        self._flushed = anyio.Event()
        self._ended = anyio.Event()
        self._closing = False
        self._heard = 0  # reads, by which pings know that the server is there
        self._paused = False  # until the next read has ended: what waits in the kernel is a sign of life
        self._sent = 0
        self._lost: OSError | None = None
        self._mute = False  # a write has failed

    @property
    def is_open(self) -> bool:
        """Return whether messages can be sent."""
        return self._frames.is_open and not (self._closing or self._mute or self._stream.closed)

    async def run(self) -> None:
        """Read, send the rest of what was written, and ping, until the connection is closed. Raises nothing."""
        try:
            async with anyio.create_task_group() as group:
                for work in (self._flush_all, self._ping):
                    group.start_soon(self._guarded, work)
                await self._guarded(self._read)
                group.cancel_scope.cancel()
        finally:
            self._stream.close()
            for event in (self._ended, self._arrived, self._flushed, self._taken):
                event.set()

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do a part of the work; a failure of the network, or one that nobody foresaw, ends the connection."""
        try:
            await work()
        except Exception as error:  # noqa: BLE001 (rule 4: whoever reads or sends is told)
            self._lost = error if isinstance(error, OSError) else OSError(f"{type(error).__name__}: {error}")
            self._stream.abort()

    async def _read(self) -> None:
        while not self._frames.is_closed:
            if self._size > self._options.queue_size and not self._closing:
                await self._wait_for_room()
                continue
            data = await self._stream.receive()
            self._heard += 1
            self._paused = False
            messages = self._frames.receive(data)
            self._write()
            if messages and not self._closing:
                self._messages += messages
                self._size += sum(map(len, messages))
                self._arrived.set()
            if not data:
                return

    async def _wait_for_room(self) -> None:
        self._paused = True
        self._taken = anyio.Event()
        await self._taken.wait()

    async def _flush_all(self) -> None:
        """Send what the kernel does not take at once."""
        while True:
            await self._flushable.wait()
            try:
                await self._stream.flush()
            except OSError as error:
                self._fall_mute(error)
                return
            self._flushable = anyio.Event()
            self._flushed.set()

    def _fall_mute(self, error: OSError) -> None:
        """Write nothing more (rule 6)."""
        self._mute, self._lost = True, error
        self._flushed.set()

    async def _ping(self) -> None:
        interval, timeout = self._options.ping_interval, self._options.ping_timeout
        if interval is None:
            return
        while True:
            await anyio.sleep(interval)
            if not self._frames.is_open:
                return
            heard = self._heard
            self._frames.ping()
            self._write()
            if timeout is None:
                continue
            await anyio.sleep(timeout)
            if self._heard == heard and not self._paused:
                self._frames.fail(_PING_TIMEOUT, f"no answer to a ping within {timeout:g} s")
                self._write()
                self._stream.close()
                return

    def _write(self) -> None:
        """Send what the protocol has to send."""
        data = self._frames.outgoing()
        if not data or self._mute or self._stream.closed:
            return
        try:
            self._stream.write(data)
        except OSError as error:
            self._fall_mute(error)
        if self._stream.backlog:
            self._flushable.set()

    async def send(self, message: bytes) -> None:
        """Send a text message, once there is room (rule 2); raises `ClosedError` on a closed connection."""
        self._sent += 1
        if self._sent % _TURN == 0:
            await anyio.lowlevel.checkpoint()  # before it is sent: cancelled here, it was not
        while self._stream.backlog > self._options.backlog_size and self.is_open:
            if self._flushed.is_set():
                self._flushed = anyio.Event()
            await self._flushed.wait()
        if self.is_open:
            self._frames.send(message)
            self._write()
        if not self.is_open:
            with anyio.move_on_after(_REASON):
                await self._ended.wait()
            raise self.error()

    async def receive(self) -> list[bytes]:
        """Return the messages that have come since the last call, at least one; raises `ClosedError` at the end."""
        if self._messages:
            await anyio.lowlevel.checkpoint()
        while not self._messages:
            if self._ended.is_set() or self._stream.closed or self._frames.is_closed:
                raise self.error()
            if self._arrived.is_set():
                self._arrived = anyio.Event()
            await self._arrived.wait()
        messages, self._messages, self._size = self._messages, [], 0
        self._taken.set()
        return messages

    def error(self) -> ClosedError:
        """Return the error that says how the connection ended, or that it was closed by its user."""
        if self._lost is not None and not self._frames.is_closed:
            error = ClosedError(f"the connection was lost: {self._lost}", ABNORMAL, "", by_server=True)
            error.__cause__ = self._lost
            return error
        return self._frames.error()

    async def aclose(self, code: int = 1000, reason: str = "") -> None:
        """Close it properly, or at once where it is lost; idempotent (rule 5)."""
        self._closing = True
        self._taken.set()
        try:
            self._frames.close(code, reason)
            self._write()
            with anyio.move_on_after(self._options.close_timeout):
                await self._ended.wait()
        finally:
            self.abort()

    def abort(self) -> None:
        """Close it now."""
        self._closing = True
        self._stream.close()

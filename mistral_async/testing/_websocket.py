"""The server's end of one WebSocket: frames by websockets' `ServerProtocol`, which does no I/O, and the I/O."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import anyio
from anyio.abc import ByteStream
from websockets.datastructures import Headers
from websockets.exceptions import ProtocolError
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Close as CloseData
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request as Handshake
from websockets.protocol import SEND_EOF, State
from websockets.server import ServerProtocol

from mistral_async.testing import _faults as faults
from mistral_async.testing._errors import api_error
from mistral_async.testing._plan import End, Idle, Send, Step, Wait
from mistral_async.testing._request import Request
from mistral_async.testing._session import Message, Session
from mistral_async.testing._websocket_log import Close, WebSocketLog

# Rule 1: A session is told of messages in the order of their arrival, and what it says is sent in that order.
# Rule 2: Once a close frame has been sent or received, nothing more is told or said.
# Rule 3: `Inject` and `CloseFrame` come right after as many messages as they count. The faults that delay, slow and end
# a stream (`Delay`, `Drip`, `Cut`, `Reset`, `Stall`) count messages and bytes of frames as they do events and bytes.
# Rule 4: A session ends once, whoever ends it.
# Rule 5: While much waits to be sent, nothing is read.

_LARGEST = 1 << 24
_RECEIVE = 1 << 16
_MOST_WAITING = 1_000
_SLOW_SECONDS = 0.02
_LINGER = 0.5
_LONGEST_REASON = 123  # bytes; a control frame has 125, and the code takes two
_ENDED = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError)


class WebSocket:
    """The server's end of one WebSocket."""

    def __init__(self, request: Request, session: Session) -> None:
        self._request = request
        self._session = session
        self._log: WebSocketLog = request.websocket or WebSocketLog()
        self._protocol = ServerProtocol(state=State.OPEN, max_size=_LARGEST)
        self._faults: Sequence[faults.AnyFault] = ()
        self._chunk_delay = 0.0
        self._outgoing: deque[Step] = deque()
        self._partial: list[bytes] = []
        self._sent = 0
        self._over, self._closed = False, False
        self._changed = anyio.Event()

    def accept(self) -> Mapping[str, str]:
        """Return the headers of the handshake's response.

        Raises:
            FakeAPIError: The request is no handshake, or a wrong one.
        """
        headers = Headers(self._request.raw_headers)
        handshake = ServerProtocol(extensions=[ServerPerMessageDeflateFactory()])
        response = handshake.accept(Handshake(self._request.target, headers, self._request.method))
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            message = bytes(response.body or b"").decode().partition("\n")[0]
            raise api_error(response.status_code, message, "invalid_request_error")
        self._protocol.extensions = handshake.extensions
        return {name.lower(): value for name, value in response.headers.raw_items()}

    def begin(self, ordered: Sequence[faults.AnyFault], *, chunk_delay: float) -> Iterator[Step]:
        """Return the steps after the handshake, under these faults; they are `Idle` while there is nothing to send."""
        self._faults, self._chunk_delay = ordered, chunk_delay
        self._say_due()
        self._say_all(self._session.begin(self._log))
        return self._steps()

    def _steps(self) -> Iterator[Step]:
        while self._outgoing or not self._over:
            yield self._outgoing.popleft() if self._outgoing else Idle()

    # What is said

    def _say_all(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self._say(message)
            if not isinstance(message, Close):
                self._sent += 1
                self._say_due()

    def _say_due(self) -> None:
        for fault in self._faults:
            match fault:
                case faults.Inject(message, after) if after == self._sent:
                    self._say(message)
                case faults.CloseFrame(code, reason, after) if after == self._sent:
                    self._say(Close(code, reason))
                case _:
                    pass

    def _say(self, message: Message) -> None:
        if self._closed or self._protocol.state is not State.OPEN:
            return
        self._log.sent.append(message)
        if isinstance(message, Close):
            self._close(message)
            return
        if self._chunk_delay and self._sent:
            self._outgoing.append(Wait(self._chunk_delay))
        binary = isinstance(message, bytes)
        text = message if isinstance(message, str | bytes) else json.dumps(message)
        self._write_message(text.encode() if isinstance(text, str) else text, binary=binary)

    def _close(self, close: Close) -> None:
        """Send a close frame, of a code that no server may send too: 1005 is a frame without any."""
        self._closed = True
        reason = close.reason.encode("utf-8", "replace")[:_LONGEST_REASON]
        if close.code == CloseCode.NO_STATUS_RCVD:
            self._protocol.send_close()
        elif _may_be_sent(close):
            self._protocol.send_close(close.code, reason.decode("utf-8", "ignore"))
        else:
            data = close.code.to_bytes(2) + reason
            self._outgoing.append(Send(Frame(Opcode.CLOSE, data).serialize(mask=False), "control"))
        self._flush("control")

    def _write_message(self, data: bytes, *, binary: bool) -> None:
        send = self._protocol.send_binary if binary else self._protocol.send_text
        fragments = next((fault for fault in self._faults if isinstance(fault, faults.Fragments)), None)
        if fragments is None:
            send(data)
        else:
            pieces = [data[at : at + fragments.size] for at in range(0, len(data), fragments.size)] or [b""]
            send(pieces[0], fin=len(pieces) == 1)
            for number, piece in enumerate(pieces[1:], start=2):
                if fragments.pings:
                    self._protocol.send_ping(b"between")
                self._protocol.send_continuation(piece, fin=number == len(pieces))
        self._flush("event")

    def _flush(self, part: str) -> None:
        """Hand on what the protocol has written."""
        written = self._protocol.data_to_send()
        if SEND_EOF in written:
            self._over = True
        if any(isinstance(fault, faults.NoPong) for fault in self._faults):
            written = [data for data in written if not _is_pong(data)]
        if data := b"".join(written):
            self._outgoing.append(Send(data, part))

    # What is heard

    def feed(self, data: bytes) -> None:
        """Take bytes of the client, b"" for their end, and let the session respond to the messages in them."""
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        frames = self._protocol.events_received()
        self._flush("control")
        for frame in frames:
            if isinstance(frame, Frame):
                self._hear(frame)
        self._over = self._over or self._protocol.state is State.CLOSED

    def _hear(self, frame: Frame) -> None:
        match frame.opcode:
            case Opcode.TEXT | Opcode.BINARY | Opcode.CONT:
                self._partial.append(bytes(frame.data))
                if frame.fin:
                    message = _decoded(b"".join(self._partial))
                    self._partial.clear()
                    self._log.received.append(message)
                    if not self._closed:
                        self._say_all(self._session.receive(message))
            case Opcode.PING:
                self._log.pings += 1
            case Opcode.PONG:
                self._log.pongs += 1
            case Opcode.CLOSE:
                found = self._protocol.close_rcvd
                self._log.close = Close(found.code, found.reason) if found else Close(CloseCode.NO_STATUS_RCVD)

    # I/O

    async def run(self, stream: ByteStream, steps: Iterable[Step], pending: bytes) -> End | None:
        """Read, and perform the steps, until either side closes; returns the end that a fault made of it."""
        end: End | None = None
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._read, stream, pending)
                with suppress(*_ENDED):
                    end = await self._perform(stream, steps)
                tasks.cancel_scope.cancel()
        finally:
            self._session.end()
            self._log.ended = True
        if end is None:
            await _linger(stream)
        return end

    async def _perform(self, stream: ByteStream, steps: Iterable[Step]) -> End | None:
        for step in steps:
            self._notify()
            match step:
                case Send(data):
                    await stream.send(data)
                case Wait(seconds):
                    await anyio.sleep(seconds)
                case Idle():
                    await self._changed.wait()
                case End.HANG:
                    await self._swallow()
                case End():
                    return step
        return None

    async def _swallow(self) -> None:
        """Say nothing more until the client has closed."""
        while not self._over:
            self._outgoing.clear()
            self._notify()
            await self._changed.wait()

    async def _read(self, stream: ByteStream, pending: bytes) -> None:
        slow = next((fault for fault in self._faults if isinstance(fault, faults.SlowReader)), None)
        size = max(1, int(slow.bytes_per_second * _SLOW_SECONDS)) if slow else _RECEIVE
        data = pending
        while not self._over:
            if data:
                self.feed(data)
                self._notify()
            while len(self._outgoing) > _MOST_WAITING:
                await self._changed.wait()
            try:
                data = await stream.receive(size)
            except _ENDED:
                self.feed(b"")
                self._over = True
                self._notify()
                return
            if slow:
                await anyio.sleep(len(data) / slow.bytes_per_second)

    def _notify(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()


async def _linger(stream: ByteStream) -> None:
    """Let the client read what was sent: bytes left unread would turn the end into a reset."""
    with anyio.move_on_after(_LINGER), suppress(*_ENDED, NotImplementedError):  # the last is TLS's
        await stream.send_eof()
        while True:
            await stream.receive(_RECEIVE)


def _decoded(data: bytes) -> Any:
    """Return a message as JSON, or as text if it is none."""
    text = data.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _may_be_sent(close: Close) -> bool:
    try:
        CloseData(close.code, close.reason).check()
    except ProtocolError:
        return False
    return True


def _is_pong(data: bytes) -> bool:
    return data[:1] == bytes([0x80 | Opcode.PONG])

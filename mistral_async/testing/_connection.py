"""One connection. h11 parses the requests; responses are written without it, since faults break the rules of HTTP."""

from __future__ import annotations

import gzip
import logging
import socket
import struct
import time
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

import anyio
import h11
from anyio.abc import ByteStream, SocketAttribute

from mistral_async.testing._content import MEMORY_LIMIT
from mistral_async.testing._dispatch import Dispatcher
from mistral_async.testing._errors import FakeAPIError, api_error
from mistral_async.testing._faults import AnyFault, Delay, Reset, Stall
from mistral_async.testing._head import HeadWriter
from mistral_async.testing._multipart import MultipartReader, boundary_of
from mistral_async.testing._plan import End, Idle, Send, Step, Wait, plan, reshape
from mistral_async.testing._reply import Reply, refusal_reply
from mistral_async.testing._request import Request
from mistral_async.testing._scripts import Scripts
from mistral_async.testing._state import ServerState
from mistral_async.testing._websocket_log import WebSocketLog

if TYPE_CHECKING:
    from mistral_async.testing._websocket import WebSocket

logger = logging.getLogger("mistral_async.testing")

_LARGEST_HEAD = 1 << 20
_RECEIVE = 1 << 16
_LINGER_ZERO = struct.pack("ii", 1, 0)
_GZIP_FROM = 256
_DRAIN = 0.05
_NO_WEBSOCKETS = (
    "The fake server needs the package websockets for this: pip install 'mistral-async[realtime]', where it runs."
)

_HEADS = HeadWriter()


class ConnectionServer(Protocol):
    """The server of a connection, as far as the connection uses it."""

    latency: float
    chunk_delay: float
    compress: bool
    dispatcher: Dispatcher
    scripts: Scripts
    state: ServerState

    def log(self, request: Request) -> None:
        """Add a request to the server's log."""
        ...


class DisconnectedError(Exception):
    """A client that closed its connection."""


class RequestReader:
    """A reader of requests from a byte stream. Each request has its own h11 parser, so responses need not pass h11."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._pending = b""
        self._parser = h11.Connection(h11.SERVER)

    async def head(self) -> h11.Request | None:
        """Read the next request's head; returns None once the client has closed."""
        self._parser = h11.Connection(h11.SERVER, max_incomplete_event_size=_LARGEST_HEAD)
        if self._pending:
            self._parser.receive_data(self._pending)
        event = await self._next()
        return event if isinstance(event, h11.Request) else None

    async def chunk(self) -> bytes | bytearray | None:
        """Read the next piece of the body; returns None at its end."""
        event = await self._next()
        if isinstance(event, h11.Data):
            return event.data
        if isinstance(event, h11.EndOfMessage):
            self._pending = self._parser.trailing_data[0]
            return None
        raise DisconnectedError

    @property
    def waiting_for_continue(self) -> bool:
        """Return whether the client waits for `100 Continue`."""
        return self._parser.they_are_waiting_for_100_continue

    async def wait(self, seconds: float) -> None:
        """Wait for `seconds`; raises `DisconnectedError` as soon as the client closes."""
        with anyio.move_on_after(seconds):
            while True:
                data = await self._receive()
                if not data:
                    raise DisconnectedError
                self._pending += data

    def take_pending(self) -> bytes:
        """Return what was read beyond the last request, which is no request."""
        pending, self._pending = self._pending, b""
        return pending

    async def _next(self) -> Any:
        while (event := self._parser.next_event()) is h11.NEED_DATA:
            self._parser.receive_data(await self._receive())
        return event

    async def _receive(self) -> bytes:
        try:
            return await self._stream.receive(_RECEIVE)
        except anyio.EndOfStream:
            return b""


class ServerConnection:
    """One client's connection, served until either side closes."""

    def __init__(self, server: ConnectionServer, stream: ByteStream, number: int) -> None:
        self._server = server
        self._stream = stream
        self._number = number
        self._reader = RequestReader(stream)
        self._websocket: WebSocket | None = None
        self.busy = False

    async def serve(self) -> None:
        """Respond to one request after another."""
        try:
            while await self._exchange():
                pass
        except (DisconnectedError, anyio.BrokenResourceError, anyio.ClosedResourceError, h11.RemoteProtocolError):
            pass
        except Exception:
            # An error in one response must not end the other connections.
            logger.exception("the fake server broke off an answer")

    async def _exchange(self) -> bool:
        try:
            head = await self._reader.head()
        except h11.RemoteProtocolError as error:
            await self._refuse(api_error(error.error_status_hint, str(error), "invalid_request_error"))
            return False
        if head is None:
            return False
        self.busy = True
        try:
            return await self._answer(head, time.perf_counter())
        finally:
            self.busy = False

    async def _answer(self, head: h11.Request, start: float) -> bool:
        request = self._build_request(head)
        self._server.dispatcher.locate(request)
        self._server.log(request)
        for fault in self._server.scripts.head_faults(request):
            if not await self._apply_request_fault(fault):
                return False
        try:
            await self._read_body(request)
            reply = await self._reply(request)
        finally:
            if request.form is not None:
                request.form.close()
        return await self._write(request, reply, start, close=_wants_close(head))

    async def _reply(self, request: Request) -> Reply:
        try:
            return self._upgrade(request, await self._server.dispatcher.reply(request))
        except FakeAPIError as error:
            return refusal_reply(error)
        except Exception:
            logger.exception("the fake server failed to answer %r", request)
            message = "Internal error of the fake server, see its log."
            return Reply(500, body=api_error(500, message, "internal_server_error", "1000").body)

    def _upgrade(self, request: Request, reply: Reply) -> Reply:
        """Add the headers of a WebSocket's handshake to a reply that opens one."""
        if reply.session is None:
            return reply
        try:
            from mistral_async.testing._websocket import WebSocket
        except ImportError as missing:
            raise api_error(HTTPStatus.NOT_IMPLEMENTED, _NO_WEBSOCKETS, "not_implemented") from missing
        request.websocket = WebSocketLog()
        self._websocket = WebSocket(request, reply.session)
        reply.headers.update(self._websocket.accept())
        return reply

    async def _write(self, request: Request, reply: Reply, start: float, *, close: bool) -> bool:
        faults = self._server.scripts.reply_faults(request)
        for fault in faults:
            reply = reshape(reply, fault)
        reply.close = reply.close or close
        if self._server.compress and "gzip" in request.headers.get("accept-encoding", ""):
            _compress(reply)
        request.status = reply.status
        milliseconds = int((time.perf_counter() - start) * 1000)
        head = _HEADS.write(reply, request_id=request.request_id, milliseconds=milliseconds)
        if request.method == "HEAD":
            reply.events, reply.parts, reply.body, reply.framing = None, None, b"", "none"
        if self._server.latency:
            await self._reader.wait(self._server.latency)
        if reply.session is not None and self._websocket is not None:
            await self._converse(self._websocket, reply, head, faults)
            return False
        if not faults and reply.events is None and reply.parts is None:
            await self._stream.send(b"".join(step.data for step in plan(reply, head, ()) if isinstance(step, Send)))
            return not reply.close
        return await self._perform(plan(reply, head, faults, chunk_delay=self._server.chunk_delay)) and not reply.close

    async def _converse(self, websocket: WebSocket, reply: Reply, head: bytes, ordered: Sequence[AnyFault]) -> None:
        messages = websocket.begin(ordered, chunk_delay=self._server.chunk_delay)
        steps = plan(reply, head, ordered, messages=messages)
        if await websocket.run(self._stream, steps, self._reader.take_pending()) is End.RESET:
            reset(self._stream)

    async def _perform(self, steps: Iterable[Step]) -> bool:
        for step in steps:
            match step:
                case Send(data):
                    if data:
                        await self._stream.send(data)
                case Wait(seconds):
                    await self._reader.wait(seconds)
                case Idle():
                    pass  # only a WebSocket has it
                case End.RESET:
                    reset(self._stream)
                    return False
                case End.CLOSE:
                    return False
                case End.HANG:
                    await self._reader.wait(float("inf"))
        return True

    async def _apply_request_fault(self, fault: AnyFault) -> bool:
        match fault:
            case Delay(seconds):
                await anyio.sleep(seconds)
                return True
            case Stall():
                await anyio.sleep_forever()  # and read no byte, so that the client cannot send a large body
            case Reset():
                reset(self._stream)
            case _:
                # Bytes left unread would turn the end into a reset.
                await self._stream.send_eof()
                await self._reader.wait(_DRAIN)
        return False

    async def _refuse(self, refusal: FakeAPIError) -> None:
        reply = Reply(refusal.status, body=refusal.body)
        reply.framing, reply.close = "length", True
        request_id = self._server.state.ids.uuid7()
        await self._stream.send(_HEADS.write(reply, request_id=request_id, milliseconds=0) + refusal.body)

    def _build_request(self, head: h11.Request) -> Request:
        return Request(
            method=head.method.decode("latin-1"),
            target=head.target.decode("latin-1"),
            headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers],
            time=self._server.state.clock.now(),
            connection=self._number,
        )

    async def _read_body(self, request: Request) -> None:
        if self._reader.waiting_for_continue:
            await self._stream.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        content_type = request.headers.get("content-type", "")
        boundary = boundary_of(content_type) if content_type.startswith("multipart/") else None
        request.form = MultipartReader(boundary) if boundary else None
        pieces: list[bytes | bytearray] = []
        while (data := await self._reader.chunk()) is not None:
            request.size += len(data)
            if request.form is not None:
                request.form.feed(bytes(data))
            if request.form is None or request.size <= MEMORY_LIMIT:
                pieces.append(data)
        if request.form is None or request.size <= MEMORY_LIMIT:
            request.body = b"".join(pieces)


def reset(stream: ByteStream) -> None:
    """Set the socket so that closing it resets the connection (RST)."""
    raw = stream.extra(SocketAttribute.raw_socket)  # noqa: S610  an attribute of anyio, not of Django
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)


def _wants_close(head: h11.Request) -> bool:
    values = b",".join(value.lower() for name, value in head.headers if name == b"connection")
    return b"close" in values or (head.http_version == b"1.0" and b"keep-alive" not in values)


def _compress(reply: Reply) -> None:
    if (
        reply.events is None
        and reply.parts is None
        and len(reply.body) >= _GZIP_FROM
        and "content-encoding" not in reply.headers
    ):
        reply.body = gzip.compress(reply.body, 1)
        reply.headers |= {"content-encoding": "gzip", "vary": "accept-encoding"}
        reply.length = None

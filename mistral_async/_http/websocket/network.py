"""WebSockets to one server: connected as the client's other connections are, opened by a request of the engine."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Final, NoReturn

import anyio

from mistral_async._http.byte_stream import ByteStream, open_stream
from mistral_async._http.origin import Origin, PoolConfig
from mistral_async._http.pooled import connect_error, seconds_left
from mistral_async._http.protocol import (
    BodySource,
    Phase,
    RequestHead,
    Sent,
    SettingError,
    Timeouts,
    Timings,
    WireError,
    WireResponse,
)
from mistral_async._http.proxy import ProxySetting, environment_proxy
from mistral_async._http.websocket.connection import SocketOptions, WebSocket
from mistral_async._http.websocket.handshake import HandshakeReader

if TYPE_CHECKING:
    from mistral_async._http.websocket.frames import Frames

# Rule 1: Each WebSocket has a connection of its own, which no other request gets. `max_connections` does not count it:
#         it is open for as long as somebody speaks.
# Rule 2: A proxy is asked for a tunnel (CONNECT, or SOCKS5), also for a server without TLS.
# Rule 3: Connecting, with proxy and TLS, is limited by `Timeouts.connect`; the answer to the handshake by
#         `Timeouts.read`, and both by the deadline.
# Rule 4: Until an answer is a WebSocket it is an answer like any other: its status and body are those of an error.

_SWITCHING: Final = 101
_BODY_TIME: Final = 2.0  # seconds for the rest of a refusal


class Upgrade:
    """The answer to a handshake: a WebSocket, or the body of a refusal (a `WireStream`)."""

    def __init__(
        self,
        status: int,
        headers: Sequence[tuple[bytes, bytes]],
        timings: Timings,
        *,
        body: bytes = b"",
        socket: WebSocket | None = None,
    ) -> None:
        self.status = status
        self.headers = headers
        self.timings = timings
        self.socket = socket
        self._body = body

    async def receive(self, deadline: float | None = None) -> bytes:  # noqa: ARG002 (all of it is here)
        """Return the body of a refusal, then b""."""
        body, self._body = self._body, b""
        return body

    def unread(self, data: bytes) -> None:
        """Take back what `receive` has returned."""
        self._body = data + self._body

    async def aclose(self) -> None:
        """Close the connection at once."""
        self.abort()

    def abort(self) -> None:
        """Close the connection now."""
        if self.socket is not None:
            self.socket.abort()


class WebSocketNetwork:
    """Opens WebSockets, in whatever event loop asks."""

    def __init__(self, config: PoolConfig, options: SocketOptions) -> None:
        self._config = config
        self._options = options

    @property
    def origin(self) -> Origin:
        """The address of the server."""
        return self._config.origin

    def current(self) -> WebSocketNetwork:
        """Return itself: it holds no connections."""
        return self

    async def aclose(self) -> None:
        """Do nothing: whoever opened a WebSocket closes it."""

    async def send(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> WireResponse:
        """Do not: a WebSocket is opened."""
        raise NotImplementedError

    async def open(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> Upgrade:  # noqa: ARG002 (a handshake has none)
        """Connect and shake hands; raises a `WireError`."""
        from mistral_async._http.websocket.frames import Frames

        timings, since = Timings(), monotonic()
        frames = Frames(self.origin, max_size=self._options.max_size, compression=self._options.compression)
        request = frames.request(head)
        stream = await self._connect(timeouts)
        timings.connect = monotonic() - since
        try:
            return await self._shake_hands(stream, frames, request, timeouts.started(), timings)
        except BaseException:
            stream.abort()
            raise

    async def _connect(self, timeouts: Timeouts) -> ByteStream:
        proxy = self._config.proxy or environment_proxy(self.origin)
        opened: list[ByteStream] = []
        try:
            with anyio.move_on_after(_scope_limit(seconds_left(timeouts.connect, timeouts.deadline))):
                return await self._open(proxy, opened)
            raise TimeoutError  # noqa: TRY301 (it is told as the others are)
        except BaseException as error:
            for stream in opened:
                stream.abort()
            if not isinstance(error, Exception) or isinstance(error, (SettingError, WireError)):
                raise
            raise self._connect_error(error, proxy) from error

    async def _open(self, proxy: ProxySetting | None, opened: list[ByteStream]) -> ByteStream:
        context = self._config.tls()
        origin = self.origin
        if proxy is None:
            stream = await open_stream(origin.host, origin.port)
            opened.append(stream)
        else:
            stream = await self._open_proxy(proxy, opened)
        if context is not None and await stream.start_tls(context, origin.host) == "h2":
            _refuse_http2()
        return stream

    async def _open_proxy(self, proxy: ProxySetting, opened: list[ByteStream]) -> ByteStream:
        from mistral_async._http.certificates import tls_context
        from mistral_async._http.tunnel import open_tunnel

        given, (host, port) = proxy.parsed, proxy.address
        stream = await open_stream(host, port)
        opened.append(stream)
        if given.url.scheme == "https":
            await stream.start_tls(given.ssl_context or tls_context(self._config.verify), host)
        await open_tunnel(stream, given, self.origin.host, self.origin.port)
        return stream

    def _connect_error(self, error: Exception, proxy: ProxySetting | None) -> WireError:
        if proxy is None:
            return connect_error(self._config, error)
        reason = str(error) or ("timed out" if isinstance(error, TimeoutError) else type(error).__name__)
        message = f"could not connect to {self.origin.host}:{self.origin.port} through the proxy {proxy}: {reason}"
        timeout = isinstance(error, TimeoutError)
        return WireError(message, phase=Phase.CONNECT, sent=Sent.NOTHING, timeout=timeout)

    async def _shake_hands(
        self, stream: ByteStream, frames: Frames, request: bytes, timeouts: Timeouts, timings: Timings
    ) -> Upgrade:
        since, reader = monotonic(), HandshakeReader(self._config.limits)
        await self._exchange_heads(stream, reader, request, timeouts)
        timings.first_byte = timings.total = monotonic() - since
        if not reader.status:
            frames.accept(reader.headers, reader.rest)
            return Upgrade(_SWITCHING, reader.headers, timings, socket=WebSocket(stream, frames, self._options))
        await _read_refusal(stream, reader, timeouts)
        stream.abort()
        return Upgrade(reader.status, reader.headers, timings, body=reader.body())

    async def _exchange_heads(
        self, stream: ByteStream, reader: HandshakeReader, request: bytes, timeouts: Timeouts
    ) -> None:
        """Send the request, and read until it is known what the answer is (rule 3)."""
        sent = Sent.NOTHING
        try:
            with anyio.move_on_after(_scope_limit(seconds_left(timeouts.read, timeouts.deadline))):
                stream.write(request)
                sent = Sent.MAYBE
                await stream.flush()
                while not reader.receive(await stream.receive()) and not reader.status:
                    pass
                return
        except OSError as error:
            reason = str(error) or type(error).__name__
            raise WireError(f"the connection was lost: {reason}", phase=Phase.READ, sent=sent) from error
        message = "the server did not answer the handshake in time"
        raise WireError(message, phase=Phase.READ, sent=sent, timeout=True)


async def _read_refusal(stream: ByteStream, reader: HandshakeReader, timeouts: Timeouts) -> None:
    """Read the rest of a refusal, as far as it comes: its status says enough."""
    limit = _scope_limit(seconds_left(_BODY_TIME, timeouts.deadline))
    with anyio.move_on_after(limit), contextlib.suppress(OSError, WireError):
        while not reader.complete and not reader.receive(await stream.receive()):
            pass


def _scope_limit(seconds: float) -> float | None:
    return None if seconds == inf else max(0.0, seconds)


def _refuse_http2() -> NoReturn:
    raise SettingError("the TLS context given as verify offers HTTP/2, which WebSockets do not use: give another one")

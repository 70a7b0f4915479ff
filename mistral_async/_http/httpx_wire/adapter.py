"""A wire over httpx: a user's transport or client, and httpx's own transport where our HTTP/1.1 does not do.

Nothing here names a class of httpx, so that httpx2 and look-alikes work: the module comes from the object given.
"""

from __future__ import annotations

import contextlib
import importlib
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from time import monotonic
from typing import Any, Final

import anyio

from mistral_async._codec.turns import TURN, pause
from mistral_async._http.h1.content_coding import Decoder, accept_encoding, decoder_for
from mistral_async._http.httpx_wire.failures import MODULES, Progress, raise_failure, timeout_error
from mistral_async._http.origin import Origin
from mistral_async._http.protocol import (
    STEP,
    TRUNCATED,
    BodySource,
    LimitError,
    Limits,
    Phase,
    RequestHead,
    Sent,
    Timeouts,
    Timings,
    WireError,
    WireResponse,
)
from mistral_async._http.sockets import shutdown

_CLOSE_SECONDS: Final = 1.0
_OUR_AGENT: Final = "mistral-async/"
_HTTPX_CODINGS: Final = frozenset({"gzip", "deflate", "br", "zstd"})  # what httpx asks for by itself

# Rule 1: A transport is given our time limits, a client keeps its own. The deadline is ours for both.
# Rule 2: `abort` can not await: it shuts the socket down, so that the server sees it at once, and leaves the closing to
#         the next request. In HTTP/2 others use the connection too, and the stream alone is closed, later.
# Rule 3: A User-Agent and an Accept-Encoding that the owner of a client has set there are sent, and not ours.
# Rule 4: What is there is returned without waiting, but every `TURN` seconds all others get their turn.
# Rule 5: A body that ends with its TLS connection is whole only with a close_notify (RFC 9112 §9.8). Httpx does not
#         look for one; the TLS object tells, where the transport shows it.


def httpx_module_of(thing: object) -> Any:
    """Return the httpx module that the object's class belongs to."""
    for cls in type(thing).__mro__:
        root = cls.__module__.partition(".")[0]
        if root in MODULES:
            return importlib.import_module(root)
    return importlib.import_module("httpx")


class _Content:
    """A body source as httpx takes it: an async iterable that can be read again."""

    def __init__(self, source: BodySource) -> None:
        self._source = source

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._source.open()


def _own_headers(headers: Mapping[str, str]) -> frozenset[str]:
    """Return which of the headers that we set, too, the owner of a client has set: they are not httpx's own."""
    codings = {each.strip() for each in headers.get("accept-encoding", "gzip, deflate").split(",")}
    kept = {"user-agent"} if not headers.get("user-agent", "python-httpx").startswith("python-httpx") else set[str]()
    return frozenset(kept if {"gzip", "deflate"} <= codings <= _HTTPX_CODINGS else kept | {"accept-encoding"})


def _cancel_at(deadline: float | None) -> anyio.CancelScope:
    return anyio.CancelScope() if deadline is None else anyio.move_on_after(max(0.0, deadline - monotonic()))


async def _single(body: bytes) -> AsyncIterator[bytes]:
    yield body


class HttpxWire:
    """One httpx transport, or one httpx client, as a wire to one origin."""

    def __init__(self, origin: Origin, *, transport: Any = None, client: Any = None, limits: Limits) -> None:
        self._origin = origin
        self._transport = transport
        self._client = client
        self._limits = limits
        self._httpx = httpx_module_of(transport or client)
        self._aborted: list[HttpxStream] = []  # streams that wait to be closed
        self._kept = _own_headers(getattr(client, "headers", {})) if client is not None else frozenset[str]()

    @property
    def pool(self) -> None:
        """There is none of ours: httpx has the connections."""
        return None

    async def send(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> WireResponse:
        """Send a request and read all of its response, whatever the status."""
        stream = await self.open(head, body, timeouts)
        try:
            whole = await stream.read_all(timeouts.deadline)
        finally:
            await stream.aclose()
        return WireResponse(stream.status, stream.headers, whole, stream.timings, stream.http_version)

    async def open(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> HttpxStream:
        """Send a request and read the head of its response."""
        await self._close_aborted()
        timeouts = timeouts.started()
        since = monotonic()
        progress = self._new_progress()
        request = self._request(head, body, timeouts)
        request.extensions["trace"] = progress
        with _cancel_at(timeouts.deadline) as scope:
            try:
                if self._client is not None:
                    response = await self._client.send(request, stream=True)
                else:
                    response = await self._transport.handle_async_request(request)
            except Exception as error:  # noqa: BLE001 (whatever a transport raises)
                raise_failure(error, progress.sent)
            if self._client is not None:
                return HttpxStream(response, since, None, self._limits, self._aborted)
            request.extensions["timeout"]["read"] = None  # from here on the stream keeps the time
            return HttpxStream(response, since, timeouts.read, self._limits, self._aborted)
        assert scope.cancelled_caught  # noqa: S101 (the only other way out)
        raise timeout_error()

    async def warm(self, count: int, timeouts: Timeouts) -> int:  # noqa: ARG002 - as every wire
        """Leave it to a transport or client of the user's, which opens its connections itself."""
        return 0

    async def aclose(self) -> None:
        """Close the transport, which became ours; a client stays its owner's."""
        await self._close_aborted()
        if self._transport is not None:
            with anyio.move_on_after(_CLOSE_SECONDS, shield=True), contextlib.suppress(Exception):
                await self._transport.aclose()

    def _new_progress(self) -> Progress:
        return Progress()

    def _request(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> Any:
        headers = list(head.headers)
        if "user-agent" in self._kept:
            headers = [pair for pair in headers if pair[0] != "user-agent" or not pair[1].startswith(_OUR_AGENT)]
        if "accept-encoding" not in self._kept and not any(name == "accept-encoding" for name, _ in headers):
            headers.append(("accept-encoding", accept_encoding()))
        content: Any = body
        if body is not None and not isinstance(body, bytes):
            content = _Content(body)
            if body.length is not None:
                headers.append(("content-length", str(body.length)))
        url = f"{self._origin.scheme}://{self._origin.authority}{head.target}"
        if self._client is not None:
            return self._client.build_request(head.method, url, headers=headers, content=content)
        timeout = {"connect": timeouts.connect, "write": timeouts.write, "read": timeouts.read, "pool": None}
        return self._httpx.Request(head.method, url, headers=headers, content=content, extensions={"timeout": timeout})

    async def _close_aborted(self) -> None:
        aborted = self._aborted[:]
        self._aborted.clear()
        for stream in aborted:
            await stream.aclose()


class HttpxStream:
    """A response of httpx whose body is still arriving. A cancelled `receive` ends it: httpx closes the connection."""

    def __init__(
        self, response: Any, since: float, read: float | None, limits: Limits, aborted: list[HttpxStream]
    ) -> None:
        self.status: int = response.status_code
        self.headers: Sequence[tuple[bytes, bytes]] = [(name.lower(), value) for name, value in response.headers.raw]
        self.timings = Timings(first_byte=monotonic() - since)
        self.http_version: str = response.extensions.get("http_version", b"HTTP/1.1").decode("ascii", "replace")
        self._response = response
        self._since = since
        self._read = read
        self._limits = limits
        self._aborted = aborted
        self._decoder: Decoder | None = None
        self._rest: bytes | memoryview = b""  # of what was taken
        self._unread = b""  # of what was returned
        self._turn_ends = 0.0  # when others get their turn (`time.monotonic()`); 0 after a wait
        self._tls: Any = None  # that of a body that ends with its connection
        self._pieces = self._body()
        self._error: WireError | None = None
        self._started = self._ended = self._closed = False

    async def receive(self, deadline: float | None = None) -> bytes:
        """Return what has arrived since the last call, from one byte to `STEP`; b"" at the body's proper end."""
        try:
            await self._end_turn(deadline)
            if self._unread:
                unread, self._unread = self._unread, b""
                return unread
            data = self._rest or await self._receive(deadline)
        except WireError as error:
            await self._fail(error)
            raise
        self._rest = memoryview(data)[STEP:] if len(data) > STEP else b""
        return bytes(data[:STEP])

    def unread(self, data: bytes) -> None:
        """Take back the end of what `receive` has returned; the next one returns it, after the others' turn."""
        self._unread = data

    async def _receive(self, deadline: float | None) -> bytes:
        decoder = self._decoder
        while True:
            if decoder is not None and (data := decoder.read()) is not None:
                if data:
                    return data
            elif self._ended:
                if decoder is not None:
                    decoder.finish()
                return b""
            else:
                piece = await self._next(self._deadline_after(self._read) if deadline is None else deadline)
                if decoder is not None:
                    decoder.feed(piece)
                elif piece:
                    return piece
            await self._end_turn(deadline)

    async def read_all(self, deadline: float | None) -> bytes:
        """Return all of the body, decoded; raises a `WireError` beyond the limits."""
        pieces: list[bytes] = []
        size, limit = 0, self._limits.size
        while True:
            end = self._deadline_after(self._read)
            data = await self.receive(deadline if end is None else end if deadline is None else min(end, deadline))
            if not data:
                return b"".join(pieces)
            size += len(data)
            pieces.append(data)
            if size > limit:
                raise LimitError(f"the answer is longer than {limit} bytes; the client's max_answer_size allows more")

    async def _end_turn(self, deadline: float | None) -> None:
        """Let others go on when their turn has come, before anything is taken (rule 4)."""
        now = monotonic()
        if now < self._turn_ends:
            return
        if self._turn_ends:
            await pause()
            now = monotonic()
            if deadline is not None and now >= deadline:
                raise timeout_error()
        self._turn_ends = now + TURN

    async def aclose(self) -> None:
        """Give the connection back if the body is at its end, else close it at once."""
        if self._closed:
            return
        self._closed = True
        self._rest = self._unread = b""
        if not self._ended and self._error is None:
            self._error = WireError("the answer was closed", phase=Phase.READ, sent=Sent.MAYBE)
        with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
            with contextlib.suppress(Exception):
                await self._response.aclose()
            if self._started and not self._ended:
                # Without its connection the body ends with an error, here and not in the garbage collector.
                with contextlib.suppress(Exception):
                    await anext(self._pieces)
                close: Any = getattr(self._pieces, "aclose", None)
                with contextlib.suppress(Exception):
                    await close()

    def abort(self) -> None:
        """Close the connection now; what else httpx wants to close waits for the next request."""
        self._rest = self._unread = b""
        if self._closed or self._ended:
            return
        if self._error is None:
            self._error = WireError("the answer was closed", phase=Phase.READ, sent=Sent.MAYBE)
        self._aborted.append(self)
        if self.http_version != "HTTP/2":  # there others use the connection too
            self._shut_down()

    def _shut_down(self) -> None:
        """Shut the socket down, where the transport shows it."""
        with contextlib.suppress(Exception):
            shutdown(self._response.extensions["network_stream"].get_extra_info("socket").fileno())

    async def _next(self, end: float | None) -> bytes:
        """Return the next piece as it was sent; the last one is empty."""
        if self._error is not None:
            raise self._error
        self._started = True
        since = monotonic()
        try:
            with _cancel_at(end):
                piece: bytes = await anext(self._pieces)
                if monotonic() - since > TURN:
                    self._turn_ends = 0.0
                return piece
            self._error = timeout_error()
        except StopAsyncIteration:
            if self._tls is not None:
                if _is_truncated(self._tls):
                    self._error = WireError(TRUNCATED, phase=Phase.READ, sent=Sent.MAYBE)
                    raise self._error from None
                self._shut_down()  # httpcore goes by the end of TCP, which is on its way, and would use it again
            self._ended = True
            self.timings.total = monotonic() - self._since
            await self.aclose()
            return b""
        except Exception as error:  # noqa: BLE001 (whatever a transport raises)
            raise_failure(error, Sent.MAYBE)
        except BaseException:  # cancelled: what httpx had under way is lost
            self._error = WireError("the answer was closed", phase=Phase.READ, sent=Sent.MAYBE)
            raise
        raise self._error

    async def _fail(self, error: WireError) -> None:
        self._error = error
        await self.aclose()

    def _deadline_after(self, seconds: float | None) -> float | None:
        return None if seconds is None else monotonic() + seconds

    def _body(self) -> AsyncIterator[bytes]:
        response = self._response
        if response.is_stream_consumed:  # a mock's answer, or an event hook has read it: it is decoded too
            return _single(response.content)
        codings = b",".join(value for name, value in self.headers if name == b"content-encoding")
        self._decoder = decoder_for(codings, self._limits) if codings else None
        self._tls = self._tls_that_ends_it()
        stream = response.stream
        return aiter(stream) if hasattr(stream, "__aiter__") else _single(b"".join(stream))

    def _tls_that_ends_it(self) -> Any:
        """Return the TLS object of a body that has no other end than that of its connection."""
        names = {name for name, _ in self.headers}
        if not self.http_version.startswith("HTTP/1") or names & {b"content-length", b"transfer-encoding"}:
            return None
        with contextlib.suppress(Exception):  # a transport of the user's may have anything there, or nothing
            return self._response.extensions["network_stream"].get_extra_info("ssl_object")
        return None


def _is_truncated(tls: Any) -> bool:
    """Return whether a TLS connection that has ended did so without a close_notify."""
    try:
        tls.read(1)
    except ssl.SSLError as error:
        return not isinstance(error, (ssl.SSLZeroReturnError, ssl.SSLWantReadError))
    except Exception:  # noqa: BLE001 (no TLS object of the standard library)
        return False
    return False

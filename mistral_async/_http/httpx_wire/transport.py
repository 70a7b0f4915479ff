"""Our HTTP/1.1 as an httpx transport: `httpx.AsyncClient(transport=Transport())`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx

from mistral_async._http.certificates import Verify, warn_unverified
from mistral_async._http.network import Network
from mistral_async._http.origin import Origin
from mistral_async._http.protocol import BodySource, Phase, RequestHead, Timeouts, WireError, WireStream

_PORTS = {"http": 80, "https": 443}
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})


class Transport(httpx.AsyncBaseTransport):
    """HTTP/1.1 with a pool that costs the same for any number of connections, on asyncio, uvloop and trio.

    It may be used from several event loops. It does not use proxies, waiting for a connection is no failure (a
    pool timeout is ignored), and content codings are aborted to httpx.
    """

    def __init__(self, *, verify: Verify = True, max_connections: int = 100, keepalive_expiry: float = 30.0) -> None:
        if verify is False:
            warn_unverified(stacklevel=3)
        self._verify: Verify = verify
        self._max_connections = max_connections
        self._keepalive_expiry = keepalive_expiry
        self._networks: dict[Origin, Network] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and answer when the head of the response has arrived."""
        network = self._network(request.url)
        head = RequestHead(
            request.method,
            request.url.raw_path.decode("ascii"),
            tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in request.headers.raw
                if name.lower() not in _FRAMING
            ),
        )
        timeout: dict[str, Any] = request.extensions.get("timeout", {})
        timeouts = Timeouts(timeout.get("connect"), timeout.get("write"), timeout.get("read"))
        try:
            stream = await network.current().open(head, await _body(request), timeouts)
        except WireError as error:
            raise _as_httpx(error, request) from error
        except ValueError as error:
            raise httpx.LocalProtocolError(str(error), request=request) from error
        return httpx.Response(
            stream.status,
            headers=list(stream.headers),
            stream=_ResponseStream(stream, request),
            extensions={"http_version": b"HTTP/1.1"},
        )

    async def aclose(self) -> None:
        """Close every connection of this event loop, and have those of others closed by theirs."""
        for network in self._networks.values():
            await network.aclose()

    def _network(self, url: httpx.URL) -> Network:
        if url.scheme not in _PORTS:
            raise httpx.UnsupportedProtocol(f"{url.scheme!r} is neither 'http' nor 'https'")
        origin = Origin(url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme])
        network = self._networks.get(origin)
        if network is None:
            network = self._networks[origin] = Network(
                origin,
                verify=self._verify,
                max_connections=self._max_connections,
                keepalive_expiry=self._keepalive_expiry,
                raw=True,
            )
        return network


class _RequestBody:
    """The body of an httpx request as a source: it can be read once."""

    repeatable = False

    def __init__(self, stream: httpx.AsyncByteStream, length: int | None) -> None:
        self.length = length
        self._stream = stream

    def open(self) -> AsyncIterator[bytes]:
        return aiter(self._stream)


class _ResponseStream(httpx.AsyncByteStream):
    def __init__(self, stream: WireStream, request: httpx.Request) -> None:
        self._stream = stream
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while piece := await self._stream.receive():
                yield piece
        except WireError as error:
            raise _as_httpx(error, self._request) from error

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _body(request: httpx.Request) -> bytes | BodySource | None:
    stream = request.stream
    length = request.headers.get("content-length")
    if isinstance(stream, httpx.ByteStream):
        return b"".join(stream) or (b"" if length is not None else None)
    if not isinstance(stream, httpx.AsyncByteStream):
        raise TypeError("a request sent asynchronously needs an async body")
    return _RequestBody(stream, None if length is None else int(length))


def _as_httpx(error: WireError, request: httpx.Request) -> httpx.TransportError:
    kinds: dict[Phase, tuple[type[httpx.TransportError], type[httpx.TransportError]]] = {
        Phase.CONNECT: (httpx.ConnectError, httpx.ConnectTimeout),
        Phase.WRITE: (httpx.WriteError, httpx.WriteTimeout),
        Phase.READ: (httpx.ReadError, httpx.ReadTimeout),
        Phase.PROTOCOL: (httpx.RemoteProtocolError, httpx.RemoteProtocolError),
    }
    kind = kinds[error.phase][error.timeout]
    return kind(str(error), request=request)

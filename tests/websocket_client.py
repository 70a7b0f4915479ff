"""A WebSocket client on anyio for tests: nothing here knows the package's own client."""

from __future__ import annotations

import json
import ssl
from base64 import b64encode
from contextlib import asynccontextmanager

import anyio
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri


class RefusedError(Exception):
    """A handshake that was refused."""

    def __init__(self, response):
        super().__init__(response.status_code)
        self.status = response.status_code
        self.headers = response.headers
        self.body = bytes(response.body or b"")


class Client:
    """One connection: `send` an event, `recv` the next one."""

    def __init__(self, stream, protocol):
        self.stream = stream
        self.protocol = protocol
        self.frames = []
        self.partial = b""
        self.response = None

    async def flush(self):
        for data in self.protocol.data_to_send():
            if data:
                await self.stream.send(data)

    async def more(self):
        """Read on; at the end of the connection, `anyio.EndOfStream`."""
        try:
            self.protocol.receive_data(await self.stream.receive())
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            self.protocol.receive_eof()
        self.frames += self.protocol.events_received()
        await self.flush()

    async def send(self, event):
        if isinstance(event, dict):
            event = json.dumps(event)
        send = self.protocol.send_text if isinstance(event, str) else self.protocol.send_binary
        send(event.encode() if isinstance(event, str) else event)
        await self.flush()

    async def audio(self, data):
        await self.send({"type": "input_audio.append", "audio": b64encode(data).decode()})

    async def ping(self):
        self.protocol.send_ping(b"here")
        await self.flush()

    async def frame(self):
        with anyio.fail_after(5):
            while not self.frames:
                if self.protocol.state is State.CLOSED:
                    raise anyio.EndOfStream
                await self.more()
        return self.frames.pop(0)

    async def message(self):
        while True:
            frame = await self.frame()
            if isinstance(frame, Frame) and frame.opcode in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
                self.partial += bytes(frame.data)
                if frame.fin:
                    found, self.partial = self.partial, b""
                    return found

    async def recv(self):
        return json.loads(await self.message())

    async def rest(self):
        """Return the events until the connection ends."""
        events = []
        try:
            while True:
                events.append(await self.recv())
        except anyio.EndOfStream:
            return events

    @property
    def closed_by(self):
        """Return the code and the reason of the server's close frame, None if there was none."""
        found = self.protocol.close_rcvd
        return (found.code, found.reason) if found else None

    async def close(self):
        if self.protocol.state is State.OPEN:
            self.protocol.send_close(1000)
            await self.flush()
        await self.rest()


@asynccontextmanager
async def connect(server, path, *, key=None, tls=None, compress=False, headers=None):
    """Open `path` of a fake server; raises `RefusedError`."""
    url = f"{server.url.replace('http', 'ws', 1)}{path}"
    extensions = [ClientPerMessageDeflateFactory()] if compress else None
    protocol = ClientProtocol(parse_uri(url), extensions=extensions, max_size=None)
    request = protocol.connect()
    if key is not False:
        request.headers["Authorization"] = f"Bearer {key or server.api_key}"
    for name, value in (headers or {}).items():
        request.headers[name] = value
    context = tls if isinstance(tls, ssl.SSLContext) else None
    async with await anyio.connect_tcp(
        server.host, server.port, tls=context is not None, ssl_context=context, tls_standard_compatible=False
    ) as stream:
        client = Client(stream, protocol)
        protocol.send_request(request)
        await client.flush()
        response = await client.frame()
        assert isinstance(response, Response)
        if response.status_code != 101:
            raise RefusedError(response)
        client.response = response
        yield client

"""The clients that are compared: what each does for one chat, one stream, one batch of embeddings.

`floor` is HTTP written by hand on a socket and msgspec, for these answers alone; no client can be faster.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

MESSAGES = [{"role": "user", "content": "Why is the sky blue?"}]


class Message(msgspec.Struct):
    role: str = "assistant"
    content: str | None = None


class Choice(msgspec.Struct):
    index: int
    message: Message | None = None
    delta: Message | None = None
    finish_reason: str | None = None


class Usage(msgspec.Struct):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Chat(msgspec.Struct):
    id: str
    object: str
    created: int
    model: str
    choices: list[Choice]
    usage: Usage | None = None


class Row(msgspec.Struct):
    index: int
    embedding: list[float] | bytes


class Rows(msgspec.Struct):
    data: list[Row]


read_chat = msgspec.json.Decoder(Chat).decode
read_rows = msgspec.json.Decoder(Rows).decode
write = msgspec.json.Encoder().encode


class Ours:
    """Everything on: validation, limiter, retries, typed answers with metadata."""

    def __init__(self, url: str, connections: int) -> None:
        from mistral_async import Mistral

        self.client = Mistral("test-key", server_url=url, max_connections=connections)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def chat(self, messages: Any = MESSAGES, *, model: str = "chat") -> None:
        await self.client.chat.complete(model=model, messages=messages, temperature=0.5)

    async def stream(self, model: str) -> int:
        count = 0
        async with self.client.chat.stream(model=model, messages=MESSAGES) as stream:
            async for _ in stream:
                count += 1
        return count

    async def embed(self, model: str, texts: list[str]) -> Any:
        packed = {"encoding_format": "base64"} if model.endswith("base64") else {}
        return await self.client.embeddings.create(model=model, inputs=texts, **packed)


class Official:
    """As it comes: on an httpx2 client with its usual limits."""

    def __init__(self, url: str, connections: int) -> None:
        from mistralai.client import Mistral

        self.client = Mistral(api_key="test-key", server_url=url, async_client=self.transport(connections))

    def transport(self, connections: int) -> Any:
        del connections

    async def __aenter__(self) -> Self:
        await self.client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.__aexit__(None, None, None)

    async def chat(self, messages: Any = MESSAGES, *, model: str = "chat") -> None:
        await self.client.chat.complete_async(model=model, messages=messages, temperature=0.5)

    async def stream(self, model: str) -> int:
        count = 0
        async for _ in await self.client.chat.stream_async(model=model, messages=MESSAGES):
            count += 1
        return count

    async def embed(self, model: str, texts: list[str]) -> Any:
        return await self.client.embeddings.create_async(model=model, inputs=texts)


class OfficialAtBest(Official):
    def transport(self, connections: int) -> Any:
        return aiohttp_transport(connections)


class OpenAI:
    """As it comes: on an httpx2 client with the limits that it sets."""

    def __init__(self, url: str, connections: int) -> None:
        from openai import AsyncOpenAI

        transport = self.transport(connections)
        self.client = AsyncOpenAI(api_key="test-key", base_url=f"{url}/v1", http_client=transport)

    def transport(self, connections: int) -> Any:
        del connections

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()

    async def chat(self, messages: Any = MESSAGES, *, model: str = "chat") -> None:
        await self.client.chat.completions.create(model=model, messages=messages, temperature=0.5)

    async def stream(self, model: str) -> int:
        count = 0
        async for _ in await self.client.chat.completions.create(model=model, messages=MESSAGES, stream=True):
            count += 1
        return count

    async def embed(self, model: str, texts: list[str]) -> Any:
        packed = "base64" if model.endswith("base64") else "float"
        return await self.client.embeddings.create(model=model, input=texts, encoding_format=packed)


class OpenAIAtBest(OpenAI):
    def transport(self, connections: int) -> Any:
        return aiohttp_transport(connections)


def aiohttp_transport(connections: int) -> Any:
    """The quickest HTTP client that both SDKs take: openai's own over aiohttp."""
    import httpx2
    from openai import DefaultAioHttpClient

    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    return DefaultAioHttpClient(limits=limits, timeout=60, verify=_context(os.environ.get("SSL_CERT_FILE") or True))


class Aiohttp:
    """aiohttp and msgspec without any client around them."""

    def __init__(self, url: str, connections: int) -> None:
        self.url, self.connections = url, connections

    async def __aenter__(self) -> Self:
        import aiohttp

        root = os.environ.get("SSL_CERT_FILE")
        connector = aiohttp.TCPConnector(limit=self.connections, ssl=_context(root) if root else True)
        headers = {"authorization": "Bearer test-key", "content-type": "application/json"}
        self.session = aiohttp.ClientSession(connector=connector, headers=headers)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def chat(self, messages: Any = MESSAGES, *, model: str = "chat") -> None:
        body = write({"model": model, "messages": messages, "temperature": 0.5})
        async with self.session.post(f"{self.url}/v1/chat/completions", data=body) as response:
            read_chat(await response.read())

    async def stream(self, model: str) -> int:
        body = write({"model": model, "messages": MESSAGES, "stream": True})
        count, rest = 0, b""
        async with self.session.post(f"{self.url}/v1/chat/completions", data=body) as response:
            async for data in response.content.iter_any():
                *events, rest = (rest + data).split(b"\n\n")
                for event in events:
                    if event != b"data: [DONE]":
                        read_chat(event[6:])
                        count += 1
        return count

    async def embed(self, model: str, texts: list[str]) -> Any:
        body = write({"model": model, "input": texts})
        async with self.session.post(f"{self.url}/v1/embeddings", data=body) as response:
            return read_rows(await response.read())


class AiohttpIterated(Aiohttp):
    """aiohttp and msgspec that give and keep events as a client does: an `async for` of each, all there at the end."""

    async def stream(self, model: str) -> int:
        count = 0
        kept: list[Chat] = []
        async for _ in self.events(model, kept):
            count += 1
        assert len(kept) == count
        return count

    async def events(self, model: str, kept: list[Chat]) -> AsyncIterator[Chat]:
        body, rest = write({"model": model, "messages": MESSAGES, "stream": True}), b""
        async with self.session.post(f"{self.url}/v1/chat/completions", data=body) as response:
            async for data in response.content.iter_any():
                *events, rest = (rest + data).split(b"\n\n")
                for event in events:
                    if event != b"data: [DONE]":
                        kept.append(chunk := read_chat(event[6:]))
                        yield chunk


class Httpx2:
    """httpx2 and msgspec without any client around them."""

    def __init__(self, url: str, connections: int) -> None:
        import httpx2

        limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
        headers = {"authorization": "Bearer test-key", "content-type": "application/json"}
        verify = _context(os.environ.get("SSL_CERT_FILE") or True)
        self.client = httpx2.AsyncClient(base_url=url, limits=limits, headers=headers, timeout=60, verify=verify)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def chat(self, messages: Any = MESSAGES, *, model: str = "chat") -> None:
        body = write({"model": model, "messages": messages, "temperature": 0.5})
        read_chat((await self.client.post("/v1/chat/completions", content=body)).content)

    async def stream(self, model: str) -> int:
        body = write({"model": model, "messages": MESSAGES, "stream": True})
        count, rest = 0, b""
        async with self.client.stream("POST", "/v1/chat/completions", content=body) as response:
            async for data in response.aiter_bytes():
                *events, rest = (rest + data).split(b"\n\n")
                for event in events:
                    if event != b"data: [DONE]":
                        read_chat(event[6:])
                        count += 1
        return count

    async def embed(self, model: str, texts: list[str]) -> Any:
        body = write({"model": model, "input": texts})
        return read_rows((await self.client.post("/v1/embeddings", content=body)).content)


class Floor:
    """A request in prepared bytes, an answer that is searched for its length; asyncio and trio."""

    def __init__(self, url: str, connections: int) -> None:
        parts = urlsplit(url)
        self.host, self.port, self.tls = parts.hostname, parts.port, parts.scheme == "https"
        self.idle: list[Any] = []
        self.made = 0
        self.limit = connections

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for connection in self.idle:
            await connection.close()

    def head(self, path: str, body: bytes) -> bytes:
        return (
            f"POST {path} HTTP/1.1\r\nhost: {self.host}\r\nauthorization: Bearer test-key\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        ).encode() + body

    async def connect(self) -> Any:
        if in_trio():
            return await TrioSocket.open(self.host, self.port, tls=self.tls)
        return await AsyncioSocket.open(self.host, self.port, tls=self.tls)

    async def exchange(self, path: str, body: bytes) -> bytes:
        connection = self.idle.pop() if self.idle else await self.connect()
        answer = await connection.exchange(self.head(path, body))
        self.idle.append(connection)
        return answer

    async def chat(self, messages: Any = MESSAGES, *, model: str = "chat") -> None:
        body = write({"model": model, "messages": messages, "temperature": 0.5})
        read_chat(await self.exchange("/v1/chat/completions", body))

    async def embed(self, model: str, texts: list[str]) -> Any:
        return read_rows(await self.exchange("/v1/embeddings", write({"model": model, "input": texts})))

    async def stream(self, model: str) -> int:
        """The chunks' sizes are lines of the stream: what begins with `data: ` is an event."""
        body = write({"model": model, "messages": MESSAGES, "stream": True})
        connection = self.idle.pop() if self.idle else await self.connect()
        connection.send(self.head("/v1/chat/completions", body))
        count, rest = 0, b""
        while not rest.endswith(b"0\r\n\r\n"):
            *lines, rest = (rest + await connection.receive()).split(b"\n\n")
            for line in lines:
                at = line.rfind(b"data: ")
                if at >= 0 and not line.endswith(b"[DONE]"):
                    read_chat(line[at + 6 :])
                    count += 1
        self.idle.append(connection)
        return count


def whole_answer(received: bytes) -> bytes | None:
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    at = received.index(b"content-length: ") + 16
    length = int(received[at : received.index(b"\r\n", at)])
    return received[end + 4 :] if len(received) - end - 4 >= length else None


class AsyncioSocket:
    @classmethod
    async def open(cls, host: str, port: int, *, tls: bool) -> AsyncioSocket:
        import asyncio

        loop = asyncio.get_running_loop()
        context = _context(os.environ["SSL_CERT_FILE"]) if tls else None
        _, protocol = await loop.create_connection(_protocol(), host, port, ssl=context)
        self = cls()
        self.protocol, self.loop = protocol, loop
        protocol.waiter = None
        return self

    def send(self, data: bytes) -> None:
        self.protocol.received = []
        self.protocol.transport.write(data)

    async def receive(self) -> bytes:
        protocol = self.protocol
        if not protocol.received:
            protocol.waiter = self.loop.create_future()
            await protocol.waiter
        data = b"".join(protocol.received)
        protocol.received = []
        return data

    async def exchange(self, request: bytes) -> bytes:
        self.send(request)
        received = await self.receive()
        if (answer := whole_answer(received)) is not None:
            return answer
        pieces, size = [received], len(received)
        total = expected(received)
        while size < total:
            pieces.append(await self.receive())
            size += len(pieces[-1])
        return whole_answer(b"".join(pieces))

    async def close(self) -> None:
        self.protocol.transport.close()


def expected(received: bytes) -> int:
    end = received.index(b"\r\n\r\n") + 4
    at = received.index(b"content-length: ") + 16
    return end + int(received[at : received.index(b"\r\n", at)])


def _protocol() -> Any:
    import asyncio

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport) -> None:
            self.transport, self.received = transport, []

        def data_received(self, data: bytes) -> None:
            self.received.append(data)
            if self.waiter is not None and not self.waiter.done():
                self.waiter.set_result(None)

    return Protocol


class TrioSocket:
    @classmethod
    async def open(cls, host: str, port: int, *, tls: bool) -> TrioSocket:
        import trio

        self = cls()
        self.stream = None
        if tls:
            context = _context(os.environ["SSL_CERT_FILE"])
            self.stream = await trio.open_ssl_over_tcp_stream(host, port, ssl_context=context)
            return self
        self.wait = trio.lowlevel.wait_readable
        self.sock = socket.create_connection((host, port))
        self.sock.settimeout(0)
        return self

    def send(self, data: bytes) -> None:
        self.sock.send(data)

    async def receive(self) -> bytes:
        if self.stream is not None:
            return bytes(await self.stream.receive_some(262144))
        await self.wait(self.sock)
        return self.sock.recv(262144)

    async def exchange(self, request: bytes) -> bytes:
        if self.stream is not None:
            await self.stream.send_all(request)
        else:
            self.send(request)
        received = await self.receive()
        while (answer := whole_answer(received)) is None:
            received += await self.receive()
        return answer

    async def close(self) -> None:
        if self.stream is None:
            self.sock.close()


def in_trio() -> bool:
    trio = sys.modules.get("trio")
    return trio is not None and trio.lowlevel.in_trio_task()


_CONTEXTS: dict[Any, Any] = {}


def _context(verify: Any) -> Any:
    if verify is True:
        return True
    import ssl

    if verify not in _CONTEXTS:
        _CONTEXTS[verify] = ssl.create_default_context(cafile=verify)
    return _CONTEXTS[verify]


PEERS: dict[str, Any] = {
    "floor": Floor,
    "mistral_async": Ours,
    "aiohttp": Aiohttp,
    "httpx2": Httpx2,
    "openai": OpenAI,
    "openai, at best": OpenAIAtBest,
    "mistralai": Official,
    "mistralai, at best": OfficialAtBest,
}
STREAMING: dict[str, Any] = {**PEERS, "aiohttp, iterated and kept": AiohttpIterated}
ON_TRIO = ("floor", "mistral_async", "httpx2")

"""The servers of bench_bulk.py, each a process of its own: one keeps rate limits, one answers embeddings at full speed.

A server prints its address, serves until its standard input ends, and then prints what it saw as JSON.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import threading
from base64 import b64encode
from contextlib import suppress
from zlib import crc32

import msgspec

MAX_TOKENS = 16_384
MAX_TEXT_TOKENS = 8_192


def tokens_of(text: str) -> int:
    """What this server counts: one for the text, and one for every four bytes."""
    return 1 + len(text.encode()) // 4


def mark_of(text: str) -> int:
    """What the first number of a text's vector is."""
    return crc32(text.encode()) & 0xFFFF


def serve_limits(settings: dict) -> None:
    """A `FakeMistral` with one limit; afterwards every request's time and status."""
    from mistral_async.testing import FakeMistral, RateLimit, RateLimits

    limit = RateLimit(requests=settings["requests"], per=settings["per"], burst=settings["burst"])
    limits = RateLimits(default=limit, headers=settings["headers"], retry_after=settings.get("retry_after", False))
    with FakeMistral(rate_limits=limits, latency=settings.get("latency", 0.0), any_model=True) as server:
        print(server.url, flush=True)
        sys.stdin.read()
        print(json.dumps([(request.time, request.status) for request in server.requests]), flush=True)


class Body(msgspec.Struct):
    input: list[str]
    encoding_format: str = "float"


class Vectors(asyncio.Protocol):
    """Embeddings of a fixed dimension: the first number is `mark_of(text)`. Rows come in reverse order."""

    settings: dict
    counts: dict

    def __init__(self) -> None:
        self.received = bytearray()
        rest = self.settings["dimension"] - 3
        self.packed = b64encode(bytes(4 * rest)).decode()
        self.written = ",0.012345678" * rest

    def connection_made(self, transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (head := self.received.find(b"\r\n\r\n")) >= 0:
            low = bytes(self.received[:head]).lower()
            start = low.index(b"content-length:") + 15
            length = int(low[start : low.find(b"\r\n", start) if b"\r\n" in low[start:] else None])
            if len(self.received) < head + 4 + length:
                return
            body = bytes(self.received[head + 4 : head + 4 + length])
            del self.received[: head + 4 + length]
            status, answer = self.answer(msgspec.json.decode(body, type=Body))
            self.counts[str(status)] = self.counts.get(str(status), 0) + 1
            heading = f"HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {len(answer)}\r\n\r\n"
            self.transport.write(heading.encode() + answer)

    def answer(self, body: Body) -> tuple[int, bytes]:
        texts = body.input
        sizes = [tokens_of(text) for text in texts]
        if len(texts) > self.settings["max_inputs"]:
            return 400, _refusal("Too many inputs in request, split into more batches.")
        for index, size in enumerate(sizes):
            if size > MAX_TEXT_TOKENS:
                return 400, _refusal(f"Input id {index} has {size} tokens, exceeding max {MAX_TEXT_TOKENS} tokens.")
        if sum(sizes) > MAX_TOKENS:
            return 400, _refusal("Too many tokens overall, split into more batches.")
        row = self.as_base64 if body.encoding_format == "base64" else self.as_floats
        rows = [
            f'{{"object":"embedding","embedding":{row(mark_of(text))},"index":{index}}}'
            for index, text in enumerate(texts)
        ]
        usage = f'{{"prompt_tokens":{sum(sizes)},"total_tokens":{sum(sizes)},"completion_tokens":0}}'
        data = ",".join(reversed(rows))
        return 200, f'{{"id":"x","object":"list","data":[{data}],"model":"m","usage":{usage}}}'.encode()

    def as_base64(self, mark: int) -> str:
        return f'"{b64encode(struct.pack("<3f", mark, 0.5, 1.0)).decode()}{self.packed}"'

    def as_floats(self, mark: int) -> str:
        return f"[{mark},0.5,1.0{self.written}]"


def _refusal(message: str) -> bytes:
    error = {"object": "error", "message": message, "type": "invalid_request_prompt", "param": None, "code": "3210"}
    return json.dumps(error).encode()


def serve_vectors(settings: dict) -> None:
    """Serve on a free port."""
    counts: dict = {}
    kind = type("Server", (Vectors,), {"settings": settings, "counts": counts})

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(ended.set)), daemon=True).start()
        server = await loop.create_server(kind, "127.0.0.1", 0)
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await ended.wait()

    with suppress(KeyboardInterrupt):
        asyncio.run(serve())
    print(json.dumps(counts), flush=True)


if __name__ == "__main__":
    {"limits": serve_limits, "vectors": serve_vectors}[sys.argv[1]](json.loads(sys.argv[2]))

"""A server of canned answers for the other benchmarks: the model's name in the request says which answer it gets.

It is a process of its own on the core that is named first, prints its port, and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import ssl
import struct
import sys
import threading
from base64 import b64encode

import uvloop

MODEL = re.compile(rb'"model": ?"([^"]*)"')
LENGTH = re.compile(rb"content-length: ?([0-9]+)", re.IGNORECASE)
HEAD = (
    b"HTTP/1.1 200 OK\r\ndate: Mon, 02 Nov 2026 10:00:00 GMT\r\ncontent-type: %b\r\nconnection: keep-alive\r\n"
    b"mistral-correlation-id: 01a2087c-469c-77d8-ba7f-1677f57ba801\r\n"
)
EVENTS = 2000
"""Events of a stream that comes at once."""
PACED_EVENTS = 100
PACE = 0.02
"""Seconds between the events of a paced stream: 50 tokens a second."""
DIMENSION = 1024


def whole(body: bytes) -> bytes:
    return HEAD % b"application/json" + b"content-length: %d\r\n\r\n" % len(body) + body


def chat() -> bytes:
    message = {"role": "assistant", "tool_calls": None, "content": "x" * 330}
    usage = {"prompt_tokens": 12, "completion_tokens": 80, "total_tokens": 92}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    answer = {"id": "0" * 32, "object": "chat.completion", "created": 1762080000, "model": "mistral-small-latest"}
    return json.dumps({**answer, "choices": [choice], "usage": usage}).encode()


def event(number: int, *, last: bool = False) -> bytes:
    choice = {"index": 0, "delta": {"content": f" word{number}"}, "finish_reason": "stop" if last else None}
    chunk = {"id": "0" * 32, "object": "chat.completion.chunk", "created": 1762080000, "model": "mistral-small-latest"}
    return b"data: " + json.dumps({**chunk, "choices": [choice]}).encode() + b"\n\n"


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def embeddings(count: int, *, packed: bool) -> bytes:
    numbers = [((n * 7919) % 20011) / 10007 - 1 for n in range(DIMENSION)]
    vector = b64encode(struct.pack(f"<{DIMENSION}f", *numbers)).decode() if packed else numbers
    data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(count)]
    usage = {"prompt_tokens": count, "completion_tokens": 0, "total_tokens": count}
    answer = {"id": "0" * 32, "object": "list", "model": "mistral-embed", "data": data, "usage": usage}
    return json.dumps(answer, separators=(",", ":")).encode()


def streams() -> dict[bytes, bytes]:
    """Streams that come at once: a chunk of HTTP for each event, or for 64, as from a proxy that collects them."""
    head = HEAD % b"text/event-stream" + b"transfer-encoding: chunked\r\n\r\n"
    events = [event(n, last=n == EVENTS - 1) for n in range(EVENTS)] + [b"data: [DONE]\n\n"]
    pieces = [b"".join(events[at : at + 64]) for at in range(0, len(events), 64)]
    end = chunked(b"")
    return {
        b"stream-events": head + b"".join(map(chunked, events)) + end,
        b"stream-buffers": head + b"".join(map(chunked, pieces)) + end,
    }


def refusal(status: int, code: str) -> bytes:
    answer = whole(json.dumps({"object": "error", "message": "no", "type": "t", "param": None, "code": code}).encode())
    return answer.replace(b"200 OK", b"%d Refused" % status)


def oddities() -> dict[bytes, bytes]:
    """What is not a good answer, and what is short: for the memory that calls of every kind leave behind."""
    short = HEAD % b"text/event-stream" + b"transfer-encoding: chunked\r\n\r\n"
    short += b"".join(chunked(event(n, last=n == 9)) for n in range(10))
    file = {"id": "1", "object": "file", "bytes": 46, "created_at": 1, "filename": "a.jsonl", "purpose": "batch"}
    return {
        b"refused-422": refusal(422, "3001"),
        b"no-quota": refusal(429, "1300").replace(b"\r\n\r\n", b"\r\nx-ratelimit-limit-req-minute: 0\r\n\r\n", 1),
        b"refused-503": refusal(503, "1000"),
        b"embed": whole(embeddings(4, packed=True)),
        b"page": whole(b"<html>hi</html>"),
        b"file": whole(json.dumps(file).encode()),
        b"stream": short + chunked(b"data: [DONE]\n\n") + chunked(b""),
        b"stream-cut": short[:-300],
        b"chat-cut": whole(chat())[:-100],
    }


CUT = {b"stream-cut", b"chat-cut"}
SILENT = b"silent"


def answers() -> dict[bytes, bytes]:
    return {
        **oddities(),
        b"chat": whole(chat()),
        b"embed-64-json": whole(embeddings(64, packed=False)),
        b"embed-64-base64": whole(embeddings(64, packed=True)),
        b"embed-512-json": whole(embeddings(512, packed=False)),
        b"embed-512-base64": whole(embeddings(512, packed=True)),
        **streams(),
    }


ANSWERS: dict[bytes, bytes] = {}
PACED_HEAD = HEAD % b"text/event-stream" + b"transfer-encoding: chunked\r\n\r\n"
PACED = [chunked(event(n, last=n == PACED_EVENTS - 1)) for n in range(PACED_EVENTS)]
PACED_END = chunked(b"data: [DONE]\n\n") + chunked(b"")


class Server(asyncio.Protocol):
    def connection_made(self, transport) -> None:
        self.transport = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        received = self.received = self.received + data if self.received else data
        while (head := received.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(received, 0, head)
            end = head + 4 + (int(length[1]) if length else 0)
            if len(received) < end:
                return
            asked = MODEL.search(received, head, end)
            self.received = received[end:]
            self.answer(asked[1] if asked else b"chat")
            received = self.received

    def answer(self, model: bytes) -> None:
        if model == SILENT:
            return
        if model != b"stream-paced":
            self.transport.write(ANSWERS[model])
            if model in CUT:
                self.transport.close()
            return
        self.transport.write(PACED_HEAD)
        loop = asyncio.get_running_loop()
        self.next(loop, loop.time() + PACE, 0)

    def next(self, loop: asyncio.AbstractEventLoop, due: float, number: int) -> None:
        if self.transport.is_closing():
            return
        if number == len(PACED):
            self.transport.write(PACED_END)
            return
        self.transport.write(PACED[number])
        loop.call_at(due, self.next, loop, due + PACE, number + 1)


def stay_awake(loop: asyncio.AbstractEventLoop) -> None:
    """On a core of its own it polls: else every request would make its client pay for waking a core that sleeps."""
    loop.call_soon(stay_awake, loop)


async def main(certificate: str | None) -> None:
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Server, "127.0.0.1", 0, ssl=context, backlog=2048)
    if hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) < (os.cpu_count() or 1):
        stay_awake(loop)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(ended.set)), daemon=True).start()
    await ended.wait()


if __name__ == "__main__":
    ANSWERS.update(answers())
    if len(sys.argv) > 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(sys.argv[1])})
    uvloop.run(main(sys.argv[2] if len(sys.argv) > 2 else None))

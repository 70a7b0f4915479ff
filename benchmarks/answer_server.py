"""A server of canned answers for the other benchmarks: the model of a request (up to an @) says which it gets.

Heads and events are those of the API's answers of autumn 2026: about twenty fields, those of a chat's answer that name
the request, the time it took and what is left of the limits new in each (streams have no limits), events with padding
and with the usage in the last. The limits are far away.
It is a process of its own on the core that is named first, prints its port, and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import re
import ssl
import struct
import sys
import threading
from base64 import b64encode
from typing import NamedTuple

import uvloop

MODEL = re.compile(rb'"model": ?"([^"]*)"')
LENGTH = re.compile(rb"content-length: ?([0-9]+)", re.IGNORECASE)
HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"Date: Mon, 02 Nov 2026 10:00:00 GMT\r\n"
    b"Content-Type: KIND\r\n"
    b"Connection: keep-alive\r\n"
    b"Server: cloudflare\r\n"
    b"cf-ray: %(number)016x-CDG\r\n"
    b"cf-cache-status: DYNAMIC\r\n"
    b"access-control-allow-origin: *\r\n"
    b"mistral-correlation-id: 01a2087c-469c-77d8-ba7f-%(number)012x\r\n"
    b"x-kong-request-id: 01a2087c-469c-77d8-ba7f-%(number)012x\r\n"
    b"x-kong-proxy-latency: 6\r\n"
    b"x-kong-upstream-latency: %(latency)d\r\n"
    b"x-envoy-upstream-service-time: %(latency)d\r\n"
    b"x-max-retry-attempts-reached: false\r\n"
    b"strict-transport-security: max-age=15552000; includeSubDomains; preload\r\n"
    b"x-content-type-options: nosniff\r\n"
    b"Set-Cookie: __cf_bm=kG1t2pB7m0cJ9Zx4yVQeWn5uR8sLhA3dFo6iTq1bXKM-1762077600-1.0.1.1; path=/; HttpOnly; Secure\r\n"
    b'alt-svc: h3=":443"; ma=86400\r\n'
)
REQUESTS = (
    b"x-ratelimit-limit-req-minute: 1000000000\r\n"
    b"x-ratelimit-remaining-req-minute: %(requests)d\r\n"
    b"x-ratelimit-tokens-query-cost: 92\r\n"
)
TOKENS = b"x-ratelimit-limit-tokens-minute: 1000000000000\r\nx-ratelimit-remaining-tokens-minute: %(tokens)d\r\n"
CHUNKED = b"transfer-encoding: chunked\r\n"
EVENTS = 2000
"""Events of a stream that comes at once."""
PACED_EVENTS = 100
PACE = 0.02
"""Seconds between the events of a paced stream: 50 tokens a second."""
DIMENSION = 1024


class Answer(NamedTuple):
    head: bytes
    """With places for what is new in each answer."""
    body: bytes

    def numbered(self, number: int) -> bytes:
        """The answer to a request with that number, of those that the server was sent."""
        new = {
            b"number": number,
            b"latency": 300 + number * 7919 % 500,
            b"requests": 999_000_000 - number,
            b"tokens": 999_000_000_000 - 92 * number,
        }
        return self.head % new + self.body


def answer(kind: bytes, fields: bytes, body: bytes) -> Answer:
    return Answer(HEAD.replace(b"KIND", kind) + fields + b"\r\n", body)


def whole(body: bytes, *, limits: bytes = b"") -> Answer:
    return answer(b"application/json", limits + b"content-length: %d\r\n" % len(body), body)


def stream(body: bytes) -> Answer:
    return answer(b"text/event-stream; charset=utf-8", CHUNKED, body)


USAGE = {
    "prompt_tokens": 12,
    "completion_tokens": 80,
    "total_tokens": 92,
    "prompt_tokens_details": {"cached_tokens": 0},
    "service_tier": "standard",
}
PADDING = "abcdefghijklmnopqrstuvwxyz0123456789"


def chat() -> bytes:
    message = {"role": "assistant", "tool_calls": None, "content": "x" * 330}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    answer = {"id": "0" * 32, "object": "chat.completion", "created": 1762080000, "model": "mistral-small-latest"}
    return json.dumps({**answer, "choices": [choice], "usage": USAGE}, separators=(",", ":")).encode()


def event(number: int, *, last: bool = False) -> bytes:
    delta = {"content": f" word{number}"} if number else {"role": "assistant", "content": ""}
    choice = {"index": 0, "delta": delta, "finish_reason": "stop" if last else None}
    chunk = {"id": "0" * 32, "object": "chat.completion.chunk", "created": 1762080000, "model": "mistral-small-latest"}
    more = {"usage": USAGE} if last else {}
    more |= {"p": PADDING[: 1 + number * 7 % len(PADDING)]} if number else {}
    return b"data: " + json.dumps({**chunk, "choices": [choice], **more}, separators=(",", ":")).encode() + b"\n\n"


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def embeddings(count: int, *, packed: bool) -> bytes:
    numbers = [((n * 7919) % 20011) / 10007 - 1 for n in range(DIMENSION)]
    vector = json.dumps(
        b64encode(struct.pack(f"<{DIMENSION}f", *numbers)).decode() if packed else numbers, separators=(",", ":")
    )
    rows = ",".join(f'{{"object":"embedding","index":{index},"embedding":{vector}}}' for index in range(count))
    usage = json.dumps({"prompt_tokens": count, "completion_tokens": 0, "total_tokens": count}, separators=(",", ":"))
    return f'{{"id":"{"0" * 32}","object":"list","model":"mistral-embed","data":[{rows}],"usage":{usage}}}'.encode()


def streams() -> dict[bytes, Answer]:
    """Streams that come at once: a chunk of HTTP for each event, or for 64, as from a proxy that collects them."""
    events = [event(n, last=n == EVENTS - 1) for n in range(EVENTS)] + [b"data: [DONE]\n\n"]
    pieces = [b"".join(events[at : at + 64]) for at in range(0, len(events), 64)]
    end = chunked(b"")
    return {
        b"stream-events": stream(b"".join(map(chunked, events)) + end),
        b"stream-buffers": stream(b"".join(map(chunked, pieces)) + end),
    }


def refusal(status: int, code: str, *, limits: bytes = b"") -> Answer:
    body = json.dumps({"object": "error", "message": "no", "type": "t", "param": None, "code": code}).encode()
    head, body = whole(body, limits=limits)
    return Answer(head.replace(b"200 OK", b"%d Refused" % status), body)


def oddities() -> dict[bytes, Answer]:
    """What is not a good answer, and what is short: for the memory that calls of every kind leave behind."""
    short = b"".join(chunked(event(n, last=n == 9)) for n in range(10))
    file = {"id": "1", "object": "file", "bytes": 46, "created_at": 1, "filename": "a.jsonl", "purpose": "batch"}
    head, body = whole(chat())
    return {
        b"refused-422": refusal(422, "3001"),
        b"no-quota": refusal(429, "1300", limits=b"x-ratelimit-limit-req-minute: 0\r\n"),
        b"refused-503": refusal(503, "1000"),
        b"embed": whole(embeddings(4, packed=True)),
        b"page": whole(b"<html>hi</html>"),
        b"file": whole(json.dumps(file).encode()),
        b"stream": stream(short + chunked(b"data: [DONE]\n\n") + chunked(b"")),
        b"stream-cut": stream(short[:-300]),
        b"chat-cut": Answer(head, body[:-100]),
    }


CUT = {b"stream-cut", b"chat-cut"}
SILENT = b"silent"


def answers() -> dict[bytes, Answer]:
    packed = chunked(gzip.compress(chat())) + chunked(b"")
    return {
        **oddities(),
        b"chat": whole(chat(), limits=REQUESTS + TOKENS),
        b"chat-gzip": answer(b"application/json", REQUESTS + TOKENS + b"content-encoding: gzip\r\n" + CHUNKED, packed),
        b"embed-64-json": whole(embeddings(64, packed=False), limits=REQUESTS),
        b"embed-64-base64": whole(embeddings(64, packed=True), limits=REQUESTS),
        b"embed-512-json": whole(embeddings(512, packed=False), limits=REQUESTS),
        b"embed-2400-json": whole(embeddings(2400, packed=False), limits=REQUESTS),
        b"embed-512-base64": whole(embeddings(512, packed=True), limits=REQUESTS),
        **streams(),
    }


ANSWERS: dict[bytes, Answer] = {}
PACED_START = stream(b"")
PACED = [chunked(event(n, last=n == PACED_EVENTS - 1)) for n in range(PACED_EVENTS)]
PACED_END = chunked(b"data: [DONE]\n\n") + chunked(b"")


class Server(asyncio.Protocol):
    asked = 0

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
            self.answer(asked[1].partition(b"@")[0] if asked else b"chat")
            received = self.received

    def answer(self, model: bytes) -> None:
        Server.asked += 1
        if model == SILENT:
            return
        if model != b"stream-paced":
            self.transport.write(ANSWERS[model].numbered(Server.asked))
            if model in CUT:
                self.transport.close()
            return
        self.transport.write(PACED_START.numbered(Server.asked))
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

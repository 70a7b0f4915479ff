"""A server that misbehaves at random: what it gives whole is right, all else is broken in one of many ways."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import random
import socket
import struct
import threading
import zlib

ECHO = "you said "


def _answer(said):
    return {
        "id": "1",
        "object": "chat.completion",
        "model": "m",
        "created": 1,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": ECHO + said}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _events(said, chance):
    """The same answer as events, cut into pieces of any length."""
    text, pieces = ECHO + said, []
    while text:
        length = chance.randint(1, 6)
        pieces.append(text[:length])
        text = text[length:]
    for index, piece in enumerate(pieces):
        reason = "stop" if index == len(pieces) - 1 else None
        choice = {"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": reason}
        yield f"data: {json.dumps({'id': '1', 'model': 'm', 'choices': [choice]})}\n\n".encode()
    yield b"data: [DONE]\n\n"


def _vectors(texts):
    data = [{"object": "embedding", "index": i, "embedding": [float(len(text))]} for i, text in enumerate(texts)]
    usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
    return {"id": "1", "object": "list", "model": "m", "data": data, "usage": usage}


class ChaosServer:
    """`with ChaosServer(seed, tls) as server`: in a thread of its own, at `server.url`."""

    def __init__(self, seed, tls=None, calm=0.6):
        self.random = random.Random(seed)
        self.tls = tls
        self.calm = calm
        self.faults = [
            self.refuse,
            self.fail,
            self.reset,
            self.close,
            self.cut,
            self.stall,
            self.garble,
            self.shorten,
            self.confuse,
            self.unfold,
            self.drip,
            self.error_in_answer,
            self.not_utf8,
            self.long_head,
        ]

    def __enter__(self):
        started = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.main(started)), daemon=True)
        self.thread.start()
        started.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join()

    async def main(self, started):
        self.loop, self.ended = asyncio.get_running_loop(), asyncio.Event()
        self.loop.set_exception_handler(lambda *_: None)
        server = await asyncio.start_server(self.connection, "127.0.0.1", 0, ssl=self.tls)
        port = server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self.tls else 'http'}://localhost:{port}"
        started.set()
        await self.ended.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0.05)

    async def connection(self, reader, writer):
        with contextlib.suppress(Exception, asyncio.CancelledError):
            while await self.exchange(reader, writer):
                pass
        with contextlib.suppress(Exception):
            writer.close()

    async def exchange(self, reader, writer):
        """Answer one request; return whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next((int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:")), 0)
        body = await reader.readexactly(length)
        asked = json.loads(body or b"{}")
        if self.random.random() < self.calm:
            return await self.answer(writer, asked)
        return await self.random.choice(self.faults)(writer, asked)

    def payload(self, asked):
        if asked.get("stream"):
            return "text/event-stream", b"".join(_events(asked["messages"][-1]["content"], self.random))
        if "input" in asked:
            return "application/json", json.dumps(_vectors(asked["input"])).encode()
        return "application/json", json.dumps(_answer(asked["messages"][-1]["content"])).encode()

    @staticmethod
    def send(writer, status, media, body, *headers):
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {media}", f"Content-Length: {len(body)}", *headers, "", ""]
        writer.write("\r\n".join(lines).encode("latin-1") + body)

    async def answer(self, writer, asked):
        """The right answer, in one of the forms that HTTP has for it."""
        media, body = self.payload(asked)
        form = self.random.randrange(4)
        if form == 0:
            self.send(writer, "200 OK", media, gzip.compress(body), "Content-Encoding: gzip")
        elif form == 1:
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
            while body:
                size = self.random.randint(1, 200)
                writer.write(b"%x\r\n%b\r\n" % (len(body[:size]), body[:size]))
                body = body[size:]
                if self.random.random() < 0.2:
                    await writer.drain()
                    await asyncio.sleep(0)
            writer.write(b"0\r\n\r\n")
        elif form == 2:
            self.send(writer, "200 OK", media, body, "Connection: close")
            return False
        else:
            self.send(writer, "200 OK", media, body)
        await writer.drain()
        return True

    # The faults

    async def refuse(self, writer, _):
        self.send(writer, "429 Too Many Requests", "application/json", b'{"message": "slow down"}', "Retry-After: 0")
        return True

    async def fail(self, writer, _):
        status = self.random.choice(["500 No", "502 Bad Gateway", "503 Busy", "504 Late", "401 Who", "422 What"])
        self.send(writer, status, "text/html", b"<html>no</html>")
        return True

    async def reset(self, writer, _):
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return False

    async def close(self, *_):
        return False

    async def cut(self, writer, asked):
        media, body = self.payload(asked)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        whole = head + body
        writer.write(whole[: self.random.randrange(1, len(whole))])
        await writer.drain()
        return False

    async def stall(self, writer, asked):
        media, body = self.payload(asked)
        self_sent = self.random.randrange(len(body))
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        writer.write(head + body[:self_sent])
        await asyncio.sleep(1.5)
        return False

    async def garble(self, writer, _):
        writer.write(self.random.randbytes(self.random.randint(1, 300)))
        return False

    async def shorten(self, writer, asked):
        """A JSON text or a stream that is cut, with a length that fits."""
        media, body = self.payload(asked)
        self.send(writer, "200 OK", media, body[: self.random.randrange(len(body) // 2)])
        return True

    async def confuse(self, writer, _):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnot a chunk\r\n")
        return False

    async def unfold(self, writer, _):
        bomb = zlib.compress(bytes(1 << 22), 9)
        self.send(writer, "200 OK", "application/json", bomb, "Content-Encoding: deflate")
        return True

    async def drip(self, writer, asked):
        media, body = self.payload(asked)
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        for start in range(0, len(body), 40):
            writer.write(body[start : start + 40])
            await writer.drain()
            await asyncio.sleep(0.002)
        return True

    async def error_in_answer(self, writer, asked):
        error = b'{"object": "error", "message": "overloaded", "type": "x", "code": 3505}'
        media = self.payload(asked)[0]
        body = b"data: " + error + b"\n\n" if media == "text/event-stream" else error
        self.send(writer, "200 OK", media, body)
        return True

    async def not_utf8(self, writer, asked):
        media, body = self.payload(asked)
        self.send(writer, "200 OK", media, body[:9] + b"\xff\xfe" + body[9:])
        return True

    async def long_head(self, writer, asked):
        media, body = self.payload(asked)
        self.send(writer, "200 OK", media, body, "X-Long: " + "a" * self.random.choice([100, 70_000]))
        return True

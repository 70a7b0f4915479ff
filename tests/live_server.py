"""Servers of realtime endpoints: the `websockets` package's own in a thread, and one that speaks raw bytes."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import logging
import socket
import threading

from websockets.asyncio.server import serve

SESSION = {"request_id": "session-1", "model": "m", "audio_format": {"encoding": "pcm_s16le", "sample_rate": 16000}}
CREATED = {"type": "session.created", "session": SESSION}
SPEECH = {
    "request_id": "session-2",
    "model": "m",
    "is_ref_audio": False,
    "streaming_mode": "responsive",
    "response_format": "pcm",
    "expressiveness": 0.5,
}
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
SILENT = logging.getLogger("tests.live_server")
SILENT.disabled = True


def delta(text):
    return {"type": "transcription.text.delta", "text": text}


def done(text, **fields):
    told = {"text": text, "model": "m", "language": "en", "segments": [], "usage": USAGE}
    return {"type": "transcription.done", **told, **fields}


async def say(ws, *events):
    for event in events:
        await ws.send(json.dumps(event))


async def transcribe(ws):
    """Tell, for each piece of audio, how many bytes have come."""
    await say(ws, CREATED)
    size = 0
    async for message in ws:
        event = json.loads(message)
        match event["type"]:
            case "input_audio.append":
                size += len(base64.b64decode(event["audio"]))
                await say(ws, delta(f"{size} "))
            case "input_audio.end":
                await say(ws, done(str(size)))
                return
            case "session.update":
                await say(ws, {"type": "session.updated", "session": {**SESSION, **event["session"]}})


async def speak(ws):
    """Give back, as audio, the text."""
    await say(ws, {"type": "session.created", "session": SPEECH})
    async for message in ws:
        event = json.loads(message)
        match event["type"]:
            case "input_text.append":
                audio = base64.b64encode(event["text"].encode()).decode()
                await say(ws, {"type": "speech.audio.delta", "audio_data": audio})
            case "input_text.end":
                await say(ws, {"type": "speech.audio.done", "usage": USAGE})
                return
            case "session.update":
                session = {**SPEECH, **event["session"]}
                if session.get("voice") == "nobody":
                    await ws.close(1008, "unknown voice: nobody")
                    return
                await say(ws, {"type": "session.updated", "session": session})


class LiveServer:
    """A server whose connections each run a function; `requests` has the handshakes."""

    def __init__(self, handler=transcribe, *, answer=None, tls=None, **options):
        self.requests = []
        self.connections = []
        self._handler, self._answer, self._tls = handler, answer, tls
        self._options = {"ping_interval": None, "close_timeout": 0.1, **options}
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self):
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def url(self):
        return f"http{'s' if self._tls else ''}://localhost:{self.port}"

    async def _serve(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        options = {"process_request": self._process, "ssl": self._tls, "logger": SILENT, **self._options}
        async with serve(self._run, "localhost", 0, family=socket.AF_INET, **options) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._stop.wait()

    async def _run(self, ws):
        self.connections.append(ws)
        await self._handler(ws)

    async def _process(self, connection, request):
        self.requests.append(request)
        if self._answer is not None:
            return await self._answer(connection, request, len(self.requests))
        return None


class RawServer:
    """A server whose connections each run a function over the socket and the head of the request."""

    def __init__(self, script):
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._open = []

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            sock.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self._open.append(sock)
                threading.Thread(target=self._run, args=(sock,), daemon=True).start()

    def _run(self, sock):
        with contextlib.suppress(OSError):
            self._script(sock, read_head(sock))


def read_head(sock, head=b""):
    """Return the head of a request, of which `head` was read before; raises `OSError` if the client leaves."""
    while b"\r\n\r\n" not in head:
        if not (data := sock.recv(4096)):
            raise ConnectionResetError("the client left in the head of its request")
        head += data
    return head


def switch(head, *extra):
    """Return the answer that opens a WebSocket."""
    lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    key = lines[b"sec-websocket-key"] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key).digest())
    fields = [b"upgrade: websocket", b"connection: Upgrade", b"sec-websocket-accept: " + accept, *extra]
    return b"\r\n".join([b"HTTP/1.1 101 Switching Protocols", *fields, b"", b""])


def frame(payload, opcode=1, *, fin=True, rsv=0):
    """Return a frame of a server."""
    size = len(payload)
    length = bytes([size]) if size < 126 else b"\x7f" + size.to_bytes(8, "big")
    return bytes([fin << 7 | rsv << 4 | opcode]) + length + payload


def text(event):
    """Return the frame of an event."""
    return frame(json.dumps(event).encode())

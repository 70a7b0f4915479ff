"""The fault matrix of realtime connections, on asyncio, on trio and blocking."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import zlib

import anyio
import pytest
from live_server import CREATED, LiveServer, RawServer, delta, done, frame, say, switch, text, transcribe

from mistral_async import Mistral, SyncMistral, errors
from mistral_async.models import RealtimeTranscriptionError, UnknownRealtimeEvent

CHUNK = bytes(640)


@pytest.fixture(params=["asyncio", "trio", "blocking"])
def read(request):
    """Transcribe, and return the events, and what ended them if that was an error."""

    def read(url, *, audio=(CHUNK, CHUNK), **options):
        events: list = []
        options = {"close_timeout": 0.05, **options}
        settings = {"server_url": url, "retry_config": {"retries": 0}}

        async def main():
            async with Mistral("the-key", **settings) as client:
                live = client.audio.realtime.transcribe_stream(list(audio), "m", **options)
                async with live:
                    while found := await live.receive():
                        events.extend(found)

        def block():
            with SyncMistral("the-key", **settings) as client:
                events.extend(client.audio.realtime.transcribe_stream(list(audio), "m", **options))

        error = None
        try:
            block() if request.param == "blocking" else anyio.run(main, backend=request.param)
        except errors.MistralError as problem:
            error = problem
        return events, error

    return read


def types(events):
    return [event.type for event in events]


# The handshake.


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (307, errors.RedirectError),
        (401, errors.AuthenticationError),
        (403, errors.PermissionDeniedError),
        (404, errors.NotFoundError),
        (429, errors.RateLimitError),
        (500, errors.ServerError),
    ],
)
def test_a_refused_handshake_is_the_error_of_its_status(read, status, kind):
    async def refuse(connection, request, _):
        key = request.headers["Authorization"]
        response = connection.respond(status, json.dumps({"message": f"no, {key}", "code": "77"}))
        response.headers["mistral-correlation-id"] = "request-9"
        return response

    with LiveServer(answer=refuse) as server:
        events, error = read(server.url)
    assert (events, type(error), error.status, error.code) == ([], kind, status, "77")
    assert error.request_id == "request-9"
    assert "no, " in error.message
    assert b"no, " in error.body
    assert "the-key" not in f"{error!r}{error.body}{error.headers!r}", "the key is struck out"


def test_a_server_that_does_not_switch(read):
    async def answer(connection, request, _):
        return connection.respond(200, "<html>")

    with LiveServer(answer=answer) as server:
        _, error = read(server.url)
    assert isinstance(error, errors.ResponseValidationError)
    assert error.status == 200
    assert "server_url" in error.message


RAW = {
    "cut": lambda sock, head: sock.close(),
    "half an answer": lambda sock, head: (sock.sendall(b"HTTP/1.1 101 Switch"), sock.close()),
    "no HTTP": lambda sock, head: (sock.sendall(b"SSH-2.0-OpenSSH_9.6\r\n" * 9), sock.close()),
    "another key": lambda sock, head: sock.sendall(switch(head.replace(b"-key: ", b"-key: x"))),
    "no upgrade": lambda sock, head: sock.sendall(switch(head).replace(b"websocket", b"h2c")),
    "an extension unasked": lambda sock, head: sock.sendall(switch(head, b"sec-websocket-extensions: x-unasked")),
}


@pytest.mark.parametrize("script", RAW.values(), ids=RAW)
def test_a_handshake_that_fails(read, script):
    with RawServer(script) as server:
        events, error = read(server.url)
    assert events == []
    assert isinstance(error, errors.APIConnectionError)
    assert not isinstance(error, errors.APITimeoutError)


def test_nobody_listens(read):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    _, error = read(f"http://127.0.0.1:{port}")
    assert isinstance(error, errors.APIConnectError)
    assert str(port) in error.message


def test_a_handshake_that_takes_too_long(read):
    with RawServer(lambda sock, head: threading.Event().wait(5)) as server:
        _, error = read(server.url, timeout_ms=100)
    assert isinstance(error, errors.APITimeoutError)
    assert error.phase == "total"


def test_a_session_that_takes_too_long(read):
    async def silent(ws):
        await ws.wait_closed()

    with LiveServer(silent) as server:
        _, error = read(server.url, timeout_ms=150)
    assert isinstance(error, errors.APITimeoutError)
    assert "session" in error.message


@pytest.mark.parametrize("message", ["bad model", {"detail": "bad model"}])
def test_an_error_before_the_session(read, message):
    async def refuse(ws):
        await say(ws, {"type": "hello"}, {"type": "error", "error": {"message": message, "code": 3001}})
        await ws.wait_closed()

    with LiveServer(refuse) as server:
        events, error = read(server.url)
    assert events == []
    assert isinstance(error, errors.StreamEventError)
    assert "bad model" in error.message
    assert error.code == "3001"


def test_a_close_before_the_session(read):
    async def refuse(ws):
        await ws.close(1008, "no quota")

    with LiveServer(refuse) as server:
        _, error = read(server.url)
    assert isinstance(error, errors.ConnectionClosedError)
    assert (error.close_code, error.reason, error.by_server) == (1008, "no quota", True)


# The end of the connection.


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 4001])
def test_a_close_before_done_says_why_and_what_had_come(read, code):
    async def leave(ws):
        await say(ws, CREATED, delta("half "), delta("of it"))
        await ws.close(code, "bye")

    with LiveServer(leave) as server:
        events, error = read(server.url)
    assert types(events) == ["session.created", *["transcription.text.delta"] * 2]
    assert isinstance(error, errors.ConnectionClosedError)
    assert (error.close_code, error.code, error.reason, error.by_server) == (code, code, "bye", True)
    assert error.partial.text == "half of it"
    assert error.request_id == "session-1"
    assert isinstance(error, (errors.StreamInterruptedError, errors.APIConnectionError))


def test_a_close_without_a_code(read):
    with RawServer(lambda sock, head: sock.sendall(switch(head) + text(CREATED) + frame(b"", 8))) as server:
        _, error = read(server.url)
    assert error.close_code == 1005


ENDS = {
    "reset": (b"", 1006, True),
    "a frame cut": (text(delta("x"))[:-3], 1006, True),
    "half a fragmented message": (frame(b'{"type":', fin=False), 1006, True),
    "an unknown opcode": (frame(b"", 5), 1002, False),
    "a reserved bit": (frame(b"{}", rsv=2), 1002, False),
    "a continuation of nothing": (frame(b"{}", 0), 1002, False),
    "a frame that is masked": (bytes([0x81, 0x82, 1, 2, 3, 4, 5, 6]), 1002, False),
    "a ping of 126 bytes": (frame(bytes(126), 9), 1002, False),
    "a close code that can not be": (frame(b"\x03\xec", 8), 1002, False),
    "a message too large": (frame(b" " * 70_000), 1009, False),
    "a message too large in pieces": (frame(b" " * 40_000, fin=False) + frame(b" " * 40_000, 0), 1009, False),
}


@pytest.mark.parametrize(("data", "code", "by_server"), ENDS.values(), ids=ENDS)
def test_bytes_that_end_the_connection(read, data, code, by_server):
    def script(sock, head):
        sock.sendall(switch(head) + text(CREATED) + text(delta("so far")) + data)
        if by_server:
            sock.shutdown(socket.SHUT_WR)
        while sock.recv(4096):
            pass

    with RawServer(script) as server:
        events, error = read(server.url, max_message_size=65_536)
    assert types(events) == ["session.created", "transcription.text.delta"]
    assert isinstance(error, errors.ConnectionClosedError)
    assert (error.close_code, error.by_server) == (code, by_server)
    assert error.partial.text == "so far"


def test_a_message_that_unfolds_too_far(read):
    packer = zlib.compressobj(wbits=-15)
    bomb = (packer.compress(bytes(8_000_000)) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]

    def script(sock, head):
        sock.sendall(switch(head, b"sec-websocket-extensions: permessage-deflate") + text(CREATED))
        sock.sendall(frame(bomb, rsv=4))
        while sock.recv(4096):
            pass

    with RawServer(script) as server:
        _, error = read(server.url, max_message_size=1_000_000)
    assert (error.close_code, error.by_server) == (1009, False)


def test_a_server_that_falls_silent(read):
    def script(sock, head):
        sock.sendall(switch(head) + text(CREATED))
        while sock.recv(4096):
            pass

    with RawServer(script) as server:
        _, error = read(server.url, ping_interval=0.05, ping_timeout=0.1)
    assert isinstance(error, errors.ConnectionClosedError)
    assert (error.close_code, error.by_server) == (1011, False)
    assert "ping" in error.message


# What is not fatal.

ODD = [
    (json.dumps({"type": "tomorrow", "x": 1}), "tomorrow", {"type": "tomorrow", "x": 1}, "unknown event type"),
    ("{never", None, "{never", "invalid JSON"),
    ("[1, 2]", None, [1, 2], "expected JSON object"),
    ('{"text": "x"}', None, {"text": "x"}, "'type'"),
    ('{"type": 7}', None, {"type": 7}, "'type'"),
    (json.dumps(delta(7)), "transcription.text.delta", delta(7), "str"),
    (b"\xff\xfe", None, "\ufffd\ufffd", "invalid JSON"),
    ("", None, "", "invalid JSON"),
]


def test_events_that_can_not_be_read_are_kept(read):
    async def odd(ws):
        await say(ws, CREATED)
        for message, *_ in ODD:
            await ws.send(message)
        await say(ws, done("all"))

    with LiveServer(odd) as server:
        (_, *events, last), error = read(server.url)
    assert error is None
    for event, (_, kind, content, reason) in zip(events, ODD, strict=True):
        assert isinstance(event, UnknownRealtimeEvent)
        assert (event.type, event.content) == (kind, content)
        assert reason in event.error
    assert last.text == "all"


def test_events_before_the_session_are_given_out_first(read):
    async def early(ws):
        await ws.send("{broken")
        await say(ws, {"type": "hello"}, CREATED, done("x"))

    with LiveServer(early) as server:
        events, _ = read(server.url)
    assert types(events) == [None, "hello", "session.created", "transcription.done"]


def test_an_end_that_does_not_fit_its_type_is_not_missed(read):
    async def odd(ws):
        await say(ws, CREATED, {"type": "transcription.done", "text": "x", "usage": "free", "segments": None})
        await ws.wait_closed()

    with LiveServer(odd) as server:
        events, error = read(server.url)
    assert error is None
    assert (events[-1].type, events[-1].text) == ("transcription.done", "x")


def test_fragments_pings_and_binary_events(read):
    def script(sock, head):
        event = json.dumps(delta("héllo"), ensure_ascii=False).encode()
        sock.sendall(switch(head) + text(CREATED))
        for index in range(len(event)):  # a fragment a byte, and pings between them
            last = index == len(event) - 1
            sock.sendall(frame(event[index : index + 1], 0 if index else 2, fin=last) + frame(b"p", 9))
        sock.sendall(text(done("héllo")))
        while sock.recv(4096):
            pass

    with RawServer(script) as server:
        events, error = read(server.url)
    assert error is None
    assert [event.text for event in events[1:]] == ["héllo", "héllo"]


def test_an_error_event_ends_the_events(read):
    async def fail(ws):
        await say(
            ws, CREATED, delta("so "), {"type": "error", "error": {"message": "overloaded", "code": 9}}, delta("no")
        )
        await ws.wait_closed()

    with LiveServer(fail) as server:
        events, error = read(server.url)
    assert error is None
    assert isinstance(events[-1], RealtimeTranscriptionError)
    assert events[-1].error.text == "overloaded"


def test_a_server_that_never_closes(read):
    def script(sock, head):
        sock.sendall(switch(head) + text(CREATED) + text(done("x")))
        with contextlib.suppress(OSError):
            while sock.recv(4096):
                pass
            threading.Event().wait(5)

    with RawServer(script) as server:
        events, error = read(server.url, close_timeout=0.05)
    assert error is None
    assert types(events)[-1] == "transcription.done"


def test_compressed_events_are_read(read):
    with LiveServer(transcribe, compression="deflate") as server:
        events, error = read(server.url)
        assert "permessage-deflate" in server.connections[0].response.headers["Sec-WebSocket-Extensions"]
    assert error is None
    assert [event.text for event in events[1:]] == ["640 ", "1280 ", "1280"]

"""What must hold for any bytes. A new target is a function here: decorate it with seeds, and assert."""

from __future__ import annotations

import email
import re
from collections.abc import Callable
from typing import Any

import msgspec
from mistral_async._codec.headers import Headers
from mistral_async._codec.json_lines import LineDecoder
from mistral_async._codec.open_union import LenientDecodeError, decode
from mistral_async._codec.rate_limit_headers import parse_rate_limits
from mistral_async._codec.sse import Event, EventDecoder, EventTooLargeError
from mistral_async._http.h1.parser import ResponseParser
from mistral_async._http.protocol import Limits, WireError
from mistral_async._http.websocket.handshake import HandshakeReader
from mistral_async._results.stream import accumulate
from mistral_async._uploads.multipart import Form
from mistral_async.errors import from_response
from mistral_async.models.chat import ChatCompletionResponse, CompletionChunk
from mistral_async.models.conversation_events import ConversationEvents

from _harness import TARGETS, cut, target

__all__ = ["TARGETS"]

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\na: b\r\n\r\n"
DISPOSITION = re.compile(rb'form-data; name="[^"\r\n]*"(?:; filename="[^"\r\n]*")?')


@target(
    b"\0\0\0\0data: {}\n\ndata: [DONE]\n\n",
    b"\7\1\0\3event: x\r\ndata: y\r\rid: 1\n: c\ndata: z\nretry: 5\ndata\n\ndata: 1\n\nid\n\n",
    b"\1\1\1\1\xef\xbb\xbfdata: [DONE]",
    b"\0\0\0\0: c\ndata: " + b"x" * 64 + b"\ndatabase\n\n",
)
def event_stream(data: bytes) -> None:
    """However a stream is cut, its events are the same, and so is its refusal."""
    whole, pieces = cut(data)
    assert _events(pieces) == _events([whole])


@target(b"\0\0\0\0{}\n{}\r\n\n1", b"\3\1\4\1" + b"x" * 64 + b"\n" + b"y" * 65 + b"\n{}\n")
def json_lines(data: bytes) -> None:
    """However lines of JSON are cut, they are the same, and so is their refusal."""
    whole, pieces = cut(data)
    assert _events(pieces, LineDecoder) == _events([whole], LineDecoder)


def _events(pieces: list[bytes], kind: Callable[..., Any] = EventDecoder) -> tuple[list[Event], bool]:
    decoder, events = kind(max_event_size=64), list[Event]()
    try:
        for piece in pieces:
            events += decoder.feed(piece)
            assert decoder.data_bytes >= 0
        return events + decoder.close(), False
    except EventTooLargeError:
        return events, True


@target(
    b"\1\2\3\4" + CHUNKED,
    b"\1\2\3\4HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nContent-Length: 2\r\nconnection: keep-alive\r\n\r\nok",
    b"\1\2\3\4HTTP/1.1 204 No Content\r\nkeep-alive: timeout=5\r\n\r\nsurplus",
    b"\1\2\3\4HTTP/1.1 200 OK\r\nfold: a\r\n b\r\n\r\nuntil close",
)
def http_answer(data: bytes) -> None:
    """However an answer is cut, it reads the same, or is refused."""
    whole, pieces = cut(data)
    assert _answer(pieces) == _answer([whole])


@target(
    b"\0\0\0\0HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\nrest",
    b"\3\1\4\1HTTP/1.1 103 Hint\r\n\r\nHTTP/1.0 429 No\r\ncontent-length: 2\r\n\r\nno",
    b"\3\1\1\1\r\n\r\nHTTP/1.0 429 No\r\n\r\nno",
    b"\1\1\1\1" + CHUNKED,
)
def handshake_answer(data: bytes) -> None:
    """However the answer to a handshake is cut, it is the same, and so is its refusal."""
    whole, pieces = cut(data)
    assert _handshake(pieces) == _handshake([whole])


def _handshake(pieces: list[bytes]) -> Any:
    reader, left = HandshakeReader(Limits()), [*filter(None, pieces), b""]
    try:
        while left and not reader.receive(left.pop(0)):
            pass
    except WireError:
        return "refused"
    rest = b"" if reader.status else reader.rest + b"".join(left)
    return reader.status, list(reader.headers), reader.body(), rest


def _answer(pieces: list[bytes]) -> Any:
    parser = ResponseParser(max_body=1000)
    try:
        for piece in pieces:
            parser.feed(piece)
        parser.eof()
    except WireError:
        return "refused"
    assert parser.complete
    assert parser.received == sum(map(len, parser.pieces)) <= 1000  # noqa: PLR2004 - as given above
    return parser.status, parser.version, parser.headers, parser.coding, b"".join(parser.pieces)


@target(b'a"\r\n\0b;"\r\nX-Evil: 1', "é\ud83d".encode("utf-8", "replace"))
def form_names(data: bytes) -> None:
    """Whatever names hold, they stay between their quotes, and contents are not touched."""
    name, _, file_name = data.decode("latin-1").partition("\0")
    form = Form({name: file_name, "x" + name: (file_name or "f", data, None)}, files={"x" + name}, boundary="B-B")
    body = form.encode()
    assert isinstance(body, bytes)
    parts: Any = email.message_from_bytes(
        b"Content-Type: multipart/form-data; boundary=B-B\r\n\r\n" + body
    ).get_payload()
    if b"--B-B" not in data:  # else the boundary was guessed, as no one can who does not choose it
        assert [part.get_payload(decode=True) for part in parts] == [file_name.encode(), data]
        for part in parts:
            ((_, disposition), *rest) = part.raw_items()
            assert DISPOSITION.fullmatch(disposition.encode("ascii", "surrogateescape"))
            assert len(rest) == ("filename" in disposition)


@target(
    b"x-ratelimit-limit-req-minute: 1250\nx-ratelimit-remaining-tokens-5-minute: 600000",
    b"ratelimitbysize-reset: 21\nx-ratelimit-audio-seconds-query-cost: 3",
    b"retry-after: Wed, 21 Oct 2026 07:28:00 GMT\ndate: Wed, 21 Oct 2026 07:27:00 GMT\nretry-after-ms: 1e400",
)
def answer_headers(data: bytes) -> None:
    """Headers never raise: what can not be read says nothing."""
    lines = (line.partition(b": ") for line in data.split(b"\n"))
    headers = [(name.lower(), value) for name, _, value in lines]
    status = parse_rate_limits(headers)
    numbers = [number for limit in status for number in (limit.limit, limit.remaining, limit.reset)]
    assert all(number is None or number >= 0 for number in (*numbers, *status.costs.values()))
    wait = Headers(headers).retry_after
    assert wait is None or wait >= 0  # and a number


@target(
    b'{"object":"error","message":"Invalid model: x","type":"invalid_model","param":null,"code":"1500"}',
    b'{"detail":[{"type":"enum","loc":["body","tools",0],"msg":"no","input":{"a":1}}]}',
    b'{"object":"Error","message":{"detail":[{}]},"code":3001}',
    b'{"error":{"message":"m","code":1}}',
    b"<html>520",
    b'"\xff"',
)
def error_body(data: bytes) -> None:
    """Any body makes an error with a message."""
    for status in (400, 429, 503):
        error = from_response(status, Headers([]), data, route="POST /v1/x")
        assert str(status) in str(error)
        assert isinstance(error.code, str | None)


@target(
    b'{"id":"1","choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}]}',
    b'{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[]},{"type":"new","x":1}]}}],"usage":null}',
    b'{"choices":[{"message":{"tool_calls":[{"id":"null","function":{"name":"f","arguments":"{"}}]}}],"model":1.0}',
)
def chat_answer(data: bytes) -> None:
    """Any JSON is an answer, or is refused with the one error that says where."""
    for kind in (ChatCompletionResponse, CompletionChunk):
        try:
            assert isinstance(decode(data, kind), kind)
        except (LenientDecodeError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass


STARTED = b'{"type":"conversation.response.started","conversation_id":"c"}\n'
CHUNK = b'{"choices":[{"index":0,"delta":{"content":"a","tool_calls":[{"index":0,"function":{"name":"f"}}]}}]}\n'
PIECE = b'{"type":"message.output.delta","id":"m","content":"7"}\n'
CALL = b'{"type":"function.call.delta","id":"f","name":"f","tool_call_id":"t","arguments":"{"}\n'
TOOL = b'{"type":"tool.execution.started","id":"t","name":"n","arguments":""}\n'
HANDOFF = b'{"type":"agent.handoff.started","id":"h","previous_agent_id":"a","previous_agent_name":"b"}\n'


@target(
    CHUNK + b'{"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"b"}]},"finish_reason":"stop"}]}',
    STARTED + PIECE + b'{"type":"message.output.delta","id":"m","content":{"type":"thinking","thinking":[]}}',
    STARTED + CALL + CALL + HANDOFF + b'{"type":"agent.handoff.done","id":"h","next_agent_id":"a"}',
    STARTED + TOOL + b'{"type":"tool.execution.delta","id":"t","name":"n","arguments":"x"}\n' + PIECE,
    STARTED
    + TOOL
    + b'{"type":"tool.execution.done","id":"t","info":{}}\n{"type":"conversation.response.done","usage":{}}',
)
def events_together(data: bytes) -> None:
    """Whatever events can be read can be put together."""
    for kind in (CompletionChunk, ConversationEvents):
        events: list[Any] = []
        for line in data.split(b"\n"):
            try:
                events.append(decode(line, kind))
            except (LenientDecodeError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                pass
        assembly = accumulate(events)
        assert isinstance(assembly.text, str)
        assert isinstance(assembly.thinking, str)
        assert isinstance(assembly.tool_calls, list)
        assembly.response()

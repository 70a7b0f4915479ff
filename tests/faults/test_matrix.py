"""The fault matrix: each fault on asyncio and trio, for whole and streamed answers, plain and TLS, on real sockets.

A cell says what a call ends with, how many requests the server got, and whether the error says that it may have been
executed. After every cell comes the same check (`Watch`): nothing is left, and the client still works.
"""

from __future__ import annotations

import gzip
import json
import time
import zlib

import pytest

from mistral_async import RetryConfig, errors

OK = "Hello"
NAMES = {name: kind for name, kind in vars(errors).items() if name.endswith("Error")}


class Cell:
    """One fault and what comes of it; `streamed` says what is different for a stream."""

    def __init__(self, name, fault=None, error=None, *, requests=1, executed=None, phase=None, streamed=None, **more):
        self.name, self.fault = name, fault
        self.expected = {"error": error, "requests": requests, "executed": executed, "phase": phase}
        self.streamed = streamed or {}
        self.status = more.pop("status", None)
        self.said = more.pop("said", OK)
        self.warm = more.pop("warm", False)
        self.greet = more.pop("greet", None)
        self.retries = more.pop("retries", None)
        self.large = more.pop("large", False)
        self.only = more.pop("only", None)
        self.brief = more.pop("brief", "APITimeoutError" in {error, self.streamed.get("error")})
        self.once = more.pop("once", False)
        assert not more

    def expect(self, stream):
        return self.expected | self.streamed if stream else self.expected


# What a script does with a request. It returns whether the connection goes on.


def send(make, then="keep"):
    """Send these bytes (of the request, if it is a function), and then do this to the connection."""

    def fault(peer, request):
        peer.send(make(peer, request) if callable(make) else make)
        return after(peer, then)

    return fault


def after(peer, then):
    match then:
        case "keep":
            return True
        case "close":
            peer.close()
        case "reset":
            peer.reset()
        case "stall":
            peer.gone()
    return False


def raw(text, then="close"):
    """An answer that is not one."""
    return send(text if isinstance(text, bytes) else text.encode("latin-1"), then)


def body(make, then="keep", *headers, **options):
    """The right head for another body, made of the right one."""
    return send(lambda peer, request: peer.server.answer(request, make(request.good), *headers, **options), then)


def framed(make, then="keep", *headers):
    """A body with a framing of its own; `make` gets the right body."""
    return send(
        lambda peer, request: peer.server.answer(request, b"", *headers, length=None) + make(request.good), then
    )


def chunks(*pieces):
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


def cut(fraction, then="close", *, length=True):
    """The answer up to a part of its body, whose length is promised; or chunked."""

    def make(peer, request):
        good = request.good
        sent = good[: int(len(good) * fraction)]
        if length:
            return peer.server.answer(request, sent, length=len(good))
        return peer.server.answer(request, b"", "Transfer-Encoding: chunked", length=None) + chunks(sent)

    return send(make, then)


def drip(seconds, size=1):
    """The right answer, byte by byte."""

    def fault(peer, request):
        data = peer.server.answer(request)
        for start in range(0, len(data), size):
            peer.send(data[start : start + size])
            time.sleep(seconds)
        return True

    return fault


def endless(make, seconds=0.01, start=b"HTTP/1.1 200 OK\r\n"):
    def fault(peer, request):
        peer.send(start)
        while True:
            peer.send(make())
            time.sleep(seconds)

    return fault


def once(fault, then=None):
    """Only the first request meets the fault."""

    def first(peer, request):
        if len(peer.server.requests) == 1 + peer.server.warmed:
            return fault(peer, request)
        peer.send((then or peer.server.answer)(request))
        return True

    return first


def before_body(act):
    """Meet a request when its head is there, and not its body."""

    def fault(peer, request):
        raise AssertionError("the head was met")

    fault.before_body = act
    return fault


def status(code, content=b"", *headers, then="keep", reason="Any Reason", media="application/json"):
    line = f"{code} {reason}"
    return send(lambda peer, request: peer.server.answer(request, content, *headers, status=line, media=media), then)


def refuse(code, content, error, *headers, name=None, requests=1, **more):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Cell(
        f"{code} {name or error}", status(code, data, *headers), error, requests=requests, status=code,
        executed=more.pop("executed", False), **more,
    )  # fmt: skip


BOMB = gzip.compress(bytes(24 << 20))
CUT = {"error": "StreamInterruptedError", "executed": True, "requests": 1}
LOST = {"error": "APIConnectionError", "executed": True, "requests": 2, "phase": "read"}
NOT_HTTP = {"error": "APIConnectionError", "executed": True, "requests": 2, "phase": "protocol"}
UNHEARD = {"error": "APIConnectionError", "requests": 0}
LATE = {"error": "APITimeoutError", "executed": True, "requests": 2, "phase": "read"}
UNREADABLE = {"error": "ResponseValidationError", "executed": True, "requests": 1}
INCOMPLETE = {"error": "IncompleteStreamError", "executed": True, "requests": 1}


def reset(sock):
    """As the server resets: by a fixture, since the tests are no package."""
    Cell.reset(sock)


CONNECTION = [
    Cell("closed when accepted", greet=lambda sock: False, **UNHEARD),
    Cell("reset when accepted", greet=reset, **UNHEARD),
    Cell("idle connection closed before its reuse", None, warm="close", requests=2),
    Cell("idle connection reset before its reuse", None, warm="reset", requests=2),
    Cell("idle connection says what nobody asked", None, warm=b"HTTP/1.1 408 T\r\n\r\n", requests=2),
    Cell("idle connection closed at its reuse", once(send(b"", "close")), warm="keep", requests=3),
    Cell("idle connection reset at its reuse", once(send(b"", "reset")), warm="keep", requests=3),
    Cell("connection: close", body(lambda good: good, "keep", "Connection: close")),
    Cell("closed without having said so", body(lambda good: good, "close")),
]

SENDING = [
    Cell("reset in the middle of a body", before_body(lambda peer: peer.reset()), "APIConnectionError",
         requests=0, executed=False, large=True),
    Cell("closed in the middle of a body", before_body(lambda peer: peer.close()), "APIConnectionError",
         requests=0, executed=False, large=True),
    Cell("nobody reads the body", before_body(lambda peer: peer.server.played.wait(1.2)), "APITimeoutError",
         requests=0, executed=False, phase="write", large=True),
    Cell("refused before its body was read",
         before_body(lambda peer: peer.send(
             b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}") or peer.gone(0.5)),
         "RequestTooLargeError", requests=0, executed=False, status=413, large=True),
]  # fmt: skip

HEAD = [
    Cell("closed before the head", send(b"", "close"), **LOST),
    Cell("reset before the head", send(b"", "reset"), **LOST),
    Cell("silent before the head", send(b"", "stall"), **LATE),
    Cell("closed in the head", raw("HTTP/1.1 200 OK\r\nContent-Ty"), **LOST),
    Cell("reset in the head", raw("HTTP/1.1 200 OK\r\nContent-Ty", "reset"), **LOST),
    Cell("silent in the head", raw("HTTP/1.1 200 OK\r\nContent-Ty", "stall"), **LATE),
    Cell("closed in the status line", raw("HTTP/1.1 2"), **LOST),
    Cell("head without end", endless(lambda: b"x-more: 1\r\n"), **(LATE | {"phase": "attempt"})),
    Cell("head without end, in a flood", endless(lambda: b"x-more: 1\r\n" * 1000, 0), **NOT_HTTP),
    Cell("a line without end", endless(lambda: b"x" * 10_000, 0), **NOT_HTTP),
    Cell("status without digits", raw("HTTP/1.1 abc OK\r\n\r\n"), **NOT_HTTP),
    Cell("status of two digits", raw("HTTP/1.1 20 OK\r\n\r\n"), **NOT_HTTP),
    Cell("another version", raw("HTTP/3.0 200 OK\r\n\r\n"), **NOT_HTTP),
    Cell("not HTTP", raw("220 mail.example.com ESMTP\r\n"), **NOT_HTTP),
    Cell("TLS where none is", raw(b"\x16\x03\x01\x00\x05hello"), **NOT_HTTP),
    Cell("HTTP/2", raw(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00d"), **NOT_HTTP),
    Cell("HTTP/0.9", raw("<html>hi</html>"), **NOT_HTTP),
    Cell("a header longer than 64 KiB", raw("HTTP/1.1 200 OK\r\nx: " + "a" * 70_000 + "\r\n\r\n"), **NOT_HTTP),
    Cell("3,000 headers", raw("HTTP/1.1 200 OK\r\n" + "x-header: some value\r\n" * 3000 + "\r\n"), **NOT_HTTP),
    Cell("a header with NUL", raw("HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n"), **NOT_HTTP),
    Cell("a header without colon", raw("HTTP/1.1 200 OK\r\nhello\r\n\r\n"), **NOT_HTTP),
    Cell("a header without name", raw("HTTP/1.1 200 OK\r\n: x\r\n\r\n"), **NOT_HTTP),
    Cell("a space before the colon", raw("HTTP/1.1 200 OK\r\nx : x\r\n\r\n"), **NOT_HTTP),
    Cell("lines that end in LF", send(lambda peer, request: b"".join(
        peer.server.answer(request).partition(b"\r\n\r\n")[0].split(b"\r")) + b"\n\n" + request.good)),
    Cell("an empty line before it", send(lambda peer, request: b"\r\n" + peer.server.answer(request))),
    Cell("a negative length", raw("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), **NOT_HTTP),
    Cell("a length that is no number", raw("HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}"), **NOT_HTTP),
    Cell("a length beyond all numbers", raw(f"HTTP/1.1 200 OK\r\nContent-Length: {'9' * 30}\r\n\r\n"), **NOT_HTTP),
    Cell("two lengths", raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), **NOT_HTTP),
    Cell("an unknown transfer coding", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"), **NOT_HTTP),
    Cell("protocols switched unasked", raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), **NOT_HTTP),
    Cell("a flood of interim answers", endless(lambda: b"HTTP/1.1 100 Continue\r\n\r\n" * 500, 0, b""), **NOT_HTTP),
    Cell("100 and then the answer",
         send(lambda peer, request: b"HTTP/1.1 100 Continue\r\n\r\n" + peer.server.answer(request))),
    Cell("103 twice and then the answer",
         send(lambda peer, request: b"HTTP/1.1 103 E\r\nlink: x\r\n\r\n" * 2 + peer.server.answer(request))),
    Cell("the same length twice", send(lambda peer, request: peer.server.answer(
        request, None, f"Content-Length: {len(request.good)}"))),
    Cell("no reason", send(lambda peer, request: peer.server.answer(request, status="200"))),
    Cell("HTTP/1.0", send(lambda peer, request: peer.server.answer(request).replace(b"/1.1", b"/1.0"), "close")),
    Cell("a folded header", body(lambda good: good, "keep", "x-folded: a\r\n b")),
    Cell("byte by byte", drip(0, 5)),
]  # fmt: skip

BODY = [
    Cell("closed at the start of the body", cut(0), **(LOST | {"phase": "read"})),
    Cell("closed in the body", cut(0.5), **LOST, streamed=CUT),
    Cell("closed in the chunks", cut(0.5, length=False), **LOST, streamed=CUT),
    Cell("reset in the body", cut(0.5, "reset"), **LOST, streamed=CUT),
    Cell("reset in the chunks", cut(0.5, "reset", length=False), **LOST, streamed=CUT),
    Cell("silent after the head", cut(0, "stall"), **LATE),
    Cell("silent in the body", cut(0.5, "stall"), **LATE,
         streamed={"error": "APITimeoutError", "phase": "idle", "requests": 1}),
    Cell("slower than an attempt may be", drip(0.01), **(LATE | {"phase": "attempt"})),
    Cell("longer than promised", body(lambda good: good + b"garbage", length=20), **UNREADABLE, streamed=INCOMPLETE),
    Cell("followed by another answer",
         send(lambda peer, request: peer.server.answer(request) + b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")),
    Cell("without length, until the end", send(
        lambda peer, request: peer.server.answer(request, length=None), "close")),
    Cell("chunk by chunk", framed(lambda good: chunks(good[:9], good[9:], b""), "keep", "Transfer-Encoding: chunked")),
    Cell("chunks with extensions and trailers", framed(
        lambda good: b"%x;a=b\r\n%b\r\n0\r\nx: y\r\n\r\n" % (len(good), good), "keep", "Transfer-Encoding: chunked")),
    Cell("chunks and a length", framed(
        lambda good: chunks(good, b""), "keep", "Transfer-Encoding: chunked", "Content-Length: 5")),
    Cell("a chunk size that is no number", framed(
        lambda good: b"zz\r\n" + good, "close", "Transfer-Encoding: chunked"), **NOT_HTTP),
    Cell("a chunk size beyond all numbers", framed(
        lambda good: b"f" * 17 + b"\r\n" + good, "close", "Transfer-Encoding: chunked"), **NOT_HTTP),
    Cell("a chunk longer than its size", framed(
        lambda good: b"5\r\n" + good, "close", "Transfer-Encoding: chunked"), **NOT_HTTP),
    Cell("chunks without the last", framed(
        chunks, "close", "Transfer-Encoding: chunked"), **LOST,
        streamed={"error": None, "requests": 1, "executed": None}),
    Cell("trailers without end", framed(
        lambda good: chunks(good) + b"0\r\n" + b"x: y\r\n" * 20_000, "close", "Transfer-Encoding: chunked"),
        **NOT_HTTP, streamed={"error": None, "requests": 1, "executed": None}),
    Cell("gzip", body(gzip.compress, "keep", "Content-Encoding: gzip")),
    Cell("deflate", body(zlib.compress, "keep", "Content-Encoding: deflate")),
    Cell("gzip cut", body(lambda good: gzip.compress(good)[:-30], "keep", "Content-Encoding: gzip"),
         **NOT_HTTP, streamed={"requests": None}),
    Cell("not gzip", body(lambda good: good, "keep", "Content-Encoding: gzip"), **NOT_HTTP),
    Cell("gzip that turns to garbage",
         body(lambda good: gzip.compress(good)[:20] + b"\xff" * 40, "keep", "Content-Encoding: gzip"), **NOT_HTTP),
    Cell("a bomb", body(lambda good: BOMB, "keep", "Content-Encoding: gzip"),
         **NOT_HTTP | {"requests": 1}, only="whole"),
    Cell("a coding that nobody asked for", body(lambda good: b"\xff\x06\0\0sNaPpY", "keep", "Content-Encoding: snappy"),
         **UNREADABLE),
]  # fmt: skip


def deep(good, piece):
    return b"data: %b\n\n" % (piece * 100_000) if good.startswith(b"data") else piece * 100_000


CONTENT = [
    Cell("a page", body(lambda good: b"<html>hi</html>", media="text/html"), **UNREADABLE),
    Cell("nothing", body(lambda good: b""), **UNREADABLE, streamed=INCOMPLETE),
    Cell("204", status(204, b"", media="text/plain"), **UNREADABLE, streamed=INCOMPLETE),
    Cell("no body and no length", send(b"HTTP/1.1 200 OK\r\n\r\n", "close"), **UNREADABLE, streamed=INCOMPLETE),
    Cell("blanks", body(lambda good: b" \r\n "), **UNREADABLE, streamed=INCOMPLETE),
    Cell("half of it", body(lambda good: good[: len(good) // 2]), **UNREADABLE, streamed=INCOMPLETE),
    Cell("not UTF-8", body(lambda good: good.replace(b"l", b"\xff")), said="He\ufffd\ufffdo", streamed=UNREADABLE),
    Cell(
        "a list", body(lambda good: b"data: []\n\n" if good[:1] == b"d" else b"[]"), **UNREADABLE, streamed=INCOMPLETE
    ),
    Cell("a string", body(lambda good: b'data: "x"\n\n' if good[:1] == b"d" else b'"x"'), **UNREADABLE),
    Cell(
        "null", body(lambda good: b"data: null\n\n" if good[:1] == b"d" else b"null"), **UNREADABLE, streamed=INCOMPLETE
    ),
    Cell("a number", body(lambda good: b"data: 1e999\n\n" if good[:1] == b"d" else b"1e999"), **UNREADABLE),
    Cell("brackets, deep", body(lambda good: deep(good, b"[")), **UNREADABLE),
    Cell("objects, deep", body(lambda good: deep(good, b'{"a":')), **UNREADABLE),
    Cell("NaN", body(lambda good: good.replace(b"1", b"NaN"))),
    Cell("JSON and something else", body(lambda good: good.replace(b"}]", b"}]]")), **UNREADABLE),
    Cell("of another type", body(lambda good: good, media="text/plain")),
    Cell("of no type", send(lambda peer, request: peer.server.answer(request).replace(b"Content-Type", b"x"))),
    Cell("with fields that nobody knows", body(lambda good: good.replace(b'{"id"', b'{"new": [1], "id"'))),
    Cell("with nulls", body(lambda good: good.replace(b'"model": "m"', b'"model": null'))),
]

JSON_ERROR = {"object": "error", "message": "no", "type": "t", "param": None, "code": None}
HTML = b"<html><title>520: Web server is returning an unknown error</title></html>"
DETAIL = [{"type": "enum", "loc": ["body", "tools", 0, "type"], "msg": "Input should be 'function'", "input": {"a": 1}}]
REFUSALS = [
    refuse(400, JSON_ERROR | {"type": "invalid_model", "code": "1500", "raw_status_code": 400}, "InvalidModelError"),
    refuse(400, JSON_ERROR | {"code": "3210"}, "TooManyInputsError"),
    refuse(400, JSON_ERROR, "BadRequestError"),
    refuse(401, {"detail": "Unauthorized"}, "AuthenticationError"),
    refuse(401, b'{"detail":"Invalid API Key"}\n', "AuthenticationError", name="with a line end"),
    refuse(401, {"message": "Unauthorized", "request_id": "634b"}, "AuthenticationError", "www-authenticate: Key",
           name="of the gateway"),
    refuse(402, JSON_ERROR, "PaymentRequiredError"),
    refuse(403, JSON_ERROR | {"code": "1910", "type": "tier_not_allowed"}, "PermissionDeniedError"),
    refuse(404, {"message": "Model X was not found."}, "NotFoundError"),
    refuse(404, {"message": "no Route matched with those values"}, "NotFoundError", name="no route"),
    refuse(405, {"message": "no"}, "APIStatusError"),
    refuse(408, JSON_ERROR, "RequestTimeoutError", requests=3),
    refuse(409, JSON_ERROR, "ConflictError"),
    refuse(410, JSON_ERROR, "APIStatusError"),
    refuse(413, HTML, "RequestTooLargeError"),
    refuse(415, b"", "APIStatusError"),
    refuse(418, b"\xff\xfe{}", "APIStatusError", name="not UTF-8"),
    refuse(422, {"detail": DETAIL}, "UnprocessableEntityError", name="a list of details"),
    refuse(422, JSON_ERROR | {"message": {"detail": DETAIL}}, "UnprocessableEntityError", name="a message of details"),
    refuse(422, {"object": "Error", "detail": DETAIL, "message": DETAIL, "code": 3001}, "UnprocessableEntityError",
           name="a list for a message"),
    refuse(422, [1, 2], "UnprocessableEntityError", name="a list"),
    refuse(422, {"error": {"message": "m", "code": 1}}, "UnprocessableEntityError", name="nested"),
    refuse(500, JSON_ERROR | {"message": "Service unavailable.", "code": "1000"}, "ServerError",
           requests=3, executed=True),
    refuse(500, b"", "ServerError", name="without body", requests=3, executed=True),
    refuse(500, b"[" * 100_000, "ServerError", name="brackets, deep", requests=3, executed=True),
    refuse(501, JSON_ERROR, "ServerError", executed=True),
    refuse(502, HTML, "ServerError", requests=3, executed=True),
    refuse(503, JSON_ERROR | {"code": "3800"}, "ServerError", requests=3, executed=True),
    refuse(503, JSON_ERROR | {"code": "3505", "type": "service_tier_capacity_exceeded"}, "CapacityError", requests=3),
    refuse(503, JSON_ERROR | {"code": "3810"}, "CapacityError", name="pending tokens", requests=3),
    refuse(504, HTML, "ServerError", requests=3, executed=True),
    refuse(505, b"null", "ServerError", name="null", executed=True),
    refuse(520, HTML, "ServerError", executed=True),
    refuse(529, b'"overloaded"', "ServerError", name="a string", executed=True),
    refuse(503, b"x" * (10 << 20), "ServerError", name="10 MB", executed=True, retries=0),
    refuse(599, JSON_ERROR | {"message": "x" * (1 << 20)}, "ServerError", name="a message of 1 MB", executed=True),
    refuse(999, JSON_ERROR, "APIStatusError"),
    Cell("500 cut", status(500, b"{}", "Content-Length: 9", then="close"), "APIConnectionError", requests=2,
         executed=True, streamed={"error": "ServerError", "requests": 3}),
    *(Cell(f"{code} to the same host", status(code, b"", "Location: /elsewhere"), "RedirectError", status=code,
           executed=False) for code in (301, 302, 303, 307, 308)),
    Cell("304", status(304), "RedirectError", status=304, executed=False),
]  # fmt: skip

SPENT = {"message": "Requests rate limit exceeded"}
NOW = "Date: Wed, 21 Oct 2026 07:28:00 GMT"
TOO_MANY = [
    refuse(429, content, error, *headers, name=name, retries=0)
    for name, error, content, headers in (
        ("bare", "RateLimitError", b"", []),
        ("without headers", "RateLimitError", SPENT, []),
        ("of 2026", "RateLimitError", JSON_ERROR | {"code": "1300"},
         ["x-ratelimit-limit-req-minute: 4", "x-ratelimit-remaining-req-minute: 0"]),
        ("of 2025", "RateLimitError", SPENT,
         ["x-ratelimit-limit-tokens-5-minute: 600000", "x-ratelimit-remaining-req-10-second: 0"]),
        ("of 2024", "RateLimitError", SPENT, ["ratelimitbysize-limit: 2000000", "ratelimitbysize-reset: 21"]),
        ("no quota", "QuotaUnavailableError", JSON_ERROR | {"code": "1300"},
         ["x-ratelimit-limit-req-minute: 0", "x-ratelimit-remaining-req-minute: 0"]),
        ("busy", "CapacityError", JSON_ERROR | {"code": "3505"}, []),
        ("retry-after in seconds", "RateLimitError", SPENT, ["retry-after: 30"]),
        ("retry-after in milliseconds", "RateLimitError", SPENT, ["retry-after-ms: 30"]),
        ("retry-after at a date", "RateLimitError", SPENT, ["retry-after: Wed, 21 Oct 2026 07:28:30 GMT", NOW]),
        ("retry-after in the past", "RateLimitError", SPENT, ["retry-after: Wed, 21 Oct 2026 07:27:30 GMT", NOW]),
        ("retry-after below zero", "RateLimitError", SPENT, ["retry-after: -1"]),
        ("retry-after that is no number", "RateLimitError", SPENT, ["retry-after: nan"]),
        ("retry-after without end", "RateLimitError", SPENT, ["retry-after: 1e400"]),
        ("retry-after of a day", "RateLimitError", SPENT, ["retry-after: 86400"]),
        ("retry-after of garbage", "RateLimitError", SPENT, ["retry-after: soon", "retry-after: later"]),
    )
]  # fmt: skip

FLAPPING = [
    Cell("503 once", once(status(503)), requests=2),
    Cell("closed once", once(send(b"", "close")), requests=2),
    Cell("reset once", once(send(b"", "reset")), requests=2),
    Cell("silent once", once(send(b"", "stall")), requests=2, once=True),
    Cell("not HTTP once", once(raw("hello?")), requests=2),
    Cell("closed once, then 503", once(send(b"", "close"), lambda request: busy()), "ServerError",
         requests=3, executed=True),
]  # fmt: skip


def busy():
    return b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"


ON_THE_WIRE = CONNECTION + SENDING + HEAD + BODY + FLAPPING
IN_ANSWERS = CONTENT + REFUSALS + TOO_MANY
CELLS = ON_THE_WIRE + IN_ANSWERS


def test_there_are_enough():
    assert len(CELLS) >= 120
    assert len({cell.name for cell in CELLS}) == len(CELLS)


@pytest.fixture
def play(tools, start, connect, tls, stream):
    """Let a cell happen: what the call ended with, and what the server saw."""
    Cell.reset = staticmethod(tools.reset)

    def times(phase):
        """One limit is far below the others, so that a busy machine meets the same."""
        return tools.hurried if phase == "attempt" else tools.brief

    async def play(cell):
        server = start(cell.fault, tls=tls, greet=cell.greet)
        server.answer, server.warmed = tools.answer, bool(cell.warm)
        retries = tools.quick if cell.retries is None else RetryConfig(retries=cell.retries)
        timeout = times(cell.expect(stream)["phase"]) if cell.brief else tools.once if cell.once else tools.patient
        client = connect(server, retries=retries, timeout=timeout)
        watch = tools.watch(client)
        if cell.warm:
            await warm(server, client, cell.warm, tools)
        chat = tools.chat | {"messages": [{"role": "user", "content": "x" * (16 << 20)}]} if cell.large else tools.chat
        since = time.monotonic()
        outcome = await tools.perform(client, stream, chat)
        assert time.monotonic() - since < 10
        server.played.set()
        await watch.check(server)
        count, server.healthy = len(server.requests), True
        assert (await client.with_options(timeout=tools.patient).models.list()).data == []  # it still works
        await watch.check(server)
        await watch.close(server)
        return outcome, count

    return play


async def warm(server, client, then, tools):
    """One good call, after which this happens to the idle connection."""
    server.healthy, server.farewell = True, then
    await client.models.list()
    server.healthy = False
    await tools.soon(lambda: False, 0.06)


@pytest.mark.parametrize("cell", ON_THE_WIRE, ids=lambda cell: cell.name)
async def test_fault(play, cell, stream, tls):
    await meet(play, cell, stream, tls)


@pytest.mark.parametrize("tls", [False], ids=["plain"])  # which hands on the same bytes
@pytest.mark.parametrize("cell", IN_ANSWERS, ids=lambda cell: cell.name)
async def test_fault_in_an_answer(play, cell, stream, tls):
    await meet(play, cell, stream, tls)


async def meet(play, cell, stream, tls):
    if cell.only and cell.only != ("stream" if stream else "whole"):
        return
    outcome, count = await play(cell)
    expected = cell.expect(stream)
    if expected["error"] is None:
        assert outcome == cell.said
    else:
        assert isinstance(outcome, NAMES[expected["error"]]), repr(outcome)
        assert type(outcome).__module__ == "mistral_async.errors"
        if tls and cell.greet:
            assert isinstance(outcome, errors.APIConnectError)
        else:
            assert expected["executed"] in {None, outcome.may_have_executed}
        if expected["phase"]:
            assert outcome.phase == expected["phase"]
        if cell.status:
            assert (outcome.status, outcome.request_id) == (cell.status, outcome.attempts[-1].request_id)
        if not outcome.may_have_executed and not isinstance(outcome, errors.APIStatusError):
            assert count == 0
        assert len(outcome.attempts) == max(count, 1) or count == 0
        assert not isinstance(outcome.__cause__, BaseExceptionGroup)
    assert expected["requests"] in {None, count}

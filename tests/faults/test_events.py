"""Faults inside a stream of events: where it is cut, what it says, how long it is silent."""

from __future__ import annotations

import json
import time

import pytest

from mistral_async import Timeout, errors

ROLE, HEL, LO, DONE = range(4)
FINISHED = "Hello"


def stream_of(*parts, then="keep", framing="length"):
    """A streamed answer of these bytes, and what follows it."""

    def fault(peer, request):
        data = b"".join(parts)
        if framing == "length":
            peer.send(peer.server.answer(request, data))
        else:
            head = peer.server.answer(request, b"", "Transfer-Encoding: chunked", length=None)
            ending = b"0\r\n\r\n" if then == "keep" else b""
            peer.send(head + (b"%x\r\n%b\r\n" % (len(data), data) if data else b"") + ending)
        match then:
            case "close":
                peer.close()
            case "reset":
                peer.reset()
            case "stall":
                peer.gone()
        return then == "keep"

    return fault


def timed(*steps):
    """A chunked stream whose steps are bytes to send and seconds to wait; it ends when they end, or the client goes."""

    def fault(peer, request):
        peer.send(peer.server.answer(request, b"", "Transfer-Encoding: chunked", length=None))
        for step in steps:
            if isinstance(step, bytes):
                peer.send(b"%x\r\n%b\r\n" % (len(step), step))
            elif peer.gone(step):
                return False
        peer.send(b"0\r\n\r\n")
        return True

    return fault


@pytest.fixture
def read(tools, start, connect, tls):
    """Read a stream to its end, however it ends: its text so far, its end, and the requests it took."""

    async def read(fault, **settings):
        server = start(fault, tls=tls)
        server.answer = tools.answer
        client = connect(server, **settings)
        watch = tools.watch(client)
        error = None
        try:
            async with client.chat.stream(**tools.chat) as stream:
                async for _ in stream:
                    pass
        except errors.MistralError as caught:
            error = caught
        await watch.check(server)
        await watch.close(server)
        return stream.partial.text, error, len(server.requests)

    return read


def broken(kind, text="Hel"):
    """What a case ends with: the error, and the text that came before it."""
    return kind, text


ERROR = {"object": "error", "message": "no", "type": "internal_server_error", "param": None, "code": "1000"}
OTHER = {"id": "1", "choices": [], "new": 1}


def cases(events, event):
    """Bytes of a stream, and what becomes of them: an error and the text before it, or None for a good end."""
    role, hel, lo, done = events
    whole = b"".join(events)
    return {
        "all of it": (whole, None),
        "without the mark, all choices finished": (role + hel + lo, None),
        "without the last blank line": (whole[:-1], None),
        "without the last line end": (whole[:-2], None),
        "the mark twice": (whole + done, None),
        "something after the mark": (whole + event(ERROR) + b"data: {", None),
        "comments between": (b": hi\n\n" + role + b": ping\n\n" + hel + b":\n" + lo + done, None),
        "a byte order mark": (b"\xef\xbb\xbf" + whole, None),
        "CRLF": (whole.replace(b"\n", b"\r\n"), None),
        "CR": (whole.replace(b"\n", b"\r"), None),
        "data in several lines": (role + hel + lo.replace(b", ", b",\ndata: ") + done, None),
        "no space after the colon": (whole.replace(b"data: ", b"data:"), None),
        "ids and times": (b"id: 7\nretry: 10\n" + whole, None),
        "events with a name": (b"event: chunk\n" + role + hel + lo + done, None),
        "fields that nobody knows": (b"foo: bar\nfoo\n" + whole, None),
        "an event that nobody knows": (role + event(OTHER) + hel + lo + done, None),
        "line separators in the text": (role + hel.replace(b"Hel", "Hel\u2028\x85".encode()) + lo + done, None),
        "nothing": (b"", broken(errors.IncompleteStreamError, "")),
        "comments alone": (b": hi\n\n: hi\n\n", broken(errors.IncompleteStreamError, "")),
        "the mark alone": (done, broken(errors.IncompleteStreamError, "")),
        "the mark too early": (role + hel + done, broken(errors.IncompleteStreamError)),
        "no mark, and a choice unfinished": (role + hel, broken(errors.IncompleteStreamError)),
        "the end inside an event": (role + hel + lo[:-20], broken(errors.IncompleteStreamError)),
        "an event that is no JSON": (role + hel + b"data: {oops\n\n", broken(errors.ResponseValidationError)),
        "an event that is no object": (role + hel + b"data: [1]\n\n", broken(errors.ResponseValidationError)),
        "an error as the API says it": (role + hel + event(ERROR), broken(errors.StreamEventError)),
        "an error by the event's name": (
            role + hel + b'event: error\ndata: {"message": "no"}\n\n', broken(errors.StreamEventError)
        ),
        "an error that is no JSON": (role + hel + b"event: error\ndata: oh no\n\n", broken(errors.StreamEventError)),
        "an error of a proxy": (role + hel + event({"error": {"message": "no"}}), broken(errors.StreamEventError)),
        "an error in one word": (role + hel + event({"detail": "no"}), broken(errors.StreamEventError)),
        "an error at once": (event(ERROR), broken(errors.StreamEventError, "")),
    }  # fmt: skip


async def test_what_a_stream_says(read, tools, tls):
    """Every case, each with a server and a client of its own."""
    # Rules 1, 2 and 6 of stream.
    for name, (data, wanted) in cases(tools.events, tools.event).items():
        text, error, count = await read(stream_of(data))
        if wanted is None:
            assert (error, text.replace("\u2028\x85", "")) == (None, FINISHED), name
        else:
            assert type(error) is wanted[0], (name, error)
            assert error.partial.text == text == wanted[1], name
            assert error.request_id == "id-1", name
            assert error.may_have_executed, name
            assert [attempt.error for attempt in error.attempts] == [type(error).__name__], name
            assert error.attempts[-1].status == 200, name
        assert count == 1, name


async def test_an_error_event_is_read(read, tools):
    # Rule 6 of stream.
    _, error, _ = await read(stream_of(tools.event(ERROR)))
    assert (error.status, error.code, error.type) == (200, "1000", "internal_server_error")
    assert json.loads(error.body) == ERROR
    assert error.headers["mistral-correlation-id"] == "id-1"


@pytest.mark.parametrize("tls", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["plain", "tls"])
@pytest.mark.parametrize("then", ["close", "reset", "keep"])
async def test_a_stream_cut_anywhere_is_never_a_success(tools, start, connect, tls, then):
    """Each position in turn, on one client: with a lost connection, and with a proper end that comes too early."""
    # Rule 2 of stream.
    whole = b"".join(tools.events)
    finished = len(whole) - len(tools.events[DONE]) - 2  # from here on all that matters has come
    server = start(None, tls=tls)
    server.answer = tools.answer
    client = connect(server)
    watch = tools.watch(client)
    for at in range(0, len(whole), 1 if then == "close" else 7):
        server.fault = stream_of(whole[:at], then=then, framing="chunked")
        outcome = await tools.perform(client.with_options(retries=0), stream=True)
        if outcome == FINISHED:
            assert at >= finished
        else:
            assert isinstance(outcome, errors.StreamError if then == "keep" else errors.APIConnectionError), (
                at,
                outcome,
            )
            assert then != "keep" or at < finished
            assert outcome.may_have_executed
    await watch.check(server)
    await watch.close(server)


async def test_pieces_of_any_size(read, tools):
    whole = b"".join(tools.events)
    for size in (1, 2, 3, 50):
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        text, error, _ = await read(timed(*pieces))
        assert (text, error) == (FINISHED, None)


# Time.

QUICK = Timeout(read=0.2, idle=0.15)


async def test_silence_between_events(read, tools):
    # Rule 5 of stream.
    since = time.monotonic()
    text, error, count = await read(timed(*tools.events[:LO], 4.5), timeout=QUICK)
    assert time.monotonic() - since < 4
    assert isinstance(error, errors.APITimeoutError)
    assert (error.phase, text, count) == ("idle", "Hel", 1)
    assert error.partial.text == "Hel"


async def test_comments_are_no_events(read, tools):
    """A server that only keeps the connection alive is as good as silent."""
    # Rule 5 of stream.
    pings = [b": ping\n\n", 0.02] * 500
    since = time.monotonic()
    text, error, _ = await read(timed(*tools.events[:LO], *pings), timeout=QUICK)
    assert time.monotonic() - since < 4
    assert (error.phase, text) == ("idle", "Hel")


async def test_comments_do_not_put_off_the_first_event(read, tools):
    # Rule 5 of stream.
    text, error, count = await read(timed(*[b": ping\n\n", 0.02] * 100), timeout=QUICK)
    assert isinstance(error, errors.APITimeoutError)
    assert (error.phase, text, count) == ("read", "", 2)


async def test_slow_is_not_silent(read, tools):
    # Rule 5 of stream.
    slow = [step for event in tools.events for step in (event, 0.06)]
    text, error, _ = await read(timed(*slow), timeout=QUICK)
    assert (text, error) == (FINISHED, None)


async def test_the_whole_of_a_stream_has_a_limit(read, tools):
    # Rule 5 of stream.
    endless = [tools.events[HEL], 0.02] * 500
    since = time.monotonic()
    text, error, count = await read(timed(*endless), timeout=Timeout(total=0.3, idle=5))
    assert 0.25 < time.monotonic() - since < 4.5
    assert isinstance(error, errors.APITimeoutError)
    assert (error.phase, count) == ("total", 1)
    assert text.startswith("Hel")


async def test_a_slow_reader_is_not_a_silent_server(tools, start, connect, tls):
    """What has long arrived is read, whatever time has passed since."""
    # Rule 5 of stream.
    server = start(timed(*tools.events), tls=tls)
    server.answer = tools.answer
    client = connect(server, timeout=QUICK)
    async with client.chat.stream(**tools.chat) as stream:
        seen = []
        async for chunk in stream:
            seen.append(chunk.text)
            await tools.soon(lambda: False, 0.25)
    assert "".join(seen) == FINISHED
    await client.aclose()


# Before the first event a stream is a call like any other: it may be repeated.


def first_then(fault):
    """The first request meets the fault, the others are answered."""

    def play(peer, request):
        if len(peer.server.requests) == 1:
            return fault(peer, request)
        peer.send(peer.server.answer(request))
        return True

    return play


@pytest.mark.parametrize("then", ["close", "reset", "stall"])
@pytest.mark.parametrize("data", [b"", b": hello\n\n", b"data: {"])
async def test_a_stream_that_breaks_before_its_first_event_is_asked_for_again(read, tools, then, data):
    # Rule 4 of stream.
    fault = first_then(stream_of(data, then=then, framing="chunked"))
    text, error, count = await read(fault, timeout=QUICK)
    assert (text, error, count) == (FINISHED, None, 2)


async def test_a_stream_that_breaks_later_is_not(read, tools):
    # Rule 4 of stream.
    fault = first_then(stream_of(tools.events[ROLE], then="close", framing="chunked"))
    text, error, count = await read(fault)
    assert isinstance(error, errors.StreamInterruptedError)
    assert (text, count) == ("", 1)

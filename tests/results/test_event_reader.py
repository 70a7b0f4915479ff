"""What relays, gateways and inference servers send as a stream: errors in any form, silence, halves of characters."""

from __future__ import annotations

import json
import sys
import threading

import pytest

from mistral_async import BackoffStrategy, Mistral, RetryConfig
from mistral_async._codec.sse import load_field_decoder
from mistral_async.errors import (
    APIStatusError,
    IncompleteStreamError,
    RateLimitError,
    ResponseValidationError,
    StreamEventError,
    StreamInterruptedError,
)

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
NONE = RetryConfig(strategy="none")
FAST = RetryConfig(backoff=BackoffStrategy(initial_interval=1, max_interval=1))
USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
FULL = {"object": "error", "message": "full", "type": "x", "code": "3505"}


def chunk(text, reason=None, **fields):
    return {"id": "1", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}], **fields}


def sse(*events, done=True):
    texts = [event if isinstance(event, bytes) else json.dumps(event).encode() for event in events]
    return b"".join(b"data: " + text + b"\n\n" for text in [*texts, *([b"[DONE]"] if done else [])])


HALLO = chunk("hal"), chunk("lo", "stop")


@pytest.fixture
async def read(server):
    """A function that reads a stream of these bytes; it returns its text and what it adds up to."""
    async with Mistral(server.api_key, server_url=server.url, retry_config=NONE) as client:

        async def read(body, media="text/event-stream", open_stream=client.chat.stream, **arguments):
            server.reply(body=body, headers={"content-type": media})
            async with open_stream(**(arguments or HI)) as stream:
                return "".join([getattr(event, "text", "") async for event in stream]), stream.partial

        read.client, read.server = client, server
        yield read


SILENCE = [
    b"data:\n\n",
    b"data: \n\n",
    b"data:  \n\n",
    b"data\n\n",
    b"data: null\n\n",
    b"data: []\n\n",
    b'data: ""\n\n',
    b"event: ping\ndata: 2026-01-01\n\n",
    b"event: heartbeat\ndata:\n\n",
    b": OPENROUTER PROCESSING\n\n",
    b"id: 5\n\n",
    b"retry: 100\n\n",
    b"event: x\n\n",
    b"\n\n\n",
    b"\r\n\r\n",
    b'event: ping\ndata: {"type": "ping"}\n\n',
]


@pytest.mark.parametrize("silence", SILENCE)
async def test_what_keeps_a_stream_open_is_no_event(read, silence):
    # Rule 7 of stream.
    text, partial = await read(
        silence + sse(HALLO[0], done=False) + silence + sse(HALLO[1], done=False) + silence + sse()
    )
    assert text == partial.text == "hallo"


@pytest.mark.parametrize("mark", [b"[DONE]", b" [DONE] ", b'"[DONE]"', b"[done]", b"[DONE]\r", b"[DONE]\nid: 3"])
async def test_the_terminal_mark_in_other_writings(read, mark):
    # Rule 7 of stream.
    text, _ = await read(sse(*HALLO, mark, b"what follows", done=False))
    assert text == "hallo"


async def test_another_familys_mark_is_no_event(read):
    # Rule 7 of stream.
    started = {"type": "conversation.response.started", "conversation_id": "c"}
    body = (
        sse({"type": "ping"}, started, b"[DONE]", done=False)
        + b'event: conversation.response.done\ndata: {"usage": {}}\n\n'
    )
    _, partial = await read(
        body.replace(b'"usage"', b'"type": "conversation.response.done", "usage"'),
        open_stream=read.client.beta.conversations.start_stream,
        model="m",
        inputs="hi",
    )
    assert partial.response().conversation_id == "c"


ERRORS = {
    "an object": {"error": {"message": "no luck", "code": 400}},
    "a text": {"error": "no luck"},
    "an error beside choices": chunk("", "error", error={"message": "no luck", "code": "server_error"}),
    "an error beside usage": {"choices": [], "usage": USAGE, "error": {"message": "no luck"}},
    "an error of the API": {"object": "error", "message": "no luck", "type": "x", "code": "1000"},
    "details": {"detail": [{"loc": ["body"], "msg": "no luck"}]},
    "a list": {"errors": [{"message": "no luck"}]},
    "a code alone": {"error": {"code": "no luck"}},
    "another client's": {"type": "error", "error": {"message": "no luck"}},
}


@pytest.mark.parametrize("place", ["first", "later"])
@pytest.mark.parametrize("error", ERRORS)
async def test_an_error_in_an_event_is_that_error(read, error, place):
    # Rule 6 of stream.
    before = [HALLO[0]] if place == "later" else []
    with pytest.raises(StreamEventError, match="no luck") as caught:
        await read(sse(*before, ERRORS[error]))
    assert caught.value.partial.text == ("hal" if before else "")


RAW = [
    b'{"object": "error", "message": "no luck", "type": "invalid", "param": null, "code": "3280"}',
    b'{"error": {"message": "no luck", "code": 400}}\n',
    b'{\n  "error": {\n    "message": "no luck"\n  }\n}\n',
    b'{\r\n"error": "no luck"\r\n}\r\n\r\n',
    b'error: {"code": 400, "message": "no luck", "type": "invalid_request_error"}\n\n',
    b'event: error\n{"message": "no luck"}\n\n',
    b'[{"error": {"code": 400, "message": "no luck", "status": "INVALID_ARGUMENT"}}]',
    b': comment\n{"error": "no luck"}',
    b"event: error\ndata: no luck\n\n",
]


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("place", ["first", "later"])
@pytest.mark.parametrize("body", RAW)
async def test_an_error_in_place_of_events_is_that_error(read, body, place, done):
    # Rule 6 of stream, rule 8 of sse.
    before = sse(HALLO[0], done=False) if place == "later" else b""
    with pytest.raises(StreamEventError, match="no luck"):
        await read(before + body + (b"\n\n" + sse() if done else b""))


@pytest.mark.parametrize("body", [b"<html><body>502 Bad Gateway</body></html>", b"upstream connect error"])
async def test_a_page_in_place_of_events_is_kept(read, body):
    # Rule 6 of stream.
    with pytest.raises(ResponseValidationError) as first:
        await read(body)
    assert first.value.body == body
    with pytest.raises(IncompleteStreamError, match=r"\.body") as later:
        await read(sse(HALLO[0], done=False) + body)
    assert (later.value.body, later.value.partial.text) == (body, "hal")


async def test_lines_without_meaning_do_not_hurt_a_whole_stream(read):
    # Rule 6 of stream.
    assert (await read(b'{"error": "none"}\n' + sse(*HALLO)))[0] == "hallo"


@pytest.mark.parametrize("media", ["application/json", "application/json; charset=utf-8"])
async def test_an_error_in_place_of_a_stream_is_that_error(read, media):
    # Rule 6 of stream.
    with pytest.raises(APIStatusError, match="no luck") as caught:
        await read(b'{"error": {"message": "no luck", "code": 429}}', media)
    assert isinstance(caught.value, RateLimitError)


BUSY = [
    (sse(FULL), "text/event-stream"),
    (json.dumps(FULL).encode(), "text/event-stream"),
    (b"event: error\n" + sse(FULL), "text/event-stream"),
    (b'{"error": {"message": "slow down", "code": "429"}}', "application/json"),
]


@pytest.mark.parametrize(("body", "media"), BUSY)
async def test_a_stream_that_begins_with_a_passing_error_is_repeated(server, body, media):
    # Rule 4 of stream.
    server.reply(body=body, headers={"content-type": media}, times=2)
    server.reply(sse=[*HALLO])
    async with Mistral(server.api_key, server_url=server.url, retry_config=FAST) as client:
        async with client.chat.stream(**HI) as stream:
            assert "".join([event.text async for event in stream]) == "hallo"
        assert [attempt.status for attempt in stream.response.attempts][-1] == 200
    assert len(server.requests) == 3


async def test_a_stream_that_began_is_not_repeated(server):
    # Rule 4 of stream.
    server.reply(sse=[HALLO[0], FULL], times=None)
    async with Mistral(server.api_key, server_url=server.url, retry_config=FAST) as client:
        with pytest.raises(StreamEventError) as caught:
            async with client.chat.stream(**HI) as stream:
                await stream.until_done()
        assert (caught.value.status, len(server.requests)) == (503, 1)


async def test_a_conversation_is_not_begun_twice_for_an_error(server):
    # Rule 4 of stream.
    server.reply(sse=[("conversation.response.error", {"message": "x", "code": 503})], done=False, times=None)
    async with Mistral(server.api_key, server_url=server.url, retry_config=FAST) as client:
        with pytest.raises(StreamEventError):
            async with client.beta.conversations.start_stream(model="m", inputs="x") as stream:
                await stream.until_done()
    assert len(server.requests) == 1


TAILS = [
    [chunk("", usage=USAGE)],
    [{"id": "1", "choices": [{"index": 0, "delta": {}}], "usage": USAGE}],
    [{"id": "1", "choices": [], "usage": USAGE}],
    [chunk(None), chunk("", usage=USAGE), {"choices": []}],
]


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("tail", TAILS)
async def test_a_choice_that_has_finished_stays_finished(read, tail, done):
    # Rule 7 of accumulate.
    text, partial = await read(sse(*HALLO, *tail, done=done))
    assert (text, partial.choices[0].finish_reason, partial.usage.total_tokens) == ("hallo", "stop", 2)


def escaped(*texts):
    """Events whose texts are JSON as it stands here."""
    events = [b'{"choices": [{"index": 0, "delta": {"content": "%b"}}]}' % text for text in texts]
    return sse(*events, chunk("", "stop"))


HALVES = [
    ([rb"a\ud83d", rb"\ude00b"], "a\U0001f600b"),
    ([rb"\uD83D", rb"\uDE00"], "\U0001f600"),
    ([rb"a\ud83d", rb"", rb"\ude00"], "a\U0001f600"),
    ([rb"\ud83d\ude00\ud83d", rb"\ude00\ud83d", rb"\ude00"], "\U0001f600" * 3),
    ([rb"\\ud83d", rb"\\ude00"], r"\ud83d\ude00"),
    ([rb"\"\ud83d", rb"\ude00\""], '"\U0001f600"'),
]


@pytest.mark.parametrize(("texts", "wanted"), HALVES)
async def test_halves_of_a_character_become_one(read, texts, wanted):
    # Rule 9 of stream.
    text, partial = await read(escaped(*texts))
    assert text == partial.text == partial.choices[0].message.content == wanted


async def test_halves_in_the_arguments_of_a_call(read):
    # Rule 9 of stream.
    function = b'{"name": "%b", "arguments": "%b"}'
    call = b'{"choices": [{"delta": {"tool_calls": [{"index": 0, "function": ' + function + b"}]}}]}"
    _, partial = await read(
        sse(call % (b"f", rb"{\"x\": \"\ud83d"), call % (b"", rb"\ude00\"}"), chunk("", "tool_calls"))
    )
    assert partial.tool_calls[0].function.parsed() == {"x": "\U0001f600"}


async def test_bytes_that_are_not_utf8_are_read(read):
    assert (await read(sse(b'{"choices": [{"delta": {"content": "a\xff"}, "finish_reason": "stop"}]}')))[0] == "a\ufffd"


@pytest.mark.parametrize("media", ["application/json", "text/html", "text/plain", "application/octet-stream"])
async def test_events_that_are_called_a_document_are_read(read, media):
    # Rule 6 of stream.
    for start in (b"", b": hi\n\n", b"event: chunk\n"):
        assert (await read(start + sse(*HALLO), media))[0] == "hallo"
    with pytest.raises(StreamEventError, match="no luck"):
        await read(sse(HALLO[0], {"error": "no luck"}), media)


async def test_an_error_inside_an_event_that_had_begun(read):
    # Rule 6 of stream.
    begun = b'data: {"id": "1", "choices": [{"index": 0, "del\n'
    with pytest.raises(StreamEventError, match="no luck"):
        await read(sse(HALLO[0], done=False) + begun + sse({"type": "error", "error": {"message": "no luck"}}))


async def test_an_empty_finish_reason_is_none(read):
    # Rule 7 of accumulate.
    text, partial = await read(sse(chunk("hal", ""), chunk("lo", "stop")))
    assert (text, partial.choices[0].finish_reason) == ("hallo", "stop")
    with pytest.raises(IncompleteStreamError):
        await read(sse(chunk("hal", "")))


@pytest.mark.parametrize("line_end", [b"\n", b"\r"])
@pytest.mark.parametrize("media", ["text/event-stream", "application/json"])
async def test_many_small_events_come_some_hundred_at_a_time(read, line_end, media):
    # Rule 8 of stream.
    texts = [f"{n}," for n in range(3000)]
    body = sse(*map(chunk, texts), chunk("", "stop")).replace(b"\n", line_end)
    assert (await read(body, media))[0] == "".join(texts)
    read.server.reply(body=body, headers={"content-type": media})
    async with read.client.chat.stream(**HI) as stream:
        sizes = []
        while events := await stream.receive():
            sizes.append(len(events))
    assert sum(sizes) == 3001
    assert max(sizes) <= 512


@pytest.fixture
def loading_threads(monkeypatch):
    """The threads that import httpx-sse, which is not loaded yet."""
    threads = []

    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "httpx_sse":
                threads.append(threading.current_thread())

    for name in [name for name in sys.modules if name.partition(".")[0] == "httpx_sse"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    load_field_decoder.cache_clear()
    yield threads
    load_field_decoder.cache_clear()


REGULAR = sse(*HALLO)


@pytest.mark.parametrize(
    "body",
    [
        b": ping\n\n" + REGULAR,
        REGULAR.replace(b"data: ", b"data:"),
        REGULAR.replace(b"\n", b"\r\n"),
        b"\n\n: ping\n\n".join(REGULAR.split(b"\n\n")),
        REGULAR.removesuffix(b" [DONE]\n\n") + b"[DONE]",
        REGULAR.removesuffix(b"data: [DONE]\n\n") + b"event: x\n",
    ],
)
@pytest.mark.parametrize("media", ["text/event-stream", "application/json"])
async def test_irregular_events_are_read_by_what_a_thread_has_loaded(read, loading_threads, body, media):
    # Rule 8 of stream; rule 10 of sse.
    assert (await read(body, media))[0] == "hallo"
    assert loading_threads
    assert threading.current_thread() not in loading_threads


async def test_regular_events_load_nothing_more(read, loading_threads):
    # Rule 5 of sse.
    assert (await read(REGULAR.removesuffix(b"\n\n")))[0] == "hallo"
    assert not loading_threads


async def test_a_stream_that_can_not_load_what_reads_it_is_an_error_of_ours(read, monkeypatch, loading_threads):
    # Rule 8 of stream.
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "httpx_sse":
                raise OSError(24, "Too many open files")

    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    with pytest.raises(StreamInterruptedError, match="Too many open files"):
        await read(b": ping\n\n" + REGULAR)
    assert not loading_threads

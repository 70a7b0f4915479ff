"""Streams and downloads in the hands of their readers: left, cancelled, closed twice, interrupted, repeated, paced."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import threading
import time

import anyio
import pytest
from turns import least_step

from mistral_async import BackoffStrategy, Mistral, RateLimits, RetryConfig, SyncMistral, Timeout
from mistral_async._codec.large import LARGE
from mistral_async._engine import engine
from mistral_async._engine.request import stream as described
from mistral_async._results import event_reader
from mistral_async.errors import (
    APIStatusError,
    APITimeoutError,
    IncompleteStreamError,
    MistralError,
    RateLimitError,
    ResponseValidationError,
    StreamEventError,
    StreamInterruptedError,
)
from mistral_async.testing import Cut, Delay, FakeMistral, Reset, Stall

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
FAST = RetryConfig(backoff=BackoffStrategy(initial_interval=1, max_interval=5))
ERROR = {"object": "error", "message": "no", "type": "internal_server_error", "code": "1000"}


def chunk(text, reason=None):
    return {"id": "1", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]}


async def soon(condition, seconds=5.0):
    for _ in range(int(seconds / 0.002)):
        if condition():
            return True
        await anyio.sleep(0.002)
    return condition()


def pool_of(client):
    (wire,) = client._executor.engine.state.network._wires.values()
    return wire.pool


# Leaving.


async def test_a_stream_that_is_read_gives_its_connection_back(client, server):
    # Rule 1 of stream; rule 1 of open_response.
    for _ in range(5):
        async with client.chat.stream(**HI) as stream:
            async for _chunk in stream:
                pass
    assert server.connections.opened == 1
    assert pool_of(client).idle == 1


@pytest.mark.parametrize("how", ["break", "raise", "close", "return"])
async def test_a_stream_that_is_left_closes_its_connection_at_once(server, how):
    # Rule 1 of open_response.
    server.fault(Stall(after_events=1), times=None)

    async def leave(stream):
        async for _ in stream:
            match how:
                case "break":
                    break
                case "raise":
                    raise LookupError
                case "close":
                    await stream.aclose()
                case "return":
                    return

    async with Mistral(server.api_key, server_url=server.url) as client:
        stream = client.chat.stream(**HI)
        try:
            async with stream:
                await leave(stream)
        except LookupError:
            assert how == "raise"
        assert pool_of(client).slots == 0
        assert await soon(lambda: server.connections.open == 0)
        await stream.aclose()  # again does no harm
        with pytest.raises(IncompleteStreamError, match="was closed after 1 events"):  # no end like any other
            [event async for event in stream]


async def test_a_stream_is_read_once(client):
    # Rule 1 of open_response.
    stream = client.chat.stream(**HI)
    async with stream:
        pass
    with pytest.raises(RuntimeError, match="read once"):
        async with stream:
            pass


async def test_a_stream_needs_a_block_whatever_is_asked_of_it(client):
    with pytest.raises(TypeError, match="async with"):
        await anext(client.chat.stream(**HI))
    with pytest.raises(TypeError, match="async with"):
        await client.chat.stream(**HI).receive()
    with pytest.raises(RuntimeError, match="not open"):
        _ = client.chat.stream(**HI).response


async def test_two_readers_of_one_stream_are_told_apart(server):
    server.fault(Stall(after_events=1))
    async with Mistral(server.api_key, server_url=server.url) as client, client.chat.stream(**HI) as stream:
        await anext(stream)
        async with anyio.create_task_group() as tasks:

            async def read():
                await anext(stream)

            tasks.start_soon(read)
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(RuntimeError, match="another task"):
                await anext(stream)
            tasks.cancel_scope.cancel()


# Cancelling from another task.


async def cancelled_while(server, client, read):
    """What a reader sees when another task cancels its stream."""
    seen = []
    stream = client.chat.stream(**HI)
    async with anyio.create_task_group() as tasks:

        async def reader():
            async with stream:
                seen.append(await read(stream))

        tasks.start_soon(reader)
        await anyio.sleep(0.1)
        await anyio.wait_all_tasks_blocked()
        start = time.perf_counter()
        stream.cancel()
        stream.cancel()
    assert time.perf_counter() - start < 5
    assert await soon(lambda: server.connections.open == 0)
    assert pool_of(client).slots == 0
    return stream, seen


async def every(stream):
    return [event.text async for event in stream]


async def test_whoever_reads_sees_the_end(server):
    # Rule 3 of open_response.
    server.fault(Stall(after_events=2))
    async with Mistral(server.api_key, server_url=server.url) as client:
        stream, seen = await cancelled_while(server, client, every)
        assert [len(texts) for texts in seen] == [2]
        assert stream.partial.text == "".join(seen[0])
        assert await stream.receive() == []


async def test_whoever_wants_all_of_it_is_told(server):
    async def whole(stream):
        with pytest.raises(IncompleteStreamError, match="was closed"):
            await stream.get_final_response()
        return []

    server.fault(Stall(after_events=2))
    async with Mistral(server.api_key, server_url=server.url) as client:
        stream, _ = await cancelled_while(server, client, whole)
        assert stream.partial.text


async def test_a_stream_that_opens_can_be_cancelled(server):
    # Rule 3 of open_response.
    server.fault(Stall(where="head"), times=None)
    async with Mistral(server.api_key, server_url=server.url) as client:
        _, seen = await cancelled_while(server, client, every)
        assert seen == [[]]


async def test_a_stream_that_waits_to_be_repeated_can_be_cancelled(server):
    # Rule 3 of open_response.
    server.fault(Cut(after_events=0), times=None)
    slow = RetryConfig(backoff=BackoffStrategy(initial_interval=60_000, max_interval=60_000))
    async with Mistral(server.api_key, server_url=server.url, retry_config=slow) as client:
        _, seen = await cancelled_while(server, client, every)
        assert seen == [[]]


async def test_a_cancelled_wait_for_an_event_loses_none(server):
    server.chunk_delay = 0.05
    async with Mistral(server.api_key, server_url=server.url) as client, client.chat.stream(**HI) as stream:
        texts, waits = [], 0
        while True:
            with anyio.move_on_after(0.013):
                try:
                    texts.append((await anext(stream)).text)
                except StopAsyncIteration:
                    break
                continue
            waits += 1
        whole = stream.partial.response()
    assert waits
    assert "".join(texts) == whole.text
    assert whole.choices[0].finish_reason == "stop"


# What is there, and when.


async def test_the_response_is_there_before_the_first_event(server):
    server.fail(503)
    server.chunk_delay = 0.04
    async with (
        Mistral(server.api_key, server_url=server.url, retry_config=FAST) as client,
        client.chat.stream(**HI) as stream,
    ):
        first = stream.response
        await stream.until_done()
        last = stream.response
    assert first.status == 200
    assert first.request_id == first.headers["mistral-correlation-id"]
    assert [attempt.status for attempt in first.attempts] == [503, 200]
    assert first.attempts[-1].request_id == first.request_id
    assert first.attempts == last.attempts  # an attempt ends with the head of its answer
    assert last.timings.total > 0.04


async def test_receive_takes_all_that_has_arrived(client, server):
    async with client.chat.stream(**HI) as stream:
        batches = []
        while batch := await stream.receive():
            batches.append(batch)
        assert await stream.receive() == []
    assert "".join(event.text for batch in batches for event in batch) == stream.partial.text


async def test_events_before_a_failure_are_given_out_first(server):
    # Rule 3 of stream.
    server.reply(sse=[chunk("a"), chunk("b"), ERROR], done=False)
    async with Mistral(server.api_key, server_url=server.url) as client, client.chat.stream(**HI) as stream:
        texts = []

        async def take():
            while True:
                texts.extend([event.text for event in await stream.receive()])

        with pytest.raises(StreamEventError) as caught:
            await take()
        assert await stream.receive() == []
    assert texts == ["a", "b"]
    assert caught.value.partial.text == "ab"


@pytest.mark.parametrize("media", ["application/json", "text/html; charset=utf-8"])
async def test_what_is_no_stream_is_said(server, media):
    # Rule 6 of stream.
    server.reply(body=b'{"choices": []}', headers={"content-type": media}, times=None)
    async with Mistral(server.api_key, server_url=server.url) as client:
        with pytest.raises(ResponseValidationError, match="stream of events") as caught:
            async with client.chat.stream(**HI):
                pass
        assert caught.value.body == b'{"choices": []}'
        assert pool_of(client).slots == pool_of(client).idle


async def test_an_error_status_is_raised_when_the_block_is_entered(client, server):
    server.fail(400)
    with pytest.raises(APIStatusError) as caught:
        async with client.chat.stream(**HI):
            pass
    assert (caught.value.status, len(caught.value.attempts)) == (400, 1)
    assert pool_of(client).slots == pool_of(client).idle


async def test_many_refused_streams_leave_nothing(server):
    server.fail(400, times=None)
    async with Mistral(server.api_key, server_url=server.url, max_connections=3) as client:
        for _ in range(200):
            with pytest.raises(APIStatusError):
                async with client.chat.stream(**HI):
                    pass
        assert pool_of(client).slots == pool_of(client).idle <= 3


async def test_streams_of_other_families_end_with_their_own_mark(client):
    # Rule 1 of stream.
    async with client.beta.conversations.start_stream(model="mistral-small-latest", inputs="hi") as stream:
        events = [event async for event in stream]
    assert events[-1].type == "conversation.response.done"
    assert stream.partial.text
    assert await client.beta.conversations.list() is not None


async def test_a_conversation_that_breaks_is_not_begun_twice(server):
    # Rule 4 of stream.
    server.fault(Cut(after_events=0), times=None)
    async with Mistral(server.api_key, server_url=server.url, retry_config=FAST) as client:
        with pytest.raises(MistralError) as caught:
            async with client.beta.conversations.start_stream(model="mistral-small-latest", inputs="hi") as stream:
                await stream.until_done()
    assert caught.value.may_have_executed
    assert server.effects.total == 1


# Timeouts.


async def test_a_stream_is_under_way_until_it_is_closed(server):
    # Rule 2 of open_response.
    server.chunk_delay = 0.02
    at_once = [0, 0]
    limits = RateLimits(concurrency=2)
    async with Mistral(server.api_key, server_url=server.url, rate_limits=limits) as client:

        async def one():
            async with client.chat.stream(**HI) as stream:
                at_once[0] += 1
                at_once[1] = max(at_once)
                await stream.until_done()
                at_once[0] -= 1

        async with anyio.create_task_group() as tasks:
            for _ in range(8):
                tasks.start_soon(one)
        queues = client._executor.engine.state.limiter._queues.values()
        assert not any(queue.limits.in_flight for queue in queues)
    assert at_once == [0, 2]


@pytest.mark.parametrize("fault", [Cut(after_events=0), Reset(after_events=1), Stall(after_events=1)], ids=str)
async def test_a_stream_that_breaks_gives_its_permit_back(server, fault):
    # Rule 2 of open_response.
    server.fault(fault, times=3)
    settings = {"retry_config": FAST, "timeout": Timeout(read=0.2, idle=0.1), "rate_limits": RateLimits(concurrency=1)}
    async with Mistral(server.api_key, server_url=server.url, **settings) as client:
        for _ in range(3):
            try:
                async with client.chat.stream(**HI) as stream:
                    await stream.until_done()
            except MistralError:
                pass  # another test says which
        with anyio.fail_after(5):
            assert (await client.chat.complete(**HI)).text


async def test_an_error_body_that_is_cancelled_gives_its_permit_back(server):
    server.fault(Delay(5, where="body"))
    server.fail(400)
    settings = {"rate_limits": RateLimits(concurrency=1)}
    async with Mistral(server.api_key, server_url=server.url, **settings) as client:
        with anyio.move_on_after(0.2):
            async with client.chat.stream(**HI):
                pass
        with anyio.fail_after(5):
            assert (await client.chat.complete(**HI)).text


async def test_the_total_time_bounds_an_error_body(server):
    server.fail(400)
    server.fault(Delay(5, where="body"))
    async with Mistral(server.api_key, server_url=server.url) as client:
        start = time.perf_counter()
        with pytest.raises(APIStatusError):
            async with client.with_options(timeout=0.3).chat.stream(**HI):
                pass
        assert time.perf_counter() - start < 4


# Downloads.


async def test_a_download_that_stalls_is_ended_by_the_time_for_a_read(server):
    async with Mistral(server.api_key, server_url=server.url, retry_config={"strategy": "none"}) as client:
        uploaded = await client.files.upload(("a.pdf", b"%PDF" + bytes(100_000)), "ocr")
        server.fault(Stall(after_bytes=1000))
        view = client.with_options(timeout=Timeout(read=0.2, total=30))
        start = time.perf_counter()
        with pytest.raises(APITimeoutError) as caught:
            await view.files.download(uploaded.id)
        assert time.perf_counter() - start < 10
    assert caught.value.phase == "read"


async def test_a_download_is_ended_by_the_whole_time(server):
    async with Mistral(server.api_key, server_url=server.url) as client:
        uploaded = await client.files.upload(("a.pdf", b"%PDF" + bytes(100_000)), "ocr")
        server.fault(Stall(after_bytes=1000), times=None)
        with pytest.raises(APITimeoutError) as caught:
            await client.with_options(timeout=0.3).files.download(uploaded.id)
    assert caught.value.phase == "total"


# The blocking face.


def test_a_loop_over_a_stream_closes_it(threaded_server, sync_client):
    threaded_server.chunk_delay = 0.02
    for _ in sync_client.chat.stream(**HI):
        break
    for _ in range(500):
        if threaded_server.connections.open == 0:
            break
        time.sleep(0.002)
    assert threaded_server.connections.open == 0


def test_a_stream_may_be_forgotten_anywhere(threaded_server, sync_client):
    """A loop that is not finished is found by the garbage collector, even in the thread of the event loop."""
    # Rule 4 of open_response.
    threaded_server.chunk_delay = 0.02

    class Holder:
        pass

    for _ in range(5):
        holder = Holder()
        holder.me, holder.loop = holder, iter(sync_client.chat.stream(**HI))
        next(holder.loop)
        del holder

        async def collect():
            gc.collect()

        sync_client._executor.portal.run(collect)
    assert sync_client.models.list().data


def test_a_blocking_stream_is_cancelled_from_another_thread(threaded_server, sync_client):
    threaded_server.fault(Stall(after_events=1))
    with sync_client.chat.stream(**HI) as stream:
        next(stream)
        threading.Timer(0.1, stream.cancel).start()
        assert list(stream) == []
    with pytest.raises(IncompleteStreamError):
        stream.get_final_response()


def test_many_threads_share_one_blocking_client(threaded_server, sync_client):
    failures, done = [], []

    def work(number):
        try:
            for index in range(10):
                if index % 3:
                    assert sync_client.chat.complete(**HI).text
                else:
                    assert sync_client.chat.stream(**HI).get_final_response().text
                done.append(number)
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failures, len(done)) == ([], 320)


def test_errors_of_blocking_streams_are_the_same(threaded_server):
    threaded_server.fault(Reset(after_events=2))
    with (
        SyncMistral(threaded_server.api_key, server_url=threaded_server.url) as client,
        pytest.raises(StreamInterruptedError) as caught,
        client.chat.stream(**HI) as stream,
    ):
        list(stream)
    assert caught.value.partial.text


async def test_a_rate_limit_is_raised_when_the_block_is_entered(anyio_backend):
    async with FakeMistral() as server:
        server.fail(429, headers={"retry-after": "500"})
        async with Mistral(server.api_key, server_url=server.url) as client:
            with pytest.raises(RateLimitError) as caught:
                async with client.chat.stream(**HI):
                    pass
    assert caught.value.retry_after == 500


# Large events.

BIG = "é " * (LARGE // 2)


@pytest.mark.parametrize("done", [True, False])
async def test_a_large_event_is_read_between_others(client, server, done):
    # Rule 10 of stream.
    server.reply(sse=[chunk("a"), chunk(BIG), chunk("b"), chunk(BIG, "stop")], done=done)
    async with client.chat.stream(**HI) as stream:
        texts = [event.choices[0].delta.content async for event in stream]
    assert texts == ["a", BIG, "b", BIG]


async def test_a_large_event_keeps_what_the_server_sent(client, server):
    # Rule 10 of stream.
    server.reply(sse=[{**chunk(BIG, "stop"), "new": 1}])
    async with client.with_response.chat.stream(**HI) as stream:
        (event,) = [event async for event in stream]
        assert stream.unknown_fields(event) == {"$.new": 1}


async def test_a_large_event_that_is_irregular(client, server):
    # Rule 10 of stream.
    server.reply(sse=[{**chunk(BIG, "stop"), "id": None}])
    async with client.chat.stream(**HI) as stream:
        assert [event.choices[0].delta.content async for event in stream] == [BIG]
    server.reply(sse=[[BIG]])
    async with client.chat.stream(**HI) as stream:
        with pytest.raises(ResponseValidationError):
            await stream.until_done()


def written(lines, end, before=()):
    """An event of several lines, and the mark; the lines of data are one JSON text."""
    text = end.join([*before, *[f"data: {line}" for line in lines], "", "data: [DONE]", "", ""])
    return {"body": text.encode(), "headers": {"content-type": "text/event-stream"}}


def forms_of(text):
    """The forms in which no event of the API comes, but one of a relay may."""
    event = chunk(text, "stop")
    return {
        "CRLF": written([json.dumps(event)], "\r\n", before=["id: 7"]),
        "several lines": written(json.dumps(event, indent=0, ensure_ascii=False).split("\n"), "\r", before=[": hello"]),
    }


@pytest.mark.parametrize("form", forms_of(""))
async def test_a_large_event_in_irregular_lines(client, server, form):
    # Rule 10 of stream; rule 9 of sse.
    server.reply(**forms_of(BIG)[form])
    async with client.chat.stream(**HI) as stream:
        assert [event.choices[0].delta.content async for event in stream] == [BIG]


@pytest.mark.slow
async def test_twenty_megabytes_in_irregular_lines_let_others_go_on(client, server):
    # Rule 10 of stream; rule 9 of sse.
    server.reply(**forms_of("a" * 20_000_000)["CRLF"], times=None)

    async def read():
        async with client.chat.stream(**HI) as stream:
            return await stream.receive()

    assert await least_step(read, 0.03) < 0.03


async def test_a_large_event_is_not_lost_where_the_wait_for_it_is_cancelled(client, server, monkeypatch):
    # Rule 10 of stream.
    begun = anyio.Event()
    decode_large = event_reader.decode_large

    async def slow(data, type_):
        if not begun.is_set():
            begun.set()
            await anyio.sleep_forever()
        return await decode_large(data, type_)

    monkeypatch.setattr(event_reader, "decode_large", slow)
    server.reply(sse=[chunk("a"), chunk(BIG), chunk("b", "stop")])
    async with client.chat.stream(**HI) as stream:
        assert (await anext(stream)).choices[0].delta.content == "a"
        async with anyio.create_task_group() as group:
            group.start_soon(anext, stream)
            await begun.wait()
            group.cancel_scope.cancel()
        assert [event.choices[0].delta.content async for event in stream] == [BIG, "b"]


async def test_the_deadline_ends_the_decoding_of_a_large_answer(client, server, monkeypatch):
    # Rule 10 of stream; rule 5 of engine.
    async def slow(data, type_):
        await anyio.sleep_forever()

    monkeypatch.setattr(event_reader, "decode_large", slow)
    monkeypatch.setattr(engine, "decode_large", slow)
    since, limited = time.monotonic(), client.with_options(timeout=Timeout(total=0.5))
    server.reply(sse=[chunk(BIG, "stop")])
    with pytest.raises(APITimeoutError, match="too large to be decoded in time") as caught:
        async with limited.chat.stream(**HI) as stream:
            await stream.until_done()
    assert caught.value.phase == "total"
    server.reply(json={"id": "1", "choices": [{"index": 0, "message": {"content": BIG}}]})
    with pytest.raises(APITimeoutError, match="too large to be decoded in time"):
        await limited.chat.complete(**HI)
    assert time.monotonic() - since < 10


# Other forms of streams.


async def test_rule_1_a_stream_without_terminal_events_ends_with_its_body(client, server):
    server.reply("/v1/runs/a%20b/stream", sse=[{"n": 1}, {"n": 2}], done=False, times=2)
    request = described("/v1/runs/{}/stream", "a b", yields=dict, ends=frozenset(), query={"since": 3}, method="GET")
    async with await client.send(request) as stream:
        assert [event async for event in stream] == [{"n": 1}, {"n": 2}]
    assert (server.requests[-1].method, server.requests[-1].query) == ("GET", {"since": ["3"]})
    server.fault(Cut(after_events=1))
    async with await client.send(request) as stream:
        with pytest.raises(MistralError):
            await stream.until_done()


async def test_rule_1_done_ends_it_too(client, server):
    server.reply("/v1/runs", sse=[{"n": 1}, "[DONE]", {"n": 2}])
    async with await client.send(described("/v1/runs", yields=dict, ends=frozenset())) as stream:
        assert [event async for event in stream] == [{"n": 1}]


async def test_rule_6_an_error_frame_says_its_reason(client, server):
    server.reply("/v1/runs", sse=[{"n": 1}, ("error", {"error": "gone", "reason": "read_error"})], done=False)
    async with await client.send(described("/v1/runs", yields=dict, ends=frozenset())) as stream:
        with pytest.raises(StreamEventError, match="gone") as caught:
            await stream.until_done()
    assert caught.value.code == "read_error"
    assert stream.partial.events == [{"n": 1}]


async def test_lines_of_json_are_events(client, server):
    server.reply("/v1/lines", body=b'{"n": 1}\n\n{"n": 2}\r\n{"n": 3}')
    async with await client.send(described("/v1/lines", yields=dict, ends=frozenset(), lines=True)) as stream:
        assert [event["n"] async for event in stream] == [1, 2, 3]
    assert server.requests[-1].headers["accept"] == "application/x-ndjson"


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
@pytest.mark.parametrize("what", ["stream", "download"])
async def test_what_is_open_is_neither_copied_nor_pickled(client, capfd, duplicate, what):
    """Two would settle one call; the half that is made of the second says nothing."""
    uploaded = await client.files.upload(("a", b"x"), "ocr")
    opened = client.chat.stream(**HI) if what == "stream" else client.files.download(uploaded.id)
    async with opened:
        with pytest.raises(TypeError, match=r"an open Async.* is not copied or pickled: make the call again"):
            duplicate(opened)
        gc.collect()
    assert capfd.readouterr().err == ""


async def test_the_place_to_go_on_from_is_at_most_that_of_what_was_taken(client, server):
    frames = [b'id: %d\ndata: {"n": %d}\n\n' % (n, n) for n in range(6)]
    server.reply("/v1/runs", sse=[b"".join(frames[:3]), b"".join(frames[3:])], done=False)
    async with await client.send(described("/v1/runs", yields=dict, ends=frozenset())) as stream:
        assert stream.last_event_id == ""
        async for event in stream:
            assert int(stream.last_event_id or -1) <= event["n"]
        assert stream.last_event_id == "5"
    with pytest.raises(TypeError):
        _ = client.chat.stream(**HI).last_event_id

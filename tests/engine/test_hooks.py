"""Hooks see each call, attempt and wait, begin and end once whatever happens, and can break nothing."""

from __future__ import annotations

import contextlib
import contextvars
import gc
import inspect
import logging
import pickle
import time

import anyio
import msgspec
import pytest

from mistral_async import BackoffStrategy, Hooks, Mistral, RateLimits, RetryConfig, SyncMistral, calls
from mistral_async.batch import BatchLimits, Poll
from mistral_async.errors import (
    APIConnectionError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    RateLimitError,
    ResponseValidationError,
    StreamInterruptedError,
)
from mistral_async.testing import Cut, FakeMistral, Garbage, Html, Stall, Truncate, VirtualClock

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
FAST = RetryConfig(backoff=BackoffStrategy(initial_interval=1, max_interval=5))
CURRENT: contextvars.ContextVar[str] = contextvars.ContextVar("current", default="nothing")


class Log(Hooks):
    """Writes down what it is told."""

    def __init__(self):
        self.lines = []
        self.errors = []
        self.calls = []

    def before_call(self, call):
        self.lines.append(f"call {call.request.method} {call.request.route}")
        self.calls.append(call)
        call.state[self] = len(self.calls)

    @contextlib.contextmanager
    def activate(self, call):
        token = CURRENT.set(call.request.route)
        try:
            yield
        finally:
            CURRENT.reset(token)

    def rate_wait(self, call, seconds):
        assert call in self.calls
        self.lines.append(f"wait {seconds:.1f}")

    def before_attempt(self, call):
        assert call.state[self]
        self.lines.append("attempt")

    def after_attempt(self, call, attempt):
        assert call.attempts[-1] is attempt
        self.lines.append(f"{attempt.status} {attempt.error or 'ok'}")

    def after_call(self, call, error):
        assert call.elapsed > 0
        self.lines.append(f"end {type(error).__name__ if error else 'ok'}")
        self.errors.append(error)

    @property
    def tail(self):
        return self.lines[1:]


@pytest.fixture
def log():
    return Log()


def client_of(server, *hooks, retry=FAST, **settings):
    return Mistral(server.api_key, server_url=server.url, retry_config=retry, hooks=hooks, **settings)


async def soon(condition):
    for _ in range(1000):
        if condition():
            return
        await anyio.sleep(0.002)
    raise AssertionError("it did not happen")


# Calls.


@pytest.mark.parametrize("how", ["plain", "with_response", "send", "view"])
async def test_a_call_is_told_of_however_it_is_made(server, log, how):
    async with client_of(server, log) as client:
        match how:
            case "plain":
                answer = await client.chat.complete(**HI)
            case "with_response":
                answer = (await client.with_response.chat.complete(**HI)).data
            case "send":
                answer = (await client.send(calls.chat.complete(**HI))).data
            case "view":
                answer = await client.with_options(timeout=30).chat.complete(**HI)
    assert log.lines == ["call POST /v1/chat/completions", "attempt", "200 ok", "end ok"]
    (call,) = log.calls
    assert call.answer.id == answer.id
    assert call.status == 200
    assert call.request_id
    assert call.request.model == HI["model"]
    assert f"http://{call.address}:{call.port}" == server.url


async def test_each_attempt_is_told_of(server, log):
    server.fail(503, times=2)
    async with client_of(server, log) as client:
        await client.chat.complete(**HI)
    assert log.tail == ["attempt", "503 ServerError", "attempt", "503 ServerError", "attempt", "200 ok", "end ok"]
    assert [attempt.waited > 0 for attempt in log.calls[0].attempts] == [False, True, True]


async def test_errors_end_a_call(server, log):
    server.fail(401, times=1)
    async with client_of(server, log) as client:
        with pytest.raises(AuthenticationError) as caught:
            await client.chat.complete(**HI)
        server.fault(Garbage())
        with pytest.raises(APIConnectionError):
            await client.beta.agents.create(model="m", name="n")
        server.fault(Truncate())
        with pytest.raises(ResponseValidationError):
            await client.models.list()
    assert log.errors[0] is caught.value
    assert log.tail == [
        "attempt",
        "401 AuthenticationError",
        "end AuthenticationError",
        "call POST /v1/agents",
        "attempt",
        "None APIConnectionError",
        "end APIConnectionError",
        "call GET /v1/models",
        "attempt",
        "200 ok",
        "end ResponseValidationError",
    ]


async def test_what_fails_before_anything_is_sent_ends_too(server, log):
    def key():
        raise LookupError("no key today")

    async with Mistral(key, server_url=server.url, hooks=log) as client:
        with pytest.raises(LookupError):
            await client.models.list()
    async with client_of(server, log) as client:
        with pytest.raises(TypeError, match="JSON"):
            await client.with_options(extra_body={"x": object()}).chat.complete(**HI)
        with pytest.raises(TypeError, match="JSON"):
            async with client.with_options(extra_body={"x": object()}).chat.stream(**HI):
                pass
    assert [line for line in log.lines if line.startswith("end")] == ["end LookupError", *["end TypeError"] * 2]
    assert "attempt" not in log.lines


async def test_a_cancelled_call_ends(server, log):
    server.fault(Stall(), times=None)
    async with client_of(server, log) as client:
        with anyio.move_on_after(0.1):
            await client.chat.complete(**HI)
    assert [line.replace("CancelledError", "Cancelled") for line in log.tail] == [
        "attempt",
        "None Cancelled",
        "end Cancelled",
    ]


async def test_a_call_whose_coroutine_is_dropped_ends(log):
    class Never:
        def __await__(self):
            yield

    asked = []

    async def key():
        asked.append(1)
        await Never()

    client = Mistral(key, hooks=log)
    for _ in range(2):  # the first holds up nobody: its turn to ask for the key ends with it
        begun, never_begun = client.chat.complete(**HI), client.chat.complete(**HI)
        begun.send(None)
        del begun
        gc.collect()
        never_begun.close()
    assert len(asked) == 2
    assert log.lines == ["call POST /v1/chat/completions", "end GeneratorExit"] * 2


async def test_pages_are_calls(server, log):
    async with client_of(server, log) as client:
        await client.files.list()
        for _ in range(3):
            await client.files.upload(file=("a.jsonl", b"{}\n"), purpose="batch")
        log.lines.clear()
        assert len([file async for file in client.files.list(page_size=2)]) == 3
    assert log.lines == ["call GET /v1/files", "attempt", "200 ok", "end ok"] * 2


async def test_bulk_work_is_calls(server, log):
    work = [calls.chat.complete(**HI) for _ in range(5)]
    async with client_of(server, log) as client, client.bulk.map(work) as results:
        await results.collect()
    assert sorted(line for line in log.lines if "wait" not in line) == sorted(
        ["call POST /v1/chat/completions", "attempt", "200 ok", "end ok"] * 5
    )


async def test_batch_work_is_calls(anyio_backend, log):
    clock = VirtualClock()

    async def sleep(seconds):
        clock.advance(seconds)
        await anyio.lowlevel.checkpoint()

    work = [calls.chat.complete(**HI) for _ in range(5)]
    limits, poll = BatchLimits(inline_requests=0), Poll(sleep=sleep)
    async with (
        FakeMistral(clock=clock) as server,
        client_of(server, log) as client,
        client.batch.run(work, limits=limits, poll=poll) as results,
    ):
        assert len(await results.collect()) == 5
    asked = {line for line in log.lines if line.startswith("call")}
    assert asked >= {"call POST /v1/files", "call POST /v1/batch/jobs", "call GET /v1/files/{}/content"}
    assert log.lines.count("end ok") == len(log.calls)


async def test_waits_for_the_rate_limits_are_told_of(server, log):
    async with client_of(server, log, rate_limits=RateLimits(requests_per_second=5)) as client:
        await client.models.list()
        await client.models.list()
    assert log.lines == [
        "call GET /v1/models",
        "attempt",
        "200 ok",
        "end ok",
        "call GET /v1/models",
        "wait 0.2",
        "attempt",
        "200 ok",
        "end ok",
    ]


async def test_what_never_was_sent_is_no_attempt(server, log):
    async with client_of(server, log, rate_limits=RateLimits(requests_per_minute=1)) as client:
        await client.models.list()
        log.lines.clear()
        with pytest.raises(TimeoutError):
            await client.with_options(timeout=0.05).models.list()
    assert log.lines == ["call GET /v1/models", "end APITimeoutError"]


class Number(msgspec.Struct):
    value: int


async def test_an_answer_that_is_asked_for_again_is_another_call(server, log):
    for text in ('{"other": 1}', '{"value": 1}'):
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        server.reply("chat.complete", json={"id": text, "choices": [choice]})
    async with client_of(server, log) as client:
        parsed = await client.chat.parse(**HI, response_format=Number, repair=1)
    assert parsed.value == Number(1)
    each = ["call POST /v1/chat/completions", "attempt", "200 ok"]
    assert log.lines == [*each, "end InvalidOutputError", *each, "end ok"]
    assert [call.answer.id for call in log.calls] == ['{"other": 1}', '{"value": 1}']


# Streams and downloads.


async def test_a_stream_ends_when_it_is_read(server, log):
    async with client_of(server, log) as client, client.chat.stream(**HI) as stream:
        assert log.tail == ["attempt"]
        async for _ in stream:
            pass
        assert log.tail == ["attempt", "200 ok", "end ok"]
    (call,) = log.calls
    assert call.answer.text == stream.partial.text
    assert 0 < call.first_event < call.elapsed
    assert log.tail == ["attempt", "200 ok", "end ok"]


@pytest.mark.parametrize("how", ["break", "raise", "close", "cancel"])
async def test_a_stream_that_is_left_ends_well(server, log, how):
    server.fault(Stall(after_events=1), times=None)
    async with client_of(server, log) as client:
        with contextlib.suppress(LookupError):
            async with client.chat.stream(**HI) as stream:
                await anext(stream)
                match how:
                    case "raise":
                        raise LookupError
                    case "close":
                        await stream.aclose()
                    case "cancel":
                        stream.cancel()
                    case _:
                        pass
    assert log.tail == ["attempt", "200 ok", "end ok"]
    assert log.calls[0].answer.events


async def test_a_cancelled_stream_ends_with_the_cancellation(server, log):
    server.fault(Stall(after_events=1), times=None)
    async with client_of(server, log) as client:
        with anyio.move_on_after(0.1):
            async with client.chat.stream(**HI) as stream:
                async for _ in stream:
                    pass
    assert [line.replace("CancelledError", "Cancelled") for line in log.tail] == [
        "attempt",
        "200 Cancelled",
        "end Cancelled",
    ]


async def test_a_stream_that_breaks_ends_with_its_error(server, log):
    server.fault(Cut(after_events=2), times=None)
    async with client_of(server, log) as client, client.chat.stream(**HI) as stream:
        with pytest.raises(StreamInterruptedError) as caught:
            async for _ in stream:
                pass
    assert log.tail == ["attempt", "200 StreamInterruptedError", "end StreamInterruptedError"]
    assert log.errors == [caught.value]


async def test_a_stream_that_is_repeated_is_one_call(server, log):
    server.fault(Cut(after_events=0))
    async with client_of(server, log) as client, client.chat.stream(**HI) as stream:
        async for _ in stream:
            pass
    assert log.tail == ["attempt", "None APIConnectionError", "attempt", "200 ok", "end ok"]


async def test_a_stream_that_is_refused_or_no_stream_ends(server, log):
    server.fail(400)
    async with client_of(server, log, retry=RetryConfig(strategy="none")) as client:
        with pytest.raises(BadRequestError):
            async with client.chat.stream(**HI):
                pass
        assert log.tail == ["attempt", "400 BadRequestError", "end BadRequestError"]
        log.lines.clear()
        server.fault(Html(status=200))
        with pytest.raises(ResponseValidationError):
            async with client.chat.stream(**HI):
                pass
    assert log.tail == ["attempt", "200 ResponseValidationError", "end ResponseValidationError"]


async def test_an_error_of_another_call_is_no_error_of_the_stream(server, log):
    async with client_of(server, log, retry=RetryConfig(strategy="none")) as client:

        async def nested():
            async with client.chat.stream(**HI):
                server.fail(429)
                await client.models.list()

        with pytest.raises(RateLimitError):
            await nested()
    assert [type(error) for error in log.errors] == [RateLimitError, type(None)]


async def test_a_stream_that_nobody_closes_ends_when_it_is_collected(server, log):
    server.fault(Stall(after_events=1))
    async with client_of(server, log, rate_limits=RateLimits(concurrency=1)) as client:
        stream = client.chat.stream(**HI)
        await stream.__aenter__()
        await anext(stream)
        stream.myself = stream
        del stream
        assert log.tail == ["attempt"]
        gc.collect()
        await soon(lambda: len(log.errors) == 1)
        assert log.tail == ["attempt", "200 ok", "end ok"]
        with anyio.fail_after(5):  # its place under `concurrency` is free again
            await client.models.list()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_stream_that_outlives_its_event_loop_ends(threaded_server, log, backend):
    threaded_server.chunk_delay = 0.02

    async def leave():
        client = client_of(threaded_server, log)
        stream = client.chat.stream(**HI)
        await stream.__aenter__()
        await anext(stream)
        await client.aclose()
        return stream

    stream = anyio.run(leave, backend=backend)
    assert log.errors == []
    del stream
    gc.collect()
    deadline = time.monotonic() + 5
    while not log.errors:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert log.tail == ["attempt", "200 ok", "end ok"]


async def test_a_download_is_a_call(server, log):
    async with client_of(server, log) as client:
        file = await client.files.upload(file=("a.txt", b"x" * 100_000), purpose="ocr")
        log.lines.clear()
        assert len(await client.files.download(file_id=file.id)) == 100_000
        assert log.lines == ["call GET /v1/files/{}/content", "attempt", "200 ok", "end ok"]
        log.lines.clear()
        server.fault(Cut(after_bytes=10_000))
        assert len(await client.files.download(file_id=file.id)) == 100_000
        assert log.tail == ["attempt", "None StreamInterruptedError", "attempt", "206 ok", "end ok"]
        log.lines.clear()
        server.fault(Cut(after_bytes=10_000))
        with pytest.raises(StreamInterruptedError):
            await client.with_options(retries=0).files.download(file_id=file.id)
        assert log.tail == ["attempt", "None StreamInterruptedError", "end StreamInterruptedError"]


async def test_what_is_activated_is_current_when_an_open_answer_is_repeated(server):
    seen = []

    class Nosy(Log):
        def before_attempt(self, call):
            seen.append(CURRENT.get())

    async with client_of(server, Nosy()) as client:
        server.fault(Cut(after_events=0))
        async with client.chat.stream(**HI) as stream:
            await stream.until_done()
        assert seen == ["/v1/chat/completions"] * 2
        file = await client.files.upload(file=("a.txt", b"x" * 100_000), purpose="ocr")
        server.fault(Cut(after_bytes=10_000))
        await client.files.download(file_id=file.id)
    assert seen[-2:] == ["/v1/files/{}/content"] * 2


# Blocking.


def test_blocking_calls_have_hooks_too(threaded_server, log):
    with SyncMistral(threaded_server.api_key, server_url=threaded_server.url, hooks=[log]) as client:
        client.chat.complete(**HI)
        for _ in client.chat.stream(**HI):
            break
    assert log.lines == ["call POST /v1/chat/completions", "attempt", "200 ok", "end ok"] * 2


# What hooks do.


async def test_what_is_activated_is_current_while_the_client_works(server, log):
    seen = []

    async def key():
        seen.append(CURRENT.get())
        return server.api_key

    class Nosy(Log):
        def after_attempt(self, call, attempt):
            seen.append(CURRENT.get())

    async with Mistral(key, server_url=server.url, hooks=[Nosy()]) as client:
        await client.models.list()
        assert CURRENT.get() == "nothing"
        async with client.chat.stream(**HI) as stream:
            assert CURRENT.get() == "nothing"
            await stream.until_done()
            assert CURRENT.get() == "nothing"
    assert seen[:2] == ["/v1/models"] * 2
    assert seen[2] == "/v1/chat/completions"


async def test_headers_of_hooks_are_sent(server):
    class Tagged(Hooks):
        def before_call(self, call):
            call.headers["X-Trace"] = "abc"
            call.headers["bad\r\nname"] = "x"
            call.headers["x-none"] = None

    server.fail(503)
    async with client_of(server, Tagged()) as client:
        await client.chat.complete(**HI)
    assert [request.headers["x-trace"] for request in server.requests] == ["abc", "abc"]
    assert all("x-none" not in request.headers for request in server.requests)


async def test_a_hook_that_raises_breaks_nothing(server, log, caplog):
    class Broken(Hooks):
        def fail(self, *_):
            raise ZeroDivisionError("broken hook")

        before_call = rate_wait = before_attempt = after_attempt = after_call = activate = fail

    class BrokenBlock(Hooks):
        @contextlib.contextmanager
        def activate(self, call):
            yield
            raise ZeroDivisionError("broken block")

    async with client_of(server, Broken(), BrokenBlock(), log) as client:
        assert (await client.chat.complete(**HI)).choices
        async with client.chat.stream(**HI) as stream:
            await stream.until_done()
        server.fail(401)
        with pytest.raises(AuthenticationError):
            await client.models.list()
    assert len(log.errors) == 3
    records = [record for record in caplog.records if record.name == "mistral_async"]
    assert {record.levelno for record in records} == {logging.ERROR}
    assert any("Broken" in record.getMessage() for record in records)
    assert server.api_key not in caplog.text


async def test_hooks_are_called_in_order_and_see_the_same_call(server):
    first, second = Log(), Log()
    async with client_of(server, first, second) as client:
        await client.models.list()
    assert first.calls == second.calls
    assert first.lines == second.lines


def test_what_is_no_hook_is_refused():
    class Late(Hooks):
        async def before_call(self, call):
            raise AssertionError

    for hooks in (object(), [Log], [Late()], "hooks"):
        with pytest.raises((ConfigurationError, TypeError), match=r"Hooks|Late|iterable"):
            Mistral("key", hooks=hooks)
    Mistral("key", hooks=[])
    Mistral("key", hooks=Log())


def test_the_signatures_are_the_documented_ones():
    shown = {name: str(inspect.signature(getattr(Hooks, name))) for name in vars(Hooks) if not name.startswith("_")}
    assert shown.pop("client_made") == "(self, client: 'ClientContext') -> 'None'"
    assert shown.pop("rate_store") == "(self, error: 'Exception | None') -> 'None'", "it belongs to no call"
    attempts = ["rate_wait", "before_attempt", "after_attempt", "after_call", "model_deprecated", "key_resting"]
    assert list(shown) == ["before_call", "activate", *attempts]
    assert all(signature.startswith("(self, call: 'CallContext'") for signature in shown.values())


class Quiet(Hooks):
    pass


def test_a_client_with_hooks_can_be_pickled():
    client = pickle.loads(pickle.dumps(Mistral("key", hooks=[Quiet()])))
    assert client._executor.engine.state.hooks is not None


async def test_the_key_is_not_in_what_hooks_see(server, log):
    async with client_of(server, log) as client:
        await client.chat.complete(**HI)
    (call,) = log.calls
    shown = repr({name: getattr(call, name) for name in type(call).__slots__ if not name.startswith("_")})
    assert server.api_key not in shown + repr(call)


# Timeouts and patience.


async def test_a_stream_counts_as_under_way_until_its_end(server):
    """`concurrency` is a limit of what the server works on: streams are worked on until they end."""
    server.chunk_delay = 0.02
    open_now = most = 0
    async with Mistral(server.api_key, server_url=server.url, rate_limits=RateLimits(concurrency=2)) as client:

        async def read():
            nonlocal open_now, most
            async with client.chat.stream(**HI) as stream:
                open_now += 1
                most = max(most, open_now)
                async for _ in stream:
                    await anyio.lowlevel.checkpoint()
                    last = stream
                assert last is stream
                open_now -= 1

        async with anyio.create_task_group() as tasks:
            for _ in range(7):
                tasks.start_soon(read)
    assert most == 2

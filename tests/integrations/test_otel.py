"""Spans and metrics: the conventions' names, one end for every span, nesting, and nothing that was not asked for."""

from __future__ import annotations

import gc
import importlib
import json
import pickle
import subprocess
import sys

import anyio
import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from mistral_async import BackoffStrategy, Budget, Mistral, RateLimits, RetryConfig, SyncMistral, calls
from mistral_async.errors import MistralError, NotFoundError, StreamInterruptedError
from mistral_async.integrations.otel import OpenTelemetryHooks
from mistral_async.testing import Cut, Reset, Stall

SECRET = "what nobody may record"
HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": SECRET}]}
FAST = RetryConfig(backoff=BackoffStrategy(initial_interval=1, max_interval=5))


class Telemetry:
    """What was recorded."""

    def __init__(self):
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider([self.reader])
        self.tracer = self.provider.get_tracer("test")

    def hooks(self, **options):
        return OpenTelemetryHooks(tracer_provider=self.provider, meter_provider=self.meters, **options)

    @property
    def spans(self):
        return self.exporter.get_finished_spans()

    @property
    def span(self):
        (span,) = self.spans
        return span

    def points(self, name):
        data = self.reader.get_metrics_data()
        metrics = [m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics] if data else []
        return [point for metric in metrics if metric.name == name for point in metric.data.data_points]

    def text(self):
        return "".join(span.to_json() for span in self.spans)


@pytest.fixture
def telemetry():
    telemetry = Telemetry()
    yield telemetry
    telemetry.meters.shutdown()


@pytest.fixture
async def client(server, telemetry):
    async with Mistral(server.api_key, server_url=server.url, retry_config=FAST, hooks=telemetry.hooks()) as client:
        yield client


async def soon(condition):
    for _ in range(1000):
        if condition():
            return
        await anyio.sleep(0.002)
    raise AssertionError("it did not happen")


def attempts(span):
    return [event for event in span.events if event.name == "mistral_async.attempt"]


# What is recorded.


async def test_a_chat(client, server, telemetry):
    response = await client.with_response.chat.complete(
        **HI, temperature=0.5, max_tokens=100, top_p=0.9, random_seed=7, stop=["END"], n=1, presence_penalty=0.1
    )
    answer, span = response.data, telemetry.span
    assert span.name == "chat mistral-small-latest"
    assert span.kind is SpanKind.CLIENT
    assert span.status.status_code is StatusCode.UNSET
    assert span.instrumentation_scope.name == "mistral_async"
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "mistral_ai",
        "gen_ai.request.model": "mistral-small-latest",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 100,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.request.seed": 7,
        "gen_ai.request.stop_sequences": ("END",),
        "gen_ai.request.choice.count": 1,
        "gen_ai.request.presence_penalty": 0.1,
        "gen_ai.response.id": answer.id,
        "gen_ai.response.model": answer.model,
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": answer.usage.prompt_tokens,
        "gen_ai.usage.output_tokens": answer.usage.completion_tokens,
        "http.response.status_code": 200,
        "mistral_async.request_id": response.request_id,
        "server.address": "127.0.0.1",
        "server.port": int(server.url.rsplit(":", 1)[1]),
    }
    (event,) = attempts(span)
    assert event.attributes["mistral_async.attempt.number"] == 1
    assert event.attributes["http.response.status_code"] == 200


async def test_a_stream(client, telemetry):
    async with client.chat.stream(**HI) as stream:
        assert not telemetry.spans
        async for _ in stream:
            pass
    span, usage = telemetry.span, stream.partial.usage
    assert span.name == "chat mistral-small-latest"
    assert span.attributes["gen_ai.request.stream"] is True
    assert span.attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert span.attributes["gen_ai.usage.input_tokens"] == usage.prompt_tokens
    assert span.attributes["gen_ai.usage.output_tokens"] == usage.completion_tokens
    assert span.attributes["gen_ai.response.id"] == stream.partial.response().id
    lasted = (span.end_time - span.start_time) / 1e9
    assert 0 < span.attributes["gen_ai.response.time_to_first_chunk"] < lasted + 0.01  # another clock
    assert len(telemetry.points("gen_ai.client.operation.time_to_first_chunk")) == 1


OTHERS = [
    (lambda client: client.embeddings.create(model="mistral-embed", inputs=["a"]), "embeddings mistral-embed"),
    (lambda client: client.fim.complete(model="codestral-latest", prompt="a"), "text_completion codestral-latest"),
    (lambda client: client.agents.complete(agent_id="ag_1", messages=HI["messages"]), "invoke_agent"),
    (lambda client: client.beta.agents.create(model="mistral-large-latest", name="helper"), "create_agent helper"),
    (
        lambda client: client.beta.conversations.start(model="mistral-small-latest", inputs="hi"),
        "chat mistral-small-latest",
    ),
    (
        lambda client: client.classifiers.moderate(model="mistral-moderation-latest", inputs="a"),
        "moderation mistral-moderation-latest",
    ),
    (lambda client: client.models.list(), "GET /v1/models"),
    (lambda client: client.files.retrieve(file_id="no-such-file"), "GET /v1/files/{}"),
]


@pytest.mark.parametrize(("ask", "name"), OTHERS, ids=[name for _, name in OTHERS])
async def test_the_name_says_what_is_asked(client, telemetry, ask, name):
    try:
        await ask(client)
    except NotFoundError:
        assert "{}" in name or "agent" in name
    span = telemetry.span
    assert span.name == name
    if name.startswith("GET"):
        assert span.attributes["url.template"] == name.split()[1]
        assert not any(key.startswith("gen_ai") for key in span.attributes)
    else:
        assert span.attributes["gen_ai.operation.name"] == name.split()[0]
    assert span.attributes.get("gen_ai.agent.id") == ("ag_1" if name == "invoke_agent" else None)


async def test_a_conversation_has_its_id(client, telemetry):
    started = await client.beta.conversations.start(model="mistral-small-latest", inputs="hi")
    async with client.beta.conversations.append_stream(
        conversation_id=started.conversation_id, inputs="more"
    ) as stream:
        await stream.until_done()
    assert [span.attributes["gen_ai.conversation.id"] for span in telemetry.spans] == [started.conversation_id] * 2
    assert all(span.attributes["gen_ai.usage.output_tokens"] for span in telemetry.spans)


async def test_attempts_are_events(client, server, telemetry):
    server.fail(503)
    server.fault(Reset(where="head"), after=1)
    await client.chat.complete(**HI)
    events = [dict(event.attributes) for event in attempts(telemetry.span)]
    assert [event.get("http.response.status_code") for event in events] == [503, None, 200]
    assert [event.get("error.type") for event in events] == ["ServerError", "APIConnectionError", None]
    assert [event["mistral_async.attempt.number"] for event in events] == [1, 2, 3]
    assert events[1]["mistral_async.attempt.waited"] > 0
    assert telemetry.span.status.status_code is StatusCode.UNSET


async def test_waits_for_the_rate_limits_are_events(server, telemetry):
    limits = RateLimits(requests_per_second=4)
    async with Mistral(server.api_key, server_url=server.url, rate_limits=limits, hooks=telemetry.hooks()) as client:
        await client.models.list()
        await client.models.list()
    first, second = telemetry.spans
    assert [event.name for event in first.events] == ["mistral_async.attempt"]
    assert [event.name for event in second.events] == ["mistral_async.rate_wait", "mistral_async.attempt"]
    assert 0 < second.events[0].attributes["mistral_async.rate_wait.seconds"] < 5  # 0.25 less what the first took


async def test_an_error(client, server, telemetry):
    server.fail(429, times=None, headers={"retry-after": "1000"})
    with pytest.raises(MistralError):
        await client.chat.complete(**HI)
    span = telemetry.span
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == "RateLimitError"
    assert span.attributes["http.response.status_code"] == 429
    (point,) = telemetry.points("gen_ai.client.operation.duration")
    assert point.attributes["error.type"] == "RateLimitError"


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.delitem(sys.modules, "mistral_async.integrations.otel")
    with pytest.raises(ImportError, match=r"pip install mistral-async\[otel\]"):
        importlib.import_module("mistral_async.integrations.otel")


# Metrics.


async def test_metrics(client, telemetry):
    answers = [await client.chat.complete(**HI) for _ in range(3)]
    await client.models.list()
    (duration,) = telemetry.points("gen_ai.client.operation.duration")
    assert duration.count == 3
    assert 0 < duration.sum < 5
    assert duration.explicit_bounds[0] == 0.01
    assert set(duration.attributes) == {
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "gen_ai.response.model",
        "server.address",
        "server.port",
    }
    tokens = {
        point.attributes["gen_ai.token.type"]: point.sum for point in telemetry.points("gen_ai.client.token.usage")
    }
    assert tokens == {
        "input": sum(answer.usage.prompt_tokens for answer in answers),
        "output": sum(answer.usage.completion_tokens for answer in answers),
    }


# Where spans end.


@pytest.mark.parametrize("how", ["break", "close", "cancel", "collected"])
async def test_a_stream_that_is_left_ends_its_span(client, server, telemetry, how):
    server.fault(Stall(after_events=1), times=None)
    stream = client.chat.stream(**HI)
    if how == "collected":
        await stream.__aenter__()
        await anext(stream)
        stream.cycle = stream
        del stream
        gc.collect()
        await soon(lambda: telemetry.spans)
    else:
        async with stream:
            await anext(stream)
            match how:
                case "close":
                    await stream.aclose()
                case "cancel":
                    stream.cancel()
    span = telemetry.span
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes["gen_ai.response.model"]
    assert "gen_ai.response.finish_reasons" not in span.attributes


@pytest.mark.parametrize("kind", ["call", "stream"])
async def test_a_cancelled_call_ends_its_span(client, server, telemetry, kind):
    server.fault(Stall(after_events=1) if kind == "stream" else Stall(), times=None)
    with anyio.move_on_after(0.1):
        if kind == "call":
            await client.chat.complete(**HI)
        async with client.chat.stream(**HI) as stream:
            await stream.until_done()
    assert telemetry.span.attributes["error.type"] == "cancelled"
    assert telemetry.span.status.status_code is StatusCode.ERROR
    assert trace.get_current_span() is trace.INVALID_SPAN


async def test_a_broken_stream_ends_its_span(client, server, telemetry):
    server.fault(Cut(after_events=2), times=None)
    with pytest.raises(StreamInterruptedError):
        async with client.chat.stream(**HI) as stream:
            await stream.until_done()
    assert telemetry.span.attributes["error.type"] == "StreamInterruptedError"


async def test_many_at_once_end_once_each(client, server, telemetry):
    server.fail(503, times=5)

    async def ask(number):
        with anyio.move_on_after(0.0 if number % 7 == 0 else 20):
            if number % 2:
                await client.chat.complete(**HI)
            else:
                async with client.chat.stream(**HI) as stream:
                    async for _ in stream:
                        if number % 3 == 0:
                            break

    async with anyio.create_task_group() as tasks:
        for number in range(60):
            tasks.start_soon(ask, number)
    ids = [span.context.span_id for span in telemetry.spans]
    assert len(ids) == len(set(ids)) == 60
    assert all(span.end_time for span in telemetry.spans)


# Whose child it is.


async def test_spans_nest(client, telemetry):
    with telemetry.tracer.start_as_current_span("outer") as outer:
        await client.chat.complete(**HI)
        async with client.chat.stream(**HI) as stream:
            assert trace.get_current_span() is outer
            await stream.until_done()
        async with client.bulk.map([calls.chat.complete(**HI) for _ in range(3)]) as results:
            await results.collect()
        assert trace.get_current_span() is outer
    children = [span for span in telemetry.spans if span.name != "outer"]
    assert len(children) == 5
    assert {span.parent.span_id for span in children} == {outer.get_span_context().span_id}


async def test_what_happens_in_a_call_is_its_child(server, telemetry):
    def key():
        with telemetry.tracer.start_as_current_span("key"):
            return server.api_key

    async with Mistral(key, server_url=server.url, hooks=telemetry.hooks()) as client:
        await client.chat.complete(**HI)
    inner, call = telemetry.spans
    assert inner.name == "key"
    assert inner.parent.span_id == call.context.span_id


@pytest.mark.parametrize("asked", [True, False])
async def test_the_context_is_sent_if_asked(server, telemetry, asked):
    hooks = telemetry.hooks(propagate=asked)
    async with Mistral(server.api_key, server_url=server.url, hooks=hooks) as client:
        await client.chat.complete(**HI)
        async with client.chat.stream(**HI):
            pass
    sent = [request.headers.get("traceparent") for request in server.requests]
    spans = [span.context for span in telemetry.spans]
    if asked:
        assert [each[:-2] for each in sent] == [f"00-{each.trace_id:032x}-{each.span_id:016x}-" for each in spans]
    else:
        assert sent == [None, None]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_blocking_calls_nest_too(threaded_server, telemetry, backend):
    server = threaded_server
    client = SyncMistral(server.api_key, server_url=server.url, backend=backend, hooks=[telemetry.hooks()])
    with client, telemetry.tracer.start_as_current_span("outer") as outer:
        client.chat.complete(**HI)
        for _ in client.chat.stream(**HI):
            break
        assert trace.get_current_span() is outer
    first, second, _ = telemetry.spans
    assert first.parent.span_id == second.parent.span_id == outer.get_span_context().span_id


# What is not recorded.


async def test_neither_key_nor_content_is_recorded(client, server, telemetry):
    await client.chat.complete(**HI)
    async with client.chat.stream(**HI) as stream:
        await stream.until_done()
    server.reply(
        "chat.complete", status=422, json={"detail": [{"msg": SECRET, "input": SECRET, "loc": [], "type": "x"}]}
    )
    with pytest.raises(MistralError):
        await client.chat.complete(**HI)
    assert len(telemetry.spans) == 3
    assert SECRET not in telemetry.text()
    assert stream.partial.text not in telemetry.text()
    assert server.api_key not in telemetry.text()


async def test_content_is_recorded_if_asked(server, telemetry):
    call = {"id": "abc123def", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}
    message = {"role": "assistant", "content": "", "tool_calls": [call]}
    server.reply("chat.complete", json={"choices": [{"message": message, "finish_reason": "tool_calls"}]})
    tool = {"type": "function", "function": {"name": "weather", "parameters": {}}}
    asked = [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [{"type": "text", "text": SECRET}, {"type": "image_url", "image_url": "https://x/y.png"}],
        },
        message,
        {"role": "tool", "tool_call_id": "abc123def", "name": "weather", "content": "sunny"},
    ]
    hooks = telemetry.hooks(capture_content=True)
    async with Mistral(server.api_key, server_url=server.url, hooks=hooks) as client:
        await client.chat.complete(model="m", messages=asked, tools=[tool])
        async with client.chat.stream(**HI) as stream:
            await stream.until_done()
        await client.beta.conversations.start(model="mistral-small-latest", inputs=SECRET, instructions="Be kind.")
    first, second, third = [
        {name: json.loads(value) for name, value in span.attributes.items() if str(value).startswith("[{")}
        for span in telemetry.spans
    ]
    tool_call = {"type": "tool_call", "id": "abc123def", "name": "weather", "arguments": '{"city": "Paris"}'}
    assert first["gen_ai.input.messages"] == [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": SECRET},
                {"type": "uri", "modality": "image", "uri": "https://x/y.png"},
            ],
        },
        {"role": "assistant", "parts": [tool_call]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "abc123def", "response": "sunny"}]},
    ]
    assert first["gen_ai.output.messages"] == [
        {"role": "assistant", "parts": [tool_call], "finish_reason": "tool_calls"}
    ]
    assert first["gen_ai.tool.definitions"][0]["function"]["name"] == "weather"
    assert second["gen_ai.output.messages"] == [
        {"role": "assistant", "parts": [{"type": "text", "content": stream.partial.text}], "finish_reason": "stop"}
    ]
    assert third["gen_ai.system_instructions"] == [{"type": "text", "content": "Be kind."}]
    assert third["gen_ai.input.messages"] == [{"role": "user", "parts": [{"type": "text", "content": SECRET}]}]
    assert third["gen_ai.output.messages"][0]["role"] == "assistant"


# What it costs those who do not use it.


def test_it_is_not_loaded_unless_used():
    program = (
        "import sys, mistral_async\n"
        "client = mistral_async.Mistral('key')\n"
        "client.chat.complete\n"
        "assert not [name for name in sys.modules if 'opentelemetry' in name or name.endswith('otel')]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


async def test_without_an_sdk_nothing_is_recorded_and_nothing_breaks(server):
    async with Mistral(server.api_key, server_url=server.url, hooks=[OpenTelemetryHooks()]) as client:
        assert (await client.chat.complete(**HI)).choices


def test_a_client_with_the_global_providers_can_be_pickled():
    client = pickle.loads(pickle.dumps(Mistral("key", hooks=[OpenTelemetryHooks(capture_content=True)])))
    (hooks,) = client._executor.engine.state.settings["hooks"]
    assert hooks._capture_content


# The state of clients.


def observed(telemetry, name):
    return {tuple(point.attributes.values())[2:]: point.value for point in telemetry.points(name)}


async def test_the_state_of_a_client_is_observed(telemetry, server):
    hooks = telemetry.hooks()
    async with Mistral(server.api_key, server_url=server.url, hooks=hooks) as client:
        await client.chat.complete(**HI)
        await client.warm(3)
        assert observed(telemetry, "http.client.open_connections") == {("idle",): 3, ("active",): 0}
        assert observed(telemetry, "mistral_async.client.pending_requests") == {(): 0}
        assert observed(telemetry, "mistral_async.retry.left") == {(): 10}
        assert observed(telemetry, "mistral_async.rate_limit.waiting") == {("mistral-small-latest",): 0}
        left = observed(telemetry, "mistral_async.rate_limit.remaining")
        assert left["mistral-small-latest", "requests", "minute"] > 0
        (point, *_) = telemetry.points("http.client.open_connections")
        assert (point.attributes["server.address"], point.attributes["server.port"]) == ("127.0.0.1", server.port)


async def test_clients_of_one_server_are_observed_together_while_they_live(telemetry, server):
    hooks = telemetry.hooks()
    for _ in range(2):
        async with Mistral(server.api_key, server_url=server.url, hooks=hooks) as client:
            await client.warm(2)
            other = Mistral(server.api_key, server_url=server.url, hooks=hooks)
            await other.warm(1)
            assert observed(telemetry, "http.client.open_connections")["idle",] == 3
            await other.aclose()
        del client, other
        gc.collect()
        assert telemetry.points("http.client.open_connections") == []


async def test_objects_of_hooks_on_one_provider_are_observed_together(telemetry, server):
    first, second = telemetry.hooks(), telemetry.hooks(capture_content=True)
    async with (
        Mistral(server.api_key, server_url=server.url, hooks=first) as one,
        Mistral(server.api_key, server_url=server.url, hooks=[first, second]) as other,
    ):
        await one.warm(1)
        await other.warm(2)
        assert observed(telemetry, "http.client.open_connections")["idle",] == 3


async def test_budgets_are_observed(telemetry, server):
    hooks, shared = telemetry.hooks(), Budget(tokens=5000, requests=9, name="team")
    async with (
        Mistral(server.api_key, server_url=server.url, hooks=hooks, budget=shared) as client,
        Mistral(server.api_key, server_url=server.url, hooks=hooks, budget=shared) as other,
    ):
        users = [client.with_options(budget=Budget(requests=3, name="user")) for _ in range(2)]
        for each in (*users, other):
            await each.chat.complete(**HI)
        part = {part: observed(telemetry, f"mistral_async.budget.{part}") for part in ("used", "reserved", "limit")}
    assert part["limit"] == {("team", "tokens"): 5000, ("team", "requests"): 9, ("user", "requests"): 6}
    assert part["used"]["team", "requests"] == 3, "which is counted once, though two clients have it"
    assert part["used"]["user", "requests"] == 2
    assert part["used"]["team", "tokens"] == client.usage.total_tokens + other.usage.total_tokens
    assert set(part["reserved"].values()) == {0}


def test_clients_that_are_gone_are_forgotten_where_nobody_collects():
    hooks = OpenTelemetryHooks()
    for _ in range(200):
        Mistral("key", hooks=hooks)
        gc.collect(0)
    gc.collect()
    assert len(hooks._gauges._clients) < 100

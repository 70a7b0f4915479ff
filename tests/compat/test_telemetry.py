"""`configure_telemetry` and its like: the spans of a client go where it says, and what was made for it is closed."""

from __future__ import annotations

import gc
import logging

import httpx
import pytest

pytest.importorskip("opentelemetry.sdk.trace")

from opentelemetry import baggage
from opentelemetry import context as contexts
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from mistral_async.compat import Mistral
from mistral_async.compat._hooks.tracing import TracingHook
from mistral_async.compat._hooks.types import AfterSuccessContext, BeforeRequestContext, HookContext
from mistral_async.compat.errors import SDKError
from mistral_async.compat.extra import observability

HI = [{"role": "user", "content": "hi"}]


@pytest.fixture
def client(fake_mistral):
    with Mistral(api_key="test-key", server_url=fake_mistral.url) as made:
        vars(made)["fake"] = fake_mistral
        yield made


def client_requests(client):
    return client.fake.requests


def recording():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider, exporter


def test_spans_go_to_the_provider_given_last(client):
    first, second = recording(), recording()
    client.chat.complete(model="mistral-small-latest", messages=HI)
    observability.set_tracer_provider(client, first[0])
    client.chat.complete(model="mistral-small-latest", messages=HI)
    assert observability.configure_telemetry(client, provider=second[0], redaction=False)
    client.chat.complete(model="mistral-small-latest", messages=HI)
    with observability.get_telemetry_tracer(client).start_as_current_span("own"):
        client.chat.complete(model="mistral-small-latest", messages=HI)
    assert [span.name for span in first[1].get_finished_spans()] == ["chat mistral-small-latest"]
    chat, child, own = second[1].get_finished_spans()
    assert "hi" in chat.attributes["gen_ai.input.messages"]
    assert child.parent.span_id == own.context.span_id
    first[0].get_tracer("still open").start_span("x").end()
    assert len(first[1].get_finished_spans()) == 2


async def test_asynchronous_calls_are_traced_too(anyio_backend, fake_mistral):
    provider, exporter = recording()
    async with Mistral(api_key="test-key", server_url=fake_mistral.url) as client:
        observability.set_tracer_provider(client, provider)
        await client.chat.complete_async(model="mistral-small-latest", messages=HI)
    assert len(exporter.get_finished_spans()) == 1


def test_the_global_provider(client, caplog):
    with caplog.at_level(logging.WARNING, "mistralai"):
        assert observability.configure_telemetry(client, provider="global")
    assert "wrap the exporters" in caplog.text
    assert client.chat.complete(model="mistral-small-latest", messages=HI).choices
    with observability.trace("mine") as span:
        assert span.get_span_context() is not None


def test_a_provider_of_its_own_is_redacted_and_closed(client, monkeypatch):
    made = []

    class Exporter(InMemorySpanExporter):
        def __init__(self, **settings):
            super().__init__()
            made.append((self, settings))

    exporters = pytest.importorskip("types").ModuleType("trace_exporter")
    exporters.OTLPSpanExporter = Exporter
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", exporters)
    monkeypatch.setenv("MISTRAL_OTLP_TRACES_ENDPOINT", "http://localhost:1/traces")
    assert observability.configure_telemetry(client)
    prompt = [{"role": "user", "content": "I am a@b.com"}]
    client.chat.complete(model="mistral-small-latest", messages=prompt)
    observability.set_tracer_provider(client, recording()[0])  # which flushes and shuts down the first
    ((exporter, settings),) = made
    assert settings == {"endpoint": "http://localhost:1/traces", "headers": {"Authorization": "Bearer test-key"}}
    (span,) = exporter.get_finished_spans()
    assert "[REDACTED]" in span.attributes["gen_ai.input.messages"]
    assert "a@b.com" not in span.to_json()
    assert exporter._stopped


def test_the_hook_of_a_client_says_where_its_spans_go(client):
    provider, exporter = recording()
    client.sdk_configuration.get_hooks().before_request_hooks[0].attach(provider)
    with_baggage = contexts.attach(baggage.set_baggage("wf.workflow.execution_id", "e1"))
    client.chat.complete(model="mistral-small-latest", messages=HI)
    contexts.detach(with_baggage)
    (span,) = exporter.get_finished_spans()
    assert span.attributes["wf.workflow.execution_id"] == "e1"
    (request,) = (each for each in client_requests(client) if each.method == "POST")
    assert f"{span.context.trace_id:032x}-{span.context.span_id:016x}" in request.headers["traceparent"]
    client.sdk_configuration.get_hooks().tracing.disable()
    client.chat.complete(model="mistral-small-latest", messages=HI)
    assert len(exporter.get_finished_spans()) == 2  # a provider that was given stays


@pytest.mark.parametrize(("asked_for", "spans"), [(True, 1), ("dedicated", 1), (False, 0), ("false", 0), (None, 0)])
def test_the_setting_telemetry_is_asked_before_the_first_call(client, monkeypatch, asked_for, spans):
    provider, exporter = recording()
    made = "mistral_async.compat.extra.observability.telemetry._create_telemetry_tracer_provider"
    monkeypatch.setattr(made, lambda **_: provider)
    client.sdk_configuration.telemetry = asked_for
    client.chat.complete(model="mistral-small-latest", messages=HI)
    assert len(exporter.get_finished_spans()) == spans


def test_the_environment_asks_for_telemetry(fake_mistral, monkeypatch):
    monkeypatch.setenv("MISTRAL_SDK_TELEMETRY", "yes")
    with Mistral(api_key="test-key", server_url=fake_mistral.url) as client:
        with pytest.raises(observability.TelemetryConfigurationError, match="MISTRAL_SDK_TELEMETRY is 'dedicated'"):
            client.chat.complete(model="mistral-small-latest", messages=HI)
        monkeypatch.setenv("MISTRAL_SDK_TELEMETRY", "global")
        client.chat.complete(model="mistral-small-latest", messages=HI)
        assert client.sdk_configuration.get_hooks().tracing.traces


def test_a_hook_that_is_registered_makes_a_span_of_each_request(client):
    provider, exporter = recording()
    hook, hooks = TracingHook(), client.sdk_configuration.get_hooks()
    hook.attach(provider)
    for kind in ("before_request", "after_success", "after_error"):
        getattr(hooks, f"register_{kind}_hook")(hook)
    client.chat.complete(model="mistral-small-latest", messages=HI)
    assert list(client.chat.stream(model="mistral-small-latest", messages=HI))
    with pytest.raises(SDKError):
        client.chat.complete(model="no such model", messages=HI)
    complete, stream, refused = exporter.get_finished_spans()
    assert [span.name for span in (complete, stream, refused)] == ["chat.complete", "chat.stream", "chat.complete"]
    assert (complete.attributes["http.response.status_code"], complete.status.is_ok) == (200, True)
    assert (refused.attributes["http.response.status_code"], refused.status.is_ok) == (400, False)
    assert not any("?" in span.attributes["http.url"] for span in (complete, stream, refused))


def test_a_span_ends_once_with_a_response_that_is_closed_twice(caplog):
    provider, exporter = recording()
    hook, call = TracingHook(), HookContext(None, "", "stream_chat")
    hook.attach(provider)
    request = hook.before_request(BeforeRequestContext(call), httpx.Request("POST", "https://a.test", json={}))
    answer = httpx.Response(200, stream=httpx.ByteStream(b"data: [DONE]\n\n"), request=request)
    response = hook.after_success(AfterSuccessContext(call), answer)
    assert list(response.iter_lines()) == ["data: [DONE]", ""]
    response.close()
    assert len(exporter.get_finished_spans()) == 1
    assert not caplog.records  # OpenTelemetry warns of spans that end twice


def test_what_can_not_be_is_said(client, monkeypatch):
    with pytest.raises(observability.TelemetryConfigurationError, match="'dedicated', 'global' or a TracerProvider"):
        observability.configure_telemetry(client, provider="nowhere")
    with pytest.raises(observability.TelemetryConfigurationError, match="call configure_telemetry"):
        observability.get_telemetry_tracer(client)
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(observability.TelemetryConfigurationError, match="pip install"):
        observability.configure_telemetry(client)


def test_a_client_is_not_kept_alive(fake_mistral):
    import weakref

    client = Mistral(api_key="test-key", server_url=fake_mistral.url)
    observability.set_tracer_provider(client, recording()[0])
    gone = weakref.ref(client)
    del client
    gc.collect()
    assert gone() is None

"""`configure_telemetry` and its like: the spans of a client go where it says, and what was made for it is closed."""

from __future__ import annotations

import gc
import logging

import pytest

pytest.importorskip("opentelemetry.sdk.trace")

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from mistral_async.compat import Mistral
from mistral_async.compat.extra import observability

HI = [{"role": "user", "content": "hi"}]


@pytest.fixture
def client(fake_mistral):
    with Mistral(api_key="test-key", server_url=fake_mistral.url) as made:
        yield made


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
    with caplog.at_level(logging.WARNING, "mistral_async"):
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

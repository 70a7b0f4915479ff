"""What is private in spans is not exported, whatever the policy, and the span itself stays as it was recorded."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("opentelemetry.sdk.trace")

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

from mistral_async import SyncMistral
from mistral_async.integrations.otel import OpenTelemetryHooks
from mistral_async.integrations.redaction import (
    DEFAULT_PII_SECRET_PATTERNS,
    AttributeRedactionPolicy,
    RedactingSpanExporter,
    RedactionPolicy,
    RegexRedactionPolicy,
)

MARK = "[REDACTED]"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----"


def exported(policy=None, *, resource=None):
    """A tracer, and what is exported of its spans: redacted, and as they are."""
    redacted, plain = InMemorySpanExporter(), InMemorySpanExporter()
    provider = TracerProvider(resource=resource)
    for exporter in (RedactingSpanExporter(redacted, policy), plain):
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider, redacted.get_finished_spans, plain.get_finished_spans


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("write to jane.doe+x@mail.example.co.uk.", f"write to {MARK}."),
        ('{"content":"a@b.com"}', f'{{"content":"{MARK}"}}'),
        ("mstrl_" + "a" * 32 + "_" + "B" * 6, MARK),
        ("Authorization: bearer abc.DEF-1", f"Authorization: {MARK}"),
        ("sk-ant-api03-" + "a" * 30 + ", sk-proj-" + "b" * 30, f"{MARK}, {MARK}"),
        ("eyJhbGciOi.eyJzdWIi.c2ln", MARK),
        (f"<{KEY}>", f"<{MARK}>"),
        ("<" + KEY.replace("\n", "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB\n\n", 1) + ">", f"<{MARK}>"),
        ("-----BEGIN PRIVATE KEY----- is cut", f"{MARK} is cut"),
        ("card 4111 1111-1111 1111, host 10.0.255.1", f"card {MARK}, host {MARK}"),
        ("https://hooks.slack.com/services/" + "A" * 44, MARK),
        ("version 1.2.3, 300.1.1.1, id 12345678901234567890, me@localhost, sk-short, eyJ", None),
    ],
)
def test_patterns(text, redacted):
    policy = RegexRedactionPolicy()
    wanted = text if redacted is None else redacted
    assert policy.redact_attributes({"a": text, "b": [text, 1], "c": (text,), "d": 2.5}) == {
        "a": wanted,
        "b": [wanted, 1],
        "c": (wanted,),
        "d": 2.5,
    }
    assert policy.redact_span_name(text) == policy.redact_status_description(text) == wanted


def test_rule_3_patterns_are_linear():
    texts = (
        "a.",
        "a@",
        "eyJ-",
        "a@a.",
        "1 ",
        "bearer ",
        "sk-",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----a-b----",
        "https://hooks.slack.com/",
    )
    for pattern in DEFAULT_PII_SECRET_PATTERNS:
        for text in texts:
            spent = []
            for size in (4_000, 16_000):
                began = time.process_time()
                pattern.sub("", text * (size // len(text)))
                spent.append(time.process_time() - began)
            assert spent[1] < 0.02 or spent[1] < 9 * spent[0], (pattern, text)


def test_keys_are_redacted_as_wholes():
    policy = AttributeRedactionPolicy(emit_redaction_metadata=True)
    found = policy.redact_attributes(
        {
            "gen_ai.input.messages": "hello",
            "gen_ai.usage.input_tokens": 42,
            "gen_ai.request.model": "mistral-large",
            "Custom-Prompt.text": "x" * 9,
            "note": "Bearer abc, and Bearer def",
            "list": ("a", "b"),
            "set": {1},
        }
    )
    assert found == {
        "gen_ai.input.messages": MARK,
        "gen_ai.input.messages.redacted_length": 5,
        "gen_ai.usage.input_tokens": 42,
        "gen_ai.request.model": "mistral-large",
        "Custom-Prompt.text": MARK,
        "Custom-Prompt.text.redacted_length": 9,
        "note": f"{MARK}, and {MARK}",
        "note.redacted_matches": 2,
        "list": MARK,
        "list.redacted_count": 2,
        "set": MARK,
        "set.redacted_type": "set",
    }
    assert policy.redact_attributes(found) == found
    assert AttributeRedactionPolicy(redact_non_primitive=False).redact_attributes({"list": ["a"]}) == {"list": ["a"]}
    assert policy.redact_attributes(None) == {}


def test_rules_1_and_2_every_part_of_a_span_is_redacted_in_a_copy():
    provider, redacted, plain = exported(resource=Resource({"host.name": "a@b.com"}))
    tracer = provider.get_tracer("tests")
    with tracer.start_as_current_span("before") as before:
        pass
    link = Link(before.get_span_context(), {"to": "a@b.com"})
    with tracer.start_as_current_span("to a@b.com", kind=SpanKind.CLIENT, links=[link]) as span:
        span.set_attribute("who", "a@b.com")
        span.add_event("asked", {"who": "a@b.com"})
        span.set_status(Status(StatusCode.ERROR, "no a@b.com"))
    copy, original = redacted()[1], plain()[1]
    assert copy.to_json() == original.to_json().replace("a@b.com", MARK)
    assert copy.context == original.context
    assert original.attributes == {"who": "a@b.com"}


def test_a_function_is_a_policy_and_none_leaves_an_attribute_out():
    provider, redacted, _ = exported(lambda key, value: None if key == "drop" else f"<{value}>")
    with provider.get_tracer("tests").start_as_current_span("name") as span:
        span.set_attributes({"drop": "x", "keep": "y"})
    assert redacted()[0].attributes == {"keep": "<y>"}


def test_what_is_no_policy_is_refused():
    with pytest.raises(TypeError, match="a RedactionPolicy or a function of key and value, not int"):
        RedactingSpanExporter(InMemorySpanExporter(), 123)
    with pytest.raises(TypeError):
        RedactionPolicy()


def test_flush_and_shutdown_reach_the_exporter():
    class Exporter(InMemorySpanExporter):
        def force_flush(self, timeout_millis=30_000):
            return timeout_millis == 5

    inner = Exporter()
    exporter = RedactingSpanExporter(inner)
    assert exporter.force_flush(5)
    exporter.shutdown()
    assert inner.export(()) is SpanExportResult.FAILURE


def test_the_spans_of_a_client(fake_mistral):
    provider, redacted, plain = exported(AttributeRedactionPolicy())
    hooks = OpenTelemetryHooks(tracer_provider=provider, capture_content=True)
    with SyncMistral("test-key", server_url=fake_mistral.url, hooks=hooks) as client:
        client.chat.complete(model="mistral-small-latest", messages=[{"role": "user", "content": "the secret"}])
    (span,) = redacted()
    assert span.attributes["gen_ai.input.messages"] == span.attributes["gen_ai.output.messages"] == MARK
    assert span.attributes["gen_ai.request.model"] == "mistral-small-latest"
    assert span.attributes["gen_ai.usage.input_tokens"] > 0
    assert "the secret" in plain()[0].attributes["gen_ai.input.messages"]
    assert "the secret" not in span.to_json()

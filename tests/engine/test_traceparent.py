"""The span that an execution of a workflow belongs to (`_engine/traceparent.py`)."""

from __future__ import annotations

import json
import re

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from mistral_async import Hooks, Mistral, SyncMistral
from mistral_async.integrations.otel import OpenTelemetryHooks
from mistral_async.testing import record, replay

SAMPLED = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]")  # 3 says that the id of the trace is random
OWN = f"00-{'a' * 32}-{'b' * 16}-00"
OTHER = f"00-{'c' * 32}-{'d' * 16}-01"


def sent(server):
    """Return the span in the body and the one in the header of the last request."""
    request = server.requests[-1]
    return json.loads(request.body).get("traceparent"), request.headers.get("traceparent")


async def test_an_execution_without_a_span_gets_a_sampled_one(client, server):
    await client.workflows.execute_workflow("echo")
    first = sent(server)
    registration = (await client.workflows.get_workflow_registrations(limit=1)).workflow_registrations[0].id
    await client.workflows.execute_workflow_registration(registration, input={"a": 1})
    second = sent(server)
    assert first[0] == first[1]
    assert second[0] == second[1]
    assert first != second
    assert SAMPLED.fullmatch(first[0])
    assert SAMPLED.fullmatch(second[0])


async def test_the_callers_own_goes_before_all(client, server):
    """Rule 1."""
    view = client.with_options(headers={"TraceParent": OTHER})
    await view.workflows.execute_workflow("echo", traceparent=OWN)
    assert sent(server) == (OWN, OWN)
    await view.workflows.execute_workflow("echo")
    assert sent(server) == (OTHER, OTHER)
    await view.with_options(extra_body={"traceparent": OWN}).workflows.execute_workflow("echo")
    assert sent(server) == (OWN, OWN)
    await client.request("POST", "/v1/workflows/{}/execute", "echo", headers={"traceparent": OWN}, json={})
    assert sent(server) == (OWN, OWN)


async def test_other_requests_are_left_alone(client, server):
    await client.workflows.get_workflow("echo")
    assert server.requests[-1].headers.get("traceparent") is None


async def test_the_current_span_is_taken_if_it_is_sampled(client, server):
    """Rule 2."""
    with TracerProvider().get_tracer("test").start_as_current_span("outer") as span:
        await client.workflows.execute_workflow("echo")
    context = span.get_span_context()
    assert sent(server)[0].split("-")[1:3] == [f"{context.trace_id:032x}", f"{context.span_id:016x}"]
    assert sent(server)[0] == sent(server)[1]
    with TracerProvider(sampler=ALWAYS_OFF).get_tracer("test").start_as_current_span("outer") as span:
        await client.workflows.execute_workflow("echo")
    assert f"{span.get_span_context().trace_id:032x}" not in sent(server)[0]
    assert SAMPLED.fullmatch(sent(server)[0])


def test_the_current_span_of_blocking_code_is_taken(threaded_server):
    with (
        SyncMistral(threaded_server.api_key, server_url=threaded_server.url) as client,
        TracerProvider().get_tracer("test").start_as_current_span("outer") as span,
    ):
        client.workflows.execute_workflow("echo")
    assert f"{span.get_span_context().trace_id:032x}" in sent(threaded_server)[0]


@pytest.mark.parametrize("sampler", [None, ALWAYS_OFF])
async def test_the_span_of_a_hook_is_taken_if_it_is_sampled(server, sampler):
    provider = TracerProvider(sampler=sampler) if sampler else TracerProvider()
    hooks = OpenTelemetryHooks(tracer_provider=provider, propagate=True)
    async with Mistral(server.api_key, server_url=server.url, hooks=hooks) as client:
        with provider.get_tracer("test").start_as_current_span("outer") as span:
            await client.workflows.execute_workflow("echo")
    body, header = sent(server)
    assert body == header
    assert SAMPLED.fullmatch(body)
    assert (f"{span.get_span_context().trace_id:032x}" in body) is (sampler is None)


async def test_a_header_of_a_hook_does_not_differ_from_the_body(server):
    """Rule 3."""

    class Naming(Hooks):
        def before_call(self, call):
            call.headers["Traceparent"] = OTHER

    async with Mistral(server.api_key, server_url=server.url, hooks=Naming()) as client:
        await client.workflows.execute_workflow("echo", traceparent=OWN)
        assert sent(server) == (OWN, OWN)
        await client.workflows.execute_workflow("echo")
        assert sent(server) == (OTHER, OTHER)


async def test_a_recording_is_replayed_whatever_the_span(server, tmp_path):
    path = tmp_path / "run.jsonl"
    async with Mistral(server.api_key, server_url=server.url, transport=record(path)) as client:
        made = await client.workflows.execute_workflow("echo", input=1)
    async with Mistral("key", server_url=server.url, transport=replay(path)) as client:
        assert await client.workflows.execute_workflow("echo", input=1) == made

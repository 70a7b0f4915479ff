"""Spans and metrics of OpenTelemetry for every call: `Mistral(hooks=OpenTelemetryHooks())` (extra `otel`).

Nothing of OpenTelemetry is loaded until this module is imported, and content is recorded only on request.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mistral_async import CallContext, ClientContext, Hooks, __version__
from mistral_async.integrations import _genai as genai
from mistral_async.integrations._gauges import gauges_of

try:
    from opentelemetry import context as contexts
    from opentelemetry import metrics, trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as _missing:
    raise ImportError("OpenTelemetry is needed: pip install mistral-async[otel]") from _missing

if TYPE_CHECKING:
    from mistral_async import Attempt

__all__ = ["OpenTelemetryHooks"]

_SECONDS: Final = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
_TOKENS: Final = tuple(4**power for power in range(14))
_DIMENSIONS: Final = (
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "server.address",
    "server.port",
    "error.type",
)


class OpenTelemetryHooks(Hooks):
    """A span for each call, an event in it for each attempt, and the metrics of the conventions for generative AI.

    The span is called `chat mistral-small-latest`, is the child of the caller's, and is current while the client works
    on the call, so that what happens in there (HTTP spans of an httpx client of yours, log records) belongs to it.

    Args:
        tracer_provider: Default: the global one.
        meter_provider: Default: the global one.
        capture_content: Record prompts, tools and answers too.
        propagate: Send `traceparent` with the requests.
    """

    def __init__(
        self,
        *,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
        capture_content: bool = False,
        propagate: bool = False,
    ) -> None:
        self._again = partial(
            type(self),
            tracer_provider=tracer_provider,
            meter_provider=meter_provider,
            capture_content=capture_content,
            propagate=propagate,
        )
        self._capture_content = capture_content
        self._propagator = TraceContextTextMapPropagator() if propagate else None
        self._tracer = trace.get_tracer("mistral_async", __version__, tracer_provider)
        meter = metrics.get_meter("mistral_async", __version__, meter_provider)
        self._duration = _histogram(
            meter, "gen_ai.client.operation.duration", "s", "How long an operation took.", _SECONDS
        )
        self._tokens = _histogram(meter, "gen_ai.client.token.usage", "{token}", "Tokens used.", _TOKENS)
        self._gauges = gauges_of(meter_provider)
        self._first_chunk = _histogram(
            meter, "gen_ai.client.operation.time_to_first_chunk", "s", "Time to the first event of a stream.", _SECONDS
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return self._again, ()

    def client_made(self, client: ClientContext) -> None:
        """Observe the state of a client from now on."""
        self._gauges.add(client)

    def before_call(self, call: CallContext) -> None:
        """Start the span."""
        operation = genai.operation_of(call.request)
        attributes = genai.request_attributes(call, operation)
        span = self._tracer.start_span(
            genai.name_of(call.request, operation), kind=trace.SpanKind.CLIENT, attributes=attributes
        )
        call.state[self] = span, attributes
        if self._propagator is not None:
            self._propagator.inject(call.headers, trace.set_span_in_context(span))

    def activate(self, call: CallContext) -> AbstractContextManager[object] | None:
        """Make the span current."""
        span, _ = call.state[self]
        return _current(span)

    def rate_wait(self, call: CallContext, seconds: float) -> None:
        """Add an event for a wait on rate limits."""
        span, _ = call.state[self]
        span.add_event("mistral_async.rate_wait", {"mistral_async.rate_wait.seconds": seconds})

    def after_attempt(self, call: CallContext, attempt: Attempt) -> None:
        """Add an event for an attempt."""
        span, _ = call.state[self]
        span.add_event("mistral_async.attempt", genai.attempt_attributes(attempt, len(call.attempts)))

    def after_call(self, call: CallContext, error: BaseException | None) -> None:
        """End the span and record the metrics."""
        span, attributes = call.state.pop(self)
        try:
            answer = genai.answer_of(call)
            usage = genai.usage_attributes(answer)
            found = genai.response_attributes(call, answer)
            if error is not None:
                found |= genai.error_attributes(error)
                span.set_status(trace.StatusCode.ERROR, self._description_of(error))
            span.set_attributes({**found, **usage})
            if self._capture_content and span.is_recording():
                self._record_content(span, call, answer)
            if "gen_ai.operation.name" in attributes:
                self._measure(call, {**attributes, **found}, usage)
        finally:
            span.end()

    def _description_of(self, error: BaseException) -> str:
        """Return what the status of a span says of an error."""
        return genai.error_type(error)

    def _record_content(self, span: trace.Span, call: CallContext, answer: object) -> None:
        from mistral_async.integrations._genai_content import content_attributes

        span.set_attributes(content_attributes(call.request, answer))

    def _measure(self, call: CallContext, attributes: genai.Attributes, usage: dict[str, int]) -> None:
        dimensions: dict[str, genai.Value] = {name: attributes[name] for name in _DIMENSIONS if name in attributes}
        self._duration.record(call.elapsed, dimensions)
        if call.first_event is not None:
            self._first_chunk.record(call.first_event, dimensions)
        for kind in ("input", "output"):
            count = usage.get(f"gen_ai.usage.{kind}_tokens")
            if count is not None:
                self._tokens.record(count, {**dimensions, "gen_ai.token.type": kind})


@contextlib.contextmanager
def _current(span: trace.Span) -> Generator[None]:
    """Make a span current; a coroutine collected as garbage may be left in another context than its own."""
    token = contexts.attach(trace.set_span_in_context(span))
    try:
        yield
    finally:
        if trace.get_current_span() is span:
            contexts.detach(token)


def _histogram(
    meter: metrics.Meter, name: str, unit: str, description: str, boundaries: tuple[float, ...]
) -> metrics.Histogram:
    """Create a histogram with the boundaries of the conventions, if this version of OpenTelemetry takes them."""
    try:
        return meter.create_histogram(name, unit, description, explicit_bucket_boundaries_advisory=boundaries)
    except TypeError:
        return meter.create_histogram(name, unit, description)

"""The spans of a client: where they go, and the spans of requests that the hook is given."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from mistral_async.compat._hooks.types import (
    AfterErrorContext,
    AfterErrorHook,
    AfterSuccessContext,
    AfterSuccessHook,
    BeforeRequestContext,
    BeforeRequestHook,
    Outcome,
)
from mistral_async.compat._official import names
from mistral_async.compat.extra.observability._destination import SpanDestination
from mistral_async.compat.extra.observability.telemetry import (
    MISTRAL_SDK_OTEL_TRACER_NAME,
    configure_telemetry_for_hook,
)

# Rule 1: A client's own hook, the first of `SDKHooks`, says where its spans go; those of its calls are made by
#   `mistral_async.integrations.otel`, so that a call that nobody traces costs nothing.
# Rule 2: A hook that is called makes a span of the request that it is given, and ends it with the answer, the end of
#   a stream or the error. What goes wrong in that never ends the call.

_SPAN: Final = "mistral_async.span"
_log = logging.getLogger("mistralai.client._hooks.tracing")


class TracingHook(SpanDestination, BeforeRequestHook, AfterSuccessHook, AfterErrorHook):
    """The tracing of a client (extra `otel`): `configure_telemetry` sets it."""

    def before_request(self, hook_ctx: BeforeRequestContext, request: Any) -> Any:
        """Start the span of a request, which is told of it (rule 2)."""
        configure_telemetry_for_hook(self, hook_ctx.config, respect_global_provider=True)
        if not self.traces:
            return request
        from opentelemetry import propagate, trace

        from mistral_async.compat.extra.observability import otel

        span = self._tracer().start_span(hook_ctx.operation_id)
        request.extensions[_SPAN] = span
        with _apart_from_the_call():
            otel.set_baggage_attributes(span)
            propagate.inject(request.headers, trace.set_span_in_context(span))
            otel.describe_request(span, hook_ctx.operation_id, request)
        return request

    def after_success(self, hook_ctx: AfterSuccessContext, response: Any) -> Any:
        """End the span of an answer; that of a stream ends with it."""
        if (span := _span_of(response)) is None:
            return response
        from opentelemetry.trace import StatusCode

        from mistral_async.compat.extra.observability import otel

        def end(answer: dict[str, Any]) -> None:
            with _apart_from_the_call():
                otel.describe_answer(self._tracer(), span, hook_ctx.operation_id, answer)
            span.end()

        span.set_status(StatusCode.OK)
        span.set_attribute("http.response.status_code", response.status_code)
        if response.is_closed or response.is_stream_consumed:
            end(otel.json_object(response.content))
        else:
            otel.TracedResponse.trace(response, lambda events: end(otel.answer_in(events)))
        return response

    def after_error(self, hook_ctx: AfterErrorContext, response: Any, error: Exception | None) -> Outcome:  # noqa: ARG002 - the interface of hooks
        """End the span of a request that failed, or was refused."""
        if (span := _span_of(error if response is None else response)) is not None:
            from mistral_async.compat.extra.observability import otel

            with _apart_from_the_call():
                otel.describe_error(span, response, error)
            span.end()
        return response, error

    def _tracer(self) -> Any:
        from opentelemetry import trace

        provider = self.tracer_provider or trace.get_tracer_provider()
        return provider.get_tracer(MISTRAL_SDK_OTEL_TRACER_NAME)


def _span_of(message: Any) -> Any:
    """Return the span of the request of a response or an error of httpx."""
    try:
        return message.request.extensions.pop(_SPAN, None)
    except (AttributeError, RuntimeError):  # there is no request
        return None


@contextmanager
def _apart_from_the_call() -> Generator[None]:
    """Log what goes wrong with a span, and go on."""
    try:
        yield
    except Exception as problem:  # noqa: BLE001 - a provider's or an answer's of any form
        _log.warning("a span is not complete: %s", type(problem).__name__)


if not TYPE_CHECKING:
    __getattr__ = names(__name__)

"""The spans of the calls of a client, by `mistral_async.integrations.otel`, with what the baggage has."""

from __future__ import annotations

from mistral_async import CallContext
from mistral_async.compat.extra.observability.otel import set_baggage_attributes
from mistral_async.integrations.otel import OpenTelemetryHooks


class CallSpans(OpenTelemetryHooks):
    """A span for each call, which tells of the conversation or the execution of a workflow that it is in."""

    def before_call(self, call: CallContext) -> None:
        """Start the span."""
        super().before_call(call)
        span, _ = call.state[self]
        set_baggage_attributes(span)

    def _description_of(self, error: BaseException) -> str:
        """Return the message, as the official SDK does: prompts and answers are in these spans, too."""
        return str(error)

"""The span of a tool that this process calls."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from mistral_async.models import FunctionCallEntry


@contextmanager
def tool_span(call: FunctionCallEntry) -> Generator[Callable[[str], None]]:
    """Have a span of the global provider around a call, if there is OpenTelemetry; yields what records the result."""
    if "opentelemetry" not in sys.modules:
        yield lambda _: None
        return
    from opentelemetry import trace

    from mistral_async.compat.extra.observability.otel import MISTRAL_SDK_OTEL_TRACER_NAME

    arguments = call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)
    attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.provider.name": "mistral_ai",
        "gen_ai.tool.call.id": call.id or "",
        "gen_ai.tool.call.arguments": arguments,
        "gen_ai.tool.name": call.name,
        "gen_ai.tool.type": "function",
    }
    tracer = trace.get_tracer(MISTRAL_SDK_OTEL_TRACER_NAME)
    with tracer.start_as_current_span(f"execute_tool {call.name}", attributes=attributes) as span:
        yield lambda result: span.set_attribute("gen_ai.tool.call.result", result)

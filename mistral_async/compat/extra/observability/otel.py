"""What `TracingHook` says of a request and an answer, by OpenTelemetry's conventions for generative AI.

Spans of calls are those of `mistral_async.integrations.otel`; these are of requests that the hook is given (extra
`otel`).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import msgspec

from mistral_async._codec.json_types import JSONObject, is_array, is_object
from mistral_async.compat._official import names
from mistral_async.compat.extra.observability.formatting import (
    format_input_message,
    format_output_message,
    format_tool_definition,
)
from mistral_async.compat.extra.observability.streaming import accumulate_chunks_to_response_dict, parse_sse_chunks
from mistral_async.integrations import _genai as genai

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

__all__ = [
    "BAGGAGE_SPAN_ATTRIBUTES",
    "MISTRAL_SDK_OTEL_TRACER_NAME",
    "OTEL_SERVICE_NAME",
    "WORKFLOW_EXECUTION_ID_ATTRIBUTE",
    "TracedResponse",
    "parse_time_to_nanos",
    "set_available_attributes",
]

OTEL_SERVICE_NAME: Final = "mistral_async"
MISTRAL_SDK_OTEL_TRACER_NAME: Final = "mistral_async"
WORKFLOW_EXECUTION_ID_ATTRIBUTE: Final = "wf.workflow.execution_id"
BAGGAGE_SPAN_ATTRIBUTES: Final = ("gen_ai.conversation.id", WORKFLOW_EXECUTION_ID_ATTRIBUTE)

Found: TypeAlias = dict[str, Any]
"""Attributes; those that are empty are not set."""

_OPERATIONS: Final = (
    (("chat_completion",), "chat"),
    (("stream_chat",), "chat"),
    (("alias",), None),
    (("agents_create",), "create_agent"),
    (("agents_update",), "create_agent"),
    (("agents_completion",), "invoke_agent"),
    (("stream_agents",), "invoke_agent"),
    (("conversations", "start"), "invoke_agent"),
    (("conversations", "append"), "invoke_agent"),
    (("conversations", "restart"), "invoke_agent"),
    (("fim",), "text_completion"),
    (("embeddings",), "embeddings"),
    (("ocr_post",), "generate_content"),
)
"""Parts of the API's ids, and the operation of the first that are all there."""
_PORTS: Final = {"https": 443, "http": 80}


def operation_of(operation_id: str) -> str | None:
    """Return the name of an operation on a model, by the API's id; None for another request."""
    return next((name for parts, name in _OPERATIONS if all(part in operation_id for part in parts)), None)


def describe_request(span: Span, operation_id: str, request: Any) -> None:
    """Name a span and set its attributes by a request of httpx."""
    port = request.url.port or _PORTS.get(request.url.scheme, -1)
    where = {"http.request.method": request.method, "http.url": str(request.url.copy_with(query=None, userinfo=b""))}
    set_available_attributes(span, {**where, "server.address": request.url.host, "server.port": port})
    if (operation := operation_of(operation_id)) is None:
        return
    body = json_object(request.content)
    span.update_name(_name(operation, body))
    prompt = body.get("messages") or body.get("inputs")
    messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
    found = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": genai.PROVIDER,
        "gen_ai.request.model": body.get("model"),
        "gen_ai.input.messages": _json(format_input_message, _objects(messages)),
        "gen_ai.tool.definitions": _json(format_tool_definition, _objects(body.get("tools"))),
    }
    set_available_attributes(span, genai.option_attributes(body) | found)


def describe_answer(tracer: Tracer, span: Span, operation_id: str, answer: JSONObject) -> None:
    """Set the attributes of a span by the body of an answer; the outputs of a conversation are spans in it."""
    if (operation := operation_of(operation_id)) is None:
        return
    choices = _objects(answer.get("choices"))
    usage: Any = answer.get("usage") or {}
    details: Any = usage.get("prompt_tokens_details") or {}
    found: Found = {
        "gen_ai.response.model": answer.get("model"),
        "gen_ai.response.finish_reasons": [each["finish_reason"] for each in choices if each.get("finish_reason")],
        "gen_ai.output.messages": _json(format_output_message, choices),
        "gen_ai.usage.input_tokens": usage.get("prompt_tokens"),
        "gen_ai.usage.output_tokens": usage.get("completion_tokens"),
        "gen_ai.usage.cache_read.input_tokens": details.get("cached_tokens"),
        "gen_ai.conversation.id": answer.get("conversation_id"),
    }
    if operation == "create_agent":
        found |= _of_agent(answer)
    else:
        found["gen_ai.response.id"] = answer.get("id")
    pages: Any = answer.get("usage_info") or {}
    found |= {f"mistral_ai.ocr.usage.{name}": pages.get(name) for name in ("pages_processed", "doc_size_bytes")}
    set_available_attributes(span, found)
    for each in _objects(answer.get("outputs")):
        _add_output(tracer, span, each)


def describe_error(span: Span, response: Any, error: Exception | None) -> None:
    """Set the status and the attributes of a span by an error, and by the answer that says so."""
    from opentelemetry.trace import StatusCode

    if error is not None:
        span.record_exception(error)
        span.set_status(StatusCode.ERROR, str(error))
    if response is None:
        return
    body = json_object(response.content)
    if body.get("object") != "error" or not (message := body.get("message")):
        return
    kind = body.get("type")
    span.set_status(StatusCode.ERROR, str(message))
    span.add_event("exception", {"exception.type": kind or "api_error", "exception.message": str(message)})
    found = {"error.type": kind, "mistral_ai.error.code": body.get("code")}
    set_available_attributes(span, found | {"http.response.status_code": response.status_code})


def set_available_attributes(span: Span, attributes: Mapping[str, Any]) -> None:
    """Set those attributes that are not empty."""
    span.set_attributes({name: value for name, value in attributes.items() if value})


def set_baggage_attributes(span: Span) -> None:
    """Set the attributes that the baggage of the context has: the conversation, the execution of a workflow."""
    from opentelemetry.baggage import get_baggage

    set_available_attributes(span, {name: str(get_baggage(name) or "") for name in BAGGAGE_SPAN_ATTRIBUTES})


def parse_time_to_nanos(ts: str) -> int:
    """Return a time in ISO 8601 in nanoseconds since 1970."""
    return int(datetime.fromisoformat(ts).timestamp() * 1e9)


class TracedResponse:
    """A response whose span ends when it is closed, with what its stream of events has told until then.

    It is the response of httpx that it was, and this beside.
    """

    _end: Callable[[bytes], None]
    _read: bytearray

    @classmethod
    def trace(cls, response: Any, end: Callable[[bytes], None]) -> None:
        """Make this of a response: `end` is given the bytes that were read."""
        response.__dict__.update(_end=end, _read=bytearray())
        response.__class__ = type(cls.__name__, (cls, cast("type[Any]", type(response))), {})

    def iter_bytes(self, *args: Any) -> Iterator[bytes]:
        """Yield the bytes."""
        inner: Any = super()
        for chunk in inner.iter_bytes(*args):
            self._read += chunk
            yield chunk

    async def aiter_bytes(self, *args: Any) -> AsyncIterator[bytes]:
        """Yield the bytes."""
        inner: Any = super()
        async for chunk in inner.aiter_bytes(*args):
            self._read += chunk
            yield chunk

    def _end_once(self) -> None:
        """End the span: a response is closed at the end of its stream, and again by its block."""
        self._end(bytes(self._read))
        self._end = lambda _: None

    def close(self) -> None:
        """Close the response and end the span."""
        inner: Any = super()
        self._end_once()
        inner.close()

    async def aclose(self) -> None:
        """Close the response and end the span."""
        inner: Any = super()
        self._end_once()
        await inner.aclose()


def json_object(content: bytes) -> JSONObject:
    """Return the object in a body; an empty one where it has none."""
    try:
        found: object = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return {}
    return found if is_object(found) else {}


def answer_in(events: bytes) -> JSONObject:
    """Return the answer that the events of a stream make up; an empty one where they are none."""
    chunks = parse_sse_chunks(events)
    return accumulate_chunks_to_response_dict(chunks) if chunks else {}


def _add_output(tracer: Tracer, parent: Span, output: JSONObject) -> None:
    """Add the span of an output of a conversation: a tool that the server called, or a message."""
    from opentelemetry.trace import set_span_in_context

    match output.get("type"):
        case "tool.execution":
            operation, found = "execute_tool", _of_tool(output)
        case "message.output":
            operation, found = "chat", _of_message(output)
        case _:
            return
    begun, ended = (parse_time_to_nanos(str(output[name])) for name in ("created_at", "completed_at"))
    span = tracer.start_span(_name(operation, output), set_span_in_context(parent), start_time=begun)
    set_available_attributes(
        span, {"gen_ai.operation.name": operation, "gen_ai.provider.name": genai.PROVIDER, **found}
    )
    span.end(ended)


def _of_tool(output: JSONObject) -> Found:
    return {
        "gen_ai.tool.call.id": output.get("id"),
        "gen_ai.tool.call.arguments": _text(output.get("arguments")),
        "gen_ai.tool.call.result": _text(output.get("info")),
        "gen_ai.tool.name": output.get("name"),
        "gen_ai.tool.type": "extension",
    }


def _of_message(output: JSONObject) -> Found:
    choice = {"message": output, "finish_reason": output.get("finish_reason", "")}
    return {
        "gen_ai.response.id": output.get("id"),
        "gen_ai.agent.id": output.get("agent_id"),
        "gen_ai.response.model": output.get("model"),
        "gen_ai.output.messages": _json(format_output_message, [choice]),
    }


def _of_agent(answer: JSONObject) -> Found:
    return {
        "gen_ai.agent.description": answer.get("description"),
        "gen_ai.agent.id": answer.get("id"),
        "gen_ai.agent.name": answer.get("name"),
        "gen_ai.agent.version": str(answer.get("version", "")),
        "gen_ai.request.model": answer.get("model"),
        "gen_ai.system_instructions": answer.get("instructions"),
    }


def _name(operation: str, about: JSONObject) -> str:
    """Return the name of a span: the operation, and the model, agent or tool that it is about."""
    by_model = operation in {"chat", "embeddings", "generate_content", "text_completion"}
    return f"{operation} {about.get('model' if by_model else 'name') or ''}".rstrip()


def _objects(given: object) -> Sequence[JSONObject]:
    return [each for each in given if is_object(each)] if is_array(given) else []


def _json(form: Callable[[JSONObject], JSONObject | None], given: Sequence[JSONObject]) -> str:
    """Return objects in their form as JSON, "" for none."""
    found = [formed for each in given if (formed := form(each)) is not None]
    return json.dumps(found) if found else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value) if value else ""


if not TYPE_CHECKING:
    __getattr__ = names(__name__)

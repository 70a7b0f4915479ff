"""The attributes of a call by OpenTelemetry's conventions for generative AI. Nothing here needs OpenTelemetry.

https://github.com/open-telemetry/semantic-conventions-genai (the names are written out: no package has them).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from mistral_async import Stream
from mistral_async._codec.json_types import is_object
from mistral_async._engine.request import Request
from mistral_async._results.accumulate import Accumulator
from mistral_async.errors import APIStatusError, MistralError

if TYPE_CHECKING:
    from mistral_async import Attempt, CallContext

Value = str | bool | int | float | Sequence[str]
Attributes = dict[str, Value]
JSONObject: TypeAlias = dict[str, Any]

PROVIDER: Final = "mistral_ai"

_OPERATIONS: Final = {  # operations without a name in the conventions have the last word of their route
    "/v1/chat/completions": "chat",
    "/v1/agents/completions": "invoke_agent",
    "/v1/conversations": "chat",
    "/v1/conversations/{}": "chat",
    "/v1/conversations/{}/restart": "chat",
    "/v1/responses": "chat",
    "/v1/fim/completions": "text_completion",
    "/v1/embeddings": "embeddings",
    "/v1/agents": "create_agent",
    "/v1/chat/moderations": "moderation",
    "/v1/moderations": "moderation",
    "/v1/chat/classifications": "classification",
    "/v1/classifications": "classification",
    "/v1/ocr": "ocr",
    "/v1/audio/transcriptions": "transcription",
    "/v1/audio/speech": "speech",
}
_NUMBERS: Final = {
    "max_tokens": "gen_ai.request.max_tokens",
    "max_output_tokens": "gen_ai.request.max_tokens",
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "top_k": "gen_ai.request.top_k",
    "random_seed": "gen_ai.request.seed",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "n": "gen_ai.request.choice.count",
    "output_dimension": "gen_ai.embeddings.dimension.count",
}
_TEXTS: Final = {"agent_id": "gen_ai.agent.id"}
_LISTS: Final = {"stop": "gen_ai.request.stop_sequences", "encoding_format": "gen_ai.request.encoding_formats"}
_OUTPUTS: Final = {"text": "text", "json_object": "json", "json_schema": "json"}


def operation_of(request: Request) -> str | None:
    """Return the name of an operation on a model; None for other requests, such as a list of files."""
    operation = _OPERATIONS.get(request.route) if request.method == "POST" else None
    return "invoke_agent" if operation == "chat" and body_of(request).get("agent_id") else operation


def body_of(request: Request) -> JSONObject:
    """Return the fields of the body."""
    body: object = request.json if request.form is None else request.form.values
    return body if is_object(body) else {}


def name_of(request: Request, operation: str | None) -> str:
    """Return the name of the span, which the conventions want to be of low cardinality."""
    if operation is None:
        return f"{request.method} {request.route}"
    body = body_of(request)
    about = body.get("name") if operation == "create_agent" else request.model
    return f"{operation} {about}" if isinstance(about, str) else operation


def request_attributes(call: CallContext, operation: str | None) -> Attributes:
    """Return the attributes that are known when a call begins."""
    request = call.request
    found: Attributes = {"server.address": call.address, "server.port": call.port}
    if operation is None:
        return {**found, "http.request.method": request.method, "url.template": request.route}
    found |= {"gen_ai.operation.name": operation, "gen_ai.provider.name": PROVIDER}
    if request.model is not None:
        found["gen_ai.request.model"] = request.model
    if type(request).__name__ == Stream.__name__:
        found["gen_ai.request.stream"] = True
    if request.route.startswith("/v1/conversations/{}") and request.ids:
        found["gen_ai.conversation.id"] = request.ids[0]
    body = body_of(request)
    if operation == "create_agent" and isinstance(body.get("name"), str):
        found["gen_ai.agent.name"] = body["name"]
    nested: object = body.get("completion_args")
    return found | option_attributes(body) | option_attributes(nested if is_object(nested) else {})


def option_attributes(body: Mapping[str, Any]) -> Attributes:
    """Return the request options that the conventions know."""
    found: Attributes = {}
    for key, value in body.items():
        if key in _NUMBERS and isinstance(value, (int, float)):
            found[_NUMBERS[key]] = value
        elif key in _TEXTS and isinstance(value, str):
            found[_TEXTS[key]] = value
        elif key in _LISTS and value is not None:
            found[_LISTS[key]] = [value] if isinstance(value, str) else [str(each) for each in value]
        elif key == "response_format" and (kind := _output_type(value)):
            found["gen_ai.output.type"] = kind
    return found


def _output_type(form: object) -> str | None:
    kind = form.get("type") if is_object(form) else getattr(form, "type", None)
    return _OUTPUTS.get(kind) if isinstance(kind, str) else None


def answer_of(call: CallContext) -> Any:
    """Return the response; for a stream, what has been accumulated so far."""
    answer: object = call.answer
    if isinstance(answer, Accumulator):
        answer = cast("Accumulator[Any]", answer).response()
    return getattr(answer, "response", answer)  # the last event of a stream may contain the whole response


def response_attributes(call: CallContext, answer: object) -> Attributes:
    """Return the attributes that are known when a call ends, without its usage."""
    found: Attributes = {}
    if call.status is not None:
        found["http.response.status_code"] = call.status
    if call.request_id:
        found["mistral_async.request_id"] = call.request_id
    for attribute, name in (("id", "gen_ai.response.id"), ("model", "gen_ai.response.model")):
        value = getattr(answer, attribute, None)
        if isinstance(value, str) and value:
            found[name] = value
    conversation = getattr(answer, "conversation_id", None)
    if isinstance(conversation, str) and conversation:
        found["gen_ai.conversation.id"] = conversation
    reasons = [str(choice.finish_reason) for choice in getattr(answer, "choices", ()) if choice.finish_reason]
    if reasons:
        found["gen_ai.response.finish_reasons"] = reasons
    if call.first_event is not None:
        found["gen_ai.response.time_to_first_chunk"] = call.first_event
    return found


def usage_attributes(answer: object) -> dict[str, int]:
    """Return the token counts that the API reported."""
    usage = getattr(answer, "usage", None)
    if usage is None:
        return {}
    details = _first(usage, "completion_tokens_details", "output_tokens_details")
    counts = {
        "gen_ai.usage.input_tokens": _first(usage, "prompt_tokens", "input_tokens"),
        "gen_ai.usage.output_tokens": _first(usage, "completion_tokens", "output_tokens"),
        "gen_ai.usage.cache_read.input_tokens": _first(_first(usage, "input_tokens_details") or usage, "cached_tokens"),
        "gen_ai.usage.reasoning.output_tokens": _first(details, "reasoning_tokens"),
    }
    return {name: count for name, count in counts.items() if isinstance(count, int) and count}


def _first(of: object, *names: str) -> Any:
    """Return the first of these fields that is set."""
    found = (of.get(name) if is_object(of) else getattr(of, name, None) for name in names)
    return next((value for value in found if value is not None), None)


def error_type(error: BaseException) -> str:
    """Return the `error.type` of an exception; asyncio's and trio's cancellations have the same."""
    name = type(error).__name__
    match name:
        case "CancelledError" | "Cancelled":
            return "cancelled"
        case "GeneratorExit":
            return "abandoned"
        case _:
            return name


def error_attributes(error: BaseException) -> Attributes:
    """Return the attributes of an error; never its message, which may repeat what was sent."""
    found: Attributes = {"error.type": error_type(error)}
    if isinstance(error, APIStatusError):
        found["http.response.status_code"] = error.status
    if isinstance(error, MistralError) and error.request_id:
        found["mistral_async.request_id"] = error.request_id
    return found


def attempt_attributes(attempt: Attempt, number: int) -> Attributes:
    """Return the attributes of an attempt's event."""
    found: Attributes = {
        "mistral_async.attempt.number": number,
        "mistral_async.attempt.elapsed": attempt.elapsed,
        "mistral_async.attempt.waited": attempt.waited,
    }
    if attempt.status is not None:
        found["http.response.status_code"] = attempt.status
    if attempt.error is not None:
        found["error.type"] = attempt.error
    if attempt.request_id is not None:
        found["mistral_async.request_id"] = attempt.request_id
    if attempt.model is not None:
        found["gen_ai.request.model"] = attempt.model
    if attempt.key is not None:
        found["mistral_async.attempt.key"] = attempt.key
    return found

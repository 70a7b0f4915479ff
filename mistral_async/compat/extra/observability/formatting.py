"""Messages and tools of the API as OpenTelemetry's conventions for generative AI have them, dict by dict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from mistral_async._codec.json_types import is_object
from mistral_async.compat._official import names

__all__ = ["format_input_message", "format_output_message", "format_tool_definition"]

JSONObject: TypeAlias = dict[str, Any]


def format_input_message(message: Mapping[str, Any]) -> JSONObject:
    """Return a message, or an entry of a conversation, with its role and parts."""
    if message.get("type") == "function.result":
        return {"role": "tool", "parts": [_tool_response(message, message.get("result"))]}
    role = message.get("role", "unknown")
    if role == "tool":
        return {"role": role, "parts": [_tool_response(message, message.get("content"))]}
    return {"role": role, "parts": _parts(message)}


def format_output_message(choice: Mapping[str, Any]) -> JSONObject:
    """Return the message of a choice with its role, parts and finish reason."""
    message: JSONObject = choice.get("message") or {}
    finish = choice.get("finish_reason", "")
    return {"role": message.get("role", "assistant"), "parts": _parts(message), "finish_reason": finish}


def format_tool_definition(tool: Mapping[str, Any]) -> JSONObject | None:
    """Return the definition of a function; None for a tool that is none."""
    function: JSONObject = tool.get("function") or {}
    if not function.get("name"):
        return None
    found: JSONObject = {"type": tool.get("type", "function"), "name": function["name"]}
    return found | {name: function[name] for name in ("description", "parameters") if function.get(name) is not None}


def _tool_response(message: Mapping[str, Any], response: object) -> JSONObject:
    part = {"type": "tool_call_response", "response": response}
    identity = message.get("tool_call_id")
    return part if identity is None else part | {"id": identity}


def _parts(message: Mapping[str, Any]) -> list[JSONObject]:
    return [*_content_to_parts(message.get("content")), *_tool_calls_to_parts(message.get("tool_calls"))]


def _content_to_parts(content: object) -> list[JSONObject]:
    if isinstance(content, str):
        return [{"type": "text", "content": content}]
    return list(map(_chunk_to_part, _known(content)))


def _known(chunks: object) -> Iterator[str | JSONObject]:
    """Yield the chunks that are text or an object."""
    for chunk in cast("Sequence[object]", chunks or ()):
        if isinstance(chunk, str) or is_object(chunk):
            yield chunk


def _chunk_to_part(chunk: str | JSONObject) -> JSONObject:
    if isinstance(chunk, str):
        return {"type": "text", "content": chunk}
    match chunk.get("type", ""):
        case "text":
            return {"type": "text", "content": chunk.get("text", "")}
        case "thinking":
            return {"type": "reasoning", "content": _thought(chunk.get("thinking", ""))}
        case "image_url":
            image: object = chunk.get("image_url", {})
            uri = image.get("url", "") if is_object(image) else str(image)
            return {"type": "uri", "modality": "image", "uri": uri}
        case kind:
            return {"type": kind}


def _thought(thinking: object) -> str:
    if not isinstance(thinking, list):
        return str(thinking)
    chunks = (each for each in cast("list[object]", thinking) if is_object(each) and each.get("type") == "text")
    return "\n".join(str(each.get("text", "")) for each in chunks)


def _tool_calls_to_parts(tool_calls: Sequence[Mapping[str, Any]] | None) -> list[JSONObject]:
    return [_call_to_part(call, call.get("function") or {}) for call in tool_calls or ()]


def _call_to_part(call: Mapping[str, Any], function: Mapping[str, Any]) -> JSONObject:
    part = {"type": "tool_call", "name": function.get("name", "")}
    further = {"id": call.get("id"), "arguments": function.get("arguments")}
    return part | {name: value for name, value in further.items() if value is not None}


if not TYPE_CHECKING:
    __getattr__ = names(__name__)

"""The events of a streamed chat, as the dict of the response that they make up."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import msgspec

from mistral_async._codec.open_union import LenientDecodeError, decode
from mistral_async.compat._official import names
from mistral_async.models import CompletionChunk, TextChunk, ToolCall

__all__ = ["accumulate_chunks_to_response_dict", "parse_sse_chunks"]


def parse_sse_chunks(raw_sse_bytes: bytes) -> list[CompletionChunk]:
    """Return the chunks in the bytes of an event stream, without what is none."""
    chunks: list[CompletionChunk] = []
    for line in raw_sse_bytes.decode("utf-8", "replace").split("\n"):
        if line.strip().startswith("data: "):
            with suppress(msgspec.DecodeError, LenientDecodeError):
                chunks.append(decode(line.strip().removeprefix("data: ").encode(), CompletionChunk))
    return chunks


def accumulate_chunks_to_response_dict(chunks: Iterable[CompletionChunk]) -> dict[str, Any]:
    """Return the response that chunks make up, as a dict."""
    found: dict[str, Any] = {"id": None, "model": None}
    choices: dict[int, dict[str, Any]] = {}
    for chunk in chunks:
        found["id"] = found["id"] or chunk.id
        found["model"] = found["model"] or chunk.model
        if "usage" not in found and chunk.usage is not None:
            found["usage"] = chunk.usage.model_dump()
        for choice in chunk.choices:
            empty = {"message": {"role": "assistant", "content": ""}, "finish_reason": ""}
            _add(choices.setdefault(choice.index, empty), choice)
    return found | {"choices": [choices[index] for index in sorted(choices)]}


def _add(accumulated: dict[str, Any], choice: Any) -> None:
    message, delta = accumulated["message"], choice.delta
    message["role"] = delta.role or message["role"]
    message["content"] += _text(delta.content)
    accumulated["finish_reason"] = choice.finish_reason or accumulated["finish_reason"]
    for call in delta.tool_calls or ():
        _add_call(message.setdefault("tool_calls", []), call)


def _add_call(calls: list[dict[str, Any]], call: ToolCall) -> None:
    place = len(calls) if call.index is None else call.index
    while len(calls) <= place:
        calls.append({"id": None, "function": {"name": "", "arguments": ""}})
    found = calls[place]
    if call.id not in {None, "null"}:
        found["id"] = call.id
    found["function"]["name"] += call.function.name or ""
    if isinstance(call.function.arguments, str):
        found["function"]["arguments"] += call.function.arguments


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    chunks = cast("list[object]", content if isinstance(content, list) else [])
    return "".join(each.text for each in chunks if isinstance(each, TextChunk))


if not TYPE_CHECKING:
    __getattr__ = names(__name__)

"""The events of a streamed chat, as the dict of the response that they make up."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
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
    choices: dict[int, _Choice] = {}
    for chunk in chunks:
        found["id"] = found["id"] or chunk.id
        found["model"] = found["model"] or chunk.model
        if "usage" not in found and chunk.usage is not None:
            found["usage"] = chunk.usage.model_dump()
        for choice in chunk.choices:
            choices.setdefault(choice.index, _Choice()).add(choice)
    return found | {"choices": [choices[index].to_dict() for index in sorted(choices)]}


@dataclass
class _Call:
    """The parts of a call of a function."""

    id: str | None = None
    name: list[str] = field(default_factory=list[str])
    arguments: list[str] = field(default_factory=list[str])

    def add(self, call: ToolCall) -> None:
        """Add what an event has of it."""
        if call.id not in {None, "null"}:
            self.id = call.id
        self.name.append(call.function.name or "")
        if isinstance(call.function.arguments, str):
            self.arguments.append(call.function.arguments)

    def to_dict(self) -> dict[str, Any]:
        """Return the call."""
        return {"id": self.id, "function": {"name": "".join(self.name), "arguments": "".join(self.arguments)}}


@dataclass
class _Choice:
    """The parts of a choice. Its calls are kept by their index, which may be any number."""

    role: str = "assistant"
    content: list[str] = field(default_factory=list[str])
    finish_reason: str = ""
    calls: dict[int, _Call] = field(default_factory=dict[int, _Call])
    next_index: int = 0

    def add(self, choice: Any) -> None:
        """Add what an event has of it."""
        delta = choice.delta
        self.role = delta.role or self.role
        self.content.append(_text(delta.content))
        self.finish_reason = choice.finish_reason or self.finish_reason
        for call in delta.tool_calls or ():
            index = self.next_index if call.index is None else call.index
            self.next_index = max(self.next_index, index + 1)
            self.calls.setdefault(index, _Call()).add(call)

    def to_dict(self) -> dict[str, Any]:
        """Return the choice."""
        message: dict[str, Any] = {"role": self.role, "content": "".join(self.content)}
        if self.calls:
            message["tool_calls"] = [self.calls[index].to_dict() for index in sorted(self.calls)]
        return {"message": message, "finish_reason": self.finish_reason}


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    chunks = cast("list[object]", content if isinstance(content, list) else [])
    return "".join(each.text for each in chunks if isinstance(each, TextChunk))


if not TYPE_CHECKING:
    __getattr__ = names(__name__)

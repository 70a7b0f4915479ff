"""The answer to one request for the rest of an answer: only what is new, chunk by chunk, with its tool calls whole."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from mistral_async._results.accumulate import CompletionAccumulator
from mistral_async.continuation._echo import Echo
from mistral_async.models.chat import (
    ChatCompletionResponse,
    CompletionChunk,
    CompletionResponseStreamChoice,
    DeltaMessage,
)
from mistral_async.models.content import ContentChunk, TextChunk, ThinkChunk
from mistral_async.models.tools import ToolCall


def chunk_like(
    head: CompletionChunk | ChatCompletionResponse, delta: DeltaMessage, reason: str | None = None, usage: Any = None
) -> CompletionChunk:
    """Make a chunk of the answer that another chunk, or the response, is of."""
    choice = CompletionResponseStreamChoice(delta=delta, finish_reason=reason)
    return CompletionChunk(id=head.id, model=head.model, created=head.created, choices=[choice], usage=usage)


class Part:
    """The new chunks of one stream. Tool calls, the finish reason and the usage wait for its end."""

    def __init__(self, text: str, thinking: str) -> None:
        self._text = Echo(text)
        self._thinking = Echo(thinking)
        self._head = CompletionChunk()
        self.fragments: list[CompletionChunk] = []
        """The chunks of the tool calls so far."""
        self.reason: str | None = None
        self.usage: Any = None

    @property
    def calls(self) -> list[ToolCall]:
        """The tool calls so far, as they came."""
        return CompletionAccumulator(self.fragments).tool_calls

    def add(self, chunk: CompletionChunk) -> CompletionChunk | None:
        """Return what is new in a chunk; None where there is nothing to show yet."""
        self._head = chunk if chunk.id or not self._head.id else self._head
        self.usage = self.usage if chunk.usage is None else chunk.usage
        if not chunk.choices:
            return None
        choice = chunk.choices[0]
        self.reason = choice.finish_reason or self.reason
        if choice.delta.tool_calls:
            self.fragments.append(self.chunk(DeltaMessage(tool_calls=choice.delta.tool_calls)))
        content = self._new(choice.delta.content)
        if not content:
            return None
        delta = msgspec.structs.replace(choice.delta, content=content, tool_calls=None)
        shown = msgspec.structs.replace(choice, delta=delta, finish_reason=None)
        return msgspec.structs.replace(chunk, choices=[shown], usage=None)

    def held(self) -> list[CompletionChunk]:
        """Return what was held back as an echo, at the end of an answer that has ended without the rest of it."""
        text = self._text.held()
        return [self.chunk(DeltaMessage(content=text))] if text else []

    def chunk(self, delta: DeltaMessage, reason: str | None = None, usage: Any = None) -> CompletionChunk:
        """Make a chunk of this answer."""
        return chunk_like(self._head, delta, reason, usage)

    def _new(self, content: Any) -> str | list[ContentChunk] | None:
        if isinstance(content, str):
            return self._text.rest_of(content)
        if not isinstance(content, list):
            return None
        found = [self._new_chunk(chunk) for chunk in cast("list[Any]", content)]
        return [chunk for chunk in found if chunk is not None]

    def _new_chunk(self, chunk: Any) -> Any:
        """Return what is new in a chunk of content; None for an echo."""
        if isinstance(chunk, (str, TextChunk)):
            text = self._text.rest_of(chunk if isinstance(chunk, str) else chunk.text)
            return TextChunk(text) if text else None
        if isinstance(chunk, ThinkChunk):
            before = chunk.text
            text = self._thinking.rest_of(before)
            if text == before:
                return chunk
            return ThinkChunk(text, signature=chunk.signature, closed=chunk.closed) if text else None
        return chunk

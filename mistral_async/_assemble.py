"""What the events of a stream add up to: text, thinking, tool calls, usage, and the answer they are the pieces of.

Tool calls are put together by index, else by id, else by position; a fragment without either continues the last one.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Generic, TypeVar, cast

from mistral_async._json import is_object
from mistral_async.models.chat import ChatCompletionChoice, ChatCompletionResponse, CompletionChunk
from mistral_async.models.content import TextChunk, ThinkChunk, text_of, thinking_of
from mistral_async.models.messages import AssistantMessage
from mistral_async.models.tools import FunctionCall, ToolCall

T = TypeVar("T")


class Assembly(Generic[T]):
    """The events so far, put together. Everything is computed when it is asked for."""

    def __init__(self, events: Sequence[T]) -> None:
        self.events = events

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(text_of(getattr(event, "content", None)) or _delta_text(event) for event in self.events)

    @property
    def thinking(self) -> str:
        """The reasoning so far."""
        return "".join(thinking_of(getattr(event, "content", None)) for event in self.events)

    @property
    def tool_calls(self) -> list[Any]:
        """The tool calls so far."""
        return []

    @property
    def usage(self) -> Any:
        """The usage, None until it is known (it comes with the last event)."""
        found = (getattr(event, "usage", None) for event in reversed(self.events))
        return next((usage for usage in found if usage is not None), None)

    @property
    def is_finished(self) -> bool:
        """Whether the answer is whole even if the terminal mark is missing."""
        return False

    def response(self) -> Any:
        """The answer; for streams whose last event is the whole answer, that event."""
        return self.events[-1] if self.events else None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.events)} events>"


def _delta_text(event: object) -> str:
    text = getattr(event, "text", None)
    return text if isinstance(text, str) and str(getattr(event, "type", "")).endswith(".delta") else ""


class Completion(Assembly[CompletionChunk]):
    """A completion in pieces: its choices may be interleaved."""

    @property
    def text(self) -> str:
        """The text of the first choice so far."""
        return self._first.text if self.choices else ""

    @property
    def thinking(self) -> str:
        """The reasoning of the first choice so far."""
        return self._first.thinking if self.choices else ""

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The tool calls of the first choice so far; unless it has finished their arguments may be cut."""
        return (self._first.tool_calls or []) if self.choices else []

    @property
    def _first(self) -> AssistantMessage:
        return self.choices[0].message or AssistantMessage()

    @property
    def is_finished(self) -> bool:
        """Whether every choice has its `finish_reason`."""
        open_choices: set[int] = set()
        seen = False
        for chunk in self.events:
            for choice in chunk.choices:
                seen = True
                if choice.finish_reason:
                    open_choices.discard(choice.index)
                else:
                    open_choices.add(choice.index)
        return seen and not open_choices

    @functools.cached_property
    def choices(self) -> list[ChatCompletionChoice]:
        """The choices so far, by index."""
        indexes = sorted({choice.index for chunk in self.events for choice in chunk.choices})
        return [self._choice(index) for index in indexes]

    def _choice(self, index: int) -> ChatCompletionChoice:
        content, calls, reason, logprobs = _Content(), _Calls(), "", None
        for chunk in self.events:
            for choice in chunk.choices:
                if choice.index == index:
                    content.add(choice.delta.content)
                    calls.add(choice.delta.tool_calls or [])
                    reason = choice.finish_reason or reason
                    logprobs = choice.logprobs or logprobs
        message = AssistantMessage(content.whole(), calls.whole() or None)
        return ChatCompletionChoice(index=index, message=message, finish_reason=reason, logprobs=logprobs)

    def response(self) -> ChatCompletionResponse:
        """The answer that the same call without streaming gives."""
        first = self.events[0] if self.events else CompletionChunk()
        return ChatCompletionResponse(
            id=first.id,
            object="chat.completion",
            model=first.model,
            created=first.created,
            choices=self.choices,
            usage=self.usage,
        )


class _Content:
    """Content that switches between strings and lists of chunks."""

    def __init__(self) -> None:
        self.pieces: list[tuple[type, list[str], Any]] = []

    def add(self, content: object) -> None:
        for piece in cast("list[object]", content) if isinstance(content, list) else [content]:
            match piece:
                case str() | TextChunk():
                    self._append(TextChunk, piece if isinstance(piece, str) else piece.text, None)
                case ThinkChunk():
                    self._append(ThinkChunk, piece.text, piece)
                case None:
                    pass
                case _:
                    self.pieces.append((type(piece), [], piece))

    def _append(self, kind: type, text: str, chunk: Any) -> None:
        if self.pieces and self.pieces[-1][0] is kind:
            self.pieces[-1][1].append(text)
        elif text or not self.pieces:
            self.pieces.append((kind, [text], chunk))

    def whole(self) -> Any:
        pieces = [piece for piece in self.pieces if piece[0] is not TextChunk or any(piece[1])]
        if all(kind is TextChunk for kind, _, _ in pieces):
            return "".join("".join(texts) for _, texts, _ in pieces)
        return [self._chunk(*piece) for piece in pieces]

    def _chunk(self, kind: type, texts: list[str], chunk: Any) -> Any:
        if kind is TextChunk:
            return TextChunk("".join(texts))
        if kind is ThinkChunk:
            return ThinkChunk([TextChunk("".join(texts))], signature=chunk.signature, closed=chunk.closed)
        return chunk


class _Calls:
    """Tool calls from their fragments."""

    def __init__(self) -> None:
        self.calls: list[ToolCall] = []
        self.texts: list[list[Any]] = []

    def add(self, fragments: Sequence[ToolCall]) -> None:
        for fragment in fragments:
            place = self._place(fragment)
            if place is None:
                function = FunctionCall(fragment.function.name, "")
                self.calls.append(ToolCall(function, id=_real(fragment.id), index=fragment.index))
                self.texts.append([])
                place = len(self.calls) - 1
            call = self.calls[place]
            call.id = call.id or _real(fragment.id)
            call.function.name = call.function.name or fragment.function.name
            self.texts[place].append(fragment.function.arguments)

    def _place(self, fragment: ToolCall) -> int | None:
        """Which call a fragment continues."""
        identity = _real(fragment.id)
        places = range(len(self.calls) - 1, -1, -1)
        if fragment.index is not None:
            same = (p for p in places if self.calls[p].index == fragment.index)
            return next((p for p in same if identity is None or self.calls[p].id in {None, identity}), None)
        if identity is not None:
            return next((p for p in places if self.calls[p].id == identity), None)
        return None if fragment.function.name or not self.calls else len(self.calls) - 1

    def whole(self) -> list[ToolCall]:
        for call, texts in zip(self.calls, self.texts, strict=True):
            objects = [text for text in texts if is_object(text)]
            call.function.arguments = objects[-1] if objects else "".join(text for text in texts if text)
        return self.calls


def _real(identity: str | None) -> str | None:
    """An id; the API's literal "null" is none."""
    return None if identity in {None, "", "null"} else identity


def assembly_of(events: Sequence[Any]) -> Assembly[Any]:
    """Put together whatever stream it is."""
    if events and isinstance(events[0], CompletionChunk):
        return Completion(events)
    if events and getattr(events[0], "type", "") == "conversation.response.started":
        from mistral_async._entries import Entries

        return Entries(events)
    return Assembly(events)

"""The sum of a stream's events: text, thinking, tool calls, usage, and the answer that they are the pieces of."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar, cast

from mistral_async._codec.json_types import JSON, is_object
from mistral_async.models.chat import (
    ChatCompletionChoice,
    ChatCompletionResponse,
    CompletionChunk,
    CompletionResponseStreamChoice,
)
from mistral_async.models.content import ContentChunk, TextChunk, ThinkChunk, ThinkPart, text_of, thinking_of
from mistral_async.models.messages import AssistantMessage
from mistral_async.models.tools import FunctionCall, ToolCall

T = TypeVar("T")
P = TypeVar("P", "_Text", "_Thought")

# Rule 1: The events are kept as they are. What they add up to is computed when it is asked for, into new objects.
# Rule 2: Choices are told apart by their index; one that is no number counts as 0. Of the finish reasons, and of the
#   log probabilities, the last one that is there counts.
# Rule 3: Neighbouring texts are one text chunk, neighbouring stretches of reasoning one of these, with the last
#   signature and state. Any other chunk keeps its place between them. Content that is all text is a string.
# Rule 4: A fragment of a tool call continues the call of its index and id; else the latest of its index, unless it has
#   a name and both have ids, which differ; else the call of its id, unless both have indexes; else, if it has neither
#   these nor a name, the last call. Any other fragment begins a call. The API's literal "null" is no id.
# Rule 5: A name begins a call, too, unless it repeats the name of a call that an earlier event began: some servers
#   write the name on every fragment.
# Rule 6: Arguments are the texts of a call's fragments, joined and never completed; an object is all of them at once.
#   `{}` or null before the fragments of an object says that none had come yet, and is none of them. A last fragment
#   that repeats all of the object before it adds nothing.
# Rule 7: An answer is whole when every choice has had a finish reason, whether or not `[DONE]` came, and whatever comes
#   after it: usage, an empty fragment.
# Rule 8: Time is linear in the events: a fragment continues one of the latest `_OPEN` calls.

_OPEN: Final = 256  # calls


class Accumulator(Generic[T]):
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
        """True if the answer is whole even without the terminal mark of the stream."""
        return False

    def response(self) -> Any:
        """Return the answer: the last event, in streams whose last event is the whole answer; None before the first."""
        return self.events[-1] if self.events else None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.events)} events>"


def _delta_text(event: object) -> str:
    text = getattr(event, "text", None)
    return text if isinstance(text, str) and str(getattr(event, "type", "")).endswith(".delta") else ""


class CompletionAccumulator(Accumulator[CompletionChunk]):
    """A completion, put together from its chunks; its choices may be interleaved."""

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
        """True if every choice has its `finish_reason`."""
        left = {_number(choice.index) for chunk in self.events for choice in chunk.choices if choice.index}
        if any(not choice.index for chunk in self.events for choice in chunk.choices):
            left.add(0)
        began = bool(left)
        for chunk in reversed(self.events):
            if not left:
                break
            left -= {_number(choice.index) for choice in chunk.choices if choice.finish_reason}
        return began and not left

    @functools.cached_property
    def choices(self) -> list[ChatCompletionChoice]:
        """The choices so far, by index."""
        sums: dict[int, _ChoiceSum] = {}
        for chunk in self.events:
            for choice in chunk.choices:
                index = _number(choice.index)
                if index not in sums:
                    sums[index] = _ChoiceSum()
                sums[index].add(choice)
        return [sums[index].build(index) for index in sorted(sums)]

    def response(self) -> ChatCompletionResponse:
        """Return the answer that the same call without streaming gives."""
        first = self.events[0] if self.events else CompletionChunk()
        return ChatCompletionResponse(
            id=first.id,
            object="chat.completion",
            model=first.model,
            created=first.created,
            choices=self.choices,
            usage=self.usage,
        )


class _ChoiceSum:
    """One choice, from its fragments."""

    def __init__(self) -> None:
        self._content = ContentAccumulator()
        self._calls = _ToolCalls()
        self._reason = ""
        self._logprobs: Any = None

    def add(self, choice: CompletionResponseStreamChoice) -> None:
        self._content.add(choice.delta.content)
        self._calls.add(choice.delta.tool_calls or [])
        self._reason = choice.finish_reason or self._reason
        self._logprobs = choice.logprobs or self._logprobs

    def build(self, index: int) -> ChatCompletionChoice:
        message = AssistantMessage(self._content.build(), self._calls.build() or None)
        return ChatCompletionChoice(index=index, message=message, finish_reason=self._reason, logprobs=self._logprobs)


class ContentAccumulator:
    """Content, put together from strings, chunks and lists of chunks (rule 3)."""

    def __init__(self) -> None:
        self.pieces: list[object] = []

    def add(self, content: object) -> None:
        """Add the content of one event."""
        for piece in cast("list[object]", content) if isinstance(content, list) else [content]:
            match piece:
                case None | "":
                    pass
                case str() | TextChunk():
                    self._last(_Text).add(piece if isinstance(piece, str) else piece.text)
                case ThinkChunk():
                    self._last(_Thought).add(piece)
                case _:
                    self.pieces.append(piece)

    def _last(self, kind: type[P]) -> P:
        if not self.pieces or not isinstance(self.pieces[-1], kind):
            self.pieces.append(kind())
        return cast("P", self.pieces[-1])

    def chunks(self) -> list[ContentChunk]:
        """Return the chunks so far."""
        made = [piece.build() if isinstance(piece, (_Text, _Thought)) else piece for piece in self.pieces]
        return cast("list[ContentChunk]", [chunk for chunk in made if chunk is not None])

    def build(self) -> str | list[ContentChunk]:
        """Return the content so far."""
        chunks = self.chunks()
        texts = [chunk.text for chunk in chunks if isinstance(chunk, TextChunk)]
        return "".join(texts) if len(texts) == len(chunks) else chunks


class _Text:
    """One text, from its pieces."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def add(self, text: object) -> None:
        self.texts.append(text if isinstance(text, str) else str(text))

    def build(self) -> TextChunk | None:
        text = "".join(self.texts)
        return TextChunk(text) if text else None


class _Thought:
    """One stretch of reasoning, from its pieces."""

    def __init__(self) -> None:
        self.parts = ContentAccumulator()
        self.signature: str | None = None
        self.closed: bool | None = None

    def add(self, chunk: ThinkChunk) -> None:
        self.parts.add(chunk.thinking)
        self.signature = chunk.signature or self.signature
        self.closed = self.closed if chunk.closed is None else chunk.closed

    def build(self) -> ThinkChunk | None:
        parts = cast("list[ThinkPart]", self.parts.chunks())
        return ThinkChunk(parts, signature=self.signature, closed=self.closed) if parts or self.signature else None


class _ToolCalls:
    """Tool calls, from their fragments."""

    def __init__(self) -> None:
        self.calls: list[ToolCall] = []
        self.texts: list[list[object]] = []

    def add(self, fragments: Sequence[ToolCall]) -> None:
        """Add the fragments of one event."""
        used: set[int] = set()  # the calls that this event has added to
        for fragment in fragments:
            place = self._find_call(fragment, used)
            if place is None:
                place = self._begin_call(fragment)
            used.add(place)
            call = self.calls[place]
            call.id = call.id or _non_null(fragment.id)
            call.function.name = call.function.name or fragment.function.name
            self.texts[place].append(fragment.function.arguments)

    def _begin_call(self, fragment: ToolCall) -> int:
        function = FunctionCall(fragment.function.name, "")
        self.calls.append(ToolCall(function, id=_non_null(fragment.id), index=fragment.index))
        self.texts.append([])
        return len(self.calls) - 1

    def _find_call(self, fragment: ToolCall, used: set[int]) -> int | None:
        """Return the place of the call that a fragment continues; None where it begins one (rules 4 and 5)."""
        name, identity = fragment.function.name, _non_null(fragment.id)
        latest_places = range(max(0, len(self.calls) - _OPEN), len(self.calls))
        open_places = [p for p in reversed(latest_places) if self._may_continue(p, name, used)]
        if fragment.index is not None:
            same = [p for p in open_places if self.calls[p].index == fragment.index]
            of_id = (p for p in same if identity is not None and self.calls[p].id == identity)
            latest = (p for p in same[:1] if identity is None or not name or self.calls[p].id is None)
            found = next(of_id, next(latest, None))
            if found is not None:
                return found
        if identity is not None:
            same = [p for p in open_places if self.calls[p].id == identity]
            return next((p for p in same if fragment.index is None or self.calls[p].index is None), None)
        if fragment.index is not None or name or not self.calls:
            return None
        return len(self.calls) - 1

    def _may_continue(self, place: int, name: str, used: set[int]) -> bool:
        """Return whether a fragment of this name may belong to that call (rule 5)."""
        return not name or (place not in used and self.calls[place].function.name in ("", name))

    def build(self) -> list[ToolCall]:
        """Return the calls so far (rule 6)."""
        for call, texts in zip(self.calls, self.texts, strict=True):
            call.function.arguments = _join_arguments(texts)
        return self.calls


def _join_arguments(fragments: Sequence[object]) -> JSON:
    """Return the arguments that fragments add up to (rule 6)."""
    parts = [fragment for fragment in fragments if fragment not in ("", None)]
    begun = next((at for at, part in enumerate(parts) if part != {} and str(part).strip() not in {"{}", "null"}), 0)
    if begun and (is_object(parts[begun]) or str(parts[begun]).lstrip().startswith("{")):
        del parts[:begun]
    if len(parts) > 1 and isinstance(parts[-1], str) and parts[-1].startswith("{"):
        whole = "".join(map(str, parts[:-1]))
        if whole == parts[-1]:
            return whole
    objects = [part for part in parts if is_object(part)]
    return objects[-1] if objects else "".join(map(str, parts))


def _number(index: Any) -> int:
    """Return the index of a choice; 0 for what is no number, as lenient decoding may leave it."""
    if index.__class__ is int and index >= 0:
        return index
    return int(index) if isinstance(index, (int, str)) and str(index).isdecimal() else 0


def _non_null(identity: str | None) -> str | None:
    """Return an id, or None for what is none: an empty text, or the API's literal "null"."""
    return identity if isinstance(identity, str) and identity not in {"", "null"} else None

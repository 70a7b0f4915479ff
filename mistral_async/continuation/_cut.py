"""What is kept of an answer that was cut, and how the model is asked to go on with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, cast

import msgspec

from mistral_async._codec.json_encode import encode
from mistral_async._codec.json_types import JSONMapping, is_object
from mistral_async._codec.open_union import decode
from mistral_async._engine.response import Response
from mistral_async._results.accumulate import Accumulator, ContentAccumulator
from mistral_async.errors import MistralError
from mistral_async.models.chat import ChatCompletionChoice, ChatCompletionResponse
from mistral_async.models.content import ContentChunk, ThinkChunk, text_of, thinking_of
from mistral_async.models.messages import AssistantMessage, MessageInput
from mistral_async.models.tools import ToolCall

# Rule 1: All text is kept. It is sent as the last message, with `prefix`, so that the model writes on from its last
#   character. A prefix that the request had itself is a part of it.
# Rule 2: Reasoning is kept where text follows it. A thought that was cut is dropped: the model thinks anew.
# Rule 3: A tool call is whole if it has a name and its arguments are an object. Whole ones are kept, and are the end of
#   the answer: the API takes no message after them but their results. A cut one is dropped, and the model asks anew. So
#   it is where `{}` is all that has come of the last one: some servers write that before the arguments.
# Rule 4: An answer that has ended (`stop`, `tool_calls`) is not gone on with, nor one that fills the model's context.

CutAnswer: TypeAlias = (
    str
    | AssistantMessage
    | ChatCompletionResponse
    | Response[ChatCompletionResponse]
    | Accumulator[Any]
    | MistralError
    | JSONMapping
)
"""An answer that was cut: its text, message or response, the `partial` of a stream, or the error that has it."""

_WHOLE: Final = frozenset({"stop", "tool_calls"})
_FULL: Final = "model_length"


class Asked(NamedTuple):
    """The messages that ask for the rest of an answer."""

    messages: list[MessageInput]
    text: str
    """What the answer may begin with again: the text of the prefix."""
    thinking: str
    """The reasoning before it."""


def response_of(given: Any) -> ChatCompletionResponse:
    """Return an answer in the form of a whole one; raises `TypeError` for what is none."""
    match given:
        case str() | AssistantMessage():
            message = AssistantMessage(given) if isinstance(given, str) else given
            return ChatCompletionResponse(choices=[ChatCompletionChoice(message=message)])
        case ChatCompletionResponse():
            return given
        case Mapping():
            kind: Any = ChatCompletionResponse if "choices" in given else AssistantMessage
            return response_of(decode(encode(given), kind))
        case Accumulator():
            return response_of(cast("Accumulator[Any]", given).response())
        case _:
            pass
    for name in ("partial", "response", "data"):
        inner: object = getattr(given, name, None)
        if isinstance(inner, (Accumulator, ChatCompletionResponse)):
            return response_of(inner)
    raise TypeError(f"a {type(given).__name__} has no answer of a chat to go on with: give its text, or its `partial`")


def check_cut(response: ChatCompletionResponse) -> None:
    """Raise `ValueError` for an answer that can not be gone on with (rule 4)."""
    if len(response.choices) > 1:
        raise ValueError("the answer has several choices: go on with the text or the message of one")
    reason = response.choices[0].finish_reason if response.choices else None
    if reason in _WHOLE:
        raise ValueError(f"the answer is whole: it ended with {reason!r}, and there is nothing to go on with")
    if reason == _FULL:
        raise ValueError("the answer fills the context of the model: ask with shorter messages, or another model")


def message_in(response: ChatCompletionResponse) -> AssistantMessage:
    """Return the message of an answer."""
    choice = response.choices[0] if response.choices else ChatCompletionChoice()
    return AssistantMessage(choice.text) if choice.messages else choice.message


def kept_of(message: AssistantMessage) -> AssistantMessage:
    """Return what is kept of a message that was cut (rules 1 to 3)."""
    calls = whole_calls(message.tool_calls or [])
    content = ContentAccumulator()
    content.add(message.content)
    chunks = content.chunks()
    while chunks and isinstance(chunks[-1], ThinkChunk) and not calls:
        chunks.pop()
    kept = ContentAccumulator()
    kept.add(chunks)
    return AssistantMessage(kept.build(), calls or None)


def whole_calls(calls: Sequence[ToolCall]) -> list[ToolCall]:
    """Return the calls that came whole (rule 3)."""
    return [call for place, call in enumerate(calls) if _is_whole(call, is_last=place == len(calls) - 1)]


def _is_whole(call: ToolCall, *, is_last: bool) -> bool:
    arguments: Any = call.function.arguments
    if isinstance(arguments, str):
        try:
            arguments = msgspec.json.decode(arguments)
        except (msgspec.DecodeError, ValueError, RecursionError):
            return False
    return bool(call.function.name) and is_object(arguments) and bool(arguments or not is_last)


def ask_for_rest(messages: Sequence[MessageInput], kept: AssistantMessage) -> Asked:
    """Return the messages that have the model go on with what is kept of its answer."""
    own = _own_prefix(messages)
    if not text_of(kept.content):
        return Asked(list(messages), "", "")
    before, content = messages, ContentAccumulator()
    if own is not None:
        before = messages[:-1]
        if not text_of(kept.content).startswith(text_of(own.content)):
            content.add(own.content)
    content.add(kept.content)
    sent: str | list[ContentChunk] = content.build()
    return Asked([*before, AssistantMessage(sent, prefix=True)], text_of(sent), thinking_of(sent))


def _own_prefix(messages: Sequence[MessageInput]) -> AssistantMessage | None:
    """Return the last message, if the request has one of the assistant that its answer begins with."""
    last: Any = messages[-1] if messages else None
    if isinstance(last, Mapping) and cast("JSONMapping", last).get("prefix"):
        return decode(encode(last), AssistantMessage)
    return last if isinstance(last, AssistantMessage) and last.prefix else None

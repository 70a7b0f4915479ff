"""The official SDK's parsed responses: `choices[0].message.parsed`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from mistral_async.models.content import text_of
from mistral_async.structured import Parsed
from mistral_async.structured._output import ModelOutput, read_output
from mistral_async.structured._output_type import OutputType

if TYPE_CHECKING:
    from mistral_async.compat._models import (  # pyright: ignore[reportMissingModuleSource] - a stub alone
        AssistantMessage,
        ChatCompletionChoice,
        ChatCompletionResponse,
    )
else:
    from mistral_async.models import AssistantMessage, ChatCompletionChoice, ChatCompletionResponse

S = TypeVar("S", bound=msgspec.Struct)


class ParsedAssistantMessage(AssistantMessage, kw_only=True):
    """A message with its parsed value."""

    parsed: Any = None


class ParsedChatCompletionChoice(ChatCompletionChoice, kw_only=True):
    """A choice whose message has a parsed value."""

    if TYPE_CHECKING:
        # nobody sets it
        message: ParsedAssistantMessage = ParsedAssistantMessage()  # pyright: ignore[reportIncompatibleVariableOverride]


class ParsedChatCompletionResponse(ChatCompletionResponse, kw_only=True):
    """A response whose choices have parsed values."""

    if TYPE_CHECKING:
        # nobody sets them
        choices: list[ParsedChatCompletionChoice] = []  # type: ignore[assignment] # pyright: ignore[reportIncompatibleVariableOverride]


def parsed_response(parsed: Parsed[Any]) -> ParsedChatCompletionResponse:
    """Return the response of a parsed result with its values."""
    return _with_values(parsed.response, parsed.values)


def with_parsed(response: Any, kind: OutputType[Any]) -> Any:
    """Return a response with the values of its messages; what is no response of this package gets them added."""
    values = [read_output(kind, ModelOutput(text_of(each.message.content))) for each in response.choices]
    if isinstance(response, ChatCompletionResponse):
        return _with_values(response, values)
    for choice, value in zip(response.choices, values, strict=True):
        choice.message.parsed = value
    return response


def _with_values(response: ChatCompletionResponse, values: Sequence[Any]) -> ParsedChatCompletionResponse:
    choices = [
        _as_subclass(
            ParsedChatCompletionChoice,
            choice,
            message=_as_subclass(ParsedAssistantMessage, choice.message, parsed=value),
        )
        for choice, value in zip(response.choices, values, strict=True)
    ]
    return _as_subclass(ParsedChatCompletionResponse, response, choices=choices)


def _as_subclass(kind: type[S], original: msgspec.Struct, **changes: object) -> S:
    """Copy a Struct to a subclass of its class, with changed fields."""
    fields = {name: getattr(original, name) for name in original.__struct_fields__}
    return kind(**(fields | changes))

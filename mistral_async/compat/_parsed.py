"""The official SDK's parsed responses: `choices[0].message.parsed`."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from mistral_async.models import AssistantMessage, ChatCompletionChoice, ChatCompletionResponse
from mistral_async.structured import Parsed

S = TypeVar("S", bound=msgspec.Struct)


class ParsedAssistantMessage(AssistantMessage, kw_only=True):
    """A message with its parsed value."""

    parsed: Any = None


class ParsedChatCompletionChoice(ChatCompletionChoice, kw_only=True):
    """A choice whose message has a parsed value."""


class ParsedChatCompletionResponse(ChatCompletionResponse, kw_only=True):
    """A response whose choices have parsed values."""


def parsed_response(parsed: Parsed[Any]) -> ParsedChatCompletionResponse:
    """Return the response of a parsed result with its values."""
    choices = [
        _as_subclass(
            ParsedChatCompletionChoice,
            choice,
            message=_as_subclass(ParsedAssistantMessage, choice.message, parsed=value),
        )
        for choice, value in zip(parsed.response.choices, parsed.values, strict=True)
    ]
    return _as_subclass(ParsedChatCompletionResponse, parsed.response, choices=choices)


def _as_subclass(kind: type[S], original: msgspec.Struct, **changes: object) -> S:
    """Copy a Struct to a subclass of its class, with changed fields."""
    fields = {name: getattr(original, name) for name in original.__struct_fields__}
    return kind(**(fields | changes))

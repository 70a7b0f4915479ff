"""Answers that were read as a type, as the official SDK gives them: `choices[0].message.parsed`."""

from __future__ import annotations

from typing import Any

import msgspec

from mistral_async.models.chat import ChatCompletionChoice, ChatCompletionResponse
from mistral_async.models.messages import AssistantMessage
from mistral_async.structured._parsed import Parsed


class ParsedAssistantMessage(AssistantMessage, kw_only=True):
    """A message with the value that it says."""

    parsed: Any = None


class ParsedChatCompletionChoice(ChatCompletionChoice, kw_only=True):
    """A choice whose message has a value."""


class ParsedChatCompletionResponse(ChatCompletionResponse, kw_only=True):
    """An answer whose choices have values."""


def parsed_response(parsed: Parsed[Any]) -> ParsedChatCompletionResponse:
    """The answer with its values."""
    choices = [
        _like(ParsedChatCompletionChoice, choice, message=_like(ParsedAssistantMessage, choice.message, parsed=value))
        for choice, value in zip(parsed.response.choices, parsed.values, strict=True)
    ]
    made: ParsedChatCompletionResponse = _like(ParsedChatCompletionResponse, parsed.response, choices=choices)
    return made


def _like(kind: Any, given: msgspec.Struct, **changes: Any) -> Any:
    """The same object, of a class below its own."""
    fields = {name: getattr(given, name) for name in given.__struct_fields__}
    return kind(**(fields | changes))

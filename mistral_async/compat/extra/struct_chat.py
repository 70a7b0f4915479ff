"""The official SDK's parsed responses, made of responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_async.compat._official import names
from mistral_async.compat._parsed import (
    ParsedAssistantMessage,
    ParsedChatCompletionChoice,
    ParsedChatCompletionResponse,
    parsed_response,
    value_of,
)
from mistral_async.models import ChatCompletionResponse
from mistral_async.structured import Parsed

__all__ = [
    "ParsedAssistantMessage",
    "ParsedChatCompletionChoice",
    "ParsedChatCompletionResponse",
    "convert_to_parsed_chat_completion_response",
]


def convert_to_parsed_chat_completion_response(
    response: ChatCompletionResponse, response_format: type[Any]
) -> ParsedChatCompletionResponse:
    """Return a response whose messages have their text as a value of a pydantic class; None where they have none."""
    values = [value_of(choice.message, response_format) for choice in response.choices]
    return parsed_response(Parsed(None, response, values))


if not TYPE_CHECKING:
    __getattr__ = names(__name__)

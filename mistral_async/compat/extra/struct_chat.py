"""The official SDK's parsed responses, made of responses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mistral_async.compat._official import names
from mistral_async.compat._parsed import (
    ParsedAssistantMessage,
    ParsedChatCompletionChoice,
    ParsedChatCompletionResponse,
    parsed_response,
)
from mistral_async.compat.extra.utils.response_format import pydantic_model_from_json
from mistral_async.models import AssistantMessage, ChatCompletionResponse, TextChunk
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
    values = [_value(choice.message, response_format) for choice in response.choices]
    return parsed_response(Parsed(None, response, values))


def _value(message: AssistantMessage, model: type[Any]) -> Any:
    content = message.content
    if isinstance(content, list):
        content = "".join(chunk.text for chunk in content if isinstance(chunk, TextChunk))
    return pydantic_model_from_json(json.loads(content), model) if content else None


if not TYPE_CHECKING:
    __getattr__ = names(__name__)

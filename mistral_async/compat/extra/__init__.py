"""The official SDK's `mistralai.extra`: runs of conversations with functions and MCP servers, structured output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mistral_async.compat._official import names
from mistral_async.compat._parsed import ParsedChatCompletionResponse
from mistral_async.structured._output_type import output_type_of

__all__ = ["ParsedChatCompletionResponse", "response_format_from_pydantic_model"]


def response_format_from_pydantic_model(model: type[Any]) -> dict[str, Any]:
    """Return the `response_format` of a class, as a dict."""
    made: dict[str, Any] = msgspec.to_builtins(output_type_of(model).response_format())
    return made


if not TYPE_CHECKING:
    __getattr__ = names(__name__)

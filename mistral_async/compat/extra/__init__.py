"""The official SDK's `mistralai.extra`: runs of conversations with functions and MCP servers, structured output."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from mistral_async.compat._official import names
from mistral_async.compat._parsed import ParsedChatCompletionResponse
from mistral_async.compat.extra.utils.response_format import response_format_from_pydantic_model

__all__ = ["ParsedChatCompletionResponse", "response_format_from_pydantic_model"]

if not TYPE_CHECKING:
    _listed = names(__name__)

    def __getattr__(name: str) -> object:
        """Return what `extra.realtime` has, else what the table says."""
        realtime = importlib.import_module("mistral_async.compat.extra.realtime")
        return getattr(realtime, name) if name in realtime.__all__ else _listed(name)

"""The official SDK's helpers of structured output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async.compat._official import names
from mistral_async.compat.extra.utils.response_format import response_format_from_pydantic_model

__all__ = ["response_format_from_pydantic_model"]

if not TYPE_CHECKING:
    __getattr__ = names(__name__)

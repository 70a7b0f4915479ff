"""Fill in the middle: code between a prompt and a suffix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from mistral_async.models.chat import ChatCompletionResponse


class FIMOptions(TypedDict, total=False):
    """What may be asked of a completion of code. None is not sent."""

    suffix: str | None
    """What comes after the gap."""
    temperature: float | None
    """From 0 to 1.5; the model's own unless given."""
    top_p: float | None
    """Above 0, at most 1."""
    max_tokens: int | None
    """The longest answer."""
    min_tokens: int | None
    stop: str | Sequence[str] | None
    """Where the answer ends; the text itself is left out."""
    random_seed: int | None
    """Makes sampling repeatable."""
    metadata: Mapping[str, Any] | None
    prompt_cache_key: str | None
    """Requests with one key share the cache of their common beginning."""


class FIMCompletionResponse(ChatCompletionResponse, kw_only=True):
    """The code that fills the gap."""

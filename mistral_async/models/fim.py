"""Fill in the middle: code between a prompt and a suffix."""

from __future__ import annotations

from collections.abc import Sequence

from mistral_async._codec.json_types import JSONMapping
from mistral_async.models._fallback import FallbackOptions
from mistral_async.models.chat import ChatCompletionResponse


class FIMOptions(FallbackOptions, total=False):
    """Options of a completion of code. None is not sent."""

    suffix: str | None
    """The code after the gap."""
    temperature: float | None
    """From 0 to 1.5; the model's own unless given."""
    top_p: float | None
    """Above 0, at most 1."""
    max_tokens: int | None
    """The most tokens of the answer. With the prompt, at most the model's context."""
    min_tokens: int | None
    """The least tokens of the answer."""
    stop: str | Sequence[str] | None
    """Texts at which the answer ends; they are not part of it."""
    random_seed: int | None
    """Makes sampling repeatable."""
    metadata: JSONMapping | None
    """Data of yours that is kept with the request."""
    prompt_cache_key: str | None
    """Requests with one key share the cache of their common beginning."""


class FIMCompletionResponse(ChatCompletionResponse, kw_only=True):
    """The code that fills the gap."""

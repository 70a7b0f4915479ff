"""The cost of requests in tokens. `total_tokens` is not always the sum of the others: audio and tools count too."""

from __future__ import annotations

from mistral_async._codec.json_types import JSONObject
from mistral_async.models._model import Model


class MessageTokens(Model, kw_only=True, gc=False):
    """The tokens of one message of the prompt."""

    role: str = ""
    """`system`, `user`, `assistant`, `tool`, or a newer one."""
    total_tokens: int | None = None
    truncated: bool = False
    """True if the model did not read all of the message."""
    usage_count: int = 1


class PromptTokensDetails(Model, kw_only=True):
    """The tokens of the prompt, by kind."""

    cached_tokens: int = 0
    """Read from the prompt cache: cheaper, and not counted by the rate limit."""
    audio_tokens: int | None = None
    messages: list[MessageTokens] | None = None


class UsageInfo(Model, kw_only=True):
    """The cost of an answer in tokens."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    """As the server counts. It can be more than prompt and completion together."""
    prompt_audio_seconds: int | None = None
    service_tier: str | None = None
    """The tier that served the request, such as `standard`."""
    num_cached_tokens: int | None = None
    """The spelling of early 2026; `cached_tokens` reads every spelling."""
    prompt_tokens_details: PromptTokensDetails | None = None
    prompt_token_details: PromptTokensDetails | None = None
    completion_tokens_details: JSONObject | None = None
    request_count: int | None = None
    connector_tokens: int | None = None
    """Tokens that built-in tools used."""
    connectors: dict[str, int] | None = None
    """The number of uses of each built-in tool."""

    @property
    def cached_tokens(self) -> int | None:
        """Prompt tokens read from the cache, or None where the answer does not say."""
        details = self.prompt_tokens_details or self.prompt_token_details
        return details.cached_tokens if details else self.num_cached_tokens

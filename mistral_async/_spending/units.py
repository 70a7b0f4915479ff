"""Units: what an answer says that it used, whatever the endpoint calls it."""

from __future__ import annotations

from typing import Any, cast

from msgspec import Struct

from mistral_async._codec.counts import LARGEST, read_count
from mistral_async.models.usage import PromptTokensDetails, UsageInfo

_PLACES = ("usage", "usage_info")
_DETAILS = ("prompt_tokens_details", "prompt_token_details", "input_tokens_details")


class Units(Struct, frozen=True, gc=False):
    """The units of one answer, or an estimate of them."""

    input: int = 0
    """Tokens of the prompt, those from the cache among them."""
    cached: int = 0
    output: int = 0
    total: int = 0
    """Tokens as the server counts: at least input and output together."""
    pages: int = 0
    seconds: int = 0
    """Seconds of audio."""


NOTHING = Units()


def usage_of(answer: Any) -> Any:
    """Return what an answer, or the last event of a stream, says of its cost; None where it says nothing."""
    for place in _PLACES:
        if (found := field(answer, place)) is not None:
            return found
    response = field(answer, "response")
    return None if response is None else field(response, "usage")


def read_units(usage: object) -> Units | None:
    """Read the units of a usage in any of the API's spellings; None where it is absent, or names nothing."""
    if usage is None:
        return None
    if type(usage) is UsageInfo:  # most are, and have plain counts
        tokens, output, total = usage.prompt_tokens, usage.completion_tokens, usage.total_tokens
        details: object = usage.prompt_tokens_details
        cached = 0 if details is None else details.cached_tokens if type(details) is PromptTokensDetails else None
        others = usage.prompt_token_details or usage.num_cached_tokens or usage.prompt_audio_seconds
        is_plain = type(tokens) is type(output) is type(total) is int and tokens > 0 <= output and not others
        if is_plain and type(cached) is int and 0 <= cached <= tokens:
            both = tokens + output
            total = both if both > total else total  # noqa: FURB136 - to call `max` takes ten times as long
            if total <= LARGEST:  # and so is each of the others
                return Units(tokens, cached, output, total)
    tokens = _count(usage, "prompt_tokens") or _count(usage, "input_tokens")
    output = _count(usage, "completion_tokens") or _count(usage, "output_tokens")
    total = _count(usage, "total_tokens")
    if not tokens and not output:
        tokens = total  # which is all that some relays say
    details = next((found for name in _DETAILS if (found := field(usage, name)) is not None), None)
    cached = _count(usage, "num_cached_tokens") if details is None else _count(details, "cached_tokens")
    units = Units(
        tokens,
        min(cached, tokens),
        output,
        max(total, tokens + output),
        _count(usage, "pages_processed"),
        _count(usage, "prompt_audio_seconds"),
    )
    return None if units == NOTHING else units


def _count(holder: object, name: str) -> int:
    return read_count(field(holder, name))


def field(holder: Any, name: str) -> Any:
    """Return a field of a Struct, or of an answer that was asked for as a plain dict."""
    return cast("dict[str, Any]", holder).get(name) if isinstance(holder, dict) else getattr(holder, name, None)

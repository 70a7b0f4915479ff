"""What a tool returns, as the model gets it: text, or content chunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import msgspec

from mistral_async._codec.json_encode import enc_hook, encode
from mistral_async.models.content import (
    AudioChunk,
    DocumentURLChunk,
    FileChunk,
    ImageURLChunk,
    ReferenceChunk,
    ResourceChunk,
    ResourceLinkChunk,
    TextChunk,
    text_of,
)

_CHUNKS = (
    TextChunk,
    ImageURLChunk,
    DocumentURLChunk,
    FileChunk,
    ReferenceChunk,
    AudioChunk,
    ResourceChunk,
    ResourceLinkChunk,
)


def content_of(value: Any) -> str | list[Any]:
    """Text as it is, chunks as they are, all else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, _CHUNKS):
        return [value]
    if (
        isinstance(value, (list, tuple))
        and value
        and all(isinstance(each, _CHUNKS) for each in cast("list[Any]", value))
    ):
        return list(cast("list[Any]", value))
    return msgspec.json.encode(value, enc_hook=_hook_or_text).decode()


def _hook_or_text(value: object) -> Any:
    """Return a value's form in JSON, or its text: a model reads that too, and its run goes on."""
    try:
        return enc_hook(value)
    except TypeError:
        return str(value)


def as_text(content: str | Sequence[Any]) -> str:
    """Content where only text can be said: chunks that are none are JSON."""
    if isinstance(content, str):
        return content
    return "\n".join(text_of(chunk) or encode(chunk).decode() for chunk in content)


def failure_text(error: Exception) -> str:
    """What the model is told of an exception, unless the tool says it itself."""
    text = str(error)
    return f"Error: {type(error).__name__}: {text}" if text else f"Error: {type(error).__name__}"

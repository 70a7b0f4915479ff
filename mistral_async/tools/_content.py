"""The results of tools as the model gets them: text, or content chunks."""

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


def tool_content(value: object) -> str | list[Any]:
    """Return text as it is, chunks as they are, all else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, _CHUNKS):
        return [value]
    if isinstance(value, (list, tuple)):
        items = list(cast("Sequence[object]", value))
        if items and all(isinstance(each, _CHUNKS) for each in items):
            return items
    return msgspec.json.encode(value, enc_hook=_json_or_text).decode()


def _json_or_text(value: object) -> Any:
    """Return a value's form in JSON, or its text where it has none: a model can read that too."""
    try:
        return enc_hook(value)
    except TypeError:
        return str(value)


def as_text(content: str | Sequence[Any]) -> str:
    """Return content as text alone, for endpoints that take no chunks: a chunk without text is its JSON."""
    if isinstance(content, str):
        return content
    return "\n".join(text_of(chunk) or encode(chunk).decode() for chunk in content)


def error_text(error: Exception) -> str:
    """Return the text that the model gets for an exception."""
    text = str(error)
    return f"Error: {type(error).__name__}: {text}" if text else f"Error: {type(error).__name__}"

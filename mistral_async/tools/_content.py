"""What a tool returns, as the model gets it: text, or content chunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import msgspec

from mistral_async.models._model import plain
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
    return msgspec.json.encode(value, enc_hook=_as_json).decode()


def _as_json(value: Any) -> Any:
    """Pydantic's classes write themselves; a mapping is a dict, any sequence a list, an exception its text."""
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(mode="json")
    if isinstance(value, BaseException):
        return str(value)
    try:
        return plain(value)
    except NotImplementedError:
        return str(value)


def as_text(content: str | Sequence[Any]) -> str:
    """Content where only text can be said: chunks that are none are JSON."""
    if isinstance(content, str):
        return content
    return "\n".join(text_of(chunk) or msgspec.json.encode(chunk, enc_hook=plain).decode() for chunk in content)


def failure_text(error: Exception) -> str:
    """What the model is told of an exception, unless the tool says it itself."""
    text = str(error)
    return f"Error: {type(error).__name__}: {text}" if text else f"Error: {type(error).__name__}"

"""HTML of messages and of their content, for notebooks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from mistral_async.models import _html as html
from mistral_async.models.content import (
    AudioChunk,
    DocumentURLChunk,
    FileChunk,
    ImageURLChunk,
    TextChunk,
    ThinkChunk,
    ToolFileChunk,
    ToolReferenceChunk,
)


def message_html(message: Any) -> str:
    """Return what a message, or what came of one so far, says, and the tools that it calls."""
    return content_html(getattr(message, "content", None)) + calls_html(getattr(message, "tool_calls", None) or ())


def content_html(content: object) -> str:
    """Return text as Markdown, reasoning folded, images and audio that are in it."""
    if isinstance(content, str):
        return html.text(content) if content else ""
    chunks = cast("Iterable[object]", content) if isinstance(content, (list, tuple)) else (content,)
    return "".join(map(_chunk_html, chunks))


def _chunk_html(chunk: object) -> str:
    match chunk:
        case TextChunk():
            return html.text(chunk.text)
        case ThinkChunk():
            return html.folded("Thinking", html.text(chunk.text))
        case ImageURLChunk():
            return html.media(chunk.url, "image")
        case AudioChunk(input_audio=str() as data) | AudioChunk(input_audio={"data": str() as data}):
            return html.audio(data)
        case _:
            return _source_html(chunk)


def _source_html(chunk: object) -> str:
    match chunk:
        case DocumentURLChunk(document_url=url, document_name=name):
            return html.media(url, name or "document")
        case FileChunk(file_id=file) | ToolFileChunk(file_id=file):
            return html.quiet(f"file {file}")
        case ToolReferenceChunk(title=title, url=url):
            return html.link(url or title, title)
        case _:
            return ""


def entry_html(entry: object) -> str:
    """Return what an entry of a conversation says, or the tool that it calls."""
    calls = [entry] if hasattr(entry, "name") and hasattr(entry, "arguments") else []
    return content_html(getattr(entry, "content", None)) + calls_html(calls)


def calls_html(calls: Iterable[Any]) -> str:
    """Return calls of tools, folded under their names."""
    functions = [getattr(call, "function", call) for call in calls]
    named = [(str(getattr(each, "name", "")), getattr(each, "arguments", "")) for each in functions]
    return "".join(html.folded(f"Calls {name}", html.code(arguments)) for name, arguments in named)

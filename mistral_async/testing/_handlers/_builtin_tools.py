"""The built-in tools: which messages run them, and their results."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from struct import pack

import msgspec

from mistral_async.testing._content import Content
from mistral_async.testing._handlers._prompt import entries, last_text, question_of
from mistral_async.testing._handlers._text import best_sentences, calculation
from mistral_async.testing._handlers._words import words_of
from mistral_async.testing._handlers.documents import DocumentStore
from mistral_async.testing._handlers.files import FileStore
from mistral_async.testing._handlers.libraries import LibraryStore
from mistral_async.testing._json import JSONMapping, JSONObject, Messages
from mistral_async.testing._state import ServerState

_SEARCH = {"search", "web", "internet", "news", "latest", "online", "look", "find", "who", "current"}
_DRAW = {"draw", "image", "picture", "paint", "generate", "illustration", "photo"}


class ToolExecution(msgspec.Struct, kw_only=True):
    """One execution of a built-in tool: arguments, result, and the chunks that go with the message."""

    name: str
    arguments: str
    text: str
    info: JSONObject = msgspec.field(default_factory=JSONObject)
    chunks: list[JSONObject] = msgspec.field(default_factory=list[JSONObject])


def run_builtin_tool(state: ServerState, tool: JSONMapping, messages: Messages) -> ToolExecution | None:
    """Run a built-in tool if the last message asks for it; returns None otherwise, and for functions."""
    if messages[-1].get("role") != "user":
        return None
    question = question_of(last_text(messages))
    words = set(words_of(last_text(messages)))
    match tool["type"]:
        case "code_interpreter" if (found := calculation(last_text(messages))) is not None:
            return _calculation(*found)
        case "web_search" | "web_search_premium" if words & _SEARCH:
            return _search(tool["type"], question)
        case "image_generation" if words & _DRAW:
            return _image(state, question)
        case "document_library":
            return _library(state, entries(tool, "library_ids"), question)
        case _:
            return None


def _calculation(code: str, result: str) -> ToolExecution:
    output = f"{result}\n"
    info = {"result": [{"type": "text", "text": output}], "code": code, "code_output": output}
    return ToolExecution(name="code_interpreter", arguments=json.dumps({"code": code}), text=result, info=info)


def _search(name: str, question: str) -> ToolExecution:
    url = f"https://search.example/{zlib.crc32(question.encode()):08x}"
    reference = {"type": "tool_reference", "tool": name, "title": question, "url": url, "source": "brave"}
    text = f"The web says about {question.rstrip('?.')}: see the source."
    return ToolExecution(
        name=name, arguments=json.dumps({"query": question}, ensure_ascii=False), text=text, chunks=[reference]
    )


def _image(state: ServerState, question: str) -> ToolExecution:
    file = state.store(FileStore).add(
        Content(_png()), "image_0.png", purpose="ocr", sample_type="image", source="mistral"
    )
    chunk = {
        "type": "tool_file",
        "tool": "image_generation",
        "file_id": file.id,
        "file_name": "image_0",
        "file_type": "png",
    }
    arguments = json.dumps({"prompt": question}, ensure_ascii=False)
    return ToolExecution(name="image_generation", arguments=arguments, text="Here is the image.", chunks=[chunk])


def _library(state: ServerState, library_ids: Sequence[str], question: str) -> ToolExecution | None:
    documents = state.store(DocumentStore)
    libraries = [library_id for library_id in library_ids if library_id in state.store(LibraryStore).libraries]
    ready = [each for library_id in libraries for each in documents.of(library_id) if documents.status(each) == "done"]
    sentences = best_sentences("\n".join(page for document in ready for page in document.pages), question)
    if not sentences:
        return None
    source = next(each for each in ready if any(sentences[0] in page for page in each.pages))
    reference = {"type": "tool_reference", "tool": "document_library", "title": source.fields["name"]}
    arguments = json.dumps({"query": question}, ensure_ascii=False)
    return ToolExecution(name="document_library", arguments=arguments, text=" ".join(sentences), chunks=[reference])


def _png() -> bytes:
    # One grey pixel: the smallest picture that every reader opens.
    chunks = ((b"IHDR", pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0\x80")), (b"IEND", b""))
    parts = [pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data)) for kind, data in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)

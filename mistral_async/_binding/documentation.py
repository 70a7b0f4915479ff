"""What is told about a method: each parameter and option with its type, its default and its meaning, and the answer.

The meanings stand in the source: under the keys of the options, in the docstrings of methods, and, for names that mean
the same everywhere, in `_USUAL`. They are read when somebody looks (`help`, `?`, the pages of the reference).
"""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from mistral_async._binding.arguments import expand, options_of
from mistral_async._codec.json_schema.docstrings import doc_of, parse_docstring

_USUAL = {
    "agent_version": "A version of the agent by its number or alias; the current one unless given.",
    "alias": "The name of a version.",
    "aliases": "Names for the version.",
    "audio_format": "The form of the audio; 16-bit samples, 16,000 a second, unless given.",
    "audio_stream": "The audio: an iterator of bytes, async or not, or a file.",
    "batch_id": "`job_id` by another name.",
    "bbox_annotation_format": "The type of what is said about each image.",
    "calls": "Requests made by `calls`: an iterable or async iterable of any length.",
    "check": "False to send a file without checking its size and lines first.",
    "configuration": "The models, the voice and the turns of the agent.",
    "connector_id_or_name": "The id or name of the connector.",
    "consumer_scope": "Whose credentials: the organization's, a workspace's, a user's.",
    "credentials_name": "The name under which the credentials are kept.",
    "cursor": "The page to go on with, as the one before names it.",
    "dataset_record_ids": "The ids of the records.",
    "decode_payloads": "False to get payloads as they are kept.",
    "dedupe": "True to send equal items once.",
    "definition": "The content of the version.",
    "description": "A description for people.",
    "document": "What is read: an address, a chunk with an address, or a chunk with the id of a file.",
    "document_annotation_format": "The type of what is said about the document.",
    "dry_run": "True to get what it would cost, and start nothing.",
    "end_time": "The end of the time that is looked at.",
    "endpoint": "Where the requests belong, such as `/v1/chat/completions`.",
    "execution_ids": "The ids of the executions.",
    "field_name": "The name of the field.",
    "fields": "The fields to get; all unless given.",
    "file": "A path, bytes, a binary file, an iterator of bytes, `(name, content)`, or a `File`.",
    "file_id": "The id of an uploaded file.",
    "from_entry_id": "The id of the entry to start again from.",
    "index_name": "The name of the index.",
    "inline": "True to get the answers within the job.",
    "inputs": "What is said: a text, or messages and other entries.",
    "language": "Two letters, such as `en`.",
    "level": "What they may do: `Viewer` or `Editor`.",
    "limit": "The most items of a page.",
    "max_inputs_per_request": "The most items of a request; lowered when the API refuses.",
    "max_tokens_per_request": "The most tokens of a request, estimated; lowered when the API refuses.",
    "messages": "The chat so far, the oldest message first: dicts or objects.",
    "metadata": "Data of yours that is kept with it.",
    "model": "The name of the model, such as `mistral-small-latest`.",
    "name": "The name.",
    "notes": "What is new in the version.",
    "offset": "The number of items to leave out before the page.",
    "page": "One page alone, counted from 0; all of them unless given.",
    "page_end": "The page to end with.",
    "page_size": "Items a page.",
    "page_start": "The page to begin with, counted from 0.",
    "page_token": "The page to go on with, as the one before names it.",
    "poll": "How often to ask: `Poll()` unless given.",
    "progress": "Called again and again with how far it is.",
    "prompt": "The code before the gap.",
    "prompts": "Prompts, or the messages of chats: an iterable or async iterable of any length.",
    "provider": "Only what is of this provider.",
    "purpose": "What the file is for: `fine-tune`, `batch`, `ocr`, ...",
    "repair": "How often a wrong answer is sent back to be put right; each time is billed.",
    "response_format": "The type of the answer: a class, or any type that has a JSON schema.",
    "role_ids": "The ids of the roles.",
    "search_expression": "What is looked for.",
    "share_with_type": "`User`, `Workspace` or `Org`.",
    "start_time": "The beginning of the time that is looked at.",
    "stream": "The audio: `file` by another name.",
    "text_stream": "The text: an iterator of texts, async or not.",
    "timeout": "Seconds to wait; no limit unless given.",
    "ttl_seconds": "Seconds until the secret ends.",
    "type": "Which are listed: all of them unless given.",
    "version": "The number of a version, or its alias.",
    "version_data": '`version` as a dict: `{"version": 2}`.',
    "visibility": "Who sees it: `workspace` or `user`.",
    "workflow_identifier": "The name or id of the workflow.",
    "workflow_ids": "The ids of the workflows.",
    "workflow_name": "The name of the workflow.",
}
_FORMS = {  # of what is annotated: what `Mistral` gives, awaited or not, and what `SyncMistral` gives
    "Call": ("await {}", "{}"),
    "Stream": ("AsyncStream[{}]", "SyncStream[{}]"),
    "Pages": ("AsyncPages[{}]", "SyncPages[{}]"),
    "Download": ("AsyncDownload", "SyncDownload"),
    "AsyncResults": ("AsyncResults[{}]", "SyncResults[{}]"),
    "BatchResults": ("BatchResults[{}]", "SyncBatchResults[{}]"),
    "BatchStart": ("await BatchHandle[Async, {}]", "BatchHandle[Sync, {}]"),
    "ParsedStream": ("ParsedStream[{0}]", "SyncEvents[Snapshot, Parsed[{0}]]"),
    "Run": ("Run[{0}]", "SyncEvents[RunEvent, RunResult[{0}]]"),
    "RealtimeConnection": ("RealtimeConnection", "SyncRealtimeConnection"),
    "RealtimeSpeechConnection": ("RealtimeSpeechConnection", "SyncRealtimeSpeechConnection"),
    "LiveTranscription": ("LiveTranscription", "SyncEvents[RealtimeEvent, TranscriptionStreamDone]"),
    "LiveSpeech": ("LiveSpeech", "SyncEvents[RealtimeSpeechEvent, SpeechResponse]"),
}


class Parameter(msgspec.Struct, frozen=True):
    """A parameter or an option of a method."""

    name: str
    type: str
    """As it is annotated."""
    default: str
    """As it is written; empty if the parameter is required."""
    meaning: str


@functools.cache
def document(function: Callable[..., Any]) -> str:
    """Return the docstring of a method with its parameters, its options and what it gives, in Google's style."""
    doc = parse_docstring(function.__doc__)
    parts = [doc.text]
    if (options := options_of(function)) is not None:
        parts.append(doc_of(options).text)
    if listed := [line for each in parameters(function) for line in _lines(each)]:
        parts.append("\n".join(["Args:", *listed]))
    parts.append("\n".join(["Returns:", *_returned(function, doc.returns)]))
    return "\n\n".join(part for part in parts if part)


def parameters(function: Callable[..., Any]) -> list[Parameter]:
    """Return the parameters of a method and its options, in the order of the signature."""
    told = parse_docstring(function.__doc__).names
    options = options_of(function)
    keys = {} if options is None else doc_of(options).names
    return [
        Parameter(
            each.name,
            str(each.annotation),
            "" if each.default is each.empty else repr(each.default),
            told.get(each.name) or keys.get(each.name) or _usual(each.name),
        )
        for each in list(expand(function).parameters.values())[1:]
    ]


def answers(function: Callable[..., Any]) -> tuple[str, str]:
    """Return what a method gives, of `Mistral` (`await T` where it is awaited) and of `SyncMistral`."""
    written = str(expand(function).return_annotation)
    kind, _, inside = written.partition("[")
    awaited = f"await {written}" if inspect.iscoroutinefunction(function) else written
    asynchronous, blocking = _FORMS.get(kind, (awaited, written))
    return asynchronous.format(inside.removesuffix("]")), blocking.format(inside.removesuffix("]"))


def _usual(name: str) -> str:
    if name in _USUAL or not name.endswith(("_id", "_uuid")):
        return _USUAL.get(name, "")
    return f"The id of the {name.rpartition('_')[0].replace('_', ' ')}."


def _lines(each: Parameter) -> Iterator[str]:
    required = "" if each.default else "; required"
    default = "" if each.default in {"", "None"} else f" Default: {each.default}."
    yield from textwrap.wrap(f"{each.name} ({each.type}{required}): {each.meaning}{default}", 100, **_indents(4, 8))


def _returned(function: Callable[..., Any], said: str) -> Iterator[str]:
    for client, given in zip(("Mistral", "SyncMistral"), answers(function), strict=True):
        yield f"    `{client}`: {given}"
    yield from _wrapped(said, 4)


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(text, 100, **_indents(indent, indent))


def _indents(first: int, further: int) -> dict[str, Any]:
    return {"initial_indent": " " * first, "subsequent_indent": " " * further, "break_long_words": False}

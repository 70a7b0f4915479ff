"""What is told about a method: each parameter and option with its type, its default and its meaning, and the answer.

The meanings stand in the source: under the keys of the options, in the docstrings of methods, and, for names that mean
the same everywhere, in `usual_parameters`. They are read when somebody looks (`help`, `?`, the pages of the reference).
"""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from mistral_async._binding.arguments import expand, options_of
from mistral_async._binding.usual_parameters import MEANINGS
from mistral_async._codec.json_schema.docstrings import doc_of, parse_docstring

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
    if name in MEANINGS or not name.endswith(("_id", "_uuid")):
        return MEANINGS.get(name, "")
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

"""The results of tools as the model gets them: text, or content chunks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, cast

import msgspec
from typing_extensions import TypeIs

from mistral_async._codec.json_encode import enc_hook, encode
from mistral_async._codec.json_schema.model_json import whole_text
from mistral_async._codec.json_types import JSONObject
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

# What the model gets of a result
#
# Rule 1: Text is text, whatever its subclass of `str`. Content chunks are chunks. All else is JSON; a data frame is its
#   rows, an iterator its items, an exception its text.
# Rule 2: Half a surrogate pair (a file name that is not UTF-8, half an emoji) becomes U+FFFD.
# Rule 3: NaN and infinities are the words "NaN", "Infinity" and "-Infinity".
# Rule 4: A value that has no form in JSON is its text. No result of a tool ends a run.
# Rule 5: An iterator that fails is a tool that failed: what it raises is raised here.

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
    """Return text as it is, chunks as they are, all else as JSON (rules 1 to 5)."""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, BaseException):
        return error_text(value)
    if isinstance(value, _CHUNKS):
        return [_whole_chunk(value)]
    if isinstance(value, (list, tuple)):
        items = list(cast("Sequence[object]", value))
        if items and all(isinstance(each, _CHUNKS) for each in items):
            return [_whole_chunk(each) for each in items]
    try:
        return msgspec.json.encode(_whole(msgspec.to_builtins(value, enc_hook=_json_or_text))).decode()
    except _IterationError as failed:
        raise failed.error from None
    except (TypeError, ValueError, RecursionError):
        return _text_of(cast("object", value))


class _IterationError(Exception):
    """The failure of an iterator, whichever kind of error that is."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


def is_iterator(value: object) -> TypeIs[Iterator[object]]:
    """Return True for what gives its items once: generators, `map`, database cursors; a file is none."""
    return isinstance(value, Iterator) and not hasattr(cast("object", value), "read")


def plain_text(text: str) -> str:
    """Return text of the class `str` itself that UTF-8 can hold (rule 2)."""
    return whole_text(str.__str__(text))


def _json_or_text(value: object) -> Any:
    """Return a value's form in JSON, or its text where it has none: a model can read that too."""
    if isinstance(value, str):
        return str.__str__(value)
    if is_iterator(value):
        try:
            return list(value)
        except Exception as error:  # noqa: BLE001 - whatever a function of the user raises
            raise _IterationError(error) from None
    for write in (enc_hook, _rows):
        with suppress(Exception):  # whatever a class of the user does when it is written
            return write(value)
    return _text_of(value)


def _rows(table: Any) -> Any:
    """Return the rows of a data frame, each with the names of its columns: its text would leave most of them out."""
    for name in ("to_dicts", "to_pylist"):  # of polars, of pyarrow
        if callable(rows := getattr(table, name, None)):
            return rows()
    return table.to_dict(orient="records")


def _whole(value: Any) -> Any:
    """Return JSON without what it can not hold: half surrogate pairs, NaN and infinities (rules 2 and 3)."""
    match value:
        case str():
            return plain_text(value)
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case dict():
            return {_whole(key): _whole(each) for key, each in cast("JSONObject", value).items()}
        case list() | tuple():
            return [_whole(each) for each in cast("Sequence[object]", value)]
        case _:
            return value


def _whole_chunk(chunk: Any) -> Any:
    """Return the chunk; one whose text UTF-8 can not hold, as one that it can."""
    try:
        encode(chunk)
    except ValueError:
        return msgspec.convert(_whole(msgspec.to_builtins(chunk)), cast("type[Any]", type(chunk)))
    return chunk


def _text_of(value: object) -> str:
    """Return the text of a value, also of one whose `__str__` fails."""
    try:
        return plain_text(str(value))
    except Exception as problem:  # noqa: BLE001 - whatever a class of the user does
        return f"a {type(value).__name__}, whose text can not be made: {type(problem).__name__}"


def as_text(content: str | Sequence[Any]) -> str:
    """Return content as text alone, for endpoints that take no chunks: a chunk without text is its JSON."""
    if isinstance(content, str):
        return content
    return "\n".join(text_of(chunk) or encode(chunk).decode() for chunk in content)


def error_text(error: BaseException) -> str:
    """Return the text that the model gets for an exception."""
    text = _text_of(error)
    return f"Error: {type(error).__name__}: {text}" if text else f"Error: {type(error).__name__}"

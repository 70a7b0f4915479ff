"""The texts to embed: lines, JSON, JSON Lines, CSV and Parquet, from files or stdin."""

from __future__ import annotations

import csv
import importlib
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

import msgspec

from mistral_async.cli._text import announce_wait, non_empty, read_text, stdin_lines, text_file, text_stdin

TextFormat: TypeAlias = Literal["txt", "jsonl", "json", "csv", "parquet"]

_SUFFIXES: dict[str, TextFormat] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".parquet": "parquet",
}
_FIELD = "text"
_LONGEST_FIELD = (1 << 31) - 1  # characters; the most that every platform takes


class TextFiles:
    """The texts of files, read lazily."""

    def __init__(self, paths: Sequence[Path], field: str | None, form: TextFormat | None) -> None:
        self._paths = paths
        self._field = field or _FIELD
        self._form = form

    def __iter__(self) -> Iterator[str]:
        for path in self._paths:
            match self._form or _SUFFIXES.get(path.suffix.lower(), "txt"):
                case "parquet":
                    yield from _read_parquet(path, self._field)
                case "csv":
                    with text_file(path, newline="") as file:
                        yield from _read_csv(file, self._field, str(path))
                case "jsonl":
                    with text_file(path) as file:
                        yield from _parse_objects(non_empty(file), self._field, str(path))
                case "json":
                    yield from _parse_array(read_text(path), self._field, str(path))
                case _:
                    with text_file(path) as file:
                        yield from non_empty(file)


class SizedTextFiles(TextFiles):
    """Texts of files with a length, which takes a second pass over the files."""

    def __len__(self) -> int:
        return sum(1 for _ in self)


def piped_texts(field: str | None, form: TextFormat | None) -> Iterable[str] | AsyncIterable[str]:
    """Return the texts of stdin: lines, unless `form` is another format."""
    match form or "txt":
        case "parquet":
            raise ValueError("cannot read Parquet from stdin: give the name of a file")
        case "csv":
            announce_wait()
            return _read_csv(text_stdin(newline=""), field or _FIELD, "stdin")
        case "json":
            announce_wait()
            return _parse_array(text_stdin().read(), field or _FIELD, "stdin")
        case "jsonl":
            lines = stdin_lines()
            if isinstance(lines, AsyncIterator):
                return _parse_objects_async(lines, field or _FIELD)
            return _parse_objects(lines, field or _FIELD, "stdin")
        case "txt":
            return stdin_lines()


def _parse_objects(lines: Iterable[str], field: str, name: str) -> Iterator[str]:
    return (_parse_object(line, field, f"{name}, object {number}") for number, line in enumerate(lines, 1))


async def _parse_objects_async(lines: AsyncIterator[str], field: str) -> AsyncIterator[str]:
    number = 0
    async for line in lines:
        number += 1
        yield _parse_object(line, field, f"stdin, object {number}")


def _parse_array(text: str, field: str, name: str) -> Iterator[str]:
    try:
        items = msgspec.json.decode(text, type=list[Any])
    except msgspec.DecodeError as problem:
        raise ValueError(f"{name} is not an array in JSON: {problem} (--format jsonl is an object a line)") from None
    return (_text_of(item, field, f"{name}, item {number}") for number, item in enumerate(items, 1))


def _parse_object(line: str, field: str, place: str) -> str:
    try:
        value = msgspec.json.decode(line)
    except msgspec.DecodeError as problem:
        raise ValueError(f"{place} is not JSON: {problem}") from None
    return _text_of(value, field, place)


def _text_of(value: object, field: str, place: str) -> str:
    match cast("dict[str, Any]", value).get(field) if isinstance(value, dict) else value:
        case str() as text:
            return text
        case _:
            raise ValueError(f"{place} has no text in {field!r}: name the field with --text-field")


def _read_csv(file: Iterable[str], field: str, name: str) -> Iterator[str]:
    csv.field_size_limit(_LONGEST_FIELD)
    rows = csv.DictReader(file)
    try:
        if field not in (columns := rows.fieldnames or ()):
            raise ValueError(f"{name} has no column {field!r}, only {', '.join(columns)}: name it with --text-field")
        for row in rows:
            yield row[field] or ""
    except csv.Error as problem:
        raise ValueError(f"{name}, line {rows.line_num}, is not CSV: {problem}") from None


def _read_parquet(path: Path, field: str) -> Iterator[str]:
    with _open_parquet(import_parquet(), path) as file:
        if field not in file.schema_arrow.names:
            names = ", ".join(file.schema_arrow.names)
            raise ValueError(f"{path} has no column {field!r}, only {names}: name it with --text-field")
        for batch in file.iter_batches(columns=[field]):
            yield from (text or "" for text in batch.column(0).to_pylist())


def _open_parquet(parquet: Any, path: Path) -> Any:
    try:
        return parquet.ParquetFile(path)
    except ValueError as problem:  # pyarrow's errors about the content of a file
        raise ValueError(f"{path} is not Parquet: {problem}") from None


def import_parquet() -> Any:
    """Import `pyarrow.parquet`; raises an `ImportError` that names the extra."""
    try:
        return importlib.import_module("pyarrow.parquet")  # its types are unknown
    except ImportError:
        raise ImportError("pyarrow is not installed: pip install 'mistral-async[arrow]'") from None

"""Text in and out: arguments, files and stdin; lines and JSON on stdout."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import anyio

from mistral_async._codec.json_encode import encode

_PIECE = 1 << 16


def read_prompt(words: Iterable[str], files: Iterable[Path]) -> str:
    """Join the words, the files and piped stdin, with empty lines between them."""
    parts = [" ".join(words), *map(read_text, files)]
    if not sys.stdin.isatty():
        parts.append(sys.stdin.read())
    return "\n\n".join(part.strip() for part in parts if part.strip())


@contextmanager
def text_file(path: Path, encoding: str = "utf-8", newline: str | None = None) -> Generator[TextIO]:
    """Open a text file; raises a `ValueError` that names the file if it is not text."""
    try:
        with path.open(encoding=encoding, newline=newline) as file:
            yield file
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not text in UTF-8") from None


def read_text(path: Path) -> str:
    """Return the content of a text file."""
    with text_file(path) as file:
        return file.read()


def read_lines(paths: Iterable[Path]) -> Iterable[str] | AsyncIterator[str]:
    """Return the lines of files, or of stdin if there are none, without empty ones."""
    found = list(paths)
    return file_lines(found) if found else stdin_lines()


def file_lines(paths: Iterable[Path]) -> Iterator[str]:
    """Yield the lines of files, without empty ones."""
    for path in paths:
        with text_file(path) as file:
            yield from non_empty(file)


def stdin_lines() -> Iterator[str] | AsyncIterator[str]:
    """Return the lines of stdin, without empty ones; a pipe or terminal is read without blocking the event loop."""
    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
    except (OSError, ValueError):  # a replacement of stdin without a descriptor
        return non_empty(sys.stdin)
    slow = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)
    return _stdin_lines_async(descriptor) if slow and sys.platform != "win32" else non_empty(sys.stdin)


def non_empty(lines: Iterable[str]) -> Iterator[str]:
    """Return the lines that are not empty, without their line breaks."""
    return (line.rstrip("\r\n") for line in lines if line.strip())


async def _stdin_lines_async(descriptor: int) -> AsyncIterator[str]:
    rest = b""
    while True:
        await anyio.wait_readable(descriptor)
        piece = os.read(descriptor, _PIECE)
        *lines, rest = (rest + (piece or b"\n")).split(b"\n")
        for line in non_empty(each.decode() for each in lines):
            yield line
        if not piece:
            return


def to_json(value: Any) -> bytes:
    """Encode one line of JSON."""
    return encode(value) + b"\n"


def print_json(value: Any) -> None:
    """Print one line of JSON."""
    sys.stdout.write(to_json(value).decode())


def print_rows(rows: Iterable[Iterable[object]]) -> None:
    """Print rows separated by tabs, aligned on a terminal."""
    lines = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        sys.stdout.writelines("\t".join(line) + "\n" for line in lines)
        return
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(padded).rstrip() + "\n")

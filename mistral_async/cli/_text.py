"""Text in and out: arguments, files and stdin; lines and JSON on stdout."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec


def read_prompt(words: Iterable[str], files: Iterable[Path]) -> str:
    """The words, then the files, then stdin where it is not a terminal; parted by empty lines."""
    parts = [" ".join(words), *(path.read_text(encoding="utf-8") for path in files)]
    if not any(parts) and not sys.stdin.isatty():
        parts.append(sys.stdin.read())
    return "\n\n".join(part.strip() for part in parts if part.strip())


def read_lines(paths: Iterable[Path]) -> Iterator[str]:
    """The lines of files, or of stdin where there are none; empty ones are passed over."""
    found = list(paths)
    if not found:
        yield from (line.rstrip("\n") for line in sys.stdin if line.strip())
    for path in found:
        with path.open(encoding="utf-8") as file:
            yield from (line.rstrip("\n") for line in file if line.strip())


def print_json(value: Any) -> None:
    """One JSON value a line."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def print_rows(rows: Iterable[Iterable[object]]) -> None:
    """Tab-separated rows, aligned where a terminal shows them."""
    lines = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        sys.stdout.writelines("\t".join(line) + "\n" for line in lines)
        return
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


def complain(message: object) -> None:
    """Say it on stderr."""
    print(message, file=sys.stderr)

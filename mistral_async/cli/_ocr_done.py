"""What an output folder of `mistral-async ocr` has: a result is not asked, and paid, for again.

It is in the folder's `.mistral-ocr.jsonl`, a line a result; the last line of a result counts. A result is there if its
file is, and if the document (path, size, time of its last change), model, pages and format are those it was made with.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import msgspec

from mistral_async.cli._ocr_documents import REMOTE, STDIN
from mistral_async.cli._text import readable, to_json

_NAME: Final = ".mistral-ocr.jsonl"


class Done:
    """The results in a folder, made with some settings."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self._folder = folder
        self._path = folder / _NAME
        self._settings = settings
        self._is_whole = True  # the last line has its end
        self._made = {line["result"]: line for line in self._lines()}
        self._noted: dict[Path, dict[str, Any]] = {}

    def has(self, source: str, target: Path) -> bool:
        """Return whether the result of a document is there; note the document as it is, before it is read."""
        name = self._name(target)
        line = self._noted[target] = {"result": name, **_state(source), **self._settings}
        return source != STDIN and target.exists() and self._made.get(name) == line

    def add(self, target: Path) -> None:
        """Note a result that was written, with its document as it was when `has` was asked: it may have changed."""
        line = self._noted[target]
        with self._path.open("ab") as file:
            if file.tell() and not self._is_whole:
                file.write(b"\n")
            file.write(to_json(line))
        self._is_whole = True

    def _name(self, target: Path) -> str:
        return readable(target.relative_to(self._folder).as_posix())

    def _lines(self) -> list[dict[str, Any]]:
        if not self._path.exists():
            return []
        lines: list[dict[str, Any]] = []
        text = self._path.read_bytes()
        self._is_whole = text.endswith(b"\n")
        for line in text.splitlines():
            try:
                value = msgspec.json.decode(line, type=dict[str, Any])
            except msgspec.DecodeError:  # cut off, by a full disk: its result is made again
                continue
            if "result" in value:
                lines.append(value)
        return lines


def _state(source: str) -> dict[str, Any]:
    if source == STDIN or source.startswith(REMOTE):
        return {"source": source}
    try:
        found = os.stat(source)  # noqa: PTH116 - any path
    except OSError:  # reading it will say so
        return {"source": readable(source)}
    return {"source": readable(os.path.realpath(source)), "size": found.st_size, "mtime_ns": found.st_mtime_ns}

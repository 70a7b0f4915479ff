"""Reads passages: one a line, or one a paragraph where lines are wrapped."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

_LONGEST = 2_000  # characters of one passage
_SHORTEST = 20
_TEXT = {".txt", ".md", ".rst", ".text", ""}


def read_passages(path: Path | None) -> list[str]:
    """Return the passages of a file, of all text files below a folder, or of the text that ships with the package."""
    if path is None:
        shipped = files("mistral_async.demo").joinpath("passages.txt").read_text(encoding="utf-8")
        return [line for line in shipped.splitlines() if line and not line.startswith("#")]
    sources = (
        sorted(each for each in path.rglob("*") if each.suffix in _TEXT and each.is_file()) if path.is_dir() else [path]
    )
    return [passage for source in sources for passage in _split(source.read_text(encoding="utf-8", errors="replace"))]


def _split(text: str) -> list[str]:
    paragraphs = [" ".join(each.split()) for each in text.split("\n\n")]
    if len(paragraphs) < 2:  # noqa: PLR2004 - one block: its lines are the passages
        paragraphs = [line.strip() for line in text.splitlines()]
    return [piece for each in paragraphs for piece in _cut(each) if len(piece) >= _SHORTEST]


def _cut(paragraph: str) -> list[str]:
    return [paragraph[start : start + _LONGEST] for start in range(0, len(paragraph), _LONGEST)]

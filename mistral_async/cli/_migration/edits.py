"""Edits of a file: where each begins and ends, and what stands there then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Edit: TypeAlias = tuple[int, int, bytes]
"""The first byte, the one after the last, and what is put in their place."""


def apply_edits(text: bytes, edits: Iterable[Edit]) -> bytes:
    """Return a text with edits, which do not overlap; all else is as it was."""
    parts: list[bytes] = []
    place = 0
    for start, end, new in sorted(edits):
        parts += text[place:start], new
        place = end
    return b"".join([*parts, text[place:]])

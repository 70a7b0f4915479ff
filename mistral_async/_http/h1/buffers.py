"""Memory for big bodies, used again and again: to get new pages from the kernel costs more than to fill them."""

from __future__ import annotations

from typing import Final

LEAST: Final = 64 * 1024
MOST: Final = 16 * 1024 * 1024
"""Bytes of a body that is read straight into one block; whatever is longer grows piece by piece as it arrives."""

_STEP: Final = 256 * 1024
_KEPT: Final = 8 * 1024 * 1024


class BufferPool:
    """The blocks of one event loop that are not in use, the last one on top. What is not given back is freed."""

    __slots__ = ("_blocks", "_size")

    def __init__(self) -> None:
        self._blocks: list[bytearray] = []
        self._size = 0

    def take(self, size: int) -> memoryview:
        """A block of that many bytes, whatever they hold."""
        blocks = self._blocks
        for at in range(len(blocks) - 1, -1, -1):
            if len(blocks[at]) >= size:
                block = blocks.pop(at)
                self._size -= len(block)
                return memoryview(block)[:size]
        return memoryview(bytearray(-(-size // _STEP) * _STEP))[:size]

    def give(self, view: memoryview) -> None:
        """Nobody reads it any more."""
        block = view.obj
        if isinstance(block, bytearray) and self._size + len(block) <= _KEPT:
            self._blocks.append(block)
            self._size += len(block)

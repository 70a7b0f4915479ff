"""Memory for big bodies, used again and again: to get new pages from the kernel costs more than to fill them."""

from __future__ import annotations

from typing import Final

# Rule 1: A body of `MIN_BLOCK` to `MAX_BLOCK` bytes whose length is stated is read straight into one block. A smaller
#         one is cheap to copy. A larger one grows as it arrives: a header alone must not allocate much memory.
# Rule 2: A block has one user. It comes back only by `give`, when nobody reads it any more; one that is not given
#         back is freed like any other object, so that forgetting costs time and never shares memory.
# Rule 3: At most `_MAX_KEPT` bytes are kept, in blocks of rounded size, so that bodies of similar size share them.

MIN_BLOCK: Final = 64 * 1024
MAX_BLOCK: Final = 16 * 1024 * 1024
_GRANULARITY: Final = 256 * 1024
_MAX_KEPT: Final = 8 * 1024 * 1024


class BufferPool:
    """The unused blocks of one wire; the last one given back is taken first."""

    __slots__ = ("_blocks", "_size")

    def __init__(self) -> None:
        self._blocks: list[bytearray] = []
        self._size = 0

    def take(self, size: int) -> memoryview:
        """Return a view of `size` bytes with arbitrary contents."""
        blocks = self._blocks
        for at in range(len(blocks) - 1, -1, -1):
            if len(blocks[at]) >= size:
                block = blocks.pop(at)
                self._size -= len(block)
                return memoryview(block)[:size]
        return memoryview(bytearray(-(-size // _GRANULARITY) * _GRANULARITY))[:size]

    def clear(self) -> None:
        """Free the unused blocks, and keep none from now on."""
        self._blocks.clear()
        self._size = _MAX_KEPT

    def give(self, view: memoryview) -> None:
        """Keep the block of a view that nobody reads any more."""
        block = view.obj
        if isinstance(block, bytearray) and self._size + len(block) <= _MAX_KEPT:
            self._blocks.append(block)
            self._size += len(block)

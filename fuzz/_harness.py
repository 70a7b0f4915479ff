"""What a fuzz target is: a function of bytes, with seeds, that raises if what it promises does not hold."""

from __future__ import annotations

from collections.abc import Callable

Check = Callable[[bytes], None]

TARGETS: dict[str, tuple[Check, tuple[bytes, ...]]] = {}


def target(*seeds: bytes) -> Callable[[Check], Check]:
    """Register a function under its name."""

    def register(check: Check) -> Check:
        TARGETS[check.__name__] = check, seeds
        return check

    return register


def cut(data: bytes) -> tuple[bytes, list[bytes]]:
    """Take from the data how the rest of it is cut, and return the rest, whole and in pieces."""
    sizes, whole = data[:4], data[4:]
    pieces: list[bytes] = []
    at = turn = 0
    while at < len(whole):
        size = sizes[turn % len(sizes)] % 32 + 1
        pieces.append(whole[at : at + size])
        at, turn = at + size, turn + 1
    return whole, pieces

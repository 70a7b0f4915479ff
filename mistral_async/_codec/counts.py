"""Counts: the check of options that are whole numbers with a least value, and the reading of those in answers."""

from __future__ import annotations

from typing import Final

_LARGEST: Final = 2**63 - 1


def check_count(name: str, value: object, *, minimum: int = 1, optional: bool = False) -> None:
    """Raise `TypeError` for what is no int (a bool is none), and `ValueError` below the minimum.

    `optional` lets None pass.
    """
    if value is None and optional:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if value < minimum:
        raise ValueError(f"{name} must be at least {minimum}, not {value}")


def read_count(value: object) -> int:
    """Return a count that an answer has; 0 for what is none, as lenient decoding may leave it."""
    return value if type(value) is int and 0 <= value <= _LARGEST else 0

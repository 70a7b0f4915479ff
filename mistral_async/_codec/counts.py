"""The check of options that are counts: whole numbers with a least value."""

from __future__ import annotations


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

"""Counts: the check of options that are whole numbers with a least value, and the reading of those in answers."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from typing import Any, Final

import msgspec

from mistral_async._codec.plain import plain_argument

LARGEST: Final = 2**63 - 1


def plain_number(value: Any) -> Any:
    """Return a number of another class, such as NumPy's, as Python's own; anything else as it is."""
    if type(value) in {bool, int, float} or not isinstance(value, Real):
        return value
    return plain_argument(value)


def set_plain_numbers(settings: msgspec.Struct, names: Iterable[str]) -> None:
    """Put Python's own numbers in place of those of other classes, for the `__post_init__` of settings."""
    for name in names:
        msgspec.structs.force_setattr(settings, name, plain_number(getattr(settings, name)))


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
    return value if type(value) is int and 0 <= value <= LARGEST else 0

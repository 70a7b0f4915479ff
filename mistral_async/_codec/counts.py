"""Counts: the check of options that are numbers, flags or paths, and the reading of counts in answers."""

from __future__ import annotations

import os
import sys
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
    value = plain_number(value)
    if value is None and optional:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if value < minimum:
        raise ValueError(f"{name} must be at least {minimum}, not {value}")


def check_number(name: str, value: object, *, zero: bool = False, optional: bool = False) -> None:
    """Raise `TypeError` for what is no number, and `ValueError` for one that is not positive, or not finite.

    `zero` lets 0 pass, `optional` None.
    """
    value = plain_number(value)
    if value is None and optional:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    if not (0 <= value <= sys.float_info.max and (value or zero)):
        raise ValueError(f"{name} must be {'0 or more' if zero else 'a positive number'}, not {value!r}")


def check_flag(name: str, value: object) -> None:
    """Raise `TypeError` for what is neither True nor False, such as the text "no", which would count as True."""
    if not isinstance(plain_argument(value), bool):
        raise TypeError(f"{name} is True or False, not {value!r:.40}")


def checked_path(path: str | os.PathLike[str]) -> str:
    """Return the path of a file as text; raises `TypeError` for what is none, and `ValueError` where it is empty."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise TypeError(f"path must be a str or a Path, not {type(path).__name__}")
    if not path:
        raise ValueError("path is empty: name a file")
    return os.fsdecode(path)


def read_count(value: object) -> int:
    """Return a count that an answer has; 0 for what is none, as lenient decoding may leave it."""
    return value if type(value) is int and 0 <= value <= LARGEST else 0

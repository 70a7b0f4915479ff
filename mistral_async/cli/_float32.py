"""Numbers of 32 bits as the shortest decimals that are read as the same number again: 0.1, not 0.10000000149011612."""

from __future__ import annotations

import array
from collections.abc import Sequence
from contextlib import suppress
from itertools import compress
from operator import eq
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import ModuleType

# Rule 1: 9 digits tell all float32 numbers apart. Fewer are better, down to 6, as long as they give the same number.
# Rule 2: numpy does it twenty times as fast, for numbers of which x * 10**k is exact for all k that it needs: its
#   results are those of the slow way.

_DIGITS: Final = (9, 8, 7, 6)
_LEAST: Final = 1e-4
_MOST: Final = 1e6  # what numpy does is between them (rule 2): k is at most 12, and x * 5**12 has 24 + 28 bits of 53


def shortest(values: array.array[float]) -> list[float]:
    """Return float32 numbers as the floats that print shortest; those that are no numbers stay what they are."""
    with suppress(ImportError):
        import numpy as np

        return _shortest_by_numpy(values, np)
    return _shortest(values)


def _shortest(values: Sequence[float]) -> list[float]:
    found = list(values)
    places: Sequence[int] = range(len(found))
    for digits in _DIGITS:
        numbers = array.array("f", map(values.__getitem__, places))
        rounded = list(map(float, (f"%.{digits}g " * len(numbers) % tuple(numbers)).split()))
        same = list(map(eq, array.array("f", rounded), numbers))
        places = list(compress(places, same))
        for place, decimal in zip(places, compress(rounded, same), strict=True):
            found[place] = decimal
    return found


def _shortest_by_numpy(values: array.array[float], np: ModuleType) -> list[float]:
    numbers: Any = np.frombuffer(values, "f4") if values else np.empty(0, "f4")
    exact = numbers.astype("f8")
    fits = (np.abs(exact) >= _LEAST) & (np.abs(exact) < _MOST)
    inside = np.where(fits, exact, 1.0)
    exponent = np.floor(np.log10(np.abs(inside)))
    found = exact.copy()
    for digits in _DIGITS:
        scale = 10.0 ** (digits - 1 - exponent)
        decimal = np.rint(inside * scale) / scale
        found = np.where(fits & (decimal.astype("f4") == numbers), decimal, found)
    result: list[float] = found.tolist()
    others: list[int] = np.flatnonzero(~fits).tolist()
    for place, number in zip(others, _shortest([values[at] for at in others]), strict=True):
        result[place] = number
    return result

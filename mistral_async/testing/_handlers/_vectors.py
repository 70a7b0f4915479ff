"""Embedding vectors: unit length, equal for equal texts, closer the more words two texts share.

Every word, its stem, and the start of its stem are random rows of signs. A text's vector is the sum of the rows of its
words, each once: words that are rare in English count more, and so do numbers. The rows are added as whole numbers of
16 bits per dimension, so that a text costs one addition of integers per word.
"""

from __future__ import annotations

import math
import operator
import sys
from array import array
from functools import lru_cache
from hashlib import shake_128

from mistral_async.testing._handlers._words import COMMON, FREQUENT, STEM, stem_of, words_of

_LANE = 16
_HEAVIEST = (1 << _LANE) - 1
# Values are multiples of a power of two, so that they are the same as 32-bit floats and as JSON numbers.
_GRAIN = 1 << 18


class VectorSpace:
    """Vectors of one number of dimensions."""

    def __init__(self, dimensions: int, seed: int) -> None:
        self.dimensions = dimensions
        self._salt = str(seed).encode()
        # A lane of a row holds the character "0" or "1"; this takes the characters' common part away.
        self._zeros = int.from_bytes(("0" * dimensions).encode("utf-16-le"), "little")
        self._row = lru_cache(maxsize=20_000)(self._make_row)

    def unit(self, text: str) -> list[float]:
        """Return the vector of `text`, of length one."""
        lanes, weight = self._sum(text)
        # A lane that holds n stands for 2n - weight: so many signs were plus, all the others minus.
        squares = sum(map(operator.mul, lanes, lanes))
        length = math.sqrt(4 * squares - 4 * weight * sum(lanes) + self.dimensions * weight * weight) or 1.0
        values = {lane: round((2 * lane - weight) / length * _GRAIN) / _GRAIN for lane in set(lanes)}
        return list(map(values.__getitem__, lanes))

    def _sum(self, text: str) -> tuple[array[int], int]:
        total = weight = 0
        for word in dict.fromkeys(words_of(text)) or [text]:
            row, share = self._row(word)
            if weight + share > _HEAVIEST:
                break
            total += row
            weight += share
        lanes = array("H", total.to_bytes(self.dimensions * _LANE // 8, "little"))
        if sys.byteorder == "big":
            lanes.byteswap()
        return lanes, weight

    def _make_row(self, word: str) -> tuple[int, int]:
        if word in COMMON:
            return self._signs_of(word), 1
        stem, rarity = stem_of(word), _rarity(word)
        features = (("word", word, rarity), ("stem", stem, 4 * rarity), ("start", stem[:STEM], 2 * rarity))
        row = sum(self._signs_of(f"{kind} {feature}") * weight for kind, feature, weight in features)
        return row, sum(weight for _, _, weight in features)

    def _signs_of(self, feature: str) -> int:
        digest = shake_128(self._salt + feature.encode("utf-8", "surrogatepass")).digest((self.dimensions + 7) // 8)
        bits = format(int.from_bytes(digest, "little"), f"0{len(digest) * 8}b")[-self.dimensions :]
        return int.from_bytes(bits.encode("utf-16-le"), "little") - self._zeros


def _rarity(word: str) -> int:
    if word in FREQUENT:
        return 1
    return 3 if word.isdigit() else 2


def quantize(vector: list[float], dtype: str) -> list[int]:
    """Convert a vector to `int8`, `uint8`, `binary` or `ubinary`."""
    if dtype in ("int8", "uint8"):
        scale = 127 / max(map(abs, vector))
        signed = [round(value * scale) for value in vector]
        return signed if dtype == "int8" else [value + 128 for value in signed]
    bits = "".join("1" if value > 0 else "0" for value in vector).ljust(-(-len(vector) // 8) * 8, "0")
    octets = [int(bits[start : start + 8], 2) for start in range(0, len(bits), 8)]
    return octets if dtype == "ubinary" else [octet - 128 for octet in octets]


def pack_values(values: list[float] | list[int], dtype: str) -> bytes:
    """Pack values as little-endian bytes: four for a float, one for an integer."""
    code = {"float": "f", "int8": "b", "binary": "b"}.get(dtype, "B")
    numbers = array(code, values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()

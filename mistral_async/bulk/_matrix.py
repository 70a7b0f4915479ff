"""Matrices of vectors: in memory, or in a `.npy` file that grows with them. numpy is needed only to make its arrays.

The file's format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import array
import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, cast

from mistral_async._files.whole_file import WholeFile
from mistral_async.bulk._outcome import Err, Result
from mistral_async.models.vector import Vector, arrow_array, import_arrow

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEAD: Final = 128  # bytes of the file before its numbers
_DTYPES: Final = {"f": "f4", "b": "i1", "B": "u1"}
_DESCRIPTIONS: Final = {"f": "<f4", "b": "|i1", "B": "|u1"}


class MatrixShape:
    """The width and type that all rows have, and the rows without a vector."""

    def __init__(self, missing: float | None) -> None:
        self.count = 0
        self.width = 0
        self.typecode = "f"
        self.lacking: list[int] = []
        self._missing = missing

    def vector(self, result: Result[Vector]) -> Vector | None:
        """Return the vector of a result; None where it failed and a substitute is allowed, else raise its error."""
        self.count = max(self.count, result.index + 1)
        if isinstance(result, Err):
            if self._missing is None:
                raise result.located()
            self.lacking.append(result.index)
            return None
        vector = result.value
        if not self.width:
            self.width, self.typecode = len(vector), vector.typecode
        elif len(vector) != self.width:
            raise ValueError(f"vector {result.index} has {len(vector)} numbers, those before it {self.width}")
        return vector

    def substitute(self) -> Vector:
        """Return the row that stands for a failed text."""
        number = self._missing if self.typecode == "f" else int(cast("float", self._missing))
        row = array.array(self.typecode, [cast("Any", number)] * self.width)
        if sys.byteorder == "big":
            row.byteswap()
        return Vector(row.tobytes(), {"f": "float", "b": "int8"}.get(self.typecode, "uint8"))


class VectorMatrix:
    """A matrix of vectors in memory, in one flat array."""

    def __init__(self, missing: float | None) -> None:
        self._shape = MatrixShape(missing)
        self._flat: array.array[Any] | None = None

    def add(self, results: Sequence[Result[Vector]]) -> None:
        """Take vectors in, in any order."""
        for result in results:
            if (vector := self._shape.vector(result)) is not None:
                self._place(vector, result.index)

    def _place(self, vector: Vector, index: int) -> None:
        width = self._shape.width
        if self._flat is None:
            self._flat = array.array(vector.typecode)
        start = index * width
        if len(self._flat) == start:
            self._flat.extend(vector)
            return
        if len(self._flat) < start + width:
            self._flat.frombytes(bytes((start + width - len(self._flat)) * self._flat.itemsize))
        self._flat[start : start + width] = array.array(vector.typecode, vector)

    def to_array(self) -> array.array[Any]:
        """Return the numbers, row by row."""
        flat: array.array[Any] = array.array(self._shape.typecode) if self._flat is None else self._flat
        lacking, self._shape.lacking = self._shape.lacking, []
        self._flat = flat
        if self._shape.width:
            row = self._shape.substitute() if lacking else None
            for index in sorted(lacking):
                self._place(cast("Vector", row), index)
        return flat

    def to_list(self) -> list[list[float]]:
        """Return a list for each row."""
        flat, width = self.to_array(), self._shape.width
        return [flat[row * width : (row + 1) * width].tolist() for row in range(self._shape.count)]

    def to_numpy(self) -> NDArray[Any]:
        """Return a numpy matrix over the same memory."""
        try:
            import numpy as np
        except ImportError:
            raise ImportError("numpy is not installed: pip install 'mistral-async[numpy]', or use to_array()") from None
        flat = self.to_array()
        numbers = np.frombuffer(flat, dtype=_DTYPES[flat.typecode])
        return numbers.reshape(self._shape.count, self._shape.width)

    def to_arrow(self) -> Any:
        """Return an Arrow array of lists of one size, over the same memory; rows of failed texts are null."""
        pa = import_arrow()
        lacking = set(self._shape.lacking)
        flat, rows, width = self.to_array(), self._shape.count, self._shape.width
        if not width:
            return pa.nulls(rows, pa.list_(pa.float32(), 0))
        null = pa.array([row in lacking for row in range(rows)]) if lacking else None
        return pa.FixedSizeListArray.from_arrays(arrow_array(flat), width, mask=null)


class NpyFile:
    """A matrix in a file, which gets its name when it is whole. Every method blocks."""

    def __init__(self, path: str | os.PathLike[str], missing: float | None) -> None:
        self._whole = WholeFile(path)
        self._shape = MatrixShape(missing)
        self._at = 0

    def __enter__(self) -> Self:
        self._whole.open().write(bytes(_HEAD))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._whole.discard()

    def write(self, results: Sequence[Result[Vector]]) -> None:
        """Write vectors to their rows."""
        for result in results:
            if (vector := self._shape.vector(result)) is not None:
                self._write_row(result.index, vector.packed())

    def _write_row(self, index: int, row: bytes) -> None:
        file = self._whole.file
        if index != self._at:
            file.seek(_HEAD + index * len(row))
        file.write(row)
        self._at = index + 1

    def finish(self) -> tuple[int, int]:
        """Write the header, rename the file, and return its shape: rows and columns."""
        shape, file = self._shape, self._whole.file
        for index in shape.lacking if shape.width else ():
            self._write_row(index, shape.substitute().packed())
        described = f"'descr': '{_DESCRIPTIONS[shape.typecode]}', 'fortran_order': False"
        text = f"{{{described}, 'shape': ({shape.count}, {shape.width}), }}"
        file.seek(0)
        file.write(b"\x93NUMPY\x01\x00" + (_HEAD - 10).to_bytes(2, "little") + f"{text:<{_HEAD - 11}}\n".encode())
        self._whole.finish()
        return shape.count, shape.width

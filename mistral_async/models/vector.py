"""A vector of numbers in one block of memory: decoding makes no object per number, and numpy sees it without a copy."""

from __future__ import annotations

import array
import importlib
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Self, SupportsIndex, cast, overload

if TYPE_CHECKING:
    from numpy.typing import NDArray

    _Floats = array.array[float]
else:
    _Floats = array.array

_TYPECODES = {"float": "f", "int8": "b", "uint8": "B", "binary": "b", "ubinary": "B"}
_KINDS = {"f": "f32", "b": "int8", "B": "uint8"}
_SHOWN = 4  # numbers in a repr
_SWAP = sys.byteorder == "big"


class Vector(_Floats):
    """Numbers as the wire packs them: little-endian float32, or bytes. A sequence, and a buffer: `np.asarray(vector)`.

    `binary` and `ubinary` hold eight dimensions in each byte. `list(vector)` is what `json.dumps` takes, and
    `Vector.tolist` a hook for encoders: `default=Vector.tolist` of json and orjson, `enc_hook=` of msgspec.
    """

    __slots__ = ()
    __hash__: ClassVar[None]  # mutable, as every array

    def __new__(cls, data: bytes | bytearray | memoryview[Any], dtype: str = "float") -> Self:
        """Copy the bytes into an array. Bytes that are not whole numbers are a ValueError."""
        vector = super().__new__(cls, _TYPECODES[dtype], data if isinstance(data, bytes) else bytes(data))
        if _SWAP:
            vector.byteswap()
        return vector

    def packed(self) -> bytes:
        """Return the bytes as the wire has them."""
        if not _SWAP:
            return self.tobytes()
        swapped = self[:]
        swapped.byteswap()
        return swapped.tobytes()

    def numpy(self) -> NDArray[Any]:
        """Return the vector as a numpy array that shares its memory."""
        import numpy as np

        return np.asarray(self)

    def to_arrow(self) -> Any:
        """Return the vector as a `pyarrow.Array` that shares its memory (extra `arrow`).

        The vector keeps its length while that array is there: changing it is a BufferError.
        """
        return arrow_array(self)

    @property
    def __arrow_c_array__(self) -> Callable[..., tuple[object, object]]:
        """The Arrow PyCapsule interface: `pa.array(vector)` shares the memory. It is there where pyarrow is installed.

        https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html
        """
        try:
            return cast("Callable[..., tuple[object, object]]", self.to_arrow().__arrow_c_array__)
        except ImportError as error:
            raise AttributeError(str(error)) from None

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> float: ...
    @overload
    def __getitem__(self, index: slice, /) -> Vector: ...
    def __getitem__(self, index: Any, /) -> Any:
        found = cast("Any", super().__getitem__(index))
        return self._again(found) if isinstance(index, slice) else found

    def __copy__(self) -> Vector:
        return self._again(self)

    def _again(self, numbers: Iterable[float]) -> Vector:
        vector = super().__new__(type(self), self.typecode)
        vector.extend(numbers)
        return vector

    def __repr__(self) -> str:
        """Say how many numbers there are, of which kind, and show the first."""
        return f"Vector({self._summary()})"

    def __rich_repr__(self) -> Iterable[Any]:
        """Yield the same to `rich`."""
        yield _Summary(self._summary())

    def _summary(self) -> str:
        first = [f"{number:.4g}" for number in self[:_SHOWN].tolist()]
        more = ["..."] if len(self) > _SHOWN else []
        return f"{len(self):,} x {_KINDS[self.typecode]} [{', '.join(first + more)}]"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (list, tuple)):
            return self.tolist() == list(cast("list[object]", other))
        return super().__eq__(other)


class _Summary(str):
    """A text whose repr has no quotation marks."""

    __slots__ = ()
    __repr__ = str.__str__


def arrow_array(values: array.array[Any]) -> Any:
    """Return numbers as a `pyarrow.Array` over the same memory."""
    pa = import_arrow()
    types = {"f": pa.float32, "b": pa.int8, "B": pa.uint8}
    return pa.Array.from_buffers(types[values.typecode](), len(values), [None, pa.py_buffer(values)])


def import_arrow() -> Any:
    """Import `pyarrow`, whose types are unknown; raises an `ImportError` that names the extra."""
    try:
        return importlib.import_module("pyarrow")
    except ImportError:
        raise ImportError("pyarrow is not installed: pip install 'mistral-async[arrow]'") from None


def numbers(values: Any, dtype: str) -> Any:
    """Return the values as a vector of whole numbers: packed, as a float vector that was misread, or a list.

    Values that are no such numbers stay what they are.
    """
    if isinstance(values, Vector):
        return values if values.typecode == _TYPECODES[dtype] else Vector(values.packed(), dtype)
    if isinstance(values, list):
        with suppress(TypeError, ValueError, OverflowError):
            return Vector(array.array(_TYPECODES[dtype], map(int, cast("list[float]", values))).tobytes(), dtype)
    return cast("object", values)

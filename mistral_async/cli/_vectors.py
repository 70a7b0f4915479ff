"""Where vectors go: JSON Lines, `.npy` and Parquet. A file gets its name when it is whole."""

from __future__ import annotations

import importlib
import math
import secrets
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, Self

from mistral_async.bulk import Err, Result
from mistral_async.bulk._matrix import NpyFile
from mistral_async.cli._text import to_json
from mistral_async.cli._texts import import_parquet
from mistral_async.models.vector import Vector


class Sink(Protocol):
    """An output of results, which arrive in their order."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...

    def write(self, results: Sequence[Result[Vector]], /) -> None:
        """Write results."""
        ...

    def finish(self) -> object:
        """Complete the output after the last result."""
        ...


def sink_for(path: Path | None, dtype: str | None) -> Sink:
    """Return the output for a path, by its suffix; JSON Lines to stdout without one."""
    if path is not None and not path.parent.is_dir():
        raise ValueError(f"-o {path}: there is no folder {path.parent}")
    match path.suffix.lower() if path is not None else None:
        case None:
            return _StdoutSink()
        case ".npy":
            # A row that failed has to be something: NaN, or 0 where the numbers are whole.
            return NpyFile(str(path), math.nan if dtype in {None, "float"} else 0)
        case ".parquet":
            return _ParquetSink(Path(str(path)))
        case ".jsonl" | ".ndjson":
            return _JsonLinesSink(Path(str(path)))
        case ending:
            raise ValueError(f"-o ends in .jsonl, .npy or .parquet, not in {ending!r}")


def _line(result: Result[Vector]) -> bytes:
    if isinstance(result, Err):
        return to_json({"index": result.index, "embedding": None, "error": str(result.error)})
    return to_json({"index": result.index, "embedding": result.value.tolist()})


class _StdoutSink:
    """JSON Lines to the original stdout, which a progress bar may have replaced."""

    def __init__(self) -> None:
        self._out = sys.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave stdout open."""

    def write(self, results: Sequence[Result[Vector]]) -> None:
        """Print results."""
        self._out.writelines(_line(result).decode() for result in results)

    def finish(self) -> None:
        """Flush stdout."""
        self._out.flush()


class _FileSink:
    """A temporary file beside its target, renamed when it is complete."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
        self._open = ExitStack()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open.close()
        with suppress(FileNotFoundError):
            self._part.unlink()

    def finish(self) -> None:
        """Rename the file to its target."""
        self._open.close()
        self._part.replace(self._path)


class _JsonLinesSink(_FileSink):
    _file: IO[bytes]

    def __enter__(self) -> Self:
        self._file = self._open.enter_context(self._part.open("xb"))
        return self

    def write(self, results: Sequence[Result[Vector]]) -> None:
        """Write one line for each result."""
        self._file.writelines(map(_line, results))


class _ParquetSink(_FileSink):
    """A Parquet file with the columns `index` and `embedding`, which is null where a text failed."""

    def __enter__(self) -> Self:
        parquet = import_parquet()
        self._arrow: Any = importlib.import_module("pyarrow")
        pa = self._arrow
        numbers = pa.list_(pa.float32())
        self._schema: Any = pa.schema([("index", pa.int64()), ("embedding", numbers)])
        file = self._open.enter_context(self._part.open("xb"))
        self._writer: Any = self._open.enter_context(parquet.ParquetWriter(file, self._schema))
        return self

    def write(self, results: Sequence[Result[Vector]]) -> None:
        """Write one row for each result."""
        indexes = [result.index for result in results]
        vectors = [None if isinstance(result, Err) else result.value.tolist() for result in results]
        self._writer.write_batch(self._arrow.record_batch([indexes, vectors], schema=self._schema))

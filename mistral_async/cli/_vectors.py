"""Where vectors go: JSON Lines, `.npy`, Parquet and Arrow. A file gets its name when it is whole."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, Self

from mistral_async._files.whole_file import WholeFile
from mistral_async.bulk import Err, Result
from mistral_async.bulk._matrix import NpyFile
from mistral_async.cli._float32 import shortest
from mistral_async.cli._text import json_text, to_json
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
    if path is not None and path.is_dir():
        raise ValueError(f"-o {path} is a folder: name a file")
    match path.suffix.lower() if path is not None else None:
        case None:
            return _StdoutSink()
        case ".npy":
            # A row that failed has to be something: NaN, or 0 where the numbers are whole.
            return NpyFile(str(path), math.nan if dtype in {None, "float"} else 0)
        case ".parquet":
            return _TableSink(Path(str(path)), _parquet_writer)
        case ".arrow" | ".feather":
            return _TableSink(Path(str(path)), _arrow_writer)
        case ".jsonl" | ".ndjson":
            return _JsonLinesSink(Path(str(path)))
        case ending:
            raise ValueError(f"-o ends in .jsonl, .npy, .parquet or .arrow, not in {ending!r}")


def _row(result: Result[Vector]) -> dict[str, object]:
    if isinstance(result, Err):
        return {"index": result.index, "embedding": None, "error": str(result.error)}
    vector = result.value
    return {"index": result.index, "embedding": shortest(vector) if vector.typecode == "f" else vector.tolist()}


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
        self._out.writelines(json_text(_row(result), self._out) for result in results)

    def finish(self) -> None:
        """Flush stdout."""
        self._out.flush()


class _FileSink:
    """A file that appears whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._whole = WholeFile(path)

    def __enter__(self) -> Self:
        self._whole.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._whole.discard()

    def finish(self) -> None:
        """Put the file in its place."""
        self._whole.finish()


class _JsonLinesSink(_FileSink):
    def write(self, results: Sequence[Result[Vector]]) -> None:
        """Write one line for each result."""
        self._whole.file.writelines(to_json(_row(result)) for result in results)


def _parquet_writer(file: IO[bytes], schema: Any) -> Any:
    return import_parquet().ParquetWriter(file, schema)


def _arrow_writer(file: IO[bytes], schema: Any) -> Any:
    """Return a writer of the file format of Arrow, which is also Feather: https://arrow.apache.org/docs/format/IPC.html."""
    return importlib.import_module("pyarrow").ipc.new_file(file, schema)


class _TableSink(_FileSink):
    """A table with the columns `index` and `embedding`, which is null where a text failed."""

    def __init__(self, path: Path, writer: Callable[[IO[bytes], Any], Any]) -> None:
        super().__init__(path)
        self._open_writer = writer

    def __enter__(self) -> Self:
        import_parquet()  # the extra, before there is a file
        self._arrow: Any = importlib.import_module("pyarrow")
        pa = self._arrow
        self._schema: Any = pa.schema([("index", pa.int64()), ("embedding", pa.list_(pa.float32()))])
        self._writer: Any = self._open_writer(self._whole.open(), self._schema)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with suppress(Exception):  # a footer that cannot be written belongs to a file that is removed
            self._writer.close()
        super().__exit__(kind, error, traceback)

    def write(self, results: Sequence[Result[Vector]]) -> None:
        """Write one row for each result."""
        indexes = [result.index for result in results]
        vectors = [None if isinstance(result, Err) else result.value.tolist() for result in results]
        self._writer.write_batch(self._arrow.record_batch([indexes, vectors], schema=self._schema))

    def finish(self) -> None:
        """Write the footer, and put the file in its place."""
        self._writer.close()
        super().finish()

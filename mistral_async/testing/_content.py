"""File contents: in memory up to a limit, on disk beyond it, readable from any offset."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO

MEMORY_LIMIT = 8 << 20
CHUNK = 256 << 10


class Content:
    """Bytes of a file, with size, checksum and number of lines counted as they are written."""

    def __init__(self, data: bytes = b"") -> None:
        self._file: IO[bytes] = BytesIO()
        self._digest = hashlib.md5(usedforsecurity=False)
        self.size: int = 0
        self.lines: int = 0
        self.kept = False
        if data:
            self.write(data)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Append bytes."""
        if self.size <= MEMORY_LIMIT < self.size + len(data):
            self._move_to_disk()
        self._file.seek(0, 2)
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)
        self.lines += bytes(data).count(b"\n")

    def read(self, start: int = 0, size: int | None = None) -> bytes:
        """Return `size` bytes from `start`, or all that follow."""
        self._file.seek(start)
        return self._file.read(-1 if size is None else size)

    def chunks(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `end` in pieces."""
        end = self.size if end is None else end
        while start < end:
            data = self.read(start, min(CHUNK, end - start))
            start += len(data)
            yield data

    def lines_from(self, offset: int) -> Iterator[tuple[bytes, int]]:
        """Yield each line from `offset`, without its line break, and the offset after it."""
        while offset < self.size:
            self._file.seek(offset)
            line = self._file.readline()
            offset += len(line)
            yield line.rstrip(b"\r\n"), offset

    def line_count(self) -> int:
        """Count the lines that are not blank."""
        return sum(1 for line, _ in self.lines_from(0) if line.strip())

    @property
    def signature(self) -> str:
        """Return the MD5 of the bytes as 32 hexadecimal digits."""
        return self._digest.hexdigest()

    @property
    def closed(self) -> bool:
        """Return whether the bytes have been dropped."""
        return self._file.closed

    def close(self) -> None:
        """Drop the bytes."""
        self._file.close()

    def _move_to_disk(self) -> None:
        disk = TemporaryFile()  # noqa: SIM115  closed by close()
        disk.write(self.read())
        self._file = disk

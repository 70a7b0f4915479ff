"""The file of one part, as it is written: the requests, their digest, and the indexes of their calls."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO

from mistral_async.batch._run import BatchLimits, Part


class PartFile:
    """A file of requests, which are written when `write` is called. `write` and `close` block."""

    def __init__(self, number: int, directory: Path, *, kept: bool = True) -> None:
        self.number = number
        self.count = self.size = 0
        self.models: set[str | None] = set()
        self._directory = directory
        self._kept = kept
        """False where only the digest is wanted: the part was sent by an earlier process."""
        self._ranges: list[tuple[int, int]] = []
        self._digest = hashlib.sha256()
        self._lines: list[bytes] = []
        self._file: IO[bytes] | None = None

    @staticmethod
    def name(number: int) -> str:
        """Return the name of a part's file."""
        return f"{number}.jsonl"

    def next_for(self, size: int, limits: BatchLimits) -> PartFile:
        """Return the file that has room for a line of `size` bytes: this one, or the next."""
        if self.count < limits.requests and self.size + size <= limits.size:
            return self
        return PartFile(self.number + 1, self._directory)

    def add(self, index: int, size: int) -> None:
        """Count a call of `size` bytes."""
        self.count += 1
        self.size += size
        if self._ranges and self._ranges[-1][1] == index:
            self._ranges[-1] = (self._ranges[-1][0], index + 1)
        else:
            self._ranges.append((index, index + 1))

    def add_line(self, line: bytes) -> None:
        """Take the line of the call that was just counted."""
        self._lines.append(line)

    def write(self) -> None:
        """Write the lines that wait in memory."""
        lines, self._lines = self._lines, []
        if not lines:
            return
        data = b"".join(lines)
        self._digest.update(data)
        if self._kept:
            if self._file is None:
                self._file = (self._directory / self.name(self.number)).open("wb")
            self._file.write(data)

    def close(self) -> None:
        """Write the rest and close the file."""
        self.write()
        if self._file is not None:
            self._file.close()
            self._file = None

    def part(self, *, again: bool = False) -> Part:
        """Return what was written, as a part."""
        model = next(iter(self.models)) if len(self.models) == 1 else None
        digest = self._digest.hexdigest()
        return Part(number=self.number, again=again, ranges=self._ranges, size=self.size, digest=digest, model=model)

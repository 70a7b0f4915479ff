"""One part being written: its file, its digest, and which calls it holds."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO

from mistral_async.batch._run import BatchLimits, Part


class Sheet:
    """Takes lines in, and writes them when it is told to. `write` and `close` block."""

    def __init__(self, number: int, directory: Path, *, kept: bool = True) -> None:
        self.number = number
        self.count = self.size = 0
        self.models: set[str | None] = set()
        self._directory = directory
        self._kept = kept
        """Whether the lines are wanted, or only their digest."""
        self._ranges: list[tuple[int, int]] = []
        self._digest = hashlib.sha256()
        self._held: list[bytes] = []
        self._file: IO[bytes] | None = None

    @staticmethod
    def name(number: int) -> str:
        """The name of a part's file."""
        return f"{number}.jsonl"

    def following(self, size: int, limits: BatchLimits) -> Sheet:
        """Itself, or the next where a line of this size has no room."""
        if self.count < limits.requests and self.size + size <= limits.size:
            return self
        return Sheet(self.number + 1, self._directory)

    def add(self, index: int, size: int) -> None:
        """Count a call."""
        self.count += 1
        self.size += size
        if self._ranges and self._ranges[-1][1] == index:
            self._ranges[-1] = (self._ranges[-1][0], index + 1)
        else:
            self._ranges.append((index, index + 1))

    def hold(self, line: bytes) -> None:
        """Keep a line for the next write."""
        self._held.append(line)

    def write(self) -> None:
        """Write what was held."""
        held, self._held = self._held, []
        if not held:
            return
        data = b"".join(held)
        self._digest.update(data)
        if self._kept:
            if self._file is None:
                self._file = (self._directory / self.name(self.number)).open("wb")
            self._file.write(data)

    def close(self) -> None:
        """Write the rest."""
        self.write()
        if self._file is not None:
            self._file.close()
            self._file = None

    def part(self, *, again: bool = False) -> Part:
        """What was written, as a part."""
        model = next(iter(self.models)) if len(self.models) == 1 else None
        digest = self._digest.hexdigest()
        return Part(number=self.number, again=again, ranges=self._ranges, size=self.size, digest=digest, model=model)

"""Order of results: lines that come before their turn wait on disk, with one offset each in memory."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from mistral_async.batch._rows import Line, name_in

_BUFFER: Final = 1024 * 1024
_AT_ONCE: Final = 128
_NOT_YET: Final = -1


class ReorderBuffer:
    """Lines on their way into the order of the calls. One task uses it at a time; `write`, `read` and `close` block."""

    def __init__(self, total: int, directory: Path) -> None:
        self._offsets = array("q", [_NOT_YET]) * total
        self._total = total
        self._path = directory / "results.jsonl"
        self._file: IO[bytes] | None = None
        self._end = 0
        self._held: list[bytes] = []
        self._held_size = 0
        self._next = 0

    def take(self, lines: Sequence[Line]) -> list[Line]:
        """Take lines in, and return those whose turn it is; the others wait."""
        now: list[Line] = []
        for line in lines:
            if line.index == self._next:
                now.append(line)
                self._next += 1
            else:
                self._hold(line)
        return now

    def _hold(self, line: Line) -> None:
        text = b"%d %b\n" % (line.part, line.text)
        self._offsets[line.index] = self._end
        self._end += len(text)
        self._held.append(text)
        self._held_size += len(text)

    @property
    def is_full(self) -> bool:
        """True when it is time to write."""
        return self._held_size >= _BUFFER

    @property
    def is_waiting(self) -> bool:
        """True when the next line is here."""
        return self._next < self._total and self._offsets[self._next] != _NOT_YET

    def write(self) -> None:
        """Write the lines that wait in memory."""
        held, self._held, self._held_size = self._held, [], 0
        if self._file is None:
            self._file = self._path.open("w+b")
        self._file.seek(0, 2)
        self._file.writelines(held)

    def read(self) -> list[Line]:
        """Return some of the lines whose turn has come, at most 128."""
        self.write()
        found: list[Line] = []
        size = 0
        while self._file is not None and self.is_waiting and len(found) < _AT_ONCE and size < _BUFFER:
            self._file.seek(self._offsets[self._next])
            part, _, text = self._file.readline()[:-1].partition(b" ")
            found.append(Line(self._next, name_in(text, self._total), text, int(part)))
            size += len(text)
            self._next += 1
        return found

    def close(self) -> None:
        """Remove the file."""
        if self._file is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)

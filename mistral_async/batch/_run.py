"""What must be known of a run to go on with it in another process: a value, and the file that keeps it.

A run is any number of calls, cut into parts, each of which is one job of the API. That a job is about to be created is
written down before it is, and its metadata name the run and the part: a job is found again, not created twice.
"""

from __future__ import annotations

import bisect
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final
from uuid import uuid4

import msgspec

from mistral_async.bulk import CheckpointError

_INLINE: Final = 10_000  # requests that the API takes inside the job's own body
_FORMAT: Final = 1

RUN_KEY: Final = "mistral_async_run"
PART_KEY: Final = "mistral_async_part"


class BatchLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much goes into one job. The defaults are what the API takes, and less than that inline."""

    requests: int = 100_000
    size: int = 512_000_000
    """Bytes of JSON Lines."""
    inline_requests: int = 1_000
    """Up to so many requests are sent inside the job itself, without a file."""
    inline_size: int = 1_000_000
    """Their bytes."""

    def __post_init__(self) -> None:
        """Refuse what the API would."""
        if self.requests < 1 or self.size < 1 or self.inline_size < 0:
            raise ValueError("the limits of a job are positive numbers")
        if not 0 <= self.inline_requests <= _INLINE:
            raise ValueError(f"a job takes at most {_INLINE} requests inline, not {self.inline_requests}")


class Part(msgspec.Struct, kw_only=True):
    """The requests of one job."""

    number: int
    again: bool = False
    """Whether its requests were part of other jobs before, and failed there."""
    ranges: list[tuple[int, int]]
    """Which calls: from the first index to before the second, ascending."""
    size: int
    digest: str
    model: str | None = None
    """Where all requests ask one model."""
    inline: bool = False
    tried: bool = False
    """Whether the job may have been created: then it is looked for first."""
    file: str | None = None
    job: str | None = None

    @property
    def count(self) -> int:
        """How many requests."""
        return sum(stop - start for start, stop in self.ranges)

    def indexes(self) -> Iterator[int]:
        """Every call's index."""
        return (index for start, stop in self.ranges for index in range(start, stop))

    def __contains__(self, index: int) -> bool:
        place = bisect.bisect_right(self.ranges, index, key=lambda each: each[0]) - 1
        return place >= 0 and index < self.ranges[place][1]


class Run(msgspec.Struct, kw_only=True):
    """Calls, and the jobs that they became."""

    version: int = _FORMAT
    id: str = msgspec.field(default_factory=lambda: uuid4().hex)
    created: float
    endpoint: str = ""
    limits: BatchLimits
    metadata: dict[str, str]
    timeout_hours: int | None = None
    total: int = 0
    named: bool = False
    """Whether calls have ids of the user's."""
    parts: list[Part] = msgspec.field(default_factory=list[Part])

    def file_name(self, part: Part) -> str:
        """The name under which a part is uploaded: nobody else's."""
        return f"{self.id}-{part.number}.jsonl"

    def job_metadata(self, part: Part) -> dict[str, str]:
        """What a part's job is found by."""
        return {**self.metadata, RUN_KEY: self.id, PART_KEY: str(part.number)}

    @classmethod
    def read(cls, text: str | bytes, where: str = "this") -> Run:
        """Read what `to_json` wrote."""
        try:
            run = msgspec.json.decode(text, type=cls)
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise CheckpointError(f"{where} is not the handle of a batch: {problem}") from None
        if run.version != _FORMAT:
            raise CheckpointError(f"{where} was written by another version of this package (format {run.version})")
        return run

    def to_json(self) -> bytes:
        """Everything, as JSON."""
        return msgspec.json.encode(self)


def custom_id(index: int, name: str | None) -> str:
    """What comes back with an answer, and says where it belongs without a table of all ids."""
    return str(index) if name is None else f"{index}:{name}"


def parse_custom_id(given: str, total: int) -> tuple[int, str | None] | None:
    """The index and the user's id; None if it is none of ours."""
    number, colon, name = given.partition(":")
    if not (number.isascii() and number.isdecimal()) or int(number) >= total:
        return None
    return int(number), name if colon else None


class Journal:
    """The file that keeps a run, whole at any moment, in the hands of one process. Without a path, nothing is kept."""

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        self.path: Path | None = None if path is None else Path(path)
        self._turn = threading.Lock()
        self._changes = self._written = 0
        self._held = 0
        self._lock: IO[bytes] | None = None

    def load(self) -> Run | None:
        """The run that it keeps. Blocks."""
        if self.path is None:
            return None
        try:
            return Run.read(self.path.read_bytes(), str(self.path))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CheckpointError(f"{self.path} can not be read: {error}") from error

    async def save(self, run: Run) -> None:
        """Write it down; once this returns, it stays."""
        if self.path is None:
            return
        from anyio import to_thread

        self._changes += 1
        await to_thread.run_sync(self.write, run.to_json(), self._changes)

    def write(self, text: bytes, change: int = 0) -> None:
        """Write a text that is not older than what is there. Blocks."""
        if self.path is None:
            return
        with self._turn:
            if change < self._written:
                return
            fresh = self.path.with_name(f".{self.path.name}.new")
            try:
                with fresh.open("wb") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                fresh.replace(self.path)
            except OSError as error:
                raise CheckpointError(f"{self.path} can not be written: {error}") from error
            self._written = change

    def acquire(self) -> None:
        """Keep other processes out. Blocks for a moment."""
        if self.path is None:
            return
        with self._turn:
            if self._held == 0:
                self._lock = _locked(self.path.with_name(f".{self.path.name}.lock"), self.path)
            self._held += 1

    def release(self) -> None:
        """Let others in."""
        with self._turn:
            if self._held:
                self._held -= 1
            if self._held or self._lock is None:
                return
            lock, self._lock = self._lock, None
            if os.name != "nt":  # there an open file can not be removed
                Path(lock.name).unlink(missing_ok=True)
            lock.close()


def _locked(path: Path, guarded: Path) -> IO[bytes]:
    """Open and lock a file beside the guarded one. A killed process leaves the file, but not the lock."""
    while True:
        try:
            file = path.open("ab")
        except OSError as error:
            raise CheckpointError(f"{guarded} can not be used: {error}") from error
        try:
            _lock(file)
            if os.fstat(file.fileno()).st_ino == path.stat().st_ino:
                return file
        except FileNotFoundError:
            pass  # its owner removed it in between: then it is no lock any more
        except OSError:
            file.close()
            raise CheckpointError(f"{guarded} is in use by another process") from None
        file.close()


def _lock(file: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        windows: Any = msvcrt
        windows.locking(file.fileno(), windows.LK_NBLCK, 1)
        return
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

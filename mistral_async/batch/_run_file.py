"""The file that keeps the record of a run, so that another process can go on with it."""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path
from typing import IO

from mistral_async._files.whole_file import WholeFile, is_stream, open_private
from mistral_async._results.file_lock import is_in_place, try_lock
from mistral_async.batch._run import RunRecord
from mistral_async.bulk import CheckpointError


class RunFile:
    """A checkpoint: whole at any moment, and one process's at a time. Without a path, nothing is kept."""

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        self.path: Path | None = None if path is None else Path(path)
        self._mutex = threading.Lock()
        self._changes = self._written = 0
        self._held = 0
        self._lock: IO[bytes] | None = None

    def load(self) -> RunRecord | None:
        """Read the record, None if there is no file yet. Blocks."""
        if self.path is None:
            return None
        if is_stream(os.fspath(self.path)):  # whose reading may never end
            raise CheckpointError(f"{self.path} is a pipe or device, not a file: give another path")
        try:
            return RunRecord.read(self.path.read_bytes(), str(self.path))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CheckpointError(f"{self.path} can not be read: {error}") from error

    async def save(self, record: RunRecord) -> None:
        """Write the record; once this returns, it is on the disk."""
        if self.path is None:
            return
        from mistral_async._http.threads import run_in_thread

        self._changes += 1
        await run_in_thread(self.write, record.to_json(), self._changes)

    def write(self, text: bytes, change: int = 0) -> None:
        """Write a text, unless a newer `change` is there already. Blocks."""
        if self.path is None:
            return
        with self._mutex:
            if change < self._written:
                return
            try:
                with WholeFile(self.path, private=True) as whole:
                    whole.file.write(text)
                    whole.finish()
            except OSError as error:
                raise CheckpointError(f"{self.path} can not be written: {error}") from error
            self._written = change

    async def take(self) -> None:
        """Take the lock, as `acquire` does; a task that is cancelled meanwhile does not have it."""
        from mistral_async._http.threads import release_in_thread, run_in_thread

        taken = False

        def acquire() -> None:
            nonlocal taken
            self.acquire()
            taken = True

        try:
            await run_in_thread(acquire)
        except BaseException:
            if taken:
                await release_in_thread(self.release)
            raise

    def acquire(self) -> None:
        """Take the lock, as often as it is released again; `CheckpointError` if another process has it. Blocks."""
        if self.path is None:
            return
        with self._mutex:
            if self._held == 0:
                self._lock = _locked(self.path.with_name(f".{self.path.name}.lock"), self.path)
            self._held += 1

    def release(self) -> None:
        """Release the lock, the last time to other processes."""
        with self._mutex:
            if self._held:
                self._held -= 1
            if self._held or self._lock is None:
                return
            lock, self._lock = self._lock, None
            if os.name != "nt":  # there an open file can not be removed
                Path(lock.name).unlink(missing_ok=True)
            lock.close()


def make_directory(parent: str | None) -> Path:
    """Make a directory for the files of a run; None: in the system's temporary directory. Blocks."""
    try:
        return Path(tempfile.mkdtemp(prefix="mistral_async-", dir=parent))
    except OSError as error:
        raise CheckpointError(f"no directory can be made for the files of the batch: {error}") from error


def _locked(path: Path, guarded: Path) -> IO[bytes]:
    """Open and lock a file beside the guarded one. A killed process leaves the file, but not the lock."""
    while True:
        try:
            file = open(path, "ab", opener=open_private)  # noqa: SIM115 - it is closed by `release`
        except OSError as error:
            raise CheckpointError(f"{guarded} can not be used: {error}") from error
        try:
            is_locked = try_lock(file)
        except OSError as error:
            file.close()
            raise CheckpointError(f"{guarded} can not be used, since its lock can not be taken: {error}") from error
        if is_locked and is_in_place(file):  # its owner may have removed it in between: then it is no lock any more
            return file
        file.close()
        if not is_locked:
            raise CheckpointError(f"{guarded} is in use by another process")

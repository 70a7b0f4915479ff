"""The checkpoint of a running job: one thread at a time, and one transaction for all results that wait."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import anyio

from mistral_async._http.threads import release_in_thread, run_in_thread
from mistral_async.bulk._checkpoint import CheckpointError, CheckpointFile, Row

T = TypeVar("T")


class CheckpointWriter:
    """A writer of results; without a path, to a temporary file that is gone with the job."""

    def __init__(self, path: str | None, job: Mapping[str, Any], *, by_digest: bool) -> None:
        self._scratch = None if path is not None else tempfile.TemporaryDirectory(prefix="mistral-bulk-")
        where = os.path.join(self._scratch.name, "results") if self._scratch else str(path)  # noqa: PTH118 - as above
        self._file = CheckpointFile(where, job, by_digest=by_digest, scratch=path is None)
        self._thread = anyio.CapacityLimiter(1)
        self._lock = anyio.Lock()
        self._pending: list[Row] = []
        self._failed = False
        self._end = 0

    async def open(self) -> None:
        """Open the file; `CheckpointError` if it is not this job's."""
        try:
            await self._run(self._file.open)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self.aclose()
            raise
        self._end = self._file.end

    async def lookup(self, first: int, digests: Sequence[bytes]) -> dict[int, Row]:
        """Return the results of the items from `first` on that an earlier run has kept."""
        if first >= self._end:
            return {}
        return await self._run(self._file.lookup, first, digests)

    async def find(self, digests: Sequence[bytes]) -> dict[bytes, Row]:
        """Return the results of items equal to these."""
        return await self._run(self._file.find, digests) if digests else {}

    def add(self, rows: Sequence[Row]) -> None:
        """Take results, to be written by the next commit, at the latest when the file is closed."""
        self._pending += rows

    async def commit(self) -> None:
        """Return when all results added so far are in the file."""
        async with self._lock:
            if self._failed:
                raise CheckpointError(f"{self._file.path} could not be written")
            if not self._pending:
                return  # whoever had the lock has written them too
            rows, self._pending = self._pending, []
            try:
                await self._run(self._file.save, rows)
            except CheckpointError:
                self._failed = True
                raise
            except BaseException:
                self._pending = rows + self._pending  # written twice, they are the same
                raise

    async def aclose(self) -> None:
        """Write what was added and close the file."""
        with anyio.CancelScope(shield=True):
            try:
                if not self._failed and self._pending:
                    await self.commit()
            finally:
                await release_in_thread(self._close)

    def _close(self) -> None:
        self._file.close()
        if self._scratch is not None:
            with suppress(OSError):
                self._scratch.cleanup()

    async def _run(self, function: Callable[..., T], *values: Any) -> T:
        """Run in a worker thread, to its end even when cancelled: a transaction is never torn."""
        with anyio.CancelScope() as scope:
            scope.shield = True
            return await run_in_thread(function, *values, limiter=self._thread)
        raise AssertionError("a shielded scope that nobody cancels")

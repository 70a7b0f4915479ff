"""Results of a run, read from its parts: success and error files merged, each call once, the missing ones reported.

Rule 6 of `_batch_run`: the owner of a call is the last part that has it, and only that part's lines count.
"""

from __future__ import annotations

import shutil
from array import array
from collections.abc import Awaitable, Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import anyio
import msgspec

from mistral_async._http.threads import run_in_thread
from mistral_async.batch._config import BatchConfig
from mistral_async.batch._reorder_buffer import ReorderBuffer
from mistral_async.batch._resubmit import ensure
from mistral_async.batch._rows import Line, LineDecoder, line_of, missing_line
from mistral_async.batch._run import MOST_PARTS, Part
from mistral_async.batch._run_file import make_directory
from mistral_async.bulk import Result
from mistral_async.errors import NotFoundError

if TYPE_CHECKING:
    from mistral_async.batch._batch_run import BatchRun
    from mistral_async.batch._request_spool import RequestSpool
    from mistral_async.models.batch import BatchJob

Emit: TypeAlias = Callable[[list[Result[Any]]], Awaitable[None]]

_DELIVERED: Final = MOST_PARTS  # the owner of a call whose result was given
_AT_ONCE: Final = 128


def release(run: BatchRun[Any], spool: RequestSpool[Any] | None) -> None:
    """Release the checkpoint of a run, and remove its requests. Blocks."""
    if spool is not None:
        spool.close()
    else:
        run.run_file.release()


class ResultReader:
    """One reading of a run's results: follows each part from its job's end to its results."""

    def __init__(self, run: BatchRun[Any], spool: RequestSpool[Any] | None, config: BatchConfig) -> None:
        self._run = run
        self._spool = spool
        self._decoder = LineDecoder(run)
        self._slots = anyio.Semaphore(config.concurrency)
        self._downloads = anyio.Semaphore(config.concurrency)
        self._turn = anyio.Lock()
        self._owner = array("H", [0]) * run.record.total
        self._left: dict[int, int] = {}
        for part in run.record.parts:
            self._take_ownership(part)
        self._directory: Path | None = None
        self._buffer = ReorderBuffer(run.record.total, self._make_directory(config)) if config.ordered else None

    def _take_ownership(self, part: Part) -> None:
        for index in part.indexes() if part.again else ():
            self._left[self._owner[index]] -= 1
        for start, stop in part.ranges:
            self._owner[start:stop] = array("H", [part.number]) * (stop - start)
        self._left[part.number] = part.count

    def _make_directory(self, config: BatchConfig) -> Path:
        if self._spool is not None:
            return self._spool.directory
        self._directory = make_directory(config.directory)
        return self._directory

    def close(self) -> None:
        """Remove the files of the reading, and release the checkpoint. Blocks."""
        if self._buffer is not None:
            self._buffer.close()
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
        release(self._run, self._spool)

    async def follow(self, part: Part, emit: Emit) -> None:
        """Follow one part: make sure of its job, wait for its end, and give its results to `emit`."""
        async with self._slots:
            await ensure(self._run, part, self._spool)
            job = await self._run.ended(part)
        async with self._downloads:
            await self._read(part, job, emit)

    async def _read(self, part: Part, job: BatchJob, emit: Emit) -> None:
        async def take(lines: list[bytes]) -> None:
            await self._deliver(self._new_lines(lines, part), emit)

        outputs = iter(job.outputs or ())
        while some := list(islice(outputs, _AT_ONCE)):
            await take([msgspec.json.encode(row) for row in some])
        for file_id in filter(None, (job.output_file, job.error_file)):
            if not self._left[part.number]:
                return
            try:
                await self._run.read(file_id, take)
            except NotFoundError:
                self._run.expired.add(part.number)
        if self._left[part.number]:
            await self._report_missing(part, job, emit)

    def _new_lines(self, lines: Iterable[bytes], part: Part) -> list[Line]:
        """Return the lines of calls that this part owns and whose result was not given yet."""
        found: list[Line] = []
        for text in lines:
            line = line_of(text, self._run.record, part)
            if line is not None and self._owner[line.index] == part.number:
                self._owner[line.index] = _DELIVERED
                found.append(line)
        self._left[part.number] -= len(found)
        return found

    async def _deliver(self, lines: list[Line], emit: Emit) -> None:
        result, buffer = self._decoder.result, self._buffer
        if buffer is None:
            await emit([result(line) for line in lines])
            return
        async with self._turn:
            await emit([result(line) for line in buffer.take(lines)])
            if buffer.is_full:
                await run_in_thread(buffer.write)
            while buffer.is_waiting:
                await emit([result(line) for line in await run_in_thread(buffer.read)])

    async def _report_missing(self, part: Part, job: BatchJob, emit: Emit) -> None:
        """Report the calls without a line, with the user's ids where the requests are still on the server."""

        async def take(lines: list[bytes]) -> None:
            known = (line for text in lines if (line := line_of(text, self._run.record, part)))
            await self._deliver(self._absent(((line.index, line.name) for line in known), part), emit)

        for file_id in ([part.file] if part.file else job.input_files) if self._run.record.named else ():
            try:
                await self._run.read(file_id, take)
            except NotFoundError:
                pass  # then by index alone
        absent = ((index, None) for index in part.indexes() if self._owner[index] == part.number)
        while some := list(islice(absent, _AT_ONCE)):
            await self._deliver(self._absent(some, part), emit)

    def _absent(self, requests: Iterable[tuple[int, str | None]], part: Part) -> list[Line]:
        found: list[Line] = []
        for index, name in requests:
            if self._owner[index] == part.number:
                self._owner[index] = _DELIVERED
                found.append(missing_line(index, name, part))
        self._left[part.number] -= len(found)
        return found

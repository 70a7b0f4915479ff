"""From the parts of a run to its results: success and error files merged, each request once, the missing ones told.

A request that was sent again belongs to the last part that has it: what earlier jobs said of it counts no more.
"""

from __future__ import annotations

import shutil
import tempfile
from array import array
from collections.abc import Awaitable, Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import anyio
import msgspec
from anyio import to_thread

from mistral_async.batch._again import ensure
from mistral_async.batch._options import Plan
from mistral_async.batch._rows import Line, Reader, line_of, missing_line
from mistral_async.batch._run import Part
from mistral_async.batch._sorter import Sorter
from mistral_async.bulk import Result
from mistral_async.errors import NotFoundError

if TYPE_CHECKING:
    from mistral_async.batch._spool import Spool
    from mistral_async.batch._work import Work
    from mistral_async.models.batch import BatchJob

Emit: TypeAlias = Callable[[list[Result[Any]]], Awaitable[None]]

_DELIVERED: Final = 0xFFFF  # more parts than that there are not
_AT_ONCE: Final = 128


class Delivery:
    """The way of one reading of a run's results."""

    def __init__(self, work: Work[Any], spool: Spool[Any] | None, plan: Plan) -> None:
        self._work = work
        self._spool = spool
        self._reader = Reader(work)
        self._slots = anyio.Semaphore(plan.concurrency)
        self._downloads = anyio.Semaphore(plan.concurrency)
        self._turn = anyio.Lock()
        self._owner = array("H", [0]) * work.run.total
        self._left: dict[int, int] = {}
        for part in work.run.parts:
            self._own(part)
        self._directory: Path | None = None
        self._sorter = Sorter(work.run.total, self._make_directory(plan)) if plan.ordered else None

    def _own(self, part: Part) -> None:
        for index in part.indexes() if part.again else ():
            self._left[self._owner[index]] -= 1
        for start, stop in part.ranges:
            self._owner[start:stop] = array("H", [part.number]) * (stop - start)
        self._left[part.number] = part.count

    def _make_directory(self, plan: Plan) -> Path:
        if self._spool is not None:
            return self._spool.directory
        self._directory = Path(tempfile.mkdtemp(prefix="mistral_async-", dir=plan.directory))
        return self._directory

    def close(self) -> None:
        """Remove what was put down. Blocks."""
        if self._sorter is not None:
            self._sorter.close()
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
        if self._spool is not None:
            self._spool.close()
        else:
            self._work.journal.release()

    async def follow(self, part: Part, emit: Emit) -> None:
        """See one part through: its job created, watched and read."""
        async with self._slots:
            await ensure(self._work, part, self._spool)
            job = await self._work.ended(part)
        async with self._downloads:
            await self._read(part, job, emit)

    async def _read(self, part: Part, job: BatchJob, emit: Emit) -> None:
        async def take(lines: list[bytes]) -> None:
            await self._hand_out(self._fresh(lines, part), emit)

        outputs = iter(job.outputs or ())
        while some := list(islice(outputs, _AT_ONCE)):
            await take([msgspec.json.encode(row) for row in some])
        for file_id in filter(None, (job.output_file, job.error_file)):
            if not self._left[part.number]:
                return
            try:
                await self._work.read(file_id, take)
            except NotFoundError:
                self._work.expired.add(part.number)
        if self._left[part.number]:
            await self._tell_missing(part, job, emit)

    def _fresh(self, lines: Iterable[bytes], part: Part) -> list[Line]:
        """Those that are this part's to give, and were not given yet."""
        found: list[Line] = []
        for text in lines:
            line = line_of(text, self._work.run, part)
            if line is not None and self._owner[line.index] == part.number:
                self._owner[line.index] = _DELIVERED
                found.append(line)
        self._left[part.number] -= len(found)
        return found

    async def _hand_out(self, lines: list[Line], emit: Emit) -> None:
        read, sorter = self._reader.read, self._sorter
        if sorter is None:
            await emit([read(line) for line in lines])
            return
        async with self._turn:
            await emit([read(line) for line in sorter.take(lines)])
            if sorter.is_full:
                await to_thread.run_sync(sorter.write)
            while sorter.is_waiting:
                await emit([read(line) for line in await to_thread.run_sync(sorter.read)])

    async def _tell_missing(self, part: Part, job: BatchJob, emit: Emit) -> None:
        """Report what there is no line for, by the user's ids where the requests are still on the server."""

        async def take(lines: list[bytes]) -> None:
            known = (line for text in lines if (line := line_of(text, self._work.run, part)))
            await self._hand_out(self._absent(((line.index, line.name) for line in known), part), emit)

        for file_id in ([part.file] if part.file else job.input_files) if self._work.run.named else ():
            try:
                await self._work.read(file_id, take)
            except NotFoundError:
                pass  # then by index alone
        absent = ((index, None) for index in part.indexes() if self._owner[index] == part.number)
        while some := list(islice(absent, _AT_ONCE)):
            await self._hand_out(self._absent(some, part), emit)

    def _absent(self, requests: Iterable[tuple[int, str | None]], part: Part) -> list[Line]:
        found: list[Line] = []
        for index, name in requests:
            if self._owner[index] == part.number:
                self._owner[index] = _DELIVERED
                found.append(missing_line(index, name, part))
        self._left[part.number] -= len(found)
        return found

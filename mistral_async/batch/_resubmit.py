"""Resubmission: exactly what failed, copied from the requests that are on the server to new jobs of the same run."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from mistral_async._http.threads import release_in_thread, run_in_thread
from mistral_async.batch._errors import NotSubmittedError
from mistral_async.batch._part_file import PartFile
from mistral_async.batch._rows import is_success, line_of
from mistral_async.batch._run import MOST_PARTS, BatchLimits, Part
from mistral_async.batch._run_file import make_directory
from mistral_async.errors import NotFoundError

if TYPE_CHECKING:
    from mistral_async.batch._batch_run import BatchRun
    from mistral_async.batch._request_spool import RequestSpool

T = TypeVar("T")

_ANY_SIZE = BatchLimits(requests=2**62, size=2**62)


async def ensure(run: BatchRun[Any], part: Part, spool: RequestSpool[Any] | None) -> None:
    """Make sure that a part has a job; its requests are in the spool, or on the server if they were sent before."""
    if part.job is not None:
        return
    if part.again and part.file is None and not part.tried:
        async with ScratchDirectory(run.directory) as directory:
            wanted = bytearray(run.record.total)
            for index in part.indexes():
                wanted[index] = 1
            await write_wanted(run, wanted, [PartFile(part.number, directory)], _ANY_SIZE)
            await run.submit(part, directory / PartFile.name(part.number))
        return
    path = spool.path(part) if spool is not None and not part.again else None
    await run.submit(part, path)
    if spool is not None:
        await run_in_thread(spool.drop, part)


async def resubmit(run: BatchRun[Any]) -> int:
    """Send every request again that has no good result, and return their number. All jobs have ended (Rule 7)."""
    wanted = await _find_failed(run)
    count = wanted.count(1)
    if not count:
        return 0
    async with ScratchDirectory(run.directory) as directory:
        part_files = [PartFile(len(run.record.parts), directory)]
        await write_wanted(run, wanted, part_files, run.record.limits)
        if left := wanted.count(1):
            raise NotSubmittedError(f"{left} of {count} failed requests are not on the server any more: run them anew")
        if len(run.record.parts) + len(part_files) > MOST_PARTS:
            raise NotSubmittedError(f"a batch has at most {MOST_PARTS:,} jobs: run the {count} failed requests anew")
        models = {part.model for part in run.record.parts}
        for part_file in part_files:
            part = part_file.part(again=True)
            part.model = models.copy().pop() if len(models) == 1 else None
            run.record.parts.append(part)
        await run.run_file.save(run.record)
        await run.submit_all(lambda part: directory / PartFile.name(part.number))
    return count


async def _find_failed(run: BatchRun[Any]) -> bytearray:
    """Return one byte for each call: 1 where no job has a good result for it."""
    wanted = bytearray(b"\1") * run.record.total
    for part in run.record.parts:
        job = run.monitor.jobs[part.number]

        async def take(lines: list[bytes], part: Part = part) -> None:
            for text in lines:
                line = line_of(text, run.record, part)
                if line is not None and is_success(text):
                    wanted[line.index] = 0

        if job.outputs:
            await take([msgspec.json.encode(row) for row in job.outputs])
        elif job.output_file:
            try:
                await run.read(job.output_file, take)
            except NotFoundError:
                pass  # deleted by the API, and with it what it said
    return wanted


async def write_wanted(run: BatchRun[Any], wanted: bytearray, part_files: list[PartFile], limits: BatchLimits) -> None:
    """Copy the requests that are wanted, and mark them as found; another part file follows each that is full."""
    try:
        for part in run.record.parts:
            if part.again or not any(1 in wanted[start:stop] for start, stop in part.ranges):
                continue

            async def take(lines: list[bytes], part: Part = part) -> None:
                for text in lines:
                    line = line_of(text, run.record, part)
                    if line is not None and wanted[line.index]:
                        wanted[line.index] = 0
                        part_file = part_files[-1].next_for(len(text) + 1, limits)
                        if part_file is not part_files[-1]:
                            part_files.append(part_file)
                        part_file.add(line.index, len(text) + 1)
                        part_file.add_line(text + b"\n")
                await run_in_thread(_write, part_files)

            for file_id in await _inputs(run, part):
                try:
                    await run.read(file_id, take)
                except NotFoundError:
                    pass  # what is missing is counted afterwards
    finally:
        await release_in_thread(_close, part_files)


async def _inputs(run: BatchRun[Any], part: Part) -> list[str]:
    """Return the ids of the files that a part's requests are in."""
    if part.file is not None:
        return [part.file]
    job = run.monitor.jobs.get(part.number)
    if job is None and part.job is not None:
        job = await run.get_job(part.job)
    return [] if job is None else job.input_files


def _write(part_files: list[PartFile]) -> None:
    for part_file in part_files:
        part_file.write()


def _close(part_files: list[PartFile]) -> None:
    for part_file in part_files:
        part_file.close()


class ScratchDirectory:
    """A temporary directory that is gone after its block."""

    def __init__(self, parent: str | None) -> None:
        self._parent = parent
        self._path: Path | None = None

    async def __aenter__(self) -> Path:
        try:
            await run_in_thread(self._make)
        except BaseException:
            await self.__aexit__()
            raise
        return cast("Path", self._path)

    def _make(self) -> None:
        self._path = make_directory(self._parent)

    async def __aexit__(self, *_: object) -> None:
        if self._path is not None:
            await release_in_thread(partial(shutil.rmtree, self._path, ignore_errors=True))

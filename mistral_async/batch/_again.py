"""What failed, sent again: exactly that, taken from the requests that are on the server, as jobs of the same run."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from anyio import CancelScope, to_thread

from mistral_async.batch._errors import NotSubmittedError
from mistral_async.batch._rows import is_success, line_of
from mistral_async.batch._run import BatchLimits, Part
from mistral_async.batch._sheet import Sheet
from mistral_async.errors import NotFoundError

if TYPE_CHECKING:
    from mistral_async.batch._spool import Spool
    from mistral_async.batch._work import Work

T = TypeVar("T")

_ANY_SIZE = BatchLimits(requests=2**62, size=2**62)


async def ensure(work: Work[Any], part: Part, spool: Spool[Any] | None) -> None:
    """Have a job for a part, with its requests from wherever they are."""
    if part.job is not None:
        return
    if part.again and part.file is None and not part.tried:
        async with Scratch(work.directory) as directory:
            wanted = bytearray(work.run.total)
            for index in part.indexes():
                wanted[index] = 1
            await write_wanted(work, wanted, [Sheet(part.number, directory)], _ANY_SIZE)
            await work.submit(part, directory / Sheet.name(part.number))
        return
    path = spool.path(part) if spool is not None and not part.again else None
    await work.submit(part, path)
    if spool is not None:
        await to_thread.run_sync(spool.drop, part)


async def resubmit(work: Work[Any]) -> int:
    """Send everything again that has no good result; returns how much that is. All jobs have ended."""
    wanted = await _failed(work)
    count = wanted.count(1)
    if not count:
        return 0
    async with Scratch(work.directory) as directory:
        sheets = [Sheet(len(work.run.parts), directory)]
        await write_wanted(work, wanted, sheets, work.run.limits)
        if left := wanted.count(1):
            raise NotSubmittedError(f"{left} of {count} failed requests are not on the server any more: run them anew")
        models = {part.model for part in work.run.parts}
        for sheet in sheets:
            part = sheet.part(again=True)
            part.model = models.copy().pop() if len(models) == 1 else None
            work.run.parts.append(part)
        await work.journal.save(work.run)
        await work.submit_all(lambda part: directory / Sheet.name(part.number))
    return count


async def _failed(work: Work[Any]) -> bytearray:
    """One byte for each call: 1 where no job has a good result for it."""
    wanted = bytearray(b"\1") * work.run.total
    for part in work.run.parts:
        job = work.watch.jobs[part.number]

        async def take(lines: list[bytes], part: Part = part) -> None:
            for text in lines:
                line = line_of(text, work.run, part)
                if line is not None and is_success(text):
                    wanted[line.index] = 0

        if job.outputs:
            await take([msgspec.json.encode(row) for row in job.outputs])
        elif job.output_file:
            try:
                await work.read(job.output_file, take)
            except NotFoundError:
                pass  # deleted by the API: what it said is lost
    return wanted


async def write_wanted(work: Work[Any], wanted: bytearray, sheets: list[Sheet], limits: BatchLimits) -> None:
    """Copy the requests that are wanted, and strike them out; sheets are added as they become full."""
    try:
        for part in work.run.parts:
            if part.again or not any(1 in wanted[start:stop] for start, stop in part.ranges):
                continue

            async def take(lines: list[bytes], part: Part = part) -> None:
                for text in lines:
                    line = line_of(text, work.run, part)
                    if line is not None and wanted[line.index]:
                        wanted[line.index] = 0
                        sheet = sheets[-1].following(len(text) + 1, limits)
                        if sheet is not sheets[-1]:
                            sheets.append(sheet)
                        sheet.add(line.index, len(text) + 1)
                        sheet.hold(text + b"\n")
                await to_thread.run_sync(_write, sheets)

            for file_id in await _inputs(work, part):
                try:
                    await work.read(file_id, take)
                except NotFoundError:
                    pass  # what is missing is counted afterwards
    finally:
        with CancelScope(shield=True):
            await to_thread.run_sync(_close, sheets)


async def _inputs(work: Work[Any], part: Part) -> list[str]:
    """The files that a part's requests are in."""
    if part.file is not None:
        return [part.file]
    job = work.watch.jobs.get(part.number)
    if job is None and part.job is not None:
        job = await work.client.batch.jobs.get(part.job)
    return [] if job is None else job.input_files


def _write(sheets: list[Sheet]) -> None:
    for sheet in sheets:
        sheet.write()


def _close(sheets: list[Sheet]) -> None:
    for sheet in sheets:
        sheet.close()


class Scratch:
    """A directory for the time of a block."""

    def __init__(self, parent: str | None) -> None:
        self._parent = parent

    async def __aenter__(self) -> Path:
        self._path = Path(await to_thread.run_sync(lambda: tempfile.mkdtemp(prefix="mistral_async-", dir=self._parent)))
        return self._path

    async def __aexit__(self, *_: object) -> None:
        with CancelScope(shield=True):
            await to_thread.run_sync(lambda: shutil.rmtree(self._path, ignore_errors=True))

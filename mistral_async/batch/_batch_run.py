"""A batch run at work: the jobs of one run on the server, created exactly once, watched, cancelled, cleaned up."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import anyio
import msgspec

from mistral_async._binding.async_executor import without_retries
from mistral_async._binding.exits import FAILURES
from mistral_async._engine.engine import Engine
from mistral_async._engine.request import Call
from mistral_async._results.poll import Poll, is_transient, poll_until, retry_until_done
from mistral_async.batch._decoders import Decoders
from mistral_async.batch._endpoints import BatchEndpoints
from mistral_async.batch._job_creator import JobCreator, found_here
from mistral_async.batch._job_monitor import RESULTS_KEPT, JobMonitor, is_ended
from mistral_async.batch._lines import read_lines
from mistral_async.batch._progress import BatchProgress
from mistral_async.batch._run import Part, RunRecord
from mistral_async.batch._run_file import RunFile
from mistral_async.errors import APIStatusError, MistralError, NotFoundError
from mistral_async.models.batch import BatchJob

# Rule 1: All calls are written to the files of their parts before the first request is sent, so that a fault in a
# call costs nothing. The same calls give the same parts, byte for byte: a repeated run finds what it began.
# Rule 2: That a job may exist is saved (`tried`) before its creation is sent, and its id as soon as it is known. A
# part that was tried and has no id is looked for on the server, by the run and part in the metadata of jobs, before
# anything is created. So a job is created once, wherever a process dies.
# Rule 3: A file is uploaded under a name that no other file has; where a response was lost, or an earlier process
# began, it is looked for by that name and its size.
# Rule 4: An error that says that nothing was executed takes `tried` back.
# Rule 5: A checkpoint is one process's at a time (a lock that a killed process does not keep). Resumed, its parts are
# compared with the calls given, by digest and indexes: other calls are refused; a part with a job is not sent.
# Rule 6: Each call has one result. A request belongs to the last part that has it: what earlier jobs said of it
# counts no more. A request without a line is an `Err`, never left out.
# Rule 7: What failed is sent again only when all jobs have ended: the requests are copied from the files on the
# server to new parts (`again`), which are saved before they are sent. If one of them is not there any more, none is
# sent.
# Rule 8: Leaving the block ends the reading. The jobs go on, or are cancelled (`on_exit`).

T = TypeVar("T")

_CANCEL_TIMEOUT: Final = 10.0  # seconds for cancelling jobs when a block is left


class BatchRun(Generic[T]):
    """A run, and what is needed to work on it: an engine without the calls' `extra_body`, and the endpoints."""

    def __init__(
        self,
        engine: Engine,
        endpoints: BatchEndpoints,
        record: RunRecord,
        run_file: RunFile,
        decoders: Decoders[T],
        *,
        poll: Poll,
        progress: Callable[[BatchProgress], object] | None = None,
        concurrency: int = 4,
        directory: str | None = None,
        resumed: bool = False,
    ) -> None:
        self.endpoints = endpoints
        self.record = record
        self.run_file = run_file
        self.decoders = decoders
        self.poll: Poll = poll
        self.concurrency: int = concurrency
        self.directory: str | None = directory
        self.monitor: JobMonitor = JobMonitor(record)
        self.expired: set[int] = set()
        """Parts whose results the API has deleted."""
        options = msgspec.structs.replace(engine.options, extra_body=None)  # meant for the calls
        self.engine: Engine = engine.over(options)
        self._polling_engine = without_retries(self.engine)
        self._progress = progress
        self._creator = JobCreator(
            self.engine, endpoints, record, run_file, poll=poll, resumed=resumed, created=self._record_state
        )

    # creating jobs

    async def submit(self, part: Part, path: Path | None) -> None:
        """Make sure that a part has a job, with the requests in the file at `path`."""
        await self._creator.submit(part, path)

    async def submit_all(self, path: Callable[[Part], Path]) -> None:
        """Make sure that every part has a job, with the requests in files, which are removed then."""
        await self._creator.submit_all(path, self.concurrency)

    # watching them

    async def get_job(self, job_id: str) -> BatchJob:
        """Ask for the state of a job."""
        return await self.engine.call(self.endpoints.get_job(job_id))

    def _record_state(self, part: Part, job: BatchJob) -> None:
        self.monitor.jobs[part.number] = job
        self.monitor.warn(self.poll.now())
        if self._progress is not None:
            self._progress(self.monitor.report())

    async def _get_job(self, part: Part) -> BatchJob:
        if part.job is None:
            found_here(part, None)
        return await self._polling_engine.call(self.endpoints.get_job(str(part.job)))

    async def ended(self, part: Part, *, timeout: float | None = None) -> BatchJob:  # noqa: ASYNC109 - see `poll_until`
        """Wait for the end of a part's job, at most `timeout` seconds."""
        return await poll_until(
            lambda: self._get_job(part),
            is_ended,
            self.poll,
            timeout=timeout,
            each=lambda job: self._record_state(part, job),
        )

    async def status(self) -> BatchProgress:
        """Ask for the state of all jobs, once."""
        for part in self.record.parts:
            job = self.monitor.jobs.get(part.number)
            if job is None or not is_ended(job):
                job = await self.get_job(part.job) if part.job else await self._get_job(part)
                self._record_state(part, job)
            await self._learn_expiry(part, job)
        self.monitor.warn(self.poll.now())
        return self.monitor.report()

    async def wait(self, timeout: float | None) -> BatchProgress:  # noqa: ASYNC109 - see `poll_until`
        """Wait for the end of all jobs, at most `timeout` seconds."""
        failure: list[BaseException] = []

        async def one(part: Part) -> None:
            try:
                await self._learn_expiry(part, await self.ended(part, timeout=timeout))
                self.monitor.warn(self.poll.now())
            except FAILURES as error:  # the first is raised, bare
                failure.append(error)
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for part in self.record.parts:
                group.start_soon(one, part)
        if failure:
            raise failure[0]
        return self.monitor.report()

    async def _learn_expiry(self, part: Part, job: BatchJob) -> None:
        """Find out when the results of an ended job will be deleted: as their file says, else as the API documents."""
        if not is_ended(job) or part.number in self.monitor.expiries:
            return
        moment = None
        if file_id := job.output_file or job.error_file:
            try:
                moment = (await self.engine.call(self.endpoints.retrieve_file(file_id))).expires_at
            except NotFoundError:
                moment = int(self.poll.now())
            except MistralError as error:
                if not is_transient(error):
                    raise
        if moment is None and job.completed_at is not None:
            moment = int(job.completed_at + RESULTS_KEPT)
        if moment is not None:
            self.monitor.expiries[part.number] = float(moment)

    # ending them

    async def cancel(self) -> BatchProgress:
        """Ask for the end of every job that has not ended."""
        for part in self.record.parts:
            job = self.monitor.jobs.get(part.number)
            if part.job is None and part.tried:
                await self._creator.adopt(part)
            if part.job is not None and not (job is not None and is_ended(job)):
                self._record_state(
                    part, await retry_until_done(functools.partial(self._cancel, part), self.poll, tries=5)
                )
        return self.monitor.report()

    async def _cancel(self, part: Part) -> BatchJob:
        job_id = str(part.job)
        try:
            return await self.engine.call(self.endpoints.cancel_job(job_id))
        except APIStatusError:
            job = await self.get_job(job_id)
            if is_ended(job) or job.status == "CANCELLATION_REQUESTED":
                return job
            raise

    async def cancel_on_exit(self) -> None:
        """Cancel the jobs because their block is being left; for at most 10 seconds, and without an error."""
        with anyio.move_on_after(_CANCEL_TIMEOUT, shield=True):
            try:
                await self.cancel()
            except MistralError:
                pass  # why the block is left matters more

    async def clean_up(self, *, inputs: bool, outputs: bool, jobs: bool) -> int:
        """Delete what the run has left on the server; return how many things were deleted."""
        progress = await self.status()
        if not progress.finished:
            raise RuntimeError("the batch is still at work: wait for it, or cancel it, before its files are deleted")
        count = 0
        for job in progress.jobs:
            files = [*job.input_files] * inputs + [job.output_file, job.error_file] * outputs
            for file_id in filter(None, files):
                count += await self._delete_if_there(self.endpoints.delete_file(file_id))
            if jobs:
                count += await self._delete_if_there(self.endpoints.delete_job(job.id))
        return count

    async def _delete_if_there(self, call: Call[Any]) -> bool:
        try:
            await self.engine.call(call)
        except NotFoundError:
            return False
        return True

    # reading what they say

    async def read(self, file_id: str, take: Callable[[list[bytes]], Awaitable[None]]) -> None:
        """Give the lines of a file to `take`; some may come twice."""
        await read_lines(self.engine, self.endpoints, file_id, self.poll, take)

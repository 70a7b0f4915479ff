"""The jobs of one run on the server: created exactly once, watched, cancelled, cleaned up."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import anyio
import msgspec
from anyio import to_thread

from mistral_async._binding.async_executor import AsyncExecutor
from mistral_async._binding.resource import Async
from mistral_async._client.resources import Resources
from mistral_async._engine.engine import Engine
from mistral_async._results.poll import Poll, is_passing, persist, until, without_retries
from mistral_async.batch._decoders import Decoders
from mistral_async.batch._errors import NotSubmittedError
from mistral_async.batch._lines import read_lines
from mistral_async.batch._progress import KEPT, BatchProgress, Watch, is_ended
from mistral_async.batch._run import PART_KEY, RUN_KEY, Journal, Part, Run
from mistral_async.errors import APIStatusError, MistralError, NotFoundError, ResponseValidationError
from mistral_async.models.batch import BatchJob

T = TypeVar("T")

_DRIFT: Final = timedelta(days=1)  # by which clocks may differ
_SUBMISSION: Final = 3600.0  # seconds of nothing but failures that uploading and creating bear
_LEAVE: Final = 10.0  # seconds for cancelling jobs when a block is left


class Work(Generic[T]):
    """A run and what is needed to work on it."""

    def __init__(
        self,
        engine: Engine,
        run: Run,
        journal: Journal,
        decoders: Decoders[T],
        *,
        poll: Poll,
        progress: Callable[[BatchProgress], object] | None = None,
        concurrency: int = 4,
        directory: str | None = None,
        resumed: bool = False,
    ) -> None:
        self.run = run
        self.journal = journal
        self.decoders = decoders
        self.poll = poll
        self._brief = msgspec.structs.replace(poll, patience=min(poll.patience, _SUBMISSION))
        self.concurrency = concurrency
        self.directory = directory
        self._resumed = resumed
        self.watch: Watch = Watch(run)
        self.expired: set[int] = set()
        """Parts whose results the API has deleted."""
        options = msgspec.structs.replace(engine.options, extra_body=None)  # meant for the calls
        self.engine: Engine = Engine(engine.state, options)
        self.client: Resources[Async] = Resources(AsyncExecutor(self.engine))
        self._once: Resources[Async] = Resources(AsyncExecutor(without_retries(self.engine)))
        self._progress = progress

    # creating jobs

    async def submit(self, part: Part, path: Path | None) -> None:
        """Have a job for a part: the one there is, else a new one."""
        if part.tried and await self._adopt(part):
            return
        if not part.inline and part.file is None:
            await self._upload(part, path)
        requests = await self._inline(part, path) if part.inline else None
        await persist(lambda: self._create(part, requests), self._brief)

    async def _create(self, part: Part, requests: list[Any] | None) -> None:
        """Create the job, unless an earlier try did."""
        if part.tried and await self._adopt(part):
            return
        run = self.run
        part.tried = True
        await self.journal.save(run)
        try:
            job = await self.client.batch.jobs.create(
                endpoint=run.endpoint,
                requests=requests,
                input_files=None if part.file is None else [part.file],
                model=part.model,
                metadata=run.job_metadata(part),
                timeout_hours=run.timeout_hours,
            )
        except MistralError as error:
            if not error.may_have_executed:
                part.tried = False
                await self.journal.save(run)
            raise
        await self._keep(part, job)

    async def _adopt(self, part: Part) -> bool:
        """Find the job of a part; what was just created may take a moment to be listed."""
        for last in (False, True):
            if job := await persist(lambda: self._find(part), self._brief):
                await self._keep(part, job)
                return True
            if not last:
                await self.poll.sleep(self.poll.initial)
        return False

    async def _find(self, part: Part) -> BatchJob | None:
        after = datetime.fromtimestamp(self.run.created, UTC) - _DRIFT
        wanted = {RUN_KEY: self.run.id, PART_KEY: str(part.number)}
        async for job in self.client.batch.jobs.list(created_after=after, page_size=100):
            if wanted.items() <= (job.metadata or {}).items():
                return job
        return None

    async def _keep(self, part: Part, job: BatchJob) -> None:
        if not job.id:
            error = ResponseValidationError("a batch job was created without an id")
            error.may_have_executed = True
            raise error
        part.job = job.id
        self._see(part, job)
        await self.journal.save(self.run)

    async def _upload(self, part: Part, path: Path | None) -> None:
        """Send a part's file, unless it is there already."""
        name = self.run.file_name(part)
        if self._resumed:
            part.file = await persist(lambda: self._find_file(name, part.size), self._brief)
        if part.file is None:
            content = self._content(part, path)
            part.file = await persist(lambda: self._send_file(name, part.size, content), self._brief)
        await self.journal.save(self.run)

    async def _send_file(self, name: str, size: int, content: Path) -> str:
        try:
            sent = await self.client.files.upload((name, content, "application/jsonl"), "batch", check=False)
        except MistralError as error:
            if error.may_have_executed and (found := await self._find_file(name, size)):
                return found
            raise
        return sent.id

    async def _find_file(self, name: str, size: int) -> str | None:
        """A file of this very name was uploaded before this process, or by a call whose answer was lost."""
        async for file in self.client.files.list(search=name, purpose="batch"):
            if file.filename == name and file.size_bytes in {size, None}:
                return file.id
        return None

    async def _inline(self, part: Part, path: Path | None) -> list[Any]:
        text = await to_thread.run_sync(self._content(part, path).read_bytes)
        return [msgspec.json.decode(line) for line in text.splitlines()]

    def _content(self, part: Part, path: Path | None) -> Path:
        if path is None:
            raise NotSubmittedError(
                f"part {part.number} of this batch was not sent before its process ended, and its requests are not "
                "here: repeat the call that began it, with the same calls and the same checkpoint"
            )
        return path

    async def submit_all(self, path: Callable[[Part], Path]) -> None:
        """Have a job for every part, whose requests are in files."""
        slots = anyio.Semaphore(self.concurrency)
        failure: list[Exception] = []

        async def one(part: Part) -> None:
            try:
                async with slots:
                    await self.submit(part, path(part))
                    await to_thread.run_sync(lambda: path(part).unlink(missing_ok=True))
            except Exception as error:  # noqa: BLE001 - the first is raised, bare
                failure.append(error)
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for part in self.run.parts:
                if part.job is None:
                    group.start_soon(one, part)
        if failure:
            raise failure[0]

    # watching them

    def _see(self, part: Part, job: BatchJob) -> None:
        self.watch.jobs[part.number] = job
        self.watch.warn(self.poll.now())
        if self._progress is not None:
            self._progress(self.watch.report())

    async def _ask(self, part: Part) -> BatchJob:
        if part.job is None:
            self._content(part, None)
        return await self._once.batch.jobs.get(str(part.job))

    async def ended(self, part: Part, *, timeout: float | None = None) -> BatchJob:  # noqa: ASYNC109 - see `until`
        """Wait for the end of a part's job."""
        return await until(
            lambda: self._ask(part), is_ended, self.poll, timeout=timeout, each=lambda job: self._see(part, job)
        )

    async def status(self) -> BatchProgress:
        """Ask for the state of all jobs, once."""
        for part in self.run.parts:
            job = self.watch.jobs.get(part.number)
            if job is None or not is_ended(job):
                job = await self.client.batch.jobs.get(str(part.job)) if part.job else await self._ask(part)
                self._see(part, job)
            await self._learn_expiry(part, job)
        self.watch.warn(self.poll.now())
        return self.watch.report()

    async def wait(self, timeout: float | None) -> BatchProgress:  # noqa: ASYNC109 - see `until`
        """Wait for the end of all jobs."""
        failure: list[Exception] = []

        async def one(part: Part) -> None:
            try:
                await self._learn_expiry(part, await self.ended(part, timeout=timeout))
                self.watch.warn(self.poll.now())
            except Exception as error:  # noqa: BLE001 - the first is raised, bare
                failure.append(error)
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for part in self.run.parts:
                group.start_soon(one, part)
        if failure:
            raise failure[0]
        return self.watch.report()

    async def _learn_expiry(self, part: Part, job: BatchJob) -> None:
        """When the results of a job that has ended will be deleted: as their file says, else as the API documents."""
        if not is_ended(job) or part.number in self.watch.expiries:
            return
        moment = None
        if file_id := job.output_file or job.error_file:
            try:
                moment = (await self.client.files.retrieve(file_id)).expires_at
            except NotFoundError:
                moment = int(self.poll.now())
            except MistralError as error:
                if not is_passing(error):
                    raise
        if moment is None and job.completed_at is not None:
            moment = int(job.completed_at + KEPT)
        if moment is not None:
            self.watch.expiries[part.number] = float(moment)

    # ending them

    async def cancel(self) -> BatchProgress:
        """Ask for the end of every job that has not ended."""
        for part in self.run.parts:
            job = self.watch.jobs.get(part.number)
            if part.job is None and part.tried:
                await self._adopt(part)
            if part.job is not None and not (job is not None and is_ended(job)):
                self._see(part, await persist(functools.partial(self._cancel, part), self.poll, tries=5))
        return self.watch.report()

    async def _cancel(self, part: Part) -> BatchJob:
        job_id = str(part.job)
        try:
            return await self.client.batch.jobs.cancel(job_id)
        except APIStatusError:
            job = await self.client.batch.jobs.get(job_id)
            if is_ended(job) or job.status == "CANCELLATION_REQUESTED":
                return job
            raise

    async def leave(self) -> None:
        """Cancel the jobs because the block that wanted them is being left, as well as that goes."""
        with anyio.move_on_after(_LEAVE, shield=True):
            try:
                await self.cancel()
            except MistralError:
                pass  # why the block is left matters more

    async def clean_up(self, *, inputs: bool, outputs: bool, jobs: bool) -> int:
        """Delete what the run has left on the server; returns how many things."""
        progress = await self.status()
        if not progress.finished:
            raise RuntimeError("the batch is still at work: wait for it, or cancel it, before its files are deleted")
        count = 0
        for job in progress.jobs:
            files = [*job.input_files] * inputs + [job.output_file, job.error_file] * outputs
            for file_id in filter(None, files):
                count += await self._gone(self.client.files.delete, file_id)
            if jobs:
                count += await self._gone(self.client.batch.jobs.delete, job.id)
        return count

    async def _gone(self, delete: Callable[[str], Any], name: str) -> bool:
        try:
            await delete(name)
        except NotFoundError:
            return False
        return True

    # reading what they say

    async def read(self, file_id: str, take: Callable[[list[bytes]], Awaitable[None]]) -> None:
        """Hand over the lines of a file; some may come twice."""
        await read_lines(self.client, file_id, self.poll, take)

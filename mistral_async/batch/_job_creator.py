"""Creation of the jobs of a run: each part's file is uploaded once, and each part's job created once.

It is the part of a batch run that may cost money twice: Rules 2 to 4 of `_batch_run`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import anyio
import msgspec

from mistral_async._binding.exits import FAILURES
from mistral_async._binding.job_engine import performed
from mistral_async._engine.engine import Engine
from mistral_async._http.threads import run_in_thread
from mistral_async._results.pages import AsyncPages
from mistral_async._results.poll import Poll, retry_until_done
from mistral_async.batch._endpoints import BatchEndpoints
from mistral_async.batch._errors import NotSubmittedError
from mistral_async.batch._run import PART_KEY, RUN_KEY, Part, RunRecord
from mistral_async.batch._run_file import RunFile
from mistral_async.errors import MistralError, ResponseValidationError
from mistral_async.models.batch import BatchJob
from mistral_async.models.files import FileSchema

_CLOCK_DRIFT: Final = timedelta(days=1)  # by which clocks may differ
_SUBMIT_PATIENCE: Final = 3600.0  # seconds for which uploading and creating a job may do nothing but fail


class JobCreator:
    """Creates the jobs of one run, and finds those that were created before."""

    def __init__(
        self,
        engine: Engine,
        endpoints: BatchEndpoints,
        record: RunRecord,
        run_file: RunFile,
        *,
        poll: Poll,
        resumed: bool,
        created: Callable[[Part, BatchJob], None],
    ) -> None:
        self._engine = engine
        self._endpoints = endpoints
        self._record = record
        self._run_file = run_file
        self._poll = poll
        self._brief = msgspec.structs.replace(poll, patience=min(poll.patience, _SUBMIT_PATIENCE))
        self._resumed = resumed
        self._created = created

    async def submit(self, part: Part, path: Path | None) -> None:
        """Make sure that a part has a job, with the requests in the file at `path`."""
        if part.tried and await self.adopt(part):
            return
        if not part.inline and part.file is None:
            await self._upload(part, path)
        requests = await self._inline_requests(part, path) if part.inline else None
        await retry_until_done(lambda: self._create(part, requests), self._brief)

    async def submit_all(self, path: Callable[[Part], Path], concurrency: int) -> None:
        """Make sure that every part has a job, with the requests in files, which are removed then."""
        slots = anyio.Semaphore(concurrency)
        failure: list[BaseException] = []

        async def one(part: Part) -> None:
            try:
                async with slots:
                    await self.submit(part, path(part))
                    await run_in_thread(lambda: path(part).unlink(missing_ok=True))
            except FAILURES as error:  # the first is raised, bare
                failure.append(error)
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for part in self._record.parts:
                if part.job is None:
                    group.start_soon(one, part)
        if failure:
            raise failure[0]

    async def _create(self, part: Part, requests: list[object] | None) -> None:
        """Create the job, unless an earlier try did (Rule 2)."""
        if part.tried and await self.adopt(part):
            return
        record = self._record
        part.tried = True
        await self._run_file.save(record)
        call = self._endpoints.create_job(
            endpoint=record.endpoint,
            requests=requests,
            input_files=None if part.file is None else [part.file],
            model=part.model,
            metadata=record.job_metadata(part),
            timeout_hours=record.timeout_hours,
        )
        try:
            job = await self._engine.call(call)
        except MistralError as error:
            if not error.may_have_executed:
                part.tried = False
                await self._run_file.save(record)
            raise
        await self._keep(part, job)

    async def adopt(self, part: Part) -> bool:
        """Find the job that an earlier try created; what was just created may take a moment to be listed."""
        for last in (False, True):
            if job := await retry_until_done(lambda: self._find_job(part), self._brief):
                await self._keep(part, job)
                return True
            if not last:
                await self._poll.sleep(self._poll.initial)
        return False

    async def _find_job(self, part: Part) -> BatchJob | None:
        after = datetime.fromtimestamp(self._record.created, UTC) - _CLOCK_DRIFT
        wanted = {RUN_KEY: self._record.id, PART_KEY: str(part.number)}
        request = self._endpoints.list_jobs(created_after=after, page_size=100)
        jobs: AsyncPages[BatchJob, Any] = performed(self._engine, request)
        async for job in jobs:
            if wanted.items() <= (job.metadata or {}).items():
                return job
        return None

    async def _keep(self, part: Part, job: BatchJob) -> None:
        if not job.id:
            error = ResponseValidationError("a batch job was created without an id")
            error.may_have_executed = True
            raise error
        part.job = job.id
        self._created(part, job)
        await self._run_file.save(self._record)

    async def _upload(self, part: Part, path: Path | None) -> None:
        """Upload a part's file, unless it is there already (Rule 3)."""
        name = self._record.file_name(part)
        if self._resumed:
            part.file = await retry_until_done(lambda: self._find_file(name, part.size), self._brief)
        if part.file is None:
            content = found_here(part, path)
            part.file = await retry_until_done(lambda: self._send_file(name, part.size, content), self._brief)
        await self._run_file.save(self._record)

    async def _send_file(self, name: str, size: int, content: Path) -> str:
        call = self._endpoints.upload_file((name, content, "application/jsonl"), "batch", check=False)
        try:
            sent = await self._engine.call(call)
        except MistralError as error:
            if error.may_have_executed and (found := await self._find_file(name, size)):
                return found
            raise
        return sent.id

    async def _find_file(self, name: str, size: int) -> str | None:
        """Find the file of this very name, uploaded before this process or by a call whose response was lost."""
        request = self._endpoints.list_files(search=name, purpose="batch")
        files: AsyncPages[FileSchema, Any] = performed(self._engine, request)
        async for file in files:
            if file.filename == name and file.size_bytes in {size, None}:
                return file.id
        return None

    async def _inline_requests(self, part: Part, path: Path | None) -> list[object]:
        text = await run_in_thread(found_here(part, path).read_bytes)
        return [msgspec.json.decode(line) for line in text.splitlines()]


def found_here(part: Part, path: Path | None) -> Path:
    """Return the file of a part's requests; NotSubmittedError where the process that had them has ended."""
    if path is None:
        raise NotSubmittedError(
            f"part {part.number} of this batch was not sent before its process ended, and its requests are not "
            "here: repeat the call that began it, with the same calls and the same checkpoint"
        )
    return path

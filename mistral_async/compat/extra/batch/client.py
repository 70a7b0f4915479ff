"""The official SDK's `BatchClient`: the jobs of one endpoint, step by step or as a whole."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

import anyio

from mistral_async.compat._client import Mistral
from mistral_async.compat._official import names
from mistral_async.compat.errors import OfficialErrors
from mistral_async.compat.extra.batch._lines import (
    Answer,
    BatchError,
    BatchInput,
    BatchInputFile,
    BatchOutput,
    BatchRequestError,
    BatchResponseError,
    Body,
    outcomes,
)
from mistral_async.errors import ResponseValidationError
from mistral_async.models import BatchJob, File

__all__ = [
    "RUNNING_STATUSES",
    "BatchClient",
    "BatchError",
    "BatchInput",
    "BatchInputFile",
    "BatchJobHandle",
    "BatchOutput",
    "BatchRequestError",
    "BatchResponseError",
    "BatchResult",
    "is_running",
    "is_terminal",
]

T = TypeVar("T")

# Rule 1: `run` cleans up what it made, once it has the results: its input file, and the files of every attempt. Where
#   it fails or is cancelled, it cancels a job that still runs, which would go on to cost, deletes its input file, and
#   leaves the results. No job is made once its time is over. One that comes without a status is cancelled by `create`,
#   which raises.

RUNNING_STATUSES: Final = frozenset({"QUEUED", "RUNNING", "CANCELLATION_REQUESTED"})
_HOUR: Final = 3600.0


def is_running(status: str) -> bool:
    """Return whether a job goes on."""
    return status in RUNNING_STATUSES


def is_terminal(status: str) -> bool:
    """Return whether a job has ended; with a status that is not known it has."""
    return status not in RUNNING_STATUSES


@dataclass(frozen=True)
class BatchJobHandle(Generic[Answer]):
    """A job as it was when it was asked for."""

    job: BatchJob

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.job.id)  # a program may have put a UUID there

    @property
    def status(self) -> str:
        """Its status."""
        return self.job.status


@dataclass(frozen=True)
class BatchResult(Generic[Answer]):
    """A job that has ended, with its results."""

    job: BatchJob
    _output: BatchOutput[Answer]
    _error_output: BatchOutput[Answer] | None = None

    @property
    def status(self) -> str:
        """The status of the job."""
        return self.job.status

    @property
    def succeeded(self) -> int:
        """The number of requests with an answer."""
        return self.job.succeeded_requests

    @property
    def failed(self) -> int:
        """The number of requests that failed."""
        return self.job.failed_requests

    def output(self) -> BatchOutput[Answer]:
        """Return what the file of answers says."""
        return self._output

    def error_output(self) -> BatchOutput[Answer] | None:
        """Return what the file of errors says, if there is one."""
        return self._error_output

    def by_id(self) -> dict[str, Answer]:
        """Return the answers by their ids."""
        return self._output.joined(self._error_output).responses

    def errors(self) -> list[BatchRequestError]:
        """Return the requests that the API refused."""
        return self._output.joined(self._error_output).request_errors

    def response_errors(self) -> list[BatchResponseError]:
        """Return the answers that are not of the type."""
        return self._output.joined(self._error_output).response_errors

    def ordered(self, custom_ids: Iterable[str]) -> list[Answer]:
        """Return the answers in the order of these ids; a `BatchError` names those without one."""
        return self._output.joined(self._error_output).ordered(custom_ids)


class BatchClient(Generic[Body, Answer]):
    """The jobs of one endpoint, whose answers are read as `response_body_type`."""

    def __init__(self, client: Mistral, *, endpoint: str, response_body_type: type[Answer]) -> None:
        self._client: Any = client
        self._endpoint = endpoint
        self._type = response_body_type

    async def upload(
        self,
        input: BatchInput[Body],  # noqa: A002 - its name in the official SDK
        *,
        file_name: str = "batch_input.jsonl",
        expiry_hours: int | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
    ) -> BatchInputFile[Body]:
        """Upload the requests."""
        options = _given(expiry=expiry_hours, timeout_ms=timeout_ms, http_headers=http_headers)
        file = File(file_name, input.to_jsonl_bytes())
        return BatchInputFile((await self._client.files.upload_async(file=file, purpose="batch", **options)).id)

    async def download(self, file_id: Any, *, http_headers: Mapping[str, str] | None = None) -> bytes:
        """Download a file."""
        found = await self._client.files.download_async(file_id=str(file_id), **_given(http_headers=http_headers))
        content: bytes = await found.aread()  # a mock of the official client streams it
        return content

    async def signed_url(
        self, file_id: Any, *, expiry_hours: int = 24, http_headers: Mapping[str, str] | None = None
    ) -> str:
        """Return an address from which a file can be had without a key for some hours."""
        found = await self._client.files.get_signed_url_async(
            file_id=str(file_id), expiry=expiry_hours, **_given(http_headers=http_headers)
        )
        return str(found.url)

    async def delete(self, file_id: Any, *, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a file."""
        await self._client.files.delete_async(file_id=str(file_id), **_given(http_headers=http_headers))

    async def create(
        self,
        input: BatchInput[Body] | BatchInputFile[Body],  # noqa: A002 - its name in the official SDK
        *,
        model: str | None = None,
        metadata: dict[str, str] | None = None,
        timeout_hours: int = 24,
        http_headers: Mapping[str, str] | None = None,
    ) -> BatchJobHandle[Answer]:
        """Create a job of an uploaded file, or of requests that are sent with it."""
        options = _given(model=model, metadata=metadata, http_headers=http_headers)
        if isinstance(input, BatchInputFile):
            options["input_files"] = [str(input.file_id)]
        else:
            options["requests"] = input.to_requests()
        job = await self._client.batch.jobs.create_async(
            endpoint=self._endpoint, timeout_hours=timeout_hours, **options
        )
        try:
            return _handle(job)
        except BaseException:
            with anyio.move_on_after(10, shield=True):
                await self._stop(BatchJobHandle(job), http_headers)
            raise

    async def get(self, job_id: Any, *, http_headers: Mapping[str, str] | None = None) -> BatchJobHandle[Answer]:
        """Ask for a job."""
        options = _given(http_headers=http_headers)
        return _handle(await self._client.batch.jobs.get_async(job_id=str(job_id), **options))

    async def refresh(
        self, handle: BatchJobHandle[Answer] | str, *, http_headers: Mapping[str, str] | None = None
    ) -> BatchJobHandle[Answer]:
        """Ask for a job again."""
        return await self.get(_id(handle), http_headers=http_headers)

    async def cancel(
        self, handle: BatchJobHandle[Answer] | str, *, http_headers: Mapping[str, str] | None = None
    ) -> BatchJobHandle[Answer]:
        """Ask the API to cancel a job."""
        options = _given(http_headers=http_headers)
        return _handle(await self._client.batch.jobs.cancel_async(job_id=_id(handle), **options))

    async def wait(
        self,
        handle: BatchJobHandle[Answer] | str,
        *,
        poll_interval_seconds: float = 30.0,
        timeout_hours: float = 24,
        deadline: float | None = None,
        http_headers: Mapping[str, str] | None = None,
    ) -> BatchJobHandle[Answer]:
        """Wait for the end of a job; a `TimeoutError` is raised at `deadline`, a time of `time.monotonic()`."""
        until = time.monotonic() + timeout_hours * _HOUR if deadline is None else deadline
        while is_running((found := await self.refresh(handle, http_headers=http_headers)).status):
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"Batch job {found.id} timed out while polling")
            await anyio.sleep(min(poll_interval_seconds, left))
        return found

    async def stream_results(
        self, handle: BatchJobHandle[Answer], **waiting: Any
    ) -> AsyncIterator[tuple[str | None, Any]]:
        """Yield the id of each request and what became of it, once the job has ended; takes the options of `wait`."""
        job = (await self._ended(handle, waiting)).job
        for file_id in (job.output_file, job.error_file):
            if file_id:
                raw = await self.download(file_id, http_headers=waiting.get("http_headers"))
                for name, found in outcomes(raw, self._type):
                    yield name, found

    async def output(self, handle: BatchJobHandle[Answer], **waiting: Any) -> BatchOutput[Answer]:
        """Return what the file of answers says, once the job has ended; takes the options of `wait`."""
        job = (await self._ended(handle, waiting)).job
        return await self._read(job.output_file, waiting.get("http_headers")) or BatchOutput({}, [], [])

    async def error_output(self, handle: BatchJobHandle[Answer], **waiting: Any) -> BatchOutput[Answer] | None:
        """Return what the file of errors says, if there is one, once the job has ended; takes the options of `wait`."""
        job = (await self._ended(handle, waiting)).job
        return await self._read(job.error_file, waiting.get("http_headers"))

    async def run(
        self,
        input: BatchInput[Body] | BatchInputFile[Body] | Mapping[str, Body] | bytes | str,  # noqa: A002 - see above
        *,
        model: str | None = None,
        metadata: dict[str, str] | None = None,
        timeout_hours: int = 24,
        poll_interval_seconds: float = 30.0,
        max_failed_job_retries: int = 0,
        inline_threshold: int = 1000,
        http_headers: Mapping[str, str] | None = None,
    ) -> BatchResult[Answer]:
        """Run a job to its end and return its results; more requests than `inline_threshold` are uploaded first.

        `max_failed_job_retries` runs all of it again while a request fails, and all of it costs again.
        """
        source = _input(input)
        uploads = isinstance(source, BatchInput) and len(source) > inline_threshold
        if uploads and isinstance(source, BatchInput):
            source = await self.upload(source, http_headers=http_headers)
        uploaded: list[Any] = [source.file_id] if uploads and isinstance(source, BatchInputFile) else []
        made = list(uploaded)
        deadline = time.monotonic() + timeout_hours * _HOUR
        handle: BatchJobHandle[Answer] | None = None
        try:
            for _ in range(max_failed_job_retries + 1):
                handle = await self.create(
                    source,
                    model=model,
                    metadata=metadata,
                    timeout_hours=_hours_to(deadline),
                    http_headers=http_headers,
                )
                handle = await self.wait(
                    handle, poll_interval_seconds=poll_interval_seconds, deadline=deadline, http_headers=http_headers
                )
                made += [handle.job.output_file, handle.job.error_file]
                if not handle.job.failed_requests:
                    break
            result = await self._result(handle, http_headers)
        except BaseException:
            with anyio.move_on_after(10, shield=True):
                await self._stop(handle, http_headers)
                await self._delete(uploaded, http_headers)
            raise
        await self._delete(made, http_headers)
        return result

    async def _result(self, handle: Any, http_headers: Mapping[str, str] | None) -> BatchResult[Answer]:
        output = await self.output(handle, http_headers=http_headers)
        return BatchResult(handle.job, output, await self.error_output(handle, http_headers=http_headers))

    async def _stop(self, handle: Any, http_headers: Mapping[str, str] | None) -> None:
        """Cancel a job that still runs, or may (rule 1)."""
        if handle is not None and handle.job.id and (not handle.status or is_running(handle.status)):
            with suppress(Exception):
                await self.cancel(handle, http_headers=http_headers)

    async def _delete(self, files: Iterable[Any], http_headers: Mapping[str, str] | None) -> None:
        """Delete files, as far as that can be done."""
        for file_id in filter(None, files):
            with suppress(Exception):
                await self.delete(file_id, http_headers=http_headers)

    async def _ended(self, handle: BatchJobHandle[Answer], waiting: Mapping[str, Any]) -> BatchJobHandle[Answer]:
        return handle if is_terminal(handle.status) else await self.wait(handle, **waiting)

    async def _read(self, file_id: str | None, http_headers: Mapping[str, str] | None) -> BatchOutput[Answer] | None:
        if not file_id:
            return None
        raw = await self.download(file_id, http_headers=http_headers)
        return BatchOutput[Any].from_jsonl_bytes(raw, self._type)


def _input(given: Any) -> BatchInput[Any] | BatchInputFile[Any]:
    match given:
        case BatchInput() | BatchInputFile():
            return given  # pyright: ignore[reportUnknownVariableType] - of any body
        case bytes():
            return BatchInput(given)
        case str():
            return BatchInput(given.encode())
        case Mapping():
            return BatchInput[Any].from_payload(cast("Mapping[str, Any]", given))
        case _:
            raise TypeError(f"unsupported batch input: {type(given).__name__}")


def _hours_to(deadline: float) -> int:
    """Return the hours that are left, rounded up; raises `TimeoutError` if none are."""
    if (left := deadline - time.monotonic()) <= 0:
        raise TimeoutError("the time of the batch is over before its job is made")
    return math.ceil(left / _HOUR)


def _handle(job: BatchJob) -> BatchJobHandle[Any]:
    """Return the handle of a job; raises for one without an id or a status: nobody can say whether that has ended."""
    if job.id and job.status:
        return BatchJobHandle(job)
    with OfficialErrors():
        error = ResponseValidationError("a batch job came without its id or its status: look for it in the list")
        error.may_have_executed = True
        raise error


def _id(handle: Any) -> str:
    return str(handle.id if isinstance(handle, BatchJobHandle) else handle)


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


if not TYPE_CHECKING:
    __getattr__ = names(__name__)

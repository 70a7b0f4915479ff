"""Batch jobs: their requests run through the same handlers as any other, as many as the clock has made due."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

import anyio.lowlevel
import msgspec

from mistral_async.testing._call import FakeCall
from mistral_async.testing._clock import TOLERANCE
from mistral_async.testing._content import Content
from mistral_async.testing._errors import FakeAPIError, api_error, invalid_argument, not_found
from mistral_async.testing._handlers._batch_job import STATUSES, FakeBatchJob, JobLine
from mistral_async.testing._handlers._paging import page_by_number
from mistral_async.testing._handlers.files import FileStore
from mistral_async.testing._json import JSONArray, JSONObject
from mistral_async.testing._reply import Reply, spaced_json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_SLICE = 50
_HOUR = 3600
_FILTERS = (
    "page",
    "page_size",
    "model",
    "agent_id",
    "created_after",
    "created_by_me",
    "status",
    "order_by",
    "metadata",
)
_ENDED = frozenset(STATUSES) - {"QUEUED", "RUNNING", "CANCELLATION_REQUESTED"}


class BatchJobStore:
    """The batch jobs of one account."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._jobs: dict[str, FakeBatchJob] = {}
        self._random = random.Random(state.seed)  # noqa: S311  which requests fail on purpose is no secret

    def add(self, job: FakeBatchJob) -> None:
        """Queue a job."""
        self._jobs[job.id] = job

    def get(self, job_id: str) -> FakeBatchJob:
        """Return a job; raises 404 if there is none."""
        if (job := self._jobs.get(job_id)) is None:
            raise not_found("Batch job", job_id)
        return job

    def remove(self, job_id: str) -> None:
        """Delete a job."""
        self.get(job_id)
        del self._jobs[job_id]

    def all(self) -> Iterable[FakeBatchJob]:
        """Return all jobs, oldest first."""
        return self._jobs.values()

    async def advance(self) -> None:
        """Run the lines of every job that are due by now."""
        for job in list(self._jobs.values()):
            async with job.lock:
                await self._advance(job)

    async def _advance(self, job: FakeBatchJob) -> None:
        now = self._state.clock.now() + TOLERANCE
        options = self._state.options
        if job.status == "QUEUED" and now >= job.created + options.queue_seconds:
            job.begin(self._contents(job), now=job.created + options.queue_seconds)
            if job.total > options.max_batch_requests:
                job.reject(f"A batch may have at most {options.max_batch_requests} requests.")
                self._finish(job, "FAILED")
        if job.status == "CANCELLATION_REQUESTED":
            self._finish(job, "CANCELLED")
        if job.status != "RUNNING":
            return
        expired = now >= job.created + job.timeout_hours * _HOUR
        until = min(now, job.created + job.timeout_hours * _HOUR)
        due = min(job.total, int((until - (job.started or 0.0)) * options.batch_per_second))
        while job.done < due and job.status == "RUNNING":
            lines = list(job.take(min(_SLICE, due - job.done)))
            if options.shuffle_batch:
                self._random.shuffle(lines)
            for line in lines:
                self._run(job, line)
            await anyio.lowlevel.checkpoint()
        if job.done == job.total:
            self._finish(job, "SUCCESS" if job.succeeded or not job.total else "FAILED")
        elif expired:
            self._finish(job, "TIMEOUT_EXCEEDED")

    def _contents(self, job: FakeBatchJob) -> Iterator[Any]:
        files = self._state.store(FileStore)
        return (files.get(file_id).content for file_id in job.input_files)

    def _run(self, job: FakeBatchJob, line: JobLine) -> None:
        try:
            if self._random.random() < self._state.options.batch_failures:
                raise api_error(
                    HTTPStatus.INTERNAL_SERVER_ERROR, "Service unavailable.", "internal_server_error", "1000"
                )
            body = msgspec.json.decode(self._answer(job, line).body)
        except FakeAPIError as refusal:
            job.fail(line, refusal.status, json.loads(refusal.body))
        else:
            job.succeed(line, body)

    def _answer(self, job: FakeBatchJob, line: JobLine) -> Reply:
        if line.body is None:
            raise invalid_argument("The line is not a JSON object with a body.")
        body = {**line.body}
        for name, value in (("model", job.model), ("agent_id", job.agent_id)):
            if value is not None and name not in body:
                body[name] = value
        body.pop("stream", None)
        name, reply = self._state.operations.perform(self._state, job.endpoint, body)
        self._state.effects.record(
            f"batch:{name}",
            time=self._state.clock.now(),
            model=str(body.get("model") or ""),
            tokens=reply.costs.get("tokens", 0),
            completion_tokens=reply.completion_tokens,
            units=reply.costs,
        )
        return reply

    def _finish(self, job: FakeBatchJob, status: str) -> None:
        job.finish(status, now=self._state.clock.now(), files=self._state.store(FileStore))


async def advance(state: ServerState) -> None:
    """Bring all jobs up to date before a request about jobs is handled."""
    await state.store(BatchJobStore).advance()


@route("POST", "/v1/batch/jobs", "batch.jobs.create", body="CreateBatchJobRequest")
def create(call: FakeCall) -> Reply:
    """Queue a job."""
    state, body = call.state, call.body
    inputs: list[str] = body.get("input_files") or []
    requests: JSONArray | None = body.get("requests")
    if not inputs and requests is None:
        raise invalid_argument("Either input_files or requests must be provided.")
    for file_id in inputs:
        state.store(FileStore).get(file_id, purpose="batch")
    if requests is not None:
        inputs = [_store_requests(state, requests)]
    job = FakeBatchJob(
        id=state.ids.uuid4(),
        input_files=inputs,
        endpoint=body["endpoint"],
        model=body.get("model"),
        agent_id=body.get("agent_id"),
        metadata=body.get("metadata"),
        timeout_hours=body.get("timeout_hours") or 24,
        calendar=state.calendar,
        created=state.clock.now(),
        inline=requests is not None,
        good=state.keep(Content()),
        bad=state.keep(Content()),
    )
    state.store(BatchJobStore).add(job)
    return spaced_json_reply(job.to_dict())


@route("GET", "/v1/batch/jobs", "batch.jobs.list", before=advance)
def list_jobs(call: FakeCall) -> Reply:
    """Return one page of the jobs that pass the filters."""
    has_metadata = call.metadata_filter()
    jobs = [job for job in call.state.store(BatchJobStore).all() if _passes(call, job) and has_metadata(job.metadata)]
    if call.text("order_by") != "created":
        jobs.reverse()
    data = [job.to_dict(inline=False) for job in page_by_number(call, jobs, size=100)]
    return spaced_json_reply({"data": data, "object": "list", "total": len(jobs)})


def _passes(call: FakeCall, job: FakeBatchJob) -> bool:
    statuses, after = call.texts("status"), call.text("created_after")
    metadata: JSONObject = job.metadata or {}
    return (
        call.text("model") in (None, job.model)
        and call.text("agent_id") in (None, job.agent_id)
        and (not statuses or job.status in statuses)
        and all(str(metadata.get(name)) == value for name, value in call.other_than(*_FILTERS).items())
        and (after is None or call.state.calendar.iso_of(call.state.calendar.at(job.created)) >= after)
    )


@route("GET", "/v1/batch/jobs/{}", "batch.jobs.get", before=advance)
def get(call: FakeCall) -> Reply:
    """Return one job; jobs of inline requests contain their outputs."""
    job = call.state.store(BatchJobStore).get(call.params[0])
    return spaced_json_reply(job.to_dict(inline=job.inline or call.flag("inline")))


@route("POST", "/v1/batch/jobs/{}/cancel", "batch.jobs.cancel", before=advance)
def cancel(call: FakeCall) -> Reply:
    """Request the cancellation of a job; finished lines keep their results."""
    job = call.state.store(BatchJobStore).get(call.params[0])
    if job.status not in _ENDED:
        job.status = "CANCELLATION_REQUESTED"
    return spaced_json_reply(job.to_dict())


@route("DELETE", "/v1/batch/jobs/{}", "batch.jobs.delete", before=advance)
def delete(call: FakeCall) -> Reply:
    """Delete a job that has ended."""
    job = call.state.store(BatchJobStore).get(call.params[0])
    if job.status not in _ENDED:
        raise invalid_argument(f"Batch job {job.id} is still {job.status}.")
    call.state.store(BatchJobStore).remove(job.id)
    return spaced_json_reply({"id": job.id, "object": "batch", "deleted": True})


def _store_requests(state: ServerState, requests: JSONArray) -> str:
    content = Content(b"".join(msgspec.json.encode(request) + b"\n" for request in requests))
    return state.store(FileStore).add(content, "requests.jsonl", purpose="batch").id

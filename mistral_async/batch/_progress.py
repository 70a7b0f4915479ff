"""How far the jobs are, and when their results will be deleted."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from mistral_async.batch._errors import BatchExpiryWarning
from mistral_async.batch._run import Part, Run
from mistral_async.models.batch import BatchJob

_WORKING: Final = frozenset({"QUEUED", "RUNNING", "CANCELLATION_REQUESTED"})
_ENDED: Final = frozenset({"SUCCESS", "FAILED", "TIMEOUT_EXCEEDED", "CANCELLED"})
_SOON: Final = 6 * 3600.0  # seconds before the end of results at which their owner is warned
KEPT: Final = 24 * 3600.0  # seconds for which results are kept, where their file does not say


class BatchProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a batch is."""

    total: int
    """Requests in all."""
    done: int
    """Requests that succeeded."""
    failed: int
    """Requests that failed, or whose job ended without them, and that were not sent again."""
    jobs: tuple[BatchJob, ...]
    """The jobs, as the API last said."""
    finished: bool
    """Whether every job has ended."""
    expires_at: datetime | None = None
    """When the API deletes the first of the results, as far as it is known."""

    @property
    def in_flight(self) -> int:
        """Requests that have no result yet."""
        return self.total - self.done - self.failed


def is_ended(job: BatchJob) -> bool:
    """Whether a job will not change any more, whatever its state may be called one day."""
    return job.status in _ENDED or (job.status not in _WORKING and job.completed_at is not None)


class Watch:
    """What is known of the jobs."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.jobs: dict[int, BatchJob] = {}
        """By the part's number."""
        self.expiries: dict[int, float] = {}
        """Seconds since 1970."""
        self._warned: set[int] = set()

    def report(self) -> BatchProgress:
        """The numbers now."""
        parts = self._run.parts
        jobs = [self.jobs[part.number] for part in parts if part.number in self.jobs]
        sent_again = sum(part.count for part in parts if part.again)
        done = sum(job.succeeded_requests for job in jobs)
        failed = sum(_failed(part, self.jobs) for part in parts) - sent_again
        first = min(self.expiries.values(), default=None)
        return BatchProgress(
            total=self._run.total,
            done=done,
            failed=max(0, failed),
            jobs=tuple(jobs),
            finished=len(jobs) == len(parts) and all(map(is_ended, jobs)),
            expires_at=None if first is None else datetime.fromtimestamp(first, UTC),
        )

    def warn(self, now: float) -> None:
        """Warn of results that will soon be gone, once for each job."""
        for number, moment in self.expiries.items():
            if moment - now < _SOON and number not in self._warned:
                self._warned.add(number)
                job = self.jobs[number]
                when = datetime.fromtimestamp(moment, UTC).isoformat(timespec="minutes")
                word = "were deleted by the API" if moment <= now else "will be deleted by the API"
                text = f"the results of batch job {job.id} {word} at {when}: read them with .results()"
                warnings.warn(text, BatchExpiryWarning, stacklevel=2)


def _failed(part: Part, jobs: Mapping[int, BatchJob]) -> int:
    job = jobs.get(part.number)
    if job is None:
        return 0
    return part.count - job.succeeded_requests if is_ended(job) else job.failed_requests

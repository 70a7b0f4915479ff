"""States of the jobs of a run: the report made of them, and the warning before their results are deleted."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from mistral_async.batch._errors import BatchExpiryWarning
from mistral_async.batch._progress import BatchProgress
from mistral_async.batch._run import Part, RunRecord
from mistral_async.models.batch import BatchJob

_WORKING: Final = frozenset({"QUEUED", "RUNNING", "CANCELLATION_REQUESTED"})
_ENDED: Final = frozenset({"SUCCESS", "FAILED", "TIMEOUT_EXCEEDED", "CANCELLED"})
_SOON: Final = 6 * 3600.0  # seconds before the end of results at which their owner is warned
RESULTS_KEPT: Final = 24 * 3600.0  # seconds for which results are kept, where their file does not say


def is_ended(job: BatchJob) -> bool:
    """Return whether a job will not change any more, also in a state that is newer than this package."""
    return job.status in _ENDED or (job.status not in _WORKING and job.completed_at is not None)


class JobMonitor:
    """The states of a run's jobs, as the API last said."""

    def __init__(self, record: RunRecord) -> None:
        self._record = record
        self.jobs: dict[int, BatchJob] = {}
        """By the part's number."""
        self.expiries: dict[int, float] = {}
        """Seconds since 1970."""
        self._warned: set[int] = set()

    def report(self) -> BatchProgress:
        """Make a report."""
        parts = self._record.parts
        jobs = [self.jobs[part.number] for part in parts if part.number in self.jobs]
        sent_again = sum(part.count for part in parts if part.again)
        done = sum(job.succeeded_requests for job in jobs)
        failed = sum(_count_failed(part, self.jobs) for part in parts) - sent_again
        first = min(self.expiries.values(), default=None)
        return BatchProgress(
            total=self._record.total,
            done=done,
            failed=max(0, failed),
            jobs=tuple(jobs),
            finished=len(jobs) == len(parts) and all(map(is_ended, jobs)),
            expires_at=None if first is None else datetime.fromtimestamp(first, UTC),
        )

    def warn(self, now: float) -> None:
        """Warn of results that will soon be deleted, once for each job; `now` in seconds since 1970."""
        for number, moment in self.expiries.items():
            if moment - now < _SOON and number not in self._warned:
                self._warned.add(number)
                job = self.jobs[number]
                when = datetime.fromtimestamp(moment, UTC).isoformat(timespec="minutes")
                word = "were deleted by the API" if moment <= now else "will be deleted by the API"
                text = f"the results of batch job {job.id} {word} at {when}: read them with .results()"
                warnings.warn(text, BatchExpiryWarning, stacklevel=2)


def _count_failed(part: Part, jobs: Mapping[int, BatchJob]) -> int:
    job = jobs.get(part.number)
    if job is None:
        return 0
    return part.count - job.succeeded_requests if is_ended(job) else job.failed_requests

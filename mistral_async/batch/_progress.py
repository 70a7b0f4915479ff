"""Progress of a batch, as numbers."""

from __future__ import annotations

from datetime import datetime

import msgspec

from mistral_async._codec.shown import Shown
from mistral_async.models.batch import BatchJob


class BatchProgress(Shown, msgspec.Struct, frozen=True, kw_only=True):
    """A report of how far a batch is."""

    total: int
    """Requests in all."""
    done: int
    """Requests that succeeded."""
    failed: int
    """Requests that failed, or whose job ended without them, and that were not sent again."""
    jobs: tuple[BatchJob, ...]
    """The jobs, as the API last said."""
    finished: bool
    """True when every job has ended."""
    expires_at: datetime | None = None
    """When the API deletes the first of the results, as far as it is known."""

    @property
    def in_flight(self) -> int:
        """Requests that have no result yet."""
        return self.total - self.done - self.failed

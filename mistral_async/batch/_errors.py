"""Errors of batches, beyond those of requests."""

from __future__ import annotations

from typing import Any

from mistral_async.errors import MistralError


class BatchInputError(MistralError, ValueError):
    """The calls can not be sent as one batch: mixed endpoints, streams, too long a body. Nothing was sent."""

    index: int | None = None
    """Which call, from 0."""


class BatchRequestError(MistralError):
    """A request that failed inside a batch, where the API gave no status for it."""

    detail: Any = None
    """What the API said."""


class MissingResultError(MistralError):
    """The job ended without a result for this request: it gave up, was cancelled, or failed as a whole."""

    job_id: str = ""
    job_status: str = ""
    """Such as `TIMEOUT_EXCEEDED`, `CANCELLED` or `FAILED`."""


class ResultsExpiredError(MissingResultError):
    """The API has deleted the results of the job."""


class NotSubmittedError(MistralError):
    """A part of the batch was never sent, and its requests are not here: repeat the call with the same checkpoint."""


class BatchExpiryWarning(UserWarning):
    """Results that were not read will soon be deleted by the API."""

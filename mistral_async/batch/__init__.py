"""Batch: calls at half the price within hours, with the results of bulk, and nothing lost when a process ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy

if TYPE_CHECKING:
    from mistral_async._results.poll import Poll as Poll
    from mistral_async._results.poll import WaitTimeoutError as WaitTimeoutError
    from mistral_async.batch._config import RunOptions as RunOptions
    from mistral_async.batch._config import StartOptions as StartOptions
    from mistral_async.batch._errors import BatchExpiryWarning as BatchExpiryWarning
    from mistral_async.batch._errors import BatchInputError as BatchInputError
    from mistral_async.batch._errors import BatchRequestError as BatchRequestError
    from mistral_async.batch._errors import MissingResultError as MissingResultError
    from mistral_async.batch._errors import NotSubmittedError as NotSubmittedError
    from mistral_async.batch._errors import ResultsExpiredError as ResultsExpiredError
    from mistral_async.batch._files import read_calls as read_calls
    from mistral_async.batch._handle import BatchHandle as BatchHandle
    from mistral_async.batch._handle import BatchResults as BatchResults
    from mistral_async.batch._handle import SyncBatchResults as SyncBatchResults
    from mistral_async.batch._progress import BatchProgress as BatchProgress
    from mistral_async.batch._run import BatchLimits as BatchLimits
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "mistral_async._results.poll": "Poll WaitTimeoutError",
            "mistral_async.batch._config": "RunOptions StartOptions",
            "mistral_async.batch._errors": """
                BatchExpiryWarning BatchInputError BatchRequestError MissingResultError NotSubmittedError
                ResultsExpiredError
            """,
            "mistral_async.batch._files": "read_calls",
            "mistral_async.batch._handle": "BatchHandle BatchResults SyncBatchResults",
            "mistral_async.batch._progress": "BatchProgress",
            "mistral_async.batch._run": "BatchLimits",
        },
    )

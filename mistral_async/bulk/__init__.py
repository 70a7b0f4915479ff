"""Fan-out: any amount of work, at the speed of the account, each item with its own outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy

if TYPE_CHECKING:
    from mistral_async.bulk._bulk import Bulk as Bulk
    from mistral_async.bulk._checkpoint import CheckpointError as CheckpointError
    from mistral_async.bulk._config import BulkOptions as BulkOptions
    from mistral_async.bulk._outcome import Err as Err
    from mistral_async.bulk._outcome import Ok as Ok
    from mistral_async.bulk._outcome import OnError as OnError
    from mistral_async.bulk._outcome import Result as Result
    from mistral_async.bulk._progress import Progress as Progress
    from mistral_async.bulk._progress_bar import ProgressBar as ProgressBar
    from mistral_async.bulk._results import AsyncResults as AsyncResults
    from mistral_async.bulk._source import in_thread as in_thread
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "AsyncResults": "mistral_async.bulk._results",
            "Bulk": "mistral_async.bulk._bulk",
            "BulkOptions": "mistral_async.bulk._config",
            "CheckpointError": "mistral_async.bulk._checkpoint",
            "Err": "mistral_async.bulk._outcome",
            "Ok": "mistral_async.bulk._outcome",
            "OnError": "mistral_async.bulk._outcome",
            "Progress": "mistral_async.bulk._progress",
            "ProgressBar": "mistral_async.bulk._progress_bar",
            "Result": "mistral_async.bulk._outcome",
            "in_thread": "mistral_async.bulk._source",
        },
    )

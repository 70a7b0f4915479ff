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
            "mistral_async.bulk._bulk": "Bulk",
            "mistral_async.bulk._checkpoint": "CheckpointError",
            "mistral_async.bulk._config": "BulkOptions",
            "mistral_async.bulk._outcome": "Err Ok OnError Result",
            "mistral_async.bulk._progress": "Progress",
            "mistral_async.bulk._progress_bar": "ProgressBar",
            "mistral_async.bulk._results": "AsyncResults",
            "mistral_async.bulk._source": "in_thread",
        },
    )

"""The official SDK's client for batch jobs. `client.batch.run(...)` does the same, and goes on after a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async.compat._official import names
from mistral_async.compat.extra.batch.client import (
    RUNNING_STATUSES,
    BatchClient,
    BatchError,
    BatchInput,
    BatchInputFile,
    BatchJobHandle,
    BatchOutput,
    BatchRequestError,
    BatchResponseError,
    BatchResult,
    is_running,
    is_terminal,
)

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


if not TYPE_CHECKING:
    __getattr__ = names(__name__)

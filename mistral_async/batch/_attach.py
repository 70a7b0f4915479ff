"""Attaching to a run that another process, or an earlier call, has started."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from mistral_async._binding.executor import Executor
from mistral_async._binding.job_engine import job_engine
from mistral_async._engine.request import Call
from mistral_async._results.poll import Poll
from mistral_async.batch._batch_run import BatchRun
from mistral_async.batch._decoders import Decoders, response_type
from mistral_async.batch._endpoints import BatchEndpoints
from mistral_async.batch._handle import BatchHandle
from mistral_async.batch._progress import BatchProgress
from mistral_async.batch._run import RunRecord
from mistral_async.batch._run_file import RunFile
from mistral_async.bulk import CheckpointError


def attach(
    executor: Executor,
    endpoints: BatchEndpoints,
    handle: str | bytes | os.PathLike[str],
    *,
    like: Call[Any] | None,
    poll: Poll | None,
    progress: Callable[[BatchProgress], object] | None,
) -> BatchHandle[Any, Any]:
    """Make the handle of a run: `handle` is its JSON, or the path of its checkpoint."""
    run_file = RunFile(None)
    if isinstance(handle, (str, bytes)):
        record = RunRecord.read(handle)
    else:
        run_file = RunFile(handle)
        found = run_file.load()
        if found is None:
            raise CheckpointError(f"there is no checkpoint at {run_file.path}: nothing was sent yet")
        record = found
    decoders = (
        Decoders.alike(response_type(record.endpoint)) if like is None else Decoders.alike(like.returns, like.transform)
    )
    engine, poll = job_engine(executor), poll or Poll()
    run = BatchRun(engine, endpoints, record, run_file, decoders, poll=poll, progress=progress, resumed=True)
    return BatchHandle(executor, run)

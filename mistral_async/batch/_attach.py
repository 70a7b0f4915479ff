"""Going on with a run that another process, or an earlier call, has started."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from mistral_async._binding.resource import Executor
from mistral_async._engine.request import Call
from mistral_async._results.poll import Poll
from mistral_async.batch._decoders import Decoders, answer_type
from mistral_async.batch._handle import BatchHandle
from mistral_async.batch._progress import BatchProgress
from mistral_async.batch._run import Journal, Run
from mistral_async.batch._work import Work
from mistral_async.bulk import CheckpointError


def attach(
    executor: Executor,
    handle: str | bytes | os.PathLike[str],
    *,
    like: Call[Any] | None,
    poll: Poll | None,
    progress: Callable[[BatchProgress], object] | None,
) -> BatchHandle[Any, Any]:
    """Make a handle of what is kept in JSON, or in a file."""
    journal = Journal(None)
    if isinstance(handle, (str, bytes)):
        run = Run.read(handle)
    else:
        journal = Journal(handle)
        found = journal.load()
        if found is None:
            raise CheckpointError(f"there is no checkpoint at {journal.path}: nothing was sent yet")
        run = found
    decoders = (
        Decoders.alike(answer_type(run.endpoint)) if like is None else Decoders.alike(like.returns, like.transform)
    )
    work = Work(executor.engine, run, journal, decoders, poll=poll or Poll(), progress=progress, resumed=True)
    return BatchHandle(executor, work)

"""Options of a batch run: as users give them, and checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

import msgspec
from typing_extensions import TypedDict

from mistral_async._codec.counts import check_count, set_plain_numbers
from mistral_async._results.poll import Poll
from mistral_async.batch._progress import BatchProgress
from mistral_async.batch._run import BatchLimits
from mistral_async.bulk import OnError

OnExit: TypeAlias = Literal["keep", "cancel"]


class StartOptions(TypedDict, total=False):
    """Options for making batch jobs of calls."""

    endpoint: str | None
    """Where the calls belong: taken from them unless given. Give it for an endpoint newer than this package."""
    metadata: Mapping[str, str] | None
    """Put on every job, beside what the jobs are found by."""
    timeout_hours: int | None
    """After how many hours a job gives up: 1 to 168, 24 where not set."""
    limits: BatchLimits | None
    """How much goes into one job."""
    concurrency: int | None
    """Jobs side by side: 4."""
    checkpoint: str | os.PathLike[str] | None
    """A file that keeps the handle: the same call with the same file goes on where a killed one was."""
    directory: str | os.PathLike[str] | None
    """Where the requests, and results that wait for their turn, are put down: the system's temporary directory."""
    poll: Poll | None
    """How often the jobs are asked for their state: after 2 seconds, then ever more rarely, at last every minute."""
    progress: Callable[[BatchProgress], object] | None
    """Called with each state of the jobs, in the thread of the event loop."""


class ReadOptions(TypedDict, total=False):
    """Options for reading results."""

    ordered: bool | None
    """Results in the order of the calls; else (the default) as they can be had."""
    on_error: OnError | None
    """`"return"` (the default): each failure is an `Err`. `"raise"`: the first ends the reading and is raised."""
    on_exit: OnExit | None
    """What becomes of the jobs when the block is left before its end: `"keep"` (the default) or `"cancel"`."""


class RunOptions(StartOptions, ReadOptions, total=False):
    """Options for making batch jobs of calls and reading their results."""


class BatchConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The options of a run, checked."""

    endpoint: str | None = None
    metadata: dict[str, str] = {}
    timeout_hours: int | None = None
    limits: BatchLimits = BatchLimits()
    concurrency: int = 4
    checkpoint: str | None = None
    directory: str | None = None
    poll: Poll = Poll()
    progress: Callable[[BatchProgress], object] | None = None
    ordered: bool = False
    on_error: OnError = "return"
    on_exit: OnExit = "keep"

    def __post_init__(self) -> None:
        """Raise `TypeError` or `ValueError` for options that can not be followed."""
        set_plain_numbers(self, ("concurrency", "timeout_hours"))
        check_count("concurrency", self.concurrency)
        if self.on_error not in {"return", "raise"}:
            raise ValueError(f"on_error must be 'return' or 'raise', not {self.on_error!r}")
        if self.on_exit not in {"keep", "cancel"}:
            raise ValueError(f"on_exit must be 'keep' or 'cancel', not {self.on_exit!r}")

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> BatchConfig:
        """Check the options that a user gave; None is not given."""
        given = {name: value for name, value in options.items() if value is not None}
        for name in ("checkpoint", "directory"):
            if name in given:
                given[name] = os.fspath(given[name])
        if "metadata" in given:
            given["metadata"] = dict(given["metadata"])
        return cls(**given)

"""Options of fanning out, which every method of `client.bulk` takes: as users give them, and checked."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
from typing_extensions import TypedDict

from mistral_async._codec.counts import check_count, set_plain_numbers
from mistral_async._engine.fallback import Kinds
from mistral_async.bulk._outcome import OnError
from mistral_async.bulk._progress import Progress
from mistral_async.models._fallback import Models

if TYPE_CHECKING:
    from mistral_async._spending import Budget
else:
    Budget = Any  # its module loads with the first budget, and `help` evaluates the annotations here

FALLBACK = frozenset({"fallback", "fallback_on"})
"""Options that are those of a view."""

_ASIDE = 64  # items for each request at once: what a second's pause of one of them holds up, and more

Listener: TypeAlias = Callable[[Progress], object]


class BulkOptions(TypedDict, total=False):
    """Options of fanning out."""

    concurrency: int | None
    """Requests at once: 64, or 16 where a request holds many items."""
    max_in_flight: int | None
    """Items read from the source whose results were not taken yet: all that is ever held in memory."""
    ordered: bool | None
    """Results in the order of the source (the default); else as they come."""
    on_error: OnError | None
    """`"return"` (the default): each failure is an `Err`. `"raise"`: the first ends all others and is raised."""
    progress: Listener | None
    """Called with a `Progress` while the work goes on, and once at its end, in the thread of the event loop."""
    progress_every: float | None
    """The seconds between two calls of `progress`: 0.2."""
    checkpoint: str | os.PathLike[str] | None
    """A file that keeps every result: the same call with the same file goes on where a killed one was."""
    budget: Budget | Sequence[Budget] | None
    """What the work may use in all: where it would use more, no further request starts, and the items that are left are
    `Err`s with a `BudgetExceededError`."""


class BulkMapOptions(BulkOptions, total=False):
    """Options of fanning out calls that may ask other models."""

    fallback: Models | None
    """Models that are asked when a call's own does not answer, as in `with_options`."""
    fallback_on: Kinds | None
    """The failures that lead to the next model, as in `with_options`."""


class BulkConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The options of fanning out, checked."""

    concurrency: int = 64
    max_in_flight: int | None = None
    ordered: bool = True
    on_error: OnError = "return"
    progress: Listener | None = None
    progress_every: float = 0.2
    checkpoint: str | None = None
    budget: Any = None

    def __post_init__(self) -> None:
        """Raise for options with which nothing would ever run."""
        set_plain_numbers(self, ("concurrency", "max_in_flight", "progress_every"))
        for name in ("concurrency", "max_in_flight"):
            check_count(name, getattr(self, name), optional=True)
        if self.on_error not in {"return", "raise"}:
            raise ValueError(f"on_error must be 'return' or 'raise', not {self.on_error!r}")
        if self.progress is not None and (not callable(self.progress) or inspect.iscoroutinefunction(self.progress)):
            raise TypeError("progress must be a plain function")
        if not (math.isfinite(self.progress_every) and self.progress_every > 0):
            raise ValueError(f"progress_every must be more than 0 seconds, not {self.progress_every}")

    @classmethod
    def of(cls, options: Mapping[str, Any], **defaults: Any) -> BulkConfig:
        """Check the options that a user gave; None is not given."""
        own = options.keys() - FALLBACK
        given = defaults | {name: value for name in own if (value := options[name]) is not None}
        if "checkpoint" in given:
            given["checkpoint"] = os.fspath(given["checkpoint"])
        return cls(**given)

    @property
    def window(self) -> int:
        """The number of items that may be under way or waiting to be taken."""
        return self.max_in_flight or 2 * self.concurrency

    @property
    def aside(self) -> int:
        """The number of items beside these that may wait for one before them, or for another attempt."""
        return 0 if self.max_in_flight else _ASIDE * self.concurrency

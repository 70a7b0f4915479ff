"""Progress over workers: a small file beside each checkpoint, for every time that its partition was begun; and the sum.

What a partition has done is told by who began it last; what was paid for, by all who ever did.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from mistral_async.bulk import Progress

_ENDING: Final = ".progress.json"
_RECENT: Final = 10.0  # seconds: a worker that has told nothing for so long does nothing


class ProgressFile:
    """A listener of bulk work that writes what it is told, and tells another listener."""

    def __init__(self, checkpoint: Path, other: Callable[[Progress], object] | None) -> None:
        self._path = checkpoint.with_suffix(f".{time.time_ns():020d}-{uuid.uuid4().hex[:8]}{_ENDING}")
        self._other = other

    def __call__(self, progress: Progress) -> None:
        new = self._path.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(progress))
        new.replace(self._path)  # whoever reads finds it whole
        if self._other is not None:
            self._other(progress)


def sum_progress(checkpoint: str | os.PathLike[str], *, total: int | None = None) -> Progress:
    """Return how far all workers are that share a folder of checkpoints.

    `total` is the number of items in all, which no worker knows: with it, `seconds_left` is estimated.
    """
    begun: dict[str, Progress] = {}
    counts: dict[str, int] = dict.fromkeys(("tokens", "requests", "rejected"), 0)
    rate, ages = 0.0, [0.0]
    for path in sorted(Path(checkpoint).glob(f"*{_ENDING}")):  # by partition, and then by time
        told = msgspec.json.decode(path.read_bytes(), type=Progress)
        begun[path.name.partition(".")[0]] = told
        for name in counts:
            counts[name] += getattr(told, name)
        age = time.time() - path.stat().st_mtime
        ages.append(age + told.elapsed)
        rate += told.rate if age < _RECENT and not told.finished else 0.0
    return _sum(list(begun.values()), total, rate, max(ages), counts)


def _sum(each: list[Progress], total: int | None, rate: float, elapsed: float, counts: dict[str, int]) -> Progress:
    sums: dict[str, Any] = {
        name: sum(getattr(told, name) for told in each) for name in ("done", "failed", "in_flight", "resumed")
    }
    ended = sums["done"] + sums["failed"]
    left = None if total is None else max(0, total - ended)
    return Progress(
        **sums,
        **counts,
        total=total,
        rate=rate,
        elapsed=elapsed,
        seconds_left=0.0 if left == 0 else left / rate if left and rate else None,
        finished=not left and all(told.finished for told in each),
    )

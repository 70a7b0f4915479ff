"""Fan-out: any amount of work, at the speed of the account."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from typing import Any, TypeVar

from mistral_async._request import Call
from mistral_async._resource import M, Resource, results
from mistral_async.bulk._results import AsyncResults, Err, Ok, OnError, Plan, Result

__all__ = ["AsyncResults", "Bulk", "Err", "Ok", "OnError", "Result"]

T = TypeVar("T")


class Bulk(Resource[M]):
    """Many calls at once."""

    @results
    def map(
        self,
        calls: Iterable[Call[T]] | AsyncIterable[Call[T]],
        *,
        concurrency: int = 64,
        max_in_flight: int | None = None,
        ordered: bool = True,
        on_error: OnError = "return",
    ) -> AsyncResults[T]:
        """Perform any requests made by `calls`, reading them as there is room.

        Args:
            calls: What to do: an iterable or an async iterable, read lazily. It may be endless.
            concurrency: Calls at once.
            max_in_flight: Calls read whose results were not taken yet. Default: twice the concurrency.
            ordered: Results in the order of `calls`; else as they come.
            on_error: `"return"`: each failure is an `Err`. `"raise"`: the first ends all others and is raised.

        Returns:
            An async context manager of an async iterator of `Ok(value, index, usage)` and `Err(error, index)`.
        """
        engine = self._face.engine.background()

        async def work(call: Call[T], index: int) -> Ok[T]:
            if not isinstance(call, Call):
                raise TypeError(f"bulk.map takes requests made by `calls`, not {type(call).__name__}")
            value: Any = await engine.call(call)
            return Ok(value, index, getattr(value, "usage", None))

        plan = Plan(concurrency=concurrency, max_in_flight=max_in_flight, ordered=ordered, on_error=on_error)
        return AsyncResults(calls, work, plan)

"""Any number of calls at once, bounded in flight and in memory, each with its own outcome.

The block owns the tasks: leaving it, by whatever way, ends them. A consumer that is slow stops new calls.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeAlias, TypeVar, cast

import msgspec

from mistral_async.errors import MistralError

if TYPE_CHECKING:
    import anyio
    import anyio.abc

T = TypeVar("T")
Source = TypeVar("Source")


class Ok(msgspec.Struct, Generic[T], frozen=True):
    """A call that succeeded."""

    value: T
    index: int
    """Its place in the source, from 0."""
    usage: Any = None
    """What it used, None where the API does not say."""

    @property
    def ok(self) -> Literal[True]:
        """That it succeeded."""
        return True

    def unwrap(self) -> T:
        """The value."""
        return self.value


class Err(msgspec.Struct, frozen=True):
    """A call that failed."""

    error: Exception
    index: int
    """Its place in the source, from 0."""

    @property
    def ok(self) -> Literal[False]:
        """That it failed."""
        return False

    def unwrap(self) -> Any:
        """Raise the error."""
        raise self.error


Result: TypeAlias = Ok[T] | Err

OnError: TypeAlias = Literal["return", "raise"]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How work is fanned out."""

    concurrency: int = 64
    """Calls at once."""
    max_in_flight: int | None = None
    """Items read from the source whose results were not taken yet; default: twice the concurrency."""
    ordered: bool = True
    """Results in the order of the source; else as they come."""
    on_error: OnError = "return"
    """Give failures as `Err`, or stop everything and raise the first."""

    def __post_init__(self) -> None:
        """Refuse what would never run."""
        if self.concurrency < 1:
            raise ValueError(f"concurrency must be at least 1, not {self.concurrency}")
        if self.max_in_flight is not None and self.max_in_flight < 1:
            raise ValueError(f"max_in_flight must be at least 1, not {self.max_in_flight}")

    @property
    def window(self) -> int:
        """How many items may be under way or waiting to be taken."""
        return self.max_in_flight or 2 * self.concurrency


class AsyncResults(Generic[T]):
    """The outcomes: `async with client.bulk.map(...) as results: async for result in results`, or `.collect()`."""

    def __init__(
        self,
        source: Iterable[Source] | AsyncIterable[Source],
        work: Callable[[Source, int], Awaitable[Ok[T]]],
        plan: Plan,
    ) -> None:
        self._source: Any = source
        self._work: Any = work
        self._plan = plan
        self._ready: deque[Result[T]] = deque()
        self._early: dict[int, Result[T]] = {}
        self._next = 0
        self._unfinished = 0
        self._exhausted = False
        self._failure: BaseException | None = None
        self._group: anyio.abc.TaskGroup | None = None

    async def __aenter__(self) -> Self:
        import anyio

        if self._group is not None:
            raise RuntimeError("results are read once: make the call again")
        self._items = _read(self._source)
        self._reading = anyio.Lock()
        self._window = anyio.Semaphore(self._plan.window)
        self._wake = anyio.Event()
        self._group = anyio.create_task_group()
        await self._group.__aenter__()
        self._workers = 0
        self._hire()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        group = cast("anyio.abc.TaskGroup", self._group)
        group.cancel_scope.cancel()
        await group.__aexit__(None, None, None)

    def __aiter__(self) -> Self:
        if self._group is None:
            raise TypeError("results are used with a block: `async with client.bulk.….(...) as results:`")
        return self

    async def __anext__(self) -> Result[T]:
        while not self._ready:
            if self._failure is not None:
                failure, self._failure = self._failure, None
                self._exhausted = True
                raise failure
            if self._exhausted and not self._unfinished:
                raise StopAsyncIteration
            import anyio

            self._wake = anyio.Event()
            await self._wake.wait()
        self._window.release()
        return self._ready.popleft()

    async def receive(self) -> list[Result[T]]:
        """The results that have arrived since the last call, at least one; an empty list at the end."""
        first = await anext(self, None)
        if first is None:
            return []
        results = [first]
        while self._ready:
            self._window.release()
            results.append(self._ready.popleft())
        return results

    async def collect(self) -> list[Result[T]]:
        """Every result, in a list."""
        if self._group is None:
            async with self:
                return await self.collect()
        return [result async for result in self]

    def __await__(self) -> Generator[Any, None, list[Result[T]]]:
        return self.collect().__await__()

    # the workers

    def _hire(self) -> None:
        """Start one more worker if there may be work for it: each worker that finds work hires the next."""
        if self._workers < self._plan.concurrency and not self._exhausted:
            self._workers += 1
            cast("anyio.abc.TaskGroup", self._group).start_soon(self._labour)

    async def _labour(self) -> None:
        while (taken := await self._take()) is not None:
            index, item = taken
            self._hire()
            try:
                result: Result[T] = await self._work(item, index)
            except MistralError as error:
                result = Err(error, index)
            except Exception as error:  # noqa: BLE001 - one item's failure, whatever it is, is its own result
                result = Err(error, index)
            self._deliver(result)

    async def _take(self) -> tuple[int, Any] | None:
        """The next item of the source, when there is room for its result."""
        await self._window.acquire()
        async with self._reading:
            if self._exhausted:
                return None
            try:
                item = await anext(self._items)
            except StopAsyncIteration:
                self._exhausted = True
                self._wake.set()
                return None
            except Exception as error:  # noqa: BLE001 - the source's own failure ends the whole
                self._stop(error)
                return None
            self._unfinished += 1
            index, self._index = self._index, self._index + 1
            return index, item

    _index = 0

    def _stop(self, error: BaseException) -> None:
        """End everything: no call starts after this."""
        self._exhausted = True
        self._failure = error
        self._ready.clear()
        cast("anyio.abc.TaskGroup", self._group).cancel_scope.cancel()
        self._wake.set()

    def _deliver(self, result: Result[T]) -> None:
        self._unfinished -= 1
        if isinstance(result, Err) and self._plan.on_error == "raise":
            if self._failure is None:
                self._stop(result.error)
            return
        if not self._plan.ordered:
            self._ready.append(result)
        else:
            self._early[result.index] = result
            while (found := self._early.pop(self._next, None)) is not None:
                self._ready.append(found)
                self._next += 1
        if self._ready or (self._exhausted and not self._unfinished):
            self._wake.set()


def _read(source: Iterable[Source] | AsyncIterable[Source]) -> AsyncIterator[Source]:
    if isinstance(source, AsyncIterable):
        return aiter(source)
    return _Plain(iter(source))


class _Plain(AsyncIterator[Source]):
    """An iterable where an async one is expected."""

    def __init__(self, items: Iterator[Source]) -> None:
        self._items = items

    async def __anext__(self) -> Source:
        try:
            return next(self._items)
        except StopIteration:
            raise StopAsyncIteration from None

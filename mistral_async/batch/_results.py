"""The results of a run, as its jobs end: `async with client.batch.run(...) as results: async for result in results`.

The block owns the tasks: leaving it, by whatever way, ends them. What becomes of the jobs then is `on_exit`'s.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar, cast

import anyio
from anyio import to_thread

from mistral_async._binding.blockable import Blockable
from mistral_async.batch._delivery import Delivery
from mistral_async.batch._options import Plan
from mistral_async.batch._progress import BatchProgress
from mistral_async.batch._run import Part
from mistral_async.bulk import Err, Result

if TYPE_CHECKING:
    from mistral_async._binding.resource import Async
    from mistral_async._binding.sync_executor import SyncExecutor
    from mistral_async.batch._blocking import SyncBatchResults
    from mistral_async.batch._handle import BatchHandle
    from mistral_async.batch._opening import Opening
    from mistral_async.batch._work import Work

T = TypeVar("T")

_AHEAD: Final = 2  # lists of results that wait for whoever takes them


class BatchResults(Blockable["SyncBatchResults[T]"], Generic[T]):
    """The outcomes, `Ok` and `Err`: in a block, or all at once with `.collect()`."""

    def __init__(self, opening: Opening[T], plan: Plan) -> None:
        self.opening = opening
        self._plan = plan
        self._work: Work[T] | None = None
        self._ready: deque[Result[T]] = deque()
        self._failure: Exception | None = None
        self._finished = False

    def blocking(self, executor: SyncExecutor) -> SyncBatchResults[T]:
        """Return the results for code that blocks."""
        from mistral_async.batch._blocking import SyncBatchResults

        return SyncBatchResults(executor, self)

    async def __aenter__(self) -> Self:
        if self._work is not None:
            raise RuntimeError("results are read once: make the call again")
        work, spool = await self.opening.open()
        self._work = work
        self._delivery = Delivery(work, spool, self._plan)
        self._send, self._receive = anyio.create_memory_object_stream[list[Result[Any]]](_AHEAD)
        self._parts = anyio.CancelScope()
        self._group = anyio.create_task_group()
        await self._group.__aenter__()
        self._group.start_soon(self._produce)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._group.cancel_scope.cancel()
        try:
            await self._group.__aexit__(None, None, None)
        finally:
            self._receive.close()
            if not self._finished and self._plan.on_exit == "cancel":
                await cast("Work[T]", self._work).leave()
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(self._delivery.close)

    @property
    def job(self) -> BatchHandle[Async, T]:
        """The handle: with `.to_json()` another process can go on."""
        from mistral_async._binding.async_executor import AsyncExecutor
        from mistral_async.batch._handle import BatchHandle

        return BatchHandle(AsyncExecutor(self.work.engine), self.work)

    @property
    def work(self) -> Work[T]:
        """What is under way."""
        if self._work is None:
            raise RuntimeError("nothing is under way yet: use `async with`")
        return self._work

    @property
    def progress(self) -> BatchProgress:
        """How far the jobs are, as the API last said."""
        return self.work.watch.report()

    def __aiter__(self) -> Self:
        if self._work is None:
            raise TypeError("results are used with a block: `async with client.batch.run(...) as results:`")
        return self

    async def __anext__(self) -> Result[T]:
        if not self._ready:
            self._ready.extend(await self.receive())
            if not self._ready:
                raise StopAsyncIteration
        return self._ready.popleft()

    async def receive(self) -> list[Result[T]]:
        """The results that have arrived since the last call, at least one; an empty list at the end."""
        if self._ready:
            results = list(self._ready)
            self._ready.clear()
            return results
        try:
            return await self._receive.receive()
        except anyio.EndOfStream:
            pass
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        return []

    async def collect(self) -> list[Result[T]]:
        """Every result, in a list."""
        if self._work is None:
            async with self:
                return await self.collect()
        return [result async for result in self]

    async def values(self) -> list[T]:
        """Every value, in a list in the order of the calls; the first failure is raised."""
        results = sorted(await self.collect(), key=lambda result: result.index)
        return [result.unwrap() for result in results]

    def __await__(self) -> Generator[Any, None, list[Result[T]]]:
        return self.collect().__await__()

    # the tasks

    async def _produce(self) -> None:
        with self._send, self._parts:
            async with anyio.create_task_group() as group:
                for part in self.work.run.parts:
                    group.start_soon(self._follow, part)
            self._finished = True

    async def _follow(self, part: Part) -> None:
        try:
            await self._delivery.follow(part, self._emit)
        except _FirstError as first:
            self._fail(first.error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the consumer gets it
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """End everything; the first failure is the one that is told."""
        if self._failure is None:
            self._failure = error
            self._parts.cancel()

    async def _emit(self, results: list[Result[Any]]) -> None:
        if self._plan.on_error == "raise":
            for result in results:
                if isinstance(result, Err):
                    raise _FirstError(result.error)
        if results:
            await self._send.send(results)


class _FirstError(Exception):
    """Carries a request's error past those who would take it for one of the download."""

    def __init__(self, error: Exception) -> None:
        self.error = error

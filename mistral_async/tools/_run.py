"""A run of tools: awaited for its result, or used as a block of its events."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

import anyio
import anyio.abc

from mistral_async._binding.events import AsyncEvents
from mistral_async.tools._events import RunEvent, RunResult
from mistral_async.tools._loop import Driver, Loop, Plan

T = TypeVar("T")
_WINDOW = 64  # events that wait to be taken; then the run waits


class Run(AsyncEvents[RunEvent, RunResult[T]], Generic[T]):
    """`await client.chat.run(...)` for the result; `async with client.chat.run(...) as run: async for event in run`.

    Awaited, each answer comes whole; in a block it is streamed. Leaving the block, by whatever way, ends the run: no
    tool runs on, but for a thread with a `timeout`, which can not be stopped.
    """

    def __init__(self, driver: Driver, plan: Plan) -> None:
        super().__init__()
        self._driver = driver
        self._plan = plan
        self._group: anyio.abc.TaskGroup | None = None
        self._used = False
        self._result: RunResult[Any] | None = None
        self._failure: Exception | None = None

    @property
    def is_open(self) -> bool:
        """Whether its block was entered."""
        return self._group is not None

    async def __aenter__(self) -> Self:
        self._use()
        self._scope = anyio.CancelScope()
        self._send, self._receive = anyio.create_memory_object_stream[RunEvent](_WINDOW)
        self._group = anyio.create_task_group()
        await self._group.__aenter__()
        self._group.start_soon(self._work)
        return self

    def _use(self) -> None:
        if self._used:
            raise RuntimeError("a run is made once: call run again")
        self._used = True

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._scope.cancel()
        self._receive.close()
        try:
            await cast("anyio.abc.TaskGroup", self._group).__aexit__(None, None, None)
        finally:
            self._send.close()

    def cancel(self) -> None:
        """End the run from any task of its event loop; whoever reads it sees its end."""
        if self._group is not None:
            self._scope.cancel()

    async def _work(self) -> None:
        with self._scope, self._send:
            loop = Loop(self._driver, self._plan, self._emit, streaming=True)
            try:
                self._result = await loop.run()
            except Exception as error:  # noqa: BLE001 - raised to whoever reads the events
                self._failure = error

    async def _emit(self, event: RunEvent) -> None:
        try:
            await self._send.send(event)
        except anyio.BrokenResourceError:
            await anyio.sleep_forever()  # the block is being left: the cancellation is on its way

    async def receive(self) -> list[RunEvent]:
        """The events that have come since the last call, at least one; an empty list at the end."""
        try:
            found = [await self._receive.receive()]
        except anyio.EndOfStream:
            if self._failure is not None:
                failure, self._failure = self._failure, None
                raise failure from None
            return []
        while True:
            try:
                found.append(self._receive.receive_nowait())
            except (anyio.WouldBlock, anyio.EndOfStream):
                return found

    async def result(self) -> RunResult[T]:
        """Run to the end and give the result."""
        if self._group is None:
            self._use()
            return await Loop(self._driver, self._plan, _no_one, streaming=False).run()
        while await self.receive():
            pass
        if self._result is None:
            raise RuntimeError("the run was ended before it came to a result")
        return self._result


async def _no_one(event: RunEvent) -> None:
    """Nobody reads the events of a run that is awaited."""

"""A run of tools: awaited for its result, or used as a block of its events."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Final, Generic, Self

import anyio
from typing_extensions import TypeVar

from mistral_async._binding.background import BackgroundTask
from mistral_async._binding.events import AsyncEvents
from mistral_async._binding.exits import ENDS_PROCESS, FAILURES
from mistral_async._codec.shown import described, safe_repr
from mistral_async._engine.first_use import loading
from mistral_async.tools._config import RunConfig
from mistral_async.tools._events import RunEvent, RunResult
from mistral_async.tools._loop import Driver, Loop

T = TypeVar("T", default=Any)
_MAX_WAITING: Final = 64  # events, see rule 2
_LEFT: Final = "the block of this run was left before its end: read its events inside it"

# The tasks of a run
#
# Rule 1: Awaited, a run is its caller's own task. In a block it is a task beside it, which whoever leaves the block
#   ends, and the tools are tasks of it. Nothing outlives the call or the block but a thread of a tool with a `timeout`,
#   which can not be stopped.
# Rule 2: Events go through a buffer of 64. While it is full the run waits: a slow reader slows the run down, and none
#   of its memory grows.
# Rule 3: Leaving the block, by whatever way, cancels the run and waits until its tools have ended.
# Rule 4: The failure of a run is raised once, to whoever reads its events or its result. It never passes through a
#   task group, and neither does an error of the block: none comes wrapped in an ExceptionGroup.
# Rule 5: A run is made once: a second block or `await` is a RuntimeError, and so is reading its events after the block.
#   Its result stays.


class Run(AsyncEvents[RunEvent, RunResult[T]], Generic[T]):
    """A run: `await` it for its result, or `async with client.chat.run(...) as run: async for event in run`.

    Awaited, each answer comes whole; in a block it is streamed. Leaving the block, by whatever way, ends the run: no
    tool runs on, but for a thread with a `timeout`, which can not be stopped.
    """

    def __init__(self, driver: Driver, config: RunConfig) -> None:
        super().__init__()
        self._driver = driver
        self._config = config
        self._background: BackgroundTask | None = None
        self._used = False
        self._left = False
        self._cancelled = False
        self._result: RunResult | None = None
        self._failure: BaseException | None = None

    @property
    def is_open(self) -> bool:
        """True once its block was entered."""
        return self._background is not None

    @safe_repr
    def __repr__(self) -> str:
        state = "closed" if self._left else "begun" if self._used else "not begun"
        return described(self, "tools", state, "async with run: async for event in run; .result()")

    @loading
    async def __aenter__(self) -> Self:
        self._use()
        self._scope = anyio.CancelScope()
        self._send, self._receive = anyio.create_memory_object_stream[RunEvent](_MAX_WAITING)
        self._background = BackgroundTask(self._work)
        return self

    def _use(self) -> None:
        if self._used:
            raise RuntimeError("a run is made once: call run again")
        self._used = True

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._left or self._background is None:
            return
        self._left = True
        self._scope.cancel()
        self._receive.close()
        try:
            await self._background.stop()
        finally:
            self._send.close()
        if isinstance(self._failure, ENDS_PROCESS):
            self._raise_failure()

    def cancel(self) -> None:
        """End the run, from any task of its event loop; whoever reads its events sees their end."""
        self._cancelled = True
        if self._background is not None:
            self._scope.cancel()

    async def _work(self) -> None:
        with self._scope, self._send:
            loop = Loop(self._driver, self._config, self._emit, streaming=True)
            try:
                self._result = await loop.run()
            except FAILURES as error:  # raised to whoever reads the events
                self._failure = error

    async def _emit(self, event: RunEvent) -> None:
        try:
            await self._send.send(event)
        except anyio.BrokenResourceError:
            await anyio.sleep_forever()  # the block is being left: the cancellation is on its way

    async def receive(self) -> list[RunEvent]:
        """Return the events that have come since the last call, at least one; an empty list at the end."""
        if self._left or self._background is None:
            raise RuntimeError(_LEFT if self._result is None else "the events of a run are read once, in its block")
        self._background.check_here()
        try:
            found = [await self._receive.receive()]
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            self._raise_failure()
            if self._left and self._result is None and not self._cancelled:
                raise RuntimeError(_LEFT) from None
            return []
        while True:
            try:
                found.append(self._receive.receive_nowait())
            except (anyio.WouldBlock, anyio.EndOfStream, anyio.ClosedResourceError):
                return found

    def _raise_failure(self) -> None:
        if self._failure is not None:
            failure, self._failure, self._cancelled = self._failure, None, True  # then it is at its end
            raise failure from None

    async def result(self) -> RunResult[T]:
        """Run to the end and return the result."""
        if self._background is None:
            self._use()
            return await Loop(self._driver, self._config, _discard, streaming=False).run()
        while not self._left and await self.receive():
            pass
        self._raise_failure()
        if self._result is None:
            raise RuntimeError("the run was ended before it came to a result")
        return self._result


async def _discard(event: RunEvent) -> None:
    """Drop the event: nobody reads those of a run that is awaited."""

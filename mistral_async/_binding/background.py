"""The work of a block, in a task of its own: whichever task leaves the block ends it."""

from __future__ import annotations

import asyncio
import contextvars
import sys
from collections.abc import Awaitable, Callable

import anyio

from mistral_async._http.loops import call_soon, current_loop, is_asyncio

# Rule 1: The task that enters a block enters no task group and no cancel scope, which it alone could leave. The work is
#   a task beside it, with a copy of its context. So an async generator around the block may be stepped and closed by
#   any task of the event loop, and by the loop itself when the generator was dropped.
# Rule 2: `stop` cancels the work and waits until all of it has ended, cancelled itself or not: nothing outlives its
#   block.
# Rule 3: From another event loop the work is told to end, and nobody waits: the loop may have stopped for good.
# Rule 4: The work keeps its own failures for whoever reads; what ends a process (`SystemExit`, `KeyboardInterrupt`) it
#   keeps too, since raised in a task it would end the loop for everybody.

_TASKS: set[asyncio.Task[None]] = set()  # asyncio holds its tasks weakly


class BackgroundTask:
    """Work that was started in the running event loop."""

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self._work = work
        self._loop = loop = current_loop()
        self._scope = anyio.CancelScope()
        self._ended = anyio.Event()
        if is_asyncio(loop):
            task = loop.create_task(self._run())
            _TASKS.add(task)
            task.add_done_callback(self._end)
        else:
            sys.modules["trio"].lowlevel.spawn_system_task(self._run_in_trio, context=contextvars.copy_context())

    async def _run(self) -> None:
        with self._scope:
            await self._work()

    async def _run_in_trio(self) -> None:
        try:
            await self._run()
        finally:
            self._ended.set()

    def _end(self, task: asyncio.Task[None]) -> None:
        """Tell who waits, also if the loop ended before the task began."""
        _TASKS.discard(task)
        self._ended.set()

    @property
    def is_here(self) -> bool:
        """True in the event loop of the work."""
        return current_loop() is self._loop

    def check_here(self) -> None:
        """Raise RuntimeError in another event loop, where nobody would be woken."""
        if not self.is_here:
            raise RuntimeError("this block was entered in another event loop, or thread: use it there")

    def cancel(self) -> None:
        """Tell the work to end, from any thread."""
        call_soon(self._loop, self._scope.cancel)

    async def stop(self) -> None:
        """Cancel the work and wait for its end (Rules 2 and 3)."""
        if not self.is_here:
            self.cancel()
            return
        self._scope.cancel()
        interrupt: BaseException | None = None
        with anyio.CancelScope(shield=True):
            while not self._ended.is_set():
                try:
                    await self._ended.wait()
                except asyncio.CancelledError as error:  # asyncio's own, which no scope holds off
                    interrupt = error
        if interrupt is not None:
            raise interrupt

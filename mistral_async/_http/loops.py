"""The event loop that something belongs to: found without cost, spoken to from outside, known to be dead or alive."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

# The generators of pools whose event loop has not ended. They are held here so that the garbage collector never meets
# one unfinished; each holds its pool, which leaves when it is closed.
_GUARDS: set[AsyncGenerator[None, None]] = set()


def current_loop() -> Any:
    """The running asyncio loop, or trio's token: trio first, since in guest mode both run."""
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_task():
        return trio.lowlevel.current_trio_token()
    import asyncio

    return asyncio.get_running_loop()


def is_asyncio(loop: Any) -> bool:
    """Whether it is an asyncio loop and not trio's token."""
    return hasattr(loop, "create_connection")


def is_alive(loop: Any) -> bool:
    """Whether it can still run something."""
    return not loop.is_closed() if is_asyncio(loop) else call_soon(loop, bool)


def call_soon(loop: Any, action: Callable[[], object]) -> bool:
    """Have it call something soon, from any thread; False when it has ended."""
    send = loop.call_soon_threadsafe if is_asyncio(loop) else loop.run_sync_soon
    try:
        send(action)
    except RuntimeError:  # trio.RunFinishedError too
        return False
    return True


def spawn_task(loop: Any, work: Callable[[], Awaitable[None]]) -> bool:
    """Have it await something that does not fail, from any thread; False when it has ended."""
    if is_asyncio(loop):
        return call_soon(loop, lambda: _keep(loop.create_task(work())))
    return call_soon(loop, lambda: sys.modules["trio"].lowlevel.spawn_system_task(work))


_TASKS: set[Any] = set()


def _keep(task: Any) -> None:
    _TASKS.add(task)
    task.add_done_callback(_TASKS.discard)


class LoopExitHook:
    """Learns that the event loop ends: loops finalize the async generators that are suspended in them."""

    def __init__(self, ended: Callable[[], Awaitable[None] | None]) -> None:
        self._ended: Callable[[], Awaitable[None] | None] | None = ended
        self._generator = self._wait()

    async def start(self) -> None:
        """From now on; does not suspend."""
        _GUARDS.add(self._generator)
        await anext(self._generator)

    def stop(self) -> None:
        """Not any more: run the generator to its end here and now."""
        self._ended = None
        _GUARDS.discard(self._generator)
        with contextlib.suppress(StopIteration, RuntimeError):
            self._generator.aclose().send(None)

    async def _wait(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            _GUARDS.discard(self._generator)
            if self._ended is not None and (closing := self._ended()) is not None:
                await closing

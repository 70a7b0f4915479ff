"""The event loop that something belongs to: found cheaply, called from other threads, known to be running or ended."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextvars import Context
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import asyncio

    import trio
    from typing_extensions import TypeIs

Loop: TypeAlias = "asyncio.AbstractEventLoop | trio.lowlevel.TrioToken"

# Rule 1: A wire belongs to the loop that it was made in; its sockets are registered there. From any other thread it is
#         reached by `call_soon` alone, which says whether the loop still runs anything.
# Rule 2: The end of a loop is learned from an async generator that is suspended in it (PEP 525): `asyncio.run`, uvloop
#         and trio finalize those last, when no task of the user runs any more, and can still await what it awaits.
# Rule 3: A loop that ends without that (`loop.close()` alone) tells nobody. Its wires are found dead by the next
#         request from another loop, or when the client is freed, and then detached: sockets closed, nothing awaited.
# Rule 4: A fork copies the descriptors. The child closes its copies and sends nothing, no TLS alert either: the
#         connections are the parent's, and go on there.

# The generators of `LoopExitHook`s that are armed. They are held here so that the garbage collector never finalizes one
# by itself; each holds its wire, which lets go of it when it is closed.
_HOOKS: set[AsyncGenerator[None, None]] = set()


class _OfThread(threading.local):
    serves_blocking_calls = False


OF_THREAD = _OfThread()
"""What is known of this thread: whether its event loop serves code that blocks."""


def current_loop() -> Loop:
    """Return the running asyncio loop, or trio's token; RuntimeError without either.

    Trio is asked first, since in guest mode both run. Neither is imported here: without it there is no such loop, nor
    while another thread imports it.
    """
    trio = getattr(sys.modules.get("trio"), "lowlevel", None)
    if trio is not None and trio.in_trio_task():
        token: Loop = trio.current_trio_token()
        return token
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        raise RuntimeError("no running event loop")
    loop: Loop = asyncio.get_running_loop()
    return loop


def is_asyncio(loop: Loop) -> TypeIs[asyncio.AbstractEventLoop]:
    """Tell an asyncio loop (True) from trio's token."""
    return hasattr(loop, "create_connection")


def is_alive(loop: Loop) -> bool:
    """Return whether the loop can still run something."""
    return not loop.is_closed() if is_asyncio(loop) else call_soon(loop, bool)


def interpreter_ends() -> bool:
    """Return whether the main thread has ended: others may go on, and whether they can start one depends on Python."""
    return sys.is_finalizing() or not threading.main_thread().is_alive()


def call_soon(loop: Loop, action: Callable[[], object]) -> bool:
    """Have the loop call something soon, from any thread; return False when it has ended.

    It runs in an empty context: that of the caller may say that another event loop runs (trio's own is empty anyway).
    """
    try:
        if is_asyncio(loop):
            loop.call_soon_threadsafe(action, context=Context())
        else:
            loop.run_sync_soon(action)
    except RuntimeError:  # trio.RunFinishedError too
        return False
    return True


def spawn_task(loop: Loop, work: Callable[[], Coroutine[Any, Any, None]], context: Context | None = None) -> bool:
    """Have the loop await something that does not fail, from any thread; return False when it has ended."""
    if is_asyncio(loop):
        return call_soon(loop, lambda: hold_task(loop.create_task(work(), context=context)))
    return call_soon(loop, lambda: sys.modules["trio"].lowlevel.spawn_system_task(work, context=context))


_TASKS: set[asyncio.Task[None]] = set()  # asyncio holds its tasks weakly


def hold_task(task: asyncio.Task[None]) -> None:
    """Keep a task until its end, where nobody else does."""
    _TASKS.add(task)
    task.add_done_callback(_TASKS.discard)


class LoopExitHook:
    """A callback for the end of the event loop, on an async generator that the loop finalizes (rule 2)."""

    def __init__(self, on_exit: Callable[[], Awaitable[None] | None]) -> None:
        self._on_exit: Callable[[], Awaitable[None] | None] | None = on_exit
        self._generator = self._wait()

    async def start(self) -> None:
        """Arm the hook in the running loop; does not suspend."""
        _HOOKS.add(self._generator)
        await anext(self._generator)

    def stop(self) -> None:
        """Disarm the hook: run the generator to its end here and now, in whatever thread or loop this is."""
        self._on_exit = None
        _HOOKS.discard(self._generator)
        with contextlib.suppress(StopIteration, RuntimeError):
            self._generator.aclose().send(None)

    async def _wait(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            _HOOKS.discard(self._generator)
            if self._on_exit is not None and (closing := self._on_exit()) is not None:
                await closing

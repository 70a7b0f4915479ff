"""Threads for what would block the event loop.

What may never return (a resolver, a function of the user, a file that waits for its writer) gets a daemon. A thread of
the event loop's own executor, or anyio's, would hold up the end of the loop or of the process until it returns. While
the interpreter ends some versions of Python start no thread: then all is called here.
"""

from __future__ import annotations

import errno
import functools
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from mistral_async._http.loops import call_soon, current_loop, interpreter_ends, is_asyncio

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future

    from anyio import CapacityLimiter
    from anyio.lowlevel import RunVar

T = TypeVar("T")
Outcome: TypeAlias = Callable[[], T]
"""A function that returns or raises what another did."""
Run: TypeAlias = Callable[[Callable[[], Outcome[T]]], Awaitable[Outcome[T]]]
"""A function that calls another, which does not raise, in a thread."""

_MOST_OWN: Final = 256  # threads of an event loop for functions of the user


class NoThreadError(OSError):
    """No thread can be started: the process has as many as it may."""


async def run_in_daemon(function: Callable[..., T], *args: Any) -> T:
    """Return what a function returns in a daemon thread, which is left behind when the wait is cancelled.

    Raises `NoThreadError`.
    """
    return await call_in(_daemon, functools.partial(function, *args))


async def run_in_thread(
    function: Callable[..., T],
    *args: Any,
    abandon_on_cancel: bool = False,
    limiter: CapacityLimiter | None = None,
) -> T:
    """Return what a function returns in one of anyio's threads; raises `NoThreadError`.

    Unless it may be abandoned, a function that has begun is waited for, whoever cancels: what it does is done when the
    cancellation comes. A scope's comes at the next wait, asyncio's own here.
    """
    from anyio import to_thread

    run = functools.partial(to_thread.run_sync, abandon_on_cancel=abandon_on_cancel, limiter=limiter)
    if not abandon_on_cancel and is_asyncio(current_loop()):
        run = functools.partial(_to_its_end, run)
    return await call_in(run, functools.partial(function, *args))


async def run_in_own_thread(function: Callable[..., T], *args: Any, abandon_on_cancel: bool = False) -> T:
    """Return what a function of the user returns, as `run_in_thread` does.

    It is in none of the threads that all of an event loop share: it may block on a call that needs one of these. There
    are 256 for each event loop.
    """
    from anyio import CapacityLimiter

    limiters = _limiters()
    limiter = limiters.get(None)
    if limiter is None:
        limiters.set(limiter := CapacityLimiter(_MOST_OWN))
    return await run_in_thread(function, *args, abandon_on_cancel=abandon_on_cancel, limiter=limiter)


@functools.cache
def _limiters() -> RunVar[CapacityLimiter | None]:
    """Return the variable that has the limiter of each event loop for functions of the user."""
    from anyio.lowlevel import RunVar

    return RunVar("mistral_async threads")


async def release_in_thread(function: Callable[..., object], *args: Any) -> None:
    """Call a function that gives something back in a thread, or here where there is none.

    It is called whatever is cancelled; a cancellation comes when it has ended.
    """
    from anyio import CancelScope, get_cancelled_exc_class

    begun = False
    failure: BaseException | None = None

    def work() -> None:
        nonlocal begun
        begun = True
        function(*args)

    with CancelScope(shield=True):
        while not begun:
            try:
                await run_in_thread(work)
            except get_cancelled_exc_class() as error:  # asyncio's own
                failure = error
            except BaseException as error:  # noqa: BLE001 - it is raised below, but for threads that are used up
                failure = None if isinstance(error, NoThreadError) else error
                if not begun:
                    work()
    if failure is not None:
        raise failure


async def call_in(run: Run[T], function: Callable[[], T]) -> T:
    """Call a function in the thread that `run` gives it, or here where the interpreter ends and there is none."""
    if sys.is_finalizing():  # a thread would never run, and whoever starts it wait for ever
        return function()
    try:
        get = await run(functools.partial(_outcome_of, function))
    except RuntimeError as error:  # of the start of a thread: the function's own are its outcome
        if not is_refused_at_end(error):
            raise NoThreadError(errno.EAGAIN, f"no thread can be started: {error}") from error
        return function()
    return get()


def is_refused_at_end(error: RuntimeError) -> bool:
    """Return whether the start of a thread failed because the interpreter ends."""
    return interpreter_ends() or "shutdown" in str(error)


async def _daemon(function: Callable[[], Outcome[T]]) -> Outcome[T]:
    """Call a function that does not raise in a daemon thread."""
    loop = current_loop()
    if not is_asyncio(loop):
        run_sync = sys.modules["trio"].to_thread.run_sync  # which takes no coroutine from a thread
        found: Outcome[T] = await run_sync(function, abandon_on_cancel=True)
        return found
    return await start_daemon(loop, function)


def start_daemon(loop: asyncio.AbstractEventLoop, function: Callable[[], Outcome[T]]) -> asyncio.Future[Outcome[T]]:
    """Call a function that does not raise in a daemon thread; `RuntimeError` where none can be started."""
    outcome: asyncio.Future[Outcome[T]] = loop.create_future()
    context = copy_context()

    def work() -> None:
        get = context.run(function)
        call_soon(loop, lambda: outcome.done() or _set(outcome, get))

    threading.Thread(target=work, name="mistral_async daemon", daemon=True).start()
    return outcome


async def _to_its_end(
    run: Callable[[Callable[[], None]], Awaitable[None]], function: Callable[[], Outcome[T]]
) -> Outcome[T]:
    """Call a function that does not raise in the thread that `run` gives it, and see its end.

    A shield of anyio is none for asyncio's own cancellation (`task.cancel()`, `asyncio.timeout`), nor for what an event
    loop raises into the task.
    """
    from concurrent.futures import Future

    call: Future[Outcome[T]] = Future()

    def work() -> None:
        if call.set_running_or_notify_cancel():
            call.set_result(function())

    try:
        await run(work)
    except BaseException:
        if not call.cancel():  # it has begun
            await _wait_for(call)
        raise
    return call.result()


async def _wait_for(call: Future[Any]) -> None:
    """Wait for a call in a thread, whatever is cancelled."""
    import asyncio

    from anyio import CancelScope

    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    call.add_done_callback(lambda _: call_soon(loop, ended.set))
    with CancelScope(shield=True):
        while not ended.is_set():
            with suppress(asyncio.CancelledError):
                await ended.wait()


def _outcome_of(function: Callable[[], T]) -> Outcome[T]:
    """Call a function; return one that returns or raises the same."""
    try:
        value = function()
    except BaseException as error:  # noqa: BLE001 - raised where it is awaited
        failure = error
    else:
        return lambda: value

    def fail() -> T:
        raise failure

    return fail


def _set(future: asyncio.Future[T], value: T) -> bool:
    future.set_result(value)
    return True


def look_up(host: str, port: int) -> list[Any]:
    """Look up the addresses of a server."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)

"""Threads for what would block the event loop.

What may never return (a resolver, a function of the user, a file that waits for its writer) gets a daemon. A thread of
the event loop's own executor, or anyio's, would hold up the end of the loop or of the process until it returns. While
the interpreter ends Python 3.12 and later start no thread, and the loop has nothing else to do: all is called here.
"""

from __future__ import annotations

import errno
import socket
import sys
import threading
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from mistral_async._http.loops import call_soon, current_loop, interpreter_ends, is_asyncio

if TYPE_CHECKING:
    import asyncio

    from anyio import CapacityLimiter

T = TypeVar("T")


async def run_in_daemon(function: Callable[..., T], *args: Any) -> T:
    """Return what a function returns in a daemon thread, which is left behind when the wait is cancelled."""
    loop = current_loop()
    if interpreter_ends():
        return function(*args)
    if not is_asyncio(loop):
        run_sync = sys.modules["trio"].to_thread.run_sync  # which takes no coroutine from a thread
        get: Callable[[], T] = await run_sync(_outcome_of, partial(function, *args), abandon_on_cancel=True)
        return get()
    outcome: asyncio.Future[Callable[[], T]] = loop.create_future()
    context = copy_context()

    def work() -> None:
        get = _outcome_of(lambda: context.run(function, *args))
        call_soon(loop, lambda: outcome.done() or _set(outcome, get))

    try:
        threading.Thread(target=work, name="mistral_async daemon", daemon=True).start()
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, f"no thread can be started: {error}") from error
    return (await outcome)()


async def run_in_thread(
    function: Callable[..., T],
    *args: Any,
    abandon_on_cancel: bool = False,
    limiter: CapacityLimiter | None = None,
) -> T:
    """Return what a function returns in one of anyio's threads; while the interpreter ends, here."""
    if interpreter_ends():
        return function(*args)
    from anyio import to_thread

    return await to_thread.run_sync(function, *args, abandon_on_cancel=abandon_on_cancel, limiter=limiter)


def _outcome_of(function: Callable[[], T]) -> Callable[[], T]:
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

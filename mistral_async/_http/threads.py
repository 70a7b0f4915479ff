"""Threads for what may never return: a resolver, a function of the user, a file that waits for its writer.

They are daemons. A thread of the event loop's own executor, or anyio's, would hold up the end of the loop or of the
process until it returns.
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

T = TypeVar("T")


async def run_in_daemon(function: Callable[..., T], *args: Any) -> T:
    """Return what a function returns in a daemon thread, which is left behind when the wait is cancelled.

    While the interpreter ends it runs here: no thread may be started then, and the loop has nothing else to do.
    """
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

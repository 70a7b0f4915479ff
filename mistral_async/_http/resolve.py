"""The addresses of a server, looked up in a daemon thread: a resolver that hangs holds up nothing.

A thread of the event loop's own executor would hold up its end, and the end of the process, until it gives up.
"""

from __future__ import annotations

import errno
import socket
import threading
from typing import TYPE_CHECKING, Any

from mistral_async._http.loops import call_soon, interpreter_ends

if TYPE_CHECKING:
    import asyncio


async def look_up(loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[Any]:
    """Return what `socket.getaddrinfo` returns."""
    if interpreter_ends():  # when no thread may be started, and the loop has nothing else to do
        return look_up_here(host, port)
    found: asyncio.Future[list[Any]] = loop.create_future()

    def tell(addresses: list[Any] | Exception) -> None:
        if found.done():
            return
        if isinstance(addresses, Exception):
            found.set_exception(addresses)
        else:
            found.set_result(addresses)

    def work() -> None:
        try:
            addresses: list[Any] | Exception = look_up_here(host, port)
        except Exception as error:  # noqa: BLE001 - raised where it is awaited
            addresses = error
        call_soon(loop, lambda: tell(addresses))

    try:
        threading.Thread(target=work, name=f"mistral_async: {host}", daemon=True).start()
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, f"no thread to look up the server: {error}") from error
    return await found


def look_up_here(host: str, port: int) -> list[Any]:
    """Look up in this thread."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)

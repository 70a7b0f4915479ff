"""Connect a socket on asyncio: every address of a name, each with a head start on the next (RFC 8305).

`loop.create_connection` does the same, but loses sockets when it is cancelled. Here every attempt ends closed, but one.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import socket
from collections.abc import Callable
from typing import Any, Final

from mistral_async._http.threads import Outcome, call_in, look_up, start_daemon

_ATTEMPT_DELAY: Final = 0.25  # seconds: the Connection Attempt Delay of §5
_SHARED: Final = 1.0  # seconds that a look-up may have taken when another connection relies on it

Address = tuple[socket.AddressFamily, Any]


async def connect(loop: asyncio.AbstractEventLoop, resolver: Resolver) -> socket.socket:
    """Return a connected non-blocking socket, or raise the OSError of the first address."""
    first, *others = await resolver.resolve()
    if not others:
        return await _attempt(loop, first)
    attempts: list[asyncio.Task[socket.socket]] = []
    chosen: asyncio.Task[socket.socket] | None = None
    try:
        for address in (first, *others):
            attempts.append(loop.create_task(_attempt(loop, address)))
            if chosen := await _first_success(attempts, _ATTEMPT_DELAY):
                return chosen.result()
        if chosen := await _first_success(attempts, None):
            return chosen.result()
        return attempts[0].result()
    finally:
        try:
            await _discard([attempt for attempt in attempts if attempt is not chosen])
        except BaseException:
            if chosen is not None:
                _close(chosen)
            raise


class Resolver:
    """The addresses of a server. Connections that are made together share a look-up: else a crowd is one of threads."""

    def __init__(self, loop: asyncio.AbstractEventLoop, host: str, port: int) -> None:
        self._loop = loop
        self._host = host
        self._port = port
        self._looking_up: asyncio.Future[Outcome[list[Any]]] | None = None
        self._since = 0.0

    async def resolve(self) -> list[Address]:
        """Return the addresses, families alternating (§4); a literal address needs no thread."""
        host, port = self._host, self._port
        for family in (socket.AF_INET, socket.AF_INET6):
            with contextlib.suppress(OSError):
                socket.inet_pton(family, host)
                return [(family, (host, port))]
        try:
            return _alternating(await call_in(self._share, functools.partial(look_up, host, port)))
        except (OSError, UnicodeError) as error:
            raise _another(error) from error.__cause__  # each has an error of its own

    async def _share(self, function: Callable[[], Outcome[list[Any]]]) -> Outcome[list[Any]]:
        now = self._loop.time()
        if self._looking_up is None or self._looking_up.done() or now - self._since > _SHARED:
            self._looking_up, self._since = start_daemon(self._loop, function), now
        return await asyncio.shield(self._looking_up)


def _another(error: Exception) -> Exception:
    """Return an error that says the same, made past its class's constructor, which may take other arguments."""
    kind = type(error)
    builtin: Any = next(each for each in kind.__mro__ if each.__module__ == "builtins")
    made: Exception = builtin.__new__(kind, *error.args)
    builtin.__init__(made, *error.args)
    vars(made).update(vars(error))
    made.__context__ = error.__context__
    return made


def _alternating(found: list[Any]) -> list[Address]:
    first = [(family, address) for family, _, _, _, address in found if family == found[0][0]]
    others = [(family, address) for family, _, _, _, address in found if family != found[0][0]]
    turns = itertools.chain.from_iterable(itertools.zip_longest(first, others))
    return [address for address in turns if address is not None]


async def _attempt(loop: asyncio.AbstractEventLoop, address: Address) -> socket.socket:
    sock = socket.socket(address[0], socket.SOCK_STREAM)
    try:
        sock.setblocking(False)  # noqa: FBT003 (the socket module's way)
        await loop.sock_connect(sock, address[1])
    except BaseException:
        sock.close()
        raise
    return sock


async def _first_success(
    attempts: list[asyncio.Task[socket.socket]], seconds: float | None
) -> asyncio.Task[socket.socket] | None:
    """Return the first attempt that succeeds in that time; None as soon as all have failed."""
    end = None if seconds is None else asyncio.get_running_loop().time() + seconds
    while True:
        for attempt in attempts:
            if attempt.done() and attempt.exception() is None:
                return attempt
        pending = [attempt for attempt in attempts if not attempt.done()]
        left = None if end is None else end - asyncio.get_running_loop().time()
        if not pending or (left is not None and left <= 0):
            return None
        await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)


async def _discard(attempts: list[asyncio.Task[socket.socket]]) -> None:
    """Leave neither a task nor a socket behind, even when cancelled here once more."""
    for attempt in attempts:
        attempt.add_done_callback(_close)
        attempt.cancel()
    if attempts:
        await asyncio.wait(attempts)


def _close(attempt: asyncio.Task[socket.socket]) -> None:
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()

"""Options of every socket, and questions to one without reading from it."""

from __future__ import annotations

import contextlib
import functools
import os
import select
import socket
from collections.abc import Callable
from typing import Final, Protocol

# An idle path through NAT is kept open, and a dead one found out: after 60 s of silence, 5 probes at 60 s.
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 60), ("TCP_KEEPALIVE", 60), ("TCP_KEEPINTVL", 60), ("TCP_KEEPCNT", 5))


class Adjustable(Protocol):
    """A socket, or what an event loop shows of one."""

    def setsockopt(self, level: int, optname: int, value: int, /) -> None:
        """Set an option."""


def socket_options() -> list[tuple[int, int, int]]:
    """Return the options that this platform has, as (level, name, value)."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    for name, value in _KEEPALIVE:
        number = getattr(socket, name, None)
        if number is not None:
            options.append((socket.IPPROTO_TCP, number, value))
    return options


def prepare(sock: Adjustable) -> None:
    """Set the options; a socket that is not TCP, or refuses one, works without."""
    for level, name, value in socket_options():
        with contextlib.suppress(OSError):
            sock.setsockopt(level, name, value)


def readable_check(fileno: int) -> Callable[[], object]:
    """Return a function that says whether the peer has sent something that is unread, or has closed.

    One system call. Where there is no `poll` it says no: then a dead connection is found by the write.
    """
    if not hasattr(select, "poll") or fileno < 0:
        return bool
    poller = select.poll()
    poller.register(fileno, select.POLLIN)
    return functools.partial(poller.poll, 0)


def shutdown(fileno: int) -> None:
    """Shut down the connection of a socket that somebody else owns and will close."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(fileno)) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)

"""Connect a socket on trio, which tries every address of a name, each with a head start on the next (RFC 8305)."""

from __future__ import annotations

import socket

import trio

from mistral_async._http.threads import is_refused_at_end, look_up


async def connect(host: str, port: int) -> socket.socket:
    """Return a connected non-blocking socket, or raise the OSError of the first address."""
    stream = await _open_stream(host, port)
    sock = socket.socket(fileno=stream.socket.detach())
    sock.settimeout(0)
    return sock


async def _open_stream(host: str, port: int) -> trio.SocketStream:
    """Connect to a server, whose name trio looks up in a thread of its own; here where there is none at the end."""
    try:
        return await trio.open_tcp_stream(host, port)
    except RuntimeError as error:
        if not is_refused_at_end(error):
            raise
    return await trio.open_tcp_stream(look_up(host, port)[0][4][0], port)

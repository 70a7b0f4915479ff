"""The way to a server through a proxy: the CONNECT of HTTP (RFC 9110 §9.3.6) and SOCKS5 (RFC 1928, RFC 1929)."""

from __future__ import annotations

import ipaddress
from base64 import b64encode
from collections.abc import Generator
from typing import Any, Final

from mistral_async._http.byte_stream import ByteStream

_MOST: Final = 64 * 1024  # bytes of the proxy's answer
_LONGEST: Final = 255  # bytes of a user or password
_REPLIES: Final = {
    1: "it failed",
    2: "it does not allow that",
    3: "the network can not be reached",
    4: "the host can not be reached",
    5: "the server refused the connection",
    6: "the time to live is over",
    7: "it does not know the command",
    8: "it does not know that kind of address",
}
Steps = Generator[bytes, bytes, None]
"""Yields what is to be sent (perhaps nothing), and is sent what has arrived."""


async def open_tunnel(stream: ByteStream, proxy: Any, host: str, port: int) -> None:
    """Have a proxy (an `httpx.Proxy`) connect to a server; raises a `ConnectionError` that says what it answered."""
    steps = _socks(proxy, host, port) if proxy.url.scheme.startswith("socks") else _connect(proxy, host, port)
    try:
        data = next(steps)
        while True:
            stream.write(data)
            await stream.flush()
            if not (received := await stream.receive()):
                raise ConnectionResetError("the proxy closed the connection")
            data = steps.send(received)
    except StopIteration:
        return


def _connect(proxy: Any, host: str, port: int) -> Steps:
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    headers = {"host": authority, **{name.lower(): value for name, value in proxy.headers.items()}}
    if proxy.raw_auth is not None:
        headers["proxy-authorization"] = f"Basic {b64encode(b':'.join(proxy.raw_auth)).decode()}"
    lines = (f"{name}: {value}" for name, value in headers.items())
    answer = bytearray((yield "\r\n".join((f"CONNECT {authority} HTTP/1.1", *lines, "", "")).encode("latin-1")))
    while b"\r\n\r\n" not in answer:
        if len(answer) > _MOST:
            raise ConnectionError("the proxy's answer is too large")
        answer += yield b""
    line = answer.partition(b"\r\n")[0].decode("latin-1")
    version, _, status = line.partition(" ")
    if not version.startswith("HTTP/1.") or not status[:1].isdigit():
        raise ConnectionError("the proxy does not speak HTTP")
    if not status.startswith("2"):
        raise ConnectionError(f"the proxy answered {status}")


def _socks(proxy: Any, host: str, port: int) -> Steps:
    auth = proxy.raw_auth
    if auth is not None and max(map(len, auth)) > _LONGEST:
        raise ConnectionError(f"a user or password for the proxy is longer than {_LONGEST} bytes")
    received = bytearray((yield b"\x05\x01\x00" if auth is None else b"\x05\x02\x00\x02"))
    received = yield from _enough(received, 2)
    if received[0] != 5:  # noqa: PLR2004 (the version)
        raise ConnectionError("the proxy does not speak SOCKS5")
    if received[1] == 2 and auth is not None:  # noqa: PLR2004 (user and password)
        user, password = auth
        received = yield from _enough(
            bytearray((yield b"\x01%c%b%c%b" % (len(user), user, len(password), password))), 2
        )
        if received[1]:
            raise ConnectionError("the proxy refused the user and password")
    elif received[1]:
        raise ConnectionError("the proxy wants a user and password")
    received = yield from _enough(bytearray((yield b"\x05\x01\x00%b%b" % (_address(host), port.to_bytes(2, "big")))), 5)
    if received[1]:
        raise ConnectionError(f"the proxy could not connect: {_REPLIES.get(received[1], 'for a reason of its own')}")
    yield from _enough(received, {1: 10, 4: 22}.get(received[3], 7 + received[4]))


def _enough(received: bytearray, size: int) -> Generator[bytes, bytes, bytearray]:
    while len(received) < size:
        received += yield b""
    return received


def _address(host: str) -> bytes:
    """Return an address as SOCKS has it; a name is left to the proxy to look up."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("idna")
        return b"\x03%c%b" % (len(name), name)
    return (b"\x01" if address.version == 4 else b"\x04") + address.packed  # noqa: PLR2004 (IPv4)

"""The address of a server and the settings of a pool: values that the wires of all event loops share."""

from __future__ import annotations

import ssl
from typing import Any, Final

import msgspec

from mistral_async._http.certificates import Verify, tls_context
from mistral_async._http.protocol import Limits

_PORTS: Final = {"http": 80, "https": 443}


class Origin(msgspec.Struct, frozen=True, gc=False):
    """Scheme, host and port. The host of an IPv6 address stands without brackets."""

    scheme: str
    host: str
    port: int

    @property
    def secure(self) -> bool:
        """Return whether TLS is used."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """Return the value of the Host header (RFC 9110 §7.2): the name in ASCII, the port unless it is the default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        host = host.encode("idna").decode() if not host.isascii() else host
        return host if self.port == _PORTS.get(self.scheme) else f"{host}:{self.port}"


class ConnectionCounts:
    """The connections that one client has opened, and requests that went over them again, in all event loops so far."""

    __slots__ = ("opened", "reused")

    def __init__(self) -> None:
        self.opened: int = 0
        self.reused: int = 0


class PoolConfig(msgspec.Struct, frozen=True):
    """The settings of a pool."""

    origin: Origin
    verify: Verify = True
    max_connections: int = 100
    keepalive_expiry: float = 30.0  # seconds that an unused connection is kept
    limits: Limits = Limits()  # of the size of answers
    http2: bool = False
    proxy: Any = None  # a `ProxySetting`; our own wires are given one of SOCKS alone
    raw: bool = False  # the caller sets host and accept-encoding itself, and undoes content codings
    counts: ConnectionCounts = msgspec.field(default_factory=ConnectionCounts)

    def __post_init__(self) -> None:
        if self.max_connections < 1:
            raise ValueError("max_connections must be at least 1")

    @property
    def first_hop(self) -> tuple[str, int]:
        """Return the address to connect to: that of the proxy, if there is one, else the server's."""
        return (self.origin.host, self.origin.port) if self.proxy is None else self.proxy.address

    def tls(self) -> ssl.SSLContext | None:
        """Return the context for this origin, None for plain HTTP; made when first needed, shared by the process."""
        return tls_context(self.verify, http2=self.http2) if self.origin.secure else None

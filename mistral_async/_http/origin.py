"""Where a wire leads to, and how its connections are made: values that the pools of all event loops share."""

from __future__ import annotations

import functools
import importlib.util
import os
import ssl
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

_PORTS: Final = {"http": 80, "https": 443}
Verify = bool | str | os.PathLike[str] | ssl.SSLContext


class Origin(NamedTuple):
    """Scheme, host and port. The host of an IPv6 address stands without brackets."""

    scheme: str
    host: str
    port: int

    @property
    def secure(self) -> bool:
        """Whether TLS is used."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """The value of the host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        host = host.encode("idna").decode() if not host.isascii() else host
        return host if self.port == _PORTS.get(self.scheme) else f"{host}:{self.port}"


class PoolConfig(msgspec.Struct, frozen=True):
    """What a pool needs to know."""

    origin: Origin
    verify: Verify = True
    max_connections: int = 100
    keepalive_expiry: float = 30.0  # seconds that an unused connection is kept
    max_answer: int = 512 * 1024 * 1024  # bytes of a whole answer, decompressed
    http2: bool = False
    proxy: Any = None  # a URL or httpx.Proxy
    raw: bool = False  # the caller's headers include host and accept-encoding, and it undoes content codings

    def tls(self) -> ssl.SSLContext | None:
        """The context for this origin, made at the first need and shared by the process."""
        return tls_context(self.verify, http2=self.http2) if self.origin.secure else None


def tls_context(verify: Verify, *, http2: bool = False) -> ssl.SSLContext:
    """The context for a `verify` argument: True, False, a file or folder of certificates, or a context as it is."""
    if isinstance(verify, ssl.SSLContext):
        return verify
    if isinstance(verify, bool):
        cafile, capath = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
        return _shared_context(cafile or None, capath or None, verify=verify, http2=http2)
    path = os.fspath(verify)
    cafile, capath = (None, path) if Path(path).is_dir() else (path, None)
    return _shared_context(cafile, capath, verify=True, http2=http2)


@functools.lru_cache(maxsize=16)
def _shared_context(cafile: str | None, capath: str | None, *, verify: bool, http2: bool) -> ssl.SSLContext:
    if cafile is None and capath is None and importlib.util.find_spec("certifi") is not None:
        import certifi

        cafile = certifi.where()
    context = ssl.create_default_context(cafile=cafile, capath=None if cafile else capath)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1", "h2"] if http2 else ["http/1.1"])
    return context

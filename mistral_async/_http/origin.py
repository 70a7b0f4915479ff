"""The address of a server and the settings of a pool: values that the wires of all event loops share."""

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
        """Return whether TLS is used."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """Return the value of the Host header (RFC 9110 §7.2): the name in ASCII, the port unless it is the default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        host = host.encode("idna").decode() if not host.isascii() else host
        return host if self.port == _PORTS.get(self.scheme) else f"{host}:{self.port}"


class PoolConfig(msgspec.Struct, frozen=True):
    """The settings of a pool."""

    origin: Origin
    verify: Verify = True
    max_connections: int = 100
    keepalive_expiry: float = 30.0  # seconds that an unused connection is kept
    max_answer: int = 512 * 1024 * 1024  # bytes of a whole answer, decompressed
    http2: bool = False
    proxy: Any = None  # a URL or httpx.Proxy
    raw: bool = False  # the caller sets host and accept-encoding itself, and undoes content codings

    def __post_init__(self) -> None:
        if self.max_connections < 1:
            raise ValueError("max_connections must be at least 1")

    def tls(self) -> ssl.SSLContext | None:
        """Return the context for this origin, None for plain HTTP; made when first needed, shared by the process."""
        return tls_context(self.verify, http2=self.http2) if self.origin.secure else None


def tls_context(verify: Verify, *, http2: bool = False) -> ssl.SSLContext:
    """Return the context for a `verify` argument: a bool, a file or folder of certificates, or a context as it is.

    SSL_CERT_FILE and SSL_CERT_DIR stand in for a bool's certificates, then certifi where it is installed.
    """
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

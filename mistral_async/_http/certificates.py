"""The certificates that servers are verified with: those that `verify`, the environment or certifi name."""

from __future__ import annotations

import errno
import functools
import os
import ssl
import warnings
from pathlib import Path
from typing import Final

from msgspec import Struct

from mistral_async._http.protocol import SettingError
from mistral_async._lazy import lazy_pattern

# Rule 1: A path given as `verify` goes before SSL_CERT_FILE and SSL_CERT_DIR, and these go before certifi.
# Rule 2: A file or folder that was named and has no certificates is a `SettingError` that names it and the setting: no
#         server could be verified, now or later.
# Rule 3: Without verification none of these is looked at.

Verify = bool | str | os.PathLike[str] | ssl.SSLContext
_HASHED: Final = lazy_pattern(r"[0-9a-f]{8}\.\d+")  # the names under which OpenSSL looks into a folder
_UNKNOWN_AUTHORITY: Final = frozenset({18, 19, 20, 21})  # X509_V_ERR_…: self-signed, or no issuer that is trusted
_EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})  # of the process, and not for ever
_CLIENT_CERTIFICATE: Final = " (verify= takes an ssl.SSLContext, which may have a certificate of the client)"
_VERSIONS: Final = " (the server and the client have no version of TLS in common)"
_LASTING: Final = {  # what OpenSSL calls the failures that are the same the next time, and what to do about them
    "CERTIFICATE_VERIFY_FAILED": "",
    "NO_PROTOCOLS_AVAILABLE": _VERSIONS,
    "TLSV1_ALERT_PROTOCOL_VERSION": _VERSIONS,
    "UNSUPPORTED_PROTOCOL": _VERSIONS,
    "SSLV3_ALERT_BAD_CERTIFICATE": _CLIENT_CERTIFICATE,
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": _CLIENT_CERTIFICATE,
    "SSLV3_ALERT_CERTIFICATE_REVOKED": _CLIENT_CERTIFICATE,
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": _CLIENT_CERTIFICATE,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": _CLIENT_CERTIFICATE,
    "TLSV1_ALERT_UNKNOWN_CA": _CLIENT_CERTIFICATE,
}
_UNCLEAR: Final = {  # what may be another the next time
    "SSLV3_ALERT_HANDSHAKE_FAILURE": " (the server may want a certificate of the client, which an ssl.SSLContext as"
    " verify= may have, or have no cipher in common with the client)",
    "WRONG_VERSION_NUMBER": " (the server does not speak TLS there: is the port right, or http:// meant?)",
}
_OTHERS: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # variables of other programs


class _Source(Struct, frozen=True, gc=False):
    """A file, a folder or both, and the setting that names them; neither for the system's own."""

    setting: str
    file: str | None = None
    folder: str | None = None


def tls_context(verify: Verify, *, http2: bool = False) -> ssl.SSLContext:
    """Return the context for a `verify` argument: a bool, a file or folder of certificates, or a context as it is."""
    if isinstance(verify, ssl.SSLContext):
        return verify
    if verify is False:
        return _unverified_context(http2=http2)
    return _verified_context(_environment() if verify is True else _given(verify), http2=http2)


def warn_unverified(*, stacklevel: int) -> None:
    """Warn that whoever is between the client and the server can read and change all, keys included."""
    message = "verify=False: certificates are not checked, and anyone on the way to the server can read the API key"
    warnings.warn(message, stacklevel=stacklevel)


def is_lasting(error: BaseException | None) -> bool:
    """Return whether TLS failed for a reason of its settings, on either side: it will be the same the next time."""
    return _reason(_tls_failure(error)) in _LASTING


def advice(error: BaseException | None) -> str:
    """Return what to do about a failure to connect, or of TLS that comes from settings; nothing for a time-out."""
    failure = _tls_failure(error)
    if failure is None:
        return "" if isinstance(error, TimeoutError) else " (check server_url, the network and the proxy)"
    if getattr(failure, "verify_code", None) in _UNKNOWN_AUTHORITY:
        unread = "".join(f"; {name} is not read" for name in _OTHERS if os.environ.get(name))
        return f" (verify= and SSL_CERT_FILE name the certificates to trust{unread})"
    reason = _reason(failure)
    return _LASTING.get(reason) or _UNCLEAR.get(reason, "")


def _reason(failure: ssl.SSLError | None) -> str:
    """Return what OpenSSL calls it; nothing for one that did not come from there."""
    return getattr(failure, "reason", None) or ""


def _tls_failure(error: BaseException | None) -> ssl.SSLError | None:
    """Return the failure of TLS that led to an error, itself included."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__
    return error


def _given(verify: object) -> _Source:
    if not isinstance(verify, (str, bytes, os.PathLike)):
        raise SettingError(f"verify is True, False, a path of certificates or an ssl.SSLContext, not {verify!r}")
    if not verify:
        raise SettingError("verify is an empty path: give that of certificates, or leave it out")
    path = os.fsdecode(verify)  # pyright: ignore[reportUnknownArgumentType] - a PathLike of either kind
    return _Source("verify", None, path) if os.path.isdir(path) else _Source("verify", path)  # noqa: PTH112 - "" is none


def _environment() -> _Source:
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file:
        return _Source("SSL_CERT_FILE", file, folder or None)
    return _Source("SSL_CERT_DIR", None, folder) if folder else _Source("certifi")


@functools.lru_cache(maxsize=16)
def _verified_context(source: _Source, *, http2: bool) -> ssl.SSLContext:
    from importlib.util import find_spec

    setting, file, folder = source.setting, source.file, source.folder
    if setting == "certifi" and find_spec("certifi") is not None:
        import certifi

        file = certifi.where()
    if folder is not None and file is None and not _has_certificates(folder):
        raise SettingError(f"{setting} names {folder!r}, where no certificates are found (`openssl rehash` names them)")
    try:
        context = ssl.create_default_context(cafile=file, capath=folder)
    except (OSError, ValueError) as problem:
        if getattr(problem, "errno", None) in _EXHAUSTED:
            raise
        raise SettingError(f"{setting} names {file or folder!r}, {_explain(problem)}") from problem
    return _with_protocols(context, http2=http2)


@functools.lru_cache(maxsize=2)
def _unverified_context(*, http2: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _with_protocols(context, http2=http2)


def _with_protocols(context: ssl.SSLContext, *, http2: bool) -> ssl.SSLContext:
    context.set_alpn_protocols(["http/1.1", "h2"] if http2 else ["http/1.1"])
    return context


def _has_certificates(folders: str) -> bool:
    """Return whether OpenSSL finds certificates in one of the folders, which are separated as in PATH."""
    existing = (Path(folder) for folder in folders.split(os.pathsep) if folder)
    return any(_HASHED.fullmatch(entry.name) for folder in existing if folder.is_dir() for entry in folder.iterdir())


def _explain(problem: OSError | ValueError) -> str:
    match problem:
        case FileNotFoundError() | NotADirectoryError():
            return "which does not exist"
        case IsADirectoryError():
            return "which is a folder, not a file"
        case PermissionError():
            return "which may not be read"
        case ssl.SSLError():
            return "which holds no certificate in PEM format"
        case _:
            return f"which can not be read: {problem}"

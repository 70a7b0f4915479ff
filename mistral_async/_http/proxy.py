"""The proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name for an origin, read as httpx reads them."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import sys

from mistral_async._http.origin import Origin


def environment_proxy(origin: Origin) -> str | None:
    """Return the URL of the proxy to use for an origin, if any."""
    settings = _settings()
    proxy = settings.get(origin.scheme) or settings.get("all")
    if not proxy or any(_matches(origin, entry.strip().lower()) for entry in settings.get("no", "").split(",")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _settings() -> dict[str, str]:
    if sys.platform in {"darwin", "win32"}:
        import urllib.request

        return urllib.request.getproxies()
    found: dict[str, str] = {}
    for name in ("http", "https", "all", "no"):
        upper = f"{name.upper()}_PROXY"
        if upper == "HTTP_PROXY" and "REQUEST_METHOD" in os.environ:
            upper = ""  # under CGI a header of the request could set it
        value = os.environ.get(f"{name}_proxy") or os.environ.get(upper)
        if value:
            found[name] = value
    return found


def _matches(origin: Origin, entry: str) -> bool:
    """Match an entry of NO_PROXY: "*", a name and those below it, an address, or a URL."""
    if not entry:
        return False
    if entry == "*":
        return True
    scheme, _, rest = entry.rpartition("://")
    if scheme not in {"", "all", origin.scheme}:
        return False
    host, port = _split(rest)
    if port and port != str(origin.port):
        return False
    if scheme or host == "localhost" or _is_address(host):
        return origin.host.lower() == host
    return origin.host.lower() == host or origin.host.lower().endswith(host if host.startswith(".") else f".{host}")


def _split(rest: str) -> tuple[str, str]:
    if rest.startswith("["):
        host, _, port = rest[1:].partition("]")
        return host, port.lstrip(":")
    if rest.count(":") == 1:
        host, _, port = rest.partition(":")
        return host, port
    return rest.split("/", maxsplit=1)[0], ""


def _is_address(host: str) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        return True
    return False

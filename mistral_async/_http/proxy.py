"""The proxy for an origin: the one that was given, or that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name."""

from __future__ import annotations

import contextlib
import fnmatch
import ipaddress
import os
import re
import sys
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from mistral_async._codec.redact import Concealing
from mistral_async._http.origin import Origin
from mistral_async._http.protocol import SettingError

# Rule 1: A variable in lower case goes before the same in upper case, also when it is empty, which turns it off.
#         HTTP_PROXY is not read under CGI, where a header of the request could set it.
# Rule 2: The entries of NO_PROXY are separated by commas or spaces. One is "*"; a name, which stands for those below it
#         too (with a leading dot for these alone); an address; a network (10.0.0.0/8); a pattern with "*"; or a URL.
#         A port, where there is one, must be the origin's. Letters of either case are equal, and so are the spellings
#         of one IPv6 address, with brackets or without.
# Rule 3: What names no proxy that could be used is a `SettingError` that names the setting, and shows no password.

_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


class ProxySetting(Concealing, Struct, frozen=True):
    """A proxy, and the setting that names it."""

    proxy: Any  # a URL, or an httpx.Proxy
    setting: str  # the argument, or a variable of the environment

    @property
    def url(self) -> str:
        """Return its URL."""
        return str(getattr(self.proxy, "url", self.proxy))

    @property
    def is_socks(self) -> bool:
        """Return whether it speaks SOCKS."""
        return self.url.startswith("socks")

    @property
    def parsed(self) -> Any:
        """Return it as an `httpx.Proxy`, which has its credentials apart from its address."""
        import httpx

        return self.proxy if isinstance(self.proxy, httpx.Proxy) else httpx.Proxy(self.url)

    @property
    def address(self) -> tuple[str, int]:
        """Return its host and port."""
        url = urlsplit(self.url)
        return str(url.hostname), url.port or _PORTS[url.scheme]

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]} ({self.setting})"

    def __repr__(self) -> str:
        return str(self)


def given_proxy(proxy: Any) -> ProxySetting | None:
    """Return the proxy that was given as an argument, if any: a URL, an `httpx.URL` or an `httpx.Proxy`."""
    return _checked(proxy, "proxy") if proxy else None


def environment_proxy(origin: Origin) -> ProxySetting | None:
    """Return the proxy that the environment names for an origin, if any."""
    for name in (origin.scheme, "all"):
        setting, proxy = _variable(name)
        if proxy:
            exempt = any(_matches(origin, entry) for entry in re.split(r"[\s,]+", _variable("no")[1].lower()))
            return None if exempt else _checked(proxy, setting)
    return None


def _checked(proxy: Any, setting: str) -> ProxySetting:
    """Refuse what can not be the URL of a proxy (rule 3)."""
    if isinstance(proxy, str):
        proxy = proxy.strip()
        proxy = proxy if "://" in proxy else f"http://{proxy}"
    found = ProxySetting(proxy, setting)
    try:
        parts = urlsplit(found.url)
        valid = parts.port != 0 and parts.hostname and parts.scheme
    except ValueError:
        valid = None
    else:
        if parts.scheme and parts.scheme not in _PORTS:
            raise SettingError(f"{setting} names a proxy with {parts.scheme}://, which is none of {', '.join(_PORTS)}")
    if not valid:
        raise SettingError(
            f"{setting} is not the URL of a proxy, such as http://user:password@host:3128: its host or port can not be "
            "(in a user or password, / is written as %2F, # as %23, @ as %40)"
        )
    return found


def _variable(name: str) -> tuple[str, str]:
    """Return the variable that is in force for a scheme, "all" or "no", and its value (rule 1)."""
    lower, upper = f"{name}_proxy", f"{name.upper()}_PROXY"
    if lower in os.environ:
        return lower, os.environ[lower].strip()
    if upper in os.environ and not (name == "http" and "REQUEST_METHOD" in os.environ):
        return upper, os.environ[upper].strip()
    if sys.platform in {"darwin", "win32"}:
        import urllib.request

        return "the system's settings", urllib.request.getproxies().get(name, "")
    return upper, ""


def _matches(origin: Origin, entry: str) -> bool:
    """Match an entry of NO_PROXY (rule 2)."""
    scheme, _, rest = entry.rpartition("://")
    if not entry or scheme not in {"", "all", origin.scheme}:
        return False
    host, port = _split(rest)
    if port and port != str(origin.port):
        return False
    name = origin.host.lower().rstrip(".")
    if (network := _network(host)) is not None:
        address = _address(name)
        return address is not None and address in network
    if "*" in host:
        return fnmatch.fnmatchcase(name, host)
    host = host.rstrip(".")
    if scheme or host == "localhost":
        return name == host
    return name == host or name.endswith(host if host.startswith(".") else f".{host}")


def _split(rest: str) -> tuple[str, str]:
    """Split an entry into a host or network and a port; the path of a URL is dropped."""
    if rest.startswith("["):
        host, _, port = rest[1:].partition("]")
        return (f"{host}{port}", "") if port.startswith("/") else (host, port.removeprefix(":"))
    if rest.count(":") == 1:
        host, _, port = rest.partition(":")
        return host, port.partition("/")[0]
    return (rest, "") if _network(rest) is not None else (rest.partition("/")[0], "")


def _network(host: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_network(host, strict=False)
    return None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a host is; an IPv4 address that is written as an IPv6 one is that IPv4 address."""
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host)
        return getattr(address, "ipv4_mapped", None) or address
    return None

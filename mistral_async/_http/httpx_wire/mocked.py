"""Mocks of httpx that a test has set up (respx, pytest-httpx, VCR.py, ...): requests go through httpx while they are.

Tests of programs that come from the official SDK, which sends through httpx, mock that: nothing may pass them by.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

# Rule 1: A step of httpx, or of httpcore below it, is mocked where its class has what somebody else wrote.
# Rule 2: Instrumentation is no mock, but what it wraps may be one.
# Rule 3: Calls of code that blocks take the blocking steps, as in the official SDK, and all others the asynchronous
#         ones; each the others' where its own are not mocked.
# Rule 4: A fake server of this process is what a test wants to reach, whatever it mocks.

_INSTRUMENTATION: Final = frozenset(
    {"aws_xray_sdk", "ddtrace", "elasticapm", "instana", "logfire", "newrelic", "opentelemetry", "sentry_sdk"}
)
_OF_CLIENTS: Final = ("send", "_send_single_request", "_transport_for_url")
_STEPS: Final[dict[bool, dict[str, dict[str, tuple[str, ...]]]]] = {  # by whether they block, package and class
    False: {
        "httpx": {"AsyncClient": _OF_CLIENTS, "AsyncHTTPTransport": ("handle_async_request",)},
        "httpcore": dict.fromkeys(
            ("AsyncConnectionPool", "AsyncHTTPConnection", "AsyncHTTPProxy"), ("handle_async_request",)
        ),
    },
    True: {
        "httpx": {"Client": _OF_CLIENTS, "HTTPTransport": ("handle_request",)},
        "httpcore": dict.fromkeys(("ConnectionPool", "HTTPConnection", "HTTPProxy"), ("handle_request",)),
    },
}
_Seen: TypeAlias = tuple[Mapping[str, Any], str, Any]  # a place, a name in it, and what was found there
_SEEN: Final = list[_Seen]()
FAKE_SERVERS: Final = set[tuple[str, int]]()
"""The addresses of the fake servers of this process."""


class Mocked(NamedTuple):
    """An httpx that is mocked: the module's name, and whether its blocking client is to be used."""

    module: str
    blocking: bool


def as_response(module: Any, found: Any) -> Any:
    """Return what a mock gives for an answer, as the module's `Response`: some tests make it of a `Mock`."""
    if issubclass(type(found), module.Response):  # a mock says that it is one
        return found
    headers = {"content-type": "application/json"}
    if issubclass(type(found.headers), Mapping):
        headers.update(found.headers)
    content = found.content if isinstance(found.content, bytes) else str(found.text)
    return module.Response(found.status_code, headers=headers, content=content)


def find_mocked(address: tuple[str, int], *, blocking: bool = False) -> Mocked | None:
    """Return the httpx through which requests to an address go since it is mocked; None without mocks.

    `blocking` tells that code which blocks makes them.
    """
    if _is_as_seen() or address in FAKE_SERVERS:
        return None
    seen: list[_Seen] = []
    for generation in ("", "2"):
        for way in (blocking, not blocking):
            for package, classes in _STEPS[way].items():
                name = package + generation
                module = sys.modules.get(name)
                seen.append((sys.modules, name, module))
                if module is not None and any(_is_mocked(module, each, steps, seen) for each, steps in classes.items()):
                    return Mocked(f"httpx{generation}", way)
    _SEEN[:] = seen
    return None


def _is_as_seen() -> bool:
    """Return whether nothing has changed since no mock was found."""
    for place, name, found in _SEEN:
        if place.get(name) is not found:
            return False
    return bool(_SEEN)


def _is_mocked(module: Any, name: str, steps: tuple[str, ...], seen: list[_Seen]) -> bool:
    cls: Any = getattr(module, name, None)
    names: Mapping[str, Any] = module.__dict__
    seen.append((names, name, cls))
    if cls is None:
        return False
    if not isinstance(cls, type) or _is_foreign(cls, module.__name__):
        return True
    names = cls.__dict__
    seen += [(names, step, names.get(step)) for step in steps]
    return any(_is_foreign(names[step], module.__name__) for step in steps if step in names)


def _is_foreign(step: Any, package: str) -> bool:
    """Return whether somebody else wrote a class or a step, in a package that is no instrumentation (rule 2)."""
    while (origin := _package_of(step)) in _INSTRUMENTATION and hasattr(step, "__wrapped__"):
        step = step.__wrapped__
    return origin != package and origin not in _INSTRUMENTATION


def _package_of(step: Any) -> str:
    """Return the package in which a class or function was written: a wrapper says that it is what it wraps."""
    written = getattr(step, "_self_wrapper", step)  # wrapt's
    while isinstance(written, partial):
        written = written.func
    written = getattr(written, "__func__", written)
    known = vars(written) if isinstance(written, type) else getattr(written, "__globals__", {})
    module: str = known.get("__module__" if isinstance(written, type) else "__name__", type(written).__module__)
    return module.partition(".")[0]

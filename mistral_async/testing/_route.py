"""Routes: which operation a method and a path name, and how it is performed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any
from urllib.parse import unquote

import msgspec

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import invalid_argument, not_found
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply
from mistral_async.testing._state import ServerState
from mistral_async.testing._validation import validate

Handler = Callable[[FakeCall], Reply]
Preparation = Callable[[ServerState], Coroutine[Any, Any, None]]


class Route(msgspec.Struct, frozen=True):
    """One operation. `limits` are the resources it is charged for, `shown` those in its headers."""

    method: str
    template: str
    name: str
    handler: Handler
    body: str | None = None
    """The shape of its body: a name or a text as in `_shapes`; None takes anything."""
    stream: str | None = None
    limits: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    # Brings state up to date before the handler runs: batch jobs run the lines that are due by now.
    before: Preparation | None = None
    public: bool = False
    realtime: bool = False
    """Whether it is a WebSocket, for which the secret of a realtime session is as good as a key."""


REGISTERED: list[Route] = []
"""The routes of the handlers that have been imported; `_routes` imports all."""


def route(
    method: str,
    template: str,
    name: str,
    *,
    body: str | None = None,
    stream: str | None = None,
    limits: tuple[str, ...] = (),
    shown: tuple[str, ...] = (),
    before: Preparation | None = None,
    public: bool = False,
    realtime: bool = False,
) -> Callable[[Handler], Handler]:
    """Let a handler perform an operation; the arguments are the fields of `Route`."""

    def register(handler: Handler) -> Handler:
        REGISTERED.append(Route(method, template, name, handler, body, stream, limits, shown, before, public, realtime))
        return handler

    return register


def _with_groups(operations: Iterable[str]) -> Iterator[str]:
    for name in operations:
        yield name
        while name := name.rpartition(".")[0]:
            yield name


def _values(shape: list[str], segments: list[str]) -> tuple[str, ...] | None:
    """Return the decoded values of a template's `{}`; None if the path is not of its shape."""
    if len(shape) != len(segments):
        return None
    pairs = list(zip(shape, segments, strict=True))
    if not all(part == segment or (part == "{}" and segment) for part, segment in pairs):
        return None
    return tuple(unquote(segment) for part, segment in pairs if part == "{}")


class Router:
    """A table of routes; a percent-encoded slash does not separate segments.

    `{*}` at the end of a template is the rest of a path, whatever the method.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        routes = tuple(routes)
        operations = {name for route in routes for name in (route.name, route.stream) if name}
        self.names: frozenset[str] = frozenset(_with_groups(operations))
        """The operations, and the groups that they are in."""
        self._exact: dict[tuple[str, str], Route] = {}
        self._shaped: dict[tuple[str, int], list[tuple[list[str], Route]]] = {}
        self._open: list[tuple[list[str], Route]] = []
        for route in sorted(routes, key=lambda each: each.template.count("{}")):  # the most literal first
            segments = route.template.split("/")
            if segments[-1] == "{*}":
                self._open.append((segments[:-1], route))
            elif "{}" in segments:
                self._shaped.setdefault((route.method, len(segments)), []).append((segments, route))
            else:
                self._exact[route.method, route.template] = route

    def find(self, method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
        """Return the route and the decoded values of its `{}`, or None."""
        if (exact := self._exact.get((method, path))) is not None:
            return exact, ()
        segments = path.split("/")
        for shape, route in self._shaped.get((method, len(segments)), ()):
            if (values := _values(shape, segments)) is not None:
                return route, values
        for shape, route in self._open:
            if (values := _values(shape, segments[: len(shape)])) is not None:
                return route, (*values, "/".join(segments[len(shape) :]))
        return None

    def perform(self, state: ServerState, path: str, body: JSONObject) -> tuple[str, Reply]:
        """Perform the POST operation at `path` without a request; returns its name and its reply.

        Raises:
            FakeAPIError: The path or the body is wrong, or the operation fails.
        """
        found = self.find("POST", path)
        if found is None:
            raise not_found("Endpoint", path)
        route, _ = found
        if details := validate(route.body, body):
            raise invalid_argument("; ".join(f"{'.'.join(map(str, each.loc))}: {each.msg}" for each in details))
        return route.name, route.handler(FakeCall(state, route.name, body=body))

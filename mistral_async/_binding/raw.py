"""Requests of any kind: to endpoints that this version does not know."""

from __future__ import annotations

import re
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeAlias, TypeVar, overload

from typing_extensions import TypedDict, TypeForm, Unpack

from mistral_async._binding.resource import Async, AsyncResponse, Lazy, M, Resource, Sync, SyncResponse
from mistral_async._codec.open_union import decoder
from mistral_async._engine.headers import add_headers
from mistral_async._engine.request import (
    DONE,
    Call,
    Download,
    RetrySafety,
    Stream,
    checked_ids,
    content_of,
    form_of,
)
from mistral_async._lazy import lazy_pattern

if TYPE_CHECKING:
    from mistral_async._binding.sync_executor import SyncDownload, SyncResponseStream, SyncStream
    from mistral_async._engine.response import Response
    from mistral_async._results.download import AsyncDownload
    from mistral_async._results.stream import AsyncStream
    from mistral_async._results.with_response import AsyncResponseStream

T = TypeVar("T")
Id: TypeAlias = str | int

_ROUTE: Final = lazy_pattern(r"/(?:\{\}|[\w.~!$&'()*+,;=:@%/-])*", re.ASCII)
_REPEATABLE: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class Parts(TypedDict, total=False):
    """The parts of a request besides its path."""

    query: Mapping[str, Any] | None
    """Lists repeat their key, booleans are `true` and `false`, datetimes ISO 8601; None is not sent."""
    json: Any
    """The body: anything that JSON can hold, also Structs and dataclasses. None inside it is sent, as null."""
    form: Mapping[str, Any] | None
    """Fields and files, in place of `json`: `{"file": path}`."""
    content: Any
    """Bytes as they are, in place of `json`: bytes, a path, a binary file or an iterator of bytes. The header
    `content-type` says what they are."""
    headers: Mapping[str, str] | None
    safety: RetrySafety | None
    """The cost of repeating it. Default: `SAFE` for GET, HEAD, OPTIONS, PUT and DELETE; for others `CREATES`, which is
    not repeated once the API may have it."""
    ends: str | frozenset[str]
    """Of a stream: the types of the events that end it. Default: `[DONE]` or the end of the body ends it."""
    lines: bool
    """Of a stream: True for lines of JSON (NDJSON), in place of server-sent events."""


def request(
    self: Resource[Any],
    method: str,
    route: str,
    *ids: Id,
    returns: Any = Any,
    yields: Any = None,
    download: bool = False,
    query: Mapping[str, Any] | None = None,
    json: Any = None,
    form: Mapping[str, Any] | None = None,
    content: Any = None,
    headers: Mapping[str, str] | None = None,
    safety: RetrySafety | None = None,
    ends: str | frozenset[str] = frozenset(),
    lines: bool = False,
) -> Any:
    """Perform any request, also to an endpoint that this version does not know.

    `await client.request("GET", "/v2/things/{}", thing_id, returns=Thing)`: each `{}` of the route takes an id,
    percent-encoded. `returns` is the type of the answer: a Struct, dataclass or TypedDict, `dict`, `list[...]`, None
    where there is no answer; plain JSON by default. `yields` is the type of each event, and makes it a stream;
    `download` makes it one of bytes.
    """
    made: Call[Any] | Stream[Any] | Download
    _one_of(json=json is not None, form=form is not None, content=content is not None)
    _one_of(returns=returns is not Any, yields=yields is not None, download=download)
    if yields is None and (ends or lines):
        raise TypeError("ends= and lines= are of streams, which yields= makes")
    target = _checked_method(method), _checked_route(route, ids), checked_ids(ids)
    if yields is not None:
        ends = frozenset({ends}) if isinstance(ends, str) and ends != DONE else ends
        made = Stream(*target, yields=_checked_type(yields), ends=ends, lines=lines)
    else:
        made = Download(*target) if download else Call(*target, returns=_checked_type(returns))
    made.query, made.json = dict(query) if query else None, json
    made.headers = dict(add_headers((), headers)) if headers else None
    made.form = None if form is None else form_of(form)
    if content is not None:
        made.form = content_of(content, (made.headers or {}).get("content-type"))
    made.safety = safety or (RetrySafety.SAFE if made.method in _REPEATABLE else RetrySafety.CREATES)
    return self._executor.perform(made)


class Raw(Resource[M], Generic[M]):
    """Requests of any kind."""

    if TYPE_CHECKING:

        @overload
        def request(
            self: Raw[Async], method: str, route: str, *ids: Id, returns: TypeForm[T], **parts: Unpack[Parts]
        ) -> Coroutine[Any, Any, T]: ...
        @overload
        def request(
            self: Raw[Async], method: str, route: str, *ids: Id, yields: TypeForm[T], **parts: Unpack[Parts]
        ) -> AsyncStream[T]: ...
        @overload
        def request(
            self: Raw[Async], method: str, route: str, *ids: Id, download: Literal[True], **parts: Unpack[Parts]
        ) -> AsyncDownload: ...
        @overload
        def request(
            self: Raw[Async], method: str, route: str, *ids: Id, **parts: Unpack[Parts]
        ) -> Coroutine[Any, Any, Any]: ...
        @overload
        def request(
            self: Raw[Sync], method: str, route: str, *ids: Id, returns: TypeForm[T], **parts: Unpack[Parts]
        ) -> T: ...
        @overload
        def request(
            self: Raw[Sync], method: str, route: str, *ids: Id, yields: TypeForm[T], **parts: Unpack[Parts]
        ) -> SyncStream[T]: ...
        @overload
        def request(
            self: Raw[Sync], method: str, route: str, *ids: Id, download: Literal[True], **parts: Unpack[Parts]
        ) -> SyncDownload: ...
        @overload
        def request(self: Raw[Sync], method: str, route: str, *ids: Id, **parts: Unpack[Parts]) -> Any: ...
        @overload
        def request(
            self: Raw[Lazy], method: str, route: str, *ids: Id, returns: TypeForm[T], **parts: Unpack[Parts]
        ) -> Call[T]: ...
        @overload
        def request(
            self: Raw[Lazy], method: str, route: str, *ids: Id, yields: TypeForm[T], **parts: Unpack[Parts]
        ) -> Stream[T]: ...
        @overload
        def request(
            self: Raw[Lazy], method: str, route: str, *ids: Id, download: Literal[True], **parts: Unpack[Parts]
        ) -> Download: ...
        @overload
        def request(self: Raw[Lazy], method: str, route: str, *ids: Id, **parts: Unpack[Parts]) -> Call[Any]: ...
        @overload
        def request(
            self: Raw[AsyncResponse], method: str, route: str, *ids: Id, returns: TypeForm[T], **parts: Unpack[Parts]
        ) -> Coroutine[Any, Any, Response[T]]: ...
        @overload
        def request(
            self: Raw[AsyncResponse], method: str, route: str, *ids: Id, yields: TypeForm[T], **parts: Unpack[Parts]
        ) -> AsyncResponseStream[T]: ...
        @overload
        def request(
            self: Raw[AsyncResponse], method: str, route: str, *ids: Id, download: Literal[True], **parts: Unpack[Parts]
        ) -> AsyncDownload: ...
        @overload
        def request(
            self: Raw[AsyncResponse], method: str, route: str, *ids: Id, **parts: Unpack[Parts]
        ) -> Coroutine[Any, Any, Response[Any]]: ...
        @overload
        def request(
            self: Raw[SyncResponse], method: str, route: str, *ids: Id, returns: TypeForm[T], **parts: Unpack[Parts]
        ) -> Response[T]: ...
        @overload
        def request(
            self: Raw[SyncResponse], method: str, route: str, *ids: Id, yields: TypeForm[T], **parts: Unpack[Parts]
        ) -> SyncResponseStream[T]: ...
        @overload
        def request(
            self: Raw[SyncResponse], method: str, route: str, *ids: Id, download: Literal[True], **parts: Unpack[Parts]
        ) -> SyncDownload: ...
        @overload
        def request(
            self: Raw[SyncResponse], method: str, route: str, *ids: Id, **parts: Unpack[Parts]
        ) -> Response[Any]: ...
        def request(self, *args: Any, **parts: Any) -> Any: ...
    else:
        request = request


def _one_of(**given: bool) -> None:
    if len(names := [f"{name}=" for name, is_given in given.items() if is_given]) > 1:
        raise TypeError(f"{' and '.join(names)} exclude each other")


def _checked_method(method: str) -> str:
    if not method.isascii() or not method.isalpha():
        raise ValueError(f"a method is a word such as GET, not {method!r}")
    return method.upper()


def _checked_route(route: str, ids: tuple[Id, ...]) -> str:
    if not _ROUTE.fullmatch(route):
        raise ValueError(
            f"a route begins with / and has only the characters of a path, not {route!r}: write {{}} for each id, "
            "which is percent-encoded, and pass query="
        )
    if (places := route.count("{}")) != len(ids):
        raise TypeError(f"the route {route!r} takes {places} ids, one for each {{}}, and {len(ids)} were given")
    return route


def _checked_type(wanted: Any) -> Any:
    try:
        return wanted if wanted is None else decoder(wanted) and wanted
    except TypeError as problem:
        raise TypeError(f"no answer can be read as {wanted!r}: {problem}") from None

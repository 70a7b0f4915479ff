"""A request is a value: what an endpoint describes and one engine performs. Nothing here does I/O.

`Call[T]` has one answer, `Stream[T]` many events, `Pages[Item, Page]` many answers, `Download` bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from math import isfinite
from types import NoneType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

import msgspec

from mistral_async._codec.json_faults import check_text
from mistral_async._codec.json_types import is_array
from mistral_async._codec.plain import plain_argument
from mistral_async._codec.redact import Concealing
from mistral_async._engine.paging import Paging
from mistral_async.errors import OutputError

if TYPE_CHECKING:
    from mistral_async._uploads.multipart import Form, Progress
    from mistral_async.models._fallback import Models
else:
    Models = Any  # what it may be is checked by `Fallback`
    Form = Any  # its module loads with the first form, and `help` evaluates the annotations here

T = TypeVar("T")
Item = TypeVar("Item")
Page = TypeVar("Page")

DONE = "[DONE]"
"""The end of a completion stream."""


class RetrySafety(Enum):
    """The cost of repeating a request. Pickles hold the values."""

    SAFE = "none"  # it may be repeated freely
    BILLED = "costs"  # inference: billed again
    CREATES = "creates"  # state: never repeated once it may have been received


class _Headed(Concealing, msgspec.Struct, kw_only=True):
    """The part of a request that is given by name alone: pickles hold the other fields by their places."""

    headers: dict[str, str] | None = None
    """Header fields of its own, by their names in small letters."""
    fallback: Models | None = None
    """Models that are asked when its own does not answer; None: those of the view."""
    described_by: tuple[str, ...] = ()
    """The method of `calls` that made it, and the one that this one asks: tests may have replaced them on a client."""
    described_with: tuple[Sequence[Any], Mapping[str, Any]] | None = None
    """The arguments of a method that asks another one: some of them, such as the type of its answer, are not sent."""


class Request(_Headed):
    """A request, as it is sent. Its repr never shows a body."""

    method: str
    route: str
    """The template of the path, such as `/v1/files/{}`: it names the rate-limit bucket and the trace span."""
    ids: tuple[str, ...] = ()
    query: dict[str, Any] | None = None
    json: Any = None
    form: Form | None = None
    safety: RetrySafety = RetrySafety.SAFE

    @property
    def path(self) -> str:
        """The route with its ids, percent-encoded."""
        return self.route.format(*(quote(each, safe="") for each in self.ids)) if self.ids else self.route

    @property
    def target(self) -> str:
        """Path and query, percent-encoded."""
        return f"{self.path}?{encode_query(self.query)}" if self.query else self.path

    @property
    def model(self) -> str | None:
        """The model that is asked, which has limits of its own."""
        fields: Any = self.json if self.form is None else self.form.values
        model: object = fields.get("model") if issubclass(type(fields), dict) else None
        if type(model) is str:
            return model
        return str.__str__(model) if isinstance(model, str) else None  # its limits are not those of a subclass

    @property
    def fields(self) -> Mapping[str, Any]:
        """The parameters in its body; none where that is no object."""
        found: Any = self.json if self.form is None else self.form.values
        return found if issubclass(type(found), dict) else {}

    def replace(self, **changes: Any) -> Self:
        """Return the same request with other fields: `request.replace(route="/v2/chat", query={"version": 2})`."""
        changed: Self = msgspec.structs.replace(self, **changes)
        return changed

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.method} {self.route})"

    __str__ = __repr__


class Call(Request, Generic[T]):
    """A request with one answer, a `T`."""

    returns: Any = None
    """The type of the answer; None where it has no body."""
    transform: Callable[[Any], Any] | None = None
    """What is done to the decoded answer."""
    repair: Callable[[OutputError], Call[T]] | None = None
    """What is asked next where `transform` does not find in the answer what it should."""

    def repair_or_raise(self, error: OutputError) -> Call[T]:
        """Return the repair request for an invalid output, or raise it."""
        if self.repair is None:
            raise error
        return self.repair(error).replace(fallback=self.fallback)


class Stream(Request, Generic[T]):
    """A request whose answer arrives as events, each a `T`."""

    yields: Any = None
    ends: str | frozenset[str] = DONE
    """The terminal mark: a sentinel, or the types of the events that end it; where there are none, its last byte."""
    lines: bool = False
    """True if each line is an event (NDJSON); else they are server-sent events."""


class Pages(Request, Generic[Item, Page]):
    """A request for a list that comes in pages."""

    returns: Any = None
    items: str = "data"
    """The place of the page's items, such as `data` or `traces.results`. A page may be a bare array, too."""
    by: Paging | None = None


class Download(Request):
    """A request for bytes."""


def get(route: str, *ids: str | int, returns: Any, query: Mapping[str, Any] | None = None) -> Call[Any]:
    """Describe a GET."""
    return Call("GET", route, checked_ids(ids), _set(query), returns=returns)


def post(
    route: str,
    *ids: str | int,
    returns: Any,
    json: Any = None,
    query: Mapping[str, Any] | None = None,
    nulls: AbstractSet[str] = frozenset(),
    form: Mapping[str, Any] | None = None,
    safety: RetrySafety = RetrySafety.CREATES,
    transform: Callable[[Any], Any] | None = None,
) -> Call[Any]:
    """Describe a POST. None is sent, as null, for the keys of `nulls` alone."""
    return Call(
        "POST",
        route,
        checked_ids(ids) if ids else (),
        None if query is None else _set(query),
        None if json is None else _set(json, nulls),
        None if form is None else form_of(form),
        safety,
        returns=returns,
        transform=transform,
    )


def put(
    route: str,
    *ids: str | int,
    returns: Any,
    json: Any = None,
    query: Mapping[str, Any] | None = None,
    nulls: AbstractSet[str] = frozenset(),
    safety: RetrySafety = RetrySafety.SAFE,
) -> Call[Any]:
    """Describe a PUT. None is sent, as null, for the keys of `nulls` alone: it clears the value."""
    return Call("PUT", route, checked_ids(ids), _set(query), _set(json, nulls), safety=safety, returns=returns)


def patch(
    route: str,
    *ids: str | int,
    returns: Any,
    json: Any = None,
    query: Mapping[str, Any] | None = None,
    nulls: AbstractSet[str] = frozenset(),
) -> Call[Any]:
    """Describe a PATCH. It takes what `put` takes, and is not sent again once it may have been received."""
    call = put(route, *ids, returns=returns, json=json, query=query, nulls=nulls, safety=RetrySafety.CREATES)
    call.method = "PATCH"
    return call


def delete(
    route: str, *ids: str | int, returns: Any = None, json: Any = None, query: Mapping[str, Any] | None = None
) -> Call[Any]:
    """Describe a DELETE."""
    return Call("DELETE", route, checked_ids(ids), _set(query), _set(json), returns=returns)


def stream(
    route: str,
    *ids: str | int,
    yields: Any,
    ends: str | frozenset[str] = DONE,
    json: Any = None,
    form: Mapping[str, Any] | None = None,
    safety: RetrySafety = RetrySafety.BILLED,
    query: Mapping[str, Any] | None = None,
    method: str = "POST",
    lines: bool = False,
) -> Stream[Any]:
    """Describe a request whose answer arrives as events: a POST that is billed, where nothing else is said."""
    parts = None if form is None else form_of(form)
    return Stream(
        method, route, checked_ids(ids), _set(query), _set(json), parts, safety, yields=yields, ends=ends, lines=lines
    )


def pages(
    route: str,
    *ids: str | int,
    returns: Any,
    by: Paging,
    query: Mapping[str, Any] | None = None,
    items: str = "data",
    method: str = "GET",
    json: Any = None,
) -> Pages[Any, Any]:
    """Describe a list that comes in pages. A search is a POST with a body, the same one for each page."""
    return Pages(method, route, checked_ids(ids), _set(query), _set(json), returns=returns, items=items, by=by)


def download(route: str, *ids: str | int, query: Mapping[str, Any] | None = None) -> Download:
    """Describe a request for bytes."""
    return Download("GET", route, checked_ids(ids), _set(query))


def checked_ids(ids: tuple[str | int, ...]) -> tuple[str, ...]:
    """Return ids as they stand in a path, not encoded yet; raises the error for what is none."""
    return tuple(_id(each) for each in ids)


def _id(given: object) -> str:
    """Return an id as it stands in a path; raises the error for what is none."""
    each = given if type(given) is str else plain_argument(given)
    if isinstance(each, bool) or not isinstance(each, (str, int)):
        raise TypeError(f"an id is a str, not {type(given).__name__}")
    if each in {"", ".", ".."}:
        what = repr(each) if each else "empty: is what it was taken from set?"
        raise ValueError(f"an id must not be {what}")
    text = str(each)
    check_text(text, "an id")
    return text


def _set(fields: Any, nulls: AbstractSet[str] = frozenset()) -> Any:
    """Leave out what was not set: None at the top level is sent for the keys of `nulls` alone."""
    if not issubclass(type(fields), dict):
        return fields
    if NoneType not in map(type, fields.values()):
        return {**fields}
    return {key: value for key, value in fields.items() if value is not None or key in nulls}


def camel(fields: Mapping[str, Any], **names: str) -> dict[str, Any]:
    """Return fields by the names that some endpoints have: `page_size` is `pageSize`. Others are given in `names`."""
    return {names.get(name) or _camel(name): value for name, value in fields.items()}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def model_of(request: Request, extra: Mapping[str, Any] | None) -> str | None:
    """Return the model that a request asks: an `extra_body` that names one takes the place of its own."""
    model: object = extra.get("model") if extra else None
    return str.__str__(model) if isinstance(model, str) else request.model


def form_of(fields: Mapping[str, Any]) -> Form:
    """Return a form of fields and files; what is None is not sent."""
    from mistral_async._uploads.multipart import Form

    return Form(_set(dict(fields)))


def content_of(content: object, content_type: str | None) -> Form:
    """Return a body of bytes as they are."""
    from mistral_async._uploads.content import Content

    return Content(content, content_type)


def reporting(call: Call[T], progress: Progress | None) -> Call[T]:
    """Have a request report how much of its files was sent: `progress(bytes, total)`."""
    if call.form is not None:
        call.form.progress = progress
    return call


def encode_query(query: Mapping[str, Any]) -> str:
    """Encode a query: lists repeat their key, booleans are `true` and `false`, datetimes ISO 8601 with Z."""
    pairs: list[tuple[str, str]] = []
    for key, value in query.items():
        given = plain_argument(value)
        many = given if is_array(given) else [given]
        name = _query_text("the name of a query parameter", plain_argument(key))
        pairs += [(name, _query_text(f"the query parameter {name!r}", each)) for each in many if each is not None]
    return urlencode(pairs, quote_via=quote)


def _query_text(what: str, value: object) -> str:
    match value:
        case str():
            check_text(value, what)
            return value
        case bool():
            return "true" if value else "false"
        case datetime() if value == value:  # noqa: PLR0124 - NaT is not
            return value.isoformat().replace("+00:00", "Z")
        case float() | Decimal() if not isfinite(value):
            raise ValueError(f"{what} is {value}: give a number, or leave it out")
        case int() | float() | Decimal() | UUID() | date() if not isinstance(value, datetime):
            return str(value)
        case _:
            raise TypeError(f"{what} can not be {type(value).__name__}: give text or a number")

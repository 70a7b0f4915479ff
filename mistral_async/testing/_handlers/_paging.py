"""Pages of lists, in all the ways of the API: by number, by an opaque token, by offset, by time, or whole.

`page_by_number` and `page_by_token` cut a list. A `Listing` also says it as the API does, such as `by_token("items")`.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import ValidationDetail, invalid_request
from mistral_async.testing._json import JSONMapping, JSONObject

_T = TypeVar("_T")

Listing: TypeAlias = Callable[[FakeCall, Sequence[JSONMapping]], Any]
"""Makes the answer of a list, of all its items: the page that the query asks for."""


def page_by_number(
    call: FakeCall, items: Sequence[_T], *, size: int, most: int | None = 1000, first: int = 0
) -> Sequence[_T]:
    """Return the page of `page` and `page_size`; pages count from `first`."""
    page, size = call.number("page", first, least=first) - first, call.number("page_size", size, least=1, most=most)
    return items[page * size : (page + 1) * size]


def page_by_token(
    call: FakeCall,
    items: Sequence[_T],
    *,
    size: int,
    most: int = 1000,
    parameter: str = "page_token",
    limit: str = "page_size",
) -> tuple[Sequence[_T], str | None]:
    """Return the page after the token of `parameter`, and the token of the next one."""
    size = call.number(limit, size, least=1, most=most)
    start = _start(call.text(parameter), parameter)
    end = start + size
    token = urlsafe_b64encode(f"after:{end}".encode()).decode() if end < len(items) else None
    return items[start:end], token


def by_token(
    items: str = "data",
    token: str = "next_page_token",  # noqa: S107 - the name of a field
    *,
    parameter: str = "page_token",
    limit: str = "page_size",
    size: int = 10,
) -> Listing:
    """Have lists answered by token; `items` and `token` are places such as `pagination.next_cursor`."""

    def answer(call: FakeCall, found: Sequence[JSONMapping]) -> JSONObject:
        page, after = page_by_token(call, found, size=size, parameter=parameter, limit=limit)
        return _at(token, after, _at(items, page, {}))

    return answer


def by_cursor(items: str, token: str = "next_cursor", *, limit: str = "limit", size: int = 50) -> Listing:  # noqa: S107 - the name of a field
    """Have lists answered by `cursor`."""
    return by_token(items, token, parameter="cursor", limit=limit, size=size)


def by_number(items: str, *, size: int = 25, first: int = 1) -> Listing:
    """Have lists answered by number, with `total`, `page` and `page_size`."""

    def answer(call: FakeCall, found: Sequence[JSONMapping]) -> JSONObject:
        page, numbers = page_by_number(call, found, size=size, first=first), _numbers(call, first, size)
        return _at(items, page, {"total": len(found), **numbers})

    return answer


def by_link(key: str, *, size: int = 50) -> Listing:
    """Have lists answered by number from 1, under a key: `results`, `count`, and links to the pages beside."""

    def answer(call: FakeCall, found: Sequence[JSONMapping]) -> JSONObject:
        page, numbers = page_by_number(call, found, size=size, first=1), _numbers(call, 1, size)
        number, size_ = numbers["page"], numbers["page_size"]
        link = f"{call.state.url}/?page_size={size_}&page="
        more = number * size_ < len(found)
        links = {
            "next": f"{link}{number + 1}" if more else None,
            "previous": f"{link}{number - 1}" if number > 1 else None,
        }
        return {key: {"results": page, "count": len(found), **links}}

    return answer


def by_offset(items: str, *, size: int = 100, total: str | None = "total") -> Listing:
    """Have lists answered by `offset` and `limit`; `total` is the key of the number of all items, if there is one."""

    def answer(call: FakeCall, found: Sequence[JSONMapping]) -> JSONObject:
        start, limit = call.number("offset", 0), call.number("limit", size, least=1, most=1000)
        return _at(items, found[start : start + limit], {total: len(found)} if total else {})

    return answer


def by_time(field: str = "created_at", *, size: int = 20) -> Listing:
    """Have lists answered as bare arrays between `after` and `before`, newest first unless `sort` is `ascending`.

    Items of the same time keep their order: pass the newest first.
    """

    def answer(call: FakeCall, found: Sequence[JSONMapping]) -> Any:
        after, before = call.text("after") or "", call.text("before") or "9999"
        between = [item for item in found if after < item[field] < before]
        between.sort(key=lambda item: item[field], reverse=True)
        if call.text("sort") == "ascending":
            between.reverse()
        return between[: call.number("limit", size, least=1, most=1000)]

    return answer


def whole(items: str = "") -> Listing:
    """Have lists answered whole: under a key, or as a bare array."""
    return lambda _, found: _at(items, found, {}) if items else found


def _numbers(call: FakeCall, first: int, size: int) -> JSONObject:
    return {"page": call.number("page", first), "page_size": call.number("page_size", size)}


def _at(place: str, value: Any, answer: JSONObject) -> JSONObject:
    """Put a value at a place of an answer."""
    *outer, last = place.split(".")
    inner = answer
    for name in outer:
        inner = inner.setdefault(name, {})
    inner[last] = value
    return answer


def _start(token: str | None, parameter: str) -> int:
    if not token:
        return 0
    try:
        return int(urlsafe_b64decode(token).decode().removeprefix("after:"))
    except ValueError as error:
        detail = ValidationDetail("value_error", ("query", parameter), "Invalid page token", token)
        raise invalid_request([detail]) from error

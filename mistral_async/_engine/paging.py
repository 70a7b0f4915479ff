"""The ways in which lists are cut into pages: by number, by token, by offset, by time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from mistral_async._codec.json_types import is_array, is_object


class Paging(Protocol):
    """A way to ask for the next page."""

    def next(self, query: Mapping[str, Any], page: Any, count: int, seen: int) -> dict[str, Any] | None:
        """Change the query for the page after this one of `count` items, `seen` in all; None at the end."""
        ...

    def single(self, query: Mapping[str, Any]) -> bool:
        """Return whether the query asks for one page by name."""
        ...


class PageNumber(msgspec.Struct, frozen=True):
    """`page` and `page_size`. The end is an empty page, `total` reached, or `pagination.has_more` being false."""

    first: int = 0

    def next(self, query: Mapping[str, Any], page: Any, count: int, seen: int) -> dict[str, Any] | None:
        """Ask for the next number, or by the page's token where it has one."""
        token = find(page, "next_page_token")
        if token:
            return {**{k: v for k, v in query.items() if k != "page"}, "page_token": token}
        more = find(page, "pagination.has_more")
        if count == 0 or more is False:
            return None
        total = find(page, "total")
        if more is None and isinstance(total, int) and total > 0 and seen >= total:
            return None
        return {**query, "page": int(query.get("page", self.first)) + 1}

    def single(self, query: Mapping[str, Any]) -> bool:
        """Return whether `page=` was given."""
        return "page" in query


class PageLink(msgspec.Struct, frozen=True):
    """`page` and `page_size`, counted from 1. A page at the end has no link to the next one."""

    path: str
    """The place of the link, such as `judges.next`."""

    def next(self, query: Mapping[str, Any], page: Any, count: int, seen: int) -> dict[str, Any] | None:  # noqa: ARG002 - the link alone decides
        """Ask for the next number; the address of the link itself is not followed."""
        return {**query, "page": int(query.get("page", 1)) + 1} if find(page, self.path) else None

    def single(self, query: Mapping[str, Any]) -> bool:
        """Return whether `page=` was given."""
        return "page" in query


class PageToken(msgspec.Struct, frozen=True):
    """A token that each page has for the next one: it is trusted, not the length of the page."""

    parameter: str = "page_token"
    """The name under which it is sent."""
    path: str = "next_page_token"
    """The place of the next one in a page, such as `pagination.next_cursor`."""

    def next(self, query: Mapping[str, Any], page: Any, count: int, seen: int) -> dict[str, Any] | None:  # noqa: ARG002 - the token alone decides
        """Send the token back."""
        token = find(page, self.path)
        return {**query, self.parameter: token} if token else None

    def single(self, query: Mapping[str, Any]) -> bool:
        """Return whether a token was given."""
        return self.parameter in query


class Offset(msgspec.Struct, frozen=True):
    """`offset` and `limit`: the end is an empty page, or `total` reached."""

    def next(self, query: Mapping[str, Any], page: Any, count: int, seen: int) -> dict[str, Any] | None:
        """Move past the items seen."""
        total = find(page, "total")
        if count == 0 or (isinstance(total, int) and seen >= total):
            return None
        return {**query, "offset": int(query.get("offset", 0)) + count}

    def single(self, query: Mapping[str, Any]) -> bool:
        """Return whether `offset=` was given."""
        return "offset" in query


class Period(msgspec.Struct, frozen=True):
    """`before` and `after` the time of the last item, newest first unless `sort` is `ascending`: for bare arrays.

    The end is an empty page, or one that does not move on. No parameter names a page: those given bound the whole list.
    """

    time: str = "created_at"
    """The field of an item that is its time."""

    def next(self, query: Mapping[str, Any], page: Any, count: int, seen: int) -> dict[str, Any] | None:  # noqa: ARG002 - the times alone decide
        """Move the bound to the time of the last item."""
        bound = "after" if query.get("sort") == "ascending" else "before"
        time = find(page[-1], self.time) if count else None
        return {**query, bound: time} if time and time != query.get(bound) else None

    def single(self, query: Mapping[str, Any]) -> bool:  # noqa: ARG002 - every list may have bounds
        """Return that no page was asked for."""
        return False


def find(page: Any, path: str) -> Any:
    """Return what a page has at a place, such as `traces.results`; None where it has nothing there."""
    for name in path.split("."):
        page = page.get(name) if is_object(page) else getattr(page, name, None)
    return page


def items_of(page: Any, path: str) -> list[Any]:
    """Return the items of a page, which is a bare array itself where it is one."""
    found: Any = page if is_array(page) else find(page, path)
    return found or []

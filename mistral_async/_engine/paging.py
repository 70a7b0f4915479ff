"""The ways in which lists are cut into pages: by number, by token, by offset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec


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
        token = getattr(page, "next_page_token", None)
        if token:
            return {**{k: v for k, v in query.items() if k != "page"}, "page_token": token}
        more = getattr(getattr(page, "pagination", None), "has_more", None)
        if count == 0 or more is False:
            return None
        total = getattr(page, "total", None)
        if more is None and isinstance(total, int) and total > 0 and seen >= total:
            return None
        return {**query, "page": int(query.get("page", self.first)) + 1}

    def single(self, query: Mapping[str, Any]) -> bool:
        """Return whether `page=` was given."""
        return "page" in query


class PageToken(msgspec.Struct, frozen=True):
    """`page_token`, answered by `next_page_token`: the token is trusted, not the length of the page."""

    def next(self, query: Mapping[str, Any], page: Any, count: int, seen: int) -> dict[str, Any] | None:  # noqa: ARG002 - the token alone decides
        """Send the token back."""
        token = getattr(page, "next_page_token", None)
        return {**query, "page_token": token} if token else None

    def single(self, query: Mapping[str, Any]) -> bool:
        """Return whether `page_token=` was given."""
        return "page_token" in query


class Offset(msgspec.Struct, frozen=True):
    """`offset` and `limit`: the end is an empty page, or `total` reached."""

    def next(self, query: Mapping[str, Any], page: Any, count: int, seen: int) -> dict[str, Any] | None:
        """Move past the items seen."""
        total = getattr(page, "total", None)
        if count == 0 or (isinstance(total, int) and seen >= total):
            return None
        return {**query, "offset": int(query.get("offset", 0)) + count}

    def single(self, query: Mapping[str, Any]) -> bool:
        """Return whether `offset=` was given."""
        return "offset" in query

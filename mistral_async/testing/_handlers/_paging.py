"""Pages of lists, in the two ways of the API: by number, and by an opaque token."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import TypeVar

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import ValidationDetail, invalid_request

_T = TypeVar("_T")


def page_by_number(call: FakeCall, items: Sequence[_T], *, size: int, most: int | None = 1000) -> Sequence[_T]:
    """Return the page of `page` and `page_size`; pages count from 0."""
    page, size = call.number("page", 0), call.number("page_size", size, least=1, most=most)
    return items[page * size : (page + 1) * size]


def page_by_token(
    call: FakeCall, items: Sequence[_T], *, size: int, most: int = 1000
) -> tuple[Sequence[_T], str | None]:
    """Return the page after `page_token`, and the token of the next one."""
    size = call.number("page_size", size, least=1, most=most)
    start = _start(call.text("page_token"))
    end = start + size
    token = urlsafe_b64encode(f"after:{end}".encode()).decode() if end < len(items) else None
    return items[start:end], token


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(urlsafe_b64decode(token).decode().removeprefix("after:"))
    except ValueError as error:
        raise invalid_request(
            [ValidationDetail("value_error", ("query", "page_token"), "Invalid page token", token)]
        ) from error

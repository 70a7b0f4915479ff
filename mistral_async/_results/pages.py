"""Lists that come in pages: `async for` over all items, `.pages()` page by page, `await` for one page.

Nothing is asked for before it is needed. A page that names itself as the next one is the last.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from mistral_async._engine.paging import Paging
from mistral_async._engine.request import Call, Pages

if TYPE_CHECKING:
    from mistral_async._engine.engine import Engine

T = TypeVar("T")
Page = TypeVar("Page")


class AsyncPages(Generic[T, Page]):
    """A list of the API. A query that names a page (`page=`) gives that page alone."""

    def __init__(self, engine: Engine, request: Pages[T, Page]) -> None:
        self._engine = engine
        self._request = request

    def __await__(self) -> Generator[Any, None, Page]:
        return self.page().__await__()

    async def page(self) -> Page:
        """Return the first page, or the one that the query names, as the API sends it."""
        return await self._engine.call(_call(self._request, self._request.query or {}))

    def pages(self) -> AsyncIterator[Page]:
        """Yield every page."""
        return _PageIterator(self._engine, self._request, self.items)

    def __aiter__(self) -> AsyncIterator[T]:
        return _ItemIterator(self.pages(), self.items)

    def items(self, page: Page) -> list[T]:
        """Return the items of a page."""
        return cast("list[T]", page if isinstance(page, list) else getattr(page, self._request.items))

    async def to_list(self) -> list[T]:
        """Return every item."""
        return [item async for item in self]


def _call(request: Pages[Any, Page], query: dict[str, Any]) -> Call[Page]:
    return Call(request.method, request.route, request.ids, query or None, returns=request.returns)


class _PageIterator(Generic[T, Page]):
    def __init__(self, engine: Engine, request: Pages[T, Page], items: Callable[[Page], list[T]]) -> None:
        self._engine = engine
        self._request = request
        self._items = items
        self._by = cast("Paging", request.by)
        self._query: dict[str, Any] | None = dict(request.query or {})
        self._single = self._by.single(self._query)
        self._seen = 0

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page:
        if self._query is None:
            raise StopAsyncIteration
        page = await self._engine.call(_call(self._request, self._query))
        count = len(self._items(page))
        self._seen += count
        query = None if self._single else self._by.next(self._query, page, count, self._seen)
        self._query = None if query == self._query else query  # a token that repeats itself would never end
        return page


class _ItemIterator(Generic[T, Page]):
    def __init__(self, pages: AsyncIterator[Page], items: Callable[[Page], list[T]]) -> None:
        self._pages = pages
        self._items = items
        self._left: list[T] = []

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while not self._left:
            self._left = self._items(await anext(self._pages))[::-1]
        return self._left.pop()

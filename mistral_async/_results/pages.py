"""Lists that come in pages: `async for` over all items, `.pages()` page by page, `await` for one page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from mistral_async._codec.shown import described, safe_repr
from mistral_async._engine.paging import Paging, items_of
from mistral_async._engine.request import Call, Pages
from mistral_async.errors import ResponseValidationError

if TYPE_CHECKING:
    from mistral_async._engine.engine import Engine

# Rule 1: Nothing is asked for before it is needed. A query that names a page gives that page alone.
# Rule 2: The server says where the list ends, in the way that its `Paging` knows. A page without items that names
#   itself as the next one is an end, too.
# Rule 3: A list that does not move on is an error in place of its next page, after all that came before: when a page
#   has the items of the page before it, when the next page would be one that was read already, and after `_EMPTY`
#   pages in a row without an item.

T = TypeVar("T")
Page = TypeVar("Page")
P = TypeVar("P")

_EMPTY = 100  # pages


class AsyncPages(Generic[T, Page]):
    """A list of the API. A query that names a page (`page=`) gives that page alone.

    A list that would never end, because a page comes again, raises a `ResponseValidationError`.
    """

    def __init__(self, engine: Engine, request: Pages[T, Any]) -> None:
        self._engine = engine
        self._request = request

    @safe_repr
    def __repr__(self) -> str:
        return described(self, self._request, "nothing is asked before it is read", "async for item in it; .page()")

    def __await__(self) -> Generator[Any, None, Page]:
        return self.page().__await__()

    async def page(self) -> Page:
        """Return the first page, or the one that the query names, as the API sends it."""
        return await self._fetch(_call(self._request, self._request.query or {}))

    def pages(self) -> AsyncIterator[Page]:
        """Yield every page."""
        return _PageIterator(self._request, self._fetch, self._data)

    def __aiter__(self) -> AsyncIterator[T]:
        return _ItemIterator(self.pages(), self.items)

    def items(self, page: Page) -> list[T]:
        """Return the items of a page."""
        return items_of(self._data(page), self._request.items)

    async def to_list(self) -> list[T]:
        """Return every item."""
        return [item async for item in self]

    def _fetch(self, call: Call[Any]) -> Coroutine[Any, Any, Page]:
        return self._engine.call(call)

    def _data(self, page: Page) -> Any:
        """Return the page as the API sends it."""
        return page


def _call(request: Pages[Any, Any], query: dict[str, Any]) -> Call[Any]:
    return Call(request.method, request.route, request.ids, query or None, request.json, returns=request.returns)


class _PageIterator(Generic[P]):
    """Every page; `fetch` gets one, `data` is what the API sent of it."""

    def __init__(
        self,
        request: Pages[Any, Any],
        fetch: Callable[[Call[Any]], Coroutine[Any, Any, P]],
        data: Callable[[P], Any],
    ) -> None:
        self._request = request
        self._fetch = fetch
        self._data = data
        self._by = cast("Paging", request.by)
        self._query: dict[str, Any] | None = dict(request.query or {})
        self._single = self._by.single(self._query)
        self._seen = 0  # items
        self._asked: set[str] = set()  # the targets of the pages so far
        self._last: list[Any] = []  # the items of the page before
        self._empty = 0  # pages in a row

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> P:
        if self._query is None:
            raise StopAsyncIteration
        call = _call(self._request, self._query)
        if call.target in self._asked:
            raise self._endless("its last page names one as the next that was read already")
        page = await self._fetch(call)
        self._asked.add(call.target)
        self._turn_page(call, self._data(page))
        return page

    def _turn_page(self, call: Call[Any], data: Any) -> None:
        """Find the query for the page after this one (rules 2 and 3)."""
        items, query = items_of(data, self._request.items), cast("dict[str, Any]", self._query)
        if items and items == self._last:
            raise self._endless("two pages in a row have the same items")
        self._empty = 0 if items else self._empty + 1
        self._last, self._seen = list(items), self._seen + len(items)
        self._query = None if self._single else self._by.next(query, data, len(items), self._seen)
        if items or self._query is None:
            return
        if _call(self._request, self._query).target == call.target:
            self._query = None
        elif self._empty >= _EMPTY:
            raise self._endless(f"{_EMPTY} pages in a row have no items")

    def _endless(self, reason: str) -> ResponseValidationError:
        self._query = None
        error = ResponseValidationError(
            f"{self._request!r}: the list would never end, because {reason}. The {self._seen} items before are all "
            "that came; `.page()` with the number or token of a page asks for one"
        )
        error.status = 200
        return error


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

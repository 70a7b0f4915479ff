"""The official SDK's pages: those of some lists come as the `result` of an object that knows the `next` one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Final, Generic, TypeVar

from mistral_async._binding.sync_executor import SyncPages
from mistral_async._results.pages import AsyncPages
from mistral_async.compat._values import official
from mistral_async.compat.errors import OfficialErrors

P = TypeVar("P")

WITH_NEXT: Final = frozenset(
    {
        "audio.agents.list",
        "audio.agents.list_sessions",
        "audio.agents.list_versions",
        "audio.voices.search",
        "beta.agents.list_pages",
        "beta.context.search_indexes.list",
        "beta.prompts.list",
        "beta.service_accounts.list",
        "beta.skills.list",
        "beta.users.list_organizations",
        "beta.users.list_workspaces",
        "workflows.get_workflows",
        "workflows.runs.list_runs",
        "workflows.schedules.get_schedules",
    }
)
"""The lists that come this way; all others are their first page."""


class _Result(Generic[P]):
    """A page in `result`; what it has can be read from here, too."""

    def __init__(self, result: P) -> None:
        self.result: P = result

    def __getattr__(self, name: str) -> Any:
        if name == "result":  # while being unpickled
            raise AttributeError(name)
        return getattr(self.result, name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(result={self.result!r})"


class Page(_Result[P]):
    """A page of a blocking call."""

    def __init__(self, result: P, pages: Iterator[P]) -> None:
        super().__init__(result)
        self._pages = pages

    def next(self) -> Page[P] | None:
        """Return the next page, or None after the last."""
        with OfficialErrors():
            return _page(self._pages)


class PageAsync(_Result[P]):
    """A page of an asynchronous call."""

    def __init__(self, result: P, pages: AsyncIterator[P]) -> None:
        super().__init__(result)
        self._pages = pages

    async def next(self) -> PageAsync[P] | None:
        """Return the next page, or None after the last."""
        with OfficialErrors():
            return await _page_async(self._pages)


def first_page(path: tuple[str, ...], pages: SyncPages[Any, Any]) -> Any:
    """Return the first page of a list, in the form that the official SDK gives it."""
    return _page(iter(pages.pages())) if ".".join(path) in WITH_NEXT else official(pages.page())


async def first_page_async(path: tuple[str, ...], pages: AsyncPages[Any, Any]) -> Any:
    """Return the first page of a list, in the form that the official SDK gives it."""
    return await _page_async(pages.pages()) if ".".join(path) in WITH_NEXT else official(await pages.page())


def _page(pages: Iterator[P]) -> Page[P] | None:
    page = next(pages, None)
    return None if page is None else Page(official(page), pages)


async def _page_async(pages: AsyncIterator[P]) -> PageAsync[P] | None:
    page = await anext(pages, None)
    return None if page is None else PageAsync(official(page), pages)

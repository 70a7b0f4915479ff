"""The official SDK's pages: those of some lists come as the `result` of an object that knows the `next` one."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final, Generic, TypeVar, cast

import msgspec

from mistral_async._binding.sync_executor import SyncPages
from mistral_async._results.pages import AsyncPages
from mistral_async.compat._values import official
from mistral_async.compat.errors import OfficialErrors

P = TypeVar("P")

WITH_NEXT: Final = {
    "audio.agents.list": "ListAgentsV1AudioAgentsGetResponse",
    "audio.agents.list_sessions": "ListAgentSessionsV1AudioAgentsAgentIDSessionsGetResponse",
    "audio.agents.list_versions": "ListAgentVersionsV1AudioAgentsAgentIDVersionsGetResponse",
    "audio.voices.search": "AudioV2VoicesListResponse",
    "beta.agents.list_pages": "AgentsAPIV1AgentsListPagesResponse",
    "beta.context.search_indexes.list": "ListIndexesV1ContextSearchIndexesGetResponse",
    "beta.prompts.list": "PromptsListResponse",
    "beta.service_accounts.list": "ListServiceAccountsV1ServiceAccountsGetResponse",
    "beta.skills.list": "SkillsListResponse",
    "beta.users.list_organizations": "UsersAPIListOrganizationsResponse",
    "beta.users.list_workspaces": "UsersAPIListWorkspacesResponse",
    "workflows.get_workflows": "GetWorkflowsV1WorkflowsGetResponse",
    "workflows.runs.list_runs": "ListRunsV1WorkflowsRunsGetResponse",
    "workflows.schedules.get_schedules": "GetSchedulesV1WorkflowsSchedulesGetResponse",
}
"""The lists that come this way, and the names of their classes; all others are their first page."""


class Result(Generic[P]):
    """A page in `result`; what it has can be read from here, too."""

    def __init__(self, result: P) -> None:
        self.result: P = result

    def __getattr__(self, name: str) -> Any:
        if name == "result":  # while being unpickled
            raise AttributeError(name)
        return getattr(self.result, name)

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Return the page as a dict, with the options of models."""
        return {"result": cast("Any", self.result).model_dump(**options)}

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """Return `model_dump(...)` as JSON text."""
        data = msgspec.json.encode(self.model_dump(**{**options, "mode": "json"}))
        return (data if indent is None else msgspec.json.format(data, indent=indent)).decode()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(result={self.result!r})"


class Page(Result[P]):
    """A page of a blocking call."""

    def __init__(self, result: P, pages: Iterator[P]) -> None:
        super().__init__(result)
        self._pages = pages

    def next(self) -> Page[P] | None:
        """Return the next page, or None after the last."""
        with OfficialErrors():
            return _page(type(self), self._pages)


class PageAsync(Result[P]):
    """A page of an asynchronous call."""

    def __init__(self, result: P, pages: AsyncIterator[P]) -> None:
        super().__init__(result)
        self._pages = pages

    async def next(self) -> PageAsync[P] | None:
        """Return the next page, or None after the last."""
        with OfficialErrors():
            return await _page_async(type(self), self._pages)


CLASSES: Final = {name: type(name, (Result,), {"__doc__": "A page."}) for name in WITH_NEXT.values()}
"""The classes of pages by their names, those of blocking calls and of asynchronous ones."""


@functools.cache
def _class_of(path: str, kind: type[Any]) -> Any:
    """Return the class of a list's pages: `kind`, which is that of its name, too."""
    name = WITH_NEXT[path]
    return type(name, (kind, CLASSES[name]), {"__doc__": kind.__doc__})


def first_page(path: tuple[str, ...], pages: SyncPages[Any, Any]) -> Any:
    """Return the first page of a list, in the form that the official SDK gives it."""
    name = ".".join(path)
    return _page(_class_of(name, Page), iter(pages.pages())) if name in WITH_NEXT else official(pages.page())


async def first_page_async(path: tuple[str, ...], pages: AsyncPages[Any, Any]) -> Any:
    """Return the first page of a list, in the form that the official SDK gives it."""
    name = ".".join(path)
    if name in WITH_NEXT:
        return await _page_async(_class_of(name, PageAsync), pages.pages())
    return official(await pages.page())


def _page(kind: type[Page[P]], pages: Iterator[P]) -> Page[P] | None:
    page = next(pages, None)
    return None if page is None else kind(official(page), pages)


async def _page_async(kind: type[PageAsync[P]], pages: AsyncIterator[P]) -> PageAsync[P] | None:
    page = await anext(pages, None)
    return None if page is None else kind(official(page), pages)

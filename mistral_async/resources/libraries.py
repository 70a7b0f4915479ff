"""Libraries of documents."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import msgspec
from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, Pages, delete, get, pages, patch, post, put
from mistral_async.models.libraries import (
    Library,
    LibraryListOptions,
    LibraryOptions,
    ListLibrariesResponse,
    UpdateLibraryRequest,
)
from mistral_async.resources.accesses import Accesses
from mistral_async.resources.documents import Documents


class TokenOrNumber(msgspec.Struct, frozen=True):
    """`page_token` where the server gives one, else the number of the page while `pagination.has_more`."""

    def next(self, query: Mapping[str, Any], page: Any, count: int, seen: int) -> dict[str, Any] | None:  # noqa: ARG002 - the server says whether there is more
        """Send the token back, or count."""
        if page.next_page_token:
            return {**{key: value for key, value in query.items() if key != "page"}, "page_token": page.next_page_token}
        if count and page.pagination is not None and page.pagination.has_more:
            return {**query, "page": int(query.get("page", 0)) + 1}
        return None

    def single(self, query: Mapping[str, Any]) -> bool:
        """Return whether a page was asked for."""
        return "page" in query or "page_token" in query


class Libraries(Resource[M]):
    """Libraries of documents."""

    @functools.cached_property
    def documents(self) -> Documents[M]:
        """The documents of a library."""
        return Documents(self._executor)

    @functools.cached_property
    def accesses(self) -> Accesses[M]:
        """Who a library is shared with."""
        return Accesses(self._executor)

    @endpoint
    def list(self, **options: Unpack[LibraryListOptions]) -> Pages[Library, ListLibrariesResponse]:
        """List libraries."""
        return pages("/v1/libraries", query=options, returns=ListLibrariesResponse, by=TokenOrNumber())

    @endpoint
    def create(self, *, name: str, **options: Unpack[LibraryOptions]) -> Call[Library]:
        """Create a library."""
        return post("/v1/libraries", json={"name": name, **options}, returns=Library)

    @endpoint
    def get(self, library_id: str) -> Call[Library]:
        """Get a library."""
        return get("/v1/libraries/{}", library_id, returns=Library)

    @endpoint
    def update(self, library_id: str, **changes: Unpack[UpdateLibraryRequest]) -> Call[Library]:
        """Change a library. `description=None` removes it."""
        return patch("/v1/libraries/{}", library_id, json=changes, nulls={"description"}, returns=Library)

    @endpoint
    def libraries_update_v1(self, library_id: str, **changes: Unpack[UpdateLibraryRequest]) -> Call[Library]:
        """Change a library, as the first version of the API does. Deprecated: see `update`."""
        return put("/v1/libraries/{}", library_id, json=changes, nulls={"description"}, returns=Library)

    @endpoint
    def delete(self, library_id: str) -> Call[Library | None]:
        """Delete a library with its documents. Gives what it was, where the server says it."""
        return delete("/v1/libraries/{}", library_id, returns=Library)

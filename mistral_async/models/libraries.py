"""Libraries of documents that agents search. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async.models._model import Model, Moment

OwnerType: TypeAlias = Literal["User", "Workspace"]
"""Who owns a library."""


class PaginationInfo(Model, kw_only=True, gc=False):
    """The place of a page among all pages."""

    total_items: int = 0
    total_pages: int = 0
    current_page: int = 0
    """Counted from 0."""
    page_size: int = 0
    has_more: bool = False


class Library(Model, kw_only=True, gc=False):
    """A library of documents."""

    id: str = ""
    name: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    owner_id: str | None = None
    owner_type: str = ""
    """`User`, `Workspace`, or a newer one."""
    total_size: int = 0
    """Bytes of all documents."""
    nb_documents: int = 0
    chunk_size: int | None = None
    """Deprecated."""
    emoji: str | None = None
    """Deprecated."""
    description: str | None = None
    generated_name: str | None = None
    """Deprecated."""
    generated_description: str | None = None
    """Deprecated."""
    explicit_user_members_count: int | None = None
    """Deprecated."""
    explicit_workspace_members_count: int | None = None
    """Deprecated."""
    org_sharing_role: str | None = None
    """Deprecated."""


class ListLibrariesResponse(Model, kw_only=True):
    """A page of libraries."""

    data: list[Library] = field(default_factory=list[Library])
    pagination: PaginationInfo | None = None
    """Deprecated: `next_page_token` says whether there is more."""
    next_page_token: str | None = None


class LibraryOptions(TypedDict, total=False):
    """Options of a new library."""

    description: str | None
    """What is in it."""
    chunk_size: int | None
    """Deprecated: 256 to 32768."""
    owner_type: OwnerType | str | None
    """`User` for a private library, `Workspace` (the default with an API key) for one that the workspace shares."""


class CreateLibraryRequest(LibraryOptions):
    """Everything that `libraries.create` takes: `create(**request)`."""

    name: Required[str]


class UpdateLibraryRequest(TypedDict, total=False):
    """Changes to a library; what is not named stays."""

    name: str | None
    """The new name."""
    description: str | None
    """None removes it."""


class LibraryListOptions(TypedDict, total=False):
    """Which libraries are listed."""

    page_size: int | None
    """1 to 100."""
    page_token: str | None
    """The page to go on with: the `next_page_token` of the one before."""
    page: int | None
    """Deprecated: one page, counted from 0."""
    search: str | None
    """In the names, in any case of letters."""
    filter_owned_by_me: bool | None
    """True for your own libraries alone. Deprecated by the API."""


LibraryIn = CreateLibraryRequest
LibraryInUpdate = UpdateLibraryRequest
LibraryOut = Library
ListLibraryOut = ListLibrariesResponse

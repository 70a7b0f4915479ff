"""The documents of a library. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async.models._model import Model, Moment
from mistral_async.models.libraries import PaginationInfo

ProcessStatus: TypeAlias = Literal[
    "self_managed", "missing_content", "noop", "done", "todo", "in_progress", "error", "waiting_for_capacity"
]
"""The known states of a document's processing."""

Attribute: TypeAlias = str | int | float | bool | Sequence[str] | Sequence[int] | Sequence[float] | Sequence[bool]
"""The value of an attribute; a date is an ISO 8601 string."""

SortOrder: TypeAlias = Literal["asc", "desc"]


class Document(Model, kw_only=True):
    """A document of a library."""

    id: str = ""
    library_id: str = ""
    hash: str | None = None
    """Deprecated."""
    mime_type: str | None = None
    extension: str | None = None
    size: int | None = None
    """Bytes."""
    name: str = ""
    summary: str | None = None
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    last_processed_at: str | None = None
    last_processed_at_datetime: ClassVar[Moment] = Moment("last_processed_at")
    number_of_pages: int | None = None
    process_status: str = ""
    """One of `ProcessStatus`, or a newer one."""
    processing_status: str = ""
    """Deprecated: see `process_status`."""
    uploaded_by_id: str | None = None
    uploaded_by_type: str = ""
    """`User`, `Workspace`, or a newer one."""
    tokens_processing_total: int = 0
    tokens_processing_main_content: int | None = None
    """Deprecated."""
    tokens_processing_summary: int | None = None
    """Deprecated."""
    url: str | None = None
    attributes: JSONObject | None = None
    """Your own values, to filter by: strings, numbers, booleans, lists of one of these."""
    expires_at: str | None = None
    expires_at_datetime: ClassVar[Moment] = Moment("expires_at")


class ListDocumentsResponse(Model, kw_only=True):
    """A page of documents."""

    pagination: PaginationInfo = field(default_factory=PaginationInfo)
    data: list[Document] = field(default_factory=list[Document])


class ProcessingStatus(Model, kw_only=True, gc=False):
    """The state of a document's processing."""

    document_id: str = ""
    process_status: str = ""
    """One of `ProcessStatus`, or a newer one."""
    processing_status: str = ""
    """Deprecated: see `process_status`."""


class DocumentTextContent(Model, kw_only=True, gc=False):
    """The text that was read from a document."""

    text: str = ""


class UpdateDocumentRequest(TypedDict, total=False):
    """Changes to a document; what is not named stays."""

    name: str | None
    """The new name."""
    attributes: Mapping[str, Attribute] | None
    """None removes them."""
    expires_at: datetime | str | None
    """When the document is removed. None: never."""


class DocumentListOptions(TypedDict, total=False):
    """Which documents are listed, and in what order."""

    search: str | None
    """In the names."""
    page_size: int | None
    """1 to 100."""
    page: int | None
    """One page, counted from 0; all pages where not set."""
    filters_attributes: str | JSONMapping | None
    """A filter over `attributes` as JSON; an object is encoded."""
    sort_by: str | None
    """`created_at` where not set."""
    sort_order: SortOrder | str | None
    """`desc` where not set."""


DocumentOut = Document
ListDocumentOut = ListDocumentsResponse
DocumentUpdateIn = UpdateDocumentRequest
ProcessingStatusOut = ProcessingStatus

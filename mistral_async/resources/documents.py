"""The documents of a library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from typing_extensions import Unpack

from mistral_async._binding.resource import Async, M, Resource, endpoint, method
from mistral_async._codec.json_encode import encode
from mistral_async._engine.paging import PageNumber
from mistral_async._engine.request import Call, Pages, delete, get, pages, patch, post, put, reporting
from mistral_async._uploads.multipart import Progress
from mistral_async.models.documents import (
    Document,
    DocumentListOptions,
    DocumentTextContent,
    ListDocumentsResponse,
    ProcessingStatus,
    UpdateDocumentRequest,
)
from mistral_async.models.files import FileInput

if TYPE_CHECKING:
    from mistral_async._results.poll import Poll

_ALL = "/v1/libraries/{}/documents"
_ONE = "/v1/libraries/{}/documents/{}"


class Documents(Resource[M]):
    """The documents of a library."""

    @endpoint
    def list(self, library_id: str, **options: Unpack[DocumentListOptions]) -> Pages[Document, ListDocumentsResponse]:
        """List documents."""
        query: dict[str, object] = {**options}
        if isinstance(filters := query.get("filters_attributes"), Mapping):
            query["filters_attributes"] = encode(filters).decode()
        return pages(_ALL, library_id, query=query, returns=ListDocumentsResponse, by=PageNumber())

    @endpoint
    def upload(self, library_id: str, *, file: FileInput, progress: Progress | None = None) -> Call[Document]:
        """Add a document. It is processed after the answer: see `status` and `wait`."""
        return reporting(post(_ALL, library_id, form={"file": file}, returns=Document), progress)

    @endpoint
    def get(self, library_id: str, document_id: str) -> Call[Document]:
        """Get a document."""
        return get(_ONE, library_id, document_id, returns=Document)

    @endpoint
    def update(self, library_id: str, document_id: str, **changes: Unpack[UpdateDocumentRequest]) -> Call[Document]:
        """Change a document. None removes attributes and the expiry."""
        return patch(_ONE, library_id, document_id, json=changes, nulls={"attributes", "expires_at"}, returns=Document)

    @endpoint
    def libraries_documents_update_v1(
        self, library_id: str, document_id: str, **changes: Unpack[UpdateDocumentRequest]
    ) -> Call[Document]:
        """Change a document, as the first version of the API does. Deprecated: see `update`."""
        return put(_ONE, library_id, document_id, json=changes, nulls={"attributes", "expires_at"}, returns=Document)

    @endpoint
    def delete(self, library_id: str, document_id: str) -> Call[None]:
        """Delete a document."""
        return delete(_ONE, library_id, document_id)

    @endpoint
    def text_content(
        self, library_id: str, document_id: str, *, page_start: int | None = None, page_end: int | None = None
    ) -> Call[DocumentTextContent]:
        """Get the text of a document, or of some of its pages."""
        query = {"page_start": page_start, "page_end": page_end}
        return get(f"{_ONE}/text_content", library_id, document_id, query=query, returns=DocumentTextContent)

    @endpoint
    def status(self, library_id: str, document_id: str) -> Call[ProcessingStatus]:
        """Get how far a document has been processed."""
        return get(f"{_ONE}/status", library_id, document_id, returns=ProcessingStatus)

    @endpoint
    def get_signed_url(self, library_id: str, document_id: str) -> Call[str]:
        """Get an address where anyone can read the document for a while."""
        return get(f"{_ONE}/signed-url", library_id, document_id, returns=str)

    @endpoint
    def extracted_text_signed_url(self, library_id: str, document_id: str) -> Call[str]:
        """Get an address where anyone can read the text of the document for a while."""
        return get(f"{_ONE}/extracted-text-signed-url", library_id, document_id, returns=str)

    @endpoint
    def reprocess(self, library_id: str, document_id: str) -> Call[None]:
        """Process a document again."""
        return post(f"{_ONE}/reprocess", library_id, document_id, returns=None)

    @method
    async def wait(
        self: Documents[Async],
        library_id: str,
        document_id: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - the processing goes on
        poll: Poll | None = None,
        progress: Callable[[Document], object] | None = None,
    ) -> Document:
        """Wait until a document has been processed, or can not be; after `timeout` seconds a `WaitTimeoutError`."""
        from mistral_async._binding.async_executor import once
        from mistral_async._results.poll import Poll, poll_until

        documents = once(self)
        return await poll_until(
            lambda: documents.get(library_id, document_id), _is_ended, poll or Poll(), timeout=timeout, each=progress
        )


_WORKING = frozenset({"todo", "in_progress", "waiting_for_capacity"})
_ENDED = frozenset({"self_managed", "missing_content", "noop", "done", "error"})


def _is_ended(document: Document) -> bool:
    """Return whether a document will not change by itself any more, whatever its state may be called one day."""
    status = document.process_status
    return status in _ENDED or (status not in _WORKING and document.last_processed_at is not None)

"""The documents of a library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from typing_extensions import Unpack

from mistral_async._request import Call, PageNumber, Pages, delete, get, pages, patch, post, put
from mistral_async._resource import M, Resource, endpoint
from mistral_async.models.documents import (
    Document,
    DocumentListOptions,
    DocumentTextContent,
    ListDocumentsResponse,
    ProcessingStatus,
    UpdateDocumentRequest,
)
from mistral_async.models.files import FileInput

_ALL = "/v1/libraries/{}/documents"
_ONE = "/v1/libraries/{}/documents/{}"


class Documents(Resource[M]):
    """The documents of a library."""

    @endpoint
    def list(self, library_id: str, **options: Unpack[DocumentListOptions]) -> Pages[Document, ListDocumentsResponse]:
        """List documents."""
        query: dict[str, Any] = {**options}
        if isinstance(filters := query.get("filters_attributes"), Mapping):
            query["filters_attributes"] = msgspec.json.encode(filters).decode()
        return pages(_ALL, library_id, query=query, returns=ListDocumentsResponse, by=PageNumber())

    @endpoint
    def upload(self, library_id: str, *, file: FileInput) -> Call[Document]:
        """Add a document. It is processed after the answer: see `status`."""
        return post(_ALL, library_id, form={"file": file}, returns=Document)

    @endpoint
    def get(self, library_id: str, document_id: str) -> Call[Document]:
        """Get a document."""
        return get(_ONE, library_id, document_id, returns=Document)

    @endpoint
    def update(self, library_id: str, document_id: str, **changes: Unpack[UpdateDocumentRequest]) -> Call[Document]:
        """Change a document. None removes attributes and the expiry."""
        return patch(_ONE, library_id, document_id, json=changes, nulls=True, returns=Document)

    @endpoint
    def libraries_documents_update_v1(
        self, library_id: str, document_id: str, **changes: Unpack[UpdateDocumentRequest]
    ) -> Call[Document]:
        """Change a document, as the first version of the API does. Deprecated: see `update`."""
        return put(_ONE, library_id, document_id, json=changes, nulls=True, returns=Document)

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

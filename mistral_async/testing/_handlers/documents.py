"""Documents of libraries: uploaded, processed over time, searched, and read as text."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import PurePosixPath

import msgspec

from mistral_async.testing._call import FakeCall
from mistral_async.testing._clock import TOLERANCE
from mistral_async.testing._content import Content
from mistral_async.testing._errors import ValidationDetail, invalid_request, not_found
from mistral_async.testing._handlers._document_text import pages_of
from mistral_async.testing._handlers._paging import page_by_number
from mistral_async.testing._handlers._prompt import sentences_of, tokens_of
from mistral_async.testing._handlers.libraries import USER, LibraryStore, pagination
from mistral_async.testing._handlers.signed import sign
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply, no_content
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_DOCUMENT = "/v1/libraries/{}/documents/{}"
_OLD_STATUS = {"todo": "Todo", "in_progress": "Running", "done": "Completed"}


class StoredDocument(msgspec.Struct, kw_only=True):
    """A document: its bytes, the text of its pages, and when its processing last began."""

    fields: JSONObject
    content: Content
    pages: list[str]
    since: float


class DocumentStore:
    """The documents of all libraries."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self.documents: dict[tuple[str, str], StoredDocument] = {}

    def add(self, library_id: str, content: Content, filename: str, media: str | None) -> StoredDocument:
        """Store a document and begin its processing."""
        path = PurePosixPath(filename)
        document_id = self._state.ids.uuid4()
        fields = {
            "id": document_id,
            "library_id": library_id,
            "hash": content.signature,
            "mime_type": media or "application/octet-stream",
            "extension": path.suffix.removeprefix(".") or None,
            "size": content.size,
            "name": path.name,
            "created_at": self._state.calendar.iso(),
            "uploaded_by_id": USER,
            "uploaded_by_type": "User",
            "url": None,
            "attributes": None,
            "expires_at": None,
        }
        pages = pages_of(content.read(), path.name)
        content = self._state.keep(content)
        document = StoredDocument(fields=fields, content=content, pages=pages, since=self._state.clock.now())
        self.documents[library_id, document_id] = document
        self._count(library_id)
        return document

    def get(self, library_id: str, document_id: str) -> StoredDocument:
        """Return a document; raises 404 if it or its library does not exist."""
        self._state.store(LibraryStore).get(library_id)
        if (document := self.documents.get((library_id, document_id))) is None:
            raise not_found("Document", document_id)
        return document

    def remove(self, library_id: str, document_id: str) -> None:
        """Delete a document."""
        self.get(library_id, document_id).content.close()
        del self.documents[library_id, document_id]
        self._count(library_id)

    def of(self, library_id: str) -> list[StoredDocument]:
        """Return all documents of a library, oldest first."""
        self._state.store(LibraryStore).get(library_id)
        return [document for (library, _), document in self.documents.items() if library == library_id]

    def status(self, document: StoredDocument) -> str:
        """Return the status of a document's processing."""
        seconds = self._state.options.processing_seconds
        passed = self._state.clock.now() - document.since + TOLERANCE
        return "done" if passed >= seconds else "in_progress" if passed >= seconds / 2 else "todo"

    def to_dict(self, document: StoredDocument) -> JSONObject:
        """Return the document as the API's JSON; results of the processing are null until it is done."""
        status, text = self.status(document), "\n".join(document.pages)
        done = status == "done"
        tokens = tokens_of(text) if done else 0
        summary = (sentences_of(text) or [""])[0] if done else None
        calendar = self._state.calendar
        at = calendar.iso_of(calendar.at(document.since + self._state.options.processing_seconds))
        return {
            **document.fields,
            "process_status": status,
            "processing_status": _OLD_STATUS[status],
            "summary": summary,
            "last_processed_at": at if done else None,
            "number_of_pages": len(document.pages) if done else None,
            "tokens_processing_main_content": tokens if done else None,
            "tokens_processing_summary": tokens_of(summary or "") if done else None,
            "tokens_processing_total": tokens + tokens_of(summary or "") if done else 0,
        }

    def _count(self, library_id: str) -> None:
        documents = self.of(library_id)
        sizes = sum(document.content.size for document in documents)
        self._state.store(LibraryStore).totals[library_id] = len(documents), sizes


@route("POST", "/v1/libraries/{}/documents", "beta.libraries.documents.upload", body="DocumentUploadRequest")
def upload(call: FakeCall) -> Reply:
    """Add a document; the status is 201."""
    call.state.store(LibraryStore).get(call.params[0])
    if (part := call.files.get("file")) is None:
        raise invalid_request([ValidationDetail("missing", ("body", "file"), "Field required", None)])
    documents = call.state.store(DocumentStore)
    document = documents.add(call.params[0], part.content, part.filename or "document", part.media)
    return json_reply(documents.to_dict(document), HTTPStatus.CREATED)


@route("GET", "/v1/libraries/{}/documents", "beta.libraries.documents.list")
def list_documents(call: FakeCall) -> Reply:
    """Return one page, sorted by `sort_by` and `sort_order`."""
    documents = call.state.store(DocumentStore)
    search, key = (call.text("search") or "").lower(), call.text("sort_by") or "created_at"
    found = [documents.to_dict(document) for document in documents.of(call.params[0])]
    found = [card for card in found if search in card["name"].lower()]
    if found and key in found[0]:
        found.sort(key=lambda card: (card[key] is None, card[key]))
    if call.text("sort_order") != "asc":
        found.reverse()
    page = page_by_number(call, found, size=100, most=100)
    return json_reply({"pagination": pagination(call, len(found), 100), "data": page})


@route("GET", _DOCUMENT, "beta.libraries.documents.get")
def get(call: FakeCall) -> Reply:
    """Return one document."""
    return json_reply(call.state.store(DocumentStore).to_dict(_document(call)))


@route("PATCH", _DOCUMENT, "beta.libraries.documents.update", body="UpdateDocumentRequest")
@route("PUT", _DOCUMENT, "beta.libraries.documents.libraries_documents_update_v1", body="UpdateDocumentRequest")
def update(call: FakeCall) -> Reply:
    """Rename a document, or set its attributes and expiry; null clears those two."""
    document = _document(call)
    document.fields |= {name: value for name, value in call.body.items() if name != "name" or value is not None}
    return json_reply(call.state.store(DocumentStore).to_dict(document))


@route("DELETE", _DOCUMENT, "beta.libraries.documents.delete")
def delete(call: FakeCall) -> Reply:
    """Delete a document."""
    call.state.store(DocumentStore).remove(*call.params)
    return no_content()


@route("GET", f"{_DOCUMENT}/status", "beta.libraries.documents.status")
def status(call: FakeCall) -> Reply:
    """Return the status of a document's processing, in its new and its old spelling."""
    status = call.state.store(DocumentStore).status(_document(call))
    return json_reply(
        {"document_id": call.params[1], "process_status": status, "processing_status": _OLD_STATUS[status]}
    )


@route("POST", f"{_DOCUMENT}/reprocess", "beta.libraries.documents.reprocess")
def reprocess(call: FakeCall) -> Reply:
    """Process a document again."""
    _document(call).since = call.state.clock.now()
    return no_content()


@route("GET", f"{_DOCUMENT}/text_content", "beta.libraries.documents.text_content")
def text_content(call: FakeCall) -> Reply:
    """Return the text of all pages, or of a range."""
    pages = _document(call).pages
    first, last = call.number("page_start", 0), call.number("page_end", len(pages))
    return json_reply({"text": "\n\n".join(pages[first:last])})


@route("GET", f"{_DOCUMENT}/signed-url", "beta.libraries.documents.get_signed_url")
def signed_url(call: FakeCall) -> Reply:
    """Return a URL of the document's bytes, as a bare string."""
    document = _document(call)
    return json_reply(sign(call.state, f"document-{call.params[1]}", document.content, document.fields["name"]))


@route("GET", f"{_DOCUMENT}/extracted-text-signed-url", "beta.libraries.documents.extracted_text_signed_url")
def extracted_text_signed_url(call: FakeCall) -> Reply:
    """Return a URL of the document's text, as a bare string."""
    document = _document(call)
    text = call.state.keep(Content("\n\n".join(document.pages).encode()))
    return json_reply(sign(call.state, f"text-{call.params[1]}", text, f"{document.fields['name']}.txt"))


def _document(call: FakeCall) -> StoredDocument:
    return call.state.store(DocumentStore).get(*call.params)

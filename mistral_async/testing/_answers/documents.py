"""Documents of libraries: uploaded, processed over time, searched, and read as text."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any

import msgspec

from mistral_async.testing._answers._extraction import pages_of
from mistral_async.testing._answers._paging import numbered
from mistral_async.testing._answers._reading import sentences_of, tokens_of
from mistral_async.testing._answers.libraries import USER, Libraries, pagination
from mistral_async.testing._answers.signed import sign
from mistral_async.testing._content import Content
from mistral_async.testing._exchange import Call, Reply, answer, nothing
from mistral_async.testing._refusals import ValidationDetail, invalid_request, not_found
from mistral_async.testing._state import State

# Sums of small steps of time fall a little short.
_EPSILON = 1e-9
_OLD_STATUS = {"todo": "Todo", "in_progress": "Running", "done": "Completed"}


class Document(msgspec.Struct, kw_only=True):
    """A document, its bytes, the text of its pages, and when it was last given to be processed."""

    fields: dict[str, Any]
    content: Content
    pages: list[str]
    since: float


class Documents:
    """The documents of all libraries."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.documents: dict[tuple[str, str], Document] = {}

    def add(self, library_id: str, content: Content, filename: str, media: str | None) -> Document:
        """Store a document; its processing begins."""
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
        document = Document(fields=fields, content=content, pages=pages, since=self._state.clock.now())
        self.documents[library_id, document_id] = document
        self._count(library_id)
        return document

    def get(self, library_id: str, document_id: str) -> Document:
        """A document; 404 if it or its library is not there."""
        self._state.store(Libraries).get(library_id)
        if (document := self.documents.get((library_id, document_id))) is None:
            raise not_found("Document", document_id)
        return document

    def remove(self, library_id: str, document_id: str) -> None:
        """Delete a document."""
        self.get(library_id, document_id).content.close()
        del self.documents[library_id, document_id]
        self._count(library_id)

    def of(self, library_id: str) -> list[Document]:
        """All documents of a library, oldest first."""
        self._state.store(Libraries).get(library_id)
        return [document for (library, _), document in self.documents.items() if library == library_id]

    def status(self, document: Document) -> str:
        """How far the processing has come."""
        seconds = self._state.options.processing_seconds
        passed = self._state.clock.now() - document.since + _EPSILON
        return "done" if passed >= seconds else "in_progress" if passed >= seconds / 2 else "todo"

    def card(self, document: Document) -> dict[str, Any]:
        """The document as the API shows it; what processing finds out is missing until it is done."""
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
        self._state.store(Libraries).totals[library_id] = len(documents), sizes


def upload(call: Call) -> Reply:
    """Add a document: 201."""
    call.state.store(Libraries).get(call.params[0])
    if (part := call.files.get("file")) is None:
        raise invalid_request([ValidationDetail("missing", ("body", "file"), "Field required", None)])
    documents = call.state.store(Documents)
    document = documents.add(call.params[0], part.content, part.filename or "document", part.media)
    return answer(documents.card(document), HTTPStatus.CREATED)


def list_documents(call: Call) -> Reply:
    """One page, sorted as asked."""
    documents = call.state.store(Documents)
    search, key = (call.text("search") or "").lower(), call.text("sort_by") or "created_at"
    found = [documents.card(document) for document in documents.of(call.params[0])]
    found = [card for card in found if search in card["name"].lower()]
    if found and key in found[0]:
        found.sort(key=lambda card: (card[key] is None, card[key]))
    if call.text("sort_order") != "asc":
        found.reverse()
    page = numbered(call, found, size=100, most=100)
    return answer({"pagination": pagination(call, len(found), 100), "data": page})


def get(call: Call) -> Reply:
    """One document."""
    return answer(call.state.store(Documents).card(_document(call)))


def update(call: Call) -> Reply:
    """Rename a document, or set its attributes and expiry; null clears those two."""
    document = _document(call)
    document.fields |= {name: value for name, value in call.body.items() if name != "name" or value is not None}
    return answer(call.state.store(Documents).card(document))


def delete(call: Call) -> Reply:
    """Delete a document."""
    call.state.store(Documents).remove(*call.params)
    return nothing()


def status(call: Call) -> Reply:
    """How far a document's processing has come, in the new and the old words."""
    status = call.state.store(Documents).status(_document(call))
    return answer({"document_id": call.params[1], "process_status": status, "processing_status": _OLD_STATUS[status]})


def reprocess(call: Call) -> Reply:
    """Process a document again."""
    _document(call).since = call.state.clock.now()
    return nothing()


def text_content(call: Call) -> Reply:
    """The text of all pages, or of some."""
    pages = _document(call).pages
    first, last = call.number("page_start", 0), call.number("page_end", len(pages))
    return answer({"text": "\n\n".join(pages[first:last])})


def signed_url(call: Call) -> Reply:
    """A URL of the document's bytes, as a bare string."""
    document = _document(call)
    return answer(sign(call.state, f"document-{call.params[1]}", document.content, document.fields["name"]))


def extracted_text_signed_url(call: Call) -> Reply:
    """A URL of the document's text, as a bare string."""
    document = _document(call)
    text = call.state.keep(Content("\n\n".join(document.pages).encode()))
    return answer(sign(call.state, f"text-{call.params[1]}", text, f"{document.fields['name']}.txt"))


def _document(call: Call) -> Document:
    return call.state.store(Documents).get(*call.params)

"""Files: uploaded as a stream, listed by page and filter, downloaded whole or by range, and by signed URL."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any

import msgspec

from mistral_async.testing._call import FakeCall, read_integer
from mistral_async.testing._content import Content
from mistral_async.testing._errors import (
    ValidationDetail,
    api_error,
    invalid_argument,
    invalid_request,
    not_an_integer,
    not_found,
)
from mistral_async.testing._handlers._paging import page_by_number
from mistral_async.testing._handlers.signed import content_reply, sign
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, spaced_json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_SAMPLES = {"fine-tune": "instruct", "batch": "batch_request", "ocr": "ocr_input"}
_HOUR = 3600
_LARGEST = 512 << 20


class StoredFile(msgspec.Struct):
    """A file: its bytes and its description."""

    id: str
    content: Content
    filename: str
    purpose: str
    sample_type: str
    source: str
    mimetype: str
    created_at: int
    expires_at: int | None
    visibility: str

    def to_dict(self) -> JSONObject:
        """Return the file as the API's JSON."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": self.content.size,
            "created_at": self.created_at,
            "filename": self.filename,
            "purpose": self.purpose,
            "sample_type": self.sample_type,
            "num_lines": self.content.lines if self.filename.endswith(".jsonl") else 0,
            "mimetype": self.mimetype,
            "source": self.source,
            "signature": self.content.signature,
            "expires_at": self.expires_at,
            "visibility": self.visibility,
        }


class FileStore:
    """The files of one account."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._files: dict[str, StoredFile] = {}

    def add(
        self,
        content: Content,
        filename: str,
        *,
        purpose: str,
        sample_type: str | None = None,
        source: str = "upload",
        hours: int | None = None,
        visibility: str = "workspace",
    ) -> StoredFile:
        """Store `content` as a file."""
        now = self._state.calendar.unix()
        mimetype = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        file = StoredFile(
            id=self._state.ids.uuid4(),
            content=self._state.keep(content),
            filename=filename,
            purpose=purpose,
            sample_type=sample_type or _SAMPLES.get(purpose, purpose),
            source=source,
            mimetype="application/jsonl" if filename.endswith(".jsonl") else mimetype,
            created_at=now,
            expires_at=None if hours is None else now + hours * _HOUR,
            visibility=visibility,
        )
        self._files[file.id] = file
        return file

    def get(self, file_id: str, *, purpose: str | None = None) -> StoredFile:
        """Return a file; raises 404 once it is deleted or has expired, and 400 if it is there for another purpose."""
        file = self._files.get(file_id)
        if file is None or self._expired(file):
            raise not_found("File", file_id)
        if purpose not in (None, file.purpose):
            message = f"File {file_id} has the purpose {file.purpose!r}, not {purpose!r}."
            raise invalid_argument(message, kind="invalid_request_file", code="3291")
        return file

    def remove(self, file_id: str) -> None:
        """Delete a file."""
        self.get(file_id)
        self._files.pop(file_id).content.close()

    def all(self) -> list[StoredFile]:
        """Return all files, newest first."""
        return [file for file in reversed(self._files.values()) if not self._expired(file)]

    def _expired(self, file: StoredFile) -> bool:
        return file.expires_at is not None and file.expires_at <= self._state.calendar.now()


@route("POST", "/v1/files", "files.upload", body="FileUploadRequest")
def upload(call: FakeCall) -> Reply:
    """Store the form's file."""
    part = call.files.get("file")
    if part is None:
        raise invalid_request([ValidationDetail("missing", ("body", "file"), "Field required", None)])
    purpose = str(call.body.get("purpose") or "fine-tune")
    filename = PurePosixPath(part.filename or "file").name
    if part.content.size > _LARGEST:
        raise api_error(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "File is too large, the limit is 512 MB.",
            "invalid_request_file",
            "3291",
        )
    if purpose in ("fine-tune", "batch") and not filename.endswith(".jsonl"):
        raise api_error(
            HTTPStatus.BAD_REQUEST,
            f"Invalid file format: {filename} is not a .jsonl file.",
            "invalid_request_file",
            "3291",
        )
    hours = _hours(call.body.get("expiry"))
    file = call.state.store(FileStore).add(
        part.content,
        filename,
        purpose=purpose,
        hours=hours,
        visibility=str(call.body.get("visibility") or "workspace"),
    )
    return spaced_json_reply(file.to_dict())


def _hours(given: Any) -> int | None:
    hours = None if given is None else read_integer(str(given))
    if given is not None and (hours is None or hours < 0):
        raise not_an_integer("body", "expiry", value=given)
    return hours


@route("GET", "/v1/files", "files.list")
def list_files(call: FakeCall) -> Reply:
    """Return one page of the files that pass the filters, newest first."""
    found = [file for file in call.state.store(FileStore).all() if _passes(call, file)]
    data = [file.to_dict() for file in page_by_number(call, found, size=100, most=None)]
    total = len(found) if call.flag("include_total", default=True) else None
    return spaced_json_reply({"data": data, "object": "list", "total": total})


def _passes(call: FakeCall, file: StoredFile) -> bool:
    filters: Sequence[tuple[list[str], str]] = (
        (call.texts("sample_type"), file.sample_type),
        (call.texts("source"), file.source),
        (call.texts("mimetypes"), file.mimetype),
        (call.texts("purpose"), file.purpose),
    )
    search = call.text("search")
    return all(not wanted or value in wanted for wanted, value in filters) and (not search or search in file.filename)


@route("GET", "/v1/files/{}", "files.retrieve")
def retrieve(call: FakeCall) -> Reply:
    """Return one file's description."""
    return spaced_json_reply({**call.state.store(FileStore).get(call.params[0]).to_dict(), "deleted": False})


@route("DELETE", "/v1/files/{}", "files.delete")
def delete(call: FakeCall) -> Reply:
    """Delete a file."""
    call.state.store(FileStore).remove(call.params[0])
    return spaced_json_reply({"id": call.params[0], "object": "file", "deleted": True})


@route("GET", "/v1/files/{}/content", "files.download")
def download(call: FakeCall) -> Reply:
    """Return a file's bytes, or the requested range."""
    file = call.state.store(FileStore).get(call.params[0])
    return content_reply(file.content, call.headers.get("range"), file.filename)


@route("GET", "/v1/files/{}/url", "files.get_signed_url")
def signed_url(call: FakeCall) -> Reply:
    """Return a URL that serves the file without a key until it expires."""
    hours = call.number("expiry", 24, least=1, most=168)
    file = call.state.store(FileStore).get(call.params[0])
    return spaced_json_reply({"url": sign(call.state, file.id, file.content, file.filename, hours=hours)})

"""Files that you upload, to fine-tune, to run in batch, to read."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from os import PathLike
from typing import Any, BinaryIO, ClassVar, TypeAlias

import msgspec
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping
from mistral_async._codec.open_union import constant
from mistral_async.models._model import Answer, Model, Moment, Renamed
from mistral_async.models.enums import FilePurpose, FileVisibility, SampleType, Source

FileContent: TypeAlias = bytes | bytearray | memoryview | BinaryIO | AsyncIterable[bytes] | str | PathLike[str]


class File(Model, metaclass=Renamed):
    """A file to send, under the name that the server will see."""

    older_names: ClassVar[Mapping[str, str]] = {"fileName": "file_name", "contentType": "content_type"}

    file_name: str
    content: Any
    """Bytes, a binary file (from where it stands, or whole if it stands at its end), an async iterator, or a path."""
    content_type: str | None = None
    """The media type; told from the name unless given."""


FileInput: TypeAlias = FileContent | File | JSONMapping | tuple[str, Any] | tuple[str, Any, str]


class FileListOptions(TypedDict, total=False):
    """Which files are listed. None is not sent."""

    page: int | None
    """From 0; one page alone."""
    page_size: int | None
    """Files a page; the API's default is 100."""
    include_total: bool | None
    """True if pages have the number of all files, which is the default."""
    sample_type: Sequence[SampleType] | None
    """Only files of these formats."""
    source: Sequence[Source] | None
    """Only files that came from there."""
    search: str | None
    """In the names."""
    purpose: FilePurpose | None
    """Only files for this use."""
    mimetypes: Sequence[str] | None
    """Only files of these media types."""


class FileSchema(Model, kw_only=True, gc=False, metaclass=Answer):
    """An uploaded file."""

    id: str = ""
    object: str = constant("file")
    size_bytes: int | None = msgspec.field(name="bytes", default=None)
    created_at: int | None = None
    """Seconds since 1970."""
    filename: str = ""
    purpose: FilePurpose = ""
    sample_type: SampleType | None = None
    source: Source | None = None
    num_lines: int | None = None
    mimetype: str | None = None
    signature: str | None = None
    """The server's hash of the content."""
    expires_at: int | None = None
    """Seconds since 1970."""
    visibility: FileVisibility | None = None

    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    expires_at_datetime: ClassVar[Moment] = Moment("expires_at")

    @property
    def bytes(self) -> int | None:
        """`size_bytes` by the wire's name."""
        return self.size_bytes


class CreateFileResponse(FileSchema, kw_only=True, gc=False):
    """The file as it was uploaded."""


class GetFileResponse(FileSchema, kw_only=True, gc=False):
    """An uploaded file, or that it was deleted."""

    deleted: bool | None = None


class ListFilesResponse(Model, kw_only=True, metaclass=Answer):
    """A page of files."""

    object: str = constant("list")
    data: list[FileSchema] = msgspec.field(default_factory=list[FileSchema])
    total: int | None = None
    """Of all pages."""


class DeleteFileResponse(Model, kw_only=True, gc=False):
    """That a file was deleted."""

    id: str = ""
    object: str = constant("file")
    deleted: bool | None = None


class GetSignedURLResponse(Model, kw_only=True, gc=False):
    """The address at which anyone can read the file for a while."""

    url: str = ""


DeleteFileOut = DeleteFileResponse
FileSignedURL = GetSignedURLResponse
GetSignedUrlResponse = GetSignedURLResponse
ListFilesOut = ListFilesResponse
RetrieveFileOut = GetFileResponse
RetrieveFileResponse = GetFileResponse
UploadFileOut = CreateFileResponse
UploadFileResponse = CreateFileResponse

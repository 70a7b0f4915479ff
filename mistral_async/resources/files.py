"""Files that you upload."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.paging import PageNumber
from mistral_async._engine.request import Call, Download, Pages, delete, download, get, pages, post, reporting
from mistral_async._uploads.checked import checked, size_check
from mistral_async._uploads.multipart import Progress
from mistral_async._uploads.source import Upload
from mistral_async.models.enums import FilePurpose, FileVisibility
from mistral_async.models.files import (
    CreateFileResponse,
    DeleteFileResponse,
    FileInput,
    FileListOptions,
    FileSchema,
    GetFileResponse,
    GetSignedURLResponse,
    ListFilesResponse,
)


class Files(Resource[M]):
    """Files that you uploaded."""

    @endpoint
    def upload(
        self,
        file: FileInput,
        purpose: FilePurpose | None = None,
        *,
        expiry: int | None = None,
        visibility: FileVisibility | None = None,
        progress: Progress | None = None,
        check: bool = True,
    ) -> Call[CreateFileResponse]:
        """Upload at most 512 MB, piece by piece: a path, bytes, a binary file, an async iterator of bytes, a `File`.

        A file object is sent from where it stands, or whole if it stands at its end, and is not closed.
        Before it is sent, its size and the lines of a `.jsonl` file to batch or fine-tune are checked (`check`): a
        `ConfigurationError` says that it is too large, a `JSONLError` which line is wrong.

        Args:
            file: See above. `(name, content)` and a `File` say the name too.
            purpose: What the file is for: `fine-tune`, `batch`, `ocr`, ...
            expiry: Hours until the server deletes the file (the API does not state the unit); kept unless given.
            visibility: Who sees it: `workspace` (the API's default) or `user`.
            progress: Called with the bytes sent and the bytes in all.
            check: False to send the file without checking it first.
        """
        upload = checked(Upload.of(file), purpose) if check else Upload.of(file)
        form = {"purpose": purpose, "expiry": expiry, "visibility": visibility, "file": upload}
        call = post("/v1/files", form=form, returns=CreateFileResponse, transform=size_check(upload))
        return reporting(call, progress)

    @endpoint
    def list(self, **options: Unpack[FileListOptions]) -> Pages[FileSchema, ListFilesResponse]:
        """List files."""
        return pages("/v1/files", query=options, returns=ListFilesResponse, by=PageNumber())

    @endpoint
    def retrieve(self, file_id: str) -> Call[GetFileResponse]:
        """Get a file's metadata."""
        return get("/v1/files/{}", file_id, returns=GetFileResponse)

    @endpoint
    def delete(self, file_id: str) -> Call[DeleteFileResponse]:
        """Delete a file."""
        return delete("/v1/files/{}", file_id, returns=DeleteFileResponse)

    @endpoint
    def download(self, file_id: str) -> Download:
        """Get a file's content: whole, as a stream, or to a path."""
        return download("/v1/files/{}/content", file_id)

    @endpoint
    def get_signed_url(self, file_id: str, expiry: int | None = None) -> Call[GetSignedURLResponse]:
        """Get an address where anyone can read the file for `expiry` hours.

        Args:
            file_id: The id of the file.
            expiry: Hours, from 1 to 168; 24 unless given.
        """
        return get("/v1/files/{}/url", file_id, query={"expiry": expiry}, returns=GetSignedURLResponse)

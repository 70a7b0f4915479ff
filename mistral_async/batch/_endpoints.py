"""The requests that a batch run makes: described by the endpoints of the client, performed by the run."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from mistral_async._engine.request import Call, Download, Pages
from mistral_async.models.batch import BatchJob, DeleteBatchJobResponse, ListBatchJobsResponse
from mistral_async.models.files import (
    CreateFileResponse,
    DeleteFileResponse,
    FileSchema,
    GetFileResponse,
    ListFilesResponse,
)


class BatchEndpoints(msgspec.Struct, frozen=True, kw_only=True):
    """Functions that describe requests, with the parameters of the client's methods of the same names."""

    create_job: Callable[..., Call[BatchJob]]
    get_job: Callable[[str], Call[BatchJob]]
    cancel_job: Callable[[str], Call[BatchJob]]
    delete_job: Callable[[str], Call[DeleteBatchJobResponse]]
    list_jobs: Callable[..., Pages[BatchJob, ListBatchJobsResponse]]
    upload_file: Callable[..., Call[CreateFileResponse]]
    retrieve_file: Callable[[str], Call[GetFileResponse]]
    delete_file: Callable[[str], Call[DeleteFileResponse]]
    download_file: Callable[[str], Download]
    list_files: Callable[..., Pages[FileSchema, ListFilesResponse]]

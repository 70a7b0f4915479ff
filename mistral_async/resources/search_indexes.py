"""Search indexes that the server keeps, for documents that agents and you search."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSON, JSONMapping
from mistral_async._engine.paging import PageToken
from mistral_async._engine.request import Call, Pages, RetrySafety, Stream, delete, get, pages, post, put, stream
from mistral_async.models.search_indexes import (
    DeleteDocumentsResponse,
    DeleteManagedIndexResponse,
    GetSummaryResponseSummary,
    GrepMode,
    IngestDocumentsResponse,
    ListManagedIndexesResponse,
    ManagedIndexConfig,
    ManagedIndexFields,
    ManagedIndexResponse,
    NavigateDirection,
    NavigationResponse,
    ReadOptions,
    Retriever,
    SearchIndexListOptions,
    SearchResponse,
    SummaryStatus,
    SummaryStreamTypes,
)

_ALL = "/v1/context/search-indexes"
_ONE = "/v1/context/search-indexes/{}"
_DOCUMENTS = "/v1/context/search-indexes/{}/documents"
_SUMMARY_FIELD = "/v1/context/search-indexes/{}/summary_field/{}"


class Context(Resource[M]):
    """Knowledge for agents."""

    @functools.cached_property
    def search_indexes(self) -> SearchIndexes[M]:
        """Search indexes that the server keeps."""
        return SearchIndexes(self._executor)


class SearchIndexes(Resource[M]):
    """Search indexes that the server keeps, for documents that agents and you search."""

    @endpoint
    def list(
        self, **options: Unpack[SearchIndexListOptions]
    ) -> Pages[ManagedIndexResponse, ListManagedIndexesResponse]:
        """List indexes."""
        return pages(_ALL, query=options, returns=ListManagedIndexesResponse, by=PageToken())

    @endpoint
    def create(
        self,
        *,
        name: str,
        config: ManagedIndexConfig | JSONMapping,
        schema: ManagedIndexFields | JSONMapping | None = None,
    ) -> Call[ManagedIndexResponse]:
        """Create an index; `get` says when it is ready. `schema` names the fields of documents and of their chunks."""
        return post(_ALL, json={"name": name, "config": config, "schema": schema}, returns=ManagedIndexResponse)

    @endpoint
    def delete(self, index_name: str) -> Call[DeleteManagedIndexResponse]:
        """Delete an index with its documents."""
        return delete(_ONE, index_name, returns=DeleteManagedIndexResponse)

    @endpoint
    def get(self, index_name: str) -> Call[ManagedIndexResponse]:
        """Get an index."""
        return get(_ONE, index_name, returns=ManagedIndexResponse)

    @endpoint
    def update(self, index_name: str, *, schema: ManagedIndexFields | JSONMapping) -> Call[ManagedIndexResponse]:
        """Change the fields of an index."""
        return put(_ONE, index_name, json={"schema": schema}, returns=ManagedIndexResponse)

    @endpoint
    def get_chunk(self, index_name: str, chunk_id: str) -> Call[NavigationResponse]:
        """Get a piece of a document."""
        return get(f"{_ONE}/chunks/{{}}", index_name, chunk_id, returns=NavigationResponse)

    @endpoint
    def delete_documents(self, index_name: str, *, document_ids: Sequence[str]) -> Call[DeleteDocumentsResponse]:
        """Delete documents of an index."""
        return delete(_DOCUMENTS, index_name, json={"document_ids": document_ids}, returns=DeleteDocumentsResponse)

    @endpoint
    def ingest_documents(self, index_name: str, *, documents: Sequence[JSONMapping]) -> Call[IngestDocumentsResponse]:
        """Add documents to an index, each as its fields; `results` says what was refused."""
        return post(_DOCUMENTS, index_name, json={"documents": documents}, returns=IngestDocumentsResponse)

    @endpoint
    def grep(
        self,
        index_name: str,
        *,
        source_id: str,
        pattern: str,
        mode: GrepMode | str | None = None,
        top_k: int | None = None,
        content_type: str | None = None,
    ) -> Call[NavigationResponse]:
        """Find a pattern in a document: 5 pieces where `top_k` is not set."""
        json = {"source_id": source_id, "pattern": pattern, "mode": mode, "top_k": top_k, "content_type": content_type}
        return post(f"{_ONE}/grep", index_name, json=json, safety=RetrySafety.SAFE, returns=NavigationResponse)

    @endpoint
    def navigate(
        self,
        index_name: str,
        *,
        source_id: str,
        start_offset: int,
        end_offset: int,
        direction: NavigateDirection | str,
        top_k: int | None = None,
        content_type: str | None = None,
    ) -> Call[NavigationResponse]:
        """Get the pieces of a document before or after a place: 1 where `top_k` is not set."""
        json = {
            "source_id": source_id,
            "start_offset": start_offset,
            "end_offset": end_offset,
            "direction": direction,
            "top_k": top_k,
            "content_type": content_type,
        }
        return post(f"{_ONE}/navigate", index_name, json=json, safety=RetrySafety.SAFE, returns=NavigationResponse)

    @endpoint
    def read(self, index_name: str, *, source_id: str, **options: Unpack[ReadOptions]) -> Call[NavigationResponse]:
        """Read a document, or a part of it: 20 pieces where `top_k` is not set."""
        json = {"source_id": source_id, **options}
        return post(f"{_ONE}/read", index_name, json=json, safety=RetrySafety.SAFE, returns=NavigationResponse)

    @endpoint
    def search(self, index_name: str, *, retriever: Retriever | JSONMapping) -> Call[SearchResponse]:
        """Search an index by words, by meaning, or by both."""
        return post(
            f"{_ONE}/search", index_name, json={"retriever": retriever}, returns=SearchResponse, safety=RetrySafety.SAFE
        )

    @endpoint
    def get_index_summary(self, index_name: str, language: str) -> Call[GetSummaryResponseSummary]:
        """Get the summary of an index in a language, such as `en`."""
        return get(_SUMMARY_FIELD, index_name, language, returns=GetSummaryResponseSummary)

    @endpoint
    def generate_index_summary(
        self, index_name: str, language: str, *, force: bool | None = None
    ) -> Stream[SummaryStreamTypes]:
        """Have the summary of an index written in a language, part by part. `force` has it written anew."""
        return stream(
            _SUMMARY_FIELD,
            index_name,
            language,
            query={"force": force},
            yields=SummaryStreamTypes,
            ends=frozenset(),
            lines=True,
        )

    @endpoint
    def set_index_summary(
        self,
        index_name: str,
        language: str,
        *,
        content: str,
        status: SummaryStatus | str,
        translated: bool,
    ) -> Call[JSON]:
        """Set the summary of an index in a language."""
        json = {"content": content, "status": status, "translated": translated}
        return put(_SUMMARY_FIELD, index_name, language, json=json, returns=JSON)

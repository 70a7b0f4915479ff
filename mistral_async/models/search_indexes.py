"""Search indexes that the server keeps, for documents that agents and you search. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, Required, TypeAlias

import msgspec
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSON, JSONMapping, JSONObject
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model, Moment

SearchIndexStatus: TypeAlias = Literal["provisioning", "ready", "failed", "deleting"]
"""The states of an index."""

GrepMode: TypeAlias = Literal["phrase", "term"]
"""The ways of searching for a pattern: as it is written, or by its words."""

NavigateDirection: TypeAlias = Literal["next", "previous"]
"""The directions from a piece of a document to others."""

SummaryStatus: TypeAlias = Literal["handwritten", "generated_confirmed"]
"""The origins of a summary that is set."""


class SearchIndexListOptions(TypedDict, total=False):
    """Which indexes are listed."""

    page_size: int | None
    """20 where not set."""
    page_token: str | None
    """The page to go on with: the `next_page_token` of the one before."""
    name: str | None
    """Only indexes of this name."""
    status: SearchIndexStatus | str | None
    """Only indexes in this state."""
    creator_id: str | None
    """Only indexes of this creator."""


class _FieldDefinition(Model, kw_only=True):
    """The fields that all definitions have."""

    indexed: bool = False
    required: bool = False
    system: bool = False
    default: JSON = None


class BoolFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is true or false."""

    type: Literal["bool"] = constant("bool")


class BoolArrayFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is a list, each true or false."""

    type: Literal["bool[]"] = constant("bool[]")


class DenseVectorFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is a vector."""

    indexed: bool = True
    type: Literal["dense_vector"] = constant("dense_vector")


class FloatFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is a float."""

    type: Literal["float"] = constant("float")


class FloatArrayFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is a list, each a float."""

    type: Literal["float[]"] = constant("float[]")


class IntFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is an integer."""

    type: Literal["int"] = constant("int")


class IntArrayFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is a list, each an integer."""

    type: Literal["int[]"] = constant("int[]")


class JSONFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is any JSON."""

    type: Literal["json"] = constant("json")


class KeywordFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is a word that is matched whole."""

    indexed: bool = True
    type: Literal["keyword"] = constant("keyword")


class KeywordArrayFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is a list, each a word that is matched whole."""

    type: Literal["keyword[]"] = constant("keyword[]")


class LongFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is a large integer."""

    type: Literal["long"] = constant("long")


class LongArrayFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is a list, each a large integer."""

    type: Literal["long[]"] = constant("long[]")


class TextFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is a text that is searched by its words."""

    indexed: bool = True
    type: Literal["text"] = constant("text")


class TextArrayFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is a list, each a text that is searched by its words."""

    type: Literal["text[]"] = constant("text[]")


class TimestampFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is a time."""

    type: Literal["timestamp"] = constant("timestamp")


class TimestampArrayFieldDefinition(_FieldDefinition, kw_only=True):
    """A field that is a list, each a time."""

    type: Literal["timestamp[]"] = constant("timestamp[]")


IndexField: TypeAlias = OpenUnion[
    BoolFieldDefinition
    | BoolArrayFieldDefinition
    | DenseVectorFieldDefinition
    | FloatFieldDefinition
    | FloatArrayFieldDefinition
    | IntFieldDefinition
    | IntArrayFieldDefinition
    | JSONFieldDefinition
    | KeywordFieldDefinition
    | KeywordArrayFieldDefinition
    | LongFieldDefinition
    | LongArrayFieldDefinition
    | TextFieldDefinition
    | TextArrayFieldDefinition
    | TimestampFieldDefinition
    | TimestampArrayFieldDefinition
]
"""Told apart by `type`."""


class ManagedIndexFields(Model, kw_only=True):
    """The fields of an index: of its documents, and of their chunks."""

    document_fields: dict[str, IndexField] = msgspec.field(default_factory=dict[str, IndexField])
    chunk_fields: dict[str, IndexField] = msgspec.field(default_factory=dict[str, IndexField])


class _EmbeddingModel(Model, kw_only=True, gc=False):
    """The vectors of an index."""

    name: str
    dimensions: int
    dtype: str = ""
    """`float16`, `float32`, or a newer one."""
    distance_metric: str = ""
    """`cosine`, `inner_product`, `l2`, or a newer one."""


class CustomEmbeddingModel(_EmbeddingModel, kw_only=True, gc=False):
    """Vectors that you bring."""

    type: Literal["custom"] = constant("custom")


class MistralEmbeddingModel(_EmbeddingModel, kw_only=True, gc=False):
    """Vectors that a model of Mistral makes."""

    type: Literal["mistral"] = constant("mistral")


IndexEmbedding: TypeAlias = OpenUnion[CustomEmbeddingModel | MistralEmbeddingModel]
"""Told apart by `type`."""


class ManagedIndexConfig(Model, kw_only=True):
    """The way in which an index makes vectors."""

    embedding: IndexEmbedding | None = None


class ManagedIndexResponse(Model, kw_only=True):
    """An index."""

    id: str = ""
    name: str = ""
    creator_id: str = ""
    status: str = ""
    """`provisioning`, `ready`, `failed`, `deleting`, or a newer one."""
    schema: ManagedIndexFields = msgspec.field(default_factory=ManagedIndexFields)
    config: ManagedIndexConfig = msgspec.field(default_factory=ManagedIndexConfig)
    status_message: str | None = None
    created_at: str | None = None
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    modified_at: str | None = None
    modified_at_datetime: ClassVar[Moment] = Moment("modified_at")


class ListManagedIndexesResponse(Model, kw_only=True):
    """A page of indexes."""

    data: list[ManagedIndexResponse] = msgspec.field(default_factory=list[ManagedIndexResponse])
    next_page_token: str | None = None


class CreateManagedIndexRequest(TypedDict, total=False):
    """Everything that `context.search_indexes.create` takes."""

    name: Required[str]
    config: Required[ManagedIndexConfig | JSONMapping]
    schema: ManagedIndexFields | JSONMapping | None


class DeleteManagedIndexResponse(Model, kw_only=True, gc=False):
    """An index that is being deleted."""

    id: str = ""
    name: str = ""
    status: str = ""
    """`provisioning`, `ready`, `failed`, `deleting`, or a newer one."""


class UpdateManagedIndexRequest(TypedDict, total=False):
    """Everything that `context.search_indexes.update` takes beside the name."""

    schema: Required[ManagedIndexFields | JSONMapping]


class NavigationChunkResponse(Model, kw_only=True):
    """A piece of a document."""

    id: str = ""
    source_id: str = ""
    locator: str = ""
    """Its place in the document."""
    start_offset: int | None = None
    end_offset: int | None = None
    chunk_type: str = ""
    content: str = ""
    parent_ref: str | None = None
    metadata: JSONObject = msgspec.field(default_factory=dict[str, JSON])


class NavigationResponse(Model, kw_only=True):
    """The pieces that were found."""

    chunks: list[NavigationChunkResponse] = msgspec.field(default_factory=list[NavigationChunkResponse])


class DeleteDocumentsRequest(TypedDict, total=False):
    """Everything that `context.search_indexes.delete_documents` takes beside the name of the index."""

    document_ids: Required[Sequence[str]]


class DeleteDocumentsResponse(Model, kw_only=True):
    """The documents that were deleted, and those that were not there."""

    deleted_document_ids: list[str] = msgspec.field(default_factory=list[str])
    missing: list[str] = msgspec.field(default_factory=list[str])


class IngestDocumentsRequest(TypedDict, total=False):
    """Everything that `context.search_indexes.ingest_documents` takes beside the name of the index."""

    documents: Required[Sequence[JSONMapping]]


class AcceptedDocumentResponse(Model, kw_only=True, gc=False):
    """A document that was taken."""

    position: int = 0
    document_id: str = ""
    chunk_count: int = 0
    status: Literal["accepted"] = constant("accepted")


class DocumentFieldErrorResponse(Model, kw_only=True):
    """A fault in a document."""

    location: list[str | int] = msgspec.field(default_factory=list[str | int])
    type: str = ""
    message: str = ""


class RejectedDocumentResponse(Model, kw_only=True):
    """A document that was refused, and why."""

    position: int = 0
    errors: list[DocumentFieldErrorResponse] = msgspec.field(default_factory=list[DocumentFieldErrorResponse])
    status: Literal["rejected"] = constant("rejected")


IngestResult: TypeAlias = OpenUnion[AcceptedDocumentResponse | RejectedDocumentResponse]
"""Told apart by `status`."""


class IngestDocumentsResponse(Model, kw_only=True):
    """The documents that were taken and refused, in the order that they had."""

    accepted: int = 0
    rejected: int = 0
    results: list[IngestResult] = msgspec.field(default_factory=list[IngestResult])


class GrepRequest(TypedDict, total=False):
    """Everything that `context.search_indexes.grep` takes beside the name of the index."""

    source_id: Required[str]
    pattern: Required[str]
    mode: GrepMode | str | None
    top_k: int | None
    """5 where not set."""
    content_type: str | None
    """`content` where not set."""


class NavigateRequest(TypedDict, total=False):
    """Everything that `context.search_indexes.navigate` takes beside the name of the index."""

    source_id: Required[str]
    start_offset: Required[int]
    end_offset: Required[int]
    direction: Required[NavigateDirection | str]
    top_k: int | None
    """1 where not set."""
    content_type: str | None
    """`content` where not set."""


class ReadOptions(TypedDict, total=False):
    """Which part of a document is read. None is not sent."""

    start_offset: int | None
    """The character to begin with."""
    end_offset: int | None
    """The character to end before."""
    top_k: int | None
    """20 where not set."""
    content_type: str | None
    """`content` where not set."""


class ReadRequest(ReadOptions):
    """Everything that `context.search_indexes.read` takes beside the name of the index."""

    source_id: Required[str]


class Equal(Model, kw_only=True, gc=False):
    """The condition that a field has a value."""

    field: str
    value: int | float | str
    type: Literal["equal"] = constant("equal")


class In(Model, kw_only=True):
    """The condition that a field has one of some values."""

    field: str
    values: list[int | float | str]
    type: Literal["in"] = constant("in")


class Range(Model, kw_only=True, gc=False):
    """The condition that a field lies between bounds."""

    field: str
    type: Literal["range"] = constant("range")
    gt: int | float | str | None = None
    gte: int | float | str | None = None
    lt: int | float | str | None = None
    lte: int | float | str | None = None


class Or(Model, kw_only=True):
    """The condition that one of several holds."""

    matches: list[SearchFilter]
    type: Literal["or"] = constant("or")


class Not(Model, kw_only=True):
    """The condition that another does not hold."""

    match: SearchFilter
    type: Literal["not"] = constant("not")


class And(Model, kw_only=True):
    """The condition that all of several hold."""

    matches: list[SearchFilter]
    type: Literal["and"] = constant("and")


SearchFilter: TypeAlias = OpenUnion[And | Equal | In | Not | Or | Range]
"""Told apart by `type`."""


class KeywordRetriever(Model, kw_only=True):
    """Search by words."""

    query: str
    top_k: int = 20
    type: Literal["keyword"] = constant("keyword")
    operator: str = "or"
    """`or`, `and`, or a newer one."""
    filter: SearchFilter | None = None
    field: str | None = None


class NearestNeighbourRetriever(Model, kw_only=True):
    """Search by meaning: the vectors nearest to that of a query."""

    top_k: int = 20
    type: Literal["nearest_neighbour"] = constant("nearest_neighbour")
    query: str | None = None
    query_embedding: list[float] | None = None
    """The vector of the query, in place of its text."""
    field: str | None = None
    filter: SearchFilter | None = None
    max_candidates: int | None = None
    """The most vectors that are looked at."""


RankedRetriever: TypeAlias = OpenUnion[KeywordRetriever | NearestNeighbourRetriever]
"""Told apart by `type`."""


class RRFRetriever(Model, kw_only=True):
    """Several searches whose ranks are combined (reciprocal rank fusion)."""

    retrievers: list[RankedRetriever]
    top_k: int = 20
    type: Literal["rrf"] = constant("rrf")
    weights: list[float] | None = None
    """One for each retriever; all alike where not set."""
    rank_constant: int = 60
    filter: SearchFilter | None = None


Retriever: TypeAlias = OpenUnion[KeywordRetriever | NearestNeighbourRetriever | RRFRetriever]
"""Told apart by `type`."""


class SearchRequest(TypedDict, total=False):
    """Everything that `context.search_indexes.search` takes beside the name of the index."""

    retriever: Required[Retriever | JSONMapping]


class SearchChunkResponse(NavigationChunkResponse, kw_only=True):
    """A piece of a document."""


class SearchHitResponse(Model, kw_only=True):
    """A hit of a search."""

    chunk: SearchChunkResponse = msgspec.field(default_factory=SearchChunkResponse)
    score: float = 0.0
    index_name: str = ""
    distance: float | None = None


class SearchResponse(Model, kw_only=True):
    """The hits of a search, best first."""

    hits: list[SearchHitResponse] = msgspec.field(default_factory=list[SearchHitResponse])


class GetSummaryResponseSummary(Model, kw_only=True, gc=False):
    """The summary of an index in one language."""

    content: str = ""
    status: str = ""
    """`handwritten`, `generated`, `generated_confirmed`, or a newer one."""
    translated: bool = False


class SummaryChunk(Model, kw_only=True, gc=False):
    """A part of a summary's text."""

    content: str = ""


class SummaryError(Model, kw_only=True, gc=False):
    """The reason why there is no summary: a stream raises it."""

    reports_failure: ClassVar[bool] = True
    error: str = ""


class SummaryMetadata(Model, kw_only=True, gc=False):
    """The state of the summary that came."""

    status: str = ""
    """`handwritten`, `generated`, `generated_confirmed`, or a newer one."""
    translated: bool = False


SummaryStreamTypes: TypeAlias = OpenUnion[SummaryChunk | SummaryError | SummaryMetadata]
"""Told apart by the one field that each has."""


class UpdateSummaryRequestSummary(TypedDict, total=False):
    """Everything that `context.search_indexes.set_index_summary` takes beside the name of the index."""

    content: Required[str]
    status: Required[SummaryStatus | str]
    translated: Required[bool]

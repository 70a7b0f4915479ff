"""Search indexes of your own that agents search, and the pipelines that fill them. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model, Moment

VespaFieldType: TypeAlias = Literal["int", "bool", "string", "embedding", "long", "float"]
"""The types of the fields of an index."""

VespaFieldRanking: TypeAlias = Literal["count", "embedding", "timestamp", "text", "string", "bool", "int", "language"]
"""The ways in which a field is ranked."""

RAGDeploymentStatus: TypeAlias = Literal["online", "offline"]
"""The states of a deployment."""


class GetDeploymentSummariesResponseVespaIndex(Model, kw_only=True, gc=False):
    """An index of a deployment."""

    id: str = ""
    name: str = ""
    document_count: int | None = None


class GetDeploymentSummariesResponseVespaDeployment(Model, kw_only=True):
    """The indexes of a deployment of Vespa."""

    indexes: list[GetDeploymentSummariesResponseVespaIndex] = field(
        default_factory=list[GetDeploymentSummariesResponseVespaIndex]
    )
    type: Literal["vespa"] = constant("vespa")


class GetDeploymentSummariesResponseDeployment(Model, kw_only=True):
    """A deployment of search indexes."""

    id: str = ""
    name: str = ""
    creator_id: str = ""
    document_count: int = 0
    status: str = ""
    """`online`, `offline`, or a newer one."""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    modified_at: str = ""
    modified_at_datetime: ClassVar[Moment] = Moment("modified_at")
    deployment: GetDeploymentSummariesResponseVespaDeployment = field(
        default_factory=GetDeploymentSummariesResponseVespaDeployment
    )


class GetDeploymentSummariesResponse(Model, kw_only=True):
    """All deployments that you may use."""

    deployments: list[GetDeploymentSummariesResponseDeployment] = field(
        default_factory=list[GetDeploymentSummariesResponseDeployment]
    )


class RegisterDeploymentRequestVespaField(Model, kw_only=True, gc=False):
    """A field of an index."""

    name: str
    type: str
    """One of `VespaFieldType`, or a newer one."""
    storage: str
    """`in_memory`, `on_disk`, or a newer one."""
    ranking: str
    """One of `VespaFieldRanking`, or a newer one."""
    index_type: str | None
    """`ann`, `bm25`, `attribute`, or a newer one."""
    multidimensional: bool


class RegisterDeploymentRequestVespaIndex(Model, kw_only=True):
    """An index to register."""

    name: str
    fields: list[RegisterDeploymentRequestVespaField]
    sd: str
    """The name of its schema in Vespa."""
    embedding_dimensions: int | None = None


class RegisterDeploymentRequestVespaDeployment(Model, kw_only=True):
    """A deployment of Vespa to register."""

    vespa_version: str
    indexes: list[RegisterDeploymentRequestVespaIndex]
    query_url: str
    type: Literal["vespa"] = constant("vespa")


class RegisterDeploymentRequestDeployment(TypedDict, total=False):
    """Everything that `rag.search_indexes.register_deployment` takes."""

    name: Required[str]
    deployment: Required[RegisterDeploymentRequestVespaDeployment | JSONMapping]
    status: RAGDeploymentStatus | str | None
    """`offline` where not set."""


class RegisterSearchIndexResponseIndex(Model, kw_only=True, gc=False):
    """The deployment that was registered."""

    id: str = ""


class UpdateMetricsRequestIndexMetrics(Model, kw_only=True, gc=False):
    """The number of documents of an index."""

    name: str
    document_count: int


class UpdateMetricsRequestDeploymentMetricsOnline(Model, kw_only=True):
    """The numbers of a deployment that answers."""

    document_count: int
    index_metrics: list[UpdateMetricsRequestIndexMetrics]
    status: Literal["online"] = constant("online")


class UpdateMetricsRequestDeploymentMetricsOffline(Model, kw_only=True, gc=False):
    """The news that a deployment does not answer."""

    status: Literal["offline"] = constant("offline")
    clear_metrics: bool = False
    """True to forget its numbers."""


MetricsData: TypeAlias = OpenUnion[
    UpdateMetricsRequestDeploymentMetricsOnline | UpdateMetricsRequestDeploymentMetricsOffline
]
"""Told apart by `status`."""


class IngestionPipelineConfiguration(Model, kw_only=True):
    """A pipeline that fills indexes, and its last run."""

    id: str = ""
    author_id: str = ""
    name: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    modified_at: str = ""
    modified_at_datetime: ClassVar[Moment] = Moment("modified_at")
    last_run_time: str | None = None
    last_run_time_datetime: ClassVar[Moment] = Moment("last_run_time")
    last_run_chunks_count: int = 0
    total_chunks_count: int = 0
    pipeline_composition: dict[str, str] | None = None
    """The steps of the pipeline, by name."""


class IngestionPipelineTargetIndexRef(Model, kw_only=True, gc=False):
    """An index that a pipeline fills."""

    name: str
    type: Literal["vespa"] = constant("vespa")


class CreateIngestionPipelineConfigurationRequest(TypedDict, total=False):
    """Everything that `rag.ingestion_pipeline_configurations.register` takes."""

    name: Required[str]
    pipeline_composition: Mapping[str, str] | None
    target_indexes: Sequence[IngestionPipelineTargetIndexRef | JSONMapping] | None


class UpdateRunInfo(TypedDict, total=False):
    """Everything that `rag.ingestion_pipeline_configurations.update_run_info` takes beside the id."""

    execution_time: Required[datetime | str]
    chunks_count: Required[int]

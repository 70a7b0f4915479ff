"""Campaigns: a judge judges the chats that a search finds. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import ClassVar, Required

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping
from mistral_async.models._model import Model, Moment
from mistral_async.models.observability.chat_completion_events import ChatCompletionEventPreview
from mistral_async.models.observability.judges import Judge
from mistral_async.models.observability.searches import FilterPayload


class Campaign(Model, kw_only=True):
    """A campaign."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    name: str = ""
    owner_id: str = ""
    workspace_id: str = ""
    description: str = ""
    max_nb_events: int = 0
    """The most chats that it selects."""
    search_params: FilterPayload = field(default_factory=FilterPayload)
    """The search that selects chats."""
    judge: Judge = field(default_factory=Judge)


class PaginatedResultCampaignPreview(Model, kw_only=True):
    """A page of campaigns."""

    results: list[Campaign] = field(default_factory=list[Campaign])
    count: int = 0
    next: str | None = None
    previous: str | None = None


class ListCampaignsResponse(Model, kw_only=True):
    """A page of campaigns."""

    campaigns: PaginatedResultCampaignPreview = field(default_factory=PaginatedResultCampaignPreview)


class CreateCampaignRequest(TypedDict, total=False):
    """Everything that `campaigns.create` takes."""

    search_params: Required[FilterPayload | JSONMapping]
    judge_id: Required[str]
    name: Required[str]
    """5 to 50 characters."""
    description: Required[str]
    max_nb_events: Required[int]
    """The most chats that it selects, at most 10,000."""


class PaginatedResultChatCompletionEventPreview(Model, kw_only=True):
    """A page of chats."""

    results: list[ChatCompletionEventPreview] = field(default_factory=list[ChatCompletionEventPreview])
    count: int = 0
    next: str | None = None
    previous: str | None = None


class ListCampaignSelectedEventsResponse(Model, kw_only=True):
    """A page of the chats that a campaign selected."""

    completion_events: PaginatedResultChatCompletionEventPreview = field(
        default_factory=PaginatedResultChatCompletionEventPreview
    )


class FetchCampaignStatusResponse(Model, kw_only=True, gc=False):
    """The state of a campaign."""

    status: str = ""
    """One of `ObservabilityTaskStatus`, or a newer one."""

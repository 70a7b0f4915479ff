"""Campaigns: a judge judges the chats that a search finds."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.request import Call, Pages, delete, get, post
from mistral_async.models.observability.campaigns import (
    Campaign,
    FetchCampaignStatusResponse,
    ListCampaignSelectedEventsResponse,
    ListCampaignsResponse,
)
from mistral_async.models.observability.chat_completion_events import ChatCompletionEventPreview
from mistral_async.models.observability.searches import (
    FilterPayload,
    ObservabilityListOptions,
    ObservabilityPageOptions,
)
from mistral_async.resources.observability._lists import by_number

_ALL = "/v1/observability/campaigns"
_ONE = "/v1/observability/campaigns/{}"


class Campaigns(Resource[M]):
    """Campaigns: a judge judges the chats that a search finds."""

    @endpoint
    def list(self, **options: Unpack[ObservabilityListOptions]) -> Pages[Campaign, ListCampaignsResponse]:
        """List campaigns."""
        return by_number("campaigns", _ALL, query=options, returns=ListCampaignsResponse)

    @endpoint
    def create(
        self,
        *,
        search_params: FilterPayload | JSONMapping,
        judge_id: str,
        name: str,
        description: str,
        max_nb_events: int,
    ) -> Call[Campaign]:
        """Create a campaign and start it, on at most 10,000 chats; `fetch_status` says when it has ended."""
        json = {"search_params": search_params, "judge_id": judge_id, "name": name, "description": description}
        return post(_ALL, json={**json, "max_nb_events": max_nb_events}, returns=Campaign)

    @endpoint
    def delete(self, campaign_id: str) -> Call[None]:
        """Delete a campaign."""
        return delete(_ONE, campaign_id)

    @endpoint
    def fetch(self, campaign_id: str) -> Call[Campaign]:
        """Get a campaign."""
        return get(_ONE, campaign_id, returns=Campaign)

    @endpoint
    def list_events(
        self, campaign_id: str, **options: Unpack[ObservabilityPageOptions]
    ) -> Pages[ChatCompletionEventPreview, ListCampaignSelectedEventsResponse]:
        """List the chats that a campaign selected."""
        route, returns = f"{_ONE}/selected-events", ListCampaignSelectedEventsResponse
        return by_number("completion_events", route, campaign_id, query=options, returns=returns)

    @endpoint
    def fetch_status(self, campaign_id: str) -> Call[FetchCampaignStatusResponse]:
        """Get the state of a campaign."""
        return get(f"{_ONE}/status", campaign_id, returns=FetchCampaignStatusResponse)

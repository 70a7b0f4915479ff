"""Fields of chats, which searches filter by."""

from __future__ import annotations

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.request import Call, RetrySafety, get, post
from mistral_async.models.observability.chat_completion_fields import (
    FetchChatCompletionFieldOptionsResponse,
    FetchFieldOptionCountsResponse,
    ListChatCompletionFieldsResponse,
)
from mistral_async.models.observability.searches import FilterConditionOp, FilterPayload

_ALL = "/v1/observability/chat-completion-fields"
_ONE = "/v1/observability/chat-completion-fields/{}"


class ChatCompletionFields(Resource[M]):
    """Fields of chats, which searches filter by."""

    @endpoint
    def list(self) -> Call[ListChatCompletionFieldsResponse]:
        """List all fields, and their groups."""
        return get(_ALL, returns=ListChatCompletionFieldsResponse)

    @endpoint
    def fetch_options(
        self, field_name: str, *, operator: FilterConditionOp | str
    ) -> Call[FetchChatCompletionFieldOptionsResponse]:
        """Get the values of a field that an operator can be used with."""
        query, returns = {"operator": operator}, FetchChatCompletionFieldOptionsResponse
        return get(f"{_ONE}/options", field_name, query=query, returns=returns)

    @endpoint
    def fetch_option_counts(
        self, field_name: str, *, filter_params: FilterPayload | JSONMapping | None = None
    ) -> Call[FetchFieldOptionCountsResponse]:
        """Count the values of a field, in all chats or in those that pass the filters."""
        json, returns = {"filter_params": filter_params}, FetchFieldOptionCountsResponse
        return post(f"{_ONE}/options-counts", field_name, json=json, returns=returns, safety=RetrySafety.SAFE)

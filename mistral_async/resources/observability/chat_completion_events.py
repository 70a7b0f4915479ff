"""Chats that were made, as events to search."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.request import Call, Pages, RetrySafety, get, post
from mistral_async.models.observability.chat_completion_events import (
    ChatCompletionEvent,
    ChatCompletionEventPreview,
    SearchChatCompletionEventIdsResponse,
    SearchChatCompletionEventsResponse,
)
from mistral_async.models.observability.judges import CreateJudgeRequest, JudgeOutput
from mistral_async.models.observability.searches import FilterPayload
from mistral_async.resources.observability._lists import by_cursor
from mistral_async.resources.observability.chat_completion_fields import ChatCompletionFields

_ALL = "/v1/observability/chat-completion-events"
_ONE = "/v1/observability/chat-completion-events/{}"


class ChatCompletionEvents(Resource[M]):
    """Chats that were made, as events to search."""

    @functools.cached_property
    def fields(self) -> ChatCompletionFields[M]:
        """Fields of chats, which searches filter by."""
        return ChatCompletionFields(self._executor)

    @endpoint
    def search(
        self,
        *,
        search_params: FilterPayload | JSONMapping,
        extra_fields: Sequence[str] | None = None,
        page_size: int | None = None,
        cursor: str | None = None,
    ) -> Pages[ChatCompletionEventPreview, SearchChatCompletionEventsResponse]:
        """Search chats. `extra_fields` names fields to answer with; all pages are read where `cursor` is not set."""
        json = {"search_params": search_params, "extra_fields": extra_fields}
        query = {"page_size": page_size, "cursor": cursor}
        returns = SearchChatCompletionEventsResponse
        return by_cursor("completion_events", f"{_ALL}/search", query=query, json=json, returns=returns)

    @endpoint
    def search_ids(
        self, *, search_params: FilterPayload | JSONMapping, extra_fields: Sequence[str] | None = None
    ) -> Call[SearchChatCompletionEventIdsResponse]:
        """Search chats, and get the ids of many at once."""
        json = {"search_params": search_params, "extra_fields": extra_fields}
        returns = SearchChatCompletionEventIdsResponse
        return post(f"{_ALL}/search-ids", json=json, returns=returns, safety=RetrySafety.SAFE)

    @endpoint
    def fetch(self, event_id: str) -> Call[ChatCompletionEvent]:
        """Get a chat."""
        return get(_ONE, event_id, returns=ChatCompletionEvent)

    @endpoint
    def judge(self, event_id: str, *, judge_definition: CreateJudgeRequest | JSONMapping) -> Call[JudgeOutput]:
        """Have a judge, which need not exist, judge a chat."""
        route, json = f"{_ONE}/live-judging", {"judge_definition": judge_definition}
        return post(route, event_id, json=json, returns=JudgeOutput, safety=RetrySafety.BILLED)

    @endpoint
    def fetch_similar_events(self, event_id: str) -> Call[SearchChatCompletionEventsResponse]:
        """Get the chats that are most like one."""
        return get(f"{_ONE}/similar-events", event_id, returns=SearchChatCompletionEventsResponse)

"""Chats that were made, as events to search. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async.models._model import Model, Moment
from mistral_async.models.observability.judges import CreateJudgeRequest
from mistral_async.models.observability.searches import FilterPayload

EventFieldValue: TypeAlias = bool | int | float | str | list[str] | dict[str, str]
"""The value of a field of an event. Times are texts."""


class ChatCompletionEventPreview(Model, kw_only=True):
    """A chat, in short."""

    event_id: str = ""
    correlation_id: str = ""
    """The id of the answer, as its caller got it."""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    extra_fields: dict[str, EventFieldValue] = field(default_factory=dict[str, EventFieldValue])
    """The fields that were asked for."""
    nb_input_tokens: int = 0
    """Tokens of the prompt."""
    nb_output_tokens: int = 0
    """Tokens that were written."""


class FeedResultChatCompletionEventPreview(Model, kw_only=True):
    """A page of chats."""

    results: list[ChatCompletionEventPreview] = field(default_factory=list[ChatCompletionEventPreview])
    next: str | None = None
    cursor: str | None = None
    """None on the last page."""


class SearchChatCompletionEventsRequest(TypedDict, total=False):
    """Everything that `chat_completion_events.search` takes beside the page."""

    search_params: Required[FilterPayload | JSONMapping]
    extra_fields: Sequence[str] | None
    """The names of fields to answer with."""


class SearchChatCompletionEventsResponse(Model, kw_only=True):
    """A page of chats."""

    completion_events: FeedResultChatCompletionEventPreview = field(
        default_factory=FeedResultChatCompletionEventPreview
    )


class SearchChatCompletionEventIdsRequest(SearchChatCompletionEventsRequest):
    """Everything that `chat_completion_events.search_ids` takes."""


class SearchChatCompletionEventIdsResponse(Model, kw_only=True):
    """The ids of chats."""

    completion_event_ids: list[str] = field(default_factory=list[str])


class ChatTranscriptionEvent(Model, kw_only=True):
    """Speech of a chat, as text."""

    audio_url: str = ""
    model: str = ""
    response_message: JSONObject = field(default_factory=JSONObject)


class ChatCompletionEvent(ChatCompletionEventPreview, kw_only=True):
    """A chat, whole."""

    enabled_tools: list[JSONObject] = field(default_factory=list[JSONObject])
    """The tools that the model could use."""
    request_messages: list[JSONObject] = field(default_factory=list[JSONObject])
    response_messages: list[JSONObject] = field(default_factory=list[JSONObject])
    nb_messages: int = 0
    """The number of messages of the request."""
    chat_transcription_events: list[ChatTranscriptionEvent] = field(default_factory=list[ChatTranscriptionEvent])


class JudgeChatCompletionEventRequest(TypedDict, total=False):
    """Everything that `chat_completion_events.judge` takes beside the id."""

    judge_definition: Required[CreateJudgeRequest | JSONMapping]

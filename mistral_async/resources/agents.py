"""Completions by an agent. The API calls them deprecated: conversations take their place."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import Unpack

from mistral_async._request import DONE, Call, Effect, Stream, post, stream
from mistral_async._resource import M, Resource, endpoint
from mistral_async.models.agents import AgentsCompletionOptions
from mistral_async.models.chat import ChatCompletionResponse, CompletionChunk, completion_fields
from mistral_async.models.messages import MessageInput

_ROUTE = "/v1/agents/completions"


class Agents(Resource[M]):
    """Completions by an agent (deprecated by the API: see `beta.conversations`)."""

    @endpoint
    def complete(
        self, messages: Sequence[MessageInput], agent_id: str, **options: Unpack[AgentsCompletionOptions]
    ) -> Call[ChatCompletionResponse]:
        """Complete a chat by an agent."""
        body = {"agent_id": agent_id, "messages": messages, **completion_fields(options)}
        return post(_ROUTE, json=body, returns=ChatCompletionResponse, effect=Effect.COSTS)

    @endpoint
    def stream(
        self, messages: Sequence[MessageInput], agent_id: str, **options: Unpack[AgentsCompletionOptions]
    ) -> Stream[CompletionChunk]:
        """Complete a chat by an agent, chunk by chunk."""
        body = {"agent_id": agent_id, "messages": messages, "stream": True, **completion_fields(options)}
        return stream(_ROUTE, json=body, yields=CompletionChunk, ends=DONE, effect=Effect.COSTS)

"""Completions by an agent. The API calls them deprecated: conversations take their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from typing_extensions import TypeForm, Unpack

from mistral_async._binding.resource import Async, M, Resource, asking, endpoint, method
from mistral_async._engine.request import DONE, Call, RetrySafety, Stream, post, stream
from mistral_async.models.agents import AgentsCompletionOptions
from mistral_async.models.chat import ChatCompletionResponse, CompletionChunk, ParsedOptions, completion_fields
from mistral_async.models.messages import MessageInput
from mistral_async.structured._parsed import Parsed

if TYPE_CHECKING:
    from mistral_async.structured._stream import ParsedStream

T = TypeVar("T")

_ROUTE = "/v1/agents/completions"


class Agents(Resource[M]):
    """Completions by an agent (deprecated by the API: see `beta.conversations`)."""

    @endpoint
    def complete(
        self, messages: Sequence[MessageInput], agent_id: str, **options: Unpack[AgentsCompletionOptions]
    ) -> Call[ChatCompletionResponse]:
        """Complete a chat by an agent."""
        body = {"agent_id": agent_id, "messages": messages, **completion_fields(options)}
        return post(_ROUTE, json=body, returns=ChatCompletionResponse, safety=RetrySafety.BILLED)

    _describe_complete = complete.describe  # also where `complete` is replaced

    @endpoint
    def stream(
        self, messages: Sequence[MessageInput], agent_id: str, **options: Unpack[AgentsCompletionOptions]
    ) -> Stream[CompletionChunk]:
        """Complete a chat by an agent, chunk by chunk."""
        body = {"agent_id": agent_id, "messages": messages, "stream": True, **completion_fields(options)}
        return stream(_ROUTE, json=body, yields=CompletionChunk, ends=DONE, safety=RetrySafety.BILLED)

    @endpoint
    @asking("complete")
    def parse(
        self,
        messages: Sequence[MessageInput],
        agent_id: str,
        *,
        response_format: TypeForm[T],
        repair: int = 0,
        **options: Unpack[ParsedOptions],
    ) -> Call[Parsed[T]]:
        """Complete a chat by an agent, and read the answer as a type."""
        from mistral_async.structured._output_type import output_type_of
        from mistral_async.structured._parse import parse_chat

        kind = output_type_of(response_format)
        asked: AgentsCompletionOptions = {**options, "response_format": kind.response_format()}
        return parse_chat(self._describe_complete(messages, agent_id, **asked), kind, repair)

    @method
    def parse_stream(
        self: Agents[Async],
        messages: Sequence[MessageInput],
        agent_id: str,
        *,
        response_format: TypeForm[T],
        **options: Unpack[ParsedOptions],
    ) -> ParsedStream[T]:
        """Complete a chat by an agent, and read the answer as a type while it is being written."""
        from mistral_async.structured._output_type import output_type_of
        from mistral_async.structured._parse import parse_completion
        from mistral_async.structured._stream import ParsedStream

        kind = output_type_of(response_format)
        asked: AgentsCompletionOptions = {**options, "response_format": kind.response_format()}
        return ParsedStream(self.stream(messages, agent_id, **asked), kind, parse_completion)

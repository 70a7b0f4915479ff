"""Conversations that the server keeps."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from typing_extensions import TypeForm, TypeVar, Unpack

from mistral_async._binding.resource import Async, M, Resource, asking, endpoint, keeping_arguments, method
from mistral_async._codec.json_encode import encode
from mistral_async._engine.paging import PageNumber
from mistral_async._engine.request import Call, Pages, RetrySafety, Stream, delete, get, pages, post, stream
from mistral_async.models.conversation_events import CONVERSATION_ENDS, ConversationEvents
from mistral_async.models.conversations import (
    AppendOptions,
    Conversation,
    ConversationHistory,
    ConversationInputs,
    ConversationMessages,
    ConversationOptions,
    ConversationResponse,
    ConversationStartOptions,
    RestartOptions,
    entries_of,
)
from mistral_async.models.formats import completion_args_of
from mistral_async.structured._parsed import Parsed
from mistral_async.tools._options import ToolRunOptions

if TYPE_CHECKING:
    from mistral_async.structured._stream import ParsedStream
    from mistral_async.tools._deferred import Deferred
    from mistral_async.tools._run import Run

T = TypeVar("T")
V = TypeVar("V", default=str)
_START = "/v1/conversations"
_APPEND = "/v1/conversations/{}"
_RESTART = "/v1/conversations/{}/restart"


class ConversationRunOptions(ToolRunOptions, ConversationStartOptions, total=False):
    """The options of a run in a conversation, and of the request that starts it."""


class Conversations(Resource[M]):
    """Conversations that the server keeps."""

    @endpoint
    def start(
        self, *, inputs: ConversationInputs, **options: Unpack[ConversationOptions]
    ) -> Call[ConversationResponse]:
        """Start a conversation with a `model`, or with an agent by its `agent_id`."""
        return _answer(_START, _started(inputs, options))

    _describe_start = start.describe  # also where `start` is replaced

    @endpoint
    def start_stream(
        self, *, inputs: ConversationInputs, **options: Unpack[ConversationOptions]
    ) -> Stream[ConversationEvents]:
        """Start a conversation, event by event."""
        return _events(_START, _started(inputs, options))

    @endpoint
    def append(
        self, conversation_id: str, *, inputs: ConversationInputs | None = None, **options: Unpack[AppendOptions]
    ) -> Call[ConversationResponse]:
        """Go on with a conversation."""
        return _answer(_APPEND, _fields(inputs, options), conversation_id)

    _describe_append = append.describe  # also where `append` is replaced

    @endpoint
    def append_stream(
        self, conversation_id: str, *, inputs: ConversationInputs | None = None, **options: Unpack[AppendOptions]
    ) -> Stream[ConversationEvents]:
        """Go on with a conversation, event by event."""
        return _events(_APPEND, _fields(inputs, options), conversation_id)

    @endpoint
    def restart(
        self,
        conversation_id: str,
        *,
        from_entry_id: str,
        inputs: ConversationInputs | None = None,
        **options: Unpack[RestartOptions],
    ) -> Call[ConversationResponse]:
        """Start again from an entry, as a new conversation."""
        body = {"from_entry_id": from_entry_id, **_fields(inputs, options)}
        return _answer(_RESTART, body, conversation_id)

    @endpoint
    def restart_stream(
        self,
        conversation_id: str,
        *,
        from_entry_id: str,
        inputs: ConversationInputs | None = None,
        **options: Unpack[RestartOptions],
    ) -> Stream[ConversationEvents]:
        """Start again from an entry, as a new conversation, event by event."""
        body = {"from_entry_id": from_entry_id, **_fields(inputs, options)}
        return _events(_RESTART, body, conversation_id)

    @endpoint
    @keeping_arguments
    def list(
        self, *, page: int | None = None, page_size: int | None = None, metadata: Mapping[str, Any] | None = None
    ) -> Pages[Conversation, builtins.list[Conversation]]:
        """List conversations, or those with some metadata. `page` is one page, counted from 0."""
        encoded = None if metadata is None else encode(metadata).decode()
        query = {"page": page, "page_size": page_size, "metadata": encoded}
        return pages(_START, query=query, returns=builtins.list[Conversation], items="", by=PageNumber())

    @endpoint
    def get(self, conversation_id: str) -> Call[Conversation]:
        """Get what a conversation is with: an agent or a model."""
        return get("/v1/conversations/{}", conversation_id, returns=Conversation)

    @endpoint
    def get_history(self, conversation_id: str) -> Call[ConversationHistory]:
        """Get all entries of a conversation."""
        return get("/v1/conversations/{}/history", conversation_id, returns=ConversationHistory)

    @endpoint
    def get_messages(self, conversation_id: str) -> Call[ConversationMessages]:
        """Get all messages of a conversation."""
        return get("/v1/conversations/{}/messages", conversation_id, returns=ConversationMessages)

    @endpoint
    def delete(self, conversation_id: str) -> Call[None]:
        """Delete a conversation."""
        return delete("/v1/conversations/{}", conversation_id)

    @endpoint
    @asking("start")
    def parse(
        self,
        *,
        response_format: TypeForm[T],
        inputs: ConversationInputs,
        repair: int = 0,
        **options: Unpack[ConversationOptions],
    ) -> Call[Parsed[T]]:
        """Start a conversation, and read the answer as a type."""
        from mistral_async.structured._output_type import output_type_of
        from mistral_async.structured._parse import parse_conversation

        kind = output_type_of(response_format)
        options["completion_args"] = kind.completion_args(options.get("completion_args"))
        call = self._describe_start(inputs=inputs, **options)
        return parse_conversation(call, kind, repair, self._describe_append)

    @endpoint
    @asking("append")
    def append_parse(
        self,
        conversation_id: str,
        *,
        response_format: TypeForm[T],
        inputs: ConversationInputs | None = None,
        repair: int = 0,
        **options: Unpack[AppendOptions],
    ) -> Call[Parsed[T]]:
        """Go on with a conversation, and read the answer as a type."""
        from mistral_async.structured._output_type import output_type_of
        from mistral_async.structured._parse import parse_conversation

        kind = output_type_of(response_format)
        options["completion_args"] = kind.completion_args(options.get("completion_args"))
        call = self._describe_append(conversation_id, inputs=inputs, **options)
        return parse_conversation(call, kind, repair, self._describe_append)

    @method
    def parse_stream(
        self: Conversations[Async],
        *,
        response_format: TypeForm[T],
        inputs: ConversationInputs,
        **options: Unpack[ConversationOptions],
    ) -> ParsedStream[T]:
        """Start a conversation, and read the answer as a type while it is being written."""
        from mistral_async.structured._output_type import output_type_of
        from mistral_async.structured._parse import parse_entries
        from mistral_async.structured._stream import ParsedStream

        kind = output_type_of(response_format)
        options["completion_args"] = kind.completion_args(options.get("completion_args"))
        return ParsedStream(self.start_stream(inputs=inputs, **options), kind, parse_entries)

    @method
    def append_parse_stream(
        self: Conversations[Async],
        conversation_id: str,
        *,
        response_format: TypeForm[T],
        inputs: ConversationInputs | None = None,
        **options: Unpack[AppendOptions],
    ) -> ParsedStream[T]:
        """Go on with a conversation, and read the answer as a type while it is being written."""
        from mistral_async.structured._output_type import output_type_of
        from mistral_async.structured._parse import parse_entries
        from mistral_async.structured._stream import ParsedStream

        kind = output_type_of(response_format)
        options["completion_args"] = kind.completion_args(options.get("completion_args"))
        return ParsedStream(self.append_stream(conversation_id, inputs=inputs, **options), kind, parse_entries)

    @method
    def run(
        self: Conversations[Async],
        *,
        inputs: ConversationInputs | Deferred | None = None,
        conversation_id: str | None = None,
        response_format: TypeForm[V] = str,  # type: ignore[assignment]  # text is what a run gives unless asked
        **options: Unpack[ConversationRunOptions],
    ) -> Run[V]:
        """Start a conversation or go on with one, and run the functions that the model asks for until it is done.

        An agent knows its functions: give here what carries them out. Built-in tools and handoffs run on the server.
        """
        from mistral_async.tools._conversation_driver import ConversationEndpoints, conversation_run

        endpoints = ConversationEndpoints(self.start, self.append, self.start_stream, self.append_stream)
        return conversation_run(endpoints, inputs, conversation_id, response_format, options)


def _answer(route: str, body: Mapping[str, Any], *ids: str) -> Call[ConversationResponse]:
    return post(route, *ids, json=body, returns=ConversationResponse)


def _events(route: str, body: Mapping[str, Any], *ids: str) -> Stream[ConversationEvents]:
    body = {**body, "stream": True}
    return stream(route, *ids, json=body, yields=ConversationEvents, ends=CONVERSATION_ENDS, safety=RetrySafety.CREATES)


def _started(inputs: ConversationInputs, options: ConversationOptions) -> dict[str, Any]:
    if (options.get("model") is None) is (options.get("agent_id") is None):
        raise ValueError("a conversation starts with model= or with agent_id=, and not with both")
    return _fields(inputs, options)


def _fields(
    inputs: ConversationInputs | None, options: ConversationOptions | AppendOptions | RestartOptions
) -> dict[str, Any]:
    """Return the options as they are sent: entries in a list, completion arguments in their wire form."""
    fields: dict[str, Any] = {"inputs": entries_of(inputs), **options}
    if "completion_args" in options:
        fields["completion_args"] = completion_args_of(options["completion_args"])
    return fields

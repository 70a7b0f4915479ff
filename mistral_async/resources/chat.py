"""Chat completions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from typing_extensions import TypeForm, TypeVar, Unpack

from mistral_async._binding.resource import Async, M, Resource, endpoint, method
from mistral_async._engine.request import DONE, Call, RetrySafety, Stream, post, stream
from mistral_async.models.chat import (
    ChatCompletionResponse,
    ChatOptions,
    ChatParsedOptions,
    CompletionChunk,
    completion_fields,
)
from mistral_async.models.messages import MessageInput
from mistral_async.structured._parsed import Parsed
from mistral_async.tools._options import ChatRunOptions

if TYPE_CHECKING:
    from mistral_async.structured._stream import ParsedStream
    from mistral_async.tools._deferred import Deferred
    from mistral_async.tools._run import Run

T = TypeVar("T")
V = TypeVar("V", default=str)

_ROUTE = "/v1/chat/completions"


class Chat(Resource[M]):
    """Chat completions."""

    @endpoint
    def complete(
        self, *, model: str, messages: Sequence[MessageInput], **options: Unpack[ChatOptions]
    ) -> Call[ChatCompletionResponse]:
        """Complete a chat."""
        body = {"model": model, "messages": messages, **completion_fields(options)}
        return post(_ROUTE, json=body, returns=ChatCompletionResponse, safety=RetrySafety.BILLED)

    @endpoint
    def stream(
        self, *, model: str, messages: Sequence[MessageInput], **options: Unpack[ChatOptions]
    ) -> Stream[CompletionChunk]:
        """Complete a chat, chunk by chunk."""
        body = {"model": model, "messages": messages, "stream": True, **completion_fields(options)}
        return stream(_ROUTE, json=body, yields=CompletionChunk, ends=DONE, safety=RetrySafety.BILLED)

    @endpoint
    def parse(
        self,
        *,
        response_format: TypeForm[T],
        model: str,
        messages: Sequence[MessageInput],
        repair: int = 0,
        **options: Unpack[ChatParsedOptions],
    ) -> Call[Parsed[T]]:
        """Complete a chat, and read the answer as a type; a wrong answer is sent back up to `repair` times."""
        from mistral_async.structured._output_type import output_type_of
        from mistral_async.structured._parse import parse_chat

        kind = output_type_of(response_format)
        asked: ChatOptions = {**options, "response_format": kind.response_format()}
        return parse_chat(Chat.complete.describe(self, model=model, messages=messages, **asked), kind, repair)

    @method
    def parse_stream(
        self: Chat[Async],
        *,
        response_format: TypeForm[T],
        model: str,
        messages: Sequence[MessageInput],
        **options: Unpack[ChatParsedOptions],
    ) -> ParsedStream[T]:
        """Complete a chat, and read the answer as a type while it is being written."""
        from mistral_async.structured._output_type import output_type_of
        from mistral_async.structured._parse import parse_completion
        from mistral_async.structured._stream import ParsedStream

        kind = output_type_of(response_format)
        asked: ChatOptions = {**options, "response_format": kind.response_format()}
        return ParsedStream(self.stream(model=model, messages=messages, **asked), kind, parse_completion)

    @method
    def run(
        self: Chat[Async],
        messages: str | Sequence[MessageInput] | Deferred,
        *,
        model: str,
        response_format: TypeForm[V] = str,  # type: ignore[assignment]  # text is what a run gives unless asked
        **options: Unpack[ChatRunOptions],
    ) -> Run[V]:
        """Let the model answer with the help of tools: run what it asks for, until it is done.

        `messages` is a chat, or what the user says; a `Deferred` goes on where a run stopped to wait. Awaited it gives
        a `RunResult` whose `value` is of the type `response_format`; as a block, the events of the run.
        """
        from mistral_async.tools._chat_driver import chat_run

        return chat_run(self.complete, self.stream, messages, response_format, {"model": model, **options})

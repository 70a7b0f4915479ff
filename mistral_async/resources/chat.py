"""Chat completions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import TypeForm, TypeVar, Unpack

from mistral_async._events import events
from mistral_async._request import DONE, Call, Effect, Stream, post, stream
from mistral_async._resource import Async, M, Resource, endpoint
from mistral_async.models.chat import (
    ChatCompletionResponse,
    ChatOptions,
    ChatParsedOptions,
    ChatRunOptions,
    CompletionChunk,
    completion_fields,
)
from mistral_async.models.messages import MessageInput
from mistral_async.structured._parsed import Parsed

if TYPE_CHECKING:
    from mistral_async.structured._stream import ParsedStream
    from mistral_async.tools._deferred import Deferred
    from mistral_async.tools._execute import Confirm, OnToolError
    from mistral_async.tools._run import Run
    from mistral_async.tools._toolbox import ToolLike

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
        return post(_ROUTE, json=body, returns=ChatCompletionResponse, effect=Effect.COSTS)

    @endpoint
    def stream(
        self, *, model: str, messages: Sequence[MessageInput], **options: Unpack[ChatOptions]
    ) -> Stream[CompletionChunk]:
        """Complete a chat, chunk by chunk."""
        body = {"model": model, "messages": messages, "stream": True, **completion_fields(options)}
        return stream(_ROUTE, json=body, yields=CompletionChunk, ends=DONE, effect=Effect.COSTS)

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
        from mistral_async.structured._calls import chat

        return chat(response_format, repair, model=model, messages=messages, **options)

    @events
    def parse_stream(
        self: Chat[Async],
        *,
        response_format: TypeForm[T],
        model: str,
        messages: Sequence[MessageInput],
        **options: Unpack[ChatParsedOptions],
    ) -> ParsedStream[T]:
        """Complete a chat, and read the answer as a type while it is being written."""
        from mistral_async.structured._calls import completion_stream

        return completion_stream(self.stream, response_format, model=model, messages=messages, **options)

    @events
    def run(
        self: Chat[Async],
        messages: str | Sequence[MessageInput] | Deferred,
        *,
        model: str,
        tools: Sequence[ToolLike] = (),
        response_format: TypeForm[V] = str,  # type: ignore[assignment]  # text is what a run gives unless asked
        max_steps: int = 10,
        context: Any = None,
        confirm: Confirm | None = None,
        on_tool_error: OnToolError = "message",
        repair: int = 0,
        **options: Unpack[ChatRunOptions],
    ) -> Run[V]:
        """Let the model answer with the help of tools: run what it asks for, until it is done.

        Args:
            messages: The chat; text is what the user says. A `Deferred` goes on where a run stopped to wait.
            model: The model.
            tools: Functions, `Tool`s, `MCP` servers, and definitions of tools that run elsewhere.
            response_format: The type of the final answer.
            max_steps: How many answers the model may give.
            context: What the tools get as `Context.data`.
            confirm: Decides on calls that need it: True, False, a text (no, and why), or None to let them wait.
            on_tool_error: `"message"` tells the model of a tool's exception, `"raise"` ends the run with it; or a
                function of the exception and the call that returns what the model is told.
            repair: How often the model may correct a final answer that is not of the type.
            **options: Said in every request; a `tool_choice` that forces a call forces the first answer only.

        Returns:
            Awaited, a `RunResult`; as a block, the events of the run.
        """
        from mistral_async.tools._begin import chat_run

        return chat_run(
            self,
            messages,
            tools=tools,
            response_format=response_format,
            max_steps=max_steps,
            context=context,
            confirm=confirm,
            on_tool_error=on_tool_error,
            repair=repair,
            options={"model": model, **options},
        )

"""Chat completions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from typing_extensions import TypeForm, TypeVar, Unpack

from mistral_async._binding.resource import Async, M, Resource, asking, endpoint, method
from mistral_async._codec.counts import check_count
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
    from mistral_async.continuation._continuation import Continuation
    from mistral_async.continuation._cut import CutAnswer
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

    _describe_complete = complete.describe  # also where `complete` is replaced

    @endpoint
    def stream(
        self, *, model: str, messages: Sequence[MessageInput], **options: Unpack[ChatOptions]
    ) -> Stream[CompletionChunk]:
        """Complete a chat, chunk by chunk."""
        body = {"model": model, "messages": messages, "stream": True, **completion_fields(options)}
        return stream(_ROUTE, json=body, yields=CompletionChunk, ends=DONE, safety=RetrySafety.BILLED)

    @endpoint
    @asking("complete")
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
        return parse_chat(self._describe_complete(model=model, messages=messages, **asked), kind, repair)

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
    def continue_(
        self: Chat[Async],
        answer: CutAnswer,
        *,
        model: str,
        messages: Sequence[MessageInput],
        max_continues: int = 1,
        **options: Unpack[ChatOptions],
    ) -> Continuation:
        """Go on with an answer that was cut: awaited it gives the whole answer; as a block, the chunks that are new.

        `answer` is what there is of it: the `partial` of a stream, the `StreamError` that has it, a response with the
        finish reason `length`, a message, or text. `messages` and the options are those of the request that it answers.
        The text goes on from its last character (the API's `prefix`); whole tool calls are kept, a cut one is asked for
        anew, and so is reasoning without text after it. The usage is that of all parts that told theirs.

        Args:
            answer: The answer so far.
            model: The model to ask.
            messages: The chat, without the answer.
            max_continues: The most requests to make, each of up to `max_tokens`.
            **options: As of `complete`; `n` must be 1.

        Raises:
            ValueError: The answer is whole, fills the model's context, or has several choices.
            MistralError: A request failed; `partial` has all that came, to go on from.
        """
        from mistral_async.continuation._continuation import Continuation

        check_count("max_continues", max_continues)
        return Continuation(self.stream, messages, {"model": model, **options}, max_continues).start_from(answer)

    @method
    def until_done(
        self: Chat[Async],
        *,
        model: str,
        messages: Sequence[MessageInput],
        max_continues: int = 5,
        **options: Unpack[ChatOptions],
    ) -> Continuation:
        """Complete a chat, and go on until the answer is whole: awaited it gives the answer; as a block, its chunks.

        It goes on as `continue_` does, up to `max_continues` times, after a part that ended with `length` and after a
        stream that broke. An answer that is not whole then has the finish reason `length`.

        Raises:
            MistralError: A request failed, or the last stream broke; `partial` has all that came, for `continue_`.
        """
        from mistral_async.continuation._continuation import Continuation

        return Continuation(self.stream, messages, {"model": model, **options}, max_continues)

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

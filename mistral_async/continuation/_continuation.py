"""An answer that goes on where it was cut, until it is whole: awaited, or used as a block of its chunks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from mistral_async._binding.events import AsyncEvents
from mistral_async._codec.counts import check_count
from mistral_async._engine.retry import RetryConfig, is_transient
from mistral_async._results.accumulate import CompletionAccumulator
from mistral_async.continuation._cut import ask_for_rest, check_cut, kept_of, message_in, response_of, whole_calls
from mistral_async.continuation._part import Part, chunk_like
from mistral_async.errors import APITimeoutError, IncompleteStreamError, MistralError, StreamError
from mistral_async.models.chat import ChatCompletionResponse, CompletionChunk, DeltaMessage
from mistral_async.models.content import text_of
from mistral_async.models.messages import AssistantMessage, MessageInput
from mistral_async.structured._usage import add_usage

if TYPE_CHECKING:
    from mistral_async._results.stream import AsyncStream

# Rule 1: Each request is a stream, so that what came before a connection broke is not paid for again.
# Rule 2: It goes on where a part ended with `length`, or its stream broke in a way that passes, `max_continues` times.
#   A part of `length` that brought nothing new is the end: the next one would not either.
# Rule 3: The answer is what is kept of the parts, joined: no character twice, none lost (`_cut`, `_echo`).
# Rule 4: Its finish reason is that of the last part, shown by the last chunk alone. Whole tool calls end it
#   (`tool_calls`), also where another was cut behind them. Its usage is the sum of what the parts said.
# Rule 5: A failure is raised once, with all that came in `partial`, to go on from later.

_PASSING: Final = frozenset({"idle", "read", "attempt"})
OpenStream = Callable[..., "AsyncStream[CompletionChunk]"]


class Continuation(AsyncEvents[CompletionChunk, ChatCompletionResponse]):
    """An answer until it is whole: `await` it, or `async with … as chunks: async for chunk in chunks`.

    Awaited, it is the whole `ChatCompletionResponse`. As a block it gives the chunks that are new, of all requests, as
    of one stream: tool calls come whole, and the last chunk has the finish reason and the usage.
    """

    def __init__(
        self,
        stream: OpenStream,
        messages: Sequence[MessageInput],
        options: Mapping[str, Any],
        max_continues: int,
    ) -> None:
        super().__init__()
        if options.get("n") not in {None, 1}:
            raise ValueError("n must be 1: several choices are not gone on with")
        check_count("max_continues", max_continues, minimum=0)
        self._open_stream = stream
        self._messages = messages
        self._options = options
        self._left = max_continues
        self._kept = AssistantMessage("")
        self._taken: list[CompletionChunk] = []
        self._usage: Any = None
        self._stream: AsyncStream[CompletionChunk] | None = None
        self._part: Part | None = None
        self._entered = False
        self._over = False
        self._closed = False
        self.requests: int = 0
        """The number of requests that were made for it so far."""

    def start_from(self, answer: Any) -> Self:
        """Begin with an answer that was cut; raises `ValueError` or `TypeError` for what can not be gone on with."""
        response = response_of(answer)
        check_cut(response)
        self._usage = response.usage
        self._keep(message_in(response), response)
        self._left -= 1
        return self

    @property
    def is_open(self) -> bool:
        """True once its block was entered."""
        return self._entered

    @property
    def partial(self) -> CompletionAccumulator:
        """The accumulator of the answer so far: text, thinking, tool calls, usage."""
        waiting = [] if self._part is None else self._part.fragments
        return CompletionAccumulator([*self._taken, *waiting])

    async def __aenter__(self) -> Self:
        if self._entered:
            raise RuntimeError("a continuation is read once: make the call again")
        self._entered = True
        if not self._kept.tool_calls:
            await self._begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._closed = True
        await self._leave_stream(kind, error, traceback)

    async def receive(self) -> list[CompletionChunk]:
        """Return the chunks that have come since the last call, at least one; an empty list at the end."""
        if self._closed:
            raise RuntimeError("the block of this answer was left: read its chunks inside it")
        if self._part is None and self._kept.tool_calls:  # whole, as it was given
            return self._finish(Part("", ""), [], "tool_calls")
        while not self._over:
            part, stream = self._part, self._stream
            if part is None or stream is None:
                await self._begin()
                continue
            try:
                chunks = await stream.receive()
            except MistralError as error:
                found = await self._after_failure(part, error)
            else:
                found = self._take(part, chunks) if chunks else await self._after_end(part)
            if found:
                return found
        return []

    async def result(self) -> ChatCompletionResponse:
        """Read to the end and return the whole answer; what stays cut at last has its `finish_reason`, `length`."""
        if not self._entered:
            async with self:
                return await self.result()
        while await self.receive():
            pass
        return self.partial.response()

    def _take(self, part: Part, chunks: Sequence[CompletionChunk]) -> list[CompletionChunk]:
        found = [made for chunk in chunks if (made := part.add(chunk)) is not None]
        self._taken += found
        return found

    async def _after_end(self, part: Part) -> list[CompletionChunk]:
        """Finish, or go on after a part that came to its end (rule 2)."""
        if part.reason != "length":
            self._taken += (held := part.held())
            return self._finish(part, held, part.reason)
        if whole := whole_calls(part.calls):
            return self._finish(part, [], "tool_calls", whole)
        if not self._left or self.partial.text == text_of(self._kept.content):
            return self._finish(part, [], part.reason)
        await self._go_on(part)
        return []

    async def _after_failure(self, part: Part, error: MistralError) -> list[CompletionChunk]:
        """Finish or go on after a part that broke, or raise."""
        if _passes(error):
            if whole := whole_calls(part.calls):
                return self._finish(part, [], "tool_calls", whole)
            if self._left:
                await self._go_on(part)
                return []
        error.partial = self.partial
        self._over = True
        raise error

    async def _go_on(self, part: Part) -> None:
        self._usage = add_usage(self._usage, part.usage)
        self._part = None
        so_far = self.partial.response()
        self._keep(message_in(so_far), so_far)
        self._left -= 1
        await self._leave_stream(None, None, None)

    def _keep(self, message: AssistantMessage, response: ChatCompletionResponse) -> None:
        """Keep what can be gone on with, as the first chunk of the answer."""
        self._kept = kept = kept_of(message)
        delta = DeltaMessage(role="assistant", content=kept.content, tool_calls=kept.tool_calls)
        self._taken = [chunk_like(response, delta, usage=self._usage)]

    async def _begin(self) -> None:
        asked = ask_for_rest(self._messages, self._kept)
        stream = self._open_stream(messages=asked.messages, **self._options)
        try:
            await stream.__aenter__()
        except MistralError as error:
            if self._taken:
                error.partial = self.partial
            self._over = True
            raise
        self.requests += 1
        self._stream, self._part = stream, Part(asked.text, asked.thinking)

    def _finish(
        self, part: Part, found: list[CompletionChunk], reason: str | None, calls: Any = None
    ) -> list[CompletionChunk]:
        """Return the last chunks, and take no more (rule 4)."""
        self._usage = add_usage(self._usage, part.usage)
        delta = DeltaMessage(tool_calls=(part.calls if calls is None else calls) or None)
        last = part.chunk(delta, reason, self._usage)
        self._taken.append(last)
        self._part, self._kept, self._over = None, AssistantMessage(""), True
        return [*found, last]

    async def _leave_stream(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.__aexit__(kind, error, traceback)


def _passes(error: MistralError) -> bool:
    """Return whether an answer may be gone on with after this failure (rule 2)."""
    if isinstance(error, APITimeoutError):
        return error.phase in _PASSING
    return isinstance(error, IncompleteStreamError) or (
        isinstance(error, StreamError) and is_transient(error, RetryConfig())
    )

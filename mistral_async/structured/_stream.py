"""A streamed answer that is read as a type: snapshots of the JSON so far, and the value at its end."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from mistral_async._binding.events import AsyncEvents
from mistral_async._codec.shown import described, safe_repr
from mistral_async.errors import MistralError
from mistral_async.structured._output_type import OutputType
from mistral_async.structured._parsed import Parsed, Snapshot, text_and_thinking
from mistral_async.structured._scanner import Scanner

if TYPE_CHECKING:
    from mistral_async._engine.response import Response
    from mistral_async._results.stream import AsyncStream

T = TypeVar("T")


class ParsedStream(AsyncEvents[Snapshot, Parsed[T]], Generic[T]):
    """A stream of snapshots: `async with client.chat.parse_stream(...) as stream: async for snapshot in stream`.

    `await` it for the value. Each character is read once, so that looking at every snapshot takes linear time.
    """

    def __init__(
        self,
        stream: AsyncStream[Any],
        kind: OutputType[T],
        read: Callable[[OutputType[T], Any, Scanner], Parsed[T]],
    ) -> None:
        super().__init__()
        self._stream = stream
        self._kind = kind
        self._read = read
        self._scanner = Scanner()
        self._prefix = ""  # what came before the JSON began
        self._opened = False

    @property
    def is_open(self) -> bool:
        """True once its block was entered."""
        return self._opened

    @safe_repr
    def __repr__(self) -> str:
        state = "open" if self._opened else "not opened"
        return described(self, "JSON", state, "async with stream: async for snapshot in stream; .result()")

    async def __aenter__(self) -> Self:
        await self._stream.__aenter__()
        self._opened = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stream.__aexit__(kind, error, traceback)

    @property
    def value(self) -> Any:
        """The JSON so far, without what has not come yet; it grows in place."""
        return self._kind.unwrap(self._scanner.value)

    @property
    def response(self) -> Response[None]:
        """Status, headers, request id, attempts and timings."""
        return self._stream.response

    async def __anext__(self) -> Snapshot:
        try:
            return self._snapshot(await anext(self._stream))
        except MistralError as error:
            error.partial = self.value
            raise

    async def receive(self) -> list[Snapshot]:
        """Return the snapshots that have come since the last call, at least one; an empty list at the end."""
        try:
            return [self._snapshot(event) for event in await self._stream.receive()]
        except MistralError as error:
            error.partial = self.value
            raise

    def _snapshot(self, event: object) -> Snapshot:
        delta, thinking = text_and_thinking(event)
        if delta:
            self._scan(delta)
        return Snapshot(self.value, delta, thinking, event)

    def _scan(self, delta: str) -> None:
        """Feed the scanner; the line that opens a Markdown fence is left out, and so is what follows the JSON."""
        if self._scanner.started:
            if not self._scanner.complete:
                self._scanner.feed(delta)
            return
        self._prefix = (self._prefix + delta).lstrip()
        if self._prefix.startswith("`"):
            _, newline, rest = self._prefix.partition("\n")
            if not newline:
                return
            self._prefix = rest
        self._scanner.feed(self._prefix)

    async def result(self) -> Parsed[T]:
        """Read the rest and return the value.

        Raises `OutputError` for an output that is not of the type, `StreamError` for a stream that was cut.
        """
        if not self._opened:
            async with self:
                return await self.result()
        while await self.receive():
            pass
        return self._read(self._kind, self._stream.partial.response(), self._scanner)

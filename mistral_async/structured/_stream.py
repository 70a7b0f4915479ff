"""An answer that is read while it is being written: snapshots of the JSON so far, and the value at its end."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from mistral_async._binding.events import AsyncEvents
from mistral_async.errors import MistralError
from mistral_async.structured._parsed import Parsed, Snapshot, said_in
from mistral_async.structured._scan import Scanner
from mistral_async.structured._target import Target

if TYPE_CHECKING:
    from mistral_async._engine.response import Response
    from mistral_async._results.stream import AsyncStream

T = TypeVar("T")


class ParsedStream(AsyncEvents[Snapshot, Parsed[T]], Generic[T]):
    """`async with client.chat.parse_stream(...) as stream: async for snapshot in stream`; `await` it for the value.

    Each character is read once, so that looking at every snapshot costs no more than reading the answer.
    """

    def __init__(
        self,
        stream: AsyncStream[Any],
        target: Target[T],
        read: Callable[[Target[T], Any, Scanner], Parsed[T]],
        assemble: Callable[[AsyncStream[Any]], Any],
    ) -> None:
        super().__init__()
        self._stream = stream
        self._target = target
        self._read = read
        self._assemble = assemble
        self._scanner = Scanner()
        self._start = ""
        self._opened = False

    @property
    def is_open(self) -> bool:
        """Whether its block was entered."""
        return self._opened

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
        return self._target.unwrapped(self._scanner.value)

    @property
    def response(self) -> Response[None]:
        """Status, headers, request id, attempts and timings."""
        return self._stream.response

    async def __anext__(self) -> Snapshot:
        try:
            return self._take(await anext(self._stream))
        except MistralError as error:
            error.partial = self.value
            raise

    async def receive(self) -> list[Snapshot]:
        """The snapshots that have come since the last call, at least one; an empty list at the end."""
        try:
            return [self._take(event) for event in await self._stream.receive()]
        except MistralError as error:
            error.partial = self.value
            raise

    def _take(self, event: Any) -> Snapshot:
        delta, thinking = said_in(event)
        if delta:
            self._scan(delta)
        return Snapshot(self.value, delta, thinking, event)

    def _scan(self, delta: str) -> None:
        """Read on; what stands before the JSON is a Markdown fence, or no JSON follows."""
        if self._scanner.started:
            if not self._scanner.complete:
                self._scanner.feed(delta)
            return
        self._start += delta
        begin = self._start.lstrip()
        if begin.startswith("`"):
            _, newline, begin = begin.partition("\n")
            if not newline:
                return
        self._start = begin
        self._scanner.feed(begin)

    async def result(self) -> Parsed[T]:
        """Read the rest and give the value."""
        if not self._opened:
            async with self:
                return await self.result()
        while await self.receive():
            pass
        return self._read(self._target, self._assemble(self._stream), self._scanner)

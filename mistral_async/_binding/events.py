"""Work that is awaited for its result, or used as a block of the events on the way to it; and its blocking form.

A block owns what it started: leaving it, by whatever way, ends it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from mistral_async._binding.blockable import Blockable
from mistral_async._binding.iteration import SyncIterator
from mistral_async._codec.shown import described_blocking, safe_repr

if TYPE_CHECKING:
    from mistral_async._binding.executor import BlockingExecutor
    from mistral_async._binding.portal import Portal

E = TypeVar("E")
R = TypeVar("R")


class AsyncEvents(Blockable["SyncEvents[E, R]"], Generic[E, R]):
    """`await` it for its result, or `async with … as events: async for event in events`."""

    def __init__(self) -> None:
        self._ready: deque[E] = deque()

    @abstractmethod
    async def __aenter__(self) -> Self:
        """Begin the work."""

    @abstractmethod
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the work, finished or not."""

    async def aclose(self) -> None:
        """End the work, finished or not: leave the block."""
        await self.__aexit__(None, None, None)

    @abstractmethod
    async def receive(self) -> list[E]:
        """Return the events that have come since the last call, at least one; an empty list at the end."""

    @abstractmethod
    async def result(self) -> R:
        """Go on to the end and return the result."""

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """True once its block was entered."""

    def blocking(self, executor: BlockingExecutor) -> SyncEvents[E, R]:
        """Return the events for code that blocks."""
        return SyncEvents(executor.portal, self)

    def __await__(self) -> Generator[Any, None, R]:
        return self.result().__await__()

    def __aiter__(self) -> Self:
        if not self.is_open:
            raise TypeError(f"a {type(self).__name__} is iterated in a block: `async with … as events:`")
        return self

    async def __anext__(self) -> E:
        if not self._ready:
            self._ready.extend(await self.receive())
            if not self._ready:
                raise StopAsyncIteration
        return self._ready.popleft()


class SyncEvents(SyncIterator[E], Generic[E, R]):
    """`.result()` for the result, or `with … as events: for event in events`."""

    def __init__(self, portal: Portal, events: AsyncEvents[E, R]) -> None:
        super().__init__()
        self._portal = portal
        self._events = events

    def _open(self) -> None:
        self._portal.run(self._events.__aenter__)

    def _close(self, error: BaseException | None) -> None:  # noqa: ARG002 - the work ends alike
        self._portal.close(self._events.aclose)

    @safe_repr
    def __repr__(self) -> str:
        return described_blocking(self, self._events)

    def receive(self) -> list[E]:
        """Return the events that have arrived since the last call, at least one; an empty list at the end."""
        return self._portal.run(self._events.receive)

    def result(self) -> R:
        """Go on to the end and return the result."""
        return self._portal.run(self._events.result)

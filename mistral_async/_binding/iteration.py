"""Iteration for code that blocks, over what arrives in batches: one hop to the event loop fetches all that is there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class SyncIterator(ABC, Generic[T]):
    """Items that are iterated inside a block; a plain `for` makes the block itself, and leaves it with the loop."""

    def __init__(self) -> None:
        self._ready: deque[T] = deque()

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """True once the block was entered."""

    @abstractmethod
    def receive(self) -> list[T]:
        """Return the items that have arrived since the last call, at least one; an empty list at the end."""

    def __iter__(self) -> Iterator[T]:
        return self if self.is_open else self._iterate_in_block()

    def _iterate_in_block(self) -> Iterator[T]:
        with self:
            yield from self

    def __next__(self) -> T:
        if not self._ready:
            self._ready.extend(self.receive())
            if not self._ready:
                raise StopIteration
        return self._ready.popleft()

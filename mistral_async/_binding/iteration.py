"""Iteration for code that blocks, over what arrives in batches: one hop to the event loop fetches all that is there."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")

# Rule 1: A block is entered once. What interrupts the entering closes what may just have been opened.
# Rule 2: Threads may share an iterator: they take turns in fetching, and each item goes to one of them.
# Rule 3: After the block what was fetched is still given; then it is an error to ask for more, never an empty answer.


class SyncIterator(ABC, Generic[T]):
    """Items that are iterated inside a block; a plain `for` makes the block itself, and leaves it with the loop."""

    def __init__(self) -> None:
        self._ready: deque[T] = deque()
        self._turn = threading.Lock()
        self._entered = False
        self._left = False

    @abstractmethod
    def _open(self) -> None:
        """Begin: the entering of the block."""

    @abstractmethod
    def _close(self, error: BaseException | None) -> None:
        """End, whether it has begun or not: the leaving of the block, by an exception or without."""

    @abstractmethod
    def receive(self) -> list[T]:
        """Return the items that have arrived since the last call, at least one; an empty list at the end."""

    @property
    def is_open(self) -> bool:
        """True once the block was entered."""
        return self._entered

    def __enter__(self) -> Self:
        self._check_unread()
        self._entered = True
        try:
            self._open()
        except BaseException as error:
            self._entered = False
            self._close(error)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._left = True
        self._close(error)

    def _check_unread(self) -> None:
        if self._entered:
            raise RuntimeError(f"a {type(self).__name__} is read once, in one block: make the call again")

    def __iter__(self) -> Iterator[T]:
        if not self._entered:
            return self._iterate_in_block()
        self._check_readable()
        return self

    def _check_readable(self) -> None:
        """Raise RuntimeError after the block, when nothing that was fetched is left (Rule 3)."""
        if self._left and not self._ready:
            self._check_unread()

    def _iterate_in_block(self) -> Iterator[T]:
        with self:
            yield from self

    def __next__(self) -> T:
        if not self._ready:
            self._fetch()
        try:
            return self._ready.popleft()
        except IndexError:  # another thread was quicker
            pass
        return next(self)

    def _fetch(self) -> None:
        with self._turn:
            if not self._ready:
                self._ready.extend(self.receive())
                if not self._ready:
                    raise StopIteration

"""Sources of items: any iterable, any async iterable, or a blocking caller who pushes them. They are read when asked.

One task reads and closes a source, so that a generator may hold what belongs to a task.
"""

from __future__ import annotations

import inspect
import itertools
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from typing import Final, Protocol, TypeVar

from mistral_async.bulk._notify import Notify

T = TypeVar("T")

_SLICE: Final = 0.002  # seconds for which a blocking iterable may hold the event loop at a time
_LONGER_SLICE: Final = 0.02  # and a thread that waits for it anyway


class Source(Protocol):
    """A source of items, read a few at a time."""

    may_wait: bool
    """True where reading may wait: then what was read is not held back for more."""

    async def read(self, room: int) -> list[object]:
        """Read up to `room` items, at least one; none at the end."""
        ...

    async def aclose(self) -> None:
        """End a generator."""
        ...


def read_slice(items: Iterator[T], room: int, seconds: float) -> tuple[list[T], Exception | None]:
    """Read 1 to `room` items for `seconds`; return them, and the error that ended the reading. No items are the end."""
    until = time.monotonic() + seconds
    found: list[T] = []
    try:
        for item in itertools.islice(items, room):
            found.append(item)
            if time.monotonic() > until:
                break
    except Exception as error:  # noqa: BLE001 - whatever it is, it comes after the items before it
        return found, error
    return found, None


class IterableSource:
    """An iterable, read in the event loop for 2 ms at a time."""

    may_wait = False

    def __init__(self, items: Iterable[object]) -> None:
        self._items = iter(items)
        self._error: Exception | None = None

    async def read(self, room: int) -> list[object]:
        """Read what comes within the moment."""
        if self._error is None:
            found, self._error = read_slice(self._items, room, _SLICE)
            if found or self._error is None:
                return found
        raise self._error

    async def aclose(self) -> None:
        """Close a generator."""
        close_generator(self._items)


class AsyncSource:
    """An async iterable."""

    may_wait = True

    def __init__(self, items: AsyncIterable[object]) -> None:
        self._items = aiter(items)

    async def read(self, room: int) -> list[object]:  # noqa: ARG002 - the next item may be long in coming
        """Wait for one item."""
        try:
            return [await anext(self._items)]
        except StopAsyncIteration:
            return []

    async def aclose(self) -> None:
        """Close a generator."""
        if inspect.isasyncgen(self._items):
            await self._items.aclose()


class PushSource:
    """Items that a blocking caller reads in its own thread and pushes, when asked."""

    may_wait = True

    def __init__(self) -> None:
        self.wanted = 0
        self.ask: Callable[[], None] = _nothing
        self._items: list[object] = []
        self._given = False
        self._error: Exception | None = None
        self._fresh = Notify()

    def give(self, items: list[object], error: Exception | None = None) -> None:
        """Take the items that were asked for; none is the end."""
        self._items, self._error, self._given = items, error, True
        self.wanted = 0
        self._fresh.set()

    async def read(self, room: int) -> list[object]:
        """Ask for items, and wait for them."""
        if self._error is None:
            self.wanted, self._given = room, False
            self.ask()
            while not self._given:
                await self._fresh.wait()
            if self._items or self._error is None:
                return self._items
        raise self._error

    async def aclose(self) -> None:
        """Do nothing: the caller closes what it reads."""


def _nothing() -> None:
    """Ask nobody yet."""


def close_generator(items: object) -> None:
    """Close a generator; other iterators, such as files, are the user's to close."""
    if inspect.isgenerator(items):
        items.close()


def as_source(items: Iterable[object] | AsyncIterable[object]) -> Source:
    """Return the source of an iterable or async iterable."""
    if isinstance(items, (IterableSource, AsyncSource, PushSource)):
        return items
    return AsyncSource(items) if isinstance(items, AsyncIterable) else IterableSource(items)


async def in_thread(items: Iterable[T]) -> AsyncIterator[T]:
    """Read an iterable that blocks (a database cursor, a slow file) in a worker thread, as an async iterable.

    All of its items are read there, a few at a time; sources that insist on the thread that made them can not be.
    """
    from mistral_async._http.threads import run_in_own_thread

    iterator = iter(items)
    failure: Exception | None = None
    while failure is None:
        found, failure = await run_in_own_thread(read_slice, iterator, 1024, _LONGER_SLICE)
        for item in found:
            yield item
        if not found and failure is None:
            return
    raise failure

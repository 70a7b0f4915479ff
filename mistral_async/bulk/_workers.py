"""Workers that send requests: as many tasks as there may be requests at once (Rules 3 and 6 of `_pipeline`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

import anyio

from mistral_async.bulk._packer import Pack

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

    from mistral_async.bulk._notify import Notify
    from mistral_async.bulk._work import Work


class Workers:
    """The requests that wait for a worker, and the workers, which are started as they are needed."""

    def __init__(
        self, work: Work[Any], concurrency: int, perform: Callable[[Pack], Awaitable[None]], taken: Notify
    ) -> None:
        self.waiting: deque[Pack] = deque()
        self.stopped = False
        self._work = work
        self._perform = perform
        self._taken = taken
        """Set when a worker takes a request."""
        self._concurrency = concurrency
        self._allowed = min(concurrency, work.first_packs or concurrency)
        self._running = 0
        self._idle: list[anyio.Event] = []
        self._returning: deque[anyio.Event] = deque()

    def start(self, group: TaskGroup) -> None:
        """Start workers in this group from now on."""
        self._group = group

    @property
    def has_free(self) -> bool:
        """True when one more request would be sent at once."""
        return bool(self._idle) or self._running < self._allowed

    def submit(self, packs: Sequence[Pack], *, first: bool = False) -> None:
        """Queue requests: after those that wait, or before them."""
        if first:
            self.waiting.extendleft(reversed(packs))
        else:
            self.waiting.extend(packs)
        for _ in packs:
            self._wake_one()

    def allow_more(self) -> None:
        """Allow one more request at once, up to the concurrency."""
        if self._allowed < self._concurrency:
            self._allowed += 1
            if self.waiting or self._returning:
                self._wake_one()

    async def pause(self, seconds: float) -> None:
        """Let the time until the next attempt of a request pass; others have its worker's place meanwhile."""
        self._running -= 1
        if self.waiting:
            self._wake_one()
        await anyio.sleep(seconds)
        if self._running < self._allowed:
            self._running += 1
            return
        self._returning.append(event := anyio.Event())
        if self._idle:
            self._idle.pop().set()
        await event.wait()

    def _wake_one(self) -> None:
        if self._idle:
            self._idle.pop().set()
        elif self._running < self._allowed and not self.stopped:
            self._running += 1
            self._group.start_soon(self._run)

    async def _run(self) -> None:
        while not self.stopped:
            if self._returning:
                self._returning.popleft().set()
                return
            if not self.waiting:
                self._idle.append(event := anyio.Event())
                await event.wait()
                continue
            pack = self.waiting.popleft()
            self._taken.set()
            parts = self._work.fitting(pack)
            if len(parts) > 1:
                self.submit(parts, first=True)
            else:
                await self._perform(pack)

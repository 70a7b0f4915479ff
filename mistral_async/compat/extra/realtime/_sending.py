"""What is sent while events are read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

from mistral_async._binding.background import BackgroundTask
from mistral_async._binding.exits import FAILURES
from mistral_async.compat.extra.realtime._connection import Connection


class Sender:
    """A task that sends, in a block: its failure closes the connection, and is raised when the events have ended."""

    def __init__(self, connection: Connection[Any, Any], send: Callable[[], Awaitable[None]]) -> None:
        self._connection = connection
        self._send = send
        self._failure: BaseException | None = None

    async def __aenter__(self) -> Self:
        self._task = BackgroundTask(self._work)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._task.stop()

    async def _work(self) -> None:
        try:
            await self._send()
        except FAILURES as failure:
            if not self._connection.is_closed and not _is_end(failure):
                self._failure = failure
                await self._connection.close()

    def check(self) -> None:
        """Raise the failure, if there was one."""
        if self._failure is not None:
            raise self._failure


def _is_end(failure: BaseException) -> bool:
    """Return whether a failure only says that the connection has ended, which its events tell better."""
    from websockets.exceptions import ConnectionClosed

    return isinstance(failure, ConnectionClosed)

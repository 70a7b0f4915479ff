"""Notification of tasks that wait now. It remembers nothing: check the condition, wait, and check again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import anyio


class Notify:
    """A notification within one event loop; setting it costs nothing while nobody waits."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event: anyio.Event | None = None

    def set(self) -> None:
        """Wake everyone who waits."""
        if self._event is not None:
            self._event.set()
            self._event = None

    async def wait(self) -> None:
        """Wait for the next `set`."""
        if self._event is None:
            import anyio

            self._event = anyio.Event()
        await self._event.wait()

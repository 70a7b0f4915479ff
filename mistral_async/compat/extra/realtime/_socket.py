"""A connection of ours with the methods of the package websockets, which the official connections are made of."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final, Protocol, Self

from mistral_async.errors import ConnectionClosedError
from mistral_async.realtime._link import Link

if TYPE_CHECKING:
    from websockets.exceptions import ConnectionClosed

_CLEAN: Final = {1000, 1001}
_NO_FRAME: Final = 1006


class Socket(Protocol):
    """A WebSocket, as far as a connection uses it."""

    async def send(self, message: str, /) -> None:
        """Send a message."""
        ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close it."""
        ...

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        """Yield messages until it is closed."""
        ...


class LinkSocket:
    """A WebSocket over our own connection. It ends with the exceptions of websockets, as programs expect."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._messages: deque[bytes] = deque()

    async def send(self, message: str, /) -> None:
        """Send a message; raises `websockets.exceptions.ConnectionClosed` on a closed connection."""
        try:
            await self._link.send(message.encode())
        except ConnectionClosedError as error:
            raise _closed(error) from error

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close it; idempotent."""
        await self._link.close(code, reason)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        while not self._messages:
            try:
                self._messages.extend(await self._link.receive_messages())
            except ConnectionClosedError as error:
                if error.close_code in _CLEAN:
                    raise StopAsyncIteration from None
                raise _closed(error) from error
        return self._messages.popleft()


def _closed(error: ConnectionClosedError) -> ConnectionClosed:
    from websockets.exceptions import ConnectionClosedError as Unclean
    from websockets.exceptions import ConnectionClosedOK
    from websockets.frames import Close

    frame = None if error.close_code == _NO_FRAME else Close(error.close_code, error.reason)
    if error.close_code in _CLEAN:
        return ConnectionClosedOK(frame, frame, rcvd_then_sent=True)
    if error.by_server:
        return Unclean(frame, None)
    return Unclean(None, frame)

"""The server's side of one WebSocket, without I/O and without frames: messages in, messages out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeAlias

import msgspec

from mistral_async.testing._json import JSONObject
from mistral_async.testing._websocket_log import Close, WebSocketLog

Message: TypeAlias = JSONObject | str | bytes | Close
"""An event, text or bytes as they are, or a close frame."""


class Session(Protocol):
    """The server's side of one WebSocket."""

    def begin(self, log: WebSocketLog, /) -> Iterable[Message]:
        """Return what is sent first."""
        ...

    def receive(self, message: Any, /) -> Iterable[Message]:
        """Return what is sent in response to a message: JSON that was decoded, or text that is none."""
        ...

    def end(self) -> None:
        """Charge for the session, which has ended."""
        ...


class ScriptedSession:
    """A session that sends what a test scripted, whatever it is told, and a close frame if the script has none."""

    def __init__(self, messages: Sequence[Any]) -> None:
        self._messages = messages

    def begin(self, _log: WebSocketLog, /) -> Iterator[Message]:
        """Return all messages."""
        for message in self._messages:
            yield message if isinstance(message, str | bytes | Close) else msgspec.to_builtins(message)
        yield Close()

    def receive(self, _message: Any, /) -> Iterable[Message]:
        """Return nothing."""
        return ()

    def end(self) -> None:
        """Charge nothing."""

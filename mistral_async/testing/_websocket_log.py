"""What passed over a WebSocket, for a test to look at."""

from __future__ import annotations

from collections import deque
from typing import Any, cast

import msgspec

_KEPT_MESSAGES = 10_000
_KEPT_AUDIO = 1 << 24


class Close(msgspec.Struct, frozen=True):
    """A close frame: its code, which is 1005 in one that was received without any, and its reason."""

    code: int = 1000
    reason: str = ""


class WebSocketLog:
    """The traffic of one WebSocket: the latest 10,000 messages each way, and the latest 16 MiB of audio."""

    def __init__(self) -> None:
        self.received: deque[Any] = deque(maxlen=_KEPT_MESSAGES)
        """The client's messages, decoded where they are JSON."""
        self.sent: deque[Any] = deque(maxlen=_KEPT_MESSAGES)
        """The server's messages, before they were encoded."""
        self.audio: bytearray = bytearray()
        """The audio that the client appended."""
        self.text = ""
        """The text that the client appended."""
        self.pings = 0
        """How often the client sent a ping."""
        self.pongs = 0
        """How often the client answered one."""
        self.close: Close | None = None
        """The client's close frame; None where the connection broke, or is open."""
        self.ended = False
        """Whether the connection has ended."""

    @property
    def types(self) -> list[str]:
        """Return the types of the client's events, in their order."""
        events = (cast("dict[str, Any]", message) for message in self.received if isinstance(message, dict))
        return [str(event.get("type")) for event in events]

    def add_audio(self, data: bytes) -> None:
        """Keep audio."""
        self.audio += data
        del self.audio[: max(0, len(self.audio) - _KEPT_AUDIO)]
